"""Encoder and decoder: laws of padding, of causality and of greedy search, numeric gradients, torch's numbers in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence

from seqlib.lstm import lstm_backward, lstm_forward
from seqlib.rnn import gradient_error, numeric_gradient
from seqlib.seq2seq import (
    decoder_forward,
    decoder_gradients,
    decoder_step,
    encoder_context,
    encoder_gradients,
    exact_match,
    greedy_decode,
    log_softmax,
    lstm_states,
    output_layer_gradients,
    teacher_forcing,
    translation_loss,
)

N_E, N_A, V_X, V_Y, M, T_X, T_Y = 3, 4, 7, 6, 4, 5, 6
SOS, EOS = 1, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
SEEDS = st.integers(0, 99)
unhurried = settings(max_examples=25, deadline=None)
LENGTHS, TARGET_LENGTHS = np.array([5, 1, 3, 4]), np.array([2, 6, 1, 4])
MASK = (np.arange(T_X) < LENGTHS[:, np.newaxis]).astype(int)
TARGET_MASK = (np.arange(T_Y) < TARGET_LENGTHS[:, np.newaxis]).astype(int)
# Padding holds tokens like any other place, and tokens come twice.
TOKENS = np.array([[6, 6, 2, 3, 2], [5, 1, 4, 4, 6], [2, 6, 3, 6, 1], [3, 4, 4, 2, 5]])
TARGETS = np.array([[3, 2, 4, 4, 0, 1], [5, 5, 3, 4, 3, 2], [2, 3, 5, 0, 4, 4], [4, 3, 3, 2, 5, 0]])


def lstm(rng, n_a, n_x, scale=1.0):
    weights = {f"W{gate}": rng.normal(0, scale, (n_a, n_a + n_x)) for gate in "fuco"}
    return {**weights, **{f"b{gate}": rng.normal(0, scale, (n_a, 1)) for gate in "fuco"}}


def weights(seed):
    rng = np.random.default_rng(seed)
    decoder = {
        **lstm(rng, N_A, N_E + N_A),
        "Wy": rng.normal(0, 1.5, (V_Y, N_A)),
        "by": rng.normal(size=(V_Y, 1)),
    }
    embeddings = {"E_x": rng.normal(size=(N_E, V_X)), "E_y": rng.normal(size=(N_E, V_Y))}
    return {**embeddings, "encoder": lstm(rng, N_A, N_E), "decoder": decoder}


P = weights(0)
CONTEXT = encoder_context(TOKENS, MASK, P)
LOG_Y = decoder_forward(TARGETS, CONTEXT, P, SOS)


def test_the_states_are_those_of_the_lstm_of_04_and_its_way_back_takes_their_caches():
    rng = np.random.default_rng(1)
    x, a0 = rng.normal(size=(N_E, M, T_X)), rng.normal(size=(N_A, M))
    whole = {**P["encoder"], "Wy": np.ones((2, N_A)), "by": np.zeros((2, 1))}
    a, caches = lstm_states(x, a0, P["encoder"])
    expected, _, _, expected_caches = lstm_forward(x, a0, whole)
    np.testing.assert_array_equal(a, expected)
    da = rng.normal(size=a.shape)
    found, there = lstm_backward(da, caches), lstm_backward(da, expected_caches)
    for name in there:
        np.testing.assert_array_equal(found[name], there[name])


@unhurried
@given(SEEDS)
def test_neither_what_stands_in_the_padding_of_an_input_nor_how_much_there_is_changes_anything(seed):
    rng = np.random.default_rng(seed)
    other = np.where(MASK, TOKENS, rng.integers(0, V_X, TOKENS.shape))
    further = np.hstack([other, rng.integers(0, V_X, (M, 2))])
    longer = np.hstack([MASK, np.zeros((M, 2), int)])
    np.testing.assert_allclose(encoder_context(further, longer, P), CONTEXT, **CLOSE)
    assert greedy_decode(further, longer, P, SOS, EOS, 9) == greedy_decode(TOKENS, MASK, P, SOS, EOS, 9)
    dcontext = rng.normal(size=CONTEXT.shape)
    here = encoder_gradients(dcontext, TOKENS, MASK, P)
    for name, value in encoder_gradients(dcontext, further, longer, P).items():
        np.testing.assert_allclose(value, here[name], **CLOSE)


@unhurried
@given(SEEDS)
def test_neither_what_stands_after_the_end_of_a_target_nor_how_much_changes_loss_or_gradients(seed):
    rng = np.random.default_rng(seed)
    other = np.where(TARGET_MASK, TARGETS, rng.integers(0, V_Y, TARGETS.shape))
    further = np.hstack([other, rng.integers(0, V_Y, (M, 2))])
    longer = np.hstack([TARGET_MASK, np.zeros((M, 2), int)])
    loss, here = decoder_gradients(TARGETS, TARGET_MASK, CONTEXT, P, SOS)
    loss_there, there = decoder_gradients(further, longer, CONTEXT, P, SOS)
    assert loss_there == pytest.approx(loss, rel=1e-12)
    for name in here:
        np.testing.assert_allclose(there[name], here[name], **CLOSE)


def test_a_batch_is_its_examples_one_by_one():
    for i in range(M):
        one = slice(i, i + 1)
        alone = encoder_context(TOKENS[one, : LENGTHS[i]], MASK[one, : LENGTHS[i]], P)
        np.testing.assert_allclose(CONTEXT[:, one], alone, **CLOSE)
        np.testing.assert_allclose(
            LOG_Y[:, one, : TARGET_LENGTHS[i]],
            decoder_forward(TARGETS[one, : TARGET_LENGTHS[i]], alone, P, SOS),
            **CLOSE,
        )
        together = greedy_decode(TOKENS, MASK, P, SOS, EOS, 8)[i]
        assert greedy_decode(TOKENS[one], MASK[one], P, SOS, EOS, 8) == [together]


@unhurried
@given(SEEDS, st.integers(0, T_Y - 1))
def test_the_decoder_sees_no_target_before_it_has_predicted_it(seed, t):
    rng = np.random.default_rng(seed)
    other = TARGETS.copy()
    other[:, t:] = rng.integers(0, V_Y, (M, T_Y - t))
    changed = decoder_forward(other, CONTEXT, P, SOS)
    np.testing.assert_array_equal(changed[:, :, : t + 1], LOG_Y[:, :, : t + 1])


def test_each_target_but_the_last_is_seen_afterwards():
    for t in range(T_Y - 1):
        other = TARGETS.copy()
        other[:, t] = (other[:, t] + 1) % V_Y
        changed = np.abs(decoder_forward(other, CONTEXT, P, SOS) - LOG_Y)
        assert (changed[:, :, t + 1] > 1e-6).any(axis=0).all()


def test_training_feeds_the_true_token_before():
    assert teacher_forcing(TARGETS, SOS)[1].tolist() == [1, 5, 5, 3, 4, 3]
    assert teacher_forcing(TARGETS[:, :1], 4).tolist() == [[4]] * M
    assert TARGETS[1].tolist() == [5, 5, 3, 4, 3, 2]


def test_the_decoder_step_by_step_is_the_decoder_as_a_whole():
    a, c, before = CONTEXT, np.zeros_like(CONTEXT), teacher_forcing(TARGETS, SOS)
    for t in range(T_Y):
        a, c, log_y = decoder_step(before[:, t], CONTEXT, a, c, P)
        np.testing.assert_array_equal(log_y, LOG_Y[:, :, t])


@unhurried
@given(SEEDS, st.floats(-700, 700))
def test_log_probabilities_add_up_to_one_and_do_not_change_with_what_is_added_to_all_scores(seed, shift):
    z = np.random.default_rng(seed).normal(0, 3, (5, 3, 2))
    log_y = log_softmax(z)
    np.testing.assert_allclose(np.exp(log_y).sum(axis=0), 1, **CLOSE)
    np.testing.assert_allclose(log_softmax(z + shift), log_y, rtol=1e-9, atol=1e-9)


def test_log_probabilities_stay_finite_where_probabilities_do_not():
    log_y = log_softmax(np.array([[0.0], [1000.0], [-2000.0]]))
    assert log_y[:, 0].tolist() == [-1000.0, 0.0, -3000.0]


def test_the_loss_is_the_mean_over_real_tokens_of_minus_the_log_of_the_true_one():
    nats = [-LOG_Y[TARGETS[i, t], i, t] for i in range(M) for t in range(TARGET_LENGTHS[i])]
    assert translation_loss(LOG_Y, TARGETS, TARGET_MASK) == pytest.approx(np.mean(nats), rel=1e-12)
    impossible = np.where(TARGET_MASK, LOG_Y, -np.inf)
    assert translation_loss(impossible, TARGETS, TARGET_MASK) == pytest.approx(np.mean(nats), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradients_of_the_decoder_are_the_numeric_ones(seed):
    parameters = weights(seed)
    given = {"E_y": parameters["E_y"], "context": CONTEXT, **parameters["decoder"]}

    def loss_of(p):
        decoder = {name: p[name] for name in parameters["decoder"]}
        log_y = decoder_forward(TARGETS, p["context"], {"E_y": p["E_y"], "decoder": decoder}, SOS)
        return translation_loss(log_y, TARGETS, TARGET_MASK)

    loss, found = decoder_gradients(TARGETS, TARGET_MASK, CONTEXT, parameters, SOS)
    assert loss == pytest.approx(loss_of(given), rel=1e-12)
    assert set(found) == {f"d{name}" for name in given}
    assert (
        gradient_error({name: found[f"d{name}"] for name in given}, numeric_gradient(loss_of, given)) < 1e-7
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_gradients_of_the_encoder_are_the_numeric_ones(seed):
    parameters = weights(seed)
    direction = np.random.default_rng(seed).normal(size=(N_A, M))
    given = {"E_x": parameters["E_x"], **parameters["encoder"]}

    def loss_of(p):
        encoder = {name: p[name] for name in parameters["encoder"]}
        return float((direction * encoder_context(TOKENS, MASK, {"E_x": p["E_x"], "encoder": encoder})).sum())

    found = encoder_gradients(direction, TOKENS, MASK, parameters)
    assert set(found) == {f"d{name}" for name in given}
    assert (
        gradient_error({name: found[f"d{name}"] for name in given}, numeric_gradient(loss_of, given)) < 1e-7
    )


def test_the_output_layer_is_that_of_torch():
    a = np.random.default_rng(5).normal(size=(N_A, M, T_Y))
    leaves = {name: torch.tensor(P["decoder"][name], requires_grad=True) for name in ("Wy", "by")}
    leaves["a"] = torch.tensor(a, requires_grad=True)
    scores = torch.einsum("va,amt->mtv", leaves["Wy"], leaves["a"]) + leaves["by"][:, 0]
    targets = torch.from_numpy(np.where(TARGET_MASK, TARGETS, -100))
    loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
    log_y = torch.log_softmax(scores, dim=-1).permute(2, 0, 1).detach().numpy()
    found = output_layer_gradients(log_y, TARGETS, TARGET_MASK, a, P["decoder"]["Wy"])
    for name, gradient in zip(leaves, torch.autograd.grad(loss, leaves.values()), strict=True):
        np.testing.assert_allclose(found[f"d{name}"], gradient, **CLOSE)
    assert loss.item() == pytest.approx(translation_loss(log_y, TARGETS, TARGET_MASK), rel=1e-12)


def test_encoder_and_decoder_are_those_of_torch():
    encoder = torch.nn.LSTM(N_E, N_A, batch_first=True).double()
    decoder = torch.nn.LSTMCell(N_E + N_A, N_A).double()
    with torch.no_grad():
        for layer, name, suffix in ((encoder, "encoder", "_l0"), (decoder, "decoder", "")):
            W = np.vstack([P[name][f"W{gate}"] for gate in "ufco"])
            b = np.vstack([P[name][f"b{gate}"] for gate in "ufco"])[:, 0]
            for kind, value in (("weight_hh", W[:, :N_A]), ("weight_ih", W[:, N_A:]), ("bias_ih", b)):
                getattr(layer, kind + suffix).copy_(torch.from_numpy(value.copy()))
            getattr(layer, f"bias_hh{suffix}").zero_()
        x = torch.from_numpy(P["E_x"].T.copy())[torch.from_numpy(TOKENS)]
        packed = pack_padded_sequence(x, torch.from_numpy(LENGTHS), batch_first=True, enforce_sorted=False)
        h = encoder(packed)[1][0][0]
        np.testing.assert_allclose(CONTEXT, h.T, **CLOSE)
        state, log_y = (h, torch.zeros_like(h)), []
        for tokens in teacher_forcing(TARGETS, SOS).T:
            state = decoder(torch.cat([torch.from_numpy(P["E_y"][:, tokens].T.copy()), h], dim=1), state)
            scores = state[0] @ torch.from_numpy(P["decoder"]["Wy"].T) + torch.from_numpy(
                P["decoder"]["by"][:, 0]
            )
            log_y.append(torch.log_softmax(scores, dim=1).T)
    np.testing.assert_allclose(LOG_Y, torch.stack(log_y, dim=2), **CLOSE)


@unhurried
@given(SEEDS, st.integers(1, 7))
def test_greedy_search_takes_the_most_probable_token_step_by_step(seed, longest):
    parameters = weights(seed)
    decoded = greedy_decode(TOKENS, MASK, parameters, SOS, EOS, longest)
    context = encoder_context(TOKENS, MASK, parameters)
    for i, tokens in enumerate(decoded):
        written, own = [], context[:, i : i + 1]
        a, c = own, np.zeros((N_A, 1))
        while len(written) < longest:
            a, c, log_y = decoder_step(np.array([[SOS, *written][-1]]), own, a, c, parameters)
            written.append(int(log_y.argmax()))
            if written[-1] == EOS:
                break
        assert tokens == [token for token in written if token != EOS]


def test_what_never_ends_is_cut_and_the_first_of_equal_tokens_is_taken():
    flat = {**P, "decoder": {**P["decoder"], "Wy": np.zeros((V_Y, N_A)), "by": np.zeros((V_Y, 1))}}
    assert greedy_decode(TOKENS, MASK, flat, SOS, EOS, 3) == [[0, 0, 0]] * M
    assert greedy_decode(TOKENS, MASK, flat, SOS, 0, 3) == [[]] * M


def test_float32_stays_float32():
    small = {
        name: {k: v.astype(np.float32) for k, v in part.items()}
        if isinstance(part, dict)
        else part.astype(np.float32)
        for name, part in P.items()
    }
    context = encoder_context(TOKENS, MASK, small)
    assert context.dtype == decoder_forward(TARGETS, context, small, SOS).dtype == np.float32


def test_only_a_translation_that_is_right_throughout_counts_and_each_group_by_itself():
    decoded, targets = [[3, 4], [3], [5, 5, 3], [], [4]], [[3, 4], [3, 4], (5, 5, 3), [], np.array([3])]
    assert exact_match(decoded, targets, [1, 1, 2, 2, "x"]) == {1: 0.5, 2: 1.0, "x": 0.0}


X, A0 = P["E_x"][:, TOKENS], np.zeros((N_A, M))
GAP, EMPTY = MASK.copy(), MASK.copy()
GAP[0, 1], EMPTY[1] = 0, 0
NARROW = {**P, "decoder": {**P["decoder"], "Wy": P["decoder"]["Wy"][:, :2]}}
OTHER_SIZE = {**P, "encoder": lstm(np.random.default_rng(0), 2, N_E)}
WITHOUT = {name: value for name, value in P.items() if name != "decoder"}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: lstm_states(X[0], A0, P["encoder"]), ValueError, r"x has shape \(4, 5\)"),
        (lambda: lstm_states(X, A0[:2], P["encoder"]), ValueError, r"a0 has shape \(2, 4\)"),
        (lambda: lstm_states(X, A0, P), ValueError, "parameters lacks bf"),
        (lambda: lstm_states(X * np.nan, A0, P["encoder"]), ValueError, "x holds NaN"),
        (lambda: encoder_context(np.zeros((0, 3), int), MASK, P), ValueError, r"tokens has shape \(0, 3\)"),
        (lambda: encoder_context(TOKENS * 1.0, MASK, P), TypeError, "tokens holds float64"),
        (
            lambda: encoder_context(TOKENS + 1, MASK, P),
            ValueError,
            "tokens holds 7; expected indices from 0 to 6",
        ),
        (
            lambda: encoder_context(TOKENS, MASK.T, P),
            ValueError,
            r"mask has shape \(5, 4\); expected \(4, 5\)",
        ),
        (lambda: encoder_context(TOKENS, MASK * 2, P), ValueError, "mask holds 2"),
        (lambda: encoder_context(TOKENS, GAP, P), ValueError, "after padding in example 0"),
        (lambda: encoder_context(TOKENS, EMPTY, P), ValueError, "throughout example 1"),
        (lambda: encoder_context(TOKENS, MASK, {"E_x": P["E_x"]}), ValueError, "parameters lacks encoder"),
        (lambda: log_softmax([1.0]), TypeError, "z is of type list"),
        (lambda: log_softmax(np.zeros((0, 2))), ValueError, r"z has shape \(0, 2\)"),
        (lambda: log_softmax(np.array([np.nan])), ValueError, "z holds NaN"),
        (lambda: decoder_step(TARGETS, A0, A0, A0, P), ValueError, r"tokens has shape \(4, 6\)"),
        (lambda: decoder_step(TARGETS[:, 0], A0[:2], A0, A0, P), ValueError, "context has shape"),
        (lambda: decoder_step(TARGETS[:, 0], A0, A0[:, :2], A0, P), ValueError, "a_prev has shape"),
        (lambda: decoder_step(TARGETS[:, 0], A0, A0, A0[:2], P), ValueError, "c_prev has shape"),
        (lambda: decoder_step(TARGETS[:, 0] + 3, A0, A0, A0, P), ValueError, "tokens holds"),
        (lambda: decoder_step(TARGETS[:, 0], A0, A0, A0, WITHOUT), ValueError, "parameters lacks decoder"),
        (
            lambda: decoder_step(TARGETS[:, 0], A0, A0, A0, NARROW),
            ValueError,
            r"parameters\['decoder'\]\['Wy'\] has shape \(6, 2\); expected \(6, 4\)",
        ),
        (lambda: teacher_forcing(TARGETS[0], SOS), ValueError, r"targets has shape \(6,\)"),
        (lambda: teacher_forcing(TARGETS * 1.0, SOS), TypeError, "targets holds float64"),
        (lambda: teacher_forcing(TARGETS, -1), ValueError, "sos is -1"),
        (lambda: teacher_forcing(TARGETS, "<SOS>"), TypeError, "sos is '<SOS>'"),
        (lambda: decoder_forward(TARGETS, CONTEXT[:2], P, SOS), ValueError, "context has shape"),
        (lambda: decoder_forward(TARGETS + 2, CONTEXT, P, SOS), ValueError, "targets holds"),
        (
            lambda: decoder_forward(TARGETS, CONTEXT, P, V_Y),
            ValueError,
            "sos holds 6; expected indices from 0",
        ),
        (lambda: translation_loss(LOG_Y[0], TARGETS, TARGET_MASK), ValueError, "log_y has shape"),
        (lambda: translation_loss(LOG_Y, TARGETS[:, 1:], TARGET_MASK), ValueError, "targets has shape"),
        (lambda: translation_loss(LOG_Y, TARGETS, TARGET_MASK * 0), ValueError, "mask is 0 everywhere"),
        (lambda: translation_loss(LOG_Y * np.nan, TARGETS, TARGET_MASK), ValueError, "log_y holds NaN"),
        (lambda: translation_loss(LOG_Y[:3], TARGETS, TARGET_MASK), ValueError, "targets holds"),
        (
            lambda: output_layer_gradients(LOG_Y, TARGETS, TARGET_MASK, LOG_Y[:, :, 1:], P["decoder"]["Wy"]),
            ValueError,
            r"a has shape \(6, 4, 5\)",
        ),
        (
            lambda: output_layer_gradients(LOG_Y, TARGETS, TARGET_MASK, LOG_Y, P["decoder"]["Wy"]),
            ValueError,
            r"Wy has shape \(6, 4\); expected \(6, 6\)",
        ),
        (lambda: decoder_gradients(TARGETS, MASK, CONTEXT, P, SOS), ValueError, r"mask has shape \(4, 5\)"),
        (lambda: decoder_gradients(TARGETS, TARGET_MASK, CONTEXT.T[:2], P, SOS), ValueError, "context has"),
        (lambda: encoder_gradients(CONTEXT[:2], TOKENS, MASK, P), ValueError, "dcontext has shape"),
        (lambda: encoder_gradients(CONTEXT, TOKENS, EMPTY, P), ValueError, "throughout example 1"),
        (lambda: greedy_decode(TOKENS, MASK, P, SOS, EOS, 0), ValueError, "longest is 0; expected 1 or more"),
        (lambda: greedy_decode(TOKENS, MASK, P, SOS, 9, 5), ValueError, "eos holds 9"),
        (lambda: greedy_decode(TOKENS, MASK, P, 9, EOS, 5), ValueError, "sos holds 9"),
        (lambda: greedy_decode(TOKENS, MASK, OTHER_SIZE, SOS, EOS, 5), ValueError, "2 units in the encoder"),
        (lambda: exact_match([], [], []), ValueError, "decoded is empty"),
        (lambda: exact_match([[1]], [[1], [2]], [1]), ValueError, "targets has 2 items; expected 1"),
        (lambda: exact_match([[1]], [[1]], [1, 2]), ValueError, "groups has 2 items; expected 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_argument_s_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
