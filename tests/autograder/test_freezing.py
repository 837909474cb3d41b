"""Weights of a reference model, and their parts, are not stored a second time in the frozen cases."""

import numpy as np
import pytest

from autograder.fixtures import build, built, reference_parameters
from autograder.freezing import parts, unbuilt
from autograder.tree import Fixture

TAGGER = Fixture("reference_parameters", "tagger")
KNOWN = list(parts(TAGGER, build(TAGGER)))


@pytest.mark.parametrize(
    "place", [["E"], ["layers"], ["layers", 0, "backward"], ["layers", 0, "forward", "Wf"]]
)
def test_a_part_of_the_weights_becomes_its_fixture_and_comes_back(place):
    weights = reference_parameters("tagger")
    for key in place:
        weights = weights[key]
    assert unbuilt(weights, KNOWN) == Fixture("reference_part", ["tagger", *place])
    np.testing.assert_equal(built(unbuilt([weights], KNOWN)), [weights])


def test_the_whole_is_the_fixture_itself():
    assert unbuilt(reference_parameters("tagger"), KNOWN) == TAGGER


def test_what_is_no_part_stays():
    other = reference_parameters("tagger")["E"] + 1
    assert unbuilt({"E": other, "n": 3}, KNOWN) == {"E": other, "n": 3}
