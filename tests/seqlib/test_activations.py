"""Sigmoid and softmax: without overflow, with errors that name the argument, and NaN handed on."""

import numpy as np
import pytest

from seqlib.activations import sigmoid, softmax


def test_large_scores_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(sigmoid(np.array([-800.0, 0.0, 800.0])), [0, 0.5, 1])
        np.testing.assert_allclose(softmax(np.array([[1000.0], [1000.0]])), [[0.5], [0.5]])


def test_single_numbers_and_no_examples_at_all_will_do():
    assert sigmoid(0.0) == 0.5
    assert softmax(np.zeros((3, 0))).shape == (3, 0)


def test_nan_stays_where_it_is():
    assert np.isnan(sigmoid(np.array([np.nan, 0.0]))).tolist() == [True, False]
    assert np.isnan(softmax(np.array([[np.nan, 0.0], [1.0, 0.0]]))).tolist() == [[True, False]] * 2


@pytest.mark.parametrize("function", [sigmoid, softmax])
@pytest.mark.parametrize("z", [[1.0, 2.0], "scores", None, np.array(["a"])])
def test_what_is_no_array_of_numbers_is_refused(function, z):
    with pytest.raises(TypeError, match=r"^z "):
        function(z)


@pytest.mark.parametrize("z", [np.zeros((0, 3)), np.float64(1)])
def test_softmax_needs_a_class(z):
    with pytest.raises(ValueError, match="z has shape"):
        softmax(z)
