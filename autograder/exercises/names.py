"""Cases in which a learner's network runs with the weights of a trained model of names."""

import functools

import numpy as np

from autograder.exercise import Arguments, Cases
from autograder.tree import Fixture
from seqlib import references
from seqlib.data.names import split


@functools.cache
def test_names() -> list[str]:
    """The held-out names, split once."""
    return split().test


def names_cases(model: str, count: int, longest: int) -> Cases:
    """Held-out names for the forward pass of a network; the public cases are those whose outputs were recorded.

    Args:
        model: the reference model, such as "names-lstm".
        count: how many names grading draws; a loop in plain Python must stay within the time limit.
        longest: how many letters they have at most, for the same reason.
    """

    def arguments(batch: references.Batch) -> list[Arguments]:
        n_a = references.card(model)["recipe"]["n_a"]
        a0 = np.zeros((n_a, len(batch.names)))
        return [{"x": batch.x, "a0": a0, "parameters": Fixture("reference_parameters", model)}]

    def drawn(rng: np.random.Generator) -> list[Arguments]:
        chosen = rng.choice([name for name in test_names() if len(name) <= longest], count, replace=False)
        return arguments(references.as_batch([str(name) for name in chosen], references.card(model)))

    return Cases(model, draw=drawn, recorded=lambda: arguments(references.recorded(model).batch))
