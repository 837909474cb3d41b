"""The figures and the widgets of 07-deep-bidirectional say what they are given."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from seqlib.deep_bidirectional import bidirectional_forward, lookahead_forward, lstm_layer_forward
from seqlib.plots import deep_bidirectional as plots
from seqlib.plots.style import INK
from seqlib.widgets import deep_bidirectional as widgets

PNG = b"\x89PNG"
WORDS = ["Yesterday", "Ashford", "Steel", "lost"]
MASK = np.ones((1, len(WORDS)), int)
RNG = np.random.default_rng(0)


def lstm(n_x, n_a=3):
    weights = {f"W{gate}": RNG.normal(size=(n_a, n_a + n_x)) for gate in "fuco"}
    return weights | {f"b{gate}": RNG.normal(size=(n_a, 1)) for gate in "fuco"}


PAIR = {"forward": lstm(2), "backward": lstm(2)}
X = RNG.normal(size=(2, 1, len(WORDS)))


def first_capital(words):
    return [[t, t + 1, "PER"] for t, word in enumerate(words) if word[0].isupper()][:1]


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    code = (
        "import sys, seqlib.plots.deep_bidirectional, seqlib.widgets.deep_bidirectional; "
        "print('seqlib.deep_bidirectional' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_causal_layer_influences_nothing_before_and_a_bidirectional_one_everything():
    causal = widgets.influences(lambda x: lstm_layer_forward(x, MASK, PAIR["forward"]), X)
    assert not np.triu(causal, 1).any() and (causal[np.tril_indices(4)] > 0).all()
    assert (widgets.influences(lambda x: bidirectional_forward(x, MASK, PAIR), X) > 0).all()


def test_an_input_that_moves_an_output_is_a_column():
    values = widgets.influences(lambda x: np.roll(x, 1, axis=2), X)
    assert list(zip(*np.nonzero(values), strict=True)) == [(0, 3), (1, 0), (2, 1), (3, 2)]


def test_the_slider_has_a_page_for_each_number_of_words_and_a_figure_in_its_place():
    shown = widgets.waiting(lambda x, ahead: lookahead_forward(x, MASK, PAIR, ahead), X, WORDS)
    pages = shown.widget.children[1].children
    assert len(pages) == len(WORDS)
    for ahead, page in enumerate(pages):
        assert f"up to 3 steps back and {ahead} ahead" in page.value
    assert "waiting for 2 words: an output sees up to 3 steps back and 2 ahead" in shown.static.alt


def test_the_slider_wants_one_example():
    with pytest.raises(ValueError, match=r"x has shape \(2, 2, 4\)"):
        widgets.waiting(lambda x, ahead: x, np.repeat(X, 2, axis=1), WORDS)


def test_what_is_typed_is_tagged():
    typed = widgets.Typed(first_capital, str.split, "met Ada there")
    assert "marked Ada" in typed.image.value
    typed.line.value = "we saw nobody"
    assert "marked nothing" in typed.image.value
    typed.line.value = " "
    assert typed.image.value == "Type a sentence and press Enter."


def test_the_typed_line_carries_its_sentences_as_a_figure():
    shown = widgets.your_sentence(first_capital, str.split, ["met Ada there", "Bo left"])
    assert shown.widget.children[0].value == "met Ada there"
    assert "marked Ada" in shown.static.alt and "marked Bo" in shown.static.alt


def test_no_more_words_are_tagged_than_fit():
    typed = widgets.Typed(lambda words: [[len(words) - 1, len(words), "PER"]], str.split, "x")
    typed.line.value = " ".join(f"w{i}" for i in range(100))
    assert f"marked w{widgets.MOST_WORDS - 1}" in typed.image.value


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (lambda: plots.two_directions(WORDS), "Above the words Yesterday, Ashford, Steel, lost"),
        (lambda: plots.influence({"none": np.zeros((4, 4))}, WORDS), "none: nothing is seen"),
        (
            lambda: plots.influence({"back": np.tril(np.ones((4, 4)))}, WORDS),
            "back: an output sees up to 3 steps back and 0 ahead",
        ),
        (
            lambda: plots.tagged([WORDS], [[[1, 3, "PER"]]], [[[1, 2, "PER"]]]),
            "marked Ashford Steel; of these wrong Ashford Steel; missed Ashford.",
        ),
        (lambda: plots.tagged([WORDS], [[]]), "marked nothing."),
        (
            lambda: plots.score_by_lookahead([0, 3], [0.25, 0.5], {"whole": 0.75}),
            "0: 0.25, 3: 0.50. Level lines: whole 0.75.",
        ),
        (
            lambda: plots.class_probabilities(["ada"], ["A", "B"], np.array([[0.2], [0.8]]), np.array([0])),
            "ada: B 0.80, right is A.",
        ),
        (lambda: plots.class_probabilities(["ada"], ["A", "B"], np.array([[0.9], [0.1]])), "ada: A 0.90."),
    ],
)
def test_the_alt_text_tells_what_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)


def test_a_long_sentence_goes_on_in_the_next_line_and_its_marks_with_it():
    words = ["word"] * 30
    places = plots.line_of(words)
    assert all(column + len("word") <= plots.LINE for _, column in places)
    assert {line for line, _ in places} == {0, 1}
    at = next(t for t, (line, _) in enumerate(places) if line == 1)
    pieces = plots.runs(places, words, (at - 1, at + 2, "PER"))
    assert [line for line, _, _ in pieces] == [0, 1]
    assert pieces[1][1:] == (0, len("word word"))


def luminance(color):
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_what_stands_in_the_darkest_cell_can_be_read():
    darkest = colormaps["Greys"](1 / plots.DARKEST)[:3]
    contrast = (luminance(darkest) + 0.05) / (luminance(INK) + 0.05)
    assert contrast > 4.5  # WCAG AA
