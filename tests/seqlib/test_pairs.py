"""Pairs and counts of whole corpora are those that a loop over words would find."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib import pairs

corpora = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=9), min_size=1, max_size=6).filter(any)
windows = st.integers(1, 12)


def encoded(corpus):
    words, counts = pairs.vocabulary(corpus, least=1)
    return words, counts, pairs.encode(corpus, words)


def neighbours(corpus, window):
    """(centre, context, distance) by the definition."""
    for sentence in corpus:
        for i, centre in enumerate(sentence):
            for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
                if j != i:
                    yield centre, sentence[j], abs(i - j)


def test_the_vocabulary_is_sorted_by_count_then_by_the_alphabet():
    corpus = [["b", "a", "b", "c"], ["a", "d", "e", "e", "e"]]
    words, counts = pairs.vocabulary(corpus, least=2)
    assert words == ["e", "a", "b"]
    assert counts.tolist() == [3, 2, 2]
    assert pairs.vocabulary(corpus, least=1, most=2)[0] == ["e", "a"]


def test_words_that_are_not_known_are_left_out_and_keep_no_place():
    found = pairs.encode([["a", "x", "b"], ["x"], [], ["b", "a"]], ["a", "b"])
    assert found.tokens.tolist() == [0, 1, 1, 0]
    assert found.sentences.tolist() == [0, 0, 3, 3]


@given(corpora, windows)
def test_skip_grams_are_the_pairs_of_the_definition(corpus, window):
    words, _, code = encoded(corpus)
    centres, contexts = pairs.skip_grams(*code, window)
    found = Counter((words[c], words[o]) for c, o in zip(centres, contexts, strict=True))
    assert found == Counter((c, o) for c, o, _ in neighbours(corpus, window))


@settings(deadline=None)  # the first call imports SciPy
@given(corpora, windows)
def test_counts_are_the_sums_of_one_over_the_distance_and_symmetric(corpus, window):
    words, _, code = encoded(corpus)
    table = pairs.cooccurrences(*code, window)
    X = np.zeros((len(words), len(words)))
    X[table.rows, table.columns] = table.values
    expected = np.zeros_like(X)
    for centre, context, distance in neighbours(corpus, window):
        expected[words.index(centre), words.index(context)] += 1 / distance
    np.testing.assert_allclose(X, expected, rtol=1e-12)
    np.testing.assert_allclose(X, X.T, rtol=1e-12)
    assert (table.values > 0).all()
    assert len(set(zip(table.rows, table.columns, strict=True))) == len(table.rows)


def test_a_drawn_window_gives_near_pairs_always_and_far_pairs_as_often_as_it_reaches():
    tokens = np.arange(60_000) % 9
    sentences = np.zeros_like(tokens)
    centres, contexts = pairs.skip_grams(tokens, sentences, 4, np.random.default_rng(3))
    far = Counter(((contexts - centres) % 9).tolist())
    assert set(far) == {1, 2, 3, 4, 5, 6, 7, 8}  # four to the right, and four to the left, in a cycle of nine
    for distance in (1, 2, 3, 4):
        # a window of d or more has the probability (4 − d + 1) / 4; five standard deviations
        share = (5 - distance) / 4
        bound = 5 * np.sqrt(share * (1 - share) / 60_000) + 1e-4
        assert abs(far[distance] / 60_000 - share) < bound
        assert abs(far[9 - distance] / 60_000 - share) < bound


def test_probabilities_of_staying_are_those_of_word2vecs_program():
    counts = np.array([900, 90, 9, 1])
    f = counts / 1000
    kept = pairs.keep_probabilities(counts, 0.01)
    np.testing.assert_allclose(kept[:2], (np.sqrt(f[:2] / 0.01) + 1) * 0.01 / f[:2], rtol=1e-12)
    assert kept[2:].tolist() == [1, 1]
    assert pairs.keep_probabilities(counts, 0).tolist() == [1, 1, 1, 1]


def test_subsampling_keeps_the_share_that_it_states_and_the_order():
    rng = np.random.default_rng(0)
    tokens = rng.choice(3, size=100_000, p=[0.9, 0.0999, 0.0001])
    numbers = np.arange(100_000)
    counts = np.bincount(tokens)
    left = pairs.subsample(tokens, numbers, counts, 1e-3, np.random.default_rng(1))
    assert (np.diff(left.sentences) > 0).all()
    np.testing.assert_array_equal(tokens[left.sentences], left.tokens)
    share = np.bincount(left.tokens, minlength=3) / counts
    expected = pairs.keep_probabilities(counts, 1e-3)
    assert (np.abs(share - expected) <= 5 * np.sqrt(expected * (1 - expected) / counts)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pairs.vocabulary([]), "sentences is empty"),
        (lambda: pairs.vocabulary(["a cat"]), "expected lists of tokens"),
        (lambda: pairs.vocabulary([["a"]], least=2), "no word occurs 2 times in 1 sentences"),
        (lambda: pairs.vocabulary([["a"]], least=0), "least is 0; expected 1 or more"),
        (lambda: pairs.skip_grams(np.array([1]), np.array([0, 0]), 1), r"expected \(1,\)"),
        (lambda: pairs.skip_grams(np.array([1]), np.array([0]), 0), "window is 0"),
        (lambda: pairs.cooccurrences(np.array([0.5]), np.array([0]), 1), "tokens holds float64"),
        (
            lambda: pairs.subsample(
                np.array([0]), np.array([0]), np.array([1]), -1.0, np.random.default_rng(0)
            ),
            "threshold is -1",
        ),
    ],
)
def test_bad_input_is_answered_with_what_is_expected(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_a_window_larger_than_the_sentence_and_a_single_word_are_no_error():
    assert len(pairs.skip_grams(np.array([4]), np.array([0]), 5)[0]) == 0
    assert len(pairs.cooccurrences(np.array([4]), np.array([0]), 5).values) == 0
    assert len(pairs.skip_grams(np.array([0, 1]), np.array([0, 0]), 50)[0]) == 2
