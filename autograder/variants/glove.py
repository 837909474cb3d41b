"""Right answers to the exercises of 11-glove in other styles."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from seqlib.glove import adagrad_step, glove_errors, glove_gradients, glove_loss, glove_weights


def cooccurrence_counts__dense(sentences, window):
    V = 1 + max(token for sentence in sentences for token in sentence)
    X = np.zeros((V, V))
    for sentence in sentences:
        for i in range(len(sentence)):
            for d in range(1, window + 1):
                if i + d < len(sentence):
                    X[sentence[i], sentence[i + d]] += 1 / d
                    X[sentence[i + d], sentence[i]] += 1 / d
    rows, columns = np.nonzero(X)
    return rows, columns, X[rows, columns]


def cooccurrence_counts__whole_corpus(sentences, window):
    """All pairs of one distance at once, then a sparse table."""
    tokens = np.concatenate([np.array(sentence, dtype=int) for sentence in sentences])
    numbers = np.repeat(np.arange(len(sentences)), [len(sentence) for sentence in sentences])
    V = tokens.max() + 1
    X = sparse.csr_matrix((V, V))
    for d in range(1, min(window, len(tokens) - 1) + 1):
        same = numbers[d:] == numbers[:-d]
        left, right = tokens[:-d][same], tokens[d:][same]
        right_of = sparse.csr_matrix((np.full(len(left), 1 / d), (left, right)), shape=(V, V))
        X = X + right_of + right_of.T
    X = X.tocsr()
    X.sort_indices()
    X = X.tocoo()
    return X.row, X.col, X.data


def cooccurrence_counts__rows_of_dicts(sentences, window):
    X = defaultdict(lambda: defaultdict(float))
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for j, other in enumerate(sentence):
                if 1 <= abs(i - j) <= window:
                    X[word][other] += 1.0 / abs(j - i)
    entries = [(i, j, X[i][j]) for i in sorted(X) for j in sorted(X[i])]
    rows, columns, values = zip(*entries, strict=True)
    return np.array(rows), np.array(columns), list(values)


def cooccurrence_counts__keys(sentences, window):
    """One number for each place of the table, sorted and added up."""
    V = 1 + max(max(sentence, default=0) for sentence in sentences)
    keys, weights = [], []
    for s in sentences:
        for i in range(len(s)):
            for j in range(max(i - window, 0), i):
                keys += [s[i] * V + s[j], s[j] * V + s[i]]
                weights += [1 / (i - j)] * 2
    places, where = np.unique(keys, return_inverse=True)
    return places // V, places % V, np.bincount(where, weights).astype(np.float32)


def asymmetry__dense(rows, columns, values):
    V = max(rows.max(), columns.max()) + 1
    X = np.zeros((V, V))
    X[rows, columns] = values
    return np.abs(X - X.T).max()


def asymmetry__sparse(rows, columns, values):
    V = max(rows.max(), columns.max()) + 1
    X = sparse.coo_matrix((values, (rows, columns)), shape=(V, V)).tocsr()
    return abs(X - X.T).max()


def asymmetry__scan(rows, columns, values):
    largest = 0.0
    for i, j, value in zip(rows, columns, values, strict=True):
        mirror = 0.0
        for k in range(len(rows)):
            if rows[k] == j and columns[k] == i:
                mirror = values[k]
        largest = max(largest, abs(value - mirror))
    return largest


def asymmetry__merged(rows, columns, values):
    """Each unordered pair gets the entry above the diagonal, less the one below."""
    difference = defaultdict(float)
    for i, j, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        if i != j:
            difference[min(i, j), max(i, j)] += value if i < j else -value
    return np.float32(max(map(abs, difference.values()), default=0.0))


def probability_ratios__dense(rows, columns, values, first, second, probes):
    V = max(rows.max(), columns.max(), max(probes)) + 1
    X = np.zeros((V, V))
    X[rows, columns] = values
    P = X[[first, second]] / X[[first, second]].sum(axis=1, keepdims=True)
    return P[0, probes] / P[1, probes]


def probability_ratios__dicts(rows, columns, values, first, second, probes):
    X = {(i, j): x for i, j, x in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)}
    total = {word: sum(x for (i, _), x in X.items() if i == word) for word in (first, second)}
    ratios = []
    for k in probes.tolist():
        ratios.append(X.get((first, k), 0) / total[first] / (X.get((second, k), 0) / total[second]))
    return ratios


def probability_ratios__bincount(rows, columns, values, first, second, probes):
    V = max(columns.max(), probes.max()) + 1
    near = [np.bincount(columns[rows == word], values[rows == word], minlength=V) for word in (first, second)]
    return near[0][probes] / near[1][probes] * near[1].sum() / near[0].sum()


def probability_ratios__sparse_float32(rows, columns, values, first, second, probes):
    V = max(rows.max(), columns.max(), probes.max()) + 1
    X = sparse.csr_matrix((values.astype(np.float32), (rows, columns)), shape=(V, V))
    top, bottom = X[[first], :].toarray()[0], X[[second], :].toarray()[0]
    return (top / top.sum())[probes] / (bottom / bottom.sum())[probes]


def glove_weights__where(values, x_max, alpha):
    return np.where(values < x_max, (values / x_max) ** alpha, 1.0)


def glove_weights__loop(values, x_max, alpha):
    weights = []
    for value in values:
        weights.append(1 if value >= x_max else float(value / x_max) ** alpha)
    return weights


def glove_weights__capped_first(values, x_max, alpha):
    return np.power(np.clip(values, 0, x_max) / x_max, alpha)


def glove_weights__float32(values, x_max, alpha):
    f = (values.astype(np.float32) / np.float32(x_max)) ** np.float32(alpha)
    f[f > 1] = 1
    return f


def glove_errors__loop(parameters, rows, columns, values):
    errors = np.zeros(len(values))
    for k in range(len(values)):
        if values[k] > 0:
            i, j = rows[k], columns[k]
            score = (
                parameters["Theta"][i] @ parameters["E"][:, j] + parameters["b"][i] + parameters["b_prime"][j]
            )
            errors[k] = score - np.log(values[k])
    return errors


def glove_errors__dense(parameters, rows, columns, values):
    """The scores of all places, of which those that are asked are taken."""
    Z = parameters["Theta"] @ parameters["E"] + parameters["b"][:, None] + parameters["b_prime"]
    with np.errstate(divide="ignore"):
        errors = Z[rows, columns] - np.log(values)
    return np.where(values == 0, 0.0, errors)


def glove_errors__one_column_more(parameters, rows, columns, values):
    """The biases as further features, beside ones."""
    ones = np.ones((len(parameters["b"]), 1))
    left = np.hstack([parameters["Theta"], parameters["b"][:, None], ones])
    right = np.hstack([parameters["E"].T, ones, parameters["b_prime"][:, None]])
    errors = (left[rows] * right[columns]).sum(axis=1)
    there = values > 0
    errors[there] -= np.log(values[there])
    return errors * there


def glove_errors__float32(parameters, rows, columns, values):
    P = {name: value.astype(np.float32) for name, value in parameters.items()}
    e = np.take(P["E"], columns, axis=1).T
    score = np.einsum("kn,kn->k", P["Theta"][rows], e) + P["b"][rows] + P["b_prime"][columns]
    logs = np.log(np.maximum(values, 1e-30).astype(np.float32))
    return (score - logs) * (values > 0)


def glove_loss__loop(parameters, rows, columns, values, x_max, alpha):
    total = 0.0
    for f, error in zip(
        glove_weights(values, x_max, alpha), glove_errors(parameters, rows, columns, values), strict=True
    ):
        total += f * error * error
    return total


def glove_loss__dot(parameters, rows, columns, values, x_max, alpha):
    errors = glove_errors(parameters, rows, columns, values)
    return (glove_weights(values, x_max, alpha) * errors) @ errors


def glove_loss__by_itself(parameters, rows, columns, values, x_max, alpha):
    there = values > 0
    rows, columns, values = rows[there], columns[there], values[there]
    theta, e = parameters["Theta"][rows], parameters["E"].T[columns]
    errors = (theta * e).sum(axis=1) + parameters["b"][rows] + parameters["b_prime"][columns] - np.log(values)
    f = np.where(values < x_max, values / x_max, 1) ** alpha
    return np.sum(f * np.square(errors))


def glove_loss__float32(parameters, rows, columns, values, x_max, alpha):
    errors = glove_errors(parameters, rows, columns, values).astype(np.float32)
    f = glove_weights(values, x_max, alpha).astype(np.float32)
    return np.einsum("k,k,k->", f, errors, errors)


def glove_gradients__loop(parameters, rows, columns, values, x_max, alpha):
    f = glove_weights(values, x_max, alpha)
    errors = glove_errors(parameters, rows, columns, values)
    dE, dTheta = np.zeros(parameters["E"].shape), np.zeros(parameters["Theta"].shape)
    db, db_prime = np.zeros(parameters["b"].shape), np.zeros(parameters["b_prime"].shape)
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        d = 2 * f[k] * errors[k]
        dTheta[i] += d * parameters["E"][:, j]
        dE[:, j] += d * parameters["Theta"][i]
        db[i] += d
        db_prime[j] += d
    return {"dE": dE, "dTheta": dTheta, "db": db, "db_prime": db_prime}


def glove_gradients__dense(parameters, rows, columns, values, x_max, alpha):
    """What comes to each score, as a table."""
    V = len(parameters["b"])
    D = np.zeros((V, V))
    D[rows, columns] = (
        2 * glove_weights(values, x_max, alpha) * glove_errors(parameters, rows, columns, values)
    )
    return {
        "db": D.sum(axis=1),
        "db_prime": D.sum(axis=0),
        "dTheta": D @ parameters["E"].T,
        "dE": parameters["Theta"].T @ D,
    }


def glove_gradients__sparse(parameters, rows, columns, values, x_max, alpha):
    V = len(parameters["b"])
    d = 2 * glove_weights(values, x_max, alpha) * glove_errors(parameters, rows, columns, values)
    D = sparse.csr_matrix((d, (rows, columns)), shape=(V, V))
    return {
        "dE": (D.T @ parameters["Theta"]).T,
        "dTheta": D @ parameters["E"].T,
        "db": np.bincount(rows, d, minlength=V),
        "db_prime": np.bincount(columns, d, minlength=V),
    }


def glove_gradients__one_hot_float32(parameters, rows, columns, values, x_max, alpha):
    P = {name: value.astype(np.float32) for name, value in parameters.items()}
    V = len(P["b"])
    f = glove_weights(values, x_max, alpha).astype(np.float32)
    d = 2 * f * glove_errors(P, rows, columns, values).astype(np.float32)
    of_rows, of_columns = np.eye(V, dtype=np.float32)[:, rows], np.eye(V, dtype=np.float32)[:, columns]
    return {
        "dTheta": np.einsum("vk,k,nk->vn", of_rows, d, P["E"][:, columns]),
        "dE": np.einsum("vk,k,kn->nv", of_columns, d, P["Theta"][rows]),
        "db": of_rows @ d,
        "db_prime": of_columns @ d,
    }


def adagrad_step__in_two_rounds(parameters, gradients, sums, learning_rate):
    sums = {name: sums[name] + np.square(gradients["d" + name]) for name in sums}
    rates = {name: learning_rate / np.sqrt(total) for name, total in sums.items()}
    return {name: parameters[name] - rates[name] * gradients["d" + name] for name in parameters}, sums


def adagrad_step__with_epsilon(parameters, gradients, sums, learning_rate):
    """With the small number that other texts add, so that nothing is divided by 0."""
    new, totals = dict(parameters), dict(sums)
    for name in ("E", "Theta", "b", "b_prime"):
        g = gradients[f"d{name}"]
        totals[name] = totals[name] + g * g
        new[name] = new[name] - learning_rate * g / (np.sqrt(totals[name]) + 1e-8)
    return new, totals


def adagrad_step__loops(parameters, gradients, sums, learning_rate):
    new = {name: value.copy() for name, value in parameters.items()}
    totals = {name: value.copy() for name, value in sums.items()}
    for name in new:
        for place in np.ndindex(new[name].shape):
            g = gradients["d" + name][place]
            totals[name][place] += g**2
            new[name][place] -= learning_rate * g * totals[name][place] ** -0.5
    return [new, totals]


def adagrad_step__float32(parameters, gradients, sums, learning_rate):
    new, totals = {}, {}
    for name in parameters:
        g = gradients[f"d{name}"].astype(np.float32)
        totals[name] = sums[name].astype(np.float32) + g**2
        new[name] = parameters[name].astype(np.float32) - np.float32(learning_rate) * g / np.sqrt(
            totals[name]
        )
    return new, totals


def train_glove__indexed(parameters, batches, x_max, alpha, learning_rate):
    sums = {name: np.ones(value.shape) for name, value in parameters.items()}
    losses = np.zeros(len(batches))
    for i in range(len(batches)):
        losses[i] = glove_loss(parameters, *batches[i], x_max, alpha)
        gradients = glove_gradients(parameters, *batches[i], x_max, alpha)
        parameters, sums = adagrad_step(parameters, gradients, sums, learning_rate)
    return parameters, losses


def train_glove__in_place(parameters, batches, x_max, alpha, learning_rate):
    own = {name: value.copy() for name, value in parameters.items()}
    squares = {name: np.zeros_like(value) for name, value in own.items()}
    losses = []
    for batch in batches:
        losses.append(glove_loss(own, *batch, x_max, alpha))
        gradients = glove_gradients(own, *batch, x_max, alpha)
        for name in own:
            squares[name] += gradients[f"d{name}"] ** 2
            own[name] -= learning_rate * gradients[f"d{name}"] / np.sqrt(1 + squares[name])
    return own, losses


def train_glove__recursive(parameters, batches, x_max, alpha, learning_rate):
    def further(parameters, sums, batches):
        if not batches:
            return parameters, []
        (rows, columns, values), *rest = batches
        loss = glove_loss(parameters, rows, columns, values, x_max, alpha)
        gradients = glove_gradients(parameters, rows, columns, values, x_max, alpha)
        parameters, losses = further(*adagrad_step(parameters, gradients, sums, learning_rate), rest)
        return parameters, [loss, *losses]

    return further(parameters, {name: value * 0 + 1 for name, value in parameters.items()}, list(batches))


def train_glove__float32(parameters, batches, x_max, alpha, learning_rate):
    parameters = {name: value.astype(np.float32) for name, value in parameters.items()}
    sums = {name: np.ones_like(value) for name, value in parameters.items()}
    losses = []
    for rows, columns, values in batches:
        values = values.astype(np.float32)
        losses.append(np.float32(glove_loss(parameters, rows, columns, values, x_max, alpha)))
        gradients = glove_gradients(parameters, rows, columns, values, x_max, alpha)
        gradients = {name: value.astype(np.float32) for name, value in gradients.items()}
        parameters, sums = adagrad_step(parameters, gradients, sums, np.float32(learning_rate))
    return parameters, losses


def final_vectors__loop(E, Theta):
    vectors = np.zeros(E.shape)
    for word in range(E.shape[1]):
        vectors[:, word] = E[:, word] + Theta[word]
    return vectors


def final_vectors__turned(E, Theta):
    return (Theta + E.T).T


def final_vectors__einsum(E, Theta):
    return np.einsum("nv->nv", E) + np.einsum("vn->nv", Theta)


def final_vectors__float32(E, Theta):
    return np.add(E.astype(np.float32), np.transpose(Theta).astype(np.float32))


STYLES = {
    "cooccurrence_counts": ("dense", "whole_corpus", "rows_of_dicts", "keys"),
    "asymmetry": ("dense", "sparse", "scan", "merged"),
    "probability_ratios": ("dense", "dicts", "bincount", "sparse_float32"),
    "glove_weights": ("where", "loop", "capped_first", "float32"),
    "glove_errors": ("loop", "dense", "one_column_more", "float32"),
    "glove_loss": ("loop", "dot", "by_itself", "float32"),
    "glove_gradients": ("loop", "dense", "sparse", "one_hot_float32"),
    "adagrad_step": ("in_two_rounds", "with_epsilon", "loops", "float32"),
    "train_glove": ("indexed", "in_place", "recursive", "float32"),
    "final_vectors": ("loop", "turned", "einsum", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
