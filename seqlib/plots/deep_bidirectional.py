"""Figures of the assignment on deep and bidirectional networks: who sees what, tags in sentences, classes of names.

Every function takes plain arrays or words, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from seqlib.activations import Array
from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    PAPER,
    YELLOW,
    Picture,
    arrow,
    blank,
    box,
    canvas,
)

Span = Sequence[int | str]
LINE = 112  # letters in a line of a tagged sentence, ten inches wide
LETTER_SIZE = 10.6  # at which a letter of the monospaced font is as wide as a column
DARKEST = 2.0  # the grey scale goes on to here, so that dots and numbers are seen on its upper end, 1


def two_directions(words: Sequence[str]) -> Picture:
    """The unrolled bidirectional network: two chains that meet in each prediction only.

    Args:
        words: one for each step.
    """
    alt = (
        f"Above the words {', '.join(words)} run two chains of boxes. The forward chain has arrows from left to right, "
        "the backward chain from right to left. Each prediction has an arrow from the forward box and from the backward "
        "box of its own step; no arrow joins the two chains."
    )
    with canvas(alt, width=9, height=3.9) as (picture, axes):
        axis = axes[0, 0]
        gap = 2.2
        blank(axis, gap * len(words), 4.4)
        for t, word in enumerate(words):
            x = gap * (t + 0.5)
            left, right = x - 0.45, x + 0.45
            axis.text(x, 0.1, word, ha="center", va="bottom")
            box(
                axis,
                (left, 1.5),
                f"$\\overrightarrow{{a}}^{{\\;⟨{t + 1}⟩}}$",
                size=(0.85, 0.6),
                edgecolor=BLUE,
            )
            box(
                axis,
                (right, 2.6),
                f"$\\overleftarrow{{a}}^{{\\;⟨{t + 1}⟩}}$",
                size=(0.85, 0.6),
                edgecolor=ORANGE,
            )
            box(axis, (x, 4.0), f"$\\hat{{y}}^{{⟨{t + 1}⟩}}$", size=(0.75, 0.5))
            arrow(axis, (left, 0.5), (left, 1.2), color=GREY)
            arrow(axis, (right, 0.5), (right, 2.3), color=GREY)
            arrow(axis, (left, 1.8), (x - 0.15, 3.75), color=GREY)
            arrow(axis, (right, 2.9), (x + 0.15, 3.75), color=GREY)
            if t + 1 < len(words):
                arrow(axis, (left + 0.43, 1.5), (left + gap - 0.43, 1.5), color=BLUE, linewidth=2)
                arrow(
                    axis,
                    (right + gap - 0.43, 2.6),
                    (right + 0.43, 2.6),
                    color=ORANGE,
                    linewidth=2,
                    linestyle="--",
                )
    return picture


def influence(maps: Mapping[str, Array], words: Sequence[str]) -> Picture:
    """Which output depends on which input.

    Args:
        maps: (T, T) by title; row t, column s: how far output t moves when input s is changed, 0 where it does not.
        words: the T inputs.
    """
    alt = (
        f"Grids over the words {', '.join(words)}; a dot where the output at the row's word depends on the column's. "
        + (" ".join(f"{title}: {reach_in_words(values)}." for title, values in maps.items()))
    )
    with canvas(alt, columns=len(maps), width=1.2 + 4.1 * len(maps), height=4.4, sharey=True) as (
        picture,
        axes,
    ):
        for axis, (title, values) in zip(axes[0], maps.items(), strict=True):
            draw_influence(axis, values, words)
            axis.set_title(title)
        axes[0, 0].set_yticks(range(len(words)), words)
        axes[0, 0].set_ylabel("output at")
    return picture


def reach_in_words(values: Array) -> str:
    """How many steps back and ahead an output sees at most, by a grid of influences."""
    rows, columns = np.nonzero(values)
    if not rows.size:
        return "nothing is seen"
    return f"an output sees up to {max(0, (rows - columns).max())} steps back and {max(0, (columns - rows).max())} ahead"


def draw_influence(axis: Axes, values: Array, words: Sequence[str]) -> None:
    """Draw one grid: shade by size, a dot in every cell that is not zero."""
    shade = (values / max(values.max(), 1e-300)) ** 0.4
    axis.imshow(shade, cmap="Greys", vmin=0, vmax=DARKEST)
    rows, columns = np.nonzero(values)
    axis.plot(columns, rows, color=INK, linestyle="none", marker="o", markersize=3)
    axis.set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor")
    axis.set_xlabel("depends on the input at")
    axis.set_xticks(np.arange(-0.5, len(words)), minor=True)
    axis.set_yticks(np.arange(-0.5, len(words)), minor=True)
    axis.grid(which="minor", color=FAINT, linewidth=0.8, linestyle="-")
    axis.tick_params(which="both", length=0)


def tagged(
    sentences: Sequence[Sequence[str]],
    found: Sequence[Sequence[Span]],
    true: Sequence[Sequence[Span]] | None = None,
) -> Picture:
    """Sentences with the names in them marked.

    Args:
        sentences: words of each.
        found: spans [start, end, kind] of each, as the tagger has them.
        true: the spans that are there; where given, what was missed is underlined with dashes, and what is no name is
            struck out.
    """
    alt = "Sentences with marked names. " + " ".join(
        sentence_in_words(words, spans, None if true is None else true[i])
        for i, (words, spans) in enumerate(zip(sentences, found, strict=True))
    )
    lines = sum(1 + line_of(words)[-1][0] for words in sentences) + 0.25 * len(sentences)
    with canvas(alt, width=10, height=0.34 * lines + 0.2) as (picture, axes):
        axis = axes[0, 0]
        axis.set(xlim=(-0.5, LINE + 0.5), ylim=(lines, 0))
        axis.axis("off")
        row = 0.0
        for i, (words, spans) in enumerate(zip(sentences, found, strict=True)):
            places = line_of(words)
            for (line, column), word in zip(places, words, strict=True):
                axis.text(
                    column, row + line + 0.5, word, family="monospace", fontsize=LETTER_SIZE, va="center"
                )
            wanted = spans if true is None else true[i]
            mark_spans(axis, row, places, words, spans, wanted)
            row += places[-1][0] + 1.25
    return picture


def line_of(words: Sequence[str]) -> list[tuple[int, int]]:
    """The line and the column at which each word begins, when lines have LINE letters."""
    places, line, column = [], 0, 0
    for word in words:
        if column and column + len(word) > LINE:
            line, column = line + 1, 0
        places.append((line, column))
        column += len(word) + 1
    return places


def mark_spans(
    axis: Axes,
    row: float,
    places: Sequence[tuple[int, int]],
    words: Sequence[str],
    found: Sequence[Span],
    true: Sequence[Span],
) -> None:
    """Box the names that were found; strike out those that are none, underline those that were missed."""
    mine, right = ({tuple(span) for span in spans} for spans in (found, true))
    for span in mine | right:
        for line, start, end in runs(places, words, span):
            middle = row + line + 0.5
            if span in mine:
                face, edge = ("#FBE3B5", YELLOW) if span in right else (PAPER, ORANGE)
                corner, width = (start - 0.35, middle - 0.42), end - start + 0.7
                patch = Rectangle(
                    corner, width, 0.84, zorder=0, linewidth=1.4, facecolor=face, edgecolor=edge
                )
                axis.add_patch(patch)
            if span not in right:
                axis.plot([start, end], [middle] * 2, color=ORANGE, linestyle="-", linewidth=1.2, marker="")
            if span not in mine:
                axis.plot([start, end], [middle + 0.42] * 2, color=BLUE, linestyle="--", marker="")


def runs(
    places: Sequence[tuple[int, int]], words: Sequence[str], span: tuple[int | str, ...]
) -> list[tuple[int, int, int]]:
    """The line, first column and end column of a span's words, in one piece for each line."""
    pieces: dict[int, tuple[int, int]] = {}
    for t in range(int(span[0]), int(span[1])):
        line, column = places[t]
        start = pieces.get(line, (column, 0))[0]
        pieces[line] = (start, column + len(words[t]))
    return [(line, start, end) for line, (start, end) in pieces.items()]


def sentence_in_words(words: Sequence[str], found: Sequence[Span], true: Sequence[Span] | None) -> str:
    """What was found in a sentence, what of it is no name, and what was missed."""

    def spoken(spans: set[tuple[int | str, ...]]) -> str:
        return (
            ", ".join(" ".join(words[int(start) : int(end)]) for start, end, _ in sorted(spans, key=str))
            or "nothing"
        )

    mine = {tuple(span) for span in found}
    text = f"“{' '.join(words)}”: marked {spoken(mine)}"
    if true is None:
        return text + "."
    right = {tuple(span) for span in true}
    return text + f"; of these wrong {spoken(mine - right)}; missed {spoken(right - mine)}."


def score_by_lookahead(ahead: Sequence[int], f1: Sequence[float], levels: Mapping[str, float]) -> Picture:
    """How good a tagger is when it waits for so many words.

    Args:
        ahead: words that are waited for.
        f1: the score with each.
        levels: scores to compare with, by label.
    """
    alt = (
        "F1 of names over the words that are waited for: "
        + ", ".join(f"{n}: {score:.2f}" for n, score in zip(ahead, f1, strict=True))
        + ". Level lines: "
        + ", ".join(f"{label} {score:.2f}" for label, score in levels.items())
        + "."
    )
    with canvas(alt, width=8, height=3.8) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(ahead, f1, label="the same weights, waiting for some words")
        for (label, score), dash in zip(levels.items(), ("--", ":", "-.", (0, (5, 1, 1, 1))), strict=False):
            axis.axhline(score, color=GREY, linestyle=dash, marker="", label=label, zorder=1)
        axis.set(xlabel="words that are waited for", ylabel="F1 of names", ylim=(0, 1))
        axis.set_xticks(ahead)
        axis.grid(axis="y")
        axis.legend(loc="lower right")
    return picture


def class_probabilities(
    names: Sequence[str],
    classes: Sequence[str],
    probabilities: Array,
    true: NDArray[np.integer] | None = None,
) -> Picture:
    """The probability of each class for each name, as a grid with numbers.

    Args:
        names: m of them.
        classes: n_y of them.
        probabilities: (n_y, m).
        true: (m,) the right classes, boxed; none where they are not known.
    """
    best = probabilities.argmax(axis=0)
    alt = "Probabilities of classes for names. " + " ".join(
        f"{name}: {classes[best[i]]} {probabilities[best[i], i]:.2f}"
        + ("." if true is None else f", right is {classes[true[i]]}.")
        for i, name in enumerate(names)
    )
    with canvas(alt, width=9.5, height=1.4 + 0.36 * len(names)) as (picture, axes):
        axis = axes[0, 0]
        axis.imshow(probabilities.T, cmap="Greys", vmin=0, vmax=DARKEST, aspect="auto")
        for (i, k), p in np.ndenumerate(probabilities.T):
            if p >= 0.005:
                axis.text(k, i, f"{p:.2f}", ha="center", va="center", fontsize=9)
        if true is not None:
            for i, k in enumerate(true):
                axis.add_patch(
                    Rectangle((k - 0.48, i - 0.46), 0.96, 0.92, fill=False, edgecolor=ORANGE, linewidth=2)
                )
        axis.set_xticks(range(len(classes)), classes)
        axis.set_yticks(range(len(names)), names)
        axis.tick_params(length=0)
        axis.set_xlabel("class" + ("" if true is None else ", the right one boxed"))
    return picture
