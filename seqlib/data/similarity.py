"""How well vectors agree with people: WordSim-353, and the analogies of Mikolov et al. (2013).

Both sets are read from the test data of the installed `gensim`, in lower case; nothing of gensim is imported.
WordSim-353: Finkelstein et al., "Placing Search in Context: The Concept Revisited", 2002.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import array, count, requires, some

Floats = NDArray[np.floating[Any]]
PAIRS, QUESTIONS = "wordsim353.tsv", "questions-words.txt"
ROWS = 1024
"""Analogies that are answered at once: the table of their cosines has so many rows."""


class Pair(NamedTuple):
    """Two words, and how alike people find them, from 0 to 10."""

    first: str
    second: str
    human: float


class Analogy(NamedTuple):
    """a is to b as c is to d, in a section such as "family"."""

    a: str
    b: str
    c: str
    d: str
    section: str


class Agreement(NamedTuple):
    """Spearman's rank correlation with people over the pairs whose words are both there."""

    rho: float
    covered: int
    pairs: int


class Accuracy(NamedTuple):
    """Analogies answered rightly, those whose four words are all there, and all that were asked."""

    right: int
    covered: int
    questions: int

    @property
    def share(self) -> float:
        """Of those covered, the share answered rightly; NaN where none is."""
        return self.right / self.covered if self.covered else float("nan")


def _test_data(file: str) -> Path:
    package = importlib.util.find_spec("gensim")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{file} is read from the package gensim, which is not installed: pip install gensim "
            "(there is no wheel for Python 3.14: take 3.13 or earlier)"
        )
    path = Path(next(iter(package.submodule_search_locations))) / "test" / "test_data" / file
    if not path.is_file():
        raise FileNotFoundError(
            f"the installed gensim has no {file} in its test data; pip install 'gensim>=4.4'"
        )
    return path


@lru_cache(maxsize=1)
def pairs() -> tuple[Pair, ...]:
    """WordSim-353.

    Returns:
        353 pairs of words in lower case, in the order of the file.

    Raises:
        ModuleNotFoundError: gensim is not installed.
    """
    lines = _test_data(PAIRS).read_text(encoding="utf-8").splitlines()
    rows = [line.lower().split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(Pair(first, second, float(human)) for first, second, human in rows)


@lru_cache(maxsize=1)
def analogies() -> tuple[Analogy, ...]:
    """The analogies that came with word2vec.

    Returns:
        19,544 questions in lower case, in the order of the file.

    Raises:
        ModuleNotFoundError: gensim is not installed.
    """
    found, section = [], ""
    for line in _test_data(QUESTIONS).read_text(encoding="utf-8").lower().splitlines():
        if line.startswith(":"):
            section = line.strip(": ")
        elif line:
            a, b, c, d = line.split()
            found.append(Analogy(a, b, c, d, section))
    return tuple(found)


def _known(words: Sequence[str], E: Floats) -> None:
    some("words", words)
    array("E", E, "(n_e, V)")
    if E.shape[1] != len(words):
        raise ValueError(f"E has {E.shape[1]} columns; expected one for each of the {len(words)} words")


def spearman(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Spearman's rank correlation; ties share their mean rank.

    Args:
        first: numbers.
        second: as many.

    Returns:
        From −1 to 1; NaN where one of them is constant.
    """
    from scipy.stats import rankdata

    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"given {len(first)} and {len(second)} numbers; expected equally many, 2 or more")
    return float(_correlations(rankdata(first), rankdata(second)))


def _correlations(first: Floats, second: Floats) -> Floats:
    a = first - first.mean(axis=-1, keepdims=True)
    b = second - second.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        found: Floats = (a * b).sum(axis=-1) / np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return found


def unit(E: Floats) -> Floats:
    """The columns of E at length 1; a zero vector stays zero.

    Args:
        E: (n_e, V).

    Returns:
        (n_e, V).
    """
    lengths = np.linalg.norm(E, axis=0)
    scaled: Floats = E / np.where(lengths > 0, lengths, 1)
    return scaled


@requires(_known)
def cosines(
    words: Sequence[str], E: Floats, asked: Sequence[Pair] | None = None
) -> tuple[Floats, Floats, list[int]]:
    """Of the pairs whose words are both there, what people and the vectors say.

    Args:
        words: V words.
        E: (n_e, V), a column a word.
        asked: pairs; WordSim-353 where left out.

    Returns:
        human (k,), cosine (k,), and the k places of these pairs in `asked`.
    """
    asked = pairs() if asked is None else asked
    index = {word: i for i, word in enumerate(words)}
    places = [i for i, pair in enumerate(asked) if pair.first in index and pair.second in index]
    vectors = unit(E)
    first = vectors[:, [index[asked[i].first] for i in places]]
    second = vectors[:, [index[asked[i].second] for i in places]]
    return np.array([asked[i].human for i in places]), (first * second).sum(axis=0), places


def agreement(words: Sequence[str], E: Floats, asked: Sequence[Pair] | None = None) -> Agreement:
    """How far the cosines of vectors order pairs of words as people do.

    Args:
        words: V words.
        E: (n_e, V), a column a word.
        asked: pairs; WordSim-353 where left out.

    Returns:
        ρ, the pairs covered and all pairs; ρ is NaN where fewer than two pairs are covered.
    """
    asked = pairs() if asked is None else asked
    human, cosine, places = cosines(words, E, asked)
    rho = spearman(human, cosine) if len(places) > 1 else float("nan")
    return Agreement(rho, len(places), len(asked))


@requires(_known)
def analogy_accuracy(words: Sequence[str], E: Floats, asked: Sequence[Analogy] | None = None) -> Accuracy:
    """How often the word nearest to e_b − e_a + e_c by cosine, a, b and c left out, is d.

    Args:
        words: V words.
        E: (n_e, V), a column a word; scaled to length 1 first.
        asked: questions; those of word2vec where left out.

    Returns:
        Right answers, questions covered, all questions.
    """
    asked = analogies() if asked is None else asked
    index = {word: i for i, word in enumerate(words)}
    known = np.array([[index[w] for w in q[:4]] for q in asked if all(w in index for w in q[:4])], dtype=int)
    vectors, right = unit(E), 0
    for start in range(0, len(known), ROWS):
        a, b, c, d = known[start : start + ROWS].T
        scores = (vectors[:, b] - vectors[:, a] + vectors[:, c]).T @ vectors
        rows = np.arange(len(d))
        for given in (a, b, c):
            scores[rows, given] = -np.inf
        right += int((scores.argmax(axis=1) == d).sum())
    return Accuracy(right, len(known), len(asked))


def _neighbours_asked(word: str, words: Sequence[str], k: int) -> None:
    if word not in words:
        raise KeyError(f"{word!r} is not among the {len(words)} words")
    count("k", k)
    if k >= len(words):
        raise ValueError(f"k is {k}; expected at most {len(words) - 1}, the other words")


@requires(_known, _neighbours_asked)
def nearest(word: str, words: Sequence[str], E: Floats, k: int = 8) -> list[tuple[str, float]]:
    """The words whose vectors have the largest cosines with a word's.

    Args:
        word: one of them.
        words: V words.
        E: (n_e, V), a column a word.
        k: how many.

    Returns:
        Words and cosines, the nearest first, without the word itself.
    """
    vectors, place = unit(E), list(words).index(word)
    scores = vectors[:, place] @ vectors
    scores[place] = -np.inf
    return [(words[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def paired_bootstrap(
    human: Floats, first: Floats, second: Floats, draws: int = 10_000, seed: int = 0, level: float = 0.95
) -> dict[str, float]:
    """How far the difference of two correlations with people depends on the pairs that happen to be asked.

    The same pairs are drawn, with replacement, for both. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

    Args:
        human: (k,) what people say.
        first: (k,) what the first vectors say, or (runs, k): their ρ is then the mean over the runs.
        second: (k,) or (runs, k), the second's.
        draws: how often the k pairs are drawn.
        seed: of the draws.
        level: how likely the interval is to hold the difference.

    Returns:
        "difference", ρ(first) − ρ(second); "low" and "high", the interval; "level", "draws".
    """
    from scipy.stats import rankdata

    rng = np.random.default_rng(seed)
    sample = rng.integers(len(human), size=(draws, len(human)))

    def rhos(places: NDArray[np.int64], scores: Floats) -> Floats:
        people = rankdata(human[places], axis=-1)
        found = [_correlations(people, rankdata(row[places], axis=-1)) for row in np.atleast_2d(scores)]
        mean: Floats = np.mean(found, axis=0)
        return mean

    differences = rhos(sample, first) - rhos(sample, second)
    everything = np.arange(len(human))[np.newaxis]
    low, high = np.nanquantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return {
        "difference": float((rhos(everything, first) - rhos(everything, second))[0]),
        "low": float(low),
        "high": float(high),
        "level": level,
        "draws": draws,
    }
