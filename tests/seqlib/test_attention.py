"""Attention by hand is torch's, keeps the laws of looking up by content, and has the gradients of its own formulas."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.nn import functional as F

from seqlib.attention import (
    additive_energies,
    attention_backward,
    attention_forward,
    attention_step,
    attention_weights,
    attention_weights_backward,
    context_vector,
    dot_product_attention,
    translate,
)
from seqlib.models.translation import from_by_hand
from seqlib.references import flat

M, T_X, T_Y, N_E, N_A, N_H, V_X, V_Y = 4, 6, 5, 3, 5, 7, 9, 8
SOS, EOS = 1, 2
LENGTHS = np.array([6, 1, 4, 3])
CLOSE = {"rtol": 1e-10, "atol": 1e-11}


def draw_lstm(rng, n_x, n_a=N_A):
    weights = {f"W{gate}": rng.normal(scale=0.7, size=(n_a, n_a + n_x)) for gate in "fuco"}
    return weights | {f"b{gate}": rng.normal(scale=0.7, size=(n_a, 1)) for gate in "fuco"}


def draw_layer(rng):
    shapes = {"Ws": (N_H, N_A), "Wa": (N_H, 2 * N_A), "b": (N_H, 1), "v": (1, N_H)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def draw_model(seed):
    rng = np.random.default_rng(seed)
    output = {"Wy": rng.normal(scale=2, size=(V_Y, N_A)), "by": rng.normal(size=(V_Y, 1))}
    return {
        "E_x": rng.normal(size=(N_E, V_X)),
        "E_y": rng.normal(size=(N_E, V_Y)),
        "encoder": {side: draw_lstm(rng, N_E) for side in ("forward", "backward")},
        "attention": draw_layer(rng),
        "decoder": {**draw_lstm(rng, N_E + 2 * N_A), **output},
    }


def padding(lengths=LENGTHS, steps=T_X):
    return (np.arange(steps) < np.asarray(lengths)[:, np.newaxis]).astype(int)


def draw(seed):
    """A decoder's activation, annotations that are 0 where masked, a mask, and an attention layer."""
    rng = np.random.default_rng(seed)
    mask = padding()
    return rng.normal(size=(N_A, M)), rng.normal(size=(2 * N_A, M, T_X)) * mask, mask, draw_layer(rng)


def draw_batch(seed):
    rng = np.random.default_rng(seed + 100)
    targets, tokens = rng.integers(3, V_Y, (M, T_Y)), rng.integers(2, V_X, (M, T_X)) * padding()
    return targets, tokens, padding(), draw_model(seed)


@pytest.mark.parametrize("seed", range(3))
def test_the_model_with_true_targets_is_that_of_torch(seed):
    targets, tokens, mask, parameters = draw_batch(seed)
    log_y, weights = attention_forward(targets, tokens, mask, parameters, SOS)
    model = from_by_hand(flat(parameters))
    before = np.concatenate([np.full((M, 1), SOS), targets[:, :-1]], axis=1)
    with torch.no_grad():
        logits, _ = model(torch.from_numpy(tokens), torch.from_numpy(LENGTHS), torch.from_numpy(before))
        encoded = model.encode(torch.from_numpy(tokens), torch.from_numpy(LENGTHS))
        first = model.attend(torch.zeros(M, 1, N_A).double(), encoded)[1][:, 0]
    np.testing.assert_allclose(log_y.transpose(1, 2, 0), torch.log_softmax(logits, dim=-1), **CLOSE)
    np.testing.assert_allclose(weights[:, 0], first, **CLOSE)


@given(st.integers(0, 50), st.floats(0.01, 300))
def test_weights_are_shares_of_the_tokens_and_nothing_is_left_for_padding(seed, scale):
    rng = np.random.default_rng(seed)
    energies, mask = rng.normal(scale=scale, size=(5, T_X)), padding([6, 1, 4, 3, 2])
    weights = attention_weights(energies, mask)
    np.testing.assert_allclose(weights.sum(axis=1), 1, **CLOSE)
    assert not weights[mask == 0].any() and (weights >= 0).all()
    for i, length in enumerate([6, 1, 4, 3, 2]):
        alone = torch.softmax(torch.from_numpy(energies[i, :length]), dim=0)
        np.testing.assert_allclose(weights[i, :length], alone, **CLOSE)


@given(arrays(float, (3, 4), elements=st.floats(-1e300, 1e300)), arrays(bool, (3, 4)))
def test_no_energies_and_no_mask_lead_to_nan_or_a_warning(energies, mask):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weights = attention_weights(energies, mask)
    np.testing.assert_allclose(weights.sum(axis=1), mask.any(axis=1), **CLOSE)
    assert not weights[~mask].any()


def test_energies_on_padding_change_no_weight():
    _, _, mask, _ = draw(0)
    energies = np.random.default_rng(0).normal(size=(M, T_X))
    other = np.where(mask == 1, energies, 800.0)
    np.testing.assert_array_equal(attention_weights(energies, mask), attention_weights(other, mask))


def test_equal_energies_give_the_mean_and_the_same_added_to_all_changes_nothing():
    _, a, mask, _ = draw(1)
    context = context_vector(attention_weights(np.full((M, T_X), 3.7), mask), a)
    np.testing.assert_allclose(context, a.sum(axis=2) / LENGTHS, **CLOSE)
    energies = np.random.default_rng(1).normal(size=(M, T_X))
    np.testing.assert_allclose(
        attention_weights(energies + 5, mask), attention_weights(energies, mask), **CLOSE
    )


@given(st.permutations(range(T_X)), st.integers(0, 5))
def test_tokens_in_another_order_take_their_weights_along_and_keep_the_context(order, seed):
    s, a, mask, layer = draw(seed)
    weights = attention_weights(additive_energies(s, a, layer), mask)
    moved = attention_weights(additive_energies(s, a[:, :, order], layer), mask[:, order])
    np.testing.assert_allclose(moved, weights[:, order], **CLOSE)
    np.testing.assert_allclose(context_vector(moved, a[:, :, order]), context_vector(weights, a), **CLOSE)


@given(st.integers(1, 4), st.integers(0, 5))
def test_more_padding_changes_nothing(more, seed):
    targets, tokens, mask, parameters = draw_batch(seed)
    longer, wider = (np.pad(part, ((0, 0), (0, more))) for part in (tokens, mask))
    log_y, weights = attention_forward(targets, tokens, mask, parameters, SOS)
    log_more, weights_more = attention_forward(targets, longer, wider, parameters, SOS)
    np.testing.assert_allclose(log_more, log_y, **CLOSE)
    np.testing.assert_allclose(weights_more, np.pad(weights, ((0, 0), (0, 0), (0, more))), **CLOSE)


@pytest.mark.parametrize("seed", range(2))
def test_a_batch_is_its_examples_one_by_one(seed):
    targets, tokens, mask, parameters = draw_batch(seed)
    log_y, weights = attention_forward(targets, tokens, mask, parameters, SOS)
    found, alignments = translate(tokens, mask, parameters, SOS, EOS, 9)
    for i, length in enumerate(LENGTHS):
        alone = tokens[i : i + 1, :length], mask[i : i + 1, :length], parameters, SOS
        log_one, weights_one = attention_forward(targets[i : i + 1], *alone)
        np.testing.assert_allclose(log_one[:, 0], log_y[:, i], **CLOSE)
        np.testing.assert_allclose(weights_one[0], weights[i, :, :length], **CLOSE)
        found_one, alignment_one = translate(*alone, EOS, 9)
        assert found_one[0] == found[i]
        np.testing.assert_allclose(alignment_one[0], alignments[i][:, :length], **CLOSE)


def test_a_step_sees_no_later_target():
    targets, tokens, mask, parameters = draw_batch(3)
    log_y, _ = attention_forward(targets, tokens, mask, parameters, SOS)
    for t in range(T_Y):
        other = targets.copy()
        other[:, t:] = (other[:, t:] + 1) % V_Y
        np.testing.assert_array_equal(
            attention_forward(other, tokens, mask, parameters, SOS)[0][:, :, : t + 1], log_y[:, :, : t + 1]
        )


def test_an_input_that_is_all_padding_is_translated_from_nothing():
    targets, tokens, mask, parameters = draw_batch(4)
    mask[1] = 0
    log_y, weights = attention_forward(targets, tokens, mask, parameters, SOS)
    assert not weights[1].any() and np.isfinite(log_y).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_translation_is_the_arg_max_at_each_step_up_to_its_end(seed):
    _, tokens, mask, parameters = draw_batch(seed)
    longest = 6
    found, alignments = translate(tokens, mask, parameters, SOS, EOS, longest)
    for i, (chosen, alignment) in enumerate(zip(found, alignments, strict=True)):
        one = slice(i, i + 1)
        targets = np.array([[*chosen, EOS][:longest]])
        log_y, weights = attention_forward(targets, tokens[one], mask[one], parameters, SOS)
        assert log_y[:, 0].argmax(axis=0).tolist() == targets[0].tolist()
        np.testing.assert_allclose(alignment, weights[0, : len(chosen)], **CLOSE)


def test_translations_of_one_batch_end_at_different_steps():
    lengths = {
        len(chosen)
        for seed in range(6)
        for chosen in translate(*draw_batch(seed)[1:3], draw_model(seed), SOS, EOS, 6)[0]
    }
    assert len(lengths) > 2


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_those_of_torch(seed):
    s, a, mask, layer = draw(seed)
    mask[2] = 0
    dcontext = np.random.default_rng(seed).normal(size=(2 * N_A, M))
    weights = attention_weights(additive_energies(s, a, layer), mask)
    tensors = [torch.tensor(value, requires_grad=True) for value in (s, a, *layer.values())]
    energies = torch.einsum(
        "oh,hmt->mt",
        tensors[5],
        torch.tanh(
            (tensors[2] @ tensors[0] + tensors[4])[:, :, None]
            + torch.einsum("ha,amt->hmt", tensors[3], tensors[1])
        ),
    )
    shares = torch.softmax(energies.masked_fill(torch.tensor(mask == 0), -1e9), dim=1) * torch.tensor(mask)
    torch.einsum("mt,amt->am", shares, tensors[1]).backward(torch.from_numpy(dcontext))
    ds_prev, da, gradients = attention_backward(dcontext, (s, a, weights, layer))
    by_hand = (ds_prev, da, *(gradients[f"d{name}"] for name in layer))
    for tensor, gradient in zip(tensors, by_hand, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad, **CLOSE)


def test_gradients_are_central_differences():
    s, a, mask, layer = draw(7)
    dcontext = np.random.default_rng(7).normal(size=(2 * N_A, M))

    def loss():
        return (dcontext * context_vector(attention_weights(additive_energies(s, a, layer), mask), a)).sum()

    weights = attention_weights(additive_energies(s, a, layer), mask)
    ds_prev, da, gradients = attention_backward(dcontext, (s, a, weights, layer))
    pairs = [(s, ds_prev), (a, da), *((layer[name], gradients[f"d{name}"]) for name in layer)]
    step = 1e-6
    for values, gradient in pairs:
        for place in list(np.ndindex(values.shape))[::7]:
            before = values[place]
            values[place] = before + step
            above = loss()
            values[place] = before - step
            below = loss()
            values[place] = before
            # The error of a central difference: step² f‴ and rounding of about 1e-16 / step.
            assert gradient[place] == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_gradients_on_padding_are_zero_and_those_of_energies_sum_to_zero():
    s, a, mask, layer = draw(8)
    dcontext = np.random.default_rng(8).normal(size=(2 * N_A, M))
    weights = attention_weights(additive_energies(s, a, layer), mask)
    denergies, da = attention_weights_backward(dcontext, weights, a)
    np.testing.assert_allclose(denergies.sum(axis=1), 0, atol=1e-12)
    assert not denergies[mask == 0].any() and not da[:, mask == 0].any()
    assert not attention_backward(dcontext, (s, a, weights, layer))[1][:, mask == 0].any()


@pytest.mark.parametrize("seed", range(3))
def test_dot_product_attention_is_that_of_torch(seed):
    rng = np.random.default_rng(seed)
    d, d_v, T_q, mask = 5, 3, 2, padding()
    queries, keys, values = (rng.normal(size=shape) for shape in ((d, M, T_q), (d, M, T_X), (d_v, M, T_X)))
    contexts, weights = dot_product_attention(queries, keys, values, mask)
    q, k, v = (torch.from_numpy(part.transpose(1, 2, 0).copy()) for part in (queries, keys, values))
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=torch.from_numpy(mask == 1)[:, None])
    np.testing.assert_allclose(contexts.transpose(1, 2, 0), expected, **CLOSE)
    np.testing.assert_allclose(weights.sum(axis=2), 1, **CLOSE)


@given(st.permutations(range(T_X)))
def test_one_hot_keys_with_a_large_factor_are_a_look_up(wanted):
    keys = np.repeat(1e3 * np.eye(T_X)[:, np.newaxis], M, axis=1)
    values = np.random.default_rng(0).normal(size=(2, M, T_X))
    contexts, weights = dot_product_attention(keys[:, :, wanted], keys, values, np.ones((M, T_X)))
    np.testing.assert_allclose(contexts, values[:, :, wanted], **CLOSE)
    np.testing.assert_allclose(weights[0], np.eye(T_X)[wanted], atol=1e-12)


@pytest.mark.parametrize("d", [4, 64, 1024])
def test_with_the_scale_the_spread_of_energies_does_not_grow_with_d(d):
    rng = np.random.default_rng(0)
    m, T = 400, 20
    q, k = rng.normal(size=(d, m, 1)), rng.normal(size=(d, m, T))
    _, weights = dot_product_attention(q, k, k, np.ones((m, T)))
    energies = np.log(weights)
    # 8000 products of variance 1: their standard deviation is 1 up to about 1 / sqrt(2 · 400) an example.
    assert (energies - energies.mean(axis=2, keepdims=True)).std() == pytest.approx(1, abs=0.1)


def test_float32_stays_float32():
    s, a, mask, layer = draw(0)
    s, a = s.astype(np.float32), a.astype(np.float32)
    layer = {name: value.astype(np.float32) for name, value in layer.items()}
    weights = attention_weights(additive_energies(s, a, layer), mask)
    ds_prev, da, gradients = attention_backward(context_vector(weights, a), (s, a, weights, layer))
    for value in (weights, ds_prev, da, *gradients.values()):
        assert value.dtype == np.float32


S, A, MASK, LAYER = draw(0)
ENERGIES = np.random.default_rng(0).normal(size=(M, T_X))
WEIGHTS = attention_weights(ENERGIES, MASK)
TARGETS, TOKENS, _, MODEL = draw_batch(0)
BEFORE = TARGETS[:, 0]
D = np.ones((2 * N_A, M))
KEYS = np.ones((3, M, T_X))


def without(name):
    return {key: value for key, value in MODEL.items() if key != name}


def decoder_with(**parts):
    return {**MODEL, "decoder": {**MODEL["decoder"], **parts}}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: additive_energies(S.T, A, LAYER), ValueError, r"s_prev has shape \(4, 5\).* examples of a"),
        (lambda: additive_energies(S, A[0], LAYER), ValueError, r"a has shape .* \(2 n_a, m, T_x\)"),
        (lambda: additive_energies(S, A, {"Ws": S}), ValueError, "parameters lacks Wa, b, v"),
        (lambda: additive_energies(S, A[:4], LAYER), ValueError, r"parameters\['Wa'\] has shape \(7, 10\)"),
        (lambda: attention_weights(ENERGIES * np.nan, MASK), ValueError, "energies holds NaN"),
        (lambda: attention_weights(ENERGIES * np.inf, MASK), ValueError, "energies holds infinity"),
        (lambda: attention_weights(ENERGIES, MASK.T), ValueError, "mask has shape .* that of energies"),
        (lambda: attention_weights(ENERGIES, 2 * MASK), ValueError, "mask holds 2"),
        (lambda: attention_weights(ENERGIES[:, :0], MASK[:, :0]), ValueError, "energies has shape"),
        (lambda: context_vector(WEIGHTS.T, A), ValueError, "weights has shape"),
        (lambda: context_vector(WEIGHTS, A.astype(int)), TypeError, "a holds int64"),
        (lambda: attention_step(BEFORE + V_Y, S, S, A, MASK, MODEL), ValueError, "tokens holds"),
        (lambda: attention_step(BEFORE[1:], S, S, A, MASK, MODEL), ValueError, "tokens has shape"),
        (lambda: attention_step(BEFORE, S[1:], S, A, MASK, MODEL), ValueError, "s_prev has shape"),
        (lambda: attention_step(BEFORE, S, S[1:], A, MASK, MODEL), ValueError, "c_prev has shape"),
        (lambda: attention_step(BEFORE, S, S, A[1:], MASK, MODEL), ValueError, "a has shape"),
        (lambda: attention_step(BEFORE, S, S, A, MASK[1:], MODEL), ValueError, "mask has shape"),
        (
            lambda: attention_step(BEFORE, S, S, A, MASK, decoder_with(Wf=LAYER["Ws"])),
            ValueError,
            r"parameters\['decoder'\]\['Wf'\] has shape \(7, 5\); expected \(5, 18\)",
        ),
        (lambda: attention_step(BEFORE, S, S, A, MASK, without("E_y")), ValueError, "parameters lacks E_y"),
        (
            lambda: attention_forward(TARGETS, TOKENS, MASK, without("encoder"), SOS),
            ValueError,
            "parameters lacks encoder",
        ),
        (lambda: attention_forward(TARGETS[1:], TOKENS, MASK, MODEL, SOS), ValueError, "targets has shape"),
        (
            lambda: attention_forward(TARGETS * 1.0, TOKENS, MASK, MODEL, SOS),
            TypeError,
            "targets holds float",
        ),
        (lambda: attention_forward(TARGETS, TOKENS + V_X, MASK, MODEL, SOS), ValueError, "tokens holds"),
        (lambda: attention_forward(TARGETS, TOKENS, MASK[:, 1:], MODEL, SOS), ValueError, "mask has shape"),
        (
            lambda: attention_forward(TARGETS, TOKENS, MASK[:, ::-1], MODEL, SOS),
            ValueError,
            "mask has a step",
        ),
        (lambda: attention_forward(TARGETS, TOKENS, MASK, MODEL, V_Y), ValueError, "sos holds 8"),
        (lambda: translate(TOKENS[:, :0], MASK, MODEL, SOS, EOS, 5), ValueError, "tokens has shape"),
        (lambda: translate(TOKENS, MASK, MODEL, SOS, EOS, 0), ValueError, "longest is 0"),
        (lambda: translate(TOKENS, MASK, MODEL, SOS, V_Y, 5), ValueError, "eos holds 8"),
        (lambda: translate(TOKENS, MASK, MODEL, -1, EOS, 5), ValueError, "sos is -1"),
        (lambda: attention_weights_backward(D[1:], WEIGHTS, A), ValueError, "dcontext has shape"),
        (lambda: attention_weights_backward(D, WEIGHTS[1:], A), ValueError, "weights has shape"),
        (lambda: attention_backward(D, (S, A, WEIGHTS)), ValueError, "expected \\(s_prev, a, weights"),
        (lambda: attention_backward(D.T, (S, A, WEIGHTS, LAYER)), ValueError, "dcontext has shape"),
        (lambda: attention_backward(D, (S.T, A, WEIGHTS, LAYER)), ValueError, r"cache\[0\] has shape"),
        (lambda: attention_backward(D, (S, A, WEIGHTS.T, LAYER)), ValueError, r"cache\[2\] has shape"),
        (lambda: attention_backward(D, (S, A, WEIGHTS, {})), ValueError, r"cache\[3\] lacks Ws"),
        (lambda: dot_product_attention(KEYS[1:], KEYS, KEYS, MASK), ValueError, "queries has shape"),
        (lambda: dot_product_attention(KEYS, KEYS[0], KEYS, MASK), ValueError, "keys has shape"),
        (lambda: dot_product_attention(KEYS, KEYS, KEYS[:, 1:], MASK), ValueError, "values has shape"),
        (lambda: dot_product_attention(KEYS, KEYS, KEYS, MASK.T), ValueError, "mask has shape"),
        (lambda: dot_product_attention(KEYS, KEYS, KEYS, MASK - 1), ValueError, "mask holds -1"),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()
