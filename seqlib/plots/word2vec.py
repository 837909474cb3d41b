"""Figures of the word2vec assignment: pairs, thinning, Huffman's tree, noise, speed, training, neighbours.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER, SKY, Picture, canvas

Merges = Sequence[tuple[int, int]]
Place = tuple[float, float]


def pairs(sentences: Sequence[Sequence[str]], found: Sequence[tuple[int, int]]) -> Picture:
    """Which places of a short text are paired with which.

    Args:
        sentences: words.
        found: pairs of places, the centre's and the context's, counted through all sentences.
    """
    words = [word for sentence in sentences for word in sentence]
    grid = np.zeros((len(words), len(words)))
    for center, context in found:
        grid[center, context] = 1
    ends = np.cumsum([len(sentence) for sentence in sentences])[:-1]
    alt = f"A grid of {len(words)} words by {len(words)}, centres down and contexts across. " + " ".join(
        f"{word}: {', '.join(words[j] for j in np.flatnonzero(row)) or 'no context'}."
        for word, row in zip(words, grid, strict=True)
    )
    with canvas(alt, width=6.5, height=0.6 + 0.34 * len(words)) as (picture, axes):
        axis = axes[0, 0]
        axis.imshow(grid, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
        for row, column in zip(*np.nonzero(grid), strict=True):
            axis.text(column, row, "•", ha="center", va="center", color=PAPER)
        for end in ends:
            axis.axvline(end - 0.5, color=ORANGE, linestyle="--")
            axis.axhline(end - 0.5, color=ORANGE, linestyle="--")
        axis.set_xticks(range(len(words)), words, rotation=45, ha="right")
        axis.set_yticks(range(len(words)), words)
        axis.set(xlabel="context", ylabel="centre")
    return picture


def thinning(frequencies: Array, keep: Array, shown: Mapping[str, int]) -> Picture:
    """How likely each word is kept, over its relative frequency.

    Args:
        frequencies: (V,) relative frequencies.
        keep: (V,) probabilities.
        shown: the index of each word that is written beside its point.
    """
    alt = "A falling curve: how likely a word is kept over its relative frequency. " + " ".join(
        f"{word}: {frequencies[i]:.2%} of the text, kept {keep[i]:.0%}." for word, i in shown.items()
    )
    order = np.argsort(frequencies)
    with canvas(alt, width=8, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(frequencies[order], keep[order], color=BLUE, marker="", linestyle="-")
        for word, i in shown.items():
            axis.plot(frequencies[i], keep[i], color=ORANGE, marker="o", linestyle="")
            axis.annotate(word, (frequencies[i], keep[i]), (4, 4), textcoords="offset points", fontsize=10)
        axis.set(
            xscale="log", xlabel="relative frequency", ylabel="probability of being kept", ylim=(0, 1.12)
        )
    return picture


def placed(merges: Merges) -> dict[int, Place]:
    """Where each node of a tree is drawn: words from left to right in the order of the tree, the root highest."""
    V = len(merges) + 1
    places: dict[int, Place] = {}
    right = 0

    def put(node: int, depth: int) -> float:
        nonlocal right
        if node < V:
            x, right = float(right), right + 1
        else:
            x = float(np.mean([put(child, depth + 1) for child in merges[node - V]]))
        places[node] = (x, -float(depth))
        return x

    put(2 * V - 2, 0)
    return places


def way_down(merges: Merges, word: int) -> list[int]:
    """The nodes from the root to a word, both among them."""
    above = {child: len(merges) + 1 + k for k, pair in enumerate(merges) for child in pair}
    nodes = [word]
    while nodes[0] in above:
        nodes.insert(0, above[nodes[0]])
    return nodes


def tree(words: Sequence[str], counts: Sequence[int], merges: Merges, word: str) -> Picture:
    """Huffman's tree of a small vocabulary, with the way to one word lit.

    Args:
        words: V names.
        counts: V counts.
        merges: the V - 1 pairs of nodes that were joined, in order.
        word: the one whose way is lit.
    """
    V = len(words)
    totals = [int(count) for count in counts]
    for left, right in merges:
        totals.append(totals[left] + totals[right])
    nodes = way_down(merges, list(words).index(word))
    bits = [list(merges[a - V]).index(b) for a, b in itertools.pairwise(nodes)]
    alt = (
        f"A binary tree with {V} words as leaves, the frequent ones near the root. The way to {word}, count "
        f"{counts[list(words).index(word)]}: "
        + ", ".join(f"inner node {node - V} bit {bit}" for node, bit in zip(nodes, bits, strict=False))
        + f". Code {''.join(map(str, bits))}."
    )
    places = placed(merges)
    with canvas(alt, width=9.5, height=4.6) as (picture, axes):
        axis = axes[0, 0]
        axis.axis("off")
        for k, pair in enumerate(merges):
            for bit, child in enumerate(pair):
                draw_branch(axis, places[V + k], places[child], bit, V + k in nodes and child in nodes)
        for node, (x, y) in places.items():
            label = f"{words[node]}\n{totals[node]}" if node < V else f"ψ{node - V}\n{totals[node]}"
            draw_node(axis, (x, y), label, leaf=node < V, lit=node in nodes)
        lowest = min(y for _, y in places.values())
        axis.set(xlim=(-0.7, V - 0.3), ylim=(lowest - 0.6, 0.6))
        axis.set_title(f"{word}: code {''.join(map(str, bits))}")
    return picture


def draw_branch(axis: Axes, start: Place, end: Place, bit: int, lit: bool) -> None:
    """A line from a node to its child, with its bit."""
    color, width = (ORANGE, 3.5) if lit else (GREY, 1.0)
    ends = [start[0], end[0]], [start[1], end[1]]
    axis.plot(*ends, color=color, linewidth=width, marker="", linestyle="-", zorder=1)
    middle = (0.45 * start[0] + 0.55 * end[0], 0.45 * start[1] + 0.55 * end[1])
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    weight = "bold" if lit else "normal"
    axis.text(*middle, str(bit), ha="center", va="center", fontsize=9, fontweight=weight, bbox=box, zorder=2)


def draw_node(axis: Axes, place: Place, label: str, *, leaf: bool, lit: bool) -> None:
    """A word in a box, or an inner node in a round one."""
    box = {
        "boxstyle": "square,pad=0.25" if leaf else "round,pad=0.25,rounding_size=0.6",
        "facecolor": "#FCE3D2" if lit else PAPER,
        "edgecolor": ORANGE if lit else GREY,
        "linewidth": 2.2 if lit else 1.0,
    }
    axis.text(*place, label, ha="center", va="center", fontsize=9, color=INK, bbox=box, zorder=3)


def noise(words: Sequence[str], distributions: Mapping[str, Array]) -> Picture:
    """How often some words are drawn under several distributions, on a logarithmic scale.

    Args:
        words: names, from the frequent to the rare.
        distributions: the probabilities of these words, by label.
    """
    alt = "Lines on a logarithmic scale over words from frequent to rare. " + " ".join(
        f"{label}: {words[0]} {p[0]:.1e}, {words[-1]} {p[-1]:.1e}." for label, p in distributions.items()
    )
    with canvas(alt, width=8, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for label, p in distributions.items():
            axis.plot(range(len(words)), p, label=label)
        axis.set_xticks(range(len(words)), words, rotation=30, ha="right")
        axis.set(yscale="log", ylabel="probability of a draw")
        axis.legend()
    return picture


def speed(sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], pairs_in_batch: int) -> Picture:
    """The time that one batch takes by several losses, as the vocabulary grows.

    Args:
        sizes: of the vocabulary.
        seconds: for each size, by loss.
        pairs_in_batch: how many pairs a batch has.
    """
    alt = (
        f"Lines, both axes logarithmic: milliseconds for a batch of {pairs_in_batch} pairs from {sizes[0]} to "
        f"{sizes[-1]} words. "
    ) + " ".join(f"{label}: {1000 * t[0]:.2g} to {1000 * t[-1]:.2g}." for label, t in seconds.items())
    with canvas(alt, width=8, height=3.8) as (picture, axes):
        axis = axes[0, 0]
        for label, times in seconds.items():
            axis.plot(sizes, 1000 * np.array(times), label=label)
        axis.set(xscale="log", yscale="log", xlabel="words in the vocabulary")
        axis.set_ylabel(f"milliseconds for {pairs_in_batch} pairs")
        axis.grid(True, which="major")
        axis.legend()
    return picture


def training(pairs_seen: Sequence[float], losses: Sequence[float], snapshots: Sequence[float]) -> Picture:
    """The loss over the pairs of a training.

    Args:
        pairs_seen: millions of pairs at each loss.
        losses: in nats a pair.
        snapshots: millions of pairs at which the vectors were kept.
    """
    alt = (
        f"The loss of a pair falls from {losses[0]:.2f} to {losses[-1]:.2f} nats over {pairs_seen[-1]:.1f} million pairs. "
        f"Vertical lines at the {len(snapshots)} snapshots."
    )
    with canvas(alt, width=8.5, height=3.2) as (picture, axes):
        axis = axes[0, 0]
        for place in snapshots:
            axis.axvline(place, color=FAINT, linewidth=1)
        axis.plot(pairs_seen, losses, color=BLUE, marker="", linestyle="-")
        axis.set(xlabel="pairs seen, in millions", ylabel="loss of a pair, in nats")
    return picture


def neighbours(snapshots: Mapping[str, Mapping[str, Sequence[str]]]) -> Picture:
    """The nearest words of some words as training goes on; what is there at the end is marked.

    Args:
        snapshots: by word, and then by the moment's label: the nearest words, the nearest first.
    """
    final = {word: set(list(moments.values())[-1]) for word, moments in snapshots.items()}
    alt = "Tables of the nearest words as training goes on. " + " ".join(
        f"{word}: " + "; ".join(f"{label}: {', '.join(near)}" for label, near in moments.items()) + "."
        for word, moments in snapshots.items()
    )
    rows = len(next(iter(next(iter(snapshots.values())).values())))
    height = len(snapshots) * (0.75 + 0.27 * rows)
    with canvas(alt, rows=len(snapshots), width=9.5, height=height) as (picture, axes):
        for axis, (word, moments) in zip(axes[:, 0], snapshots.items(), strict=True):
            axis.set(xlim=(0, len(moments)), ylim=(rows, -1))
            axis.axis("off")
            axis.set_title(word, fontweight="bold")
            for column, (label, near) in enumerate(moments.items()):
                axis.text(column, -0.6, label, fontsize=9, color=GREY, va="center")
                for row, other in enumerate(near):
                    stays = other in final[word]
                    box = {
                        "facecolor": SKY if stays else PAPER,
                        "edgecolor": "none",
                        "alpha": 0.45,
                        "pad": 1.5,
                    }
                    weight = "bold" if stays else "normal"
                    axis.text(column, row + 0.2, other, fontsize=10, fontweight=weight, va="center", bbox=box)
    return picture
