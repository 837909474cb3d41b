"""The two squashing functions that every cell of the course shares.

NaN is not refused here but handed on: a learner's function that goes wrong at one place is to be told which.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import requires

Array = NDArray[np.floating]


def _numbers(z: Any) -> None:
    if not isinstance(z, np.ndarray | np.number | int | float):
        raise TypeError(f"z is of type {type(z).__name__}; expected an array of numbers")
    if np.asarray(z).dtype.kind not in "biuf":
        raise TypeError(f"z holds {np.asarray(z).dtype}; expected numbers")


def _classes(z: Any) -> None:
    if not np.ndim(z) or not len(z):
        raise ValueError(f"z has shape {np.shape(z)}; expected (n_y, ...), at least one class")


@requires(_numbers, inner=True)
def sigmoid(z: Array) -> Array:
    """The logistic function, elementwise, without overflow for large |z|.

    Args:
        z: any shape, floating.

    Returns:
        Values in [0, 1], the shape and dtype of `z`.

    Raises:
        TypeError: z is no array of numbers.
    """
    return (1 + np.tanh(z / 2)) / 2


@requires(_numbers, _classes, inner=True)
def softmax(z: Array) -> Array:
    """Turn each column of scores into probabilities.

    Args:
        z: (n_y, ...) scores, one class a row.

    Returns:
        (n_y, ...) probabilities; the sum over axis 0 is 1.

    Raises:
        TypeError: z is no array of numbers.
        ValueError: there is no class.
    """
    exponentials = np.exp(z - z.max(axis=0, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=0, keepdims=True)
    return probabilities
