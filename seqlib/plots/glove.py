"""Figures of the GloVe assignment: ratios, weights, what each frequency carries, the fit, training, two methods.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seqlib.activations import Array
from seqlib.plots.style import BLUE, FAINT, GREY, ORANGE, Picture, canvas, name_columns, name_rows, show_cells


def ratios(first: str, second: str, probes: Sequence[str], found: Array) -> Picture:
    """How many times likelier each probe is near one word than near another, on a logarithmic scale.

    Args:
        first, second: the two words.
        probes: words.
        found: (k,) ratios; 0 is drawn at the left edge, as an open triangle.
    """
    alt = (
        f"Dots on a logarithmic axis: how many times likelier a word is near {first} than near {second}. "
        + " ".join(f"{probe}: {ratio:.2g}." for probe, ratio in zip(probes, found, strict=True))
    )
    above = found[found > 0]
    edge = 2 * max(above.max(initial=2), 1 / above.min(initial=0.5))
    with canvas(alt, width=8, height=0.8 + 0.3 * len(probes)) as (picture, axes):
        axis = axes[0, 0]
        axis.axvline(1, color=GREY, linewidth=1)
        for row, ratio in enumerate(found):
            end, marker = (ratio, "o") if ratio > 0 else (1 / edge, "<")
            color = ORANGE if ratio > 1 else BLUE
            axis.plot([1, end], [row, row], color=color, marker="", linestyle="-", linewidth=1.2)
            axis.plot(
                end, row, color=color, marker=marker, markerfacecolor=color if ratio else "none", linestyle=""
            )
        axis.set(xscale="log", xlim=(1 / edge, edge), ylim=(len(probes) - 0.5, -0.5))
        axis.set_yticks(range(len(probes)), probes)
        axis.set_xlabel(
            f"P(k | {first}) / P(k | {second})        nearer to {second}  ←  1  →  nearer to {first}"
        )
    return picture


def weighting(counts: Array, curves: Mapping[str, Array]) -> Picture:
    """The weight f over the count X.

    Args:
        counts: (K,) counts, rising.
        curves: (K,) weights by label.
    """
    alt = "The weight of an entry rises with its count and stays at 1. " + " ".join(
        f"{label}: {weights[0]:.2f} at {counts[0]:g}, 1 from {counts[np.argmax(weights >= 1)]:g}."
        if weights.max() >= 1
        else f"{label}: {weights[0]:.2f} at {counts[0]:g}, {weights[-1]:.2f} at {counts[-1]:g}."
        for label, weights in curves.items()
    )
    with canvas(alt, width=8, height=3.2) as (picture, axes):
        axis = axes[0, 0]
        for label, weights in curves.items():
            axis.plot(counts, weights, label=label, marker="")
        axis.set(xlabel="count X", ylabel="weight f(X)", ylim=(0, 1.08))
        axis.legend(loc="lower right")
    return picture


def shares(edges: Array, entries: NDArray[np.integer], loss: Array, f: Array, title: str) -> Picture:
    """The weight of each size of counts, and what share of the entries and of the loss has that size.

    Args:
        edges: (B + 1,) limits of the sizes, rising by the same factor.
        entries: (B,) how many entries have a size.
        loss: (B,) what they add to the loss.
        f: (B,) the weight in the middle of each size.
        title: which x_max and α.
    """
    B = len(entries)
    of_entries, of_loss = entries / entries.sum(), loss / loss.sum()
    most = int(np.argmax(of_loss))
    alt = (
        f"{title}. Above, the weight over the count, from {f[0]:.2g} to {f[-1]:.2g}. Below, bars by size of the count: "
        f"counts from {edges[0]:g} to {edges[1]:g} are {of_entries[0]:.0%} of the entries and {of_loss[0]:.0%} of the loss; "
        f"the largest share of the loss, {of_loss[most]:.0%}, have counts from {edges[most]:g} to {edges[most + 1]:g}."
    )
    with canvas(alt, rows=2, width=8.5, height=4.6, height_ratios=[1, 1.4]) as (picture, axes):
        middle = np.arange(B)
        axes[0, 0].plot(middle, f, color=BLUE, marker="o", linestyle="-")
        axes[0, 0].set(ylabel="weight f(X)", ylim=(0, 1.1), xlim=(-0.7, B - 0.3), xticks=[])
        axes[0, 0].set_title(title)
        axes[1, 0].bar(middle - 0.2, 100 * of_entries, 0.4, color=FAINT, hatch="///", label="of the entries")
        axes[1, 0].bar(middle + 0.2, 100 * of_loss, 0.4, color=ORANGE, label="of the loss")
        axes[1, 0].set_xticks(np.arange(B + 1) - 0.5, [f"{edge:g}" for edge in edges])
        axes[1, 0].set(xlabel="count X", ylabel="per cent", xlim=(-0.7, B - 0.3))
        axes[1, 0].legend()
    return picture


def fit(words: Sequence[str], logs: Array, scores: Array) -> Picture:
    """The logarithms of some counts, and what the model makes of them.

    Args:
        words: n names.
        logs: (n, n) log X; NaN where the count is 0.
        scores: (n, n) of the model.
    """
    seen = np.isfinite(logs)
    off = np.abs(scores - logs)[seen].mean() if seen.any() else float("nan")
    alt = (
        f"Two tables of {len(words)} by {len(words)} words with numbers in them: the logarithms of their counts, and the "
        f"model's scores. {seen.sum()} of {seen.size} pairs occur; there the two differ by {off:.2f} on average. Where a "
        "pair never occurs, the left table is hatched and the model has a score all the same."
    )
    height = 1.3 + 0.36 * len(words)
    limit = float(np.nanmax(np.abs(np.stack([logs, scores]))))
    with canvas(alt, columns=2, width=10.5, height=height) as (picture, axes):
        for axis, values, title in zip(
            axes[0], (logs, scores), ("log X, hatched where X is 0", "θ · e + b + b′"), strict=True
        ):
            show_cells(axis, values, limit=limit)
            axis.set_title(title)
            name_columns(axis, words, "column j")
            axis.tick_params(axis="x", rotation=45)
        name_rows(axes[0, 0], words, "row i")
    return picture


def training(losses: Sequence[float]) -> Picture:
    """The loss by epoch.

    Args:
        losses: the mean over the entries in each epoch, while it was trained.
    """
    alt = f"The loss of an entry falls from {losses[0]:.3f} to {losses[-1]:.3f} over {len(losses)} epochs."
    with canvas(alt, width=8, height=3.0) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(range(1, len(losses) + 1), losses, color=BLUE)
        axis.set(xlabel="epoch", ylabel="mean loss of an entry", ylim=(0, None))
        axis.xaxis.get_major_locator().set_params(integer=True)
    return picture


def methods(
    first: Array, second: Array, labels: tuple[str, str], shown: Mapping[str, int], said: Sequence[str]
) -> Picture:
    """The cosines of the same pairs of words under two methods.

    Args:
        first, second: (k,) cosines.
        labels: what the two are.
        shown: the number of each pair that is written beside its point.
        said: a line for each axis, such as its agreement with people.
    """
    alt = (
        f"{len(first)} pairs of words as dots: across, their cosine under {labels[0]}; up, under {labels[1]}. "
        f"The two correlate with {np.corrcoef(first, second)[0, 1]:.2f}. {' '.join(said)} "
        + " ".join(f"{pair}: {first[i]:.2f} and {second[i]:.2f}." for pair, i in shown.items())
    )
    with canvas(alt, width=7.5, height=5.6) as (picture, axes):
        axis = axes[0, 0]
        low = float(min(first.min(), second.min())) - 0.05
        axis.plot([low, 1], [low, 1], color=FAINT, marker="", linestyle="-")
        axis.plot(first, second, color=BLUE, marker=".", linestyle="", alpha=0.5)
        for pair, i in shown.items():
            axis.plot(first[i], second[i], color=ORANGE, marker="o", linestyle="")
            axis.annotate(pair, (first[i], second[i]), (5, 4), textcoords="offset points", fontsize=9)
        axis.set(xlabel=f"cosine, {labels[0]}", ylabel=f"cosine, {labels[1]}")
        axis.set_title("\n".join(said), fontsize=11)
    return picture
