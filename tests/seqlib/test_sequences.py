"""Laws of models that count: nothing is lost on the way, probabilities sum to one, order of examples is nothing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.data import kitchen
from seqlib.sequences import (
    bigram_counts,
    bigram_probabilities,
    build_vocabulary,
    decode,
    encode,
    ngram_counts,
    ngram_probabilities,
    one_hot,
    pad_batch,
    perplexity,
    sentence_log_probability,
)
from seqlib.text import EOS, PAD, UNK

SPECIALS = [PAD, UNK, EOS]
TEXTS = st.lists(st.text(alphabet="abc ", max_size=7), min_size=1, max_size=8)
V = 5
SEQUENCES = st.lists(st.lists(st.integers(0, V - 1), max_size=6), min_size=1, max_size=6).filter(any)


@given(TEXTS)
def test_decoding_undoes_encoding_where_every_token_is_known(texts):
    tokens, index = build_vocabulary(texts, 1, SPECIALS)
    assert tokens[:3] == SPECIALS and [index[token] for token in tokens] == list(range(len(tokens)))
    for text in texts:
        assert "".join(decode(encode(text, index), tokens)) == text


@given(TEXTS, st.integers(1, 4), st.randoms())
def test_the_order_of_the_texts_changes_no_vocabulary(texts, minimum_count, random):
    shuffled = random.sample(texts, len(texts))
    assert build_vocabulary(texts, minimum_count, SPECIALS) == build_vocabulary(
        shuffled, minimum_count, SPECIALS
    )


@given(TEXTS, st.integers(1, 4))
def test_a_vocabulary_has_what_is_frequent_enough_and_nothing_else(texts, minimum_count):
    tokens, _ = build_vocabulary(texts, minimum_count, SPECIALS)
    everything = "".join(texts)
    counts = [everything.count(token) for token in tokens[3:]]
    assert counts == sorted(counts, reverse=True)
    assert set(tokens[3:]) == {token for token in everything if everything.count(token) >= minimum_count}


def test_words_are_tokens_as_characters_are_and_a_rare_one_is_unknown():
    tokens, index = build_vocabulary([["the", "cat"], ["the", "dog"], ["a", "cat"]], 2, SPECIALS)
    assert tokens == [*SPECIALS, "cat", "the"]
    assert decode(encode(["the", "dog"], index), tokens) == ["the", UNK]


@given(SEQUENCES, st.integers(0, 9))
def test_the_mask_gives_back_the_sequences(sequences, value):
    indices, mask = pad_batch(sequences, value)
    assert [row[kept].tolist() for row, kept in zip(indices, mask, strict=True)] == sequences
    assert (indices[~mask] == value).all() and mask.any(axis=0).all()


@given(SEQUENCES)
def test_one_hot_is_features_first_and_sums_to_one(sequences):
    indices, _ = pad_batch(sequences, 0)
    x = one_hot(indices, V + 1)
    assert x.shape == (V + 1, *indices.shape)
    np.testing.assert_array_equal(x.argmax(axis=0), indices)
    np.testing.assert_array_equal(x.sum(axis=0), np.ones(indices.shape))


@given(SEQUENCES, st.integers(0, V - 1), st.randoms())
def test_every_token_is_counted_once_and_the_order_of_the_sequences_is_nothing(sequences, start, random):
    counts = bigram_counts(sequences, V, start)
    tokens = np.bincount([token for sequence in sequences for token in sequence], minlength=V)
    np.testing.assert_array_equal(counts.sum(axis=0), tokens)
    shuffled = random.sample(sequences, len(sequences))
    np.testing.assert_array_equal(counts, bigram_counts(shuffled, V, start))


@given(SEQUENCES, st.floats(0.01, 10))
def test_rows_of_bigram_probabilities_sum_to_one_and_nothing_is_impossible(sequences, k):
    probabilities = bigram_probabilities(bigram_counts(sequences, V, 0), k)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (probabilities > 0).all()


@given(st.lists(st.integers(0, V - 1), min_size=1, max_size=8), st.integers(0, 99), st.integers(0, V - 1))
def test_the_chain_rule_is_the_product_of_the_conditional_probabilities(sentence, seed, start):
    table = np.random.default_rng(seed).uniform(0.1, 1, (V, V))
    table /= table.sum(axis=1, keepdims=True)
    factors = [table[one, other] for one, other in zip([start, *sentence], sentence, strict=False)]
    assert math.isclose(
        math.exp(sentence_log_probability(sentence, table, start)), math.prod(factors), rel_tol=1e-9
    )


def test_all_sentences_together_have_probability_one():
    """With an end that is certain after two tokens at most, there are seven sentences over two tokens."""
    end, table = 2, np.array([[0.2, 0.3, 0.5], [0.4, 0.1, 0.5], [0.3, 0.3, 0.4]])
    short = [[end], *([i, end] for i in (0, 1)), *([i, j, end] for i in (0, 1) for j in (0, 1))]
    total = sum(math.exp(sentence_log_probability(sentence, table, end)) for sentence in short)
    longer = sum(
        math.exp(sentence_log_probability([i, j, k], table, end))
        for i in (0, 1)
        for j in (0, 1)
        for k in (0, 1)
    )
    assert math.isclose(total + longer, 1)


@given(SEQUENCES, st.integers(2, 40))
def test_the_perplexity_of_the_uniform_model_is_the_size_of_the_vocabulary(sequences, size):
    indices, mask = pad_batch(sequences, 0)
    bits, ppl = perplexity(np.full(indices.shape, -math.log(size)), mask)
    assert math.isclose(bits, math.log2(size)) and math.isclose(ppl, size)


@given(SEQUENCES, st.integers(0, 99))
def test_what_stands_at_the_padding_changes_no_perplexity_nor_does_the_order(sequences, seed):
    rng = np.random.default_rng(seed)
    _, mask = pad_batch(sequences, 0)
    logs = np.log(rng.uniform(0.01, 1, mask.shape))
    other = np.where(mask, logs, rng.normal(0, 100, mask.shape))
    order = rng.permutation(len(mask))
    np.testing.assert_allclose(perplexity(logs, mask), perplexity(other[order], mask[order]), rtol=1e-12)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 4), st.floats(0.1, 20), st.text(alphabet="abcx", max_size=5))
def test_ngram_probabilities_sum_to_one_after_any_context(texts, n, strength, context):
    tokens, _ = build_vocabulary(texts, 1, SPECIALS)
    probabilities = ngram_probabilities(list(context), ngram_counts(texts, n), strength, tokens)
    assert math.isclose(probabilities.sum(), 1, rel_tol=1e-12)
    assert (probabilities > 0).all()


@given(TEXTS, st.integers(1, 4))
def test_the_counts_of_each_length_are_those_of_all_tokens(texts, n):
    counts = ngram_counts(texts, n)
    assert sum(counts[""].values()) == sum(len(text) + 1 for text in texts)
    assert sum(following.get(EOS, 0) for context, following in counts.items() if context == "") == len(texts)
    starts = counts[" ".join([EOS] * (n - 1))]
    assert sum(starts.values()) >= len(texts)


def test_a_context_that_was_never_seen_says_what_the_shorter_one_says():
    counts, tokens = ngram_counts(["abab", "ba"], 3), ["a", "b", EOS]
    known = ngram_probabilities(["a"], counts, 2.0, tokens)
    np.testing.assert_array_equal(ngram_probabilities(["c", "a"], counts, 2.0, tokens), known)


def test_with_one_token_of_context_it_is_the_bigram_model_mixed_with_the_frequencies():
    texts, tokens = ["ab", "aab", "b"], ["a", "b", EOS]
    counts = ngram_counts(texts, 2)
    index = {token: i for i, token in enumerate(tokens)}
    sequences = [[index[token] for token in [*text, EOS]] for text in texts]
    table = bigram_counts(sequences, 3, index[EOS])
    frequent = (table.sum(axis=0) + 4 / 3) / (table.sum() + 4)
    expected = (table[0] + 4 * frequent) / (table[0].sum() + 4)
    np.testing.assert_allclose(ngram_probabilities(["a"], counts, 4, tokens), expected)


def test_the_sentence_that_is_meant_is_more_probable_than_the_one_that_sounds_like_it():
    texts = kitchen.sentences(600)
    tokens, index = build_vocabulary(texts, 3, SPECIALS)
    counts = bigram_counts([encode(text, index) for text in texts], len(tokens), index[EOS])
    table = bigram_probabilities(counts, 0.05)
    for meant, heard in kitchen.SOUND_ALIKE:
        logs = [sentence_log_probability(encode(t.split(), index), table, index[EOS]) for t in (meant, heard)]
        assert logs[0] > logs[1] + 5, (meant, heard)


def test_the_sentences_to_choose_between_are_held_out_and_the_seed_decides_the_others():
    texts = [" ".join(text) for text in kitchen.sentences(2000)]
    assert not {sentence for pair in kitchen.SOUND_ALIKE for sentence in pair} & set(texts)
    assert kitchen.sentences(20, seed=1) == kitchen.sentences(20, seed=1) != kitchen.sentences(20, seed=2)
    with pytest.raises(ValueError, match="count is -1"):
        kitchen.sentences(-1)


ONES, TABLE = np.ones((2, 3)), np.full((2, 2), 0.5)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: build_vocabulary("abc", 1, SPECIALS), TypeError, "texts is 'abc'; expected a list of texts"),
        (lambda: build_vocabulary([[1, 2]], 1, SPECIALS), TypeError, r"texts holds \[1, 2\]"),
        (lambda: build_vocabulary(["a"], 0, SPECIALS), ValueError, "minimum_count is 0; expected 1 or more"),
        (lambda: build_vocabulary(["a"], 1.5, SPECIALS), TypeError, "minimum_count is 1.5; expected a whole"),
        (lambda: build_vocabulary(["a"], 1, [UNK, UNK]), ValueError, "specials holds .* more than once"),
        (lambda: encode("a", {"a": 0, EOS: 1}), ValueError, "index lacks <UNK>"),
        (lambda: decode([0, 3], ["a", EOS]), ValueError, "indices holds 3; expected indices from 0 to 1"),
        (lambda: decode([-1], ["a", EOS]), ValueError, "indices holds -1"),
        (lambda: decode([0.5], ["a", EOS]), TypeError, "indices holds float64"),
        (lambda: pad_batch([], 0), ValueError, "expected at least one sequence"),
        (lambda: pad_batch([[], []], 0), ValueError, "sequences is .* not empty"),
        (lambda: one_hot(np.array([[0, 4]]), 4), ValueError, "indices holds 4; expected indices from 0 to 3"),
        (lambda: one_hot(np.array([0, 1]), 4), ValueError, r"indices has shape \(2,\); expected \(m, T_x\)"),
        (lambda: one_hot(np.zeros((2, 0), int), 4), ValueError, r"indices has shape \(2, 0\)"),
        (lambda: one_hot(ONES, 4), TypeError, "indices holds float64"),
        (lambda: bigram_counts([[0, 5]], 5, 0), ValueError, "sequences holds 5"),
        (lambda: bigram_counts([[0]], 5, 7), ValueError, "start holds 7"),
        (lambda: bigram_counts([[]], 5, 0), ValueError, "sequences is"),
        (lambda: bigram_probabilities(ONES, 1), ValueError, r"counts has shape \(2, 3\); expected \(V, V\)"),
        (lambda: bigram_probabilities(TABLE * np.nan, 1), ValueError, "counts holds NaN"),
        (lambda: bigram_probabilities(TABLE, -1), ValueError, "k is -1; expected a number of 0 or more"),
        (
            lambda: bigram_probabilities(np.diag([1.0, 0]), 0),
            ValueError,
            "k is 0 and row 1 of counts is empty",
        ),
        (lambda: sentence_log_probability([], TABLE, 0), ValueError, "sentence is empty"),
        (lambda: sentence_log_probability([2], TABLE, 0), ValueError, "sentence holds 2"),
        (lambda: sentence_log_probability([0], TABLE, 2), ValueError, "start holds 2"),
        (lambda: sentence_log_probability([0], ONES, 0), ValueError, "probabilities has shape"),
        (lambda: perplexity(-ONES, np.zeros((2, 3), bool)), ValueError, "all padding"),
        (
            lambda: perplexity(-ONES, np.ones((2, 2), bool)),
            ValueError,
            r"log_probabilities has shape \(2, 3\) and mask \(2, 2\)",
        ),
        (lambda: perplexity(-ONES, ONES), TypeError, "mask holds float64; expected True and False"),
        (lambda: perplexity(ONES * np.nan, ONES > 0), ValueError, "log_probabilities .* holds NaN"),
        (lambda: ngram_counts("abc", 2), TypeError, "texts is 'abc'"),
        (lambda: ngram_counts(["a"], 0), ValueError, "n is 0; expected 1 or more"),
        (
            lambda: ngram_probabilities([], {}, 0, ["a"]),
            ValueError,
            "strength is 0; expected a number above 0",
        ),
        (
            lambda: ngram_probabilities([], {}, 1, ["a", "a"]),
            ValueError,
            r"tokens holds \['a'\] more than once",
        ),
    ],
)
def test_bad_input_gets_an_error_that_names_the_argument(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_nan_at_the_padding_is_nobodys_business():
    mask = np.array([[True, False]])
    assert perplexity(np.array([[-math.log(2), np.nan]]), mask) == (1.0, 2.0)
