"""Beam search by hand: laws of the search on small models, whose fault a wrong text is, and sacreBLEU's numbers."""

import itertools
import logging
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU

from autograder.fixtures import automaton, recurrent_step
from seqlib.beam_search import (
    beam_search,
    best,
    blame,
    blame_shares,
    bleu,
    brevity_penalty,
    candidates,
    clipped_matches,
    reorder,
    rescore,
    score,
)

SEEDS = st.integers(0, 10**6)
ALPHAS = st.sampled_from([0.0, 0.6, 1.0, 1.7])
START, END = 0, 1
MINUS = -np.inf
ROUNDING = 1e-12


def table(seed, V=4, S=5, sharp=2.0):
    """A random automaton; the start token is never written."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, sharp, (V, S))
    z[START] = MINUS
    log_p = z - np.log(np.exp(z).sum(axis=0))
    return automaton({"log_p": log_p, "following": rng.integers(0, S, (V, S))})


def recurrent(seed, V=5, n=4, k=2):
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.normal(0, 1.5, shape)  # noqa: E731
    data = {"E": draw(n, V), "Wa": draw(n, n), "Wc": draw(n, k), "Wk": draw(k, n), "Wy": draw(V, n)}
    return recurrent_step({**data, "by": draw(V, 1)})


def empty_state(n=4, k=2):
    return np.zeros((n, 1)), np.zeros((k, 1))


AT_0 = (np.zeros((1, 1), dtype=int),)


def models(seed):
    yield table(seed), AT_0
    yield recurrent(seed), empty_state()


def texts(V, longest):
    """All that can be written: up to the end token, or cut."""
    others = [v for v in range(V) if v not in (START, END)]
    for length in range(longest):
        for words in itertools.product(others, repeat=length):
            yield [*words, END]
    for words in itertools.product(others, repeat=longest):
        yield list(words)


def fixed(*probabilities):
    """A model whose next token does not depend on what was written before."""
    with np.errstate(divide="ignore"):
        column = np.log(np.array(probabilities))[:, np.newaxis]
    return automaton({"log_p": column, "following": np.zeros((len(probabilities), 1), dtype=int)})


def tree(**after):
    """A model by prefixes: after each, the probabilities of the tokens 1 (the end), 2 (a) and 3 (b)."""
    prefixes = list(after)
    with np.errstate(divide="ignore"):
        log_p = np.log(np.array([[0.0, *after[prefix]] for prefix in prefixes]).T)
    following = np.zeros(log_p.shape, dtype=int)
    for number, prefix in enumerate(prefixes):
        for token, letter in ((2, "a"), (3, "b")):
            longer = prefix.strip("_") + letter
            following[token, number] = prefixes.index(longer) if longer in after else number
    return automaton({"log_p": log_p, "following": following})


@given(SEEDS, ALPHAS)
def test_width_1_takes_the_most_probable_token_each_time(seed, alpha):
    for step, state in models(seed):
        tokens, last, now = [], START, state
        while len(tokens) < 6 and last != END:
            log_p, now = step(np.array([last]), now)
            last = int(log_p[:, 0].argmax())
            tokens.append(last)
        (found,) = beam_search(step, state, START, END, 1, 6, alpha)
        assert found["tokens"] == tokens and found["finished"] == (tokens[-1] == END)


@settings(max_examples=40, deadline=None)
@given(SEEDS, ALPHAS)
def test_a_beam_as_wide_as_the_space_finds_what_trying_everything_finds(seed, alpha):
    V, longest = 4, 4
    step = table(seed, V)
    right = {
        tuple(t): score(rescore(step, AT_0, t, START), len(t), alpha)
        for t in texts(V, longest)
        if t[-1] == END or len(t) == longest
    }
    found = beam_search(step, AT_0, START, END, V**longest, longest, alpha)
    assert {tuple(f["tokens"]): f["score"] for f in found} == pytest.approx(right)
    assert [f["score"] for f in found] == sorted((f["score"] for f in found), reverse=True)


@given(SEEDS, ALPHAS, st.integers(1, 7))
def test_what_is_returned_is_what_it_is_worth_when_it_is_scored_again(seed, alpha, width):
    for step, state in models(seed):
        found = beam_search(step, state, START, END, width, 7, alpha)
        assert 1 <= len(found) <= width
        assert len({tuple(f["tokens"]) for f in found}) == len(found)
        for f in found:
            assert f["log_probability"] == pytest.approx(rescore(step, state, f["tokens"], START))
            assert f["score"] == pytest.approx(score(f["log_probability"], len(f["tokens"]), alpha))
            assert END not in f["tokens"][:-1]
            assert f["finished"] == (f["tokens"][-1] == END) and (f["finished"] or len(f["tokens"]) == 7)


@given(SEEDS, ALPHAS)
def test_one_step_more_keeps_what_is_finished_unless_better_ones_push_it_out(seed, alpha):
    for step, state in models(seed):
        before = beam_search(step, state, START, END, 4, 3, alpha)
        after = beam_search(step, state, START, END, 4, 4, alpha)
        worst = after[-1]["score"]
        for f in before:
            if f["finished"] and (f["score"] > worst or len(after) < 4):
                assert f in after


@given(SEEDS, ALPHAS, st.integers(1, 5))
def test_within_two_tokens_a_wider_beam_is_never_worse(seed, alpha, width):
    for step, state in models(seed):
        narrow, wide = (
            beam_search(step, state, START, END, w, 2, alpha)[0]["score"] for w in (width, width + 1)
        )
        assert wide >= narrow - ROUNDING


def test_over_three_tokens_a_wider_beam_may_be_worse():
    # Both continuations of the second best beginning push aside the one way that goes on well.
    after = {"_": [0, 0.51, 0.49], "a": [0.2, 0.45, 0.35], "b": [0, 0.5, 0.5], "aa": [1, 0, 0]}
    step = tree(**after, ba=[0.1, 0.45, 0.45], bb=[0.1, 0.45, 0.45])
    narrow, wide = (beam_search(step, AT_0, START, END, width, 3, 0.0)[0] for width in (1, 2))
    assert narrow["tokens"] == [2, 2, END] and narrow["score"] == pytest.approx(np.log(0.51 * 0.45))
    assert wide["score"] == pytest.approx(np.log(0.49 * 0.5 * 0.45))


def test_length_normalisation_prefers_the_longer_of_two():
    step = fixed(0, 0.3, 0.7)
    short = beam_search(step, AT_0, START, END, 8, 4, 0.0)
    assert short[0]["tokens"] == [END] and short[0]["log_probability"] == pytest.approx(np.log(0.3))
    assert beam_search(step, AT_0, START, END, 8, 4, 1.0)[0]["tokens"] == [2, 2, 2, 2]


def test_of_equal_candidates_the_earlier_hypothesis_and_the_smaller_token_come_first():
    quarter = fixed(0, 0.25, 0.25, 0.25, 0.25)
    found = beam_search(quarter, AT_0, START, END, 3, 2, 0.0)
    assert [f["tokens"] for f in found] == [[1], [2, 1], [2, 2]]
    origins, tokens = best(np.array([[1.0, 2.0, 2.0], [2.0, 3.0, MINUS]]), 4)
    assert origins.tolist() == [1, 0, 0, 1] and tokens.tolist() == [1, 1, 2, 0]


def test_where_fewer_are_possible_fewer_are_kept():
    found = beam_search(fixed(0, 0, 1.0), AT_0, START, END, 5, 3, 1.0)
    assert [f["tokens"] for f in found] == [[2, 2, 2]] and not found[0]["finished"]
    assert beam_search(fixed(0, 0, 0), AT_0, START, END, 5, 3, 1.0) == []
    assert len(beam_search(fixed(0, 0.2, 0.4, 0.4), AT_0, START, END, 50, 1, 0.0)) == 3


def test_a_finished_hypothesis_has_one_candidate_itself():
    log_p = np.log(np.array([[0.5, 0.1], [0.2, 0.2], [0.3, 0.7]]))
    sums, lengths = candidates(np.array([-1.0, -2.0]), np.array([4, 3]), np.array([False, True]), log_p, END)
    np.testing.assert_allclose(sums, [-1 + log_p[:, 0], [MINUS, -2, MINUS]])
    assert lengths.tolist() == [5, 3]


def test_columns_of_every_part_of_the_state_follow_their_hypotheses():
    parts = (np.arange(6.0).reshape(2, 3), np.arange(3)[np.newaxis])
    kept = reorder(parts, np.array([2, 0, 2, 2]))
    assert kept[1].tolist() == [[2, 0, 2, 2]]
    np.testing.assert_array_equal(kept[0], parts[0][:, [2, 0, 2, 2]])
    assert parts[0].shape == (2, 3)


def found_with(tokens, score):
    return {"tokens": tokens, "score": score, "log_probability": -1.0, "finished": True}


def test_the_search_is_at_fault_only_where_the_truth_ranks_above_what_was_found():
    wrong = found_with([3, END], -1.0)
    assert blame(found_with([2, END], -9.0), [2, END], -9.0, 0.0) == "none"
    assert blame(wrong, [2, END], -0.5, 0.0) == "search"
    assert blame(wrong, [2, END], -1.0, 0.0) == "model"
    assert blame(wrong, [2, 2, 2, END], -3.0, 0.0) == "model"
    assert blame(wrong, [2, 2, 2, END], -3.0, 1.0) == "search"


@given(SEEDS, ALPHAS)
def test_where_everything_is_tried_the_search_is_never_at_fault(seed, alpha):
    step = table(seed)
    found = beam_search(step, AT_0, START, END, 100, 3, alpha)[0]
    blames = [
        blame(found, t, rescore(step, AT_0, t, START), alpha)
        for t in texts(4, 3)
        if t[-1] == END or len(t) == 3
    ]
    assert "search" not in blames and blames.count("none") == 1
    shares = blame_shares(blames)
    assert shares["none"] == 1 / len(blames) and sum(shares.values()) == pytest.approx(1)


WORDS = ["the", "cat", "is", "on", "a", "mat", "there"]


def test_the_paper_s_own_example_of_clipping():
    the = ["the"] * 7
    references = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
    assert clipped_matches(the, references, 1) == (2, 7)
    assert clipped_matches(the, references, 2) == (0, 6)
    assert clipped_matches(references[0], references, 4) == (3, 3)
    assert clipped_matches([], references, 1) == (0, 0)
    assert clipped_matches(["cat"], [[]], 2) == (0, 0)


def test_the_reference_that_comes_closest_counts_and_of_two_the_shorter():
    four = list("abcd")
    assert brevity_penalty([four], [[list("abcde"), list("abc")]]) == 1
    assert brevity_penalty([four], [[list("abcde"), list("ab")]]) == pytest.approx(np.exp(1 - 5 / 4))
    assert brevity_penalty([four, []], [[four], [["x"]]]) == pytest.approx(np.exp(1 - 5 / 4))
    assert brevity_penalty([[]], [[["x"]]]) == 0


def corpus(rng):
    """A random corpus with several references, near copies and empty candidates among the texts."""
    drawn, references = [], []
    for _ in range(rng.randint(1, 6)):
        first = rng.choices(WORDS, k=rng.randint(1, 14))
        several = [first, *(rng.choices(WORDS, k=rng.randint(1, 14)) for _ in range(rng.randint(0, 2)))]
        near = [word if rng.random() < 0.8 else rng.choice(WORDS) for word in rng.choice(several)]
        drawn.append([] if rng.random() < 0.15 else near[: rng.randint(1, 14)])
        references.append(several)
    return drawn, references


def test_bleu_is_that_of_sacrebleu_on_200_random_corpora():
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    metric = BLEU(tokenize="none", smooth_method="none", force=True)
    above_0 = 0
    for seed in range(200):
        drawn, references = corpus(random.Random(seed))
        most = max(map(len, references))
        streams = [[" ".join(r[i]) if i < len(r) else None for r in references] for i in range(most)]
        expected = metric.corpus_score([" ".join(c) for c in drawn], streams).score / 100
        assert bleu(drawn, references) == pytest.approx(expected, abs=1e-9), f"seed {seed}"
        above_0 += expected > 0
    assert above_0 > 100


def test_bleu_of_a_corpus_is_not_the_mean_over_its_texts_and_1_for_a_copy():
    text = WORDS[:5]
    assert bleu([text], [[text]]) == 1
    pair = bleu([text, WORDS[::-1]], [[text], [WORDS]])
    assert 0 < pair < 1 and pair != (1 + bleu([WORDS[::-1]], [[WORDS]])) / 2


def refused(error, message, function, *arguments):
    with pytest.raises(error, match=re.escape(message)):
        function(*arguments)


STEP = fixed(0, 0.5, 0.5)
NAN = automaton({"log_p": np.full((3, 1), np.nan), "following": np.zeros((3, 1), dtype=int)})
ONE = (np.zeros(1), np.zeros(1, dtype=int), np.zeros(1, dtype=bool))
COLUMN = np.log(np.full((2, 1), 0.5))
FOUND = found_with([END], -1.0)


@pytest.mark.parametrize(
    ("error", "message", "function", "arguments"),
    [
        (ValueError, "width is 0; expected 1 or more", beam_search, (STEP, AT_0, 0, 1, 0, 5, 0.0)),
        (TypeError, "width is 1.5", beam_search, (STEP, AT_0, 0, 1, 1.5, 5, 0.0)),
        (ValueError, "longest is 0", beam_search, (STEP, AT_0, 0, 1, 2, 0, 0.0)),
        (ValueError, "alpha is -0.1", beam_search, (STEP, AT_0, 0, 1, 2, 5, -0.1)),
        (ValueError, "end holds 3; expected indices from 0 to 2", beam_search, (STEP, AT_0, 0, 3, 2, 5, 0.0)),
        (ValueError, "start is -1", beam_search, (STEP, AT_0, -1, 1, 2, 5, 0.0)),
        (ValueError, "log_p holds NaN", beam_search, (NAN, AT_0, 0, 1, 2, 5, 0.0)),
        (TypeError, "step is of type NoneType", beam_search, (None, AT_0, 0, 1, 2, 5, 0.0)),
        (ValueError, "state has 2 columns", beam_search, (STEP, (np.zeros((1, 2)),), 0, 1, 2, 5, 0.0)),
        (TypeError, "state is of type list", beam_search, (STEP, [np.zeros((1, 1))], 0, 1, 2, 5, 0.0)),
        (ValueError, "state is empty", beam_search, (STEP, (), 0, 1, 2, 5, 0.0)),
        (ValueError, "length holds 0", score, (-1.0, 0, 1.0)),
        (ValueError, "log_probability holds NaN", score, (float("nan"), 1, 1.0)),
        (TypeError, "log_probability is 'a'", score, ("a", 1, 1.0)),
        (TypeError, "length is 'a'", score, (-1.0, "a", 1.0)),
        (ValueError, "alpha is nan", score, (-1.0, 1, float("nan"))),
        (ValueError, "sums has shape (2,); expected (1,)", candidates, (np.zeros(2), *ONE[1:], COLUMN, 1)),
        (TypeError, "finished holds float64", candidates, (ONE[0], ONE[1], ONE[0], COLUMN, 1)),
        (TypeError, "lengths holds float64", candidates, (ONE[0], ONE[0], ONE[2], COLUMN, 1)),
        (ValueError, "end holds 2", candidates, (*ONE, COLUMN, 2)),
        (ValueError, "log_p has shape (2,)", candidates, (*ONE, COLUMN[:, 0], 1)),
        (ValueError, "scores holds NaN", best, (np.array([[np.nan]]), 1)),
        (ValueError, "scores has shape (2,)", best, (np.zeros(2), 1)),
        (ValueError, "width is 0", best, (COLUMN, 0)),
        (ValueError, "origins holds 3", reorder, (AT_0, np.array([0, 3]))),
        (ValueError, "origins has shape ()", reorder, (AT_0, 0)),
        (ValueError, "state[1] has 2 columns; expected 1", reorder, ((*AT_0, np.zeros((3, 2))), np.array([0]))),
        (ValueError, "tokens is empty", rescore, (STEP, AT_0, [], 0)),
        (ValueError, "tokens holds 7; expected indices from 0 to 2", rescore, (STEP, AT_0, [7], 0)),
        (ValueError, "tokens holds -1", rescore, (STEP, AT_0, [-1], 0)),
        (ValueError, "log_p holds NaN", rescore, (NAN, AT_0, [1], 0)),
        (ValueError, "found lacks score", blame, ({"tokens": [1]}, [1], -1.0, 0.0)),
        (ValueError, "target is empty", blame, (FOUND, [], -1.0, 0.0)),
        (ValueError, "target_log_probability is nan", blame, (FOUND, [2], float("nan"), 0.0)),
        (ValueError, "blames is empty", blame_shares, ([],)),
        (ValueError, "blames holds 'both'", blame_shares, (["none", "both"],)),
        (ValueError, "n is 0", clipped_matches, (["a"], [["a"]], 0)),
        (ValueError, "references is empty", clipped_matches, (["a"], [], 1)),
        (TypeError, "candidate is 'a b'", clipped_matches, ("a b", [["a"]], 1)),
        (TypeError, "references[0] is 'a b'", clipped_matches, (["a"], ["a b"], 1)),
        (ValueError, "references[1] is empty", brevity_penalty, ([["a"], ["b"]], [[["a"]], []])),
        (ValueError, "references has 1 items; expected 2", bleu, ([["a"], ["b"]], [[["a"]]])),
        (ValueError, "candidates is empty", bleu, ([], [])),
        (TypeError, "references[0][0] is 'a'", bleu, ([["a"]], [["a"]])),
        (TypeError, "candidates[0] is 'a'", bleu, (["a"], [[["a"]]])),
    ],
)  # fmt: skip
def test_bad_input_is_named(error, message, function, arguments):
    refused(error, message, function, *arguments)


def test_a_model_that_never_ends_is_cut():
    found = beam_search(fixed(0, 0, 0.4, 0.6), AT_0, START, END, 2, 4, 0.5)
    assert [f["tokens"] for f in found] == [[3, 3, 3, 3], [3, 3, 3, 2]]
    assert not any(f["finished"] for f in found)
