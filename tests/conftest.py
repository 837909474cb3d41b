"""Every test has a learner's folder of its own."""

import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Keep what a test's learner passes out of the real learner's folder."""
    monkeypatch.setenv("SEQLIB_HOME", str(tmp_path / "learner"))
    monkeypatch.delenv("SEQLIB_MINE", raising=False)
