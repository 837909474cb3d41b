"""What the cases of 05-gradients have to tell apart, on the public cases and on fresh ones."""

import types

import numpy as np
import pytest

from autograder.check import verdict_on
from autograder.exercise import body
from autograder.exercises import find
from autograder.frozen import frozen_exercise
from autograder.judge import Trial
from autograder.variants.gradients import VARIANTS

SEEDS = ("public", "one", "two", "three")


def learner(source, **names):
    """A learner's function in a notebook that has these names."""
    namespace = {"np": np, **names}
    exec(compile(source, "<notebook>", "exec"), namespace)
    return list(namespace.values())[-1]


def matrices(seed):
    if seed == "public":
        return [case.arguments["W"] for case in frozen_exercise("stretch_and_radius").cases]
    return [case.arguments["W"] for case in Trial.draw(find("stretch_and_radius")[1], seed).cases]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_largest_eigenvalue_is_listed_neither_first_nor_last(seed):
    hidden = []
    for W in matrices(seed):
        values = np.linalg.eigvals(W)
        moduli = np.abs(values)
        largest = values[moduli.argmax()]
        assert largest.imag != 0 or largest.real < 0
        hidden.append(max(moduli[0], moduli[-1]) < 0.75 * moduli.max())
    assert sum(hidden) >= 2


@pytest.mark.parametrize("number", ["[0]", "[-1]"])
def test_the_modulus_of_one_eigenvalue_is_not_the_radius(number):
    source = f"""
def stretch_and_radius(W):
    return np.linalg.norm(W, 2), np.abs(np.linalg.eigvals(W)){number}
"""
    verdict = verdict_on(learner(source))
    assert [row.passed for row in verdict.rows] == [True, False, True]
    assert "no order" in verdict.rows[1].message


@pytest.mark.parametrize(
    "form", ["({0}, {1})", "[{0}, {1}]", "np.array([{0}, {1}])", "np.float32([{0}, {1}])"]
)
def test_two_numbers_may_come_as_a_tuple_a_list_or_an_array(form):
    result = form.format("np.linalg.norm(W, 2)", "np.abs(np.linalg.eigvals(W)).max()")
    assert verdict_on(learner(f"def stretch_and_radius(W):\n    return {result}")).passed


def test_an_array_of_another_length_is_said_so():
    source = "def stretch_and_radius(W):\n    return np.linalg.svd(W)[1]"
    message = verdict_on(learner(source)).rows[0].message
    assert "has 5 values; expected 2: (sigma_max, radius)" in message


WAYS = [
    (name, way)
    for name in ("jacobian_through_time", "jacobian_bound", "recurrent_backward", "train_in_chunks")
    for way in VARIANTS[name]
]


@pytest.mark.parametrize("name, way", WAYS, ids=[way.__name__ for _, way in WAYS])
def test_a_right_variant_has_its_points_although_what_it_needs_is_wrong(name, way):
    """The public answers cover what is asked at each step, or of gradients by other names, as in another style."""

    def broken(*arguments):
        raise ValueError("not right yet")

    namespace = {**way.__globals__, **dict.fromkeys(frozen_exercise(name).needs, broken)}
    verdict = verdict_on(types.FunctionType(way.__code__, namespace, name))
    assert verdict.passed, verdict.text()


def test_a_wrong_slope_of_the_learner_does_not_spoil_a_right_backward_pass():
    source = """
def recurrent_backward(da, a, parameters, activation):
    carried, dx = np.zeros(da.shape[:2]), np.zeros((parameters["Wax"].shape[1], *da.shape[1:]))
    for t in range(da.shape[2] - 1, -1, -1):
        dz = (da[:, :, t] + carried) * activation_slope(a[:, :, t], activation)
        dx[:, :, t] = parameters["Wax"].T @ dz
        carried = parameters["Waa"].T @ dz
    return {"dx": dx, "da0": carried}
"""
    verdict = verdict_on(learner(source, activation_slope=lambda a, activation: 1 - a))
    assert verdict.passed and "the fault lies in activation_slope" in verdict.text()


@pytest.mark.parametrize("seed", SEEDS[1:])
def test_the_scale_of_a_chunks_gradient_shows(seed):
    """In one case an update is not clipped; in another even what the learning rate has shortened would be."""
    exercise = find("train_in_chunks")[1]
    wrong = {"/ k": False, "* learning_rate": False}
    for case in Trial.draw(exercise, seed).cases:
        right = exercise.function(*case.arguments.values())[0]
        for change in wrong:
            text = body(exercise.function).replace('step[f"d{name}"] for', f'step[f"d{{name}}"] {change} for')
            assert change in text
            namespace = dict(exercise.function.__wrapped__.__globals__)
            exec(text, namespace)
            given = namespace["train_in_chunks"](*case.arguments.values())[0]
            wrong[change] |= any(not np.allclose(right[name], given[name], rtol=1e-3) for name in right)
    assert all(wrong.values()), wrong
