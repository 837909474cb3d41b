"""Questions: right answers in any writing pass, wrong ones are answered in words, nothing is read at a glance."""

import json

import pytest

from autograder.audit import Audit, audit_question
from autograder.quiz import Choice, Question, judged

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
