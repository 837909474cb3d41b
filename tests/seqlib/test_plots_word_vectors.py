"""The figures and the widget of the word vector assignment say what they are given."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from seqlib.plots import word_vectors as plots
from seqlib.widgets.word_vectors import Explorer, map_explorer

PNG = b"\x89PNG"
WORDS, GROUPS = ["cat", "dog", "one", "two"], ["animals", "animals", "numbers", "numbers"]
PLACES = np.array([[0.0, 2.0, 10.0, 10.0], [0.0, 0.0, 1.0, -1.0]])


def near(place):
    return [(place + 2) % 4, (place + 1) % 4]


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.word_vectors, seqlib.widgets.word_vectors"
    code = f"import sys, {modules}; print('seqlib.word_vectors' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.product(np.ones((2, 3)), np.eye(3)[:, :1], np.ones((2, 1)), ["a", "b", "c"], ["a"]),
            "E with 2 rows and a column for each of a, b, c; the one-hot columns of a, each with a single 1",
        ),
        (
            lambda: plots.ranking(["king", "queen"], [0.9, 0.8512], ["king"], "the target"),
            "cosine with the target: king 0.900 (a word of the question), queen 0.851.",
        ),
        (
            lambda: plots.sections({"plural": (0.75, 0.3)}),
            "plural: 75% with the words of the question left out, 30% with them among the answers.",
        ),
        (
            lambda: plots.ways(PLACES, WORDS, [(0, 1), (2, 3)], "A plane"),
            "A plane. Arrows: cat to dog (2.0 across, 0.0 up), one to two (0.0 across, −2.0 up).",
        ),
        (
            lambda: plots.maps({"perplexity 2": PLACES}, GROUPS),
            "1 maps of the same 4 points in the groups animals, numbers. perplexity 2: the map is 10 wide, the groups "
            "lie on average 9.0 times as far",
        ),
        (
            lambda: plots.spreads(
                {"animals": 1.0, "numbers": 0.5}, {"map": {"animals": 2.0, "numbers": 8.0}}
            ),
            "as it is: animals 1.00, numbers 0.50. map: animals 0.25, numbers 1.00.",
        ),
        (
            lambda: plots.explored(PLACES, WORDS, GROUPS, 0, [2, 1], "A map"),
            "cat is marked. By cosine its nearest of these words are one, dog; on the map they are number 3, 1",
        ),
        (
            lambda: plots.bias(["nurse", "boss"], [0.3, -0.25], [0.0, 0.0], ("he", "she")),
            "from he to she, before and after: boss −0.25 to 0.00, nurse 0.30 to 0.00.",
        ),
        (
            lambda: plots.equalised([(0.3, 0.9), (-0.2, 0.9)], [(0.3, 0.95), (-0.3, 0.95)], ("she", "he")),
            "she: from (0.30, 0.90) to (0.30, 0.95). he: from (−0.20, 0.90) to (−0.30, 0.95).",
        ),
    ],
)
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_middles_and_widths_of_groups_are_means_and_root_mean_squares():
    centres, widths = plots.middles(PLACES, GROUPS)
    assert centres.tolist() == [[1, 10], [0, 0]] and widths.tolist() == [1, 1]
    assert plots.apart(PLACES, GROUPS) == 9


def test_the_nearest_word_on_a_map_has_place_1():
    assert [plots.place_on_map(PLACES, 0, other) for other in (1, 2)] == [1, 3]


def test_every_group_of_the_notebook_has_a_look_of_its_own():
    assert len(set(plots.LOOKS)) == 8


def test_more_groups_than_looks_are_refused():
    names = [str(i) for i in range(9)]
    with pytest.raises(ValueError, match="9 groups; expected at most 8"):
        plots.draw_groups(Figure().subplots(), np.zeros((2, 9)), names)


def test_perplexity_and_word_that_are_chosen_are_drawn():
    asked = []

    def draw(perplexity, chosen):
        asked.append((perplexity, chosen))
        return plots.explored(PLACES, WORDS, GROUPS, chosen, near(chosen), f"perplexity {perplexity}")

    explorer = Explorer(draw, [2, 15, 80], WORDS, "dog")
    before = explorer.image.value
    explorer.perplexity.value = 80
    explorer.word.value = 3
    assert asked == [(15, 1), (80, 1), (80, 3)]
    assert explorer.image.value != before and "two is marked" in explorer.image.value


def test_where_widgets_do_not_run_the_middle_map_is_shown():
    shown = map_explorer({2: PLACES, 15: PLACES, 80: PLACES}, WORDS, GROUPS, near, "dog")
    assert "perplexity 15" in shown.static.alt and "dog is marked" in shown.static.alt
    assert shown.widget is not None
