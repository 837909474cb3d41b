"""The two squashing functions that every cell of the course shares."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def sigmoid(z: Array) -> Array:
    """The logistic function, elementwise, without overflow for large |z|.

    Args:
        z: any shape, floating.

    Returns:
        Values in [0, 1], the shape and dtype of `z`.
    """
    return (1 + np.tanh(z / 2)) / 2


def softmax(z: Array) -> Array:
    """Turn each column of scores into probabilities.

    Args:
        z: (n_y, ...) scores, one class a row.

    Returns:
        (n_y, ...) probabilities; the sum over axis 0 is 1.
    """
    exponentials = np.exp(z - z.max(axis=0, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=0, keepdims=True)
    return probabilities
