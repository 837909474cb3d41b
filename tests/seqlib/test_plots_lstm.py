"""The figures and the widget of the LSTM assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.lstm import lstm_cell_forward
from seqlib.plots import lstm as plots
from seqlib.widgets import lstm as widgets
from seqlib.widgets.lstm import CANDIDATE, STEPS, Belt, memory_belt, presets, ride

PNG = b"\x89PNG"


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    code = "import sys, seqlib.plots.lstm, seqlib.widgets.lstm; print('seqlib.lstm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_leaking_memory_falls_by_the_forget_gate_at_each_step():
    memory, _ = ride(lstm_cell_forward, presets()["leak"])
    np.testing.assert_allclose(memory[1:], CANDIDATE * 0.8 ** np.arange(STEPS), rtol=1e-6)


def test_a_counting_memory_grows_by_the_candidate_and_is_shown_through_tanh():
    memory, shown = ride(lstm_cell_forward, presets()["count"])
    np.testing.assert_allclose(memory, CANDIDATE * np.arange(STEPS + 1), atol=1e-6)
    np.testing.assert_allclose(shown, np.tanh(memory[1:]), atol=1e-6)


def test_what_is_written_once_is_shown_at_the_end_only():
    _, shown = ride(lstm_cell_forward, presets()["write once, keep, show at the end"])
    assert np.abs(shown[:-1]).max() < 1e-6
    assert shown[-1] == pytest.approx(np.tanh(CANDIDATE), rel=1e-6)


def test_the_belt_is_computed_by_the_function_that_is_given():
    def forgetful(xt, a_prev, c_prev, parameters):
        return lstm_cell_forward(xt, a_prev, 0 * c_prev, parameters)

    memory, _ = ride(forgetful, presets()["count"])
    np.testing.assert_allclose(memory[1:], CANDIDATE, rtol=1e-6)


def test_a_slider_sets_the_gate_of_the_chosen_step_and_of_no_other():
    belt = Belt(lstm_cell_forward)
    before = belt.image.value
    belt.step.value = 3
    belt.sliders["Γ_f"].value = 0.0
    assert list(belt.gates["Γ_f"]) == [1, 1, 0, *[1] * (STEPS - 3)]
    assert belt.image.value != before
    assert "Step 3: 0.00 kept" in belt.image.value


def test_choosing_a_step_shows_its_gates_on_the_sliders():
    belt = Belt(lstm_cell_forward)
    belt.preset.value = "overwrite"
    belt.step.value = 5
    assert [slider.value for slider in belt.sliders.values()] == [0.0, 1.0, -CANDIDATE, 1.0]


def test_the_widget_carries_a_static_figure_for_places_without_widgets():
    shown = memory_belt(lstm_cell_forward)
    bundle = shown._repr_mimebundle_()
    assert "Step 8: 0.90 kept" in bundle["text/html"]
    assert "<img" in bundle["text/html"]


def test_without_ipywidgets_the_static_figure_is_what_remains(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert memory_belt(lstm_cell_forward).widget is None


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (lambda: plots.reach({"LSTM": np.array([0.001, 0.1, 2.0])}), "LSTM, 5e-04"),
        (
            lambda: plots.size_and_reach({"s": np.array([0.5, 0.25])}, {"s": np.array([1.0, 4.0])}),
            "with s, the mean activation ends at 0.25",
        ),
        (
            lambda: plots.gate_curves(
                np.linspace(-1, 1, 5),
                *(np.linspace(low, 1, 5)[np.newaxis] for low in (0.0, 0.2, -1.0, 0.4)),
            ),
            "Γ_f forget 0.50, Γ_u update 0.60, c̃ candidate 0.00, Γ_o output 0.70",
        ),
        (
            lambda: plots.sentence_memory(
                ["the", "cat", "was"],
                {"Γ_f keeps": np.array([1.0, 0.0, 1.0])},
                {"one": np.array([0.0, -1.0, -0.9])},
                {"one": np.array([0.5, 0.5, 0.07])},
                of="were",
            ),
            "one ends at −0.90",
        ),
        (
            lambda: plots.names_gates(["·", "a"], {"Γ_f": np.array([[0.2, 0.4], [0.6, 0.8]])}, ["b", "c"]),
            "Γ_f: mean 0.50, from 0.20 to 0.80.",
        ),
        (
            lambda: plots.counter({"plain": np.array([[0.0, 1.0, 2.0], [0.0, 0.6, 0.7]])}),
            "the memory ends at 2.0, and it shows more than a half at 2 of 3 steps",
        ),
    ],
)
def test_the_alt_text_tells_the_numbers_that_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)


@pytest.mark.parametrize(("faintest", "said"), [(1e-20, True), (1e-10, False)])
def test_a_curve_that_leaves_the_figure_is_spoken_of(faintest, said):
    drawn = plots.size_and_reach({"s": np.array([0.5, 0.5])}, {"s": np.array([faintest, 1.0])})
    texts = [text.get_text() for text in drawn.figure.axes[1].texts]
    assert texts == (["fainter than 1e-16: not drawn"] if said else [])


def test_what_the_characters_are_is_said_once_for_all_gates():
    gates = {name: np.array([[0.2, 0.4]]) for name in ("Γ_f", "Γ_u", "Γ_o")}
    drawn = plots.names_gates(["·", "a"], gates, ["b", "c"])
    assert [bool(axis.get_xlabel()) for axis in drawn.figure.axes[:3]] == [False, True, False]


def test_sliders_are_named_for_a_reader_who_hears_them():
    described = [slider.description for slider in Belt(lstm_cell_forward).sliders.values()]
    assert described == list(widgets.GATES.values())
