"""Figures of the LSTM assignment: gates, the memory as a belt, gradients over time.

Every function takes arrays, most of them of a single unit, and gives a `Picture` with its alt text.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    Picture,
    canvas,
    show_cells,
    signed,
)

Curves = Mapping[str, Array]
FAINTEST = 1e-16  # about the rounding error of a number next to 1: what is fainter is lost in any sum


def symbols(text: str) -> str:
    """A label with its symbols set as mathematics: "Γ_f" gets a true index."""
    return re.sub(r"(Γ|W|b)_(\w+)", r"$\1_{\2}$", text)


def size_and_reach(size: Curves, reach: Curves) -> Picture:
    """How large activations are over time, beside how far back a loss at the last step is heard.

    Args:
        size: mean |a| at each step, (T,), by label.
        reach: norm of the gradient at each step's input, (T,), by label.
    """
    alt = (
        "Two panels over time steps. Left: "
        + "; ".join(f"with {label}, the mean activation ends at {v[-1]:.2f}" for label, v in size.items())
        + ". Right, the gradient of a loss at the last step as it arrives at the first, relative to the last: "
        + "; ".join(f"with {label}, {v[0] / v[-1]:.0e}" for label, v in reach.items())
        + "."
    )
    with canvas(alt, columns=2, width=9.5, height=3.6) as (picture, axes):
        left, right = axes[0]
        for label, values in size.items():
            left.plot(steps(values), values, label=symbols(label), markevery=8)
        left.set(title="How large the activations are", xlabel="time step", ylabel="mean |a|", ylim=(0, 1))
        draw_reach(right, reach)
        right.set_title("How far back the last step is heard")
        left.legend(loc="lower center", fontsize=9)
        if any((values / values[-1]).min() < FAINTEST for values in reach.values()):
            right.annotate(
                f"fainter than {FAINTEST:.0e}: not drawn",
                (1, 0),
                (-6, 6),
                xycoords="axes fraction",
                textcoords="offset points",
                ha="right",
                color=GREY,
                fontsize=9,
            )
    return picture


def reach(curves: Curves) -> Picture:
    """How far back a loss at the last step is heard.

    Args:
        curves: norm of the gradient at each step's input, (T,), by label.
    """
    alt = (
        "Lines over time steps, logarithmic: the gradient of a loss at the last step as it arrives at earlier steps. "
        "At the first step, relative to the last: "
        + "; ".join(f"{label}, {values[0] / values[-1]:.0e}" for label, values in curves.items())
        + "."
    )
    with canvas(alt, width=8, height=4) as (picture, axes):
        draw_reach(axes[0, 0], curves)
        axes[0, 0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture


def draw_reach(axis: Axes, curves: Curves) -> None:
    """Draw gradient norms relative to the last step's on a logarithmic axis."""
    for label, values in curves.items():
        axis.plot(steps(values), values / values[-1], label=symbols(label), markevery=8)
    axis.set(yscale="log", ylim=(FAINTEST, 10))
    axis.grid(axis="y")
    axis.set(xlabel="time step", ylabel="gradient at this step's input,\nrelative to the last step")


def steps(values: Array) -> Array:
    """Time steps counted from 1."""
    return np.arange(1, values.shape[-1] + 1, dtype=np.float64)


def gate_curves(sweep: Array, ft: Array, ut: Array, cct: Array, ot: Array) -> Picture:
    """The three gates and the candidate of one unit, over its input.

    Args:
        sweep: (n,) inputs.
        ft, ut, cct, ot: (1, n) forget gate, update gate, candidate, output gate.
    """
    curves = {"Γ_f forget": ft, "Γ_u update": ut, "c̃ candidate": cct, "Γ_o output": ot}
    rest = np.abs(sweep).argmin()
    alt = (
        f"Four curves over an input from {sweep[0]:g} to {sweep[-1]:g}; each rises once, the gates from 0 to 1. At rest: "
        + ", ".join(f"{name} {values[0, rest]:.2f}" for name, values in curves.items())
        + "."
    )
    with canvas(alt, width=8, height=3.6) as (picture, axes):
        axis = axes[0, 0]
        axis.axhline(0, color=FAINT, linewidth=1)
        axis.axvline(0, color=GREY, linewidth=1, linestyle=":")
        for label, values in curves.items():
            axis.plot(sweep, values[0], label=symbols(label), markevery=20)
        axis.annotate("at rest", (0, -0.95), (6, 0), textcoords="offset points", color=GREY)
        axis.set(xlabel="input $x$", ylabel="value of the gate or candidate", ylim=(-1.08, 1.08))
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture


def belt(gates: Mapping[str, Array], memory: Array, shown: Array, at: int | None = None) -> Picture:
    """The memory of one unit as a belt: at each step what is kept, what is written, and what is shown.

    Args:
        gates: "Γ_f", "Γ_u", "c̃", "Γ_o", each (T,).
        memory: (T + 1,), from the memory before the first step on.
        shown: (T,) activations.
        at: the step to point out, counted from 0.
    """
    written = gates["Γ_u"] * gates["c̃"]
    alt = "One unit's memory, step by step. " + " ".join(
        f"Step {t + 1}: {signed(c - w, 2)} kept, {signed(w, 2)} written, memory {signed(c, 2)}, {signed(a, 2)} shown."
        for t, (w, c, a) in enumerate(zip(written, memory[1:], shown, strict=True))
    )
    with canvas(alt, rows=3, width=8.5, height=6.2, height_ratios=[1.5, 2, 1.2], sharex=True) as (
        picture,
        axes,
    ):
        table, middle, below = axes[:, 0]
        show_cells(table, np.stack([gates[name] for name in ("Γ_f", "Γ_u", "c̃", "Γ_o")]), limit=1, digits=2)
        table.set_yticks(range(4), ["$Γ_f$ keeps", "$Γ_u$ writes", "$\\tilde{c}$ content", "$Γ_o$ shows"])
        tidy(middle, below)
        draw_memory(middle, memory, written)
        below.bar(np.arange(shown.size), shown, width=0.5, color=GREEN, edgecolor=INK)
        below.axhline(0, color=INK, linewidth=0.8)
        below.set(ylabel="shown\n$a = Γ_o \\tanh(c)$", ylim=(-1.05, 1.05), xlabel="time step")
        below.set_xticks(range(shown.size), [str(t + 1) for t in range(shown.size)])
        if at is not None:
            for axis in (table, middle, below):
                axis.axvspan(at - 0.5, at + 0.5, facecolor="none", edgecolor=INK, linewidth=2, zorder=5)
    return picture


def tidy(*axes: Axes) -> None:
    """Hide the small ticks that axes below a grid of cells share with it."""
    for axis in axes:
        axis.tick_params(which="minor", length=0)


def draw_memory(axis: Axes, memory: Array, written: Array) -> None:
    """Draw what is kept of the memory as bars from zero, and what is written on top of them."""
    at = np.arange(written.size)
    kept = memory[1:] - written
    reached = max(1.0, float(np.abs(np.concatenate([memory, kept])).max()))
    kept, written = (np.where(np.abs(part) < 1e-6, np.nan, part) for part in (kept, written))
    axis.bar(
        at - 0.14, kept, width=0.28, color=BLUE, edgecolor=INK, label="kept, $Γ_f\\,c$ of the step before"
    )
    axis.bar(
        at + 0.14,
        written,
        bottom=np.nan_to_num(kept),
        width=0.28,
        color=PAPER,
        hatch="////",
        edgecolor=ORANGE,
        label="written, $Γ_u\\,\\tilde{c}$",
    )
    axis.plot(at, memory[1:], color=INK, linestyle="none", marker="_", markersize=30, label="memory $c$")
    axis.axhline(0, color=INK, linewidth=0.8)
    axis.set(ylabel="memory $c$", ylim=(-1.15 * reached, 1.15 * reached))
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9, handlelength=3)


def over_words(
    table: Axes,
    middle: Axes,
    below: Axes,
    words: Sequence[str],
    gates: Curves,
    held: Curves,
    probability: Curves,
) -> None:
    """Draw gates as cells, what units hold, and a probability, one above the other over the words of a sentence.

    Args:
        table: where the gates go.
        middle: where what is held goes.
        below: where the probability goes, and the words.
        words: one for each step.
        gates: values of the gates, (T,), by label.
        held: from −1 to 1, (T,), by label.
        probability: (T,), by label.
    """
    show_cells(table, np.stack(list(gates.values())), limit=1, digits=2)
    table.set_yticks(range(len(gates)), [symbols(name) for name in gates])
    tidy(middle, below)
    for axis, curves in ((middle, held), (below, probability)):
        for label, values in curves.items():
            axis.plot(range(len(words)), values, label=label)
    middle.axhline(0, color=FAINT, linewidth=1)
    middle.set(ylim=(-1.15, 1.15))
    below.set(ylim=(-0.05, 1.05))
    below.set_xticks(range(len(words)), words, rotation=35, ha="right")


def sentence_memory(
    words: Sequence[str], gates: Curves, memory: Curves, probability: Curves, of: str
) -> Picture:
    """One unit over a sentence: its gates, what it holds, and what is predicted from it.

    Args:
        words: one for each step.
        gates: values of the gates, (T,), by label; shared by all sentences.
        memory: the unit's memory, (T,), by sentence.
        probability: of the word `of` at each step, (T,), by sentence.
        of: the word whose probability is drawn.
    """
    alt = (
        f"Three panels over the words {', '.join(words)}. The memory is written at {words[1]!r} and stays: "
        + "; ".join(f"{label} ends at {signed(values[-1], 2)}" for label, values in memory.items())
        + f". The probability of {of!r} stays near a half until the last word: "
        + "; ".join(f"{label} ends at {values[-1]:.2f}" for label, values in probability.items())
        + "."
    )
    with canvas(alt, rows=3, width=9, height=6.4, height_ratios=[1.3, 1.5, 1.5], sharex=True) as (
        picture,
        axes,
    ):
        table, middle, below = axes[:, 0]
        over_words(table, middle, below, words, gates, memory, probability)
        middle.set(ylabel="memory $c$")
        middle.legend(loc="center right", ncols=2, frameon=True, framealpha=1, edgecolor=PAPER)
        below.set(ylabel=f"probability of “{of}”")
    return picture


def names_gates(characters: Sequence[str], gates: Mapping[str, Array], likely: Sequence[str]) -> Picture:
    """Gate activity of a few units of a trained network while it reads a name.

    Args:
        characters: what is read at each step.
        gates: (units, T) in [0, 1], by label.
        likely: at each step, what the network thinks comes next.
    """
    alt = f"Gate values while the network reads {' '.join(characters)}. " + " ".join(
        f"{label}: mean {values.mean():.2f}, from {values.min():.2f} to {values.max():.2f}."
        for label, values in gates.items()
    )
    with canvas(alt, columns=len(gates), width=10.5, height=4.4, sharey=True) as (picture, axes):
        for axis, (label, values) in zip(axes[0], gates.items(), strict=True):
            image = axis.imshow(values, cmap="Greys", vmin=0, vmax=1, aspect="auto")
            axis.set_title(symbols(label))
            axis.set_xticks(range(len(characters)), characters)
            for t, character in enumerate(likely):
                axis.annotate(
                    character,
                    (t, 0),
                    (0, -22),
                    xycoords=("data", "axes fraction"),
                    textcoords="offset points",
                    ha="center",
                    va="top",
                    color=BLUE,
                )
        middle = axes[0, (len(gates) - 1) // 2]
        middle.set_xlabel("what is read, and below it what is likeliest to follow", labelpad=22)
        axes[0, 0].set(ylabel="unit", yticks=[])
        picture.figure.colorbar(image, ax=list(axes[0]), label="0 shut, 1 open", fraction=0.03)
    return picture


def counter(tracks: Mapping[str, Array]) -> Picture:
    """A unit that counts: its memory and what it shows.

    Args:
        tracks: (2, T) memory and activation, by title.
    """
    alt = "A unit without input, over time steps. " + " ".join(
        f"{title}: the memory ends at {track[0, -1]:.1f}, and it shows more than a half at "
        f"{int((track[1] > 0.5).sum())} of {track.shape[1]} steps."
        for title, track in tracks.items()
    )
    with canvas(alt, columns=len(tracks), width=9.5, height=3.4) as (picture, axes):
        for axis, (title, (memory, shown)) in zip(axes[0], tracks.items(), strict=True):
            axis.plot(memory, label="memory $c$")
            axis.plot(shown, label="shown, $a$")
            axis.set(title=title, xlabel="time step")
            axis.legend(loc="upper left")
            axis.set_ylim(-0.1, 1.45 * float(memory.max()))
            axis.xaxis.get_major_locator().set_params(integer=True)
        axes[0, 0].set_ylabel("value")
    return picture
