"""Gradients through many steps: Jacobians and their product, bounds, clipping, truncated backpropagation.

Arrays are features first: `(n_a, m, T_x)` for the activations of m examples. A Jacobian of one example is
`(n_a, n_a)`, row the activation that is moved, column the one that moves it; of a batch, `(m, n_a, n_a)`.
`parameters` is the dict of `seqlib.rnn`: Waa, Wax, Wya, ba, by.
Lecture note 001 explains vanishing by shrinking values; what shrinks is the product of Jacobians. Bengio et al.
(1994), Pascanu et al. (2013); truncation after Williams and Peng (1990).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from seqlib.activations import Array, sigmoid
from seqlib.arguments import ANY, array, arrays, count, keys, numbers, positive, requires, shaped, unrolled
from seqlib.rnn import Cache, Parameters, rnn_backward, rnn_forward, rnn_output_backward

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def _gradient_of_inputs(dx: Any) -> None:
    array("dx", dx, "(n_x, m, T_x)")


def _recurrent(Waa: Any, n_a: int) -> None:
    shaped("Waa", Waa, (n_a, n_a), "a row and a column for each unit")


def _step(a_next: Any, Waa: Any) -> None:
    array("a_next", a_next, "(n_a, m)")
    _recurrent(Waa, a_next.shape[0])


def _sequence(a: Any, Waa: Any) -> None:
    array("a", a, "(n_a, m, T_x)")
    _recurrent(Waa, a.shape[0])


def _matrix(W: Any) -> None:
    array("W", W, "(n, n)")
    shaped("W", W, (W.shape[0], W.shape[0]), "a square matrix")


def _inputs(x: Any, a0: Any) -> None:
    array("x", x, "(n_x, m, T_x)")
    shaped("a0", a0, (None, x.shape[1]), "with the examples of x")


def _weights(parameters: Any, n_a: int, n_x: int | None) -> None:
    arrays("parameters", parameters, {"Waa": (n_a, n_a), "Wax": (n_a, n_x), "ba": (n_a, 1)})


def _network(x: Any, a0: Any, parameters: Any) -> None:
    _weights(parameters, a0.shape[0], x.shape[0])


def _activation(activation: Any) -> None:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r:.40}; expected one of {', '.join(ACTIVATIONS)}")


def _values(a: Any) -> None:
    array("a", a, ANY)


def _backward(da: Any, a: Any, parameters: Any) -> None:
    array("da", da, "(n_a, m, T_x)")
    shaped("a", a, da.shape, "that of da")
    _weights(parameters, da.shape[0], None)


def _gradients(gradients: Any) -> None:
    numbers("gradients", gradients, finite=True)  # what is no number any more cannot be clipped


def _max_value(max_value: Any) -> None:
    positive("max_value", max_value)


def _max_norm(max_norm: Any) -> None:
    positive("max_norm", max_norm)


def _steps(k1: Any, k2: Any) -> None:
    count("k1", k1)
    count("k2", k2)
    if k1 > k2:
        raise ValueError(f"k1 is {k1} and k2 is {k2}; expected k1 ≤ k2, so that every loss goes back")


def _caches(da: Any, caches: Any) -> None:
    unrolled(da, caches, 4, "rnn_cell_forward")


def _classes(x: Any, y: Any) -> None:
    shaped("y", y, (None, *x.shape[1:]), "with the examples and steps of x", "biuf")


def _all_weights(parameters: Any) -> None:
    keys("parameters", parameters, ("Waa", "Wax", "Wya", "ba", "by"))


def _output(y: Any, a0: Any, parameters: Any) -> None:
    n_y = y.shape[0]
    arrays("parameters", parameters, {"Wya": (n_y, a0.shape[0]), "by": (n_y, 1)})


def _chunk(k: Any, learning_rate: Any) -> None:
    count("k", k)
    positive("learning_rate", learning_rate)


@requires(_gradient_of_inputs)
def gradient_norms(dx: Array) -> Array:
    """How much of a gradient arrives at each time step: its length over all inputs and examples.

    Args:
        dx: (n_x, m, T_x) gradient of a loss with respect to the inputs.

    Returns:
        (T_x,) norms.

    Raises:
        ValueError: dx has no three axes, no steps, or holds NaN.
    """
    norms: Array = np.sqrt((dx**2).sum(axis=(0, 1)))
    return norms


@requires(_step, inner=True)
def step_jacobian(a_next: Array, Waa: Array) -> Array:
    """How the activation of a tanh cell moves with the activation of the step before: diag(1 − a²) Waa.

    Args:
        a_next: (n_a, m) activation of this step.
        Waa: (n_a, n_a) recurrent matrix.

    Returns:
        (m, n_a, n_a), for each example ∂a_next / ∂a_prev.

    Raises:
        ValueError: shapes that do not fit, or NaN.
    """
    slope = 1 - a_next.T**2  # (m, n_a)
    jacobian: Array = slope[:, :, np.newaxis] * Waa
    return jacobian


@requires(_sequence)
def jacobian_through_time(a: Array, Waa: Array) -> Array:
    """How the last activation of a sequence moves with the first: the product of the Jacobians in between.

    Args:
        a: (n_a, m, T_x) activations of a tanh network.
        Waa: (n_a, n_a) recurrent matrix.

    Returns:
        (m, n_a, n_a), for each example ∂a⟨T_x⟩ / ∂a⟨1⟩; the identity for a single step.

    Raises:
        ValueError: shapes that do not fit, no steps, or NaN.
    """
    n_a, m, T_x = a.shape
    jacobian = np.tile(np.eye(n_a), (m, 1, 1))
    for t in range(1, T_x):
        jacobian = step_jacobian(a[:, :, t], Waa) @ jacobian
    return jacobian


@requires(_matrix)
def stretch_and_radius(W: Array) -> tuple[float, float]:
    """The most that a matrix stretches any vector at once, and by how much a step it does so in the long run.

    Args:
        W: (n, n) matrix.

    Returns:
        The largest singular value σ_max, and the spectral radius, the largest modulus of an eigenvalue.

    Raises:
        ValueError: W is not square, empty, or holds NaN.
    """
    sigma_max = np.linalg.norm(W, ord=2)
    radius = np.abs(np.linalg.eigvals(W)).max()
    return float(sigma_max), float(radius)


@requires(_sequence)
def jacobian_bound(a: Array, Waa: Array) -> Array:
    """What no product of Jacobians can exceed: σ_max(Waa) times the steepest slope, for each step in between.

    Args:
        a: (n_a, m, T_x) activations of a tanh network.
        Waa: (n_a, n_a) recurrent matrix.

    Returns:
        (m, T_x), for each example and step k a bound of the largest singular value of ∂a⟨T_x⟩ / ∂a⟨k⟩; 1 at the end.

    Raises:
        ValueError: shapes that do not fit, no steps, or NaN.
    """
    sigma_max, _ = stretch_and_radius(Waa)
    factors: Array = sigma_max * (1 - a**2).max(axis=0)  # (m, T_x)
    bound = np.ones_like(factors)
    for t in reversed(range(a.shape[2] - 1)):
        bound[:, t] = factors[:, t + 1] * bound[:, t + 1]
    return bound


@requires(_inputs, _network, _activation)
def recurrent_forward(x: Array, a0: Array, parameters: Parameters, activation: str) -> Array:
    """Unroll a plain recurrent network whose activation function can be chosen.

    Args:
        x: (n_x, m, T_x) inputs.
        a0: (n_a, m) initial activation.
        parameters: Waa, Wax, ba.
        activation: "sigmoid", "tanh" or "relu".

    Returns:
        a (n_a, m, T_x).

    Raises:
        ValueError: shapes that do not fit, no steps, NaN, or an activation that there is not.
    """
    functions: dict[str, Callable[[Array], Array]]
    functions = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
    squash = functions[activation]
    a_next, activations = a0, []
    for t in range(x.shape[2]):
        a_next = squash(parameters["Waa"] @ a_next + parameters["Wax"] @ x[:, :, t] + parameters["ba"])
        activations.append(a_next)
    return np.stack(activations, axis=2)


@requires(_values, _activation, inner=True)
def activation_slope(a: Array, activation: str) -> Array:
    """The derivative of an activation function, from its value.

    Args:
        a: values of the function, any shape.
        activation: "sigmoid", "tanh" or "relu".

    Returns:
        The derivatives, of the shape of `a`; for ReLU 0 where the unit is off and 1 where it is on.

    Raises:
        ValueError: NaN, or an activation that there is not.
    """
    slopes: dict[str, Array]
    slopes = {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "relu": np.where(a > 0, 1.0, 0.0)}
    return slopes[activation]


@requires(_backward, _activation)
def recurrent_backward(da: Array, a: Array, parameters: Parameters, activation: str) -> Parameters:
    """Send a gradient back through a plain recurrent network to its inputs and its initial activation.

    Args:
        da: (n_a, m, T_x) gradient that each step's own loss sends to its activation.
        a: (n_a, m, T_x) activations, from `recurrent_forward`.
        parameters: Waa, Wax, ba.
        activation: "sigmoid", "tanh" or "relu".

    Returns:
        dx (n_x, m, T_x) and da0 (n_a, m).

    Raises:
        ValueError: shapes that do not fit, no steps, NaN, or an activation that there is not.
    """
    Waa, Wax = parameters["Waa"], parameters["Wax"]
    slope = activation_slope(a, activation)  # (n_a, m, T_x)
    da_next, dx = np.zeros(da.shape[:2]), []
    for t in reversed(range(da.shape[2])):
        dz = (da[:, :, t] + da_next) * slope[:, :, t]  # (n_a, m)
        dx.append(Wax.T @ dz)
        da_next = Waa.T @ dz
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_next}


@requires(_gradients, _max_value)
def clip(gradients: Mapping[str, Array], max_value: float) -> Parameters:
    """Limit every entry of every gradient to the range from −max_value to max_value.

    Args:
        gradients: arrays by name; unchanged.
        max_value: a positive number.

    Returns:
        A new dict with the same names.

    Raises:
        ValueError: no gradients, NaN or infinity in one of them, or a limit that is not positive.
    """
    return {name: np.clip(gradient, -max_value, max_value) for name, gradient in gradients.items()}


@requires(_gradients, _max_norm)
def clip_by_norm(gradients: Mapping[str, Array], max_norm: float) -> tuple[Parameters, float]:
    """Shorten the gradient, all arrays together one vector, where it is longer than max_norm.

    Args:
        gradients: arrays by name; unchanged.
        max_norm: a positive number.

    Returns:
        A new dict with the same names, and the norm before clipping.

    Raises:
        ValueError: no gradients, NaN or infinity in one of them, or a limit that is not positive.
    """
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    share = max_norm / max(norm, max_norm)  # 1 for a gradient that is short enough, zero among them
    return {name: share * gradient for name, gradient in gradients.items()}, float(norm)


@requires(_caches, _steps)
def truncated_backward(da: Array, caches: tuple[list[Cache], Array], k1: int, k2: int) -> Parameters:
    """Truncated backpropagation through time: after every k1 steps, their losses go back k2 steps and no further.

    Args:
        da: (n_a, m, T_x) gradient that each step's own loss sends to its activation.
        caches: (list of cell caches, x) from `rnn_forward`.
        k1: steps between two backward passes; the last pass may have fewer.
        k2: steps that a backward pass goes back, counted from its end; at least k1.

    Returns:
        dWax, dWaa, dba summed over the passes.

    Raises:
        ValueError: da without three axes or steps, NaN, or not 1 ≤ k1 ≤ k2.
    """
    cell_caches, x = caches
    T_x = da.shape[2]
    total = {f"d{name}": np.zeros_like(cell_caches[0][3][name]) for name in ("Wax", "Waa", "ba")}
    for start in range(0, T_x, k1):
        end = min(start + k1, T_x)
        back = max(end - k2, 0)
        new = da[:, :, back:end].copy()
        new[:, :, : start - back] = 0  # their losses went back in an earlier pass
        step = rnn_backward(new, (cell_caches[back:end], x[:, :, back:end]))
        total = {name: value + step[name] for name, value in total.items()}
    return total


@requires(_inputs, _classes, _all_weights, _network, _output, _chunk, _max_norm)
def train_in_chunks(
    x: Array, y: Array, a0: Array, parameters: Parameters, k: int, learning_rate: float, max_norm: float
) -> tuple[Parameters, Array, list[float]]:
    """Read a long sequence in chunks of k steps: an update after each, the activation carried into the next.

    Args:
        x: (n_x, m, T_x) inputs.
        y: (n_y, m, T_x) true classes, one-hot.
        a0: (n_a, m) initial activation.
        parameters: Waa, Wax, Wya, ba, by; unchanged.
        k: steps of a chunk; the last may have fewer.
        learning_rate: how far an update goes against the clipped gradient.
        max_norm: the gradient's norm is clipped to this.

    Returns:
        The parameters after the last update, the last activation (n_a, m), and each chunk's summed cross-entropy.

    Raises:
        ValueError: shapes that do not fit, no steps, NaN, or numbers that are not positive.
    """
    state, losses = a0, []
    for start in range(0, x.shape[2], k):
        x_chunk, y_chunk = x[:, :, start : start + k], y[:, :, start : start + k]
        a, y_pred, caches = rnn_forward(x_chunk, state, parameters)
        losses.append(-(y_chunk * np.log(y_pred)).sum())
        step = rnn_output_backward(y_pred, y_chunk, a, parameters)
        step = {**step, **rnn_backward(step["da"], caches)}
        gradients, _ = clip_by_norm({name: step[f"d{name}"] for name in parameters}, max_norm)
        parameters = {name: value - learning_rate * gradients[name] for name, value in parameters.items()}
        state = a[:, :, -1]
    return parameters, state, losses
