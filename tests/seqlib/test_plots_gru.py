"""The figures and the widget of the GRU assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.gru import gru_cell_forward
from seqlib.plots import gru as plots
from seqlib.widgets import gru as widgets
from seqlib.widgets.gru import CONTENT, MIDDLE, RECURRENT, STEPS, Mixer, gate_mixer, presets, run

PNG = b"\x89PNG"
WRITTEN = np.tanh(CONTENT)


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    code = "import sys, seqlib.plots.gru, seqlib.widgets.gru; print('seqlib.gru' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_written_once_is_kept_and_leaks_by_the_update_gate():
    activations, _ = run(gru_cell_forward, presets()["write once, keep"])
    np.testing.assert_allclose(activations[1:], WRITTEN, rtol=1e-6)
    activations, _ = run(gru_cell_forward, presets()["leak"])
    np.testing.assert_allclose(activations[1:], WRITTEN * 0.8 ** np.arange(STEPS), rtol=1e-6)


def test_the_reset_gate_changes_nothing_that_is_kept():
    gates = presets()["write once, keep"]
    gates["Γ_r"][1:] = np.linspace(0, 1, STEPS - 1)
    activations, _ = run(gru_cell_forward, gates)
    np.testing.assert_allclose(activations[1:], WRITTEN, rtol=1e-6)


def test_a_unit_that_starts_afresh_is_what_its_input_alone_makes_of_it():
    turning, _ = run(gru_cell_forward, presets()["turn over at every step"])
    assert (np.sign(turning[1:]) == np.resize([1, -1], STEPS)).all()
    afresh, candidates = run(gru_cell_forward, presets()["turn over, start afresh in the middle"])
    assert np.sign(turning[MIDDLE + 1]) != np.sign(afresh[MIDDLE + 1])
    np.testing.assert_allclose(afresh[MIDDLE + 1], WRITTEN, rtol=1e-6)
    np.testing.assert_allclose(candidates[1:MIDDLE], np.tanh(RECURRENT * afresh[1:MIDDLE]), rtol=1e-6)


def test_the_unit_is_computed_by_the_function_that_is_given():
    def forgetful(xt, a_prev, parameters):
        return gru_cell_forward(xt, 0 * a_prev, parameters)

    activations, _ = run(forgetful, presets()["write once, keep"])
    np.testing.assert_allclose(activations[2:], 0, atol=1e-6)


def test_a_slider_sets_the_gate_of_the_chosen_step_and_of_no_other():
    mixer = Mixer(gru_cell_forward)
    before = mixer.image.value
    mixer.step.value = 3
    mixer.sliders["Γ_u"].value = 1.0
    assert list(mixer.gates["Γ_u"]) == [1, 0, 1, *[0] * (STEPS - 3)]
    assert mixer.image.value != before
    assert "Step 3: 0.00 kept" in mixer.image.value


def test_choosing_a_preset_and_a_step_shows_its_gates_on_the_sliders():
    mixer = Mixer(gru_cell_forward)
    mixer.preset.value = "overwrite"
    mixer.step.value = MIDDLE + 1
    assert [slider.value for slider in mixer.sliders.values()] == [1.0, 0.0, -CONTENT]


def test_the_widget_carries_a_static_figure_for_places_without_widgets(monkeypatch):
    bundle = gate_mixer(gru_cell_forward)._repr_mimebundle_()
    assert f"Step {MIDDLE + 1}: 0.00 kept, 0.91 written, activation 0.91" in bundle["text/html"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert gate_mixer(gru_cell_forward).widget is None


def test_sliders_are_named_for_a_reader_who_hears_them():
    described = [slider.description for slider in Mixer(gru_cell_forward).sliders.values()]
    assert described == list(widgets.SLIDERS.values())


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.fading({"Γ_u = 0.5": np.array([1.0, 0.5, 0.25])}),
            "Γ_u = 0.5: 0.50 after one step, 0.25 after 2.",
        ),
        (
            lambda: plots.mixture(
                {"Γ_u": np.array([0.5]), "Γ_r": np.array([1.0]), "x": np.array([0.2])},
                np.array([0.4, -0.2]),
                np.array([-0.8]),
                at=0,
            ),
            "Step 1: 0.20 kept, −0.40 written, activation −0.20.",
        ),
        (
            lambda: plots.sentence(
                ["the", "cat", "was"],
                {"Γ_u": np.array([0.0, 0.9, 0.1])},
                {"one": np.array([0.0, -1.0, -0.9])},
                {"The cat": np.array([0.5, 0.2, 0.07])},
                of="were",
            ),
            "Γ_u: from 0.00 to 0.90. Activations: one ends at −0.90. The probability that 'were' is next is at most "
            "0.50 before the last word and 0.07 at it in 'The cat'.",
        ),
    ],
)
def test_the_alt_text_tells_the_numbers_that_the_figure_draws(picture, said):
    drawn = picture()
    assert said in drawn.alt
    assert drawn.png().startswith(PNG)
