"""Sequences as counts: the n-gram model, and how well a model predicts a text.

A text w_1 … w_T is extended by `<EOS>`; P(text) is the product of P(w_t | the n - 1 tokens before).
Before the first token stand n - 1 start tokens, which are never predicted.
Notation: lecture note 001, whose AR(n) over tokens is an n-gram model of order n + 1.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from seqlib.arguments import count, requires, some
from seqlib.text import EOS

START = "<START>"
Context = tuple[Hashable, ...]
Predict = Callable[[Hashable, Context], float]


def _order(order: Any) -> None:
    count("order", order)


def _text(text: Any) -> None:
    if not isinstance(text, Sequence):
        raise TypeError(f"text is of type {type(text).__name__}; expected a string or a list of tokens")


def _texts(texts: Any) -> None:
    if isinstance(texts, str | Iterator) or not isinstance(texts, Iterable):
        raise TypeError(f"texts is {texts!r:.40}; expected a list of texts: strings, or lists of tokens")
    some("texts", texts)


def _end_in_vocabulary(vocabulary: Any) -> None:
    if isinstance(vocabulary, Iterator) or EOS not in vocabulary:
        raise ValueError(f"vocabulary lacks {EOS}; expected the tokens that may follow, {EOS} among them")


def _tokens_in_vocabulary(self: Any, texts: Any) -> None:
    for text in texts:
        if outside := set(text) - self.vocabulary:
            raise ValueError(f"texts holds {outside.pop()!r}, which is not in the vocabulary of this model")


class NGram:
    """An interpolated Kneser–Ney model: each order's counts, less a discount, mixed with the order below.

    P_n(w | h) = max(c(h w) − D_n, 0) / c(h) + D_n N(h) / c(h) · P_{n−1}(w | h without its first token),
    where N(h) is the number of different tokens seen after h. P_0 is uniform. The highest order counts
    occurrences, each lower one the different tokens seen before (Kneser and Ney 1995; Chen and Goodman 1999).

    Args:
        order: n, the length of a context and its next token together; 1 or more.
        vocabulary: the tokens that may follow, `<EOS>` included.

    Raises:
        TypeError: the order is no whole number.
        ValueError: the order is below 1, or the vocabulary has no `<EOS>`.
    """

    @requires(_order, _end_in_vocabulary)
    def __init__(self, order: int, vocabulary: Iterable[Hashable]) -> None:
        self.order, self.vocabulary = order, frozenset(vocabulary)
        self.counts: list[dict[Context, Counter[Hashable]]] = []
        self.discounts: list[float] = []

    @requires(_texts, _tokens_in_vocabulary)
    def fit(self, texts: Iterable[Sequence[Hashable]]) -> "NGram":
        """Count the texts, and estimate each order's discount from its counts.

        Args:
            texts: strings for a model of characters, lists of words for one of words; without `<EOS>`.

        Returns:
            The model itself.

        Raises:
            TypeError: texts is a single string, or no list.
            ValueError: there is no text, or a token is not in the vocabulary.
        """
        highest: dict[Context, Counter[Hashable]] = defaultdict(Counter)
        for text in texts:
            for token, context in steps(text, self.order):
                highest[context][token] += 1
        self.counts = [highest]
        for _ in range(self.order - 1):
            self.counts.insert(0, _continuations(self.counts[0]))
        self.discounts = [_discount(counts) for counts in self.counts]
        return self

    def probability(self, token: Hashable, context: Context) -> float:
        """P(token | context).

        Args:
            token: one of the vocabulary.
            context: the tokens before; of a longer one only the last n - 1 count.

        Returns:
            A probability above 0; the sum over the vocabulary is 1.

        Raises:
            KeyError: the token is not in the vocabulary.
        """
        if token not in self.vocabulary:
            raise KeyError(f"{token!r} is not in the vocabulary of this n-gram model")
        p = 1 / len(self.vocabulary)
        for length, (counts, D) in enumerate(zip(self.counts, self.discounts, strict=True)):
            if length > len(context):
                break
            following = counts.get(context[len(context) - length :])
            if following:
                total = following.total()
                p = max(following[token] - D, 0) / total + D * len(following) / total * p
        return p


def _continuations(counts: dict[Context, Counter[Hashable]]) -> dict[Context, Counter[Hashable]]:
    lower: dict[Context, Counter[Hashable]] = defaultdict(Counter)
    for context, following in counts.items():
        for token in following:
            lower[context[1:]][token] += 1
    return lower


def _discount(counts: dict[Context, Counter[Hashable]]) -> float:
    """D = n_1 / (n_1 + 2 n_2), from the numbers of counts that are 1 and 2 (Ney, Essen and Kneser 1994).

    Without a count of 1 that would be 0, and what was never seen impossible: then a half.
    """
    of_size = Counter(count for following in counts.values() for count in following.values())
    return of_size[1] / (of_size[1] + 2 * of_size[2]) if of_size[1] else 0.5


@requires(_text, _order)
def steps(text: Sequence[Hashable], order: int) -> list[tuple[Hashable, Context]]:
    """Each token of a text and of its `<EOS>`, with the order - 1 tokens before it.

    Args:
        text: a string or a list of tokens, without `<EOS>`.
        order: 1 or more.

    Returns:
        len(text) + 1 pairs (token, context); contexts at the beginning are filled with START.

    Raises:
        TypeError: text is no string or list, or the order no whole number.
        ValueError: the order is below 1.
    """
    padded = (START,) * (order - 1) + tuple(text) + (EOS,)
    return [(padded[t], padded[t - order + 1 : t]) for t in range(order - 1, len(padded))]


def log_probability(text: Sequence[Hashable], predict: Predict, order: int) -> float:
    """log P(text) by the chain rule, `<EOS>` included.

    Args:
        text: a string or a list of tokens.
        predict: gives P(token | context), such as `NGram.probability`.
        order: length of a context and its next token together.

    Returns:
        The natural logarithm of the probability of the whole text.

    Raises:
        TypeError: text is no string or list, or the order no whole number.
        ValueError: the order is below 1, or predict gives a token no probability above 0.
    """
    total = 0.0
    for token, context in steps(text, order):
        p = predict(token, context)
        if not p > 0:  # NaN is not either
            raise ValueError(
                f"predict gives {p} for {token!r} after {context}; expected a probability above 0"
            )
        total += math.log(p)
    return total


@requires(_texts)
def bits_per_token(texts: Sequence[Sequence[Hashable]], predict: Predict, order: int) -> float:
    """−log2 of the probability of each token, `<EOS>` included, averaged over all texts together.

    Args:
        texts: what is predicted; held out from the texts that the model has counted.
        predict: gives P(token | context), such as `NGram.probability`.
        order: length of a context and its next token together.

    Returns:
        Bits a token: for characters, bits per character.

    Raises:
        TypeError: texts is a single string, or no list.
        ValueError: there is no text, or as `log_probability`.
    """
    tokens = sum(len(text) + 1 for text in texts)
    return -sum(log_probability(text, predict, order) for text in texts) / tokens / math.log(2)


@requires(_texts)
def perplexity(texts: Sequence[Sequence[Hashable]], predict: Predict, order: int) -> float:
    """2 to the power of the bits per token: the size of the uniform choice that is as hard.

    Args:
        texts: what is predicted.
        predict: gives P(token | context).
        order: length of a context and its next token together.

    Returns:
        A number of 1 or more.

    Raises:
        TypeError, ValueError: as `bits_per_token`.
    """
    return float(2 ** bits_per_token(texts, predict, order))
