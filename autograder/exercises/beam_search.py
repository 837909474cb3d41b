"""What is graded in 14-beam-search."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake, mistaken
from autograder.fixtures import build
from autograder.layout import Array, Dict, Each, Function, Layout, Number, Plain, Tuple
from autograder.row import Row
from autograder.tree import Fixture
from seqlib import beam_search as reference

# The batched search does the exercises as a whole.
WITHHELD = ("models/decoding",)

SUMS = Array("B")
SCORES = Array("B", "V")
TOKENS = Array("K")
TOKEN = Plain("a token")
STEP = Function("a function of tokens (B,) and state")
STATE = Plain("a tuple of arrays (n, B)")
FIRST_STATE = Plain("a tuple of arrays (n, 1)")
WORDS = Plain("a list of tokens")
SEVERAL = Plain("a list of lists of tokens")
HYPOTHESIS = Plain("a dict: tokens, log_probability, score, finished")
FOUND = Each(
    Dict(tokens=WORDS, log_probability=Number(), score=Number(), finished=Plain("True or False")),
    "hypothesis",
)
MODEL: dict[str, Layout] = {"step": STEP, "state": FIRST_STATE}

START, END = 0, 2
SEED = 14
VOCABULARY = ("the", "cat", "sat", "on", "a", "mat", "and", "slept")


def some(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both among them."""
    return int(rng.integers(low, high + 1))


def draw_score(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sums and lengths of which no two are equal, and an α that is neither 0 nor 1."""
    B = dims["B"]
    return {
        "log_probability": -rng.uniform(1, 9, B),
        "length": rng.permutation(np.arange(2, 2 + B)) + some(rng, 0, 2),
        "alpha": float(rng.uniform(0.55, 0.8)),
    }


def draw_single(rng: np.random.Generator) -> list[Arguments]:
    """A sum and a length as plain numbers, and several sums of the same length."""
    return [
        {
            "log_probability": -float(rng.uniform(1, 9)),
            "length": some(rng, 3, 9),
            "alpha": float(rng.uniform(0.55, 0.8)),
        },
        {
            "log_probability": -rng.uniform(1, 9, 3),
            "length": some(rng, 4, 9),
            "alpha": float(rng.uniform(0.55, 0.8)),
        },
    ]


def single_for_all() -> list[Arguments]:
    """The public cases with plain numbers."""
    return draw_single(np.random.default_rng(SEED))


def draw_distributions(rng: np.random.Generator, V: int, B: int) -> np.ndarray:
    """Logarithms of B distributions over V tokens, as columns."""
    z = rng.normal(0, 1.3, (V, B))
    log_p: np.ndarray = z - np.log(np.exp(z).sum(axis=0))
    return log_p


def draw_candidates(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A beam in which some are finished and some are not; the end token is in the middle."""
    B, V = dims["B"], dims["V"]
    finished = np.arange(B) % 2 == dims["first"]
    return {
        "sums": -rng.uniform(1, 6, B),
        "lengths": rng.permutation(np.arange(3, 3 + B)),
        "finished": rng.permutation(finished),
        "log_p": draw_distributions(rng, V, B),
        "end": min(1, V - 1),
    }


def draw_scores(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Scores of which one row has the two best and one has nothing good.

    Neither the best of all nor the best of each row are in the order of their places.
    """
    B, V, width = dims["B"], dims["V"], dims["width"]
    while True:
        scores = -rng.uniform(2, 9, (B, V))
        row = some(rng, 0, B - 1)
        scores[row, rng.permutation(V)[:2]] = -rng.uniform(0.5, 1.5, 2)
        scores[(row + 1) % B] -= 9 * (B > 1)
        steps = np.diff(np.argsort(-scores, axis=None)[:width])
        rows = np.argsort(-scores.max(axis=1))
        if width < 3 or (steps.min() < 0 < steps.max() and (np.diff(rows[:width]) < 0).any()):
            return {"scores": scores, "width": width}


def tied_scores(rng: np.random.Generator) -> list[Arguments]:
    """Scores many of which are equal."""
    places = rng.permutation(12).reshape(3, 4)
    return [
        {"scores": -(places // 4).astype(float), "width": 6},
        {"scores": -rng.integers(1, 3, (4, 3)).astype(float), "width": 5},
    ]


def tied_for_all() -> list[Arguments]:
    """The public cases with ties."""
    return tied_scores(np.random.default_rng(SEED))


def few_scores(rng: np.random.Generator) -> list[Arguments]:
    """Fewer candidates than are asked for: some are -∞, or the table is small."""
    scores = -rng.uniform(1, 9, (3, 4))
    scores[0] = -np.inf
    scores[1, 1:] = -np.inf
    return [{"scores": scores, "width": 8}, {"scores": -rng.uniform(1, 9, (1, 3)), "width": 5}]


def few_for_all() -> list[Arguments]:
    """The public cases with few candidates."""
    return few_scores(np.random.default_rng(SEED))


def draw_state(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A state of several parts; some hypotheses go on twice, one does not go on, and they change places."""
    B = dims["B"]
    origins = np.array([B - 1, 0, B - 1, *rng.integers(0, B, dims["K"] - 3)])
    state = tuple(rng.normal(size=(dims["n"] + 3 * i, B)) for i in range(dims["parts"]))
    return {"state": state, "origins": origins}


def recurrent(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A random decoder, and a state to begin with."""
    n, k, V = dims["n"], dims["k"], dims["V"]
    shapes = {"E": (n, V), "Wa": (n, n), "Wc": (n, k), "Wk": (k, n), "Wy": (V, n)}
    data = {name: rng.normal(0, 1.1, shape) for name, shape in shapes.items()}
    by = rng.normal(0, 0.3, (V, 1))
    by[START] = -30.0  # the start token is never written
    state = (rng.normal(size=(n, 1)), rng.normal(size=(k, 1)))
    return {"step": Fixture("recurrent_step", {**data, "by": by}), "state": state}


def automaton(probabilities: Sequence[Sequence[float]], following: Sequence[Sequence[int]]) -> Arguments:
    """A model by a table: a row of probabilities for each state, and the states that tokens lead to."""
    with np.errstate(divide="ignore"):
        log_p = np.log(np.array(probabilities, dtype=float)).T
    data = {"log_p": log_p, "following": np.array(following).T}
    return {"step": Fixture("automaton", data), "state": (np.zeros((1, 1), dtype=int),)}


def lengths_of(found: Sequence[dict[str, Any]]) -> set[int]:
    """The lengths of what has ended."""
    return {len(one["tokens"]) for one in found if one["finished"]}


def telling(arguments: Arguments) -> bool:
    """Whether a search shows what can go wrong.

    Some hypotheses end, at several lengths, and one is cut; the best is not the greedy one, and has ended well before the
    search does; plain sums rank otherwise than normalised ones; what has ended takes room in the beam.
    """
    model = {**arguments, "step": build(arguments["step"])}
    found = reference.beam_search(**model)
    greedy = reference.beam_search(**{**model, "width": 1})
    before = reference.beam_search(**{**model, "longest": model["longest"] - 2})
    sums = [one["log_probability"] for one in found]
    set_aside = next(one for one in beam_search.mistakes if one.name == "finished_set_aside")
    return (
        len(lengths_of(found)) >= 2
        and not all(one["finished"] for one in found)
        and found[0]["finished"]
        and before[0]["finished"]
        and len(found[0]["tokens"]) < model["longest"] - 1
        and greedy[0]["tokens"] != found[0]["tokens"]
        and sums != sorted(sums, reverse=True)
        and mistaken(beam_search, set_aside)(**model) != found
    )


def draw_search(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A search that shows what can go wrong."""
    while True:
        arguments = {
            **recurrent(rng, dims),
            "start": START,
            "end": END,
            "width": dims["width"],
            "longest": dims["longest"],
            "alpha": float(rng.uniform(0.6, 0.9)),
        }
        if telling(arguments):
            return arguments


def search(model: Arguments, width: int, longest: int, alpha: float) -> Arguments:
    """A search in a model."""
    return {**model, "start": START, "end": END, "width": width, "longest": longest, "alpha": alpha}


def plain_search(rng: np.random.Generator) -> list[Arguments]:
    """Searches without length normalisation."""
    sizes = ({"n": 4, "k": 2, "V": 5}, {"n": 3, "k": 1, "V": 4})
    return [search(recurrent(rng, dims), width, 6, 0.0) for dims, width in zip(sizes, (3, 5), strict=True)]


def plain_for_all() -> list[Arguments]:
    """The public searches without length normalisation."""
    return plain_search(np.random.default_rng(SEED))


def greedy_search(rng: np.random.Generator) -> list[Arguments]:
    """Searches of width 1."""
    return [
        search(recurrent(rng, {"n": 4, "k": 2, "V": V}), 1, 7, alpha) for V, alpha in ((6, 0.0), (5, 0.7))
    ]


def greedy_for_all() -> list[Arguments]:
    """The public searches of width 1."""
    return greedy_search(np.random.default_rng(SEED))


def edge_search(rng: np.random.Generator) -> list[Arguments]:
    """Models at the edge.

    One never ends, in one nothing but the end is possible, one has equal ways, in two nothing is possible: at once, and
    after some tokens. And a beam that is wider than all there is.
    """
    p = float(rng.uniform(0.3, 0.4))
    endless = automaton([[0, p, 0, 1 - p]], [[0, 0, 0, 0]])
    ending = automaton([[0, 0, 1]], [[0, 0, 0]])
    # Whole numbers as logarithms, so that sums are exactly equal whatever is added first.
    equal = np.exp([[-np.inf, -2, -2, -1], [-np.inf, -2, -1, -2]]).tolist()
    tied = automaton(equal, [[0, 1, 0, 0], [1, 0, 0, 1]])
    nothing = automaton([[0, 0, 0]], [[0, 0, 0]])
    stuck = automaton([[0, p, 0, 1 - p], [0, 0, 0, 0]], [[0, 1, 0, 1], [1, 1, 1, 1]])
    return [
        search(endless, 2, 5, float(rng.uniform(0.3, 0.7))),
        search(ending, 3, 4, 1.0),
        search(tied, 4, 3, 0.0),
        search(endless, 50, 3, 0.0),
        search(nothing, 2, 3, 0.0),
        search(stuck, 3, 4, float(rng.uniform(0.3, 0.7))),
    ]


def edge_for_all() -> list[Arguments]:
    """The public searches at the edge."""
    return edge_search(np.random.default_rng(SEED))


def draw_target(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A model, and a text whose tokens are not all the same."""
    length, V = dims["length"], dims["V"]
    others = [token for token in range(V) if token not in (START, END)]
    tokens = [others[some(rng, 0, len(others) - 1)] for _ in range(length - 1)]
    if length > 2:
        tokens[0], tokens[1] = others[:2]
    return {**recurrent(rng, dims), "tokens": [*tokens, END], "start": START}


def hypothesis(tokens: Sequence[int], log_probability: float, alpha: float) -> dict[str, Any]:
    """What a search returns."""
    score = log_probability / len(tokens) ** alpha
    return {"tokens": [*tokens], "log_probability": log_probability, "score": score, "finished": True}


def other_text(rng: np.random.Generator, length: int) -> list[int]:
    """A text of a given length, whose first token is larger than all others."""
    return [*(some(rng, 3, 6) + 4 * (i == 0) for i in range(length - 1)), END]


def draw_blame(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One input: what was found and the true text, the one longer than the other, in the way that `dims` names.

    1: normalised, the truth ranks above, while its sum is below; 2: the other way round; 3: the truth was found;
    4: the truth is above in both; 5: below in both; 6: the truth was found, its sum rounded otherwise; 7: the truth is
    just above; 8: even its plain sum is above the other's score. From 9 on, what was found resembles the truth, in the
    way that `resembling` names.
    """
    kind, alpha = dims["kind"], float(rng.uniform(0.9, 1.1))
    if kind > 8:
        return resembling(rng, kind, alpha)
    long, short = some(rng, 9, 11), some(rng, 4, 5)
    target_length = {1: long, 2: short, 3: long, 4: long, 5: short, 6: short, 7: 4, 8: short}[kind]
    found_length = {1: short, 2: long, 3: long, 4: short, 5: long, 6: short, 7: 5, 8: 4}[kind]
    target = other_text(rng, target_length)
    of_target, of_found = {
        1: (-6.0, -5.0),
        2: (-5.0, -6.0),
        3: (-5.0, -5.0),
        4: (-4.0, -6.0),
        5: (-6.0, -4.0),
        6: (-5.0, -5.0),
        7: (-4.0, -5.8),
        8: (-0.5, -9.0),
    }[kind]
    stretch = float(rng.uniform(0.9, 1.1))
    tokens = target if kind in (3, 6) else [target[0] + (-1) ** kind, *other_text(rng, found_length)[1:]]
    return {
        "found": hypothesis(tokens, stretch * of_found - 1e-9 * (kind == 6), alpha),
        "target": target,
        "target_log_probability": stretch * of_target,
        "alpha": alpha,
    }


def resembling(rng: np.random.Generator, kind: int, alpha: float) -> Arguments:
    """What was found is not the truth, but is like it.

    9: as long; 10: the same tokens in another order; 11: the same ones, one of them twice; 12: its beginning, not
    finished; 13: other tokens, as probable.
    """
    target = other_text(rng, some(rng, 6, 8))
    first, second, *rest = target
    tokens = {
        9: [first + 1, second, *rest],
        10: [second, first, *rest],
        11: [first, *target],
        12: target[:-2],
        13: [first + 1, *rest],
    }[kind]
    of_target, of_found = {12: (-6.0, -3.0), 13: (-5.0, -5.0)}.get(kind, (-4.0, -6.0))
    alpha, stretch = alpha * (kind != 13), float(rng.uniform(0.9, 1.1))
    return {
        "found": {**hypothesis(tokens, stretch * of_found, alpha), "finished": kind != 12},
        "target": target,
        "target_log_probability": stretch * of_target,
        "alpha": alpha,
    }


def equal_scores(rng: np.random.Generator) -> list[Arguments]:
    """The true text and another one, equally probable to the last bit."""
    p = -float(rng.integers(2, 9))
    target = [1, 3, END]
    return [
        {
            "found": hypothesis([3, 1, END], p, 0.0),
            "target": target,
            "target_log_probability": p,
            "alpha": 0.0,
        }
    ]


def equal_for_all() -> list[Arguments]:
    """The public case of equal probability."""
    return equal_scores(np.random.default_rng(SEED))


def draw_blames(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A list with different numbers of each; the second case lacks one of them."""
    counts = {"none": dims["none"], "search": dims["search"], "model": dims["model"]}
    names = [name for name, count in counts.items() for _ in range(count)]
    return {"blames": [str(name) for name in rng.permutation(names)]}


def words(rng: np.random.Generator, count: int, kinds: int = 4) -> list[str]:
    """A text of few different words."""
    return [VOCABULARY[some(rng, 0, kinds - 1)] for _ in range(count)]


def told_apart(exercise: Exercise, arguments: Arguments, but: str) -> bool:
    """Whether the right function and all known mistakes but one give different results; that one has a case of its own."""
    known = [mistake for mistake in exercise.mistakes if mistake.name != but]
    ways = [exercise.function, *(mistaken(exercise, mistake) for mistake in known)]
    results = {repr(np.round(way(*arguments.values()), 9)) for way in ways}
    return len(results) == len(ways)


def draw_matches(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A text of few words with three references; of pairs, each known mistake shows.

    Beginnings that are different are the same where their tokens are joined.
    """
    n, length = dims["n"], dims["length"]
    while True:
        references = [words(rng, some(rng, 8, 14), 3) for _ in range(3)]
        candidate = words(rng, length, 3)
        if 1 < n < length:
            candidate[:2] = ["now", "here"]
            references[some(rng, 0, 2)][:n] = ["no", "where", *candidate[2:n]]
        arguments: Arguments = {"candidate": candidate, "references": references, "n": n}
        if n != 2 or told_apart(clipped_matches, arguments, but="negative"):
            return arguments


def empty_texts(rng: np.random.Generator) -> list[Arguments]:
    """Texts with fewer tokens than n."""
    return [
        {"candidate": [], "references": [words(rng, 5)], "n": 1},
        {"candidate": words(rng, 2), "references": [words(rng, 5), []], "n": 3},
        {"candidate": words(rng, 1), "references": [words(rng, 2), words(rng, 6)], "n": 3},
        {"candidate": [], "references": [words(rng, 4)], "n": 4},
    ]


def empty_for_all() -> list[Arguments]:
    """The public cases of short texts."""
    return empty_texts(np.random.default_rng(SEED))


def text_of(rng: np.random.Generator, length: int) -> list[str]:
    """A text of a given length."""
    return words(rng, length, len(VOCABULARY))


def draw_lengths(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A corpus that is too short, in which each known mistake shows; or one that is too long.

    For the first two texts two lengths are equally close. Of the first the longer one comes first, of the second the
    shorter.
    """
    while True:
        candidates = [text_of(rng, 6), text_of(rng, 5)]
        references = [[text_of(rng, size) for size in sizes] for sizes in ((9, 8, 4, 1), (10, 4, 6))]
        for _ in range(dims["texts"] - 2):
            candidates.append(text_of(rng, 15 if dims["long"] else some(rng, 2, 5)))
            references.append([text_of(rng, some(rng, 4, 16)) for _ in range(3)])
        arguments: Arguments = {"candidates": candidates, "references": references}
        if dims["long"] or told_apart(brevity_penalty, arguments, but="distances"):
            return arguments


def long_enough(rng: np.random.Generator) -> list[Arguments]:
    """Candidates longer than their references, and as long."""
    return [
        {
            "candidates": [text_of(rng, 9), text_of(rng, 3)],
            "references": [[text_of(rng, 6)], [text_of(rng, 4)]],
        },
        {"candidates": [text_of(rng, 5)], "references": [[text_of(rng, 5), text_of(rng, 8)]]},
    ]


def long_for_all() -> list[Arguments]:
    """The public cases without a penalty."""
    return long_enough(np.random.default_rng(SEED))


def nothing_written(rng: np.random.Generator) -> list[Arguments]:
    """Empty candidates: one among others, and nothing else."""
    return [
        {"candidates": [[], text_of(rng, 5)], "references": [[text_of(rng, 3)], [text_of(rng, 6)]]},
        {"candidates": [[]], "references": [[text_of(rng, 4)]]},
    ]


def nothing_for_all() -> list[Arguments]:
    """The public cases with empty candidates."""
    return nothing_written(np.random.default_rng(SEED))


def near_copy(rng: np.random.Generator, text: Sequence[str], changes: int) -> list[str]:
    """A text with some words exchanged, and shorter by one."""
    copy = list(text)
    for place in rng.permutation(len(copy) - 5)[:changes]:
        copy[place + 5] = "slept" if copy[place + 5] != "slept" else "and"
    return copy[:-1]


def draw_translations(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A corpus of near copies, of different lengths, each with a second reference."""
    candidates, references = [], []
    for i in range(dims["texts"]):
        right = text_of(rng, 9 + 3 * i)
        candidates.append(near_copy(rng, right, 1 + i))
        references.append([right, [*right[:4], *text_of(rng, 8 + 3 * i)]])
    return {"candidates": candidates, "references": references}


def without_fourgrams(rng: np.random.Generator) -> list[Arguments]:
    """A corpus with matches up to three tokens only, one of empty texts, and texts that are too short beside another."""
    right = text_of(rng, 8)
    return [
        {"candidates": [[*right[:3], "x", *right[4:7], "y"]], "references": [[right]]},
        {"candidates": [[], []], "references": [[right], [right[:2]]]},
        {"candidates": [right[:3], right], "references": [[right[:3]], [right]]},
        {"candidates": [[], right, right[:1]], "references": [[right[:1]], [right], [right[:2]]]},
    ]


def without_for_all() -> list[Arguments]:
    """The public cases at the edge of BLEU."""
    return without_fourgrams(np.random.default_rng(SEED))


score = Exercise(
    function=reference.score,
    title="What a hypothesis is ranked by",
    minutes=10,
    difficulty=1,
    arguments={"log_probability": SUMS, "length": SUMS, "alpha": Number()},
    result=SUMS,
    draw=draw_score,
    dims=[{"B": 4}, {"B": 6}, {"B": 1}],
    rows=[Row("scores", "", points=4), Row("plain numbers", "", points=1, cases="single")],
    extra=[Cases("single", draw=draw_single, recorded=single_for_all)],
    mistakes=[
        Mistake(
            "divided_by_alpha_times_the_length",
            ("length**alpha", "(alpha * length)"),
            "You divide by α times the length. α is a power.",
        ),
        Mistake(
            "mean",
            ("length**alpha", "length"),
            "α is not in your result: you take the mean of a token, which is α = 1.",
        ),
        Mistake(
            "not_normalised",
            ("log_probability / length**alpha", "log_probability / length**0"),
            "You return the sums as they are, which is α = 0. Divide by the length to the power α.",
        ),
        Mistake(
            "multiplied",
            ("log_probability / length**alpha", "log_probability * length**alpha"),
            "You multiply by the power of the length, so that long texts rank still lower. Divide.",
        ),
        Mistake(
            "root_of_everything",
            ("log_probability / length**alpha", "-((-log_probability / length) ** alpha)"),
            "You raise the whole mean to the power α. Only the length has it.",
        ),
        Mistake(
            "probability",
            ("log_probability / length**alpha", "np.exp(log_probability) / length**alpha"),
            "You divide a probability. What is summed, divided and compared here are logarithms.",
        ),
        Mistake(
            "lengths_added_up",
            ("length**alpha", "np.sum(length) ** alpha"),
            "All are divided by the same number, from the sum of all lengths. Each has its own length.",
        ),
        Mistake(
            "one_more_token",
            ("length**alpha", "(length + 1) ** alpha"),
            "You count one token more than there is. The length that is given has the end token in it already.",
        ),
    ],
)

candidates = Exercise(
    function=reference.candidates,
    title="All ways to go on",
    minutes=25,
    difficulty=2,
    arguments={
        "sums": SUMS,
        "lengths": SUMS,
        "finished": SUMS,
        "log_p": Array("V", "B"),
        "end": TOKEN,
    },
    result=Tuple(sums=SCORES, lengths=SUMS),
    draw=draw_candidates,
    dims=[
        {"B": 4, "V": 6, "first": 0},
        {"B": 5, "V": 3, "first": 1},
        {"B": 1, "V": 4, "first": 1},
        {"B": 2, "V": 1, "first": 0},
    ],
    rows=[Row("sums", "sums", points=7), Row("lengths", "lengths", points=3)],
    mistakes=[
        Mistake(
            "finished_extended",
            [("continued[finished] = -np.inf\n    continued[finished, end] = sums[finished]\n    ", "")],
            "Finished hypotheses go on like all others. One that is finished has a single candidate, itself, in the column "
            "of the end token.",
        ),
        Mistake(
            "finished_dropped",
            ("continued[finished, end] = sums[finished]\n    ", ""),
            "Finished hypotheses are gone: all their candidates are −∞. Each has one candidate left, itself, "
            "with the sum that "
            "it has.",
        ),
        Mistake(
            "end_added_again",
            (
                "continued[finished] = -np.inf\n    continued[finished, end] = sums[finished]",
                "kept = continued[finished, end]\n    continued[finished] = -np.inf\n    continued[finished, end] = kept",
            ),
            "A finished hypothesis pays for another end token. Its candidate is itself, with the sum that it has.",
        ),
        Mistake(
            "finished_in_every_column",
            (
                "continued[finished] = -np.inf\n    continued[finished, end] = sums[finished]",
                "continued[finished] = sums[finished][:, np.newaxis]",
            ),
            "A finished hypothesis stands in all columns, as if it were V candidates, and would fill the beam with copies. "
            "It has one candidate, in the column of the end token; the others are −∞.",
        ),
        Mistake(
            "finished_certain",
            ("continued[finished, end] = sums[finished]", "continued[finished, end] = 0"),
            "Finished hypotheses have the sum 0 in your result, as if they were certain. Each keeps the sum that it has.",
        ),
        Mistake(
            "finished_extended_too",
            ("continued[finished] = -np.inf\n    ", ""),
            "The place of a finished hypothesis in the column of the end token is right, but it goes on with all other "
            "tokens as well. Those are no candidates: −∞.",
        ),
        Mistake(
            "zero_for_impossible",
            ("continued[finished] = -np.inf", "continued[finished] = 0"),
            "What is no candidate has the value 0, the logarithm of 1: nothing ranks higher. The logarithm of 0 is −∞.",
        ),
        Mistake(
            "probabilities_multiplied",
            ("sums[:, np.newaxis] + log_p.T", "sums[:, np.newaxis] * log_p.T"),
            "You multiply logarithms. The probabilities are multiplied, so that their logarithms are added.",
        ),
        Mistake(
            "probability_added",
            ("log_p.T", "np.exp(log_p.T)"),
            "You add a probability to a sum of logarithms. Add its logarithm, which is given.",
        ),
        Mistake(
            "sums_forgotten",
            ("sums[:, np.newaxis] + log_p.T", "0 * sums[:, np.newaxis] + log_p.T"),
            "Only the last step counts in your result. Add what each hypothesis has so far.",
        ),
        Mistake(
            "transposed",
            ("return continued, lengths", "return continued.T, lengths"),
            "Your sums are (V, B). Here rows are hypotheses and columns are tokens, (B, V).",
        ),
        Mistake(
            "lengths_of_finished_grow",
            ("lengths + ~finished", "lengths + 1"),
            "Finished hypotheses get longer too. They stay as long as they are.",
        ),
        Mistake(
            "lengths_stay",
            ("lengths + ~finished", "lengths + 0"),
            "No length grows. Each unfinished hypothesis gets one token more.",
        ),
        Mistake(
            "only_finished_grow",
            ("lengths + ~finished", "lengths + finished"),
            "It is the finished ones that get longer in your result. The others do.",
        ),
    ],
)

best = Exercise(
    function=reference.best,
    title="The best of all",
    minutes=25,
    difficulty=2,
    arguments={"scores": SCORES, "width": Plain("a whole number")},
    result=Tuple(origins=TOKENS, tokens=TOKENS),
    draw=draw_scores,
    dims=[{"B": 4, "V": 5, "width": 3}, {"B": 3, "V": 7, "width": 4}, {"B": 1, "V": 6, "width": 2}],
    rows=[
        Row("origins", "origins", points=4),
        Row("tokens", "tokens", points=3),
        Row("equal scores: origins", "origins", points=1, cases="ties"),
        Row("equal scores: tokens", "tokens", points=1, cases="ties"),
        Row("fewer than asked for", "", points=2, cases="few"),
    ],
    extra=[
        Cases("ties", draw=tied_scores, recorded=tied_for_all),
        Cases("few", draw=few_scores, recorded=few_for_all),
    ],
    mistakes=[
        Mistake(
            "best_of_each_hypothesis",
            (
                'np.argsort(-scores, axis=None, kind="stable")[:width]',
                "np.sort(np.arange(scores.size).reshape(scores.shape)[np.arange(len(scores)), "
                "scores.argmax(axis=1)])[:width]",
            ),
            "You take the best token of each hypothesis. All candidates of all hypotheses compete with each other: one "
            "hypothesis may go on twice, another not at all.",
        ),
        Mistake(
            "best_of_each_hypothesis_in_order",
            (
                'np.argsort(-scores, axis=None, kind="stable")[:width]',
                "(places := np.arange(len(scores)) * scores.shape[1] + scores.argmax(axis=1))["
                "np.argsort(-scores.ravel()[places])][:width]",
            ),
            "You take one token of each hypothesis, its best, and put these in order. All candidates of all hypotheses "
            "compete with each other: one hypothesis may go on twice, another not at all.",
        ),
        Mistake(
            "width_of_each_hypothesis",
            (
                'np.argsort(-scores, axis=None, kind="stable")[:width]',
                '(np.arange(len(scores))[:, np.newaxis] * scores.shape[1] + np.argsort(-scores, axis=1, kind="stable")'
                "[:, :width]).ravel()",
            ),
            "You take the best `width` of every hypothesis, so that the beam grows with each step. It is `width` in all.",
        ),
        Mistake(
            "worst",
            ("np.argsort(-scores,", "np.argsort(scores,"),
            "You have the lowest scores. `argsort` sorts upwards; the highest are wanted.",
        ),
        Mistake(
            "worst_first",
            ("[:width]", "[:width][::-1]"),
            "The right ones are there in the wrong order: the best comes first.",
        ),
        Mistake(
            "in_their_places",
            (
                'np.argsort(-scores, axis=None, kind="stable")[:width]',
                'np.sort(np.argsort(-scores, axis=None, kind="stable")[:width])',
            ),
            "The right ones are there in the order of their places in the table. Put the best first.",
        ),
        Mistake(
            "exchanged",
            ("return origins[possible], tokens[possible]", "return tokens[possible], origins[possible]"),
            "The two results are exchanged: origins, the rows, come first, then tokens, the columns.",
        ),
        Mistake(
            "divided_by_the_rows",
            (
                "np.unravel_index(order, scores.shape)",
                "order // len(scores) % len(scores), order % len(scores)",
            ),
            "You go from places to rows and columns with the number of rows. A row of the flattened table has V "
            "places: divide "
            "by V.",
        ),
        Mistake(
            "flat_places",
            ("return origins[possible], tokens[possible]", "return origins[possible], order[possible]"),
            "Your tokens are places in the flattened table. A token is the column in its row.",
        ),
        Mistake(
            "one_too_many",
            ("[:width]", "[: width + 1]"),
            "You keep one more than `width`.",
        ),
    ],
)

reorder = Exercise(
    function=reference.reorder,
    title="States follow their hypotheses",
    minutes=10,
    difficulty=1,
    arguments={"state": STATE, "origins": TOKENS},
    result=Each(Array("n", "K"), "part"),
    draw=draw_state,
    dims=[
        {"n": 2, "B": 4, "K": 6, "parts": 3},
        {"n": 1, "B": 5, "K": 3, "parts": 2},
        {"n": 3, "B": 4, "K": 5, "parts": 1},
    ],
    rows=[Row("all parts", "", points=4)],
    mistakes=[
        Mistake(
            "not_reordered",
            ("tuple(part[:, origins] for part in state)", "tuple(part[:, : len(origins)] for part in state)"),
            "The columns stay where they are. Column k becomes that of the hypothesis which k continues.",
        ),
        Mistake(
            "repeated",
            (
                "tuple(part[:, origins] for part in state)",
                "tuple(np.repeat(part, 9, axis=1)[:, : len(origins)] for part in state)",
            ),
            "Columns are repeated, not chosen. Column k becomes that of the hypothesis which k continues.",
        ),
        Mistake(
            "rows",
            ("part[:, origins]", "part[origins]"),
            "You choose rows. Hypotheses are columns.",
        ),
        Mistake(
            "first_part_only",
            (
                "tuple(part[:, origins] for part in state)",
                "(state[0][:, origins], *(part[:, : len(origins)] for part in state[1:]))",
            ),
            "Only the first part of the state is in the new order. All parts are, such as activation and memory of an LSTM.",
        ),
        Mistake(
            "two_parts",
            ("tuple(part[:, origins] for part in state)", "(state[0][:, origins], state[1][:, origins])"),
            "You expect a state of two parts. It may have one, or three: return as many as there are.",
        ),
        Mistake(
            "first_two_parts",
            ("for part in state)", "for part in state[:2])"),
            "You return the first two parts, whatever the state has. Return as many as there are.",
        ),
        Mistake(
            "sorted",
            ("part[:, origins]", "part[:, np.sort(origins)]"),
            "Your columns are in the order of the origins' numbers. They are in the order of `origins` itself.",
        ),
        Mistake(
            "inverse",
            ("part[:, origins]", 'part[:, np.argsort(origins, kind="stable") % part.shape[1]]'),
            "You go the other way round: `argsort` of the origins says where each is found. The origins themselves are the "
            "columns to take.",
        ),
        Mistake(
            "unique",
            ("part[:, origins]", "part[:, np.unique(origins)]"),
            "A hypothesis that goes on twice is there once only. Each of the kept has a column of its own.",
        ),
    ],
)

BEST = "origins, last = best(scores, width)"
EXTEND = "tokens[b] if finished[b] else [*tokens[b], int(v)]"

beam_search = Exercise(
    function=reference.beam_search,
    title="The whole search",
    minutes=30,
    difficulty=3,
    arguments={
        **MODEL,
        "start": TOKEN,
        "end": TOKEN,
        "width": Plain("a whole number"),
        "longest": Plain("a whole number"),
        "alpha": Number(),
    },
    result=FOUND,
    draw=draw_search,
    dims=[
        {"n": 4, "k": 2, "V": 5, "width": 3, "longest": 7},
        {"n": 3, "k": 1, "V": 6, "width": 4, "longest": 5},
    ],
    rows=[
        Row("with length normalisation", "", points=8),
        Row("with α = 0", "", points=5, cases="plain"),
        Row("width 1", "", points=3, cases="greedy"),
        Row("never ending, ending at once, equal ways, no way on", "", points=3, cases="edge"),
    ],
    needs=["score", "candidates", "best", "reorder"],
    extra=[
        Cases("plain", draw=plain_search, recorded=plain_for_all),
        Cases("greedy", draw=greedy_search, recorded=greedy_for_all),
        Cases("edge", draw=edge_search, recorded=edge_for_all),
    ],
    mistakes=[
        Mistake(
            "state_not_reordered",
            ("state = reorder(state, origins)\n        ", ""),
            "The state is not put into the order of the kept hypotheses: there is one column where the beam has "
            "several. After "
            "each choice, `reorder` it by the origins.",
        ),
        Mistake(
            "states_in_the_old_order",
            (
                "reorder(state, origins)",
                "reorder(state, origins % len(tokens) if len(origins) != state[0].shape[1] else np.arange(len(origins)))",
            ),
            "From the second step on, hypotheses go on with the states of others. The state has to follow the "
            "origins after each "
            "choice.",
        ),
        Mistake(
            "tokens_in_the_old_order",
            (
                f"{EXTEND} for b, v in zip(origins, last, strict=True)",
                "tokens[min(k, len(tokens) - 1)] if finished[b] else [*tokens[min(k, len(tokens) - 1)], int(v)]\n"
                "            for k, (b, v) in enumerate(zip(origins, last, strict=True))",
            ),
            "New tokens are hung on the hypotheses in their old order. Each belongs to the one from which it "
            "comes, its origin.",
        ),
        Mistake(
            "origins_ignored",
            [
                (
                    f"{EXTEND} for b, v in zip(origins, last, strict=True)",
                    "t if f else [*t, int(v)] for t, v, f in zip(tokens, last, finished, strict=False)",
                ),
                (
                    "zip(tokens, sums, ranked, finished, strict=True)",
                    "zip(tokens, sums, ranked, finished, strict=False)",
                ),
            ],
            "New tokens are hung on the lists that are there, so that there are never more of them than at first. Make a "
            "list for each kept hypothesis, from that of its origin.",
        ),
        Mistake(
            "shared_lists",
            (EXTEND, "tokens[b] if finished[b] else (tokens[b].append(int(v)) or tokens[b])"),
            "Hypotheses with the same origin write into one list, so that each has the tokens of all. Each needs a list "
            "of its own.",
        ),
        Mistake(
            "copies_at_first",
            [
                (
                    "tokens: list[list[int]] = [[]]",
                    "tokens, state = [[]] * width, reorder(state, np.zeros(width, dtype=int))",
                ),
                ("np.array([start])", "np.full(width, start)"),
                ("sums: Array = np.zeros(1)", "sums = np.zeros(width)"),
                (
                    "np.zeros(1, dtype=int), np.zeros(1, dtype=bool)",
                    "np.zeros(width, dtype=int), np.zeros(width, dtype=bool)",
                ),
            ],
            "You begin with `width` empty hypotheses. All are the same, so that the beam holds everything several times. "
            "Begin with one.",
        ),
        Mistake(
            "lengths_in_the_old_order",
            ("lengths[origins], scores", "np.resize(lengths, len(origins)), scores"),
            "The lengths stay in their old order, so that hypotheses are divided by those of others. They follow "
            "the origins too.",
        ),
        Mistake(
            "finished_extended",
            [
                (
                    "candidates(sums, lengths, finished, log_p, end)",
                    "candidates(sums, lengths, finished & False, log_p, end)",
                ),
                (EXTEND, "[*tokens[b], int(v)]"),
            ],
            "Finished hypotheses go on after their end token. They stay as they are, and compete with their score.",
        ),
        Mistake(
            "end_repeated",
            (EXTEND, "[*tokens[b], int(v)]"),
            "A finished hypothesis gets another end token at each step. Its tokens stay as they are.",
        ),
        Mistake(
            "finished_dropped",
            ("candidates(sums, lengths,", "candidates(np.where(finished, -np.inf, sums), lengths,"),
            "Finished hypotheses leave the beam. They stay in it with their score, and compete.",
        ),
        Mistake(
            "finished_set_aside",
            [
                ("tokens: list[list[int]] = [[]]", "tokens, done = [[]], []"),
                (
                    "scores = score(grown, lengths[:, np.newaxis], alpha)\n",
                    "scores = score(grown, lengths[:, np.newaxis], alpha)\n"
                    '        done += [{"tokens": [*tokens[b], end], "log_probability": float(grown[b, end]), '
                    '"score": float(scores[b, end]), "finished": True} for b in range(len(tokens)) '
                    "if np.isfinite(grown[b, end])]\n"
                    "        scores[:, end] = -np.inf\n",
                ),
                ('return [\n        {"tokens": t,', 'return sorted([*done, *[\n        {"tokens": t,'),
                ("strict=True)\n    ]", 'strict=True)\n    ]], key=lambda one: -one["score"])[:width]'),
            ],
            "Finished hypotheses are put aside, so that `width` others go on without them. Many programs do so; "
            "here a finished one "
            "keeps its place in the beam, and leaves it when better ones push it out.",
        ),
        Mistake(
            "stops_at_the_first_end",
            ("if finished.all():", "if finished.any():"),
            "Your search stops as soon as one hypothesis is finished. Others may still become better: go on until all are.",
        ),
        Mistake(
            "stops_when_the_best_has_ended",
            ("if finished.all():", "if finished[0]:"),
            "Your search stops when the best hypothesis is finished. With α above 0 another one may overtake it: "
            "go on until "
            "all are.",
        ),
        Mistake(
            "one_step_short",
            ("range(longest)", "range(longest - 1)"),
            "Hypotheses are cut a token early: `longest` tokens are allowed, the end token among them.",
        ),
        Mistake(
            "one_step_too_many",
            ("range(longest)", "range(longest + 1)"),
            "Hypotheses have one token too many: `longest` are allowed, the end token among them.",
        ),
        Mistake(
            "start_token_written",
            ("tokens: list[list[int]] = [[]]", "tokens = [[start]]"),
            "The start token is among your tokens. It is read, but not written.",
        ),
        Mistake(
            "start_read_again",
            ("step(last, state)", "step(np.full(len(last), start), state)"),
            "The model reads the start token at every step. After the first one it reads the token that was written last.",
        ),
        Mistake(
            "length_with_the_start",
            (
                "np.zeros(1, dtype=int), np.zeros(1, dtype=bool)",
                "np.ones(1, dtype=int), np.zeros(1, dtype=bool)",
            ),
            "The start token counts in your lengths. Only what is written does.",
        ),
        Mistake(
            "length_without_the_end",
            (
                "score(grown, lengths[:, np.newaxis], alpha)",
                "grown / np.maximum(1, lengths[:, np.newaxis] - (np.arange(len(log_p)) == end)) ** alpha",
            ),
            "The end token does not count in your lengths. It is written with a probability of its own, and counts.",
        ),
        Mistake(
            "length_of_the_step",
            ("score(grown, lengths[:, np.newaxis], alpha)", "score(grown, _ + 1, alpha)"),
            "All hypotheses are divided by the number of steps. One that is finished has its own length, which stays.",
        ),
        Mistake(
            "ranked_by_sums",
            (BEST, "origins, last = best(grown, width)"),
            "The beam is chosen by plain sums, and only what comes out is divided by the length. Choose by the score.",
        ),
        Mistake(
            "not_normalised",
            ("score(grown, lengths[:, np.newaxis], alpha)", "score(grown, lengths[:, np.newaxis], 0)"),
            "α has no effect. The score is the sum over the length to the power α.",
        ),
        Mistake(
            "normalised_again_and_again",
            ("sums, lengths, ranked = grown[origins, last]", "sums, lengths, ranked = scores[origins, last]"),
            "You go on with the scores, so that they are divided again at each step. Go on with the plain sums.",
        ),
        Mistake(
            "normalised_once_more_at_the_end",
            [
                (
                    "sums, lengths, ranked = grown[origins, last]",
                    "sums, lengths, ranked = scores[origins, last]",
                ),
                ("zip(tokens, sums, ranked,", "zip(tokens, sums, score(sums, lengths, alpha),"),
            ],
            "You go on with the scores, so that they are divided again at each step, and once more at the end. Go on with "
            "the plain sums.",
        ),
        Mistake(
            "probabilities_returned",
            ('"log_probability": float(p)', '"log_probability": float(np.exp(p))'),
            "`log_probability` holds a probability. The logarithm is asked for: probabilities of long texts are "
            "too small for a "
            "floating-point number.",
        ),
        Mistake(
            "best_of_each_hypothesis",
            (
                BEST,
                "origins, last = best(scores, width) if len(scores) < width else (np.arange(len(scores)), "
                "scores.argmax(axis=1))",
            ),
            "Each hypothesis goes on with its own best token, so that no weak one is ever given up. All candidates compete.",
        ),
        Mistake(
            "greedy",
            (BEST, "origins, last = best(scores, 1)"),
            "You keep one hypothesis, whatever `width` says.",
        ),
        Mistake(
            "only_finished_ones",
            (
                "zip(tokens, sums, ranked, finished, strict=True)",
                "zip(tokens, sums, ranked, finished, strict=True) if f",
            ),
            "Hypotheses without an end token are missing in your list. They are returned as well, with `finished` False.",
        ),
        Mistake(
            "end_taken_off",
            ('"tokens": t,', '"tokens": t[:-1] if f else t,'),
            "The end token is missing from the tokens. It is part of a hypothesis.",
        ),
        Mistake(
            "worst_first",
            ("strict=True)\n    ]", "strict=True)\n    ][::-1]"),
            "Your list begins with the worst. The best comes first.",
        ),
    ],
)

rescore = Exercise(
    function=reference.rescore,
    title="How probable is the true text?",
    minutes=15,
    difficulty=2,
    arguments={**MODEL, "tokens": WORDS, "start": TOKEN},
    result=Number(),
    draw=draw_target,
    dims=[
        {"n": 4, "k": 2, "V": 6, "length": 5},
        {"n": 3, "k": 1, "V": 5, "length": 8},
        {"n": 2, "k": 4, "V": 4, "length": 1},
    ],
    rows=[Row("log P", "", points=5)],
    mistakes=[
        Mistake(
            "start_read_again",
            ("step(np.array([before]), state)", "step(np.array([start]), state)"),
            "The model reads the start token at every step. After the first it reads the true token before.",
        ),
        Mistake(
            "reads_what_it_should_write",
            ("step(np.array([before]), state)", "step(np.array([token]), state)"),
            "The model is given the token that it should predict. It reads the one before, the start token at first.",
        ),
        Mistake(
            "own_tokens_read",
            (
                "log_p, state = step(np.array([before]), state)",
                "log_p, state = step(np.array([start if before == start else written]), state)\n"
                "        written = int(log_p[:, 0].argmax())",
            ),
            "The model reads what it would have written itself. To score a given text, it reads the true tokens.",
        ),
        Mistake(
            "state_not_kept",
            ("log_p, state = step(", "log_p, _ = step("),
            "Every step begins with the first state. Go on with the one that the step returned.",
        ),
        Mistake(
            "end_not_counted",
            ("tokens, strict=True)", "tokens[:-1], strict=False)"),
            "The last token does not count in your sum. All that are given do.",
        ),
        Mistake(
            "first_not_counted",
            ("total += _entry(log_p, token)", "total += _entry(log_p, token) * (before != start)"),
            "The first token does not count in your sum. All that are given do.",
        ),
        Mistake(
            "start_not_read",
            ("zip([start, *tokens[:-1]], tokens, strict=True)", "zip(tokens[:-1], tokens[1:], strict=True)"),
            "The model never reads the start token, so that the first token is neither predicted nor counted. It comes "
            "before the tokens.",
        ),
        Mistake(
            "probabilities_added",
            ("total += _entry(log_p, token)", "total += np.exp(_entry(log_p, token))"),
            "You add up probabilities. Add their logarithms.",
        ),
        Mistake(
            "probability",
            ("return total", "return np.exp(total)"),
            "You return a probability. Its logarithm is asked for.",
        ),
        Mistake(
            "mean",
            ("return total", "return total / len(tokens)"),
            "You return the mean of a token. The sum is asked for; dividing by the length is what `score` does.",
        ),
        Mistake(
            "negative",
            ("return total", "return -total"),
            "You return a loss, minus the logarithm. The logarithm itself is asked for, which is at most 0.",
        ),
        Mistake(
            "best_tokens_counted",
            ("_entry(log_p, token)", "log_p[:, 0].max()"),
            "You add up the largest log-probability of each step, whatever the token is. Take that of the given token.",
        ),
    ],
)

blame = Exercise(
    function=reference.blame,
    title="Search or model?",
    minutes=15,
    difficulty=2,
    arguments={
        "found": HYPOTHESIS,
        "target": WORDS,
        "target_log_probability": Number(),
        "alpha": Number(),
    },
    result=Plain('"none", "search" or "model"'),
    draw=draw_blame,
    dims=[{"kind": kind} for kind in range(1, 14)],
    rows=[Row("whose fault", "", points=6), Row("equally probable", "", points=1, cases="equal")],
    needs=["score"],
    extra=[Cases("equal", draw=equal_scores, recorded=equal_for_all)],
    mistakes=[
        Mistake(
            "raw_log_probabilities",
            (
                'score(target_log_probability, len(target), alpha) > found["score"]',
                'target_log_probability > found["log_probability"]',
            ),
            "You compare the plain log-probabilities, or divide both by the same length, which comes to the same. The "
            "search ranks by normalised scores, each with the length of its own text: compare these.",
        ),
        Mistake(
            "target_not_normalised",
            ("score(target_log_probability, len(target), alpha) >", "target_log_probability >"),
            "You compare the target's plain sum with a normalised score. Normalise both.",
        ),
        Mistake(
            "length_without_the_end",
            ("len(target)", "(len(target) - 1)"),
            "The end token does not count in your length of the target. In the search it counts.",
        ),
        Mistake(
            "exchanged",
            [
                ('return "search"', "return SEARCH"),
                ('return "model"', 'return "search"'),
                ("return SEARCH", 'return "model"'),
            ],
            "Search and model are exchanged. Where the truth ranks above what was found, a better search would have found "
            "something better: that is the search's fault.",
        ),
        Mistake(
            "right_is_the_models_fault",
            ('return "none"', 'return "model"'),
            "Where the true text was found, nobody is at fault.",
        ),
        Mistake(
            "none_by_score",
            (
                'list(found["tokens"]) == list(target)',
                'found["score"] == score(target_log_probability, len(target), alpha)',
            ),
            "You call it right where the two scores are equal. It is right where the tokens are: scores of the "
            "same text may "
            "differ by rounding, and different texts may be equally probable.",
        ),
        Mistake(
            "none_by_scores_nearby",
            (
                'list(found["tokens"]) == list(target)',
                'np.isclose(found["score"], score(target_log_probability, len(target), alpha))',
            ),
            "You call it right where the two scores are nearly equal. It is right where the tokens are: different texts may "
            "be equally probable.",
        ),
        Mistake(
            "none_by_the_length",
            ('list(found["tokens"]) == list(target)', 'len(found["tokens"]) == len(target)'),
            "You call it right where the two texts are equally long. It is right where the tokens are the same.",
        ),
        Mistake(
            "none_by_the_beginning",
            (
                'list(found["tokens"]) == list(target)',
                'all(one == other for one, other in zip(found["tokens"], target, strict=False))',
            ),
            "A text that breaks off is right in your result as far as it goes. `zip` ends with the shorter of the two; "
            "a right text has all the tokens.",
        ),
        Mistake(
            "none_in_any_order",
            ('list(found["tokens"]) == list(target)', 'sorted(found["tokens"]) == sorted(target)'),
            "The order of the tokens does not count in your comparison. It does.",
        ),
        Mistake(
            "none_as_sets",
            ('list(found["tokens"]) == list(target)', 'set(found["tokens"]) == set(target)'),
            "You compare sets, which know neither an order nor how often a token stands there. Compare the lists.",
        ),
        Mistake(
            "always_the_model",
            ('return "search"', 'return "model"'),
            "You never blame the search.",
        ),
        Mistake(
            "always_the_search",
            ('return "model"', 'return "search"'),
            "You never blame the model.",
        ),
    ],
)

blame_shares = Exercise(
    function=reference.blame_shares,
    title="Whose fault, how often",
    minutes=5,
    difficulty=1,
    arguments={"blames": Plain("a list of blames")},
    result=Plain("a dict: none, search, model"),
    draw=draw_blames,
    dims=[{"none": 3, "search": 1, "model": 4}, {"none": 2, "search": 0, "model": 5}],
    rows=[Row("shares", "", points=3)],
    mistakes=[
        Mistake(
            "counts",
            (" / len(blames)", " / 1"),
            "You return counts. Divide by the number of inputs.",
        ),
        Mistake(
            "of_mistakes_only",
            (
                " / len(blames)",
                ' / (len(blames) if name == "none" else sum(blame != "none" for blame in blames))',
            ),
            "The two faults are shares of the mistakes. Give shares of all inputs, so that the three add up to 1.",
        ),
        Mistake(
            "only_those_that_occur",
            ("for name in BLAMES", "for name in dict.fromkeys(blames)"),
            "What does not occur is missing from your dict. All three have a key; one that does not occur has 0.",
        ),
        Mistake(
            "without_none",
            ("for name in BLAMES", 'for name in ("search", "model")'),
            '"none" is missing from your dict.',
        ),
        Mistake(
            "percent",
            (" / len(blames)", " * 100 / len(blames)"),
            "You give percentages. Give shares, from 0 to 1.",
        ),
        Mistake(
            "whole_numbers",
            (" / len(blames)", " // len(blames)"),
            "`//` divides whole numbers and drops what is left over. Shares need `/`.",
        ),
    ],
)

clipped_matches = Exercise(
    function=reference.clipped_matches,
    title="Clipped matches",
    minutes=25,
    difficulty=2,
    arguments={"candidate": WORDS, "references": SEVERAL, "n": Plain("a whole number")},
    result=Tuple(matches=Number(), total=Number()),
    draw=draw_matches,
    dims=[{"n": 2, "length": 24}, {"n": 1, "length": 12}, {"n": 3, "length": 21}, {"n": 4, "length": 2}],
    rows=[
        Row("matches", "matches", points=5),
        Row("all n-grams", "total", points=2),
        Row("texts shorter than n", "", points=1, cases="empty"),
    ],
    extra=[Cases("empty", draw=empty_texts, recorded=empty_for_all)],
    mistakes=[
        Mistake(
            "not_clipped",
            (
                "min(count, max(counts[ngram] for counts in of_references))",
                "count * any(ngram in counts for counts in of_references)",
            ),
            "Matches are not clipped: an n-gram counts as often as the candidate repeats it. It counts at most "
            "as often as one "
            "reference has it.",
        ),
        Mistake(
            "clipped_by_the_sum",
            (
                "max(counts[ngram] for counts in of_references)",
                "sum(counts[ngram] for counts in of_references)",
            ),
            "You clip by the sum over the references. The one that has the n-gram most often decides.",
        ),
        Mistake(
            "clipped_by_the_least",
            (
                "max(counts[ngram] for counts in of_references)",
                "min(counts[ngram] for counts in of_references)",
            ),
            "You clip by the reference that has the n-gram least often. The one that has it most often decides.",
        ),
        Mistake(
            "first_reference_only",
            ("max(counts[ngram] for counts in of_references)", "of_references[0][ngram]"),
            "Only the first reference is looked at.",
        ),
        Mistake(
            "last_reference_only",
            ("max(counts[ngram] for counts in of_references)", "of_references[-1][ngram]"),
            "Only the last reference is looked at.",
        ),
        Mistake(
            "each_once",
            (
                "min(count, max(counts[ngram] for counts in of_references))",
                "min(1, max(counts[ngram] for counts in of_references))",
            ),
            "An n-gram counts once, however often it matches. It counts as often as it is in both.",
        ),
        Mistake(
            "best_reference_as_a_whole",
            (
                "matches = sum(\n        min(count, max(counts[ngram] for counts in of_references)) for ngram, "
                "count in of_candidate.items()\n    )",
                "matches = max((of_candidate & counts).total() for counts in of_references)",
            ),
            "You take the matches with the one reference that fits best. Each n-gram may find its matches in "
            "another reference.",
        ),
        Mistake(
            "single_tokens",
            ("for i in range(n)]", "for i in range(1)]"),
            "You count single tokens, whatever n is.",
        ),
        Mistake(
            "in_any_order",
            (
                "Counter(zip(*[text[i:] for i in range(n)], strict=False))",
                "Counter(tuple(sorted(g)) for g in zip(*[text[i:] for i in range(n)], strict=False))",
            ),
            "The order of the tokens in an n-gram does not count in your matches. *a b* and *b a* are different.",
        ),
        Mistake(
            "joined",
            (
                "Counter(zip(*[text[i:] for i in range(n)], strict=False))",
                'Counter("".join(map(str, g)) for g in zip(*[text[i:] for i in range(n)], strict=False))',
            ),
            "You join the tokens of an n-gram without a gap, so that different ones become the same: *now here* and "
            "*no where*. A tuple keeps its tokens apart.",
        ),
        Mistake(
            "negative",
            ("of_candidate.total()", "len(candidate) - n + 1"),
            "Of a text with fewer than n − 1 tokens you count less than no n-grams. It has none: 0.",
        ),
        Mistake(
            "last_ngram_left_out",
            (
                "Counter(zip(*[text[i:] for i in range(n)], strict=False))",
                "Counter(list(zip(*[text[i:] for i in range(n)], strict=False))[:-1])",
            ),
            "The last n-gram of each text is left out. A text of T tokens has T − n + 1.",
        ),
        Mistake(
            "different_ones",
            ("of_candidate.total()", "len(of_candidate)"),
            "You count how many *different* n-grams the candidate has. Repeated ones count again.",
        ),
        Mistake(
            "tokens_counted",
            ("of_candidate.total()", "len(candidate)"),
            "You return the number of tokens. A text of T tokens has T − n + 1 n-grams.",
        ),
        Mistake(
            "of_the_reference",
            ("of_candidate.total()", "of_references[0].total()"),
            "You count the n-grams of a reference. Precision is a share of what the *candidate* has.",
        ),
        Mistake(
            "exchanged",
            ("return matches, of_candidate.total()", "return of_candidate.total(), matches"),
            "The two results are exchanged: matches first, then all n-grams.",
        ),
    ],
)

CLOSEST = "min((abs(len(text) - len(candidate)), len(text)) for text in several)[1]"

brevity_penalty = Exercise(
    function=reference.brevity_penalty,
    title="Too short",
    minutes=20,
    difficulty=2,
    arguments={"candidates": SEVERAL, "references": Plain("for each candidate a list of lists of tokens")},
    result=Number(),
    draw=draw_lengths,
    dims=[{"texts": 3, "long": 0}, {"texts": 5, "long": 0}, {"texts": 4, "long": 1}],
    rows=[
        Row("penalty", "", points=5),
        Row("long enough", "", points=1, cases="long"),
        Row("empty candidates", "", points=1, cases="nothing"),
    ],
    extra=[
        Cases("long", draw=long_enough, recorded=long_for_all),
        Cases("nothing", draw=nothing_written, recorded=nothing_for_all),
    ],
    mistakes=[
        Mistake(
            "longest",
            (CLOSEST, "max(len(text) for text in several)"),
            "You take the longest reference. The one whose length comes closest to the candidate's counts.",
        ),
        Mistake(
            "shortest",
            (CLOSEST, "min(len(text) for text in several)"),
            "You take the shortest reference. The one whose length comes closest to the candidate's counts.",
        ),
        Mistake(
            "first",
            (CLOSEST, "len(several[0])"),
            "You take the first reference. The one whose length comes closest to the candidate's counts.",
        ),
        Mistake(
            "average",
            (CLOSEST, "np.mean([len(text) for text in several])"),
            "You take the mean length of the references. The length that comes closest to the candidate's counts.",
        ),
        Mistake(
            "of_two_the_longer",
            (
                "(abs(len(text) - len(candidate)), len(text)) for text in several)[1]",
                "(abs(len(text) - len(candidate)), -len(text)) for text in several)[1] * -1",
            ),
            "Where two lengths are equally close, you take the longer. It is the shorter.",
        ),
        Mistake(
            "of_two_the_first",
            (CLOSEST, "len(min(several, key=lambda text: abs(len(text) - len(candidate))))"),
            "Where two lengths are equally close, you take the one that is listed first. It is the shorter.",
        ),
        Mistake(
            "distances",
            (CLOSEST, CLOSEST.replace("[1]", "[0]")),
            "Your r adds up how far the lengths lie apart. It adds up the lengths of the references that come closest.",
        ),
        Mistake(
            "mean_of_penalties",
            (
                "c, r = 0, 0",
                "if len(candidates) > 1:\n        return float(np.mean([brevity_penalty([c], [r]) for c, r in "
                "zip(candidates, references, strict=True)]))\n"
                "    c, r = 0, 0",
            ),
            "You average the penalties of the texts. The lengths are added up first; the penalty is that of the "
            "whole corpus.",
        ),
        Mistake(
            "ratio_turned_round",
            ("1 - r / c", "1 - c / r"),
            "Your ratio is the wrong way round, so that being short is a bonus. It is exp(1 − r / c).",
        ),
        Mistake(
            "no_exponential",
            ("np.exp(1 - r / c)", "c / r"),
            "You return the ratio c / r. The penalty is exp(1 − r / c).",
        ),
        Mistake(
            "never_a_penalty",
            ("if c >= r:", "if c <= r:"),
            "Too short a corpus has no penalty in your result, and too long a one has. It is the other way round.",
        ),
        Mistake(
            "exponential_without_1",
            ("1 - r / c", "-r / c"),
            "The 1 in the exponent is missing: exp(1 − r / c), which is 1 where both are equal.",
        ),
    ],
)

bleu = Exercise(
    function=reference.bleu,
    title="BLEU",
    minutes=25,
    difficulty=2,
    arguments={"candidates": SEVERAL, "references": Plain("for each candidate a list of lists of tokens")},
    result=Number(),
    draw=draw_translations,
    dims=[{"texts": 3}, {"texts": 5}, {"texts": 1}],
    rows=[
        Row("BLEU", "", points=8),
        Row("nothing to match", "", points=2, cases="without"),
    ],
    needs=["clipped_matches", "brevity_penalty"],
    extra=[Cases("without", draw=without_fourgrams, recorded=without_for_all)],
    mistakes=[
        Mistake(
            "arithmetic_mean",
            [
                ("logarithms += np.log(matches / total)", "logarithms += matches / total"),
                ("np.exp(logarithms / ORDER)", "logarithms / ORDER"),
            ],
            "You take the arithmetic mean of the precisions. BLEU takes the geometric one: the mean of the logarithms.",
        ),
        Mistake(
            "no_root",
            ("logarithms / ORDER", "logarithms"),
            "You multiply the four precisions and stop there. The geometric mean is the fourth root of the product.",
        ),
        Mistake(
            "mean_over_texts",
            (
                "logarithms = 0.0",
                "if len(candidates) > 1:\n        return float(np.mean([bleu([c], [r]) for c, r in "
                "zip(candidates, references, strict=True)]))\n"
                "    logarithms = 0.0",
            ),
            "You average the BLEU of the texts. Matches and n-grams are added up over the corpus first.",
        ),
        Mistake(
            "mean_of_precisions",
            (
                "matches, total = np.sum([clipped_matches(text, several, n) for text, several in pairs], axis=0)",
                "shares = [clipped_matches(text, several, n) for text, several in pairs]\n        "
                "matches, total = np.mean([count / max(1, size) for count, size in shares]), 1",
            ),
            "You average the precisions of the texts. Matches and n-grams are added up over the corpus before "
            "they are divided.",
        ),
        Mistake(
            "no_brevity_penalty",
            ("brevity_penalty(candidates, references) * ", ""),
            "The brevity penalty is missing.",
        ),
        Mistake(
            "brevity_within_the_root",
            (
                "brevity_penalty(candidates, references) * np.exp(logarithms / ORDER)",
                "np.exp((logarithms + np.log(brevity_penalty(candidates, references))) / ORDER)",
            ),
            "The brevity penalty is under the root. It multiplies the geometric mean.",
        ),
        Mistake(
            "up_to_three",
            [("range(1, ORDER + 1)", "range(1, ORDER)"), ("logarithms / ORDER", "logarithms / (ORDER - 1)")],
            "You look at n-grams up to three tokens. BLEU goes up to four.",
        ),
        Mistake(
            "from_two_on",
            [
                ("range(1, ORDER + 1)", "range(2, ORDER + 1)"),
                ("logarithms / ORDER", "logarithms / (ORDER - 1)"),
            ],
            "Single tokens do not count in your result. n goes from 1 to 4.",
        ),
        Mistake(
            "four_only",
            [("range(1, ORDER + 1)", "range(ORDER, ORDER + 1)"), ("logarithms / ORDER", "logarithms")],
            "Only n-grams of four tokens count in your result. n goes from 1 to 4.",
        ),
        Mistake(
            "percent",
            ("return float(brevity_penalty", "return 100 * float(brevity_penalty"),
            "Yours goes from 0 to 100, as sacreBLEU gives it. Here BLEU goes from 0 to 1.",
        ),
        Mistake(
            "logarithm",
            ("np.exp(logarithms / ORDER)", "(logarithms / ORDER)"),
            "The exponential at the end is missing: what you have is the mean of the logarithms.",
        ),
        Mistake(
            "first_references_only",
            ("clipped_matches(text, several, n)", "clipped_matches(text, several[:1], n)"),
            "Only the first reference of each text is matched. All are.",
        ),
    ],
)

EXERCISES = [
    score,
    candidates,
    best,
    reorder,
    beam_search,
    rescore,
    blame,
    blame_shares,
    clipped_matches,
    brevity_penalty,
    bleu,
]

# Mutants of the reference that do the same as the reference, each with the reason.
SAME_LENGTH = "both always have the same length, so that zip never looks"
ORDER_IS_4 = "4 | 1 and 4 ^ 1 are 4 + 1"
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "beam_search": {
        "tokens[b] if finished[b] else [*tokens[b], int(v)] for b, v in zip(origins, last, strict=True)  →  "
        "tokens[b] if finished[b] else [*tokens[b], int(v)] for b, v in zip(origins, last, strict=False)": SAME_LENGTH,
        "for t, p, s, f in zip(tokens, sums, ranked, finished, strict=True)  →  "
        "for t, p, s, f in zip(tokens, sums, ranked, finished, strict=False)": SAME_LENGTH,
    },
    "rescore": {
        "for before, token in zip([start, *tokens[:-1]], tokens, strict=True):  →  "
        "for before, token in zip([start, *tokens[:-1]], tokens, strict=False):": SAME_LENGTH,
    },
    "brevity_penalty": {
        "for candidate, several in zip(candidates, references, strict=True):  →  "
        "for candidate, several in zip(candidates, references, strict=False):": SAME_LENGTH,
        "if c >= r:  →  if c > r:": "where both are equal, exp(1 - r / c) is 1 too",
    },
    "bleu": {
        "for n in range(1, ORDER + 1):  →  for n in range(1, ORDER | 1):": ORDER_IS_4,
        "for n in range(1, ORDER + 1):  →  for n in range(1, ORDER ^ 1):": ORDER_IS_4,
        "pairs = zip(candidates, references, strict=True)  →  "
        "pairs = zip(candidates, references, strict=False)": SAME_LENGTH,
    },
}
