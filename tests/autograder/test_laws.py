"""What is random is judged by law: right samplers pass, each known way of being wrong is told apart and named."""

import numpy as np
import pytest

from autograder import laws
from autograder.compare import Expectation, compare
from autograder.layout import Plain
from autograder.outcome import CallError, CallOutcome
from autograder.row import Row

PROBABILITIES = np.array([0.5, 0.3, 0.15, 0.05])
DRAWS = 500


def draws(seed, probabilities=PROBABILITIES, count=DRAWS):
    rng = np.random.default_rng(seed)
    return [int(rng.choice(len(probabilities), p=probabilities)) for _ in range(count)]


def names(seed, stop=0.4, count=DRAWS):
    """Lists of tokens that end with 0."""
    rng = np.random.default_rng(seed)
    return [[*rng.integers(1, 4, rng.geometric(stop) - 1).tolist(), 0] for _ in range(count)]


def test_two_samples_of_one_law_are_never_told_apart():
    assert not any(laws.broken("each", draws(seed), draws(seed + 10_000)) for seed in range(300))
    assert not any(laws.broken("length", names(seed), names(seed + 10_000)) for seed in range(50))


@pytest.mark.parametrize(
    "wrong",
    [[1, 0, 0, 0], [0.25] * 4, [0.05, 0.15, 0.3, 0.5]],
    ids=["always the likeliest", "uniform", "reversed"],
)
def test_another_law_is_rejected_with_both_frequencies(wrong):
    message = laws.broken("each", draws(1), draws(2, np.array(wrong)))
    assert message and "is drawn in" in message and "of 500 draws; expected about" in message


def test_what_never_should_be_drawn_is_named():
    given = [*names(2)[:-1], [1, 9, 0]]
    assert laws.broken("support", names(1), given) == "9 occurs, which never should"


def test_a_sampler_that_does_not_stop_breaks_the_law_of_lengths():
    assert "the length is" in (laws.broken("length", names(1), names(2, stop=0.1)) or "")


def rows_of(drawn, error=None):
    right, always = draws(3), [0] * DRAWS
    expectations = [
        Expectation({"y": 1.0}, {"": one}, {"argmax": {"": wrong}})
        for one, wrong in zip(right, always, strict=True)
    ]
    outcomes = [CallOutcome(value, [1.0], error) for value in drawn]
    rows = [Row("frequencies", "", 5, law="each")]
    return compare(rows, Plain("a token"), expectations, outcomes, {"argmax": "The likeliest is taken."})


def test_a_right_sampler_passes_and_a_known_mistake_is_named():
    assert all(row.passed for row in rows_of(draws(4)))
    wrong = rows_of([0] * DRAWS)[0]
    assert wrong.mistake == "argmax" and wrong.message.endswith("The likeliest is taken.")


def test_another_mistake_is_not_called_by_that_name():
    wrong = rows_of(draws(4, np.array([0.25] * 4)))[0]
    assert not wrong.passed and wrong.mistake is None


def test_a_drawn_value_of_another_kind_is_described():
    assert "is an array of shape (2, 2)" in rows_of([np.zeros((2, 2))] * DRAWS)[0].message
    error = CallError("raised", "ValueError", "no")
    assert rows_of([None] * DRAWS, error)[0].message.startswith("raised ValueError: no")


def test_several_tokens_from_one_seed_are_alike_when_all_of_them_are_in_their_order():
    drawn = [[0, 2, 0]] * 30
    assert laws.broken("alike", drawn, [np.array([1, 3])] * 30) is None
    assert laws.broken("alike", drawn, [[]] * 30) is None
    assert laws.broken("alike", drawn, [[1, 3]] * 29 + [[3, 1]])


def test_one_value_from_one_seed_is_alike_whatever_it_is_and_two_are_not():
    assert laws.broken("alike", [3] * 30, [5] * 30) is None
    message = laws.broken("alike", [3] * 30, [5] * 29 + [1])
    assert message and message.startswith(
        "1 and 5 are drawn, though every call was given a generator with the same"
    )


def test_an_empty_array_counts_as_nothing_drawn():
    rows = compare(
        [Row("length", "", 1.0, law="length")],
        Plain("a list of tokens"),
        [Expectation({}, {"": []}) for _ in range(50)],
        [CallOutcome(np.array([]), []) for _ in range(50)],
        {},
    )
    assert rows[0].passed
