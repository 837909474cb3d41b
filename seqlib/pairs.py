"""From sentences to what vectors are trained on: vocabulary, subsampling, pairs of words, counts of neighbours.

Everything works on a whole corpus at once, as arrays of the places of words in the vocabulary and of the numbers of
their sentences, both (N,); no pair and no count crosses the border of a sentence.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import array, count, positive, requires, some

Places = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


class Encoded(NamedTuple):
    """A corpus as numbers."""

    tokens: NDArray[np.int32]
    """(N,) places of the words in the vocabulary."""
    sentences: NDArray[np.int32]
    """(N,) the number of each word's sentence, rising."""


class Counts(NamedTuple):
    """How often words stand near each other; entries that are 0 are left out."""

    rows: NDArray[np.int32]
    """(K,) places of words."""
    columns: NDArray[np.int32]
    """(K,) places of their neighbours."""
    values: Floats
    """(K,) X at (row, column); symmetric, so that each pair stands here twice."""


def _sentences(sentences: Sequence[Sequence[str]]) -> None:
    some("sentences", sentences)
    if isinstance(sentences[0], str):
        raise TypeError("sentences holds text; expected lists of tokens, such as [['a', 'cat'], ['no']]")


def _least(least: int, most: int | None) -> None:
    count("least", least)
    if most is not None:
        count("most", most)


@requires(_sentences, _least)
def vocabulary(
    sentences: Sequence[Sequence[str]], least: int = 5, most: int | None = None
) -> tuple[list[str], NDArray[np.int64]]:
    """The words that occur often enough, the most frequent first, and how often; equally frequent ones by the alphabet.

    Args:
        sentences: lists of tokens.
        least: occurrences that a word needs.
        most: how many words to keep at most; all where left out.

    Returns:
        words, and counts (V,).

    Raises:
        ValueError: no word occurs so often.
    """
    found = Counter(chain.from_iterable(sentences))
    kept = sorted((-n, word) for word, n in found.items() if n >= least)[:most]
    if not kept:
        raise ValueError(f"no word occurs {least} times in {len(sentences)} sentences; take a smaller least")
    return [word for _, word in kept], np.array([-n for n, _ in kept])


@requires(_sentences)
def encode(sentences: Sequence[Sequence[str]], words: Sequence[str]) -> Encoded:
    """A corpus as numbers, without the words that the vocabulary lacks: their neighbours move together.

    Args:
        sentences: lists of tokens.
        words: the vocabulary.

    Returns:
        Places of words, and the sentence of each; N counts the words that are known.
    """
    place = {word: i for i, word in enumerate(words)}
    lengths = np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences))
    looked_up = map(place.get, chain.from_iterable(sentences))
    tokens = np.array([-1 if i is None else i for i in looked_up], dtype=np.int32)
    numbers = np.repeat(np.arange(len(sentences), dtype=np.int32), lengths)
    known = tokens >= 0
    return Encoded(tokens[known], numbers[known])


def _corpus(tokens: Places, sentences: Places) -> None:
    array("tokens", tokens, "(N,)", "iu")
    array("sentences", sentences, "(N,)", "iu")
    if tokens.shape != sentences.shape:
        raise ValueError(f"sentences has shape {sentences.shape}; expected {tokens.shape}, as tokens has")


def _window(window: int) -> None:
    count("window", window)


def keep_probabilities(counts: Places, threshold: float) -> Floats:
    """With which probability each word stays when frequent ones are thinned out: √(t / f) + t / f, at most 1.

    f is a word's share of the corpus. This is what word2vec's program does; the paper (Mikolov et al., "Distributed
    Representations of Words and Phrases and their Compositionality", 2013) states √(t / f).

    Args:
        counts: (V,) how often each word occurs.
        threshold: t; words with a smaller share all stay. 0 keeps every word.

    Returns:
        (V,) probabilities.
    """
    if threshold == 0:
        return np.ones(len(counts))
    ratio = threshold * counts.sum() / counts
    kept: Floats = np.minimum(np.sqrt(ratio) + ratio, 1)
    return kept


def _threshold(threshold: float) -> None:
    positive("threshold", threshold, zero=True)


@requires(_corpus, _threshold)
def subsample(
    tokens: Places, sentences: Places, counts: Places, threshold: float, rng: np.random.Generator
) -> Encoded:
    """The corpus with frequent words thinned out at random.

    Args:
        tokens: (N,) places of words.
        sentences: (N,) their sentences.
        counts: (V,) how often each word occurs.
        threshold: t of `keep_probabilities`.
        rng: draws which words stay.

    Returns:
        What is left.
    """
    kept = rng.random(len(tokens)) < keep_probabilities(counts, threshold)[tokens]
    return Encoded(tokens[kept].astype(np.int32), sentences[kept].astype(np.int32))


@requires(_corpus, _window)
def skip_grams(
    tokens: Places, sentences: Places, window: int, rng: np.random.Generator | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """All pairs of a word and a word near it in its sentence.

    Args:
        tokens: (N,) places of words.
        sentences: (N,) their sentences.
        window: how far a neighbour may be, on either side.
        rng: where given, each centre has a window of its own from 1 to `window`, drawn uniformly, as word2vec does.

    Returns:
        centres (P,) and contexts (P,): by distance, then first the pairs to the right.
    """
    own = np.full(len(tokens), window) if rng is None else rng.integers(1, window + 1, size=len(tokens))
    centres, contexts = [], []
    for distance in range(1, min(window, len(tokens) - 1) + 1):
        together = sentences[distance:] == sentences[:-distance]
        right = together & (own[:-distance] >= distance)
        left = together & (own[distance:] >= distance)
        centres += [tokens[:-distance][right], tokens[distance:][left]]
        contexts += [tokens[distance:][right], tokens[:-distance][left]]
    none = [np.empty(0, dtype=np.int32)]
    return np.concatenate(none + centres), np.concatenate(none + contexts)


@requires(_corpus, _window)
def cooccurrences(tokens: Places, sentences: Places, window: int) -> Counts:
    """How often words stand near each other, a pair d words apart counting 1 / d.

    Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", 2014.

    Args:
        tokens: (N,) places of words.
        sentences: (N,) their sentences.
        window: how far a neighbour may be, on either side.

    Returns:
        The entries of the symmetric table X that are above 0, by row and column.
    """
    from scipy.sparse import coo_array

    size = int(tokens.max()) + 1
    first, second, weights = [], [], []
    for distance in range(1, min(window, len(tokens) - 1) + 1):
        together = sentences[distance:] == sentences[:-distance]
        first.append(tokens[:-distance][together])
        second.append(tokens[distance:][together])
        weights.append(np.full(len(first[-1]), 1 / distance))
    if not first:
        return Counts(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0))
    places = (np.concatenate(first), np.concatenate(second))
    to_the_right = coo_array((np.concatenate(weights), places), shape=(size, size)).tocsr()
    table = (to_the_right + to_the_right.T).tocoo()
    return Counts(table.row.astype(np.int32), table.col.astype(np.int32), table.data)
