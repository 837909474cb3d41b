"""The figures and the slider of the sequences assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.plots import sequences as plots
from seqlib.widgets.sequences import orders

PNG = b"\x89PNG"
TRAIN, VALIDATION = np.array([4.0, 3.0, 2.0]), np.array([4.1, 3.4, 3.6])
INVENTED = [["xa"], ["anna", "bo"], ["mia"]]


def test_neither_figures_nor_slider_nor_data_bring_in_what_is_withheld():
    code = (
        "import sys, seqlib.plots.sequences, seqlib.widgets.sequences, seqlib.data.kitchen, seqlib.data.names;"
        "print([m for m in ('sequences', 'text', 'ngrams') if f'seqlib.{m}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (plots.four_models, "Markov: one arrow from the token before"),
        (
            lambda: plots.by_length([3, 4], {"behind": np.array([0.5, 1.0])}, [4], "ends with a?"),
            "behind: 3 letters 50%, 4 letters 100%",
        ),
        (
            lambda: plots.batch(
                np.array([[1, 2], [2, 0]]), np.array([[True, True], [True, False]]), ["<PAD>", "a", "b"]
            ),
            "1 places are padding. The sequences: a b; b.",
        ),
        (
            lambda: plots.followers(np.array([[0.25, 0.75], [0.5, 0.5]]), ["a", "b"]),
            "The largest is 0.75 for b after a",
        ),
        (
            lambda: plots.surprises(
                [(["a", "pear"], np.array([1.0, 3.0])), (["a", "pair"], np.array([1.0, 9.5]))]
            ),
            "“a pair” costs 10.5 bits, the most at “pair” (9.5)",
        ),
        (
            lambda: plots.contexts_seen(np.array([1.0, 0.4]), np.array([1.0, 30.0])),
            "0 tokens 100%, 1 tokens 40%",
        ),
        (
            lambda: plots.order(2, TRAIN, VALIDATION, INVENTED[1]),
            "n = 2, 1 characters of context: 3.00 bits per character on training names, 3.40 on validation names. "
            "It invents: anna, bo.",
        ),
        (lambda: plots.to_beat({"uniform": 5.0, "bigram": 3.76}), "uniform 5.00, bigram 3.76"),
    ],
)
def test_the_alt_text_tells_the_numbers_that_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)


def test_the_slider_has_a_page_for_each_order_and_the_best_one_stands_in_for_it():
    shown = orders(TRAIN, VALIDATION, INVENTED)
    slider, stack = shown.widget.children
    assert (slider.min, slider.max, slider.description) == (0, 2, "characters of context")
    assert [f"n = {n}," in page.value for n, page in enumerate(stack.children, 1)] == [True] * 3
    assert "n = 2," in shown._repr_mimebundle_()["text/html"]


def test_without_ipywidgets_the_figure_is_what_remains(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert orders(TRAIN, VALIDATION, INVENTED).widget is None


def test_orders_that_do_not_fit_each_other_are_an_error():
    with pytest.raises(ValueError, match="train has 3, validation 3 and invented 1 orders"):
        orders(TRAIN, VALIDATION, INVENTED[:1])
