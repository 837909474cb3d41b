"""The memory of one LSTM unit, with the learner's hands on its gates."""

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import lstm as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback
from seqlib.widgets.gates import Gates, GateSliders

# An `lstm_cell_forward`: (xt, a_prev, c_prev, parameters) -> a_next, c_next, yt_pred, cache.
Cell = Callable[[Array, Array, Array, dict[str, Array]], tuple[Any, ...]]

STEPS = 8
WRITE_AT = (0, 4)
GATES = {
    "Γ_f": "Γ_f, keeps",
    "Γ_u": "Γ_u, writes",
    "c̃": "c̃, content",
    "Γ_o": "Γ_o, shows",
}
CANDIDATE = 0.9
NEARLY = 1e-9  # how close to 0 and 1 a σ, or to ±1 a tanh, is taken


def constant(forget: float, update: float, output: float) -> Gates:
    """The same gates at every step, and a positive candidate."""
    values = (forget, update, CANDIDATE, output)
    return {name: np.full(STEPS, value) for name, value in zip(GATES, values, strict=True)}


def written_once(forget: float) -> Gates:
    """Something is written at the first step and shown at the last."""
    gates = constant(forget, 0.0, 0.0)
    gates["Γ_u"][0], gates["Γ_o"][-1] = 1.0, 1.0
    return gates


def overwritten() -> Gates:
    """Something is written at the first step, and something else in its place in the middle."""
    gates = constant(1.0, 0.0, 1.0)
    first, second = WRITE_AT
    gates["Γ_u"][[first, second]] = 1.0
    gates["Γ_f"][second] = 0.0
    gates["c̃"][second:] = -CANDIDATE
    return gates


def presets() -> dict[str, Gates]:
    """Settings of all gates at all steps to start from, by name."""
    return {
        "write once, keep, show at the end": written_once(1.0),
        "leak": written_once(0.8),
        "overwrite": overwritten(),
        "count": constant(1.0, 1.0, 1.0),
        "at rest: all gates half open": constant(0.5, 0.5, 0.5),
    }


def biases_for(gates: Mapping[str, Array], t: int) -> dict[str, Array]:
    """Parameters of one unit with zero weights, whose biases alone make its gates what they are to be at step t."""
    parameters = {f"W{gate}": np.zeros((1, 2)) for gate in "fuco"}
    for name, bias in (("Γ_f", "bf"), ("Γ_u", "bu"), ("Γ_o", "bo")):
        value = np.clip(gates[name][t], NEARLY, 1 - NEARLY)
        parameters[bias] = np.full((1, 1), np.log(value / (1 - value)))
    content = np.clip(gates["c̃"][t], NEARLY - 1, 1 - NEARLY)
    return {
        **parameters,
        "bc": np.full((1, 1), np.arctanh(content)),
        "Wy": np.zeros((2, 1)),
        "by": np.zeros((2, 1)),
    }


def ride(cell: Cell, gates: Mapping[str, Array]) -> tuple[Array, Array]:
    """Send one unit's memory through all steps.

    Args:
        cell: an `lstm_cell_forward`.
        gates: "Γ_f", "Γ_u", "c̃", "Γ_o", each (T,).

    Returns:
        The memory (T + 1,), from the empty one on, and what is shown (T,).
    """
    nothing = np.zeros((1, 1))
    states = accumulate(
        range(len(gates["Γ_f"])),
        lambda state, t: cell(nothing, state[0], state[1], biases_for(gates, t)),
        initial=(nothing, nothing),
    )
    shown, memory = np.array([(a.item(), c.item()) for a, c, *_ in states]).T
    return memory, shown[1:]


def picture_of(cell: Cell, gates: Mapping[str, Array], at: int | None = None) -> Picture:
    """The belt that a cell makes of these gates."""
    return plots.belt(gates, *ride(cell, gates), at=at)


class Belt(GateSliders):
    """Sliders for the four gates at one step, and the belt over all steps.

    Args:
        cell: an `lstm_cell_forward`.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__(presets, GATES, lambda gates, t: picture_of(cell, gates, t), {"c̃": (-1.0, 1.0)})


def memory_belt(cell: Cell) -> Shown:
    """Be the gates of one unit: set them step by step, and see what is kept, written and shown.

    Args:
        cell: an `lstm_cell_forward`; it computes everything that is shown.

    Returns:
        What a notebook cell ends with: the widget, or a figure of the first preset where widgets do not run.
    """
    static = picture_of(cell, next(iter(presets().values())))
    return with_fallback(lambda: Belt(cell).box, static)
