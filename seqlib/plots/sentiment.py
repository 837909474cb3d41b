"""Figures of the assignment on sentiment: what an average cannot see, what each model thinks word by word, scores.

Every function takes plain arrays or words, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from seqlib.activations import Array
from seqlib.plots.style import (
    FAINT,
    HALO,
    INK,
    ORANGE,
    PAPER,
    Picture,
    canvas,
    name_columns,
    name_rows,
    show_cells,
    signed,
)

FEATURES = 8
LONG_WORD = 10  # letters; a longer one does not fit under its column unless words are turned
DARKEST = 2.0  # the grey scale goes on to here, so that numbers are seen on its upper end, 1
HATCHES = ("", "///", "...", "xxx")
ASIDE = 8.0  # points from a place on a path to its word
STRAIGHT = 0.3  # a bend that is less than this has no outer side
LABEL_HEIGHT = 0.08  # of a bar's number, as a share
CORNER = 0.32  # of a cell: its number stands below its middle to the right, since markers stand in the middle


def one_bag_two_orders(
    sentences: Sequence[Sequence[str]], averages: Array, states: Sequence[Array]
) -> Picture:
    """Two orders of the same words: their averages, and the paths of an LSTM's activation.

    Args:
        sentences: two lists of words.
        averages: (n_e, 2) the average of each.
        states: for each the activations (n_a, T) after every word.
    """
    same = bool(np.allclose(averages[:, 0], averages[:, 1]))
    apart = np.linalg.norm(states[0][:, -1] - states[1][:, -1])
    alt = (
        f"“{' '.join(sentences[0])}” and “{' '.join(sentences[1])}”. Left: the first features of their averages, which "
        f"are {'the same' if same else 'different'}. Right: the activations of an LSTM as two paths from one point; at the "
        f"end they are {apart:.2f} apart."
    )
    with canvas(alt, columns=2, width=10.5, height=4.2, width_ratios=[1, 1.5]) as (picture, axes):
        left, right = axes[0]
        show_cells(left, averages[:FEATURES])
        name_columns(left, ["first order", "second order"], "sentence")
        name_rows(left, [str(i) for i in range(min(FEATURES, len(averages)))], "feature")
        left.set_title("the average of the word vectors")
        draw_paths(right, sentences, states)
        right.set_title("the LSTM's activation, word by word")
    return picture


def draw_paths(axis: Axes, sentences: Sequence[Sequence[str]], states: Sequence[Array]) -> None:
    """Draw paths of activations in the two directions in which they vary most, from their common start."""
    directions = principal(np.hstack([np.zeros((len(states[0]), 1)), *states]))
    named: list[Array] = []
    paths = [(directions @ np.hstack([np.zeros((len(values), 1)), values])).T for values in states]
    for words, path in zip(sentences, paths, strict=True):
        axis.plot(*path.T, label=" ".join(words))
    axis.plot(0, 0, marker="o", markersize=9, color=INK, linestyle="none", label="start", zorder=3)
    axis.margins(0.16)
    for number, (words, path) in enumerate(zip(sentences, paths, strict=True)):
        seen = axis.transData.transform(path)
        for t, word in enumerate(words, 1):
            if any(np.allclose(path[t], other) for other in named):
                continue  # both paths are here, and the word is the same
            named.append(path[t])
            dx, dy = outer_side(seen[t - 1 : t + 2], above=number == 0)
            axis.annotate(
                word,
                tuple(path[t]),
                (ASIDE * dx, ASIDE * dy),
                textcoords="offset points",
                ha=("right", "center", "left")[side(dx) + 1],
                va=("top", "center", "bottom")[side(dy) + 1],
                fontsize=9,
            ).set_path_effects(HALO)
    axis.set(xlabel="first direction", ylabel="second direction", xticks=[], yticks=[])
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), fontsize=9)


def outer_side(places: Array, above: bool) -> Array:
    """The direction (2,) in which a path leaves room at a place: away from its neighbours.

    Args:
        places: (2, 2) the place before and this one, which is the last; or (3, 2), with the place after.
        above: where the path goes straight on, whether the upper side is taken.
    """
    steps = places[[0, *range(2, len(places))]] - places[1]
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    units = steps / np.where(lengths > 0, lengths, 1)
    away: Array = -units.sum(axis=0)
    if np.linalg.norm(away) < STRAIGHT:
        across = np.array([-units[0, 1], units[0, 0]])
        away = across if (across[1] >= 0) == above else -across
    return away / max(float(np.linalg.norm(away)), STRAIGHT)


def side(offset: float) -> int:
    """-1, 0 or 1: whether an offset goes clearly to one side."""
    return int(np.sign(offset)) if abs(offset) > STRAIGHT else 0


def principal(values: Array) -> Array:
    """The two directions in which columns vary most, as rows (2, n); the second is zero where there is but one."""
    centred = values - values.mean(axis=1, keepdims=True)
    directions = np.linalg.svd(centred, full_matrices=False)[0].T[:2]
    return np.vstack([directions, np.zeros((2 - len(directions), len(values)))])


def reading(words: Sequence[str], probabilities: Mapping[str, Array], names: Sequence[str]) -> Picture:
    """What models think after each word: a probability for every class, and the mean label as a line.

    Args:
        words: T of them.
        probabilities: (n_y, T) by model: column t after the words up to t.
        names: of the n_y classes, the most negative first.
    """
    means = {model: np.arange(1, len(p) + 1) @ p for model, p in probabilities.items()}
    alt = f"“{' '.join(words)}”, read word by word. " + " ".join(
        f"{model}: mean label after each word " + ", ".join(f"{mean:.1f}" for mean in means[model]) + "."
        for model in probabilities
    )
    height = 0.9 + 2.4 * len(probabilities)
    long = max(map(len, words)) > LONG_WORD
    turned: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if long else {}
    with canvas(alt, rows=len(probabilities), width=max(5.0, 2.6 + 0.75 * len(words)), height=height) as (
        picture,
        axes,
    ):
        for axis, (model, p) in zip(axes[:, 0], probabilities.items(), strict=True):
            axis.imshow(p, cmap="Greys", vmin=0, vmax=DARKEST, aspect="auto", origin="lower")
            for (k, t), value in np.ndenumerate(p):
                if value >= 0.05:
                    corner = {"ha": "center", "va": "center", "fontsize": 8, "color": INK, "zorder": 3}
                    axis.text(t + CORNER, k - CORNER, f"{value:.1f}", path_effects=HALO, **corner)
            axis.plot(means[model] - 1, color=ORANGE, linestyle="-", marker="o")
            axis.set_yticks(range(len(names)), names)
            axis.set_xticks(range(len(words)), words, **turned)
            axis.tick_params(length=0)
            axis.set_title(f"{model}: mean label {signed(means[model][-1])} at the end")
    return picture


def scores(
    shares: Mapping[str, Sequence[float]], measures: Sequence[str], ceiling: Mapping[str, float]
) -> Picture:
    """How often models are right, as bars beside each other, and what no bag of words can pass.

    Args:
        shares: for each model a share for each measure.
        measures: what is measured.
        ceiling: by measure, the largest share of any model that does not know the order.
    """
    alt = "Shares that are right. " + " ".join(
        f"{model}: "
        + ", ".join(f"{measure} {share:.2f}" for measure, share in zip(measures, values, strict=True))
        + "."
        for model, values in shares.items()
    )
    alt += (
        " No bag of words can pass "
        + ", ".join(f"{value:.2f} of {name}" for name, value in ceiling.items())
        + "."
    )
    with canvas(alt, width=9.5, height=4.0) as (picture, axes):
        axis, width = axes[0, 0], 0.8 / len(shares)
        for i, (model, values) in enumerate(shares.items()):
            x = np.arange(len(measures)) + width * (i - (len(shares) - 1) / 2)
            shade = str(0.9 - 0.65 * i / max(1, len(shares) - 1))
            axis.bar(
                x,
                values,
                0.92 * width,
                color=shade,
                edgecolor=INK,
                hatch=HATCHES[i % len(HATCHES)],
                label=model,
            )
            tops = [
                above_line(value, ceiling.get(name)) for name, value in zip(measures, values, strict=True)
            ]
            for place, top, value in zip(x, tops, values, strict=True):
                axis.annotate(
                    f"{value:.2f}",
                    (float(place), top),
                    (0, 3),
                    textcoords="offset points",
                    ha="center",
                    va="bottom",
                    fontsize=9,
                    zorder=4,
                ).set_path_effects(HALO)
        for measure, value in ceiling.items():
            place = measures.index(measure)
            axis.plot(
                [place - 0.47, place + 0.47],
                [value] * 2,
                color=ORANGE,
                linestyle="--",
                marker="",
                linewidth=2,
            )
        axis.plot([], [], color=ORANGE, linestyle="--", marker="", label="ceiling of every bag of words")
        axis.set(ylim=(0, 1.12), ylabel="share that is right")
        axis.set_xticks(range(len(measures)), measures)
        axis.tick_params(axis="x", length=0)
        axis.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
    return picture


def above_line(value: float, line: float | None) -> float:
    """Where a bar's number begins: at the bar's end, or at a line close above it, which would run through it."""
    return line if line is not None and 0 <= line - value < LABEL_HEIGHT else value


def confusions(counts: Mapping[str, NDArray[np.integer]], names: Sequence[str]) -> Picture:
    """What is taken for what, a table for each model.

    Args:
        counts: (n_y, n_y) by model: row the true class, column the class that was given.
        names: of the n_y classes.
    """
    alt = "Tables of true classes, in rows, and classes that were given, in columns. " + " ".join(
        f"{model}: "
        + "; ".join(f"{name}: {', '.join(map(str, row))}" for name, row in zip(names, table, strict=True))
        + "."
        for model, table in counts.items()
    )
    with canvas(alt, columns=len(counts), width=1.6 + 3.7 * len(counts), height=4.0, sharey=True) as (
        picture,
        axes,
    ):
        for axis, (model, table) in zip(axes[0], counts.items(), strict=True):
            axis.imshow(table, cmap="Greys", vmin=0, vmax=DARKEST * max(1, table.max()))
            for (k, given), count in np.ndenumerate(table):
                axis.text(given, k, str(count), ha="center", va="center")
            axis.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
            axis.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
            axis.grid(which="minor", color=FAINT, linewidth=0.8, linestyle="-")
            axis.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
            axis.tick_params(which="both", length=0)
            axis.set(title=model, xlabel="given")
        axes[0, 0].set_yticks(range(len(names)), names)
        axes[0, 0].set_ylabel("true")
    return picture


def word_shares(words: Sequence[str], shares: Array, label: str) -> Picture:
    """What each word adds to a number, as signed bars.

    Args:
        words: T of them.
        shares: (T,) what each adds.
        label: of the number.
    """
    alt = f"What each word adds to {label}: " + ", ".join(
        f"{word} {signed(share, 2)}" for word, share in zip(words, shares, strict=True)
    )
    with canvas(alt + ".", width=max(5.0, 1.5 + 0.9 * len(words)), height=2.8) as (picture, axes):
        axis = axes[0, 0]
        bars = axis.bar(
            range(len(words)), shares, 0.7, color=[ORANGE if s < 0 else PAPER for s in shares], edgecolor=INK
        )
        axis.bar_label(bars, [signed(share, 2) for share in shares], fontsize=9, padding=2)
        axis.axhline(0, color=INK, linewidth=1, linestyle="-", marker="")
        axis.margins(y=0.25)
        axis.set_xticks(range(len(words)), words)
        axis.tick_params(axis="x", length=0)
        axis.set_ylabel(label)
    return picture


def training(losses: Mapping[str, Sequence[float]], window: int) -> Picture:
    """Losses over the steps of training, each a mean of the steps before.

    Args:
        losses: by model, one for each batch.
        window: over how many steps the mean goes.
    """
    smooth = {
        model: np.convolve(values, np.full(window, 1 / window), "valid") for model, values in losses.items()
    }
    alt = f"Training loss in nats, mean over {window} steps. " + " ".join(
        f"{model}: from {values[0]:.2f} to {values[-1]:.2f}." for model, values in smooth.items()
    )
    with canvas(alt, width=8, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for model, values in smooth.items():
            axis.plot(np.arange(len(values)) + window, values, label=model, marker="")
        axis.set(xlabel="steps", ylabel="loss [nats]", ylim=(0, None))
        axis.grid(axis="y")
        axis.legend()
    return picture
