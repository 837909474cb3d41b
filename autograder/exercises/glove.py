"""What is graded in 11-glove."""

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.layout import Array, Dict, Layout, Number, Plain, Tuple
from autograder.row import Row
from seqlib import glove as reference

# Vectorised counts of a whole corpus, and the trainer of the reference.
WITHHELD = ("pairs", "models/vectors")

VECTORS: dict[str, Layout] = {
    "E": Array("n_e", "V"),
    "Theta": Array("V", "n_e"),
    "b": Array("V"),
    "b_prime": Array("V"),
}
PARAMETERS = Dict(**VECTORS)
GRADIENTS = Dict(**{f"d{name}": layout for name, layout in VECTORS.items()})
PLACES = Array("K", holds="whole")
VALUES = Array("K")
TABLE: dict[str, Layout] = {"rows": PLACES, "columns": PLACES, "values": VALUES}
WEIGHTING: dict[str, Layout] = {"x_max": Number(), "alpha": Number()}
WORD = Plain("a word")

# k_zeros says how many of the counts are 0.
DIMS = [
    {"n_e": 3, "V": 5, "K": 9, "k_zeros": 0},
    {"n_e": 4, "V": 6, "K": 13, "k_zeros": 3},
    {"n_e": 2, "V": 5, "K": 1, "k_zeros": 0},
    {"n_e": 1, "V": 4, "K": 7, "k_zeros": 0},
]


def draw_corpus(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sentences longer than a window, as long, and of one word; one has a word twice in a row, one a pair twice.

    k_empty adds two empty ones, one of them at the end; k_arrays makes all of them arrays.
    """
    window, V = dims["window"], dims["V"]
    further = dims["sentences"] - 5 - 2 * dims["k_empty"]
    lengths = [2 * window + 3, 1, window + 1, window, *(int(n) for n in rng.integers(1, 5, further))]
    sentences = [[int(token) for token in rng.integers(0, V, length)] for length in lengths]
    place = int(rng.integers(1, lengths[0] - 1))
    sentences[0][place + 1] = sentences[0][place]
    sentences[0][place - 1] = (sentences[0][place] + 1) % V
    pair = [int(token) for token in rng.permutation(V)[:2]]
    sentences.append(pair + pair)
    if dims["k_empty"]:
        sentences = [*sentences[:2], [], *sentences[2:], []]
    if dims["k_arrays"]:
        return {"sentences": [np.array(sentence, dtype=int) for sentence in sentences], "window": window}
    return {"sentences": sentences, "window": window}


def shuffled(rng: np.random.Generator, X: np.ndarray) -> Arguments:
    """The entries of a table that are not 0, in no order."""
    rows, columns = np.nonzero(X)
    order = rng.permutation(len(rows))
    rows, columns = rows[order], columns[order]
    return {"rows": rows, "columns": columns, "values": X[rows, columns]}


def draw_mirrored(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A table with pairs of unequal entries, one on the diagonal, and one without its mirror.

    The last word has only the entry without its mirror, and so is among the rows or among the columns, not both. With
    k_alone that entry differs most from its mirror, without it the two of a pair do, by more than the smaller of them.
    """
    V = dims["V"]
    X = np.zeros((V, V))
    above, right = np.triu_indices(V - 1, 1)
    chosen = rng.permutation(len(above))[: dims["pairs"]]
    for i, j in zip(above[chosen], right[chosen], strict=True):
        larger = rng.uniform(3, 6)
        smaller = larger - rng.uniform(1, 2) if dims["k_alone"] else larger * rng.uniform(0.2, 0.4)
        X[i, j], X[j, i] = rng.permutation([larger, smaller])
    i, j = int(rng.integers(V - 1)), V - 1
    X[(i, j) if dims["k_above"] else (j, i)] = rng.uniform(3, 4) if dims["k_alone"] else rng.uniform(0.3, 0.6)
    X[V - 2, V - 2] = rng.uniform(7, 9)
    return shuffled(rng, X)


def symmetric_tables(rng: np.random.Generator) -> list[Arguments]:
    """A symmetric table."""
    X = np.triu(rng.uniform(0.5, 4, (5, 5)) * (rng.random((5, 5)) < 0.6))
    X[0, 3] = 2.5
    return [shuffled(rng, X + X.T)]


def symmetric_for_all() -> list[Arguments]:
    """The public symmetric table."""
    return symmetric_tables(np.random.default_rng(11))


def draw_probes(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A table that is not symmetric, two of its words, and probes, of which one is never near the first.

    The last word is in no column with k_row, and in no row without it.
    """
    V, count = dims["V"], dims["probes"]
    rows, columns = (V, V - 1) if dims["k_row"] else (V - 1, V)
    first, second = (int(word) for word in rng.permutation(rows)[:2])
    probes = rng.permutation(columns)[:count]
    X = rng.uniform(0.3, 9, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    X[second, probes] = rng.uniform(0.3, 9, count)
    X[first] = rng.uniform(0.3, 9, columns)
    X[-1, 0], X[0, -1] = rng.uniform(0.3, 9, 2)
    if count > 1:
        X[first, probes[-1]] = 0
    return {**shuffled(rng, X), "first": first, "second": second, "probes": probes}


def draw_values(rng: np.random.Generator, dims: Dims) -> np.ndarray:
    """Counts below and above any x_max that is drawn, the last ones 0."""
    K, zeros = dims["K"], dims["k_zeros"]
    values = np.exp(rng.uniform(-1.5, 2.0, K))
    values[1::3] = rng.uniform(14, 60, len(values[1::3]))
    values[K - zeros :] = 0
    return values


def draw_weighting(rng: np.random.Generator) -> Arguments:
    """The two numbers of f."""
    return {"x_max": float(rng.uniform(8, 12)), "alpha": float(rng.uniform(0.6, 0.9))}


def draw_counts(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts, the first of several just x_max, and the two numbers of f."""
    values, weighting = draw_values(rng, dims), draw_weighting(rng)
    if len(values) > 1:
        values[0] = weighting["x_max"]
    return {"values": values, **weighting}


def draw_vectors(rng: np.random.Generator, dims: Dims) -> dict[str, np.ndarray]:
    """Parameters of a size at which all parts of a score matter."""
    n_e, V = dims["n_e"], dims["V"]
    return {
        "E": rng.normal(0, 1 / np.sqrt(n_e), (n_e, V)),
        "Theta": rng.normal(0, 1, (V, n_e)),
        "b": rng.normal(0, 0.8, V),
        "b_prime": rng.normal(0.3, 0.8, V),
    }


def draw_table(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Entries at places that all differ, in no order; words come several times in rows and in columns."""
    V, K = dims["V"], dims["K"]
    rows, columns = np.divmod(rng.permutation(V * V)[:K], V)
    if K == 1:
        columns = (rows + rng.integers(1, V)) % V
    return {"rows": rows, "columns": columns, "values": draw_values(rng, dims)}


def draw_entries(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Parameters, and entries of a table."""
    return {"parameters": draw_vectors(rng, dims), **draw_table(rng, dims)}


def draw_weighted(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Parameters, entries of a table, and the two numbers of f."""
    return {**draw_entries(rng, dims), **draw_weighting(rng)}


def draw_step(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Parameters, gradients of very different sizes, and sums from many steps and from few."""
    parameters = draw_vectors(rng, dims)
    spread = {name: np.exp(rng.normal(0, 1, value.shape)) for name, value in parameters.items()}
    return {
        "parameters": parameters,
        "gradients": {
            f"d{name}": rng.normal(0, 1.5, value.shape) * spread[name] for name, value in parameters.items()
        },
        "sums": {name: 1 + rng.gamma(1.0, 3.0, value.shape) for name, value in parameters.items()},
        "learning_rate": float(rng.uniform(0.2, 0.6)),
    }


def draw_training(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Parameters at the beginning, batches, and a rate at which each step matters."""
    tables = [draw_table(rng, dims) for _ in range(dims["k_steps"])]
    return {
        "parameters": draw_vectors(rng, dims),
        "batches": [(table["rows"], table["columns"], table["values"]) for table in tables],
        **draw_weighting(rng),
        "learning_rate": float(rng.uniform(0.3, 0.5)),
    }


def draw_both(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Two matrices."""
    n_e, V = dims["n_e"], dims["V"]
    return {"E": rng.normal(0, 1, (n_e, V)), "Theta": rng.normal(0.5, 1, (V, n_e))}


LOG_OF_0 = (
    "Where a count is 0 you take its logarithm, and nothing that comes of −∞ is a number any more. Such entries count "
    "nothing: f(0) = 0, and their error is 0."
)
LOG_OF_ALMOST_0 = (
    "You add a small number before the logarithm: where the count is 0, that makes a large error. The error of such an "
    "entry is 0."
)
ROWS_COLUMNS = (
    "The two words of an entry are exchanged. The row i takes θ_i and b_i, the column j takes e_j and b′_j."
)

cooccurrence_counts = Exercise(
    function=reference.cooccurrence_counts,
    title="Count neighbours",
    minutes=25,
    difficulty=2,
    arguments={"sentences": Plain("a list of lists of tokens"), "window": Plain("a whole number")},
    result=Tuple(**TABLE),
    draw=draw_corpus,
    dims=[
        {"V": 6, "window": 2, "sentences": 7, "k_empty": 1, "k_arrays": 0},
        {"V": 5, "window": 3, "sentences": 9, "k_empty": 1, "k_arrays": 1},
        {"V": 4, "window": 1, "sentences": 6, "k_empty": 0, "k_arrays": 0},
    ],
    rows=[
        Row("rows", "rows", points=4),
        Row("columns", "columns", points=4),
        Row("values", "values", points=8),
    ],
    mistakes=[
        Mistake(
            "no_distance",
            ("1 / abs(i - j)", "1.0"),
            "Every neighbour counts 1 in yours, however far away. One that is d places away counts 1/d.",
        ),
        Mistake(
            "distance_squared",
            ("1 / abs(i - j)", "1 / abs(i - j) ** 2"),
            "You divide by the square of the distance. One that is d places away counts 1/d.",
        ),
        Mistake(
            "distance_from_0",
            ("1 / abs(i - j)", "1 / (1 + abs(i - j))"),
            "The next word counts one half in yours. It is 1 place away, and counts 1.",
        ),
        Mistake(
            "falling_on_a_line",
            ("1 / abs(i - j)", "(window + 1 - abs(i - j)) / window"),
            "Your weights fall on a line, as those of word2vec's random windows do on average. Here it is 1/d.",
        ),
        Mistake(
            "right_side_only",
            ("max(0, i - window)", "i"),
            "Only neighbours to the right are counted. The window goes to both sides, and the table is symmetric.",
        ),
        Mistake(
            "left_side_only",
            ("min(len(sentence), i + window + 1)", "i"),
            "Only neighbours to the left are counted. The window goes to both sides, and the table is symmetric.",
        ),
        Mistake(
            "own_place_counted",
            [("if j != i:", "if True:"), ("abs(i - j)", "max(1, abs(i - j))")],
            "The word itself is counted among its neighbours. Leave out its own place.",
        ),
        Mistake(
            "same_word_left_out",
            ("if j != i:", "if sentence[j] != word:"),
            'A neighbour that is the same word is left out. Only the own place is: in "very very good", each "very" is a '
            "neighbour of the other.",
        ),
        Mistake(
            "diagonal_counted_once",
            ("if j != i:", "if j != i and not (sentence[j] == word and j > i):"),
            'Where a word stands near itself, you count the pair once. In "very very good" each "very" has the other as a '
            "neighbour: together that is 2.",
        ),
        Mistake(
            "counted_twice",
            ("X.get(place, 0.0) + 1 / abs(i - j)", "X.get(place, 0.0) + 2 / abs(i - j)"),
            "All values are twice what they should be: you add to both places of a pair at either of its words.",
        ),
        Mistake(
            "not_added_up",
            ("X.get(place, 0.0) + 1 / abs(i - j)", "1 / abs(i - j)"),
            "What a pair had before is lost each time it comes again. Add up.",
        ),
        Mistake(
            "repeats_in_a_sentence_lost",
            [
                (
                    "for i, word in enumerate(sentence):",
                    "seen = set()\n        for i, word in enumerate(sentence):",
                ),
                (
                    "if j != i:",
                    "if j != i and (word, sentence[j], j - i) not in seen and not seen.add((word, sentence[j], j - i)):",
                ),
            ],
            "A pair that comes twice in a sentence at the same distance is counted once: `x[indices] += g` writes to each "
            "place once only. Add up.",
        ),
        Mistake(
            "across_sentences",
            (
                "X: dict[tuple[int, int], float] = {}",
                "X = {}\n    sentences = [[token for words in sentences for token in words]]",
            ),
            "Neighbours are counted from one sentence into another. A window ends with its sentence.",
        ),
        Mistake(
            "window_short_on_the_right",
            ("i + window + 1", "i + window"),
            "On the right the window is one place short: the end of a range or slice is not in it.",
        ),
        Mistake(
            "window_short_on_both_sides",
            [("i - window)", "i - window + 1)"), ("i + window + 1", "i + window")],
            "Neighbours just `window` places away are missing on both sides: the end of a range is not in it.",
        ),
        Mistake(
            "window_is_the_whole_width",
            [("i - window)", "i - window // 2)"), ("i + window + 1", "i + window // 2 + 1")],
            "Your window has `window` words in all. `window` is how far a neighbour may be on each side.",
        ),
        Mistake(
            "whole_windows_only",
            (
                "for i, word in enumerate(sentence):",
                "for i, word in list(enumerate(sentence))[window : max(window, len(sentence) - window)]:",
            ),
            "Words near the beginning and the end of a sentence have no neighbours. Their windows are cut off, and count.",
        ),
        Mistake(
            "short_sentences_left_out",
            ("in enumerate(sentence):", "in enumerate(sentence if len(sentence) > window else []):"),
            "Sentences no longer than the window are left out. Their words are neighbours all the same.",
        ),
        Mistake(
            "upper_triangle_only",
            ("if j != i:", "if j != i and word <= sentence[j]:"),
            "Of two words only one order is listed. The table is symmetric, and both of its halves are asked for.",
        ),
        Mistake(
            "places_run_together",
            [
                (
                    "X: dict[tuple[int, int], float] = {}",
                    "X = {}\n    top = int(max(token for words in sentences for token in words))",
                ),
                (
                    "place = int(word), int(sentence[j])",
                    "place = divmod(int(word) * top + int(sentence[j]), top)",
                ),
            ],
            "Different pairs of words get the same number in yours. Tokens begin at 0, so that there is one word more "
            "than the largest token says.",
        ),
        Mistake(
            "no_empty_sentence",
            (
                "X: dict[tuple[int, int], float] = {}",
                "X = {}\n    _ = max(map(max, sentences))",
            ),
            "A sentence may be empty: then there is no largest or smallest token in it.",
        ),
        Mistake(
            "lists_only",
            (
                "X: dict[tuple[int, int], float] = {}",
                "X = {}\n    _ = sum(sentences, [])",
            ),
            "A sentence may be an array. A plus puts lists one after the other; arrays it adds number by number.",
        ),
        Mistake(
            "by_column",
            ("return rows, columns,", "return columns, rows,"),
            "Your entries go by column, or rows and columns are exchanged. They go by row, and within a row by column.",
        ),
        Mistake(
            "in_the_order_of_the_text",
            [("np.array(sorted(X), dtype=int)", "np.array(list(X), dtype=int)"), ("in sorted(X)]", "in X]")],
            "Your entries are in the order in which the pairs came up. They go by row, and within a row by column.",
        ),
        Mistake(
            "shares_of_a_row",
            (
                "np.array([X[place] for place in sorted(X)])",
                "np.array([X[r, c] / sum(X[p] for p in X if p[0] == r) for r, c in sorted(X)])",
            ),
            "Your values are shares of their rows. Asked for are the counts themselves.",
        ),
    ],
)

WHOLE_MAXIMUM = "max(abs(value - X.get((j, i), 0.0)) for (i, j), value in X.items())"
DIFFERENCES = "[abs(value - X.get((j, i), 0.0)) for (i, j), value in X.items()]"

asymmetry = Exercise(
    function=reference.asymmetry,
    title="How far from symmetric?",
    minutes=10,
    difficulty=1,
    arguments=TABLE,
    result=Number(),
    draw=draw_mirrored,
    dims=[
        {"V": 6, "pairs": 4, "k_above": 1, "k_alone": 1},
        {"V": 5, "pairs": 3, "k_above": 0, "k_alone": 1},
        {"V": 7, "pairs": 2, "k_above": 1, "k_alone": 0},
        {"V": 4, "pairs": 1, "k_above": 0, "k_alone": 0},
    ],
    rows=[
        Row("largest difference", "", points=4),
        Row("a symmetric table", "", points=1, cases="symmetric"),
    ],
    extra=[Cases("symmetric", draw=symmetric_tables, recorded=symmetric_for_all)],
    mistakes=[
        Mistake(
            "missing_mirror_left_out",
            ("X.get((j, i), 0.0)", "X.get((j, i), value)"),
            "An entry whose mirror is not listed is passed over. What is not listed is 0, which differs from it.",
        ),
        Mistake(
            "above_the_diagonal_only",
            ("in X.items()))", "in X.items() if i <= j))"),
            "You look at entries above the diagonal only. One below it may have no mirror there.",
        ),
        Mistake(
            "mean_difference",
            (WHOLE_MAXIMUM, f"np.mean({DIFFERENCES})"),
            "This is the mean of the differences. Asked for is the largest.",
        ),
        Mistake(
            "sum_of_differences",
            (WHOLE_MAXIMUM, f"sum({DIFFERENCES})"),
            "This is the sum of the differences. Asked for is the largest.",
        ),
        Mistake(
            "squared",
            ("abs(value - X.get((j, i), 0.0))", "(value - X.get((j, i), 0.0)) ** 2"),
            "This is the square of the difference.",
        ),
        Mistake(
            "relative",
            ("abs(value - X.get((j, i), 0.0))", "abs(value - X.get((j, i), 0.0)) / value"),
            "You divide the difference by the entry. Asked for is the difference itself.",
        ),
        Mistake(
            "how_many",
            (WHOLE_MAXIMUM, f"np.count_nonzero({DIFFERENCES})"),
            "This is how many entries differ from their mirrors. Asked for is how far the worst of them does.",
        ),
        Mistake(
            "yes_or_no",
            (WHOLE_MAXIMUM, f"max({DIFFERENCES}) == 0"),
            "You have 0 for a table that is not symmetric, or only say whether it is. Asked for is the largest difference.",
        ),
        Mistake(
            "whether_it_differs",
            (WHOLE_MAXIMUM, f"max({DIFFERENCES}) > 0"),
            "You only say whether the table differs from its mirror. Asked for is how far: the largest difference.",
        ),
        Mistake(
            "whole_table_without_pairs",
            (WHOLE_MAXIMUM, "max(values) - min(values)"),
            "This compares the largest and the smallest entry. Compare X_ij with X_ji.",
        ),
    ],
)

probability_ratios = Exercise(
    function=reference.probability_ratios,
    title="Ratios of probabilities",
    minutes=15,
    difficulty=2,
    arguments={**TABLE, "first": WORD, "second": WORD, "probes": Array("probes", holds="whole")},
    result=Array("probes"),
    draw=draw_probes,
    dims=[
        {"V": 7, "probes": 4, "k_row": 0},
        {"V": 6, "probes": 3, "k_row": 1},
        {"V": 5, "probes": 1, "k_row": 0},
    ],
    rows=[Row("ratio of each probe", "", points=9)],
    mistakes=[
        Mistake(
            "ratio_of_counts",
            ("return near / values[of_word].sum()", "return near"),
            "This is the ratio of the counts. A frequent word has large counts beside everything: divide each by the sum of "
            "its row first.",
        ),
        Mistake(
            "turned_round",
            ("given(first) / given(second)", "given(second) / given(first)"),
            "The ratio is turned round: the first word's probability stands above the line.",
        ),
        Mistake(
            "difference",
            ("given(first) / given(second)", "given(first) - given(second)"),
            "This is the difference of the probabilities. Asked for is their ratio.",
        ),
        Mistake(
            "logarithm",
            ("given(first) / given(second)", "np.log(given(first) / given(second))"),
            "This is the logarithm of the ratio.",
        ),
        Mistake(
            "given_the_probe",
            [
                ("of_word = rows == word", "of_word = columns == word"),
                ("(columns == probe)]", "(rows == probe)]"),
            ],
            "Rows and columns are exchanged. P(k | i) is the entry in row i and column k, over the sum of row i.",
        ),
        Mistake(
            "multiplied_by_the_sum",
            (
                "return near / values[of_word].sum()",
                "return near * values[of_word].sum()",
            ),
            "You multiply by the sum of the row. Divide by it.",
        ),
        Mistake(
            "share_of_the_probes",
            ("near / values[of_word].sum()", "near / near.sum()"),
            "You divide by the sum over the probes. A row's sum runs over all words.",
        ),
        Mistake(
            "share_of_the_column",
            ("near / values[of_word].sum()", "near / values[columns == word].sum()"),
            "You divide by the sum of the word's column. P(k | i) is a share of row i.",
        ),
        Mistake(
            "share_of_the_largest",
            ("values[of_word].sum()", "values[of_word].max()"),
            "You divide by the largest entry of the row. Divide by its sum.",
        ),
        Mistake(
            "mean_of_the_row",
            ("values[of_word].sum()", "values[of_word].mean()"),
            "You divide by the mean of the entries that are listed. Rows differ in how many these are: divide by the sum.",
        ),
        Mistake(
            "whole_numbers",
            ("given(first) / given(second)", "(given(first) / given(second)).astype(int)"),
            "Your ratios are cut off at the point: an array made like `probes` holds whole numbers.",
        ),
        Mistake(
            "first_probability_only",
            ("given(first) / given(second)", "given(first)"),
            "This is P(k | first). Divide it by P(k | second).",
        ),
        Mistake(
            "second_probability_only",
            ("given(first) / given(second)", "given(second)"),
            "This is P(k | second). Asked for is P(k | first) over it.",
        ),
    ],
)

glove_weights = Exercise(
    function=reference.glove_weights,
    title="The weight of an entry",
    minutes=10,
    difficulty=1,
    arguments={"values": VALUES, **WEIGHTING},
    result=VALUES,
    draw=draw_counts,
    dims=[{"K": 7, "k_zeros": 2}, {"K": 10, "k_zeros": 0}, {"K": 1, "k_zeros": 0}],
    rows=[Row("weights", "", points=7)],
    mistakes=[
        Mistake(
            "not_capped",
            ("np.minimum(1, (values / x_max) ** alpha)", "(values / x_max) ** alpha"),
            "Some of your weights are above 1. From x_max on, every entry has the weight 1.",
        ),
        Mistake(
            "weight_1_at_0",
            (
                "np.minimum(1, (values / x_max) ** alpha)",
                "np.where(values > 0, np.minimum(1, (values / x_max) ** alpha), 1)",
            ),
            "An entry of 0 has a weight in yours. f(0) = 0: pairs that never occur count nothing.",
        ),
        Mistake(
            "power_missing",
            ("(values / x_max) ** alpha", "values / x_max"),
            "The power α is missing.",
        ),
        Mistake(
            "power_fixed",
            ("** alpha", "** 0.75"),
            "Your power is always 3/4. Take the argument `alpha`.",
        ),
        Mistake(
            "x_max_fixed",
            ("values / x_max", "values / 100"),
            "Your weights reach 1 at 100. Take the argument `x_max`.",
        ),
        Mistake(
            "power_as_factor",
            ("(values / x_max) ** alpha", "(values / x_max) * alpha"),
            "α is a power, not a factor.",
        ),
        Mistake(
            "power_turned_round",
            ("** alpha", "** (1 / alpha)"),
            "Your power is 1/α, which takes weight from rare pairs. It is α.",
        ),
        Mistake(
            "power_of_the_count_only",
            ("(values / x_max) ** alpha", "values**alpha / x_max"),
            "Only the count is raised to the power. The ratio X / x_max is, so that f is 1 at x_max.",
        ),
        Mistake(
            "count_capped_not_divided",
            ("np.minimum(1, (values / x_max) ** alpha)", "np.minimum(values, x_max) ** alpha"),
            "You cap the count at x_max and do not divide by it. The largest weight is 1.",
        ),
        Mistake(
            "raised_to_1",
            ("np.minimum(1,", "np.maximum(1,"),
            "Your weights are 1 or more: you took the larger of the two. The smaller is meant, which caps them.",
        ),
        Mistake(
            "all_or_nothing",
            ("np.minimum(1, (values / x_max) ** alpha)", "(values >= x_max) * 1.0"),
            "Entries below x_max have no weight in yours. They have less: (X / x_max)^α.",
        ),
        Mistake(
            "share_of_the_largest",
            ("values / x_max", "values / values.max()"),
            "You divide by the largest count at hand. Divide by x_max, so that a weight does not depend on the batch.",
        ),
        Mistake(
            "nothing_at_x_max",
            (
                "np.minimum(1, (values / x_max) ** alpha)",
                "np.where(values == x_max, 0, np.minimum(1, (values / x_max) ** alpha))",
            ),
            "A count of just x_max has no weight in yours. It has the weight 1, as all above it.",
        ),
        Mistake(
            "nothing_above_x_max",
            (
                "np.minimum(1, (values / x_max) ** alpha)",
                "np.where(values < x_max, (values / x_max) ** alpha, 0)",
            ),
            "Entries above x_max have no weight in yours. They have weight 1.",
        ),
    ],
)

SCORES = 'dots + parameters["b"][rows] + parameters["b_prime"][columns]'
LOGS = "np.log(values, out=np.zeros(len(values)), where=there)"

glove_errors = Exercise(
    function=reference.glove_errors,
    title="How far off each entry is",
    minutes=15,
    difficulty=2,
    arguments={"parameters": PARAMETERS, **TABLE},
    result=VALUES,
    draw=draw_entries,
    dims=DIMS,
    rows=[
        Row("error of each entry", "", points=11),
    ],
    mistakes=[
        Mistake(
            "log_of_0",
            [(LOGS, "np.log(values)"), ("np.where(there, scores - logs, 0)", "scores - logs")],
            LOG_OF_0,
        ),
        Mistake(
            "zero_taken_for_1",
            ("np.where(there, scores - logs, 0)", "scores - logs"),
            "Where the count is 0 you leave the logarithm out and keep the score. The error of such an entry is 0.",
        ),
        Mistake(
            "log_of_1e_8",
            ("np.where(there, scores - logs, 0)", "scores - np.log(values + 1e-8)"),
            LOG_OF_ALMOST_0,
        ),
        Mistake(
            "log_of_1e_10",
            ("np.where(there, scores - logs, 0)", "scores - np.log(values + 1e-10)"),
            LOG_OF_ALMOST_0,
        ),
        Mistake(
            "log_of_1_plus",
            ("scores - logs", "scores - np.log(1 + values)"),
            "You take log(1 + X). The model fits log X; entries of 0 are left out, so that no 1 is needed.",
        ),
        Mistake(
            "counts_themselves",
            ("scores - logs", "scores - values"),
            "The logarithm is missing: you compare scores with counts.",
        ),
        Mistake(
            "every_row_with_every_column",
            ('"kn,nk->k"', '"kn,nl->kl"'),
            "You have K² numbers: every row with every column. Asked for are K products, one for each entry.",
        ),
        Mistake(
            "logarithm_of_base_2",
            ("scores - logs", "scores - logs / np.log(2)"),
            "Your logarithm has base 2. It is the natural one.",
        ),
        Mistake(
            "logarithm_of_base_10",
            ("scores - logs", "scores - logs / np.log(10)"),
            "Your logarithm has base 10. It is the natural one.",
        ),
        Mistake(
            "b_missing",
            (SCORES, 'dots + parameters["b_prime"][columns]'),
            "The bias b_i of the row is missing.",
        ),
        Mistake(
            "b_prime_missing",
            (SCORES, 'dots + parameters["b"][rows]'),
            "The bias b′_j of the column is missing.",
        ),
        Mistake(
            "biases_missing",
            (SCORES, "dots"),
            "Both biases are missing. They take up how frequent a word is, so that the vectors need not.",
        ),
        Mistake(
            "biases_exchanged",
            (SCORES, 'dots + parameters["b_prime"][rows] + parameters["b"][columns]'),
            "The biases are exchanged: b goes with the rows, b′ with the columns.",
        ),
        Mistake(
            "one_bias_for_both",
            (SCORES, 'dots + parameters["b"][rows] + parameters["b"][columns]'),
            "You use b for both words. The column has a bias of its own, b′.",
        ),
        Mistake(
            "rows_and_columns_exchanged",
            (
                'dots = np.einsum("kn,nk->k", parameters["Theta"][rows], parameters["E"][:, columns])',
                'rows, columns = columns, rows\n    dots = np.einsum("kn,nk->k", parameters["Theta"][rows], '
                'parameters["E"][:, columns])',
            ),
            ROWS_COLUMNS,
        ),
        Mistake(
            "vectors_exchanged",
            (
                'parameters["Theta"][rows], parameters["E"][:, columns]',
                'parameters["Theta"][columns], parameters["E"][:, rows]',
            ),
            "The vectors are taken at the wrong word: θ_i belongs to the row i, e_j to the column j.",
        ),
        Mistake(
            "sign",
            ("scores - logs", "logs - scores"),
            "Your errors have the other sign. It is the score minus the logarithm.",
        ),
        Mistake(
            "squared",
            ("np.where(there, scores - logs, 0)", "np.where(there, scores - logs, 0) ** 2"),
            "Your errors are squared. That is done in the loss.",
        ),
        Mistake(
            "absolute",
            ("np.where(there, scores - logs, 0)", "abs(np.where(there, scores - logs, 0))"),
            "Your errors have lost their sign, which the gradient needs.",
        ),
    ],
)

LOSS = "(f * errors**2).sum()"

glove_loss = Exercise(
    function=reference.glove_loss,
    title="The loss",
    minutes=10,
    difficulty=1,
    arguments={"parameters": PARAMETERS, **TABLE, **WEIGHTING},
    result=Number(),
    draw=draw_weighted,
    dims=DIMS,
    rows=[
        Row("loss", "", points=7),
    ],
    needs=["glove_weights", "glove_errors"],
    mistakes=[
        Mistake(
            "half",
            (LOSS, "(f * errors**2).sum() / 2"),
            "There is a factor ½. The paper and the note have none, and the gradients below count on that.",
        ),
        Mistake(
            "mean",
            (LOSS, "(f * errors**2).mean()"),
            "This is the mean over the entries. The loss is their sum.",
        ),
        Mistake(
            "weighted_mean",
            (LOSS, "(f * errors**2).sum() / f.sum()"),
            "You divide by the sum of the weights. The loss is the sum alone.",
        ),
        Mistake("weights_missing", (LOSS, "(errors**2).sum()"), "The weights f(X) are missing."),
        Mistake(
            "weights_squared",
            (LOSS, "((f * errors) ** 2).sum()"),
            "The weight is squared with the error. Only the error is.",
        ),
        Mistake("not_squared", (LOSS, "(f * errors).sum()"), "The errors are not squared."),
        Mistake(
            "absolute",
            (LOSS, "(f * abs(errors)).sum()"),
            "You take the size of the errors. Take their squares.",
        ),
        Mistake(
            "root", (LOSS, "(f * errors**2).sum() ** 0.5"), "There is a root over the sum. The loss has none."
        ),
        Mistake(
            "counts_for_weights",
            (LOSS, "(values * errors**2).sum()"),
            "You weight with the counts themselves. The weights are f(X).",
        ),
        Mistake(
            "log_of_0",
            (
                "errors = glove_errors(parameters, rows, columns, values)",
                "dots = (parameters['Theta'][rows] * parameters['E'].T[columns]).sum(axis=1)\n"
                "    errors = dots + parameters['b'][rows] + parameters['b_prime'][columns] - np.log(values)",
            ),
            LOG_OF_0,
        ),
        Mistake(
            "log_of_1_plus",
            (
                "errors = glove_errors(parameters, rows, columns, values)",
                "errors = glove_errors(parameters, rows, columns, 1 + values)",
            ),
            "You fit log(1 + X). The model fits log X; entries of 0 are left out, so that no 1 is needed.",
        ),
        Mistake(
            "biases_missing",
            (
                "errors = glove_errors(parameters, rows, columns, values)",
                "zero = np.zeros_like(parameters['b'])\n    errors = glove_errors({**parameters, 'b': zero, "
                "'b_prime': zero}, rows, columns, values)",
            ),
            "Both biases are missing from your errors.",
        ),
    ],
)

TO_THETA = 'd[:, np.newaxis] * parameters["E"][:, columns].T'
TO_E = 'd[:, np.newaxis] * parameters["Theta"][rows]'
LOST = (
    "Where a word stands in several entries, one of its gradients is kept and the others are lost: `x[indices] += g` "
    "writes to each index once only. All that belongs to one word has to be added up."
)
BIASES_LOST = [
    ('np.add.at(gradients["db"], rows, d)', 'gradients["db"][rows] += d'),
    ('np.add.at(gradients["db_prime"], columns, d)', 'gradients["db_prime"][columns] += d'),
]

glove_gradients = Exercise(
    function=reference.glove_gradients,
    title="The gradients",
    minutes=30,
    difficulty=3,
    arguments={"parameters": PARAMETERS, **TABLE, **WEIGHTING},
    result=GRADIENTS,
    draw=draw_weighted,
    dims=DIMS,
    rows=[
        Row("gradient of Θ", "dTheta", points=6),
        Row("gradient of E", "dE", points=5),
        Row("gradient of b", "db", points=3),
        Row("gradient of b′", "db_prime", points=3),
    ],
    needs=["glove_weights", "glove_errors"],
    mistakes=[
        Mistake(
            "factor_2_missing",
            ("d = 2 * f", "d = f"),
            "The factor 2 is missing. The loss has no ½, so that the square's 2 stays in the gradient.",
        ),
        Mistake(
            "repeated_words_lost",
            [
                ('np.add.at(gradients["dTheta"], rows, d[', 'gradients["dTheta"][rows] += (d['),
                ('np.add.at(gradients["dE"].T, columns, d[', 'gradients["dE"].T[columns] += (d['),
                *BIASES_LOST,
            ],
            LOST,
        ),
        Mistake(
            "repeated_words_lost_in_the_matrices",
            [
                ('np.add.at(gradients["dTheta"], rows, d[', 'gradients["dTheta"][rows] += (d['),
                ('np.add.at(gradients["dE"].T, columns, d[', 'gradients["dE"].T[columns] += (d['),
            ],
            LOST,
        ),
        Mistake("repeated_words_lost_in_the_biases", BIASES_LOST, LOST),
        Mistake(
            "weights_missing",
            ("d = 2 * f * glove_errors", "d = 2 * glove_errors"),
            "The weights f(X) are missing from the gradients.",
        ),
        Mistake(
            "weights_squared",
            ("d = 2 * f * glove_errors", "d = 2 * f**2 * glove_errors"),
            "The weight is squared. It stands before the square of the error, and so comes once.",
        ),
        Mistake(
            "sign",
            ("d = 2 * f", "d = -2 * f"),
            "Your gradients have the other sign: they lead uphill.",
        ),
        Mistake(
            "mean_over_the_entries",
            ("d = 2 * f", "d = 2 / len(values) * f"),
            "You divide by the number of entries. The loss is a sum.",
        ),
        Mistake(
            "errors_squared",
            (
                "glove_errors(parameters, rows, columns, values)",
                "glove_errors(parameters, rows, columns, values) ** 2",
            ),
            "The error is still squared. The derivative of a square is twice what is squared.",
        ),
        Mistake(
            "sign_of_the_errors",
            (
                "glove_errors(parameters, rows, columns, values)",
                "np.sign(glove_errors(parameters, rows, columns, values))",
            ),
            "You keep only the sign of the errors, as for a loss of absolute values. Here errors are squared.",
        ),
        Mistake(
            "own_vectors",
            [
                ("rows, " + TO_THETA, "rows, " + TO_E),
                ("columns, " + TO_E, "columns, " + TO_THETA),
            ],
            "Each vector is pushed along itself. In θ_i · e_j, the derivative by θ_i is e_j, and by e_j it is θ_i.",
        ),
        Mistake(
            "other_matrix_at_the_own_word",
            [
                ('parameters["E"][:, columns].T', 'parameters["E"][:, rows].T'),
                ('parameters["Theta"][rows]', 'parameters["Theta"][columns]'),
            ],
            "The matrices are the right ones, the words are not: θ_i gets e of the other word j, and e_j gets θ of i.",
        ),
        Mistake(
            "vectors_left_out",
            [(TO_THETA, "d[:, np.newaxis]"), (TO_E, "d[:, np.newaxis]")],
            "The other word's vector is missing: all features of a vector get the same gradient, as a bias does.",
        ),
        Mistake(
            "words_exchanged",
            [
                ('np.add.at(gradients["dTheta"], rows,', 'np.add.at(gradients["dTheta"], columns,'),
                ('np.add.at(gradients["dE"].T, columns,', 'np.add.at(gradients["dE"].T, rows,'),
            ],
            "The gradients go to the wrong words: what belongs to θ goes to the rows, what belongs to e to the columns.",
        ),
        Mistake(
            "biases_exchanged",
            [
                ('np.add.at(gradients["db"], rows, d)', 'np.add.at(gradients["db"], columns, d)'),
                ('np.add.at(gradients["db_prime"], columns, d)', 'np.add.at(gradients["db_prime"], rows, d)'),
            ],
            "A bias gets what belongs to the other: b goes with the rows, b′ with the columns.",
        ),
        Mistake(
            "biases_not_trained",
            [
                ('np.add.at(gradients["db"], rows, d)', "pass"),
                ('np.add.at(gradients["db_prime"], columns, d)', "pass"),
            ],
            "The gradients of the biases are 0. A bias is added to the score, so that its derivative is 1.",
        ),
        Mistake(
            "e_not_trained",
            ('np.add.at(gradients["dE"].T, columns, ' + TO_E + ")", "pass"),
            "The gradient of E is 0. Both matrices are trained.",
        ),
        Mistake(
            "biases_with_two_axes",
            (
                "    return gradients",
                '    gradients["db"] = gradients["db"][:, np.newaxis]\n'
                '    gradients["db_prime"] = gradients["db_prime"][np.newaxis]\n'
                "    return gradients",
            ),
            "Your gradients of the biases have two axes, and a bias has one: (V,). Sums of a `csr_matrix` keep two, "
            "those of a `csr_array` do not.",
        ),
        Mistake(
            "biases_with_the_sum_over_all",
            [
                ('np.add.at(gradients["db"], rows, d)', 'gradients["db"] += d.sum()'),
                ('np.add.at(gradients["db_prime"], columns, d)', 'gradients["db_prime"] += d.sum()'),
            ],
            "Every bias gets the sum over all entries. Each word's bias gets that over its own entries.",
        ),
    ],
)

adagrad_step = Exercise(
    function=reference.adagrad_step,
    title="One step of AdaGrad",
    minutes=15,
    difficulty=2,
    arguments={
        "parameters": PARAMETERS,
        "gradients": GRADIENTS,
        "sums": PARAMETERS,
        "learning_rate": Number(),
    },
    result=Tuple(parameters=PARAMETERS, sums=PARAMETERS),
    draw=draw_step,
    dims=[{"n_e": 3, "V": 5}, {"n_e": 4, "V": 1}, {"n_e": 1, "V": 6}],
    rows=[
        Row("new parameters", "parameters", points=5),
        Row("new sums", "sums", points=4),
    ],
    mistakes=[
        Mistake(
            "sum_before_the_step",
            ("np.sqrt(new_sums[name])", "np.sqrt(sums[name])"),
            "You divide by the sums before this step, as GloVe's own program does. In AdaGrad the gradient of this step is "
            "in them already.",
        ),
        Mistake(
            "root_missing",
            ("np.sqrt(new_sums[name])", "new_sums[name]"),
            "The root is missing: you divide by the sum of squares itself.",
        ),
        Mistake(
            "not_squared",
            ("sums[name] + g**2", "sums[name] + abs(g)"),
            "You add up the sizes of the gradients. Add up their squares.",
        ),
        Mistake(
            "gradients_with_their_sign",
            ("sums[name] + g**2", "sums[name] + g"),
            "You add up the gradients themselves. Add up their squares.",
        ),
        Mistake(
            "sums_forgotten",
            ("sums[name] + g**2", "g**2"),
            "What was summed up before is lost: the new sum is the old one and this step's square.",
        ),
        Mistake(
            "one_sum_for_all",
            ("sums[name] + g**2", "sums[name] + (g**2).sum()"),
            "You add the squares of a whole array to each entry. Each number has a sum of its own.",
        ),
        Mistake(
            "running_mean",
            ("sums[name] + g**2", "0.9 * sums[name] + 0.1 * g**2"),
            "This is a running mean, as in RMSProp and Adam. AdaGrad adds up, and forgets nothing.",
        ),
        Mistake(
            "uphill",
            ("value - learning_rate", "value + learning_rate"),
            "Your step goes uphill. The gradient shows where the loss grows; go the other way.",
        ),
        Mistake(
            "no_rate",
            ("learning_rate * g", "g"),
            "The learning rate is missing.",
        ),
        Mistake(
            "plain_step",
            (" / np.sqrt(new_sums[name])", ""),
            "This is a plain gradient step. Divide each entry by the root of its own sum.",
        ),
        Mistake(
            "old_sums_returned",
            ("return new, new_sums", "return new, sums"),
            "The sums that you return are the old ones. Return the new, which the next step needs.",
        ),
        Mistake(
            "sums_returned_first",
            ("return new, new_sums", "return new_sums, new"),
            "You return the sums first. The parameters come first, then the sums.",
        ),
        Mistake(
            "roots_returned",
            (
                "return new, new_sums",
                "return new, {name: np.sqrt(total) for name, total in new_sums.items()}",
            ),
            "The sums that you return have the root taken already. Keep the sums themselves.",
        ),
        Mistake(
            "multiplied",
            ("* g / np.sqrt(new_sums[name])", "* g * np.sqrt(new_sums[name])"),
            "You multiply by the root. Divide by it: who has seen much gradient takes small steps.",
        ),
    ],
)

# With the functions that it calls freed of their tests, which refuse sums of 0.
FREED = [
    (
        "    losses = []",
        "    losses, free = [], dict(globals())\n"
        "    names = 'glove_weights', 'glove_errors', 'glove_loss', 'glove_gradients', 'adagrad_step'\n"
        "    free |= {name: type(_step)(free[name].__wrapped__.__code__, free) for name in names}",
    ),
    ("losses.append(glove_loss(", "losses.append(free['glove_loss']("),
    ("gradients = glove_gradients(", "gradients = free['glove_gradients']("),
    ("= adagrad_step(", "= free['adagrad_step']("),
]

train_glove = Exercise(
    function=reference.train_glove,
    title="A step for each batch",
    minutes=15,
    difficulty=2,
    arguments={
        "parameters": PARAMETERS,
        "batches": Plain("a list of (rows, columns, values)"),
        **WEIGHTING,
        "learning_rate": Number(),
    },
    result=Tuple(parameters=PARAMETERS, losses=Array("steps")),
    draw=draw_training,
    dims=[
        {"n_e": 3, "V": 5, "K": 9, "k_zeros": 0, "k_steps": 4},
        {"n_e": 2, "V": 6, "K": 1, "k_zeros": 0, "k_steps": 7},
        {"n_e": 1, "V": 4, "K": 7, "k_zeros": 0, "k_steps": 3},
    ],
    rows=[
        Row("E after the last step", "parameters.E", points=2),
        Row("Θ after the last step", "parameters.Theta", points=1),
        Row("b after the last step", "parameters.b", points=1),
        Row("b′ after the last step", "parameters.b_prime", points=1),
        Row("loss of each batch", "losses", points=1),
    ],
    needs=["glove_loss", "glove_gradients", "adagrad_step"],
    mistakes=[
        Mistake(
            "sums_from_0",
            [("np.ones_like(value)", "np.zeros_like(value)"), *FREED],
            "Your sums begin at 0: where a gradient is 0 as well, 0 is divided by 0. They begin at 1.",
        ),
        Mistake(
            "sums_from_almost_0",
            ("np.ones_like(value)", "np.zeros_like(value) + 1e-12"),
            "Your sums begin at 0, so that the first step has the same size everywhere. They begin at 1.",
        ),
        Mistake(
            "sums_not_kept",
            ("parameters, sums = adagrad_step", "parameters, _ = adagrad_step"),
            "Each step begins with sums of 1 again. Keep those that the step before gave.",
        ),
        Mistake(
            "parameters_not_advanced",
            ("parameters, sums = adagrad_step", "_, sums = adagrad_step"),
            "The parameters stay what they were. Each step starts from those that the step before gave.",
        ),
        Mistake(
            "gradients_at_the_beginning",
            [
                ("    losses = []", "    losses, start = [], parameters"),
                (
                    "gradients = glove_gradients(parameters, rows",
                    "gradients = glove_gradients(start, rows",
                ),
            ],
            "All gradients are taken at the first parameters. Take them at the present ones.",
        ),
        Mistake(
            "loss_after_the_step",
            [
                ("losses.append(glove_loss(parameters, rows, columns, values, x_max, alpha))", "pass"),
                (
                    "adagrad_step(parameters, gradients, sums, learning_rate)",
                    "adagrad_step(parameters, gradients, sums, learning_rate)\n"
                    "        losses.append(glove_loss(parameters, rows, columns, values, x_max, alpha))",
                ),
            ],
            "Your losses are those after each step. Keep the loss of a batch before its own step: then the vectors have not "
            "seen it yet.",
        ),
        Mistake(
            "plain_descent",
            (
                "parameters, sums = adagrad_step(parameters, gradients, sums, learning_rate)",
                "parameters = {n: v - learning_rate * gradients['d' + n] for n, v in parameters.items()}",
            ),
            "These are plain gradient steps. Take those of `adagrad_step`.",
        ),
        Mistake(
            "first_batch_only",
            ("in batches:", "in [batches[0]] * len(batches):"),
            "Every step takes the first batch. Each has its own.",
        ),
        Mistake(
            "last_batch_left_out",
            ("in batches:", "in batches[:-1]:"),
            "The last batch is left out. There is one step for each.",
        ),
        Mistake(
            "after_one_step",
            ("    return parameters, losses", "        return parameters, losses"),
            "You return after the first step: the return stands within the loop.",
        ),
        Mistake(
            "backwards",
            ("in batches:", "in batches[::-1]:"),
            "The batches are taken from the last to the first. Take them in their order.",
        ),
        Mistake(
            "all_batches_at_once",
            (
                "in batches:",
                "in [tuple(np.concatenate(parts) for parts in zip(*batches))]:",
            ),
            "All batches are put together for a single step. There is one step for each.",
        ),
        Mistake(
            "mean_loss",
            ("values, x_max, alpha))", "values, x_max, alpha) / len(values))"),
            "Your losses are means over the entries. Give the loss as `glove_loss` does.",
        ),
    ],
)

final_vectors = Exercise(
    function=reference.final_vectors,
    title="One vector a word",
    minutes=5,
    difficulty=1,
    arguments={"E": VECTORS["E"], "Theta": VECTORS["Theta"]},
    result=VECTORS["E"],
    draw=draw_both,
    dims=[{"n_e": 3, "V": 5}, {"n_e": 2, "V": 1}, {"n_e": 4, "V": 3}],
    rows=[Row("vectors", "", points=3)],
    mistakes=[
        Mistake(
            "mean",
            ("E + Theta.T", "(E + Theta.T) / 2"),
            "This is the mean of the two. Asked for is their sum.",
        ),
        Mistake("e_only", ("E + Theta.T", "E"), "This is E alone. Add the other matrix."),
        Mistake("theta_only", ("E + Theta.T", "Theta.T"), "This is Θ alone. Add the other matrix."),
        Mistake(
            "reshaped",
            ("Theta.T", "Theta.reshape(E.shape)"),
            "`reshape` keeps the order of the numbers and so mixes words. Turn Θ round: `Theta.T`.",
        ),
        Mistake(
            "difference", ("E + Theta.T", "E - Theta.T"), "This is the difference. Asked for is the sum."
        ),
        Mistake(
            "product",
            ("E + Theta.T", "E * Theta.T"),
            "This is the product, entry by entry. Asked for is the sum.",
        ),
        Mistake(
            "stacked",
            ("E + Theta.T", "np.concatenate([E, Theta.T])"),
            "Your vectors have twice as many features: both stand one above the other. Add them.",
        ),
        Mistake(
            "a_word_a_row",
            ("E + Theta.T", "(E + Theta.T).T"),
            "Your words are rows. The result has the shape of E, a word a column.",
        ),
    ],
)

EXERCISES = [
    cooccurrence_counts,
    asymmetry,
    probability_ratios,
    glove_errors,
    glove_weights,
    glove_loss,
    glove_gradients,
    adagrad_step,
    train_glove,
    final_vectors,
]

# Mutants of the reference that do the same as the reference, each with the reason.
SAME_OBJECT = (
    "equal whole numbers below 257 are one object in CPython, and the places in a sentence are that small"
)
SAME_LENGTH = "both always have the same length, so that zip never looks"
LISTED = "X = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), values.tolist(), strict=True))"
NEAR = "near = np.array([values[of_word & (columns == probe)].sum() for probe in probes])"
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "cooccurrence_counts": {"if j != i:  →  if j is not i:": SAME_OBJECT},
    "asymmetry": {
        f"{LISTED}  →  {LISTED.replace('True), values', 'False), values')}": SAME_LENGTH,
        f"{LISTED}  →  {LISTED.replace('strict=True))', 'strict=False))')}": SAME_LENGTH,
    },
    "probability_ratios": {
        f"{NEAR}  →  {NEAR.replace('&', '*')}": "of True and False, the product is the and",
    },
    "glove_errors": {"there = values > 0  →  there = values != 0": "a count is never below 0"},
}
