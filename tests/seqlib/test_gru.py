"""The GRU by hand: its laws, its gradients, and torch's cell where the reset gate comes after its matrix."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlib.gru import (
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_cell_forward_reset_after,
    gru_forward,
    gru_gates_backward,
    gru_inputs_backward,
    gru_parameters_backward,
    gru_simplified_cell_forward,
)
from seqlib.rnn import gradient_error, numeric_gradient

N_X, N_A, N_Y = 3, 5, 4
CLOSE = {"rtol": 1e-10, "atol": 1e-11}
LAYERS = ("u", "r", "c")


def draw(T, m, seed):
    rng = np.random.default_rng(seed)
    parameters = {}
    for gate in LAYERS:
        parameters[f"W{gate}"] = rng.normal(scale=0.6, size=(N_A, N_A + N_X))
        parameters[f"b{gate}"] = rng.normal(scale=0.6, size=(N_A, 1))
    parameters |= {"Wy": rng.normal(size=(N_Y, N_A)), "by": rng.normal(size=(N_Y, 1))}
    return rng.normal(size=(N_X, m, T)), rng.normal(size=(N_A, m)), parameters, rng


def with_bias(parameters, **values):
    """The parameters with biases of one value each."""
    return parameters | {name: np.full_like(parameters[name], value) for name, value in values.items()}


def autograd_forward(x, a0, parameters):
    """The notes' formulas in torch, whose derivatives torch takes by itself."""
    a, steps = a0, []
    for t in range(x.shape[2]):
        u, r = (
            torch.sigmoid(parameters[f"W{g}"] @ torch.cat([a, x[:, :, t]]) + parameters[f"b{g}"])
            for g in "ur"
        )
        c = torch.tanh(parameters["Wc"] @ torch.cat([r * a, x[:, :, t]]) + parameters["bc"])
        a = u * c + (1 - u) * a
        steps.append(a)
    return torch.stack(steps, dim=2)


@pytest.mark.parametrize(("T", "m", "seed"), [(T, m, s) for T in (1, 13) for m in (1, 15) for s in (0, 1)])
def test_outputs_and_all_gradients_are_those_of_automatic_differentiation(T, m, seed):
    x, a0, parameters, rng = draw(T, m, seed)
    da = rng.normal(size=(N_A, m, T))
    leaves = {n: torch.tensor(v, requires_grad=True) for n, v in (parameters | {"x": x, "a0": a0}).items()}
    wanted = autograd_forward(leaves["x"], leaves["a0"], leaves)
    wanted.backward(torch.from_numpy(da))

    a, y, caches = gru_forward(x, a0, parameters)
    np.testing.assert_allclose(a, wanted.detach(), **CLOSE)
    scores = np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, None]
    np.testing.assert_allclose(y, torch.softmax(torch.from_numpy(scores), dim=0), **CLOSE)
    gradients = gru_backward(da, caches)
    names = ("x", "a0", *(f"{kind}{gate}" for gate in LAYERS for kind in "Wb"))
    assert gradients.keys() == {f"d{name}" for name in names}
    for name in names:
        np.testing.assert_allclose(gradients[f"d{name}"], leaves[name].grad, err_msg=name, **CLOSE)


@pytest.mark.parametrize("seed", range(2))
def test_gradients_are_the_numeric_ones(seed):
    x, a0, parameters, rng = draw(4, 2, seed)
    R = rng.normal(size=(N_A, 2, 4))

    def loss(shifted):
        return float((R * gru_forward(shifted["x"], shifted["a0"], shifted)[0]).sum())

    gradients = gru_backward(R, gru_forward(x, a0, parameters)[2])
    numeric = numeric_gradient(loss, {**parameters, "x": x, "a0": a0})
    assert not numeric.pop("Wy").any() and not numeric.pop("by").any()
    assert gradient_error({name.removeprefix("d"): g for name, g in gradients.items()}, numeric) < 1e-8


def test_the_three_parts_of_the_backward_step_make_the_whole():
    x, a_prev, parameters, rng = draw(1, 4, 5)
    da = rng.normal(size=(N_A, 4))
    cache = gru_cell_forward(x[:, :, 0], a_prev, parameters)[2]
    gates = gru_gates_backward(da, cache)
    parts = gru_inputs_backward(da, gates, cache) | gru_parameters_backward(gates, cache)
    whole = gru_cell_backward(da, cache)
    assert parts.keys() == whole.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(parts[name], value)

    def loss(shifted):
        return float((da * gru_cell_forward(x[:, :, 0], a_prev, shifted)[0]).sum())

    numeric = numeric_gradient(loss, parameters)
    for gate, name in (("dut", "bu"), ("drt", "br"), ("dcct", "bc")):
        np.testing.assert_allclose(gates[gate].sum(axis=1)[:, None], numeric[name], rtol=1e-6, atol=1e-8)


@settings(deadline=None, max_examples=30)
@given(m=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_an_update_gate_of_nought_keeps_and_of_one_overwrites(m, seed):
    x, a_prev, parameters, _ = draw(1, m, seed)
    a_next, _, cache = gru_cell_forward(x[:, :, 0], a_prev, with_bias(parameters, bu=-80.0))
    np.testing.assert_allclose(a_next, a_prev, rtol=0, atol=1e-12)
    a_next, _, cache = gru_cell_forward(x[:, :, 0], a_prev, with_bias(parameters, bu=80.0))
    np.testing.assert_allclose(a_next, cache[4], rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(m=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_an_open_reset_gate_gives_the_simplified_cell_and_a_shut_one_hides_the_past(m, seed):
    x, a_prev, parameters, rng = draw(1, m, seed)
    xt = x[:, :, 0]
    opened = gru_cell_forward(xt, a_prev, with_bias(parameters, br=80.0))
    for got, want in zip(opened[:2], gru_simplified_cell_forward(xt, a_prev, parameters), strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)
    shut = with_bias(parameters, br=-80.0)
    other = rng.normal(size=a_prev.shape)
    candidates = [gru_cell_forward(xt, past, shut)[2][4] for past in (a_prev, other)]
    np.testing.assert_allclose(*candidates, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(m=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_what_comes_out_lies_between_the_old_activation_and_the_candidate(m, seed):
    x, a_prev, parameters, _ = draw(1, m, seed)
    a_next, yt_pred, cache = gru_cell_forward(x[:, :, 0], a_prev, parameters)
    low, high = np.minimum(a_prev, cache[4]), np.maximum(a_prev, cache[4])
    assert (low - 1e-12 <= a_next).all() and (a_next <= high + 1e-12).all()
    np.testing.assert_allclose(yt_pred.sum(axis=0), np.ones(m), **CLOSE)


def test_examples_do_not_see_each_other_and_a_sequence_can_be_cut():
    x, a0, parameters, _ = draw(9, 4, 3)
    a, y, _ = gru_forward(x, a0, parameters)
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(gru_forward(x[:, order], a0[:, order], parameters)[0], a[:, order], **CLOSE)
    first = gru_forward(x[:, :, :5], a0, parameters)[0]
    rest = gru_forward(x[:, :, 5:], first[:, :, -1], parameters)
    np.testing.assert_allclose(np.concatenate([first, rest[0]], axis=2), a, **CLOSE)
    np.testing.assert_allclose(rest[1], y[:, :, 5:], **CLOSE)


def torch_layer(parameters):
    """torch.nn.GRU with these weights: its blocks are r, z, n, and its z is 1 − Γ_u."""
    W = [parameters["Wr"], -parameters["Wu"], parameters["Wc"]]
    b = [parameters["br"], -parameters["bu"], parameters["bc"]]
    nothing = np.zeros((2 * N_A, 1))
    layer = torch.nn.GRU(N_X, N_A).double()
    values = (
        np.concatenate(W)[:, N_A:],
        np.concatenate(W)[:, :N_A],
        np.concatenate(b)[:, 0],
        np.concatenate([nothing, parameters["bca"]])[:, 0],
    )
    with torch.no_grad():
        for target, value in zip(layer.parameters(), values, strict=True):
            target.copy_(torch.from_numpy(value.copy()))
    return layer


@pytest.mark.parametrize(("T", "m", "seed"), [(1, 1, 0), (13, 15, 1), (6, 4, 2)])
def test_with_the_reset_gate_after_its_matrix_the_cell_is_that_of_torch(T, m, seed):
    x, a0, parameters, rng = draw(T, m, seed)
    parameters["bca"] = rng.normal(size=(N_A, 1))
    wanted = torch_layer(parameters)(
        torch.from_numpy(x).permute(2, 1, 0), torch.from_numpy(a0.T.copy())[None]
    )
    a = a0
    for t in range(T):
        a, yt_pred = gru_cell_forward_reset_after(x[:, :, t], a, parameters)
        np.testing.assert_allclose(a, wanted[0][t].detach().T, **CLOSE)
        np.testing.assert_allclose(yt_pred.sum(axis=0), np.ones(m), **CLOSE)


def test_the_place_of_the_reset_gate_matters_but_not_when_it_is_open():
    x, a_prev, parameters, _ = draw(1, 4, 8)
    xt = x[:, :, 0]
    parameters["bca"] = np.zeros((N_A, 1))
    before, after = (
        gru_cell_forward(xt, a_prev, parameters),
        gru_cell_forward_reset_after(xt, a_prev, parameters),
    )
    assert np.abs(before[0] - after[0]).max() > 1e-2
    opened = with_bias(parameters, br=80.0)
    before, after = gru_cell_forward(xt, a_prev, opened), gru_cell_forward_reset_after(xt, a_prev, opened)
    np.testing.assert_allclose(before[0], after[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "change", "error", "message"),
    [
        ("xt", lambda v: v[:, :1], ValueError, r"xt has shape \(3, 1\); expected \(any, 4\)"),
        ("xt", lambda v: v[:0], ValueError, r"xt has shape \(0, 4\)"),
        ("a_prev", lambda v: v[0], ValueError, r"a_prev has shape \(4,\); expected \(n_a, m\)"),
        ("a_prev", lambda v: v.astype(int), TypeError, "a_prev holds int64; expected floating point"),
        ("a_prev", lambda v: v * np.nan, ValueError, "a_prev holds NaN in 20 of 20 places"),
        ("xt", lambda v: v.tolist(), TypeError, "xt is of type list"),
    ],
)
@pytest.mark.parametrize(
    "cell", [gru_simplified_cell_forward, gru_cell_forward, gru_cell_forward_reset_after]
)
def test_arguments_that_do_not_fit_are_named(cell, name, change, error, message):
    x, a_prev, parameters, _ = draw(1, 4, 0)
    arguments = {"xt": x[:, :, 0], "a_prev": a_prev, "parameters": parameters | {"bca": np.ones((N_A, 1))}}
    cell(**arguments)
    with pytest.raises(error, match=message):
        cell(**arguments | {name: change(arguments[name])})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"br": np.ones(N_A)}, r"parameters\['br'\] has shape \(5,\); expected \(5, 1\)"),
        ({"Wc": np.ones((N_A + N_X, N_A))}, r"parameters\['Wc'\] has shape \(8, 5\).*\(5, 8\)"),
        ({"by": np.ones((N_Y + 1, 1))}, r"parameters\['by'\] has shape \(5, 1\).*\(4, 1\)"),
    ],
)
def test_parameters_that_do_not_fit_are_named(changes, message):
    x, a_prev, parameters, _ = draw(1, 4, 0)
    with pytest.raises(ValueError, match=message):
        gru_cell_forward(x[:, :, 0], a_prev, parameters | changes)
    del parameters["Wr"]
    with pytest.raises(ValueError, match="parameters lacks Wr"):
        gru_cell_forward(x[:, :, 0], a_prev, parameters)


def test_sequences_and_gradients_that_do_not_fit_are_named():
    x, a0, parameters, rng = draw(4, 2, 0)
    with pytest.raises(ValueError, match=r"x has shape \(3, 2, 0\)"):
        gru_forward(x[:, :, :0], a0, parameters)
    with pytest.raises(ValueError, match=r"a0 has shape \(5, 1\); expected \(any, 2\)"):
        gru_forward(x, a0[:, :1], parameters)
    caches = gru_forward(x, a0, parameters)[2]
    with pytest.raises(ValueError, match=r"da has shape \(5, 2, 3\); expected \(5, 2, 4\)"):
        gru_backward(rng.normal(size=(N_A, 2, 3)), caches)
    with pytest.raises(ValueError, match=r"da_next has shape \(5,\)"):
        gru_cell_backward(np.ones(N_A), caches[0][0])
    with pytest.raises(ValueError, match="cache is a tuple of 6; expected the 7 entries"):
        gru_gates_backward(np.ones((N_A, 2)), caches[0][0][:6])
    with pytest.raises(ValueError, match=r"caches\[1\] has shape \(3, 2, 4\); expected \(any, 2, 3\)"):
        gru_backward(np.ones((N_A, 2, 3)), (caches[0][:3], caches[1]))
    with pytest.raises(ValueError, match="gates lacks drt"):
        gru_parameters_backward({"dut": a0, "dcct": a0}, caches[0][0])
    with pytest.raises(ValueError, match=r"parameters lacks Wu"):
        gru_forward(x, a0, {})
