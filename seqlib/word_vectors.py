"""Word vectors by hand: look-up, similarity, analogies, and the bias that can be measured and moved.

Word j has the column e_j of E, shape (n_e, V). The similarity of two vectors is their cosine; lecture note 003.
Debiasing is that of Bolukbasi et al., "Man is to Computer Programmer as Woman is to Homemaker?", 2016.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array
from seqlib.arguments import requires

Indices = NDArray[np.integer]


def _vectors(E: Any) -> None:
    ask.array("E", E, "(n_e, V)")


def _vocabulary(V: Any) -> None:
    ask.count("V", V)


def _words(name: str, values: Any, size: int) -> None:
    ask.array(name, values, "(m,)", "iu")
    ask.within(name, values, size)


def _indices(E: Any, indices: Any) -> None:
    _words("indices", indices, E.shape[1])


def _batch(E: Any, indices: Any) -> None:
    ask.array("indices", indices, "(m, T_x)", "iu")
    ask.within("indices", indices, E.shape[1])


def _gradient(de: Any, indices: Any, V: int) -> None:
    ask.array("de", de, "(n_e, m)")
    _words("indices", indices, V)
    if len(indices) != de.shape[1]:
        raise ValueError(
            f"indices has {len(indices)} words; expected {de.shape[1]}, one for each column of de"
        )


def _two_vectors(u: Any, v: Any) -> None:
    ask.array("u", u, "(n_e,)")
    ask.shaped("v", v, u.shape, "the shape of u")


def _unit_vectors(u: Any, v: Any) -> None:
    for name, vector in (("u", u), ("v", v)):
        if not abs(np.linalg.norm(vector) - 1) < 1e-3:
            raise ValueError(
                f"{name} has length {np.linalg.norm(vector):.4g}; expected 1: divide it by its length"
            )


def _direction(g: Any) -> None:
    ask.array("g", g, "(n_e,)")
    if not np.any(g):
        raise ValueError("g is 0 throughout; expected a direction")


def _one_vector(e: Any, g: Any) -> None:
    ask.shaped("e", e, g.shape, "the shape of g")
    if np.linalg.norm(e - (e @ g) / (g @ g) * g) <= 1e-6 * np.linalg.norm(e):
        raise ValueError("e has no part across g; expected a vector that is neither 0 nor a multiple of g")


def _sides(u: Any, v: Any, g: Any) -> None:
    ask.shaped("g", g, u.shape, "the shape of u and v")
    if abs((u - v) @ g) <= 1e-6 * np.linalg.norm(g):
        raise ValueError("u and v lie equally far along g; expected two vectors of which one lies further")


def _strictness(strictness: Any) -> None:
    ask.positive("strictness", strictness, zero=True)


def _axis(E: Any, g: Any) -> None:
    ask.shaped("g", g, (len(E),), "one number for each row of E")


def _asked(e: Any, E: Any, k: Any, leave_out: Collection[int]) -> None:
    ask.shaped("e", e, (len(E),), "one number for each row of E")
    if not np.any(e):
        raise ValueError("e is 0 throughout: it has no direction, so no neighbours")
    if not isinstance(leave_out, Collection):
        raise TypeError(f"leave_out is of type {type(leave_out).__name__}; expected a list of words")
    ask.within("leave_out", list(leave_out), E.shape[1])
    ask.count("k", k)
    left = E.shape[1] - len(set(leave_out))
    if k > left:
        raise ValueError(f"k is {k}; expected at most {left}, the words that are not left out")


def _question(E: Any, a: Any, b: Any, c: Any) -> None:
    for name, word in (("a", a), ("b", b), ("c", c)):
        ask.count(name, word, 0)
        ask.within(name, word, E.shape[1])
    if E.shape[1] < 4:
        raise ValueError(f"E has {E.shape[1]} columns; expected at least 4, three words and one to answer")


def _questions(E: Any, questions: Any) -> None:
    ask.shaped("questions", questions, (None, 4), "a row for each question", kinds="iu")
    ask.within("questions", questions, E.shape[1])


def _pairs(E: Any, pairs: Any) -> None:
    ask.shaped("pairs", pairs, (None, 2), "a row for each pair", kinds="iu")
    ask.within("pairs", pairs, E.shape[1])


def _different(E: Any, pairs: Any) -> None:
    if not np.any(E[:, pairs[:, 0]] != E[:, pairs[:, 1]]):
        raise ValueError("pairs holds no two words with different vectors; expected a difference to look at")


def _neutral(E: Any, neutral: Any, pairs: Any) -> None:
    _words("neutral", neutral, E.shape[1])
    both = np.intersect1d(neutral, pairs)
    if both.size:
        raise ValueError(f"neutral and pairs both hold {both[0]}; expected a word to be one or the other")


@requires(_vectors, _indices)
def one_hot_product(E: Array, indices: Indices) -> tuple[Array, Array]:
    """Vectors of words as the product of E with their one-hot columns.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word.
        indices: (m,) the words, whole numbers.

    Returns:
        O (V, m), the one-hot columns; e (n_e, m), the words' vectors.
    """
    O = np.zeros((E.shape[1], len(indices)))
    O[indices, np.arange(len(indices))] = 1
    return O, E @ O


@requires(_vectors, _batch)
def look_up_vectors(E: Array, indices: Indices) -> Array:
    """Vectors of the words of a batch of sentences, read out of E.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word.
        indices: (m, T_x) the words of m sentences, whole numbers.

    Returns:
        x (n_e, m, T_x): what `E @ one_hot` would be, without a product.
    """
    return E[:, indices]


@requires(_vocabulary, _gradient)
def look_up_backward(de: Array, indices: Indices, V: int) -> Array:
    """The gradient that reaches E through a look-up; a word that comes twice gets the sum.

    Args:
        de: (n_e, m) gradients at the vectors that were looked up.
        indices: (m,) the words that were looked up.
        V: words in the vocabulary.

    Returns:
        dE (n_e, V).
    """
    dE = np.zeros((len(de), V))
    np.add.at(dE.T, indices, de.T)
    return dE


@requires(_two_vectors)
def cosine_similarity(u: Array, v: Array) -> float:
    """The cosine of the angle between two vectors; 0 where one of them is 0.

    Args:
        u: (n_e,) a vector.
        v: (n_e,) another.

    Returns:
        a number from −1 to 1.
    """
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    return float(u @ v / lengths) if lengths > 0 else 0.0


@requires(_vectors)
def unit_columns(E: Array) -> Array:
    """Every word's vector at length 1; a vector of zeros stays as it is.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word.

    Returns:
        unit (n_e, V), columns of length 1 or of zeros.
    """
    lengths = np.linalg.norm(E, axis=0, keepdims=True)
    unit: Array = np.divide(E, lengths, out=np.zeros_like(E), where=lengths > 0)
    return unit


@requires(_vectors, _asked)
def nearest_words(e: Array, E: Array, k: int, leave_out: Collection[int]) -> tuple[Indices, Array]:
    """The k words whose vectors have the largest cosines with e.

    Args:
        e: (n_e,) the vector whose neighbours are wanted, not 0.
        E: (n_e, V) the embedding matrix, a column for each word; a column of zeros has the cosine 0.
        k: how many, at most the words that are not left out.
        leave_out: words that are no answer.

    Returns:
        words (k,), the nearest first, the smaller index first where two are equally near; their cosines (k,).
    """
    similarities = e @ unit_columns(E) / np.linalg.norm(e)
    similarities[list(leave_out)] = -np.inf
    words = np.argsort(-similarities, kind="stable")[:k]
    return words, similarities[words]


@requires(_vectors, _question)
def analogy(E: Array, a: int, b: int, c: int) -> int:
    """The word that is to c as b is to a: nearest to e_b − e_a + e_c by cosine, a, b and c left out.

    Args:
        E: (n_e, V) the embedding matrix, whose columns are taken at length 1.
        a: a word, such as the index of "man".
        b: a word, such as "king".
        c: a word, such as "woman".

    Returns:
        A word, such as "queen".
    """
    unit = unit_columns(E)
    target = unit[:, b] - unit[:, a] + unit[:, c]
    words, _ = nearest_words(target, E, 1, [a, b, c])
    return int(words[0])


@requires(_vectors, _questions)
def analogy_accuracy(E: Array, questions: Indices) -> float:
    """The share of analogies whose answer is the right word.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word.
        questions: (m, 4) words a, b, c, d: a is to b as c is to d.

    Returns:
        a number from 0 to 1.
    """
    return float(np.mean([analogy(E, a, b, c) == d for a, b, c, d in np.asarray(questions).tolist()]))


@requires(_vectors, _pairs, _different)
def bias_direction(E: Array, pairs: Indices) -> tuple[Array, float]:
    """The direction along which the two words of each pair differ most: a first principal component.

    Each pair is centred on its own middle. The sign of a component is arbitrary; it is settled by the pairs.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word.
        pairs: (m, 2) words such as "she" and "he", not all with equal vectors.

    Returns:
        g (n_e,) of length 1, on average over the pairs with the first word on its positive side of the second;
        the share of the sum of all squares that lies along g, from 0 to 1.
    """
    first, second = E[:, pairs[:, 0]], E[:, pairs[:, 1]]
    middle = (first + second) / 2
    centred = np.concatenate([first - middle, second - middle], axis=1)
    components, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    g, share = components[:, 0], sizes[0] ** 2 / np.sum(sizes**2)
    if np.sum(g @ (first - second)) < 0:
        g = -g
    return g, share


@requires(_vectors, _indices, _direction, _axis, _strictness)
def direct_bias(E: Array, indices: Indices, g: Array, strictness: float) -> float:
    """How far words that should be neutral lie along a direction: the mean of |cos(e, g)| to a power.

    Args:
        E: (n_e, V) the embedding matrix; a column of zeros has the cosine 0.
        indices: (m,) the words.
        g: (n_e,) a direction of any length but 0.
        strictness: the power: 1 gives the plain mean, near 0 any deviation counts as much as another.

    Returns:
        a number from 0 to 1.
    """
    cosines = g @ unit_columns(E)[:, indices] / np.linalg.norm(g)
    return float(np.mean(np.abs(cosines) ** strictness))


@requires(_direction, _one_vector)
def neutralise(e: Array, g: Array) -> Array:
    """A vector without its part along g, at length 1.

    Args:
        e: (n_e,) a vector that is no multiple of g.
        g: (n_e,) a direction of any length but 0.

    Returns:
        a vector (n_e,) orthogonal to g, of length 1.
    """
    along = (e @ g) / (g @ g) * g
    across = e - along
    return across / np.linalg.norm(across)


@requires(_two_vectors, _unit_vectors, _direction, _sides)
def equalise(u: Array, v: Array, g: Array) -> tuple[Array, Array]:
    """Two vectors moved so that they differ along g only, each at length 1.

    Args:
        u: (n_e,) a vector of length 1.
        v: (n_e,) another of length 1, not equally far along g.
        g: (n_e,) a direction of any length but 0.

    Returns:
        u and v, mirror images of each other about the plane orthogonal to g, each of length 1.
    """
    unit = g / np.linalg.norm(g)
    middle = (u + v) / 2
    across = middle - (middle @ unit) * unit
    height = np.sqrt(1 - across @ across)
    side = np.sign((u - v) @ unit)
    return across + side * height * unit, across - side * height * unit


@requires(_vectors, _pairs, _neutral, _direction, _axis)
def debias(E: Array, neutral: Indices, pairs: Indices, g: Array) -> Array:
    """E with its columns at length 1, these words neutralised, and these pairs equalised.

    Args:
        E: (n_e, V) the embedding matrix, a column for each word; a column of zeros stays as it is.
        neutral: (m,) words that should have no part along g.
        pairs: (p, 2) words that should differ along g only; none of them neutral.
        g: (n_e,) a direction.

    Returns:
        a matrix (n_e, V); the other columns are only scaled.
    """
    after = unit_columns(E)
    for word in neutral:
        after[:, word] = neutralise(after[:, word], g)
    for first, second in pairs:
        after[:, first], after[:, second] = equalise(after[:, first], after[:, second], g)
    return after
