"""The LSTM by hand is torch's: outputs and every gradient, in float64."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqlib.lstm import (
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
    lstm_gates,
    lstm_gates_backward,
    lstm_inputs_backward,
    lstm_parameters_backward,
    lstm_peephole_cell_forward,
)
from seqlib.rnn import gradient_error, numeric_gradient

N_X, N_A, N_Y = 3, 5, 4
GRID = [(T, m, seed) for T in (1, 13) for m in (1, 15) for seed in (0, 1)]
CLOSE = {"rtol": 1e-10, "atol": 1e-11}
TORCH_ORDER = ("u", "f", "c", "o")


def draw(T, m, seed):
    rng = np.random.default_rng(seed)
    parameters = {}
    for gate in ("f", "u", "c", "o"):
        parameters[f"W{gate}"] = rng.normal(scale=0.6, size=(N_A, N_A + N_X))
        parameters[f"b{gate}"] = rng.normal(scale=0.6, size=(N_A, 1))
    parameters |= {"Wy": rng.normal(size=(N_Y, N_A)), "by": rng.normal(size=(N_Y, 1))}
    return rng.normal(size=(N_X, m, T)), rng.normal(size=(N_A, m)), parameters, rng


def torch_layer(parameters):
    W = np.concatenate([parameters[f"W{gate}"] for gate in TORCH_ORDER])
    b = np.concatenate([parameters[f"b{gate}"] for gate in TORCH_ORDER])[:, 0]
    layer = torch.nn.LSTM(N_X, N_A).double()
    with torch.no_grad():
        for target, value in zip(
            layer.parameters(), (W[:, N_A:], W[:, :N_A], b, np.zeros_like(b)), strict=True
        ):
            target.copy_(torch.from_numpy(np.ascontiguousarray(value)))
    return layer


def by_hand_gradients(layer):
    dW = torch.cat([layer.weight_hh_l0.grad, layer.weight_ih_l0.grad], dim=1).chunk(4)
    db = layer.bias_ih_l0.grad[:, None].chunk(4)
    return {f"dW{g}": d for g, d in zip(TORCH_ORDER, dW, strict=True)} | {
        f"db{g}": d for g, d in zip(TORCH_ORDER, db, strict=True)
    }


@pytest.mark.parametrize(("T", "m", "seed"), GRID)
def test_outputs_and_all_gradients_are_those_of_torch(T, m, seed):
    x, a0, parameters, rng = draw(T, m, seed)
    da = rng.normal(size=(N_A, m, T))
    layer = torch_layer(parameters)
    inputs = torch.from_numpy(x).permute(2, 1, 0).clone().requires_grad_()
    state = torch.from_numpy(a0.T.copy())[None].requires_grad_()
    a_torch, (_, c_last) = layer(inputs, (state, torch.zeros_like(state)))
    a_torch.backward(torch.from_numpy(da).permute(2, 1, 0))

    a, y, c, caches = lstm_forward(x, a0, parameters)
    gradients = lstm_backward(da, caches)

    np.testing.assert_allclose(a, a_torch.detach().permute(2, 1, 0), **CLOSE)
    np.testing.assert_allclose(c[:, :, -1], c_last.detach()[0].T, **CLOSE)
    logits = np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, None]
    np.testing.assert_allclose(y, F.softmax(torch.from_numpy(logits), dim=0), **CLOSE)
    expected = {
        "dx": inputs.grad.permute(2, 1, 0),
        "da0": state.grad[0].T,
        **by_hand_gradients(layer),
    }
    assert gradients.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(gradients[name], gradient, err_msg=name, **CLOSE)


@pytest.mark.parametrize("m", [1, 15])
@pytest.mark.parametrize("seed", range(3))
def test_the_cell_is_that_of_torch_from_a_memory_that_is_not_empty(m, seed):
    x, a_prev, parameters, rng = draw(1, m, seed)
    c_prev, da, dc = (rng.normal(size=(N_A, m)) for _ in range(3))
    layer = torch_layer(parameters)
    inputs = torch.from_numpy(x).permute(2, 1, 0).clone().requires_grad_()
    states = [torch.from_numpy(value.T.copy())[None].requires_grad_() for value in (a_prev, c_prev)]
    a_torch, (_, c_torch) = layer(inputs, tuple(states))
    torch.autograd.backward([a_torch, c_torch], [torch.from_numpy(d.T.copy())[None] for d in (da, dc)])

    a_next, c_next, yt_pred, cache = lstm_cell_forward(x[:, :, 0], a_prev, c_prev, parameters)
    np.testing.assert_allclose(a_next, a_torch.detach()[0].T, **CLOSE)
    np.testing.assert_allclose(c_next, c_torch.detach()[0].T, **CLOSE)
    np.testing.assert_allclose(yt_pred.sum(axis=0), np.ones(m), **CLOSE)
    step = lstm_cell_backward(da, dc, cache)
    expected = {
        "dxt": inputs.grad[0].T,
        "da_prev": states[0].grad[0].T,
        "dc_prev": states[1].grad[0].T,
        **by_hand_gradients(layer),
    }
    assert step.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(step[name], gradient, err_msg=name, **CLOSE)


def test_the_three_parts_of_the_backward_step_make_the_whole():
    x, a_prev, parameters, rng = draw(1, 4, 5)
    c_prev, da, dc = (rng.normal(size=(N_A, 4)) for _ in range(3))
    cache = lstm_cell_forward(x[:, :, 0], a_prev, c_prev, parameters)[3]
    gates = lstm_gates_backward(da, dc, cache)
    assert gates.keys() == {"dft", "dut", "dcct", "dot"}
    parts = lstm_inputs_backward(da, dc, gates, cache) | lstm_parameters_backward(gates, cache)
    whole = lstm_cell_backward(da, dc, cache)
    assert parts.keys() == whole.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(parts[name], value)
    # A gate's bias stands before its σ or tanh, so the numeric gradient by it is the sum of the gate's own.
    weights = (da, dc)

    def loss(shifted):
        a_next, c_next, _, _ = lstm_cell_forward(x[:, :, 0], a_prev, c_prev, shifted)
        return float((weights[0] * a_next).sum() + (weights[1] * c_next).sum())

    numeric = numeric_gradient(loss, parameters)
    for gate, name in (("dft", "bf"), ("dut", "bu"), ("dcct", "bc"), ("dot", "bo")):
        np.testing.assert_allclose(gates[gate].sum(axis=1)[:, None], numeric[name], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(2))
def test_gradients_are_the_numeric_ones(seed):
    x, a0, parameters, rng = draw(4, 2, seed)
    weights = rng.normal(size=(N_A, 2, 4))

    def loss(shifted):
        return float((weights * lstm_forward(shifted["x"], shifted["a0"], shifted)[0]).sum())

    gradients = lstm_backward(weights, lstm_forward(x, a0, parameters)[3])
    analytic = {name.removeprefix("d"): gradient for name, gradient in gradients.items()}
    used = {name: value for name, value in parameters.items() if name not in ("Wy", "by")}
    full = {**parameters, "x": x, "a0": a0}
    numeric = numeric_gradient(loss, full)
    assert gradient_error(analytic, {name: numeric[name] for name in [*used, "x", "a0"]}) < 1e-8
    assert not numeric["Wy"].any() and not numeric["by"].any()


def test_gates_are_sigmoids_and_the_candidate_a_tanh_of_their_own_layer():
    x, a_prev, parameters, _ = draw(1, 3, 2)
    stacked = torch.from_numpy(np.concatenate([a_prev, x[:, :, 0]]))
    functions = (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid)
    for got, gate, function in zip(
        lstm_gates(x[:, :, 0], a_prev, parameters), ("f", "u", "c", "o"), functions, strict=True
    ):
        z = torch.from_numpy(parameters[f"W{gate}"]) @ stacked + torch.from_numpy(parameters[f"b{gate}"])
        np.testing.assert_allclose(got, function(z), **CLOSE)


def scalar_peephole(x, a, c, p, i):
    """One unit of one example by Gers and Schmidhuber's equations, in plain sums."""

    def layer(gate):
        state = sum(p[f"W{gate}"][i, j] * a[j] for j in range(N_A))
        return state + sum(p[f"W{gate}"][i, N_A + j] * x[j] for j in range(N_X)) + p[f"b{gate}"][i, 0]

    def logistic(z):
        return 1 / (1 + np.exp(-z))

    forget = logistic(layer("f") + p["pf"][i, 0] * c[i])
    update = logistic(layer("u") + p["pu"][i, 0] * c[i])
    memory = forget * c[i] + update * np.tanh(layer("c"))
    return logistic(layer("o") + p["po"][i, 0] * memory) * np.tanh(memory), memory


@pytest.mark.parametrize("m", [1, 6])
def test_the_peephole_cell_is_the_formula_unit_by_unit(m):
    x, a_prev, parameters, rng = draw(1, m, 11)
    c_prev = rng.normal(size=(N_A, m))
    parameters |= {name: rng.normal(size=(N_A, 1)) for name in ("pf", "pu", "po")}
    a_next, c_next, yt_pred = lstm_peephole_cell_forward(x[:, :, 0], a_prev, c_prev, parameters)
    for i in range(N_A):
        for k in range(m):
            a, c = scalar_peephole(x[:, k, 0], a_prev[:, k], c_prev[:, k], parameters, i)
            np.testing.assert_allclose((a_next[i, k], c_next[i, k]), (a, c), **CLOSE)
    np.testing.assert_allclose(yt_pred.sum(axis=0), np.ones(m), **CLOSE)


def test_without_peepholes_the_peephole_cell_is_the_plain_one():
    x, a_prev, parameters, rng = draw(1, 4, 12)
    c_prev = rng.normal(size=(N_A, 4))
    closed = parameters | {name: np.zeros((N_A, 1)) for name in ("pf", "pu", "po")}
    plain = lstm_cell_forward(x[:, :, 0], a_prev, c_prev, parameters)[:3]
    for got, want in zip(lstm_peephole_cell_forward(x[:, :, 0], a_prev, c_prev, closed), plain, strict=True):
        np.testing.assert_allclose(got, want, **CLOSE)


X, A0, PARAMETERS, _ = draw(4, 2, 9)
PARAMETERS |= dict.fromkeys(("pf", "pu", "po"), np.ones((N_A, 1)))
XT = X[:, :, 0]
CACHES = lstm_forward(X, A0, PARAMETERS)[3]
CACHE = CACHES[0][0]
GATES = lstm_gates_backward(A0, A0, CACHE)


def without(name):
    return {key: value for key, value in PARAMETERS.items() if key != name}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: lstm_gates(XT[:, :1], A0, PARAMETERS),
            ValueError,
            r"xt has shape \(3, 1\); expected \(any, 2\)",
        ),
        (lambda: lstm_gates(XT, A0[:0], PARAMETERS), ValueError, r"a_prev has shape \(0, 2\)"),
        (lambda: lstm_gates(XT.astype(int), A0, PARAMETERS), TypeError, "xt holds int64"),
        (lambda: lstm_gates(XT, A0 * np.nan, PARAMETERS), ValueError, "a_prev holds NaN"),
        (lambda: lstm_gates(XT, A0, without("bu")), ValueError, "parameters lacks bu"),
        (
            lambda: lstm_gates(XT[1:], A0, PARAMETERS),
            ValueError,
            r"\['Wf'\] has shape \(5, 8\); expected \(5, 7\)",
        ),
        (lambda: lstm_cell_forward(XT, A0, A0[:, :1], PARAMETERS), ValueError, r"c_prev has shape \(5, 1\)"),
        (lambda: lstm_cell_forward(XT, A0, 0, PARAMETERS), TypeError, "c_prev is of type int"),
        (lambda: lstm_cell_forward(XT, A0, A0, without("Wy")), ValueError, "parameters lacks Wy"),
        (
            lambda: lstm_cell_forward(XT, A0, A0, PARAMETERS | {"by": np.ones((1, 1))}),
            ValueError,
            r"parameters\['by'\] has shape \(1, 1\); expected \(4, 1\)",
        ),
        (lambda: lstm_forward(X[:, :, :0], A0, PARAMETERS), ValueError, r"x has shape \(3, 2, 0\)"),
        (lambda: lstm_forward(X.tolist(), A0, PARAMETERS), TypeError, "x is of type list"),
        (lambda: lstm_forward(X, A0[:, :1], PARAMETERS), ValueError, r"a0 has shape \(5, 1\)"),
        (lambda: lstm_forward(X, A0, without("bo")), ValueError, "parameters lacks bo"),
        (lambda: lstm_gates_backward(A0[0], A0, CACHE), ValueError, r"da_next has shape \(2,\)"),
        (lambda: lstm_gates_backward(A0, A0 * np.nan, CACHE), ValueError, "dc_next holds NaN"),
        (
            lambda: lstm_gates_backward(A0, A0, CACHE[:7]),
            ValueError,
            "cache is a tuple of 7; expected the 10",
        ),
        (lambda: lstm_parameters_backward({}, CACHE), ValueError, "gates lacks dft, dut, dcct, dot"),
        (lambda: lstm_parameters_backward(GATES, None), ValueError, "cache is a NoneType"),
        (
            lambda: lstm_inputs_backward(A0, A0, GATES | {"dot": A0[1:]}, CACHE),
            ValueError,
            r"gates\['dot'\] has shape \(4, 2\)",
        ),
        (lambda: lstm_cell_backward(A0, 0.0, CACHE), TypeError, "dc_next is of type float"),
        (lambda: lstm_backward(X, CACHES), ValueError, r"da has shape \(3, 2, 4\); expected \(5, 2, 4\)"),
        (lambda: lstm_backward(X, CACHES[0][:2]), ValueError, r"caches\[0\]\[0\] is a"),
        (lambda: lstm_peephole_cell_forward(XT, A0, A0, without("pu")), ValueError, "parameters lacks pu"),
        (lambda: lstm_peephole_cell_forward(XT, A0, A0[1:], PARAMETERS), ValueError, "c_prev has shape"),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_the_gates_of_a_step_at_which_no_example_is_real_are_empty():
    for gate in lstm_gates(XT[:, :0], A0[:, :0], PARAMETERS):
        assert gate.shape == (N_A, 0)
    with pytest.raises(ValueError, match=r"xt has shape \(3, 2\); expected \(any, 0\)"):
        lstm_gates(XT, A0[:, :0], PARAMETERS)
