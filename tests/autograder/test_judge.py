"""The judge works out what the known mistakes give only as far as somebody looks."""

import pytest
import tiny

from autograder import judge
from autograder.calling import call
from autograder.exercise import mistaken
from autograder.exercises import exercises
from autograder.fixtures import built
from autograder.judge import Trial
from autograder.tree import copied


def answers(trial, function):
    return [call(function, list(built(copied(case.arguments)).values())) for case in trial.cases]


@pytest.fixture
def worked_out(monkeypatch):
    """The mistakes that were worked out, in order, one entry a case."""
    found = []
    values = Trial.values

    def noted(trial, function, case):
        found.append(function)
        return values(trial, function, case)

    monkeypatch.setattr(judge.Trial, "values", noted)
    return found


def test_a_right_answer_needs_no_mistake(worked_out):
    trial = Trial.draw(tiny.EXERCISES[0], "seed")
    outcomes = answers(trial, tiny.EXERCISES[0].function)
    assert all(row.passed for row in trial.rows(outcomes))
    assert set(worked_out) == {tiny.EXERCISES[0].function}


def test_a_mistake_that_differs_in_one_case_is_not_tried_on_the_others(worked_out):
    exercise = next(found for found in exercises("lstm") if found.name == "lstm_cell_forward")
    trial = Trial.draw(exercise, "seed")
    outcomes = answers(trial, lambda *arguments: (*exercise.function(*arguments)[:3], ()))
    assert not all(row.passed for row in trial.rows(outcomes))
    tried = [function for function in worked_out if function is not exercise.function]
    assert len(tried) < 2 * len(exercise.mistakes) < len(trial.cases) * len(exercise.mistakes)


@pytest.mark.parametrize("number", [0, 7, 20])
def test_what_is_worked_out_late_is_what_it_always_was(number):
    exercise = next(found for found in exercises("lstm") if found.name == "lstm_cell_forward")
    trial = Trial.draw(exercise, "seed")
    for case, late in zip(trial.cases, trial.mistakes, strict=True):
        assert list(late) == [mistake.name for mistake in exercise.mistakes]
        mistake = exercise.mistakes[number]
        now = trial.values(mistaken(exercise, mistake), case)
        assert repr(late[mistake.name]) == repr(now)


def test_each_mistake_is_compiled_once():
    exercise, mistake = tiny.EXERCISES[0], tiny.EXERCISES[0].mistakes[0]
    assert mistaken(exercise, mistake) is mistaken(exercise, mistake)
