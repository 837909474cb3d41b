"""The figures and the widget of the GloVe assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import glove as plots
from seqlib.widgets.glove import Weigher, picture_of, weigher

PNG = b"\x89PNG"
VALUES, SQUARES = np.array([0.125, 0.5, 3.0, 40.0]), np.array([4.0, 1.0, 1.0, 9.0])


def weights(values, x_max, alpha):
    return np.minimum(1, (values / x_max) ** alpha)


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.glove, seqlib.widgets.glove"
    code = f"import sys, {modules}; print('seqlib.glove' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.ratios("horse", "ship", ["rider", "deck"], np.array([12.25, 0.0])),
            "likelier a word is near horse than near ship. rider: 12. deck: 0.",
        ),
        (
            lambda: plots.weighting(
                np.array([0.0, 5.0, 10.0]),
                {"low": np.array([0.0, 1.0, 1.0]), "high": np.array([0.0, 0.2, 0.4])},
            ),
            "low: 0.00 at 0, 1 from 5. high: 0.00 at 0, 0.40 at 10.",
        ),
        (
            lambda: plots.shares(
                np.array([0.25, 1, 4]), np.array([3, 1]), np.array([1.0, 9.0]), np.array([0.1, 1]), "x_max = 4"
            ),
            "counts from 0.25 to 1 are 75% of the entries and 10% of the loss; the largest share of the loss, 90%, have "
            "counts from 1 to 4.",
        ),
        (
            lambda: plots.fit(["a", "b"], np.array([[1.0, np.nan], [2.0, 0.5]]), np.array([[1.5, 3], [2, 1]])),
            "3 of 4 pairs occur; there the two differ by 0.33 on average.",
        ),
        (lambda: plots.training([1.5, 0.25]), "falls from 1.500 to 0.250 over 2 epochs."),
        (
            lambda: plots.methods(
                np.array([0.1, 0.4, 0.9]), np.array([0.2, 0.8, 1.0]), ("A", "B"), {"tea, cup": 1}, ["A agrees"]
            ),
            "A agrees tea, cup: 0.40 and 0.80.",
        ),
    ],
)  # fmt: skip
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_every_count_is_in_one_size_and_the_loss_is_what_the_weights_make_of_it():
    shown = picture_of(weights, VALUES, SQUARES, 1.0, 1.0)
    # Weighted squares: 0.5, 0.5, 1 and 9 of 11; a size reaches from one power of 4 to the next.
    assert "counts from 0.0625 to 0.25 are 25% of the entries and 5% of the loss" in shown.alt
    assert "the largest share of the loss, 82%, have counts from 16 to 64" in shown.alt


def test_a_slider_draws_with_the_learners_function_at_its_settings():
    asked = []

    def own(values, x_max, alpha):
        asked.append((x_max, alpha))
        return weights(values, x_max, alpha)

    widget = Weigher(own, VALUES, SQUARES)
    assert set(asked) == {(10.0, 0.75)}
    before = widget.image.value
    widget.x_max.value = 100
    widget.alpha.value = 1.5
    assert set(asked) == {(10.0, 0.75), (100.0, 0.75), (100.0, 1.5)}
    assert widget.image.value != before and "x_max = 100, α = 1.5" in widget.image.value


def test_where_widgets_do_not_run_the_usual_settings_are_shown():
    shown = weigher(weights, VALUES, SQUARES)
    assert "x_max = 10, α = 0.75" in shown.static.alt and shown.widget is not None
