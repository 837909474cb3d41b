"""The draws that a text is written with: what they ask for, and that each call is a draw of its own."""

import numpy as np
import pytest

from autograder.fixtures import build
from autograder.tree import Fixture

DRAWS = [Fixture("drawing_at", [0.2, 0.7]), Fixture("drawing", 3)]


@pytest.mark.parametrize("fixture", DRAWS, ids=["drawing_at", "drawing"])
def test_a_column_of_probabilities_is_refused_as_a_draw_of_the_notebook_would(fixture):
    with pytest.raises(ValueError, match=r"shape \(3, 1\); expected shape \(V,\)"):
        build(fixture)(np.full((3, 1), 1 / 3))


@pytest.mark.parametrize("fixture", DRAWS, ids=["drawing_at", "drawing"])
def test_a_list_of_probabilities_will_do(fixture):
    assert build(fixture)([0.0, 1.0, 0.0]) == 1


def test_without_chance_each_call_takes_the_next_share():
    draw = build(DRAWS[0])
    assert [draw(np.array([0.5, 0.5])) for _ in range(4)] == [0, 1, 0, 1]
