"""Sequences as numbers, and models of them that only count: vocabularies, batches, bigrams, n-grams, perplexity.

Tokens are characters or words, as text; indices are their places in a vocabulary of V tokens. One-hot arrays are
features first, `(n_x, m, T_x)`. Notation: lecture notes 000, 002 and 003; note 001's AR(n) over tokens is an
n-gram model of order n + 1, its Markov model the bigram model. `seqlib.text` and `seqlib.ngrams` do the same for
the course's own models.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqlib.text import EOS, PAD, UNK

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Counts = dict[str, dict[str, int]]
Given = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


def _requires(*tests: Callable[[Given], None]) -> Callable[[F], F]:
    """Look at a function's arguments before it is called; each test gets them by name and raises."""

    def decorate(function: F) -> F:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            given = signature.bind(*arguments, **named).arguments
            for test in tests:
                test(given)
            return function(*arguments, **named)

        return call  # type: ignore[return-value]

    return decorate


def _texts(given: Given) -> None:
    texts = given["texts"]
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise TypeError(
            f"texts is {texts!r:.40}; expected a list of texts: strings of characters, or lists of words"
        )
    for text in texts:
        if not isinstance(text, (str, Sequence)) or not all(isinstance(token, str) for token in text):
            raise TypeError(f"texts holds {text!r:.40}; expected strings, or lists of words")


def _whole(name: str, least: int) -> Callable[[Given], None]:
    def test(given: Given) -> None:
        value = given[name]
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name} is {value!r:.40}; expected a whole number")
        if value < least:
            raise ValueError(f"{name} is {value}; expected {least} or more")

    return test


def _positive(name: str, *, zero: bool = False) -> Callable[[Given], None]:
    def test(given: Given) -> None:
        value = given[name]
        if not (value >= 0 if zero else value > 0) or value == np.inf:
            raise ValueError(f"{name} is {value}; expected a number {'of 0 or more' if zero else 'above 0'}")

    return test


def _distinct(name: str) -> Callable[[Given], None]:
    def test(given: Given) -> None:
        values = given[name]
        if len(set(values)) != len(values):
            twice = sorted({value for value in values if list(values).count(value) > 1})
            raise ValueError(f"{name} holds {twice} more than once; expected each token once")

    return test


def _specials_in_index(given: Given) -> None:
    missing = [token for token in (UNK, EOS) if token not in given["index"]]
    if missing:
        raise ValueError(f"index lacks {' and '.join(missing)}; build the vocabulary with these specials")


def _within(name: str, values: Any, size: int) -> None:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} holds {array.dtype}; expected whole numbers, the indices of tokens")
    if array.size and (array.min() < 0 or array.max() >= size):
        outside = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"{name} holds {outside}; expected indices from 0 to {size - 1}")


def _indices_of_tokens(given: Given) -> None:
    _within("indices", list(given["indices"]), len(given["tokens"]))


def _sequences(given: Given) -> None:
    sequences = given["sequences"]
    if not len(sequences) or not any(len(sequence) for sequence in sequences):
        raise ValueError(f"sequences is {sequences!r:.40}; expected at least one sequence that is not empty")


def _sequences_in_vocabulary(given: Given) -> None:
    for sequence in given["sequences"]:
        _within("sequences", list(sequence), given["V"])
    _within("start", given["start"], given["V"])


def _batch_of_indices(given: Given) -> None:
    indices = np.asarray(given["indices"])
    if indices.ndim != 2 or not indices.size:
        raise ValueError(f"indices has shape {indices.shape}; expected (m, T_x) with an example and a step")
    _within("indices", indices, given["n_x"])


def _square(name: str) -> Callable[[Given], None]:
    def test(given: Given) -> None:
        array = np.asarray(given[name])
        if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
            raise ValueError(f"{name} has shape {array.shape}; expected (V, V), a row for each token before")
        if not (array >= 0).all():
            raise ValueError(f"{name} holds negative numbers or NaN; expected numbers of 0 or more")

    return test


def _no_empty_row_without_smoothing(given: Given) -> None:
    empty = np.flatnonzero(np.sum(given["counts"], axis=1) == 0)
    if given["k"] == 0 and empty.size:
        raise ValueError(f"k is 0 and row {empty[0]} of counts is empty: nothing to divide by; use k above 0")


def _sentence_in_vocabulary(given: Given) -> None:
    if not len(given["sentence"]):
        raise ValueError("sentence is empty; expected at least one token, such as the index of <EOS>")
    for name in ("sentence", "start"):
        _within(name, given[name], len(given["probabilities"]))


def _masked_numbers(given: Given) -> None:
    numbers, mask = np.asarray(given["log_probabilities"]), np.asarray(given["mask"])
    if numbers.shape != mask.shape or mask.dtype != np.bool_:
        raise ValueError(
            f"log_probabilities has shape {numbers.shape}, mask has shape {mask.shape} and dtype {mask.dtype}; "
            "expected one shape (m, T_x), and a mask of bool"
        )
    if not mask.any():
        raise ValueError("mask is False everywhere: the batch is all padding; expected at least one token")
    if np.isnan(numbers[mask]).any():
        raise ValueError("log_probabilities holds NaN at a token; expected logarithms of probabilities")


@_requires(_texts, _whole("minimum_count", 1), _distinct("specials"))
def build_vocabulary(
    texts: Iterable[Sequence[str]], minimum_count: int, specials: Sequence[str]
) -> tuple[list[str], dict[str, int]]:
    """Number the tokens of some texts: specials first, then the most frequent ones.

    Args:
        texts: strings, whose tokens are characters, or lists of words.
        minimum_count: a token that occurs fewer times is left out.
        specials: tokens that stand first, in this order, whether they occur or not.

    Returns:
        the tokens in order (frequent ones first, equally frequent ones in sorted order), and the index of each token.

    Raises:
        TypeError: texts is a single string, or holds something else than texts.
        ValueError: minimum_count is below 1, or a special stands twice.
    """
    counts: dict[str, int] = {}
    for text in texts:
        for token in text:
            counts[token] = counts.get(token, 0) + 1
    kept = [token for token in counts if counts[token] >= minimum_count and token not in specials]
    tokens = [*specials, *sorted(kept, key=lambda token: (-counts[token], token))]
    return tokens, {token: i for i, token in enumerate(tokens)}


@_requires(_specials_in_index)
def encode(text: Sequence[str], index: Mapping[str, int]) -> list[int]:
    """Turn a text into indices, with the end of the text at its end.

    Args:
        text: a string of characters or a list of words.
        index: the index of each token of the vocabulary, `<UNK>` and `<EOS>` among them.

    Returns:
        a list with an index for each token (that of `<UNK>` for a token which the vocabulary lacks) and that of `<EOS>`.

    Raises:
        ValueError: the index has no `<UNK>` or no `<EOS>`.
    """
    unknown = index[UNK]
    return [index.get(token, unknown) for token in text] + [index[EOS]]


@_requires(_indices_of_tokens)
def decode(indices: Sequence[int], tokens: Sequence[str]) -> list[str]:
    """Turn indices back into tokens, up to the end of the text.

    Args:
        indices: whole numbers from 0 to V − 1.
        tokens: the V tokens of the vocabulary, in order.

    Returns:
        a list of the tokens before the first `<EOS>`, without `<PAD>`.

    Raises:
        TypeError: an index is no whole number.
        ValueError: an index lies outside of the vocabulary.
    """
    decoded = []
    for i in indices:
        if tokens[i] == EOS:
            break
        if tokens[i] != PAD:
            decoded.append(tokens[i])
    return decoded


@_requires(_sequences)
def pad_batch(sequences: Sequence[Sequence[int]], value: int) -> tuple[Indices, Mask]:
    """Put sequences of different lengths into one array, filled up at the end.

    Args:
        sequences: m lists of indices, the longest of length T_x.
        value: what fills the places after the end of a sequence.

    Returns:
        indices, and mask: True where a token of a sequence stands, False where the array is filled up.

    Raises:
        ValueError: there is no sequence, or all are empty.
    """
    m, T_x = len(sequences), max(len(sequence) for sequence in sequences)
    indices = np.full((m, T_x), value)
    mask = np.zeros((m, T_x), dtype=bool)
    for i, sequence in enumerate(sequences):
        indices[i, : len(sequence)] = sequence
        mask[i, : len(sequence)] = True
    return indices, mask


@_requires(_whole("n_x", 1), _batch_of_indices)
def one_hot(indices: Indices, n_x: int) -> Array:
    """Write each index as a vector of zeros with a single 1, features first.

    Args:
        indices: (m, T_x) whole numbers from 0 to n_x − 1.
        n_x: size of the vocabulary.

    Returns:
        an array with a 1 at the index of each token.

    Raises:
        TypeError: the indices are no whole numbers.
        ValueError: an index lies outside of the vocabulary, or the shape is another.
    """
    x = np.zeros((n_x, *indices.shape))
    for (i, t), token in np.ndenumerate(indices):
        x[token, i, t] = 1
    return x


@_requires(_whole("V", 1), _sequences, _sequences_in_vocabulary)
def bigram_counts(sequences: Sequence[Sequence[int]], V: int, start: int) -> Array:
    """Count how often each token follows each other one.

    Args:
        sequences: lists of indices from 0 to V − 1, each ending as it should be predicted to end.
        V: size of the vocabulary.
        start: the index that is taken to stand before the first token of each sequence.

    Returns:
        an array; row i, column j says how often token j comes right after token i.

    Raises:
        TypeError: a token is no whole number.
        ValueError: a token or start lies outside of the vocabulary, or there is nothing to count.
    """
    counts = np.zeros((V, V))
    for sequence in sequences:
        previous = start
        for token in sequence:
            counts[previous, token] += 1
            previous = token
    return counts


@_requires(_square("counts"), _positive("k", zero=True), _no_empty_row_without_smoothing)
def bigram_probabilities(counts: Array, k: float) -> Array:
    """P(next token | token before), with k added to every count.

    Args:
        counts: (V, V) counts; row i, column j says how often token j comes right after token i.
        k: what is added to every count.

    Returns:
        an array of probabilities; each row sums to 1.

    Raises:
        ValueError: counts is not square, or holds negative numbers or NaN; k is negative, or 0 with an empty row.
    """
    smoothed = counts + k
    probabilities: Array = smoothed / smoothed.sum(axis=1, keepdims=True)
    return probabilities


@_requires(_square("probabilities"), _sentence_in_vocabulary)
def sentence_log_probability(sentence: Sequence[int], probabilities: Array, start: int) -> float:
    """Log of P(sentence) under a bigram model, by the chain rule.

    Args:
        sentence: indices from 0 to V − 1, `<EOS>` the last of them.
        probabilities: (V, V) row i, column j is P(token j | token i before it).
        start: the index that is taken to stand before the first token.

    Returns:
        the natural logarithm of the probability of the whole sentence.

    Raises:
        TypeError: a token is no whole number.
        ValueError: the sentence is empty, a token lies outside of the vocabulary, or probabilities is not square.
    """
    log_probability = 0.0
    previous = start
    for token in sentence:
        log_probability += np.log(probabilities[previous, token])
        previous = token
    return float(log_probability)


@_requires(_masked_numbers)
def perplexity(log_probabilities: Array, mask: Mask) -> tuple[float, float]:
    """How hard a text is for a model: bits per token, and the perplexity.

    Args:
        log_probabilities: (m, T_x) natural logarithm of the probability that the model gave to each token.
        mask: (m, T_x) True where a token stands; what stands elsewhere does not count.

    Returns:
        the mean of −log2 of the probability of a token, over all tokens of all sequences together, and 2 to its power.

    Raises:
        ValueError: the shapes differ, the mask is not of bool or False everywhere, or a token has NaN.
    """
    bits = -log_probabilities[mask].sum() / mask.sum() / np.log(2)
    return float(bits), float(2**bits)


@_requires(_texts, _whole("n", 1))
def ngram_counts(texts: Iterable[Sequence[str]], n: int) -> Counts:
    """Count what follows each context of 0 to n − 1 tokens.

    Args:
        texts: strings of characters or lists of words, without `<EOS>`.
        n: the length of the longest context and its next token together.

    Returns:
        a dict from context (its tokens joined by a space, "" for none) to a dict from next token to count.

    Raises:
        TypeError: texts is a single string, or holds something else than texts.
        ValueError: n is below 1.
    """
    counts: Counts = {}
    for text in texts:
        tokens = [EOS] * (n - 1) + [*text, EOS]
        for t in range(n - 1, len(tokens)):
            for length in range(n):
                following = counts.setdefault(" ".join(tokens[t - length : t]), {})
                following[tokens[t]] = following.get(tokens[t], 0) + 1
    return counts


@_requires(_positive("strength"), _distinct("tokens"))
def ngram_probabilities(
    context: Sequence[str], counts: Mapping[str, Mapping[str, int]], strength: float, tokens: Sequence[str]
) -> Array:
    """P(next token | context) for every token, the estimate of each context mixed with that of the next shorter one.

    Args:
        context: the tokens before, the nearest last.
        counts: how often each token follows each context, from `ngram_counts`.
        strength: so many observations the estimate of the shorter context is worth.
        tokens: the V tokens that may come next.

    Returns:
        an array of probabilities, in the order of tokens.

    Raises:
        ValueError: strength is not above 0, or a token stands twice.
    """
    probabilities = np.full(len(tokens), 1 / len(tokens))
    for length in range(len(context) + 1):
        following = counts.get(" ".join(context[len(context) - length :]), {})
        found = np.array([following.get(token, 0) for token in tokens])
        probabilities = (found + strength * probabilities) / (found.sum() + strength)
    return probabilities
