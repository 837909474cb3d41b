"""Sequences as numbers, and models of them that only count: vocabularies, batches, bigrams, n-grams, perplexity.

Tokens are characters or words, as text; indices are their places in a vocabulary of V tokens. One-hot arrays are
features first, `(n_x, m, T_x)`. Notation: lecture notes 000, 002 and 003; note 001's AR(n) over tokens is an
n-gram model of order n + 1, its Markov model the bigram model. `seqlib.text` and `seqlib.ngrams` do the same for
the course's own models.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import ANY, array, count, positive, requires, some, within
from seqlib.text import EOS, PAD, UNK

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Counts = dict[str, dict[str, int]]


def _texts(texts: Any) -> None:
    if isinstance(texts, str | Iterator) or not isinstance(texts, Iterable):
        raise TypeError(
            f"texts is {texts!r:.40}; expected a list of texts: strings of characters, or lists of words"
        )
    for text in texts:
        if not isinstance(text, str | Sequence) or not all(isinstance(token, str) for token in text):
            raise TypeError(f"texts holds {text!r:.40}; expected strings, or lists of words")


def _distinct(name: str, tokens: Any) -> None:
    if len(set(tokens)) != len(tokens):
        twice = sorted(token for token, times in Counter(tokens).items() if times > 1)
        raise ValueError(f"{name} holds {twice} more than once; expected each token once")


def _minimum_count(minimum_count: Any) -> None:
    count("minimum_count", minimum_count)


def _specials(specials: Any) -> None:
    _distinct("specials", specials)


def _specials_in_index(index: Any) -> None:
    if missing := [token for token in (UNK, EOS) if token not in index]:
        raise ValueError(f"index lacks {' and '.join(missing)}; build the vocabulary with these specials")


def _indices_of_tokens(indices: Any, tokens: Any) -> None:
    within("indices", indices, len(tokens))


def _sequences(sequences: Any) -> None:
    if not len(sequences) or not any(len(sequence) for sequence in sequences):
        raise ValueError(f"sequences is {sequences!r:.40}; expected at least one sequence that is not empty")


def _size_of_vocabulary(V: Any) -> None:
    count("V", V)


def _sequences_in_vocabulary(sequences: Any, V: Any, start: Any) -> None:
    for sequence in sequences:
        within("sequences", sequence, V)
    within("start", start, V)


def _batch_of_indices(indices: Any, n_x: Any) -> None:
    count("n_x", n_x)
    array("indices", indices, "(m, T_x)", "iu")
    within("indices", indices, n_x)


def _table(name: str, value: Any) -> None:
    array(name, value, "(V, V)", "iuf")
    if value.shape[0] != value.shape[1]:
        raise ValueError(f"{name} has shape {value.shape}; expected (V, V), a row for each token before")
    if (value < 0).any():
        raise ValueError(f"{name} holds negative numbers; expected numbers of 0 or more")


def _counts(counts: Any) -> None:
    _table("counts", counts)


def _probabilities(probabilities: Any) -> None:
    _table("probabilities", probabilities)


def _k(k: Any) -> None:
    positive("k", k, zero=True)


def _no_empty_row_without_smoothing(counts: Any, k: Any) -> None:
    empty = np.flatnonzero(np.sum(counts, axis=1) == 0)
    if k == 0 and empty.size:
        raise ValueError(f"k is 0 and row {empty[0]} of counts is empty: nothing to divide by; use k above 0")


def _sentence_in_vocabulary(sentence: Any, probabilities: Any, start: Any) -> None:
    some("sentence", sentence)
    within("sentence", sentence, len(probabilities))
    within("start", start, len(probabilities))


def _masked_numbers(log_probabilities: Any, mask: Any) -> None:
    array("mask", mask, "(m, T_x)", "b")
    if not isinstance(log_probabilities, np.ndarray) or log_probabilities.shape != mask.shape:
        raise ValueError(
            f"log_probabilities has shape {np.shape(log_probabilities)} and mask {mask.shape}; expected one (m, T_x)"
        )
    if not mask.any():
        raise ValueError("mask is False everywhere: the batch is all padding; expected at least one token")
    array("log_probabilities at the tokens", log_probabilities[mask], ANY)


def _n(n: Any) -> None:
    count("n", n)


def _strength(strength: Any) -> None:
    positive("strength", strength)


def _distinct_tokens(tokens: Any) -> None:
    some("tokens", tokens)
    _distinct("tokens", tokens)


@requires(_texts, _minimum_count, _specials)
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


@requires(_specials_in_index)
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


@requires(_indices_of_tokens)
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


@requires(_sequences)
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


@requires(_batch_of_indices)
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


@requires(_size_of_vocabulary, _sequences, _sequences_in_vocabulary)
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


@requires(_counts, _k, _no_empty_row_without_smoothing)
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


@requires(_probabilities, _sentence_in_vocabulary)
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


@requires(_masked_numbers)
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


@requires(_texts, _n)
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


@requires(_strength, _distinct_tokens)
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
