"""One unit of a GRU, with the learner's hands on its gates."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import gru as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback
from seqlib.widgets.gates import Gates, GateSliders

# A `gru_cell_forward`: (xt, a_prev, parameters) -> a_next, yt_pred, cache.
Cell = Callable[[Array, Array, dict[str, Array]], tuple[Any, ...]]

STEPS = 8
MIDDLE = 5
RECURRENT = -3.0
"""The weight with which the candidate sees the old activation: it wants to turn its sign."""
CONTENT = 1.5
SLIDERS = {"Γ_u": "Γ_u, overwrites", "Γ_r": "Γ_r, lets see", "x": "x, input"}
NEARLY = 1e-9  # how close to 0 and 1 a σ is taken


def constant(update: float, reset: float, content: float = 0.0) -> Gates:
    """The same gates at every step, and an input at the first one, written whole."""
    gates = {"Γ_u": np.full(STEPS, update), "Γ_r": np.full(STEPS, reset), "x": np.full(STEPS, content)}
    gates["Γ_u"][0], gates["Γ_r"][0], gates["x"][0] = 1.0, 0.0, CONTENT
    return gates


def overwritten() -> Gates:
    """Something is written at the first step, and something else in its place in the middle."""
    gates = constant(0.0, 0.0)
    gates["Γ_u"][MIDDLE], gates["x"][MIDDLE] = 1.0, -CONTENT
    return gates


def started_afresh() -> Gates:
    """A unit that turns its sign at every step, but in the middle does not see what it was."""
    gates = constant(1.0, 1.0)
    gates["Γ_r"][MIDDLE], gates["x"][MIDDLE] = 0.0, CONTENT
    return gates


def presets() -> dict[str, Gates]:
    """Settings of all gates at all steps to start from, by name."""
    return {
        "write once, keep": constant(0.0, 0.0),
        "leak": constant(0.2, 0.0),
        "overwrite": overwritten(),
        "turn over at every step": constant(1.0, 1.0),
        "turn over, start afresh in the middle": started_afresh(),
        "at rest: both gates half open": constant(0.5, 0.5),
    }


def parameters_for(gates: Mapping[str, Array], t: int) -> dict[str, Array]:
    """Parameters of one unit whose biases alone make its gates what they are to be at step t."""
    biases = {}
    for name, bias in (("Γ_u", "bu"), ("Γ_r", "br")):
        value = np.clip(gates[name][t], NEARLY, 1 - NEARLY)
        biases[bias] = np.full((1, 1), np.log(value / (1 - value)))
    return {
        "Wu": np.zeros((1, 2)),
        "Wr": np.zeros((1, 2)),
        "Wc": np.array([[RECURRENT, 1.0]]),
        **biases,
        "bc": np.zeros((1, 1)),
        "Wy": np.zeros((2, 1)),
        "by": np.zeros((2, 1)),
    }


def run(cell: Cell, gates: Mapping[str, Array]) -> tuple[Array, Array]:
    """Send one unit through all steps.

    Args:
        cell: a `gru_cell_forward`.
        gates: "Γ_u", "Γ_r", "x", each (T,).

    Returns:
        The activations (T + 1,), from zero on, and the candidates (T,).
    """
    held, candidates = [np.zeros((1, 1))], []
    for t in range(len(gates["x"])):
        xt = np.full((1, 1), gates["x"][t])
        a_next, _, cache = cell(xt, held[-1], parameters_for(gates, t))
        held.append(a_next)
        candidates.append(cache[4])
    return np.concatenate(held)[:, 0], np.concatenate(candidates)[:, 0]


def picture_of(cell: Cell, gates: Mapping[str, Array], at: int | None = None) -> Picture:
    """What a cell makes of these gates."""
    return plots.mixture(gates, *run(cell, gates), at=at)


class Mixer(GateSliders):
    """Sliders for the two gates and the input at one step, and the unit over all steps.

    Args:
        cell: a `gru_cell_forward`.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__(presets, SLIDERS, lambda gates, t: picture_of(cell, gates, t), {"x": (-2.0, 2.0)})


def gate_mixer(cell: Cell) -> Shown:
    """Be the gates of one unit: set them step by step, and see what is kept and what is written.

    Args:
        cell: a `gru_cell_forward`; it computes everything that is shown.

    Returns:
        What a notebook cell ends with: the widget, or a figure of one setting where widgets do not run.
    """
    return with_fallback(lambda: Mixer(cell).box, picture_of(cell, started_afresh()))
