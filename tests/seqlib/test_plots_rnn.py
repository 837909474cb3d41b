"""The figures and the widget of 02-rnn, and the style that all figures share."""

import importlib.util
import re
import subprocess
import sys

import numpy as np
import pytest

from seqlib import rnn
from seqlib.plots import rnn as plots
from seqlib.plots import style
from seqlib.plots.style import SIGNED, STYLE, Picture, canvas, show_cells, signed
from seqlib.widgets import WIDGET_VIEW, Shown
from seqlib.widgets.rnn import step_by_step

N_X, N_A, T_X = 4, 3, 5


@pytest.fixture(scope="module")
def run():
    """One example through a small network: x, a0, a, y_pred."""
    rng = np.random.default_rng(3)
    parameters = {
        "Waa": rng.normal(size=(N_A, N_A)),
        "Wax": rng.normal(size=(N_A, N_X)),
        "Wya": rng.normal(size=(N_X, N_A)),
        "ba": rng.normal(size=(N_A, 1)),
        "by": rng.normal(size=(N_X, 1)),
    }
    x, a0 = rng.normal(size=(N_X, 1, T_X)), rng.uniform(-1, 1, (N_A, 1))
    a, y_pred, _ = rnn.rnn_forward(x, a0, parameters)
    return x, a0, a, y_pred


def every_picture(run) -> dict[str, Picture]:
    x, a0, a, y_pred = run
    history = np.concatenate([a0[:, :, np.newaxis], a], axis=2)[:, 0]
    eight = np.arange(1.0, 9.0)
    return {
        "position_scores": plots.position_scores(np.linspace(1, 0, 9), np.ones(9), [1, 2], "Harry"),
        "unrolled_network": plots.unrolled_network(),
        "input_output_shapes": plots.input_output_shapes(),
        "step_through": plots.step_through(2, x[:, 0], history, y_pred[:, 0], "abcab", "abcd"),
        "score_table": plots.score_table(np.log(y_pred[:, 0]), "abcab", "abcd", [0, 1, 2, 3, 0]),
        "stacked_blocks": plots.stacked_blocks(np.eye(3), np.ones((3, 2)), np.ones((3, 1)), np.ones((2, 1))),
        "common_past": plots.common_past(a[:, 0], a[:, 0, :4], [list("abcab"), list("abca")]),
        "bracket_trap": plots.bracket_trap(rnn.binary_cross_entropy),
        "step_losses": plots.step_losses(np.array([1.0, 0.5]), "ab", "bc"),
        "difference_errors": plots.difference_errors(10.0**-eight, 10.0 ** (-2 * eight)),
        "backward_flow": plots.backward_flow(),
        "gradient_by_step": plots.gradient_by_step(0.5 ** eight[::-1], 8),
        "name_scores": plots.name_scores(["anna", "bo"], -eight[:2], ["naan", "ob"], -eight[1:3]),
    }


def test_signs_are_looked_for_in_the_further_fonts_that_the_machine_has(monkeypatch):
    monkeypatch.setattr(
        style, "get_font_names", lambda: ["Zapfino", "Malgun Gothic", "DejaVu Sans", "Noto Sans CJK KR"]
    )
    assert style.fonts.__wrapped__() == ["DejaVu Sans", "Noto Sans CJK KR", "Malgun Gothic"]
    with canvas("") as (_, axes):
        assert axes[0, 0].title.get_fontfamily() == style.fonts()


def test_every_figure_is_an_image_with_alt_text_and_belongs_to_nobody_else(run):
    for name, picture in every_picture(run).items():
        assert len(picture.alt) > 40, name
        image = picture.html()
        assert re.fullmatch(
            r'<img src="data:image/png;base64,[A-Za-z0-9+/=]+" alt="[^"<>]+" [^<>]*>', image
        ), name
        assert picture.png().startswith(b"\x89PNG"), name
        assert picture.figure.canvas.manager is None, name


def test_every_axis_with_numbers_has_labels(run):
    schemes = {"unrolled_network", "input_output_shapes", "backward_flow", "step_through"}
    for name, picture in every_picture(run).items():
        if name in schemes:
            continue
        for axis in picture.figure.axes:
            rows_are_named = axis.get_ylabel() or any(label.get_text() for label in axis.get_yticklabels())
            assert rows_are_named, name
        assert picture.figure.axes[-1].get_xlabel(), name


def test_alt_text_says_what_the_arrays_hold():
    scores = np.array([[1.0, 5.0], [2.0, 0.0]])
    alt = plots.score_table(scores, "ab", "ab", [0, 0]).alt
    assert "step 1 reads a, should say a, says b: wrong" in alt
    assert "step 2 reads b, should say a, says a: right" in alt
    assert (
        "in 1 of 2 pairs"
        in plots.name_scores(["an", "bo"], np.array([-1.0, -3.0]), ["na", "ob"], np.array([-2.0, -2.0])).alt
    )


def test_alt_text_is_escaped():
    with canvas('quotes " and <tags>') as (picture, _):
        pass
    assert 'alt="quotes &quot; and &lt;tags&gt;"' in picture.html()


def test_signs_show_in_greyscale_and_lines_differ_without_colour():
    def grey(value: float) -> float:
        return float(np.dot(SIGNED(value)[:3], [0.2126, 0.7152, 0.0722]))

    assert grey(0.0) < grey(1.0) - 0.2 < grey(0.5) - 0.2
    dashes = STYLE["axes.prop_cycle"].by_key()["linestyle"]
    markers = STYLE["axes.prop_cycle"].by_key()["marker"]
    assert len({str(dash) for dash in dashes}) == len(set(markers)) == len(dashes)


def test_cells_hold_their_numbers_and_blanks_are_hatched():
    values = np.array([[1.26, np.nan], [-0.04, -2.0]])
    with canvas("cells") as (_, axes):
        show_cells(axes[0, 0], values)
        texts = [text.get_text() for text in axes[0, 0].texts]
        hatched = [patch for patch in axes[0, 0].patches if patch.get_hatch()]
    assert texts == ["1.3", "0.0", "−2.0"]
    assert [patch.get_xy() for patch in hatched] == [(0.5, -0.5)]
    assert signed(-0.001, 2) == "0.00"


def test_the_bracket_trap_draws_the_function_it_is_given():
    def loss(y_pred, y):
        values = np.where(y == 1, 7 * y_pred, 3 * y_pred)[0]
        return values, float(values.sum())

    lines = {line.get_label(): line for line in plots.bracket_trap(loss).figure.axes[0].lines}
    p = lines["true label 1"].get_xdata()
    np.testing.assert_allclose(lines["true label 1"].get_ydata(), 7 * p)
    np.testing.assert_allclose(lines["true label 0"].get_ydata(), 3 * p)
    np.testing.assert_allclose(lines["true label 0, brackets missing"].get_ydata(), -3 * p)


@pytest.mark.parametrize("same", [0, 1, 3, 4])
def test_the_common_past_ends_where_the_activations_differ(same):
    first = np.arange(12.0).reshape(2, 6) / 12
    second = first[:, :4].copy()
    second[:, same:] += 0.1
    picture = plots.common_past(first, second, [list("abcdef"), list("abcd")])
    assert picture.figure.axes[0].lines[0].get_xdata()[0] == same - 0.5


def test_equal_columns_of_two_sentences_stand_above_each_other():
    values = np.arange(16.0).reshape(2, 8) / 16
    figure = plots.common_past(values[:, :7], values, [list("abcdefg"), list("abcdefgh")]).figure
    figure.draw_without_rendering()
    first, second = (axis.transData.transform([(2.5, 0)])[0, 0] for axis in figure.axes)
    assert first == pytest.approx(second)


def test_only_a_picture_with_hatched_cells_explains_them(run):
    x, a0, a, y_pred = run
    history = np.concatenate([a0[:, :, np.newaxis], a], axis=2)[:, 0]
    for t in range(T_X + 1):
        picture = plots.step_through(t, x[:, 0], history, y_pred[:, 0], "abcab", "abcd")
        grid = next(axis for axis in picture.figure.axes if axis.images)
        hatched = any(patch.get_hatch() for patch in grid.patches)
        assert hatched == ("hatched" in grid.get_title(loc="left")) == (t < T_X)


def test_a_step_shows_nothing_that_comes_later(run):
    x, a0, a, y_pred = run
    history = np.concatenate([a0[:, :, np.newaxis], a], axis=2)[:, 0]
    for t in range(T_X + 1):
        picture = plots.step_through(t, x[:, 0], history, y_pred[:, 0], "abcab", "abcd")
        grid = next(axis for axis in picture.figure.axes if axis.images)
        shown = np.ma.filled(grid.images[0].get_array(), np.nan)
        np.testing.assert_array_equal(shown[:, : t + 1], history[:, : t + 1])
        assert np.isnan(shown[:, t + 1 :]).all()


def test_the_slider_has_a_page_for_each_step_and_one_before(run):
    shown = step_by_step(*run, tokens="abcab", classes="abcd")
    slider, stack = shown.widget.children
    assert (slider.min, slider.max) == (0, T_X)
    assert len(stack.children) == T_X + 1
    assert all("alt=" in page.value for page in stack.children)
    assert set(shown._repr_mimebundle_()) == {"text/html", "text/plain", WIDGET_VIEW}
    assert shown.static.alt.startswith(f"Step {T_X} of {T_X}")


def test_without_ipywidgets_the_static_figure_stands_alone(run, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    shown = step_by_step(*run, tokens="abcab", classes="abcd")
    assert isinstance(shown, Shown) and shown.widget is None
    assert set(shown._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_the_slider_takes_one_example(run):
    x, a0, a, y_pred = run
    with pytest.raises(ValueError, match="2 examples; expected one"):
        step_by_step(np.repeat(x, 2, axis=1), a0, a, y_pred, tokens="abcab", classes="abcd")


def test_figures_need_neither_the_answers_nor_pyplot():
    code = (
        "import sys; sys.modules['seqlib.rnn'] = None\n"
        "import seqlib.plots.rnn, seqlib.widgets.rnn\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
