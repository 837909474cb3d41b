"""The figures and the widget of the word2vec assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import word2vec as plots
from seqlib.widgets.word2vec import Chooser, way_chooser

WORDS, COUNTS, MERGES = ["the", "cat", "sat"], [5, 1, 2], [(1, 2), (3, 0)]
PNG = b"\x89PNG"


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.word2vec, seqlib.widgets.word2vec"
    code = f"import sys, {modules}; print('seqlib.word2vec' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.pairs([["a", "b"], ["c"]], [(0, 1), (1, 0)]),
            "a: b. b: a. c: no context.",
        ),
        (
            lambda: plots.thinning(np.array([0.5, 0.1]), np.array([0.2, 1.0]), {"the": 0}),
            "the: 50.00% of the text, kept 20%.",
        ),
        (
            lambda: plots.tree(WORDS, COUNTS, MERGES, "sat"),
            "The way to sat, count 2: inner node 1 bit 0, inner node 0 bit 1. Code 01.",
        ),
        (
            lambda: plots.noise(["the", "newt"], {"frequency": np.array([0.1, 0.001])}),
            "frequency: the 1.0e-01, newt 1.0e-03.",
        ),
        (
            lambda: plots.speed([10, 1000], {"full": [0.001, 0.5], "tree": [0.002, float("nan")]}, 32),
            "full: 1 to 5e+02. tree: 2 to nan.",
        ),
        (
            lambda: plots.training([0.1, 0.2, 0.3], [4.16, 3.0, 2.5], [0.1, 0.3]),
            "falls from 4.16 to 2.50 nats over 0.3 million pairs. Vertical lines at the 2 snapshots.",
        ),
        (
            lambda: plots.neighbours({"king": {"early": ["of", "cup"], "late": ["queen", "cup"]}}),
            "king: early: of, cup; late: queen, cup.",
        ),
    ],
)
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_words_are_drawn_from_left_to_right_and_parents_above_the_middle_of_their_children():
    places = plots.placed(MERGES)
    assert [places[node] for node in (1, 2, 0)] == [(0, -2), (1, -2), (2, -1)]
    assert places[3] == (0.5, -1) and places[4] == (1.25, 0)


def test_the_way_down_goes_from_the_root_to_the_word():
    assert plots.way_down(MERGES, 2) == [4, 3, 2]
    assert plots.way_down(MERGES, 0) == [4, 0]


def test_a_word_that_is_chosen_is_drawn_and_said():
    asked = []

    def draw(word):
        asked.append(word)
        return plots.tree(WORDS, COUNTS, MERGES, word)

    chooser = Chooser(draw, lambda word: f"said of {word}", WORDS, "the")
    before = chooser.image.value
    chooser.word.value = "cat"
    assert asked == ["the", "cat"] and chooser.text.value == "said of cat"
    assert chooser.image.value != before and "The way to cat" in chooser.image.value


def test_where_widgets_do_not_run_the_first_word_is_shown():
    shown = way_chooser(WORDS, COUNTS, MERGES, str, "cat")
    assert "The way to cat" in shown.static.alt and shown.widget is not None
