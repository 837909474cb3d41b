"""A row says what is wrong: which part, where first, how far off, which known mistake."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.compare import Expectation, changed, compare
from autograder.frozen import alike
from autograder.layout import Array, Dict, Each, Number, Tuple, from_json
from autograder.outcome import CallError, CallOutcome
from autograder.row import UNCHANGED, Row

LAYOUT = Tuple(a=Array("n_a", "m", "T_x"), loss=Number(), grads=Dict(dW=Array("n_a", "n_x")))
ROWS = [Row("activations", "a", 3), Row("loss", "loss", 2), Row("weights", "grads.dW", 4)]
RNG = np.random.default_rng(7)
A = RNG.normal(size=(2, 3, 4))
W = RNG.normal(size=(2, 5))
RIGHT = {"a": A, "loss": 1.5, "grads.dW": W}
WRONG = {"a": A, "loss": 1.5, "grads.dW": W / 3}
ARGUMENTS = {"x": np.arange(3.0)}
TEXTS = {"averaged": "You have the mean over the examples."}


def rows_for(result, *, mistakes=None, arguments=None, error=None):
    expectation = Expectation(ARGUMENTS, RIGHT, {"averaged": WRONG} if mistakes is None else mistakes)
    outcome = CallOutcome(result, [np.arange(3.0)] if arguments is None else arguments, error)
    return {row.name: row for row in compare(ROWS, LAYOUT, [expectation], [outcome], TEXTS)}


def test_a_right_result_passes_every_row():
    rows = rows_for((A, 1.5, {"dW": W}))
    assert all(row.passed for row in rows.values())
    assert sum(row.points for row in rows.values()) == 10


@pytest.mark.parametrize(
    "result",
    [
        [A.astype(np.float32), np.float32(1.5), {"dW": W.tolist(), "extra": 1}],
        (A * (1 + 1e-7), np.array(1.5), {"dW": np.asfortranarray(W)}),
    ],
    ids=["lists and float32", "other operation order"],
)
def test_right_results_in_other_clothes_pass(result):
    assert all(row.passed for row in rows_for(result).values())


def test_the_first_wrong_place_is_the_earliest_time_step():
    wrong = A.copy()
    wrong[0, 0, 3] += 5
    wrong[1, 2, 1] += 1
    row = rows_for((wrong, 1.5, {"dW": W}))["activations"]
    assert not row.passed and row.points == 0
    assert "2 of 24 values are wrong, largest error 5" in row.message
    assert "first at time step 1, unit 1, example 2" in row.message


@pytest.mark.parametrize(
    ("axes", "place"),
    [
        (("m", "T_y", "T_x"), "output step 1, input step 3, example 1"),
        (("m", "T_q", "T_x"), "query 1, input step 3, example 1"),
        (("m", "n_a", "T_x"), "time step 0, example 0, unit 2"),
    ],
)
def test_beside_steps_of_an_output_those_of_the_input_are_called_so_and_come_later(axes, place):
    layout, row, right = Tuple(weights=Array(*axes)), Row("weights", "weights", 1), np.zeros((2, 3, 4))
    wrong = right.copy()
    wrong[0, 2, 0] = wrong[1, 1, 3] = 1
    rows = compare([row], layout, [Expectation({}, {"weights": right})], [CallOutcome((wrong,), [])], {})
    assert f"the first at {place} is 1" in rows[0].message


def test_one_wrong_row_leaves_the_others_their_points():
    rows = rows_for((A, 2.5, {"dW": W}))
    assert [row.points for row in rows.values()] == [3, 0, 4, 1]
    assert "loss is 2.5; expected 1.5" in rows["loss"].message


@pytest.mark.parametrize(
    "result, name, message",
    [
        (
            (A.transpose(1, 0, 2), 1.5, {"dW": W}),
            "activations",
            r"has shape (3, 2, 4); expected numbers of shape (2, 3, 4) = (n_a, m, T_x)",
        ),
        ((A, 1.5), "activations", "the result has 2 values; expected 3: (a, loss, grads)"),
        (A, "activations", "the result is an array of shape (2, 3, 4); expected 3 values (a, loss, grads)"),
        ((A, 1.5, {"dw": W}), "weights", "grads lacks the key dW; it has dw"),
        ((A, 1.5, None), "weights", "grads is None (is a return missing?); expected a dict with the keys dW"),
        ((A, "1.5", {"dW": W}), "loss", "expected a single number"),
        (None, "activations", "the result is None (is a return missing?); expected 3 values"),
        ((A, np.nan, {"dW": W}), "loss", "loss is nan; expected 1.5"),
    ],
)
def test_what_is_laid_out_wrongly_is_said_in_words(result, name, message):
    row = rows_for(result)[name]
    assert not row.passed and message in row.message


def test_nan_and_infinity_are_wrong():
    spoilt = A.copy()
    spoilt[0, 0, 0] = np.nan
    spoilt[1, 0, 0] = np.inf
    assert "2 of 24 values are wrong" in rows_for((spoilt, 1.5, {"dW": W}))["activations"].message


def test_nan_and_infinity_are_explained_and_counted():
    spoilt = A.copy()
    spoilt[0, 0, 0] = np.nan
    spoilt[1, 0, 0] = A[1, 0, 0] + 9
    message = rows_for((spoilt, np.inf, {"dW": W}))["activations"].message
    assert "2 of 24 values are wrong, 1 of them nan or inf;" in message
    assert "is nan, expected" in message and "(nan comes from 0 / 0, inf − inf, 0 · inf, or a root" in message
    assert "(inf comes from a division by 0" in rows_for((A, -np.inf, {"dW": W}))["loss"].message
    assert "comes from" not in rows_for((A + 1, 2.5, {"dW": W}))["activations"].message


def test_nan_is_the_same_as_nan_in_what_was_frozen():
    nan = [np.array([np.nan, 1.0]), float("nan")]
    assert alike(nan, [np.array([np.nan, 1.0]), float("nan")])
    assert not alike(nan, [np.array([0.0, 1.0]), float("nan")]) and not alike(nan, [nan[0], 0.0])


def test_a_mistake_that_gives_nan_is_recognised():
    mistakes = {"averaged": {**RIGHT, "loss": np.nan}}
    assert rows_for((A, np.nan, {"dW": W}), mistakes=mistakes)["loss"].mistake == "averaged"
    assert rows_for((A, np.inf, {"dW": W}), mistakes=mistakes)["loss"].mistake is None


def test_a_missing_key_is_another_mistake_than_another_missing_key():
    error = CallError("raised", "KeyError", "'<UNK>'")
    mistakes = {"averaged": dict.fromkeys(RIGHT, error)}
    other = CallError("raised", "KeyError", "'UNK'", 2, "index['UNK']")
    assert rows_for(None, mistakes=mistakes, error=error)["activations"].mistake == "averaged"
    assert rows_for(None, mistakes=mistakes, error=other)["activations"].mistake is None


MASK = np.array([[True, True, False], [True, False, False]])
INDICES = np.array([[3, 1, 0], [2, 0, 0]])
BATCH = Tuple(indices=Array("m", "T_x", holds="whole"), mask=Array("m", "T_x", holds="bool"))


def batch_rows(indices, mask):
    rows = [Row("indices", "indices", 2), Row("mask", "mask", 3)]
    right = {"indices": INDICES, "mask": MASK}
    expectation = Expectation(ARGUMENTS, right, {"inverted": {**right, "mask": ~MASK}})
    outcome = CallOutcome((indices, mask), [np.arange(3.0)])
    return {
        row.name: row for row in compare(rows, BATCH, [expectation], [outcome], {"inverted": "Inverted."})
    }


def test_an_array_of_the_kind_that_is_wanted_passes():
    assert all(row.passed for row in batch_rows(INDICES.astype(np.uint8), MASK).values())


@pytest.mark.parametrize(
    "mask, message",
    [
        (
            MASK.astype(int),
            "mask holds int64; True and False are expected, since ~mask and x[mask] mean something else for numbers",
        ),
        (MASK.astype(float), "mask holds float64; True and False are expected"),
        (
            MASK.tolist(),
            "mask is a list of 2; an array of True and False is expected: np.array makes one of it",
        ),
    ],
)
def test_an_array_of_another_kind_costs_its_row_and_is_told_why(mask, message):
    rows = batch_rows(INDICES, mask)
    assert rows["indices"].passed and not rows["mask"].passed
    assert rows["mask"].message.startswith(message) and rows["mask"].mistake is None


def test_whole_numbers_are_wanted_for_indices():
    message = batch_rows(INDICES.astype(float), MASK)["indices"].message
    assert message.startswith("indices holds float64; whole numbers are expected")


def test_wrong_values_are_told_before_their_kind_and_still_diagnosed():
    row = batch_rows(INDICES, 1 - MASK)["mask"]
    assert "6 of 6 values are wrong" in row.message and row.mistake == "inverted"


@pytest.mark.parametrize("holds, dtype", [("bool", bool), ("whole", int), ("float", float), ("number", int)])
def test_what_an_array_holds_survives_its_json(holds, dtype):
    layout = from_json(Array("m", holds=holds).to_json())
    assert layout.holds == holds and layout.axes == ("m",)
    assert layout.misfit(np.ones(3, dtype)) == "" and layout.misfit([1, 0, 1]) != ""


def test_a_kind_of_numbers_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="holds is 'int'; expected one of bool, whole, float, number"):
        Array("m", holds="int")


def test_a_known_mistake_is_named_where_it_first_shows():
    row = rows_for((A, 1.5, {"dW": W / 3}))["weights"]
    assert row.mistake == "averaged" and TEXTS["averaged"] in row.message


def test_a_known_mistake_is_not_named_for_another_error():
    assert rows_for((A, 1.5, {"dW": W / 2}))["weights"].mistake is None


def test_two_faults_each_get_their_own_diagnosis():
    rows = rows_for((A, 9.0, {"dW": W / 3}))
    assert rows["loss"].mistake is None and rows["weights"].mistake == "averaged"


def test_a_mistake_that_raises_is_recognised_by_its_exception():
    error = CallError("raised", "ValueError", "shapes (2,5) and (3,2) do not fit")
    mistakes = {"averaged": dict.fromkeys(RIGHT, error)}
    same = CallError("raised", "ValueError", "cannot multiply (3,2) by (2,5)", 4, "W @ x")
    other = CallError("raised", "ValueError", "cannot multiply (3,7) by (2,5)", 4, "W @ x")
    assert rows_for(None, mistakes=mistakes, error=same)["activations"].mistake == "averaged"
    assert rows_for(None, mistakes=mistakes, error=other)["activations"].mistake is None


def test_an_exception_names_the_line():
    error = CallError("raised", "KeyError", "'Wz'", 3, 'W = parameters["Wz"]')
    rows = rows_for(None, error=error)
    assert (
        "raised KeyError: 'Wz', at line 3 of the cell in which you wrote: W = parameters[\"Wz\"]"
        in rows["activations"].message
    )
    assert rows["loss"].message.startswith("as for activations")


def test_a_changed_argument_costs_its_own_row_only():
    rows = rows_for((A, 1.5, {"dW": W}), arguments=[np.arange(3.0) + 1])
    assert not rows[UNCHANGED].passed and "changes its argument x" in rows[UNCHANGED].message
    assert sum(row.points for row in rows.values()) == 9


def test_nothing_right_earns_nothing_for_unchanged_arguments():
    rows = rows_for((A + 1, 0.0, {"dW": W + 1}))
    assert sum(row.points for row in rows.values()) == 0


def test_logarithms_are_compared_where_a_row_says_so():
    layout, row = Tuple(p=Array("n_y", "m")), Row("log-probability", "p", 1, transform="log")
    p = np.array([[1e-9, 0.5], [1 - 1e-9, 0.5]])
    near = p + np.array([[1e-9, 0], [0, 0]])
    for value, right in ((p, True), (near, False), (np.zeros_like(p), False)):
        rows = compare([row], layout, [Expectation({}, {"p": p})], [CallOutcome((value,), [])], {})
        assert rows[0].passed is right


def test_lists_of_another_length_are_wrong():
    layout, row = Tuple(caches=Each(Array("n_a", "m"))), Row("caches", "caches", 1)
    steps = [np.ones((2, 3)) * t for t in range(4)]
    for value, right in ((steps, True), (steps[:3], False), (steps[::-1], False), ({}, False)):
        rows = compare([row], layout, [Expectation({}, {"caches": steps})], [CallOutcome((value,), [])], {})
        assert rows[0].passed is right


def test_layouts_survive_json():
    layout = Tuple(a=Array("n_a", "m"), n=Number(), caches=Each(Dict(x=Array("m"))))
    assert from_json(layout.to_json()).to_json() == layout.to_json()


def test_a_mistake_is_not_named_for_a_group_on_which_it_was_not_tried():
    rows = [Row("weights", "grads.dW", 1), Row("weights of a model", "grads.dW", 1, cases="model")]
    expectations = [
        Expectation({}, RIGHT, {"averaged": WRONG}),
        Expectation({}, RIGHT, group="model"),
    ]
    outcomes = [CallOutcome((A, 1.5, {"dW": W / 3}), []), CallOutcome((A, 1.5, {"dW": W * np.nan}), [])]
    drawn, model, _ = compare(rows, LAYOUT, expectations, outcomes, TEXTS)
    assert drawn.mistake == "averaged" and model.mistake is None
    assert not model.passed and "(case: model)" in model.message


def test_arguments_that_do_not_come_back_are_not_as_they_were():
    expectation = Expectation(ARGUMENTS, RIGHT)
    outcome = CallOutcome((A, 1.5, {"dW": W}), None)
    row = compare(ROWS, LAYOUT, [expectation], [outcome], TEXTS)[-1]
    assert row.name == UNCHANGED and not row.passed


@pytest.mark.parametrize("before, after", [(5.0, np.ones(3)), ({"a": None}, {"a": np.ones(3)}), ("x", 1)])
def test_arguments_of_another_type_are_changed(before, after):
    assert changed(before, after, "epsilon") is not None


def test_an_array_named_many_times_is_not_put_together():
    """A result may name one array as often as it likes: its shape is known without making it."""
    column = np.zeros(1 << 17)
    many = [[column] * 1000] * 1000
    rows = rows_for((many, 1.5, {"dW": [column] * 100_000}))
    assert rows["activations"].message == (
        "a has shape (1000, 1000, 131072); expected numbers of shape (2, 3, 4) = (n_a, m, T_x) (case 1)"
    )
    assert "has shape (100000, 131072)" in rows["weights"].message


@pytest.mark.parametrize(
    "rows", [[[1.0] * 5, [1.0] * 4], [[1.0] * 5, 3], [[1.0] * 5, None], [[10**400] * 5] * 2]
)
def test_lists_that_are_no_array_are_wrong_and_nothing_more(rows):
    assert (
        "dW is a list of 2; expected numbers of shape (2, 5)"
        in rows_for((A, 1.5, {"dW": rows}))["weights"].message
    )


def test_a_list_of_too_many_steps_is_counted_so_far_only():
    layout = Tuple(steps=Each(Array("n_a")))
    expectation = Expectation({}, {"steps": [np.ones(3)] * 2})
    outcome = CallOutcome(([np.ones(3)] * 100_000,), [], None)
    row = compare([Row("steps", "steps", 1)], layout, [expectation], [outcome], {})[0]
    assert row.message == "steps has 104 parts or more; expected 2 (case 1)"


def test_long_names_and_texts_of_a_learner_are_cut():
    keys = {f"key{i}": 1 for i in range(5000)} | {"x" * 5000: 1}
    rows = rows_for((A, 1.5, keys))
    assert "lacks the key dW; it has key0, key1" in rows["weights"].message
    assert "and 4989 more" in rows["weights"].message and len(rows["weights"].message) < 400
    rows = rows_for(None, error=CallError("raised", "E" * 500, "m" * 5000 + "\n" * 500, 3, "s" * 5000))
    assert all(len(row.message) < 800 for row in rows.values())
    assert "at line 3 of the cell in which you wrote: sss" in rows["activations"].message


def test_no_text_of_a_learner_steers_a_terminal():
    rows = rows_for(None, error=CallError("raised", "E", "\x1b[2J\u202egnorw\u2028 line\r\x9b"))
    assert rows["activations"].message == "raised E: \ufffd[2J\ufffdgnorw\ufffd line\ufffd\ufffd (case 1)"


arrays = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float16, np.int64, np.uint64, np.bool_]),
    shape=st.sampled_from([(2, 3, 4), (2, 5), (), (0,), (2, 3), (0, 2**40), (1, 1, 1, 1)]),
)
leaves = (
    st.none() | st.booleans() | st.integers() | st.just(10**4000) | st.floats() | st.text(max_size=8) | arrays
)
keys = st.sampled_from(["dW", "loss", "a", "\x1b[2J", ""])
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, min_size=3, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=12,
)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_nothing_that_can_be_returned_makes_the_comparison_fail(result):
    """The judge lives through any tree, says something bearable, and gives no point for it."""
    rows = rows_for(result)
    assert all(row.points == 0 and len(row.message) <= 1200 for row in rows.values() if row.max_points > 1)
    assert all(row.message.isprintable() for row in rows.values())


@given(anything, anything)
@settings(max_examples=300, deadline=None)
def test_nothing_that_becomes_of_an_argument_makes_the_comparison_fail(before, after):
    assert changed(before, after, "x") in (None, "x") or changed(before, after, "x").startswith("x[")
