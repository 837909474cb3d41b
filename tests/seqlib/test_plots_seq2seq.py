"""The figures and the widget of 13-seq2seq say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import seq2seq as plots
from seqlib.widgets.seq2seq import LONGEST, Typed, your_dates

PNG = b"\x89PNG"
NAMES = ["<PAD>", "<SOS>", "<EOS>", "-", "0", "1"]
TAKEN = [4, 3, 5, 2]


def sure_of(tokens):
    """Probabilities (6, T): 0.9 for each of these tokens, 0.1 for <PAD>."""
    y = np.zeros((len(NAMES), len(tokens)))
    y[tokens, np.arange(len(tokens))] = 0.9
    y[0] += 0.1
    return y


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.seq2seq, seqlib.widgets.seq2seq"
    code = f"import sys, {modules}; print('seqlib.seq2seq' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.unrolled(["5", " ", "may"], ["0", "5", "<EOS>"]),
            "a row of 3 cells, reads 5 ␣ may one token a cell.",
        ),
        (
            lambda: plots.unrolled(["5", " ", "may"], ["0", "5", "<EOS>"]),
            "They are fed SOS 0 5 and predict 0 5 EOS.",
        ),
        (
            lambda: plots.translation_steps("x", NAMES, sure_of(TAKEN)),
            "“x” translated greedily, with the probability of each token that was taken: 0 (0.90) - (0.90) 1 (0.90) EOS",
        ),
        (lambda: plots.translation_steps("x", NAMES, sure_of(TAKEN), 1), "taken: 0 (0.90)."),
        (lambda: plots.translation_steps("x", NAMES, sure_of(TAKEN), 0), "taken: nothing yet."),
        (
            lambda: plots.shares_by_dates({"one": {2: 0.25, 1: 1.0}, "two": {1: 0.5}}),
            "one: 1 date 1.00, 2 dates 0.25. two: 1 date 0.50.",
        ),
        (
            lambda: plots.right_so_far({1: [11, 3], 2: [22, 22, 10, 9]}, {1: 11, 2: 22}),
            "1 date: 0.50 after character 10, 0.50 after character 11. "
            "2 dates: 0.75 after character 10, 0.50 after character 22.",
        ),
        (lambda: plots.loss_curve([3.0, 1.0, 0.0], 2), "mean over 2 steps: from 2.00 to 0.50."),
    ],
)
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_every_token_is_read_fed_and_predicted_once():
    axis = plots.unrolled(["a", "b"], ["x", "y", "<EOS>"]).figure.axes[0]
    assert [text for text in texts(axis) if len(text) == 1] == ["a", "b", "x", "x", "y", "y"]
    assert texts(axis).count("LSTM") == 5 and texts(axis).count("SOS") == texts(axis).count("EOS") == 1


def test_a_frame_for_each_step_that_is_shown_and_only_rows_that_matter():
    axis = plots.translation_steps("x", NAMES, sure_of(TAKEN), 3).figure.axes[0]
    frames = [tuple(float(line.get_data()[k][0]) for k in (0, 1)) for line in axis.lines]
    rows = [label.get_text() for label in axis.get_yticklabels()]
    assert rows == ["PAD", "EOS", "-", "0", "1"]
    assert frames == [(0, rows.index("0")), (1, rows.index("-")), (2, rows.index("1"))]
    assert sorted(texts(axis)) == [".10"] * 3 + [".90"] * 3


def test_numbers_that_would_be_too_small_are_left_out():
    few, many = ([1] * (plots.MOST_WRITTEN + more) for more in (0, 1))
    assert ".90" in texts(plots.translation_steps("x", NAMES, sure_of(few)).figure.axes[0])
    assert ".90" not in texts(plots.translation_steps("x", NAMES, sure_of(many)).figure.axes[0])


def test_the_curve_falls_where_the_first_mistake_is():
    axis = plots.right_so_far({1: [4, 4, 11, 11]}, {1: 11}).figure.axes[0]
    assert axis.lines[0].get_ydata().tolist() == [1.0] * 4 + [0.5] * 7


def test_an_input_is_chosen_or_typed_and_walked_through_step_by_step():
    asked = []

    def translate(text):
        asked.append(text)
        return sure_of(TAKEN[-len(text) :])

    typed = Typed(translate, NAMES, {"first": "abcd", "second": "ab"})
    assert "“abcd” translated" in typed.image.value and "EOS (0.90)." in typed.image.value
    typed.steps.value = 1
    assert "taken: 0 (0.90)." in typed.image.value
    typed.choice.value = "ab"
    assert typed.steps.value == typed.steps.max == 2 and "1 (0.90) EOS (0.90)." in typed.image.value
    typed.line.value = "A" * (LONGEST + 9)
    assert asked == ["abcd", "ab", "a" * LONGEST] and typed.choice.value is None
    assert f"Only the first {LONGEST} characters are read." in typed.image.value
    typed.line.value = ""
    assert typed.image.value == "Type a date and press Enter." and typed.steps.disabled
    typed.choice.value = "ab"
    assert typed.line.value == "ab" and not typed.steps.disabled and "“ab” translated" in typed.image.value


def test_where_widgets_do_not_run_the_first_input_is_shown():
    shown = your_dates(lambda text: sure_of(TAKEN), NAMES, {"first": "abcd", "second": "ab"})
    assert "“abcd”" in shown.static.alt
    assert shown.widget.children[1].value == "abcd"
