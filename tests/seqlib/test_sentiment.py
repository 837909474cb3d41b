"""Two classifiers of sentences: laws of padding and of order, numeric gradients, and torch's numbers in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence

from seqlib.rnn import gradient_error, numeric_gradient
from seqlib.sentiment import (
    average_gradients,
    average_probabilities,
    confusion,
    lstm_gradients,
    lstm_last_state,
    lstm_probabilities,
    masked_average,
    output_gradients,
    pair_scores,
    sentence_batch,
    start_from,
    train_average,
)

N_E, V, N_A, N_Y, M, T_X = 3, 7, 4, 5, 4, 6
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
LENGTHS = np.array([6, 1, 4, 2])
MASK = np.arange(T_X) < LENGTHS[:, np.newaxis]
# Word 2 comes twice in a sentence and in two; the padding holds words as well.
TOKENS = np.array([[2, 2, 5, 1, 0, 3], [4, 2, 2, 6, 1, 1], [2, 6, 3, 6, 5, 0], [0, 1, 4, 4, 2, 3]])
LABELS = np.array([0, 4, 2, 0])
SEEDS = st.integers(0, 99)


def weights(seed, lstm=False):
    rng = np.random.default_rng(seed)
    parameters = {"E": rng.normal(size=(N_E, V))}
    for gate in "fuco" if lstm else "":
        parameters[f"W{gate}"] = rng.normal(size=(N_A, N_A + N_E))
        parameters[f"b{gate}"] = rng.normal(size=(N_A, 1))
    n_h = N_A if lstm else N_E
    return {**parameters, "Wy": rng.normal(size=(N_Y, n_h)), "by": rng.normal(size=(N_Y, 1))}


AVERAGE, LSTM = weights(0), weights(1, lstm=True)
GATES = {name: value for name, value in LSTM.items() if name not in ("E", "Wy", "by")}
X = LSTM["E"][:, TOKENS]
BOTH = [(average_probabilities, average_gradients, AVERAGE), (lstm_probabilities, lstm_gradients, LSTM)]


def test_words_get_their_numbers_and_the_mask_says_where_they_stand():
    index = {"good": 0, "<UNK>": 1, "bad": 2}
    tokens, mask = sentence_batch([["good"], [], ["bad", "good", "quince"]], index, "<UNK>")
    assert tokens.tolist() == [[0, 0, 0], [0, 0, 0], [2, 0, 1]]
    assert mask.tolist() == [[True, False, False], [False] * 3, [True] * 3]


def test_the_average_is_that_of_the_words_and_zero_of_none():
    mask = MASK.copy()
    mask[1] = False
    expected = [X[:, i, mask[i]].mean(axis=1) if mask[i].any() else np.zeros(N_E) for i in range(M)]
    np.testing.assert_allclose(masked_average(X, mask).T, expected, **CLOSE)


@settings(max_examples=20)
@given(SEEDS)
def test_neither_classifier_sees_what_stands_in_the_padding_nor_how_much_there_is(seed):
    rng = np.random.default_rng(seed)
    other = np.where(MASK, TOKENS, rng.integers(0, V, TOKENS.shape))
    further = np.hstack([other, rng.integers(0, V, (M, 2))])
    longer = np.hstack([MASK, np.zeros((M, 2), bool)])
    for probabilities, gradients, parameters in BOTH:
        expected = probabilities(TOKENS, MASK, parameters)
        np.testing.assert_allclose(probabilities(other, MASK, parameters), expected, **CLOSE)
        np.testing.assert_allclose(probabilities(further, longer, parameters), expected, **CLOSE)
        loss, here = gradients(TOKENS, MASK, LABELS, parameters)
        loss_there, there = gradients(further, longer, LABELS, parameters)
        assert loss_there == pytest.approx(loss, rel=1e-12)
        for name in here:
            np.testing.assert_allclose(there[name], here[name], **CLOSE)


@settings(max_examples=20)
@given(SEEDS, st.permutations(range(T_X)))
def test_no_order_changes_what_the_average_says(seed, order):
    parameters = weights(seed)
    whole = np.ones((1, T_X), bool)
    np.testing.assert_allclose(
        average_probabilities(TOKENS[:1, order], whole, parameters),
        average_probabilities(TOKENS[:1], whole, parameters),
        **CLOSE,
    )


def test_the_order_changes_what_the_lstm_says():
    forward, backward = (
        lstm_probabilities(t, np.ones((1, T_X), bool), LSTM) for t in (TOKENS[:1], TOKENS[:1, ::-1])
    )
    assert np.abs(forward - backward).max() > 0.01


@settings(max_examples=20)
@given(SEEDS)
def test_masked_steps_may_stand_anywhere_and_change_nothing(seed):
    mask = np.random.default_rng(seed).random((M, T_X)) < 0.6
    a = lstm_last_state(X, mask, GATES)
    for i in range(M):
        real = X[:, i : i + 1, mask[i]]
        expected = (
            lstm_last_state(real, np.ones((1, real.shape[2]), bool), GATES)
            if real.size
            else np.zeros((N_A, 1))
        )
        np.testing.assert_allclose(a[:, i : i + 1], expected, **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_numeric_ones(seed):
    for gradients, lstm in ((average_gradients, False), (lstm_gradients, True)):
        parameters = weights(seed, lstm)
        batch = TOKENS, MASK, LABELS
        loss, found = gradients(*batch, parameters)
        numeric = numeric_gradient(lambda p, f=gradients, b=batch: f(*b, p)[0], parameters)
        assert gradient_error({name: found[f"d{name}"] for name in parameters}, numeric) < 1e-7
        assert set(found) == {f"d{name}" for name in parameters}


def test_the_output_layer_is_that_of_torch():
    h = np.random.default_rng(3).normal(size=(N_E, M))
    loss, gradients = output_gradients(h, LABELS, AVERAGE)
    leaves = {name: torch.tensor(AVERAGE[name], requires_grad=True) for name in ("Wy", "by")}
    leaves["h"] = torch.tensor(h, requires_grad=True)
    scores = leaves["Wy"] @ leaves["h"] + leaves["by"]
    expected = torch.nn.functional.cross_entropy(scores.T, torch.from_numpy(LABELS))
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for name, gradient in zip(leaves, torch.autograd.grad(expected, leaves.values()), strict=True):
        np.testing.assert_allclose(gradients[f"d{name}"], gradient, **CLOSE)


def test_the_average_is_torch_s_bag_of_embeddings():
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(AVERAGE["E"].T), mode="mean")
    starts = np.concatenate([[0], LENGTHS.cumsum()[:-1]])
    h = bag(torch.from_numpy(TOKENS[MASK]), torch.from_numpy(starts)).numpy().T
    np.testing.assert_allclose(masked_average(AVERAGE["E"][:, TOKENS], MASK), h, **CLOSE)


def test_the_last_state_is_that_of_torch_s_packed_lstm():
    layer = torch.nn.LSTM(N_E, N_A, batch_first=True).double()
    with torch.no_grad():
        stacked = np.vstack([GATES[f"W{gate}"] for gate in "ufco"])
        layer.weight_hh_l0.copy_(torch.from_numpy(stacked[:, :N_A]))
        layer.weight_ih_l0.copy_(torch.from_numpy(stacked[:, N_A:]))
        layer.bias_ih_l0.copy_(torch.from_numpy(np.vstack([GATES[f"b{gate}"] for gate in "ufco"])[:, 0]))
        layer.bias_hh_l0.zero_()
        x = torch.from_numpy(np.ascontiguousarray(X.transpose(1, 2, 0)))
        packed = pack_padded_sequence(x, torch.from_numpy(LENGTHS), batch_first=True, enforce_sorted=False)
        _, (h, _) = layer(packed)
    np.testing.assert_allclose(lstm_last_state(X, MASK, GATES), h[0].T, **CLOSE)


def test_five_steps_are_five_times_the_gradient_and_what_is_frozen_stays():
    batch, rate = (TOKENS, MASK, LABELS), 0.3
    before = {name: value.copy() for name, value in AVERAGE.items()}
    parameters, losses = train_average(AVERAGE, [batch] * 5, rate, ["E"])
    expected, expected_losses = AVERAGE, []
    for _ in range(5):
        loss, gradients = average_gradients(*batch, expected)
        expected_losses.append(loss)
        expected = {**expected, **{n: expected[n] - rate * gradients[f"d{n}"] for n in ("Wy", "by")}}
    assert losses == expected_losses and losses == sorted(losses, reverse=True)
    for name in AVERAGE:
        np.testing.assert_allclose(parameters[name], expected[name], **CLOSE)
        np.testing.assert_array_equal(AVERAGE[name], before[name])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
def test_the_table_counts_every_sentence_once(both):
    labels, predicted = np.array(both).T
    accuracy, counts = confusion(labels, predicted, 4)
    assert counts.sum() == len(both) and np.trace(counts) == round(accuracy * len(both))
    assert counts.tolist() == [[both.count((k, given)) for given in range(4)] for k in range(4)]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(3, 4), st.integers(0, 4)), min_size=1, max_size=9))
def test_who_gives_both_of_a_pair_one_label_gets_half_the_sentences_at_most_and_no_pair(pairs):
    labels = np.array([pair[:2] for pair in pairs])
    sentences, both = pair_scores(labels, np.repeat([pair[2:] for pair in pairs], 2, axis=1))
    assert sentences <= 0.5 and both == 0
    assert pair_scores(labels, labels) == (1, 1)


def test_known_vectors_take_the_place_of_those_of_the_same_words():
    E, known = np.arange(8.0).reshape(2, 4), np.array([[10.0, 20, 30], [11, 21, 31]])
    started, found = start_from(E, ["a", "b", "c", "d"], ["d", "x", "b"], known)
    assert started.tolist() == [[0, 30, 2, 10], [4, 31, 6, 11]] and found.tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert E.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    untouched, none = start_from(E, ["a", "b", "c", "d"], ["x"], known[:, :1])
    np.testing.assert_array_equal(untouched, E)
    assert not none.any()


NO_WORD = MASK & (LENGTHS != 1)[:, np.newaxis]
GAP = np.array([[1, 0, 1, 0, 0, 0]] * M, bool)
WITHOUT_E = {name: value for name, value in AVERAGE.items() if name != "E"}
INDEX = {"good": 0, "<UNK>": 1}
TWO = np.array([[0, 4], [1, 3]])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: sentence_batch([], INDEX, "<UNK>"), ValueError, "sentences is empty"),
        (lambda: sentence_batch([[], []], INDEX, "<UNK>"), ValueError, "sentences are all empty"),
        (lambda: sentence_batch(["good"], INDEX, "<UNK>"), TypeError, r"sentences\[0\] is 'good'"),
        (lambda: sentence_batch([["good"]], INDEX, "?"), ValueError, "index"),
        (lambda: masked_average(X[0], MASK), ValueError, r"x has shape \(4, 6\)"),
        (lambda: masked_average(X, MASK[:2]), ValueError, r"mask has shape \(2, 6\); expected \(4, 6\)"),
        (lambda: masked_average(X, MASK * 1.0), TypeError, "mask holds float64; expected True and False"),
        (lambda: masked_average(X * np.nan, MASK), ValueError, "x holds NaN"),
        (lambda: average_probabilities(TOKENS, MASK, WITHOUT_E), ValueError, "parameters"),
        (lambda: average_probabilities(TOKENS + 1, MASK, AVERAGE), ValueError, "tokens holds 7"),
        (lambda: average_probabilities(TOKENS * 1.0, MASK, AVERAGE), TypeError, "tokens holds float64"),
        (lambda: average_probabilities(TOKENS, MASK.T, AVERAGE), ValueError, r"mask has shape \(6, 4\)"),
        (
            lambda: average_probabilities(TOKENS, MASK, {**AVERAGE, "by": AVERAGE["by"][:2]}),
            ValueError,
            r"parameters\['by'\] has shape \(2, 1\); expected \(5, 1\)",
        ),
        (lambda: output_gradients(X[:, 0, 0], LABELS, AVERAGE), ValueError, r"h has shape \(3,\)"),
        (lambda: output_gradients(X[:, :, 0], LABELS + 1, AVERAGE), ValueError, "labels holds 5"),
        (lambda: output_gradients(X[:, :, 0], LABELS[:2], AVERAGE), ValueError, r"labels has shape \(2,\)"),
        (
            lambda: output_gradients(X[:, :, 0], LABELS, LSTM),
            ValueError,
            r"parameters\['Wy'\] has shape \(5, 4\); expected \(any, 3\)",
        ),
        (lambda: average_gradients(TOKENS, NO_WORD, LABELS, AVERAGE), ValueError, "throughout sentence 1"),
        (lambda: average_gradients(TOKENS, MASK, LABELS[:2], AVERAGE), ValueError, "labels has shape"),
        (lambda: train_average(AVERAGE, [], 0.1, []), ValueError, "batches is empty"),
        (lambda: train_average(AVERAGE, [(TOKENS, MASK)], 0.1, []), ValueError, r"batches\[0\] is a tuple"),
        (
            lambda: train_average(AVERAGE, [(TOKENS, MASK, LABELS)], 0.0, []),
            ValueError,
            "learning_rate is 0.0",
        ),
        (
            lambda: train_average(AVERAGE, [(TOKENS, MASK, LABELS)], 0.1, ["e"]),
            ValueError,
            "frozen holds 'e'",
        ),
        (lambda: train_average(AVERAGE, [(TOKENS, MASK, LABELS)], 0.1, "E"), TypeError, "frozen is 'E'"),
        (lambda: confusion(LABELS, LABELS[:2], 5), ValueError, r"predicted has shape \(2,\)"),
        (lambda: confusion(LABELS, LABELS, 4), ValueError, "labels holds 4"),
        (lambda: confusion(LABELS, LABELS + 1, 5), ValueError, "predicted holds 5"),
        (lambda: confusion(LABELS, LABELS, 5.0), TypeError, "n_y is 5.0"),
        (lambda: pair_scores(LABELS, LABELS), ValueError, r"labels has shape \(4,\); expected \(any, 2\)"),
        (lambda: pair_scores(TWO, TWO[:1]), ValueError, r"predicted has shape \(1, 2\)"),
        (lambda: lstm_last_state(X, MASK, {**GATES, "Wf": X[0]}), ValueError, r"parameters\['Wf'\]"),
        (lambda: lstm_last_state(X, MASK, AVERAGE), ValueError, "parameters"),
        (lambda: lstm_last_state(X[:, :2], MASK, GATES), ValueError, "mask has shape"),
        (lambda: lstm_probabilities(TOKENS, MASK, AVERAGE), ValueError, "parameters"),
        (lambda: lstm_probabilities(TOKENS - 1, MASK, LSTM), ValueError, "tokens holds -1"),
        (
            lambda: lstm_probabilities(TOKENS, MASK, {**LSTM, "Wy": AVERAGE["Wy"]}),
            ValueError,
            r"parameters\['Wy'\] has shape \(5, 3\); expected \(any, 4\)",
        ),
        (lambda: lstm_gradients(TOKENS, GAP, LABELS, LSTM), ValueError, "after padding in sentence 0"),
        (lambda: lstm_gradients(TOKENS, NO_WORD, LABELS, LSTM), ValueError, "throughout sentence 1"),
        (lambda: lstm_gradients(TOKENS, MASK, LABELS + 1, LSTM), ValueError, "labels holds 5"),
        (lambda: start_from(AVERAGE["E"], ["a"], ["a"], X[:, 0, :1]), ValueError, "words has 1 words"),
        (
            lambda: start_from(AVERAGE["E"], list("abcdefg"), ["a"], X[:2, 0, :1]),
            ValueError,
            r"E_known has shape \(2, 1\); expected \(3, 1\)",
        ),
        (lambda: start_from(LABELS, ["a"], ["a"], X[:, 0, :1]), TypeError, "E holds int64"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_argument_s_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
