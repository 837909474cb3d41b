"""Right answers to 13-seq2seq in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
functions of earlier notebooks, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.deep_bidirectional import embed
from seqlib.language_model import scores_gradient
from seqlib.lstm import lstm_backward, lstm_cell_forward, lstm_forward, lstm_gates
from seqlib.seq2seq import (
    decoder_forward,
    decoder_step,
    encoder_context,
    log_softmax,
    lstm_states,
    output_layer_gradients,
    teacher_forcing,
    translation_loss,
)
from seqlib.word_vectors import look_up_backward


def lstm_states__filled(x, a0, parameters):
    n_a, m = a0.shape
    T_x = x.shape[2]
    a, c = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x + 1))
    cells = []
    for t in range(T_x):
        before = a0 if t == 0 else a[:, :, t - 1]
        f, u, candidate, o = lstm_gates(x[:, :, t], before, parameters)
        c[:, :, t + 1] = f * c[:, :, t] + u * candidate
        a[:, :, t] = o * np.tanh(c[:, :, t + 1])
        cells.append(
            (a[:, :, t], c[:, :, t + 1], before, c[:, :, t], f, u, candidate, o, x[:, :, t], parameters)
        )
    return a, (cells, x)


def lstm_states__whole_cell(x, a0, parameters):
    """By the cell of 04, given a softmax layer that nobody reads."""
    n_a = a0.shape[0]
    unread = {**parameters, "Wy": np.zeros((1, n_a)), "by": np.zeros((1, 1))}
    a, _, _, (cells, _) = lstm_forward(x, a0, unread)
    return a, ([(*cell[:-1], parameters) for cell in cells], x)


def lstm_states__cells(x, a0, parameters):
    layer = dict(parameters, Wy=np.ones((2, len(a0))), by=np.ones((2, 1)))
    a, c, out, cells = a0, 0 * a0, [], []
    for xt in np.moveaxis(x, 2, 0):
        a, c, _, cache = lstm_cell_forward(xt, a, c, layer)
        out += [a]
        cells += [cache]
    return np.moveaxis(np.array(out), 0, 2), [cells, x]


def lstm_states__float32(x, a0, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    a, c = a0.astype(np.float32), np.zeros(a0.shape, np.float32)
    steps, cells = [], []
    for t in range(x.shape[2]):
        xt = x[:, :, t].astype(np.float32)
        ft, ut, cct, ot = lstm_gates(xt, a, p)
        old = a, c
        c = ft * c + ut * cct
        a = ot * np.tanh(c)
        steps.append(a)
        cells.append((a, c, *old, ft, ut, cct, ot, xt, p))
    return np.dstack(steps), (cells, x)


def encoder_context__one_by_one(tokens, mask, parameters):
    encoder = parameters["encoder"]
    contexts = []
    for row, real in zip(tokens, mask, strict=True):
        x = parameters["E_x"][:, row[real.astype(bool)]][:, None, :]
        a, _ = lstm_states(x, np.zeros((encoder["bf"].shape[0], 1)), encoder)
        contexts.append(a[:, 0, -1])
    return np.array(contexts).T


def encoder_context__loops(tokens, mask, parameters):
    m = tokens.shape[0]
    n_a = parameters["encoder"]["bf"].shape[0]
    a, caches = lstm_states(embed(tokens, parameters["E_x"]), np.zeros((n_a, m)), parameters["encoder"])
    context = np.zeros((n_a, m))
    for i in range(m):
        length = int(np.sum(mask[i]))
        context[:, i] = a[:, i, length - 1]
    return context


def encoder_context__last_by_weights(tokens, mask, parameters):
    """One-hot weights for the last token: the mask minus the mask moved one step to the left."""
    x = np.einsum("evmt,ev->emt", np.eye(parameters["E_x"].shape[1])[None, :, tokens], parameters["E_x"])
    a, _ = lstm_states(x, np.zeros((len(parameters["encoder"]["bo"]), len(mask))), parameters["encoder"])
    real = np.asarray(mask, dtype=float)
    last = real - np.hstack([real[:, 1:], np.zeros((len(real), 1))])
    return (a * last).sum(axis=2)


def encoder_context__float32(tokens, mask, parameters):
    encoder = {name: value.astype(np.float32) for name, value in parameters["encoder"].items()}
    x = parameters["E_x"].astype(np.float32)[:, tokens]
    a = lstm_states(x, np.zeros((encoder["bf"].shape[0], len(tokens)), np.float32), encoder)[0]
    return a[:, range(len(tokens)), mask.sum(axis=1) - 1]


def log_softmax__log_sum(z):
    top = np.max(z, axis=0, keepdims=True)
    return z - (top + np.log(np.sum(np.exp(z - top), axis=0, keepdims=True)))


def log_softmax__logaddexp(z):
    return z - np.logaddexp.reduce(z, axis=0)


def log_softmax__columns(z):
    flat = z.reshape(len(z), -1)
    out = np.empty_like(flat)
    for j in range(flat.shape[1]):
        column = flat[:, j] - flat[:, j].max()
        out[:, j] = column - np.log(sum(np.exp(entry) for entry in column))
    return out.reshape(z.shape)


def log_softmax__float32(z):
    z = (z - z.max(axis=0)).astype(np.float32)
    return z - np.log(np.exp(z).sum(axis=0))


def decoder_step__whole_cell(tokens, context, a_prev, c_prev, parameters):
    p = parameters["decoder"]
    xt = np.vstack([parameters["E_y"][:, tokens], context])
    a_next, c_next, _, _ = lstm_cell_forward(xt, a_prev, c_prev, p)
    return a_next, c_next, log_softmax(np.dot(p["Wy"], a_next) + p["by"])


def decoder_step__by_hand(tokens, context, a_prev, c_prev, parameters):
    p = parameters["decoder"]
    stack = np.vstack([a_prev, parameters["E_y"].T[tokens].T, context])
    sigma = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    forget, update, out = (sigma(p[f"W{gate}"] @ stack + p[f"b{gate}"]) for gate in "fuo")
    c = forget * c_prev + update * np.tanh(p["Wc"] @ stack + p["bc"])
    a = out * np.tanh(c)
    z = p["Wy"] @ a + p["by"]
    return a, c, z - np.log(np.exp(z).sum(axis=0))


def decoder_step__one_by_one(tokens, context, a_prev, c_prev, parameters):
    p, results = parameters["decoder"], []
    for i, token in enumerate(tokens):
        x = np.concatenate([parameters["E_y"][:, token], context[:, i]])
        ft, ut, cct, ot = lstm_gates(x[:, None], a_prev[:, i : i + 1], p)
        c = ft * c_prev[:, i : i + 1] + ut * cct
        a = ot * np.tanh(c)
        results.append((a, c, log_softmax(p["Wy"] @ a + p["by"])))
    return tuple(np.hstack(parts) for parts in zip(*results, strict=True))


def decoder_step__float32(tokens, context, a_prev, c_prev, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters["decoder"].items()}
    x = np.r_[parameters["E_y"][:, tokens], context].astype(np.float32)
    ft, ut, cct, ot = lstm_gates(x, a_prev.astype(np.float32), p)
    c_next = (ft * c_prev + ut * cct).astype(np.float32)
    a_next = ot * np.tanh(c_next)
    return [a_next, c_next, log_softmax(p["Wy"] @ a_next + p["by"])]


def teacher_forcing__concatenated(targets, sos):
    first = np.full((targets.shape[0], 1), sos)
    return np.concatenate([first, targets[:, :-1]], axis=1)


def teacher_forcing__rolled(targets, sos):
    before = np.roll(targets, 1, axis=1)
    before[:, 0] = sos
    return before


def teacher_forcing__lists(targets, sos):
    return np.array([[sos, *row[:-1]] for row in targets.tolist()])


def teacher_forcing__loops(targets, sos):
    m, T_y = targets.shape
    before = np.zeros((m, T_y), dtype=np.int32)
    for i in range(m):
        for t in range(T_y):
            before[i, t] = targets[i, t - 1] if t > 0 else sos
    return before


def decoder_forward__as_a_sequence(targets, context, parameters, sos):
    """All inputs are known beforehand, so the decoder is an LSTM over a sequence."""
    p, E_y = parameters["decoder"], parameters["E_y"]
    x = np.empty((len(E_y) + len(context), *targets.shape))
    x[: len(E_y)] = E_y[:, teacher_forcing(targets, sos)]
    x[len(E_y) :] = context[:, :, None]
    a, _ = lstm_states(x, context, p)
    return log_softmax(np.tensordot(p["Wy"], a, axes=1) + p["by"][:, :, None])


def decoder_forward__without_shifting(targets, context, parameters, sos):
    m, T_y = targets.shape
    log_y = np.zeros((parameters["E_y"].shape[1], m, T_y))
    a, c, token = context, np.zeros(context.shape), np.repeat(sos, m)
    for t in range(T_y):
        a, c, log_y[:, :, t] = decoder_step(token, context, a, c, parameters)
        token = targets[:, t]
    return log_y


def decoder_forward__one_by_one(targets, context, parameters, sos):
    examples = []
    for i, row in enumerate(targets):
        own = a = context[:, [i]]
        c = np.zeros_like(a)
        steps = []
        for token in [sos, *row[:-1]]:
            a, c, log_y = decoder_step(np.array([token]), own, a, c, parameters)
            steps.append(log_y[:, 0])
        examples.append(np.array(steps).T)
    return np.stack(examples, axis=1)


def decoder_forward__float32(targets, context, parameters, sos):
    small = {
        "E_y": parameters["E_y"].astype(np.float32),
        "decoder": {name: value.astype(np.float32) for name, value in parameters["decoder"].items()},
    }
    context = context.astype(np.float32)
    a, c, steps = context, np.zeros(context.shape, np.float32), []
    for tokens in teacher_forcing(targets, sos).T:
        a, c, log_y = decoder_step(tokens, context, a, c, small)
        steps.append(log_y)
    return np.moveaxis(np.array(steps), 0, -1)


def translation_loss__loops(log_y, targets, mask):
    total, count = 0.0, 0
    m, T_y = targets.shape
    for i in range(m):
        for t in range(T_y):
            if mask[i, t]:
                total -= log_y[targets[i, t], i, t]
                count += 1
    return total / count


def translation_loss__chosen(log_y, targets, mask):
    examples, steps = np.nonzero(mask)
    return -log_y[targets[examples, steps], examples, steps].mean()


def translation_loss__one_hot(log_y, targets, mask):
    y = np.eye(len(log_y))[targets]
    nats = -np.einsum("mtv,vmt->mt", y, log_y)
    return np.average(nats, weights=mask)


def translation_loss__float32(log_y, targets, mask):
    m, T_y = targets.shape
    picked = log_y.astype(np.float32)[targets, np.arange(m)[:, None], np.arange(T_y)]
    return -(picked * mask).sum() / mask.sum()


def output_layer_gradients__loops(log_y, targets, mask, a, Wy):
    V_y, m, T_y = log_y.shape
    dWy, dby, da = np.zeros_like(Wy), np.zeros((V_y, 1)), np.zeros_like(a)
    for i in range(m):
        for t in range(T_y):
            if not mask[i, t]:
                continue
            dz = np.exp(log_y[:, i, t]) / mask.sum()
            dz[targets[i, t]] -= 1 / mask.sum()
            dWy += np.outer(dz, a[:, i, t])
            dby[:, 0] += dz
            da[:, i, t] = Wy.T @ dz
    return {"dWy": dWy, "dby": dby, "da": da}


def output_layer_gradients__columns(log_y, targets, mask, a, Wy):
    """Examples and steps as one axis of columns."""
    V_y, n_a = Wy.shape
    dz = np.exp(log_y).reshape(V_y, -1)
    dz[targets.ravel(), np.arange(targets.size)] -= 1
    dz = dz * mask.ravel() / mask.sum()
    return {
        "dWy": dz @ a.reshape(n_a, -1).T,
        "dby": dz.sum(axis=1, keepdims=True),
        "da": (Wy.T @ dz).reshape(a.shape),
    }


def output_layer_gradients__of_06(log_y, targets, mask, a, Wy):
    dz = scores_gradient(np.exp(log_y), targets, mask.astype(bool))
    dWy = sum(dz[:, :, t] @ a[:, :, t].T for t in range(a.shape[2]))
    da = np.stack([Wy.T @ dz[:, :, t] for t in range(a.shape[2])], axis=2)
    return {"dWy": dWy, "dby": dz.sum(axis=(1, 2)).reshape(-1, 1), "da": da}


def output_layer_gradients__float32(log_y, targets, mask, a, Wy):
    y = np.zeros(log_y.shape, np.float32)
    np.put_along_axis(y, targets[None], 1, axis=0)
    dz = (np.exp(log_y.astype(np.float32)) - y) * mask / np.float32(mask.sum())
    return {
        "dWy": np.tensordot(dz, a.astype(np.float32), axes=([1, 2], [1, 2])),
        "dby": dz.sum(axis=2).sum(axis=1, keepdims=True),
        "da": np.tensordot(Wy.astype(np.float32).T, dz, axes=1),
    }


def decoder_gradients__forward_first(targets, mask, context, parameters, sos):
    """The log-probabilities from decoder_forward, the caches from a second pass."""
    E_y, p = parameters["E_y"], parameters["decoder"]
    log_y = decoder_forward(targets, context, parameters, sos)
    fed = teacher_forcing(targets, sos)
    x = np.stack([np.vstack([E_y[:, tokens], context]) for tokens in fed.T], axis=2)
    a, caches = lstm_states(x, context, p)
    out = output_layer_gradients(log_y, targets, mask, a, p["Wy"])
    back = lstm_backward(out.pop("da"), caches)
    n_e = E_y.shape[0]
    dE_y, dcontext = np.zeros(E_y.shape), back["da0"].copy()
    for t in range(fed.shape[1]):
        dcontext += back["dx"][n_e:, :, t]
        for i in range(fed.shape[0]):
            dE_y[:, fed[i, t]] += back["dx"][:n_e, i, t]
    gradients = {**back, **out, "dE_y": dE_y, "dcontext": dcontext}
    return translation_loss(log_y, targets, mask), gradients


def decoder_gradients__one_hot(targets, mask, context, parameters, sos):
    E_y, p = parameters["E_y"], parameters["decoder"]
    o = np.moveaxis(np.eye(E_y.shape[1])[teacher_forcing(targets, sos)], 2, 0)
    every = np.ones(targets.shape[1])
    x = np.concatenate([np.tensordot(E_y, o, axes=1), np.multiply.outer(context, every)])
    a, caches = lstm_states(x, context, p)
    z = np.tensordot(p["Wy"], a, axes=1) + p["by"][:, :, None]
    log_y = log_softmax(z)
    out = output_layer_gradients(log_y, targets, mask, a, p["Wy"])
    back = lstm_backward(out["da"], caches)
    of_tokens, of_context = np.split(back["dx"], [len(E_y)])
    back["dE_y"] = np.einsum("emt,vmt->ev", of_tokens, o)
    back["dcontext"] = back["da0"] + of_context @ every
    return translation_loss(log_y, targets, mask), {**out, **back}


def decoder_gradients__float32(targets, mask, context, parameters, sos):
    E_y = parameters["E_y"].astype(np.float32)
    p = {name: value.astype(np.float32) for name, value in parameters["decoder"].items()}
    before, n_e = teacher_forcing(targets, sos), E_y.shape[0]
    context = context.astype(np.float32)
    x = np.concatenate(
        [E_y[:, before], np.broadcast_to(context[:, :, None], (*context.shape, before.shape[1]))]
    )
    a, caches = lstm_states(x, context, p)
    log_y = log_softmax(np.einsum("va,amt->vmt", p["Wy"], a) + p["by"][:, np.newaxis])
    out = output_layer_gradients(log_y, targets, mask, a, p["Wy"])
    back = lstm_backward(out["da"].astype(np.float32), caches)
    dE_y = look_up_backward(back["dx"][:n_e].reshape(n_e, before.size), before.ravel(), E_y.shape[1])
    dcontext = back["da0"] + back["dx"][n_e:].sum(axis=-1)
    return translation_loss(log_y, targets, mask), {**back, **out, "dE_y": dE_y, "dcontext": dcontext}


def decoder_gradients__one_by_one(targets, mask, context, parameters, sos):
    """Each example cut to its own length; losses and gradients weighted by its share of the tokens."""
    E_y, p = parameters["E_y"], parameters["decoder"]
    (n_a, m), n_e = context.shape, len(E_y)
    loss, total = 0.0, {"dE_y": np.zeros(E_y.shape), "dcontext": np.zeros((n_a, m))}
    for i in range(m):
        length = int(mask[i].sum())
        true, real = targets[i : i + 1, :length], np.ones((1, length), dtype=bool)
        share = length / mask.sum()
        fed = teacher_forcing(true, sos)
        own = context[:, i : i + 1]
        x = np.concatenate([E_y[:, fed], np.tile(own[:, :, None], length)])
        a, caches = lstm_states(x, own, p)
        log_y = log_softmax((p["Wy"] @ a[:, 0] + p["by"])[:, np.newaxis])
        out = output_layer_gradients(log_y, true, real, a, p["Wy"])
        back = lstm_backward(out["da"], caches)
        loss += share * translation_loss(log_y, true, real)
        total["dcontext"][:, i] = share * (back["da0"][:, 0] + back["dx"][n_e:, 0].sum(axis=1))
        for t in range(length):
            total["dE_y"][:, fed[0, t]] += share * back["dx"][:n_e, 0, t]
        for name, value in {**back, "dWy": out["dWy"], "dby": out["dby"]}.items():
            if name not in ("dx", "da0"):
                total[name] = total.get(name, 0) + share * value
    return loss, total


def encoder_gradients__one_by_one(dcontext, tokens, mask, parameters):
    E_x, p = parameters["E_x"], parameters["encoder"]
    total = {"dE_x": np.zeros(E_x.shape)}
    for i in range(len(tokens)):
        real = tokens[i, : int(mask[i].sum())]
        a, caches = lstm_states(E_x[:, real][:, np.newaxis], np.zeros((len(dcontext), 1)), p)
        da = np.zeros(a.shape)
        da[:, 0, -1] = dcontext[:, i]
        back = lstm_backward(da, caches)
        for token, column in zip(real, back["dx"][:, 0].T, strict=True):
            total["dE_x"][:, token] += column
        for name in back:
            if name not in ("dx", "da0"):
                total[name] = total.get(name, 0) + back[name]
    return total


def encoder_gradients__loops(dcontext, tokens, mask, parameters):
    E_x = parameters["E_x"]
    a, caches = lstm_states(E_x[:, tokens], np.zeros(dcontext.shape), parameters["encoder"])
    da = np.zeros(a.shape)
    for i in range(tokens.shape[0]):
        da[:, i, int(mask[i].sum()) - 1] = dcontext[:, i]
    gradients = dict(lstm_backward(da, caches))
    gradients["dE_x"] = np.zeros(E_x.shape)
    np.add.at(gradients["dE_x"].T, tokens, np.moveaxis(gradients["dx"], 0, 2))
    return gradients


def encoder_gradients__one_hot(dcontext, tokens, mask, parameters):
    E_x = parameters["E_x"]
    a, caches = lstm_states(E_x[:, tokens], np.zeros_like(dcontext), parameters["encoder"])
    last = np.arange(tokens.shape[1]) == mask.sum(axis=1)[:, None] - 1
    back = lstm_backward(dcontext[:, :, None] * last, caches)
    back["dE_x"] = np.einsum("emt,mtv->ev", back["dx"], np.eye(E_x.shape[1])[tokens])
    return back


def encoder_gradients__float32(dcontext, tokens, mask, parameters):
    E_x = parameters["E_x"].astype(np.float32)
    p = {name: value.astype(np.float32) for name, value in parameters["encoder"].items()}
    a, caches = lstm_states(E_x[:, tokens], np.zeros(dcontext.shape, np.float32), p)
    da = np.zeros(a.shape, np.float32)
    da[:, np.arange(len(tokens)), mask.sum(axis=1).astype(int) - 1] = dcontext
    back = lstm_backward(da, caches)
    dE_x = look_up_backward(back["dx"].reshape(len(E_x), tokens.size), tokens.ravel(), E_x.shape[1])
    return {**back, "dE_x": dE_x}


def greedy_decode__one_by_one(tokens, mask, parameters, sos, eos, longest):
    context = encoder_context(tokens, mask, parameters)
    translations = []
    for i in range(len(tokens)):
        own = a = context[:, [i]]
        c, token, text = np.zeros((len(context), 1)), sos, []
        while len(text) < longest:
            a, c, log_y = decoder_step(np.array([token]), own, a, c, parameters)
            token = int(np.argmax(log_y[:, 0]))
            if token == eos:
                break
            text.append(token)
        translations.append(text)
    return translations


def greedy_decode__cut_afterwards(tokens, mask, parameters, sos, eos, longest):
    """All write to the last step; each is cut at its first end."""
    context = a = encoder_context(tokens, mask, parameters)
    c, token, steps = np.zeros(a.shape), np.full(tokens.shape[0], sos), []
    for _ in range(longest):
        a, c, log_y = decoder_step(token, context, a, c, parameters)
        token = np.argmax(log_y, axis=0)
        steps.append(token)
    rows = np.array(steps).T.tolist()
    return [row[: row.index(eos)] if eos in row else row for row in rows]


def greedy_decode__only_the_unfinished(tokens, mask, parameters, sos, eos, longest):
    """Those that have ended are taken out of the batch."""
    context = encoder_context(tokens, mask, parameters)
    a, c, open_ones = context, np.zeros_like(context), np.arange(len(tokens))
    token, texts = np.full(len(tokens), sos), [[] for _ in tokens]
    for _ in range(longest):
        a, c, log_y = decoder_step(token, context[:, open_ones], a, c, parameters)
        token = log_y.argmax(0)
        going = token != eos
        a, c, token, open_ones = a[:, going], c[:, going], token[going], open_ones[going]
        for i, index in zip(open_ones, token, strict=True):
            texts[i].append(index)
        if not len(open_ones):
            break
    return texts


def greedy_decode__padded_with_the_end(tokens, mask, parameters, sos, eos, longest):
    """Of what has ended, the end token is fed and written again; it is taken out at last."""
    context = a = encoder_context(tokens, mask, parameters)
    m = a.shape[1]
    c, written, ended = a * 0, np.full((m, longest + 1), eos), np.zeros(m, bool)
    written[:, 0] = sos
    for t in range(longest):
        a, c, log_y = decoder_step(written[:, t], context, a, c, parameters)
        written[:, t + 1] = np.where(ended, eos, np.argmax(log_y, axis=0))
        ended = ended | (written[:, t + 1] == eos)
    return [[int(token) for token in row[1:] if token != eos] for row in written]


def exact_match__counters(decoded, targets, groups):
    hits, sizes = {}, {}
    for i in range(len(groups)):
        group = groups[i]
        sizes[group] = sizes.get(group, 0) + 1
        hits[group] = hits.get(group, 0) + int(decoded[i] == targets[i])
    return {group: hits[group] / sizes[group] for group in sizes}


def exact_match__arrays(decoded, targets, groups):
    right = np.array([tuple(a) == tuple(b) for a, b in zip(decoded, targets, strict=True)])
    return {int(group): right[np.array(groups) == group].mean() for group in np.unique(groups)}


def exact_match__tokens(decoded, targets, groups):
    shares = {}
    for group in sorted(set(groups)):
        rows = [(a, b) for a, b, g in zip(decoded, targets, groups, strict=True) if g == group]
        good = 0
        for a, b in rows:
            if len(a) == len(b) and all(x == y for x, y in zip(a, b, strict=True)):
                good += 1
        shares[group] = good / len(rows)
    return shares


def exact_match__averages(decoded, targets, groups):
    results = {}
    for found, true, group in zip(decoded, targets, groups, strict=True):
        results.setdefault(group, []).append(float(np.array_equal(found, true)))
    return {group: float(np.mean(values)) for group, values in results.items()}


STYLES = {
    "lstm_states": ("filled", "whole_cell", "cells", "float32"),
    "encoder_context": ("one_by_one", "loops", "last_by_weights", "float32"),
    "log_softmax": ("log_sum", "logaddexp", "columns", "float32"),
    "decoder_step": ("whole_cell", "by_hand", "one_by_one", "float32"),
    "teacher_forcing": ("concatenated", "rolled", "lists", "loops"),
    "decoder_forward": ("as_a_sequence", "without_shifting", "one_by_one", "float32"),
    "translation_loss": ("loops", "chosen", "one_hot", "float32"),
    "output_layer_gradients": ("loops", "columns", "of_06", "float32"),
    "decoder_gradients": ("forward_first", "one_hot", "float32", "one_by_one"),
    "encoder_gradients": ("one_by_one", "loops", "one_hot", "float32"),
    "greedy_decode": ("one_by_one", "cut_afterwards", "only_the_unfinished", "padded_with_the_end"),
    "exact_match": ("counters", "arrays", "tokens", "averages"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
