"""The RNN by hand is torch's: outputs and every gradient, in float64."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqlib.activations import sigmoid, softmax
from seqlib.rnn import (
    binary_cross_entropy,
    cross_entropy,
    gradient_error,
    numeric_gradient,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_cell_forward_stacked,
    rnn_forward,
    rnn_output_backward,
    stack_parameters,
)

N_X, N_A, N_Y = 3, 5, 4
GRID = [(T, m, seed) for T in (1, 13) for m in (1, 15) for seed in (0, 1)]
CLOSE = {"rtol": 1e-10, "atol": 1e-11}


def draw(T, m, seed):
    rng = np.random.default_rng(seed)
    shapes = {"Waa": (N_A, N_A), "Wax": (N_A, N_X), "Wya": (N_Y, N_A), "ba": (N_A, 1), "by": (N_Y, 1)}
    parameters = {name: rng.normal(scale=0.6, size=shape) for name, shape in shapes.items()}
    x, a0 = rng.normal(size=(N_X, m, T)), rng.normal(size=(N_A, m))
    return x, a0, parameters, rng.integers(N_Y, size=(m, T))


def torch_network(x, a0, parameters):
    """torch.nn.RNN with the same weights; x and a0 collect gradients."""
    layer = torch.nn.RNN(N_X, N_A).double()
    weights = (parameters["Wax"], parameters["Waa"], parameters["ba"][:, 0], np.zeros(N_A))
    with torch.no_grad():
        for target, value in zip(layer.parameters(), weights, strict=True):
            target.copy_(torch.from_numpy(value))
    inputs = torch.from_numpy(x).permute(2, 1, 0).clone().requires_grad_()
    state = torch.from_numpy(a0.T.copy())[None].requires_grad_()
    Wya = torch.from_numpy(parameters["Wya"].copy()).requires_grad_()
    by = torch.from_numpy(parameters["by"][:, 0].copy()).requires_grad_()
    a, _ = layer(inputs, state)
    a.retain_grad()
    return layer, inputs, state, Wya, by, a, a @ Wya.T + by


@pytest.mark.parametrize(("T", "m", "seed"), GRID)
def test_outputs_and_all_gradients_are_those_of_torch(T, m, seed):
    x, a0, parameters, y = draw(T, m, seed)
    layer, inputs, state, Wya, by, a_torch, logits = torch_network(x, a0, parameters)
    loss_torch = F.cross_entropy(logits.permute(1, 2, 0), torch.from_numpy(y), reduction="sum")
    loss_torch.backward()

    a, y_pred, caches = rnn_forward(x, a0, parameters)
    losses, loss = cross_entropy(y_pred, y)
    output = rnn_output_backward(y_pred, np.moveaxis(np.eye(N_Y)[y], -1, 0), a, parameters)
    gradients = rnn_backward(output["da"], caches)

    np.testing.assert_allclose(a, a_torch.detach().permute(2, 1, 0), **CLOSE)
    np.testing.assert_allclose(y_pred, logits.detach().softmax(-1).permute(2, 1, 0), **CLOSE)
    assert losses.shape == (m, T)
    np.testing.assert_allclose(loss, loss_torch.item(), **CLOSE)
    expected = {
        "dx": inputs.grad.permute(2, 1, 0),
        "da0": state.grad[0].T,
        "dWax": layer.weight_ih_l0.grad,
        "dWaa": layer.weight_hh_l0.grad,
        "dba": layer.bias_ih_l0.grad[:, None],
    }
    assert gradients.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(gradients[name], gradient, err_msg=name, **CLOSE)
    np.testing.assert_allclose(output["dWya"], Wya.grad, **CLOSE)
    np.testing.assert_allclose(output["dby"], by.grad[:, None], **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_numeric_ones(seed):
    x, a0, parameters, y = draw(4, 2, seed)

    def loss(shifted):
        weights = {name: shifted[name] for name in parameters}
        return cross_entropy(rnn_forward(shifted["x"], shifted["a0"], weights)[1], y)[1]

    a, y_pred, caches = rnn_forward(x, a0, parameters)
    output = rnn_output_backward(y_pred, np.moveaxis(np.eye(N_Y)[y], -1, 0), a, parameters)
    gradients = {**output, **rnn_backward(output.pop("da"), caches)}
    analytic = {name.removeprefix("d"): gradient for name, gradient in gradients.items()}
    numeric = numeric_gradient(loss, {**parameters, "x": x, "a0": a0})
    assert gradient_error(analytic, numeric) < 1e-8
    assert gradient_error({**analytic, "Waa": 1.01 * analytic["Waa"]}, numeric) > 1e-5


def test_the_cell_backward_sends_what_numeric_differences_find():
    x, a_prev, parameters, _ = draw(1, 3, 7)
    weights = np.random.default_rng(8).normal(size=(N_A, 3))
    a_next, _, cache = rnn_cell_forward(x[:, :, 0], a_prev, parameters)
    step = rnn_cell_backward(weights, cache)

    def loss(shifted):
        return float((weights * rnn_cell_forward(shifted["xt"], shifted["a_prev"], shifted)[0]).sum())

    numeric = numeric_gradient(loss, {**parameters, "xt": x[:, :, 0], "a_prev": a_prev})
    for name, gradient in step.items():
        np.testing.assert_allclose(gradient, numeric[name.removeprefix("d")], rtol=1e-6, atol=1e-8)


def test_numeric_gradient_of_a_cubic_is_exact_but_for_its_square_and_leaves_the_parameters():
    w = np.array([[0.5, -2.0, 3.0]])
    kept = w.copy()
    gradient = numeric_gradient(lambda p: float((p["w"] ** 3).sum()), {"w": w}, epsilon=1e-3)["w"]
    np.testing.assert_allclose(gradient, 3 * w**2 + 1e-6, rtol=1e-9)
    np.testing.assert_array_equal(w, kept)


def test_gradient_error_is_zero_for_equal_and_one_for_opposite():
    g = {"a": np.array([1.0, -2.0]), "b": np.array([[3.0]])}
    assert gradient_error(g, g) == 0
    assert gradient_error(g, {name: -value for name, value in g.items()}) == 1
    assert gradient_error({"a": np.zeros(2)}, {"a": np.zeros(2)}) == 0


def test_the_stacked_form_is_the_split_one():
    x, a_prev, parameters, _ = draw(1, 6, 3)
    stacked = stack_parameters(parameters)
    assert stacked["Wa"].shape == (N_A, N_A + N_X)
    for got, want in zip(
        rnn_cell_forward_stacked(x[:, :, 0], a_prev, stacked),
        rnn_cell_forward(x[:, :, 0], a_prev, parameters),
        strict=False,
    ):
        np.testing.assert_allclose(got, want, **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_both_losses_are_those_of_torch(seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(1, 7, 5)), rng.integers(2, size=(1, 7, 5)).astype(float)
    losses, total = binary_cross_entropy(sigmoid(z), y)
    expected = F.binary_cross_entropy_with_logits(torch.from_numpy(z), torch.from_numpy(y), reduction="none")
    np.testing.assert_allclose(losses, expected[0], **CLOSE)
    np.testing.assert_allclose(total, expected.sum(), **CLOSE)
    z, y = rng.normal(size=(N_Y, 7, 5)), rng.integers(N_Y, size=(7, 5))
    losses, total = cross_entropy(softmax(z), y)
    logits = torch.from_numpy(z).permute(1, 0, 2)
    expected = F.cross_entropy(logits, torch.from_numpy(y), reduction="none")
    np.testing.assert_allclose(losses, expected, **CLOSE)
    np.testing.assert_allclose(total, expected.sum(), **CLOSE)


def test_activations_do_not_overflow():
    z = np.array([[-1e4, 0.0, 1e4], [1e4, 0.0, -1e4]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(sigmoid(z), [[0, 0.5, 1], [1, 0.5, 0]])
        np.testing.assert_array_equal(softmax(z), [[0, 0.5, 1], [1, 0.5, 0]])


X, A0, PARAMETERS, Y = draw(4, 2, 9)
XT = X[:, :, 0]
A, Y_PRED, CACHES = rnn_forward(X, A0, PARAMETERS)
STACKED = stack_parameters(PARAMETERS)
ONE_HOT = np.moveaxis(np.eye(N_Y)[Y], -1, 0)
YES, NO = np.full((1, 2, 4), 0.5), np.zeros((1, 2, 4))


def without(parameters, *names):
    return {name: value for name, value in parameters.items() if name not in names}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: numeric_gradient(1.0, PARAMETERS), TypeError, "loss is of type float"),
        (lambda: numeric_gradient(sum, {}), ValueError, "parameters is empty"),
        (lambda: numeric_gradient(sum, {"w": np.ones(2, int)}), TypeError, r"parameters\['w'\] holds int64"),
        (lambda: numeric_gradient(sum, {"w": A0 * np.nan}), ValueError, r"parameters\['w'\] holds NaN"),
        (lambda: numeric_gradient(sum, PARAMETERS, 0.0), ValueError, "epsilon is 0.0"),
        (lambda: gradient_error({}, PARAMETERS), ValueError, "gradients lacks Waa, Wax"),
        (lambda: gradient_error({"w": A0}, {"w": A0.T}), ValueError, r"gradients\['w'\] has shape \(5, 2\)"),
        (lambda: gradient_error({"w": A0 * np.nan}, {"w": A0}), ValueError, r"gradients\['w'\] holds NaN"),
        (lambda: gradient_error({}, {}), ValueError, "numeric is empty"),
        (lambda: rnn_cell_forward(XT[:, :1], A0, PARAMETERS), ValueError, r"xt has shape \(3, 1\)"),
        (lambda: rnn_cell_forward(XT, A0[0], PARAMETERS), ValueError, r"a_prev has shape \(2,\)"),
        (lambda: rnn_cell_forward(XT.astype(int), A0, PARAMETERS), TypeError, "xt holds int64"),
        (lambda: rnn_cell_forward(XT * np.nan, A0, PARAMETERS), ValueError, "xt holds NaN in 6 of 6"),
        (lambda: rnn_cell_forward(XT, A0, without(PARAMETERS, "ba")), ValueError, "parameters lacks ba"),
        (
            lambda: rnn_cell_forward(XT, A0, PARAMETERS | {"by": np.ones(N_Y)}),
            ValueError,
            r"parameters\['by'\] has shape \(4,\)",
        ),
        (lambda: stack_parameters([A0]), TypeError, "parameters is of type list; expected a dict"),
        (lambda: stack_parameters(PARAMETERS | {"Wax": A0.T}), ValueError, r"\['Wax'\] has shape \(2, 5\)"),
        (lambda: rnn_cell_forward_stacked(XT, A0, PARAMETERS), ValueError, "stacked lacks Wa;"),
        (lambda: rnn_cell_forward_stacked(XT[1:], A0, STACKED), ValueError, r"\['Wa'\] has shape \(5, 8\)"),
        (lambda: rnn_forward(X[:, :, :0], A0, PARAMETERS), ValueError, r"x has shape \(3, 2, 0\)"),
        (
            lambda: rnn_forward(XT, A0, PARAMETERS),
            ValueError,
            r"x has shape \(3, 2\); expected \(n_x, m, T_x\)",
        ),
        (lambda: rnn_forward(X, A0[:, :1], PARAMETERS), ValueError, r"a0 has shape \(5, 1\)"),
        (lambda: rnn_forward(X[1:], A0, PARAMETERS), ValueError, r"parameters\['Wax'\] has shape \(5, 3\)"),
        (lambda: binary_cross_entropy(Y_PRED, ONE_HOT), ValueError, r"y_pred has shape .* one output unit"),
        (lambda: binary_cross_entropy(YES, NO[0]), ValueError, r"y has shape \(2, 4\)"),
        (lambda: binary_cross_entropy(YES * np.nan, NO), ValueError, "y_pred holds NaN"),
        (lambda: cross_entropy(Y_PRED, Y.T), ValueError, r"y has shape \(4, 2\); expected \(2, 4\)"),
        (lambda: cross_entropy(Y_PRED, Y * 1.0), TypeError, "y holds float64; expected whole numbers"),
        (lambda: cross_entropy(Y_PRED, Y + N_Y), ValueError, "y holds .*; expected indices from 0 to 3"),
        (lambda: cross_entropy(Y_PRED, Y - N_Y), ValueError, "y holds -"),
        (lambda: rnn_output_backward(Y_PRED, Y, A, PARAMETERS), ValueError, r"y has shape \(2, 4\)"),
        (lambda: rnn_output_backward(Y_PRED, None, A, PARAMETERS), TypeError, "y is None"),
        (lambda: rnn_output_backward(Y_PRED, ONE_HOT, A[1:], PARAMETERS), ValueError, r"\['Wya'\] has shape"),
        (lambda: rnn_output_backward(Y_PRED, ONE_HOT, A[:, 1:], PARAMETERS), ValueError, "a has shape"),
        (lambda: rnn_cell_backward(A0[1:], CACHES[0][0]), ValueError, r"da_next has shape \(4, 2\)"),
        (lambda: rnn_cell_backward(A0, CACHES[0][0][1:]), ValueError, "cache is a tuple of 3"),
        (
            lambda: rnn_backward(A[:, :, :3], CACHES),
            ValueError,
            r"da has shape \(5, 2, 3\); expected \(5, 2, 4\)",
        ),
        (
            lambda: rnn_backward(A, CACHES[0]),
            ValueError,
            r"caches is a list; expected \(list of the caches of rnn_cell_forward",
        ),
        (lambda: rnn_backward(A, ([], X)), ValueError, r"caches\[0\] is empty"),
        (lambda: rnn_backward(A * np.nan, CACHES), ValueError, "da holds NaN"),
    ],
)
def test_bad_input_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_a_difference_that_is_known_goes_back_with_0_for_the_classes():
    known = rnn_output_backward(Y_PRED - ONE_HOT, 0, A, PARAMETERS)
    for name, value in rnn_output_backward(Y_PRED, ONE_HOT, A, PARAMETERS).items():
        np.testing.assert_array_equal(known[name], value)
