"""Faults while a class is graded: the batch goes on, or ends with what to do, and a later run completes it."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import tiny
from rows import rows

from autograder import batch, classroom, engine, release
from autograder.store import Course, Results

MAIN = Path(tiny.__file__).with_name("tiny_main.py")
RIGHT, WRONG = "Wax @ xt + ba", "Wax @ xt"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module", autouse=True)
def one_jail(tiny_registry, tmp_path_factory):
    """All courses of this module share a view, and so a jail."""
    place = release.view(tiny.NAME, tmp_path_factory.mktemp("views"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "view", lambda course, assignment: place)
        yield
    batch.close_jails()


@pytest.fixture(autouse=True)
def no_diagnosis():
    """Known mistakes are looked for here: processes of their own look for them too."""


def changed(notebook, old, new):
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    return notebook


def with_cell(notebook, source):
    notebook = nbformat.from_dict(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    return notebook


@pytest.fixture
def small_class(hand_in, solved, released):
    """Right, wrong, unfinished, unreadable and ending."""
    for i in range(4):
        hand_in(f"right {i}", solved)
        hand_in(f"wrong {i}", changed(solved, RIGHT, WRONG))
    hand_in("unfinished", released)
    hand_in("unreadable", "{ not json")
    hand_in("ending", with_cell(solved, "import os\nos._exit(0)"))


def command(course, *arguments):
    """A call of the command line in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, MAIN, "--course", course.root, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
    )


def completed(course, *arguments):
    process = command(course, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def grade(course, **options):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(2), **options)
    return {line.student: line for line in lines}


def shown(course):
    """What a course says after grading: the gradebook, the stored results, and the graded notebooks."""
    results = Results(course)
    folder = course.root / "autograded"
    pages = {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*.ipynb"))}
    return rows(course.db_url), results.all(tiny.NAME), pages


def copied(course, place):
    shutil.copytree(course.root, place)
    return Course(place)


def test_a_run_killed_at_ten_random_moments_and_resumed_ends_as_an_undisturbed_one(
    tiny_course, small_class, tmp_path
):
    classroom.secret(tiny_course)
    undisturbed = copied(tiny_course, tmp_path / "undisturbed")
    began = time.monotonic()
    status, _, err = completed(undisturbed, "grade", tiny.NAME, "--workers", "2")
    assert status == 0, err
    took = time.monotonic() - began
    wanted, moments, unfinished = shown(undisturbed), random.Random(7), 0
    for turn in range(10):
        course = copied(tiny_course, tmp_path / f"killed {turn}")
        process = command(course, "grade", tiny.NAME, "--workers", "2")
        time.sleep(moments.uniform(0.2, 1) * took)
        unfinished += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        grade(course)
        assert shown(course) == wanted
    assert unfinished >= 5
