"""A small view, and one jail of each kind for all tests that do not need their own."""

from dataclasses import replace

import pytest
from limits import LIMITS

from autograder.sandbox import Jail, NoSandbox
from autograder.sandbox.jail import KINDS


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


def pytest_generate_tests(metafunc):
    """Tests of what a jail keeps out or bounds run in both kinds; what a cell or call gives is one code."""
    if "jail_kind" in metafunc.fixturenames:
        both = metafunc.module.__name__ in ("test_jail", "test_limits", "test_walls")
        metafunc.parametrize("jail_kind", KINDS if both else KINDS[:1], scope="session")


def made(view, kind, **more):
    """A jail of this kind, or a reason to leave the test out."""
    try:
        return Jail(view, kind=kind, **more)
    except NoSandbox as error:
        pytest.skip(f"this system gives no jail of the kind {kind}: {error}")


@pytest.fixture
def make(view, jail_kind):
    """Makes jails of the test's kind."""
    return lambda view=view, **more: made(view, jail_kind, **more)


@pytest.fixture(scope="session")
def jail(view, jail_kind):
    with made(view, jail_kind, limits=LIMITS) as jail:
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
