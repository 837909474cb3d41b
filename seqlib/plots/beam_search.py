"""Figures of the assignment on beam search: the tree of a search, figures by width, whose fault mistakes are.

Every function takes plain numbers and words, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from seqlib.plots.style import (
    FAINT,
    GREY,
    INK,
    PAPER,
    SKY,
    YELLOW,
    Picture,
    arrow,
    blank,
    box,
    canvas,
    signed,
)

SPACE, ROW, SIZE = 2.5, 0.62, (1.75, 0.5)
SHADES = {"none": "0.95", "search": YELLOW, "model": "0.55"}
HATCHES = {"none": "", "search": "///", "model": "..."}
WORDS = {"none": "right", "search": "the search's fault", "model": "the model's fault"}


@dataclass(frozen=True)
class Node:
    """A hypothesis in the tree of a search."""

    words: tuple[str, ...]
    """All that is written so far, the end included."""
    score: float
    """What it is ranked by."""
    finished: bool
    """Whether it has ended."""
    kept: bool
    """Whether it is in the beam after its step."""


def search_tree(levels: Sequence[Sequence[Node]], width: int, alpha: float) -> Picture:
    """The hypotheses of each step of a search, those that are kept and the best of those that are not.

    Args:
        levels: the nodes of every step, the best first; a finished one stands in every later step again.
        width: of the beam.
        alpha: the exponent of the length.
    """
    last = [node for node in levels[-1] if node.kept]
    alt = f"The tree of a search of width {width} with α = {alpha:g}. " + " ".join(
        f"Step {t}: kept "
        + "; ".join(f"{' '.join(n.words)} ({signed(n.score, 2)})" for n in level if n.kept)
        + "."
        for t, level in enumerate(levels, 1)
    )
    alt += f" Best: {' '.join(last[0].words)}." if last else ""
    rows = max(len(level) for level in levels)
    high, wide = ROW * rows + 0.9, SPACE * len(levels) + 1.3
    with canvas(alt, width=min(12.0, 0.82 * wide), height=max(1.8, 0.82 * high)) as (picture, axes):
        axis = axes[0, 0]
        blank(axis, wide, high)
        before: dict[tuple[str, ...], tuple[float, float]] = {(): (0.45, high - 0.8)}
        box(axis, before[()], "start", size=(0.85, 0.45), fontsize=9)
        for t, level in enumerate(levels):
            axis.text(
                1.0 + SPACE * t + SIZE[0] / 2 + 0.5, high - 0.2, f"step {t + 1}", ha="center", fontsize=10
            )
            before |= draw_level(axis, level, before, 1.5 + SPACE * t + SIZE[0] / 2, high - 0.8)
    return picture


def draw_level(
    axis: Axes,
    level: Sequence[Node],
    before: Mapping[tuple[str, ...], tuple[float, float]],
    x: float,
    top: float,
) -> dict[tuple[str, ...], tuple[float, float]]:
    """Draw the nodes of one step below each other, joined with those that they come from; give their places."""
    places = {}
    for row, node in enumerate(level):
        y = top - ROW * row
        origin = before.get(node.words) or before[node.words[:-1]]
        start = (origin[0] + (0.425 if origin[0] < 0.5 else SIZE[0] / 2), origin[1])
        end = (x - SIZE[0] / 2, y)
        arrow(axis, start, end, color=INK if node.kept else FAINT, linewidth=1.4 if node.kept else 0.8)
        text = f"{node.words[-1]}  {signed(node.score, 2)}"
        if node.kept:
            places[node.words] = (x, y)
            face = {"facecolor": SKY if node.finished else PAPER, "linewidth": 2.2 if node.finished else 1.3}
            box(axis, (x, y), text, size=SIZE, fontsize=9, **face)
        else:
            box(axis, (x, y), text, size=SIZE, fontsize=9, color=GREY, edgecolor=FAINT, linestyle=":")
    return places


def by_width(
    widths: Sequence[int], values: Mapping[str, Sequence[float]], label: str, lowest: float | None = None
) -> Picture:
    """Figures by the width of the beam.

    Args:
        widths: of the beams.
        values: for each line a figure for every width.
        label: what they are, with the unit.
        lowest: where the axis begins; chosen where left out.
    """
    alt = f"{label} by the width of the beam. " + " ".join(
        f"{name}: "
        + ", ".join(f"{value:.3g} at {width}" for width, value in zip(widths, line, strict=True))
        + "."
        for name, line in values.items()
    )
    with canvas(alt, width=7.5, height=3.3) as (picture, axes):
        axis = axes[0, 0]
        for name, line in values.items():
            axis.plot(range(len(widths)), line, label=name)
        axis.set_xticks(range(len(widths)), [str(width) for width in widths])
        axis.set(xlabel="width of the beam", ylabel=label)
        axis.margins(y=0.15)
        if lowest is not None:
            highest = max(value for line in values.values() for value in line)
            axis.set_ylim(lowest, highest + 0.15 * (highest - lowest))
        axis.grid(axis="y")
        if len(values) > 1:
            axis.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=10)
    return picture


def blames(shares: Mapping[str, Mapping[str, float]]) -> Picture:
    """Whose fault mistakes are: a bar for each search, in three parts.

    Args:
        shares: by the name of a search, the shares of "none", "search" and "model".
    """
    alt = "Whose fault mistakes are, as shares of all inputs. " + " ".join(
        f"{name}: " + ", ".join(f"{WORDS[key]} {parts[key]:.1%}" for key in WORDS) + "."
        for name, parts in shares.items()
    )
    with canvas(alt, width=9.5, height=1.1 + 0.5 * len(shares)) as (picture, axes):
        axis, rows = axes[0, 0], range(len(shares))
        left = [0.0] * len(shares)
        for key, words in WORDS.items():
            parts = [shares[name][key] for name in shares]
            bars = axis.barh(
                rows, parts, 0.65, left, color=SHADES[key], hatch=HATCHES[key], edgecolor=INK, label=words
            )
            texts = [f"{part:.0%}" if part >= 0.07 else "" for part in parts]
            axis.bar_label(bars, texts, label_type="center", fontsize=9, bbox={"color": PAPER, "pad": 1.5})
            left = [begin + part for begin, part in zip(left, parts, strict=True)]
        axis.set_yticks(rows, list(shares))
        axis.invert_yaxis()
        axis.set(xlabel="share of all inputs", xlim=(0, 1))
        axis.tick_params(axis="y", length=0)
        axis.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=10)
    return picture
