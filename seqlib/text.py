"""Text to numbers and back: vocabularies and one-hot inputs.

Arrays are features first, `(n_x, m, T_x)`: one-hot entry, example, time step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import ANY, array, count, requires, within

PAD, UNK, SOS, EOS = "<PAD>", "<UNK>", "<SOS>", "<EOS>"
Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


def _texts(texts: Any) -> None:
    if isinstance(texts, str | Iterator) or not isinstance(texts, Iterable):
        raise TypeError(f"texts is {texts!r:.40}; expected a list of texts: strings, or lists of words")


def _size(size: Any) -> None:
    if size is not None:
        count("size", size)


def _text(text: Any) -> None:
    if not isinstance(text, Sequence):
        raise TypeError(f"text is of type {type(text).__name__}; expected a string, or a list of words")


def _indices(indices: Any, n_x: Any) -> None:
    count("n_x", n_x)
    array("indices", indices, ANY, "iu")
    within("indices", indices, n_x)


class Vocabulary:
    """A fixed list of tokens, characters or words, each known by its index.

    Args:
        tokens: the tokens in the order of their indices, specials included.

    Raises:
        ValueError: a token stands twice.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self.index = {token: i for i, token in enumerate(self.tokens)}
        if len(self.index) != len(self.tokens):
            twice = [token for token, count in Counter(self.tokens).items() if count > 1]
            raise ValueError(f"tokens holds {twice} more than once; expected each token once")

    @classmethod
    @requires(_texts, _size)
    def of(
        cls,
        texts: Iterable[Sequence[str]],
        size: int | None = None,
        specials: Sequence[str] = (PAD, UNK, EOS),
    ) -> "Vocabulary":
        """The vocabulary of some texts: the specials, then the most frequent tokens in sorted order.

        Args:
            texts: strings for a vocabulary of characters, lists of words for one of words.
            size: the largest number of tokens, specials included; all tokens where left out.
            specials: tokens that stand first, whether they occur or not.

        Returns:
            The vocabulary. Of tokens equally frequent the first in sorted order is kept.

        Raises:
            TypeError: texts is a single string, or no list.
            ValueError: size is below 1.
        """
        counts = Counter(token for text in texts for token in text if token not in specials)
        by_count = sorted(counts, key=lambda token: (-counts[token], token))
        kept = by_count if size is None else by_count[: max(0, size - len(specials))]
        return cls([*specials, *sorted(kept)])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self.index

    @requires(_text)
    def encode(self, text: Sequence[str], end: bool = False) -> list[int]:
        """The indices of a text's tokens.

        Args:
            text: a string for characters, a list for words.
            end: whether `<EOS>` follows.

        Returns:
            Indices; that of `<UNK>` for a token which the vocabulary lacks.

        Raises:
            TypeError: text is no string or list.
            KeyError: a token is unknown and the vocabulary has no `<UNK>`.
        """
        tokens = [*text, EOS] if end else list(text)
        unknown = self.index.get(UNK)
        indices = [self.index.get(token, unknown) for token in tokens]
        for token, i in zip(tokens, indices, strict=True):
            if i is None:
                raise KeyError(f"{token!r} is not in the vocabulary, which has no {UNK} to stand for it")
        return [i for i in indices if i is not None]

    def decode(self, indices: Iterable[int]) -> list[str]:
        """The tokens of some indices, up to the first `<EOS>`, without `<PAD>`.

        Args:
            indices: integers from 0 to len(self) - 1.

        Returns:
            Tokens; `"".join` makes a string of characters.

        Raises:
            TypeError: an index is no whole number.
            ValueError: an index is outside of the vocabulary.
        """
        tokens = []
        for i in indices:
            within("indices", i, len(self.tokens))  # what comes after the first <EOS> does not matter
            if self.tokens[i] == EOS:
                break
            if self.tokens[i] != PAD:
                tokens.append(self.tokens[i])
        return tokens


@requires(_indices)
def one_hot(indices: Indices, n_x: int) -> Floats:
    """One-hot columns, features first.

    Args:
        indices: (m, T_x) integers from 0 to n_x - 1.
        n_x: size of the vocabulary.

    Returns:
        (n_x, m, T_x), 1 at the index of each token, 0 elsewhere.

    Raises:
        TypeError: the indices are no whole numbers.
        ValueError: an index is outside of the vocabulary.
    """
    return np.moveaxis(np.eye(n_x)[indices], -1, 0)
