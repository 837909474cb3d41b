"""Agreement with people is what SciPy and a reader of the files would find, and bad input is answered."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from seqlib.data import similarity
from seqlib.data.similarity import Analogy, Pair

WORDS = ["north", "south", "east", "west", "up"]
E = np.array([[0.0, 0.1, 1.0, -1.0, 0.0], [1.0, -1.0, 0.2, 0.1, 0.0]])


def test_the_sets_are_those_that_came_with_word2vec():
    assert len(similarity.pairs()) == 353
    assert len(similarity.analogies()) == 19_544
    assert similarity.pairs()[1] == Pair("tiger", "cat", 7.35)
    assert (
        Analogy("athens", "greece", "baghdad", "iraq", "capital-common-countries") in similarity.analogies()
    )
    assert all(word == word.lower() for pair in similarity.pairs() for word in pair[:2])


@pytest.mark.parametrize("seed", range(3))
def test_the_rank_correlation_is_scipys_ties_among_them(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 6, size=(2, 40))
    np.testing.assert_allclose(similarity.spearman(first, second), spearmanr(first, second).statistic)


def test_only_pairs_whose_words_are_both_there_are_covered():
    asked = [
        Pair("north", "south", 1),
        Pair("north", "nadir", 9),
        Pair("east", "west", 2),
        Pair("north", "east", 5),
    ]
    human, cosine, places = similarity.cosines(WORDS, E, asked)
    assert places == [0, 2, 3] and human.tolist() == [1, 2, 5]
    expected = [
        E[:, a] @ E[:, b] / np.linalg.norm(E[:, a]) / np.linalg.norm(E[:, b])
        for a, b in [(0, 1), (2, 3), (0, 2)]
    ]
    np.testing.assert_allclose(cosine, expected)
    found = similarity.agreement(WORDS, E, asked)
    assert (found.covered, found.pairs) == (3, 4)
    assert found.rho == pytest.approx(spearmanr(human, cosine).statistic)
    assert np.isnan(similarity.agreement(WORDS, E, asked[:2]).rho)


def test_a_zero_vector_has_cosine_zero_with_all():
    _, cosine, _ = similarity.cosines(WORDS, E, [Pair("up", "north", 1), Pair("up", "up", 10)])
    assert cosine.tolist() == [0, 0]


def test_analogies_leave_out_the_words_asked_about_and_count_what_is_covered():
    rng = np.random.default_rng(0)
    base, offset = rng.normal(size=(20, 6)), rng.normal(size=20)
    vectors = np.concatenate([base, base + offset[:, np.newaxis]], axis=1)
    words = [f"a{i}" for i in range(6)] + [f"b{i}" for i in range(6)]
    asked = [Analogy(f"a{i}", f"b{i}", f"a{j}", f"b{j}", "s") for i in range(6) for j in range(6) if i != j]
    unknown = [Analogy("a0", "b0", "a1", "zz", "s")]
    found = similarity.analogy_accuracy(words, vectors, asked + unknown)
    assert (found.covered, found.questions) == (30, 31)
    assert found.right == sum(_answer(words, vectors, q) == q.d for q in asked) >= 25
    wrong = [Analogy("a0", "b0", "a1", "a1", "s")]  # a word asked about is never the answer
    assert similarity.analogy_accuracy(words, vectors, wrong).right == 0
    assert np.isnan(similarity.analogy_accuracy(words, vectors, unknown).share)


def _answer(words, vectors, question):
    e = {word: vectors[:, i] / np.linalg.norm(vectors[:, i]) for i, word in enumerate(words)}
    wanted = e[question.b] - e[question.a] + e[question.c]
    return max((word for word in words if word not in question[:3]), key=lambda word: wanted @ e[word])


def test_the_nearest_words_are_sorted_and_without_the_word_itself():
    found = similarity.nearest("north", WORDS, E, k=4)
    assert [word for word, _ in found] == ["east", "west", "up", "south"]
    assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)


def test_the_bootstrap_finds_a_difference_that_is_there_and_none_between_equals():
    rng = np.random.default_rng(1)
    human = rng.normal(size=300)
    good, bad = human + 0.3 * rng.normal(size=300), human + 3 * rng.normal(size=300)
    found = similarity.paired_bootstrap(human, good, bad, draws=500)
    assert found["difference"] == pytest.approx(
        similarity.spearman(human, good) - similarity.spearman(human, bad)
    )
    assert 0 < found["low"] < found["difference"] < found["high"]
    same = similarity.paired_bootstrap(human, bad, bad, draws=200)
    assert (same["difference"], same["low"], same["high"]) == (0, 0, 0)
    several = similarity.paired_bootstrap(human, np.stack([good, bad]), bad, draws=200)
    assert several["difference"] == pytest.approx(found["difference"] / 2)
    assert similarity.paired_bootstrap(human, good, bad, draws=500) == found


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    held = 0
    for trial in range(100):
        human = rng.normal(size=80)
        first, second = human + rng.normal(size=(2, 80))  # equally good: the true difference is 0
        found = similarity.paired_bootstrap(human, first, second, draws=300, seed=trial)
        held += found["low"] <= 0 <= found["high"]
    assert held >= 85  # below with probability 0.0001 where the share is 0.95


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: similarity.agreement(WORDS[:2], E), "E has 5 columns; expected one for each of the 2 words"),
        (lambda: similarity.agreement([], E), "words is empty"),
        (lambda: similarity.nearest("down", WORDS, E), "'down' is not among the 5 words"),
        (lambda: similarity.nearest("up", WORDS, E, k=5), "k is 5; expected at most 4"),
        (lambda: similarity.nearest("up", WORDS, E, k=0), "k is 0"),
        (lambda: similarity.spearman([1.0], [1.0]), "expected equally many, 2 or more"),
        (lambda: similarity.spearman([1.0, 2.0], [1.0]), "given 2 and 1 numbers"),
    ],
)
def test_bad_input_is_answered_with_what_is_expected(call, message):
    with pytest.raises((KeyError, ValueError), match=message):
        call()


def test_without_gensim_the_error_says_what_to_install(monkeypatch):
    similarity.pairs.cache_clear()
    monkeypatch.setattr(similarity.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install gensim"):
        similarity.pairs()
