"""Figures of sequences as numbers and of models that count.

Every function takes arrays or texts; none knows an answer.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    PAPER,
    Picture,
    arrow,
    blank,
    box,
    canvas,
    name_columns,
    name_rows,
)

Array = NDArray[np.floating[Any]]
SHADE = "#E8EEF4"
STEPS = 4
TOKEN = (0.9, 0.62)
SHARES = LinearSegmentedColormap.from_list("shares", [PAPER, "#9CC3E6", "#0B3C6F"])


def times(axis: Axes, y: float, words: Sequence[str]) -> list[tuple[float, float]]:
    """A row of boxes for the tokens at steps 1 to T; their middles."""
    places = [(1.0 + 1.55 * t, y) for t in range(len(words))]
    for place, word in zip(places, words, strict=True):
        box(axis, place, word, size=TOKEN, facecolor=SHADE, fontsize=10)
    return places


def bow(axis: Axes, one: tuple[float, float], other: tuple[float, float], **look: Any) -> None:
    """An arrow from the top of one box to the top of a later one, higher the further apart they are."""
    bend = -0.55 if other[0] - one[0] > 2 else -0.7
    top = TOKEN[1] / 2
    arrow(
        axis,
        (one[0] + 0.1, one[1] + top),
        (other[0] - 0.1, other[1] + top),
        connectionstyle=f"arc3,rad={bend}",
        **look,
    )


def four_models() -> Picture:
    """Which earlier tokens each of the four models of lecture note 001 looks at."""
    alt = (
        "Four chains of tokens x at steps 1 to 4. Naive: arrows from every earlier token to every later one. "
        "AR(2): arrows from the two tokens before. Markov: one arrow from the token before. Latent: each "
        "token is written into a state h, the states form a chain, and each token is predicted from the state before it."
    )
    words = [f"$x^{{\\langle {t} \\rangle}}$" for t in range(1, STEPS + 1)]
    titles = ("naive: the whole history", "AR(2): two tokens", "Markov, AR(1): one token", "latent: a state")
    with canvas(alt, 2, 2, width=9.0, height=4.4) as (picture, axes):
        for axis, title, span in zip(axes.flat, titles, (STEPS, 2, 1, 0), strict=True):
            blank(axis, 6.7, 2.5)
            axis.set_title(title, fontsize=11)
            places = times(axis, 0.6, words)
            for i, one in enumerate(places):
                for other in places[i + 1 : i + 1 + span]:
                    bow(axis, one, other, linewidth=1.1)
        draw_states(axes.flat[-1], places)
    return picture


def draw_states(axis: Axes, places: Sequence[tuple[float, float]]) -> None:
    """A chain of states above the tokens, each written by a token and predicting the next one."""
    middles = [((a[0] + b[0]) / 2, 1.9) for a, b in pairwise(places)]
    for t, middle in enumerate(middles, 1):
        box(axis, middle, f"$h^{{\\langle {t} \\rangle}}$", size=(0.7, 0.6), fontsize=10)
        before, after = places[t - 1], places[t]
        arrow(axis, (before[0] + 0.1, before[1] + 0.31), (middle[0] - 0.2, 1.6))
        arrow(axis, (middle[0] + 0.2, 1.6), (after[0] - 0.1, after[1] + 0.31), linestyle="--", color=BLUE)
    for one, other in pairwise(middles):
        arrow(axis, (one[0] + 0.35, 1.9), (other[0] - 0.35, 1.9))


def by_length(lengths: Sequence[int], scores: Mapping[str, Array], seen: Sequence[int], what: str) -> Picture:
    """How often models are right, by the length of the name.

    Args:
        lengths: of the names that were tested.
        scores: for each model (len(lengths),) shares from 0 to 1.
        seen: the lengths that were in training.
        what: what was asked of the names.
    """
    told = "; ".join(
        f"{name}: {', '.join(f'{length} letters {score:.0%}' for length, score in zip(lengths, values, strict=True))}"
        for name, values in scores.items()
    )
    with canvas(f"Share of right answers by the length of the name. {told}.", width=7.6, height=3.2) as (
        picture,
        axes,
    ):
        axis = axes[0, 0]
        axis.axvspan(min(seen) - 0.4, max(seen) + 0.4, color="#EEEEEE", zorder=0)
        for name, values in scores.items():
            axis.plot(lengths, 100 * values, label=name)
        axis.set(
            xlabel="length of the name (grey: seen in training)", ylabel="right answers in %", title=what
        )
        axis.set(ylim=(0, 118), xticks=list(lengths), yticks=range(0, 101, 25))
        axis.legend(loc="upper left", ncols=2, fontsize=10)
    return picture


def batch(indices: NDArray[np.integer[Any]], mask: NDArray[np.bool_], tokens: Sequence[str]) -> Picture:
    """A padded batch: the token at every place, and what is only filled up.

    Args:
        indices: (m, T_x).
        mask: (m, T_x), True where a token stands.
        tokens: the vocabulary.
    """
    m, T_x = indices.shape
    told = "; ".join(" ".join(tokens[i] for i in row[kept]) for row, kept in zip(indices, mask, strict=True))
    alt = f"A batch of {m} sequences over {T_x} steps, {int((~mask).sum())} places are padding. The sequences: {told}."
    with canvas(alt, width=min(9.0, 0.9 * T_x + 1.2), height=0.42 * m + 0.8) as (picture, axes):
        axis = axes[0, 0]
        axis.imshow(
            mask,
            cmap=LinearSegmentedColormap.from_list("mask", [FAINT, SHADE]),
            aspect="auto",
            vmin=0,
            vmax=1,
        )
        for (row, column), token in np.ndenumerate(indices):
            ink = INK if mask[row, column] else GREY
            axis.text(column, row, tokens[token], ha="center", va="center", fontsize=10, color=ink)
        name_columns(axis, [str(t) for t in range(1, T_x + 1)], "time step t (grey: padding, mask False)")
        name_rows(axis, [str(i) for i in range(1, m + 1)], "example")
        axis.tick_params(length=0)
    return picture


def followers(probabilities: Array, tokens: Sequence[str]) -> Picture:
    """Which token follows which: a table of probabilities as shades.

    Args:
        probabilities: (V, V) row i, column j is P(token j | token i).
        tokens: the V tokens.
    """
    row, column = divmod(int(np.argmax(probabilities)), len(tokens))
    likeliest = [
        f"{tokens[i]} {tokens[int(np.argmax(p))]} {p.max():.2f}" for i, p in enumerate(probabilities)
    ]
    alt = (
        "Probability of each next token after each token; darker is more likely. The largest is "
        f"{probabilities[row, column]:.2f} for {tokens[column]} after {tokens[row]}. The likeliest after each: "
        f"{', '.join(likeliest)}."
    )
    with canvas(alt, width=8.0, height=7.0) as (picture, axes):
        axis = axes[0, 0]
        image = axis.imshow(
            probabilities, cmap=SHARES, vmin=0, vmax=float(probabilities.max()), aspect="auto"
        )
        name_columns(axis, list(tokens), "next token")
        name_rows(axis, list(tokens), "token before")
        axis.tick_params(length=0, labelsize=9)
        axis.tick_params(axis="x", rotation=90 if max(map(len, tokens)) > 1 else 0)
        picture.figure.colorbar(image, ax=axis, label="P(next | before)", shrink=0.7)
    return picture


def surprises(sentences: Sequence[tuple[Sequence[str], Array]]) -> Picture:
    """What each token of some sentences costs.

    Args:
        sentences: pairs of tokens and (T,) −log2 of the probability of each.
    """
    told = "; ".join(
        f"“{' '.join(tokens)}” costs {bits.sum():.1f} bits, the most at “{tokens[int(np.argmax(bits))]}” ({bits.max():.1f})"
        for tokens, bits in sentences
    )
    alt = f"Surprise in bits at each token. {told}."
    top = max(float(bits.max()) for _, bits in sentences)
    with canvas(alt, len(sentences), 1, width=8.0, height=1.75 * len(sentences)) as (picture, axes):
        for axis, (tokens, bits) in zip(axes[:, 0], sentences, strict=True):
            axis.bar(range(len(tokens)), bits, color=[ORANGE if b > 8 else BLUE for b in bits], width=0.6)
            for t, value in enumerate(bits):
                axis.text(t, value + 0.02 * top, f"{value:.1f}", ha="center", va="bottom", fontsize=9)
            axis.set_xticks(range(len(tokens)), tokens)
            axis.set(ylim=(0, 1.2 * top), ylabel="bits", title=f"{bits.sum():.1f} bits in all")
    return picture


def contexts_seen(seen: Array, possible: Array) -> Picture:
    """How much of the past can be looked up: held-out contexts that occur in training, and how many there might be.

    Args:
        seen: (L,) share of held-out contexts of 0 to L − 1 tokens that occur in training.
        possible: (L,) how many contexts of that length there are.
    """
    lengths = np.arange(len(seen))
    told = ", ".join(f"{length} tokens {share:.0%}" for length, share in zip(lengths, seen, strict=True))
    alt = (
        f"Left: share of held-out contexts that occur in the training names, by length: {told}. "
        f"Right: the number of possible contexts grows from 1 to {possible[-1]:.0e}."
    )
    with canvas(alt, 1, 2, width=8.6, height=3.0) as (picture, axes):
        axes[0, 0].plot(lengths, 100 * seen)
        axes[0, 0].set(ylabel="in %", ylim=(0, 108), title="held-out contexts seen in training")
        axes[0, 1].plot(lengths, possible, color=ORANGE, linestyle="--", marker="s")
        axes[0, 1].set(yscale="log", title="contexts that are possible")
        for axis in axes.flat:
            axis.set(xlabel="length of the context in characters")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    return picture


def order(n: int, train: Array, validation: Array, invented: Sequence[str]) -> Picture:
    """An n-gram model of one order among the others, and what it invents.

    Args:
        n: the order shown, from 1.
        train, validation: (N,) bits per character for orders 1 to N.
        invented: texts drawn from the model of order n.
    """
    alt = (
        f"Order n = {n}, {n - 1} characters of context: {train[n - 1]:.2f} bits per character on training names, "
        f"{validation[n - 1]:.2f} on validation names. It invents: {', '.join(invented)}."
    )
    orders = np.arange(1, len(train) + 1)
    with canvas(alt, 1, 2, width=8.4, height=3.3, width_ratios=[5, 2]) as (picture, axes):
        axis, paper = axes[0]
        axis.plot(orders, validation, label="validation names")
        axis.plot(orders, train, label="training names")
        axis.axvline(n, color=GREY, linewidth=1, linestyle=":")
        for values in (train, validation):
            axis.annotate(f"{values[n - 1]:.2f}", (n, values[n - 1]), (5, 6), textcoords="offset points")
        axis.set(xlabel="order n (context of n − 1 characters)", ylabel="bits per character")
        axis.set(xticks=orders, ylim=(0, 1.12 * max(train.max(), validation.max())))
        axis.set(xlim=(0.8, len(train) + 0.6), title=f"n = {n}")
        axis.legend(loc="lower left", fontsize=10)
        paper.axis("off")
        paper.set_title("it invents", fontsize=11)
        paper.text(0, 0.97, "\n".join(invented), va="top", fontsize=11, transform=paper.transAxes)
    return picture


def to_beat(bits: Mapping[str, float]) -> Picture:
    """Models side by side by bits per character.

    Args:
        bits: by name of the model, in the order from top to bottom.
    """
    names, values = list(bits), list(bits.values())
    alt = f"Bits per character on held-out names: {', '.join(f'{name} {value:.2f}' for name, value in bits.items())}."
    with canvas(alt, width=7.6, height=0.42 * len(names) + 0.9) as (picture, axes):
        axis = axes[0, 0]
        axis.barh(range(len(names)), values, color=BLUE, height=0.6)
        for i, value in enumerate(values):
            axis.text(value + 0.05, i, f"{value:.2f}", va="center", fontsize=10)
        axis.set_yticks(range(len(names)), names)
        axis.invert_yaxis()
        axis.set(xlabel="bits per character on held-out names", xlim=(0, 1.12 * max(values)))
    return picture
