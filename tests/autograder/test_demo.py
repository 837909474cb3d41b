"""The sample class is made of the course's own exercises, and each of its students gets what is due."""

import csv
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest
import tiny

from autograder import batch, cli, demo
from autograder.exercises import ASSIGNMENTS, exercises, functions
from autograder.store import Course

TASKS = [assignment for assignment in ASSIGNMENTS if functions(assignment)]


@pytest.mark.parametrize("assignment", TASKS)
def test_a_sample_class_has_every_kind_of_student(assignment):
    registry = exercises(assignment)
    handed = demo.sample_class(registry, ASSIGNMENTS[assignment])
    assert len({one.student for one in handed}) == len(handed) >= 14
    right = handed[0].sources.keys()
    assert list(right) == [exercise.name for exercise in registry]
    for one in handed:
        for name, source in one.sources.items():
            compile(source, name, "exec")
            assert f"def {name}(" in source
    styles = [one.sources for one in handed[: len(demo.STYLES)]]
    written = {tuple(sources.values()) for sources in styles}
    assert len(written) == len(demo.STYLES) if assignment in demo.SHOWN else len(written) > 1
    mistakes = demo.spread_mistakes(registry)
    assert len({(exercise.name, mistake.name) for exercise, mistake in mistakes}) == len(demo.MISTAKEN)


def test_the_class_hands_in_what_the_course_releases(monkeypatch, tmp_path):
    monkeypatch.setattr(demo.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    course = demo.new_course()
    assert set(demo.SHOWN) <= set(TASKS)
    for assignment in demo.SHOWN:
        students = demo.hand_in(course, assignment)
        assert course.students(assignment) == sorted(students)


@pytest.mark.parametrize(
    ("name", "answer"), [("part-1-quiz", "asks for no functions"), ("99-none", "no assignment '99-none'")]
)
def test_what_the_class_cannot_hand_in_is_said(capsys, name, answer):
    assert cli.main(["demo", name]) == cli.MISUSED
    assert answer in capsys.readouterr().err


def test_a_function_is_written_as_a_learner_would_write_it():
    source = "def f(x: Array, *, n: int = 3) -> Array:\n    return x[:n]  # cut\n"
    assert demo.plain(source) == "def f(x, *, n=3):\n    return x[:n]"


@pytest.fixture
def tiny_house(tiny_course, monkeypatch):
    """The tiny course in the place of the repository."""
    monkeypatch.setattr(demo, "HOUSE", tiny_course.root)
    monkeypatch.setattr(batch, "Processes", lambda workers: ThreadPoolExecutor(1))
    module = types.ModuleType("autograder.variants.tiny")
    module.VARIANTS = {}
    monkeypatch.setitem(sys.modules, "autograder.variants.tiny", module)
    yield
    batch.close_jails()


def test_the_demo_grades_its_class_end_to_end(tiny_house, capsys):
    assert demo.run([tiny.NAME], 1) == 0
    out = capsys.readouterr().out
    root = next(line.split()[-1] for line in out.splitlines() if line.startswith("course folder"))
    course = Course(demo.Path(root))
    with (course.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    scores = {student: float(row["score"]) for student, row in rows.items()}
    assert [
        scores[student] for student in scores if student.startswith(("Ada", "Bashir", "Chen", "Dil", "Olu"))
    ] == [100] * 5
    assert rows["Emeka"]["recognised"] == "rnn_cell_forward: no_bias" and scores["Emeka"] < 100
    assert scores["Jun (unfinished)"] == scores["Kwame (crashes)"] == scores["Lena (endless loop)"] == 60
    assert scores["Mateo (broken file)"] == scores["Nour (forged)"] == 0
    assert rows["Kwame (crashes)"]["flags"] == "process ended"
    assert rows["Mateo (broken file)"]["flags"] == "unreadable"
    assert rows["Nour (forged)"]["flags"] == "forged"
    for student in scores:
        assert (course.folder("feedback", tiny.NAME, student) / "tiny.html").is_file()
        assert student in out
    assert (course.root / "reports" / f"{tiny.NAME}.html").is_file()
