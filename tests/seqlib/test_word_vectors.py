"""Word vectors by hand: laws of look-up, similarity, analogies and debiasing, and the numbers of other libraries."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from seqlib.data import glove_vectors
from seqlib.word_vectors import (
    analogy,
    analogy_accuracy,
    bias_direction,
    cosine_similarity,
    debias,
    direct_bias,
    equalise,
    look_up_backward,
    look_up_vectors,
    nearest_words,
    neutralise,
    one_hot_product,
    unit_columns,
)

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
SEEDS = st.integers(0, 10_000)
N_E, V = 4, 9


def vectors(seed, n_e=N_E, size=V):
    return np.random.default_rng(seed).normal(size=(n_e, size))


def unit(seed, n_e=N_E):
    e = np.random.default_rng(seed).normal(size=n_e)
    return e / np.linalg.norm(e)


@pytest.fixture(scope="module")
def real():
    words, E = glove_vectors.load()
    return E, words, {word: i for i, word in enumerate(words)}


@given(SEEDS, st.lists(st.integers(0, V - 1), min_size=1, max_size=12))
def test_the_look_up_is_the_one_hot_product_and_so_is_its_gradient(seed, indices):
    E, words = vectors(seed), np.array(indices)
    O, e = one_hot_product(E, words)
    assert (O.sum(axis=0) == 1).all() and (O.argmax(axis=0) == words).all()
    np.testing.assert_array_equal(look_up_vectors(E, words[np.newaxis])[:, 0], e)
    de = vectors(seed + 1, N_E, len(words))
    np.testing.assert_allclose(look_up_backward(de, words, V), de @ O.T, **CLOSE)


def test_look_up_and_gradient_are_those_of_torch_s_embedding():
    E, batch = vectors(0), np.array([[3, 1, 3], [8, 3, 0]])
    embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(E.T.copy()), freeze=False)
    looked_up = embedding(torch.from_numpy(batch))
    np.testing.assert_array_equal(look_up_vectors(E, batch), looked_up.detach().numpy().transpose(2, 0, 1))
    de = np.random.default_rng(1).normal(size=(N_E, *batch.shape))
    looked_up.backward(torch.from_numpy(de.transpose(1, 2, 0).copy()))
    dE = look_up_backward(de.reshape(N_E, -1), batch.ravel(), V)
    np.testing.assert_allclose(dE, embedding.weight.grad.numpy().T, **CLOSE)


@given(SEEDS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_cosine_knows_no_lengths_and_no_order(seed, a, b):
    u, v = vectors(seed, 5, 2).T
    cosine = cosine_similarity(u, v)
    assert -1 - 1e-12 <= cosine <= 1 + 1e-12
    assert cosine_similarity(a * v, b * u) == pytest.approx(cosine)
    assert cosine_similarity(-u, v) == pytest.approx(-cosine)
    assert cosine_similarity(u, u) == pytest.approx(1)
    theirs = torch.nn.functional.cosine_similarity(torch.from_numpy(u), torch.from_numpy(v), dim=0)
    assert cosine == pytest.approx(theirs.item())


def test_a_vector_of_zeros_is_similar_to_none_and_stays():
    u, zero = unit(0), np.zeros(N_E)
    assert cosine_similarity(u, zero) == cosine_similarity(zero, u) == cosine_similarity(zero, zero) == 0
    E = np.stack([3 * u, zero], axis=1)
    np.testing.assert_allclose(unit_columns(E), np.stack([u, zero], axis=1), **CLOSE)
    assert not np.shares_memory(unit_columns(E), E)


@given(SEEDS)
def test_columns_of_length_1_stay_as_they_are(seed):
    once = unit_columns(vectors(seed))
    np.testing.assert_allclose(np.linalg.norm(once, axis=0), 1)
    np.testing.assert_allclose(unit_columns(once), once, **CLOSE)


@given(SEEDS, st.lists(st.integers(0, V - 1), max_size=5), st.integers(1, 4))
def test_neighbours_are_those_of_scikit_learn_among_the_words_that_are_left(seed, leave_out, k):
    E, e = vectors(seed), vectors(seed + 1)[:, 0]
    words, cosines = nearest_words(e, E, k, leave_out)
    left = np.setdiff1d(np.arange(V), leave_out)
    search = NearestNeighbors(n_neighbors=k, metric="cosine").fit(E.T[left])
    distances, places = search.kneighbors(e[np.newaxis])
    assert words.tolist() == left[places[0]].tolist()
    np.testing.assert_allclose(cosines, 1 - distances[0], atol=1e-9)


def test_of_equally_near_words_the_one_with_the_smaller_index_comes_first():
    E = np.stack([2 * unit(1), unit(0), unit(0), unit(0)], axis=1)
    assert nearest_words(unit(0), E, 3, [2])[0].tolist() == [1, 3, 0]


@given(SEEDS)
def test_an_analogy_is_answered_by_the_fourth_corner_and_never_by_a_word_of_the_question(seed):
    E = unit_columns(vectors(seed, 6, 8))
    assert analogy(E, 0, 1, 2) not in (0, 1, 2)
    E[:, 3] = E[:, 1] - E[:, 0] + E[:, 2]
    lengths = np.random.default_rng(seed).uniform(0.1, 9, 8)
    assert analogy(E * lengths, 0, 1, 2) == 3
    questions = np.array([[0, 1, 2, 3], [0, 1, 2, 4]])
    assert analogy_accuracy(E, questions) == 0.5
    assert analogy_accuracy(E, questions[:1]) == 1


def test_king_without_man_and_with_woman_is_queen_only_where_king_may_not_answer(real):
    E, _, index = real
    man, king, woman = (index[word] for word in ("man", "king", "woman"))
    assert analogy(E, man, king, woman) == index["queen"]
    units = unit_columns(E)
    target = units[:, king] - units[:, man] + units[:, woman]
    assert nearest_words(target, E, 2, [])[0].tolist() == [king, index["queen"]]


def pairs_of(seed, m):
    return np.random.default_rng(seed).permutation(V)[: 2 * m].reshape(m, 2)


@given(SEEDS, st.integers(1, 4))
def test_the_direction_is_the_first_component_of_the_centred_pairs(seed, m):
    E, pairs = vectors(seed), pairs_of(seed, m)
    g, share = bias_direction(E, pairs)
    first, second = E[:, pairs[:, 0]], E[:, pairs[:, 1]]
    middle = (first + second) / 2
    pca = PCA(1).fit(np.concatenate([first - middle, second - middle], axis=1).T)
    assert share == pytest.approx(pca.explained_variance_ratio_[0])
    assert abs(g @ pca.components_[0]) == pytest.approx(1)
    assert np.linalg.norm(g) == pytest.approx(1)
    assert (g @ (first - second)).sum() >= 0
    assert 1 / min(m, N_E) - 1e-9 <= share <= 1 + 1e-9


@given(SEEDS)
def test_pairs_turned_round_turn_the_direction_round_and_one_pair_is_its_difference(seed):
    E, pairs = vectors(seed), pairs_of(seed, 1)
    g, share = bias_direction(E, pairs)
    difference = E[:, pairs[0, 0]] - E[:, pairs[0, 1]]
    np.testing.assert_allclose(g, difference / np.linalg.norm(difference), **CLOSE)
    assert share == pytest.approx(1)
    pairs = pairs_of(seed, 3)
    np.testing.assert_allclose(bias_direction(E, pairs[:, ::-1])[0], -bias_direction(E, pairs)[0], atol=1e-9)


@given(SEEDS, st.floats(0.1, 50))
def test_the_direct_bias_is_1_along_the_direction_0_across_it_and_knows_no_lengths(seed, length):
    E, g = vectors(seed), length * unit(seed + 1)
    E[:, 0], E[:, 1] = 3 * g, -g
    E[:, 2] = neutralise(E[:, 2], g)
    assert direct_bias(E, np.array([0, 1]), g, 1) == pytest.approx(1)
    assert direct_bias(E, np.array([2]), g, 1) == pytest.approx(0, abs=1e-9)
    words = np.array([3, 4, 3])
    cosines = np.array([abs(cosine_similarity(E[:, word], g)) for word in words])
    assert direct_bias(E, words, g, 0.5) == pytest.approx(np.sqrt(cosines).mean())
    assert direct_bias(5 * E, words, -g, 1) == pytest.approx(cosines.mean())
    assert direct_bias(E, words, g, 2) <= direct_bias(E, words, g, 1) <= direct_bias(E, words, g, 0.5)


@given(SEEDS, st.floats(0.1, 50), st.floats(-5, 5))
def test_a_neutral_word_is_orthogonal_to_the_direction_and_forgets_its_part_along_it(seed, length, more):
    e, g = vectors(seed)[:, 0], length * unit(seed + 1)
    neutral = neutralise(e, g)
    assert neutral @ g == pytest.approx(0, abs=1e-9)
    assert np.linalg.norm(neutral) == pytest.approx(1)
    np.testing.assert_allclose(neutralise(3 * e + more * g, g), neutral, atol=1e-9)
    assert np.linalg.matrix_rank(np.stack([neutral, e, g]), tol=1e-8) == 2


@given(SEEDS, st.floats(0.1, 50))
def test_an_equalised_pair_is_symmetric_and_equally_near_to_every_neutral_word(seed, length):
    (u, v), g = unit_columns(vectors(seed, N_E, 2)).T, length * unit(seed + 1)
    new_u, new_v = equalise(u, v, g)
    np.testing.assert_allclose([np.linalg.norm(new_u), np.linalg.norm(new_v)], 1)
    assert (new_u + new_v) @ g == pytest.approx(0, abs=1e-9)
    assert abs((new_u - new_v) @ g) == pytest.approx(np.linalg.norm(new_u - new_v) * length)
    assert np.sign((new_u - new_v) @ g) == np.sign((u - v) @ g)
    neutral = neutralise(vectors(seed + 2)[:, 0], g)
    assert cosine_similarity(neutral, new_u) == pytest.approx(cosine_similarity(neutral, new_v), abs=1e-9)
    np.testing.assert_allclose(equalise(v, u, g), (new_v, new_u), atol=1e-12)
    np.testing.assert_allclose(equalise(new_u, new_v, g), (new_u, new_v), atol=1e-7)


@given(SEEDS)
def test_debiasing_moves_the_words_that_it_is_told_to_and_nothing_else(seed):
    E, g = vectors(seed), unit(seed + 1)
    before = E.copy()
    neutral, pairs = np.array([7, 2]), np.array([[0, 4], [5, 1]])
    after = debias(E, neutral, pairs, g)
    np.testing.assert_array_equal(E, before)
    np.testing.assert_allclose(np.linalg.norm(after, axis=0), 1)
    assert direct_bias(after, neutral, g, 1) == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(after[:, [3, 6, 8]], unit_columns(E)[:, [3, 6, 8]])
    for first, second in pairs:
        np.testing.assert_allclose(
            neutral_similarities(after, neutral, first),
            neutral_similarities(after, neutral, second),
            atol=1e-9,
        )


def neutral_similarities(E, neutral, word):
    return [cosine_similarity(E[:, other], E[:, word]) for other in neutral]


def test_a_debiased_vocabulary_of_real_words_has_no_direct_bias_left(real):
    E, _, index = real
    pairs = np.array([[index["she"], index["he"]], [index["mother"], index["father"]]])
    jobs = np.array([index[word] for word in ("nurse", "captain", "receptionist", "boss")])
    g, share = bias_direction(E, pairs)
    assert 0.5 < share <= 1
    signs = np.sign(g @ E[:, jobs]).tolist()
    assert signs == [1, -1, 1, -1]
    after = debias(E, jobs, pairs, g)
    assert direct_bias(E, jobs, g, 1) > 0.2 and direct_bias(after, jobs, g, 1) < 1e-6


E0, G = vectors(0), 2 * unit(3)
U, W = unit(1), unit(2)
TWO, PAIRS, BATCH = np.array([0, 1]), np.array([[0, 1], [2, 3]]), np.array([[0, 1]])
WRONG = [
    (one_hot_product, (E0[0], TWO), r"E has shape \(9,\); expected \(n_e, V\)"),
    (one_hot_product, (E0, np.array([0, 9])), "indices holds 9; expected indices from 0 to 8"),
    (one_hot_product, (E0, BATCH), r"indices has shape \(1, 2\); expected \(m,\)"),
    (one_hot_product, (E0, TWO[:0]), r"indices has shape \(0,\)"),
    (one_hot_product, (E0, np.array([0.0, 1.0])), "indices holds float64; expected whole numbers"),
    (one_hot_product, (E0, [0, 1]), "indices is of type list; expected an array"),
    (one_hot_product, (np.array([[0, 1]]), TWO), "E holds int64; expected floating point numbers"),
    (look_up_vectors, (E0, TWO), r"indices has shape \(2,\); expected \(m, T_x\)"),
    (look_up_vectors, (E0, np.array([[-1]])), "indices holds -1"),
    (look_up_vectors, (np.full((2, 3), np.nan), BATCH), "E holds NaN in 6 of 6 places"),
    (look_up_backward, (E0, TWO, V), "indices has 2 words; expected 9, one for each column of de"),
    (look_up_backward, (E0[:, :2], TWO, 0), "V is 0; expected 1 or more"),
    (look_up_backward, (E0[:, :2], TWO, 1), "indices holds 1; expected indices from 0 to 0"),
    (look_up_backward, (E0[0], TWO, V), "de has shape"),
    (cosine_similarity, (U, U[:2]), r"v has shape \(2,\); expected \(4,\)"),
    (cosine_similarity, (E0, U), "u has shape"),
    (unit_columns, (U,), "E has shape"),
    (unit_columns, ([[1.0]],), "E is of type list"),
    (nearest_words, (U[:2], E0, 1, []), r"e has shape \(2,\); expected \(4,\), one number for each row of E"),
    (nearest_words, (0 * U, E0, 1, []), "e is 0 throughout"),
    (nearest_words, (U, E0, 0, []), "k is 0; expected 1 or more"),
    (nearest_words, (U, E0, 1.5, []), "k is 1.5; expected a whole number"),
    (nearest_words, (U, E0, 8, [2, 2, 5]), "k is 8; expected at most 7, the words that are not left out"),
    (nearest_words, (U, E0, 1, [9]), "leave_out holds 9"),
    (nearest_words, (U, E0, 1, 3), "leave_out is of type int; expected a list of words"),
    (analogy, (E0, 0, 9, 1), "b holds 9"),
    (analogy, (E0, 0, 1, "king"), "c is 'king'; expected a whole number"),
    (analogy, (E0[:, :3], 0, 1, 2), "E has 3 columns; expected at least 4"),
    (analogy_accuracy, (E0, PAIRS), r"questions has shape \(2, 2\); expected \(any, 4\)"),
    (analogy_accuracy, (E0, np.array([[0, 1, 2, 9]])), "questions holds 9"),
    (bias_direction, (E0, TWO), r"pairs has shape \(2,\); expected \(any, 2\)"),
    (bias_direction, (E0, [[0, 1]]), "pairs is of type list; expected an array"),
    (bias_direction, (E0, np.array([[0, -1]])), "pairs holds -1"),
    (bias_direction, (E0, np.array([[4, 4]])), "pairs holds no two words with different vectors"),
    (direct_bias, (E0, TWO, 0 * G, 1), "g is 0 throughout; expected a direction"),
    (direct_bias, (E0, TWO, G[:3], 1), r"g has shape \(3,\); expected \(4,\)"),
    (direct_bias, (E0, TWO, G, -1), "strictness is -1; expected a number of 0 or more"),
    (direct_bias, (E0, np.array([12]), G, 1), "indices holds 12"),
    (neutralise, (U[:3], G), r"e has shape \(3,\); expected \(4,\)"),
    (neutralise, (-3 * G, G), "e has no part across g"),
    (neutralise, (0 * U, G), "e has no part across g"),
    (neutralise, (U, 0 * G), "g is 0 throughout"),
    (equalise, (2 * U, W, G), "u has length 2; expected 1: divide it by its length"),
    (equalise, (U, 0.5 * W, G), "v has length 0.5"),
    (equalise, (U, U, G), "u and v lie equally far along g"),
    (equalise, (U, W, G[:2]), r"g has shape \(2,\); expected \(4,\)"),
    (debias, (E0, np.array([0]), PAIRS, G), "neutral and pairs both hold 0"),
    (debias, (E0, np.array([9]), PAIRS, G), "neutral holds 9"),
    (debias, (E0, np.array([5]), TWO, G), "pairs has shape"),
    (debias, (E0, np.array([5]), PAIRS, U[:1]), "g has shape"),
]


@pytest.mark.parametrize(("function", "given_arguments", "said"), WRONG)
def test_what_cannot_be_computed_is_said_with_the_argument_s_name(function, given_arguments, said):
    with pytest.raises((ValueError, TypeError), match=said):
        function(*given_arguments)
