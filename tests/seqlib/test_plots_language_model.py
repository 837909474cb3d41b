"""The figures and the widget of the language model assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import language_model as plots
from seqlib.widgets.language_model import NAMES, Writer, temperature_writer

TOKENS = ["<EOS>", " ", "a", "b"]
PNG = b"\x89PNG"


def write(temperature, rng):
    return "ab"[: int(rng.integers(1, 3))] + f"{temperature:g}"


def following(temperature, after):
    p = np.array([0.1, 0.2, 0.3, 0.4 + len(after)]) ** (1 / temperature)
    return p / p.sum()


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.language_model, seqlib.widgets.language_model"
    code = f"import sys, {modules}; print('seqlib.language_model' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.batch(
                [["", "a"], ["", ""]], [["a", "end"], ["end", ""]], np.array([[True, True], [True, False]])
            ),
            "Row 1: reads nothing, predicts end, then 1 steps of padding.",
        ),
        (
            lambda: plots.temperatures("a", TOKENS, {1.0: np.array([0.1, 0.1, 0.2, 0.6])}),
            "At temperature 1, b has 0.60 and the 0 tokens that are not shown 0.00 together.",
        ),
        (
            lambda: plots.training([1, 2, 3], [5.0, 4.0, 3.5], {0: 5.0, 3: 3.6}, {"bigram": 3.77}),
            "Training batches go from 5.00 to 3.50, validation names end at 3.60. Levels: bigram 3.77.",
        ),
        (
            lambda: plots.bits({"mine": 3.4, "uniform": 5.0}, bar=3.4, own="mine"),
            "with a line at 3.40: uniform 5.00, mine 3.40.",
        ),
        (
            lambda: plots.writing(["ab"], TOKENS, following(1.0, ""), 1.0, ""),
            "names written: ab. Bars: the next character at the beginning; the most probable is b with 0.40.",
        ),
    ],
)
def test_the_alt_text_tells_the_numbers_that_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)


def test_the_slider_writes_at_its_temperature_and_moves_the_distribution():
    writer = Writer(write, following, TOKENS, "a")
    before = writer.image.value
    writer.temperature.value = 0.5
    assert writer.image.value != before
    assert "At temperature 0.5" in writer.image.value and "after &#x27;a&#x27;" in writer.image.value


def test_a_character_that_the_network_does_not_know_is_left_out_of_the_beginning():
    writer = Writer(write, following, TOKENS, "a")
    writer.after.value = "Bé1a"
    assert "after &#x27;ba&#x27;" in writer.image.value


def test_the_same_chances_are_taken_at_each_temperature():
    written = []

    def recording(temperature, rng):
        written.append(rng.random())
        return "a"

    writer = Writer(recording, following, TOKENS, "")
    writer.temperature.value = 2.0
    assert written[:NAMES] == written[NAMES:]


def test_the_widget_carries_a_static_figure_for_places_without_widgets(monkeypatch):
    assert "At temperature 1" in temperature_writer(write, following, TOKENS)._repr_mimebundle_()["text/html"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert temperature_writer(write, following, TOKENS).widget is None


def test_no_number_of_a_bar_lies_under_the_line_of_the_aim():
    picture = plots.bits({"mine": 3.3, "other": 3.35, "uniform": 5.0}, bar=3.4, own="mine")
    picture.png()
    axis = picture.figure.axes[0]
    renderer = picture.figure.canvas.get_renderer()
    line = axis.transData.transform((3.4, 0))[0]
    numbers = [text for text in axis.texts if not text.get_text().startswith("aim")]
    assert len(numbers) == 3
    for number in numbers:
        extent = number.get_window_extent(renderer)
        assert not extent.x0 <= line <= extent.x1


def test_the_first_and_the_lowest_point_of_a_training_are_within_the_frame():
    picture = plots.training([1, 2, 3], [5.2, 4.0, 3.1], {0: 5.11, 3: 3.6}, {"bigram": 3.77})
    low, high = picture.figure.axes[0].get_ylim()
    assert low < 3.1 and high > 5.2
