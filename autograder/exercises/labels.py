"""Cases in which a learner's network runs with the weights of a trained model that labels names."""

import functools
from collections.abc import Callable

import numpy as np

from autograder.exercise import Arguments, Cases
from autograder.tree import Fixture
from seqlib import references

LONGEST = 8  # tokens; a loop in plain Python must stay within the time limit


@functools.cache
def test_texts(data: str) -> list[references.Labels]:
    """The held-out texts of at most `LONGEST` tokens, listed once."""
    texts = references.texts_of(data)
    return [texts[digest] for digest in sorted(texts) if len(texts[digest][0]) <= LONGEST]


def tagger_cases(count: int) -> Cases:
    """Held-out sentences for `tagger_forward(tokens, shapes, mask, parameters)`.

    Args:
        count: how many sentences grading draws; the public cases are those whose outputs were recorded.
    """

    def arguments(batch: references.LabelledBatch) -> Arguments:
        tokens = {"tokens": batch.tokens, "shapes": batch.shapes, "mask": batch.mask.astype(np.int64)}
        return {**tokens, "parameters": Fixture("reference_parameters", "tagger")}

    return _cases("tagger", "sentences", count, arguments)


def origin_cases(count: int) -> Cases:
    """Held-out names for `classifier_forward(tokens, mask, parameters)`.

    Args:
        count: how many names grading draws; the public cases are those whose outputs were recorded.
    """

    def arguments(batch: references.LabelledBatch) -> Arguments:
        tokens = {"tokens": batch.tokens, "mask": batch.mask.astype(np.int64)}
        return {**tokens, "parameters": Fixture("reference_parameters", "origin")}

    return _cases("origin", "origins", count, arguments)


def _cases(
    model: str, data: str, count: int, arguments: Callable[[references.LabelledBatch], Arguments]
) -> Cases:
    def drawn(rng: np.random.Generator) -> list[Arguments]:
        texts = test_texts(data)
        chosen = [texts[i] for i in rng.choice(len(texts), count, replace=False)]
        return [arguments(references.as_labelled(chosen, references.card(model)))]

    return Cases(model, draw=drawn, recorded=lambda: [arguments(references.recorded_labels(model).batch)])
