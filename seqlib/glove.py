"""GloVe by hand: counts of neighbours, weights, the loss with its gradients, AdaGrad, training.

Of a word i, θ_i is a row of Theta, shape (V, n_e), e_i a column of E, shape (n_e, V), and b_i and b′_i are numbers of b
and b_prime, both (V,). An entry of the table X of counts is a row i, a column j and a value X_ij: how often word j stands
near word i. Tables are three arrays (K,): rows, columns and values of the entries that are not 0.
Losses are sums over the entries, without a factor ½.
Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", 2014; lecture note 003. AdaGrad is that
of Duchi, Hazan and Singer (2011).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array
from seqlib.arguments import requires

Indices = NDArray[np.integer]
Parameters = Mapping[str, Array]
Arrays = dict[str, Array]
NAMES = ("E", "Theta", "b", "b_prime")
LARGEST = 2**31


def _sentences(sentences: Sequence[Sequence[int]], window: int) -> None:
    ask.some("sentences", sentences)
    for i, sentence in enumerate(sentences):
        ask.within(f"sentences[{i}]", sentence, LARGEST)
    ask.count("window", window)


def _values(values: Array) -> None:
    ask.array("values", values, "(K,)", "biuf")
    if values.min() < 0 or not np.isfinite(values).all():
        wrong = values.min() if values.min() < 0 else values.max()
        raise ValueError(f"values holds {wrong:g}; expected finite counts of 0 or more")


def _places(rows: Indices, columns: Indices, values: Array) -> None:
    for name, places in (("rows", rows), ("columns", columns)):
        ask.shaped(name, places, values.shape, "as values has", "iu")
        ask.within(name, places, LARGEST)


def _once(rows: Indices, columns: Indices) -> None:
    if len(set(zip(rows.tolist(), columns.tolist(), strict=True))) < len(rows):
        raise ValueError("rows and columns name a place twice; expected each at most once")


def _asked(
    rows: Indices, columns: Indices, values: Array, first: int, second: int, probes: Sequence[int]
) -> None:
    for name, word in (("first", first), ("second", second)):
        ask.count(name, word, 0)
        if not values[rows == word].sum() > 0:
            raise ValueError(
                f"{name} is {word}, and row {word} of the table is empty; expected a word that has neighbours"
            )
    ask.some("probes", probes)
    ask.within("probes", probes, LARGEST)
    missing = set(np.asarray(probes).tolist()) - set(columns[(rows == second) & (values > 0)].tolist())
    if missing:
        raise ValueError(
            f"probes holds {min(missing)}, which never stands near word {second}: its ratio has no value"
        )


def _weighting(x_max: float, alpha: float) -> None:
    ask.positive("x_max", x_max)
    ask.positive("alpha", alpha)


def _parameters(parameters: Parameters) -> None:
    ask.keys("parameters", parameters, NAMES)
    ask.array("parameters['E']", parameters["E"], "(n_e, V)")
    n_e, V = parameters["E"].shape
    ask.arrays("parameters", parameters, {"Theta": (V, n_e), "b": (V,), "b_prime": (V,)})


def _entries(parameters: Parameters, rows: Indices, columns: Indices) -> None:
    for name, places in (("rows", rows), ("columns", columns)):
        ask.within(name, places, len(parameters["b"]))


def _step(parameters: Parameters, gradients: Parameters, sums: Parameters, learning_rate: float) -> None:
    ask.numbers("parameters", parameters)
    shapes = {name: value.shape for name, value in parameters.items()}
    ask.arrays("gradients", gradients, {f"d{name}": shape for name, shape in shapes.items()})
    ask.arrays("sums", sums, shapes)
    for name in shapes:
        if not sums[name].min() > 0:
            raise ValueError(
                f"sums[{name!r}] holds {sums[name].min():g}; expected numbers above 0: they begin at 1"
            )
    ask.positive("learning_rate", learning_rate)


def _batches(batches: Sequence[Any], learning_rate: float) -> None:
    ask.some("batches", batches)
    for i, batch in enumerate(batches):
        if not isinstance(batch, tuple | list) or len(batch) != 3:
            raise ValueError(f"batches[{i}] is no batch; expected (rows, columns, values)")
    ask.positive("learning_rate", learning_rate)


def _both(E: Array, Theta: Array) -> None:
    ask.array("E", E, "(n_e, V)")
    ask.shaped("Theta", Theta, E.shape[::-1], "the shape of E turned round")


@requires(_sentences)
def cooccurrence_counts(sentences: Sequence[Sequence[int]], window: int) -> tuple[Indices, Indices, Array]:
    """How often each word stands near each other, up to `window` places away; d places away count 1 / d.

    Args:
        sentences: lists or arrays of whole numbers, the tokens; one may be empty, and nothing is counted from one to
            another.
        window: how far a neighbour is away at most on either side, 1 or more.

    Returns:
        rows (K,), columns (K,) and values (K,) of the entries that are not 0, by row, and within a row by column.

    Raises:
        ValueError: there is no sentence, a token is negative, or the window is below 1.
        TypeError: tokens or window are no whole numbers.
    """
    X: dict[tuple[int, int], float] = {}
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
                if j != i:
                    place = int(word), int(sentence[j])
                    X[place] = X.get(place, 0.0) + 1 / abs(i - j)
    rows, columns = np.array(sorted(X), dtype=int).reshape(len(X), 2).T
    return rows, columns, np.array([X[place] for place in sorted(X)])


@requires(_values, _places, _once)
def asymmetry(rows: Indices, columns: Indices, values: Array) -> float:
    """How far a table is from being symmetric: the largest |X_ij − X_ji|, where what is not listed is 0.

    Args:
        rows: (K,) the row of each entry.
        columns: (K,) its column; each place comes at most once.
        values: (K,) counts.

    Returns:
        The largest difference; 0 for a symmetric table.

    Raises:
        ValueError: lengths differ, a place comes twice, or a count is negative.
        TypeError: rows or columns are no whole numbers.
    """
    X = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), values.tolist(), strict=True))
    return float(max(abs(value - X.get((j, i), 0.0)) for (i, j), value in X.items()))


@requires(_values, _places, _asked)
def probability_ratios(
    rows: Indices, columns: Indices, values: Array, first: int, second: int, probes: Sequence[int]
) -> Array:
    """How many times likelier each probe word is near one word than near another: P(k | first) / P(k | second).

    P(k | i) = X_ik / X_i, with X_i the sum of row i.

    Args:
        rows: (K,) the row of each entry.
        columns: (K,) its column.
        values: (K,) counts.
        first: a word that has neighbours.
        second: another.
        probes: words that stand near the second.

    Returns:
        A ratio for each probe; 0 where it never stands near the first.

    Raises:
        ValueError: first or second has no neighbour, or a probe is none of the second's.
        TypeError: words are no whole numbers.
    """

    def given(word: int) -> Any:
        of_word = rows == word
        near = np.array([values[of_word & (columns == probe)].sum() for probe in probes])
        return near / values[of_word].sum()

    ratios: Array = given(first) / given(second)
    return ratios


@requires(_values, _weighting)
def glove_weights(values: Array, x_max: float, alpha: float) -> Array:
    """What an entry of the table counts in the loss: f(X) = min(1, (X / x_max)^α).

    Args:
        values: (K,) counts, 0 or more.
        x_max: the count from which on the weight is 1.
        alpha: the power; 3/4 in the paper.

    Returns:
        (K,) weights from 0 to 1; f(0) = 0.

    Raises:
        ValueError: a count is negative, or x_max or alpha not above 0.
    """
    weights: Array = np.minimum(1, (values / x_max) ** alpha)
    return weights


@requires(_parameters, _values, _places, _entries)
def glove_errors(parameters: Parameters, rows: Indices, columns: Indices, values: Array) -> Array:
    """How far the model is from the logarithm of each count: θ_i · e_j + b_i + b′_j − log X_ij.

    Args:
        parameters: E (n_e, V), Theta (V, n_e), b (V,), b_prime (V,).
        rows: (K,) the word i of each entry.
        columns: (K,) the word j.
        values: (K,) counts, 0 or more.

    Returns:
        (K,) errors; 0 where the count is 0, which has no logarithm.

    Raises:
        ValueError: shapes do not fit, a word is not one of V, or a count is negative.
        TypeError: words are no whole numbers, or parameters no floating point arrays.
    """
    dots = np.einsum("kn,nk->k", parameters["Theta"][rows], parameters["E"][:, columns])
    scores = dots + parameters["b"][rows] + parameters["b_prime"][columns]
    there = values > 0
    logs = np.log(values, out=np.zeros(len(values)), where=there)
    return np.where(there, scores - logs, 0)


@requires(_parameters, _values, _places, _entries, _weighting)
def glove_loss(
    parameters: Parameters, rows: Indices, columns: Indices, values: Array, x_max: float, alpha: float
) -> float:
    """The weighted sum of the squared errors, Σ f(X_ij) (θ_i · e_j + b_i + b′_j − log X_ij)².

    Args:
        parameters: E (n_e, V), Theta (V, n_e), b (V,), b_prime (V,).
        rows: (K,) the word i of each entry.
        columns: (K,) the word j.
        values: (K,) counts, 0 or more.
        x_max: of `glove_weights`.
        alpha: of `glove_weights`.

    Returns:
        The sum over the entries, without a factor ½.

    Raises:
        ValueError, TypeError: as `glove_errors` and `glove_weights`.
    """
    f = glove_weights(values, x_max, alpha)
    errors = glove_errors(parameters, rows, columns, values)
    return float((f * errors**2).sum())


@requires(_parameters, _values, _places, _entries, _weighting)
def glove_gradients(
    parameters: Parameters, rows: Indices, columns: Indices, values: Array, x_max: float, alpha: float
) -> Arrays:
    """The gradients of `glove_loss`.

    Args:
        parameters: E (n_e, V), Theta (V, n_e), b (V,), b_prime (V,).
        rows: (K,) the word i of each entry; it may come many times.
        columns: (K,) the word j.
        values: (K,) counts, 0 or more.
        x_max: of `glove_weights`.
        alpha: of `glove_weights`.

    Returns:
        dE, dTheta, db, db_prime, each of the shape of its parameter.

    Raises:
        ValueError, TypeError: as `glove_errors` and `glove_weights`.
    """
    f = glove_weights(values, x_max, alpha)
    d = 2 * f * glove_errors(parameters, rows, columns, values)  # of the score of each entry
    gradients = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    # A word stands in many entries, and gets the gradients of all.
    np.add.at(gradients["dTheta"], rows, d[:, np.newaxis] * parameters["E"][:, columns].T)
    np.add.at(gradients["dE"].T, columns, d[:, np.newaxis] * parameters["Theta"][rows])
    np.add.at(gradients["db"], rows, d)
    np.add.at(gradients["db_prime"], columns, d)
    return gradients


@requires(_step)
def adagrad_step(
    parameters: Parameters, gradients: Parameters, sums: Parameters, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """One step of AdaGrad: each number has its own rate, the smaller the more gradient it has seen.

    Args:
        parameters: arrays by name, such as E.
        gradients: arrays of the same shapes, named dE and so on.
        sums: of the squared gradients so far, by parameter name, above 0.
        learning_rate: the size of a step.

    Returns:
        The new parameters and the new sums, which the step's own gradients are in; what was given stays as it was.

    Raises:
        ValueError: something is missing or of another shape, or a sum or the learning rate is not above 0.
    """
    new: Arrays = {}
    new_sums: Arrays = {}
    for name, value in parameters.items():
        g = gradients[f"d{name}"]
        new_sums[name] = sums[name] + g**2
        new[name] = value - learning_rate * g / np.sqrt(new_sums[name])
    return new, new_sums


@requires(_parameters, _batches, _weighting)
def train_glove(
    parameters: Parameters,
    batches: Sequence[tuple[Indices, Indices, Array]],
    x_max: float,
    alpha: float,
    learning_rate: float,
) -> tuple[Parameters, list[float]]:
    """Train by AdaGrad, a step for each batch of entries; the sums of squares begin at 1.

    Args:
        parameters: E, Theta, b, b_prime at the beginning.
        batches: a list of (rows, columns, values).
        x_max: of `glove_weights`.
        alpha: of `glove_weights`.
        learning_rate: the size of a step.

    Returns:
        The parameters after the last step, and the losses (steps,), that of each batch before its own step.

    Raises:
        ValueError: there is no batch; or as `glove_gradients` and `adagrad_step`.
    """
    sums: Parameters = {name: np.ones_like(value) for name, value in parameters.items()}
    losses = []
    for rows, columns, values in batches:
        losses.append(glove_loss(parameters, rows, columns, values, x_max, alpha))
        gradients = glove_gradients(parameters, rows, columns, values, x_max, alpha)
        parameters, sums = adagrad_step(parameters, gradients, sums, learning_rate)
    return parameters, losses


@requires(_both)
def final_vectors(E: Array, Theta: Array) -> Array:
    """One vector a word: the sum of its two, which GloVe learns in the same part.

    Args:
        E: (n_e, V) the vectors e, a word a column.
        Theta: (V, n_e) the vectors θ, a word a row.

    Returns:
        (n_e, V) the sums, a word a column.

    Raises:
        ValueError: shapes do not fit.
        TypeError: one is no floating point array.
    """
    return E + Theta.T
