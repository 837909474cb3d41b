"""Laws for what is random: whether two samples may come from the same distribution.

A sampler's draws cannot be compared one by one. Its law can: drawn often enough, frequencies agree. The bound is
Hoeffding's, which holds for every distribution and number of draws, so that the chance of rejecting right code
is known: at most `FALSE_ALARM` a row.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np

from autograder.tree import Tree

FALSE_ALARM = 1e-7


def items(value: Tree) -> list[Hashable]:
    """The entries of a drawn value: tokens of a list or array, or a single token."""
    return [value] if type(value) in (int, str) else list(np.ravel(np.asarray(value)).tolist())


def each(value: Tree) -> list[Hashable]:
    """All entries; only for values whose entries are drawn independently."""
    return items(value)


def first(value: Tree) -> list[Hashable]:
    """The first entry; None of an empty value."""
    return items(value)[:1] or [None]


def second(value: Tree) -> list[Hashable]:
    """The second entry; None where there is none."""
    return items(value)[1:2] or [None]


def last(value: Tree) -> list[Hashable]:
    """The last entry; None of an empty value."""
    return items(value)[-1:] or [None]


def length(value: Tree) -> list[Hashable]:
    """How many entries there are."""
    return [len(items(value))]


def whole(value: Tree) -> list[Hashable]:
    """All entries together; a single one as it is."""
    entries = items(value)
    return [entries[0] if len(entries) == 1 else tuple(entries)]


# What is counted in each drawn value, and what it is called. Counts of one law come from independent draws.
STATISTICS: Mapping[str, tuple[Callable[[Tree], list[Hashable]], str]] = {
    "each": (each, "{} is drawn"),
    "first": (first, "{} comes first"),
    "second": (second, "{} comes second"),
    "last": (last, "{} comes last"),
    "length": (length, "the length is {}"),
    "support": (items, "{} occurs"),
    "alike": (whole, "{} is drawn"),
}


def broken(law: str, wanted: Sequence[Tree], given: Sequence[Tree]) -> str | None:
    """How a sample breaks a law that another sample follows, in words; None where it does not.

    Args:
        law: a name of `STATISTICS`. "support" asks only that nothing is drawn that never should be: every value
            that may occur has to be frequent enough to be in `wanted`. "alike" asks that one value is drawn throughout,
            any value, and is for cases with one seed.
        wanted: what right code drew.
        given: what the code in question drew.
    """
    statistic, words = STATISTICS[law]
    right = Counter(item for value in wanted for item in statistic(value))
    found = Counter(item for value in given for item in statistic(value))
    if law == "support":
        strange = sorted(set(found) - set(right), key=str)
        return f"{words.format(strange[0])}, which never should" if strange else None
    if law == "alike":
        several = " and ".join(sorted(str(value) for value in found)[:2])
        message = f"{several} are drawn, though every call was given a generator with the same seed: draw with that one"
        return message if len(found) > 1 else None
    return unlike(right, found, words)


def unlike(right: Counter[Hashable], found: Counter[Hashable], words: str) -> str | None:
    """The value whose two frequencies lie furthest apart, in words, where that cannot be chance."""
    n, m = right.total(), found.total()
    if not n or not m:
        return None if n == m else f"there are {m} draws; expected {n}"
    values = sorted(set(right) | set(found), key=str)
    distance, value = max(((abs(right[v] / n - found[v] / m), v) for v in values), key=lambda pair: pair[0])
    # Hoeffding for a difference of two means of n and m numbers from 0 to 1, on both sides, for every value.
    bound = math.sqrt(math.log(2 * len(values) / FALSE_ALARM) * (1 / n + 1 / m) / 2)
    if distance <= bound:
        return None
    return (
        f"{words.format(value)} in {found[value] / m:.0%} of {m} draws; expected about {right[value] / n:.0%} "
        f"(right code is further off than {bound:.0%} less than once in {1 / FALSE_ALARM:,.0f} times)"
    )
