"""Padding and shifted inputs: what stands where, and errors that name the argument."""

import numpy as np
import pytest

from seqlib.batches import pad, shifted_inputs


def test_shorter_sequences_are_filled_at_the_end():
    indices, mask = pad([[3, 1], [2], []], value=9)
    assert indices.tolist() == [[3, 1], [2, 9], [9, 9]]
    assert mask.tolist() == [[True, True], [True, False], [False, False]]


def test_inputs_are_the_tokens_before():
    x = shifted_inputs(np.array([[2, 0, 1]]), 3)
    assert x[:, 0, 0].tolist() == [0, 0, 0]
    assert x[:, 0, 1:].argmax(axis=0).tolist() == [2, 0]


@pytest.mark.parametrize("sequences", ["text", None, ["text"], [3], [[1.5]], [[True]], [[1], None]])
def test_what_is_no_list_of_lists_of_indices_is_refused(sequences):
    with pytest.raises(TypeError, match=r"^sequences"):
        pad(sequences)


def test_a_filling_that_is_no_index_is_refused():
    with pytest.raises(TypeError, match=r"value is 0\.5"):
        pad([[1]], value=0.5)


@pytest.mark.parametrize(
    ("targets", "n_x", "message"),
    [
        (np.zeros((1, 2)), 3, "targets holds float64"),
        ([[0, 1]], 3, "targets is of type list"),
        (np.zeros(2, dtype=int), 3, "targets has shape"),
        (np.zeros((2, 0), dtype=int), 3, "targets has shape"),
        (np.array([[5, 0]]), 3, "indices holds 5"),
        (np.array([[1, 0]]), 0, "n_x is 0"),
        (np.array([[1, 0]]), 2.0, "n_x is 2.0"),
    ],
)
def test_bad_targets_are_named(targets, n_x, message):
    with pytest.raises((TypeError, ValueError), match=message):
        shifted_inputs(targets, n_x)
