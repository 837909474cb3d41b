"""The batched beam search finds what the search by hand finds for each input, and says what is wrong with its input."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.fixtures import automaton, recurrent_step
from seqlib.beam_search import beam_search
from seqlib.models import decoding

START, END = 0, 1
SEEDS = st.integers(0, 10**6)
SEARCHES = {
    "seed": SEEDS,
    "m": st.integers(1, 5),
    "width": st.integers(1, 9),
    "longest": st.integers(1, 7),
    "alpha": st.sampled_from([0.0, 0.4, 1.0, 2.0]),
}


def side_by_side(step):
    """A step by hand for m inputs at once: they stand behind each other as hypotheses."""

    def batched(tokens, state):
        m, B = tokens.shape
        columns = tuple(part.numpy().reshape(m * B, -1).T for part in state)
        log_p, after = step(tokens.numpy().ravel(), columns)
        return (
            torch.from_numpy(log_p.T.copy()).view(m, B, -1),
            tuple(torch.from_numpy(part.T.copy()).view(m, B, -1) for part in after),
        )

    return batched


def compare(step, starts, width, longest, alpha):
    """Search from m states by hand, and in one batch."""
    together = tuple(
        torch.from_numpy(np.stack([part[:, 0] for part in parts])[:, np.newaxis])
        for parts in zip(*starts, strict=True)
    )
    beams = decoding.beam_search(side_by_side(step), together, START, END, width, longest, alpha)
    for i, state in enumerate(starts):
        found = beam_search(step, state, START, END, width, longest, alpha)
        count = int(torch.isfinite(beams.scores[i]).sum())
        assert count == len(found)
        for k, right in enumerate(found):
            length = int(beams.lengths[i, k])
            tokens = beams.tokens[i, k].tolist()
            assert tokens[:length] == right["tokens"] and set(tokens[length:]) <= {END}
            assert float(beams.log_probabilities[i, k]) == pytest.approx(right["log_probability"], rel=1e-12)
            assert float(beams.scores[i, k]) == pytest.approx(right["score"], rel=1e-12)
            assert bool(beams.finished[i, k]) == right["finished"]
    return beams


@settings(deadline=None)
@given(**SEARCHES)
def test_a_batch_of_recurrent_models_gives_what_each_gives_by_hand(seed, m, width, longest, alpha):
    rng = np.random.default_rng(seed)
    n, k, V = 4, 2, 6
    shapes = {"E": (n, V), "Wa": (n, n), "Wc": (n, k), "Wk": (k, n), "Wy": (V, n), "by": (V, 1)}
    step = recurrent_step({name: rng.normal(0, 1.5, shape) for name, shape in shapes.items()})
    starts = [(rng.normal(size=(n, 1)), rng.normal(size=(k, 1))) for _ in range(m)]
    compare(step, starts, width, longest, alpha)


@settings(deadline=None)
@given(**SEARCHES)
def test_ties_and_tokens_that_cannot_be_are_as_by_hand(seed, m, width, longest, alpha):
    rng = np.random.default_rng(seed)
    # Powers of two, so that different ways have exactly the same sum; some tokens have probability 0.
    log_p = np.log(2.0) * -rng.integers(1, 4, (5, 3)).astype(float)
    log_p[rng.random((5, 3)) < 0.3] = -np.inf
    step = automaton({"log_p": log_p, "following": rng.integers(0, 3, (5, 3))})
    starts = [(np.array([[i % 3]]),) for i in range(m)]
    floats = [(state[0].astype(float),) for state in starts]

    def on_floats(tokens, state):
        found, after = step(tokens, (state[0].astype(int),))
        return found, (after[0].astype(float),)

    compare(on_floats, floats, width, longest, alpha)


def test_a_search_ends_where_all_are_finished():
    log_p = np.log(np.array([[0.2], [0.8]]))
    step = automaton({"log_p": log_p, "following": np.zeros((2, 1), dtype=int)})
    calls = []

    def counting(tokens, state):
        calls.append(tokens.shape)
        found, after = side_by_side(step)(tokens, (state[0].long(),))
        return found, (after[0].double(),)

    beams = decoding.beam_search(counting, (torch.zeros(3, 1, 1, dtype=torch.float64),), START, END, 1, 50)
    assert calls == [(3, 1)] and beams.finished.all() and beams.tokens.tolist() == [[[END]]] * 3


@given(SEEDS, st.integers(1, 12))
def test_of_equal_scores_those_that_stand_first_are_the_best(seed, width):
    drawn = torch.from_numpy(np.random.default_rng(seed).integers(-3, 0, (4, 9)).astype(float))
    top, places = decoding.best(drawn, width)
    right = np.argsort(-drawn.numpy(), axis=1, kind="stable")[:, :width]
    assert places.tolist() == right.tolist()
    assert torch.equal(top, drawn.gather(1, places))


HALF = np.log(np.full((2, 1), 0.5))


def search(log_p=HALF, start=START, end=END, width=2, longest=3, alpha=0.0):
    step = lambda tokens, state: (  # noqa: E731
        torch.from_numpy(log_p[:, 0]).expand(*tokens.shape, -1).clone(),
        state,
    )
    return decoding.beam_search(step, (torch.zeros(1, 1, 1),), start, end, width, longest, alpha)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"width": 0}, "width is 0; expected 1 or more"),
        ({"longest": 0}, "longest is 0; expected 1 or more"),
        ({"alpha": -1.0}, "alpha is -1.0; expected 0 or more"),
        ({"alpha": float("nan")}, "alpha is nan; expected 0 or more"),
        ({"end": 2}, "end is 2; expected a token of the model, 0 to 1"),
        ({"log_p": np.full((2, 1), np.nan)}, "step gave NaN among the log-probabilities"),
    ],
)
def test_bad_input_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        search(**given)


def test_what_never_ends_is_cut_and_a_beam_wider_than_the_space_has_empty_places():
    never = search(log_p=np.array([[0.0], [-np.inf]]), width=4)
    assert never.tokens[0, 0].tolist() == [0, 0, 0] and not never.finished[0, 0]
    assert torch.isfinite(never.scores).sum() == 1
