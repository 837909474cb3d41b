"""Deep and bidirectional networks by hand are torch's, and keep the laws of masks and of time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqlib.deep_bidirectional import (
    bidirectional_forward,
    classifier_forward,
    deep_forward,
    embed,
    lookahead_forward,
    lstm_layer_forward,
    reverse_sequences,
    span_scores,
    tagger_forward,
    tags_to_spans,
)
from seqlib.lstm import lstm_forward, lstm_gates

N_X, N_A, N_Y, V, S, N_S = 3, 4, 5, 11, 6, 2
LENGTHS = np.array([7, 1, 4, 6])
T = 7
CLOSE = {"rtol": 1e-10, "atol": 1e-11}
TORCH_ORDER = "ufco"


def draw_lstm(rng, n_x, n_a=N_A):
    weights = {f"W{gate}": rng.normal(scale=0.7, size=(n_a, n_a + n_x)) for gate in "fuco"}
    return weights | {f"b{gate}": rng.normal(scale=0.7, size=(n_a, 1)) for gate in "fuco"}


def draw_layers(rng, n_x=N_X, depth=2):
    widths = [n_x, *[2 * N_A] * (depth - 1)]
    return [{side: draw_lstm(rng, width) for side in ("forward", "backward")} for width in widths]


def padding(lengths=LENGTHS, steps=T):
    return (np.arange(steps) < np.asarray(lengths)[:, np.newaxis]).astype(int)


def draw(seed, depth=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N_X, len(LENGTHS), T)), padding(), draw_layers(rng, depth=depth), rng


def draw_network(seed, n_in=N_X + N_S):
    rng = np.random.default_rng(seed)
    parameters = {
        "E": rng.normal(size=(N_X, V)),
        "E_shape": rng.normal(size=(N_S, S)),
        "layers": draw_layers(rng, n_in),
        "Wy": rng.normal(size=(N_Y, 2 * N_A)),
        "by": rng.normal(size=(N_Y, 1)),
    }
    return rng.integers(V, size=(4, T)), rng.integers(S, size=(4, T)), padding(), parameters


def torch_stack(layers):
    n_x = layers[0]["forward"]["Wf"].shape[1] - N_A
    stack = torch.nn.LSTM(n_x, N_A, num_layers=len(layers), bidirectional=True, batch_first=True).double()
    state = {}
    for depth, layer in enumerate(layers):
        for side, suffix in (("forward", ""), ("backward", "_reverse")):
            W = np.concatenate([layer[side][f"W{gate}"] for gate in TORCH_ORDER])
            b = np.concatenate([layer[side][f"b{gate}"] for gate in TORCH_ORDER])[:, 0]
            values = {"weight_hh": W[:, :N_A], "weight_ih": W[:, N_A:], "bias_ih": b, "bias_hh": 0 * b}
            state |= {f"{name}_l{depth}{suffix}": torch.from_numpy(v.copy()) for name, v in values.items()}
    stack.load_state_dict(state)
    return stack


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("seed", range(2))
def test_padded_batches_through_layers_are_those_of_torch(depth, seed):
    x, mask, layers, _ = draw(seed, depth)
    packed = pack_padded_sequence(
        torch.from_numpy(x.transpose(1, 2, 0).copy()), LENGTHS, batch_first=True, enforce_sorted=False
    )
    out, (h, _) = torch_stack(layers)(packed)
    expected = pad_packed_sequence(out, batch_first=True)[0].detach().numpy().transpose(2, 0, 1)
    a = deep_forward(x, mask, layers)
    np.testing.assert_allclose(a, expected, **CLOSE)
    # What a classifier reads is what torch calls the last hidden states of the top layer.
    read = np.concatenate([a[:N_A, np.arange(4), LENGTHS - 1], a[N_A:, :, 0]])
    np.testing.assert_allclose(read, torch.cat([h[-2], h[-1]], dim=1).detach().T, **CLOSE)


def test_without_padding_the_layer_is_the_lstm_of_topic_04():
    x, mask, layers, rng = draw(3)
    parameters = layers[0]["forward"]
    output = {"Wy": rng.normal(size=(2, N_A)), "by": rng.normal(size=(2, 1))}
    expected = lstm_forward(x, np.zeros((N_A, 4)), {**parameters, **output})[0]
    np.testing.assert_allclose(lstm_layer_forward(x, np.ones_like(mask), parameters), expected, **CLOSE)


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 5))
def test_a_masked_step_changes_nothing_wherever_it_stands(real, seed):
    rng = np.random.default_rng(seed)
    parameters, x = draw_lstm(rng, N_X), rng.normal(size=(N_X, 1, len(real)))
    kept = np.flatnonzero(real)
    a = lstm_layer_forward(x, np.array([real]), parameters)
    assert not a[:, :, ~np.array(real)].any()
    if kept.size:
        without = lstm_layer_forward(x[:, :, kept], np.ones((1, kept.size)), parameters)
        np.testing.assert_allclose(a[:, :, kept], without, **CLOSE)


@given(st.integers(0, 20), st.integers(1, 4))
def test_padding_more_changes_no_real_step(seed, more):
    x, mask, layers, rng = draw(seed)
    longer = np.concatenate([x, rng.normal(size=(N_X, 4, more))], axis=2)
    wider = np.concatenate([mask, np.zeros((4, more), int)], axis=1)
    np.testing.assert_allclose(
        deep_forward(longer, wider, layers)[:, :, :T], deep_forward(x, mask, layers), **CLOSE
    )


@given(st.permutations(range(4)), st.integers(0, 5))
def test_the_order_of_examples_in_a_batch_changes_nothing(order, seed):
    x, mask, layers, _ = draw(seed)
    a = deep_forward(x, mask, layers)
    np.testing.assert_allclose(deep_forward(x[:, order], mask[order], layers), a[:, order], **CLOSE)
    tokens, shapes, mask, parameters = draw_network(seed)
    y = tagger_forward(tokens, shapes, mask, parameters)
    mixed = tagger_forward(tokens[order], shapes[order], mask[order], parameters)
    np.testing.assert_allclose(mixed, y[:, order], **CLOSE)


@pytest.mark.parametrize("changed", range(1, T))
def test_the_future_moves_a_bidirectional_model_and_not_a_causal_one(changed):
    x, _, layers, rng = draw(8)
    mask = np.ones((4, T), int)
    other = x.copy()
    other[:, :, changed:] = rng.normal(size=other[:, :, changed:].shape)
    causal = layers[0]["forward"]
    before = slice(0, changed)
    a, b = (lstm_layer_forward(values, mask, causal)[:, :, before] for values in (x, other))
    np.testing.assert_array_equal(a, b)
    a, b = (bidirectional_forward(values, mask, layers[0]) for values in (x, other))
    np.testing.assert_array_equal(a[:N_A, :, before], b[:N_A, :, before])
    assert (np.abs(a - b)[N_A:, :, before] > 0).all()


@pytest.mark.parametrize("ahead", range(T + 2))
def test_a_limited_look_ahead_sees_so_far_and_no_further(ahead):
    x, _, layers, rng = draw(9)
    mask = np.ones((4, T), int)
    a = lookahead_forward(x, mask, layers[0], ahead)
    for t in range(T):
        beyond = x.copy()
        beyond[:, :, t + ahead + 1 :] = rng.normal(size=beyond[:, :, t + ahead + 1 :].shape)
        np.testing.assert_array_equal(lookahead_forward(beyond, mask, layers[0], ahead)[:, :, t], a[:, :, t])
        if t + ahead < T:
            within = x.copy()
            within[:, :, t + ahead] += 1
            moved = lookahead_forward(within, mask, layers[0], ahead)[:, :, t]
            assert (moved != a[:, :, t]).any()


def test_a_look_ahead_past_the_end_is_the_bidirectional_layer():
    x, mask, layers, _ = draw(10)
    np.testing.assert_allclose(
        lookahead_forward(x, mask, layers[0], T - 1), bidirectional_forward(x, mask, layers[0]), **CLOSE
    )


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_turning_around_twice_gives_back_and_padding_stays(lengths):
    rng = np.random.default_rng(0)
    x, mask = rng.normal(size=(2, len(lengths), 6)), padding(lengths, 6)
    turned = reverse_sequences(x, mask)
    np.testing.assert_array_equal(reverse_sequences(turned, mask), x)
    for i, length in enumerate(lengths):
        np.testing.assert_array_equal(turned[:, i, length:], x[:, i, length:])
        assert [turned[0, i, t] for t in range(length)] == [x[0, i, length - 1 - t] for t in range(length)]


def test_a_look_up_is_the_product_with_one_hot_vectors():
    tokens, _, _, parameters = draw_network(11)
    one_hot = np.eye(V)[tokens]  # (m, T_x, V)
    np.testing.assert_allclose(
        embed(tokens, parameters["E"]), np.einsum("ev,mtv->emt", parameters["E"], one_hot), **CLOSE
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_tagger_is_the_formula_step_by_step(seed):
    tokens, shapes, mask, parameters = draw_network(seed)
    y = tagger_forward(tokens, shapes, mask, parameters)
    np.testing.assert_allclose(y.sum(axis=0), np.ones((4, T)), **CLOSE)
    for i, length in enumerate(LENGTHS):
        words = np.stack(
            [
                np.concatenate([parameters["E"][:, tokens[i, t]], parameters["E_shape"][:, shapes[i, t]]])
                for t in range(length)
            ],
            axis=1,
        )
        with torch.no_grad():
            a = torch_stack(parameters["layers"])(torch.from_numpy(words.T.copy())[None])[0][0].numpy().T
        scores = parameters["Wy"] @ a + parameters["by"]
        np.testing.assert_allclose(y[:, i, :length], np.exp(scores) / np.exp(scores).sum(axis=0), **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_the_classifier_reads_each_example_as_if_it_were_alone(seed):
    tokens, _, mask, parameters = draw_network(seed, N_X)
    y = classifier_forward(tokens, mask, parameters)
    np.testing.assert_allclose(y.sum(axis=0), np.ones(4), **CLOSE)
    for i, length in enumerate(LENGTHS):
        alone = tokens[i : i + 1, :length]
        a = deep_forward(embed(alone, parameters["E"]), np.ones((1, length)), parameters["layers"])
        scores = parameters["Wy"] @ np.concatenate([a[:N_A, 0, -1], a[N_A:, 0, 0]]) + parameters["by"][:, 0]
        np.testing.assert_allclose(y[:, i], np.exp(scores) / np.exp(scores).sum(), **CLOSE)


def test_the_gates_of_no_example_are_empty():
    # A learner's masked layer may ask for the gates of those examples only that are real at a step.
    nobody = lstm_gates(np.zeros((N_X, 0)), np.zeros((N_A, 0)), draw_lstm(np.random.default_rng(0), N_X))
    assert [gate.shape for gate in nobody] == [(N_A, 0)] * 4
    with pytest.raises(ValueError, match=r"xt has shape \(3, 2\)"):
        lstm_gates(np.zeros((N_X, 2)), np.zeros((N_A, 0)), draw_lstm(np.random.default_rng(0), N_X))


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("", []),
        ("O O", []),
        ("B-PER I-PER O B-LOC", [[0, 2, "PER"], [3, 4, "LOC"]]),
        ("B-PER B-PER I-PER", [[0, 1, "PER"], [1, 3, "PER"]]),
        ("O I-PER I-PER", [[1, 3, "PER"]]),
        ("B-PER I-LOC I-LOC O", [[0, 1, "PER"], [1, 3, "LOC"]]),
        ("B-PER O I-PER", [[0, 1, "PER"], [2, 3, "PER"]]),
    ],
)
def test_spans_of_tags(tags, spans):
    assert tags_to_spans(tags.split()) == spans


@given(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=12))
def test_spans_cover_just_the_words_that_are_not_o_and_do_not_overlap(tags):
    spans = tags_to_spans(tags)
    covered = [t for start, end, _ in spans for t in range(start, end)]
    assert covered == [t for t, tag in enumerate(tags) if tag != "O"]
    assert all(tags[t].endswith(kind) for start, end, kind in spans for t in range(start, end))


def test_scores_of_spans_are_counted_over_all_sentences():
    true = [[[0, 2, "PER"], [3, 4, "PER"]], [[1, 2, "PER"]], []]
    predicted = [[[0, 2, "PER"]], [[1, 3, "PER"]], [[0, 2, "PER"], [4, 5, "PER"]]]
    assert span_scores(predicted, true) == pytest.approx((1 / 4, 1 / 3, 2 / 7))


@given(st.lists(st.lists(st.sampled_from(["O", "B-PER", "I-PER"]), max_size=5), max_size=4))
def test_what_is_right_scores_one_and_what_is_missing_nothing(sentences):
    true = [tags_to_spans(tags) for tags in sentences]
    nothing = [[] for _ in sentences]
    full = 1.0 if any(true) else 0.0
    assert span_scores(true, true) == (full, full, full)
    assert span_scores(nothing, true) == (0, 0, 0) and span_scores(true, nothing) == (0, 0, 0)


NETWORK = draw_network(0)
X, MASK, LAYERS, _ = draw(0)


def without(key):
    return {name: value for name, value in NETWORK[3].items() if name != key}


def changed(key, value):
    return {**NETWORK[3], key: value}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: lstm_layer_forward(X[0], MASK, LAYERS[0]["forward"]), ValueError, r"x has shape \(4, 7\)"),
        (
            lambda: lstm_layer_forward(X[:, :, :0], MASK[:, :0], LAYERS[0]["forward"]),
            ValueError,
            "x has shape",
        ),
        (lambda: lstm_layer_forward(X.tolist(), MASK, LAYERS[0]["forward"]), TypeError, "x is of type list"),
        (lambda: lstm_layer_forward(X.astype(int), MASK, LAYERS[0]["forward"]), TypeError, "x holds int64"),
        (lambda: lstm_layer_forward(X * np.nan, MASK, LAYERS[0]["forward"]), ValueError, "x holds NaN"),
        (lambda: lstm_layer_forward(X, MASK.T, LAYERS[0]["forward"]), ValueError, r"mask has shape \(7, 4\)"),
        (lambda: lstm_layer_forward(X, 2 * MASK, LAYERS[0]["forward"]), ValueError, "mask holds 2"),
        (lambda: lstm_layer_forward(X, MASK, {}), ValueError, "parameters lacks Wf"),
        (lambda: lstm_layer_forward(X[:2], MASK, LAYERS[0]["forward"]), ValueError, r"parameters\['Wf'\]"),
        (
            lambda: reverse_sequences(X, MASK[:, ::-1]),
            ValueError,
            "mask has a step after padding in example 1",
        ),
        (
            lambda: bidirectional_forward(X, MASK, LAYERS[0]["forward"]),
            ValueError,
            "parameters lacks forward",
        ),
        (
            lambda: bidirectional_forward(
                X, MASK, {**LAYERS[0], "backward": draw_lstm(np.random.default_rng(0), 3, 2)}
            ),
            ValueError,
            "4 units forward and 2 backward",
        ),
        (lambda: deep_forward(X, MASK, []), ValueError, "layers is list"),
        (
            lambda: deep_forward(X, MASK, LAYERS[::-1]),
            ValueError,
            r"expected \(4, 7\), 4 units on 3 inputs",
        ),
        (lambda: lookahead_forward(X, MASK, LAYERS[0], -1), ValueError, "ahead is -1"),
        (lambda: lookahead_forward(X, MASK, LAYERS[0], 1.5), TypeError, "ahead is 1.5"),
        (
            lambda: embed(NETWORK[0] + V, NETWORK[3]["E"]),
            ValueError,
            "tokens holds .*; expected indices from 0 to 10",
        ),
        (lambda: embed(-1 - NETWORK[0], NETWORK[3]["E"]), ValueError, "tokens holds -"),
        (lambda: embed(NETWORK[0] * 1.0, NETWORK[3]["E"]), TypeError, "tokens holds float64"),
        (
            lambda: tagger_forward(*NETWORK[:2], 0 * MASK, NETWORK[3]),
            ValueError,
            "mask is 0 throughout example 0",
        ),
        (lambda: tagger_forward(*NETWORK[:3], without("by")), ValueError, "parameters lacks by"),
        (
            lambda: tagger_forward(*NETWORK[:3], changed("by", np.ones((1, 5)))),
            ValueError,
            r"parameters\['by'\] has shape \(1, 5\); expected \(any, 1\)",
        ),
        (
            lambda: tagger_forward(*NETWORK[:3], changed("by", np.ones((1, 1)))),
            ValueError,
            r"parameters\['Wy'\] .* \(n_y, 2 n_a\)",
        ),
        (lambda: tagger_forward(*NETWORK[:3], changed("layers", [])), ValueError, "layers is list"),
        (lambda: classifier_forward(NETWORK[0], 0 * MASK, NETWORK[3]), ValueError, "mask is 0 throughout"),
        (
            lambda: tagger_forward(NETWORK[0], NETWORK[1][1:], *NETWORK[2:]),
            ValueError,
            "shapes has shape .* that of tokens",
        ),
        (
            lambda: classifier_forward(NETWORK[0], NETWORK[2][1:], NETWORK[3]),
            ValueError,
            "mask has shape .* that of tokens",
        ),
        (lambda: span_scores([[[0, 1]]], [[]]), ValueError, r"predicted holds the span \[0, 1\]"),
        (lambda: tags_to_spans(["PER"]), ValueError, "tags holds 'PER'"),
        (lambda: tags_to_spans(["B-"]), ValueError, "tags holds 'B-'"),
        (lambda: span_scores([[]], []), ValueError, "predicted has 1 sentences and true 0"),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()
