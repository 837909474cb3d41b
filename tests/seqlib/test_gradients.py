"""Laws of gradients through many steps: Jacobians, bounds, clipping, truncation; against torch and differences."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqlib.gradients import (
    ACTIVATIONS,
    activation_slope,
    clip,
    clip_by_norm,
    gradient_norms,
    jacobian_bound,
    jacobian_through_time,
    recurrent_backward,
    recurrent_forward,
    step_jacobian,
    stretch_and_radius,
    train_in_chunks,
    truncated_backward,
)
from seqlib.rnn import (
    gradient_error,
    numeric_gradient,
    rnn_backward,
    rnn_cell_forward,
    rnn_forward,
    rnn_output_backward,
)

N_X, N_A, N_Y, M, T_X = 3, 5, 4, 2, 7
SEEDS = st.integers(0, 2**32 - 1)
LIMITS = st.floats(1e-3, 1e3)


def draw(seed, T=T_X, m=M):
    rng = np.random.default_rng(seed)
    parameters = {
        "Waa": rng.normal(0, 0.6, (N_A, N_A)),
        "Wax": rng.normal(0, 0.6, (N_A, N_X)),
        "Wya": rng.normal(0, 1, (N_Y, N_A)),
        "ba": rng.normal(0, 0.3, (N_A, 1)),
        "by": rng.normal(0, 0.3, (N_Y, 1)),
    }
    return rng.normal(size=(N_X, m, T)), rng.uniform(-0.9, 0.9, (N_A, m)), parameters, rng


def gradients_of(seed):
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.uniform(-2, 2)
    return {"dWaa": scale * rng.normal(size=(3, 3)), "dba": scale * rng.normal(size=(3, 1))}


def norm_of(gradients):
    return np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))


def chunks_of_torch(x, y, a0, parameters, k, rate, max_norm):
    """The same training by torch's automatic differentiation, with the state detached between chunks."""
    weights = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in parameters.items()}
    state, losses = torch.from_numpy(a0), []
    for start in range(0, x.shape[2], k):
        loss = torch.zeros((), dtype=torch.float64)
        for t in range(start, min(start + k, x.shape[2])):
            inputs = torch.from_numpy(x[:, :, t])
            state = torch.tanh(weights["Waa"] @ state + weights["Wax"] @ inputs + weights["ba"])
            scores = weights["Wya"] @ state + weights["by"]
            loss = loss - (torch.from_numpy(y[:, :, t]) * torch.log_softmax(scores, dim=0)).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), max_norm)
        with torch.no_grad():
            for weight in weights.values():
                weight -= rate * weight.grad
                weight.grad = None
        state = state.detach()
        losses.append(loss.item())
    return {name: weight.detach().numpy() for name, weight in weights.items()}, state.numpy(), losses


@pytest.mark.parametrize("seed", range(3))
def test_the_jacobian_of_a_step_is_that_of_torch(seed):
    x, a_prev, parameters, _ = draw(seed)
    a_next = rnn_cell_forward(x[:, :, 0], a_prev, parameters)[0]
    W = {name: torch.from_numpy(value) for name, value in parameters.items()}
    for i in range(M):
        inputs = torch.from_numpy(x[:, i, 0])
        expected = torch.autograd.functional.jacobian(
            lambda a, inputs=inputs: torch.tanh(W["Waa"] @ a + W["Wax"] @ inputs + W["ba"][:, 0]),
            torch.from_numpy(a_prev[:, i]),
        )
        np.testing.assert_allclose(
            step_jacobian(a_next, parameters["Waa"])[i], expected, rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize(("seed", "T"), [(0, 1), (1, 2), (2, 9)])
def test_the_product_of_jacobians_carries_a_gradient_as_the_backward_pass_does(seed, T):
    x, a0, parameters, rng = draw(seed, T)
    a, _, caches = rnn_forward(x, a0, parameters)
    da = np.zeros((N_A, M, T))
    da[:, :, -1] = rng.normal(size=(N_A, M))
    dx_first = rnn_backward(da, caches)["dx"][:, :, 0]
    arriving = np.einsum("mij,im->jm", jacobian_through_time(a, parameters["Waa"]), da[:, :, -1])
    dz = arriving * (1 - a[:, :, 0] ** 2)
    np.testing.assert_allclose(parameters["Wax"].T @ dz, dx_first, rtol=1e-10, atol=1e-13)


@given(SEEDS)
def test_no_product_of_jacobians_exceeds_the_bound(seed):
    x, a0, parameters, _ = draw(seed)
    a = rnn_forward(x, a0, parameters)[0]
    bound = jacobian_bound(a, parameters["Waa"])
    for k in range(T_X):
        product = jacobian_through_time(a[:, :, k:], parameters["Waa"])
        largest = np.linalg.norm(product, ord=2, axis=(1, 2))
        assert (largest <= bound[:, k] * (1 + 1e-9)).all()
    assert (bound[:, -1] == 1).all()


@given(SEEDS)
def test_the_radius_is_at_most_the_stretch_and_is_what_remains_of_high_powers(seed):
    W = np.random.default_rng(seed).normal(size=(4, 4))
    sigma_max, radius = stretch_and_radius(W)
    assert radius <= sigma_max * (1 + 1e-9)
    grown = np.linalg.norm(np.linalg.matrix_power(W / radius, 4000), ord=2) ** (1 / 4000)
    assert grown == pytest.approx(1, rel=0.02)


def test_a_rotation_neither_stretches_nor_shrinks_and_a_shear_stretches_without_growing():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    assert stretch_and_radius(turn) == pytest.approx((1, 1))
    sigma_max, radius = stretch_and_radius(np.array([[0.5, 3.0], [0.0, 0.5]]))
    assert sigma_max > 3 and radius == pytest.approx(0.5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slopes_are_those_of_torch(activation):
    z = torch.linspace(-3, 3, 24, dtype=torch.float64).requires_grad_()
    a = getattr(torch, activation)(z)
    a.sum().backward()
    np.testing.assert_allclose(activation_slope(a.detach().numpy(), activation), z.grad, atol=1e-15)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(2))
def test_backward_is_the_numeric_gradient(activation, seed):
    x, a0, parameters, rng = draw(seed, T=4)
    weights = rng.normal(size=(N_A, M, 4))

    def loss(values):
        return float((weights * recurrent_forward(values["x"], values["a0"], parameters, activation)).sum())

    a = recurrent_forward(x, a0, parameters, activation)
    backward = recurrent_backward(weights, a, parameters, activation)
    numeric = numeric_gradient(loss, {"x": x, "a0": a0})
    assert gradient_error({"x": backward["dx"], "a0": backward["da0"]}, numeric) < 1e-8


def test_with_tanh_the_network_is_that_of_02():
    x, a0, parameters, rng = draw(4)
    a, _, caches = rnn_forward(x, a0, parameters)
    da = rng.normal(size=a.shape)
    np.testing.assert_allclose(recurrent_forward(x, a0, parameters, "tanh"), a, rtol=1e-12)
    expected = rnn_backward(da, caches)
    for name, gradient in recurrent_backward(da, a, parameters, "tanh").items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-10, atol=1e-12)


def test_norms_are_taken_over_inputs_and_examples_of_each_step():
    dx = np.random.default_rng(0).normal(size=(3, 4, 6))
    np.testing.assert_allclose(
        gradient_norms(dx), [np.linalg.norm(dx[:, :, t]) for t in range(6)], rtol=1e-12
    )


@given(SEEDS, LIMITS)
def test_clipping_by_value_raises_no_entry_and_keeps_signs(seed, limit):
    gradients = gradients_of(seed)
    clipped = clip(gradients, limit)
    assert norm_of(clipped) <= norm_of(gradients)
    for name, gradient in gradients.items():
        assert (np.sign(clipped[name]) == np.sign(gradient)).all()
        assert (np.abs(clipped[name]) == np.minimum(np.abs(gradient), limit)).all()


@given(SEEDS, LIMITS)
def test_clipping_by_norm_never_raises_the_norm_and_keeps_the_direction(seed, limit):
    gradients = gradients_of(seed)
    before = norm_of(gradients)
    clipped, norm = clip_by_norm(gradients, limit)
    assert norm == pytest.approx(before)
    assert norm_of(clipped) == pytest.approx(min(before, limit))
    for name, gradient in gradients.items():
        np.testing.assert_allclose(clipped[name] / norm_of(clipped), gradient / before, rtol=1e-9)


def test_clipping_by_norm_is_that_of_torch():
    gradients = gradients_of(3)
    weights = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients.values()]
    for weight, gradient in zip(weights, gradients.values(), strict=True):
        weight.grad = torch.from_numpy(gradient.copy())
    limit = norm_of(gradients) / 3
    norm = torch.nn.utils.clip_grad_norm_(weights, limit)
    clipped, own = clip_by_norm(gradients, limit)
    assert own == pytest.approx(norm.item())
    for weight, gradient in zip(weights, clipped.values(), strict=True):
        np.testing.assert_allclose(gradient, weight.grad, rtol=1e-5)  # torch divides by the norm + 1e-6


def test_a_zero_gradient_stays_zero_and_nothing_given_is_changed():
    zero = {"dW": np.zeros((2, 3))}
    clipped, norm = clip_by_norm(zero, 5.0)
    assert norm == 0 and not clipped["dW"].any()
    gradients = gradients_of(1)
    before = {name: gradient.copy() for name, gradient in gradients.items()}
    for result in (clip(gradients, 1e-3), clip_by_norm(gradients, 1e-3)[0]):
        for name in gradients:
            assert not np.shares_memory(result[name], gradients[name])
            np.testing.assert_array_equal(gradients[name], before[name])


@pytest.mark.parametrize("k1", [1, 2, 3, T_X, 10])
def test_truncation_that_reaches_the_beginning_is_the_whole_gradient(k1):
    x, a0, parameters, rng = draw(5)
    caches = rnn_forward(x, a0, parameters)[2]
    da = rng.normal(size=(N_A, M, T_X))
    whole = rnn_backward(da, caches)
    for name, gradient in truncated_backward(da, caches, k1, max(k1, T_X)).items():
        np.testing.assert_allclose(gradient, whole[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("k1", "k2"), [(1, 1), (1, 3), (2, 2), (2, 5), (3, 4)])
def test_truncation_is_torch_with_the_state_cut_before_each_pass(k1, k2):
    x, a0, parameters, rng = draw(6)
    a, _, caches = rnn_forward(x, a0, parameters)
    da = rng.normal(size=a.shape)
    weights = {
        name: torch.from_numpy(parameters[name].copy()).requires_grad_() for name in ("Wax", "Waa", "ba")
    }
    for start in range(0, T_X, k1):
        end = min(start + k1, T_X)
        back = max(end - k2, 0)
        state = torch.from_numpy(a[:, :, back - 1] if back else a0)
        for t in range(back, end):
            inputs = torch.from_numpy(x[:, :, t])
            state = torch.tanh(weights["Waa"] @ state + weights["Wax"] @ inputs + weights["ba"])
            if t >= start:
                (state * torch.from_numpy(da[:, :, t])).sum().backward(retain_graph=True)
    result = truncated_backward(da, caches, k1, k2)
    assert result.keys() == {"dWax", "dWaa", "dba"}
    for name, weight in weights.items():
        np.testing.assert_allclose(result[f"d{name}"], weight.grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("k", [1, 3, T_X, 20])
def test_training_in_chunks_is_torch_with_a_detached_state(k):
    x, a0, parameters, rng = draw(7)
    y = np.eye(N_Y)[rng.integers(0, N_Y, (M, T_X))].transpose(2, 0, 1)
    trained, state, losses = train_in_chunks(x, y, a0, parameters, k, 0.2, 1.5)
    expected, state_torch, losses_torch = chunks_of_torch(x, y, a0, parameters, k, 0.2, 1.5)
    np.testing.assert_allclose(state, state_torch, rtol=1e-5)
    np.testing.assert_allclose(losses, losses_torch, rtol=1e-5)
    for name in parameters:
        np.testing.assert_allclose(trained[name], expected[name], rtol=1e-4, atol=1e-6)


def test_one_chunk_of_all_steps_is_one_step_of_gradient_descent():
    x, a0, parameters, rng = draw(8)
    y = np.eye(N_Y)[rng.integers(0, N_Y, (M, T_X))].transpose(2, 0, 1)
    trained, state, losses = train_in_chunks(x, y, a0, parameters, T_X, 0.1, 1e9)
    a, y_pred, caches = rnn_forward(x, a0, parameters)
    step = rnn_output_backward(y_pred, y, a, parameters)
    step |= rnn_backward(step["da"], caches)
    assert len(losses) == 1
    np.testing.assert_array_equal(state, a[:, :, -1])
    for name, value in parameters.items():
        np.testing.assert_allclose(trained[name], value - 0.1 * step[f"d{name}"], rtol=1e-12)


X, A0, PARAMETERS, _ = draw(9)
A, _, CACHES = rnn_forward(X, A0, PARAMETERS)
Y = np.zeros((N_Y, M, T_X))
WAA = PARAMETERS["Waa"]
NOT_A_NUMBER = np.full_like(A, np.nan)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: gradient_norms(A[0]), r"dx has shape \(2, 7\); expected \(n_x, m, T_x\)"),
        (lambda: gradient_norms(A[:, :, :0]), "dx has shape .* none of them 0"),
        (lambda: gradient_norms([[[1.0]]]), "dx is of type list"),
        (lambda: step_jacobian(A[:, :, 0], WAA[:3]), r"Waa has shape \(3, 5\); expected \(5, 5\)"),
        (lambda: jacobian_through_time(NOT_A_NUMBER, WAA), "a holds NaN"),
        (lambda: jacobian_bound(A[:, :, :0], WAA), "a has shape"),
        (lambda: stretch_and_radius(WAA[:2]), "W has shape .* square"),
        (lambda: stretch_and_radius(WAA.astype(str)), "W holds <U32; expected floating point numbers"),
        (
            lambda: recurrent_forward(X, A0, PARAMETERS, "elu"),
            "activation is 'elu'; expected one of sigmoid, tanh",
        ),
        (lambda: recurrent_forward(X[:, :, :0], A0, PARAMETERS, "tanh"), "x has shape"),
        (lambda: activation_slope(A, "ReLU"), "activation is 'ReLU'"),
        (lambda: recurrent_backward(A, A[:, :, 1:], PARAMETERS, "tanh"), "a has shape"),
        (lambda: clip({}, 1.0), "gradients is empty"),
        (lambda: clip({"dW": A}, 0.0), "max_value is 0.0; expected a number above 0"),
        (lambda: clip({"dW": NOT_A_NUMBER}, 1.0), r"gradients\['dW'\] holds NaN"),
        (lambda: clip_by_norm({"dW": A / 0.0}, 1.0), r"gradients\['dW'\] holds infinity"),
        (lambda: clip_by_norm({"dW": A}, float("nan")), "max_norm is nan"),
        (lambda: truncated_backward(A, CACHES, 3, 2), "k1 is 3 and k2 is 2"),
        (lambda: truncated_backward(A, CACHES, 0, 2), "k1 is 0"),
        (lambda: truncated_backward(A, CACHES, 1, 2.0), "k2 is 2.0; expected a whole number"),
        (lambda: train_in_chunks(X, X[:, :1], A0, PARAMETERS, 2, 0.1, 1.0), "y has shape"),
        (lambda: train_in_chunks(X, Y, A0, PARAMETERS, 0, 0.1, 1.0), "k is 0"),
        (lambda: train_in_chunks(X, Y, A0, PARAMETERS, 2, -0.1, 1.0), "learning_rate is -0.1"),
        (lambda: train_in_chunks(X, Y, A0, {"Waa": WAA}, 2, 0.1, 1.0), "parameters lacks Wax, Wya, ba, by"),
        (lambda: train_in_chunks(X, Y, A0[1:], PARAMETERS, 2, 0.1, 1.0), r"parameters\['Waa'\] has shape"),
        (lambda: recurrent_forward(X, A0[:, :1], PARAMETERS, "tanh"), "a0 has shape"),
        (
            lambda: truncated_backward(A[:, :, 1:], CACHES, 1, 2),
            r"da has shape \(5, 2, 6\); expected \(5, 2, 7\), a step for each",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_what_does_not_fit_is_named(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
