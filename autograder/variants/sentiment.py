"""Right answers to 12-sentiment in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, softmax,
functions of earlier notebooks, earlier exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import softmax
from seqlib.lstm import lstm_backward, lstm_forward, lstm_gates
from seqlib.sentiment import average_gradients, lstm_last_state, masked_average, output_gradients
from seqlib.sequences import pad_batch


def sentence_batch__loops(sentences, index, unknown):
    longest = max(len(sentence) for sentence in sentences)
    tokens = np.zeros((len(sentences), longest), dtype=int)
    mask = np.zeros((len(sentences), longest), dtype=bool)
    for i, sentence in enumerate(sentences):
        for t, word in enumerate(sentence):
            if word in index:
                tokens[i, t] = index[word]
            else:
                tokens[i, t] = index[unknown]
            mask[i, t] = True
    return tokens, mask


def sentence_batch__lengths(sentences, index, unknown):
    lengths = np.array([len(sentence) for sentence in sentences])
    mask = np.arange(lengths.max()) < lengths[:, None]
    tokens = np.zeros(mask.shape, np.int32)
    tokens[mask] = [index.get(word, index[unknown]) for sentence in sentences for word in sentence]
    return [tokens, mask]


def sentence_batch__filled_lists(sentences, index, unknown):
    T_x = max(map(len, sentences))
    numbers = [[index[w] if w in index else index[unknown] for w in s] for s in sentences]
    tokens = np.array([row + [0] * (T_x - len(row)) for row in numbers], dtype=np.int64)
    mask = np.array([[t < len(row) for t in range(T_x)] for row in numbers])
    return tokens, mask


def sentence_batch__padded(sentences, index, unknown):
    rows = []
    for sentence in sentences:
        rows.append([index.get(word, index[unknown]) for word in sentence])
    return pad_batch(rows, value=0)


def masked_average__loops(x, mask):
    n_e, m, T_x = x.shape
    h = np.zeros((n_e, m))
    for i in range(m):
        words = 0
        for t in range(T_x):
            if mask[i, t]:
                h[:, i] += x[:, i, t]
                words += 1
        if words:
            h[:, i] /= words
    return h


def masked_average__einsum(x, mask):
    lengths = mask.sum(axis=1)
    weights = np.divide(mask, lengths[:, None], where=lengths[:, None] > 0, out=np.zeros(mask.shape))
    return np.einsum("emt,mt->em", x, weights)


def masked_average__chosen(x, mask):
    columns = []
    for i in range(len(mask)):
        real = x[:, i, mask[i]]
        columns.append(real.mean(axis=1) if real.size else np.zeros(len(x)))
    return np.stack(columns, axis=1)


def masked_average__float32(x, mask):
    x = x.astype(np.float32)
    return (x * mask).sum(axis=2) / np.maximum(mask.sum(axis=1), 1).astype(np.float32)


def average_probabilities__steps(tokens, mask, parameters):
    E, Wy, by = parameters["E"], parameters["Wy"], parameters["by"]
    vectors = E[:, tokens]
    average = masked_average(vectors, mask)
    scores = np.dot(Wy, average) + by
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


def average_probabilities__loops(tokens, mask, parameters):
    y = []
    for row, real in zip(tokens, mask, strict=True):
        words = row[real]
        h = sum(parameters["E"][:, word] for word in words) / len(words)
        y.append(softmax(parameters["Wy"] @ h + parameters["by"][:, 0]))
    return np.array(y).T


def average_probabilities__counts(tokens, mask, parameters):
    """Scores of each word first: the average of scores is the score of the average."""
    V = parameters["E"].shape[1]
    bags = np.array([np.bincount(row[real], minlength=V) for row, real in zip(tokens, mask, strict=True)])
    z = parameters["Wy"] @ parameters["E"] @ (bags / bags.sum(axis=1, keepdims=True)).T
    return softmax(z + parameters["by"])


def average_probabilities__float32(tokens, mask, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    h = masked_average(small["E"][:, tokens], mask).astype(np.float32)
    return softmax(small["Wy"] @ h + small["by"])


def output_gradients__one_hot(h, labels, parameters):
    Wy, by = parameters["Wy"], parameters["by"]
    y_pred = softmax(Wy @ h + by)
    y = np.eye(len(Wy))[labels].T
    loss = np.mean(-np.sum(y * np.log(y_pred), axis=0))
    dz = (y_pred - y) / h.shape[1]
    return loss, {"dWy": np.dot(dz, h.T), "dby": np.sum(dz, axis=1).reshape(-1, 1), "dh": np.dot(Wy.T, dz)}


def output_gradients__loops(h, labels, parameters):
    Wy, by = parameters["Wy"], parameters["by"]
    m, loss = len(labels), 0.0
    dWy, dby, dh = np.zeros(Wy.shape), np.zeros(by.shape), np.zeros(h.shape)
    for i in range(m):
        dz = softmax(Wy @ h[:, i] + by[:, 0])
        loss -= np.log(dz[labels[i]])
        dz[labels[i]] -= 1
        dWy += np.outer(dz, h[:, i]) / m
        dby[:, 0] += dz / m
        dh[:, i] = Wy.T @ dz / m
    return loss / m, {"dWy": dWy, "dby": dby, "dh": dh}


def output_gradients__scores(h, labels, parameters):
    z = parameters["Wy"] @ h + parameters["by"]
    z = z - z.max(axis=0)
    log_sum = np.log(np.exp(z).sum(axis=0))
    m = h.shape[1]
    loss = (log_sum - z[labels, range(m)]).sum() / m
    dz = np.exp(z - log_sum)
    for i, label in enumerate(labels):
        dz[label, i] -= 1
    gradients = {"dWy": np.einsum("ym,hm->yh", dz, h), "dh": np.einsum("yh,ym->hm", parameters["Wy"], dz)}
    gradients["dby"] = dz.sum(axis=1)[:, None]
    return [loss, {name: value / m for name, value in gradients.items()}]


def output_gradients__float32(h, labels, parameters):
    h = h.astype(np.float32)
    Wy, by = parameters["Wy"].astype(np.float32), parameters["by"].astype(np.float32)
    y = softmax(Wy @ h + by).astype(np.float32)
    n = np.float32(len(labels))
    dz = y - (np.arange(len(Wy))[:, None] == labels).astype(np.float32)
    dz /= n
    loss = -np.log(y[labels, np.arange(len(labels))]).mean()
    return loss, {"dWy": dz @ h.T, "dby": dz.sum(axis=1, keepdims=True), "dh": Wy.T @ dz}


def average_gradients__loops(tokens, mask, labels, parameters):
    E = parameters["E"]
    h = masked_average(E[:, tokens], mask)
    loss, gradients = output_gradients(h, labels, parameters)
    dE = np.zeros(E.shape)
    for i in range(tokens.shape[0]):
        words = tokens[i][mask[i]]
        for word in words:
            dE[:, word] += gradients["dh"][:, i] / len(words)
    return loss, {"dE": dE, "dWy": gradients["dWy"], "dby": gradients["dby"]}


def average_gradients__bags(tokens, mask, labels, parameters):
    E = parameters["E"]
    bags = np.zeros((E.shape[1], len(tokens)))
    for i, row in enumerate(tokens):
        np.add.at(bags[:, i], row[mask[i]], 1)
    bags = bags / bags.sum(axis=0)
    loss, gradients = output_gradients(E @ bags, labels, parameters)
    gradients["dE"] = gradients["dh"] @ bags.T
    return loss, gradients


def average_gradients__real_words(tokens, mask, labels, parameters):
    E = parameters["E"]
    loss, gradients = output_gradients(masked_average(E[:, tokens], mask), labels, parameters)
    sentence, step = np.nonzero(mask)
    share = gradients.pop("dh")[:, sentence] / mask.sum(axis=1)[sentence]
    rows = np.zeros_like(E.T)
    np.add.at(rows, tokens[sentence, step], share.T)
    return loss, {**gradients, "dE": rows.T}


def average_gradients__float32(tokens, mask, labels, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    h = masked_average(small["E"][:, tokens], mask).astype(np.float32)
    loss, g = output_gradients(h, labels, small)
    dE = np.zeros_like(small["E"])
    for i in range(len(tokens)):
        for t in range(tokens.shape[1]):
            if mask[i, t]:
                dE[:, tokens[i, t]] += (g["dh"][:, i] / mask[i].sum()).astype(np.float32)
    return np.float32(loss), {"dE": dE, "dWy": g["dWy"], "dby": g["dby"]}


def train_average__loop(parameters, batches, learning_rate, frozen):
    parameters = {name: value.copy() for name, value in parameters.items()}
    losses = []
    for tokens, mask, labels in batches:
        loss, gradients = average_gradients(tokens, mask, labels, parameters)
        losses.append(loss)
        for name in ("E", "Wy", "by"):
            if name not in frozen:
                parameters[name] -= learning_rate * gradients["d" + name]
    return parameters, losses


def train_average__rates(parameters, batches, learning_rate, frozen):
    rates = {name: 0.0 if name in frozen else learning_rate for name in parameters}
    losses = np.zeros(len(batches))
    for k, batch in enumerate(batches):
        losses[k], gradients = average_gradients(*batch, parameters)
        parameters = {name: parameters[name] - rates[name] * gradients[f"d{name}"] for name in rates}
    return parameters, losses


def train_average__recursive(parameters, batches, learning_rate, frozen):
    if not batches:
        return parameters, []
    loss, gradients = average_gradients(*batches[0], parameters)
    stepped = dict(parameters)
    for name in set(parameters) - set(frozen):
        stepped[name] = parameters[name] + gradients[f"d{name}"] * -learning_rate
    last, losses = train_average__recursive(stepped, batches[1:], learning_rate, frozen)
    return last, [loss, *losses]


def train_average__float32(parameters, batches, learning_rate, frozen):
    parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    losses = []
    for tokens, mask, labels in batches:
        loss, gradients = average_gradients(tokens, mask, labels, parameters)
        losses.append(np.float32(loss))
        for name in parameters:
            if name not in frozen:
                step = np.float32(learning_rate) * gradients[f"d{name}"].astype(np.float32)
                parameters[name] = parameters[name] - step
    return parameters, losses


def lstm_last_state__kept(x, mask, parameters):
    n_e, m, T_x = x.shape
    n_a = parameters["Wf"].shape[0]
    a, c = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in range(T_x):
        real = mask[:, t]
        f, u, candidate, o = lstm_gates(x[:, :, t], a, parameters)
        memory = f * c + u * candidate
        shown = o * np.tanh(memory)
        c = real * memory + (1 - real) * c
        a = real * shown + (1 - real) * a
    return a


def lstm_last_state__one_by_one(x, mask, parameters):
    states = []
    for i in range(x.shape[1]):
        a = c = np.zeros((parameters["bf"].size, 1))
        for t in np.flatnonzero(mask[i]):
            f, u, candidate, o = lstm_gates(x[:, i : i + 1, t], a, parameters)
            c = f * c + u * candidate
            a = o * np.tanh(c)
        states.append(a[:, 0])
    return np.array(states).T


def lstm_last_state__real_columns(x, mask, parameters):
    a = np.zeros((parameters["bf"].shape[0], x.shape[1]))
    c = a.copy()
    for t in range(x.shape[2]):
        real = mask[:, t]
        if not real.any():
            continue
        f, u, candidate, o = lstm_gates(x[:, real, t], a[:, real], parameters)
        c[:, real] = f * c[:, real] + u * candidate
        a[:, real] = o * np.tanh(c[:, real])
    return a


def lstm_last_state__float32(x, mask, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    a = np.zeros((small["bf"].shape[0], x.shape[1]), np.float32)
    c = np.zeros_like(a)
    for t in range(x.shape[2]):
        f, u, candidate, o = (
            g.astype(np.float32) for g in lstm_gates(x[:, :, t].astype(np.float32), a, small)
        )
        c_next = f * c + u * candidate
        a = np.where(mask[:, t], o * np.tanh(c_next), a)
        c = np.where(mask[:, t], c_next, c)
    return a


def lstm_probabilities__steps(tokens, mask, parameters):
    x = parameters["E"][:, tokens]
    a = lstm_last_state(x, mask, parameters)
    z = np.dot(parameters["Wy"], a) + parameters["by"]
    return np.exp(z) / np.exp(z).sum(axis=0)


def lstm_probabilities__taken(tokens, mask, parameters):
    gates = {name: parameters[name] for name in parameters if name not in ("E", "Wy", "by")}
    a = lstm_last_state(np.take(parameters["E"], tokens, axis=1), mask, gates)
    return softmax(np.einsum("ya,am->ym", parameters["Wy"], a) + parameters["by"])


def lstm_probabilities__one_by_one(tokens, mask, parameters):
    columns = []
    for row, real in zip(tokens, mask, strict=True):
        x = parameters["E"][:, row[real]][:, np.newaxis]
        a = lstm_last_state(x, np.ones((1, real.sum()), dtype=bool), parameters)
        columns.append(softmax(parameters["Wy"] @ a + parameters["by"]))
    return np.hstack(columns)


def lstm_probabilities__float32(tokens, mask, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    a = lstm_last_state(small["E"][:, tokens], mask, small).astype(np.float32)
    return softmax(small["Wy"] @ a + small["by"])


def lstm_gradients__loops(tokens, mask, labels, parameters):
    E = parameters["E"]
    m, T_x = tokens.shape
    n_a = parameters["Wf"].shape[0]
    a, _, _, caches = lstm_forward(E[:, tokens], np.zeros((n_a, m)), parameters)
    last = [int(np.flatnonzero(mask[i])[-1]) for i in range(m)]
    h = np.stack([a[:, i, last[i]] for i in range(m)], axis=1)
    loss, gradients = output_gradients(h, labels, parameters)
    da = np.zeros((n_a, m, T_x))
    for i in range(m):
        da[:, i, last[i]] = gradients["dh"][:, i]
    gradients.update(lstm_backward(da, caches))
    gradients["dE"] = np.zeros(E.shape)
    for i in range(m):
        for t in range(T_x):
            gradients["dE"][:, tokens[i, t]] += gradients["dx"][:, i, t]
    return loss, gradients


def lstm_gradients__marked(tokens, mask, labels, parameters):
    E, lengths = parameters["E"], mask.sum(axis=1)
    ends = np.arange(tokens.shape[1]) == lengths[:, None] - 1
    a, _, _, caches = lstm_forward(
        np.take(E, tokens, axis=1), np.zeros((len(parameters["bo"]), len(tokens))), parameters
    )
    loss, output = output_gradients((a * ends).sum(axis=2), labels, parameters)
    inner = lstm_backward(np.einsum("am,mt->amt", output["dh"], ends), caches)
    dE = np.einsum("emt,mtv->ev", inner["dx"], np.eye(E.shape[1])[tokens])
    return loss, {**output, **inner, "dE": dE}


def lstm_gradients__one_by_one(tokens, mask, labels, parameters):
    m, total = len(labels), 0.0
    gradients = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    for i in range(m):
        words = tokens[i, mask[i]]
        x = parameters["E"][:, words][:, None, :]
        a, _, _, caches = lstm_forward(x, np.zeros_like(parameters["bf"]), parameters)
        loss, out = output_gradients(a[:, :, -1], labels[i : i + 1], parameters)
        da = np.zeros_like(a)
        da[:, :, -1] = out["dh"]
        found = {**lstm_backward(da, caches), **out}
        for name in gradients.keys() - {"dE"}:
            gradients[name] += found[name] / m
        np.add.at(gradients["dE"].T, words, found["dx"][:, 0].T / m)
        total += loss / m
    return total, gradients


def lstm_gradients__float32(tokens, mask, labels, parameters):
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    m = len(labels)
    a0 = np.zeros((small["bf"].shape[0], m), np.float32)
    a, _, _, caches = lstm_forward(small["E"][:, tokens], a0, small)
    last = mask.sum(axis=1) - 1
    loss, out = output_gradients(a[:, np.arange(m), last], labels, small)
    da = np.zeros(a.shape, np.float32)
    da[:, np.arange(m), last] = out["dh"]
    inner = lstm_backward(da, caches)
    dE = np.zeros_like(small["E"])
    np.add.at(dE.T, tokens[mask], inner["dx"][:, mask].T.astype(np.float32))
    return np.float32(loss), {**inner, **out, "dE": dE}


def confusion__loops(labels, predicted, n_y):
    counts = [[0] * n_y for _ in range(n_y)]
    right = 0
    for true, given in zip(labels, predicted, strict=True):
        counts[true][given] += 1
        right += true == given
    return right / len(labels), counts


def confusion__bins(labels, predicted, n_y):
    counts = np.bincount(labels * n_y + predicted, minlength=n_y * n_y).reshape(n_y, n_y)
    return np.mean(labels == predicted), counts


def confusion__compared(labels, predicted, n_y):
    counts = np.zeros((n_y, n_y))
    for k in range(n_y):
        for other in range(n_y):
            counts[k, other] = ((labels == k) & (predicted == other)).sum()
    return counts.diagonal().sum() / counts.sum(), counts


def confusion__one_hot(labels, predicted, n_y):
    counts = np.eye(n_y)[labels].T @ np.eye(n_y)[predicted]
    return [(labels == predicted).sum() / labels.size, counts]


def pair_scores__loops(labels, predicted):
    sentences = pairs = 0
    for true, given in zip(labels, predicted, strict=True):
        sentences += int(true[0] == given[0]) + int(true[1] == given[1])
        pairs += int(true[0] == given[0] and true[1] == given[1])
    return sentences / (2 * len(labels)), pairs / len(labels)


def pair_scores__product(labels, predicted):
    first, second = (labels == predicted).T
    return (first.mean() + second.mean()) / 2, (first * second).mean()


def pair_scores__counted(labels, predicted):
    right = (labels == predicted).sum(axis=1)
    return right.sum() / labels.size, np.count_nonzero(right == 2) / len(right)


def pair_scores__differences(labels, predicted):
    wrong = np.abs(labels - predicted)
    return np.mean(wrong == 0), np.mean(wrong.max(axis=1) == 0)


def start_from__loops(E, words, known, E_known):
    started = E.copy()
    found = []
    for i, word in enumerate(words):
        if word in known:
            started[:, i] = E_known[:, known.index(word)]
        found.append(word in known)
    return started, np.array(found)


def start_from__columns(E, words, known, E_known):
    vectors = dict(zip(known, E_known.T, strict=True))
    columns = [vectors.get(word, E[:, i]) for i, word in enumerate(words)]
    return np.stack(columns, axis=1), np.isin(words, known)


def start_from__where(E, words, known, E_known):
    place = {word: i for i, word in enumerate(known)}
    source = np.array([place.get(word, -1) for word in words])
    return np.where(source >= 0, E_known[:, source], E), source >= 0


def start_from__float32(E, words, known, E_known):
    started = E.astype(np.float32)
    found = np.zeros(len(words), dtype=bool)
    for column, word in zip(E_known.T, known, strict=True):
        if word in words:
            started[:, words.index(word)] = column
            found[words.index(word)] = True
    return started, found


STYLES = {
    "sentence_batch": ("loops", "lengths", "filled_lists", "padded"),
    "masked_average": ("loops", "einsum", "chosen", "float32"),
    "average_probabilities": ("steps", "loops", "counts", "float32"),
    "output_gradients": ("one_hot", "loops", "scores", "float32"),
    "average_gradients": ("loops", "bags", "real_words", "float32"),
    "train_average": ("loop", "rates", "recursive", "float32"),
    "lstm_last_state": ("kept", "one_by_one", "real_columns", "float32"),
    "lstm_probabilities": ("steps", "taken", "one_by_one", "float32"),
    "lstm_gradients": ("loops", "marked", "one_by_one", "float32"),
    "confusion": ("loops", "bins", "compared", "one_hot"),
    "pair_scores": ("loops", "product", "counted", "differences"),
    "start_from": ("loops", "columns", "where", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
