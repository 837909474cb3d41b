"""A gated recurrent unit by hand: one gate, both gates, forward pass, backward pass, the reset gate after its matrix.

Arrays are features first: `(n_x, m)` for one time step of m examples, `(n_x, m, T_x)` for a sequence.
`parameters` is a dict with `Wu, Wr, Wc (n_a, n_a + n_x)` on a stack of activation and input, `bu, br, bc (n_a, 1)`,
`Wy (n_y, n_a)`, `by (n_y, 1)`. The memory is the activation, a = c. Notation: lecture notes 002 and 003; note 003's
candidate leaves Γ_r out. Cho et al. (2014); Chung et al. (2014).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import Array, sigmoid, softmax
from seqlib.arguments import array, arrays, cached, requires, shaped, unrolled

Parameters = dict[str, Array]
Cache = tuple[Any, ...]


def _weights(parameters: Any, n_a: int, n_x: int, layers: str, *further: str) -> None:
    shapes: dict[str, tuple[int | None, int]] = {}
    for gate in layers:
        shapes |= {f"W{gate}": (n_a, n_a + n_x), f"b{gate}": (n_a, 1)}
    arrays("parameters", parameters, {**shapes, "Wy": (None, n_a), **dict.fromkeys(further, (n_a, 1))})
    arrays("parameters", parameters, {"by": (parameters["Wy"].shape[0], 1)})


def _step(layers: str, *further: str) -> Callable[..., None]:
    def test(xt: Any, a_prev: Any, parameters: Any) -> None:
        array("a_prev", a_prev, "(n_a, m)")
        shaped("xt", xt, (None, a_prev.shape[1]), "with the examples of a_prev")
        _weights(parameters, a_prev.shape[0], xt.shape[0], layers, *further)

    return test


def _sequence(x: Any, a0: Any, parameters: Any) -> None:
    array("x", x, "(n_x, m, T_x)")
    shaped("a0", a0, (None, x.shape[1]), "with the examples of x")
    _weights(parameters, a0.shape[0], x.shape[0], "urc")


def _cache(cache: Any) -> None:
    cached("cache", cache, 7, "gru_cell_forward")


def _gradient(da_next: Any, cache: Any) -> None:
    shaped("da_next", da_next, cache[0].shape, "that of a_next")


def _gates(gates: Any, cache: Any) -> None:
    arrays("gates", gates, dict.fromkeys(("dut", "dcct", "drt"), cache[0].shape))


def _gradients(da: Any, caches: Any) -> None:
    unrolled(da, caches, 7, "gru_cell_forward")


@requires(_step("uc"), inner=True)
def gru_simplified_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array]:
    """One time step with the update gate alone.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before, which is the memory.
        parameters: Wu, bu, Wc, bc, Wy, by.

    Returns:
        a_next (n_a, m), yt_pred (n_y, m) probabilities.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, or a parameter is missing.
    """
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    a_next = ut * cct + (1 - ut) * a_prev  # (n_a, m)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])  # (n_y, m)
    return a_next, yt_pred


@requires(_step("urc"), inner=True)
def gru_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, Cache]:
    """One time step: the candidate sees what the reset gate lets through, the update gate mixes old and new.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before, which is the memory.
        parameters: Wu, bu, Wr, br, Wc, bc, Wy, by.

    Returns:
        a_next (n_a, m), yt_pred (n_y, m) probabilities,
        cache = (a_next, a_prev, ut, rt, cct, xt, parameters).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, or a parameter is missing.
    """
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ concat + parameters["br"])
    concat_reset = np.concatenate([rt * a_prev, xt], axis=0)  # (n_a + n_x, m)
    cct = np.tanh(parameters["Wc"] @ concat_reset + parameters["bc"])
    a_next = ut * cct + (1 - ut) * a_prev  # (n_a, m)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])  # (n_y, m)
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)


@requires(_sequence)
def gru_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, tuple[list[Cache], Array]]:
    """Unroll the cell over a sequence.

    Args:
        x: (n_x, m, T_x) inputs.
        a0: (n_a, m) initial activation.
        parameters: Wu, bu, Wr, br, Wc, bc, Wy, by.

    Returns:
        a (n_a, m, T_x), y (n_y, m, T_x), caches = (list of the T_x cell caches, x).

    Raises:
        TypeError: x or a0 is not an array of floats.
        ValueError: the sequence is empty, or a shape is not as said above.
    """
    a_next = a0
    activations, predictions, caches = [], [], []
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = gru_cell_forward(x[:, :, t], a_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(activations, axis=2), np.stack(predictions, axis=2), (caches, x)


@requires(_cache, _gradient, inner=True)
def gru_gates_backward(da_next: Array, cache: Cache) -> Parameters:
    """Gradients at the three layers, before their σ or tanh.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        cache: from `gru_cell_forward`.

    Returns:
        dut, dcct, drt, each (n_a, m): gradients at the pre-activations of the gates and the candidate.

    Raises:
        TypeError: a gradient is not an array of floats.
        ValueError: a shape is not as said above, or the cache is not of this cell.
    """
    _, a_prev, ut, rt, cct, _, parameters = cache
    dut = da_next * (cct - a_prev) * ut * (1 - ut)
    dcct = da_next * ut * (1 - cct**2)
    n_a = a_prev.shape[0]
    dreset = (parameters["Wc"].T @ dcct)[:n_a]  # (n_a, m), at rt * a_prev
    drt = dreset * a_prev * rt * (1 - rt)
    return {"dut": dut, "dcct": dcct, "drt": drt}


@requires(_cache, _gates, inner=True)
def gru_parameters_backward(gates: Parameters, cache: Cache) -> Parameters:
    """From the gradients at the three layers to their weights and biases.

    Args:
        gates: dut, dcct, drt, each (n_a, m), from `gru_gates_backward`.
        cache: from `gru_cell_forward`.

    Returns:
        dWu, dWr, dWc (n_a, n_a + n_x) and dbu, dbr, dbc (n_a, 1).

    Raises:
        TypeError: a gradient is not an array of floats.
        ValueError: a shape is not as said above, or the cache is not of this cell.
    """
    _, a_prev, _, rt, _, xt, _ = cache
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    concat_reset = np.concatenate([rt * a_prev, xt], axis=0)  # (n_a + n_x, m)
    return {
        "dWu": gates["dut"] @ concat.T,
        "dWr": gates["drt"] @ concat.T,
        "dWc": gates["dcct"] @ concat_reset.T,
        "dbu": gates["dut"].sum(axis=1, keepdims=True),
        "dbr": gates["drt"].sum(axis=1, keepdims=True),
        "dbc": gates["dcct"].sum(axis=1, keepdims=True),
    }


@requires(_cache, _gradient, _gates, inner=True)
def gru_inputs_backward(da_next: Array, gates: Parameters, cache: Cache) -> Parameters:
    """From the gradients at the three layers to what came in: x, and a_prev along its four paths.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        gates: dut, dcct, drt, each (n_a, m), from `gru_gates_backward`.
        cache: from `gru_cell_forward`.

    Returns:
        dxt (n_x, m), da_prev (n_a, m).

    Raises:
        TypeError: a gradient is not an array of floats.
        ValueError: a shape is not as said above, or the cache is not of this cell.
    """
    _, a_prev, ut, rt, _, _, parameters = cache
    n_a = a_prev.shape[0]
    dconcat = parameters["Wu"].T @ gates["dut"] + parameters["Wr"].T @ gates["drt"]  # (n_a + n_x, m)
    dconcat_reset = parameters["Wc"].T @ gates["dcct"]  # (n_a + n_x, m)
    dxt = dconcat[n_a:] + dconcat_reset[n_a:]
    da_prev = da_next * (1 - ut) + dconcat[:n_a] + dconcat_reset[:n_a] * rt
    return {"dxt": dxt, "da_prev": da_prev}


@requires(_cache, _gradient, inner=True)
def gru_cell_backward(da_next: Array, cache: Cache) -> Parameters:
    """One time step backward: the three parts above put together.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        cache: from `gru_cell_forward`.

    Returns:
        dxt, da_prev, dWu, dWr, dWc, dbu, dbr, dbc.

    Raises:
        TypeError: da_next is not an array of floats.
        ValueError: a shape is not as said above, or the cache is not of this cell.
    """
    gates = gru_gates_backward(da_next, cache)
    return {**gru_inputs_backward(da_next, gates, cache), **gru_parameters_backward(gates, cache)}


@requires(_gradients)
def gru_backward(da: Array, caches: tuple[list[Cache], Array]) -> Parameters:
    """Backpropagation through time.

    Args:
        da: (n_a, m, T_x) gradient that each step's own loss sends to its activation.
        caches: (list of cell caches, x) from `gru_forward`.

    Returns:
        dx (n_x, m, T_x), da0 (n_a, m), and dWu, dWr, dWc, dbu, dbr, dbc summed over the steps.

    Raises:
        TypeError: da is not an array of floats.
        ValueError: da has not a step for each cache, or a shape is not as said above.
    """
    cell_caches, x = caches
    parameters = cell_caches[0][6]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in ("Wu", "Wr", "Wc", "bu", "br", "bc")}
    for t in reversed(range(da.shape[2])):
        step = gru_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev = step["da_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}


@requires(_step("urc", "bca"), inner=True)
def gru_cell_forward_reset_after(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array]:
    """One time step in which the reset gate comes after its matrix, as in `torch.nn.GRU`.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before, which is the memory.
        parameters: those of `gru_cell_forward`, and bca (n_a, 1), the bias that the reset gate multiplies too.

    Returns:
        a_next (n_a, m), yt_pred (n_y, m) probabilities.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, or a parameter is missing.
    """
    n_a = a_prev.shape[0]
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ concat + parameters["br"])
    Wca, Wcx = parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]
    cct = np.tanh(Wcx @ xt + parameters["bc"] + rt * (Wca @ a_prev + parameters["bca"]))
    a_next = ut * cct + (1 - ut) * a_prev  # (n_a, m)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])  # (n_y, m)
    return a_next, yt_pred
