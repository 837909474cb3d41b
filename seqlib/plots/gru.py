"""Figures of the GRU assignment: a memory that fades, one unit with its gates, a sentence.

Every function takes arrays, most of them of a single unit, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.lstm import over_words, steps, symbols, tidy
from seqlib.plots.style import BLUE, FAINT, INK, ORANGE, PAPER, Picture, canvas, show_cells, signed

Curves = Mapping[str, Array]


def fading(left: Curves) -> Picture:
    """What is left of a value as the steps go by, for several update gates.

    Args:
        left: the activation from the first step on, (T + 1,), by label.
    """
    alt = "What is left of an activation of 1 over time steps, with a candidate of 0. " + " ".join(
        f"{label}: {signed(values[1], 2)} after one step, {signed(values[-1], 2)} after {values.size - 1}."
        for label, values in left.items()
    )
    with canvas(alt, width=8, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for label, values in left.items():
            axis.plot(steps(values) - 1, values, label=symbols(label), markevery=5)
        axis.axhline(0, color=FAINT, linewidth=1)
        axis.set(xlabel="time step", ylabel="what is left of $a$", ylim=(-0.05, 1.08))
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture


def mixture(
    gates: Mapping[str, Array], activations: Array, candidates: Array, at: int | None = None
) -> Picture:
    """One unit step by step: what is kept, what is written, and the candidate that it is written from.

    Args:
        gates: "Γ_u", "Γ_r" and the input "x", each (T,).
        activations: (T + 1,), from the activation before the first step on.
        candidates: (T,).
        at: the step to point out, counted from 0.
    """
    written = gates["Γ_u"] * candidates
    kept = (1 - gates["Γ_u"]) * activations[:-1]
    alt = "One unit of a GRU, step by step. " + " ".join(
        f"Step {t + 1}: {signed(k, 2)} kept, {signed(w, 2)} written, activation {signed(a, 2)}."
        for t, (k, w, a) in enumerate(zip(kept, written, activations[1:], strict=True))
    )
    with canvas(alt, rows=2, width=8.5, height=5.2, height_ratios=[1.5, 2], sharex=True) as (picture, axes):
        table, below = axes[:, 0]
        cells = [gates["Γ_u"], gates["Γ_r"], np.tanh(gates["x"]), candidates]
        show_cells(table, np.stack(cells), limit=1, digits=2)
        table.set_yticks(
            range(4), ["$Γ_u$ overwrites", "$Γ_r$ lets see", "tanh(x) alone", "candidate $\\tilde{c}$"]
        )
        tidy(below)
        draw_parts(below, kept, written, activations[1:])
        below.set_xticks(range(kept.size), [str(t + 1) for t in range(kept.size)])
        if at is not None:
            for axis in (table, below):
                axis.axvspan(at - 0.5, at + 0.5, facecolor="none", edgecolor=INK, linewidth=2, zorder=5)
    return picture


def draw_parts(axis: Axes, kept: Array, written: Array, activation: Array) -> None:
    """Draw what is kept and what is written side by side, and their sum as a line."""
    place = np.arange(kept.size)
    axis.bar(
        place - 0.15,
        kept,
        width=0.3,
        color=BLUE,
        edgecolor=INK,
        label="kept, $(1 - Γ_u)\\,a$ of the step before",
    )
    axis.bar(
        place + 0.15,
        written,
        width=0.3,
        color=PAPER,
        hatch="////",
        edgecolor=ORANGE,
        label="written, $Γ_u\\,\\tilde{c}$",
    )
    axis.plot(
        place, activation, color=INK, linestyle="none", marker="_", markersize=34, markeredgewidth=2.5,
        label="activation $a$, their sum",
    )  # fmt: skip
    axis.axhline(0, color=INK, linewidth=0.8)
    axis.set(ylabel="activation $a$", ylim=(-1.15, 1.15), xlabel="time step")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9, handlelength=2.5)


def sentence(words: Sequence[str], gates: Curves, held: Curves, probability: Curves, of: str) -> Picture:
    """A few units over a sentence: their gates, what they hold, and what is predicted from it.

    Args:
        words: one for each step.
        gates: values of the gates, (T,), by label; shared by all sentences.
        held: a unit's activation, (T,), by label.
        probability: of the word `of` as the next one, (T,), by sentence.
        of: the word whose probability is drawn.
    """
    alt = (
        f"Three panels over the words {', '.join(words)}. "
        + " ".join(f"{name}: from {v.min():.2f} to {v.max():.2f}." for name, v in gates.items())
        + " Activations: "
        + "; ".join(f"{label} ends at {signed(values[-1], 2)}" for label, values in held.items())
        + f". The probability that {of!r} is next is at most "
        + "; ".join(
            f"{v[:-1].max():.2f} before the last word and {v[-1]:.2f} at it in {label!r}"
            for label, v in probability.items()
        )
        + "."
    )
    with canvas(alt, rows=3, width=9, height=6.6, height_ratios=[1.5, 1.5, 1.3], sharex=True) as (
        picture,
        axes,
    ):
        table, middle, below = axes[:, 0]
        over_words(table, middle, below, words, gates, held, probability)
        for axis in (middle, below):
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
        middle.set(ylabel="activation $a$")
        below.set(ylabel=f"“{of}” is next")
    return picture
