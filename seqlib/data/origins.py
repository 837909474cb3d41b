"""Person names with the locale that they are from, for a classifier that reads letters.

Twelve locales of faker in Latin script. Names are folded to ASCII in lower case, since with diacritics a single
letter would often tell the locale (ð, ğ, ů); names that, so folded, stand in several of the twelve are left out,
since they have no one answer. What is left differs in its letters' order more than in the letters.
"""

import hashlib
import unicodedata
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

from seqlib.data.names import names, part_of

LOCALES = (
    "de_DE", "en_GB", "es_ES", "fi_FI", "hr_HR", "id_ID", "it_IT", "nl_NL", "sk_SK", "sv_SE", "tr_TR", "zu_ZA",
)  # fmt: skip
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "’": "'"}
)


class Example(NamedTuple):
    """A folded name and the one locale in which it stands."""

    name: str
    locale: str


class Split(NamedTuple):
    """The three parts of the data, each sorted by name."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]


def fold(name: str) -> str:
    """A name as the classifier reads it: lower case, accents and other marks taken off.

    Args:
        name: a name in Latin script.

    Returns:
        The folded name; letters that cannot be folded to ASCII stay as they are.
    """
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_WITHOUT_DECOMPOSITION))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def origins() -> dict[str, tuple[str, ...]]:
    """All folded names of the twelve locales, each with those in which it stands.

    Returns:
        A dict from folded name to its sorted locales; sorted by name. Treat as read-only.
    """
    found: dict[str, set[str]] = {}
    for name, locales in names().items():
        for locale in set(locales) & set(LOCALES):
            found.setdefault(fold(name), set()).add(locale)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def split() -> Split:
    """The fixed split of the names with one locale, by the hash of the folded name: no name is in two parts.

    Returns:
        Lists train, validation, test of examples, about 8 : 1 : 1.
    """
    parts = Split([], [], [])
    for name, locales in origins().items():
        if len(locales) == 1:
            getattr(parts, part_of(name)).append(Example(name, locales[0]))
    return parts


def provenance() -> dict[str, str | int]:
    """What the data of the classifier are, for a card.

    Returns:
        Package, version, the number of names in each part, how many were left out for standing in several
        locales, and `sha256` over the three parts in order, a name and its locale a line, an empty line between.
    """
    parts = split()
    text = "\n\n".join("\n".join(f"{name}\t{locale}" for name, locale in part) for part in parts)
    counts = {part: len(getattr(parts, part)) for part in Split._fields}
    several = sum(len(locales) > 1 for locales in origins().values())
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        "package": "faker", "version": version("faker"), **counts, "left_out_in_several_locales": several,
        "sha256": digest,
    }  # fmt: skip
