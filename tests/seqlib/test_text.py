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


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: Vocabulary(["a", "b", "a"]), ValueError, r"tokens holds \['a'\] more than once"),
        (lambda: Vocabulary.of("abc"), TypeError, "texts is 'abc'; expected a list of texts"),
        (lambda: Vocabulary.of(["a"], size=0), ValueError, "size is 0; expected 1 or more"),
        (lambda: Vocabulary.of(["a"]).encode(3), TypeError, "text is of type int"),
        (
            lambda: Vocabulary.of(["a"]).decode([4]),
            ValueError,
            "indices holds 4; expected indices from 0 to 3",
        ),
        (lambda: Vocabulary.of(["a"]).decode([-1]), ValueError, "indices holds -1"),
        (lambda: Vocabulary.of(["a"]).decode([0.5]), TypeError, "indices holds float64"),
        (lambda: one_hot(np.array([[0, 4]]), 4), ValueError, "indices holds 4; expected indices from 0 to 3"),
        (lambda: one_hot(np.array([[-1]]), 4), ValueError, "indices holds -1"),
        (lambda: one_hot(np.array([[0.5]]), 4), TypeError, "indices holds float64; expected whole numbers"),
        (lambda: one_hot(np.array([[0]]), 0), ValueError, "n_x is 0"),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


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
