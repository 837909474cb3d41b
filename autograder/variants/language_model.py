"""Right answers to 06-language-model in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
one_hot, functions of 02-rnn, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import softmax
from seqlib.language_model import (
    language_model_gradients,
    optimisation_step,
    scores_gradient,
    sequence_loss,
)
from seqlib.rnn import rnn_backward, rnn_cell_forward, rnn_forward, rnn_output_backward
from seqlib.text import one_hot


def make_batch__loops(sequences, eos, n_x):
    longest = 0
    for sequence in sequences:
        longest = max(longest, len(sequence))
    x, targets, mask = [], [], []
    for _ in range(n_x):
        x.append([[0.0] * (longest + 1) for _ in sequences])
    for i in range(len(sequences)):
        before = None
        targets.append([0] * (longest + 1))
        mask.append([False] * (longest + 1))
        for t in range(len(sequences[i]) + 1):
            if before is not None:
                x[before][i][t] = 1.0
            before = eos if t == len(sequences[i]) else sequences[i][t]
            targets[i][t] = before
            mask[i][t] = True
    return np.array(x), np.array(targets), np.array(mask)


def make_batch__padded(sequences, eos, n_x):
    lengths = np.array([len(s) + 1 for s in sequences])
    T_x = lengths.max()
    mask = np.arange(T_x)[np.newaxis] < lengths[:, np.newaxis]
    targets = np.array([list(s) + [eos] + [0] * (T_x - len(s) - 1) for s in sequences])
    before = np.concatenate([np.full((len(sequences), 1), -1), targets[:, :-1]], axis=1)
    x = (before == np.arange(n_x)[:, np.newaxis, np.newaxis]) * mask
    return x.astype(float), targets, mask


def make_batch__eye(sequences, eos, n_x):
    T_x = max(map(len, sequences)) + 1
    columns = np.vstack([np.eye(n_x), np.zeros(n_x)])  # the last row stands for nothing
    read = np.array([[n_x, *s, *[n_x] * (T_x - 1 - len(s))] for s in sequences], dtype=int)
    targets = np.zeros((len(sequences), T_x), int)
    for row, s in zip(targets, sequences, strict=True):
        row[: len(s) + 1] = [*s, eos]
    mask = np.array([[t <= len(s) for t in range(T_x)] for s in sequences])
    return np.moveaxis(columns[read], 2, 0), targets, mask


def make_batch__integers(sequences, eos, n_x):
    extended = [[*sequence, eos] for sequence in sequences]
    T_x = max(len(sequence) for sequence in extended)
    shape = (len(extended), T_x)
    x, targets, mask = np.zeros((n_x, *shape), np.int8), np.zeros(shape, np.int32), np.zeros(shape, np.uint8)
    for i, sequence in enumerate(extended):
        targets[i, : len(sequence)] = sequence
        mask[i, : len(sequence)] = 1
        x[sequence[:-1], i, np.arange(1, len(sequence))] = 1
    return x, targets, mask


def sequence_loss__loops(y_pred, targets, mask):
    m, T_x = targets.shape
    losses, total, count = np.zeros((m, T_x)), 0.0, 0
    for i in range(m):
        for t in range(T_x):
            if mask[i, t]:
                losses[i, t] = -np.log(y_pred[targets[i, t], i, t])
                total += losses[i, t]
                count += 1
    return losses, total / count, total / count / np.log(2)


def sequence_loss__one_hot(y_pred, targets, mask):
    y = one_hot(targets, y_pred.shape[0])
    losses = -(y * np.log(y_pred)).sum(axis=0) * mask
    loss = losses.sum() / np.count_nonzero(mask)
    return losses, loss, loss * np.log2(np.e)


def sequence_loss__selected(y_pred, targets, mask):
    rows, steps = np.nonzero(mask)
    chosen = y_pred[targets[rows, steps], rows, steps]
    losses = np.zeros(mask.shape)
    losses[rows, steps] = np.log(1 / chosen)
    return [losses, losses[mask].mean(), -np.log2(chosen).mean()]


def sequence_loss__float32(y_pred, targets, mask):
    m, T_x = targets.shape
    y_pred = y_pred.astype(np.float32)
    p = y_pred[targets, np.arange(m)[:, np.newaxis], np.arange(T_x)]
    losses = np.where(mask, -np.log(p), np.float32(0))
    loss = losses.sum() / np.float32(mask.sum())
    return losses, loss, np.float32(loss / np.log(np.float32(2)))


def sequence_log_probability__losses(x, targets, mask, parameters):
    a0 = np.zeros((len(parameters["Waa"]), targets.shape[0]))
    _, y_pred, _ = rnn_forward(x, a0, parameters)
    losses, _, _ = sequence_loss(y_pred, targets, mask)
    return np.array([-sum(row) for row in losses])


def sequence_log_probability__loops(x, targets, mask, parameters):
    m, T_x = targets.shape
    result = []
    for i in range(m):
        a, total = np.zeros_like(parameters["ba"]), 0.0
        for t in range(T_x):
            if not mask[i, t]:
                break
            a, yt, _ = rnn_cell_forward(x[:, i : i + 1, t], a, parameters)
            total += np.log(yt[targets[i, t], 0])
        result.append(total)
    return result


def sequence_log_probability__product(x, targets, mask, parameters):
    y_pred = rnn_forward(x, np.zeros((parameters["Wax"].shape[0], x.shape[1])), parameters)[1]
    y = one_hot(targets, y_pred.shape[0])
    p_true = np.einsum("ymt,ymt->mt", y, y_pred)
    return np.log(np.prod(np.where(mask, p_true, 1), axis=1))


def sequence_log_probability__float32(x, targets, mask, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    a0 = np.zeros((small["Waa"].shape[0], x.shape[1]), np.float32)
    y_pred = rnn_forward(x.astype(np.float32), a0, small)[1].astype(np.float32)
    log_p = np.log(np.take_along_axis(y_pred, targets[None], axis=0)[0])
    return np.sum(log_p, axis=1, where=mask.astype(bool), dtype=np.float32)


def apply_temperature__scores(probabilities, temperature):
    return softmax(np.log(probabilities) / temperature)


def apply_temperature__loops(probabilities, temperature):
    scores = [np.log(p) / temperature for p in probabilities]
    powers = [np.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def apply_temperature__log_sum(probabilities, temperature):
    z = np.log(probabilities) * (1 / temperature)
    return np.exp(z - z.max() - np.log(np.exp(z - z.max()).sum()))


def apply_temperature__float32(probabilities, temperature):
    p = probabilities.astype(np.float32)
    powers = np.power(p / np.max(p), np.float32(1 / temperature))
    return powers / np.sum(powers)


def sample_token__renormalised(probabilities, unknown, rng):
    known = probabilities.copy()
    known[unknown] = 0
    return rng.choice(np.arange(known.size), p=known / known.sum())


def sample_token__recursive(probabilities, unknown, rng):
    token = rng.choice(len(probabilities), p=probabilities)
    return sample_token__recursive(probabilities, unknown, rng) if token == unknown else token


def sample_token__cumulative(probabilities, unknown, rng):
    while True:
        token = int(np.searchsorted(np.cumsum(probabilities), rng.random()))
        if token != unknown and token < len(probabilities):
            return token


def sample_token__exponentials(probabilities, unknown, rng):
    """The first of independent alarms, each at the rate of its probability."""
    rates = np.where(np.arange(len(probabilities)) == unknown, 1e-300, probabilities)
    return int((rng.exponential(size=len(rates)) / rates).argmin())


def sample__while(parameters, draw, eos, longest):
    n_x, n_a = parameters["Wax"].shape[1], parameters["Waa"].shape[0]
    x, a, tokens = np.zeros((n_x, 1)), np.zeros((n_a, 1)), []
    while len(tokens) < longest:
        a, y_pred, _ = rnn_cell_forward(x, a, parameters)
        token = draw(y_pred.ravel())
        if token == eos:
            return tokens
        tokens.append(token)
        x = np.eye(n_x)[:, [token]]
    return tokens


def sample__by_hand(parameters, draw, eos, longest):
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    a, drive, tokens = np.zeros(len(Waa)), np.zeros(len(Waa)), []
    while True:
        a = np.tanh(Waa @ a + drive + parameters["ba"][:, 0])
        token = draw(softmax(Wya @ a + parameters["by"][:, 0]))
        if token == eos or len(tokens) == longest:
            return tokens
        tokens.append(token)
        drive = Wax[:, token]


def sample__unrolled(parameters, draw, eos, longest):
    """Reads all that was written from the beginning at each step."""
    n_x, tokens = parameters["Wax"].shape[1], []
    while len(tokens) < longest:
        x = np.zeros((n_x, 1, len(tokens) + 1))
        x[:, :, 1:] = one_hot(np.array([tokens], dtype=int), n_x)
        y_pred = rnn_forward(x, np.zeros_like(parameters["ba"]), parameters)[1]
        token = draw(y_pred[:, 0, -1])
        if token == eos:
            break
        tokens = [*tokens, token]
    return np.array(tokens, dtype=int)


def sample__array(parameters, draw, eos, longest):
    """Gives an array, of no type where nothing was written."""
    x, a, tokens = np.zeros_like(parameters["by"]), np.zeros_like(parameters["ba"]), []
    token = None
    for _ in range(longest):
        a, y_pred, _ = rnn_cell_forward(x, a, parameters)
        token = draw(list(y_pred[:, 0]))
        if token == eos:
            break
        tokens.append(token)
        x = (np.arange(len(x)) == token).astype(float)[:, np.newaxis]
    return np.array(tokens)


def sample__float32(parameters, draw, eos, longest):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    x = np.zeros((small["by"].size, 1), np.float32)
    a = np.zeros_like(small["ba"])
    tokens = []
    for _ in range(longest):
        a, y_pred, _ = rnn_cell_forward(x, a, small)
        tokens.append(int(draw(y_pred[:, 0])))
        if tokens[-1] == eos:
            return tokens[:-1]
        x[:] = 0
        x[tokens[-1], 0] = 1
    return tokens


def scores_gradient__loops(y_pred, targets, mask):
    n_y, m, T_x = y_pred.shape
    dz, count = np.zeros(y_pred.shape), sum(bool(one) for one in np.ravel(mask))
    for i in range(m):
        for t in range(T_x):
            if mask[i, t]:
                for k in range(n_y):
                    dz[k, i, t] = (y_pred[k, i, t] - (k == targets[i, t])) / count
    return dz


def scores_gradient__subtracted(y_pred, targets, mask):
    m, T_x = targets.shape
    dz = y_pred.copy()
    dz[targets, np.arange(m)[:, None], np.arange(T_x)[None, :]] -= 1
    dz[:, ~mask.astype(bool)] = 0
    return dz / np.count_nonzero(mask)


def scores_gradient__einsum(y_pred, targets, mask):
    y = one_hot(targets, len(y_pred))
    weights = mask / mask.sum()
    return np.einsum("ymt,mt->ymt", y_pred, weights) - np.einsum("ymt,mt->ymt", y, weights)


def scores_gradient__float32(y_pred, targets, mask):
    classes = np.arange(y_pred.shape[0]).reshape(-1, 1, 1)
    y = (classes == targets).astype(np.float32)
    return np.where(mask, y_pred.astype(np.float32) - y, np.float32(0)) / np.float32(mask.sum())


def language_model_gradients__own_output(x, targets, mask, parameters):
    n_a, m = parameters["Waa"].shape[0], x.shape[1]
    a, y_pred, caches = rnn_forward(x, np.zeros((n_a, m)), parameters)
    _, loss, _ = sequence_loss(y_pred, targets, mask)
    dz = scores_gradient(y_pred, targets, mask)
    gradients = rnn_backward(np.tensordot(parameters["Wya"], dz, axes=(0, 0)), caches)
    gradients["dWya"] = np.tensordot(dz, a, axes=((1, 2), (1, 2)))
    gradients["dby"] = dz.sum(axis=(1, 2)).reshape(-1, 1)
    return loss, gradients


def language_model_gradients__weighted(x, targets, mask, parameters):
    a, y_pred, caches = rnn_forward(x, np.zeros((len(parameters["ba"]), x.shape[1])), parameters)
    loss = sequence_loss(y_pred, targets, mask)[1]
    y = np.where(mask, one_hot(targets, len(y_pred)), y_pred)  # what equals its prediction sends nothing back
    output = rnn_output_backward(y_pred, y, a, parameters)
    inner = rnn_backward(output["da"], caches)
    gradients = {**inner, **output}
    return loss, {name: value / mask.sum() for name, value in gradients.items()}


def language_model_gradients__loops(x, targets, mask, parameters):
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    (_, m, T_x), n_a = x.shape, Waa.shape[0]
    a = [np.zeros((n_a, m))]
    y_pred = []
    for t in range(T_x):
        a.append(np.tanh(Waa @ a[-1] + Wax @ x[:, :, t] + parameters["ba"]))
        y_pred.append(softmax(Wya @ a[-1] + parameters["by"]))
    y_pred = np.stack(y_pred, axis=2)
    dz = scores_gradient(y_pred, targets, mask)
    g = {f"d{name}": np.zeros(value.shape) for name, value in parameters.items()}
    carried = np.zeros((n_a, m))
    for t in range(T_x - 1, -1, -1):
        g["dWya"] += dz[:, :, t] @ a[t + 1].T
        g["dby"] += dz[:, :, t].sum(axis=1, keepdims=True)
        inner = (Wya.T @ dz[:, :, t] + carried) * (1 - a[t + 1] ** 2)
        g["dWaa"] += inner @ a[t].T
        g["dWax"] += inner @ x[:, :, t].T
        g["dba"] += inner.sum(axis=1, keepdims=True)
        carried = Waa.T @ inner
    return sequence_loss(y_pred, targets, mask)[1], g


def language_model_gradients__float32(x, targets, mask, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    a0 = np.zeros((small["ba"].shape[0], x.shape[1]), np.float32)
    a, y_pred, caches = rnn_forward(x.astype(np.float32), a0, small)
    dz = scores_gradient(y_pred, targets, mask).astype(np.float32)
    output = rnn_output_backward(dz, 0, a, small)
    inner = rnn_backward(output["da"].astype(np.float32), caches)
    return np.float32(sequence_loss(y_pred, targets, mask)[1]), inner | output


def optimisation_step__dicts(parameters, gradients, state, learning_rate, largest_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    if norm > largest_norm:
        gradients = {name: g * largest_norm / norm for name, g in gradients.items()}
    t = state["t"] + 1
    m = {n: 0.9 * state["m"][n] + (1 - 0.9) * gradients["d" + n] for n in parameters}
    v = {n: 0.999 * state["v"][n] + (1 - 0.999) * gradients["d" + n] ** 2 for n in parameters}
    rate = learning_rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    epsilon = 1e-8 * np.sqrt(1 - 0.999**t)
    return {n: p - rate * m[n] / (np.sqrt(v[n]) + epsilon) for n, p in parameters.items()}, {
        "t": t,
        "m": m,
        "v": v,
    }


def optimisation_step__flat(parameters, gradients, state, learning_rate, largest_norm):
    names = list(parameters)
    g = np.concatenate([gradients[f"d{n}"].ravel() for n in names])
    m = np.concatenate([state["m"][n].ravel() for n in names])
    v = np.concatenate([state["v"][n].ravel() for n in names])
    value = np.concatenate([parameters[n].ravel() for n in names])
    g = g * min(1, largest_norm / np.linalg.norm(g))
    t, m, v = state["t"] + 1, m + 0.1 * (g - m), v + 0.001 * (g * g - v)
    value = value - learning_rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)

    def split(flat):
        ends = np.cumsum([parameters[n].size for n in names])[:-1]
        parts = np.split(flat, ends)
        return {n: part.reshape(parameters[n].shape) for n, part in zip(names, parts, strict=True)}

    return split(value), {"t": t, "m": split(m), "v": split(v)}


def optimisation_step__loops(parameters, gradients, state, learning_rate, largest_norm):
    squares = 0.0
    for gradient in gradients.values():
        for entry in gradient.flat:
            squares += entry * entry
    share = 1.0
    if squares > largest_norm**2:
        share = largest_norm / squares**0.5
    t = state["t"] + 1
    new, means, second = {}, {}, {}
    for name in parameters:
        new[name], means[name], second[name] = (np.zeros(parameters[name].shape) for _ in range(3))
        for place in np.ndindex(parameters[name].shape):
            g = share * gradients["d" + name][place]
            mean = 0.9 * state["m"][name][place] + 0.1 * g
            square = 0.999 * state["v"][name][place] + 0.001 * g * g
            step = mean / (1 - 0.9**t) / ((square / (1 - 0.999**t)) ** 0.5 + 1e-8)
            new[name][place] = parameters[name][place] - learning_rate * step
            means[name][place], second[name][place] = mean, square
    return [new, {"t": t, "m": means, "v": second}]


def optimisation_step__float32(parameters, gradients, state, learning_rate, largest_norm):
    g = {name[1:]: value.astype(np.float32) for name, value in gradients.items()}
    norm = np.sqrt(sum(np.sum(value * value) for value in g.values()))
    t = state["t"] + 1
    new, m, v = {}, {}, {}
    for name, value in parameters.items():
        clipped = g[name] if norm <= largest_norm else g[name] * np.float32(largest_norm / norm)
        m[name] = np.float32(0.9) * state["m"][name].astype(np.float32) + np.float32(0.1) * clipped
        v[name] = np.float32(0.999) * state["v"][name].astype(np.float32) + np.float32(0.001) * clipped**2
        step = m[name] / (1 - 0.9**t) / (np.sqrt(v[name] / (1 - 0.999**t)) + np.float32(1e-8))
        new[name] = value.astype(np.float32) - np.float32(learning_rate) * step
    return new, {"t": t, "m": m, "v": v}


def train__indexed(parameters, batches, learning_rate, largest_norm):
    m = {name: np.zeros(value.shape) for name, value in parameters.items()}
    v = {name: np.zeros(value.shape) for name, value in parameters.items()}
    state, losses = {"t": 0, "m": m, "v": v}, np.zeros(len(batches))
    for i in range(len(batches)):
        losses[i], gradients = language_model_gradients(*batches[i], parameters)
        parameters, state = optimisation_step(parameters, gradients, state, learning_rate, largest_norm)
    return parameters, losses


def train__recursive(parameters, batches, learning_rate, largest_norm):
    def further(values, state, left):
        if not left:
            return values, []
        loss, gradients = language_model_gradients(*left[0], values)
        end, losses = further(
            *optimisation_step(values, gradients, state, learning_rate, largest_norm), left[1:]
        )
        return end, [loss, *losses]

    nothing = {name: 0 * value for name, value in parameters.items()}
    return further(parameters, {"t": 0, "m": nothing, "v": nothing}, list(batches))


def train__own_step(parameters, batches, learning_rate, largest_norm):
    parameters = {name: value.copy() for name, value in parameters.items()}
    m = {name: np.zeros_like(value) for name, value in parameters.items()}
    v = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for t, (x, targets, mask) in enumerate(batches, start=1):
        loss, gradients = language_model_gradients(x, targets, mask, parameters)
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in gradients.values()))
        losses.append(loss)
        for name in parameters:
            g = gradients["d" + name] * min(1, largest_norm / norm)
            m[name] += 0.1 * (g - m[name])
            v[name] += 0.001 * (g**2 - v[name])
            parameters[name] -= (
                learning_rate * (m[name] / (1 - 0.9**t)) / (np.sqrt(v[name] / (1 - 0.999**t)) + 1e-8)
            )
    return parameters, losses


def train__float32(parameters, batches, learning_rate, largest_norm):
    parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    zeros = {name: np.zeros_like(value) for name, value in parameters.items()}
    state, losses = {"t": 0, "m": zeros, "v": zeros}, []
    for x, targets, mask in batches:
        loss, gradients = language_model_gradients(x.astype(np.float32), targets, mask, parameters)
        gradients = {name: value.astype(np.float32) for name, value in gradients.items()}
        parameters, state = optimisation_step(parameters, gradients, state, learning_rate, largest_norm)
        losses.append(np.float32(loss))
    return parameters, np.array(losses)


STYLES = {
    "make_batch": ("loops", "padded", "eye", "integers"),
    "sequence_loss": ("loops", "one_hot", "selected", "float32"),
    "sequence_log_probability": ("losses", "loops", "product", "float32"),
    "apply_temperature": ("scores", "loops", "log_sum", "float32"),
    "sample_token": ("renormalised", "recursive", "cumulative", "exponentials"),
    "sample": ("while", "by_hand", "unrolled", "array", "float32"),
    "scores_gradient": ("loops", "subtracted", "einsum", "float32"),
    "language_model_gradients": ("own_output", "weighted", "loops", "float32"),
    "optimisation_step": ("dicts", "flat", "loops", "float32"),
    "train": ("indexed", "recursive", "own_step", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
