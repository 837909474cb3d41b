"""The figures and the widget of 12-sentiment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import sentiment as plots
from seqlib.widgets.sentiment import MOST_WORDS, Typed, your_review

NAMES = ("bad", "neither", "good")
PNG = b"\x89PNG"
ORDERS = [["not", "a", "b"], ["not", "b", "a"]]
STATES = [np.array([[1.0, 2, 3], [0, 1, 0]]), np.array([[1.0, 0, 3], [0, 1, 4]])]
SAME = np.array([[0.5, 0.5], [-1, -1]])


def certain(words):
    """One model is certain of good after each word `yes`, of bad after any other; another of neither."""
    good = np.array([word == "yes" for word in words])
    return {
        "one": np.array([~good, 0 * good, good], float),
        "other": np.outer([0.0, 1, 0], np.ones(len(words))),
    }


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.sentiment, seqlib.widgets.sentiment"
    code = f"import sys, {modules}; print('seqlib.sentiment' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (lambda: plots.one_bag_two_orders(ORDERS, SAME, STATES), "which are the same."),
        (lambda: plots.one_bag_two_orders(ORDERS, SAME * [1, 2], STATES), "which are different."),
        (lambda: plots.one_bag_two_orders(ORDERS, SAME, STATES), "at the end they are 4.00 apart."),
        (
            lambda: plots.reading(["yes", "no"], certain(["yes", "no"]), NAMES),
            "“yes no”, read word by word. one: mean label after each word 3.0, 1.0. other: mean label after each word 2.0",
        ),
        (
            lambda: plots.scores({"one": [0.2, 0.5], "two": [0.3, 1]}, ["all", "both"], {"both": 0.5}),
            "one: all 0.20, both 0.50. two: all 0.30, both 1.00. No bag of words can pass 0.50 of both.",
        ),
        (
            lambda: plots.confusions({"one": np.array([[2, 1, 0], [0, 3, 0], [0, 0, 4]])}, NAMES),
            "one: bad: 2, 1, 0; neither: 0, 3, 0; good: 0, 0, 4.",
        ),
        (
            lambda: plots.word_shares(["not", "good"], np.array([-0.25, 0.5]), "score"),
            "not −0.25, good 0.50.",
        ),
        (
            lambda: plots.training({"one": [3.0, 1.0, 0.0]}, 2),
            "mean over 2 steps. one: from 2.00 to 0.50.",
        ),
    ],
)
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_a_word_at_which_both_paths_are_is_written_once():
    axis = plots.one_bag_two_orders(ORDERS, SAME, STATES).figure.axes[1]
    assert sorted(texts(axis)) == ["a", "a", "b", "b", "not"]


def test_paths_keep_their_distances_as_far_as_two_directions_can():
    values = np.hstack(STATES)
    flat = plots.principal(values) @ values
    np.testing.assert_allclose(
        np.linalg.norm(flat[:, 2] - flat[:, 5]), np.linalg.norm(values[:, 2] - values[:, 5])
    )
    assert not plots.principal(np.array([[1.0, 2, 4]]))[1].any()


def test_the_line_and_the_numbers_of_a_reading_are_those_given():
    axis = plots.reading(["yes", "no"], certain(["yes", "no"]), NAMES).figure.axes[0]
    assert axis.lines[0].get_ydata().tolist() == [2, 0]
    assert texts(axis) == ["1.0", "1.0"]


def test_a_bar_for_each_measure_and_a_line_at_the_ceiling():
    shares = {"one": [0.2, 0.5], "two": [0.3, 1]}
    axis = plots.scores(shares, ["all", "both"], {"both": 0.5}).figure.axes[0]
    assert sorted(bar.get_height() for bar in axis.patches) == [0.2, 0.3, 0.5, 1]
    start, end = axis.lines[0].get_xdata()
    assert axis.lines[0].get_ydata().tolist() == [0.5, 0.5] and start < 1 < end


def test_the_number_of_a_bar_stands_above_a_line_that_would_run_through_it():
    axis = plots.scores({"one": [0.48, 0.3], "two": [0.6, 0.5]}, ["all", "both"], {"all": 0.5}).figure.axes[0]
    assert {text.get_text(): text.xy[1] for text in axis.texts} == {
        "0.48": 0.5,
        "0.30": 0.3,
        "0.60": 0.6,
        "0.50": 0.5,
    }


def test_a_word_of_a_path_stands_where_the_path_leaves_room():
    corner = np.array([[0.0, 0], [1, 0], [0, 1]])
    assert plots.outer_side(corner, above=True)[0] > 0.9
    assert plots.outer_side(corner[:2], above=True).tolist() == [1, 0]
    straight = np.array([[0.0, 0], [1, 0], [2, 0]])
    assert [plots.outer_side(straight, above=above)[1] for above in (True, False)] == [1, -1]
    assert plots.outer_side(corner[[0, 0]], above=True).tolist() == [0, 0]


def test_what_is_typed_is_read_and_no_more_words_than_fit():
    asked = []

    def read(words):
        asked.append(words)
        return certain(words)

    typed = Typed(read, str.split, NAMES, "yes no")
    assert "“yes no”" in typed.image.value
    typed.line.value = "no yes"
    assert "mean label after each word 1.0, 3.0" in typed.image.value
    typed.line.value = " "
    assert typed.image.value == "Type a sentence and press Enter."
    typed.line.value = " ".join(["yes"] * 100)
    assert [len(words) for words in asked] == [2, 2, MOST_WORDS]
    assert f"Only the first {MOST_WORDS} words are read." in typed.image.value


def test_long_words_are_turned_so_that_none_lies_over_another():
    def turned(words):
        axis = plots.reading(words, certain(words), NAMES).figure.axes[0]
        return [label.get_rotation() for label in axis.get_xticklabels()]

    assert turned(["yes", "no"]) == [0, 0]
    assert turned(["unbelievably", "extraordinary"]) == [35, 35]


def test_where_widgets_do_not_run_the_first_sentence_is_shown():
    shown = your_review(certain, str.split, NAMES, "yes yes no")
    assert "“yes yes no”" in shown.static.alt
    assert shown.widget.children[0].value == "yes yes no"
