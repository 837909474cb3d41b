"""Right answers to 07-deep-bidirectional in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
lstm_gates, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import softmax
from seqlib.deep_bidirectional import (
    bidirectional_forward,
    deep_forward,
    embed,
    lstm_layer_forward,
    reverse_sequences,
)
from seqlib.lstm import lstm_gates


def lstm_layer_forward__filled(x, mask, parameters):
    n_a = parameters["Wf"].shape[0]
    n_x, m, T_x = x.shape
    out = np.zeros((n_a, m, T_x))
    a_prev, c_prev = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in range(T_x):
        keep = mask[:, t].reshape(1, m)
        ft, ut, cct, ot = lstm_gates(x[:, :, t], a_prev, parameters)
        c = ft * c_prev + ut * cct
        a = ot * np.tanh(c)
        c_prev = keep * c + (1 - keep) * c_prev
        a_prev = keep * a + (1 - keep) * a_prev
        out[:, :, t] = keep * a
    return out


def lstm_layer_forward__one_by_one(x, mask, parameters):
    n_a, m, T_x = parameters["bf"].size, x.shape[1], x.shape[2]
    out = np.zeros((n_a, m, T_x))
    for i in range(m):
        a = np.zeros((n_a, 1))
        c = np.zeros((n_a, 1))
        for t in range(T_x):
            if mask[i, t] == 0:
                continue
            f, u, g, o = lstm_gates(x[:, i : i + 1, t], a, parameters)
            c = f * c + u * g
            a = o * np.tanh(c)
            out[:, i, t] = a[:, 0]
    return out


def lstm_layer_forward__real_columns(x, mask, parameters):
    a = np.zeros((parameters["bf"].shape[0], x.shape[1]))
    c = np.zeros_like(a)
    out = np.zeros((*a.shape, x.shape[2]))
    for t in range(x.shape[2]):
        real = mask[:, t] == 1
        f, u, g, o = lstm_gates(x[:, real, t], a[:, real], parameters)
        c[:, real] = f * c[:, real] + u * g
        a[:, real] = o * np.tanh(c[:, real])
        out[:, real, t] = a[:, real]
    return out


def lstm_layer_forward__stacked(x, mask, parameters):
    n_a = parameters["bf"].shape[0]
    W = np.vstack([parameters["W" + g] for g in "fuoc"])
    b = np.vstack([parameters["b" + g] for g in "fuoc"])
    a = np.zeros((n_a, x.shape[1]))
    c = a.copy()
    steps = []
    for xt, real in zip(np.moveaxis(x, 2, 0), mask.T, strict=True):
        z = W.dot(np.vstack([a, xt])) + b
        gates = 1 / (1 + np.exp(-z[: 3 * n_a]))
        fresh_c = gates[:n_a] * c + gates[n_a : 2 * n_a] * np.tanh(z[3 * n_a :])
        fresh_a = gates[2 * n_a :] * np.tanh(fresh_c)
        on = real == 1
        a[:, on], c[:, on] = fresh_a[:, on], fresh_c[:, on]
        steps.append(fresh_a * real)
    return np.stack(steps, axis=-1)


def lstm_layer_forward__float32(x, mask, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    x = x.astype(np.float32)
    a = np.zeros((p["bf"].shape[0], x.shape[1]), dtype=np.float32)
    c = np.zeros_like(a)
    out = np.zeros((*a.shape, x.shape[2]), dtype=np.float32)
    for t in range(x.shape[2]):
        f, u, g, o = lstm_gates(x[:, :, t], a, p)
        c = np.where(mask[:, t], f * c + u * g, c)
        a = np.where(mask[:, t], o * np.tanh(c), a)
        out[:, :, t] = a * mask[:, t].astype(np.float32)
    return out


def reverse_sequences__steps(x, mask):
    out = np.array(x)
    for i in range(x.shape[1]):
        length = int(np.sum(mask[i]))
        for t in range(length):
            out[:, i, t] = x[:, i, length - 1 - t]
    return out


def reverse_sequences__indices(x, mask):
    m, T_x = mask.shape
    lengths = mask.sum(axis=1, keepdims=True)
    t = np.arange(T_x)[None, :]
    source = np.where(t < lengths, lengths - 1 - t, t)
    return x[:, np.arange(m)[:, None], source]


def reverse_sequences__stacked(x, mask):
    examples = []
    for i, row in enumerate(mask):
        n = np.count_nonzero(row)
        examples.append(np.concatenate([np.flip(x[:, i, :n], axis=1), x[:, i, n:]], axis=1))
    return np.stack(examples, axis=1)


def reverse_sequences__rolled(x, mask):
    flipped = x[:, :, ::-1]
    out = x.copy()
    for i, row in enumerate(mask):
        pad = int((row == 0).sum())
        n = row.size - pad
        out[:, i, :n] = flipped[:, i, pad:]
    return out


def reverse_sequences__taken(x, mask):
    orders = [[*range(int(n) - 1, -1, -1), *range(int(n), mask.shape[1])] for n in mask.sum(1)]
    return np.take_along_axis(x, np.array(orders)[np.newaxis], axis=2)


def bidirectional_forward__filled(x, mask, parameters):
    n_a = parameters["forward"]["bf"].shape[0]
    out = np.zeros((2 * n_a, x.shape[1], x.shape[2]))
    out[:n_a] = lstm_layer_forward(x, mask, parameters["forward"])
    from_right = lstm_layer_forward(reverse_sequences(x, mask), mask, parameters["backward"])
    out[n_a:] = reverse_sequences(from_right, mask)
    return out


def bidirectional_forward__flipped(x, mask, parameters):
    right = lstm_layer_forward(x, mask, parameters["forward"])
    left = lstm_layer_forward(x[:, :, ::-1], mask[:, ::-1], parameters["backward"])
    return np.vstack([right, left[:, :, ::-1]])


def bidirectional_forward__one_by_one(x, mask, parameters):
    n_a = parameters["forward"]["Wu"].shape[0]
    out = np.zeros((2 * n_a, *mask.shape))
    for i, length in enumerate(mask.sum(axis=1)):
        alone = x[:, i : i + 1, :length]
        real = np.ones((1, length))
        out[:n_a, i, :length] = lstm_layer_forward(alone, real, parameters["forward"])[:, 0]
        back = lstm_layer_forward(alone[:, :, ::-1], real, parameters["backward"])[:, 0, ::-1]
        out[n_a:, i, :length] = back
    return out


def bidirectional_forward__loops(x, mask, parameters):
    T_x = x.shape[2]
    halves = []
    for side, order in (("forward", range(T_x)), ("backward", range(T_x - 1, -1, -1))):
        p = parameters[side]
        a = np.zeros((p["bf"].shape[0], x.shape[1]))
        c = np.zeros_like(a)
        half = np.zeros((*a.shape, T_x))
        for t in order:
            f, u, g, o = lstm_gates(x[:, :, t], a, p)
            on = mask[:, t].astype(bool)
            c[:, on] = (f * c + u * g)[:, on]
            a[:, on] = (o * np.tanh(c))[:, on]
            half[:, on, t] = a[:, on]
        halves.append(half)
    return np.concatenate(halves)


def bidirectional_forward__float32(x, mask, parameters):
    small = {
        side: {name: value.astype(np.float32) for name, value in lstm.items()}
        for side, lstm in parameters.items()
    }
    x = x.astype(np.float32)
    forward = lstm_layer_forward(x, mask, small["forward"]).astype(np.float32)
    turned = lstm_layer_forward(reverse_sequences(x, mask), mask, small["backward"]).astype(np.float32)
    return np.r_[forward, reverse_sequences(turned, mask)]


def lookahead_forward__flipped(x, mask, parameters, ahead):
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    steps = []
    for t in range(x.shape[2]):
        stop = min(t + ahead, x.shape[2] - 1)
        window = np.flip(x[:, :, t : stop + 1], axis=2)
        real = np.flip(mask[:, t : stop + 1], axis=1)
        steps.append(lstm_layer_forward(window, real, parameters["backward"])[:, :, -1])
    return np.concatenate([forward, np.stack(steps, axis=2)])


def lookahead_forward__by_hand(x, mask, parameters, ahead):
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    p = parameters["backward"]
    out = np.zeros((2 * forward.shape[0], *mask.shape))
    out[: forward.shape[0]] = forward
    for i in range(x.shape[1]):
        length = int(mask[i].sum())
        for t in range(length):
            a = np.zeros((forward.shape[0], 1))
            c = np.zeros_like(a)
            for s in range(min(t + ahead, length - 1), t - 1, -1):
                f, u, g, o = lstm_gates(x[:, [i], s], a, p)
                c = f * c + u * g
                a = o * np.tanh(c)
            out[forward.shape[0] :, i, t] = a[:, 0]
    return out


def lookahead_forward__whole_layers(x, mask, parameters, ahead):
    out = bidirectional_forward(x, mask, parameters)
    n_a = out.shape[0] // 2
    for t in range(x.shape[2]):
        part = slice(t, t + ahead + 1)
        out[n_a:, :, t] = bidirectional_forward(x[:, :, part], mask[:, part], parameters)[n_a:, :, 0]
    return out


def lookahead_forward__masked(x, mask, parameters, ahead):
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    backward = []
    for t in range(x.shape[2]):
        seen = mask.copy()
        seen[:, t + ahead + 1 :] = 0
        turned = lstm_layer_forward(reverse_sequences(x, seen), seen, parameters["backward"])
        backward.append(reverse_sequences(turned, seen)[:, :, t])
    return np.vstack([forward, np.array(backward).transpose(1, 2, 0)])


def lookahead_forward__float32(x, mask, parameters, ahead):
    x = x.astype(np.float32)
    small = {
        side: {name: value.astype(np.float32) for name, value in lstm.items()}
        for side, lstm in parameters.items()
    }
    forward = lstm_layer_forward(x, mask, small["forward"])
    back = np.zeros(forward.shape, dtype=np.float32)
    for t in reversed(range(x.shape[2])):
        end = t + ahead + 1
        states = lstm_layer_forward(
            reverse_sequences(x[:, :, t:end], mask[:, t:end]), mask[:, t:end], small["backward"]
        )
        last = np.maximum(mask[:, t:end].sum(axis=1) - 1, 0)
        back[:, :, t] = states[:, np.arange(x.shape[1]), last]
    return np.concatenate([forward.astype(np.float32), back])


def deep_forward__recursive(x, mask, layers):
    def through(a, rest):
        return through(bidirectional_forward(a, mask, rest[0]), rest[1:]) if rest else a

    return through(x, layers)


def deep_forward__counted(x, mask, layers):
    a = bidirectional_forward(x, mask, layers[0])
    for depth in range(1, len(layers)):
        a = bidirectional_forward(a, mask, layers[depth])
    return a


def deep_forward__kept(x, mask, layers):
    shown = [x]
    for layer in layers:
        shown.append(bidirectional_forward(shown[-1], mask, layer))
    return shown[-1]


def deep_forward__from_the_layer_below(x, mask, layers):
    a = np.array(x)
    for layer in layers:
        right = lstm_layer_forward(a, mask, layer["forward"])
        left = lstm_layer_forward(a[:, :, ::-1], mask[:, ::-1], layer["backward"])[:, :, ::-1]
        a = np.vstack((right, left))
    return a


def deep_forward__float32(x, mask, layers):
    a = x.astype(np.float32)
    for layer in layers:
        small = {side: {k: v.astype(np.float32) for k, v in p.items()} for side, p in layer.items()}
        a = bidirectional_forward(a, mask, small).astype(np.float32)
    return a


def embed__one_hot(tokens, E):
    return np.einsum("ev,mtv->emt", E, np.eye(E.shape[1])[tokens])


def embed__loops(tokens, E):
    m, T_x = tokens.shape
    x = np.zeros((E.shape[0], m, T_x))
    for i in range(m):
        for t in range(T_x):
            x[:, i, t] = E[:, tokens[i, t]]
    return x


def embed__taken(tokens, E):
    return np.take(E, tokens, axis=1)


def embed__rows(tokens, E):
    return E.T[tokens].transpose(2, 0, 1)


def embed__float32(tokens, E):
    return np.stack([row[tokens] for row in E.astype(np.float32)])


def lookahead_forward__up_to_the_window(x, mask, parameters, ahead):
    steps = []
    for t in range(x.shape[2]):
        end = t + ahead + 1
        steps.append(bidirectional_forward(x[:, :, :end], mask[:, :end], parameters)[:, :, t])
    return np.stack(steps, axis=2)


def tagger_forward__tensordot(tokens, shapes, mask, parameters):
    x = np.vstack([embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])])
    a = deep_forward(x, mask, parameters["layers"])
    z = np.tensordot(parameters["Wy"], a, axes=1) + parameters["by"][:, None]
    powers = np.exp(z - z.max(axis=0))
    return powers / powers.sum(axis=0)


def tagger_forward__step_by_step(tokens, shapes, mask, parameters):
    words = parameters["E"][:, tokens]
    looks = parameters["E_shape"][:, shapes]
    a = deep_forward(np.concatenate((words, looks)), mask, parameters["layers"])
    y = np.zeros((parameters["by"].shape[0], *mask.shape))
    for t in range(mask.shape[1]):
        y[:, :, t] = softmax(parameters["Wy"] @ a[:, :, t] + parameters["by"])
    return y


def tagger_forward__flat(tokens, shapes, mask, parameters):
    x = np.r_[embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])]
    a = x
    for layer in parameters["layers"]:
        a = bidirectional_forward(a, mask, layer)
    flat = a.reshape(a.shape[0], -1)
    y = softmax(parameters["Wy"].dot(flat) + parameters["by"])
    return y.reshape(-1, *tokens.shape)


def tagger_forward__matmul(tokens, shapes, mask, parameters):
    x = np.concatenate([embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])])
    a = deep_forward(x, mask, parameters["layers"])
    scores = parameters["Wy"] @ a.transpose(1, 0, 2) + parameters["by"]  # (m, n_y, T_x)
    return softmax(scores.transpose(1, 0, 2))


def tagger_forward__float32(tokens, shapes, mask, parameters):
    x = np.concatenate([embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])])
    a = deep_forward(x, mask, parameters["layers"]).astype(np.float32)
    W, b = parameters["Wy"].astype(np.float32), parameters["by"].astype(np.float32)
    return softmax(np.einsum("ya,amt->ymt", W, a) + b.reshape(-1, 1, 1))


def classifier_forward__one_by_one(tokens, mask, parameters):
    y = []
    for row, real in zip(tokens, mask, strict=True):
        n = int(real.sum())
        a = deep_forward(embed(row[None, :n], parameters["E"]), np.ones((1, n)), parameters["layers"])
        half = a.shape[0] // 2
        read = np.hstack([a[:half, 0, n - 1], a[half:, 0, 0]])
        y.append(softmax(parameters["Wy"] @ read[:, None] + parameters["by"])[:, 0])
    return np.array(y).T


def classifier_forward__two_products(tokens, mask, parameters):
    a = deep_forward(embed(tokens, parameters["E"]), mask, parameters["layers"])
    n_a = parameters["Wy"].shape[1] // 2
    last = [np.flatnonzero(row)[-1] for row in mask]
    ends = np.array([a[:n_a, i, t] for i, t in enumerate(last)])  # (m, n_a)
    z = parameters["Wy"][:, :n_a] @ ends.T + parameters["Wy"][:, n_a:] @ a[n_a:, :, 0] + parameters["by"]
    return np.exp(z) / np.exp(z).sum(axis=0, keepdims=True)


def classifier_forward__turned(tokens, mask, parameters):
    a = deep_forward(embed(tokens, parameters["E"]), mask, parameters["layers"])
    n_a = a.shape[0] // 2
    read = np.vstack([reverse_sequences(a, mask)[:n_a, :, 0], a[n_a:, :, 0]])
    return softmax(np.dot(parameters["Wy"], read) + parameters["by"])


def classifier_forward__selected(tokens, mask, parameters):
    a = deep_forward(parameters["E"][:, tokens], mask, parameters["layers"])
    n_a = a.shape[0] // 2
    following = np.concatenate([mask[:, 1:], np.zeros((mask.shape[0], 1))], axis=1)
    is_last = mask * (1 - following)
    forward = np.einsum("amt,mt->am", a[:n_a], is_last)
    return softmax(parameters["Wy"] @ np.concatenate([forward, a[n_a:, :, 0]]) + parameters["by"])


def classifier_forward__float32(tokens, mask, parameters):
    a = deep_forward(embed(tokens, parameters["E"]), mask, parameters["layers"]).astype(np.float32)
    n_a = len(a) // 2
    lengths = mask.sum(axis=1)
    forward = np.take_along_axis(a[:n_a], (lengths - 1)[None, :, None], axis=2)[:, :, 0]
    read = np.concatenate([forward, a[n_a:, :, 0]])
    return softmax(parameters["Wy"].astype(np.float32) @ read + parameters["by"].astype(np.float32))


def tags_to_spans__while(tags):
    spans = []
    t = 0
    while t < len(tags):
        if tags[t] == "O":
            t += 1
            continue
        kind = tags[t].split("-")[1]
        end = t + 1
        while end < len(tags) and tags[end] == "I-" + kind:
            end += 1
        spans.append((t, end, kind))
        t = end
    return spans


def tags_to_spans__grown(tags):
    spans = []
    before = "O"
    for t, tag in enumerate(tags):
        if tag.startswith("I-") and before != "O" and before[2:] == tag[2:]:
            spans[-1][1] = t + 1
        elif tag != "O":
            spans.append([t, t + 1, tag[2:]])
        before = tag
    return spans


def tags_to_spans__starts(tags):
    def begins(t):
        if tags[t][0] == "O":
            return False
        return tags[t][0] == "B" or t == 0 or tags[t - 1][1:] != tags[t][1:]

    starts = [t for t in range(len(tags)) if begins(t)]
    spans = []
    for start in starts:
        end = start + 1
        while end < len(tags) and tags[end] != "O" and not begins(end):
            end += 1
        spans.append([start, end, tags[start][2:]])
    return spans


def tags_to_spans__backwards(tags):
    spans, end = [], None
    for t in range(len(tags) - 1, -1, -1):
        if tags[t] == "O":
            continue
        if end is None:
            end = t + 1
        prefix, kind = tags[t].split("-")
        if prefix == "B" or t == 0 or tags[t - 1] not in (f"B-{kind}", f"I-{kind}"):
            spans.insert(0, [t, end, kind])
            end = None
    return spans


def span_scores__loops(predicted, true):
    right = found = there = 0
    for p, q in zip(predicted, true, strict=True):
        found += len(p)
        there += len(q)
        for span in p:
            if list(span) in [list(other) for other in q]:
                right += 1
    precision = right / found if found > 0 else 0
    recall = right / there if there > 0 else 0
    if precision + recall == 0:
        return precision, recall, 0
    return precision, recall, 2 * precision * recall / (precision + recall)


def span_scores__counts(predicted, true):
    pairs = list(zip(predicted, true, strict=True))
    hits = sum(len({tuple(s) for s in p} & {tuple(s) for s in q}) for p, q in pairs)
    false_alarms = sum(map(len, predicted)) - hits
    misses = sum(map(len, true)) - hits
    if hits == 0:
        return 0.0, 0.0, 0.0
    return hits / (hits + false_alarms), hits / (hits + misses), 2 * hits / (2 * hits + false_alarms + misses)


def span_scores__numpy(predicted, true):
    totals = np.zeros(3)
    for p, q in zip(predicted, true, strict=True):
        totals += [sum(span in q for span in p), len(p), len(q)]
    hits, found, there = totals
    precision = np.divide(hits, found, out=np.array(0.0), where=found > 0)
    recall = np.divide(hits, there, out=np.array(0.0), where=there > 0)
    f1 = 2 * hits / max(found + there, 1)
    return [float(precision), float(recall), float(f1)]


def span_scores__harmonic(predicted, true):
    right = sum(1 for i in range(len(true)) for span in predicted[i] if span in true[i])
    if not right:
        return 0, 0, 0
    precision = right / sum(len(spans) for spans in predicted)
    recall = right / sum(len(spans) for spans in true)
    return precision, recall, 1 / ((1 / precision + 1 / recall) / 2)


NAMES = (
    "lstm_layer_forward",
    "reverse_sequences",
    "bidirectional_forward",
    "lookahead_forward",
    "deep_forward",
    "embed",
    "tagger_forward",
    "tags_to_spans",
    "span_scores",
    "classifier_forward",
)

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [value for key, value in globals().items() if key.startswith(f"{name}__")] for name in NAMES
}
