"""A long short-term memory network by hand: gates, forward pass, backward pass, peepholes.

Arrays are features first: `(n_x, m)` for one time step of m examples, `(n_x, m, T_x)` for a sequence.
`parameters` is a dict with `Wf, Wu, Wc, Wo (n_a, n_a + n_x)` on the stacked `[a_prev, x]`, `bf, bu, bc, bo (n_a, 1)`,
`Wy (n_y, n_a)`, `by (n_y, 1)`. Notation: lecture notes 002 and 003; note 001 writes h, f, i, o and C.
Note 003 has `(1 - Γ_f)` where `Γ_f` belongs; Hochreiter and Schmidhuber (1997), Gers et al. (2000).
"""

from typing import Any

import numpy as np

from seqlib.activations import Array, sigmoid, softmax
from seqlib.arguments import array, arrays, cached, requires, shaped, unrolled

Parameters = dict[str, Array]
Cache = tuple[Any, ...]
CELL = "lstm_cell_forward"


def _layers(parameters: Any, n_a: int, n_x: int) -> None:
    shapes = {f"W{gate}": (n_a, n_a + n_x) for gate in "fuco"}
    arrays("parameters", parameters, shapes | {f"b{gate}": (n_a, 1) for gate in "fuco"})


def _output(parameters: Any, n_a: int) -> None:
    arrays("parameters", parameters, {"Wy": (None, n_a), "by": (None, 1)})
    arrays("parameters", parameters, {"by": (parameters["Wy"].shape[0], 1)})


def _gates_of(xt: Any, a_prev: Any, parameters: Any) -> None:
    # Of a padded batch, the examples that are real at a step may be none: m = 0 is allowed here.
    if getattr(a_prev, "shape", ())[1:] != (0,):
        array("a_prev", a_prev, "(n_a, m)")
    shaped("xt", xt, (None, a_prev.shape[1]), "with the examples of a_prev")
    _layers(parameters, a_prev.shape[0], xt.shape[0])


def _memory(a_prev: Any, c_prev: Any, parameters: Any) -> None:
    shaped("c_prev", c_prev, a_prev.shape, "that of a_prev")
    _output(parameters, a_prev.shape[0])


def _peepholes(a_prev: Any, parameters: Any) -> None:
    arrays("parameters", parameters, dict.fromkeys(("pf", "pu", "po"), (a_prev.shape[0], 1)))


def _sequence(x: Any, a0: Any, parameters: Any) -> None:
    array("x", x, "(n_x, m, T_x)")
    shaped("a0", a0, (None, x.shape[1]), "with the examples of x")
    _layers(parameters, a0.shape[0], x.shape[0])
    _output(parameters, a0.shape[0])


def _cache(cache: Any) -> None:
    cached("cache", cache, 10, CELL)


def _gradients(da_next: Any, dc_next: Any, cache: Any) -> None:
    shaped("da_next", da_next, cache[0].shape, "that of a_next")
    shaped("dc_next", dc_next, cache[0].shape, "that of c_next")


def _gates(gates: Any, cache: Any) -> None:
    arrays("gates", gates, dict.fromkeys(("dft", "dut", "dcct", "dot"), cache[0].shape))


def _gradients_of_steps(da: Any, caches: Any) -> None:
    unrolled(da, caches, 10, CELL)


@requires(_gates_of, inner=True)
def lstm_gates(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, Array, Array]:
    """The three gates and the candidate, each a layer on the stacked `[a_prev, x]`.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo.

    Returns:
        ft, ut, cct, ot, each (n_a, m): forget gate, update gate, candidate, output gate.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    ft = sigmoid(parameters["Wf"] @ concat + parameters["bf"])
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ concat + parameters["bo"])
    return ft, ut, cct, ot


@requires(_gates_of, _memory, inner=True)
def lstm_cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array, Cache]:
    """One time step: keep part of the memory, write part of the candidate, show part of the result.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before.
        c_prev: (n_a, m) memory of the step before.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by.

    Returns:
        a_next (n_a, m), c_next (n_a, m), yt_pred (n_y, m) probabilities,
        cache = (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
    c_next = ft * c_prev + ut * cct  # (n_a, m)
    a_next = ot * np.tanh(c_next)  # (n_a, m)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])  # (n_y, m)
    cache = (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


@requires(_sequence)
def lstm_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, Array, tuple[list[Cache], Array]]:
    """Unroll the cell over a sequence, from an empty memory.

    Args:
        x: (n_x, m, T_x) inputs.
        a0: (n_a, m) initial activation; the initial memory is zero.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by.

    Returns:
        a (n_a, m, T_x), y (n_y, m, T_x), c (n_a, m, T_x), caches = (list of the T_x cell caches, x).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    a_next, c_next = a0, np.zeros_like(a0)
    activations, predictions, memories, caches = [], [], [], []
    for t in range(x.shape[2]):
        a_next, c_next, yt_pred, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        memories.append(c_next)
        caches.append(cache)
    a, y, c = (np.stack(steps, axis=2) for steps in (activations, predictions, memories))
    return a, y, c, (caches, x)


@requires(_cache, _gradients, inner=True)
def lstm_gates_backward(da_next: Array, dc_next: Array, cache: Cache) -> Parameters:
    """Gradients at the four layers, before their σ or tanh.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        dc_next: (n_a, m) gradient that the later step sends to c_next.
        cache: from `lstm_cell_forward`.

    Returns:
        dft, dut, dcct, dot, each (n_a, m): gradients at the pre-activations of the gates and the candidate.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something holds NaN, or the cache is not of this cell.
    """
    _, c_next, _, c_prev, ft, ut, cct, ot, _, _ = cache
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)  # (n_a, m), all that reaches c_next
    return {
        "dft": dc * c_prev * ft * (1 - ft),
        "dut": dc * cct * ut * (1 - ut),
        "dcct": dc * ut * (1 - cct**2),
        "dot": da_next * tanh_c * ot * (1 - ot),
    }


@requires(_cache, _gates, inner=True)
def lstm_parameters_backward(gates: Parameters, cache: Cache) -> Parameters:
    """From the gradients at the four layers to their weights and biases.

    Args:
        gates: dft, dut, dcct, dot, each (n_a, m), from `lstm_gates_backward`.
        cache: from `lstm_cell_forward`.

    Returns:
        dWf, dWu, dWc, dWo (n_a, n_a + n_x) and dbf, dbu, dbc, dbo (n_a, 1).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something holds NaN, or the cache is not of this cell.
    """
    a_prev, xt = cache[2], cache[8]
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    return {
        "dWf": gates["dft"] @ concat.T,
        "dWu": gates["dut"] @ concat.T,
        "dWc": gates["dcct"] @ concat.T,
        "dWo": gates["dot"] @ concat.T,
        "dbf": gates["dft"].sum(axis=1, keepdims=True),
        "dbu": gates["dut"].sum(axis=1, keepdims=True),
        "dbc": gates["dcct"].sum(axis=1, keepdims=True),
        "dbo": gates["dot"].sum(axis=1, keepdims=True),
    }


@requires(_cache, _gradients, _gates, inner=True)
def lstm_inputs_backward(da_next: Array, dc_next: Array, gates: Parameters, cache: Cache) -> Parameters:
    """From the gradients at the four layers to what came in: x, a_prev and c_prev.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        dc_next: (n_a, m) gradient that the later step sends to c_next.
        gates: dft, dut, dcct, dot, each (n_a, m), from `lstm_gates_backward`.
        cache: from `lstm_cell_forward`.

    Returns:
        dxt (n_x, m), da_prev (n_a, m), dc_prev (n_a, m).

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something holds NaN, or the cache is not of this cell.
    """
    _, c_next, a_prev, _, ft, _, _, ot, _, parameters = cache
    dconcat = (
        parameters["Wf"].T @ gates["dft"]
        + parameters["Wu"].T @ gates["dut"]
        + parameters["Wc"].T @ gates["dcct"]
        + parameters["Wo"].T @ gates["dot"]
    )  # (n_a + n_x, m)
    n_a = a_prev.shape[0]
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)  # (n_a, m)
    return {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft}


@requires(_cache, _gradients, inner=True)
def lstm_cell_backward(da_next: Array, dc_next: Array, cache: Cache) -> Parameters:
    """One time step backward: the three parts above put together.

    Args:
        da_next: (n_a, m) gradient of the loss with respect to a_next.
        dc_next: (n_a, m) gradient that the later step sends to c_next.
        cache: from `lstm_cell_forward`.

    Returns:
        dxt, da_prev, dc_prev, dWf, dWu, dWc, dWo, dbf, dbu, dbc, dbo.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something holds NaN, or the cache is not of this cell.
    """
    gates = lstm_gates_backward(da_next, dc_next, cache)
    inputs = lstm_inputs_backward(da_next, dc_next, gates, cache)
    return {**inputs, **lstm_parameters_backward(gates, cache)}


@requires(_gradients_of_steps)
def lstm_backward(da: Array, caches: tuple[list[Cache], Array]) -> Parameters:
    """Backpropagation through time, along the activations and along the memory.

    Args:
        da: (n_a, m, T_x) gradient that each step's own loss sends to its activation.
        caches: (list of cell caches, x) from `lstm_forward`.

    Returns:
        dx (n_x, m, T_x), da0 (n_a, m), and dWf, dWu, dWc, dWo, dbf, dbu, dbc, dbo summed over the steps.

    Raises:
        TypeError: da is not an array of floats.
        ValueError: da has not a step for each cache, or holds NaN.
    """
    cell_caches, x = caches
    parameters = cell_caches[0][9]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    dc_prev = np.zeros_like(da[:, :, 0])
    names = ("Wf", "Wu", "Wc", "Wo", "bf", "bu", "bc", "bo")
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in names}
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}


@requires(_gates_of, _memory, _peepholes, inner=True)
def lstm_peephole_cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array]:
    """One time step in which the gates look at the memory, one weight a unit.

    Γ_u and Γ_f see c_prev, Γ_o sees c_next, as in Gers and Schmidhuber (2000); note 002 gives c_prev to all.

    Args:
        xt: (n_x, m) input of this step.
        a_prev: (n_a, m) activation of the step before.
        c_prev: (n_a, m) memory of the step before.
        parameters: those of `lstm_cell_forward`, and pf, pu, po (n_a, 1).

    Returns:
        a_next (n_a, m), c_next (n_a, m), yt_pred (n_y, m) probabilities.

    Raises:
        TypeError: something is not an array of floats.
        ValueError: a shape is not as said above, something is empty or holds NaN, or a parameter is missing.
    """
    concat = np.concatenate([a_prev, xt], axis=0)  # (n_a + n_x, m)
    ft = sigmoid(parameters["Wf"] @ concat + parameters["pf"] * c_prev + parameters["bf"])
    ut = sigmoid(parameters["Wu"] @ concat + parameters["pu"] * c_prev + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    c_next = ft * c_prev + ut * cct  # (n_a, m)
    ot = sigmoid(parameters["Wo"] @ concat + parameters["po"] * c_next + parameters["bo"])
    a_next = ot * np.tanh(c_next)  # (n_a, m)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])  # (n_y, m)
    return a_next, c_next, yt_pred
