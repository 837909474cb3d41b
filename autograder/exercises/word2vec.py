"""What is graded in 10-word2vec."""

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.layout import Array, Function, Layout, Number, Plain, Tuple
from autograder.row import Row
from autograder.tree import Fixture
from seqlib import word2vec as reference

# Vectorised pairs, and the trainer of the reference vectors with its gradients, which do some of these exercises.
WITHHELD = ("pairs", "models/vectors")

CENTRES = Array("n_e", "V")
CONTEXTS = Array("V", "n_e")
NODES = Array("V-1", "n_e")
WORDS = Array("m")
PAIRS: dict[str, Layout] = {"E": CENTRES, "Theta": CONTEXTS, "centers": WORDS, "contexts": WORDS}
CODES = Plain("V lists of bits")
PATHS = Plain("V lists of inner nodes")
MERGES = Plain("a list of V-1 pairs of nodes")
GENERATOR = Function("a generator of random numbers")

PAIR_DIMS = [
    {"n_e": 3, "V": 7, "m": 5},
    {"n_e": 6, "V": 4, "m": 8},
    {"n_e": 4, "V": 5, "m": 1},
    {"n_e": 1, "V": 6, "m": 3},
]
TREE_DIMS = [{"V": 7}, {"V": 5}, {"V": 9}, {"V": 2}, {"V": 1}]
# So many sentences that each known mistake shifts a frequency by more than the law's bound, which is 0.15, from right
# code and from every other mistake.
SENTENCES = 800
# The same for negatives: the bound is 0.05 for all of them together, and 0.16 for one place of each call. Places are
# few: who draws all of them again where one has met its positive is slow, and ends.
CALLS, PLACES = 700, 11
NOISE_WORDS = 9
ONE_POSITIVE_CALLS = 60
# So many draws from one seed that a generator of one's own all but never gives the same each time.
REPEATS = 10


def draw_corpus(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sentences longer than a window, shorter, and of one word; in the long one a word stands twice in a row."""
    window, V = dims["window"], dims["V"]
    lengths = [2 * window + 3, 1, window + 1, *(int(n) for n in rng.integers(1, 5, dims["sentences"] - 3))]
    sentences = [[int(token) for token in rng.integers(0, V, length)] for length in lengths]
    place = int(rng.integers(0, lengths[0] - 1))
    sentences[0][place + 1] = sentences[0][place]
    sentences[0][place - 1] = (sentences[0][place] + 1) % V
    return {"sentences": sentences, "window": window}


def draw_counts(rng: np.random.Generator, V: int) -> np.ndarray:
    """Counts of which no two are equal, in any node of Huffman's tree."""
    while True:
        counts = np.round(3000 / (1 + rng.permutation(V)) * rng.uniform(0.5, 1, V)).astype(int)
        every = [*counts.tolist(), *reference.huffman_merges(counts)[1]]
        if len(set(every)) == len(every):
            return counts


def draw_frequencies(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts, with a threshold that some words are above and some below."""
    counts = draw_counts(rng, dims["V"])
    frequencies = np.sort(counts / counts.sum())
    low, high = (frequencies[0], frequencies[-1]) if dims["V"] > 1 else (0.05, 0.4)
    return {"counts": counts, "threshold": float(low ** rng.uniform(0.5, 0.7) * high**0.4)}


def draw_thinning(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One sentence, to be thinned out many times.

    A rare survivor stands eight times before a word that nearly always stays: how often that one comes first tells
    small differences of `keep` many times over. Its ninth copy, behind, tells which of equal words is dropped. It is
    just below 0.1, where a draw that is rounded shows.
    """
    keep = np.array([0.6, 0.95, 0.098, 0.75]) * rng.uniform(0.985, 1, dims["V"])
    return {
        "sentence": [*[2] * 8, 1, 0, 3, 3, 2, 0],
        "keep": keep,
        "rng": Fixture("generator", int(rng.integers(2**31))),
    }


def certain_thinning(rng: np.random.Generator) -> list[Arguments]:
    """Words that are surely kept and words that are surely dropped leave nothing to chance."""
    keep = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    sentences = [rng.permutation([0, 3, 1, 2, 4, 3, 0, 1]), np.array([4, 1, 1])]
    return [
        {
            "sentence": [int(token) for token in sentence],
            "keep": keep,
            "rng": Fixture("generator", int(rng.integers(2**31))),
        }
        for sentence in sentences
    ]


def certain_for_all() -> list[Arguments]:
    """The public cases in which nothing is left to chance."""
    return certain_thinning(np.random.default_rng(10))


def same_thinning(rng: np.random.Generator) -> list[Arguments]:
    """One sentence and one seed, many times over."""
    arguments = {
        "sentence": [0, 2, 1, 3, 0, 1, 2, 3, 1],
        "keep": rng.uniform(0.4, 0.6, 4),
        "rng": Fixture("generator", int(rng.integers(2**31))),
    }
    return [arguments] * REPEATS


def same_thinning_for_all() -> list[Arguments]:
    """The public cases of one seed."""
    return same_thinning(np.random.default_rng(10))


def draw_words(rng: np.random.Generator, V: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs in which a centre and a context come twice, with others beside them."""
    centers, contexts = rng.integers(0, V, m), rng.integers(0, V, m)
    if m > 1:
        centers[-1] = centers[0]
        contexts[-1] = (contexts[0] + 1) % V
    if m > 2:
        contexts[1] = contexts[0]
        centers[1] = (centers[0] + 1) % V
    return centers, contexts


def draw_vectors(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Both matrices, of a size at which losses are neither 0 nor large."""
    n_e, V = dims["n_e"], dims["V"]
    return {
        "E": rng.normal(0, 1.2 / np.sqrt(n_e), (n_e, V)),
        "Theta": rng.normal(0, 1.0, (V, n_e)),
    }


def draw_centers(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors, and centres."""
    return {**draw_vectors(rng, dims), "centers": draw_words(rng, dims["V"], dims["m"])[0]}


def draw_pairs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors, and a batch of pairs."""
    centers, contexts = draw_words(rng, dims["V"], dims["m"])
    return {**draw_vectors(rng, dims), "centers": centers, "contexts": contexts}


def draw_tree_counts(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts without ties."""
    return {"counts": draw_counts(rng, dims["V"])}


def equal_counts(rng: np.random.Generator) -> list[Arguments]:
    """Counts with ties among words, and between words and inner nodes."""
    few = np.array([2, 1, 1, 2, 4, 2])
    return [{"counts": few * int(rng.integers(1, 5))}, {"counts": rng.integers(1, 4, 11)}]


def equal_for_all() -> list[Arguments]:
    """The public cases with ties."""
    return equal_counts(np.random.default_rng(10))


def draw_merges(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The tree of some counts."""
    merges = reference.huffman_merges(draw_counts(rng, dims["V"]))[0]
    return {"merges": [list(merge) for merge in merges]}


def draw_tree(rng: np.random.Generator, V: int) -> Arguments:
    """Codes and paths of some counts."""
    codes, paths = reference.codes_and_paths(reference.huffman_merges(draw_counts(rng, V))[0])
    return {"codes": codes, "paths": paths}


def draw_leaves(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A tree with its vectors, and one centre."""
    n_e, V = dims["n_e"], dims["V"]
    e, Psi = rng.normal(0, 1, n_e), rng.normal(0, 1, (V - 1, n_e))
    return {"e": e, "Psi": Psi, **draw_tree(rng, V)}


def draw_tree_pairs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A tree with its vectors, and a batch of pairs."""
    pairs = draw_pairs(rng, dims)
    Psi = rng.normal(0, 1, (dims["V"] - 1, dims["n_e"]))
    words = {"centers": pairs["centers"], "contexts": pairs["contexts"]}
    return {"E": pairs["E"], "Psi": Psi, **words, **draw_tree(rng, dims["V"])}


def large_scores(rng: np.random.Generator) -> list[Arguments]:
    """Trees and pairs in which some decisions are as good as impossible, of either bit."""
    cases = []
    for dims in ({"n_e": 3, "V": 7, "m": 5}, {"n_e": 4, "V": 6, "m": 3}):
        arguments = draw_tree_pairs(rng, dims)
        E, Psi = large(rng, arguments["E"]), large(rng, arguments["Psi"])
        for i, bit in ((0, 0), (1, 1)):  # the word that has this bit at the root
            context = next(word for word, code in enumerate(arguments["codes"]) if code[0] == bit)
            centers, contexts = arguments["centers"], arguments["contexts"]
            centers[i], contexts[i] = i, context
        root = Psi[-1]
        E[:, 0], E[:, 1] = -root, root
        cases.append({**arguments, "E": E, "Psi": Psi})
    return cases


def large_scores_for_all() -> list[Arguments]:
    """The public cases of large scores in a tree."""
    return large_scores(np.random.default_rng(10))


def large(rng: np.random.Generator, matrix: np.ndarray) -> np.ndarray:
    """A matrix of this shape whose entries are all far from 0, of either sign."""
    signs = np.where(rng.random(matrix.shape) < 0.5, -1, 1)
    entries: np.ndarray = signs * rng.uniform(20, 40, matrix.shape)
    return entries


def large_negatives(rng: np.random.Generator) -> list[Arguments]:
    """Pairs of which one context scores very low, and one negative very high."""
    cases = []
    for dims in ({"n_e": 3, "V": 7, "m": 5, "k": 2}, {"n_e": 4, "V": 6, "m": 3, "k": 5}):
        arguments = draw_negatives(rng, dims)
        E, Theta = large(rng, arguments["E"]), large(rng, arguments["Theta"])
        centers, contexts, negatives = (arguments[name] for name in ("centers", "contexts", "negatives"))
        contexts[0], negatives[0] = 0, 1
        Theta[0], Theta[1] = -E[:, centers[0]], E[:, centers[0]]
        cases.append({**arguments, "E": E, "Theta": Theta})
    return cases


def large_negatives_for_all() -> list[Arguments]:
    """The public cases of large scores with negatives."""
    return large_negatives(np.random.default_rng(10))


def draw_noise_counts(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts of very different sizes."""
    return {"counts": draw_counts(rng, dims["V"])}


def draw_noise(rng: np.random.Generator, V: int) -> np.ndarray:
    """Noise in which two words are so likely that what takes their places shows, and all others are rare."""
    powers = np.full(V, 0.15 / (V - 2))
    powers[[1, 2]] = 0.43, 0.42
    powers *= np.exp(rng.normal(0, 0.02, V))
    noise: np.ndarray = powers / powers.sum()
    return noise


def draw_positives(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Places of which all but the first and the last have one likely word as their positive, and these two another.

    They are so many that some place of nearly every call meets its positive: a mutant that draws again where there is
    nothing to draw again would never end. Words on both sides of the positives are left, so that a mutant which rules
    out all on one side ends too.
    """
    return {
        "positives": np.array([1, *[2] * (dims["m"] - 2), 1]),
        "noise": draw_noise(rng, dims["V"]),
        "rng": Fixture("generator", int(rng.integers(2**31))),
    }


def one_positive(rng: np.random.Generator) -> list[Arguments]:
    """All places of all calls have the same positive."""
    noise = draw_noise(rng, NOISE_WORDS)
    return [
        {
            "positives": np.full(PLACES, 2),
            "noise": noise,
            "rng": Fixture("generator", int(rng.integers(2**31))),
        }
        for _ in range(ONE_POSITIVE_CALLS)
    ]


def one_positive_for_all() -> list[Arguments]:
    """The public cases of one positive."""
    return one_positive(np.random.default_rng(10))


def same_negatives(rng: np.random.Generator) -> list[Arguments]:
    """The same places and one seed, many times over."""
    return [draw_positives(rng, {"V": NOISE_WORDS, "m": PLACES})] * REPEATS


def same_negatives_for_all() -> list[Arguments]:
    """The public cases of one seed."""
    return same_negatives(np.random.default_rng(10))


def draw_negatives(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A batch of pairs with negatives, of which one comes twice in a row and once elsewhere."""
    pairs = draw_pairs(rng, dims)
    V, m, k = dims["V"], dims["m"], dims["k"]
    negatives = (pairs["contexts"][:, np.newaxis] + rng.integers(1, V, (m, k))) % V
    negatives[0, -1] = negatives[0, 0]
    return {**pairs, "negatives": negatives}


def draw_training(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors at the beginning, five batches, and a rate at which each step matters."""
    batches = []
    for _ in range(dims["k_steps"]):
        drawn = draw_negatives(rng, dims)
        batches.append((drawn["centers"], drawn["contexts"], drawn["negatives"]))
    return {**draw_vectors(rng, dims), "batches": batches, "learning_rate": float(rng.uniform(0.4, 0.6))}


CENTERS_AND_CONTEXTS_SWAPPED = Mistake(
    "centers_and_contexts_swapped",
    ("m = len(centers)", "centers, contexts = contexts, centers\n    m = len(centers)"),
    "Centres and contexts are exchanged: you predict the centre from its context. Here the centre is given, by its column "
    "of E, and the context is predicted, by its row of the other matrix.",
)
LOST = (
    "Where a word comes twice in the batch, one of its gradients is lost: `x[indices] += g` writes to each index once only. "
    "All that belongs to one word has to be added up."
)

skipgram_pairs = Exercise(
    function=reference.skipgram_pairs,
    title="Centres and their neighbours",
    minutes=20,
    difficulty=2,
    arguments={"sentences": Plain("a list of lists of tokens"), "window": Plain("a whole number")},
    result=Tuple(centers=Array("m", holds="whole"), contexts=Array("m", holds="whole")),
    draw=draw_corpus,
    dims=[
        {"V": 6, "window": 2, "sentences": 4},
        {"V": 5, "window": 3, "sentences": 7},
        {"V": 4, "window": 1, "sentences": 3},
    ],
    rows=[Row("centres", "centers", points=3), Row("contexts", "contexts", points=4)],
    mistakes=[
        Mistake(
            "paired_with_itself",
            ("if j != i:", "if True:"),
            "Each word is among its own neighbours. Leave out the place of the centre itself.",
        ),
        Mistake(
            "same_word_left_out",
            ("if j != i:", "if sentence[j] != center:"),
            'A neighbour that is the same word as the centre is left out. Only the place of the centre is: in "very very '
            'good", each "very" is a neighbour of the other.',
        ),
        Mistake(
            "across_sentences",
            (
                "centers, contexts = [], []",
                "centers, contexts = [], []\n    sentences = [[token for words in sentences for token in words]]",
            ),
            "Pairs reach from one sentence into another. A window ends with its sentence.",
        ),
        Mistake(
            "right_side_only",
            ("max(0, i - window)", "i"),
            "Only neighbours to the right are there. The window goes to both sides.",
        ),
        Mistake(
            "left_side_only",
            ("min(len(sentence), i + window + 1)", "i"),
            "Only neighbours to the left are there. The window goes to both sides.",
        ),
        Mistake(
            "window_short_on_the_right",
            ("i + window + 1", "i + window"),
            "On the right the window is one place short: the end of a range or slice is not in it.",
        ),
        Mistake(
            "window_is_the_whole_width",
            [("i - window)", "i - window // 2)"), ("i + window + 1", "i + window // 2 + 1")],
            "Your window has `window` words in all. `window` is how far a neighbour may be on each side.",
        ),
        Mistake(
            "negative_index_wraps",
            ("max(0, i - window)", "i - window"),
            "At the beginning of a sentence your window reaches round to its end: a negative index counts from there.",
        ),
        Mistake(
            "whole_windows_only",
            (
                "for i, center in enumerate(sentence):",
                "for i, center in list(enumerate(sentence))[window : max(window, len(sentence) - window)]:",
            ),
            "Words near the beginning and the end of a sentence have no pairs. Their windows are cut off, not left out.",
        ),
        Mistake(
            "nearest_first",
            (
                "for j in range(max(0, i - window), min(len(sentence), i + window + 1)):",
                "for j in sorted(range(max(0, i - window), min(len(sentence), i + window + 1)), key=lambda j: abs(j - i)):",
            ),
            "The contexts of a centre are in the order of their distance. They are asked for from left to right.",
        ),
        Mistake(
            "exchanged",
            (
                "return np.array(centers, dtype=int), np.array(contexts, dtype=int)",
                "return contexts, centers",
            ),
            "The two results are exchanged: centres first, then contexts.",
        ),
    ],
)

keep_probabilities = Exercise(
    function=reference.keep_probabilities,
    title="How often to keep a word",
    minutes=10,
    difficulty=1,
    arguments={"counts": Array("V"), "threshold": Number()},
    result=Array("V", holds="number"),
    draw=draw_frequencies,
    dims=[{"V": 6}, {"V": 9}, {"V": 1}],
    rows=[Row("probability of each word", "", points=4)],
    mistakes=[
        Mistake(
            "not_capped",
            ("np.minimum(1, np.sqrt(threshold / frequencies))", "np.sqrt(threshold / frequencies)"),
            "Some of your probabilities are above 1. A word that is rarer than the threshold is always kept.",
        ),
        Mistake(
            "root_missing",
            ("np.sqrt(threshold / frequencies)", "threshold / frequencies"),
            "The square root is missing.",
        ),
        Mistake(
            "counts_for_frequencies",
            ("counts / counts.sum()", "counts"),
            "You compare the threshold with counts. It is compared with relative frequencies: counts over their sum.",
        ),
        Mistake(
            "dropped_for_kept",
            (
                "np.minimum(1, np.sqrt(threshold / frequencies))",
                "np.maximum(0, 1 - np.sqrt(threshold / frequencies))",
            ),
            "These are the probabilities that a word is dropped, as the paper gives them. Asked for is how likely it stays.",
        ),
        Mistake(
            "turned_round",
            ("threshold / frequencies", "frequencies / threshold"),
            "The ratio is turned round: you drop what is rare. It is the frequent words that are thinned out.",
        ),
        Mistake(
            "formula_of_the_program",
            (
                "np.sqrt(threshold / frequencies)",
                "(np.sqrt(frequencies / threshold) + 1) * threshold / frequencies",
            ),
            "This is the formula of the word2vec program, which keeps a little more. Here it is the one of the paper: the "
            "root of threshold over frequency.",
        ),
        Mistake(
            "larger_of_two",
            ("np.minimum(1, ", "np.maximum(1, "),
            "You take the larger of 1 and the root. A probability is at most 1: take the smaller.",
        ),
        Mistake(
            "dropped_uncapped",
            ("np.minimum(1, np.sqrt(threshold / frequencies))", "1 - np.sqrt(threshold / frequencies)"),
            "These are the probabilities that a word is dropped, negative for rare ones. Asked for is how likely it stays.",
        ),
        Mistake(
            "over_the_number_of_words",
            ("counts / counts.sum()", "counts / len(counts)"),
            "You divide by how many words there are. A relative frequency is a count over the sum of all counts.",
        ),
        Mistake(
            "share_of_the_largest",
            ("counts / counts.sum()", "counts / counts.max()"),
            "You divide the counts by the largest. A relative frequency is a count over the sum of all.",
        ),
    ],
)

subsample = Exercise(
    function=reference.subsample,
    title="Thin out a sentence",
    minutes=15,
    difficulty=1,
    arguments={"sentence": Plain("a list of tokens"), "keep": Array("V"), "rng": GENERATOR},
    result=Plain("a list of tokens"),
    draw=draw_thinning,
    dims=[{"V": 4, "draws": 1}] * SENTENCES,
    rows=[
        Row("how many are kept", "", points=1, law="length"),
        Row("which one comes first", "", points=1, law="first"),
        Row("which one comes last", "", points=1, law="last"),
        Row("where nothing is left to chance", "", points=1, cases="certain"),
        Row("the generator that is given", "", points=1, cases="same seed", law="alike"),
    ],
    extra=[
        Cases("certain", draw=certain_thinning, recorded=certain_for_all),
        Cases("same seed", draw=same_thinning, recorded=same_thinning_for_all),
    ],
    mistakes=[
        Mistake(
            "kept_for_dropped",
            ("< keep[tokens]", "> keep[tokens]"),
            "You keep what should be dropped. A word with a `keep` of 0.9 stays nine times in ten.",
        ),
        Mistake(
            "one_draw_for_the_sentence",
            ("rng.random(len(tokens))", "rng.random()"),
            "One random number decides for the whole sentence. Every place has a draw of its own.",
        ),
        Mistake(
            "one_draw_for_a_word",
            ("rng.random(len(tokens))", "rng.random(len(keep))[tokens]"),
            "A word that comes several times is kept everywhere or nowhere. Every place has a draw of its own.",
        ),
        Mistake(
            "no_chance",
            ("rng.random(len(tokens))", "0.5"),
            "Nothing is random: you keep what has a `keep` above one half. Draw, so that each word stays as often as `keep` "
            "says.",
        ),
        Mistake(
            "all_kept",
            ("tokens[rng.random(len(tokens)) < keep[tokens]]", "tokens"),
            "All words are kept.",
        ),
        Mistake(
            "by_place",
            ("keep[tokens]", "[keep[i] for i in range(len(tokens))]"),
            "You take `keep` place by place. It is indexed by the word: the probability of token 2 is `keep[2]`.",
        ),
        Mistake(
            "by_place_cut_short",
            (
                "tokens[rng.random(len(tokens)) < keep[tokens]]",
                "tokens[: len(keep)][rng.random(len(keep)) < keep[: len(tokens)]]",
            ),
            "Your words are paired with `keep` place by place, and the rest of the sentence is lost. `keep` is indexed by "
            "the word: the probability of token 2 is `keep[2]`.",
        ),
        Mistake(
            "one_seed",
            ("tokens = np.array", "rng = np.random.default_rng(0)\n    tokens = np.array"),
            "Every call keeps the same places, as with a generator made anew from the same seed. Use the one that is given, "
            "`rng`.",
        ),
        Mistake(
            "first_copy_removed",
            (
                "kept: Indices = tokens[rng.random(len(tokens)) < keep[tokens]]",
                "kept = list(tokens)\n    for token in tokens:\n        if rng.random() >= keep[token]:\n"
                "            kept.remove(token)",
            ),
            "Where a word comes several times, its first copy goes when another place is dropped, as with `remove`. "
            "Each place is kept or dropped by its own draw.",
        ),
        Mistake(
            "each_word_once",
            ("np.array(sentence, dtype=int)", "np.array(list(dict.fromkeys(sentence)), dtype=int)"),
            "Each word is kept once at most. A word may stand several times in a sentence, and each place is decided on "
            "its own.",
        ),
        Mistake(
            "number_fixed",
            (
                "tokens[rng.random(len(tokens)) < keep[tokens]]",
                "tokens[np.sort(rng.choice(len(tokens), round(keep[tokens].sum()), replace=False))]",
            ),
            "You keep the same number of places in every call, and all places alike. How many stay is left to chance: each "
            "place is decided on its own, by the `keep` of its word.",
        ),
        Mistake(
            "root_again",
            ("< keep[tokens]", "< np.sqrt(keep[tokens])"),
            "You take the root of `keep`. The root is in it already: a word with a `keep` of 0.3 stays three times in ten.",
        ),
        Mistake(
            "last_always_kept",
            (
                "rng.random(len(tokens)) < keep[tokens]",
                "(rng.random(len(tokens)) < keep[tokens]) | (np.arange(len(tokens)) == len(tokens) - 1)",
            ),
            "The last word of the sentence is always kept. Its place is decided like all others.",
        ),
        Mistake(
            "sorted",
            ("return kept", "return np.sort(kept)"),
            "The words that are kept are not in their order any more.",
        ),
    ],
)

skipgram_probabilities = Exercise(
    function=reference.skipgram_probabilities,
    title="Which words stand beside these",
    minutes=10,
    difficulty=1,
    arguments={"E": CENTRES, "Theta": CONTEXTS, "centers": WORDS},
    result=Array("V", "m"),
    draw=draw_centers,
    dims=PAIR_DIMS,
    rows=[Row("probability of each word", "", points=5)],
    mistakes=[
        Mistake(
            "softmax_of_the_vector",
            ("Theta @ E[:, centers]", "E[:, centers]"),
            "You have softmax(e_c), as lecture note 003 writes. A vector of n_e features has no entry for each word: the "
            "scores of the words are Θ e_c.",
        ),
        Mistake(
            "scores",
            ("softmax(Theta @ E[:, centers])", "Theta @ E[:, centers]"),
            "These are the scores. Their softmax is asked for.",
        ),
        Mistake(
            "softmax_over_examples",
            ("softmax(Theta @ E[:, centers])", "softmax((Theta @ E[:, centers]).T).T"),
            "Your softmax is over the examples: each row adds up to 1. Each column should, one for each centre.",
        ),
        Mistake(
            "softmax_over_everything",
            (
                "softmax(Theta @ E[:, centers])",
                "softmax((Theta @ E[:, centers]).ravel()).reshape(-1, len(centers))",
            ),
            "All your probabilities together add up to 1. Each column should, one for each centre.",
        ),
        Mistake(
            "matrices_swapped",
            ("Theta @ E[:, centers]", "(Theta[centers] @ E).T"),
            "The two matrices are exchanged. A centre has its vector in E, and the words beside it have theirs in Θ.",
        ),
        Mistake(
            "one_matrix_for_both",
            ("Theta @ E[:, centers]", "E.T @ E[:, centers]"),
            "You took E for both. The words beside a centre have vectors of their own, the rows of Θ.",
        ),
        Mistake(
            "sigmoid",
            ("softmax(Theta @ E[:, centers])", "sigmoid(Theta @ E[:, centers])"),
            "You took the sigmoid. One of V words is right, so the probabilities of all have to add up to 1: softmax.",
        ),
    ],
)

softmax_gradients = Exercise(
    function=reference.softmax_gradients,
    title="Loss and gradient of the full softmax",
    minutes=25,
    difficulty=3,
    arguments=PAIRS,
    result=Tuple(loss=Number(), dE=CENTRES, dTheta=CONTEXTS),
    draw=draw_pairs,
    dims=PAIR_DIMS,
    rows=[
        Row("loss", "loss", points=2),
        Row("gradient of Θ", "dTheta", points=3),
        Row("gradient of E", "dE", points=4),
    ],
    needs=["skipgram_probabilities"],
    mistakes=[
        Mistake(
            "repeated_centers_lost",
            ("np.add.at(dE.T, centers, dz.T @ Theta)", "dE.T[centers] += dz.T @ Theta"),
            LOST,
        ),
        Mistake(
            "sum_for_mean",
            [(".mean()", ".sum()"), ("y_pred / m", "y_pred.copy()"), ("-= 1 / m", "-= 1")],
            "Loss and gradients are sums over the pairs. Both are means: divide by m.",
        ),
        Mistake(
            "gradient_of_the_sum",
            [("y_pred / m", "y_pred.copy()"), ("-= 1 / m", "-= 1")],
            "Your gradients are those of the sum of the losses. The loss is their mean over the pairs.",
        ),
        Mistake(
            "half_divided",
            ("-= 1 / m", "-= 1"),
            "You divide ŷ by m, and subtract the whole y. Both are divided: (ŷ − y) / m.",
        ),
        Mistake(
            "loss_is_a_sum",
            (".mean()", ".sum()"),
            "Your loss is the sum over the pairs. It is their mean.",
        ),
        Mistake(
            "loss_sign",
            ("loss = -np.log", "loss = np.log"),
            "Your loss is negative. Logarithms of probabilities are; a loss is minus that.",
        ),
        Mistake(
            "sign_turned",
            ("dTheta = dz", "dz = -dz\n    dTheta = dz"),
            "Your gradients have the other sign. At the scores it is ŷ − y.",
        ),
        Mistake(
            "context_not_subtracted",
            ("-= 1 / m", "-= 0"),
            "The true contexts have no effect on your gradients. At the scores it is ŷ − y, with y one-hot.",
        ),
        CENTERS_AND_CONTEXTS_SWAPPED,
        Mistake(
            "context_added",
            ("-= 1 / m", "+= 1 / m"),
            "You add y to ŷ. At the scores the gradient is ŷ − y.",
        ),
        Mistake(
            "bits",
            ("-np.log(y", "-np.log2(y"),
            "Your loss is in bits. It is asked for in nats: the natural logarithm.",
        ),
        Mistake(
            "true_scores_only",
            ("dTheta = dz", "dz = dz * np.eye(len(Theta))[:, contexts]\n    dTheta = dz"),
            "Only the context's own score has a gradient in yours. Every word has one: through the softmax each takes "
            "probability away from the others.",
        ),
        Mistake(
            "a_column_for_each_pair",
            ("np.add.at(dE.T, centers, dz.T @ Theta)", "dE = Theta.T @ dz"),
            "Your dE has a column for each pair. It has one for each word, the shape of E: the gradient of a pair belongs "
            "into the column of its centre.",
        ),
        Mistake(
            "every_column_the_same",
            ("np.add.at(dE.T, centers, dz.T @ Theta)", "dE += (dz.T @ Theta).sum(axis=0)[:, np.newaxis]"),
            "Each column of dE has the sum over all pairs. A pair changes the vector of its own centre only.",
        ),
    ],
)

huffman_merges = Exercise(
    function=reference.huffman_merges,
    title="Huffman's tree: what is joined",
    minutes=25,
    difficulty=2,
    arguments={"counts": Array("V")},
    result=Tuple(merges=MERGES, totals=Array("V-1")),
    draw=draw_tree_counts,
    dims=TREE_DIMS,
    rows=[
        Row("which nodes are joined", "merges", points=3),
        Row("counts of the new nodes", "totals", points=3),
        Row("which of equal ones first", "merges", points=2, cases="equal counts"),
    ],
    extra=[Cases("equal counts", draw=equal_counts, recorded=equal_for_all)],
    mistakes=[
        Mistake(
            "most_frequent_first",
            [
                ("[(count, word) for", "[(-count, word) for"),
                ("totals.append(count + other)", "totals.append(-(count + other))"),
            ],
            "You join the most frequent first, so the commonest words get the longest codes. Join the two rarest.",
        ),
        Mistake(
            "pair_turned_round",
            ("(rarest, second))\n", "(second, rarest))\n"),
            "Each pair is turned round. The rarer node, which is taken first, stands first.",
        ),
        Mistake(
            "smaller_number_first",
            ("(rarest, second))\n", "(min(rarest, second), max(rarest, second)))\n"),
            "In each of your pairs the smaller number stands first. The rarer node does; numbers decide among equals.",
        ),
        Mistake(
            "inner_nodes_numbered_from_0",
            ("(count + other, node))", "(count + other, node - V))"),
            "Your inner nodes are numbered from 0, like the words. The first has the number V.",
        ),
        Mistake(
            "new_node_first",
            [
                ("heapq.heapify(heap)", "heap.sort()"),
                ("heapq.heappop(heap), heapq.heappop(heap)", "heap.pop(0), heap.pop(0)"),
                ("heapq.heappush(heap, (count + other, node))", "heap.insert(0, (count + other, node))"),
            ],
            "Each new node is joined again at once, so that the tree is a chain. It has to wait until it is one of the two "
            "rarest.",
        ),
        Mistake(
            "new_node_last",
            [
                ("heapq.heapify(heap)", "heap.sort()"),
                ("heapq.heappop(heap), heapq.heappop(heap)", "heap.pop(0), heap.pop(0)"),
                ("heapq.heappush(heap, (count + other, node))", "heap.append((count + other, node))"),
            ],
            "New nodes are put at the end, whatever their count. Each has to come where its count belongs.",
        ),
        Mistake(
            "counts_ignored",
            [
                ("heapq.heappop(heap), heapq.heappop(heap)", "heap.pop(0), heap.pop(0)"),
                ("heapq.heapify(heap)", "pass"),
                ("heapq.heappush(heap, (count + other, node))", "heap.append((count + other, node))"),
            ],
            "You join the nodes in the order of their numbers: a balanced tree, in which frequent words have codes as long "
            "as rare ones. Join the two rarest.",
        ),
        Mistake(
            "count_of_the_larger",
            ("heapq.heappush(heap, (count + other, node))", "heapq.heappush(heap, (other, node))"),
            "A new node waits with the count of one of its two. It has that of both together.",
        ),
        Mistake(
            "root_missing",
            ("range(V, 2 * V - 1)", "range(V, 2 * V - 2)"),
            "You stop while two nodes are left. The last pair makes the root.",
        ),
        Mistake(
            "frequencies_for_counts",
            ("totals.append(count + other)", "totals.append((count + other) / counts.sum())"),
            "Your new nodes have relative frequencies. Their counts are asked for.",
        ),
    ],
)

codes_and_paths = Exercise(
    function=reference.codes_and_paths,
    title="Huffman's tree: the way to each word",
    minutes=25,
    difficulty=3,
    arguments={"merges": MERGES},
    result=Tuple(codes=CODES, paths=PATHS),
    draw=draw_merges,
    dims=TREE_DIMS,
    rows=[Row("codes", "codes", points=4), Row("paths", "paths", points=3)],
    mistakes=[
        Mistake(
            "bits_flipped",
            ("[*codes[V + k], bit]", "[*codes[V + k], 1 - bit]"),
            "Your bits are flipped. The first of a pair has 0, the second 1.",
        ),
        Mistake(
            "from_the_leaf_up",
            [("[*codes[V + k], bit]", "[bit, *codes[V + k]]"), ("[*paths[V + k], k]", "[k, *paths[V + k]]")],
            "Your codes and paths begin at the word. They begin at the root.",
        ),
        Mistake(
            "codes_from_the_leaf_up",
            ("[*codes[V + k], bit]", "[bit, *codes[V + k]]"),
            "Your codes begin at the word. They begin at the root, as the paths do.",
        ),
        Mistake(
            "paths_from_the_leaf_up",
            ("[*paths[V + k], k]", "[k, *paths[V + k]]"),
            "Your paths begin at the word. They begin at the root, as the codes do.",
        ),
        Mistake(
            "node_numbers_in_paths",
            ("[*paths[V + k], k]", "[*paths[V + k], V + k]"),
            "Your paths have the numbers of the nodes, from V on. They are rows of Ψ, which are counted from 0: node V + k "
            "is inner node k.",
        ),
        Mistake(
            "root_is_0",
            ("[*paths[V + k], k]", "[*paths[V + k], V - 2 - k]"),
            "You count the inner nodes from the root. Inner node 0 is the first that was made, and the root is the last.",
        ),
        Mistake(
            "root_left_out",
            ("[paths[word] for", "[paths[word][1:] for"),
            "Your paths begin below the root. The first bit is decided at the root.",
        ),
        Mistake(
            "words_in_paths",
            ("[paths[word] for", "[[*paths[word], word] for"),
            "Your paths end with the word. They have inner nodes only, one for each bit: where the bit is decided.",
        ),
        Mistake(
            "inner_nodes_too",
            (
                "return [codes[word] for word in range(V)], [paths[word] for word in range(V)]",
                "return tuple([found[node] for node in range(2 * V - 1)] for found in (codes, paths))",
            ),
            "Your lists go on with the inner nodes. Only the V words have codes.",
        ),
        Mistake(
            "exchanged",
            (
                "return [codes[word] for word in range(V)], [paths[word] for word in range(V)]",
                "return [paths[word] for word in range(V)], [codes[word] for word in range(V)]",
            ),
            "The two results are exchanged: codes first, then paths.",
        ),
        Mistake(
            "codes_as_text",
            ("[codes[word] for", '["".join(map(str, codes[word])) for'),
            "Your codes are text. A code is a list of whole numbers, 0 or 1.",
        ),
        Mistake(
            "last_bit_only",
            [("[*codes[V + k], bit]", "[bit]"), ("[*paths[V + k], k]", "[k]")],
            "Only the last step of each way is there. A node's way is that of the node above it, and one step more.",
        ),
    ],
)

leaf_probabilities = Exercise(
    function=reference.leaf_probabilities,
    title="Probabilities by the tree",
    minutes=20,
    difficulty=2,
    arguments={"e": Array("n_e"), "Psi": NODES, "codes": CODES, "paths": PATHS},
    result=Array("V", holds="number"),
    draw=draw_leaves,
    dims=[{"V": 6, "n_e": 3}, {"V": 8, "n_e": 5}, {"V": 4, "n_e": 1}, {"V": 2, "n_e": 7}],
    rows=[Row("probability of each word", "", points=6)],
    mistakes=[
        Mistake(
            "signs_flipped",
            ("1 - 2 * np.array(code)", "2 * np.array(code) - 1"),
            "Your bits are read the wrong way round. Bit 0 has the probability σ(ψ · e), bit 1 has σ(−ψ · e).",
        ),
        Mistake(
            "bits_ignored",
            ("1 - 2 * np.array(code)", "1"),
            "Every decision has the probability σ(ψ · e) in yours, whatever the bit. Bit 1 has the rest, σ(−ψ · e).",
        ),
        Mistake(
            "bits_for_signs",
            ("1 - 2 * np.array(code)", "np.array(code)"),
            "You multiply by the bits themselves, so that bit 0 makes the score 0. Its sign is +1, and that of bit 1 is −1.",
        ),
        Mistake(
            "sum_for_product",
            (".prod()", ".sum()"),
            "You add up the probabilities of the decisions. All of them have to happen: multiply.",
        ),
        Mistake(
            "sigmoid_of_the_sum",
            ("sigmoid(signs * (Psi[path] @ e)).prod()", "sigmoid((signs * (Psi[path] @ e)).sum())"),
            "You take the sigmoid of the sum of the scores. Each decision has its own sigmoid, and their product is the "
            "probability.",
        ),
        Mistake(
            "last_decision_only",
            ("Psi[path] @ e)).prod()", "Psi[path] @ e))[-1]"),
            "Only the last decision counts in yours. The probability of a word is the product along its whole path.",
        ),
        Mistake(
            "root_left_out",
            ("Psi[path] @ e)).prod()", "Psi[path] @ e))[1:].prod()"),
            "The decision at the root is missing from your products. All on the path have to happen.",
        ),
        Mistake(
            "last_decision_left_out",
            ("Psi[path] @ e)).prod()", "Psi[path] @ e))[:-1].prod()"),
            "The last decision of each path is missing from your products. It is the one that leads to the word itself.",
        ),
        Mistake(
            "logarithms",
            ("sigmoid(signs * (Psi[path] @ e)).prod()", "np.log(sigmoid(signs * (Psi[path] @ e))).sum()"),
            "These are the logarithms of the probabilities. Here the probabilities themselves are asked for.",
        ),
        Mistake(
            "softmax_over_words",
            ("return np.array(probabilities)", "return softmax(np.array(probabilities))"),
            "There is a softmax over the words at the end. The products add up to 1 as they are.",
        ),
        Mistake(
            "divided_by_the_sum_of_wrong_ones",
            [
                ("1 - 2 * np.array(code)", "1"),
                ("return np.array(probabilities)", "return np.array(probabilities) / sum(probabilities)"),
            ],
            "Every decision has the probability σ(ψ · e), whatever the bit, and you divided by the sum to mend it. With "
            "σ(−ψ · e) for bit 1 the sum is 1 by itself.",
        ),
    ],
)

GRADIENT_OF_THE_SUM = Mistake(
    "gradient_of_the_sum",
    ("sigmoid(-scores) / m", "sigmoid(-scores)"),
    "Your gradients are those of the sum of the losses. The loss is their mean over the pairs.",
)
LOSS_IS_A_SUM = Mistake(
    "loss_is_a_sum",
    (".sum() / m", ".sum()"),
    "Your loss is the sum over the pairs. It is their mean.",
)
SUM_FOR_MEAN = Mistake(
    "sum_for_mean",
    [(".sum() / m", ".sum()"), ("sigmoid(-scores) / m", "sigmoid(-scores)")],
    "Loss and gradients are sums over the pairs. Both are means: divide by m.",
)
GRADIENT_SIGN = Mistake(
    "gradient_sign",
    ("dz = -signs", "dz = signs"),
    "Your gradients have the other sign: they lead uphill.",
)
OTHER_SIDE_IN_LOSS = Mistake(
    "other_side_in_loss",
    ("np.logaddexp(0, -scores)", "np.logaddexp(0, scores)"),
    "Your loss has −log σ(−x) where −log σ(x) belongs. `np.logaddexp(0, -x)` is −log σ(x).",
)
OTHER_SIDE_IN_GRADIENT = Mistake(
    "other_side_in_gradient",
    ("sigmoid(-scores)", "sigmoid(scores)"),
    "Your gradients have σ(x) where σ(−x) belongs: the derivative of −log σ(x) is σ(x) − 1, which is −σ(−x).",
)
hierarchical_gradients = Exercise(
    function=reference.hierarchical_gradients,
    title="Loss and gradient of the hierarchical softmax",
    minutes=30,
    difficulty=3,
    arguments={
        "E": CENTRES,
        "Psi": NODES,
        "centers": WORDS,
        "contexts": WORDS,
        "codes": CODES,
        "paths": PATHS,
    },
    result=Tuple(loss=Number(), dE=CENTRES, dPsi=NODES),
    draw=draw_tree_pairs,
    dims=[
        {"n_e": 3, "V": 7, "m": 5},
        {"n_e": 6, "V": 4, "m": 9},
        {"n_e": 2, "V": 5, "m": 1},
        {"n_e": 1, "V": 8, "m": 3},
    ],
    rows=[
        Row("loss", "loss", points=1),
        Row("gradient of Ψ", "dPsi", points=4),
        Row("gradient of E", "dE", points=4),
        Row("loss where scores are large", "loss", points=1, cases="large scores"),
    ],
    extra=[Cases("large scores", draw=large_scores, recorded=large_scores_for_all)],
    mistakes=[
        Mistake(
            "signs_flipped",
            ("1 - 2 * np.array(codes[context])", "2 * np.array(codes[context]) - 1"),
            "Your bits are read the wrong way round, in the loss and in the gradients. Bit 0 has the probability σ(ψ · e), "
            "bit 1 has σ(−ψ · e).",
        ),
        Mistake(
            "bits_ignored",
            ("1 - 2 * np.array(codes[context])", "np.ones(len(path))"),
            "Every decision is treated as bit 0. Bit 1 has the probability σ(−ψ · e).",
        ),
        OTHER_SIDE_IN_GRADIENT,
        OTHER_SIDE_IN_LOSS,
        GRADIENT_SIGN,
        Mistake(
            "sign_missing_in_gradient",
            ("dz = -signs * sigmoid", "dz = -sigmoid"),
            "In the gradient the sign of the bit is missing. For bit 0 it is σ(ψ · e) − 1, for bit 1 it is σ(ψ · e).",
        ),
        SUM_FOR_MEAN,
        LOSS_IS_A_SUM,
        Mistake(
            "bit_for_label",
            ("-signs * sigmoid(-scores) / m", "(sigmoid(Psi[path] @ e) - np.array(codes[context])) / m"),
            "Your gradients take the bit for the label. σ(ψ · e) is the probability of bit 0, so the label is 1 where the "
            "bit is 0.",
        ),
        GRADIENT_OF_THE_SUM,
        Mistake(
            "mean_over_the_path",
            [(".sum() / m", ".mean() / m"), ("sigmoid(-scores) / m", "sigmoid(-scores) / m / len(path)")],
            "You take the mean over the path. The probability is a product along it, so its logarithm is a sum.",
        ),
        Mistake(
            "path_of_the_center",
            (
                "for center, context in zip(centers, contexts, strict=True):",
                "for center, context in zip(centers, centers, strict=True):",
            ),
            "You go down to the centre. It is the context that is predicted: its path and its code.",
        ),
        CENTERS_AND_CONTEXTS_SWAPPED,
        Mistake(
            "dE_overwritten",
            ("dE[:, center] += dz", "dE[:, center] = dz"),
            "A centre that comes twice keeps the gradient of its last pair only. Add them up.",
        ),
        Mistake(
            "dPsi_overwritten",
            ("dPsi[path] += np.outer", "dPsi[path] = np.outer"),
            "An inner node that lies on several paths keeps the gradient of the last only. Add them up.",
        ),
        Mistake(
            "last_decision_only",
            (
                "path = paths[context]",
                "path = paths[context][-1:]\n        codes = [code[-1:] for code in codes]",
            ),
            "Only the last decision of each path counts in yours. All of them do.",
        ),
        Mistake(
            "root_only",
            (
                "path = paths[context]",
                "path = paths[context][:1]\n        codes = [code[:1] for code in codes]",
            ),
            "Only the decision at the root counts in yours. All on the path do.",
        ),
    ],
)

noise_distribution = Exercise(
    function=reference.noise_distribution,
    title="What negatives are drawn from",
    minutes=5,
    difficulty=1,
    arguments={"counts": Array("V")},
    result=Array("V", holds="number"),
    draw=draw_noise_counts,
    dims=[{"V": 6}, {"V": 4}, {"V": 1}],
    rows=[Row("probability of each word", "", points=3)],
    mistakes=[
        Mistake(
            "plain_frequencies",
            ("counts**0.75", "counts"),
            "These are the plain frequencies, or what comes of 3/4 as a factor. 3/4 is a power.",
        ),
        Mistake(
            "power_then_divided",
            ("counts**0.75", "counts**3 / 4"),
            "Your power is 3, and what comes of it is divided by 4: `**` goes before `/`. The whole fraction is the power.",
        ),
        Mistake(
            "uniform",
            ("counts**0.75", "counts**0"),
            "All words are equally likely in yours. Frequent ones are drawn more often, by the power 3/4 of their count.",
        ),
        Mistake(
            "not_normalised",
            ("powers / powers.sum()", "powers"),
            "Your powers do not add up to 1. Divide them by their sum.",
        ),
        Mistake(
            "normalised_before_the_power",
            [("counts**0.75", "(counts / counts.sum()) ** 0.75"), ("powers / powers.sum()", "powers")],
            "You normalise before the power, so that the result does not add up to 1. Normalise after it.",
        ),
        Mistake(
            "power_4_3",
            ("counts**0.75", "counts ** (4 / 3)"),
            "Your power is 4/3, which makes the frequent still more frequent. It is 3/4.",
        ),
        Mistake(
            "square_root",
            ("counts**0.75", "counts**0.5"),
            "Your power is one half. It is 3/4.",
        ),
        Mistake(
            "over_the_plain_sum",
            ("powers / powers.sum()", "powers / counts.sum()"),
            "You divide the powers by the sum of the counts. Divide by the sum of the powers, so that they add up to 1.",
        ),
        Mistake(
            "softmax",
            ("powers / powers.sum()", "softmax(powers)"),
            "There is a softmax over the powers. They are positive already: dividing by their sum is all.",
        ),
    ],
)

sample_negatives = Exercise(
    function=reference.sample_negatives,
    title="Draw negatives",
    minutes=20,
    difficulty=2,
    arguments={"positives": WORDS, "noise": Array("V"), "rng": GENERATOR},
    result=Plain("m tokens"),
    draw=draw_positives,
    dims=[{"V": NOISE_WORDS, "m": PLACES, "draws": 1}] * CALLS,
    rows=[
        Row("how many are drawn", "", points=1, law="length"),
        Row("how often each word is drawn", "", points=1, law="each"),
        Row("the first draw of each call", "", points=1, law="first"),
        Row("the last draw of each call", "", points=1, law="last"),
        Row("the positive is never drawn", "", points=1, cases="one positive", law="support"),
        Row("the generator that is given", "", points=1, cases="same seed", law="alike"),
    ],
    extra=[
        Cases("one positive", draw=one_positive, recorded=one_positive_for_all),
        Cases("same seed", draw=same_negatives, recorded=same_negatives_for_all),
    ],
    mistakes=[
        Mistake(
            "positive_drawn",
            ("while (again := drawn == positives).any():", "while (again := drawn != drawn).any():"),
            "The positive is drawn as its own negative. Draw again where that happens.",
        ),
        Mistake(
            "uniform",
            [
                ("size=len(positives), p=noise", "size=len(positives)"),
                ("size=again.sum(), p=noise", "size=again.sum()"),
            ],
            "All words are equally likely in your draws. Each has the probability that `noise` gives.",
        ),
        Mistake(
            "drawn_again_once",
            ("while (again := drawn == positives).any():", "if (again := drawn == positives).any():"),
            "You draw again once only, and the second draw may be the positive too. Repeat until it is another word.",
        ),
        Mistake(
            "uniform_in_its_place",
            ("size=again.sum(), p=noise", "size=again.sum()"),
            "In the place of a positive you draw all words equally often. Draw again from the same noise.",
        ),
        Mistake(
            "next_word_in_its_place",
            ("rng.choice(V, size=again.sum(), p=noise)", "(drawn[again] + 1) % V"),
            "In the place of a positive you take the next word, which so becomes too frequent. Draw again from the noise.",
        ),
        Mistake(
            "no_positive_anywhere",
            ("drawn == positives)", "np.isin(drawn, positives))"),
            "No positive of the batch is drawn in any place. Each place rules out its own positive only.",
        ),
        Mistake(
            "positives_add_up",
            (
                "drawn == positives)",
                "np.array([word in positives[: i + 1] for i, word in enumerate(drawn)]))",
            ),
            "What one place rules out stays ruled out in all places after it. Each place rules out its own positive only.",
        ),
        Mistake(
            "power_again",
            ("V = len(noise)", "V, noise = len(noise), noise**0.75 / (noise**0.75).sum()"),
            "You take the power 3/4 of the noise once more. It has been taken already: draw with `noise` as it is given.",
        ),
        Mistake(
            "root_of_the_noise",
            ("V = len(noise)", "V, noise = len(noise), noise**0.5 / (noise**0.5).sum()"),
            "You draw by the root of the noise, which makes rare words too frequent. Draw with `noise` as it is given.",
        ),
        Mistake(
            "most_likely_always",
            (
                "return drawn",
                "return np.array([np.argmax(np.where(np.arange(V) == word, 0, noise)) for word in positives])",
            ),
            "You take the most probable other word each time. Draw, each word as often as its probability says.",
        ),
        Mistake(
            "one_seed",
            ("V = len(noise)", "V, rng = len(noise), np.random.default_rng(0)"),
            "Every call draws the same, as from a generator made anew with the same seed. Use the one that is given, `rng`.",
        ),
        Mistake(
            "positives_left_out",
            [
                ("while (again := drawn == positives).any():", "if (again := drawn != drawn).any():"),
                ("return drawn", "return drawn[drawn != positives]"),
            ],
            "You leave out the places in which the positive was drawn, so that negatives are missing. Draw again there.",
        ),
        Mistake(
            "positives_returned",
            ("return drawn", "return positives"),
            "You return the positives.",
        ),
    ],
)

negative_sampling_gradients = Exercise(
    function=reference.negative_sampling_gradients,
    title="Loss and gradient of negative sampling",
    minutes=30,
    difficulty=3,
    arguments={**PAIRS, "negatives": Array("m", "k")},
    result=Tuple(loss=Number(), dE=CENTRES, dTheta=CONTEXTS),
    draw=draw_negatives,
    dims=[
        {"n_e": 4, "V": 7, "m": 5, "k": 3},
        {"n_e": 3, "V": 6, "m": 9, "k": 2},
        {"n_e": 2, "V": 5, "m": 1, "k": 4},
        {"n_e": 1, "V": 8, "m": 3, "k": 2},
    ],
    rows=[
        Row("loss", "loss", points=1),
        Row("gradient of E", "dE", points=4),
        Row("gradient of Θ", "dTheta", points=4),
        Row("loss where scores are large", "loss", points=1, cases="large scores"),
    ],
    extra=[Cases("large scores", draw=large_negatives, recorded=large_negatives_for_all)],
    mistakes=[
        Mistake(
            "repeated_words_lost",
            [
                ("np.add.at(dE.T, centers, np.einsum", "dE.T[centers] += (np.einsum"),
                ("np.add.at(dTheta, words, np.einsum", "dTheta[words] += (np.einsum"),
            ],
            LOST,
        ),
        Mistake(
            "repeated_centers_lost",
            ("np.add.at(dE.T, centers, np.einsum", "dE.T[centers] += (np.einsum"),
            LOST,
        ),
        Mistake(
            "repeated_contexts_lost",
            ("np.add.at(dTheta, words, np.einsum", "dTheta[words] += (np.einsum"),
            LOST,
        ),
        Mistake(
            "repeated_negatives_of_a_pair_lost",
            (
                'np.add.at(dTheta, words, np.einsum("mk,mn->mkn", dz, e))',
                "for i, row in enumerate(words):\n        dTheta[row] += np.outer(dz[i], e[i])",
            ),
            "Where one word is drawn twice among the negatives of a pair, one of its gradients is lost: `x[indices] += g` "
            "writes to each index once only. Both have to be added.",
        ),
        Mistake(
            "negatives_pulled_in",
            ("== 0, 1, -1)", "== 0, 1, 1)"),
            "The negatives are treated like the context, as if all were to be near the centre. For a negative it is "
            "−log σ(−θ · e).",
        ),
        Mistake(
            "labels_exchanged",
            ("== 0, 1, -1)", "== 0, -1, 1)"),
            "The context is pushed away and the negatives are drawn near. The context has label 1, the negatives have 0.",
        ),
        OTHER_SIDE_IN_GRADIENT,
        OTHER_SIDE_IN_LOSS,
        GRADIENT_SIGN,
        SUM_FOR_MEAN,
        LOSS_IS_A_SUM,
        Mistake(
            "dE_from_contexts_only",
            ('"mk,mkn->mn", dz, theta)', '"mk,mkn->mn", dz[:, :1], theta[:, :1])'),
            "Your dE comes from the contexts alone. The negatives push the centre away: they belong to its gradient too.",
        ),
        Mistake(
            "dTheta_of_contexts_only",
            (
                'np.add.at(dTheta, words, np.einsum("mk,mn->mkn", dz, e))',
                'np.add.at(dTheta, contexts, np.einsum("m,mn->mn", dz[:, 0], e))',
            ),
            "In your dΘ only the contexts have a gradient. The rows of the negatives have one too.",
        ),
        GRADIENT_OF_THE_SUM,
        Mistake(
            "mean_over_all_decisions",
            [(".sum() / m", ".mean()"), ("sigmoid(-scores) / m", "sigmoid(-scores) / words.size")],
            "You divide by all m · (1 + k) decisions. The mean is over the m pairs; what belongs to a pair is added up.",
        ),
        Mistake(
            "negatives_averaged",
            [
                ("np.logaddexp(0, -scores).sum()", "(np.logaddexp(0, -scores) / SHARE).sum()"),
                ("sigmoid(-scores) / m", "sigmoid(-scores) / m / SHARE"),
                (
                    "m = len(centers)",
                    "m = len(centers)\n    SHARE = np.r_[1, [negatives.shape[1]] * negatives.shape[1]]",
                ),
            ],
            "The negatives of a pair are averaged. They are added up, each with the same weight as the context.",
        ),
        Mistake(
            "context_left_out",
            [
                ("np.column_stack([contexts, negatives])", "np.column_stack([negatives])"),
                ("== 0, 1, -1)", "== 0, -1, -1)"),
            ],
            "The contexts themselves are missing: there are only negatives, and nothing draws a pair together.",
        ),
        Mistake(
            "negatives_left_out",
            ("np.column_stack([contexts, negatives])", "np.column_stack([contexts])"),
            "The negatives are missing. Without them all vectors would end up pointing one way.",
        ),
        Mistake(
            "softmax_over_the_few",
            [
                ("np.logaddexp(0, -scores).sum()", "-np.log(softmax((signs * scores).T)[0]).sum()"),
                ("-signs * sigmoid(-scores)", "(softmax((signs * scores).T).T - (signs > 0))"),
            ],
            "You took a softmax over the context and its negatives. Here each of the k + 1 is a question of its own, "
            "yes or no, with a sigmoid.",
        ),
        CENTERS_AND_CONTEXTS_SWAPPED,
    ],
)

train_skipgram = Exercise(
    function=reference.train_skipgram,
    title="Five steps",
    minutes=20,
    difficulty=2,
    arguments={
        "E": CENTRES,
        "Theta": CONTEXTS,
        "batches": Plain("a list of (centers, contexts, negatives)"),
        "learning_rate": Number(),
    },
    result=Tuple(E=CENTRES, Theta=CONTEXTS, losses=Array("steps")),
    draw=draw_training,
    dims=[
        {"n_e": 3, "V": 6, "m": 4, "k": 2, "k_steps": 5},
        {"n_e": 4, "V": 5, "m": 1, "k": 3, "k_steps": 5},
    ],
    rows=[
        Row("E after five steps", "E", points=3),
        Row("Θ after five steps", "Theta", points=2),
        Row("loss of each batch", "losses", points=2),
    ],
    needs=["negative_sampling_gradients"],
    mistakes=[
        Mistake(
            "rate_constant",
            ("learning_rate * (1 - i / len(batches))", "learning_rate"),
            "Your learning rate stays the same. It falls on a line from step to step.",
        ),
        Mistake(
            "rate_ends_at_0",
            ("(1 - i / len(batches))", "(1 - (i + 1) / len(batches))"),
            "Your learning rate is one step ahead: the first step has the whole rate, and the last one is not 0.",
        ),
        Mistake(
            "last_rate_0",
            ("i / len(batches))", "i / (len(batches) - 1))"),
            "Your last step has the rate 0 and does nothing. Of n steps, step i has the share 1 − i/n, counted from 0: only "
            "a step after the last would have the rate 0.",
        ),
        Mistake(
            "rate_compounded",
            ("rate = learning_rate", "rate = learning_rate = learning_rate"),
            "Each rate is a share of the one before it. It is a share of the first rate.",
        ),
        Mistake(
            "uphill",
            (
                "E, Theta = E - rate * dE, Theta - rate * dTheta",
                "E, Theta = E + rate * dE, Theta + rate * dTheta",
            ),
            "Your steps go uphill. The gradient shows where the loss grows; go the other way.",
        ),
        Mistake(
            "theta_not_trained",
            ("E, Theta = E - rate * dE, Theta - rate * dTheta", "E = E - rate * dE"),
            "Θ stays as it was. Both matrices are trained.",
        ),
        Mistake(
            "e_not_trained",
            ("E, Theta = E - rate * dE, Theta - rate * dTheta", "Theta = Theta - rate * dTheta"),
            "E stays as it was. Both matrices are trained.",
        ),
        Mistake(
            "one_after_the_other",
            (
                "E, Theta = E - rate * dE, Theta - rate * dTheta",
                "E = E - rate * dE\n        again = negative_sampling_gradients(E, Theta, centers, contexts, negatives)\n"
                "        Theta = Theta - rate * again[2]",
            ),
            "The gradient of Θ is worked out after E has moved. Both gradients belong to the same place.",
        ),
        Mistake(
            "loss_after_the_step",
            (
                "losses.append(loss)",
                "losses.append(negative_sampling_gradients(E, Theta, centers, contexts, negatives)[0])",
            ),
            "Your losses are those after each step. Keep the loss of a batch before its own step: then the vectors have not "
            "seen it yet.",
        ),
        Mistake(
            "first_batch_only",
            ("in enumerate(batches):", "in enumerate([batches[0]] * len(batches)):"),
            "Every step takes the first batch. Each has its own.",
        ),
        Mistake(
            "share_of_the_pairs",
            ("i / len(batches))", "i / len(centers))"),
            "You divide by the number of pairs in a batch. n is how many batches there are.",
        ),
        Mistake(
            "last_batch_left_out",
            ("in enumerate(batches):", "in enumerate(batches[:-1]):"),
            "The last batch is left out. There is one step for each.",
        ),
        Mistake(
            "backwards",
            ("in enumerate(batches):", "in enumerate(batches[::-1]):"),
            "The batches are taken from the last to the first. Take them in their order.",
        ),
    ],
)

EXERCISES = [
    skipgram_pairs,
    keep_probabilities,
    subsample,
    skipgram_probabilities,
    softmax_gradients,
    huffman_merges,
    codes_and_paths,
    leaf_probabilities,
    hierarchical_gradients,
    noise_distribution,
    sample_negatives,
    negative_sampling_gradients,
    train_skipgram,
]

# Mutants of the reference that do the same as the reference, each with the reason.
SAME_OBJECT = (
    "equal whole numbers below 257 are one object in CPython, and the places in a sentence are that small"
)
SAME_LENGTH = "both always have the same length, so that zip never looks"
DIVIDED_BY_0 = "2 // 1 is 2, and in arrays of whole numbers 2 // 0 is 0, as 2 * 0 is"
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "skipgram_pairs": {"if j != i:  →  if j is not i:": SAME_OBJECT},
    "subsample": {
        "kept: Indices = tokens[rng.random(len(tokens)) < keep[tokens]]  →  "
        "kept: Indices = tokens[rng.random(len(tokens)) <= keep[tokens]]": (
            "a draw equals a given number once in 2^53 times"
        ),
    },
    "leaf_probabilities": {
        "signs = 1 - 2 * np.array(code)  # bit 0 is +1, bit 1 is -1  →  "
        "signs = 1 - 2 // np.array(code)  # bit 0 is +1, bit 1 is -1": DIVIDED_BY_0,
        "for code, path in zip(codes, paths, strict=True):  →  "
        "for code, path in zip(codes, paths, strict=False):": SAME_LENGTH,
    },
    "hierarchical_gradients": {
        "signs = 1 - 2 * np.array(codes[context])  # bit 0 is +1, bit 1 is -1  →  "
        "signs = 1 - 2 // np.array(codes[context])  # bit 0 is +1, bit 1 is -1": DIVIDED_BY_0,
        "for center, context in zip(centers, contexts, strict=True):  →  "
        "for center, context in zip(centers, contexts, strict=False):": SAME_LENGTH,
    },
    "negative_sampling_gradients": {
        "signs = np.where(np.arange(words.shape[1]) == 0, 1, -1)  # the context is to score high, the others low  →  "
        "signs = np.where(np.arange(words.shape[1]) <= 0, 1, -1)  # the context is to score high, the others low": (
            "no column has a number below 0"
        ),
    },
}
