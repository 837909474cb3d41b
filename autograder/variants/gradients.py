"""Right answers to 05-gradients in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, functions
of earlier notebooks, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.gradients import activation_slope, clip_by_norm, step_jacobian, stretch_and_radius
from seqlib.rnn import rnn_backward, rnn_forward, rnn_output_backward


def gradient_norms__loops(dx):
    n_x, m, T_x = dx.shape
    norms = []
    for t in range(T_x):
        total = 0.0
        for j in range(n_x):
            for i in range(m):
                total += dx[j, i, t] ** 2
        norms.append(total**0.5)
    return norms


def gradient_norms__einsum(dx):
    return np.einsum("jit,jit->t", dx, dx) ** 0.5


def gradient_norms__stacked(dx):
    return np.linalg.norm(dx.reshape(-1, dx.shape[2]), axis=0)


def gradient_norms__float32(dx):
    return np.array([np.linalg.norm(dx[:, :, t].astype(np.float32)) for t in range(dx.shape[2])])


def step_jacobian__loops(a_next, Waa):
    n_a, m = a_next.shape
    J = np.zeros((m, n_a, n_a))
    for i in range(m):
        for row in range(n_a):
            for column in range(n_a):
                J[i, row, column] = (1 - a_next[row, i] * a_next[row, i]) * Waa[row, column]
    return J


def step_jacobian__einsum(a_next, Waa):
    return np.einsum("ri,rc->irc", (1 - a_next) * (1 + a_next), Waa)


def step_jacobian__stacked(a_next, Waa):
    return np.stack([np.diag(1 - a_next[:, i] ** 2) @ Waa for i in range(a_next.shape[1])])


def step_jacobian__float32(a_next, Waa):
    a, W = a_next.astype(np.float32), Waa.astype(np.float32)
    return np.moveaxis(W[:, :, None] - a[:, None, :] ** 2 * W[:, :, None], -1, 0)


def jacobian_through_time__loops(a, Waa):
    n_a, m, T_x = a.shape
    result = np.zeros((m, n_a, n_a))
    for i in range(m):
        J = np.eye(n_a)
        for t in range(T_x - 1, 0, -1):
            J = J @ np.diag(1 - a[:, i, t] ** 2) @ Waa
        result[i] = J
    return result


def jacobian_through_time__einsum(a, Waa):
    n_a, m, T_x = a.shape
    J = np.repeat(np.eye(n_a)[None], m, axis=0)
    for t in range(T_x - 1):
        J = np.einsum("irc,ick->irk", step_jacobian(a[..., t + 1], Waa), J)
    return J


def jacobian_through_time__stacked(a, Waa):
    if a.shape[2] == 1:
        return np.array([np.eye(len(Waa)) for _ in range(a.shape[1])])
    factors = [step_jacobian(a[:, :, t], Waa) for t in range(1, a.shape[2])]
    product = factors[-1]
    for factor in reversed(factors[:-1]):
        product = np.matmul(product, factor)
    return product


def jacobian_through_time__float32(a, Waa):
    W = Waa.astype(np.float32)
    columns = np.stack([np.eye(len(W), dtype=np.float32)] * a.shape[1], axis=2)  # (n_a, n_a, m)
    for t in range(1, a.shape[2]):
        moved = np.tensordot(W, columns, axes=1)
        columns = (1 - a[:, None, :, t].astype(np.float32) ** 2) * moved
    return columns.transpose(2, 0, 1)


def stretch_and_radius__loops(W):
    largest = 0.0
    for value in np.linalg.eigvals(W):
        largest = max(largest, (value.real**2 + value.imag**2) ** 0.5)
    return np.sqrt(max(np.linalg.eigvalsh(W @ W.T))), largest


def stretch_and_radius__svd(W):
    _, s, _ = np.linalg.svd(W)
    values, _ = np.linalg.eig(W)
    return s[0], np.max(np.absolute(values))


def stretch_and_radius__sorted(W):
    sigma = sorted(np.linalg.svd(W, compute_uv=False))[-1]
    rho = sorted(abs(value) for value in np.linalg.eigvals(W))[-1]
    return [sigma, rho]


def stretch_and_radius__float32(W):
    W = W.astype(np.float32)
    return np.linalg.norm(W, 2), np.abs(np.linalg.eigvals(W)).max()


def jacobian_bound__loops(a, Waa):
    _, m, T_x = a.shape
    sigma = np.linalg.svd(Waa)[1][0]
    bound = np.zeros((m, T_x))
    for i in range(m):
        for k in range(T_x):
            product = 1.0
            for t in range(k + 1, T_x):
                product *= sigma * max(1 - a[:, i, t] ** 2)
            bound[i, k] = product
    return bound


def jacobian_bound__cumulative(a, Waa):
    sigma, _ = stretch_and_radius(Waa)
    factors = sigma * (1 - np.abs(a).min(axis=0) ** 2)
    factors = np.concatenate([factors[:, 1:], np.ones((a.shape[1], 1))], axis=1)
    return np.cumprod(factors[:, ::-1], axis=1)[:, ::-1]


def jacobian_bound__logarithms(a, Waa):
    logs = np.log(stretch_and_radius(Waa)[0]) + np.log(np.max(1 - a * a, axis=0))
    behind = logs.sum(axis=1, keepdims=True) - np.cumsum(logs, axis=1)
    return np.exp(behind)


def jacobian_bound__float32(a, Waa):
    sigma, slopes = np.float32(stretch_and_radius(Waa)[0]), (1 - a.astype("float32") ** 2).max(0)
    rows = [np.ones(a.shape[1], "float32")]
    for t in range(a.shape[2] - 1, 0, -1):
        rows.append(rows[-1] * sigma * slopes[:, t])
    return np.stack(rows[::-1], axis=1)


def activation_slope__loops(a, activation):
    slope = np.zeros(a.shape)
    for index, value in np.ndenumerate(a):
        if activation == "relu":
            slope[index] = 1 if value > 0 else 0
        elif activation == "tanh":
            slope[index] = 1 - value * value
        else:
            slope[index] = value - value * value
    return slope


def activation_slope__table(a, activation):
    slopes = {"sigmoid": lambda: (1 - a) * a, "tanh": lambda: (1 - a) * (1 + a), "relu": lambda: np.sign(a)}
    return slopes[activation]()


def activation_slope__truth(a, activation):
    if activation == "relu":
        return a > 0
    return 1 - a**2 if activation == "tanh" else a - np.square(a)


def activation_slope__float32(a, activation):
    a = np.float32(a)
    match activation:
        case "sigmoid":
            return np.float32(0.25) - (a - np.float32(0.5)) ** 2
        case "tanh":
            return np.float32(1) - np.square(a)
        case _:
            return (a > 0).astype(np.float32)


def recurrent_backward__loops(da, a, parameters, activation):
    Waa, Wax = parameters["Waa"], parameters["Wax"]
    n_a, m, T_x = da.shape
    n_x = Wax.shape[1]
    dx, carried = np.zeros((n_x, m, T_x)), np.zeros((n_a, m))
    for t in range(T_x - 1, -1, -1):
        dz = np.zeros((n_a, m))
        for u in range(n_a):
            for i in range(m):
                value = a[u, i, t]
                slope = {"sigmoid": value * (1 - value), "tanh": 1 - value**2, "relu": float(value > 0)}
                dz[u, i] = (da[u, i, t] + carried[u, i]) * slope[activation]
        carried = np.zeros((n_a, m))
        for u in range(n_a):
            for i in range(m):
                for v in range(n_a):
                    carried[v, i] += Waa[u, v] * dz[u, i]
                for j in range(n_x):
                    dx[j, i, t] += Wax[u, j] * dz[u, i]
    return {"dx": dx, "da0": carried}


def recurrent_backward__einsum(da, a, parameters, activation):
    T_x = a.shape[2]
    dz = np.zeros(a.shape)
    arriving = da[:, :, T_x - 1]
    for t in range(T_x)[::-1]:
        dz[:, :, t] = arriving * activation_slope(a[:, :, t], activation)
        arriving = np.einsum("uv,ui->vi", parameters["Waa"], dz[:, :, t])
        if t > 0:
            arriving = arriving + da[:, :, t - 1]
    return {"da0": arriving, "dx": np.einsum("uj,uit->jit", parameters["Wax"], dz)}


def recurrent_backward__stacked(da, a, parameters, activation):
    W = np.hstack([parameters["Waa"], parameters["Wax"]])
    n_a, m, T_x = da.shape
    steps, carried = [], np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        back = W.T @ ((carried + da[..., t]) * activation_slope(a[..., t], activation))
        carried = back[:n_a]
        steps.insert(0, back[n_a:])
    return {"dx": np.dstack(steps), "da0": carried}


def recurrent_backward__float32(da, a, parameters, activation):
    Waa, Wax = (parameters[name].astype(np.float32) for name in ("Waa", "Wax"))
    da, slope = da.astype(np.float32), np.float32(activation_slope(a, activation))
    dx = np.empty((Wax.shape[1], *da.shape[1:]), np.float32)
    carried = np.zeros_like(da[:, :, 0])
    for t in range(da.shape[2])[::-1]:
        dz = slope[:, :, t] * (carried + da[:, :, t])
        dx[:, :, t], carried = Wax.T.dot(dz), Waa.T.dot(dz)
    return {"dx": dx, "da0": carried}


def clip__loops(gradients, max_value):
    clipped = {}
    for name, gradient in gradients.items():
        copy = gradient.copy()
        for index in np.ndindex(copy.shape):
            if copy[index] > max_value:
                copy[index] = max_value
            elif copy[index] < -max_value:
                copy[index] = -max_value
        clipped[name] = copy
    return clipped


def clip__bounds(gradients, max_value):
    return {key: np.maximum(np.minimum(value, max_value), -max_value) for key, value in gradients.items()}


def clip__signs(gradients, max_value):
    return {k: np.sign(g) * np.minimum(np.abs(g), max_value) for k, g in gradients.items()}


def clip__float32(gradients, max_value):
    result = dict(gradients)
    for name in result:
        result[name] = result[name].astype(np.float32).clip(-max_value, max_value)
    return result


def clip__in_place_on_a_copy(gradients, max_value):
    result = {name: np.array(gradient) for name, gradient in gradients.items()}
    for gradient in result.values():
        np.clip(gradient, -max_value, max_value, out=gradient)
    return result


def clip_by_norm__loops(gradients, max_norm):
    total = 0.0
    for gradient in gradients.values():
        for value in np.ravel(gradient):
            total += value * value
    norm = total**0.5
    if norm <= max_norm:
        return {name: gradient.copy() for name, gradient in gradients.items()}, norm
    return {name: gradient * max_norm / norm for name, gradient in gradients.items()}, norm


def clip_by_norm__flat(gradients, max_norm):
    flat = np.concatenate([gradient.flatten() for gradient in gradients.values()])
    norm = np.linalg.norm(flat)
    scale = max_norm / norm if norm > max_norm else 1.0
    return {name: gradient * scale for name, gradient in gradients.items()}, norm


def clip_by_norm__torch(gradients, max_norm):
    norm = np.linalg.norm([np.linalg.norm(gradient) for gradient in gradients.values()])
    factor = min(1.0, max_norm / (norm + 1e-6))
    return {name: factor * gradient for name, gradient in gradients.items()}, norm


def clip_by_norm__float32(gradients, max_norm):
    small = {name: np.float32(gradient) for name, gradient in gradients.items()}
    norm = np.sqrt(np.sum([np.vdot(g, g) for g in small.values()], dtype=np.float32))
    if norm > max_norm:
        small = {name: g / norm * np.float32(max_norm) for name, g in small.items()}
    return small, norm


def truncated_backward__loops(da, caches, k1, k2):
    cells, _ = caches
    T_x = da.shape[2]
    names = ("dWax", "dWaa", "dba")
    total = dict.fromkeys(names, 0)
    ends = [*range(k1, T_x, k1), T_x]
    previous = 0
    for end in ends:
        carried = np.zeros(da.shape[:2])
        for t in range(end - 1, max(end - k2, 0) - 1, -1):
            own = da[:, :, t] if t >= previous else 0
            a_next, a_prev, xt, parameters = cells[t]
            dz = (own + carried) * (1 - a_next * a_next)
            carried = parameters["Waa"].T @ dz
            for name, part in (("dWax", dz @ xt.T), ("dWaa", dz @ a_prev.T), ("dba", dz.sum(1)[:, None])):
                total[name] = total[name] + part
        previous = end
    return total


def truncated_backward__masked(da, caches, k1, k2):
    cells, x = caches
    steps = np.arange(da.shape[2])
    result = None
    for start in steps[::k1]:
        mine = (steps >= start) & (steps < start + k1)
        end = steps[mine][-1] + 1
        window = slice(max(0, end - k2), end)
        gradients = rnn_backward((da * mine)[:, :, window], (cells[window], x[:, :, window]))
        gradients = {name: gradients[name] for name in ("dWax", "dWaa", "dba")}
        result = gradients if result is None else {name: result[name] + gradients[name] for name in gradients}
    return result


def truncated_backward__by_loss(da, caches, k1, k2):
    cells, x = caches
    T_x = da.shape[2]
    parts = []
    for t in range(T_x):
        end = min((t // k1 + 1) * k1, T_x)
        first = max(0, end - k2)
        alone = np.zeros((*da.shape[:2], t + 1 - first))
        alone[:, :, -1] = da[:, :, t]
        parts.append(rnn_backward(alone, (cells[first : t + 1], x[:, :, first : t + 1])))
    return {name: np.sum([part[name] for part in parts], axis=0) for name in ("dWaa", "dWax", "dba")}


def truncated_backward__float32(da, caches, k1, k2):
    cells, _ = caches
    parameters = cells[0][3]
    Waa = parameters["Waa"].astype(np.float32)
    dWaa, dWax, dba = (np.zeros(parameters[name].shape, np.float32) for name in ("Waa", "Wax", "ba"))
    start = 0
    while start < da.shape[2]:
        end = min(start + k1, da.shape[2])
        carried = np.zeros(da.shape[:2], np.float32)
        for t in reversed(range(max(end - k2, 0), end)):
            a_next, a_prev, xt, _ = (np.float32(v) if isinstance(v, np.ndarray) else v for v in cells[t])
            if t >= start:
                carried = carried + da[:, :, t].astype(np.float32)
            dz = carried * (1 - a_next**2)
            dWaa, dWax, dba = dWaa + dz @ a_prev.T, dWax + dz @ xt.T, dba + dz.sum(1, keepdims=True)
            carried = Waa.T @ dz
        start = end
    return {"dWaa": dWaa, "dWax": dWax, "dba": dba}


def train_in_chunks__loops(x, y, a0, parameters, k, learning_rate, max_norm):
    weights = {name: value.copy() for name, value in parameters.items()}
    state, losses, start = a0, [], 0
    while start < x.shape[2]:
        end = min(start + k, x.shape[2])
        caches, dscores, loss = [], [], 0.0
        a = state
        for t in range(start, end):
            steps, y_pred, (cells, _) = rnn_forward(x[:, :, t : t + 1], a, weights)
            a = steps[:, :, 0]
            loss -= np.log(y_pred[:, :, 0][y[:, :, t] == 1]).sum()
            caches.append(cells[0])
            dscores.append(y_pred[:, :, 0] - y[:, :, t])
        state = a
        gradients = {f"d{name}": np.zeros_like(value) for name, value in weights.items()}
        carried = np.zeros_like(a0)
        for cache, dy in zip(reversed(caches), reversed(dscores), strict=True):
            gradients["dWya"] += dy @ cache[0].T
            gradients["dby"] += dy.sum(axis=1, keepdims=True)
            dz = (weights["Wya"].T @ dy + carried) * (1 - cache[0] ** 2)
            carried = weights["Waa"].T @ dz
            gradients["dWax"] += dz @ cache[2].T
            gradients["dWaa"] += dz @ cache[1].T
            gradients["dba"] += dz.sum(axis=1, keepdims=True)
        clipped, _ = clip_by_norm(gradients, max_norm)
        for name in weights:
            weights[name] = weights[name] - learning_rate * clipped[f"d{name}"]
        losses.append(loss)
        start = end
    return weights, state, losses


def train_in_chunks__split(x, y, a0, parameters, k, learning_rate, max_norm):
    cuts = list(range(k, x.shape[2], k))
    state, losses = a0, []
    for x_part, y_part in zip(np.split(x, cuts, axis=2), np.split(y, cuts, axis=2), strict=True):
        a, y_pred, caches = rnn_forward(x_part, state, parameters)
        losses.append(-np.log((y_part * y_pred).sum(axis=0)).sum())
        gradients = rnn_output_backward(y_pred, y_part, a, parameters)
        gradients.update(rnn_backward(gradients.pop("da"), caches))
        del gradients["dx"], gradients["da0"]
        gradients, _ = clip_by_norm(gradients, max_norm)
        parameters = {n: p - learning_rate * gradients["d" + n] for n, p in parameters.items()}
        state = a[..., -1]
    return parameters, state, np.array(losses)


def train_in_chunks__own_clipping(x, y, a0, parameters, k, learning_rate, max_norm):
    new = {name: value.copy() for name, value in parameters.items()}
    state, losses = a0, []
    for start in range(0, x.shape[2], k):
        chunk = (slice(None), slice(None), slice(start, min(start + k, x.shape[2])))
        a, y_pred, caches = rnn_forward(x[chunk], state, new)
        losses.append(float(np.sum(np.where(y[chunk] > 0, -np.log(y_pred), 0))))
        head = rnn_output_backward(y_pred, y[chunk], a, new)
        body = rnn_backward(head["da"], caches)
        gradients = [head["dWya"], head["dby"], body["dWax"], body["dWaa"], body["dba"]]
        norm = np.linalg.norm(np.concatenate([gradient.ravel() for gradient in gradients]))
        rate = learning_rate * min(1, max_norm / norm)
        for name, gradient in zip(("Wya", "by", "Wax", "Waa", "ba"), gradients, strict=True):
            new[name] = new[name] - rate * gradient
        state = a[:, :, -1]
    return new, state, losses


def train_in_chunks__float32(x, y, a0, parameters, k, learning_rate, max_norm):
    x, y, state = (value.astype(np.float32) for value in (x, y, a0))
    weights = {name: value.astype(np.float32) for name, value in parameters.items()}
    losses = []
    for start in range(0, x.shape[2], k):
        a, y_pred, caches = rnn_forward(x[:, :, start : start + k], state, weights)
        truth = y[:, :, start : start + k]
        losses.append(-np.sum(truth * np.log(y_pred)))
        head = rnn_output_backward(y_pred, truth, a, weights)
        both = {**head, **rnn_backward(head["da"], caches)}
        clipped = clip_by_norm({name: both["d" + name] for name in weights}, max_norm)[0]
        weights = {
            name: (weights[name] - learning_rate * clipped[name]).astype(np.float32) for name in weights
        }
        state = a[:, :, -1]
    return weights, state, losses


NAMES = (
    "gradient_norms",
    "step_jacobian",
    "jacobian_through_time",
    "stretch_and_radius",
    "jacobian_bound",
    "activation_slope",
    "recurrent_backward",
    "clip",
    "clip_by_norm",
    "truncated_backward",
    "train_in_chunks",
)
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [value for key, value in list(globals().items()) if key.startswith(f"{name}__")] for name in NAMES
}
