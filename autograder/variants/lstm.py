"""Right answers to 04-lstm in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, sigmoid,
softmax, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import sigmoid, softmax
from seqlib.lstm import (
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_gates,
    lstm_gates_backward,
    lstm_inputs_backward,
)


def lstm_gates__loops(xt, a_prev, parameters):
    n_a, m = a_prev.shape
    outputs = []
    for gate in ("f", "u", "c", "o"):
        W, b = parameters["W" + gate], parameters["b" + gate]
        values = np.zeros((n_a, m))
        for i in range(n_a):
            for k in range(m):
                z = b[i, 0] + np.dot(W[i, :n_a], a_prev[:, k]) + np.dot(W[i, n_a:], xt[:, k])
                values[i, k] = np.tanh(z) if gate == "c" else 1 / (1 + np.exp(-z))
        outputs.append(values)
    return tuple(outputs)


def lstm_gates__einsum(xt, a_prev, parameters):
    n_a = a_prev.shape[0]

    def layer(gate):
        W = parameters[f"W{gate}"]
        from_activation = np.einsum("ij,jm->im", W[:, :n_a], a_prev)
        from_input = np.einsum("ij,jm->im", W[:, n_a:], xt)
        return from_activation + from_input + parameters[f"b{gate}"]

    return sigmoid(layer("f")), sigmoid(layer("u")), np.tanh(layer("c")), sigmoid(layer("o"))


def lstm_gates__stacked(xt, a_prev, parameters):
    W = np.vstack([parameters["Wf"], parameters["Wu"], parameters["Wo"], parameters["Wc"]])
    b = np.vstack([parameters["bf"], parameters["bu"], parameters["bo"], parameters["bc"]])
    z = W.dot(np.vstack([a_prev, xt])) + b
    f, u, o, c = np.split(z, 4, axis=0)
    return [sigmoid(f), sigmoid(u), np.tanh(c), sigmoid(o)]


def lstm_gates__float32(xt, a_prev, parameters):
    stack = np.r_[a_prev, xt].astype(np.float32)
    z = {
        g: parameters[f"W{g}"].astype(np.float32) @ stack + parameters[f"b{g}"].astype(np.float32)
        for g in "fuco"
    }
    one = np.float32(1)
    f, u, o = (one / (one + np.exp(-z[g])) for g in "fuo")
    return f, u, np.tanh(z["c"]), o


def lstm_gates__transposed(xt, a_prev, parameters):
    rows = np.hstack([a_prev.T, xt.T])
    gates = [(rows @ parameters[f"W{g}"].T + parameters[f"b{g}"].ravel()).T for g in "fuco"]
    return tuple(np.tanh(z) if i == 2 else 0.5 * np.tanh(0.5 * z) + 0.5 for i, z in enumerate(gates))


def lstm_cell_forward__loops(xt, a_prev, c_prev, parameters):
    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
    n_a, m = c_prev.shape
    c_next, a_next = np.zeros((n_a, m)), np.zeros((n_a, m))
    for i in range(n_a):
        for k in range(m):
            c_next[i, k] = ft[i, k] * c_prev[i, k] + ut[i, k] * cct[i, k]
            a_next[i, k] = ot[i, k] * np.tanh(c_next[i, k])
    Wy, by = parameters["Wy"], parameters["by"]
    n_y = Wy.shape[0]
    yt_pred = np.zeros((n_y, m))
    for k in range(m):
        scores = [sum(Wy[y, i] * a_next[i, k] for i in range(n_a)) + by[y, 0] for y in range(n_y)]
        powers = [np.exp(score - max(scores)) for score in scores]
        for y in range(n_y):
            yt_pred[y, k] = powers[y] / sum(powers)
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)


def lstm_cell_forward__einsum(xt, a_prev, c_prev, parameters):
    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
    c_next = np.einsum("gam,gam->am", np.stack([ft, ut]), np.stack([c_prev, cct]))
    a_next = np.einsum("am,am->am", ot, np.tanh(c_next))
    yt_pred = softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)


def lstm_cell_forward__stacked(xt, a_prev, c_prev, parameters):
    n_a = a_prev.shape[0]
    W = np.concatenate([parameters["W" + g] for g in "fuoc"])
    b = np.concatenate([parameters["b" + g] for g in "fuoc"])
    z = W @ np.concatenate((a_prev, xt)) + b
    gates, cct = sigmoid(z[: 3 * n_a]), np.tanh(z[3 * n_a :])
    ft, ut, ot = gates[:n_a], gates[n_a : 2 * n_a], gates[2 * n_a :]
    c_next = np.multiply(ft, c_prev) + np.multiply(ut, cct)
    a_next = np.multiply(ot, np.tanh(c_next))
    scores = np.dot(parameters["Wy"], a_next) + parameters["by"]
    yt_pred = np.exp(scores) / np.sum(np.exp(scores), axis=0)
    cache = [a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters]
    return [a_next, c_next, yt_pred, cache]


def lstm_cell_forward__float32(xt, a_prev, c_prev, parameters):
    parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    xt, a_prev, c_prev = (value.astype(np.float32) for value in (xt, a_prev, c_prev))
    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
    c_next = (ft * c_prev + ut * cct).astype(np.float32)
    a_next = (ot * np.tanh(c_next)).astype(np.float32)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)


def lstm_forward__loops(x, a0, parameters):
    n_x, m, T_x = x.shape
    n_a, n_y = a0.shape[0], parameters["Wy"].shape[0]
    a, c = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x))
    y = np.zeros((n_y, m, T_x))
    caches = []
    a_next, c_next = a0, np.zeros((n_a, m))
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t] = a_next
        c[:, :, t] = c_next
        y[:, :, t] = yt
        caches.append(cache)
    return a, y, c, (caches, x)


def lstm_forward__einsum(x, a0, parameters):
    states, memory, caches = [a0], 0 * a0, []
    for xt in np.moveaxis(x, 2, 0):
        caches.append(lstm_cell_forward(xt, states[-1], memory, parameters)[3])
        states.append(caches[-1][0])
        memory = caches[-1][1]
    a = np.moveaxis(np.array(states[1:]), 0, -1)
    c = np.moveaxis(np.array([cache[1] for cache in caches]), 0, -1)
    y = softmax(np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, None])
    return a, y, c, (caches, x)


def lstm_forward__stacked(x, a0, parameters):
    n_a = a0.shape[0]
    W = np.vstack([parameters["W" + g] for g in "fuoc"])
    b = np.vstack([parameters["b" + g] for g in "fuoc"])
    a_prev, c_prev = a0, np.zeros(a0.shape)
    caches = []
    for t in range(x.shape[-1]):
        z = W @ np.vstack([a_prev, x[..., t]]) + b
        ft, ut, ot = np.split(sigmoid(z[: 3 * n_a]), 3)
        cct = np.tanh(z[3 * n_a :])
        c_next = ft * c_prev + ut * cct
        a_next = ot * np.tanh(c_next)
        caches.append((a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, x[..., t], parameters))
        a_prev, c_prev = a_next, c_next
    a, c = (np.dstack([cache[place] for cache in caches]) for place in (0, 1))
    y = np.dstack([softmax(parameters["Wy"] @ cache[0] + parameters["by"]) for cache in caches])
    return a, y, c, (caches, x)


def lstm_forward__float32(x, a0, parameters):
    small = {name: np.float32(value) for name, value in parameters.items()}
    x = x.astype("float32")
    state = (a0.astype("float32"), np.zeros(a0.shape, "float32"))
    steps = []
    for t in range(x.shape[2]):
        steps.append(lstm_cell_forward(x[:, :, t], *state, small))
        state = steps[-1][:2]
    a, c, y = (np.stack(parts, -1).astype("float32") for parts in list(zip(*steps, strict=True))[:3])
    return a, y, c, ([step[3] for step in steps], x)


def lstm_gates_backward__loops(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters = cache
    n_a, m = c_next.shape
    result = {key: np.zeros((n_a, m)) for key in ("dft", "dut", "dcct", "dot")}
    for i in range(n_a):
        for k in range(m):
            squashed = np.tanh(c_next[i, k])
            dc = dc_next[i, k] + da_next[i, k] * ot[i, k] * (1 - squashed * squashed)
            result["dft"][i, k] = dc * c_prev[i, k] * ft[i, k] * (1 - ft[i, k])
            result["dut"][i, k] = dc * cct[i, k] * ut[i, k] * (1 - ut[i, k])
            result["dcct"][i, k] = dc * ut[i, k] * (1 - cct[i, k] * cct[i, k])
            result["dot"][i, k] = da_next[i, k] * squashed * ot[i, k] * (1 - ot[i, k])
    return result


def lstm_gates_backward__einsum(da_next, dc_next, cache):
    (c_next, c_prev), (ft, ut, cct, ot) = (cache[1], cache[3]), cache[4:8]
    dc = dc_next + np.einsum("am,am,am->am", da_next, ot, 1 / np.cosh(c_next) ** 2)
    product = "am,am,am->am"
    return {
        "dft": np.einsum(product, dc, c_prev, ft - ft * ft),
        "dut": np.einsum(product, dc, cct, ut - ut * ut),
        "dcct": np.einsum(product, dc, ut, (1 + cct) * (1 - cct)),
        "dot": np.einsum(product, da_next, np.tanh(c_next), ot - ot * ot),
    }


def lstm_gates_backward__stacked(da_next, dc_next, cache):
    _, c_next, _, c_prev, ft, ut, cct, ot, *_ = cache
    shown = np.tanh(c_next)
    dc = dc_next + da_next * ot - da_next * ot * shown**2
    arriving = np.stack([dc * c_prev, dc * cct, dc * ut, da_next * shown])
    slope = np.stack([ft * (1 - ft), ut * (1 - ut), 1 - cct**2, ot * (1 - ot)])
    return dict(zip(("dft", "dut", "dcct", "dot"), arriving * slope, strict=True))


def lstm_gates_backward__float32(da_next, dc_next, cache):
    da, dc, c_next, c_prev = (np.asarray(v, np.float32) for v in (da_next, dc_next, cache[1], cache[3]))
    f, u, g, o = (np.asarray(v, np.float32) for v in cache[4:8])
    h = np.tanh(c_next)
    total = dc + (1 - h**2) * o * da
    out = {"dot": h * da * o * (1 - o)}
    out["dcct"] = (1 - g**2) * u * total
    out["dut"] = u * (1 - u) * g * total
    out["dft"] = f * (1 - f) * c_prev * total
    return out


def lstm_parameters_backward__loops(gates, cache):
    a_prev, xt = cache[2], cache[8]
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    result = {}
    for letter, key in (("f", "dft"), ("u", "dut"), ("c", "dcct"), ("o", "dot")):
        dW, db = np.zeros((n_a, n_a + n_x)), np.zeros((n_a, 1))
        for k in range(m):
            for i in range(n_a):
                db[i, 0] += gates[key][i, k]
                for j in range(n_a):
                    dW[i, j] += gates[key][i, k] * a_prev[j, k]
                for j in range(n_x):
                    dW[i, n_a + j] += gates[key][i, k] * xt[j, k]
        result["dW" + letter], result["db" + letter] = dW, db
    return result


def lstm_parameters_backward__einsum(gates, cache):
    stack = np.concatenate((cache[2], cache[8]))
    names = {"f": "dft", "u": "dut", "c": "dcct", "o": "dot"}
    dW = {f"dW{g}": np.einsum("am,sm->as", gates[name], stack) for g, name in names.items()}
    db = {f"db{g}": np.einsum("am->a", gates[name])[:, None] for g, name in names.items()}
    return dW | db


def lstm_parameters_backward__stacked(gates, cache):
    dz = np.vstack([gates[name] for name in ("dft", "dut", "dcct", "dot")])
    extended = np.vstack([cache[2], cache[8], np.ones((1, cache[8].shape[1]))])
    blocks = np.split(dz @ extended.T, 4)
    result = {"dW" + g: block[:, :-1] for g, block in zip("fuco", blocks, strict=True)}
    result.update({"db" + g: block[:, -1:] for g, block in zip("fuco", blocks, strict=True)})
    return result


def lstm_parameters_backward__float32(gates, cache):
    dz = {name[1:-1]: np.float32(value) for name, value in gates.items()}
    a_prev, xt = np.float32(cache[2]), np.float32(cache[8])
    result = {}
    for gate, short in (("f", "f"), ("u", "u"), ("c", "cc"), ("o", "o")):
        result["dW" + gate] = np.hstack([dz[short] @ a_prev.T, dz[short] @ xt.T])
        result["db" + gate] = np.sum(dz[short], axis=1).reshape(-1, 1)
    return result


def lstm_inputs_backward__loops(da_next, dc_next, gates, cache):
    _, c_next, a_prev, _, ft, _, _, ot, xt, parameters = cache
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    dxt, da_prev, dc_prev = np.zeros((n_x, m)), np.zeros((n_a, m)), np.zeros((n_a, m))
    for k in range(m):
        for i in range(n_a):
            slope = 1 - np.tanh(c_next[i, k]) ** 2
            dc_prev[i, k] = ft[i, k] * (dc_next[i, k] + slope * ot[i, k] * da_next[i, k])
            for letter, key in (("f", "dft"), ("u", "dut"), ("c", "dcct"), ("o", "dot")):
                W, dz = parameters["W" + letter], gates[key][i, k]
                for j in range(n_a):
                    da_prev[j, k] += W[i, j] * dz
                for j in range(n_x):
                    dxt[j, k] += W[i, n_a + j] * dz
    return {"dxt": dxt, "da_prev": da_prev, "dc_prev": dc_prev}


def lstm_inputs_backward__einsum(da_next, dc_next, gates, cache):
    c_next, ft, ot, parameters = cache[1], cache[4], cache[7], cache[9]
    W = np.stack([parameters[name] for name in ("Wf", "Wu", "Wc", "Wo")])
    dz = np.stack([gates[name] for name in ("dft", "dut", "dcct", "dot")])
    n_a = c_next.shape[0]
    return {
        "da_prev": np.einsum("gij,gim->jm", W[:, :, :n_a], dz),
        "dxt": np.einsum("gij,gim->jm", W[:, :, n_a:], dz),
        "dc_prev": np.einsum("am,am->am", dc_next, ft)
        + np.einsum("am,am,am,am->am", da_next, ot, 1 - np.tanh(c_next) ** 2, ft),
    }


def lstm_inputs_backward__stacked(da_next, dc_next, gates, cache):
    _, c_next, _, _, ft, _, _, ot, xt, parameters = cache
    W = np.vstack([parameters[f"W{g}"] for g in "oufc"])
    dz = np.vstack([gates["dot"], gates["dut"], gates["dft"], gates["dcct"]])
    da_prev, dxt = np.vsplit(W.T @ dz, [ft.shape[0]])
    dc = dc_next + da_next * ot / np.cosh(c_next) ** 2
    return {"dxt": dxt, "da_prev": da_prev, "dc_prev": ft * dc}


def lstm_inputs_backward__float32(da_next, dc_next, gates, cache):
    c_next, ft, ot = (np.float32(cache[place]) for place in (1, 4, 7))
    stack = np.float32(0)
    for letter, key in zip("fuco", ("dft", "dut", "dcct", "dot"), strict=True):
        stack = stack + np.dot(np.float32(cache[9]["W" + letter]).T, np.float32(gates[key]))
    n_a = len(c_next)
    dc = np.float32(dc_next) + np.float32(da_next) * ot * (1 - np.tanh(c_next) ** 2)
    return {"dxt": stack[n_a:, :], "da_prev": stack[:n_a, :], "dc_prev": ft * dc}


def lstm_backward__loops(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    da_prev, dc_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    dWf, dWu, dWc, dWo = (np.zeros((n_a, n_a + x.shape[0])) for _ in range(4))
    dbf, dbu, dbc, dbo = (np.zeros((n_a, 1)) for _ in range(4))
    t = T_x - 1
    while t >= 0:
        step = lstm_cell_backward(da_prev + da[:, :, t], dc_prev, cell_caches[t])
        da_prev = step["da_prev"]
        dc_prev = step["dc_prev"]
        dx[:, :, t] = step["dxt"]
        dWf += step["dWf"]
        dWu += step["dWu"]
        dWc += step["dWc"]
        dWo += step["dWo"]
        dbf += step["dbf"]
        dbu += step["dbu"]
        dbc += step["dbc"]
        dbo += step["dbo"]
        t -= 1
    weights = {"dWf": dWf, "dWu": dWu, "dWc": dWc, "dWo": dWo}
    biases = {"dbf": dbf, "dbu": dbu, "dbc": dbc, "dbo": dbo}
    return {"dx": dx, "da0": da_prev, **weights, **biases}


def lstm_backward__einsum(da, caches):
    cell_caches, x = caches
    carried, memory = 0.0, np.zeros(da.shape[:2])
    dz, dxs = [], []
    for t in range(da.shape[2])[::-1]:
        da_next = da[..., t] + carried
        gates = lstm_gates_backward(da_next, memory, cell_caches[t])
        inputs = lstm_inputs_backward(da_next, memory, gates, cell_caches[t])
        carried, memory = inputs["da_prev"], inputs["dc_prev"]
        dz.insert(0, gates)
        dxs.insert(0, inputs["dxt"])
    stack = np.stack([np.concatenate([cache[2], cache[8]]) for cache in cell_caches])
    result = {"dx": np.stack(dxs, axis=-1), "da0": carried}
    for letter, key in (("f", "dft"), ("u", "dut"), ("c", "dcct"), ("o", "dot")):
        layer = np.stack([gates[key] for gates in dz])
        result[f"dW{letter}"] = np.einsum("tam,tsm->as", layer, stack)
        result[f"db{letter}"] = np.einsum("tam->a", layer).reshape(-1, 1)
    return result


def lstm_backward__stacked(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    parameters = cell_caches[-1][-1]
    W = np.vstack([parameters["W" + g] for g in "fuco"])
    dW, db = np.zeros_like(W), np.zeros((4 * n_a, 1))
    dx = np.empty(x.shape)
    da_next, dc_next = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in range(T_x - 1, -1, -1):
        _, c, a_prev, c_prev, f, u, g, o, xt, _ = cell_caches[t]
        da_next = da_next + da[:, :, t]
        dc = dc_next + da_next * o * (1 - np.tanh(c) ** 2)
        dz = np.vstack(
            [
                dc * c_prev * f * (1 - f),
                dc * g * u * (1 - u),
                dc * u * (1 - g**2),
                da_next * np.tanh(c) * o * (1 - o),
            ]
        )
        dW += dz @ np.vstack([a_prev, xt]).T
        db += dz.sum(1, keepdims=True)
        da_next, dx[:, :, t] = np.vsplit(W.T @ dz, [n_a])
        dc_next = dc * f
    result = {"dx": dx, "da0": da_next}
    result.update({"dW" + letter: part for letter, part in zip("fuco", np.split(dW, 4), strict=True)})
    result.update({"db" + letter: part for letter, part in zip("fuco", np.split(db, 4), strict=True)})
    return result


def lstm_backward__float32(da, caches):
    cell_caches, x = caches
    total: dict = {}
    dx = np.zeros(x.shape, dtype=np.float32)
    da_prev = dc_prev = np.zeros(da.shape[:2], dtype=np.float32)
    for t, cache in reversed(list(enumerate(cell_caches))):
        step = lstm_cell_backward(np.float32(da[:, :, t]) + da_prev, dc_prev, cache)
        step = {name: value.astype(np.float32) for name, value in step.items()}
        dx[:, :, t], da_prev, dc_prev = step.pop("dxt"), step.pop("da_prev"), step.pop("dc_prev")
        total = {name: total.get(name, np.float32(0)) + value for name, value in step.items()}
    total["dx"], total["da0"] = dx, da_prev
    return total


def lstm_peephole_cell_forward__loops(xt, a_prev, c_prev, parameters):
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    c_next, a_next = np.zeros((n_a, m)), np.zeros((n_a, m))

    def layer(gate, i, k):
        z = parameters["b" + gate][i, 0]
        for j in range(n_a + n_x):
            z += parameters["W" + gate][i, j] * (a_prev[j, k] if j < n_a else xt[j - n_a, k])
        return z

    for i in range(n_a):
        for k in range(m):
            f = 1 / (1 + np.exp(-layer("f", i, k) - parameters["pf"][i, 0] * c_prev[i, k]))
            u = 1 / (1 + np.exp(-layer("u", i, k) - parameters["pu"][i, 0] * c_prev[i, k]))
            c_next[i, k] = f * c_prev[i, k] + u * np.tanh(layer("c", i, k))
            o = 1 / (1 + np.exp(-layer("o", i, k) - parameters["po"][i, 0] * c_next[i, k]))
            a_next[i, k] = o * np.tanh(c_next[i, k])
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred


def lstm_peephole_cell_forward__einsum(xt, a_prev, c_prev, parameters):
    stack = np.concatenate([a_prev, xt])
    z = {g: np.einsum("as,sm->am", parameters[f"W{g}"], stack) + parameters[f"b{g}"] for g in "fuco"}
    ft = sigmoid(z["f"] + np.einsum("ab,bm->am", np.diag(parameters["pf"][:, 0]), c_prev))
    ut = sigmoid(z["u"] + np.einsum("ab,bm->am", np.diag(parameters["pu"][:, 0]), c_prev))
    c_next = ft * c_prev + ut * np.tanh(z["c"])
    ot = sigmoid(z["o"] + np.einsum("ab,bm->am", np.diag(parameters["po"][:, 0]), c_next))
    a_next = ot * np.tanh(c_next)
    return a_next, c_next, softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])


def lstm_peephole_cell_forward__stacked(xt, a_prev, c_prev, parameters):
    n_a, m = a_prev.shape
    W = np.vstack([parameters["W" + g] for g in "fuco"])
    b = np.vstack([parameters["b" + g] for g in "fuco"])
    f, u, g, o = (W @ np.vstack([a_prev, xt]) + b).reshape(4, n_a, m)
    f, u = sigmoid(np.stack([f, u]) + np.stack([parameters["pf"], parameters["pu"]]) * c_prev)
    c = f * c_prev + u * np.tanh(g)
    a = sigmoid(o + parameters["po"] * c) * np.tanh(c)
    scores = np.hstack([parameters["Wy"], parameters["by"]]) @ np.vstack([a, np.ones((1, m))])
    return a, c, softmax(scores)


def lstm_peephole_cell_forward__float32(xt, a_prev, c_prev, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    c_prev = c_prev.astype(np.float32)
    stack = np.vstack((a_prev, xt)).astype(np.float32)
    f = sigmoid(p["pf"] * c_prev + p["Wf"] @ stack + p["bf"])
    u = sigmoid(p["pu"] * c_prev + p["Wu"] @ stack + p["bu"])
    c = c_prev * f + np.tanh(p["bc"] + p["Wc"] @ stack) * u
    o = sigmoid(p["po"] * c + p["Wo"] @ stack + p["bo"])
    a = np.tanh(c) * o
    return a, c, softmax(p["by"] + p["Wy"] @ a)


STYLES = ("loops", "einsum", "stacked", "float32")
NAMES = (
    "lstm_gates",
    "lstm_cell_forward",
    "lstm_forward",
    "lstm_gates_backward",
    "lstm_parameters_backward",
    "lstm_inputs_backward",
    "lstm_backward",
    "lstm_peephole_cell_forward",
)

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in STYLES] for name in NAMES
}
VARIANTS["lstm_gates"].append(lstm_gates__transposed)
