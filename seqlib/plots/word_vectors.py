"""Figures of the word vector assignment: look-up, neighbours, analogies, maps by t-SNE, bias before and after.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    HALO,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    YELLOW,
    Picture,
    canvas,
    name_columns,
    show_cells,
    signed,
)

LOOKS = (
    (BLUE, "o"),
    (ORANGE, "s"),
    (GREEN, "^"),
    (PURPLE, "D"),
    (INK, "P"),
    (SKY, "v"),
    (YELLOW, "X"),
    (GREY, "*"),
)
"""Colour and marker of each group on a map."""


def product(E: Array, O: Array, e: Array, words: Sequence[str], asked: Sequence[str]) -> Picture:
    """A one-hot product: E, the one-hot columns, and the vectors that come out.

    Args:
        E: (n_e, V).
        O: (V, m).
        e: (n_e, m).
        words: V names.
        asked: m names.
    """
    alt = (
        f"Three grids: E with {E.shape[0]} rows and a column for each of {', '.join(words)}; the one-hot columns of "
        f"{', '.join(asked)}, each with a single 1; and their product, which holds the columns of E of these words."
    )
    widths = [len(words), len(asked), len(asked)]
    with canvas(alt, columns=3, width=9.8, height=3.4, width_ratios=widths) as (picture, axes):
        titles = ("E", "O", "E · O")
        for axis, values, names, title in zip(axes[0], (E, O, e), (words, asked, asked), titles, strict=True):
            show_cells(axis, values, limit=1.5)
            name_columns(axis, names, "word")
            axis.tick_params(axis="x", labelsize=9, rotation=30)
            axis.set_title(title)
            axis.set_yticks([])
        axes[0, 0].set_ylabel("feature")
        axes[0, 1].set_ylabel("word of the vocabulary")
    return picture


def ranking(words: Sequence[str], cosines: Sequence[float], given: Sequence[str], target: str) -> Picture:
    """The words nearest to a target, those of the question hatched.

    Args:
        words: names, the nearest first.
        cosines: one for each.
        given: the words of the question, which are no answers.
        target: what is looked for, in words.
    """
    alt = f"Bars of the cosine with {target}: " + ", ".join(
        f"{word} {cosine:.3f}{' (a word of the question)' if word in given else ''}"
        for word, cosine in zip(words, cosines, strict=True)
    )
    with canvas(f"{alt}.", width=8, height=0.9 + 0.36 * len(words)) as (picture, axes):
        axis = axes[0, 0]
        for row, (word, cosine) in enumerate(zip(words, cosines, strict=True)):
            asked = word in given
            axis.barh(row, cosine, color=FAINT if asked else BLUE, hatch="//" if asked else None, height=0.66)
            box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}
            axis.text(0.015, row, f"{cosine:.3f}", va="center", fontsize=10, bbox=box)
        axis.set_yticks(range(len(words)), words)
        axis.invert_yaxis()
        axis.set(xlabel=f"cosine with {target}; hatched: a word of the question", xlim=(0, 1))
    return picture


def sections(shares: Mapping[str, tuple[float, float]]) -> Picture:
    """The share of analogies that hold, by section, with the words of the question left out and with them.

    Args:
        shares: by section, from 0 to 1: left out, not left out.
    """
    alt = "Pairs of bars by section: share of analogies answered rightly. " + " ".join(
        f"{name}: {out:.0%} with the words of the question left out, {kept:.0%} with them among the answers."
        for name, (out, kept) in shares.items()
    )
    with canvas(alt, width=8.5, height=0.9 + 0.5 * len(shares)) as (picture, axes):
        axis, rows = axes[0, 0], np.arange(len(shares))
        looks = (("left out", BLUE, None), ("not left out", FAINT, "//"))
        for side, (label, colour, hatch) in enumerate(looks):
            values = [share[side] for share in shares.values()]
            axis.barh(rows + 0.2 - 0.4 * (1 - side), values, 0.36, color=colour, hatch=hatch, label=label)
            for row, value in zip(rows, values, strict=True):
                axis.text(value + 0.01, row + 0.2 - 0.4 * (1 - side), f"{value:.0%}", va="center", fontsize=9)
        axis.set_yticks(rows, list(shares))
        axis.invert_yaxis()
        axis.set(xlabel="share of right answers", xlim=(0, 1.12))
        axis.set_xticks(np.arange(0, 1.01, 0.25), ["0", "0.25", "0.5", "0.75", "1"])
        axis.legend(title="words of the question", loc="lower right")
    return picture


def ways(positions: Array, words: Sequence[str], pairs: Sequence[tuple[int, int]], title: str) -> Picture:
    """Words on a plane, with an arrow from the first to the second of each pair.

    Args:
        positions: (2, m).
        words: m names.
        pairs: places of two words.
        title: what the plane is.
    """
    alt = f"{title}. Arrows: " + ", ".join(
        f"{words[a]} to {words[b]} ({signed(positions[0, b] - positions[0, a])} across, "
        f"{signed(positions[1, b] - positions[1, a])} up)"
        for a, b in pairs
    )
    with canvas(f"{alt}.", width=7.5, height=4.6) as (picture, axes):
        axis = axes[0, 0]
        for a, b in pairs:
            look = {"arrowstyle": "-|>", "color": ORANGE, "linewidth": 1.4, "shrinkA": 3, "shrinkB": 3}
            axis.annotate("", positions[:, b], positions[:, a], arrowprops=look)
        axis.plot(positions[0], positions[1], linestyle="", marker="o", color=BLUE)
        for word, place in zip(words, positions.T, strict=True):
            axis.annotate(word, place, (4, 4), textcoords="offset points", fontsize=10)
        axis.margins(0.1)
        axis.set(title=title, xlabel="first component", ylabel="second component")
    return picture


def maps(positions: Mapping[str, Array], groups: Sequence[str]) -> Picture:
    """The same words on several maps side by side, a colour and a marker for each group.

    Args:
        positions: (2, m) by title.
        groups: m names of groups.
    """
    names = list(dict.fromkeys(groups))
    alt = (
        f"{len(positions)} maps of the same {len(groups)} points in the groups {', '.join(names)}. "
        + " ".join(
            f"{title}: the map is {np.ptp(place[0]):.0f} wide, the groups lie on average {apart(place, groups):.1f} times "
            "as far from each other as their points from their middle."
            for title, place in positions.items()
        )
    )
    with canvas(alt, columns=len(positions), width=3.7 * len(positions), height=4.3) as (picture, axes):
        for axis, (title, place) in zip(axes[0], positions.items(), strict=True):
            draw_groups(axis, place, groups)
            axis.set_title(title)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        picture.figure.legend(handles, labels, loc="outside lower center", ncols=min(len(names), 6))
    return picture


def draw_groups(axis: Axes, positions: Array, groups: Sequence[str]) -> None:
    """Points in the colour and with the marker of their group; the axes of such a map mean nothing and have no marks."""
    names = list(dict.fromkeys(groups))
    if len(names) > len(LOOKS):
        raise ValueError(f"groups has {len(names)} groups; expected at most {len(LOOKS)}, one for each look")
    for (colour, marker), group in zip(LOOKS, names, strict=False):
        chosen = np.array([name == group for name in groups])
        axis.plot(*positions[:, chosen], linestyle="", marker=marker, color=colour, markersize=5, label=group)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.margins(0.06)


def middles(positions: Array, groups: Sequence[str]) -> tuple[Array, Array]:
    """The middle of each group (d, groups), and the root mean square distance of its points from it (groups,)."""
    names, labels = list(dict.fromkeys(groups)), np.array(groups)
    members = [positions[:, labels == name] for name in names]
    centres = np.stack([points.mean(axis=1) for points in members], axis=1)
    spreads = [
        float(np.sqrt(((points - centre[:, np.newaxis]) ** 2).sum(axis=0).mean()))
        for points, centre in zip(members, centres.T, strict=True)
    ]
    return centres, np.array(spreads)


def apart(positions: Array, groups: Sequence[str]) -> float:
    """Mean distance of the groups' middles, in mean spreads of a group."""
    centres, spreads = middles(positions, groups)
    distances = np.linalg.norm(centres[:, :, np.newaxis] - centres[:, np.newaxis], axis=0)
    upper = distances[np.triu_indices(len(spreads), 1)]
    return float(upper.mean() / spreads.mean())


def spreads(true: Mapping[str, float], shown: Mapping[str, Mapping[str, float]]) -> Picture:
    """How wide each group is, as it is and on several maps, in shares of the widest.

    Args:
        true: the spread of each group.
        shown: by map, the spread of each group on it.
    """
    rows = {"as it is": true, **shown}
    shares = {
        label: {g: v / max(values.values()) for g, v in values.items()} for label, values in rows.items()
    }
    alt = "Bars of each group's width as a share of the widest. " + " ".join(
        f"{label}: {', '.join(f'{group} {share:.2f}' for group, share in values.items())}."
        for label, values in shares.items()
    )
    with canvas(alt, columns=len(rows), width=2.6 * len(rows), height=3.0, sharey=True) as (picture, axes):
        for axis, (label, values) in zip(axes[0], shares.items(), strict=True):
            colour, hatch = (BLUE, None) if label == "as it is" else (ORANGE, "//")
            axis.barh(range(len(values)), list(values.values()), color=colour, hatch=hatch, height=0.65)
            axis.set_title(label)
            axis.set(xlim=(0, 1.05), xlabel="share of the widest")
        axes[0, 0].set_yticks(range(len(true)), list(true))
        axes[0, 0].invert_yaxis()
    return picture


def explored(
    positions: Array,
    words: Sequence[str],
    groups: Sequence[str],
    chosen: int,
    near: Sequence[int],
    title: str,
) -> Picture:
    """A map with lines from one word to those that are really nearest.

    Args:
        positions: (2, m).
        words: m names.
        groups: m names of groups.
        chosen: the place of the word.
        near: places of the words with the largest cosines, the nearest first.
        title: of the map.
    """
    alt = (
        f"{title}. {words[chosen]} is marked. By cosine its nearest of these words are "
        + ", ".join(words[i] for i in near)
        + "; on the map they are number "
        + ", ".join(str(place_on_map(positions, chosen, i)) for i in near)
        + " by distance."
    )
    with canvas(alt, width=9.6, height=6.6) as (picture, axes):
        axis = axes[0, 0]
        draw_groups(axis, positions, groups)
        for i in near:
            axis.plot(
                *positions[:, [chosen, i]], color=INK, linestyle="-", marker="", linewidth=1.0, zorder=1
            )
        ring = {"linestyle": "", "marker": "o", "markersize": 15, "markerfacecolor": "none"}
        axis.plot(*positions[:, chosen], markeredgecolor=INK, markeredgewidth=1.5, **ring)
        ways = positions - positions[:, [chosen]]
        for i, word in enumerate(words):
            if i == chosen:
                named(axis, word, positions[:, i], (0, 1))
            elif i in near:
                named(axis, word, positions[:, i], np.sign(ways[:, i]))
            else:
                at = (positions[0, i], positions[1, i])
                axis.annotate(word, at, (3, 3), textcoords="offset points", color=GREY, fontsize=7)
        axis.set_title(title)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        lines = [f"{words[i]}: {place_on_map(positions, chosen, i)}" for i in near]
        told = "\n".join(
            [f"Nearest to {words[chosen]}", "by cosine, with their", "place on the map:", "", *lines]
        )
        axis.text(1.02, 0.45, told, transform=axis.transAxes, va="top", fontsize=10)
    return picture


def named(axis: Axes, word: str, place: Array, way: Sequence[float] | Array) -> None:
    """Write a word beside its place (2,), over whatever stands there.

    Args:
        axis: to write on.
        word: the word.
        place: (2,).
        way: -1, 0 or 1 for left, middle, right, and for below, beside, above.
    """
    across, upwards = int(way[0]), int(way[1])
    axis.annotate(
        word,
        (place[0], place[1]),
        (6 * across, (6 if across else 16) * upwards),
        textcoords="offset points",
        ha=("right", "center", "left")[across + 1],
        va=("top", "center", "bottom")[upwards + 1],
        color=INK,
        fontsize=9,
        path_effects=HALO,
        zorder=4,
    )


def place_on_map(positions: Array, chosen: int, other: int) -> int:
    """How many words lie no further from a word on the map than another: 1 for the nearest."""
    distances = np.linalg.norm(positions - positions[:, [chosen]], axis=0)
    distances[chosen] = np.inf
    return int((distances <= distances[other]).sum())


def bias(
    words: Sequence[str], before: Sequence[float], after: Sequence[float], ends: tuple[str, str]
) -> Picture:
    """How far words lie along a direction, before and after it was taken from them.

    Args:
        words: names.
        before, after: their cosines with the direction.
        ends: what lies at the negative and at the positive end.
    """
    order = np.argsort(before, kind="stable")
    alt = (
        f"Each word's cosine with the direction from {ends[0]} to {ends[1]}, before and after: "
        + ", ".join(f"{words[i]} {signed(before[i], 2)} to {signed(after[i], 2)}" for i in order)
    )
    with canvas(f"{alt}.", width=8.5, height=1.0 + 0.27 * len(words)) as (picture, axes):
        axis = axes[0, 0]
        axis.axvline(0, color=GREY, linewidth=1)
        for row, i in enumerate(order):
            axis.plot([before[i], after[i]], [row, row], color=FAINT, linestyle="-", marker="", zorder=1)
        rows = range(len(order))
        look: dict[str, Any] = {"linestyle": "", "color": BLUE, "marker": "o", "label": "before"}
        axis.plot([before[i] for i in order], rows, **look)
        look = {"linestyle": "", "color": ORANGE, "marker": "s", "label": "after", "markersize": 6}
        axis.plot([after[i] for i in order], rows, **look)
        axis.set_yticks(rows, [words[i] for i in order], fontsize=10)
        limit = 1.15 * max(np.abs(before).max(), np.abs(after).max())
        axis.set(xlabel=f"cosine with the direction: {ends[0]} left, {ends[1]} right", xlim=(-limit, limit))
        axis.legend(loc="lower right")
    return picture


def equalised(
    before: Sequence[tuple[float, float]], after: Sequence[tuple[float, float]], words: tuple[str, str]
) -> Picture:
    """Two vectors before and after they are equalised, on the plane of the direction and what lies across.

    Args:
        before: of each of the two vectors, its part along the direction and along what both have in common across.
        after: the same of the equalised ones.
        words: their names.
    """
    alt = "Vectors on a half circle of radius 1; across: along g; up: along ν. " + " ".join(
        f"{word}: from ({signed(x[0], 2)}, {signed(x[1], 2)}) to ({signed(y[0], 2)}, {signed(y[1], 2)})."
        for word, x, y in zip(words, before, after, strict=True)
    )
    with canvas(alt, columns=2, width=9.0, height=3.1, sharey=True) as (picture, axes):
        for axis, ends, title in zip(axes[0], (before, after), ("before", "after"), strict=True):
            turn = np.linspace(0, np.pi, 100)
            axis.plot(np.cos(turn), np.sin(turn), color=FAINT, linestyle="-", marker="")
            axis.axvline(0, color=GREY, linewidth=1)
            for word, end, colour in zip(words, ends, (BLUE, ORANGE), strict=True):
                look = {"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
                axis.annotate("", end, (0, 0), arrowprops=look)
                side = "left" if end[0] > 0 else "right"
                axis.annotate(word, end, (0, 8), textcoords="offset points", fontsize=11, ha=side)
            axis.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"])
            axis.set(title=title, xlabel="along g", xlim=(-1.1, 1.1), ylim=(0, 1.2), aspect="equal")
        axes[0, 0].set_ylabel("along ν")
    return picture
