"""What was graded is not graded again, unless the submission, the assignment or the seed changed, or by force."""

from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny
from nbgrader.api import Gradebook

from autograder import batch, classroom, release
from autograder.store import Course, Results

pytestmark = pytest.mark.usefixtures("tiny_registry")


@pytest.fixture(scope="module", autouse=True)
def close_jails():
    yield
    batch.close_jails()


@pytest.fixture
def graded(tiny_course, monkeypatch):
    """Grades the class, and says who was run."""
    run = []
    real = batch.grade
    monkeypatch.setattr(batch, "grade", lambda job, jail: run.append(job.student) or real(job, jail))

    def grade(**options):
        run.clear()
        course = Course(tiny_course.root)
        lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1), **options)
        assert all(line.score == 100 for line in lines)
        return sorted(run)

    return grade


def test_only_what_changed_is_graded_again(tiny_course, hand_in, solved, graded, monkeypatch):
    hand_in("ada", solved)
    hand_in("ben", solved)
    assert graded() == ["ada", "ben"]
    assert graded() == []
    assert graded(force=True, students=["ben"]) == ["ben"]
    changed = nbformat.from_dict(solved)
    changed.cells.append(nbformat.v4.new_code_cell("'more'"))
    hand_in("ada", changed)
    assert graded() == ["ada"]
    tiny_course.secret_file.write_text("ab" * 32)
    assert graded() == ["ada", "ben"]
    monkeypatch.setattr(release, "judge_version", lambda assignment: "another")
    batch.versions.cache_clear()
    assert graded() == ["ada", "ben"]
    batch.versions.cache_clear()


def test_a_result_that_was_cut_off_is_graded_again(tiny_course, hand_in, solved, graded):
    hand_in("ada", solved)
    hand_in("ben", solved)
    graded()
    stored = Results(tiny_course).path(tiny.NAME, "ada")
    stored.write_text(stored.read_text()[:1000])
    assert graded() == ["ada"]


def test_a_graded_notebook_or_row_that_is_lost_comes_back_without_a_run(tiny_course, hand_in, solved, graded):
    hand_in("ada", solved)
    graded()
    notebook = tiny_course.folder("autograded", tiny.NAME, "ada") / "tiny.ipynb"
    shown = notebook.read_text()
    notebook.unlink()
    assert graded() == [] and notebook.read_text() == shown
    with Gradebook(tiny_course.db_url) as gradebook:
        gradebook.remove_submission(tiny.NAME, "ada")
    assert graded() == []
