"""The figures and the widget of 15-attention say what they are given."""

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from seqlib.plots import attention as plots
from seqlib.widgets import attention as widgets

PNG = b"\x89PNG"
WEIGHTS = np.array([[0.1, 0.8, 0.1], [0.7, 0.2, 0.1]])


def look(text):
    """Finds the letters from the last to the first, each where it stands."""
    return list(text[::-1]), np.eye(len(text))[::-1]


def write(days, locale):
    if locale == "nowhere":
        raise ValueError("nowhere is no locale")
    return f"{locale} " + " ".join(str(day.day) for day in days)


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    code = (
        "import sys, seqlib.plots.attention, seqlib.widgets.attention; "
        "print('seqlib.attention' in sys.modules or 'seqlib.models.translation' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_map_says_where_most_weight_lies():
    picture = plots.alignment(WEIGHTS, ["a", " ", "b"], ["x", "y"], "a title")
    assert "a title. Most weight: x from ␣, y from a." in picture.alt
    axis = picture.figure.axes[0]
    np.testing.assert_array_equal(axis.images[0].get_array(), WEIGHTS)
    assert [label.get_text() for label in axis.get_xticklabels()] == ["a", "␣", "b"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["x", "y"]
    assert picture.png().startswith(PNG)


def test_a_map_of_nothing_found_is_no_error():
    picture = plots.alignment(np.zeros((0, 3)), "abc", [])
    assert "nothing found" in picture.alt
    assert picture.png().startswith(PNG)


def test_looking_back_names_the_step():
    picture = plots.looking_back(["17.", "märz"], ["2", "0", "2"], 3)
    assert "context of step 3" in picture.alt and "The activation of step 2 decides" in picture.alt
    assert picture.png().startswith(PNG)


def test_temperatures_show_each_set_of_weights():
    energies = np.array([1.0, 2.0])
    picture = plots.temperatures(
        energies, {"cold": np.array([0.0, 1.0]), "warm": np.full(2, 0.5)}, ["a", "b"]
    )
    assert "cold: the largest weight is 1.00. warm: the largest weight is 0.50." in picture.alt
    heights = [[bar.get_height() for bar in axis.patches] for axis in picture.figure.axes]
    assert heights == [[1, 2], [0, 1], [0.5, 0.5]]


def test_saturation_draws_a_line_for_each_scale():
    largest, slopes = {"none": [0.4, 0.9], "√d": [0.3, 0.3]}, {"none": [0.1, 0.0], "√d": [0.1, 0.1]}
    picture = plots.saturation([4, 64], largest, slopes)
    assert "none: the largest weight goes from 0.40 to 0.90, the slope from 0.100 to 0.000." in picture.alt
    drawn = [[list(line.get_ydata()) for line in axis.lines] for axis in picture.figure.axes]
    assert drawn == [list(largest.values()), list(slopes.values())]


def test_shares_are_drawn_in_percent_and_where_training_ended_is_marked():
    picture = plots.by_count({"mine": {1: 1.0, 2: 0.5, 3: 0.0}}, {"mine": 2})
    assert "mine: 1: 100.0%, 2: 50.0%, 3: 0.0%." in picture.alt
    axis = picture.figure.axes[0]
    assert list(axis.lines[0].get_ydata()) == [100, 50, 0]
    assert list(axis.lines[1].get_xdata()) == [2.5, 2.5]


def test_losses_say_where_they_end():
    assert "from 2.00 to 0.500 nats a token over 20 batches" in plots.losses([10, 20], [2.0, 0.5]).alt


def test_chosen_dates_are_written_translated_and_mapped():
    chosen = widgets.Chosen(look, write, ["de", "fr"], "2024-03-17 1999-05-03")
    assert chosen.line.value == "de 17 3"
    assert "found: 3 71 ed" in chosen.image.value
    chosen.locale.value = "fr"
    assert chosen.line.value == "fr 17 3"
    chosen.days.value = "2024-03-05"
    assert chosen.line.value == "fr 5"
    chosen.line.value = "XY"
    assert "found: yx" in chosen.image.value
    chosen.line.value = " "
    assert chosen.image.value == "Type an input and press Enter."


def test_what_is_no_date_is_answered_in_words():
    chosen = widgets.Chosen(look, write, ["de"], "2024-03-17")
    chosen.days.value = "17 March"
    assert chosen.image.value == "Type dates as 2024-03-17, with a space between; 17 is none."
    chosen.days.value = "2024-03-17"
    assert "found: 71 ed" in chosen.image.value
    chosen.days.value = "<b>17</b>"
    assert "&lt;b&gt;17&lt;/b&gt; is none" in chosen.image.value
    chosen.days.value = ""
    assert chosen.image.value.startswith("Type a date")


def test_a_long_input_is_cut():
    seen = []

    def remember(text):
        seen.append(text)
        return look(text)

    chosen = widgets.Chosen(remember, write, ["de"], "2024-03-17")
    chosen.line.value = "a" * 500
    assert len(seen[-1]) == widgets.MOST_LETTERS
    assert f"Only the first {widgets.MOST_LETTERS} characters are read." in chosen.image.value
    chosen.line.value = "ab"
    assert "Only the first" not in chosen.image.value


def test_the_figure_in_the_widgets_place_shows_the_first_dates():
    shown = widgets.your_dates(look, write, ["de"], "2024-03-17")
    assert "found: 71 ed" in shown.static.alt
    assert shown.widget is not None
    with pytest.raises(ValueError, match="Type a date"):
        widgets.your_dates(look, write, ["de"], " ")


def test_days_are_read_from_a_line():
    assert widgets.days_in(" 2024-03-17  1999-05-03 ") == [date(2024, 3, 17), date(1999, 5, 3)]
