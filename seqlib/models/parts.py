"""What all torch models of the course are built with: rows of unequal length as one tensor, and dropout."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

IGNORED = -1
"""What stands among targets where nothing is to be predicted."""


def padded(rows: Sequence[Sequence[int]], value: int = 0) -> Tensor:
    """Rows of integers as one tensor.

    Args:
        rows: m rows, the longest of T.
        value: what stands after a row's end.

    Returns:
        (m, T) int64.
    """
    return torch.from_numpy(np.array([*zip_longest(*rows, fillvalue=value)], dtype=np.int64).T.copy())


def dropout(x: Tensor, share: float, training: bool) -> Tensor:
    """Zeros in place of a share of the values, and the others larger, so that the expected value stays.

    Torch's own draws one number after another on a CPU and compares them slowly, a fifth of an LSTM's training step; here
    64 random bits decide over four values, each drawn with a resolution of 1 / 65536. The seed of the draws comes from
    torch's generator, so that its state is all that going on exactly takes.

    Args:
        x: any shape.
        share: from 0, below 1.
        training: outside of training nothing is dropped.

    Returns:
        The shape of x.
    """
    if x.is_cuda or not training or not share:
        return F.dropout(x, share, training)
    seed = int(torch.empty((), dtype=torch.int64).random_())
    drawn = np.random.SFC64(seed).random_raw(x.numel() // 4 + 1).view(np.uint16)[: x.numel()]
    kept = np.multiply(drawn >= round(2**16 * share), 1 / (1 - share), dtype=np.float32)
    return x * torch.from_numpy(kept).view(x.shape)
