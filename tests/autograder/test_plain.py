"""Lists and dicts of text and whole numbers are compared item by item, whatever they are made of."""

import numpy as np
import pytest

from autograder.compare import Expectation, compare, plain_difference
from autograder.layout import Plain, from_json
from autograder.outcome import CallOutcome
from autograder.row import Row

RIGHT = {"tokens": ["<PAD>", "a", "b"], "counts": {"a": 2, "b": 1}, "share": 0.1}


def message(given, right=RIGHT):
    rows = [Row("vocabulary", "", 5)]
    expectation = Expectation({"x": 1.0}, {"": right})
    return compare(rows, Plain("a dict"), [expectation], [CallOutcome(given, [1.0])], {})[0].message


def test_equal_values_in_other_containers_pass():
    assert (
        message({"share": 0.1 + 1e-17, "tokens": ("<PAD>", "a", "b"), "counts": {"b": np.int64(1), "a": 2}})
        == ""
    )
    assert message(np.array([1, 2]), [1, 2]) == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**RIGHT, "tokens": ["<PAD>", "b", "a"]}, "['tokens'][1] is 'b'; expected 'a'"),
        ({**RIGHT, "tokens": ["a", "b"]}, "has 2 items; expected 3; the first difference"),
        ({**RIGHT, "counts": {"a": 2}}, "['counts'] lacks the key 'b'"),
        ({**RIGHT, "counts": {"a": 2, "b": 1, "c": 0}}, "has the key 'c', which should not be there"),
        ({**RIGHT, "counts": {"a": 2, "b": "1"}}, "['counts']['b'] is '1'; expected 1"),
        ({**RIGHT, "share": 0.2}, "['share'] is 0.2; expected 0.1"),
        (None, "is None (is a return missing? append, sort and update return None too); expected"),
        (
            {**RIGHT, "counts": {2: "a"}},
            "['counts'] has the key 2 (int); its keys should be text, such as 'a'",
        ),
        ({("a", "b"): 1}, "has the key ('a', 'b') (tuple); its keys should be text, such as 'tokens'"),
    ],
)
def test_the_first_difference_is_named(given, said):
    assert said in message(given)


def test_two_dicts_with_the_same_odd_keys_are_equal():
    assert plain_difference({1: "a"}, {1: "a"}, "index") is None
    assert plain_difference({1: "a"}, {1: "b"}, "index") == "index[1] is 'b'; expected 'a'"


def test_the_case_is_told_by_its_arguments():
    arguments = {"texts": ["a", "b"], "n": 3, "k": 0.25, "index": {"a": 1}, "unknown": "<?>"}
    expectation = Expectation(arguments, {"": 1}, dims={"texts": 2, "pool": 9})
    outcome = CallOutcome(2, list(arguments.values()))
    row = compare([Row("x", "", 5)], Plain("a number"), [expectation], [outcome], {})[0]
    assert "(case 1: len(texts) = 2, n = 3, k = 0.25, unknown = '<?>')" in row.message


def test_the_layout_survives_its_json():
    assert from_json(Plain("a list").to_json()) == Plain("a list")


def test_what_is_far_too_large_is_not_looked_into():
    assert "far larger than expected: [1, 2]" in message(list(range(100_000)), [1, 2])
    assert "far larger" in message(np.zeros((1000, 1000)), [1, 2])
