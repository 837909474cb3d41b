"""Skip-gram by hand: laws of pairs, trees, draws and losses, and torch's numbers in float64."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from seqlib.rnn import gradient_error, numeric_gradient
from seqlib.word2vec import (
    codes_and_paths,
    hierarchical_gradients,
    huffman_merges,
    keep_probabilities,
    leaf_probabilities,
    negative_sampling_gradients,
    noise_distribution,
    sample_negatives,
    skipgram_pairs,
    skipgram_probabilities,
    softmax_gradients,
    subsample,
    train_skipgram,
)

N_E, V, M, K = 3, 6, 5, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
COUNTS = st.lists(st.integers(1, 40), min_size=1, max_size=12).map(np.array)
TEXT = st.lists(st.lists(st.integers(0, 4), max_size=7), min_size=1, max_size=4)


def tree(counts):
    return codes_and_paths(huffman_merges(counts)[0])


def vectors(seed, n_e=N_E, size=V):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_e, size)), rng.normal(size=(size, n_e))


CENTERS, CONTEXTS = np.array([2, 0, 2, 5, 2]), np.array([1, 1, 4, 2, 1])
NEGATIVES = np.array([[3, 3], [0, 5], [1, 4], [0, 1], [3, 5]])


@given(TEXT, st.integers(1, 9))
def test_pairs_are_the_same_both_ways_and_none_leaves_its_sentence(sentences, window):
    centers, contexts = skipgram_pairs(sentences, window)
    assert len(centers) == sum(
        min(window, len(s) - 1 - i) + min(window, i) for s in sentences for i in range(len(s))
    )
    there = sorted(zip(centers.tolist(), contexts.tolist(), strict=True))
    assert there == sorted(zip(contexts.tolist(), centers.tolist(), strict=True))
    separate = [skipgram_pairs([s], window) for s in sentences]
    np.testing.assert_array_equal(centers, np.concatenate([first for first, _ in separate]))
    np.testing.assert_array_equal(contexts, np.concatenate([second for _, second in separate]))


def test_a_word_is_a_neighbour_of_itself_only_where_it_stands_twice():
    assert [pair.tolist() for pair in skipgram_pairs([[7]], 3)] == [[], []]
    assert [pair.tolist() for pair in skipgram_pairs([[7, 7]], 3)] == [[7, 7], [7, 7]]


@given(COUNTS, st.floats(1e-4, 1))
def test_words_up_to_the_threshold_always_stay_and_the_expected_share_of_others_is_a_geometric_mean(
    counts, t
):
    keep, f = keep_probabilities(counts, t), counts / counts.sum()
    assert (keep[f <= t] == 1).all()
    frequent = f > t
    np.testing.assert_allclose((f * keep)[frequent], np.sqrt(f * t)[frequent])


def test_places_stay_as_often_as_keep_says_each_on_its_own():
    keep, times = np.array([0.2, 0.7]), 4000
    rng = np.random.default_rng(0)
    drawn = [subsample([0, 1, 1], keep, rng).tolist() for _ in range(times)]
    # Hoeffding: further off than this less than once in ten million times.
    bound = np.sqrt(np.log(2e7) / (2 * times))
    assert abs(np.mean([0 in kept for kept in drawn]) - 0.2) < bound
    assert abs(np.mean([kept.count(1) == 2 for kept in drawn]) - 0.49) < bound
    assert all(kept == sorted(kept) for kept in drawn)


def test_a_sentence_may_be_empty_and_what_is_certain_is_not_drawn():
    rng = np.random.default_rng(0)
    assert subsample([], np.array([0.5]), rng).tolist() == []
    assert subsample([1, 0, 1], np.array([0.0, 1.0]), rng).tolist() == [1, 1]


def test_probabilities_add_up_and_both_losses_are_those_of_torch():
    E, Theta = vectors(0)
    np.testing.assert_allclose(skipgram_probabilities(E, Theta, CENTERS).sum(axis=0), 1)
    rows = torch.tensor(E.T, requires_grad=True)
    outputs = torch.tensor(Theta, requires_grad=True)
    c, o, n = map(torch.from_numpy, (CENTERS, CONTEXTS, NEGATIVES))
    good = F.logsigmoid((outputs[o] * rows[c]).sum(dim=1))
    bad = F.logsigmoid(-(outputs[n] @ rows[c][:, :, None])).sum(dim=(1, 2))
    losses = {
        softmax_gradients: F.cross_entropy(rows[c] @ outputs.T, o),
        negative_sampling_gradients: -(good + bad).mean(),
    }
    for function, expected in losses.items():
        further = (NEGATIVES,) if function is negative_sampling_gradients else ()
        loss, dE, dTheta = function(E, Theta, CENTERS, CONTEXTS, *further)
        of_rows, of_outputs = torch.autograd.grad(expected, (rows, outputs))
        assert loss == pytest.approx(expected.item(), rel=1e-12)
        np.testing.assert_allclose(dE, of_rows.T, **CLOSE)
        np.testing.assert_allclose(dTheta, of_outputs, **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_numeric_ones(seed):
    E, Theta = vectors(seed)
    codes, paths = tree(np.array([5, 3, 8, 1, 2, 13]))
    for function, other, further in (
        (softmax_gradients, Theta, ()),
        (negative_sampling_gradients, Theta, (NEGATIVES,)),
        (hierarchical_gradients, Theta[1:], (codes, paths)),
    ):
        batch = (CENTERS, CONTEXTS, *further)
        _, dE, dother = function(E, other, *batch)
        numeric = numeric_gradient(
            lambda p, f=function, b=batch: f(p["E"], p["other"], *b)[0], {"E": E, "other": other}
        )
        assert gradient_error({"E": dE, "other": dother}, numeric) < 1e-7


def expected_length(counts, codes):
    return sum(int(count) * len(code) for count, code in zip(counts, codes, strict=True))


@given(COUNTS)
def test_codes_are_prefix_free_and_fill_the_tree(counts):
    codes, paths = tree(counts)
    assert sum(2.0 ** -len(code) for code in codes) == 1
    for one, other in itertools.permutations(codes, 2):
        assert one != other[: len(one)]
    for code, path in zip(codes, paths, strict=True):
        assert len(path) == len(code) == len(set(path))
        assert path == sorted(path, reverse=True)


def best_length(counts):
    """The least expected length of any binary tree, by trying every pair to be joined first."""
    if len(counts) == 1:
        return 0
    return min(
        a + b + best_length((*(c for i, c in enumerate(counts) if i not in (x, y)), a + b))
        for (x, a), (y, b) in itertools.combinations(enumerate(counts), 2)
    )


@settings(max_examples=30)
@given(st.lists(st.integers(1, 20), min_size=2, max_size=6).map(np.array))
def test_no_tree_has_a_shorter_expected_code(counts):
    merges, totals = huffman_merges(counts)
    codes, _ = codes_and_paths(merges)
    assert expected_length(counts, codes) == sum(totals) == best_length(tuple(counts.tolist()))


@given(COUNTS)
def test_the_expected_length_lies_between_the_entropy_and_that_of_shannon_s_code(counts):
    f = counts / counts.sum()
    length = expected_length(counts, tree(counts)[0]) / counts.sum()
    entropy = -(f * np.log2(f)).sum()
    assert entropy - 1e-9 <= length <= (f * np.ceil(-np.log2(f) - 1e-12)).sum() + 1e-9


def test_shannon_s_code_is_longer_where_huffman_s_is_not():
    counts = np.array([90, 5, 5])
    shannon = np.ceil(-np.log2(counts / 100)) @ counts
    assert expected_length(counts, tree(counts)[0]) == 110 < shannon


def test_of_equally_rare_nodes_the_smaller_number_comes_first():
    assert huffman_merges(np.array([2, 1, 1, 2, 4, 2]))[0] == [(1, 2), (0, 3), (5, 6), (4, 7), (8, 9)]


@given(COUNTS.filter(lambda counts: len(counts) > 1), st.integers(0, 99), st.floats(0, 300))
def test_the_leaves_have_1_together_whatever_the_vectors_are(counts, seed, size):
    rng = np.random.default_rng(seed)
    e, Psi = rng.normal(size=4), size * rng.normal(size=(len(counts) - 1, 4))
    p = leaf_probabilities(e, Psi, *tree(counts))
    assert p.sum() == pytest.approx(1) and (p >= 0).all()


def test_the_hierarchical_loss_is_minus_the_mean_logarithm_of_the_leaves():
    E, _ = vectors(1)
    codes, paths = tree(np.array([5, 3, 8, 1, 2, 13]))
    Psi = np.random.default_rng(2).normal(size=(V - 1, N_E))
    loss, _, _ = hierarchical_gradients(E, Psi, CENTERS, CONTEXTS, codes, paths)
    p = [leaf_probabilities(E[:, c], Psi, codes, paths)[o] for c, o in zip(CENTERS, CONTEXTS, strict=True)]
    assert loss == pytest.approx(-np.log(p).mean())


def test_losses_of_scores_beyond_what_an_exponential_holds_are_finite():
    E, Theta = vectors(3)
    codes, paths = tree(np.array([5, 3, 8, 1, 2, 13]))
    for loss, dE, _ in (
        hierarchical_gradients(300 * E, 300 * Theta[1:], CENTERS, CONTEXTS, codes, paths),
        negative_sampling_gradients(300 * E, 300 * Theta, CENTERS, CONTEXTS, NEGATIVES),
    ):
        assert np.isfinite(loss) and np.isfinite(dE).all()


@given(COUNTS)
def test_noise_keeps_the_order_and_lies_between_frequency_and_uniform(counts):
    noise, f = noise_distribution(counts), counts / counts.sum()
    assert noise.sum() == pytest.approx(1)
    np.testing.assert_allclose(noise[0] / noise, (f[0] / f) ** 0.75)
    assert f.max() >= noise.max() - 1e-12


def test_negatives_follow_the_power_three_quarters_and_are_never_the_positive():
    noise, m = noise_distribution(np.array([60, 30, 8, 2])), 20_000
    positives = np.repeat([0, 3], m)
    drawn = sample_negatives(positives, noise, np.random.default_rng(0))
    assert not (drawn == positives).any()
    # Hoeffding: further off than this less than once in ten million times, for all eight frequencies together.
    bound = np.sqrt(np.log(2 * 8 * 1e7) / (2 * m))
    for positive in (0, 3):
        others = np.where(np.arange(4) == positive, 0, noise)
        share = np.bincount(drawn[positives == positive], minlength=4) / m
        np.testing.assert_allclose(share, others / others.sum(), atol=bound)


def test_training_goes_by_the_rates_on_a_line_and_leaves_what_was_given():
    E, Theta = vectors(4)
    before = E.copy(), Theta.copy()
    batch = CENTERS, CONTEXTS, NEGATIVES
    new_E, new_Theta, losses = train_skipgram(E, Theta, [batch] * 2, 0.4)
    loss, dE, dTheta = negative_sampling_gradients(E, Theta, *batch)
    halfway = E - 0.4 * dE, Theta - 0.4 * dTheta
    loss_2, dE_2, dTheta_2 = negative_sampling_gradients(*halfway, *batch)
    np.testing.assert_allclose(new_E, halfway[0] - 0.2 * dE_2)
    np.testing.assert_allclose(new_Theta, halfway[1] - 0.2 * dTheta_2)
    assert losses == [loss, loss_2]
    np.testing.assert_array_equal((E, Theta.T), (before[0], before[1].T))


def test_words_in_the_same_company_end_up_alike():
    rng = np.random.default_rng(0)
    # Words 0 and 1 stand beside 2 and 3, words 4 and 5 beside 6 and 7.
    sentences = [
        [int(rng.choice([0, 1])), int(rng.choice([2, 3]))]
        if rng.random() < 0.5
        else [int(rng.choice([4, 5])), int(rng.choice([6, 7]))]
        for _ in range(400)
    ]
    centers, contexts = skipgram_pairs(sentences, 1)
    noise = noise_distribution(np.bincount(centers))
    batches = []
    for _ in range(200):
        chosen = rng.integers(0, len(centers), 64)
        negatives = sample_negatives(np.repeat(contexts[chosen], 3), noise, rng).reshape(-1, 3)
        batches.append((centers[chosen], contexts[chosen], negatives))
    E = train_skipgram(0.1 * rng.normal(size=(4, 8)), np.zeros((8, 4)), batches, 5.0)[0]
    unit = E / np.linalg.norm(E, axis=0)
    cosines = unit.T @ unit
    for word, like in ((0, 1), (2, 3), (4, 5), (6, 7)):
        assert np.argsort(-cosines[word])[1] == like


E0, THETA0 = vectors(5)
CODES, PATHS = tree(np.array([5, 3, 8, 1, 2, 13]))
PSI, EVEN, RNG = THETA0[1:], np.full(V, 1 / V), np.random.default_rng(0)
PAIRS = (CENTERS, CONTEXTS)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: skipgram_pairs([], 2), ValueError, "sentences is empty"),
        (lambda: skipgram_pairs([[1, -2]], 2), ValueError, r"sentences\[0\] holds -2"),
        (lambda: skipgram_pairs([["a"]], 2), TypeError, r"sentences\[0\] holds"),
        (lambda: skipgram_pairs([[1]], 0), ValueError, "window is 0; expected 1 or more"),
        (lambda: skipgram_pairs([[1]], 1.5), TypeError, "window is 1.5"),
        (lambda: keep_probabilities(np.array([3, 0]), 0.1), ValueError, "counts holds 0"),
        (lambda: keep_probabilities(np.array([3, 1]), 0.0), ValueError, "threshold is 0.0"),
        (lambda: keep_probabilities([3, 1], 0.1), TypeError, "counts is of type list"),
        (
            lambda: subsample([0, 2], np.array([1.0, 0.5]), RNG),
            ValueError,
            "sentence holds 2; expected indices from 0 to 1",
        ),
        (lambda: subsample([0], np.array([1.5]), RNG), ValueError, "keep runs from 1.5 to 1.5"),
        (lambda: subsample([0], np.array([1.0]), 7), TypeError, "rng is of type int"),
        (lambda: skipgram_probabilities(E0[0], THETA0, CENTERS), ValueError, r"E has shape \(6,\)"),
        (
            lambda: skipgram_probabilities(E0, THETA0.T, CENTERS),
            ValueError,
            r"Theta has shape \(3, 6\); expected \(6, 3\)",
        ),
        (
            lambda: skipgram_probabilities(E0, THETA0, CENTERS + 1),
            ValueError,
            "centers holds 6; expected indices from 0 to 5",
        ),
        (lambda: skipgram_probabilities(E0 * np.nan, THETA0, CENTERS), ValueError, "E holds NaN"),
        (lambda: skipgram_probabilities(E0, THETA0, CENTERS * 1.0), TypeError, "centers holds float64"),
        (
            lambda: softmax_gradients(E0, THETA0, CENTERS, CONTEXTS[:2]),
            ValueError,
            "contexts has 2 words; expected 5",
        ),
        (
            lambda: softmax_gradients(E0, THETA0, CENTERS, CONTEXTS[:, None]),
            ValueError,
            r"contexts has shape \(5, 1\)",
        ),
        (
            lambda: softmax_gradients(E0, THETA0, CENTERS[:0], CONTEXTS[:0]),
            ValueError,
            r"centers has shape \(0,\)",
        ),
        (lambda: huffman_merges(np.array([])), ValueError, r"counts has shape \(0,\)"),
        (lambda: huffman_merges(np.array([2, -1])), ValueError, "counts holds -1"),
        (lambda: codes_and_paths([(0, 1, 2)]), ValueError, r"merges\[0\] is \(0, 1, 2\); expected two nodes"),
        (
            lambda: codes_and_paths([(0, 3), (1, 2)]),
            ValueError,
            r"merges\[0\] holds 3; expected indices from 0 to 2",
        ),
        (lambda: codes_and_paths([(0, 1), (1, 2)]), ValueError, "merges joins a node twice"),
        (
            lambda: leaf_probabilities(E0[:2, 0], PSI, CODES, PATHS),
            ValueError,
            r"e has shape \(2,\); expected \(3,\)",
        ),
        (
            lambda: leaf_probabilities(E0[:, 0], THETA0, CODES, PATHS),
            ValueError,
            "Psi has 6 rows; expected 5",
        ),
        (lambda: leaf_probabilities(E0[:, 0], PSI, [], []), ValueError, "codes is empty"),
        (
            lambda: leaf_probabilities(E0[:, 0], PSI, CODES, PATHS[:-1]),
            ValueError,
            "paths has 5 items; expected 6",
        ),
        (
            lambda: leaf_probabilities(E0[:, 0], PSI, CODES, [PATHS[0][:-1], *PATHS[1:]]),
            ValueError,
            r"paths\[0\] has \d nodes; expected \d, as codes\[0\] has bits",
        ),
        (
            lambda: leaf_probabilities(E0[:, 0], PSI, [[2] * len(c) for c in CODES], PATHS),
            ValueError,
            r"codes\[0\] holds 2",
        ),
        (
            lambda: hierarchical_gradients(E0, THETA0, *PAIRS, CODES, PATHS),
            ValueError,
            r"Psi has shape \(6, 3\); expected \(5, 3\)",
        ),
        (
            lambda: hierarchical_gradients(E0, PSI, *PAIRS, CODES, [[k + 9 for k in p] for p in PATHS]),
            ValueError,
            r"paths\[0\] holds",
        ),
        (
            lambda: hierarchical_gradients(E0, PSI, *PAIRS, *tree(np.array([3, 1, 2]))),
            ValueError,
            "codes has 3 items; expected 6",
        ),
        (lambda: noise_distribution(np.array([1, 0])), ValueError, "counts holds 0"),
        (lambda: sample_negatives(CENTERS, EVEN * 2, RNG), ValueError, "noise adds up to 2"),
        (lambda: sample_negatives(CENTERS + 1, EVEN, RNG), ValueError, "positives holds 6"),
        (
            lambda: sample_negatives(np.array([1]), np.array([0.0, 1.0]), RNG),
            ValueError,
            "noise is all on word 1",
        ),
        (lambda: sample_negatives(CENTERS, EVEN, np.random), TypeError, "rng is of type module"),
        (
            lambda: negative_sampling_gradients(E0, THETA0, *PAIRS, NEGATIVES[:2]),
            ValueError,
            r"negatives has shape \(2, 2\); expected \(5, k\)",
        ),
        (
            lambda: negative_sampling_gradients(E0, THETA0, *PAIRS, NEGATIVES + 3),
            ValueError,
            "negatives holds 6",
        ),
        (lambda: train_skipgram(E0, THETA0, [], 0.1), ValueError, "batches is empty"),
        (lambda: train_skipgram(E0, THETA0, [PAIRS], 0.1), ValueError, r"batches\[0\] is no batch"),
        (
            lambda: train_skipgram(E0, THETA0, [(*PAIRS, NEGATIVES)], -1.0),
            ValueError,
            "learning_rate is -1.0",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_argument_s_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
