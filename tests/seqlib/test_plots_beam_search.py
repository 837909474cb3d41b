"""The figures and the widget of 14-beam-search say what they are given."""

import subprocess
import sys

import numpy as np
import pytest

from seqlib.beam_search import beam_search, rescore, score
from seqlib.plots import beam_search as plots
from seqlib.plots.beam_search import Node
from seqlib.widgets.beam_search import DROPPED, Tree, levels_of, tree

PNG = b"\x89PNG"
NAMES = ["<SOS>", "<EOS>", "a", "b"]
LOG_P = np.log(np.array([[0.1, 0.1, 0.1], [0.2, 0.3, 0.5], [0.5, 0.2, 0.3], [0.2, 0.4, 0.1]]))
FIRST = (np.zeros((1, 1), dtype=int),)


def step(tokens, state):
    """The state is the number of tokens read, up to 2."""
    read = np.minimum(state[0] + 1, 2)
    return LOG_P[:, read[0]], (read,)


def search(width, longest, alpha):
    return beam_search(step, FIRST, 0, 1, width, longest, alpha)


def following(tokens):
    state = FIRST
    for token in [0, *tokens]:
        log_p, state = step(np.array([token]), state)
    return log_p[:, 0]


def levels(width=2, alpha=0.0):
    return levels_of(search, following, NAMES, width, 4, alpha)


def test_neither_figures_nor_widgets_bring_in_the_withheld_reference():
    modules = "seqlib.plots.beam_search, seqlib.widgets.beam_search"
    code = f"import sys, {modules}; print('seqlib.beam_search' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_the_kept_of_a_level_are_the_beam_of_a_search_cut_there_and_all_are_worth_their_score(alpha):
    for t, level in enumerate(levels(3, alpha), 1):
        kept = [node for node in level if node.kept]
        beam = search(3, t, alpha)
        assert [list(node.words) for node in kept] == [[NAMES[v] for v in one["tokens"]] for one in beam]
        assert [node.score for node in kept] == [one["score"] for one in beam]
        for node in level:
            tokens = [NAMES.index(word) for word in node.words]
            assert node.score == pytest.approx(score(rescore(step, FIRST, tokens, 0), len(tokens), alpha))


def test_what_was_not_kept_is_worse_than_what_was_and_only_the_best_of_it_is_shown():
    for level in levels(2):
        dropped = [node for node in level if not node.kept]
        assert len(dropped) <= DROPPED
        if dropped:
            assert max(node.score for node in dropped) <= min(node.score for node in level if node.kept)
    assert len([node for node in levels(2)[0] if not node.kept]) == 2  # four words, two of them kept


def test_a_finished_hypothesis_that_is_pushed_out_is_shown_as_not_kept():
    def hypothesis(tokens, score, finished):
        return {"tokens": tokens, "log_probability": score, "score": score, "finished": finished}

    beams = {
        1: [hypothesis([2], -0.5, False), hypothesis([1], -1.0, True)],
        2: [hypothesis([2, 3], -0.6, False), hypothesis([2, 2], -0.7, False)],
    }
    found = levels_of(lambda width, longest, alpha: beams[longest], following, NAMES, 2, 2, 0.0)
    assert [node.words for node in found[1] if node.finished and not node.kept] == [(NAMES[1],)]


def test_the_tree_draws_every_node_and_names_the_best():
    shown = plots.search_tree(levels(2), 2, 0.0)
    texts = [text.get_text() for text in shown.figure.axes[0].texts]
    assert sum(text.startswith("step") for text in texts) == len(levels(2))
    nodes = [node for level in levels(2) for node in level]
    assert all(f"{node.words[-1]}  −" in " ".join(texts) for node in nodes)
    best = " ".join(NAMES[v] for v in search(2, 4, 0.0)[0]["tokens"])
    assert shown.alt.endswith(f"Best: {best}.") and shown.png().startswith(PNG)


def test_a_finished_hypothesis_is_joined_with_itself_in_later_steps():
    one, other = Node(("a",), -1.0, False, True), Node(("<EOS>",), -1.5, True, True)
    later = Node(("a", "<EOS>"), -2.0, True, True)
    shown = plots.search_tree([[one, other], [other, later]], 2, 0.5)
    assert "Step 2: kept <EOS> (−1.50); a <EOS> (−2.00)." in shown.alt
    assert "width 2 with α = 0.5" in shown.alt and shown.png().startswith(PNG)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (
            lambda: plots.by_width([1, 4], {"BLEU": [0.5, 0.625]}, "BLEU"),
            "BLEU by the width of the beam. BLEU: 0.5 at 1, 0.625 at 4.",
        ),
        (
            lambda: plots.blames({"width 1": {"none": 0.5, "search": 0.2, "model": 0.3}}),
            "width 1: right 50.0%, the search's fault 20.0%, the model's fault 30.0%.",
        ),
    ],
)
def test_a_figure_says_in_words_what_it_shows(picture, said):
    shown = picture()
    assert said in shown.alt and shown.png().startswith(PNG)


def test_the_bars_of_blame_are_the_shares_beside_each_other():
    axis = plots.blames({"one": {"none": 0.5, "search": 0.2, "model": 0.3}}).figure.axes[0]
    assert [round(bar.get_width(), 3) for bar in axis.patches] == [0.5, 0.2, 0.3]
    assert [round(bar.get_x(), 3) for bar in axis.patches] == [0, 0.5, 0.7]


def test_lines_by_width_are_those_given():
    axis = plots.by_width([1, 8], {"a": [0.1, 0.2], "b": [0.3, 0.1]}, "share", lowest=0).figure.axes[0]
    assert [line.get_ydata().tolist() for line in axis.lines] == [[0.1, 0.2], [0.3, 0.1]]
    assert axis.get_ylim()[0] == 0 and [t.get_text() for t in axis.get_xticklabels()] == ["1", "8"]


def test_sliders_search_anew_and_the_first_width_is_shown_where_widgets_do_not_run():
    asked = []

    def draw(width, alpha):
        asked.append((width, alpha))
        return plots.search_tree(levels(width, alpha), width, alpha)

    turned = Tree(draw, 5, 2)
    turned.width.value = 4
    turned.alpha.value = 0.5
    assert asked == [(2, 0.0), (4, 0.0), (4, 0.5)] and "width 4 with α = 0.5" in turned.image.value
    shown = tree(search, following, NAMES, 4, widest=3, width=1)
    assert "width 1 with α = 0" in shown.static.alt
    assert shown.widget.children[0].max == 3
