"""nbgrader's gradebook shows what the judge found, by whichever door a submission came in."""

import csv
import shutil
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.apps.api import NbGraderAPI

from autograder import batch, classroom, clean, engine
from autograder.store import CourseError, Results

pytestmark = pytest.mark.usefixtures("one_jail")

RIGHT, WRONG = "Wax @ xt + ba", "Wax @ xt"


def grade(course, **options):
    return classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1), **options)


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {found.student.id: found.score for found in gradebook.assignment_submissions(tiny.NAME)}


def replaced(notebook, old, new):
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    return notebook


@pytest.fixture
def small_class(hand_in, solved, released):
    hand_in("ada", solved)
    hand_in("ben", replaced(nbformat.from_dict(solved), RIGHT, WRONG))
    hand_in("cem", "{ not json")
    forged = nbformat.from_dict(released)
    for cell in forged.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "60"})]
        cell.metadata["nbgrader"] = {}
    hand_in("dee", forged)
    return ["ada", "ben", "cem", "dee"]


def test_a_class_is_graded_and_one_bad_submission_stops_nothing(tiny_course, small_class):
    lines = {line.student: line for line in grade(tiny_course)}
    assert lines["ada"].score == 100 and lines["ada"].flags == []
    assert lines["ben"].recognised == ["rnn_cell_forward: no_bias"]
    assert lines["cem"].flags[0]["name"] == "unreadable"
    assert "forged" in [flag["name"] for flag in lines["dee"].flags]
    assert scores(tiny_course) == {student: line.score for student, line in lines.items()}
    assert [line.max_score for line in lines.values()] == [100] * 4


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_nbgraders_own_command_gives_the_same_scores(tiny_course, small_class, empty_gradebook, monkeypatch):
    grade(tiny_course)
    before = scores(tiny_course)
    shutil.copyfile(empty_gradebook, tiny_course.root / "gradebook.db")
    results = Results(tiny_course)
    keys = {student: results.path(tiny.NAME, student).read_text() for student in small_class}
    for student in ("ada", "cem"):
        results.path(tiny.NAME, student).unlink()
    monkeypatch.chdir(tiny_course.root)
    AutogradeApp.clear_instance()
    AutogradeApp.launch_instance([tiny.NAME, "--force", "--log-level=ERROR"])
    AutogradeApp.clear_instance()
    assert scores(tiny_course) == before
    assert {student: results.path(tiny.NAME, student).read_text() for student in small_class} == keys


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_the_formgraders_button_gives_the_same_scores(tiny_course, small_class, empty_gradebook):
    grade(tiny_course)
    before = scores(tiny_course)
    shutil.copyfile(empty_gradebook, tiny_course.root / "gradebook.db")
    engine.register(tiny_course, tiny.NAME)
    api = NbGraderAPI(coursedir=tiny_course.directory, config=tiny_course.config)
    for student in small_class:
        assert api.autograde(tiny.NAME, student)["success"]
    assert scores(tiny_course) == before


def test_what_is_graded_is_not_graded_again(tiny_course, hand_in, solved, monkeypatch):
    hand_in("ada", solved)
    grade(tiny_course)
    runs = []
    run = batch.run
    monkeypatch.setattr(batch, "run", lambda job, view: runs.append(job.student) or run(job, view))
    grade(tiny_course)
    assert runs == []
    hand_in("ada", replaced(solved, RIGHT, WRONG))
    assert grade(tiny_course)[0].score < 100
    assert runs == ["ada"]
    grade(tiny_course, force=True)
    assert runs == ["ada", "ada"]


def test_a_graders_own_points_survive_a_regrade(tiny_course, hand_in, released):
    hand_in("ada", released)
    grade(tiny_course)
    with Gradebook(tiny_course.db_url) as gradebook:
        found = gradebook.find_grade("check-rnn_cell_forward", "tiny", tiny.NAME, "ada")
        found.manual_score = 25
        gradebook.db.commit()
    assert grade(tiny_course, force=True)[0].score == 25


def test_an_interrupted_run_keeps_what_is_done(tiny_course, hand_in, solved):
    for student in ("ada", "ben"):
        hand_in(student, solved)

    def stop(student):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(tiny_course, progress=stop)
    assert len(scores(tiny_course)) == 1
    assert [line.score for line in grade(tiny_course)] == [100, 100]


def test_an_error_of_the_autograder_fails_one_submission_only(tiny_course, hand_in, solved, monkeypatch):
    for student in ("ada", "ben"):
        hand_in(student, solved)
    run = batch.run

    def failing(job, view):
        if job.student == "ada":
            raise RuntimeError("disk full")
        return run(job, view)

    monkeypatch.setattr(batch, "run", failing)
    ada, ben = grade(tiny_course)
    assert ada.score is None and "disk full" in ada.error
    assert ben.score == 100
    monkeypatch.setattr(batch, "run", run)
    assert [line.score for line in grade(tiny_course)] == [100, 100]


def test_a_renamed_notebook_and_an_empty_folder_come_out_the_same_each_time(tiny_course, hand_in, solved):
    hand_in("ada", solved, name="tiny (1).ipynb")
    tiny_course.folder("submitted", tiny.NAME, "ben").mkdir(parents=True)
    hand_in("cem", solved, name="a.ipynb")
    hand_in("cem", "{}", name="b.ipynb")
    ada, ben, cem = lines = grade(tiny_course)
    assert ada.score == 100 and [flag["name"] for flag in ada.flags] == ["renamed"]
    assert ben.score == 0 and [flag["name"] for flag in ben.flags] == ["unreadable"]
    assert [flag["name"] for flag in cem.flags][:2] == ["renamed", "several notebooks"]
    assert grade(tiny_course) == lines
    assert grade(tiny_course, force=True) == lines


def test_no_verdict_is_no_points():
    outputs = engine.verdict_outputs(None)
    assert [o.data["text/plain"] for o in outputs if o.output_type == "execute_result"] == ["0"]
    assert all(o.output_type not in ("error", "stream") for o in outputs)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='https://example.org'></iframe>",
    ],
)
def test_nothing_a_learner_shows_can_run(html):
    data = {"text/html": f"<b>mine</b>{html}", "application/javascript": "alert(1)", "image/svg+xml": html}
    safe = clean.safe_output({"output_type": "display_data", "data": data})
    assert set(safe.data) == {"text/html"}
    assert safe.data["text/html"].startswith("<b>mine</b>")
    for danger in ("script", "onerror", "onload", "iframe", "alert"):
        assert danger not in safe.data["text/html"]


def test_a_figure_in_the_page_stays_and_one_from_elsewhere_does_not():
    inline = '<img src="data:image/png;base64,aGk=" alt="a curve">'
    assert clean.clean_html(inline) == inline
    for address in (
        "https://example.org/x.png",
        "data:text/html,x",
        "data:image/svg+xml;base64,aGk=",
        "x.png",
    ):
        assert "src" not in clean.clean_html(f'<img src="{address}">')
    assert "href" not in clean.clean_html('<a href="data:text/html,x">x</a>')
    assert clean.clean_html('<img data-picture="0">') == '<img data-picture="0">'


def test_an_image_cannot_break_out_of_its_attribute():
    output = {"output_type": "display_data", "data": {"image/png": 'aGk="><script>alert(1)</script>'}}
    assert clean.safe_output(output) is None
    assert clean.safe_output({"output_type": "display_data", "data": {"image/png": "aGk="}}) is not None


def test_feedback_pages_show_the_verdict_and_run_no_script_of_the_learners(tiny_course, hand_in, solved):
    script = "<script>alert('learner')</script>"
    solved.cells.append(nbformat.v4.new_markdown_cell(f"# Mine\n{script} $a < b$"))
    solved.cells.append(nbformat.v4.new_raw_cell(script))
    solved.cells.append(nbformat.v4.new_code_cell(f'print("printed {script}")\nraise ValueError("{script}")'))
    hand_in("ada", replaced(solved, RIGHT, WRONG))
    grade(tiny_course)
    page = (classroom.feedback(tiny_course, tiny.NAME) / "ada" / tiny.NAME / "tiny.html").read_text()
    assert "The bias ba is added before the tanh." in page
    assert script not in page and "Mine" in page and "printed" in page
    assert "<table" in page and "input of this step" in page


def test_grades_are_quoted(tiny_course, hand_in, solved):
    hand_in('a, "b"', solved)
    path = classroom.write_csv(tiny_course, tiny.NAME, grade(tiny_course))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student_id"], row["score"]) for row in rows] == [('a, "b"', "100")]


def test_wrong_use_is_answered(tiny_course, hand_in, solved):
    with pytest.raises(CourseError, match="no submissions of 01-tiny"):
        grade(tiny_course)
    hand_in("ada", solved)
    with pytest.raises(CourseError, match="bob handed in no"):
        grade(tiny_course, students=["bob"])
    with pytest.raises(CourseError, match="no assignment"):
        classroom.grade(tiny_course, "99-none", pool=lambda: ThreadPoolExecutor(1))
