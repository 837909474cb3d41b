"""Numbers in words, from English to Korean, French or German.

An input is the language asked for, then the English words: `<ko> one hundred twenty three`; the target is that
language's text, read character by character, since German writes a number in one word. The words come from the
installed `unicode-rbnf` package. A further part holds inputs longer than any that is trained on.
"""

import hashlib
import random
import re
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

LANGUAGES = ("ko", "fr", "de")
LARGEST = 999_999_999
MOST_WORDS = 10
"""The largest number of English words in the first three parts; the part "longer" has more."""
SIZES = {"train": 24000, "validation": 1500, "test": 3000, "longer": 600}
"""Inputs of each part, as many to every language."""
SEED = 15


class Example(NamedTuple):
    """An input as words, its target, the language of the target, and the number itself."""

    source: tuple[str, ...]
    target: str
    language: str
    number: int


class Split(NamedTuple):
    """The parts of the data; no number stands in two of them."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]
    longer: list[Example]


def part_of(number: int) -> str:
    """The part of the split to which a number belongs: by its hash alone, or "longer" by its English words.

    Args:
        number: 0 or more.

    Returns:
        "train" (8 of 10), "validation" (1 of 10) or "test" (1 of 10) up to MOST_WORDS, "longer" above.
    """
    if len(english(number)) > MOST_WORDS:
        return "longer"
    tenth = int(hashlib.sha256(str(number).encode()).hexdigest()[:16], 16) % 10
    return {8: "validation", 9: "test"}.get(tenth, "train")


@lru_cache(maxsize=8)
def _engine(language: str) -> "RbnfEngine":
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)


def written(number: int, language: str) -> str:
    """A number in words.

    Args:
        number: 0 or more.
        language: "en", or one of LANGUAGES.

    Returns:
        Its words, in lower case.

    Raises:
        ValueError: an unknown language, or a negative number.
    """
    if language not in ("en", *LANGUAGES):
        raise ValueError(f"language is {language!r}; expected 'en', {', '.join(map(repr, LANGUAGES))}")
    if number < 0:
        raise ValueError(f"number is {number}; expected 0 or more")
    return _engine(language).format_number(number).text.lower()


@lru_cache(maxsize=1 << 15)
def english(number: int) -> tuple[str, ...]:
    """The English words of a number, without hyphens.

    Args:
        number: 0 or more.

    Returns:
        Such as ("twenty", "one").
    """
    return tuple(re.split("[ -]", written(number, "en")))


def source_of(number: int, language: str) -> tuple[str, ...]:
    """What a model reads for a number: the language asked for, then the English words.

    Args:
        number: 0 or more.
        language: one of LANGUAGES.

    Returns:
        Such as ("<ko>", "twenty", "one").
    """
    return (f"<{language}>", *english(number))


@lru_cache(maxsize=1)
def split() -> Split:
    """The fixed examples of each part, each number in all languages.

    Returns:
        Lists train, validation, test and longer, of SIZES. Treat as read-only.
    """
    return Split(*(_examples(part, size) for part, size in SIZES.items()))


def _examples(part: str, size: int) -> list[Example]:
    """Numbers of every length, with zeros at the end and without; each is drawn once."""
    draw = random.Random(f"{SEED} {part}")
    chosen: dict[int, None] = {}
    while len(chosen) < size // len(LANGUAGES):
        if part == "longer":
            number = draw.randint(0, LARGEST)
        else:
            number = draw.randrange(10 ** draw.randint(3, 6)) * 10 ** draw.randint(0, 3)
        if part_of(number) == part:
            chosen[number] = None
    return [
        Example(source_of(number, language), written(number, language), language, number)
        for number in chosen
        for language in LANGUAGES
    ]


def provenance() -> dict[str, str | int]:
    """What the data are, for a card.

    Returns:
        Package, version, the number of examples in each part, and `sha256` over all inputs and targets in order.
    """
    parts = split()
    text = "\n".join(f"{' '.join(example.source)}\t{example.target}" for part in parts for example in part)
    counts = {part: len(getattr(parts, part)) for part in Split._fields}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"package": "unicode-rbnf", "version": version("unicode-rbnf"), **counts, "sha256": digest}
