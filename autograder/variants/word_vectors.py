"""Right answers to 09-word-vectors in other styles, each written from the formulas; the checks must accept them all.

The source of each function stands by itself in a learner's notebook: besides the notebook's own names (np, earlier
exercises) it needs nothing.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.word_vectors import (
    analogy,
    cosine_similarity,
    equalise,
    nearest_words,
    neutralise,
    unit_columns,
)


def one_hot_product__loops(E, indices):
    n_e, V = E.shape
    O, e = np.zeros((V, len(indices))), np.zeros((n_e, len(indices)))
    for j, word in enumerate(indices):
        O[word, j] = 1.0
        for i in range(n_e):
            e[i, j] = sum(E[i, w] * O[w, j] for w in range(V))
    return O, e


def one_hot_product__eye(E, indices):
    O = np.eye(E.shape[1])[:, indices]
    return O, np.dot(E, O)


def one_hot_product__compared(E, indices):
    O = (np.arange(E.shape[1])[:, None] == np.asarray(indices)[None, :]).astype(np.float32)
    return [O, np.einsum("ev,vm->em", E.astype(np.float32), O)]


def one_hot_product__set(E, indices):
    O = np.zeros((E.shape[1], len(indices)), dtype=int)
    for column, word in zip(O.T, indices, strict=True):
        column[word] = 1
    return O, E.dot(O)


def look_up_vectors__loops(E, indices):
    m, T_x = indices.shape
    x = np.zeros((E.shape[0], m, T_x))
    for i in range(m):
        for t in range(T_x):
            x[:, i, t] = E[:, indices[i, t]]
    return x


def look_up_vectors__take(E, indices):
    return np.take(E.astype(np.float32), indices, axis=1)


def look_up_vectors__rows_moved(E, indices):
    return np.moveaxis(E.T[indices], -1, 0)


def look_up_vectors__product(E, indices):
    one_hot = np.eye(E.shape[1])[indices]
    return np.einsum("ev,mtv->emt", E, one_hot)


def look_up_backward__loop(de, indices, V):
    dE = np.zeros((de.shape[0], V))
    for j in range(len(indices)):
        dE[:, indices[j]] += de[:, j]
    return dE


def look_up_backward__product(de, indices, V):
    O = np.zeros((V, len(indices)))
    O[indices, range(len(indices))] = 1
    return de @ O.T


def look_up_backward__words(de, indices, V):
    return np.stack([de[:, np.asarray(indices) == word].sum(axis=1) for word in range(V)], axis=1)


def look_up_backward__float32(de, indices, V):
    dE = np.zeros((len(de), V), np.float32)
    np.add.at(dE, (slice(None), indices), de.astype(np.float32))
    return dE


def cosine_similarity__loops(u, v):
    product = uu = vv = 0.0
    for a, b in zip(u, v, strict=True):
        product, uu, vv = product + a * b, uu + a * a, vv + b * b
    return 0.0 if uu == 0 or vv == 0 else product / (uu**0.5 * vv**0.5)


def cosine_similarity__units(u, v):
    if not (np.any(u) and np.any(v)):
        return 0
    return np.sum((u / np.sqrt(np.sum(u**2))) * (v / np.sqrt(np.sum(v**2))))


def cosine_similarity__float32(u, v):
    u, v = u.astype(np.float32), v.astype(np.float32)
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    return np.dot(u, v) / lengths if lengths else np.float32(0)


def cosine_similarity__einsum(u, v):
    lengths = np.sqrt(np.einsum("i,i,j,j->", u, u, v, v))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.einsum("i,i->", u, v) / lengths)


def unit_columns__loop(E):
    unit = E.copy()
    for j in range(E.shape[1]):
        length = np.sqrt((E[:, j] ** 2).sum())
        if length > 0:
            unit[:, j] = E[:, j] / length
    return unit


def unit_columns__where(E):
    lengths = np.sqrt(np.sum(E * E, axis=0))
    return E / np.where(lengths == 0, 1, lengths)


def unit_columns__float32(E):
    small = E.astype(np.float32)
    lengths = np.linalg.norm(small.T, axis=1)
    lengths[lengths == 0] = 1
    return (small.T / lengths[:, None]).T


def unit_columns__guarded(E):
    lengths = np.maximum(np.sqrt(np.einsum("ev,ev->v", E, E)), 1e-300)
    return np.einsum("ev,v->ev", E, 1 / lengths)


def nearest_words__sorted(e, E, k, leave_out):
    cosines = [cosine_similarity(e, E[:, word]) for word in range(E.shape[1])]
    allowed = [word for word in range(E.shape[1]) if word not in leave_out]
    words = sorted(allowed, key=lambda word: -cosines[word])[:k]
    return words, [cosines[word] for word in words]


def nearest_words__one_by_one(e, E, k, leave_out):
    similarities = unit_columns(E).T @ (e / np.linalg.norm(e))
    taken, words, cosines = set(leave_out), [], []
    while len(words) < k:
        best = max((w for w in range(len(similarities)) if w not in taken), key=lambda w: similarities[w])
        words.append(best)
        cosines.append(similarities[best])
        taken.add(best)
    return words, np.array(cosines)


def nearest_words__filtered(e, E, k, leave_out):
    lengths = np.linalg.norm(E, axis=0) * np.linalg.norm(e)
    cosines = np.einsum("e,ev->v", e, E) / np.where(lengths == 0, 1, lengths)
    order = np.lexsort((np.arange(len(cosines)), -cosines))
    words = order[~np.isin(order, leave_out)][:k]
    return words, cosines[words]


def nearest_words__float32(e, E, k, leave_out):
    small = unit_columns(E.astype(np.float32))
    cosines = small.T @ (e / np.linalg.norm(e)).astype(np.float32)
    cosines[leave_out] = -2
    words = np.argsort(-cosines, kind="mergesort")[:k]
    return words.astype(np.int32), cosines[words]


def analogy__loop(E, a, b, c):
    e_a, e_b, e_c = (E[:, word] / np.linalg.norm(E[:, word]) for word in (a, b, c))
    best, largest = None, -2.0
    for word in range(E.shape[1]):
        similarity = cosine_similarity(e_b - e_a + e_c, E[:, word])
        if word not in (a, b, c) and similarity > largest:
            best, largest = word, similarity
    return best


def analogy__all_neighbours(E, a, b, c):
    unit = unit_columns(E)
    words, _ = nearest_words(unit[:, c] + (unit[:, b] - unit[:, a]), E, 4, [])
    return next(word for word in words if word not in {a, b, c})


def analogy__distance(E, a, b, c):
    unit = unit_columns(E.astype(np.float32))
    target = unit[:, [b]] - unit[:, [a]] + unit[:, [c]]
    far = ((unit - target) ** 2).sum(axis=0)
    far[[a, b, c]] = np.inf
    return far.argmin()


def analogy__sum_of_cosines(E, a, b, c):
    unit = unit_columns(E)
    near = unit.T @ unit[:, b] - unit.T @ unit[:, a] + unit.T @ unit[:, c]
    near[a] = near[b] = near[c] = -9
    return int(np.argmax(near))


def analogy_accuracy__loop(E, questions):
    right = 0
    for a, b, c, d in questions:
        if analogy(E, a, b, c) == d:
            right += 1
    return right / len(questions)


def analogy_accuracy__table(E, questions):
    unit = unit_columns(E)
    a, b, c, d = np.asarray(questions).T
    near = (unit[:, b] - unit[:, a] + unit[:, c]).T @ unit
    for given in (a, b, c):
        near[np.arange(len(d)), given] = -np.inf
    return (near.argmax(axis=1) == d).mean()


def analogy_accuracy__map(E, questions):
    answers = np.array([analogy(E, *map(int, question[:3])) for question in questions])
    return np.float32(np.count_nonzero(answers == questions[:, 3])) / np.float32(answers.size)


def analogy_accuracy__recursive(E, questions):
    if len(questions) == 0:
        return 0.0
    *asked, wanted = questions[0].tolist()
    rest = len(questions) - 1
    return (float(analogy(E, *asked) == wanted) + rest * analogy_accuracy__recursive(E, questions[1:])) / (
        rest + 1
    )


def bias_direction__eigh(E, pairs):
    differences = E[:, pairs[:, 0]] - E[:, pairs[:, 1]]
    values, vectors = np.linalg.eigh(differences @ differences.T)
    g = vectors[:, -1]
    return np.sign(g @ differences.mean(axis=1)) * g, values[-1] / values.sum()


def bias_direction__power(E, pairs):
    """Multiplies by the covariance again and again, until only the largest component is left."""
    differences = np.array([E[:, a] - E[:, b] for a, b in pairs])
    covariance = differences.T @ differences
    g = differences.sum(axis=0) + 1e-3
    for _ in range(500):
        g = covariance @ g
        g = g / np.linalg.norm(g)
    share = g @ covariance @ g / np.trace(covariance)
    return (g if (differences @ g).sum() > 0 else -g), share


def bias_direction__rows(E, pairs):
    rows = []
    for first, second in pairs:
        middle = (E[:, first] + E[:, second]) / 2
        rows += [E[:, first] - middle, E[:, second] - middle]
    _, sizes, components = np.linalg.svd(np.array(rows))
    g = components[0]
    mean = np.mean([g @ E[:, first] - g @ E[:, second] for first, second in pairs])
    return [-g if mean < 0 else g, sizes[0] ** 2 / (sizes @ sizes)]


def bias_direction__float32(E, pairs):
    differences = (E[:, pairs[:, 0]] - E[:, pairs[:, 1]]).astype(np.float32)
    g, sizes, _ = np.linalg.svd(differences, full_matrices=False)
    g = g[:, 0] * np.sign(np.sum(g[:, 0] @ differences))
    return g, (sizes**2 / np.sum(sizes**2))[0]


def direct_bias__cosines(E, indices, g, strictness):
    return np.mean([abs(cosine_similarity(E[:, word], g)) ** strictness for word in indices])


def direct_bias__loop(E, indices, g, strictness):
    total = 0.0
    for word in indices:
        e = E[:, word]
        if np.any(e):
            total += np.power(np.abs((e @ g) / np.sqrt((e @ e) * (g @ g))), strictness)
    return total / len(indices)


def direct_bias__float32(E, indices, g, strictness):
    unit = unit_columns(E.astype(np.float32)).T[indices]
    direction = (g / np.linalg.norm(g)).astype(np.float32)
    return (np.abs(unit @ direction) ** np.float32(strictness)).mean()


def direct_bias__squares(E, indices, g, strictness):
    """The square of the cosine, to half the power."""
    chosen = E.T[indices]
    lengths = (chosen**2).sum(axis=1) * np.sum(g**2)
    squares = np.divide((chosen @ g) ** 2, lengths, where=lengths > 0, out=np.zeros(len(chosen)))
    return np.average(squares ** (strictness / 2))


def neutralise__unit(e, g):
    unit = g / np.linalg.norm(g)
    across = e - (e @ unit) * unit
    return across / np.sqrt(across @ across)


def neutralise__matrix(e, g):
    P = np.eye(len(g)) - np.outer(g, g) / np.dot(g, g)
    return P @ e / np.linalg.norm(P @ e)


def neutralise__sums(e, g):
    share = sum(a * b for a, b in zip(e, g, strict=True)) / sum(b * b for b in g)
    across = [a - share * b for a, b in zip(e, g, strict=True)]
    length = sum(a * a for a in across) ** 0.5
    return [a / length for a in across]


def neutralise__float32(e, g):
    e, g = e.astype(np.float32), g.astype(np.float32)
    across = e - g * (e.dot(g) / g.dot(g))
    return across / np.linalg.norm(across)


def equalise__as_published(u, v, g):
    """Bolukbasi and others, equation by equation, with the parts along g as vectors."""

    def part_along(x):
        return (x @ g) / (g @ g) * g

    mu = (u + v) / 2
    nu = mu - part_along(mu)
    rest = np.sqrt(1 - np.linalg.norm(nu) ** 2)
    return tuple(
        nu + rest * (part_along(x) - part_along(mu)) / np.linalg.norm(part_along(x) - part_along(mu))
        for x in (u, v)
    )


def equalise__mirror(u, v, g):
    unit = g / np.linalg.norm(g)
    across = (np.eye(len(g)) - np.outer(unit, unit)) @ (u + v) / 2
    ahead = across + np.sqrt(1 - np.sum(across**2)) * unit
    behind = ahead - 2 * (ahead @ unit) * unit
    return (ahead, behind) if u @ g > v @ g else (behind, ahead)


def equalise__direction(u, v, g):
    """The part of u - v along g, at length 1, is g or its opposite."""
    way = ((u - v) @ g) * g
    way = way / np.linalg.norm(way)
    middle = 0.5 * u + 0.5 * v
    across = middle - np.dot(middle, way) * way
    height = (1 - np.linalg.norm(across) ** 2) ** 0.5
    return [across + height * way, across - height * way]


def equalise__float32(u, v, g):
    u, v, unit = (x.astype(np.float32) for x in (u, v, g / np.linalg.norm(g)))
    across = (u + v) / 2 - ((u + v) / 2 @ unit) * unit
    height = np.sqrt(np.float32(1) - across @ across) * (1 if (u - v) @ unit > 0 else -1)
    return across + height * unit, across - height * unit


def debias__columns(E, neutral, pairs, g):
    columns = list(unit_columns(E).T)
    for first, second in pairs:
        columns[first], columns[second] = equalise(columns[first], columns[second], g)
    for word in neutral:
        columns[word] = neutralise(columns[word], g)
    return np.stack(columns, axis=1)


def debias__all_at_once(E, neutral, pairs, g):
    after, unit = unit_columns(E), g / np.linalg.norm(g)
    neutral, (first, second) = np.asarray(neutral), np.asarray(pairs).T
    across = after - np.outer(unit, unit @ after)
    after[:, neutral] = unit_columns(across)[:, neutral]
    middle = (across[:, first] + across[:, second]) / 2
    height = np.sqrt(1 - (middle**2).sum(axis=0)) * np.sign(unit @ (after[:, first] - after[:, second]))
    after[:, first] = middle + np.outer(unit, height)
    after[:, second] = middle - np.outer(unit, height)
    return after


def debias__by_hand(E, neutral, pairs, g):
    result = np.empty_like(E)
    for word in range(E.shape[1]):
        result[:, word] = E[:, word] / (np.sqrt(np.sum(E[:, word] ** 2)) or 1)
        if word in list(neutral):
            result[:, word] = neutralise(E[:, word], g)
    for pair in pairs:
        result[:, pair] = np.stack(equalise(result[:, pair[0]], result[:, pair[1]], g), axis=1)
    return result


def debias__float32(E, neutral, pairs, g):
    after = unit_columns(E.astype(np.float32))
    after[:, neutral] = np.stack([neutralise(after[:, word], g) for word in neutral], axis=1)
    for pair in pairs:
        after[:, pair] = np.transpose(equalise(*after[:, pair].T, g))
    return after


STYLES = {
    "one_hot_product": ("loops", "eye", "compared", "set"),
    "look_up_vectors": ("loops", "take", "rows_moved", "product"),
    "look_up_backward": ("loop", "product", "words", "float32"),
    "cosine_similarity": ("loops", "units", "einsum", "float32"),
    "unit_columns": ("loop", "where", "guarded", "float32"),
    "nearest_words": ("sorted", "one_by_one", "filtered", "float32"),
    "analogy": ("loop", "all_neighbours", "distance", "sum_of_cosines"),
    "analogy_accuracy": ("loop", "table", "map", "recursive"),
    "bias_direction": ("eigh", "power", "rows", "float32"),
    "direct_bias": ("cosines", "loop", "squares", "float32"),
    "neutralise": ("unit", "matrix", "sums", "float32"),
    "equalise": ("as_published", "mirror", "direction", "float32"),
    "debias": ("columns", "all_at_once", "by_hand", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
