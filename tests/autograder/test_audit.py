"""The checks are proved, and the proof itself can fail."""

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder import audit as auditing
from autograder.audit import Audit, audit_exercise, audit_mistakes, audit_mutants, audit_reference, mutants
from autograder.exercise import Mistake, body
from autograder.exercises import ASSIGNMENTS, UnknownName, every_exercise, every_function, exercises
from autograder.judge import Trial

# Known mistakes and mutants divide by zero and take roots of what is negative.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

EXERCISES = {name: exercise for name, (_, exercise) in every_function().items()}
CELL = EXERCISES["lstm_cell_forward"]
TRIALS = [Trial.draw(CELL, "one")]


@pytest.mark.parametrize("name", every_exercise())
def test_every_check_kills_names_and_accepts(name):
    assert audit_exercise(name).problems == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_assignment_is_worth_100_points(assignment):
    assert sum(exercise.points for exercise in exercises(assignment)) == 100


@pytest.mark.parametrize("name", EXERCISES)
def test_cases_hide_no_mistake_behind_symmetry(name):
    """Within a case the sizes of an array's axes differ, and 1 is among the sizes of the cases."""
    exercise = EXERCISES[name]
    axes = axes_of([layout.to_json() for layout in (*exercise.arguments.values(), exercise.result)])
    for dims in exercise.dims:
        sizes = [size for axis, size in dims.items() if axis in axes]
        assert len(set(sizes)) == len(sizes), dims
    assert not axes or any(1 in dims.values() for dims in exercise.dims)


def axes_of(layout):
    """The names in the axes of all arrays of a layout: n_a and n_x of "n_a + n_x"."""
    if isinstance(layout, dict):
        inside = axes_of(list(layout.values()))
        return inside.union(*(re.findall(r"[A-Za-z_]+", axis) for axis in layout.get("array", ())))
    return set().union(*map(axes_of, layout)) if isinstance(layout, list) else set()


@pytest.mark.parametrize("name", EXERCISES)
def test_no_argument_is_constant_or_symmetric(name):
    for case in Trial.draw(EXERCISES[name], "symmetry").cases:
        if case.group != "drawn":
            continue
        for array in arrays(case.arguments):
            if array.dtype.kind == "f" and array.size > 1 and not one_hot(array):
                assert len(np.unique(array)) > 1
            if array.ndim == 2 and array.shape[0] == array.shape[1] > 1:
                assert not np.allclose(array, array.T)


def one_hot(array):
    return set(np.unique(array)) <= {0.0, 1.0}


def arrays(tree):
    if isinstance(tree, np.ndarray):
        yield tree
    elif isinstance(tree, (dict, list, tuple)):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from arrays(item)


def test_other_seeds_draw_other_cases_and_the_same_seed_the_same():
    one, same, other = (Trial.draw(CELL, seed).inputs[0]["xt"] for seed in ("one", "one", "other"))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_a_row_that_is_left_out_lets_mutants_survive():
    found = Audit(CELL.name)
    audit_mutants(replace(CELL, rows=CELL.rows[:1]), trials_without(CELL.rows[1:]), "lstm", found)
    assert any("mutant survives" in problem for problem in found.problems)


def trials_without(rows):
    kept = [row for row in CELL.rows if row not in rows]
    return [Trial.draw(replace(CELL, rows=kept), "one")]


def test_a_mistake_that_is_none_is_reported():
    harmless = Mistake("harmless", ("ft * c_prev", "c_prev * ft"), "text")
    exercise = replace(CELL, mistakes=[harmless])
    found = Audit(CELL.name)
    audit_mistakes(exercise, [Trial.draw(exercise, "one")], found)
    assert "mistake harmless passes" in found.problems


def test_two_mistakes_that_look_the_same_are_reported():
    twins = [
        Mistake("first", ("ft * c_prev", "(1 - ft) * c_prev"), "text"),
        Mistake("second", ("ft * c_prev", "c_prev - ft * c_prev"), "text"),
    ]
    exercise = replace(CELL, mistakes=twins)
    found = Audit(CELL.name)
    audit_mistakes(exercise, [Trial.draw(exercise, "one")], found)
    assert any("second is taken for first" in problem for problem in found.problems)


def test_too_few_mistakes_are_reported():
    found = Audit(CELL.name)
    audit_reference(replace(CELL, mistakes=CELL.mistakes[:2]), TRIALS, found)
    assert any("at least 5 are wanted" in problem for problem in found.problems)


def test_a_mutant_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(auditing, "CALL_SECONDS", 1)

    def endless(*_):
        while True:
            pass

    outcome = auditing.timed(endless, [])
    assert outcome.error is not None and outcome.error.kind == "timeout"


def test_mutants_come_from_every_operator_that_fits():
    found = list(mutants(body(CELL.function)))
    assert len(found) > 40 and len({source for _, source in found}) == len(found)


def test_an_unknown_topic_is_answered_with_those_there_are():
    with pytest.raises(UnknownName, match="no assignment 'lstn'"):
        auditing.audit(["lstn"])
