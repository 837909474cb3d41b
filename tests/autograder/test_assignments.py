"""Every assignment of the course, as it lies in the repository, is graded by the real engine: all points, and none."""

import nbformat
import pytest
from tiny import HOUSE

from autograder import batch, classroom
from autograder.exercises import ASSIGNMENTS
from autograder.store import Course


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_solution_gets_every_point_and_the_release_none(assignment, tmp_path):
    name = f"{ASSIGNMENTS[assignment]}.ipynb"
    (tmp_path / "nbgrader_config.py").write_text((HOUSE / "nbgrader_config.py").read_text())
    released = nbformat.read(HOUSE / "assignments" / assignment / name, as_version=4)
    solved = nbformat.read(HOUSE / "solutions" / assignment / name, as_version=4)
    places = {
        "assignments": released, "submitted/ada": solved, "submitted/ben": released
    }  # fmt: skip
    for place, notebook in places.items():
        folder = tmp_path / place / assignment
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / name)
    lines = {
        line.student: line for line in classroom.grade(Course(tmp_path), assignment, pool=batch.processes(1))
    }
    assert lines["ada"].score == 100, [lines["ada"].error, lines["ada"].recognised, lines["ada"].flags]
    assert lines["ada"].flags == []
    assert lines["ben"].score == 0
