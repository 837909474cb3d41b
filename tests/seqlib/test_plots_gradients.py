"""The figures and the widget of the gradients assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.gradients import recurrent_backward, recurrent_forward
from seqlib.plots import gradients as plots
from seqlib.widgets.gradients import SHOWN_FIRST, STEPS, STRETCHES, norms, picture_of, stretch_slider

PNG = b"\x89PNG"


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    code = "import sys, seqlib.plots.gradients, seqlib.widgets.gradients; print('seqlib.gradients' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_larger_stretch_lets_more_arrive(activation):
    arriving = [
        norms(recurrent_forward, recurrent_backward, stretch, activation) for stretch in (0.5, 1.0, 2.0)
    ]
    assert all(values.shape == (STEPS,) for values in arriving)
    first = [values[0] / values[-1] for values in arriving]
    assert first[0] < first[1] < first[2]


def test_a_sigmoid_network_cannot_explode_below_a_stretch_of_four():
    for stretch in (s for s in STRETCHES if s < 4):
        values = norms(recurrent_forward, recurrent_backward, stretch, "sigmoid")
        assert values[0] < values[-1] * (stretch / 4) ** (STEPS - 1) * 1e3


def test_the_slider_shows_what_the_given_backward_pass_computes():
    def deaf(da, a, parameters, activation):
        dx = np.zeros((parameters["Wax"].shape[1], *da.shape[1:]))
        dx[:, :, -1] = 1.0
        return {"dx": dx + 1e-30, "da0": da[:, :, 0]}

    assert "tanh, 10^−30" in picture_of(recurrent_forward, deaf, 1.0).alt
    assert "tanh, 10^−30" not in picture_of(recurrent_forward, recurrent_backward, 1.0).alt


def test_the_slider_turns_a_page_for_each_stretch_and_starts_where_the_static_figure_stands():
    shown = stretch_slider(recurrent_forward, recurrent_backward)
    slider, stack = shown.widget.children
    assert len(stack.children) == len(slider.options) == len(STRETCHES)
    assert slider.index == stack.selected_index == STRETCHES.index(SHOWN_FIRST)
    assert slider.description
    for stretch, page in zip(STRETCHES, stack.children, strict=True):
        assert f"W_aa stretches by {stretch:g}." in page.value
    bundle = shown._repr_mimebundle_()
    assert f"W_aa stretches by {SHOWN_FIRST:g}." in bundle["text/html"] and "<img" in bundle["text/html"]


def test_without_ipywidgets_the_static_figure_is_what_remains(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert stretch_slider(recurrent_forward, recurrent_backward).widget is None


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.gradient_through_time({"tanh": np.array([2e-7, 0.1, 2.0])}, "$W_{aa}$ and so on"),
            "W_aa and so on. ",
        ),
        (lambda: plots.gradient_through_time({"tanh": np.array([2e-7, 0.1, 2.0])}), "tanh, 10^−7"),
        (lambda: plots.gradient_through_time({"sigmoid": np.array([0.0, 0.1, 2.0])}), "sigmoid, 0"),
        (
            lambda: plots.product_and_bounds(
                np.array([0.5, 0.7, 1.0]), np.array([3.0, 2.0, 1.0]), np.array([4.0, 2.0, 1.0])
            ),
            "measured, 5.0e-01; bound: stretch and slopes, 3.0e+00",
        ),
        (
            lambda: plots.powers({"shear": np.array([1.0, 3.0, 0.5])}, {"shear": 0.7}),
            "the powers stretch by at most 3, and by 0.5 at the end; spectral radius 0.70",
        ),
        (
            lambda: plots.clipped_arrows(
                np.array([[3.0, -4.0]]), np.array([[1.0, -1.0]]), np.array([[0.6, -0.8]]), 1.0
            ),
            "by norm: the length: (3.0, −4.0) becomes (0.6, −0.8)",
        ),
        (
            lambda: plots.training(
                {"clipped": np.linspace(2, 0.5, 20)}, {"clipped": np.linspace(7, 1, 20)}, limit=1.0
            ),
            "clipped: the loss goes from 2.00 to 0.86, the largest norm is 7.",
        ),
        (
            lambda: plots.passes(4, [(0, 0, 2), (1, 2, 4)]),
            "Pass 2: the losses of steps 3 to 4 go back as far as step 2.",
        ),
        (
            lambda: plots.truncation_error(np.array([1, 2]), {"stretch 1": np.array([0.5, 0.25])}),
            "stretch 1: 0.5 with 1, 0.2 with 2.",
        ),
        (
            lambda: plots.remembering({"5 steps": {"LSTM": np.full(40, 0.75)}}, 0.25),
            "guessing gives 0.25. 5 steps: LSTM ends at 0.75.",
        ),
    ],
)
def test_the_alt_text_tells_the_numbers_that_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)


def test_curves_are_drawn_relative_to_the_last_step():
    drawn = plots.gradient_through_time({"tanh": np.array([1.0, 2.0, 4.0])})
    line = next(line for line in drawn.figure.axes[0].lines if line.get_label() == "tanh")
    np.testing.assert_allclose(line.get_ydata(), [0.25, 0.5, 1.0])


def test_each_step_of_a_pass_is_new_travelled_or_neither():
    drawn = plots.passes(4, [(0, 0, 2), (1, 2, 4)])
    hatched = [patch for patch in drawn.figure.axes[0].patches if patch.get_hatch()]
    assert [(round(p.get_x() + 0.45), round(p.get_y() + 0.38)) for p in hatched] == [(1, 1)]
