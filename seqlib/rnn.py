"""A recurrent neural network by hand: numeric gradients, forward pass, backward pass.

Arrays are features first: `(n_x, m)` for one time step of m examples, `(n_x, m, T_x)` for a sequence.
`parameters` is a dict with `Waa (n_a, n_a)`, `Wax (n_a, n_x)`, `Wya (n_y, n_a)`, `ba (n_a, 1)`, `by (n_y, 1)`.
Notation: lecture notes 000, 002 and 003; note 004 writes h, W_hh and W_xh for a, Waa and Wax.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.activations import Array, softmax
from seqlib.arguments import array, arrays, cached, numbers, positive, requires, shaped, unrolled, within

Parameters = dict[str, Array]
Cache = tuple[Any, ...]
CELL = "rnn_cell_forward"


def _parameters(parameters: Any) -> None:
    arrays("parameters", parameters, {"Waa": (None, None), "Wax": (None, None)})
    _weights(parameters, parameters["Waa"].shape[0], parameters["Wax"].shape[1])


def _weights(parameters: Any, n_a: int, n_x: int) -> None:
    shapes = {"Waa": (n_a, n_a), "Wax": (n_a, n_x), "ba": (n_a, 1), "Wya": (None, n_a), "by": (None, 1)}
    arrays("parameters", parameters, shapes)
    arrays("parameters", parameters, {"by": (parameters["Wya"].shape[0], 1)})


def _step(xt: Any, a_prev: Any) -> None:
    array("a_prev", a_prev, "(n_a, m)")
    shaped("xt", xt, (None, a_prev.shape[1]), "with the examples of a_prev")


def _step_weights(xt: Any, a_prev: Any, parameters: Any) -> None:
    _weights(parameters, a_prev.shape[0], xt.shape[0])


def _step_stacked(xt: Any, a_prev: Any, stacked: Any) -> None:
    n_a, n_x = a_prev.shape[0], xt.shape[0]
    arrays("stacked", stacked, {"Wa": (n_a, n_a + n_x), "ba": (n_a, 1), "Wya": (None, n_a), "by": (None, 1)})
    arrays("stacked", stacked, {"by": (stacked["Wya"].shape[0], 1)})


def _sequence(x: Any, a0: Any, parameters: Any) -> None:
    array("x", x, "(n_x, m, T_x)")
    shaped("a0", a0, (None, x.shape[1]), "with the examples of x")
    _weights(parameters, a0.shape[0], x.shape[0])


def _shifted(loss: Any, parameters: Any, epsilon: Any) -> None:
    if not callable(loss):
        raise TypeError(f"loss is of type {type(loss).__name__}; expected a function of the parameters")
    numbers("parameters", parameters)
    positive("epsilon", epsilon)


def _both_gradients(gradients: Any, numeric: Any) -> None:
    numbers("numeric", numeric)
    arrays("gradients", gradients, {key: value.shape for key, value in numeric.items()})


def _labels(y_pred: Any, y: Any) -> None:
    array("y_pred", y_pred, "(1, m, T_x)")
    shaped("y_pred", y_pred, (1, *y_pred.shape[1:]), "one output unit")
    shaped("y", y, y_pred.shape, "as y_pred has", "biuf")


def _classes(y_pred: Any, y: Any) -> None:
    array("y_pred", y_pred, "(n_y, m, T_x)")
    shaped("y", y, y_pred.shape[1:], "as y_pred has", "iu")
    within("y", y, y_pred.shape[0])


def _outputs(y_pred: Any, y: Any, a: Any, parameters: Any) -> None:
    array("y_pred", y_pred, "(n_y, m, T_x)")
    if np.ndim(y):  # else y_pred may be the difference already, and y 0
        shaped("y", y, y_pred.shape, "as y_pred has", "biuf")
    else:
        positive("y", y, zero=True)
    shaped("a", a, (None, *y_pred.shape[1:]), "with the examples and steps of y_pred")
    arrays("parameters", parameters, {"Wya": (y_pred.shape[0], a.shape[0])})


def _cache(da_next: Any, cache: Any) -> None:
    cached("cache", cache, 4, CELL)
    shaped("da_next", da_next, cache[0].shape, "that of a_next")


def _gradients(da: Any, caches: Any) -> None:
    unrolled(da, caches, 4, CELL)


@requires(_shifted)
def numeric_gradient(
    loss: Callable[[Parameters], float], parameters: Parameters, epsilon: float = 1e-5
) -> Parameters:
    """Estimate the gradient of `loss` by central differences, one entry at a time.

    Args:
        loss: takes a dict like `parameters`, returns a number.
        parameters: arrays of any shape, float64; unchanged afterwards.
        epsilon: half the width of the difference.

    Returns:
        A dict with the keys of `parameters`; each array holds ∂loss/∂entry.

    Raises:
        TypeError: loss cannot be called, or an array is not of floats.
        ValueError: there are no parameters, an array holds NaN, or epsilon is not above 0.
    """
    gradients = {}
    shifted = {name: value.copy() for name, value in parameters.items()}
    for name, value in shifted.items():
        gradient = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            centre = value[index]
            value[index] = centre + epsilon
            loss_plus = loss(shifted)
            value[index] = centre - epsilon
            loss_minus = loss(shifted)
            value[index] = centre
            gradient[index] = (loss_plus - loss_minus) / (2 * epsilon)
        gradients[name] = gradient
    return gradients


@requires(_both_gradients)
def gradient_error(gradients: Parameters, numeric: Parameters) -> float:
    """The relative distance ‖g − n‖ / (‖g‖ + ‖n‖) of two gradients, over all parameters together.

    Args:
        gradients: the analytic gradient, a dict of arrays.
        numeric: the numeric gradient, with the same keys and shapes.

    Returns:
        A number from 0 (equal) to 1 (as far apart as can be); 0 when both are zero.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a gradient is missing, of another shape, or holds NaN; or there is none.
    """
    g = np.concatenate([gradients[name].ravel() for name in numeric])
    n = np.concatenate([numeric[name].ravel() for name in numeric])
    total = np.linalg.norm(g) + np.linalg.norm(n)
    return float(np.linalg.norm(g - n) / total) if total > 0 else 0.0


@requires(_step, _step_weights, inner=True)
def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, Cache]:
    """One time step: mix the input with the previous activation, then predict.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before.
        parameters: Waa, Wax, Wya, ba, by.

    Returns:
        a_next (n_a, m), yt_pred (n_y, m) probabilities, cache = (a_next, a_prev, xt, parameters).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)  # (n_a, m)
    yt_pred = softmax(Wya @ a_next + by)  # (n_y, m)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


@requires(_parameters)
def stack_parameters(parameters: Parameters) -> Parameters:
    """Put Waa and Wax side by side, so that one product does the work of two.

    Args:
        parameters: Waa, Wax, Wya, ba, by.

    Returns:
        Wa = [Waa | Wax] (n_a, n_a + n_x), and Wya, ba, by as they are.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    Wa = np.concatenate([parameters["Waa"], parameters["Wax"]], axis=1)  # (n_a, n_a + n_x)
    return {"Wa": Wa, "Wya": parameters["Wya"], "ba": parameters["ba"], "by": parameters["by"]}


@requires(_step, _step_stacked, inner=True)
def rnn_cell_forward_stacked(xt: Array, a_prev: Array, stacked: Parameters) -> tuple[Array, Array]:
    """One time step in the stacked form a = tanh(Wa [a_prev, x] + ba).

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before.
        stacked: Wa, Wya, ba, by from `stack_parameters`.

    Returns:
        a_next (n_a, m), yt_pred (n_y, m) probabilities; those of `rnn_cell_forward`.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    a_next = np.tanh(stacked["Wa"] @ concat + stacked["ba"])  # (n_a, m)
    yt_pred = softmax(stacked["Wya"] @ a_next + stacked["by"])  # (n_y, m)
    return a_next, yt_pred


@requires(_sequence)
def rnn_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, tuple[list[Cache], Array]]:
    """Unroll the cell over a sequence, handing each activation to the next step.

    Args:
        x: (n_x, m, T_x) inputs.
        a0: (n_a, m) initial activation.
        parameters: Waa, Wax, Wya, ba, by.

    Returns:
        a (n_a, m, T_x), y_pred (n_y, m, T_x), caches = (list of the T_x cell caches, x).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    a_next = a0
    activations, predictions, caches = [], [], []
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(activations, axis=2), np.stack(predictions, axis=2), (caches, x)


@requires(_labels)
def binary_cross_entropy(y_pred: Array, y: Array) -> tuple[Array, float]:
    """The loss of a yes/no label at every step, such as "is this word part of a name?".

    Args:
        y_pred: (1, m, T_x) probabilities of yes, strictly between 0 and 1.
        y: (1, m, T_x) labels, 0 or 1.

    Returns:
        losses (m, T_x) of each example and step, and their sum.

    Raises:
        TypeError: y_pred is not an array of floats, or y not one of numbers.
        ValueError: a shape is not as said above, something is empty or holds NaN.
    """
    losses = -(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[0]  # (m, T_x)
    return losses, float(losses.sum())


@requires(_classes)
def cross_entropy(y_pred: Array, y: NDArray[np.integer]) -> tuple[Array, float]:
    """The loss of a softmax prediction at every step: −log of the probability of the true class.

    Args:
        y_pred: (n_y, m, T_x) probabilities.
        y: (m, T_x) indices of the true classes, integer.

    Returns:
        losses (m, T_x) of each example and step, and their sum.

    Raises:
        TypeError: y_pred is not an array of floats, or y not one of whole numbers.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a class is not one of the n_y.
    """
    p_true = np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]  # (m, T_x)
    losses = -np.log(p_true)
    return losses, float(losses.sum())


@requires(_outputs)
def rnn_output_backward(y_pred: Array, y: Array, a: Array, parameters: Parameters) -> Parameters:
    """From the summed cross-entropy back through the softmax layer, for all steps at once.

    Args:
        y_pred: (n_y, m, T_x) predicted probabilities.
        y: (n_y, m, T_x) true classes, one-hot.
        a: (n_a, m, T_x) activations.
        parameters: Wya is used.

    Returns:
        dWya (n_y, n_a), dby (n_y, 1), and da (n_a, m, T_x), what each step's own loss sends to its activation.

    Raises:
        TypeError: something is not an array of numbers.
        ValueError: a shape is not as said above, something is empty or holds NaN, or Wya is missing.
    """
    dy = y_pred - y  # (n_y, m, T_x)
    return {
        "dWya": np.einsum("ymt,amt->ya", dy, a),
        "dby": dy.sum(axis=(1, 2))[:, np.newaxis],
        "da": np.einsum("ya,ymt->amt", parameters["Wya"], dy),
    }


@requires(_cache, inner=True)
def rnn_cell_backward(da_next: Array, cache: Cache) -> Parameters:
    """One time step backward.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        cache: (a_next, a_prev, xt, parameters) from `rnn_cell_forward`.

    Returns:
        dxt (n_x, m), da_prev (n_a, m), dWax (n_a, n_x), dWaa (n_a, n_a), dba (n_a, 1).

    Raises:
        TypeError: da_next is not an array of floats.
        ValueError: da_next has another shape than a_next or holds NaN, or the cache is not of this cell.
    """
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)  # (n_a, m), through tanh
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


@requires(_gradients)
def rnn_backward(da: Array, caches: tuple[list[Cache], Array]) -> Parameters:
    """Backpropagation through time.

    Args:
        da: (n_a, m, T_x) gradient that each step's own loss sends to its activation.
        caches: (list of cell caches, x) from `rnn_forward`.

    Returns:
        dx (n_x, m, T_x), da0 (n_a, m), and dWax, dWaa, dba summed over the steps.

    Raises:
        TypeError: da is not an array of floats.
        ValueError: da has not a step for each cache, or holds NaN.
    """
    cell_caches, x = caches
    parameters = cell_caches[0][3]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in ("Wax", "Waa", "ba")}
    for t in reversed(range(da.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev = step["da_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}
