"""Laws of the text helpers: encoding and decoding undo each other, padding hides nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.batches import pad, shifted_inputs
from seqlib.text import EOS, PAD, UNK, Vocabulary, one_hot

TEXTS = st.lists(st.text(alphabet="abcdé ", max_size=8), min_size=1, max_size=6)


@given(TEXTS)
def test_decoding_undoes_encoding(texts):
    vocabulary = Vocabulary.of(texts)
    assert vocabulary.tokens[:3] == (PAD, UNK, EOS)
    for text in texts:
        assert "".join(vocabulary.decode(vocabulary.encode(text, end=True))) == text
        assert "".join(vocabulary.decode([*vocabulary.encode(text, end=True), 0, 3])) == text


def test_words_are_tokens_as_characters_are_and_rare_ones_become_unk():
    sentences = [["the", "cat", "sat"], ["the", "cat"], ["the", "dog"]]
    vocabulary = Vocabulary.of(sentences, size=5)
    assert vocabulary.tokens == (PAD, UNK, EOS, "cat", "the")
    assert vocabulary.encode(["the", "dog"], end=True) == [4, 1, 2]
    assert vocabulary.decode([4, 1, 2]) == ["the", UNK]


def test_without_unk_an_unknown_token_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="'x'"):
        Vocabulary.of(["ab"], specials=(EOS,)).encode("ax")


def test_a_token_may_stand_once():
    with pytest.raises(ValueError, match="'a'"):
        Vocabulary(["a", "b", "a"])


@given(st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=5))
def test_the_mask_gives_back_the_sequences(sequences):
    indices, mask = pad(sequences, value=7)
    assert [row[kept].tolist() for row, kept in zip(indices, mask, strict=True)] == sequences
    assert (indices[~mask] == 7).all()
    assert indices.shape == (len(sequences), max(map(len, sequences)))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 9))
def test_one_hot_is_features_first_and_shifted_inputs_lag_by_one(m, T, seed):
    targets = np.random.default_rng(seed).integers(6, size=(m, T))
    hot = one_hot(targets, 6)
    assert hot.shape == (6, m, T)
    np.testing.assert_array_equal(hot.argmax(axis=0), targets)
    np.testing.assert_array_equal(hot.sum(axis=0), np.ones((m, T)))
    x = shifted_inputs(targets, 6)
    np.testing.assert_array_equal(x[:, :, 0], np.zeros((6, m)))
    np.testing.assert_array_equal(x[:, :, 1:], hot[:, :, :-1])
