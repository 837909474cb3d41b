"""Figures of the assignment on attention: where a decoder looks, how a softmax saturates, what length costs.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER, Picture, arrow, blank, box, canvas

MOST_INCHES = 14.0
MARKS = {" ": "␣", "<EOS>": "end", "<SOS>": "start"}


def alignment(weights: Array, source: Sequence[str], found: Sequence[str], title: str = "") -> Picture:
    """Where the decoder looked for each token that it found: a row a token, a column a token of the input.

    Args:
        weights: (T_y, T_x) attention weights.
        source: T_x tokens of the input, or more, which are left out.
        found: T_y tokens.
        title: what stands above.
    """
    rows, columns = [shown(token) for token in found], [shown(token) for token in source]
    looked = [columns[i] for i in weights.argmax(axis=1)] if len(rows) else []
    told = ", ".join(f"{one} from {other}" for one, other in zip(rows, looked, strict=True))
    alt = f"A grid of weights, dark where they are large. {title}. Most weight: {told or 'nothing found'}."
    width = min(MOST_INCHES, 1.6 + 0.24 * len(columns))
    with canvas(alt, width=width, height=1.3 + 0.24 * max(len(rows), 1)) as (picture, axes):
        axis = axes[0, 0]
        values = weights if len(rows) else np.zeros((1, len(columns)))
        image = axis.imshow(values, cmap="Greys", vmin=0, vmax=1, aspect="auto")
        for row, column in enumerate(weights.argmax(axis=1) if len(rows) else ()):
            ink = PAPER if weights[row, column] > 0.5 else INK
            axis.plot(column, row, "o", markersize=3, color=ink)
        axis.set_xticks(range(len(columns)), columns, fontsize=9)
        axis.set_yticks(range(len(rows)), rows, fontsize=9)
        axis.set(xlabel="the input", ylabel="the output, from top to bottom", title=title)
        picture.figure.colorbar(image, ax=axis, label="weight", fraction=0.03, pad=0.01)
    return picture


def shown(token: str) -> str:
    """A token as it is written in a figure."""
    return MARKS.get(token, token)


def looking_back(source: Sequence[str], found: Sequence[str], step: int) -> Picture:
    """The parts of one step: annotations below, weights between, context, and the decoder's step above.

    Args:
        source: tokens of the input.
        found: tokens of the output up to the one that this step gives.
        step: which step is shown, from 1.
    """
    alt = (
        f"Below, an annotation for each of {', '.join(source)}, made by arrows from both sides. From each a line goes to "
        f"the context of step {step}, with the weight α of that step and place. The activation of step {step - 1} decides "
        f"the weights. Activation, the token {shown(found[-2])} and the context go into the decoder, which gives "
        f"{shown(found[-1])}."
    )
    with canvas(alt, width=9, height=4.6) as (picture, axes):
        axis, gap, left = axes[0, 0], 2.0, 1.6
        blank(axis, 2 * left + gap * len(source), 5.6)
        middle = left + gap * len(source) / 2
        for t, token in enumerate(source):
            x = left + gap * (t + 0.5)
            axis.text(x, 0.05, token, ha="center", va="bottom")
            box(axis, (x, 1.25), f"$a^{{⟨{t + 1}⟩}}$", size=(0.9, 0.6), edgecolor=BLUE)
            arrow(axis, (x, 0.45), (x, 0.95), color=GREY)
            arrow(axis, (x, 1.55), (middle + 0.18 * (x - middle), 2.75), color=GREY)
            x_label = x + 0.42 * (middle - x)
            axis.text(
                x_label + 0.34, 2.05, f"$\\alpha^{{⟨{step},{t + 1}⟩}}$", fontsize=9, ha="left", va="center"
            )
            if t + 1 < len(source):
                arrow(axis, (x + 0.45, 1.35), (x + gap - 0.45, 1.35), color=BLUE, arrowstyle="-|>")
                arrow(axis, (x + gap - 0.45, 1.15), (x + 0.45, 1.15), color=ORANGE, linestyle="--")
        box(axis, (middle, 3.05), f"context ⟨{step}⟩", size=(1.9, 0.6))
        box(axis, (middle - 2.6, 4.3), f"$s^{{⟨{step - 1}⟩}}$", size=(0.9, 0.6), edgecolor=ORANGE)
        box(axis, (middle, 4.3), f"$s^{{⟨{step}⟩}}$", size=(0.9, 0.6), edgecolor=ORANGE)
        arrow(axis, (middle - 2.15, 4.3), (middle - 0.45, 4.3), color=ORANGE)
        arrow(axis, (middle, 3.35), (middle, 4.0))
        arrow(axis, (middle - 2.6, 4.0), (middle - 1.0, 3.1), linestyle=":", color=ORANGE)
        axis.text(
            middle - 2.3, 3.4, "decides the weights", color=ORANGE, fontsize=10, ha="right", va="center"
        )
        axis.text(middle + 1.2, 3.72, f"$y^{{⟨{step - 1}⟩}}$ = {shown(found[-2])}", ha="left", va="center")
        arrow(axis, (middle + 1.15, 3.75), (middle + 0.4, 4.05))
        arrow(axis, (middle, 4.6), (middle, 5.15))
        axis.text(middle, 5.2, f"{shown(found[-1])}", ha="center", va="bottom", fontsize=13)
    return picture


def temperatures(energies: Array, weights: Mapping[str, Array], names: Sequence[str]) -> Picture:
    """The same energies, and the weights that a softmax makes of them at several scales.

    Args:
        energies: (T_x,).
        weights: under a title each, (T_x,) weights.
        names: T_x names of the places.
    """
    alt = (
        "Bars of energies: "
        + ", ".join(f"{name} {value:.1f}" for name, value in zip(names, energies, strict=True))
        + ". "
        + " ".join(f"{title}: the largest weight is {values.max():.2f}." for title, values in weights.items())
    )
    with canvas(alt, 1, 1 + len(weights), width=10, height=2.8) as (picture, axes):
        bars(axes[0, 0], energies, names, "energies")
        for axis, (title, values) in zip(axes[0, 1:], weights.items(), strict=True):
            bars(axis, values, names, title)
            axis.set_ylim(0, 1)
    return picture


def bars(axis: Axes, values: Array, names: Sequence[str], title: str) -> None:
    """A bar for each place."""
    axis.bar(range(len(values)), values, color=BLUE)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.set_xticks(range(len(names)), names)
    axis.set_title(title)


def saturation(
    sizes: Sequence[int], largest: Mapping[str, Sequence[float]], slopes: Mapping[str, Sequence[float]]
) -> Picture:
    """How large the largest weight is, and how much a weight still moves, as queries and keys get longer.

    Args:
        sizes: values of d.
        largest: for each way to scale, the mean of the largest weight.
        slopes: for each way to scale, the mean size of the softmax's slope.
    """
    alt = f"Two panels over d from {sizes[0]} to {sizes[-1]}. " + " ".join(
        f"{name}: the largest weight goes from {values[0]:.2f} to {values[-1]:.2f}, the slope from {slopes[name][0]:.3f} to "
        f"{slopes[name][-1]:.3f}."
        for name, values in largest.items()
    )
    with canvas(alt, 1, 2, width=9, height=3) as (picture, axes):
        panels = ((largest, "mean of the largest weight"), (slopes, "mean slope α(1 − α)"))
        for axis, (curves, label) in zip(axes[0], panels, strict=True):
            for name, values in curves.items():
                axis.plot(sizes, values, label=name)
            axis.set_xscale("log", base=2)
            axis.set_xticks(sizes, [str(size) for size in sizes])
            axis.set_ylim(bottom=0)
            axis.set(xlabel="d, units of queries and keys", ylabel=label)
        axes[0, 0].legend()
    return picture


def by_count(shares: Mapping[str, Mapping[int, float]], trained: Mapping[str, int] | None = None) -> Picture:
    """The share of inputs translated without a mistake, by the number of dates in them.

    Args:
        shares: for each model, from the number of dates to the share.
        trained: for some models, the largest number of dates that they were trained on; beyond it their line is faint.
    """
    alt = "Exact translations by number of dates. " + " ".join(
        f"{name}: {', '.join(f'{count}: {share:.1%}' for count, share in values.items())}."
        for name, values in shares.items()
    )
    with canvas(alt, width=8, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for name, values in shares.items():
            (line,) = axis.plot(list(values), [100 * share for share in values.values()], label=name)
            seen = (trained or {}).get(name)
            if seen is not None:
                axis.axvline(seen + 0.5, color=FAINT, linestyle=":")
                label = f"{name.split(',')[0]}: longer than in training"
                axis.text(seen + 0.5, 105, label, fontsize=9, color=line.get_color())
        counts = sorted({count for values in shares.values() for count in values})
        axis.set_xticks(counts)
        axis.set_ylim(0, 104)
        axis.set(xlabel="dates in the input", ylabel="exact matches, %")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return picture


def losses(batches: Sequence[int], values: Sequence[float]) -> Picture:
    """The loss over the batches of a training.

    Args:
        batches: how many were read when the loss was averaged.
        values: nats a token.
    """
    alt = f"The loss falls from {values[0]:.2f} to {values[-1]:.3f} nats a token over {batches[-1]} batches."
    with canvas(alt, width=7, height=2.8) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(batches, values, marker="")
        axis.set_yscale("log")
        axis.set(xlabel="batches", ylabel="nats a token")
    return picture
