"""Right answers to 15-attention in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
log_softmax, lstm_gates, bidirectional_forward, embed, teacher_forcing, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import softmax
from seqlib.attention import (
    additive_energies,
    attention_step,
    attention_weights,
    attention_weights_backward,
    context_vector,
)
from seqlib.deep_bidirectional import bidirectional_forward, embed
from seqlib.lstm import lstm_gates
from seqlib.seq2seq import log_softmax, teacher_forcing


def additive_energies__place_by_place(s_prev, a, parameters):
    Ws, Wa, b, v = (parameters[name] for name in ("Ws", "Wa", "b", "v"))
    energies = np.zeros(a.shape[1:])
    for t in range(a.shape[2]):
        energies[:, t] = (v @ np.tanh(Ws @ s_prev + Wa @ a[:, :, t] + b))[0]
    return energies


def additive_energies__one_by_one(s_prev, a, parameters):
    _, m, T_x = a.shape
    energies = np.empty((m, T_x))
    for i in range(m):
        for t in range(T_x):
            z = parameters["Ws"].dot(s_prev[:, i]) + parameters["Wa"].dot(a[:, i, t])
            h = np.tanh(z + parameters["b"].ravel())
            energies[i, t] = sum(parameters["v"][0, k] * h[k] for k in range(len(h)))
    return energies


def additive_energies__stacked(s_prev, a, parameters):
    """The layer on the stacked [s, a], as papers write it."""
    n_a, m = s_prev.shape
    T_x = a.shape[2]
    W = np.concatenate([parameters["Ws"], parameters["Wa"]], axis=1)
    repeated = np.repeat(s_prev[:, :, None], T_x, axis=2)
    both = np.concatenate([repeated, a]).reshape(W.shape[1], m * T_x)
    return np.matmul(parameters["v"], np.tanh(W @ both + parameters["b"])).reshape(m, T_x)


def additive_energies__tensordot(s_prev, a, parameters):
    z = np.tensordot(parameters["Wa"], a, axes=1)
    z = z + (parameters["Ws"] @ s_prev)[..., None] + parameters["b"][..., None]
    return np.tensordot(parameters["v"], np.tanh(z), axes=1)[0]


def additive_energies__float32(s_prev, a, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    of_state = p["Ws"] @ s_prev.astype(np.float32) + p["b"]
    z = np.einsum("ha,amt->hmt", p["Wa"], a.astype(np.float32)) + of_state[:, :, None]
    return np.einsum("h,hmt->mt", p["v"][0], np.tanh(z))


def attention_weights__minus_infinity(energies, mask):
    z = np.where(mask == 1, energies, -np.inf)
    largest = z.max(axis=1, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0)
    e = np.exp(z - largest)
    total = e.sum(axis=1, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


def attention_weights__one_by_one(energies, mask):
    weights = np.zeros(energies.shape)
    for i in range(len(energies)):
        real = np.flatnonzero(mask[i])
        if len(real):
            weights[i, real] = softmax(energies[i, real])
    return weights


def attention_weights__plain_loops(energies, mask):
    rows = []
    for e, real in zip(energies, mask, strict=True):
        kept = [e[t] for t in range(len(e)) if real[t]]
        powers = [np.exp(e[t] - max(kept)) if real[t] else 0.0 for t in range(len(e))]
        total = sum(powers)
        rows.append([p / total if total else 0.0 for p in powers])
    return np.array(rows)


def attention_weights__wiped_twice(energies, mask):
    """A constant far below all energies, and what an example of padding alone gets from it wiped."""
    z = np.where(mask, energies, -1e30)
    return softmax(z.T).T * mask


def attention_weights__small_number(energies, mask):
    z = energies - np.max(energies, axis=1, keepdims=True, where=mask.astype(bool), initial=-1e300)
    e = np.exp(np.where(mask == 1, z, -np.inf))
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


def attention_weights__float32(energies, mask):
    e = energies.astype(np.float32)
    low = np.where(mask == 1, e, e.min() - 1)
    powers = np.exp(low - low.max(axis=1, keepdims=True)) * mask.astype(np.float32)
    return powers / np.maximum(powers.sum(axis=1, keepdims=True), np.float32(1e-30))


def context_vector__sum(weights, a):
    return (weights[np.newaxis] * a).sum(axis=2)


def context_vector__loops(weights, a):
    context = np.zeros(a.shape[:2])
    for t in range(a.shape[2]):
        context += weights[:, t] * a[:, :, t]
    return context


def context_vector__matrix_products(weights, a):
    return np.stack([a[:, i] @ weights[i] for i in range(a.shape[1])], axis=1)


def context_vector__batched(weights, a):
    return np.matmul(a.transpose(1, 0, 2), weights[:, :, None])[:, :, 0].T


def context_vector__float32(weights, a):
    return np.einsum("amt,mt->am", a.astype(np.float32), weights.astype(np.float32))


def attention_step__stacked(tokens, s_prev, c_prev, a, mask, parameters):
    decoder = parameters["decoder"]
    weights = attention_weights(additive_energies(s_prev, a, parameters["attention"]), mask)
    concat = np.vstack([s_prev, parameters["E_y"][:, tokens], context_vector(weights, a)])

    def gate(kind):
        z = decoder["W" + kind] @ concat + decoder["b" + kind]
        return np.tanh(z) if kind == "c" else 1 / (1 + np.exp(-z))

    c = gate("f") * c_prev + gate("u") * gate("c")
    s = gate("o") * np.tanh(c)
    z = decoder["Wy"] @ s + decoder["by"]
    return s, c, z - np.log(np.sum(np.exp(z), axis=0)), weights


def attention_step__one_by_one(tokens, s_prev, c_prev, a, mask, parameters):
    outs = []
    for i in range(len(tokens)):
        one = slice(i, i + 1)
        e = additive_energies(s_prev[:, one], a[:, one], parameters["attention"])
        w = attention_weights(e, mask[one])
        context = context_vector(w, a[:, one])
        x = np.concatenate([parameters["E_y"][:, tokens[one]], context])
        f, u, g, o = lstm_gates(x, s_prev[:, one], parameters["decoder"])
        c = f * c_prev[:, one] + u * g
        s = o * np.tanh(c)
        log_y = np.log(softmax(parameters["decoder"]["Wy"] @ s + parameters["decoder"]["by"]))
        outs.append((s, c, log_y, w.T))
    s, c, log_y, w = (np.concatenate(parts, axis=1) for parts in zip(*outs, strict=True))
    return s, c, log_y, w.T


def attention_step__torch_like(tokens, s_prev, c_prev, a, mask, parameters):
    """All from scratch, examples first."""
    p, d = parameters["attention"], parameters["decoder"]
    h, notes = s_prev.T, a.transpose(1, 2, 0)
    z = np.tanh((h @ p["Ws"].T)[:, None] + notes @ p["Wa"].T + p["b"][:, 0])
    e = np.where(mask == 1, (z @ p["v"].T)[..., 0], -1e30)
    w = softmax(e.T).T
    context = (w[:, None, :] @ notes)[:, 0]
    x = np.concatenate([h, parameters["E_y"].T[tokens], context], axis=1)
    f, u, o = (1 / (1 + np.exp(-(x @ d["W" + k].T + d["b" + k][:, 0]))) for k in "fuo")
    c = f * c_prev.T + u * np.tanh(x @ d["Wc"].T + d["bc"][:, 0])
    s = o * np.tanh(c)
    return s.T, c.T, log_softmax(d["Wy"] @ s.T + d["by"]), w


def attention_step__float32(tokens, s_prev, c_prev, a, mask, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters["attention"].items()}
    d = {name: value.astype(np.float32) for name, value in parameters["decoder"].items()}
    s_prev, c_prev, a = (value.astype(np.float32) for value in (s_prev, c_prev, a))
    w = attention_weights(additive_energies(s_prev, a, p), mask).astype(np.float32)
    x = np.vstack([parameters["E_y"].astype(np.float32)[:, tokens], context_vector(w, a)])
    f, u, g, o = lstm_gates(x, s_prev, d)
    c = f * c_prev + u * g
    s = o * np.tanh(c)
    return s, c, log_softmax(d["Wy"] @ s + d["by"]), w


def attention_forward__filled(targets, tokens, mask, parameters, sos):
    m, T_y = targets.shape
    n_a = parameters["decoder"]["Wy"].shape[1]
    a = bidirectional_forward(parameters["E_x"][:, tokens], mask, parameters["encoder"])
    log_y = np.zeros((parameters["E_y"].shape[1], m, T_y))
    weights = np.zeros((m, T_y, tokens.shape[1]))
    s, c = np.zeros((n_a, m)), np.zeros((n_a, m))
    token = np.array([sos] * m)
    for t in range(T_y):
        s, c, log_y[:, :, t], weights[:, t] = attention_step(token, s, c, a, mask, parameters)
        token = targets[:, t]
    return log_y, weights


def attention_forward__one_by_one(targets, tokens, mask, parameters, sos):
    n_a = len(parameters["decoder"]["bo"])
    log_y, weights = [], []
    for i in range(len(targets)):
        one = slice(i, i + 1)
        a = bidirectional_forward(embed(tokens[one], parameters["E_x"]), mask[one], parameters["encoder"])
        s = c = np.zeros((n_a, 1))
        steps = []
        for token in [sos, *targets[i, :-1]]:
            s, c, *seen = attention_step(np.array([token]), s, c, a, mask[one], parameters)
            steps.append(seen)
        log_y.append(np.stack([step[0] for step in steps], axis=-1))
        weights.append(np.concatenate([step[1] for step in steps]))
    return np.concatenate(log_y, axis=1), np.array(weights)


def attention_forward__shifted(targets, tokens, mask, parameters, sos):
    before = np.concatenate([np.full_like(targets[:, :1], sos), targets[:, :-1]], axis=1)
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    state = (np.zeros_like(a[: len(a) // 2, :, 0]),) * 2
    seen = []
    for column in before.T:
        *state, log_y, weights = attention_step(column, *state, a, mask, parameters)
        seen.append((log_y, weights))
    log_y, weights = map(np.array, zip(*seen, strict=True))
    return np.moveaxis(log_y, 0, 2), np.moveaxis(weights, 0, 1)


def attention_forward__float32(targets, tokens, mask, parameters, sos):
    def narrow(tree):
        return {k: narrow(v) for k, v in tree.items()} if isinstance(tree, dict) else tree.astype(np.float32)

    p = narrow(parameters)
    before = teacher_forcing(targets, sos)
    a = bidirectional_forward(embed(tokens, p["E_x"]), mask, p["encoder"]).astype(np.float32)
    s = c = np.zeros((len(p["decoder"]["bf"]), len(tokens)), dtype=np.float32)
    seen = []
    for t in range(before.shape[1]):
        s, c, *rest = attention_step(before[:, t], s, c, a, mask, p)
        seen.append(rest)
    return np.stack([step[0] for step in seen], axis=2), np.stack([step[1] for step in seen], axis=1)


def translate__one_by_one(tokens, mask, parameters, sos, eos, longest):
    found, alignments = [], []
    for i in range(len(tokens)):
        one = slice(i, i + 1)
        a = bidirectional_forward(embed(tokens[one], parameters["E_x"]), mask[one], parameters["encoder"])
        s = c = np.zeros((len(parameters["decoder"]["bf"]), 1))
        token, chosen, looked = sos, [], np.zeros((0, tokens.shape[1]))
        while len(chosen) < longest:
            s, c, log_y, weights = attention_step(np.array([token]), s, c, a, mask[one], parameters)
            token = int(np.argmax(log_y[:, 0]))
            if token == eos:
                break
            chosen.append(token)
            looked = np.vstack([looked, weights])
        found.append(chosen)
        alignments.append(looked)
    return found, alignments


def translate__lists(tokens, mask, parameters, sos, eos, longest):
    m = len(tokens)
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    s = c = np.zeros((len(parameters["decoder"]["bf"]), m))
    token, going = np.full(m, sos), [True] * m
    found, rows = [[] for _ in range(m)], [[] for _ in range(m)]
    for _ in range(longest):
        s, c, log_y, weights = attention_step(token, s, c, a, mask, parameters)
        token = log_y.argmax(0)
        for i in range(m):
            going[i] = going[i] and token[i] != eos
            if going[i]:
                found[i].append(token[i])
                rows[i].append(weights[i])
    return found, [np.array(row).reshape(-1, tokens.shape[1]) for row in rows]


def translate__all_steps(tokens, mask, parameters, sos, eos, longest):
    """Every step is made, and the ends are looked for afterwards."""
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    s = c = np.zeros((len(parameters["decoder"]["bf"]), len(tokens)))
    token = np.array([sos] * len(tokens))
    steps = np.zeros((len(tokens), longest), dtype=int)
    weights = np.zeros((len(tokens), longest, tokens.shape[1]))
    for t in range(longest):
        s, c, log_y, weights[:, t] = attention_step(token, s, c, a, mask, parameters)
        steps[:, t] = token = np.argmax(log_y, axis=0)
    ends = np.cumsum(steps == eos, axis=1) > 0
    lengths = (~ends).sum(axis=1)
    found = [list(row[:n]) for row, n in zip(steps, lengths, strict=True)]
    return found, [row[:n] for row, n in zip(weights, lengths, strict=True)]


def translate__leaving(tokens, mask, parameters, sos, eos, longest):
    """Finished examples leave the batch."""
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    places = np.arange(len(tokens))
    s = c = np.zeros((len(parameters["decoder"]["bf"]), len(tokens)))
    token = np.full(len(tokens), sos)
    found = {i: [] for i in places}
    looked = {i: [np.zeros((0, tokens.shape[1]))] for i in places}
    for _ in range(longest):
        s, c, log_y, weights = attention_step(token, s, c, a[:, places], mask[places], parameters)
        token = np.argmax(log_y, axis=0)
        stay = token != eos
        for i, one, row in zip(places[stay], token[stay], weights[stay], strict=True):
            found[i].append(int(one))
            looked[i].append(row[None])
        places, token, s, c = places[stay], token[stay], s[:, stay], c[:, stay]
        if not len(places):
            break
    return list(found.values()), [np.concatenate(rows) for rows in looked.values()]


def attention_weights_backward__jacobian(dcontext, weights, a):
    """The softmax's Jacobian diag(α) − α αᵀ, example by example."""
    denergies = np.zeros_like(weights)
    da = np.zeros_like(a)
    for i, alpha in enumerate(weights):
        jacobian = np.diag(alpha) - np.outer(alpha, alpha)
        denergies[i] = jacobian @ (a[:, i].T @ dcontext[:, i])
        da[:, i] = np.outer(dcontext[:, i], alpha)
    return denergies, da


def attention_weights_backward__loops(dcontext, weights, a):
    m, T_x = weights.shape
    denergies = np.zeros((m, T_x))
    for i in range(m):
        dalpha = [float(np.dot(dcontext[:, i], a[:, i, t])) for t in range(T_x)]
        for t in range(T_x):
            for u in range(T_x):
                denergies[i, t] += dalpha[u] * weights[i, u] * ((t == u) - weights[i, t])
    return denergies, np.stack([weights[:, t] * dcontext for t in range(T_x)], axis=2)


def attention_weights_backward__from_the_context(dcontext, weights, a):
    """dE_t = α_t dcontext · (a_t − context)."""
    context = (weights * a).sum(axis=2, keepdims=True)
    denergies = weights * (dcontext[:, :, None] * (a - context)).sum(axis=0)
    return denergies, np.einsum("mt,am->amt", weights, dcontext)


def attention_weights_backward__float32(dcontext, weights, a):
    dcontext, weights, a = (value.astype(np.float32) for value in (dcontext, weights, a))
    d = (dcontext[:, :, None] * a).sum(0)
    return weights * d - weights * (weights * d).sum(1)[:, None], dcontext[..., None] * weights


def attention_backward__place_by_place(dcontext, cache):
    s_prev, a, weights, p = cache
    denergies, da = attention_weights_backward(dcontext, weights, a)
    ds, da = np.zeros(s_prev.shape), np.array(da)
    g = {"d" + name: np.zeros(value.shape) for name, value in p.items()}
    for t in range(a.shape[2]):
        h = np.tanh(p["Ws"] @ s_prev + p["Wa"] @ a[:, :, t] + p["b"])
        de = denergies[:, t][None]
        dz = (p["v"].T @ de) * (1 - h * h)
        g["dv"] += de @ h.T
        g["dWs"] += dz @ s_prev.T
        g["dWa"] += dz @ a[:, :, t].T
        g["db"] += dz.sum(1, keepdims=True)
        ds += p["Ws"].T @ dz
        da[:, :, t] += p["Wa"].T @ dz
    return ds, da, g


def attention_backward__flattened(dcontext, cache):
    s_prev, a, weights, p = cache
    m, T_x = weights.shape
    de, da = attention_weights_backward(dcontext, weights, a)
    flat = a.reshape(len(a), m * T_x)
    s = np.repeat(s_prev, T_x, axis=1)
    h = np.tanh(p["Ws"] @ s + p["Wa"] @ flat + p["b"])
    dz = p["v"].T * de.reshape(1, -1) * (1 - h**2)
    ds = (p["Ws"].T @ dz).reshape(-1, m, T_x).sum(axis=2)
    grads = {"dv": de.reshape(1, -1) @ h.T, "db": dz.sum(axis=1, keepdims=True)}
    grads["dWs"], grads["dWa"] = dz @ s.T, dz @ flat.T
    return ds, da + (p["Wa"].T @ dz).reshape(a.shape), grads


def attention_backward__one_by_one(dcontext, cache):
    s_prev, a, weights, p = cache
    n_h, m = len(p["b"]), s_prev.shape[1]
    ds, da = np.zeros_like(s_prev), np.zeros_like(a)
    g = {"dWs": 0, "dWa": 0, "db": np.zeros((n_h, 1)), "dv": 0}
    for i in range(m):
        notes = a[:, i]
        h = np.tanh(p["Ws"] @ s_prev[:, [i]] + p["Wa"] @ notes + p["b"])
        dalpha = dcontext[:, i] @ notes
        de = weights[i] * (dalpha - weights[i] @ dalpha)
        dz = p["v"].T * de * (1 - h**2)
        g["dv"] = g["dv"] + (h @ de)[None]
        g["dWs"] = g["dWs"] + np.outer(dz.sum(1), s_prev[:, i])
        g["dWa"] = g["dWa"] + dz @ notes.T
        g["db"] += dz.sum(axis=1, keepdims=True)
        ds[:, i] = p["Ws"].T @ dz.sum(1)
        da[:, i] = np.outer(dcontext[:, i], weights[i]) + p["Wa"].T @ dz
    return ds, da, g


def attention_backward__float32(dcontext, cache):
    s_prev, a, weights = (value.astype(np.float32) for value in cache[:3])
    p = {name: value.astype(np.float32) for name, value in cache[3].items()}
    de, da = attention_weights_backward(dcontext.astype(np.float32), weights, a)
    h = np.tanh(np.tensordot(p["Wa"], a, 1) + (p["Ws"] @ s_prev + p["b"])[:, :, None])
    dz = p["v"][0][:, None, None] * de * (1 - h**2)
    g = {"dWs": dz.sum(2) @ s_prev.T, "dWa": np.tensordot(dz, a, ((1, 2), (1, 2)))}
    g |= {"db": dz.sum((1, 2))[:, None], "dv": (h * de).sum((1, 2))[None]}
    return p["Ws"].T @ dz.sum(2), da + np.tensordot(p["Wa"].T, dz, 1), g


def dot_product_attention__one_by_one(queries, keys, values, mask):
    d, m, T_q = queries.shape
    contexts = np.zeros((values.shape[0], m, T_q))
    weights = np.zeros((m, T_q, keys.shape[2]))
    for i in range(m):
        real = mask[i] == 1
        if not real.any():
            continue
        e = queries[:, i].T @ keys[:, i][:, real] / d**0.5
        weights[i][:, real] = softmax(e.T).T
        contexts[:, i] = values[:, i] @ weights[i].T
    return contexts, weights


def dot_product_attention__batched(queries, keys, values, mask):
    q, k, v = (part.transpose(1, 2, 0) for part in (queries, keys, values))
    e = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    p = np.exp(e - e.max(axis=-1, keepdims=True)) * mask[:, None, :]
    weights = p / np.maximum(p.sum(axis=-1, keepdims=True), 1e-300)
    return (weights @ v).transpose(2, 0, 1), weights


def dot_product_attention__scaled_queries(queries, keys, values, mask):
    queries = queries * queries.shape[0] ** -0.5
    weights = np.zeros((mask.shape[0], queries.shape[2], mask.shape[1]))
    for q in range(queries.shape[2]):
        weights[:, q] = attention_weights((queries[:, :, q, None] * keys).sum(axis=0), mask)
    return np.stack([(w * values).sum(axis=2) for w in weights.swapaxes(0, 1)], axis=2), weights


def dot_product_attention__reshaped(queries, keys, values, mask):
    d, m, T_q = queries.shape
    e = np.einsum("dmq,dmt->mqt", queries / np.sqrt(d), keys).reshape(m * T_q, -1)
    weights = attention_weights(e, np.repeat(mask, T_q, axis=0)).reshape(m, T_q, -1)
    return np.einsum("vmt,mqt->vmq", values, weights), weights


def dot_product_attention__float32(queries, keys, values, mask):
    q, k, v = (part.astype(np.float32) for part in (queries, keys, values))
    e = np.einsum("dmq,dmt->mqt", q, k) / np.float32(np.sqrt(len(q)))
    e = np.where(mask[:, None] == 1, e, np.float32(-1e9))
    w = softmax(np.moveaxis(e, 2, 0)).transpose(1, 2, 0) * mask[:, None].astype(np.float32)
    return np.einsum("mqt,vmt->vmq", w, v), w


NAMES = (
    "additive_energies",
    "attention_weights",
    "context_vector",
    "attention_step",
    "attention_forward",
    "translate",
    "attention_weights_backward",
    "attention_backward",
    "dot_product_attention",
)

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [value for key, value in globals().items() if key.startswith(f"{name}__")] for name in NAMES
}
