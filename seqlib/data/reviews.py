"""Short reviews of films, food, travel, lessons and machines, with five labels; half of them depend on the order of words.

All were written for this course. `pairs` are two orders of the same words with different labels, so that a model which
does not know the order gets at most one of each two right; `ordinary` ones are not paired. These four hundred are too
few to learn the order from: `composed` makes further ones for training, of the same kinds, from templates and word
lists (`reviews_text`). Words of held-out sentences occur in them, held-out sentences do not.
"""

import re
from typing import Any, NamedTuple

import numpy as np

from seqlib.data import reviews_text as texts

LABELS = (1, 2, 3, 4, 5)
NAMES = ("very negative", "negative", "neither", "positive", "very positive")
SPLIT_SEED = 12
# Of each family of pairs, and of the ordinary ones of each label; the rest is for training.
HELD_OUT_PAIRS = {"test": 4, "validation": 2}
HELD_OUT_ORDINARY = {"test": 12, "validation": 6}
ATTEMPTS = 100  # at sentences that are not there yet, for each one wanted


class Review(NamedTuple):
    """A review.

    Attributes:
        tokens: lower-case words and commas.
        label: 1 very negative, 2 negative, 3 neither, 4 positive, 5 very positive.
    """

    tokens: tuple[str, ...]
    label: int


class Pair(NamedTuple):
    """Two reviews of the same words in another order, the more negative first.

    Attributes:
        family: what makes the difference, such as "a clause before and after but".
        worse, better: the two.
    """

    family: str
    worse: Review
    better: Review


class Part(NamedTuple):
    """One part of the data: reviews that are not paired, and pairs."""

    ordinary: list[Review]
    pairs: list[Pair]

    @property
    def reviews(self) -> list[Review]:
        """All reviews of this part: the ordinary ones, then those of the pairs, the two of a pair side by side."""
        return [*self.ordinary, *(review for pair in self.pairs for review in pair[1:])]


class Parts(NamedTuple):
    """The data for training, for choosing, and for measuring at the end."""

    train: Part
    validation: Part
    test: Part


def ordinary() -> list[Review]:
    """The reviews that are not paired, forty of each label."""
    return [_review(*line.split(" | ")) for line in _lines(texts.ORDINARY)]


def pairs() -> list[Pair]:
    """The pairs, family by family."""
    return [_pair(family, line) for family, line in _in_families(texts.PAIRS)]


def split() -> Parts:
    """The reviews in three parts.

    Returns:
        train, validation and test. Every family of pairs and every label is in each; both of a pair are in one part.
    """
    rng = np.random.default_rng(SPLIT_SEED)
    families: dict[str, list[Pair]] = {}
    labels: dict[int, list[Review]] = {}
    for pair in pairs():
        families.setdefault(pair.family, []).append(pair)
    for review in ordinary():
        labels.setdefault(review.label, []).append(review)
    of_pairs = [_shares(items, HELD_OUT_PAIRS, rng) for items in families.values()]
    of_ordinary = [_shares(items, HELD_OUT_ORDINARY, rng) for items in labels.values()]
    return Parts(
        *(
            Part(
                [r for part in of_ordinary for r in part[name]], [p for part in of_pairs for p in part[name]]
            )
            for name in Parts._fields
        )
    )


def composed(count: int, seed: int = 0) -> list[Review]:
    """Reviews for training, from templates: two thirds in pairs of two orders, one third single.

    Args:
        count: how many, 3 or more.
        seed: decides them.

    Returns:
        Reviews, all different, none of them one of the four hundred; a few less than `count` where it is no multiple of 3.

    Raises:
        ValueError: count is below 3, or the templates do not give so many.
    """
    if count < 3:
        raise ValueError(f"count is {count}; expected 3 or more reviews")
    rng = np.random.default_rng(seed)
    taken = {review.tokens for review in [*ordinary(), *(r for pair in pairs() for r in pair[1:])]}
    found: list[Review] = []
    families: dict[str, list[str]] = {}
    for family, line in _in_families(texts.PAIR_TEMPLATES):
        families.setdefault(family, []).append(line)
    templates, lines = list(families.values()), _lines(texts.TEMPLATES)
    for _ in range(ATTEMPTS * count):
        if len(found) >= count - count % 3:
            return found
        paired, single = templates[rng.integers(len(templates))], lines[rng.integers(len(lines))]
        pair = _pair("", _filled(paired[rng.integers(len(paired))], rng))
        three = [pair.worse, pair.better, _review(*_filled(single, rng).split(" | "))]
        if not taken & {review.tokens for review in three}:
            found += three
            taken |= {review.tokens for review in three}
    raise ValueError(f"count is {count}; the templates do not give so many different reviews")


def _shares(items: list[Any], held_out: dict[str, int], rng: np.random.Generator) -> dict[str, list[Any]]:
    """Items in three parts, drawn."""
    shuffled = [items[i] for i in rng.permutation(len(items))]
    parts, start = {}, 0
    for name, size in held_out.items():
        parts[name] = shuffled[start : start + size]
        start += size
    return {**parts, "train": shuffled[start:]}


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _in_families(text: str) -> list[tuple[str, str]]:
    """The lines of a text, each with the heading above it."""
    found, family = [], ""
    for line in _lines(text):
        if line.startswith("# "):
            family = line[2:]
        else:
            found.append((family, line))
    return found


def _review(label: str, text: str) -> Review:
    return Review(tuple(text.split()), int(label))


def _pair(family: str, line: str) -> Pair:
    labels, worse, better = line.split(" | ")
    low, high = labels.split()
    return Pair(family, _review(low, worse), _review(high, better))


def _filled(template: str, rng: np.random.Generator) -> str:
    """A template with each name in braces filled, wherever it stands with the same words."""
    for name in dict.fromkeys(re.findall(r"{(\w+)}", template)):
        words = texts.SLOTS[name]
        choices = words.split("|") if "|" in words else words.split()
        template = template.replace(f"{{{name}}}", choices[rng.integers(len(choices))])
    return template
