"""Right answers to 02-rnn in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import softmax
from seqlib.rnn import rnn_cell_backward, rnn_cell_forward


def numeric_gradient__loops(loss, parameters, epsilon=1e-5):
    result = {}
    for name in parameters:
        flat = []
        for position in range(parameters[name].size):
            values = []
            for sign in (+1, -1):
                copy = {key: np.array(array) for key, array in parameters.items()}
                copy[name].reshape(-1)[position] += sign * epsilon
                values.append(loss(copy))
            flat.append((values[0] - values[1]) / epsilon / 2)
        result[name] = np.array(flat).reshape(parameters[name].shape)
    return result


def numeric_gradient__einsum(loss, parameters, epsilon=1e-5):
    def slope(name, direction):
        up = loss({**parameters, name: parameters[name] + epsilon * direction})
        down = loss({**parameters, name: parameters[name] - epsilon * direction})
        return 0.5 * up / epsilon - 0.5 * down / epsilon

    gradients = {}
    for name, value in parameters.items():
        directions = np.eye(value.size).reshape(value.size, *value.shape)
        slopes = np.array([slope(name, direction) for direction in directions])
        gradients[name] = np.einsum("k,k...->...", slopes, directions)
    return gradients


def numeric_gradient__stacked(loss, parameters, epsilon=1e-5):
    sizes = [value.size for value in parameters.values()]
    theta = np.concatenate([value.ravel() for value in parameters.values()])

    def unpack(vector):
        pieces = np.split(vector, np.cumsum(sizes)[:-1])
        return {name: p.reshape(parameters[name].shape) for name, p in zip(parameters, pieces, strict=True)}

    gradient = np.empty(theta.size)
    for k in range(theta.size):
        shift = np.zeros(theta.size)
        shift[k] = epsilon
        gradient[k] = (loss(unpack(theta + shift)) - loss(unpack(theta - shift))) / (2 * epsilon)
    return unpack(gradient)


def numeric_gradient__float32(loss, parameters, epsilon=1e-5):
    # A difference over 1e-5 drowns in float32's rounding, so only the result is stored in it.
    theta = {name: value.astype(np.float64) for name, value in parameters.items()}
    gradients = {name: np.zeros(value.shape, dtype=np.float32) for name, value in theta.items()}
    for name, value in theta.items():
        it = np.nditer(value, flags=["multi_index"])
        while not it.finished:
            old = value[it.multi_index]
            value[it.multi_index] = old - epsilon
            below = loss(theta)
            value[it.multi_index] = old + epsilon
            above = loss(theta)
            value[it.multi_index] = old
            gradients[name][it.multi_index] = (above - below) / (epsilon + epsilon)
            it.iternext()
    return gradients


def gradient_error__loops(gradients, numeric):
    apart, size_g, size_n = 0.0, 0.0, 0.0
    for name in numeric:
        for g, n in zip(gradients[name].flatten(), numeric[name].flatten(), strict=True):
            apart += (g - n) ** 2
            size_g += g**2
            size_n += n**2
    if size_g + size_n == 0:
        return 0
    return apart**0.5 / (size_g**0.5 + size_n**0.5)


def gradient_error__einsum(gradients, numeric):
    def length(tree):
        return np.sqrt(sum(np.einsum("k,k->", value.ravel(), value.ravel()) for value in tree.values()))

    apart = length({name: gradients[name] - numeric[name] for name in numeric})
    sizes = length(gradients) + length(numeric)
    return apart / sizes if sizes else 0.0


def gradient_error__stacked(gradients, numeric):
    names = sorted(numeric)
    both = np.stack([np.hstack([tree[name].reshape(-1) for name in names]) for tree in (gradients, numeric)])
    sizes = np.linalg.norm(both, axis=1).sum()
    return np.linalg.norm(both[0] - both[1]) / max(sizes, 1e-300)


def gradient_error__float32(gradients, numeric):
    g = np.concatenate([value.astype(np.float32).ravel() for value in gradients.values()])
    n = np.concatenate([numeric[name].astype(np.float32).ravel() for name in gradients])
    sizes = np.sqrt(np.dot(g, g)) + np.sqrt(np.dot(n, n))
    return np.float32(0) if sizes == 0 else np.sqrt(np.dot(g - n, g - n)) / sizes


def rnn_cell_forward__loops(xt, a_prev, parameters):
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    (n_a, m), n_x, n_y = a_prev.shape, xt.shape[0], Wya.shape[0]
    a_next, yt_pred = np.zeros((n_a, m)), np.zeros((n_y, m))
    for i in range(m):
        for unit in range(n_a):
            z = parameters["ba"][unit, 0]
            for j in range(n_a):
                z += Waa[unit, j] * a_prev[j, i]
            for j in range(n_x):
                z += Wax[unit, j] * xt[j, i]
            a_next[unit, i] = np.tanh(z)
        scores = [
            sum(Wya[y, j] * a_next[j, i] for j in range(n_a)) + parameters["by"][y, 0] for y in range(n_y)
        ]
        powers = [np.exp(score) for score in scores]
        for y in range(n_y):
            yt_pred[y, i] = powers[y] / sum(powers)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_cell_forward__einsum(xt, a_prev, parameters):
    from_memory = np.einsum("ab,bm->am", parameters["Waa"], a_prev)
    from_input = np.einsum("ax,xm->am", parameters["Wax"], xt)
    a_next = np.tanh(parameters["ba"] + from_input + from_memory)
    yt_pred = softmax(parameters["by"] + np.einsum("ya,am->ym", parameters["Wya"], a_next))
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_cell_forward__stacked(xt, a_prev, parameters):
    m = xt.shape[1]
    W = np.hstack([parameters["ba"], parameters["Wax"], parameters["Waa"]])
    a_next = np.tanh(W.dot(np.vstack([np.ones((1, m)), xt, a_prev])))
    scores = np.hstack([parameters["by"], parameters["Wya"]]).dot(np.vstack([np.ones((1, m)), a_next]))
    return [a_next, softmax(scores), [a_next, a_prev, xt, parameters]]


def rnn_cell_forward__float32(xt, a_prev, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    z = p["Wax"] @ xt.astype(np.float32) + p["ba"] + p["Waa"] @ a_prev.astype(np.float32)
    grows, falls = np.exp(z), np.exp(-z)
    a_next = (grows - falls) / (grows + falls)
    powers = np.exp(p["Wya"] @ a_next + p["by"])
    return a_next, powers / powers.sum(axis=0), (a_next, a_prev, xt, parameters)


def stack_parameters__loops(parameters):
    Waa, Wax = parameters["Waa"], parameters["Wax"]
    rows = [[*Waa[i], *Wax[i]] for i in range(Waa.shape[0])]
    stacked = {"Wa": np.array(rows)}
    for name in ("Wya", "ba", "by"):
        stacked[name] = parameters[name]
    return stacked


def stack_parameters__einsum(parameters):
    n_a, n_x = parameters["Wax"].shape
    left, right = np.eye(n_a, n_a + n_x), np.eye(n_x, n_a + n_x, k=n_a)
    Wa = np.einsum("ab,bk->ak", parameters["Waa"], left) + np.einsum("ax,xk->ak", parameters["Wax"], right)
    return {"Wa": Wa, **{name: parameters[name] for name in parameters if name not in ("Waa", "Wax")}}


def stack_parameters__stacked(parameters):
    Wa = np.hstack((parameters["Waa"], parameters["Wax"]))
    return {"by": parameters["by"], "ba": parameters["ba"], "Wya": parameters["Wya"], "Wa": Wa}


def stack_parameters__float32(parameters):
    n_a, n_x = parameters["Wax"].shape
    Wa = np.empty((n_a, n_a + n_x), dtype=np.float32)
    Wa[:, :n_a] = parameters["Waa"]
    Wa[:, n_a:] = parameters["Wax"]
    return {"Wa": Wa} | {name: parameters[name].astype(np.float32) for name in ("Wya", "ba", "by")}


def rnn_cell_forward_stacked__loops(xt, a_prev, stacked):
    Wa, Wya = stacked["Wa"], stacked["Wya"]
    (n_a, m), n_y = a_prev.shape, Wya.shape[0]
    a_next, yt_pred = np.zeros((n_a, m)), np.zeros((n_y, m))
    for i in range(m):
        column = list(a_prev[:, i]) + list(xt[:, i])
        for unit in range(n_a):
            z = sum(weight * value for weight, value in zip(Wa[unit], column, strict=True))
            a_next[unit, i] = np.tanh(z + stacked["ba"][unit, 0])
        powers = [np.exp(sum(Wya[y] * a_next[:, i]) + stacked["by"][y, 0]) for y in range(n_y)]
        for y in range(n_y):
            yt_pred[y, i] = powers[y] / sum(powers)
    return a_next, yt_pred


def rnn_cell_forward_stacked__einsum(xt, a_prev, stacked):
    n_a = a_prev.shape[0]
    memory, reading = stacked["Wa"][:, :n_a], stacked["Wa"][:, n_a:]
    z = np.einsum("ab,bm->am", memory, a_prev) + np.einsum("ax,xm->am", reading, xt)
    a_next = np.tanh(z + stacked["ba"])
    return a_next, softmax(np.einsum("ya,am->ym", stacked["Wya"], a_next) + stacked["by"])


def rnn_cell_forward_stacked__stacked(xt, a_prev, stacked):
    a_next = np.tanh(stacked["ba"] + np.dot(stacked["Wa"], np.vstack((a_prev, xt))))
    scores = stacked["by"] + np.dot(stacked["Wya"], a_next)
    return [a_next, np.exp(scores) / np.exp(scores).sum(axis=0, keepdims=True)]


def rnn_cell_forward_stacked__float32(xt, a_prev, stacked):
    p = {name: value.astype(np.float32) for name, value in stacked.items()}
    column = np.r_[a_prev, xt].astype(np.float32)
    a_next = np.tanh(p["Wa"] @ column + p["ba"])
    powers = np.exp(p["Wya"] @ a_next + p["by"])
    return a_next, powers / powers.sum(axis=0)


def rnn_forward__loops(x, a0, parameters):
    _, m, T_x = x.shape
    a = np.zeros((a0.shape[0], m, T_x))
    y_pred = np.zeros((parameters["by"].shape[0], m, T_x))
    caches = []
    a_next = a0
    for t in range(T_x):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        y_pred[:, :, t] = yt_pred
        caches.append(cache)
    return a, y_pred, (caches, x)


def rnn_forward__einsum(x, a0, parameters):
    from_input = np.einsum("ax,xmt->tam", parameters["Wax"], x) + parameters["ba"]
    history = [a0]
    for z in from_input:
        history.append(np.tanh(z + np.einsum("ab,bm->am", parameters["Waa"], history[-1])))
    a = np.stack(history[1:], axis=-1)
    y_pred = softmax(np.einsum("ya,amt->ymt", parameters["Wya"], a) + parameters["by"][:, :, np.newaxis])
    caches = [(history[t + 1], history[t], x[:, :, t], parameters) for t in range(x.shape[2])]
    return a, y_pred, (caches, x)


def rnn_forward__stacked(x, a0, parameters):
    W = np.hstack([parameters["Waa"], parameters["Wax"], parameters["ba"]])
    ones = np.ones((1, x.shape[1]))
    a_prev, steps, caches = a0, [], []
    for xt in np.moveaxis(x, 2, 0):
        a_next = np.tanh(W @ np.vstack([a_prev, xt, ones]))
        scores = parameters["Wya"] @ a_next + parameters["by"]
        steps.append((a_next, softmax(scores)))
        caches.append([a_next, a_prev, xt, parameters])
        a_prev = a_next
    a, y_pred = (np.dstack(parts) for parts in zip(*steps, strict=True))
    return a, y_pred, [caches, x]


def rnn_forward__float32(x, a0, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    x32, a_next = x.astype(np.float32), a0.astype(np.float32)
    T_x = x.shape[2]
    a = np.empty((*a0.shape, T_x), dtype=np.float32)
    y_pred = np.empty((p["by"].shape[0], x.shape[1], T_x), dtype=np.float32)
    caches = [None] * T_x
    for t in range(T_x):
        a_next, y_pred[..., t], caches[t] = rnn_cell_forward(x32[..., t], a_next, p)
        a[..., t] = a_next
    return a, y_pred, (caches, x32)


def binary_cross_entropy__loops(y_pred, y):
    _, m, T_x = y.shape
    losses, total = np.zeros((m, T_x)), 0.0
    for i in range(m):
        for t in range(T_x):
            p = y_pred[0, i, t]
            losses[i, t] = -np.log(p) if y[0, i, t] == 1 else -np.log(1 - p)
            total += losses[i, t]
    return losses, total


def binary_cross_entropy__einsum(y_pred, y):
    outcomes = np.concatenate([y, 1 - y])
    logs = np.log(np.concatenate([y_pred, 1 - y_pred]))
    return -np.einsum("kmt,kmt->mt", outcomes, logs), -np.einsum("kmt,kmt->", outcomes, logs)


def binary_cross_entropy__stacked(y_pred, y):
    p_true = np.where(y == 1, y_pred, 1 - y_pred).squeeze(axis=0)
    losses = np.log(1 / p_true)
    return [losses, np.sum(losses)]


def binary_cross_entropy__float32(y_pred, y):
    p, yes = y_pred[0].astype(np.float32), y[0].astype(np.float32)
    losses = -yes * np.log(p) - (1 - yes) * np.log1p(-p)
    return losses, losses.sum()


def cross_entropy__loops(y_pred, y):
    m, T_x = y.shape
    losses = np.zeros((m, T_x))
    for i in range(m):
        for t in range(T_x):
            losses[i, t] = -np.log(y_pred[y[i, t], i, t])
    return losses, sum(sum(row) for row in losses)


def cross_entropy__einsum(y_pred, y):
    one_hot = np.eye(y_pred.shape[0])[y]
    losses = -np.einsum("mty,ymt->mt", one_hot, np.log(y_pred))
    return losses, np.einsum("mt->", losses)


def cross_entropy__stacked(y_pred, y):
    m, T_x = y.shape
    columns = y_pred.reshape(y_pred.shape[0], m * T_x)
    losses = -np.log(columns[y.ravel(), np.arange(m * T_x)])
    return [losses.reshape(m, T_x), losses.sum()]


def cross_entropy__float32(y_pred, y):
    m, T_x = y.shape
    chosen = y_pred.astype(np.float32)[y, np.arange(m)[:, None], np.arange(T_x)]
    return np.log(1 / chosen), -np.log(chosen).sum()


def rnn_output_backward__loops(y_pred, y, a, parameters):
    Wya = parameters["Wya"]
    dWya, dby, da = np.zeros_like(Wya), np.zeros((Wya.shape[0], 1)), np.zeros_like(a)
    for t in range(a.shape[2]):
        for i in range(a.shape[1]):
            error = y_pred[:, i, t] - y[:, i, t]
            dWya += np.outer(error, a[:, i, t])
            dby[:, 0] += error
            da[:, i, t] = Wya.T @ error
    return {"dWya": dWya, "dby": dby, "da": da}


def rnn_output_backward__einsum(y_pred, y, a, parameters):
    error = y_pred - y
    dby = np.einsum("ymt->y", error).reshape(-1, 1)
    dWya = np.einsum("amt,ymt->ya", a, error)
    return {"da": np.einsum("ymt,ya->amt", error, parameters["Wya"]), "dby": dby, "dWya": dWya}


def rnn_output_backward__stacked(y_pred, y, a, parameters):
    n_a, m, T_x = a.shape
    error = (y_pred - y).reshape(-1, m * T_x)
    with_ones = np.vstack([a.reshape(n_a, m * T_x), np.ones((1, m * T_x))])
    both = error @ with_ones.T
    da = (parameters["Wya"].T @ error).reshape(n_a, m, T_x)
    return {"dWya": both[:, :n_a], "dby": both[:, n_a:], "da": da}


def rnn_output_backward__float32(y_pred, y, a, parameters):
    Wya, a32 = parameters["Wya"].astype(np.float32), a.astype(np.float32)
    error = y_pred.astype(np.float32) - y.astype(np.float32)
    dWya = sum(error[:, :, t] @ a32[:, :, t].T for t in range(a.shape[2]))
    dby = error.sum(axis=2).sum(axis=1, keepdims=True)
    da = np.stack([Wya.T @ error[:, :, t] for t in range(a.shape[2])], axis=2)
    return {"dWya": dWya, "dby": dby, "da": da}


def rnn_cell_backward__loops(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    (n_a, m), n_x = a_next.shape, xt.shape[0]
    dxt, da_prev = np.zeros((n_x, m)), np.zeros((n_a, m))
    dWax, dWaa, dba = np.zeros((n_a, n_x)), np.zeros((n_a, n_a)), np.zeros((n_a, 1))
    for i in range(m):
        for unit in range(n_a):
            dz = (1 - a_next[unit, i] * a_next[unit, i]) * da_next[unit, i]
            dba[unit, 0] += dz
            for j in range(n_x):
                dWax[unit, j] += dz * xt[j, i]
                dxt[j, i] += dz * parameters["Wax"][unit, j]
            for j in range(n_a):
                dWaa[unit, j] += dz * a_prev[j, i]
                da_prev[j, i] += dz * parameters["Waa"][unit, j]
    return {"dxt": dxt, "da_prev": da_prev, "dWax": dWax, "dWaa": dWaa, "dba": dba}


def rnn_cell_backward__einsum(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dz = np.einsum("am,am->am", da_next, 1 - np.square(a_next))
    return {
        "dba": np.einsum("am->a", dz)[:, np.newaxis],
        "dWaa": np.einsum("am,bm->ab", dz, a_prev),
        "dWax": np.einsum("am,xm->ax", dz, xt),
        "da_prev": np.einsum("ab,am->bm", parameters["Waa"], dz),
        "dxt": np.einsum("ax,am->xm", parameters["Wax"], dz),
    }


def rnn_cell_backward__stacked(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    n_a, m = a_next.shape
    dz = da_next * (1 + a_next) * (1 - a_next)
    back = np.hstack([parameters["Waa"], parameters["Wax"]]).T @ dz
    weights = dz @ np.vstack([a_prev, xt, np.ones((1, m))]).T
    inner = {"da_prev": back[:n_a], "dxt": back[n_a:]}
    return {**inner, "dWaa": weights[:, :n_a], "dWax": weights[:, n_a:-1], "dba": weights[:, -1:]}


def rnn_cell_backward__float32(da_next, cache):
    a_next, a_prev, xt = (part.astype(np.float32) for part in cache[:3])
    Waa, Wax = cache[3]["Waa"].astype(np.float32), cache[3]["Wax"].astype(np.float32)
    dz = da_next.astype(np.float32) - da_next.astype(np.float32) * a_next**2
    gradients = {"dxt": (dz.T @ Wax).T, "da_prev": (dz.T @ Waa).T}
    gradients["dWax"], gradients["dWaa"] = (xt @ dz.T).T, (a_prev @ dz.T).T
    gradients["dba"] = dz @ np.ones((dz.shape[1], 1), dtype=np.float32)
    return gradients


def rnn_backward__loops(da, caches):
    steps, x = caches
    n_a, m, T_x = da.shape
    gradients = {"dx": np.zeros(x.shape), "da0": np.zeros((n_a, m))}
    gradients.update(dWax=np.zeros((n_a, x.shape[0])), dWaa=np.zeros((n_a, n_a)), dba=np.zeros((n_a, 1)))
    for t in range(T_x - 1, -1, -1):
        back = rnn_cell_backward(da[:, :, t] + gradients["da0"], steps[t])
        gradients["da0"] = back["da_prev"]
        gradients["dx"][:, :, t] = back["dxt"]
        for name in ("dWax", "dWaa", "dba"):
            gradients[name] = gradients[name] + back[name]
    return gradients


def rnn_backward__einsum(da, caches):
    steps, x = caches
    parameters = steps[0][3]
    a = np.stack([step[0] for step in steps])
    a_prev = np.stack([step[1] for step in steps])
    dz = np.zeros_like(a)
    carried = np.zeros_like(a[0])
    for t in range(len(steps))[::-1]:
        dz[t] = (da[..., t] + carried) * (1 - a[t] ** 2)
        carried = np.einsum("ab,am->bm", parameters["Waa"], dz[t])
    return {
        "dx": np.einsum("ax,tam->xmt", parameters["Wax"], dz),
        "da0": carried,
        "dWax": np.einsum("tam,xmt->ax", dz, x),
        "dWaa": np.einsum("tam,tbm->ab", dz, a_prev),
        "dba": np.einsum("tam->a", dz)[:, np.newaxis],
    }


def rnn_backward__stacked(da, caches):
    steps, x = caches
    parameters, (n_a, m, _) = steps[0][3], da.shape
    W = np.hstack([parameters["Waa"], parameters["Wax"]])
    total, from_right, dxs = np.zeros((n_a, n_a + x.shape[0] + 1)), 0, []
    for (a_next, a_prev, xt, _), da_t in zip(steps[::-1], np.moveaxis(da, 2, 0)[::-1], strict=True):
        dz = (da_t + from_right) * (1 - a_next * a_next)
        total += dz @ np.vstack([a_prev, xt, np.ones((1, m))]).T
        back = W.T @ dz
        from_right = back[:n_a]
        dxs.insert(0, back[n_a:])
    weights = {"dWaa": total[:, :n_a], "dWax": total[:, n_a:-1], "dba": total[:, -1:]}
    return {"dx": np.dstack(dxs), "da0": from_right, **weights}


def rnn_backward__float32(da, caches):
    da32, T_x = da.astype(np.float32), da.shape[2]
    carried, backs = np.zeros(da.shape[:2], dtype=np.float32), [{}] * T_x
    for t in reversed(range(T_x)):
        backs[t] = rnn_cell_backward(da32[:, :, t] + carried, caches[0][t])
        carried = backs[t]["da_prev"].astype(np.float32)
    sums = {name: sum(back[name] for back in backs) for name in ("dWax", "dWaa", "dba")}
    return {"dx": np.stack([back["dxt"] for back in backs], axis=-1), "da0": carried, **sums}


STYLES = ("loops", "einsum", "stacked", "float32")
NAMES = (
    "numeric_gradient",
    "gradient_error",
    "rnn_cell_forward",
    "stack_parameters",
    "rnn_cell_forward_stacked",
    "rnn_forward",
    "binary_cross_entropy",
    "cross_entropy",
    "rnn_output_backward",
    "rnn_cell_backward",
    "rnn_backward",
)

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in STYLES] for name in NAMES
}
