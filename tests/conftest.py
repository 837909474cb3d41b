"""Every test has a learner's folder of its own; what waits leaves its core to another."""

import os

import pytest


def pytest_xdist_auto_num_workers():
    """One worker more than cores: many tests wait for limits of time, or for processes that they began."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Keep what a test's learner passes out of the real learner's folder."""
    monkeypatch.setenv("SEQLIB_HOME", str(tmp_path / "learner"))
    monkeypatch.delenv("SEQLIB_MINE", raising=False)
