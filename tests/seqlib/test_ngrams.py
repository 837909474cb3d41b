"""Laws of the n-gram models and of the measures: probabilities sum to one, uniform models have no surprise."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.data import names
from seqlib.ngrams import START, NGram, bits_per_token, log_probability, perplexity, steps
from seqlib.text import EOS

TEXTS = st.lists(st.text(alphabet="abc", max_size=7), min_size=1, max_size=12)
VOCABULARY = ("a", "b", "c", "d", EOS)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 6), st.text(alphabet="abcd", max_size=7))
def test_probabilities_sum_to_one_in_every_context(texts, order, context):
    model = NGram(order, VOCABULARY).fit(texts)
    contexts = [tuple(context), *(before for text in texts for _, before in steps(text, order))]
    for before in contexts:
        probabilities = [model.probability(token, before) for token in VOCABULARY]
        assert math.isclose(sum(probabilities), 1, rel_tol=1e-12)
        assert min(probabilities) >= 0


@settings(deadline=None)
@given(TEXTS, st.integers(2, 5))
def test_every_text_is_possible(texts, order):
    model = NGram(order, VOCABULARY).fit(texts)
    assert math.isfinite(log_probability("dabcd", model.probability, order))


@given(TEXTS, st.integers(1, 4), st.integers(2, 50))
def test_a_uniform_model_has_the_vocabulary_as_its_perplexity(texts, order, size):
    assert math.isclose(perplexity(texts, lambda token, context: 1 / size, order), size)
    assert math.isclose(bits_per_token(texts, lambda token, context: 1 / size, order), math.log2(size))


def test_a_certain_model_has_perplexity_one():
    assert perplexity(["ab", ""], lambda token, context: 1.0, 2) == 1


def test_steps_are_the_chain_rule_with_start_and_end():
    assert steps("ab", 3) == [("a", (START, START)), ("b", (START, "a")), (EOS, ("a", "b"))]
    assert steps(["the", "cat"], 1) == [("the", ()), ("cat", ()), (EOS, ())]


def test_a_bigram_is_the_formula_worked_out_by_hand():
    # counts: START a 2, a b 1, a <EOS> 1, b <EOS> 1. D_2 = 3/(3+2·1) = 0.6; contexts seen before
    # a: {START}, b: {a}, <EOS>: {a, b}, so unigram counts 1, 1, 2 of 4 and D_1 = 2/(2+2·1) = 0.5.
    model = NGram(2, ("a", "b", EOS)).fit(["ab", "a"])
    assert model.discounts == [0.5, 0.6]
    p_b = (1 - 0.5) / 4 + 0.5 * 3 / 4 / 3
    p_b_after_a = (1 - 0.6) / 2 + 0.6 * 2 / 2 * p_b
    assert math.isclose(model.probability("b", ("a",)), p_b_after_a)
    assert math.isclose(model.probability("b", ("c", "a")), p_b_after_a)
    assert math.isclose(log_probability("", model.probability, 2), math.log(model.probability(EOS, (START,))))


def test_words_are_tokens_as_characters_are():
    words, letters = [["the", "cat", "sat"], ["the", "cat"]], ["ABC", "AB"]
    by_word = NGram(3, ("the", "cat", "sat", EOS)).fit(words)
    by_letter = NGram(3, ("A", "B", "C", EOS)).fit(letters)
    assert bits_per_token(words, by_word.probability, 3) == bits_per_token(letters, by_letter.probability, 3)


def nothing(token, context):
    return 0.0


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: NGram(0, VOCABULARY), ValueError, "order is 0; expected 1 or more"),
        (lambda: NGram(1.5, VOCABULARY), TypeError, "order is 1.5; expected a whole number"),
        (lambda: NGram(2, ("a",)), ValueError, f"vocabulary lacks {EOS}"),
        (lambda: NGram(1, VOCABULARY).fit(["a"]).probability("x", ()), KeyError, "'x'"),
        (lambda: NGram(1, VOCABULARY).fit("ab"), TypeError, "texts is 'ab'; expected a list of texts"),
        (lambda: NGram(1, VOCABULARY).fit(iter(["ab"])), TypeError, "texts is <list_iterator"),
        (lambda: NGram(1, VOCABULARY).fit([]), ValueError, "texts is empty"),
        (lambda: NGram(1, VOCABULARY).fit(["a", "x"]), ValueError, "texts holds 'x', which is not in the"),
        (lambda: steps(3, 2), TypeError, "text is of type int"),
        (lambda: steps("ab", 0), ValueError, "order is 0"),
        (lambda: log_probability("ab", nothing, 2), ValueError, "predict gives 0.0 for 'a' after"),
        (lambda: log_probability("ab", lambda token, context: math.nan, 2), ValueError, "predict gives nan"),
        (lambda: bits_per_token([], nothing, 2), ValueError, "texts is empty"),
        (lambda: perplexity("ab", nothing, 2), TypeError, "texts is 'ab'"),
    ],
)
def test_wrong_use_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_longer_contexts_help_on_held_out_names_and_the_bigram_is_the_planned_one():
    parts = names.split()
    tokens = {EOS}.union(*parts.train, *parts.validation)
    bits = [
        bits_per_token(parts.validation, NGram(n, tokens).fit(parts.train).probability, n) for n in (1, 2, 3)
    ]
    assert bits[0] > bits[1] > bits[2]
    assert abs(bits[1] - 3.76) < 0.02
