"""What is graded in 09-word-vectors."""

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.layout import Array, Number, Plain, Tuple
from autograder.row import Row
from seqlib import word_vectors as reference
from seqlib.data import glove_vectors

# Neighbours and analogies, which are exercises here.
WITHHELD = ("data/similarity",)

VECTORS = Array("n_e", "V")
VECTOR = Array("n_e")
WORDS = Array("m")
PAIRS = Array("m", "2")
WORD = Plain("a word, a whole number")
ZEROS = "a column of zeros"
TIES = "equally near words"
# Real words, so few that a public case stays small.
REAL_WORDS = 40
REAL_QUESTIONS = 4
QUESTIONS = (
    ("man", "king", "woman"),
    ("france", "paris", "italy"),
    ("japan", "japanese", "russia"),
    ("walk", "walked", "play"),
    ("small", "smaller", "large"),
    ("cat", "cats", "house"),
)
# Two cosines that are no further apart may change places in single precision.
MARGIN = 1e-3
# How much longer the way along one direction is than along the next: so much that rounding turns neither.
GAP = 1.3


def draw_columns(rng: np.random.Generator, n_e: int, V: int) -> np.ndarray:
    """Vectors of very different lengths, so that it shows where one is divided by its length."""
    E: np.ndarray = rng.normal(0, 1, (n_e, V)) * np.exp(rng.normal(0, 0.5, V))
    return E


def balanced(vector: np.ndarray) -> np.ndarray:
    """Nearly this vector, with entries that add up to 0 in whatever order they are added."""
    exact: np.ndarray = np.round(1024 * vector) / 1024
    exact[0] -= exact.sum()
    return exact


def draw_words(rng: np.random.Generator, V: int, m: int) -> np.ndarray:
    """Words among which one comes twice, with others between; the last word of the vocabulary is not there."""
    words = rng.integers(0, V - 1, m)
    if m > 2:
        words[-1] = words[0]
        words[1] = (words[0] + 1) % (V - 1)
    return words


def draw_look_up(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors and words."""
    return {
        "E": draw_columns(rng, dims["n_e"], dims["V"]),
        "indices": draw_words(rng, dims["V"], dims["m"]),
    }


def draw_sentences(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors and a batch of sentences."""
    indices = rng.integers(0, dims["V"], (dims["m"], dims["T_x"]))
    return {"E": draw_columns(rng, dims["n_e"], dims["V"]), "indices": indices}


def draw_gradient(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients at vectors that were looked up, some of them of one word."""
    words = draw_words(rng, dims["V"], dims["m"])
    return {"de": rng.normal(0, 1, (dims["n_e"], dims["m"])), "indices": words, "V": dims["V"]}


def each_once(rng: np.random.Generator) -> list[Arguments]:
    """Gradients at vectors of different words."""
    words = rng.permutation(7)[:4]
    return [{"de": rng.normal(0, 1, (3, 4)), "indices": words, "V": 8}]


def each_once_for_all() -> list[Arguments]:
    """The public case in which no word comes twice."""
    return each_once(np.random.default_rng(9))


def draw_two(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Two vectors of different lengths; at an acute angle in an even number of dimensions, at an obtuse one in others.

    None is 0, and yet some entries are, or the entries add up to 0, or both vectors are short.
    """
    n_e = dims["n_e"]
    sign = 1 - 2 * (n_e % 2)
    while True:
        u, v = rng.normal(0, 1, n_e), rng.normal(0.3, 2, n_e)
        if n_e == 1:
            u, v = 0.03 * u / np.abs(u), 0.015 * v / np.abs(v)
        elif n_e % 2:
            u, v = balanced(u), balanced(v)
        else:
            u[0] = v[-1] = 0
        cosine = sign * reference.cosine_similarity(u, v)
        if (n_e == 1 and cosine > 0) or 0.15 < cosine < 0.9:
            return {"u": u, "v": v}


def zero_vectors(rng: np.random.Generator) -> list[Arguments]:
    """One of two vectors is zero, or both are."""
    u, v = rng.normal(0, 1, 4), rng.normal(0, 1, 3)
    return [
        {"u": u, "v": np.zeros(4)},
        {"u": np.zeros(3), "v": v},
        {"u": np.zeros(2), "v": np.zeros(2)},
    ]


def zero_vectors_for_all() -> list[Arguments]:
    """The public cases of a zero vector."""
    return zero_vectors(np.random.default_rng(9))


def draw_vectors(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors none of which is 0: one is short, another has an entry 0, the entries of a third add up to 0."""
    n_e, V = dims["n_e"], dims["V"]
    E = draw_columns(rng, n_e, V)
    words = rng.permutation(V)
    if n_e > 1:
        E[:, words[1]] = balanced(E[:, words[1]])
        E[0, words[-1]] = 0
    E[:, words[0]] *= 1e-3 / np.linalg.norm(E[:, words[0]])
    return {"E": E}


def zero_column(rng: np.random.Generator) -> list[Arguments]:
    """Vectors of which one is zero; of the others one is short and one has an entry 0."""
    arguments = draw_vectors(rng, {"n_e": 3, "V": 5})
    E = arguments["E"]
    full = np.flatnonzero(np.all(E != 0, axis=0) & (np.linalg.norm(E, axis=0) > 0.01))
    E[:, rng.choice(full)] = 0
    return [arguments]


def zero_column_for_all() -> list[Arguments]:
    """The public case of a column of zeros."""
    return zero_column(np.random.default_rng(9))


def draw_neighbours(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A vector near one of the words, which is left out with a word between the nearest and a word far away."""
    n_e, V, k = dims["n_e"], dims["V"], dims["k"]
    while True:
        E = draw_columns(rng, n_e, V)
        e = 1.7 * E[:, int(rng.integers(V))] + rng.normal(0, 0.3, n_e)
        order, cosines = reference.nearest_words(e, E, V, [])
        # Which of them is named first differs, so that it shows where only the first is left out.
        named = (order[0], order[2], order[-1]) if V % 2 else (order[2], order[-1], order[0])
        leave_out = [int(word) for word in named]
        clear = np.min(-np.diff(cosines)) > MARGIN and np.min(np.abs(cosines)) > MARGIN
        by_product = np.argsort(-(e @ E), kind="stable")
        by_distance = np.argsort(np.linalg.norm(E - e[:, np.newaxis], axis=0), kind="stable")
        wanted = [word for word in order if word not in leave_out][:k]
        others = [[w for w in ranked if w not in leave_out][:k] for ranked in (by_product, by_distance)]
        if clear and all(wanted != other for other in others):
            return {"e": e, "E": E, "k": k, "leave_out": leave_out}


def equally_near(rng: np.random.Generator) -> list[Arguments]:
    """Words along the axes: many cosines are the same to the last bit, however they are computed.

    There are so many words that a sort that is not stable mixes them.
    """
    V = 40
    E = np.zeros((3, V))
    E[rng.integers(0, 3, V), np.arange(V)] = rng.choice([-1, 1], V) * 2.0 ** rng.integers(-1, 3, V)
    e = 2 * rng.permutation([3.0, 4.0, 0.0])
    return [{"e": e, "E": E, "k": 20, "leave_out": rng.permutation(V)[:2].tolist()}]


def equally_near_for_all() -> list[Arguments]:
    """The public case of equally near words."""
    return equally_near(np.random.default_rng(9))


def zero_neighbour(rng: np.random.Generator) -> list[Arguments]:
    """A column of zeros, with nearer words before it and words on the other side behind it."""
    n_e, V, k = 3, 8, 6
    while True:
        e, E, zero = rng.normal(0, 1, n_e), draw_columns(rng, n_e, V), int(rng.integers(V))
        E[:, zero] = 0
        order, cosines = reference.nearest_words(e, E, V, [])
        if np.min(-np.diff(cosines)) > MARGIN and zero in order[2 : k - 1]:
            return [{"e": e, "E": E, "k": k, "leave_out": [int(order[0])]}]


def zero_neighbour_for_all() -> list[Arguments]:
    """The public case of a column of zeros among the neighbours."""
    return zero_neighbour(np.random.default_rng(9))


def ranked(target: np.ndarray, E: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All words by their cosine with a target, the nearest first, and the cosines."""
    cosines = target @ E / (np.linalg.norm(target) * np.linalg.norm(E, axis=0))
    order = np.argsort(-cosines, kind="stable")
    return order, cosines[order]


def answers(E: np.ndarray, a: int, b: int, c: int) -> tuple[list[int], list[int]]:
    """The words that are no part of a question, the best answer first, and what wrong ways to ask it give."""
    unit = E / np.linalg.norm(E, axis=0)
    target = unit[:, b] - unit[:, a] + unit[:, c]
    targets = (
        target,
        E[:, b] - E[:, a] + E[:, c],
        unit[:, a] - unit[:, b] + unit[:, c],
        unit[:, b] - unit[:, c] + unit[:, a],
        unit[:, b] - unit[:, a],
        unit[:, b] + unit[:, c],
    )
    orders = [ranked(way, E)[0] for way in targets]
    orders += [np.argsort(np.linalg.norm(E - target[:, np.newaxis], axis=0)), np.argsort(-(target @ E))]
    right, *wrong = [[int(word) for word in order if word not in (a, b, c)] for order in orders]
    return right, [right[1], *(words[0] for words in wrong)]


def is_clear(E: np.ndarray, a: int, b: int, c: int) -> bool:
    """Whether rounding changes neither the answer nor which of the words of the question come first."""
    unit = E / np.linalg.norm(E, axis=0)
    order, cosines = ranked(unit[:, b] - unit[:, a] + unit[:, c], E)
    others = cosines[~np.isin(order, (a, b, c))]
    return bool(others[0] - others[1] > MARGIN and np.min(-np.diff(cosines[:4])) > MARGIN)


def draw_question(rng: np.random.Generator, dims: Dims) -> Arguments:
    """An analogy whose nearest words are those that were given, and whose answer some wrong ways to ask do not give.

    In one case all three are nearest, in the others b and c.
    """
    n_e, V = dims["n_e"], dims["V"]
    while True:
        E = draw_columns(rng, n_e, V)
        a, b, c = (int(word) for word in rng.permutation(V)[:3])
        E[:, c] = (E[:, b] + rng.normal(0, 0.8, n_e)) * rng.uniform(0.5, 2)
        if V == 14:
            E[:, a] = (E[:, b] + rng.normal(0, 0.8, n_e)) * rng.uniform(0.5, 2)
        unit = E / np.linalg.norm(E, axis=0)
        nearest = ranked(unit[:, b] - unit[:, a] + unit[:, c], E)[0][:3].tolist()
        first = [b, c] if V % 2 else [c, b]
        if nearest[:2] == first and (nearest[2] == a) == (V == 14) and is_clear(E, a, b, c):
            right, wrong = answers(E, a, b, c)
            # Half of the cases tell some ways from the right one, half the others: all at once are rarely found.
            told = (wrong[4], *wrong[6:]) if V % 2 else (wrong[1], wrong[5])
            if right[0] not in told:
                return {"E": E, "a": a, "b": b, "c": c}


def real_question(rng: np.random.Generator) -> list[Arguments]:
    """Analogies among real words, most of them drawn; no two of all ways to ask them give the same answers."""
    words, E = glove_vectors.load()
    index = {word: i for i, word in enumerate(words)}
    while True:
        cases: list[Arguments] = []
        for question in rng.permutation(len(QUESTIONS))[:REAL_QUESTIONS]:
            asked = [index[word] for word in QUESTIONS[int(question)]]
            others = [int(i) for i in rng.choice(5000, REAL_WORDS, replace=False) if i not in asked]
            places = rng.permutation([*asked, *others])
            a, b, c = (int(np.flatnonzero(places == word)[0]) for word in asked)
            cases.append({"E": E[:, places].astype(float), "a": a, "b": b, "c": c})
        tried = [answers(**case) for case in cases]
        ways = list(zip(*([right[0], *wrong] for right, wrong in tried), strict=True))
        if all(is_clear(**case) for case in cases) and len(set(ways)) == len(ways):
            return cases


def real_question_for_all() -> list[Arguments]:
    """The public analogies among real words."""
    return real_question(np.random.default_rng(9))


def draw_questions(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Analogies of which every second holds, beginning with the first, and some hold with a and b exchanged."""
    n_e, V, m = dims["n_e"], dims["V"], dims["m"]
    E = draw_columns(rng, n_e, V)
    questions: list[list[int]] = []
    while len(questions) < m:
        a, b, c = (int(word) for word in rng.permutation(V)[:3])
        right, turned = answers(E, a, b, c)[0], answers(E, b, a, c)[0][0]
        if is_clear(E, a, b, c) and right[0] != turned:
            other = next(word for word in reversed(right) if word != turned)
            questions.append([a, b, c, (right[0], turned, right[0], other)[len(questions) % 4]])
    return {"E": E, "questions": np.array(questions)}


def draw_pairs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Pairs that differ mostly along one direction; in every second case a component comes out with the wrong sign."""
    n_e, V, m = dims["n_e"], dims["V"], dims["m"]
    while True:
        E = draw_columns(rng, n_e, V)
        pairs = rng.permutation(V)[: 2 * m].reshape(m, 2)
        # Few long differences against many short ones, or the first pair against the others: the mean decides the sign.
        forward = np.arange(m) < 2 if V % 2 == 0 and m > 3 else np.arange(m) > 0
        along = np.where(forward, rng.uniform(2, 3, m), -rng.uniform(0.4, 0.9, m))
        axis = rng.normal(0, 1, n_e)
        axis /= np.linalg.norm(axis)
        noise = rng.normal(0, 0.3, (n_e, m))
        E[:, pairs[:, 0]] = E[:, pairs[:, 1]] + along * axis[:, np.newaxis] + noise
        if (
            V % 3 == 2
        ):  # all words lie on the negative side, so that it shows where only one of the two decides
            E -= 3 * np.sign(along.sum()) * axis[:, np.newaxis]
        differences = E[:, pairs[:, 0]] - E[:, pairs[:, 1]]
        sizes = np.linalg.svd(differences)[1]
        centred = np.concatenate([differences / 2, -differences / 2], axis=1)
        projections = np.linalg.svd(centred, full_matrices=False)[0][:, 0] @ differences
        total = float(projections.sum())
        clear = len(sizes) == 1 or sizes[0] > GAP * sizes[1]
        if clear and abs(total) > 0.3 and (total < 0) == bool(V % 2):
            return {"E": E * 0.7 / abs(total), "pairs": pairs}


def draw_bias(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Words on both sides of a direction that is not of length 1, more on its far side, and a power that is not 1.

    One of the powers is odd: a negative number has that power, and it is negative.
    """
    strictness = {7: 2.5, 9: 3.0}.get(dims["V"], 0.5)
    while True:
        drawn = draw_look_up(rng, dims)
        g = 2 * rng.normal(0, 1, dims["n_e"])
        cosines = g @ reference.unit_columns(drawn["E"])[:, drawn["indices"]] / np.linalg.norm(g)
        if dims["m"] == 1 or (np.any(cosines < -0.05) and np.any(cosines > 0.05)):
            # A signed mean below 0 tells the mean of signed powers from its absolute value.
            towards = np.sign(np.mean(np.sign(cosines) * np.abs(cosines) ** strictness))
            return {**drawn, "g": -towards * g, "strictness": strictness}


def plain_mean(rng: np.random.Generator) -> list[Arguments]:
    """The same with the power 1."""
    sizes = ({"n_e": 4, "V": 7, "m": 5}, {"n_e": 3, "V": 9, "m": 6})
    return [{**draw_bias(rng, dims), "strictness": 1.0} for dims in sizes]


def plain_mean_for_all() -> list[Arguments]:
    """The public cases of the power 1."""
    return plain_mean(np.random.default_rng(9))


def zero_word(rng: np.random.Generator) -> list[Arguments]:
    """One of the words has a column of zeros."""
    cases = [draw_bias(rng, {"n_e": 4, "V": 7, "m": 5}), draw_bias(rng, {"n_e": 3, "V": 8, "m": 6})]
    for case in cases:
        case["E"][:, case["indices"][1]] = 0
    return cases


def zero_word_for_all() -> list[Arguments]:
    """The public cases of a word with a column of zeros."""
    return zero_word(np.random.default_rng(9))


def draw_axis(rng: np.random.Generator, n_e: int) -> np.ndarray:
    """A direction whose length is far from 1."""
    g = rng.normal(0, 1, n_e)
    longer: np.ndarray = g / np.linalg.norm(g) * rng.uniform(1.6, 2.2)
    return longer


def draw_neutral(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A vector with a clear part along a direction and a clear part across."""
    while True:
        e, g = 1.5 * rng.normal(0, 1, dims["n_e"]), draw_axis(rng, dims["n_e"])
        if 0.2 < abs(reference.cosine_similarity(e, g)) < 0.8 and abs(np.linalg.norm(e) - 1) > 0.2:
            return {"e": e, "g": g}


def draw_equal(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Two vectors of length 1, both on the same side of a direction, and either of them further along it.

    In four dimensions they lie so far apart that no wrong middle leads to the root of a negative number: nan is like
    nan, whatever led to it. A common part that is brought to length 1 is nowhere longer by rounding, for the same reason.
    """
    n_e = dims["n_e"]
    # Neither always the positive side, nor always that of the one that is ahead, nor always the other.
    side = -1 if n_e == 6 else 1
    while True:
        g, common = draw_axis(rng, n_e), (n_e != 4) * rng.normal(0, 1, n_e)
        u, v = (x / np.linalg.norm(x) for x in common + 0.7 * rng.normal(0, 1, (2, n_e)))
        along, beside, unit = u @ g, v @ g, g / np.linalg.norm(g)
        wrong = [x - (x @ way) * way for x, way in ((u + v, unit), (u + v / 2, unit), ((u + v) / 2, g))]
        across = (u + v) / 2 - (u + v) / 2 @ unit * unit
        scaled = across / np.linalg.norm(across)
        # The first is further along in cases of even size, so that it shows where a side is taken for granted.
        if (
            (along > beside) == (n_e % 2 == 0)
            and abs(along - beside) > 0.3
            and along * beside > 0.02
            and side * along > 0
            and max(scaled @ scaled, np.linalg.norm(scaled)) <= 1
            and (n_e != 4 or max(map(np.linalg.norm, wrong)) < 0.97)
        ):
            return {"u": u, "v": v, "g": g}


def both_sides(rng: np.random.Generator) -> list[Arguments]:
    """Two vectors of length 1 on different sides of a direction."""
    cases: list[Arguments] = []
    while len(cases) < 2:
        g, common = draw_axis(rng, 5), rng.normal(0, 1, 5)
        u, v = (x / np.linalg.norm(x) for x in common + 0.7 * rng.normal(0, 1, (2, 5)))
        if (u @ g) * (v @ g) < -0.1 and (u @ g > 0) == (len(cases) == 0):
            cases.append({"u": u, "v": v, "g": g})
    return cases


def both_sides_for_all() -> list[Arguments]:
    """The public cases of two sides."""
    return both_sides(np.random.default_rng(9))


def draw_debias(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Words to neutralise, pairs to equalise, and others."""
    n_e, V, m, p = dims["n_e"], dims["V"], dims["m"], dims["p"]
    words = rng.permutation(V)
    return {
        "E": draw_columns(rng, n_e, V),
        "neutral": words[:m],
        "pairs": words[m : m + 2 * p].reshape(p, 2),
        "g": draw_axis(rng, n_e),
    }


def zero_other(rng: np.random.Generator) -> list[Arguments]:
    """A word that is neither neutral nor in a pair has a column of zeros."""
    arguments = draw_debias(rng, {"n_e": 4, "V": 9, "m": 3, "p": 2})
    others = np.setdiff1d(np.arange(9), [*arguments["neutral"], *arguments["pairs"].ravel()])
    arguments["E"][:, rng.choice(others)] = 0
    return [arguments]


def zero_other_for_all() -> list[Arguments]:
    """The public case of a word with a column of zeros that is only scaled."""
    return zero_other(np.random.default_rng(9))


NOT_DIVIDED = "A direction may be of any length: what you have is right only where g has length 1."

one_hot_product = Exercise(
    function=reference.one_hot_product,
    title="A word's vector as a product",
    minutes=10,
    difficulty=1,
    arguments={"E": VECTORS, "indices": WORDS},
    result=Tuple(O=Array("V", "m"), e=Array("n_e", "m")),
    draw=draw_look_up,
    dims=[{"n_e": 3, "V": 6, "m": 4}, {"n_e": 5, "V": 4, "m": 7}, {"n_e": 2, "V": 5, "m": 1}],
    rows=[Row("one-hot columns", "O", points=3), Row("vectors", "e", points=2)],
    mistakes=[
        Mistake(
            "one_hot_rows",
            ("return O, E @ O", "return O.T, E @ O"),
            "Your one-hot vectors are rows. Each word of `indices` has a column of O, so that E times O has its "
            "vector as a column.",
        ),
        Mistake(
            "rows_throughout",
            ("return O, E @ O", "return O.T, O.T @ E.T"),
            "Words are rows in both results. In this course a word's one-hot vector and its vector are columns.",
        ),
        Mistake(
            "vectors_in_rows",
            ("return O, E @ O", "return O, O.T @ E.T"),
            "Your vectors are rows. The result has a column for each word, as E has.",
        ),
        Mistake(
            "every_row_filled",
            ("O[indices, np.arange(len(indices))] = 1", "O[indices] = 1"),
            "A column of O has several ones: `O[indices] = 1` fills whole rows. Column j has a single 1, in row "
            "`indices[j]`.",
        ),
        Mistake(
            "counted_from_1",
            ("O[indices, ", "O[indices - 1, "),
            "Your ones stand a row too high. Words count from 0.",
        ),
        Mistake(
            "every_word_once",
            ("O = np.zeros", "indices = np.unique(indices)\n    O = np.zeros"),
            "A word that comes twice has one column only. There is a column for each place in `indices`, in its order.",
        ),
        Mistake(
            "square",
            ("return O, E @ O", "return np.eye(E.shape[1]), E"),
            "You give the columns of all words of the vocabulary. Asked for are those of `indices`, in their order.",
        ),
        Mistake(
            "counts",
            ("return O, E @ O", "return O.sum(axis=1), E @ O.sum(axis=1)"),
            "The words are added up to one vector. Each keeps a column of its own.",
        ),
    ],
)

look_up_vectors = Exercise(
    function=reference.look_up_vectors,
    title="A word's vector by look-up",
    minutes=5,
    difficulty=1,
    arguments={"E": VECTORS, "indices": Array("m", "T_x")},
    result=Array("n_e", "m", "T_x"),
    draw=draw_sentences,
    dims=[
        {"n_e": 3, "V": 7, "m": 2, "T_x": 5},
        {"n_e": 6, "V": 4, "m": 5, "T_x": 3},
        {"n_e": 4, "V": 6, "m": 1, "T_x": 2},
    ],
    rows=[Row("vectors of the words", "", points=3)],
    mistakes=[
        Mistake(
            "features_last",
            ("E[:, indices]", "E.T[indices]"),
            "The features are the last axis. In this course they are the first: (n_e, m, T_x).",
        ),
        Mistake(
            "sentences_first",
            ("E[:, indices]", "np.moveaxis(E[:, indices], 1, 0)"),
            "The sentences are the first axis. In this course the features are: (n_e, m, T_x).",
        ),
        Mistake(
            "rows_of_E",
            ("E[:, indices]", "E[indices]"),
            "You take rows of E, which are features. A word's vector is a column.",
        ),
        Mistake(
            "reshaped",
            ("E[:, indices]", "E.T[indices].reshape(len(E), *indices.shape)"),
            "The shape is right, but numbers of different words are mixed: `reshape` keeps the order of the numbers in "
            "memory and does not move an axis.",
        ),
        Mistake(
            "flattened",
            ("E[:, indices]", "E[:, indices.ravel()]"),
            "Your sentences are one long row of words. Keep the axes of `indices`.",
        ),
        Mistake(
            "batch_turned",
            ("E[:, indices]", "E[:, indices.T]"),
            "Examples and time steps are exchanged. The axes of `indices`, (m, T_x), keep their order.",
        ),
        Mistake(
            "counted_from_1",
            ("E[:, indices]", "E[:, indices - 1]"),
            "You have the vectors of the words before. Words count from 0.",
        ),
    ],
)

look_up_backward = Exercise(
    function=reference.look_up_backward,
    title="The gradient of a look-up",
    minutes=15,
    difficulty=2,
    arguments={"de": Array("n_e", "m"), "indices": WORDS, "V": Plain("a whole number")},
    result=VECTORS,
    draw=draw_gradient,
    dims=[{"n_e": 3, "V": 6, "m": 5}, {"n_e": 4, "V": 3, "m": 7}, {"n_e": 2, "V": 5, "m": 1}],
    extra=[Cases("each word once", draw=each_once, recorded=each_once_for_all)],
    rows=[
        Row("words that come several times", "", points=5),
        Row("words that come once each", "", points=3, cases="each word once"),
    ],
    mistakes=[
        Mistake(
            "repeated_words_lost",
            ("np.add.at(dE.T, indices, de.T)", "dE[:, indices] += de"),
            "Where a word comes twice, one of its gradients is lost: `x[indices] += g` writes to each index once. All "
            "gradients of a word have to be added up.",
        ),
        Mistake(
            "first_only",
            ("np.add.at(dE.T, indices, de.T)", "dE[:, indices[::-1]] = de[:, ::-1]"),
            "Of a word that comes several times only the first gradient is there. All have to be added up.",
        ),
        Mistake(
            "mean_of_each_word",
            (
                "    return dE",
                "    return dE / np.maximum(1, np.bincount(indices, minlength=V))",
            ),
            "You take the mean over the places where a word stands. Each place sends its gradient, and they add up.",
        ),
        Mistake(
            "divided_by_words",
            ("    return dE", "    return dE / len(indices)"),
            "You divide by the number of words. Whatever mean the loss takes is in `de` already.",
        ),
        Mistake(
            "turned",
            ("    return dE", "    return dE.T"),
            "Your gradient has a row for each word. It has the shape of E: a column for each.",
        ),
        Mistake(
            "only_words_that_came",
            ("np.zeros((len(de), V))", "np.zeros((len(de), int(max(indices)) + 1))"),
            "Your gradient ends with the largest word that came. It has the shape of E: V columns, those of the other "
            "words zero.",
        ),
        Mistake(
            "counted_from_1",
            ("np.add.at(dE.T, indices, de.T)", "np.add.at(dE.T, indices - 1, de.T)"),
            "The gradients reach the words before. Words count from 0.",
        ),
        Mistake(
            "places_for_words",
            ("np.add.at(dE.T, indices, de.T)", "for j in range(len(indices)):\n        dE[:, j] += de[:, j]"),
            "Column j of `de` reaches column j of your gradient. It belongs to the word at place j of `indices`.",
        ),
        Mistake(
            "all_to_all",
            ("np.add.at(dE.T, indices, de.T)", "dE[:, indices] += de.sum(axis=1, keepdims=True)"),
            "Each word gets the sum over all words. A column of `de` goes to its own word only.",
        ),
    ],
)

cosine_similarity = Exercise(
    function=reference.cosine_similarity,
    title="How similar two words are",
    minutes=10,
    difficulty=1,
    arguments={"u": VECTOR, "v": VECTOR},
    result=Number(),
    draw=draw_two,
    dims=[{"n_e": 4}, {"n_e": 7}, {"n_e": 1}],
    extra=[Cases("a vector of zeros", draw=zero_vectors, recorded=zero_vectors_for_all)],
    rows=[
        Row("cosine", "", points=5),
        Row("0 where a vector is 0", "", points=2, cases="a vector of zeros"),
    ],
    mistakes=[
        Mistake(
            "dot_product",
            ("float(u @ v / lengths)", "float(u @ v)"),
            "This is the plain product, which grows with the lengths. Divide it by both of them.",
        ),
        Mistake(
            "one_length",
            ("np.linalg.norm(u) * np.linalg.norm(v)", "np.linalg.norm(u)"),
            "You divide by the length of u only. Both lengths go out.",
        ),
        Mistake(
            "other_length",
            ("np.linalg.norm(u) * np.linalg.norm(v)", "np.linalg.norm(v)"),
            "You divide by the length of v only. Both lengths go out.",
        ),
        Mistake(
            "lengths_squared",
            ("np.linalg.norm(u) * np.linalg.norm(v)", "(u @ u) * (v @ v)"),
            "You divide by the squares of the lengths. The length is the root of the sum of squares.",
        ),
        Mistake(
            "lengths_added",
            ("np.linalg.norm(u) * np.linalg.norm(v)", "np.linalg.norm(u) + np.linalg.norm(v)"),
            "The two lengths are added. They are multiplied.",
        ),
        Mistake(
            "sums_of_absolute_values",
            ("np.linalg.norm(u) * np.linalg.norm(v)", "np.abs(u).sum() * np.abs(v).sum()"),
            "Your lengths are sums of absolute values. The length is the root of the sum of squares.",
        ),
        Mistake(
            "distance",
            ("float(u @ v / lengths)", "float(1 - u @ v / lengths)"),
            "This is one minus the cosine, a distance: the nearest would have the smallest. The similarity is the "
            "cosine.",
        ),
        Mistake(
            "absolute_value",
            ("float(u @ v / lengths)", "float(abs(u @ v) / lengths)"),
            "The sign is lost. Vectors that point in opposite directions have a negative similarity.",
        ),
        Mistake(
            "angle",
            ("float(u @ v / lengths)", "float(np.arccos(np.clip(u @ v / lengths, -1, 1)))"),
            "This is the angle. Asked for is its cosine.",
        ),
        Mistake(
            "zero_entry",
            ("lengths > 0", "u.all() and v.all()"),
            "You take a vector for zero as soon as one of its entries is 0. It is zero where all of them are.",
        ),
        Mistake(
            "sum_of_zero",
            ("lengths > 0", "u.sum() != 0 and v.sum() != 0"),
            "You take a vector for zero where its entries add up to 0. Positive and negative ones cancel in the sum: "
            "a vector is zero where all its entries are.",
        ),
        Mistake(
            "short_is_zero",
            ("lengths > 0", "lengths > 1e-3"),
            "You give 0 for short vectors. They have a direction, and so a cosine; only a vector of zeros has none.",
        ),
        Mistake(
            "centred",
            (
                "lengths = np.linalg.norm(u) * np.linalg.norm(v)",
                "u, v = u - u.mean(), v - v.mean()\n    lengths = np.linalg.norm(u) * np.linalg.norm(v)",
            ),
            "This is the correlation: you subtract each vector's mean. The cosine takes the vectors as they are.",
        ),
    ],
)

unit_columns = Exercise(
    function=reference.unit_columns,
    title="All words at length 1",
    minutes=10,
    difficulty=1,
    arguments={"E": VECTORS},
    result=VECTORS,
    draw=draw_vectors,
    dims=[{"n_e": 3, "V": 5}, {"n_e": 4, "V": 2}, {"n_e": 1, "V": 6}],
    extra=[Cases(ZEROS, draw=zero_column, recorded=zero_column_for_all)],
    rows=[
        Row("columns of length 1", "", points=3),
        Row("a column of zeros stays", "", points=1, cases=ZEROS),
    ],
    mistakes=[
        Mistake(
            "rows",
            ("axis=0", "axis=1"),
            "Your rows have length 1, which are features. A word's vector is a column.",
        ),
        Mistake(
            "all_together",
            ("np.linalg.norm(E, axis=0, keepdims=True)", "np.full((1, E.shape[1]), np.linalg.norm(E))"),
            "All are divided by one number, the length of the whole of E. Each column has a length of its own.",
        ),
        Mistake(
            "length_squared",
            ("np.linalg.norm(E, axis=0, keepdims=True)", "(E**2).sum(axis=0, keepdims=True)"),
            "You divide by the square of the length. The length is the root of the sum of squares.",
        ),
        Mistake(
            "largest",
            ("np.linalg.norm(E, axis=0, keepdims=True)", "np.abs(E).max(axis=0, keepdims=True)"),
            "You divide by the largest entry. Divide by the length.",
        ),
        Mistake(
            "sum_of_absolute_values",
            ("np.linalg.norm(E, axis=0, keepdims=True)", "np.abs(E).sum(axis=0, keepdims=True)"),
            "You divide by the sum of the absolute values. The length is the root of the sum of squares.",
        ),
        Mistake(
            "longest",
            (
                "np.linalg.norm(E, axis=0, keepdims=True)",
                "np.full((1, E.shape[1]), np.linalg.norm(E, axis=0).max())",
            ),
            "All are divided by the length of the longest. Each column is divided by its own.",
        ),
        Mistake(
            "zero_entry",
            ("return unit", "return np.where((E == 0).any(axis=0), E, unit)"),
            "A column in which one entry is 0 stays as it was. Only where all entries are 0 there is no length to "
            "divide by.",
        ),
        Mistake(
            "short_left",
            ("return unit", "return np.where(lengths < 1e-2, E, unit)"),
            "A short column stays as it was. However short it is, it gets length 1; only zeros stay.",
        ),
        Mistake(
            "lengths_only",
            ("return unit", "return lengths[0]"),
            "These are the lengths. Asked for are the vectors divided by them.",
        ),
    ],
)

nearest_words = Exercise(
    function=reference.nearest_words,
    title="Nearest neighbours",
    minutes=20,
    difficulty=2,
    arguments={
        "e": VECTOR,
        "E": VECTORS,
        "k": Plain("a whole number"),
        "leave_out": Plain("a list of words"),
    },
    result=Tuple(words=Plain("k words, the nearest first"), cosines=Array("k")),
    draw=draw_neighbours,
    dims=[
        {"n_e": 3, "V": 9, "k": 5},
        {"n_e": 4, "V": 11, "k": 3},
        {"n_e": 2, "V": 8, "k": 1},
        {"n_e": 5, "V": 10, "k": 7},
    ],
    extra=[
        Cases(TIES, draw=equally_near, recorded=equally_near_for_all),
        Cases(ZEROS, draw=zero_neighbour, recorded=zero_neighbour_for_all),
    ],
    rows=[
        Row("words", "words", points=4),
        Row("cosines", "cosines", points=3),
        Row("smaller index first in a tie", "words", points=1, cases=TIES),
        Row("a column of zeros: cosine 0", "", points=1, cases=ZEROS),
    ],
    needs=["unit_columns"],
    mistakes=[
        Mistake(
            "dot_product",
            ("e @ unit_columns(E) / np.linalg.norm(e)", "e @ E"),
            "You rank by the plain product, so long vectors come first. Rank by the cosine.",
        ),
        Mistake(
            "length_of_e_left",
            ("e @ unit_columns(E) / np.linalg.norm(e)", "e @ unit_columns(E)"),
            "The words are right, but their cosines are not divided by the length of e.",
        ),
        Mistake(
            "lengths_of_words_left",
            ("e @ unit_columns(E) / np.linalg.norm(e)", "e @ E / np.linalg.norm(e)"),
            "e is divided by its length, the words' vectors are not: long ones come first.",
        ),
        Mistake(
            "nothing_left_out",
            ("similarities[list(leave_out)] = -np.inf", "pass"),
            "Words that are to be left out are among your answers. A word's nearest neighbour is always itself.",
        ),
        Mistake(
            "left_out_at_the_end",
            (
                "return words, similarities[words]",
                "words = np.array([w for w in np.argsort(-(e @ unit_columns(E)))[:k] if w not in leave_out], dtype=int)\n"
                "    return words, similarities[words]",
            ),
            "You choose k words and then leave some out, so that fewer than k remain. Leave out first.",
        ),
        Mistake(
            "zero_for_left_out",
            ("-np.inf", "0"),
            "Words that are left out get the similarity 0, which is more than a negative one. Make it so small that "
            "they always come last.",
        ),
        Mistake(
            "first_only_left_out",
            ("list(leave_out)]", "list(leave_out)[:1]]"),
            "Only the first word of `leave_out` is left out. All are.",
        ),
        Mistake(
            "places_after_deletion",
            (
                "return words, similarities[words]",
                "kept = np.delete(similarities, leave_out)\n    words = np.argsort(-kept)[:k]\n"
                "    return words, kept[words]",
            ),
            "Your words are places among those that are left: deleting entries moves all that come after. Words are "
            "columns of E.",
        ),
        Mistake(
            "furthest",
            (
                'np.argsort(-similarities, kind="stable")[:k]',
                'np.argsort(similarities, kind="stable")[len(leave_out):][:k]',
            ),
            "You have the furthest words. The nearest have the largest cosines.",
        ),
        Mistake(
            "from_small_to_large",
            ("np.argsort(-similarities", "np.argsort(similarities"),
            "Your words begin with the smallest similarities, those of the words left out. Begin with the largest.",
        ),
        Mistake(
            "nearest_last",
            ("return words, similarities[words]", "return words[::-1], similarities[words][::-1]"),
            "The nearest word comes last. It comes first.",
        ),
        Mistake(
            "in_order_of_the_vocabulary",
            (
                "return words, similarities[words]",
                "words = np.sort(words)\n    return words, similarities[words]",
            ),
            "The right words are there, in the order of the vocabulary. The nearest comes first.",
        ),
        Mistake(
            "absolute_cosines",
            (
                "similarities[list(leave_out)] = -np.inf",
                "similarities = np.abs(similarities)\n    similarities[list(leave_out)] = -np.inf",
            ),
            "The sign of the cosine is lost, so that opposite vectors count as near.",
        ),
        Mistake(
            "one_too_many",
            ("[:k]", "[: k + 1]"),
            "There is one word too many.",
        ),
        Mistake(
            "nearest_skipped",
            ("[:k]", "[1 : k + 1]"),
            "The nearest word is missing: you skip it as if it were the word itself, which is left out already.",
        ),
        Mistake(
            "first_of_all_skipped",
            [("similarities[list(leave_out)] = -np.inf", "pass"), ("[:k]", "[1 : k + 1]")],
            "You skip the nearest of all words and leave out no other. Which words are no answers is said by "
            "`leave_out`; the nearest may be one.",
        ),
        Mistake(
            "distance",
            (
                "e @ unit_columns(E) / np.linalg.norm(e)",
                "-np.linalg.norm(E - e[:, np.newaxis], axis=0)",
            ),
            "You rank by distance, in which the lengths count. Rank by the cosine.",
        ),
    ],
)

analogy = Exercise(
    function=reference.analogy,
    title="Man is to king as woman is to …",
    minutes=20,
    difficulty=2,
    arguments={"E": VECTORS, "a": WORD, "b": WORD, "c": WORD},
    result=WORD,
    draw=draw_question,
    dims=[
        {"n_e": 4, "V": 11, "questions": 1},
        {"n_e": 5, "V": 12, "questions": 1},
        {"n_e": 3, "V": 13, "questions": 1},
        {"n_e": 6, "V": 10, "questions": 1},
        {"n_e": 4, "V": 15, "questions": 1},
        {"n_e": 5, "V": 14, "questions": 1},
    ],
    extra=[Cases("real words", draw=real_question, recorded=real_question_for_all)],
    rows=[
        Row("word", "", points=6),
        Row("word among real ones", "", points=3, cases="real words"),
    ],
    needs=["unit_columns", "nearest_words"],
    mistakes=[
        Mistake(
            "lengths_left",
            ("unit = unit_columns(E)", "unit = E"),
            "You add vectors of different lengths, so that long ones decide. The three vectors are taken at length 1.",
        ),
        Mistake(
            "nothing_left_out",
            ("[a, b, c])", "[])"),
            "Your answer is one of the words of the question. These are nearest to the target nearly always, and no "
            "answer.",
        ),
        Mistake(
            "only_c_left_out",
            ("[a, b, c])", "[c])"),
            "Words of the question are among your answers: b, which is near the target. None of the three is an "
            "answer.",
        ),
        Mistake(
            "only_b_left_out",
            ("[a, b, c])", "[b])"),
            "Words of the question are among your answers: c, which is near the target. None of the three is an "
            "answer.",
        ),
        Mistake(
            "only_b_and_c_left_out",
            ("[a, b, c])", "[b, c])"),
            "In some cases your answer is a. It is near the target where all three are alike, and none of the three "
            "is an answer.",
        ),
        Mistake(
            "a_and_b_exchanged",
            ("unit[:, b] - unit[:, a] + unit[:, c]", "unit[:, a] - unit[:, b] + unit[:, c]"),
            "You go from b to a. The way is from a to b, and it is gone from c.",
        ),
        Mistake(
            "a_and_c_exchanged",
            ("unit[:, b] - unit[:, a] + unit[:, c]", "unit[:, b] - unit[:, c] + unit[:, a]"),
            "c is subtracted and a is added. The way from a to b is gone from c.",
        ),
        Mistake(
            "difference_only",
            ("unit[:, b] - unit[:, a] + unit[:, c]", "unit[:, b] - unit[:, a]"),
            "You look for the difference of a and b. It is a way, and you go it from c: add e_c.",
        ),
        Mistake(
            "a_not_subtracted",
            ("unit[:, b] - unit[:, a] + unit[:, c]", "unit[:, b] + unit[:, c]"),
            "a has no part in your target. It is subtracted.",
        ),
        Mistake(
            "distance_to_long_vectors",
            (
                "words, _ = nearest_words(target, E, 1, [a, b, c])",
                "far = np.linalg.norm(E - target[:, np.newaxis], axis=0)\n    far[[a, b, c]] = np.inf\n"
                "    words = [far.argmin()]",
            ),
            "You take the word with the smallest distance among vectors of different lengths. Take the largest cosine.",
        ),
        Mistake(
            "product_with_long_vectors",
            (
                "words, _ = nearest_words(target, E, 1, [a, b, c])",
                "near = target @ E\n    near[[a, b, c]] = -np.inf\n    words = [near.argmax()]",
            ),
            "You take the word with the largest plain product, so that long vectors come first. Take the largest "
            "cosine.",
        ),
        Mistake(
            "array_returned",
            ("return int(words[0])", "return words"),
            "You give an array or a list that holds one word. Asked for is the word itself.",
        ),
        Mistake(
            "second",
            [("E, 1, [a", "E, 2, [a"), ("words[0]", "words[1]")],
            "This is the second nearest word.",
        ),
    ],
)

analogy_accuracy = Exercise(
    function=reference.analogy_accuracy,
    title="How many analogies hold",
    minutes=10,
    difficulty=1,
    arguments={"E": VECTORS, "questions": Array("m", "4")},
    result=Number(),
    draw=draw_questions,
    dims=[
        {"n_e": 4, "V": 12, "m": 5},
        {"n_e": 5, "V": 10, "m": 8},
        {"n_e": 3, "V": 9, "m": 1},
    ],
    rows=[Row("share of right answers", "", points=5)],
    needs=["analogy"],
    mistakes=[
        Mistake(
            "number_of_them",
            ("np.mean(", "np.sum("),
            "This is the number of right answers. Asked for is their share.",
        ),
        Mistake(
            "per_cent",
            ("float(np.mean(", "float(100 * np.mean("),
            "This is in per cent. Asked for is a share, from 0 to 1.",
        ),
        Mistake(
            "share_of_wrong_answers",
            ("== d", "!= d"),
            "This is the share of wrong answers.",
        ),
        Mistake(
            "a_and_b_exchanged",
            ("analogy(E, a, b, c)", "analogy(E, b, a, c)"),
            "You ask b is to a as c is to what. Asked for is: a is to b as c is to d.",
        ),
        Mistake(
            "over_the_vocabulary",
            ("float(np.mean(", "len(questions) / E.shape[1] * float(np.mean("),
            "You divide by the number of words. Divide by the number of questions.",
        ),
        Mistake(
            "one_less",
            ("float(np.mean(", "len(questions) / (len(questions) + 1) * float(np.mean("),
            "You divide by one question too many.",
        ),
        Mistake(
            "return_in_the_loop",
            [
                ("np.mean(", "np.sum("),
                (
                    "np.asarray(questions).tolist()]))",
                    "np.asarray(questions)[:1].tolist()]) / len(questions))",
                ),
            ],
            "Only the first question counts, divided by their number: does the return stand inside the loop?",
        ),
        Mistake(
            "first_answer_decides",
            ("np.asarray(questions).tolist()", "np.asarray(questions)[:1].tolist()"),
            "Only the first question counts: does a return stand inside the loop?",
        ),
    ],
)

bias_direction = Exercise(
    function=reference.bias_direction,
    title="The direction of a bias",
    minutes=25,
    difficulty=3,
    arguments={"E": VECTORS, "pairs": PAIRS},
    result=Tuple(g=VECTOR, share=Number()),
    draw=draw_pairs,
    dims=[
        {"n_e": 3, "V": 11, "m": 4},
        {"n_e": 4, "V": 12, "m": 5},
        {"n_e": 2, "V": 9, "m": 4},
        {"n_e": 1, "V": 8, "m": 3},
        {"n_e": 3, "V": 14, "m": 6},
    ],
    rows=[Row("direction", "g", points=7), Row("share of the squares", "share", points=4)],
    mistakes=[
        Mistake(
            "not_centred",
            ("[first - middle, second - middle]", "[first, second]"),
            "The words are not centred on the middle of their pair, so that you find what all of them have in common. "
            "A pair should show only how its two words differ.",
        ),
        Mistake(
            "centred_on_the_mean_of_all",
            (
                "middle = (first + second) / 2",
                "middle = (first + second).mean(axis=1, keepdims=True) / 2",
            ),
            "The words are centred on the mean of all. Each pair has its own middle, halfway between its two words.",
        ),
        Mistake(
            "differences_centred",
            (
                "centred = np.concatenate([first - middle, second - middle], axis=1)",
                "centred = first - second - (first - second).mean(axis=1, keepdims=True)",
            ),
            "From the differences of the pairs you subtract their mean, which is the direction looked for. It is the "
            "two words of a pair that are centred, on their middle.",
        ),
        Mistake(
            "mean_difference",
            (
                "g, share = components[:, 0], sizes[0] ** 2 / np.sum(sizes**2)",
                "g = np.mean(first - second, axis=1) / np.linalg.norm(np.mean(first - second, axis=1))\n"
                "    share = np.sum((g @ centred) ** 2) / np.sum(sizes**2)",
            ),
            "This is the mean of the differences, at length 1. Here the first principal component is asked for, to "
            "which pairs contribute whichever way they point.",
        ),
        Mistake(
            "last_component",
            ("components[:, 0], sizes[0]", "components[:, -1], sizes[-1]"),
            "This is the direction along which the pairs differ least. The first component has the largest singular "
            "value (`eigh` gives the largest eigenvalue last).",
        ),
        Mistake(
            "row_of_the_components",
            ("components[:, 0]", "components[0]"),
            "You take a row of the matrix of components. They are its columns.",
        ),
        Mistake(
            "sign_not_settled",
            ("        g = -g", "        pass"),
            "In some cases your direction points the other way. A component has no sign of its own: turn it so that on "
            "average the first words of the pairs lie further along than the second.",
        ),
        Mistake(
            "sign_turned",
            (" < 0:", " > 0:"),
            "Your direction points from the first words to the second. It points from the second to the first.",
        ),
        Mistake(
            "sign_by_counting",
            ("np.sum(g @ (first - second))", "np.sum(np.sign(g @ (first - second)))"),
            "Your sign is that of most pairs. It is that of the mean over the pairs, in which far ones weigh more.",
        ),
        Mistake(
            "sign_of_the_first_words",
            ("np.sum(g @ (first - second))", "np.sum(g @ first)"),
            "You look at the first words only, which may all lie on the negative side. They are to lie further along "
            "than the second.",
        ),
        Mistake(
            "lengths_1_first",
            ("    first, second = E", "    E = E / np.linalg.norm(E, axis=0)\n    first, second = E"),
            "You bring the columns to length 1 first. Here E is taken as it is given.",
        ),
        Mistake(
            "sign_of_the_first_pair",
            ("np.sum(g @ (first - second))", "(g @ (first - second))[0]"),
            "Your sign is that of the first pair. It is that of the mean over all pairs.",
        ),
        Mistake(
            "share_of_sizes",
            ("sizes[0] ** 2 / np.sum(sizes**2)", "sizes[0] / np.sum(sizes)"),
            "Your share is one of singular values. The sum of squares along a component is the square of its singular "
            "value.",
        ),
        Mistake(
            "eigenvalues_squared",
            ("sizes[0] ** 2 / np.sum(sizes**2)", "sizes[0] ** 4 / np.sum(sizes**4)"),
            "Your share is one of fourth powers of singular values. Eigenvalues are sums of squares already: they are "
            "not squared again.",
        ),
        Mistake(
            "not_a_share",
            ("sizes[0] ** 2 / np.sum(sizes**2)", "sizes[0] ** 2"),
            "This is the sum of squares along g. Divide it by the sum of all squares.",
        ),
        Mistake(
            "longer_than_1",
            ("g, share = components[:, 0],", "g, share = components[:, 0] * sizes[0],"),
            "Your direction is multiplied by its singular value. It has length 1.",
        ),
        Mistake(
            "pairs_in_rows",
            ("pairs[:, 0]], E[:, pairs[:, 1]]", "pairs[0]], E[:, pairs[1]]"),
            "You take the first two rows of `pairs`. A row is a pair; the first words are its first column.",
        ),
    ],
)

direct_bias = Exercise(
    function=reference.direct_bias,
    title="How much bias there is",
    minutes=10,
    difficulty=2,
    arguments={"E": VECTORS, "indices": WORDS, "g": VECTOR, "strictness": Number()},
    result=Number(),
    draw=draw_bias,
    dims=[
        {"n_e": 4, "V": 7, "m": 5},
        {"n_e": 3, "V": 8, "m": 6},
        {"n_e": 5, "V": 6, "m": 1},
        {"n_e": 2, "V": 9, "m": 4},
    ],
    extra=[
        Cases("strictness 1", draw=plain_mean, recorded=plain_mean_for_all),
        Cases(ZEROS, draw=zero_word, recorded=zero_word_for_all),
    ],
    rows=[
        Row("mean of the powers", "", points=4),
        Row("plain mean", "", points=1, cases="strictness 1"),
        Row("a column of zeros: cosine 0", "", points=1, cases=ZEROS),
    ],
    needs=["unit_columns"],
    mistakes=[
        Mistake(
            "sign_kept",
            ("np.abs(cosines) ** strictness", "np.sign(cosines) * np.abs(cosines) ** strictness"),
            "Words on one side cancel those on the other. Each counts by its absolute value.",
        ),
        Mistake(
            "power_of_signed_cosines",
            ("np.abs(cosines) ** strictness", "cosines ** strictness"),
            "You take the power of cosines with their signs. For negative ones that is nan, or negative where the "
            "power is an odd whole number. Take each absolute value first.",
        ),
        Mistake(
            "absolute_value_of_the_powers",
            ("np.abs(cosines) ** strictness", "np.abs(cosines ** strictness)"),
            "You take the absolute value after the power. A negative number to a power that is not whole is nan: the "
            "absolute value comes first.",
        ),
        Mistake(
            "absolute_value_at_the_end",
            ("np.mean(np.abs(cosines) ** strictness)", "np.abs(np.mean(cosines ** strictness))"),
            "You take the absolute value at the end. A negative number to a power that is not whole is nan, and in "
            "the mean the sides cancel. Take the absolute value of each word's cosine, before the power.",
        ),
        Mistake(
            "absolute_value_of_the_mean",
            (
                "np.mean(np.abs(cosines) ** strictness)",
                "np.abs(np.mean(np.sign(cosines) * np.abs(cosines) ** strictness))",
            ),
            "You take the absolute value of the mean, in which the sides have cancelled. Take it of each word.",
        ),
        Mistake(
            "lengths_of_words_left",
            ("unit_columns(E)[:, indices]", "E[:, indices]"),
            "The words' vectors are not divided by their lengths. It is the cosine that counts.",
        ),
        Mistake(
            "length_of_g_left",
            (" / np.linalg.norm(g)", ""),
            "g is not divided by its length. It is the cosine that counts.",
        ),
        Mistake(
            "all_words",
            ("unit_columns(E)[:, indices]", "unit_columns(E)"),
            "The mean is over the whole vocabulary. Only the words in `indices` count.",
        ),
        Mistake(
            "sum",
            ("np.mean(", "np.sum("),
            "This is the sum. Take the mean over the words.",
        ),
        Mistake(
            "power_of_the_mean",
            ("np.mean(np.abs(cosines) ** strictness)", "np.mean(np.abs(cosines)) ** strictness"),
            "You take the mean first and then the power. The power is taken of each word's cosine.",
        ),
        Mistake(
            "strictness_not_used",
            ("** strictness)", ")"),
            "`strictness` has no part in your answer. Each absolute value is taken to that power.",
        ),
        Mistake(
            "times_strictness",
            ("** strictness)", "* strictness)"),
            "You multiply by `strictness`. It is an exponent.",
        ),
        Mistake(
            "divided_by_the_square",
            ("/ np.linalg.norm(g)", "/ (g @ g)"),
            "You divide by g · g, as in a projection. For the cosine, divide by the length of g.",
        ),
        Mistake(
            "squares",
            ("** strictness)", "** (2 * strictness))"),
            "Your cosines are squared. Their absolute values are taken to the power `strictness`.",
        ),
        Mistake(
            "words_once",
            ("[:, indices]", "[:, np.unique(indices)]"),
            "A word that is listed twice counts once. Each place in `indices` counts.",
        ),
    ],
)

neutralise = Exercise(
    function=reference.neutralise,
    title="Neutralise a word",
    minutes=10,
    difficulty=2,
    arguments={"e": VECTOR, "g": VECTOR},
    result=VECTOR,
    draw=draw_neutral,
    dims=[{"n_e": n_e, "words": 1} for n_e in (4, 3, 6)],
    rows=[Row("neutral vector", "", points=7)],
    mistakes=[
        Mistake(
            "not_scaled",
            ("return across / np.linalg.norm(across)", "return across"),
            "The direction is right, the length is not 1. Divide what is left by its length.",
        ),
        Mistake(
            "scaled_before",
            ("return across / np.linalg.norm(across)", "return across / np.linalg.norm(e)"),
            "You bring e to length 1 before its part along g is taken out, which makes it shorter. Divide afterwards.",
        ),
        Mistake(
            "length_as_before",
            (
                "return across / np.linalg.norm(across)",
                "return across / np.linalg.norm(across) * np.linalg.norm(e)",
            ),
            "The direction is right, and the vector is as long as before. Here it gets length 1.",
        ),
        Mistake(
            "g_taken_as_unit", ("(e @ g) / (g @ g) * g", "(e @ g) * g"), NOT_DIVIDED + " Divide by g · g."
        ),
        Mistake(
            "divided_by_length_once",
            ("(g @ g)", "np.linalg.norm(g)"),
            "You divide by the length of g once. Both g in the product bring it in: divide by its square.",
        ),
        Mistake(
            "projection_kept",
            ("return across / np.linalg.norm(across)", "return along / np.linalg.norm(along)"),
            "This is the part along g. Asked for is what is left without it.",
        ),
        Mistake(
            "added",
            ("across = e - along", "across = e + along"),
            "The part along g is doubled. It is taken away.",
        ),
        Mistake(
            "mirrored",
            ("across = e - along", "across = e - 2 * along"),
            "Your vector is mirrored: its part along g has the other sign. It should be 0.",
        ),
        Mistake(
            "cosine_for_projection",
            (
                "(e @ g) / (g @ g) * g",
                "(e @ g) / (np.linalg.norm(e) * np.linalg.norm(g)) * g",
            ),
            "You subtract the cosine times g. The part along g is (e · g) / (g · g) times g.",
        ),
        Mistake(
            "divided_by_e",
            ("(g @ g)", "(e @ e)"),
            "You divide by e · e. The projection on g divides by g · g.",
        ),
        Mistake(
            "entry_by_entry",
            ("(e @ g) / (g @ g) * g", "(e * g) / (g * g) * g"),
            "You multiply entry by entry, which gives e again, so that nothing but rounding is left. e · g is the sum "
            "of the products: `@`.",
        ),
        Mistake(
            "g_subtracted",
            ("across = e - along", "across = e - g"),
            "You subtract the whole of g. Only the part of e along g goes.",
        ),
    ],
)

equalise = Exercise(
    function=reference.equalise,
    title="Equalise a pair",
    minutes=20,
    difficulty=3,
    arguments={"u": VECTOR, "v": VECTOR, "g": VECTOR},
    result=Tuple(u=VECTOR, v=VECTOR),
    draw=draw_equal,
    dims=[{"n_e": n_e, "pairs": 1} for n_e in (4, 3, 6)],
    extra=[Cases("on both sides of g", draw=both_sides, recorded=both_sides_for_all)],
    rows=[
        Row("both, on the same side before", "", points=4),
        Row("both, on different sides before", "", points=5, cases="on both sides of g"),
    ],
    mistakes=[
        Mistake(
            "g_taken_as_unit",
            ("unit = g / np.linalg.norm(g)", "unit = g"),
            NOT_DIVIDED + " Divide it by its length first.",
        ),
        Mistake(
            "middle_not_halved",
            ("(u + v) / 2", "u + v"),
            "The middle is half the sum; you take the whole sum. Where what is left of it across g is longer than 1, "
            "a negative number stands under the root: that is nan.",
        ),
        Mistake(
            "half_of_the_second_only",
            ("(u + v) / 2", "u + v / 2"),
            "Only v is halved: a division goes before an addition. The middle is half the sum of both.",
        ),
        Mistake(
            "middle_not_neutralised",
            ("middle - (middle @ unit) * unit", "middle"),
            "The middle of the two still has its part along g. Both vectors share only what lies across.",
        ),
        Mistake(
            "divided_by_length_once",
            ("middle - (middle @ unit) * unit", "middle - (middle @ g) / np.linalg.norm(g) * g"),
            "In the projection you divide by the length of g once. Both g in the product bring it in: divide by its "
            "square.",
        ),
        Mistake(
            "height_times_g",
            (
                "return across + side * height * unit, across - side * height * unit",
                "return across + side * height * g, across - side * height * g",
            ),
            "You go √(1 − ‖ν‖²) times the whole g along. It is that far in units of length: divide g by its length.",
        ),
        Mistake(
            "root_missing",
            ("np.sqrt(1 - across @ across)", "(1 - across @ across)"),
            "The root is missing: by Pythagoras the part along g is √(1 − ‖ν‖²).",
        ),
        Mistake(
            "length_not_squared",
            ("np.sqrt(1 - across @ across)", "np.sqrt(1 - np.linalg.norm(across))"),
            "Under the root stands 1 − ‖ν‖. By Pythagoras it is 1 − ‖ν‖².",
        ),
        Mistake(
            "old_height_kept",
            ("height = np.sqrt(1 - across @ across)", "height = abs((u - v) @ unit) / 2"),
            "The two lie as far apart along g as before, so that their lengths are not 1.",
        ),
        Mistake(
            "first_always_ahead",
            ("side = np.sign((u - v) @ unit)", "side = 1"),
            "Your first vector always lies on the positive side of g. It stays on its own side of the other vector.",
        ),
        Mistake(
            "side_of_the_first_vector",
            ("np.sign((u - v) @ unit)", "np.sign(u @ unit)"),
            "You ask on which side of the origin u lies. Both may lie on one side: what counts is which of the two "
            "lies further along g.",
        ),
        Mistake(
            "sides_exchanged",
            ("np.sign((u - v) @ unit)", "np.sign((v - u) @ unit)"),
            "The two have changed places along g. The one that lies further along stays ahead.",
        ),
        Mistake(
            "side_of_the_origin",
            (
                "return across + side * height * unit, across - side * height * unit",
                "return across + np.sign(u @ unit) * height * unit, across + np.sign(v @ unit) * height * unit",
            ),
            "Each vector gets the side of the origin on which it lies. Where both lie on one side they become equal: "
            "the sides are those of their common middle.",
        ),
        Mistake(
            "divided_by_the_whole_remainder",
            (
                "return across + side * height * unit, across - side * height * unit",
                "part = (u - v) @ unit / 2 * unit\n"
                "    along = (middle @ unit) * unit\n"
                "    return (across + height * part / np.linalg.norm(u - across - along),\n"
                "            across - height * part / np.linalg.norm(v - across - along))",
            ),
            "You divide by the length of e − ν − μ_B, which has parts across g. Only the part along g is divided by "
            "its own length, so that a direction of length 1 remains.",
        ),
        Mistake(
            "own_parts_across",
            (
                "return across + side * height * unit, across - side * height * unit",
                "own = [x - (x @ unit) * unit for x in (u, v)]\n"
                "    heights = [side * np.sqrt(1 - x @ x) for x in own]\n"
                "    return own[0] + heights[0] * unit, own[1] - heights[1] * unit",
            ),
            "Each vector keeps its own part across g, so that they differ there still. Both get that of their middle.",
        ),
        Mistake(
            "neutralised",
            (
                "return across + side * height * unit, across - side * height * unit",
                "return across / np.linalg.norm(across), across / np.linalg.norm(across)",
            ),
            "Both have become the same neutral vector of length 1. The part across g keeps its length, which leaves "
            "room along g: there they differ, each on its side.",
        ),
    ],
)

debias = Exercise(
    function=reference.debias,
    title="Debias a vocabulary",
    minutes=15,
    difficulty=2,
    arguments={"E": VECTORS, "neutral": WORDS, "pairs": Array("p", "2"), "g": VECTOR},
    result=VECTORS,
    draw=draw_debias,
    dims=[
        {"n_e": 4, "V": 9, "m": 3, "p": 2},
        {"n_e": 3, "V": 8, "m": 2, "p": 1},
        {"n_e": 5, "V": 11, "m": 1, "p": 4},
    ],
    extra=[Cases(ZEROS, draw=zero_other, recorded=zero_other_for_all)],
    rows=[
        Row("all vectors", "", points=3),
        Row("a column of zeros stays", "", points=1, cases=ZEROS),
    ],
    needs=["unit_columns", "neutralise", "equalise"],
    mistakes=[
        Mistake(
            "lengths_left",
            [("unit_columns(E)", "E.copy()"), ("= equalise(", "= equalise.__wrapped__(")],
            "The columns keep their lengths. All get length 1 first: `equalise` is right only for such vectors.",
        ),
        Mistake(
            "neutral_not_scaled",
            (
                "= neutralise(after[:, word], g)",
                "-= (after[:, word] @ g) / (g @ g) * g",
            ),
            "The neutral words have lost their part along g, and with it some of their length. They get length 1 "
            "again.",
        ),
        Mistake(
            "first_overwritten",
            (
                "        after[:, first], after[:, second] = equalise(after[:, first], after[:, second], g)",
                "        after[:, first] = equalise(after[:, first], after[:, second], g)[0]\n"
                "        after[:, second] = equalise(after[:, first], after[:, second], g)[1]",
            ),
            "The second word of a pair is equalised with the new vector of the first. Both come from the two old "
            "vectors: compute them together.",
        ),
        Mistake(
            "others_not_scaled",
            (
                "    return after",
                "    others = np.setdiff1d(np.arange(E.shape[1]), [*neutral, *np.ravel(pairs)])\n"
                "    after[:, others] = E[:, others]\n    return after",
            ),
            "Words that are neither neutral nor in a pair keep their lengths. All columns get length 1 first.",
        ),
        Mistake(
            "pairs_left",
            ("for first, second in pairs:", "for first, second in pairs[:0]:"),
            "The pairs are as before. They are equalised.",
        ),
        Mistake(
            "neutral_left",
            ("for word in neutral:", "for word in neutral[:0]:"),
            "The neutral words are as before. They are neutralised.",
        ),
        Mistake(
            "all_neutralised",
            ("for word in neutral:", "for word in range(E.shape[1]):"),
            "All words are neutralised. Only those in `neutral` are.",
        ),
        Mistake(
            "pairs_neutralised_too",
            (
                "    return after",
                "    for word in np.ravel(pairs):\n        after[:, word] = neutralise(after[:, word], g)\n    return after",
            ),
            "The words of the pairs have lost their part along g. They are to differ along it.",
        ),
        Mistake(
            "last_pair_left",
            ("for first, second in pairs:", "for first, second in pairs[:-1]:"),
            "The last pair is left out.",
        ),
        Mistake(
            "pair_exchanged",
            (
                "after[:, first], after[:, second] = equalise(",
                "after[:, second], after[:, first] = equalise(",
            ),
            "The two words of a pair have got each other's vector.",
        ),
        Mistake(
            "first_word_only",
            (
                "after[:, first], after[:, second] = equalise(",
                "after[:, first], _ = equalise(",
            ),
            "Only the first word of a pair has its new vector.",
        ),
    ],
)

EXERCISES = [
    one_hot_product,
    look_up_vectors,
    look_up_backward,
    cosine_similarity,
    unit_columns,
    nearest_words,
    analogy,
    analogy_accuracy,
    bias_direction,
    direct_bias,
    neutralise,
    equalise,
    debias,
]

# Mutants of the reference that do the same as the reference, each with the reason.
NO_LENGTH_BELOW_0 = "a length is never below 0"
FIRST_OF_MORE = (
    "the words are sorted, so that the first of two is the first of one; one word is the last of one as well"
)
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "cosine_similarity": {
        "return float(u @ v / lengths) if lengths > 0 else 0.0  →  "
        "return float(u @ v / lengths) if lengths != 0 else 0.0": NO_LENGTH_BELOW_0,
    },
    "unit_columns": {
        "unit: Array = np.divide(E, lengths, out=np.zeros_like(E), where=lengths > 0)  →  "
        "unit: Array = np.divide(E, lengths, out=np.zeros_like(E), where=lengths != 0)": NO_LENGTH_BELOW_0,
        "lengths = np.linalg.norm(E, axis=0, keepdims=True)  →  "
        "lengths = np.linalg.norm(E, axis=0, keepdims=False)": "(V,) stands beside (n_e, V) as (1, V) does",
    },
    "analogy": {
        "words, _ = nearest_words(target, E, 1, [a, b, c])  →  "
        "words, _ = nearest_words(target, E, 2, [a, b, c])": FIRST_OF_MORE,
        "return int(words[0])  →  return int(words[ -1])": FIRST_OF_MORE,
    },
    "analogy_accuracy": {
        "return float(np.mean([analogy(E, a, b, c) == d for a, b, c, d in np.asarray(questions).tolist()]))  →  "
        "return float(np.mean([analogy(E, a, b, c) is d for a, b, c, d in np.asarray(questions).tolist()]))": (
            "equal whole numbers below 257 are one object in CPython, and the words of the cases are that few"
        ),
    },
    "bias_direction": {
        "if np.sum(g @ (first - second)) < 0:  →  if np.sum(g @ (first - second)) <= 0:": (
            "the sum is 0 for no drawn pairs, and then either sign would do"
        ),
        "components, sizes, _ = np.linalg.svd(centred, full_matrices=False)  →  "
        "components, sizes, _ = np.linalg.svd(centred, full_matrices=True)": "the first components are the same",
    },
}
