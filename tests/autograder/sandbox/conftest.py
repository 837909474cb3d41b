"""A small view, and one jail for all tests that do not need their own."""

from dataclasses import replace

import pytest

from autograder.sandbox import Jail, Limits

LIMITS = Limits(
    cell_cpu_s=1,
    cell_wall_s=10,
    notebook_cpu_s=30,
    memory_mb=512,
    file_mb=4,
    output_bytes=50_000,
    result_mb=8,
)


@pytest.fixture(scope="session")
def view(tmp_path_factory):
    folder = tmp_path_factory.mktemp("view")
    (folder / "seqlib").mkdir()
    (folder / "seqlib" / "__init__.py").write_text("")
    (folder / "seqlib" / "mine.py").write_text("def doubled(x):\n    return x + x\n")
    return folder


@pytest.fixture(scope="module")
def patient(view):
    """A session whose cells may take as long as a large import on a slow machine."""
    with Jail(view, limits=replace(LIMITS, cell_cpu_s=30)) as jail, jail.session() as session:
        yield session


@pytest.fixture(scope="session")
def jail(view):
    with Jail(view, limits=LIMITS) as jail:
        yield jail


@pytest.fixture
def session(jail):
    with jail.session() as session:
        yield session


@pytest.fixture
def said(session):
    """Runs a cell and returns what it printed; fails the test when the cell fails."""

    def run(source):
        outcome = session.run(source)
        assert outcome.status == "ok", outcome.error
        return "".join(o["text"] for o in outcome.outputs if o.get("name") == "stdout").strip()

    return run
