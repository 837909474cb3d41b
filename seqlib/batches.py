"""Sequences of different lengths in one array: padding, mask, and the inputs of a language model.

Apart from `seqlib.text`, because a learner of 06-language-model writes these things and gets the vocabularies.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.arguments import array, count, requires
from seqlib.text import Floats, Indices, one_hot


def _sequences(sequences: Any) -> None:
    if isinstance(sequences, str) or not isinstance(sequences, Sequence):
        raise TypeError(
            f"sequences is of type {type(sequences).__name__}; expected a list of lists of indices"
        )
    for i, sequence in enumerate(sequences):
        if isinstance(sequence, str) or not isinstance(sequence, Sequence):
            raise TypeError(f"sequences[{i}] is {sequence!r:.40}; expected a list of indices")
        for token in sequence:
            if isinstance(token, bool) or not isinstance(token, int | np.integer):
                raise TypeError(f"sequences[{i}] holds {token!r:.40}; expected whole numbers")


def _filling(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"value is {value!r:.40}; expected a whole number")


def _targets(targets: Any, n_x: Any) -> None:
    array("targets", targets, "(m, T_x)", "iu")
    count("n_x", n_x)


@requires(_sequences, _filling)
def pad(sequences: Sequence[Sequence[int]], value: int = 0) -> tuple[Indices, NDArray[np.bool_]]:
    """Put sequences of different lengths into one array, shorter ones filled up at the end.

    Args:
        sequences: m lists of indices, the longest of length T_x.
        value: what fills the places after a sequence's end.

    Returns:
        indices (m, T_x), and mask (m, T_x), True where a token of the sequence stands.

    Raises:
        TypeError: a sequence is no list of whole numbers, or value is none.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    mask = np.arange(lengths.max(initial=0)) < lengths[:, np.newaxis]
    indices = np.full(mask.shape, value, dtype=np.int64)
    indices[mask] = [i for sequence in sequences for i in sequence]
    return indices, mask


@requires(_targets)
def shifted_inputs(targets: Indices, n_x: int) -> Floats:
    """The inputs of a language model which predicts `targets`: at each step the token before.

    Args:
        targets: (m, T_x) indices of the tokens to predict.
        n_x: size of the vocabulary.

    Returns:
        x (n_x, m, T_x): x[:, :, 0] = 0, then x[:, :, t] the one-hot of targets[:, t - 1].

    Raises:
        TypeError: the targets are no whole numbers, or n_x is none.
        ValueError: a target that is read is outside of the vocabulary, or the targets are not (m, T_x).
    """
    x = np.zeros((n_x, *targets.shape))
    x[:, :, 1:] = one_hot(targets[:, :-1], n_x)
    return x
