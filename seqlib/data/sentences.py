"""Sentences in which the names of persons are tagged, generated from templates.

Names are faker's, in ASCII, and English names that are also words (Rose, Mark, Will). Training, validation and test
sentences share no template, no name of a person and no place, so that a name can only be told by its context and
its shape. Sentences follow from the templates and the names alone: each is drawn by the hash of its number.
"""

import hashlib
import importlib
import random
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

from seqlib.data.names import part_of
from seqlib.data.templates import (
    CLOSERS,
    COMPANIES,
    DAYS,
    FAMILY_NAMES_THAT_ARE_WORDS,
    MONTHS,
    NAMES_THAT_ARE_WORDS,
    OPENERS,
    OTHERS,
    PEOPLE,
    PLACES,
    STREETS,
    TEMPLATES,
    THINGS,
    TITLES,
    TRAITS,
)

TAGS = ("O", "B-PER", "I-PER")
SHAPES = ("lower", "Capital", "First", "CAPITALS", "Initial", "digits", "mark", "mixed")
LOCALES = (
    "en_US", "en_GB", "en_IE", "en_IN", "en_KE", "es_ES", "fr_FR", "de_DE", "it_IT", "nl_NL", "sv_SE", "tr_TR", "id_ID",
)  # fmt: skip
SIZES = {"train": 16000, "validation": 1500, "test": 1500}
LENGTHENED = 0.4
"""How often a sentence has an opener, and how often a closer."""
_NAME = re.compile(r"[A-Z][A-Za-z'-]+")
_WHO = re.compile(r"\{whom?\}")
_SLOT = re.compile(r"\{(\w+)\}")


class Sentence(NamedTuple):
    """Words and punctuation, a tag for each, and the register of the template."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    register: str


class Split(NamedTuple):
    """The three parts of the sentences."""

    train: list[Sentence]
    validation: list[Sentence]
    test: list[Sentence]


class Choices(NamedTuple):
    """What the slots of one part's templates are filled with."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    given_words: tuple[str, ...]
    family_words: tuple[str, ...]
    places: tuple[str, ...]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    people: tuple[str, ...]
    others: tuple[str, ...]


def portion(texts: Sequence[str], part: str) -> list[str]:
    """The share of some texts that belongs to a part, in the order of their hashes.

    Args:
        texts: templates, places or names that are words.
        part: "train" (the larger share), "validation" or "test" (an eighth each).

    Returns:
        The part's texts; the three parts share none.
    """
    by_hash = sorted(set(texts), key=lambda text: hashlib.sha256(text.lower().encode()).digest())
    eighth = len(by_hash) // 8
    cut = {"test": (0, eighth), "validation": (eighth, 2 * eighth), "train": (2 * eighth, len(by_hash))}
    start, end = cut[part]
    return by_hash[start:end]


def templates(part: str) -> list[tuple[str, str]]:
    """The templates of a part: an eighth of every register is for test, an eighth for validation.

    Args:
        part: "train", "validation" or "test".

    Returns:
        Pairs of register and template.
    """
    return [(register, text) for register in TEMPLATES for text in portion(TEMPLATES[register], part)]


@lru_cache(maxsize=3)
def choices(part: str) -> Choices:
    """What a part's slots are filled with.

    Args:
        part: "train", "validation" or "test".

    Returns:
        Names of persons, places, and phrases that no other part has.
    """
    words = sorted({name.capitalize() for name in (*NAMES_THAT_ARE_WORDS, *FAMILY_NAMES_THAT_ARE_WORDS)})
    ours = set(portion(words, part))
    given, family = (_listed(which, part, words) for which in ("first_names", "last_names"))
    return Choices(
        given,
        family,
        tuple(name for name in NAMES_THAT_ARE_WORDS if name in ours),
        tuple(name for name in FAMILY_NAMES_THAT_ARE_WORDS if name in ours),
        *(tuple(portion(texts, part)) for texts in (PLACES, OPENERS, CLOSERS, PEOPLE, OTHERS)),
    )


def _listed(which: str, part: str, left_out: Sequence[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        found |= {name for name in getattr(provider, which) if _NAME.fullmatch(name)}
    lower = {name.lower() for name in left_out}
    return tuple(sorted(name for name in found if part_of(name) == part and name.lower() not in lower))


@lru_cache(maxsize=1)
def split() -> Split:
    """All sentences, as many as `SIZES` says.

    Returns:
        Lists train, validation, test; a sentence stands once in its part.
    """
    return Split(*(_sentences(part) for part in Split._fields))


def _sentences(part: str) -> list[Sentence]:
    texts, fill, found = templates(part), choices(part), dict[tuple[str, ...], Sentence]()
    number = 0
    while len(found) < SIZES[part]:
        register, template = texts[number % len(texts)]
        sentence = _render(register, template, fill, random.Random(f"{part} {number}"))
        found.setdefault(sentence.words, sentence)
        number += 1
    return list(found.values())


def _render(register: str, template: str, fill: Choices, rng: random.Random) -> Sentence:
    words: list[str] = []
    tags: list[str] = []
    casing = register if register != "plain" else _pick(("plain",) * 10 + ("chat", "headline"), rng)
    text = _WHO.sub(lambda _: _whom(fill, rng), _lengthened(register, template, fill, rng))
    for piece in text.split():
        slot = _SLOT.fullmatch(piece)
        filled = _filled(slot[1], fill, rng) if slot else [piece]
        person = slot is not None and slot[1] in "PGF"
        words += filled
        tags += ["B-PER"] + ["I-PER"] * (len(filled) - 1) if person else ["O"] * len(filled)
    return Sentence(tuple(_cased(casing, words)), tuple(tags), register)


def _whom(fill: Choices, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return "{P}"
    return _pick(fill.people if kind < 0.7 else fill.others, rng)


def _lengthened(register: str, template: str, fill: Choices, rng: random.Random) -> str:
    if register in ("headline", "notice"):
        return template
    body, mark = (template[:-2], template[-2:]) if template.endswith((" .", " ?")) else (template, "")
    opener = _pick(fill.openers, rng) + " " if rng.random() < LENGTHENED else ""
    closer = " " + _pick(fill.closers, rng) if rng.random() < LENGTHENED else ""
    return opener + body + closer + mark


def _filled(slot: str, fill: Choices, rng: random.Random) -> list[str]:
    if slot == "P":
        return _person(fill, rng)
    if slot in "GF":
        return [_name(slot, fill, rng)]
    if slot in ("company", "street"):
        kinds = COMPANIES if slot == "company" else STREETS
        return [_name("F" if rng.random() < 0.7 else "G", fill, rng), _pick(kinds, rng)]
    lists = {
        "title": TITLES, "place": fill.places, "month": MONTHS, "day": DAYS, "thing": THINGS, "trait": TRAITS,
    }  # fmt: skip
    return _pick(lists[slot], rng).split()


def _person(fill: Choices, rng: random.Random) -> list[str]:
    given, family, kind = _name("G", fill, rng), _name("F", fill, rng), rng.random()
    if kind < 0.3:
        return [given]
    return [given, family] if kind < 0.85 else [f"{given[0]}.", family]


def _name(slot: str, fill: Choices, rng: random.Random) -> str:
    from_words = rng.random() < 0.3
    if slot == "G":
        return _pick(fill.given_words if from_words else fill.given, rng)
    return _pick(fill.family_words if from_words else fill.family, rng)


def _pick(values: Sequence[str], rng: random.Random) -> str:
    return values[int(rng.random() * len(values))]  # random() alone keeps its sequence in every Python


def _cased(register: str, words: list[str]) -> list[str]:
    if register == "chat":
        return [word.lower() for word in words]
    if register == "headline":
        return [word[0].upper() + word[1:] for word in words]
    first = next(i for i, word in enumerate(words) if word[0].isalpha())
    return [word[0].upper() + word[1:] if i == first or word == "i" else word for i, word in enumerate(words)]


def common_words() -> list[str]:
    """The words that a tagger may know: those that training templates and phrases are written with, titles, months and such.

    What fills the places of names, of places and of {thing} or {trait} is unknown, in training as in test, unless it
    is among them.

    Returns:
        Sorted words in lower case and marks.
    """
    fill = choices("train")
    texts = [text for _, text in templates("train")]
    texts += [*fill.openers, *fill.closers, *fill.people, *fill.others]
    written = {word for text in texts for word in text.split() if not _SLOT.search(word)}
    shared = (*TITLES, *MONTHS, *DAYS, *COMPANIES, *STREETS)
    return sorted(written | {word.lower() for word in shared})


def shape_of(word: str, first: bool) -> str:
    """The shape of a word: what its letters look like, whatever they are.

    Args:
        word: a word or a mark of punctuation.
        first: whether it is the first of its sentence that has letters.

    Returns:
        One of `SHAPES`: "First" is a capital where any word would have one.
    """
    if word.isdigit():
        return "digits"
    if not any(character.isalpha() for character in word):
        return "mark"
    if len(word) == 2 and word[0].isupper() and word[1] == ".":
        return "Initial"
    if word == word.lower():
        return "lower"
    if len(word) > 1 and word == word.upper():
        return "CAPITALS"
    if word[0].isupper() and word[1:] == word[1:].lower():
        return "First" if first else "Capital"
    return "mixed"


def shapes_of(words: Sequence[str]) -> list[str]:
    """The shape of each word of a sentence.

    Args:
        words: the words and punctuation of one sentence.

    Returns:
        One of `SHAPES` for each.
    """
    first = next((i for i, word in enumerate(words) if any(map(str.isalpha, word))), -1)
    return [shape_of(word, i == first) for i, word in enumerate(words)]


def provenance() -> dict[str, str | int]:
    """What the data of the tagger are, for a card.

    Returns:
        Package and version of the names, the number of templates and sentences of each part, and `sha256` over
        the three parts in order: a sentence's words and tags a line, an empty line between the parts.
    """
    parts = split()
    lines = ("\n".join(f"{' '.join(s.words)}\t{' '.join(s.tags)}" for s in part) for part in parts)
    counts: dict[str, str | int] = {part: len(getattr(parts, part)) for part in Split._fields}
    counts |= {f"{part}_templates": len(templates(part)) for part in Split._fields}
    digest = hashlib.sha256("\n\n".join(lines).encode()).hexdigest()
    return {"package": "faker", "version": version("faker"), **counts, "sha256": digest}
