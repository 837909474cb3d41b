"""Text to numbers and back: vocabularies, one-hot inputs, padded batches.

Arrays are features first, `(n_x, m, T_x)`: one-hot entry, example, time step.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

PAD, UNK, EOS = "<PAD>", "<UNK>", "<EOS>"
Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


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
            raise ValueError(f"each token may stand once in a vocabulary; given more than once: {twice}")

    @classmethod
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
        """
        counts = Counter(token for text in texts for token in text if token not in specials)
        by_count = sorted(counts, key=lambda token: (-counts[token], token))
        kept = by_count if size is None else by_count[: max(0, size - len(specials))]
        return cls([*specials, *sorted(kept)])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self.index

    def encode(self, text: Sequence[str], end: bool = False) -> list[int]:
        """The indices of a text's tokens.

        Args:
            text: a string for characters, a list for words.
            end: whether `<EOS>` follows.

        Returns:
            Indices; that of `<UNK>` for a token which the vocabulary lacks.

        Raises:
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
        """
        tokens = []
        for i in indices:
            if self.tokens[i] == EOS:
                break
            if self.tokens[i] != PAD:
                tokens.append(self.tokens[i])
        return tokens


def pad(sequences: Sequence[Sequence[int]], value: int = 0) -> tuple[Indices, NDArray[np.bool_]]:
    """Put sequences of different lengths into one array, shorter ones filled up at the end.

    Args:
        sequences: m lists of indices, the longest of length T_x.
        value: what fills the places after a sequence's end.

    Returns:
        indices (m, T_x), and mask (m, T_x), True where a token of the sequence stands.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    mask = np.arange(lengths.max(initial=0)) < lengths[:, np.newaxis]
    indices = np.full(mask.shape, value, dtype=np.int64)
    indices[mask] = [i for sequence in sequences for i in sequence]
    return indices, mask


def one_hot(indices: Indices, n_x: int) -> Floats:
    """One-hot columns, features first.

    Args:
        indices: (m, T_x) integers from 0 to n_x - 1.
        n_x: size of the vocabulary.

    Returns:
        (n_x, m, T_x), 1 at the index of each token, 0 elsewhere.
    """
    return np.moveaxis(np.eye(n_x)[indices], -1, 0)


def shifted_inputs(targets: Indices, n_x: int) -> Floats:
    """The inputs of a language model which predicts `targets`: at each step the token before.

    Args:
        targets: (m, T_x) indices of the tokens to predict.
        n_x: size of the vocabulary.

    Returns:
        x (n_x, m, T_x): x[:, :, 0] = 0, then x[:, :, t] the one-hot of targets[:, t - 1].
    """
    x = np.zeros((n_x, *targets.shape))
    x[:, :, 1:] = one_hot(targets[:, :-1], n_x)
    return x
