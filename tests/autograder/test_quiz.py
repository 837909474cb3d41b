"""Questions: right answers in any writing pass, wrong ones are answered in words, nothing is read at a glance."""

import json

import nbformat
import pytest
from tiny import HOUSE

from autograder import batch, classroom
from autograder.audit import Audit, audit_question
from autograder.exercises import ASSIGNMENTS, exercises
from autograder.quiz import Choice, Question, judged
from autograder.store import Course

ONE = Question(
    "gate_of_zero",
    "A gate of zero",
    "What does an update gate of 0 do?",
    (
        Choice("It forgets.", "It keeps: nothing new is written."),
        Choice("It keeps the memory.", "Right: nothing is written.", right=True),
        Choice("It stops.", "Nothing stops."),
    ),
)
SEVERAL = Question(
    "clipping",
    "Clipping",
    "What does clipping do?",
    (
        Choice("bounds", "Right.", right=True),
        Choice("cures vanishing", "A small gradient stays small."),
        Choice("keeps direction", "Right, by norm.", right=True),
    ),
)


def rows(question, value):
    return judged(question.name, question.sealed(), value).rows[0]


@pytest.mark.parametrize("value", ["b", "B", " b ", ["b"], ("b",)])
def test_a_right_answer_passes_however_it_is_written(value):
    assert rows(ONE, value).passed and rows(ONE, value).points == 10


@pytest.mark.parametrize("value", ["ac", "CA", "a, c", ["a", "c"]])
def test_several_letters_pass_in_any_order(value):
    assert rows(SEVERAL, value).passed


def test_a_wrong_answer_is_explained():
    row = rows(ONE, "a")
    assert not row.passed and row.message == "It keeps: nothing new is written." and row.mistake == "picked_a"
    assert rows(SEVERAL, "ab").message == "A small gradient stays small."
    assert "1 more belongs" in rows(SEVERAL, "a").message


@pytest.mark.parametrize("value", [None, "", "d", "ab", 3, ["a", 1], "x" * 10_000])
def test_what_is_no_answer_gets_no_points_and_says_what_is_expected(value):
    assert not rows(ONE, value).passed and "one of a, b, c" in rows(ONE, value).message


def test_the_public_file_does_not_show_which_is_right():
    sealed = json.dumps(ONE.sealed())
    assert "keeps" not in sealed and '"b"]' not in sealed
    assert not any(letter in ONE.sealed()["right"] for letter in "abc")


def test_the_audit_tries_every_answer():
    found = Audit("x")
    audit_question(SEVERAL, found)
    assert found.mistakes == 6 and found.problems == []
    silent = Question("q", "t", "?", (Choice("x", ""), Choice("y", "Right.", right=True)))
    audit_question(silent, found := Audit("y"))
    assert found.problems == ["nothing is said to whoever answers a"]


QUIZZES = [name for name in ASSIGNMENTS if name.endswith("-quiz")]


def answered(quiz, **answers):
    """The released quiz with these answers written in."""
    notebook = nbformat.read(HOUSE / "assignments" / quiz / f"{ASSIGNMENTS[quiz]}.ipynb", as_version=4)
    for cell in notebook.cells:
        name = cell.metadata["autograder"].get("exercise")
        if cell.metadata["autograder"]["role"] == "exercise" and name in answers:
            cell.source = f"{name} = {answers[name]!r}"
    return notebook


def laid(notebook, folder, quiz):
    (folder / quiz).mkdir(parents=True)
    nbformat.write(notebook, folder / quiz / f"{ASSIGNMENTS[quiz]}.ipynb")


@pytest.mark.parametrize("quiz", QUIZZES)
def test_a_quiz_is_graded_in_the_sandbox_answer_by_answer(tmp_path, quiz):
    (tmp_path / "nbgrader_config.py").write_text((HOUSE / "nbgrader_config.py").read_text())
    laid(answered(quiz), tmp_path / "assignments", quiz)
    first, second, *_ = exercises(quiz)
    right = {question.name: question.answer for question in exercises(quiz)}
    wrong = next(letter for letter in "abcd" if letter not in first.answer)
    stripped = answered(quiz, **right)
    for cell in stripped.cells:
        cell.metadata.clear()
    handed = {
        "ada": answered(quiz, **right),
        "ben": answered(quiz, **{**right, first.name: wrong, second.name: ["d", 3]}),
        "cem": answered(quiz),
        "dora": stripped,
    }
    for student, notebook in handed.items():
        laid(notebook, tmp_path / "submitted" / student, quiz)
    lines = classroom.grade(Course(tmp_path), quiz, pool=batch.processes(2))
    assert {line.student: line.score for line in lines} == {"ada": 100, "ben": 80, "cem": 0, "dora": 100}
    said = next(line for line in lines if line.student == "ben")
    assert said.recognised == [f"{first.name}: picked_{wrong}"]
