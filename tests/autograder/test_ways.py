"""One worker, two workers, a Dask cluster and nbgrader's own command: equal scores, rows, messages and flags."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import tiny
from rows import rows
from test_cluster import scheduler, workers  # noqa: F401  fixtures

from autograder import classroom
from autograder.store import Course, Results

MAIN = Path(tiny.__file__).with_name("tiny_main.py")
PARTS = ("verdicts", "outputs", "flags")

pytestmark = pytest.mark.usefixtures("tiny_registry")


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
def small_class(tiny_course, hand_in, solved, released):
    """Right, wrong, unfinished, unreadable, renamed, ending, printing, forged and late."""
    classroom.secret(tiny_course)
    hand_in("right", solved)
    hand_in("wrong", changed(solved, "Wax @ xt + ba", "Wax @ xt"))
    hand_in("unfinished", released)
    hand_in("unreadable", "{ not json")
    hand_in("renamed", solved, name="tiny (1).ipynb")
    hand_in("ending", with_cell(solved, "import os\nos._exit(0)"))
    hand_in("printing", with_cell(solved, "import sys\nprint('a warning', file=sys.stderr)\n'좋아요'"))
    hand_in("forged", with_cell(released, "100")).with_name("timestamp.txt").write_text(
        "2030-01-03 00:00:00 UTC"
    )


def ran(course, *arguments):
    """What a course says after a command in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, MAIN, *arguments]
    done = subprocess.run(
        command, cwd=course.root, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    stored = Results(course).all(tiny.NAME)
    said = {(student, part): result[part] for student, result in stored.items() for part in PARTS}
    return said | {("row", i): row for i, row in enumerate(rows(course.db_url))}


def test_every_way_of_grading_gives_the_same(tiny_course, small_class, tmp_path, scheduler, workers):  # noqa: F811
    ways = {
        "one worker": ("grade", tiny.NAME, "--workers", "1"),
        "two workers": ("grade", tiny.NAME, "--workers", "2"),
        "cluster": ("grade", tiny.NAME, "--scheduler", scheduler),
        "nbgrader": ("nbgrader", "autograde", tiny.NAME),
    }
    said = {}
    for number, (way, arguments) in enumerate(ways.items()):
        course = Course(tmp_path / f"way {number}")
        shutil.copytree(tiny_course.root, course.root)
        said[way] = ran(course, *arguments)
    assert len([key for key in said["one worker"] if key[1] == "verdicts"]) == 8
    for way in ways:
        assert said[way] == said["one worker"], way
