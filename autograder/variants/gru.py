"""Right answers to 03-gru in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, sigmoid,
softmax, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import sigmoid, softmax
from seqlib.gru import (
    gru_cell_backward,
    gru_cell_forward,
    gru_gates_backward,
    gru_inputs_backward,
)


def gru_simplified_cell_forward__loops(xt, a_prev, parameters):
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    a_next = np.zeros((n_a, m))
    for i in range(n_a):
        for k in range(m):
            z_u, z_c = parameters["bu"][i, 0], parameters["bc"][i, 0]
            for j in range(n_a):
                z_u += parameters["Wu"][i, j] * a_prev[j, k]
                z_c += parameters["Wc"][i, j] * a_prev[j, k]
            for j in range(n_x):
                z_u += parameters["Wu"][i, n_a + j] * xt[j, k]
                z_c += parameters["Wc"][i, n_a + j] * xt[j, k]
            gate = 1 / (1 + np.exp(-z_u))
            a_next[i, k] = gate * np.tanh(z_c) + (1 - gate) * a_prev[i, k]
    return a_next, softmax(parameters["Wy"] @ a_next + parameters["by"])


def gru_simplified_cell_forward__einsum(xt, a_prev, parameters):
    n_a = a_prev.shape[0]

    def layer(gate):
        W = parameters[f"W{gate}"]
        recurrent = np.einsum("ij,jm->im", W[:, :n_a], a_prev)
        return recurrent + np.einsum("ij,jm->im", W[:, n_a:], xt) + parameters[f"b{gate}"]

    gate = sigmoid(layer("u"))
    a_next = np.einsum("gam,gam->am", np.stack([gate, 1 - gate]), np.stack([np.tanh(layer("c")), a_prev]))
    return a_next, softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])


def gru_simplified_cell_forward__stacked(xt, a_prev, parameters):
    W = np.vstack([parameters["Wu"], parameters["Wc"]])
    b = np.vstack([parameters["bu"], parameters["bc"]])
    z_u, z_c = np.vsplit(W @ np.vstack([a_prev, xt]) + b, 2)
    change = np.tanh(z_c) - a_prev
    a_next = a_prev + change / (1 + np.exp(-z_u))
    scores = np.hstack([parameters["Wy"], parameters["by"]]) @ np.vstack([a_next, np.ones((1, xt.shape[1]))])
    return [a_next, np.exp(scores) / np.exp(scores).sum(axis=0)]


def gru_simplified_cell_forward__float32(xt, a_prev, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    a_prev = a_prev.astype(np.float32)
    stack = np.concatenate([a_prev, xt.astype(np.float32)])
    gate = sigmoid(p["Wu"] @ stack + p["bu"])
    a = a_prev - gate * a_prev + gate * np.tanh(p["Wc"] @ stack + p["bc"])
    return a, softmax(p["Wy"] @ a + p["by"])


def gru_cell_forward__loops(xt, a_prev, parameters):
    (n_a, m), n_x = a_prev.shape, xt.shape[0]

    def layer(gate, old):
        z = np.zeros((n_a, m))
        for i in range(n_a):
            for k in range(m):
                z[i, k] = parameters["b" + gate][i, 0]
                for j in range(n_a):
                    z[i, k] += parameters["W" + gate][i, j] * old[j, k]
                for j in range(n_x):
                    z[i, k] += parameters["W" + gate][i, n_a + j] * xt[j, k]
        return z

    ut, rt = 1 / (1 + np.exp(-layer("u", a_prev))), 1 / (1 + np.exp(-layer("r", a_prev)))
    cct = np.tanh(layer("c", rt * a_prev))
    a_next = np.zeros((n_a, m))
    for i in range(n_a):
        for k in range(m):
            a_next[i, k] = ut[i, k] * cct[i, k] + (1 - ut[i, k]) * a_prev[i, k]
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)


def gru_cell_forward__einsum(xt, a_prev, parameters):
    n_a = a_prev.shape[0]

    def layer(gate, old):
        W = parameters[f"W{gate}"]
        recurrent = np.einsum("ij,jm->im", W[:, :n_a], old)
        return recurrent + np.einsum("ij,jm->im", W[:, n_a:], xt) + parameters[f"b{gate}"]

    ut, rt = sigmoid(layer("u", a_prev)), sigmoid(layer("r", a_prev))
    cct = np.tanh(layer("c", np.einsum("am,am->am", rt, a_prev)))
    a_next = a_prev + np.einsum("am,am->am", ut, cct - a_prev)
    yt_pred = softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)


def gru_cell_forward__stacked(xt, a_prev, parameters):
    W = np.vstack([parameters["Wr"], parameters["Wu"]])
    b = np.vstack([parameters["br"], parameters["bu"]])
    rt, ut = np.split(sigmoid(W.dot(np.vstack([a_prev, xt])) + b), 2)
    cct = np.tanh(parameters["Wc"].dot(np.r_[np.multiply(rt, a_prev), xt]) + parameters["bc"])
    a_next = np.multiply(1 - ut, a_prev) + np.multiply(ut, cct)
    scores = np.dot(parameters["Wy"], a_next) + parameters["by"]
    yt_pred = np.exp(scores) / np.sum(np.exp(scores), axis=0)
    return [a_next, yt_pred, [a_next, a_prev, ut, rt, cct, xt, parameters]]


def gru_cell_forward__float32(xt, a_prev, parameters):
    parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    xt, a_prev = xt.astype(np.float32), a_prev.astype(np.float32)
    one = np.float32(1)
    stack = np.concatenate((a_prev, xt), axis=0)
    ut = one / (one + np.exp(-(parameters["Wu"] @ stack) - parameters["bu"]))
    rt = one / (one + np.exp(-(parameters["Wr"] @ stack) - parameters["br"]))
    cct = np.tanh(parameters["bc"] + parameters["Wc"] @ np.concatenate((a_prev * rt, xt), axis=0))
    a_next = a_prev * (one - ut) + cct * ut
    yt_pred = softmax(parameters["by"] + parameters["Wy"] @ a_next)
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)


def gru_forward__loops(x, a0, parameters):
    n_x, m, T_x = x.shape
    a = np.zeros((a0.shape[0], m, T_x))
    y = np.zeros((parameters["Wy"].shape[0], m, T_x))
    caches, a_next = [], a0
    for t in range(T_x):
        a_next, y[:, :, t], cache = gru_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        caches.append(cache)
    return a, y, (caches, x)


def gru_forward__einsum(x, a0, parameters):
    states, caches = [a0], []
    for xt in np.moveaxis(x, 2, 0):
        caches.append(gru_cell_forward(xt, states[-1], parameters)[2])
        states.append(caches[-1][0])
    a = np.moveaxis(np.array(states[1:]), 0, -1)
    y = softmax(np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, None])
    return a, y, (caches, x)


def gru_forward__stacked(x, a0, parameters):
    W = np.vstack([parameters["Wu"], parameters["Wr"]])
    b = np.vstack([parameters["bu"], parameters["br"]])
    a_prev, caches = a0, []
    for t in range(x.shape[-1]):
        ut, rt = np.vsplit(sigmoid(W @ np.vstack([a_prev, x[..., t]]) + b), 2)
        cct = np.tanh(parameters["Wc"] @ np.vstack([rt * a_prev, x[..., t]]) + parameters["bc"])
        a_next = a_prev + ut * (cct - a_prev)
        caches.append((a_next, a_prev, ut, rt, cct, x[..., t], parameters))
        a_prev = a_next
    a = np.dstack([cache[0] for cache in caches])
    y = np.dstack([softmax(parameters["Wy"] @ cache[0] + parameters["by"]) for cache in caches])
    return a, y, (caches, x)


def gru_forward__float32(x, a0, parameters):
    small = {name: np.float32(value) for name, value in parameters.items()}
    x, state, steps = x.astype("float32"), a0.astype("float32"), []
    for t in range(x.shape[2]):
        steps.append(gru_cell_forward(x[:, :, t], state, small))
        state = steps[-1][0]
    a, y = (np.stack(parts, -1).astype("float32") for parts in list(zip(*steps, strict=True))[:2])
    return a, y, ([step[2] for step in steps], x)


def gru_gates_backward__loops(da_next, cache):
    a_next, a_prev, ut, rt, cct, xt, parameters = cache
    n_a, m = a_prev.shape
    dut, dcct, drt = np.zeros((n_a, m)), np.zeros((n_a, m)), np.zeros((n_a, m))
    for k in range(m):
        for i in range(n_a):
            dut[i, k] = da_next[i, k] * (cct[i, k] - a_prev[i, k]) * ut[i, k] * (1 - ut[i, k])
            dcct[i, k] = da_next[i, k] * ut[i, k] * (1 - cct[i, k] ** 2)
        for j in range(n_a):
            arriving = sum(parameters["Wc"][i, j] * dcct[i, k] for i in range(n_a))
            drt[j, k] = arriving * a_prev[j, k] * rt[j, k] * (1 - rt[j, k])
    return {"dut": dut, "dcct": dcct, "drt": drt}


def gru_gates_backward__einsum(da_next, cache):
    a_prev, (ut, rt, cct), W = cache[1], cache[2:5], cache[6]["Wc"][:, : len(cache[1])]
    dcct = np.einsum("am,am,am->am", da_next, ut, (1 + cct) * (1 - cct))
    return {
        "dut": np.einsum("am,am,am->am", da_next, cct - a_prev, ut - ut * ut),
        "dcct": dcct,
        "drt": np.einsum("ij,im,jm,jm->jm", W, dcct, a_prev, rt - rt**2),
    }


def gru_gates_backward__stacked(da_next, cache):
    _, a_prev, ut, rt, cct, xt, parameters = cache
    written, kept = da_next * cct, da_next * a_prev
    dcct = da_next * ut - da_next * ut * np.square(cct)
    dreset, _ = np.vsplit(parameters["Wc"].T.dot(dcct), [a_prev.shape[0]])
    slopes = np.stack([ut, rt]) * (1 - np.stack([ut, rt]))
    dut, drt = np.stack([written - kept, dreset * a_prev]) * slopes
    return {"drt": drt, "dut": dut, "dcct": dcct}


def gru_gates_backward__float32(da_next, cache):
    da, a, u, r, c = (np.asarray(v, np.float32) for v in (da_next, *cache[1:5]))
    W = np.float32(cache[6]["Wc"])
    dz = (1 - c**2) * u * da
    back = dz.T @ W
    return {
        "dut": (u - u**2) * (da * c - da * a),
        "dcct": dz,
        "drt": back.T[: a.shape[0]] * (r - r**2) * a,
    }


def gru_parameters_backward__loops(gates, cache):
    a_prev, rt, xt = cache[1], cache[3], cache[5]
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    result = {}
    for letter, key in (("u", "dut"), ("r", "drt"), ("c", "dcct")):
        dW, db = np.zeros((n_a, n_a + n_x)), np.zeros((n_a, 1))
        for k in range(m):
            for i in range(n_a):
                db[i, 0] += gates[key][i, k]
                for j in range(n_a):
                    seen = rt[j, k] * a_prev[j, k] if letter == "c" else a_prev[j, k]
                    dW[i, j] += gates[key][i, k] * seen
                for j in range(n_x):
                    dW[i, n_a + j] += gates[key][i, k] * xt[j, k]
        result["dW" + letter], result["db" + letter] = dW, db
    return result


def gru_parameters_backward__einsum(gates, cache):
    a_prev, rt, xt = cache[1], cache[3], cache[5]
    plain, reset = np.concatenate((a_prev, xt)), np.concatenate((np.einsum("am,am->am", rt, a_prev), xt))
    dW = {
        "dWu": np.einsum("am,sm->as", gates["dut"], plain),
        "dWr": np.einsum("am,sm->as", gates["drt"], plain),
        "dWc": np.einsum("am,sm->as", gates["dcct"], reset),
    }
    names = {"dbu": "dut", "dbr": "drt", "dbc": "dcct"}
    return dW | {bias: np.einsum("am->a", gates[name])[:, None] for bias, name in names.items()}


def gru_parameters_backward__stacked(gates, cache):
    _, a_prev, _, rt, _, xt, _ = cache
    ones = np.ones((1, xt.shape[1]))
    dz = np.vstack([gates["dut"], gates["drt"]])
    first, second = np.split(dz @ np.vstack([a_prev, xt, ones]).T, 2)
    third = gates["dcct"] @ np.vstack([rt * a_prev, xt, ones]).T
    result = {}
    for letter, block in zip("urc", (first, second, third), strict=True):
        result["dW" + letter], result["db" + letter] = block[:, :-1], block[:, -1:]
    return result


def gru_parameters_backward__float32(gates, cache):
    a_prev, rt, xt = (np.float32(cache[place]) for place in (1, 3, 5))
    result = {}
    for gate, key, old in (("u", "dut", a_prev), ("r", "drt", a_prev), ("c", "dcct", a_prev * rt)):
        dz = np.float32(gates[key])
        result["dW" + gate] = np.hstack([dz @ old.T, dz @ xt.T])
        result["db" + gate] = np.sum(dz, axis=1).reshape(-1, 1)
    return result


def gru_inputs_backward__loops(da_next, gates, cache):
    _, a_prev, ut, rt, _, xt, parameters = cache
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    dxt, da_prev = np.zeros((n_x, m)), np.zeros((n_a, m))
    for k in range(m):
        for j in range(n_a):
            da_prev[j, k] = da_next[j, k] * (1 - ut[j, k])
        for i in range(n_a):
            for letter, key in (("u", "dut"), ("r", "drt"), ("c", "dcct")):
                W, dz = parameters["W" + letter], gates[key][i, k]
                for j in range(n_a):
                    da_prev[j, k] += W[i, j] * dz * (rt[j, k] if letter == "c" else 1.0)
                for j in range(n_x):
                    dxt[j, k] += W[i, n_a + j] * dz
    return {"dxt": dxt, "da_prev": da_prev}


def gru_inputs_backward__einsum(da_next, gates, cache):
    a_prev, ut, rt, parameters = cache[1], cache[2], cache[3], cache[6]
    n_a = a_prev.shape[0]
    W = np.stack([parameters[name] for name in ("Wu", "Wr", "Wc")])
    dz = np.stack([gates[name] for name in ("dut", "drt", "dcct")])
    weight = np.stack([np.ones_like(rt), np.ones_like(rt), rt])
    direct = da_next - np.einsum("am,am->am", da_next, ut)
    return {
        "dxt": np.einsum("gij,gim->jm", W[:, :, n_a:], dz),
        "da_prev": direct + np.einsum("gij,gim,gjm->jm", W[:, :, :n_a], dz, weight),
    }


def gru_inputs_backward__stacked(da_next, gates, cache):
    _, a_prev, ut, rt, _, xt, parameters = cache
    W = np.vstack([parameters["Wr"], parameters["Wu"]])
    da_gates, dx_gates = np.vsplit(W.T @ np.vstack([gates["drt"], gates["dut"]]), [len(a_prev)])
    da_candidate, dx_candidate = np.vsplit(parameters["Wc"].T @ gates["dcct"], [len(a_prev)])
    return {"da_prev": da_gates + rt * da_candidate + (1 - ut) * da_next, "dxt": dx_gates + dx_candidate}


def gru_inputs_backward__float32(da_next, gates, cache):
    p = {name: np.float32(value) for name, value in cache[6].items()}
    dz = {name: np.float32(value) for name, value in gates.items()}
    u, r = np.float32(cache[2]), np.float32(cache[3])
    n_a = len(u)
    total = np.zeros((p["Wu"].shape[1], u.shape[1]), np.float32)
    total += p["Wc"].T @ dz["dcct"]
    total[:n_a] *= r
    total += p["Wr"].T @ dz["drt"] + p["Wu"].T @ dz["dut"]
    total[:n_a] += np.float32(da_next) * (1 - u)
    return {"dxt": total[n_a:], "da_prev": total[:n_a]}


def gru_backward__loops(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    dx, da_prev = np.zeros(x.shape), np.zeros((n_a, m))
    dWu, dWr, dWc = (np.zeros((n_a, n_a + x.shape[0])) for _ in range(3))
    dbu, dbr, dbc = (np.zeros((n_a, 1)) for _ in range(3))
    t = T_x - 1
    while t >= 0:
        step = gru_cell_backward(da_prev + da[:, :, t], cell_caches[t])
        da_prev = step["da_prev"]
        dx[:, :, t] = step["dxt"]
        dWu += step["dWu"]
        dWr += step["dWr"]
        dWc += step["dWc"]
        dbu += step["dbu"]
        dbr += step["dbr"]
        dbc += step["dbc"]
        t -= 1
    weights = {"dWu": dWu, "dWr": dWr, "dWc": dWc}
    return {"dx": dx, "da0": da_prev, **weights, "dbu": dbu, "dbr": dbr, "dbc": dbc}


def gru_backward__einsum(da, caches):
    cell_caches, x = caches
    carried, dz, dxs = 0.0, [], []
    for t in range(da.shape[2])[::-1]:
        da_next = da[..., t] + carried
        gates = gru_gates_backward(da_next, cell_caches[t])
        inputs = gru_inputs_backward(da_next, gates, cell_caches[t])
        carried = inputs["da_prev"]
        dz.insert(0, gates)
        dxs.insert(0, inputs["dxt"])
    plain = np.stack([np.concatenate([cache[1], cache[5]]) for cache in cell_caches])
    reset = np.stack([np.concatenate([cache[3] * cache[1], cache[5]]) for cache in cell_caches])
    result = {"dx": np.stack(dxs, axis=-1), "da0": carried}
    for letter, key, stack in (("u", "dut", plain), ("r", "drt", plain), ("c", "dcct", reset)):
        layer = np.stack([gates[key] for gates in dz])
        result[f"dW{letter}"] = np.einsum("tam,tsm->as", layer, stack)
        result[f"db{letter}"] = np.einsum("tam->a", layer).reshape(-1, 1)
    return result


def gru_backward__stacked(da, caches):
    cell_caches, x = caches
    n_a, m, T_x = da.shape
    p = cell_caches[-1][-1]
    W = np.vstack([p["Wu"], p["Wr"]])
    dW, db = np.zeros_like(W), np.zeros((2 * n_a, 1))
    dWc, dbc = np.zeros_like(p["Wc"]), np.zeros((n_a, 1))
    dx, da_next = np.empty(x.shape), np.zeros((n_a, m))
    for t in range(T_x - 1, -1, -1):
        _, a_prev, u, r, c, xt, _ = cell_caches[t]
        da_next = da_next + da[:, :, t]
        dzc = da_next * u * (1 - c**2)
        da_c, dx_c = np.vsplit(p["Wc"].T @ dzc, [n_a])
        dz = np.vstack([da_next * (c - a_prev) * u * (1 - u), da_c * a_prev * r * (1 - r)])
        dW += dz @ np.vstack([a_prev, xt]).T
        db += dz.sum(1, keepdims=True)
        dWc += dzc @ np.vstack([r * a_prev, xt]).T
        dbc += dzc.sum(1, keepdims=True)
        da_g, dx_g = np.vsplit(W.T @ dz, [n_a])
        dx[:, :, t] = dx_c + dx_g
        da_next = da_next * (1 - u) + r * da_c + da_g
    (dWu, dWr), (dbu, dbr) = np.split(dW, 2), np.split(db, 2)
    weights = {"dWu": dWu, "dWr": dWr, "dWc": dWc}
    return {"dx": dx, "da0": da_next, **weights, "dbu": dbu, "dbr": dbr, "dbc": dbc}


def gru_backward__float32(da, caches):
    cell_caches, x = caches
    total: dict = {}
    dx = np.zeros(x.shape, dtype=np.float32)
    da_prev = np.zeros(da.shape[:2], dtype=np.float32)
    for t, cache in reversed(list(enumerate(cell_caches))):
        step = gru_cell_backward(np.float32(da[:, :, t]) + da_prev, cache)
        step = {name: value.astype(np.float32) for name, value in step.items()}
        dx[:, :, t], da_prev = step.pop("dxt"), step.pop("da_prev")
        total = {name: total.get(name, np.float32(0)) + value for name, value in step.items()}
    total["dx"], total["da0"] = dx, da_prev
    return total


def gru_cell_forward_reset_after__loops(xt, a_prev, parameters):
    (n_a, m), n_x = a_prev.shape, xt.shape[0]
    p, a_next = parameters, np.zeros((n_a, m))
    for i in range(n_a):
        for k in range(m):
            from_a = {g: sum(p["W" + g][i, j] * a_prev[j, k] for j in range(n_a)) for g in "urc"}
            from_x = {g: sum(p["W" + g][i, n_a + j] * xt[j, k] for j in range(n_x)) for g in "urc"}
            u, r = (1 / (1 + np.exp(-from_a[g] - from_x[g] - p["b" + g][i, 0])) for g in "ur")
            c = np.tanh(from_x["c"] + p["bc"][i, 0] + r * (from_a["c"] + p["bca"][i, 0]))
            a_next[i, k] = u * c + (1 - u) * a_prev[i, k]
    return a_next, softmax(p["Wy"] @ a_next + p["by"])


def gru_cell_forward_reset_after__einsum(xt, a_prev, parameters):
    n_a = a_prev.shape[0]
    W = np.stack([parameters["Wu"], parameters["Wr"], parameters["Wc"]])
    b = np.stack([parameters["bu"], parameters["br"], parameters["bc"]])
    from_a = np.einsum("gij,jm->gim", W[:, :, :n_a], a_prev)
    from_x = np.einsum("gij,jm->gim", W[:, :, n_a:], xt) + b
    ut, rt = sigmoid(from_a[:2] + from_x[:2])
    cct = np.tanh(from_x[2] + np.einsum("am,am->am", rt, from_a[2] + parameters["bca"]))
    a_next = a_prev + ut * (cct - a_prev)
    return a_next, softmax(np.einsum("ya,am->ym", parameters["Wy"], a_next) + parameters["by"])


def gru_cell_forward_reset_after__stacked(xt, a_prev, parameters):
    n_a, m = a_prev.shape
    W = np.vstack([parameters["Wr"], parameters["Wu"]])
    b = np.vstack([parameters["br"], parameters["bu"]])
    # Torch's own way: z = 1 − Γ_u, h' = (1 − z) n + z h.
    r, z = np.split(
        sigmoid(np.vstack([b[:n_a], -b[n_a:]]) + np.vstack([W[:n_a], -W[n_a:]]) @ np.vstack([a_prev, xt])), 2
    )
    inner = np.hstack([parameters["Wc"][:, :n_a], parameters["bca"]]) @ np.vstack([a_prev, np.ones((1, m))])
    outer = np.hstack([parameters["Wc"][:, n_a:], parameters["bc"]]) @ np.vstack([xt, np.ones((1, m))])
    h = (1 - z) * np.tanh(outer + r * inner) + z * a_prev
    return [h, softmax(parameters["Wy"] @ h + parameters["by"])]


def gru_cell_forward_reset_after__float32(xt, a_prev, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    x, a = xt.astype(np.float32), a_prev.astype(np.float32)
    stack, nothing = np.concatenate((a, x)), np.zeros_like(x)
    u, r = (sigmoid(p[f"W{g}"] @ stack + p[f"b{g}"]) for g in "ur")
    inner = p["Wc"] @ np.concatenate((a, nothing)) + p["bca"]
    outer = p["Wc"] @ np.concatenate((np.zeros_like(a), x)) + p["bc"]
    h = u * np.tanh(outer + inner * r) + (1 - u) * a
    return h, softmax(p["by"] + p["Wy"] @ h)


STYLES = ("loops", "einsum", "stacked", "float32")
NAMES = (
    "gru_simplified_cell_forward",
    "gru_cell_forward",
    "gru_forward",
    "gru_gates_backward",
    "gru_parameters_backward",
    "gru_inputs_backward",
    "gru_backward",
    "gru_cell_forward_reset_after",
)

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in STYLES] for name in NAMES
}
