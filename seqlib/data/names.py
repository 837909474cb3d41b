"""Person names of many locales, read from the installed `faker` package.

Given names and family names of all of faker's locales, native and romanised. The text stays in the package:
what belongs to the course is the choice of names and the fixed split. The language models read names in
lower case: so a smoothed bigram needs 3.76 bits per character on validation names, 3.72 in mixed case.
"""

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

_ATTRIBUTE = re.compile(r"(first|last)_\w*names\w*")


class Split(NamedTuple):
    """The three parts of a list of names, each sorted."""

    train: list[str]
    validation: list[str]
    test: list[str]


def locales() -> list[str]:
    """The locales for which faker has person names.

    Returns:
        Sorted names of locales such as `ko_KR`.
    """
    from faker.providers import person

    return sorted(module.name for module in pkgutil.iter_modules(person.__path__) if module.ispkg)


@lru_cache(maxsize=1)
def names() -> dict[str, tuple[str, ...]]:
    """All person names, each with the locales in which it stands.

    Returns:
        A dict from name, as it is written there, to its sorted locales; sorted by name. Treat as read-only.
    """
    found: dict[str, set[str]] = {}
    for locale in locales():
        for name in _names_of(locale):
            found.setdefault(name, set()).add(locale)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _names_of(locale: str) -> set[str]:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    lists = (getattr(provider, attribute) for attribute in dir(provider) if _ATTRIBUTE.fullmatch(attribute))
    # es_CL joins two of its lists by a property; the lists themselves stand beside it.
    found = {name.strip() for values in lists if not isinstance(values, property) for name in values}
    return found - {""}


def ascii_names() -> list[str]:
    """The names that are written in ASCII, as they are spelled in the package.

    Returns:
        Sorted distinct names.
    """
    return [name for name in names() if name.isascii()]


def part_of(name: str) -> str:
    """The part of the split to which a name belongs, by the hash of the name alone.

    A name keeps its part when other names come or go, and spellings that differ only in case share one part.

    Args:
        name: any name, also one that is not in the data.

    Returns:
        "train" (8 of 10), "validation" (1 of 10) or "test" (1 of 10).
    """
    tenth = int(name_hash(name.lower())[:16], 16) % 10
    return {8: "validation", 9: "test"}.get(tenth, "train")


def name_hash(name: str) -> str:
    """SHA-256 of the UTF-8 bytes of a name.

    Args:
        name: a name.

    Returns:
        64 hexadecimal digits.
    """
    return hashlib.sha256(name.encode()).hexdigest()


def split(of: Iterable[str] | None = None) -> Split:
    """The fixed split into training, validation and test names.

    Args:
        of: the names to split, as spelled; where left out, the ASCII names in lower case.

    Returns:
        Lists train, validation, test of distinct names, each sorted.
    """
    parts = Split([], [], [])
    chosen = {name.lower() for name in ascii_names()} if of is None else set(of)
    for name in sorted(chosen):
        getattr(parts, part_of(name)).append(name)
    return parts


def provenance() -> dict[str, str | int]:
    """What the data of the language models are, for a card.

    Returns:
        Package, version, the number of names in each part, and `sha256` over the three parts in order,
        names one a line, parts with an empty line between.
    """
    parts = split()
    digest = hashlib.sha256("\n\n".join("\n".join(part) for part in parts).encode()).hexdigest()
    counts = {part: len(getattr(parts, part)) for part in Split._fields}
    return {"package": "faker", "version": version("faker"), **counts, "sha256": digest}
