"""Stepping through the unrolled network."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.plots.rnn import step_through
from seqlib.widgets import Shown, stepper

Array = NDArray[np.floating[Any]]


def step_by_step(
    x: Array, a0: Array, a: Array, y_pred: Array, tokens: Sequence[str], classes: Sequence[str]
) -> Shown:
    """A slider through the time steps of one example: what is read, what is carried on, what is predicted.

    Args:
        x: (n_x, 1, T_x) inputs.
        a0: (n_a, 1) initial activation.
        a: (n_a, 1, T_x) activations.
        y_pred: (n_y, 1, T_x) probabilities.
        tokens: the T_x inputs by name.
        classes: the n_y classes by name.

    Returns:
        The slider, and in its place, where widgets do not run, the picture of the last step.

    Raises:
        ValueError: the arrays hold more than one example.
    """
    if x.shape[1] != 1:
        raise ValueError(f"x holds {x.shape[1]} examples; expected one, such as x[:, :1, :]")
    activations = np.concatenate([a0[:, :, np.newaxis], a], axis=2)[:, 0, :]
    pictures = [
        step_through(t, x[:, 0, :], activations, y_pred[:, 0, :], tokens, classes)
        for t in range(x.shape[2] + 1)
    ]
    return stepper(pictures, "time step t", pictures[-1])
