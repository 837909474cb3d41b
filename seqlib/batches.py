"""Sequences of different lengths in one array: padding, mask, and the inputs of a language model.

Apart from `seqlib.text`, because a learner of 06-language-model writes these things and gets the vocabularies.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqlib.text import Floats, Indices, one_hot


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
