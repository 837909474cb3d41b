"""The gradebook and the autograded folder are what nbgrader's own commands would have left."""

import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp

from autograder import classroom, engine, gradebook
from autograder.store import Course, CourseError

pytestmark = pytest.mark.usefixtures("one_jail")

LATE = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
DUE = "2026-03-01 12:00:00 UTC"


def grade(course, workers=1, **options):
    return classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(workers), **options)


def schema(path):
    with sqlite3.connect(path) as database:
        made = database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        return made, database.execute("SELECT version_num FROM alembic_version").fetchall()


def test_a_new_gradebook_is_what_nbgrader_makes(tmp_path, empty_gradebook):
    gradebook.make(f"sqlite:///{tmp_path / 'made.db'}")
    assert schema(tmp_path / "made.db") == schema(empty_gradebook)


def test_a_gradebook_that_is_there_stays(tmp_path, empty_gradebook):
    path = tmp_path / "kept.db"
    shutil.copyfile(empty_gradebook, path)
    with Gradebook(f"sqlite:///{path}") as opened:
        opened.add_student("ada")
    gradebook.make(f"sqlite:///{path}")
    with Gradebook(f"sqlite:///{path}") as opened:
        assert [student.id for student in opened.students] == ["ada"]


@pytest.fixture
def mixed_class(tiny_course, hand_in, solved, released):
    """Right and late, wrong and in time, broken, unwritten, and one that a grader gives points to."""
    config = tiny_course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE)
    wrong = nbformat.from_dict(solved)
    for cell in wrong.cells:
        cell.source = cell.source.replace("Wax @ xt + ba", "Wax @ xt")
    hand_in("ada", solved)
    hand_in("ada", "2026-03-01 13:00:00 UTC", name="timestamp.txt")
    hand_in("ben", wrong)
    hand_in("ben", "2026-03-01 11:00:00 UTC", name="timestamp.txt")
    hand_in("cem", "{ not json")
    hand_in("dee", released)
    hand_in("eve", wrong)
    (tiny_course.folder("source", tiny.NAME) / "data.csv").write_text("1,2\n")
    return Course(tiny_course.root)  # which reads its configuration again


def start_afresh(course, empty_gradebook):
    """An empty gradebook with a due date, and nothing autograded."""
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    shutil.rmtree(course.root / "autograded", ignore_errors=True)
    engine.register(course, tiny.NAME)
    with Gradebook(course.db_url) as opened:
        opened.update_or_create_assignment(tiny.NAME, duedate=DUE)


def give_points(course):
    """A grader's points and words for eve."""
    with Gradebook(course.db_url) as opened:
        found = opened.find_grade("check-rnn_cell_forward", "tiny", tiny.NAME, "eve")
        found.manual_score, found.extra_credit = 25, 2
        opened.find_comment("rnn_cell_forward", "tiny", tiny.NAME, "eve").manual_comment = "nearly"
        opened.db.commit()


def rows(course):
    """All that the gradebook says of the submissions, without ids."""
    found = {}
    with Gradebook(course.db_url) as opened:
        for one in opened.assignment_submissions(tiny.NAME):
            [notebook] = one.notebooks
            grades = {
                g.name: (
                    g.auto_score,
                    g.manual_score,
                    g.extra_credit,
                    g.needs_manual_grade,
                    g.score,
                    g.max_score,
                )
                for g in notebook.grades
            }
            comments = {c.name: (c.auto_comment, c.manual_comment) for c in notebook.comments}
            whole = (
                one.timestamp,
                one.score,
                one.max_score,
                one.late_submission_penalty,
                one.needs_manual_grade,
            )
            found[one.student.id] = whole, grades, comments
    return found


def files(course):
    """Everything in the autograded folder: mode and contents by place."""
    base = course.root / "autograded"
    return {
        str(path.relative_to(base)): (stat.filemode(path.stat().st_mode), path.read_bytes())
        for path in base.rglob("*")
        if path.is_file()
    }


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_the_rows_and_files_are_those_of_nbgrader_autograde(mixed_class, empty_gradebook, monkeypatch):
    start_afresh(mixed_class, empty_gradebook)
    grade(mixed_class)
    give_points(mixed_class)
    grade(mixed_class, force=True)
    ours = rows(mixed_class), files(mixed_class)
    start_afresh(mixed_class, empty_gradebook)
    monkeypatch.chdir(mixed_class.root)
    for before in (lambda course: None, give_points):
        before(mixed_class)
        AutogradeApp.clear_instance()
        AutogradeApp.launch_instance([tiny.NAME, "--force", "--log-level=ERROR"])
        AutogradeApp.clear_instance()
    theirs = rows(mixed_class), files(mixed_class)
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1]
    whole, grades, comments = ours[0]["ada"]
    assert whole[1] == whole[3] == 100  # all points earned, all lost for being late
    assert ours[0]["dee"][2]["rnn_cell_forward"][0] == "No response."
    assert ours[0]["eve"][1]["check-rnn_cell_forward"][1:5] == (25, 2, True, 27)
    assert "eve/01-tiny/data.csv" in ours[1]


def test_one_worker_and_two_leave_the_same(mixed_class, empty_gradebook):
    start_afresh(mixed_class, empty_gradebook)
    one = grade(mixed_class, force=True), rows(mixed_class), files(mixed_class)
    start_afresh(mixed_class, empty_gradebook)
    assert (grade(mixed_class, workers=2, force=True), rows(mixed_class), files(mixed_class)) == one


def test_what_was_not_wholly_written_is_written_by_the_next_run(tiny_course, hand_in, solved, monkeypatch):
    hand_in("ada", solved)
    place = tiny_course.folder("autograded", tiny.NAME, "ada") / "tiny.ipynb"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(gradebook.Writer, "_lay_down", interrupted)
        grade(tiny_course)
    assert not place.exists()
    assert grade(tiny_course)[0].score == 100
    assert place.exists()


def interrupted(*anything):
    raise KeyboardInterrupt


def test_changed_exercises_are_refused_once_somebody_was_graded(tiny_course, hand_in, solved, released):
    hand_in("ada", solved)
    grade(tiny_course)
    released.cells = [cell for cell in released.cells if "stack_parameters" not in cell.source]
    with pytest.raises(CourseError, match="other exercises"):
        gradebook.register(tiny_course, tiny.NAME, released)
