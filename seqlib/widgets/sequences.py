"""A slider for the order of an n-gram model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.plots.sequences import order
from seqlib.widgets import Shown, stepper

Array = NDArray[np.floating[Any]]


def orders(train: Array, validation: Array, invented: Sequence[Sequence[str]]) -> Shown:
    """A slider through n-gram models: what each costs on seen and on held-out names, and what it invents.

    Args:
        train, validation: (N,) bits per character for orders 1 to N.
        invented: for each order some texts drawn from its model.

    Returns:
        The slider, and in its place, where widgets do not run, the picture of the best order on validation names.

    Raises:
        ValueError: the three have different lengths.
    """
    if not len(train) == len(validation) == len(invented):
        raise ValueError(
            f"train has {len(train)}, validation {len(validation)} and invented {len(invented)} orders; "
            "expected the same number of each"
        )
    pictures = [order(n, train, validation, texts) for n, texts in enumerate(invented, 1)]
    return stepper(pictures, "characters of context", pictures[int(np.argmin(validation))])
