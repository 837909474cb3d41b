"""What is graded in 12-sentiment."""

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.deep_bidirectional import draw_lstm, gaps, padding
from autograder.exercises.gates import lstm_weights
from autograder.layout import Array, Dict, Layout, Number, Plain, Tuple
from autograder.row import Row
from seqlib import sentiment as reference

VECTORS = Array("n_e", "V")
WORDS = Array("n_e", "m", "T_x")
MASK = Array("m", "T_x")
CLASSES = Array("m")
PROBABILITIES = Array("n_y", "m")
BATCH: dict[str, Layout] = {"tokens": Array("m", "T_x"), "mask": MASK}
AVERAGE = Dict(E=VECTORS, Wy=Array("n_y", "n_e"), by=Array("n_y", "1"))
GATES = lstm_weights("n_a + n_e")
LSTM = Dict(E=VECTORS, **GATES, Wy=Array("n_y", "n_a"), by=Array("n_y", "1"))

SENTENCE_DIMS = [
    {"V": 9, "m": 5, "longest": 6},
    {"V": 5, "m": 1, "longest": 4},
    {"V": 7, "m": 3, "longest": 5},
]
VECTOR_DIMS = [{"n_e": 3, "m": 4, "T_x": 6}, {"n_e": 5, "m": 1, "T_x": 4}, {"n_e": 1, "m": 3, "T_x": 7}]
OUTPUT_DIMS = [{"n_h": 3, "n_y": 5, "m": 7}, {"n_h": 4, "n_y": 3, "m": 1}, {"n_h": 1, "n_y": 2, "m": 4}]
AVERAGE_DIMS = [
    {"n_e": 4, "V": 9, "n_y": 5, "m": 3, "T_x": 6},
    {"n_e": 3, "V": 7, "n_y": 2, "m": 1, "T_x": 5},
    {"n_e": 1, "V": 8, "n_y": 3, "m": 6, "T_x": 4},
]
STATE_DIMS = [
    {"n_e": 3, "n_a": 5, "m": 4, "T_x": 6},
    {"n_e": 2, "n_a": 4, "m": 1, "T_x": 5},
    {"n_e": 4, "n_a": 1, "m": 3, "T_x": 7},
]
LSTM_DIMS = [
    {"n_e": 3, "V": 9, "n_a": 4, "n_y": 5, "m": 7, "T_x": 6},
    {"n_e": 4, "V": 8, "n_a": 3, "n_y": 2, "m": 1, "T_x": 5},
    {"n_e": 1, "V": 7, "n_a": 5, "n_y": 3, "m": 6, "T_x": 4},
]
CONFUSION_DIMS = [{"n_y": 5, "m": 30}, {"n_y": 3, "m": 12}, {"n_y": 2, "m": 1}]
START_DIMS = [{"n_e": 3, "V": 7, "known": 5}, {"n_e": 4, "V": 6, "known": 8}, {"n_e": 1, "V": 5, "known": 3}]
WORDY = "every sentence has a word"
AT_THE_END = "padding at the end"
NOTHING_FROZEN = "nothing frozen"
UNKNOWN = ("<OOV>", "<other>", "?")
IN_FROZEN = "names in frozen"
VOCABULARY = ["good", "bad", "not", "just", "but", "never", "always", "film", "soup"]
STRANGERS = ("zeppelin", "quince", "marzipan")

LOST = (
    "A word that comes several times gets only one of its gradients. What belongs to the same column is added up, as "
    "`look_up_backward` of 09-word-vectors does."
)
NOT_0 = (
    "You take every number but 0 for a word. 0 may be the number of a word too, and padding may hold other numbers: use "
    "the mask that is given."
)
ANOTHER_ORDER = (
    "The gradients go to the wrong words: they are laid out sentence by sentence, your words step by step."
)
OVER_SENTENCES = "Your softmax runs over the sentences. It runs over the classes: each column adds up to 1."


def draw_sentences(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sentences of different lengths, with strange words, and a vocabulary that gives number 0 to a word."""
    words = [str(word) for word in rng.permutation(VOCABULARY)[: dims["V"] - 2]]
    unknown = str(rng.choice(UNKNOWN))
    words.insert(int(rng.integers(1, len(words))), unknown)
    lengths = [dims["longest"], *(int(n) for n in rng.integers(2, dims["longest"], dims["m"] - 1))]
    sentences = [[words[i] for i in rng.integers(0, len(words), length)] for length in lengths]
    for sentence in sentences:
        sentence[0] = str(rng.choice(STRANGERS))
        sentence[-1] = words[0]
    if dims["m"] > 3:
        sentences[2] = []
    order = rng.permutation(len(sentences))
    index = {word: i for i, word in enumerate(words)}
    return {"sentences": [sentences[i] for i in order], "index": index, "unknown": unknown}


def padded(rng: np.random.Generator, dims: Dims) -> NDArray[np.bool_]:
    """A mask with padding at the end, of True and False."""
    return padding(rng, dims).astype(bool)


def draw_vectors(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A batch of word vectors in which padding holds numbers like any other place, so that reading it shows."""
    return {"x": rng.normal(0.5, 1, (dims["n_e"], dims["m"], dims["T_x"])), "mask": padded(rng, dims)}


def draw_wordless(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The same with a sentence of one word, and one without any, where there are several."""
    arguments = draw_vectors(rng, dims)
    if dims["m"] > 1:
        one, none = arguments["mask"].sum(axis=1).argsort()[:2]
        arguments["mask"][one] = np.arange(dims["T_x"]) == 0
        arguments["mask"][none] = False
    return arguments


def wordy(rng: np.random.Generator) -> list[Arguments]:
    """A batch in which every sentence has a word."""
    return [draw_vectors(rng, {"n_e": 2, "m": 4, "T_x": 5})]


def draw_output(rng: np.random.Generator, n_y: int, n_h: int) -> Arguments:
    """A softmax layer whose bias is seen."""
    return {"Wy": rng.normal(0, 1.2 / np.sqrt(n_h), (n_y, n_h)), "by": rng.normal(0, 0.7, (n_y, 1))}


def draw_labels(rng: np.random.Generator, n_y: int, m: int) -> NDArray[np.int64]:
    """Classes, the first and the last among them where there are several sentences."""
    labels = rng.integers(0, n_y, m)
    labels[-1] = n_y - 1
    if m > 1:
        labels[0] = 0
    return labels


def draw_tokens(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sentences in which words come twice, in one sentence and in two; padding holds words too.

    Word 0 is a real word in every case. One of several sentences has one word; where there is one sentence, the last
    word of the vocabulary does not occur.
    """
    V, m = dims["V"], dims["m"]
    most = V if m > 1 else V - 1
    tokens, mask = rng.integers(0, most, (m, dims["T_x"])), padded(rng, dims)
    tokens[:, 0] = tokens[:, 1] = rng.integers(1, most, m)
    tokens[-1, 0] = tokens[0, 0]
    longest = mask.sum(axis=1).argmax()
    tokens[longest, 2], mask[longest, 2] = 0, True
    if m > 2:
        mask[mask.sum(axis=1).argmin(), 1:] = False
    return {"tokens": tokens, "mask": mask}


def draw_average(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sentences, and the classifier on averages."""
    E = rng.normal(0, 1.3, (dims["n_e"], dims["V"]))
    return {**draw_tokens(rng, dims), "parameters": {"E": E, **draw_output(rng, dims["n_y"], dims["n_e"])}}


def labelled(arguments: Arguments, rng: np.random.Generator, dims: Dims) -> Arguments:
    """Arguments with labels before the parameters."""
    batch = {"tokens": arguments["tokens"], "mask": arguments["mask"]}
    labels = draw_labels(rng, dims["n_y"], dims["m"])
    return {**batch, "labels": labels, "parameters": arguments["parameters"]}


def draw_labelled_average(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sentences with labels, and the classifier on averages."""
    return labelled(draw_average(rng, dims), rng, dims)


def draw_output_layer(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Vectors with labels, and a softmax layer."""
    return {
        "h": rng.normal(0, 1, (dims["n_h"], dims["m"])),
        "labels": draw_labels(rng, dims["n_y"], dims["m"]),
        "parameters": draw_output(rng, dims["n_y"], dims["n_h"]),
    }


def draw_training(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Some batches, the last with fewer sentences; vectors, classifier, or nothing frozen."""
    sizes = [dims["m"]] * (dims["steps"] - 1) + [max(1, dims["m"] - 1)]
    batches = []
    for size in sizes:
        batch = draw_labelled_average(rng, {**dims, "m": size})
        batches.append((batch["tokens"], batch["mask"], batch["labels"]))
    parameters = draw_average(rng, dims)["parameters"]
    rate = float(rng.uniform(0.4, 0.8))
    frozen = ([], ["E"], ["Wy", "by"])[dims[IN_FROZEN]]
    return {"parameters": parameters, "batches": batches, "learning_rate": rate, "frozen": frozen}


def all_trained(rng: np.random.Generator) -> list[Arguments]:
    """More batches with nothing frozen."""
    return [draw_training(rng, {"n_e": 2, "V": 6, "n_y": 3, "m": 4, "T_x": 5, "steps": 8, IN_FROZEN: 0})]


def draw_states(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Word vectors with masked steps anywhere, and an LSTM.

    One of several sentences has no word; of the others, the first has one at the last step, the second has none there.
    """
    x, mask = draw_vectors(rng, dims)["x"], gaps(rng, dims).astype(bool)
    order = rng.permutation(dims["m"])
    mask[order[:1], -1] = True
    mask[order[1:2], -1] = False
    mask[order[2:3]] = False
    return {"x": x, "mask": mask, "parameters": draw_lstm(rng, dims["n_e"], dims["n_a"])}


def at_the_end(rng: np.random.Generator) -> list[Arguments]:
    """The same with padding at the end, a word in every sentence."""
    dims = {"n_e": 3, "n_a": 4, "m": 5, "T_x": 7}
    return [{**draw_states(rng, dims), "mask": padded(rng, dims)}]


def draw_lstm_classifier(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sentences, and the classifier with an LSTM."""
    gates = draw_lstm(rng, dims["n_e"], dims["n_a"])
    E = rng.normal(0, 1, (dims["n_e"], dims["V"]))
    parameters = {"E": E, **gates, **draw_output(rng, dims["n_y"], dims["n_a"])}
    return {**draw_tokens(rng, dims), "parameters": parameters}


def draw_labelled_lstm(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The same with labels."""
    return labelled(draw_lstm_classifier(rng, dims), rng, dims)


def draw_predictions(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Classes with uneven numbers, most of them predicted right."""
    n_y, m = dims["n_y"], dims["m"]
    labels = np.minimum(rng.integers(0, n_y, m), rng.integers(0, n_y, m))
    wrong = rng.random(m) < 0.4
    predicted = np.where(wrong, (labels + rng.choice([1, 1, n_y - 1], m)) % n_y, labels)
    if m > 3:
        labels[:4], predicted[:4] = (0, 0, 0, 1), (0, 0, 1, 1)
    return {"labels": labels, "predicted": predicted, "n_y": n_y}


def draw_pairs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Pairs of which the first only is right, the second only, both, or none: one the wrong way round."""
    labels = np.stack([rng.integers(0, 2, dims["n"]), rng.integers(3, 5, dims["n"])], axis=1)
    wrong = np.array([(0, 0), (0, 1), (0, 1), (1, 0), (1, 1), (0, 0), (0, 1)], bool)[: dims["n"]]
    predicted = np.where(wrong, np.array([1, 7]) - labels, labels)
    predicted[1:3] = labels[1:3, :1]
    predicted[4:5] = labels[4:5, ::-1]
    order = rng.permutation(dims["n"])
    return {"labels": labels[order], "predicted": predicted[order]}


def draw_start(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A vocabulary of which some words are known, in another order, beside further ones."""
    V, known = dims["V"], dims["known"]
    words = [f"w{i}" for i in range(V)]
    shared = [str(word) for word in rng.choice(words[1:], min(V, known) - 2, replace=False)]
    names = [*shared, *(f"v{i}" for i in range(known - len(shared)))]
    names = [str(name) for name in rng.permutation(names)]
    return {
        "E": rng.normal(0, 1, (dims["n_e"], V)),
        "words": words,
        "known": names,
        "E_known": rng.normal(0, 1, (dims["n_e"], known)),
    }


sentence_batch = Exercise(
    function=reference.sentence_batch,
    title="Sentences as one array",
    minutes=10,
    difficulty=1,
    arguments={
        "sentences": Plain("m lists of words"),
        "index": Plain("a dict from word to whole number"),
        "unknown": Plain("the word that stands for unknown ones"),
    },
    result=Tuple(tokens=Array("m", "T_x", holds="whole"), mask=Array("m", "T_x", holds="bool")),
    draw=draw_sentences,
    dims=SENTENCE_DIMS,
    rows=[Row("numbers of the words", "tokens", points=2), Row("where words stand", "mask", points=2)],
    mistakes=[
        Mistake(
            "unknown_words_left_out",
            ("for word in sentence]", "for word in sentence if word in index]"),
            "Words that the vocabulary lacks are left out, so that sentences become shorter. Each of them gets the "
            "number of `unknown`.",
        ),
        Mistake(
            "unknown_words_as_padding",
            ("index[unknown])", "0)"),
            "Unknown words get the number 0, that of padding. They get index[unknown].",
        ),
        Mistake(
            "padded_with_unknown",
            ("pad_batch(numbers, 0)", "pad_batch(numbers, index[unknown])"),
            "Padding is filled with the number of `unknown`. It is filled with 0.",
        ),
        Mistake(
            "padded_with_minus_1",
            ("pad_batch(numbers, 0)", "pad_batch(numbers, -1)"),
            "Padding is filled with −1, which as an index means the last word. It is filled with 0.",
        ),
        Mistake(
            "mask_where_not_0",
            (
                "return pad_batch(numbers, 0)",
                "tokens = pad_batch(numbers, 0)[0]\n    return tokens, tokens != 0",
            ),
            "Your mask is False wherever the number is 0, but 0 may be the number of a word too. What counts is the length "
            "of each sentence.",
        ),
        Mistake(
            "mask_where_known",
            (
                "return pad_batch(numbers, 0)",
                "tokens, mask = pad_batch(numbers, 0)\n    return tokens, mask & (tokens != index[unknown])",
            ),
            "Your mask leaves out unknown words. They are words as well: the mask is True there.",
        ),
        Mistake(
            "mask_inverted",
            (
                "return pad_batch(numbers, 0)",
                "tokens, mask = pad_batch(numbers, 0)\n    return tokens, ~mask",
            ),
            "Your mask is True at the padding. It is True where a word stands.",
        ),
        Mistake(
            "padding_first",
            (
                "return pad_batch(numbers, 0)",
                "tokens, mask = pad_batch([row[::-1] for row in numbers], 0)\n    return tokens[:, ::-1], mask[:, "
                "::-1]",
            ),
            "The padding stands in front of the words. It stands at the end.",
        ),
        Mistake(
            "unknown_by_its_usual_name",
            ("index[unknown])", 'index["<UNK>"])'),
            "You look up the word <UNK>. The word that stands for unknown ones is given as `unknown`; it may have any "
            "name.",
        ),
        Mistake(
            "word_0_unknown",
            ("index.get(word, index[unknown])", "index.get(word) or index[unknown]"),
            "The word with the number 0 counts as unknown: `or` takes 0 for nothing. Only words that the dict lacks "
            "are unknown.",
        ),
        Mistake(
            "results_exchanged",
            ("return pad_batch(numbers, 0)", "return pad_batch(numbers, 0)[::-1]"),
            "The two results are exchanged: the numbers come first, the mask second.",
        ),
    ],
)

masked_average = Exercise(
    function=reference.masked_average,
    title="An average without padding",
    minutes=15,
    difficulty=1,
    arguments={"x": WORDS, "mask": MASK},
    result=Array("n_e", "m"),
    draw=draw_wordless,
    dims=VECTOR_DIMS,
    rows=[
        Row("averages, one of no word", "", points=3),
        Row("averages of words", "", points=5, cases=WORDY),
    ],
    extra=[Cases(WORDY, draw=wordy, recorded=lambda: wordy(np.random.default_rng(12)))],
    mistakes=[
        Mistake(
            "padding_averaged",
            [("np.where(mask, x, 0)", "x"), ("np.maximum(lengths, 1)", "x.shape[2]")],
            "This is the plain mean over all steps, padding included. A sentence's average must not depend on how long "
            "others in its batch are.",
        ),
        Mistake(
            "padding_summed",
            ("np.where(mask, x, 0)", "x"),
            "You divide by the number of words, but the sum has the padding in it. Padding is to be left out of it.",
        ),
        Mistake(
            "divided_by_all_steps",
            ("np.maximum(lengths, 1)", "x.shape[2]"),
            "Padding is left out of the sum, but you divide by all T_x steps. Divide by the number of words of each "
            "sentence.",
        ),
        Mistake(
            "divided_by_nothing",
            ("total / np.maximum(lengths, 1)", "total"),
            "This is the sum of the vectors. Divide by the number of words of each sentence.",
        ),
        Mistake(
            "divided_by_0",
            ("np.maximum(lengths, 1)", "lengths"),
            "A sentence without any word gives 0 / 0, which is nan. Its average is zero by agreement.",
        ),
        Mistake(
            "divided_by_one_more",
            ("np.maximum(lengths, 1)", "(lengths + 1)"),
            "You divide by one more than there are words. To guard against 0, use the larger of the number and 1.",
        ),
        Mistake(
            "divided_by_all_words",
            ("np.maximum(lengths, 1)", "lengths.sum()"),
            "You divide by the number of words in the whole batch. Each sentence has its own number of words.",
        ),
        Mistake(
            "length_of_the_first",
            ("np.maximum(lengths, 1)", "max(lengths[0], 1)"),
            "You divide all sentences by the length of the first. Each has a length of its own.",
        ),
        Mistake(
            "mask_inverted",
            [("mask.sum(axis=1)", "(~mask).sum(axis=1)"), ("np.where(mask, x, 0)", "np.where(mask, 0, x)")],
            "You average the padding and leave out the words. The mask is True where a word stands.",
        ),
        Mistake(
            "largest",
            (
                "total / np.maximum(lengths, 1)",
                "np.where(lengths > 0, np.where(mask, x, -1e300).max(axis=2), 0)",
            ),
            "This is the largest entry over the words. The average is asked for.",
        ),
        Mistake(
            "last_word_left_out",
            (
                "total / np.maximum(lengths, 1)",
                "(total - x[:, np.arange(len(mask)), lengths - 1] * (lengths > 0)) / np.maximum(lengths - 1, 1)",
            ),
            "The last word of each sentence is left out. All words count where the mask is True.",
        ),
    ],
)

SOFTMAX_OVER_SENTENCES = Mistake(
    "softmax_over_sentences",
    (
        'softmax(parameters["Wy"] @ h + parameters["by"])',
        'softmax((parameters["Wy"] @ h + parameters["by"]).T).T',
    ),
    OVER_SENTENCES,
)
BIAS_MISSING = Mistake(
    "bias_missing",
    (' + parameters["by"]', ""),
    "The bias b_y is missing.",
)
average_probabilities = Exercise(
    function=reference.average_probabilities,
    title="The classifier on averages",
    minutes=10,
    difficulty=1,
    arguments={**BATCH, "parameters": AVERAGE},
    result=PROBABILITIES,
    draw=draw_average,
    dims=AVERAGE_DIMS,
    rows=[Row("probability of each class", "", points=5)],
    needs=["masked_average"],
    mistakes=[
        BIAS_MISSING,
        Mistake(
            "softmax_missing",
            ('softmax(parameters["Wy"] @ h + parameters["by"])', '(parameters["Wy"] @ h + parameters["by"])'),
            "These are the scores. A softmax makes probabilities of them.",
        ),
        SOFTMAX_OVER_SENTENCES,
        Mistake(
            "padding_read",
            ("tokens], mask)", "tokens], np.ones_like(mask))"),
            "Padding counts as words in your average. Hand the mask on to masked_average.",
        ),
        Mistake(
            "mask_inverted",
            ("tokens], mask)", "tokens], ~mask)"),
            "The average is that of the padding. The mask is True where a word stands.",
        ),
        Mistake(
            "sum_of_vectors",
            ("tokens], mask)  # (n_e, m)", "tokens], mask) * mask.sum(axis=1)"),
            "The vectors are summed, so that long sentences get large scores. They are averaged.",
        ),
        Mistake(
            "probabilities_averaged",
            (
                'softmax(parameters["Wy"] @ h + parameters["by"])',
                'masked_average(softmax(np.einsum("ye,emt->ymt", parameters["Wy"], parameters["E"][:, tokens]) '
                '+ parameters["by"][:, :, np.newaxis]), mask)',
            ),
            "Each word has probabilities of its own in yours, and these are averaged. Average the vectors first; the "
            "softmax comes once for each sentence.",
        ),
        Mistake(
            "words_counted_once",
            (
                '    h = masked_average(parameters["E"][:, tokens], mask)',
                "    first = np.array([[t == list(row).index(word) for t, word in enumerate(row)] for row in tokens])\n"
                '    h = masked_average(parameters["E"][:, tokens], mask & first)',
            ),
            "A word that comes twice in a sentence counts once in your average. It counts twice: a bag, not a set.",
        ),
        Mistake("mask_where_not_0", ("tokens], mask)", "tokens], tokens != 0)"), NOT_0),
    ],
)

output_gradients = Exercise(
    function=reference.output_gradients,
    title="Loss and gradient at the output",
    minutes=20,
    difficulty=2,
    arguments={
        "h": Array("n_h", "m"),
        "labels": CLASSES,
        "parameters": Dict(Wy=Array("n_y", "n_h"), by=Array("n_y", "1")),
    },
    result=Tuple(
        loss=Number(),
        gradients=Dict(dWy=Array("n_y", "n_h"), dby=Array("n_y", "1"), dh=Array("n_h", "m")),
    ),
    draw=draw_output_layer,
    dims=OUTPUT_DIMS,
    rows=[
        Row("loss", "loss", points=2),
        Row("gradient of W_y", "gradients.dWy", points=3),
        Row("gradient of b_y", "gradients.dby", points=2),
        Row("gradient of h", "gradients.dh", points=3),
    ],
    mistakes=[
        Mistake(
            "sum_for_mean",
            [(".mean()", ".sum()"), ("dz = y / m", "dz = y"), ("-= 1 / m", "-= 1")],
            "Loss and gradients are sums over the sentences. Both are means: divide by m.",
        ),
        Mistake(
            "gradient_of_the_sum",
            [("dz = y / m", "dz = y"), ("-= 1 / m", "-= 1")],
            "Your gradients are those of the sum of the losses. The loss is their mean over the sentences, so divide "
            "by m.",
        ),
        Mistake(
            "loss_summed",
            (".mean()", ".sum()"),
            "Your loss is the sum over the sentences. It is their mean.",
        ),
        Mistake(
            "loss_in_bits",
            ("np.log(y", "np.log2(y"),
            "Your loss is in bits. It is in nats: the natural logarithm.",
        ),
        Mistake(
            "mean_over_classes_too",
            ("-np.log(y[true]).mean()", "-np.log(y[true]).sum() / y.size"),
            "Your loss is divided by the number of classes as well. It is a mean over sentences only.",
        ),
        Mistake(
            "labels_from_1",
            ("true = labels, np", "true = labels - 1, np"),
            "Labels are read as if they began with 1. They are indices here, from 0 to n_y − 1.",
        ),
        Mistake(
            "whole_rows_picked",
            ("true = labels, np.arange(m)", "true = labels"),
            "Labels alone as an index pick whole rows of ŷ, all sentences at a class. One entry of each column is meant: "
            "the true class of that sentence.",
        ),
        Mistake(
            "y_not_subtracted",
            ("dz[true] -= 1 / m", "dz[true] -= 0"),
            "The gradient at the scores is ŷ in yours. It is ŷ − y: one less at the true class.",
        ),
        Mistake(
            "gradient_sign",
            [("dz = y / m", "dz = -y / m"), ("-= 1 / m", "-= -1 / m")],
            "Your gradients have the other sign: y − ŷ. Towards larger loss it is ŷ − y.",
        ),
        Mistake(
            "gradient_at_the_true_class_only",
            ("dz[true] -= 1 / m", "dz[true] -= 1 / m\n    dz[~np.eye(len(y), dtype=bool)[:, labels]] = 0"),
            "Only the true class gets a gradient in yours. The softmax ties all classes together: the others get ŷ.",
        ),
        Mistake(
            "mean_in_1_m_forgotten_at_y",
            ("-= 1 / m", "-= 1"),
            "ŷ is divided by m, the one-hot y is not. Divide their difference.",
        ),
        Mistake(
            "bias_averaged",
            ("dz.sum(axis=1, keepdims=True)", "dz.mean(axis=1, keepdims=True)"),
            "The bias's gradient is averaged over the sentences once more. dz has the 1/m already: add up.",
        ),
        Mistake(
            "softmax_derived_again",
            ('gradients = {"dWy"', 'dz = dz * y * (1 - y)\n    gradients = {"dWy"'),
            "There is a factor ŷ(1 − ŷ) too much. For softmax with cross-entropy, ŷ − y is the whole gradient at the "
            "scores.",
        ),
        Mistake(
            "dh_not_divided",
            ('parameters["Wy"].T @ dz', 'parameters["Wy"].T @ dz * m'),
            "The gradient of h lacks the 1/m of the mean. All gradients come from the same dz.",
        ),
        SOFTMAX_OVER_SENTENCES,
        Mistake(
            "bias_missing",
            (' @ h + parameters["by"]', " @ h"),
            "The bias b_y is missing in the scores.",
        ),
        Mistake(
            "dz_is_y",
            (
                "    loss = -np.log(y[true]).mean()\n    dz = y / m\n    dz[true] -= 1 / m",
                "    dz = y\n    dz[true] -= 1\n    loss = -np.log(y[true]).mean()\n    dz /= m",
            ),
            "Your loss is nan because it takes logarithms of ŷ − y, which is negative at the true class. After `dz = "
            "y` both names mean one array, so that what is subtracted from dz is gone from ŷ too. dz is to be an array "
            "of its own.",
        ),
        Mistake(
            "loss_sign",
            ("-np.log(y[true])", "np.log(y[true])"),
            "Your loss has the other sign. Logarithms of probabilities are negative; the loss is minus their mean.",
        ),
        Mistake(
            "binary_cross_entropy",
            (
                "loss = -np.log(y[true]).mean()",
                "t = np.eye(len(y))[:, labels]\n    loss = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / m",
            ),
            "Your loss asks of every class, yes or no: it adds log(1 − ŷ) of the wrong classes. Here one class of "
            "several is true, and only log ŷ of that one counts.",
        ),
        Mistake(
            "divided_by_the_number_of_classes",
            [("dz = y / m", "dz = y / len(y)"), ("-= 1 / m", "-= 1 / len(y)")],
            "Your gradients are divided by the number of classes. The mean is over the m sentences: `len` of an array "
            "(n_y, m) is n_y.",
        ),
    ],
)

WORDS_IN_ANOTHER_ORDER = Mistake(
    "words_in_another_order",
    ("tokens.ravel()", "tokens.T.ravel()"),
    ANOTHER_ORDER,
)
average_gradients = Exercise(
    function=reference.average_gradients,
    title="Back through the average",
    minutes=25,
    difficulty=3,
    arguments={**BATCH, "labels": CLASSES, "parameters": AVERAGE},
    result=Tuple(loss=Number(), gradients=Dict(dE=VECTORS, dWy=Array("n_y", "n_e"), dby=Array("n_y", "1"))),
    draw=draw_labelled_average,
    dims=AVERAGE_DIMS,
    rows=[
        Row("loss", "loss", points=2),
        Row("gradient of E", "gradients.dE", points=8),
        Row("gradient of W_y", "gradients.dWy", points=2),
        Row("gradient of b_y", "gradients.dby", points=1),
    ],
    needs=["masked_average", "output_gradients"],
    mistakes=[
        Mistake(
            "not_divided_by_the_length",
            ("mask / mask.sum(axis=1, keepdims=True)", "mask * 1.0"),
            "Each word gets the whole gradient of its sentence's average. Of n words each has a share of 1/n.",
        ),
        Mistake(
            "whole_gradient_at_every_step",
            ("mask / mask.sum(axis=1, keepdims=True)", "np.ones(mask.shape)"),
            "Every step gets the whole gradient of its sentence's average, padding too. Of n words each has a share of "
            "1/n, and padding has none.",
        ),
        WORDS_IN_ANOTHER_ORDER,
        Mistake(
            "divided_by_all_steps",
            ("mask / mask.sum(axis=1, keepdims=True)", "mask / mask.shape[1]"),
            "The gradient is shared among all T_x steps. It is shared among the words of the sentence.",
        ),
        Mistake(
            "padding_trained",
            (
                "mask / mask.sum(axis=1, keepdims=True)",
                "np.ones(mask.shape) / mask.sum(axis=1, keepdims=True)",
            ),
            "What stands at the padding gets a gradient too. Padding was not in the average: nothing goes back to it.",
        ),
        Mistake(
            "padding_everywhere",
            [
                ("masked_average(E[:, tokens], mask)", "E[:, tokens].mean(axis=2)"),
                (
                    "mask / mask.sum(axis=1, keepdims=True)",
                    "np.ones(mask.shape) / mask.shape[1]",
                ),
            ],
            "Padding counts as words, going forward and back. Use the mask.",
        ),
        Mistake(
            "repeated_words_lost",
            (
                "dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])",
                "dE = np.zeros_like(E)\n    dE[:, tokens[mask]] = dx[:, mask]",
            ),
            LOST,
        ),
        Mistake(
            "repeated_words_lost_to_padding",
            (
                "dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])",
                "dE = np.zeros_like(E)\n    dE[:, tokens] = dx",
            ),
            LOST,
        ),
        Mistake(
            "repeated_words_lost_in_a_sentence",
            (
                "dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])",
                "dE = np.zeros_like(E)\n    for i, row in enumerate(mask):\n        dE[:, tokens[i, row]] += dx[:, i, "
                "row]",
            ),
            "A word that comes twice in a sentence gets only one of its gradients. What belongs to the same column is added "
            "up, within a sentence as between them.",
        ),
        Mistake(
            "divided_by_m_again",
            ('dx = out["dh"]', 'dx = 1 / len(labels) * out["dh"]'),
            "The gradient of E is divided by m once more. dh has the 1/m of the mean already.",
        ),
        Mistake(
            "gradient_sign",
            ('dx = out["dh"]', 'dx = -out["dh"]'),
            "The gradient of E has the other sign.",
        ),
        Mistake(
            "vectors_not_trained",
            (
                "dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])",
                "dE = np.zeros_like(E)",
            ),
            "The gradient of E is zero everywhere. The words of each sentence get a share of dh.",
        ),
        Mistake(
            "first_word_only",
            ("* weights  # (n_e, m, T_x)", "* (np.arange(mask.shape[1]) == 0)"),
            "Only the first word of each sentence gets the gradient. All of its words share it.",
        ),
        Mistake(
            "mask_where_not_0",
            ('    E = parameters["E"]\n', '    E = parameters["E"]\n    mask = tokens != 0\n'),
            NOT_0,
        ),
        Mistake(
            "word_0_not_trained",
            (
                "weights = mask / mask.sum(axis=1, keepdims=True)",
                "weights = mask * (tokens != 0) / mask.sum(axis=1, keepdims=True)",
            ),
            "Word 0 gets no gradient. Padding is filled with 0, but 0 is the number of a word as well; which is which, "
            "the mask says.",
        ),
    ],
)

train_average = Exercise(
    function=reference.train_average,
    title="A step for each batch",
    minutes=15,
    difficulty=2,
    arguments={
        "parameters": AVERAGE,
        "batches": Plain("a list of (tokens, mask, labels)"),
        "learning_rate": Number(),
        "frozen": Plain("a list of names of parameters"),
    },
    result=Tuple(parameters=AVERAGE, losses=Array("steps")),
    draw=draw_training,
    dims=[
        {"n_e": 2, "V": 7, "n_y": 5, "m": 4, "T_x": 6, "steps": 3, IN_FROZEN: 1},
        {"n_e": 3, "V": 6, "n_y": 4, "m": 1, "T_x": 5, "steps": 7, IN_FROZEN: 2},
        {"n_e": 1, "V": 8, "n_y": 2, "m": 3, "T_x": 4, "steps": 6, IN_FROZEN: 0},
    ],
    rows=[
        Row("E after the last step", "parameters.E", points=2),
        Row("W_y after the last step", "parameters.Wy", points=1),
        Row("b_y after the last step", "parameters.by", points=1),
        Row("loss of each batch", "losses", points=2),
        Row("all parameters where nothing is frozen", "parameters", points=3, cases=NOTHING_FROZEN),
    ],
    extra=[Cases(NOTHING_FROZEN, draw=all_trained, recorded=lambda: all_trained(np.random.default_rng(12)))],
    needs=["average_gradients"],
    mistakes=[
        Mistake(
            "nothing_frozen",
            ("value if name in frozen else value", "value"),
            "What is frozen changes as well. A parameter whose name is in `frozen` stays as it was.",
        ),
        Mistake(
            "frozen_turned_round",
            ("if name in frozen", "if name not in frozen"),
            "You train what is frozen and leave the rest. It is the other way round.",
        ),
        Mistake(
            "vectors_always_frozen",
            ("if name in frozen", 'if name in frozen or name == "E"'),
            "E is never trained. It stays only where its name is in `frozen`.",
        ),
        Mistake(
            "all_frozen_if_any",
            ("if name in frozen", "if frozen"),
            "As soon as something is frozen, nothing is trained any more. What is not named in `frozen` goes on "
            "learning.",
        ),
        Mistake(
            "uphill",
            ("- learning_rate *", "+ learning_rate *"),
            "Your steps go uphill. The gradient shows where the loss grows; go the other way.",
        ),
        Mistake(
            "loss_after_the_step",
            [
                ("        losses.append(loss)\n", ""),
                (
                    "    return parameters, losses",
                    "        losses.append(average_gradients(tokens, mask, labels, parameters)[0])\n"
                    "    return parameters, losses",
                ),
            ],
            "Your losses are those after each step. Keep the loss of a batch before its own step.",
        ),
        Mistake(
            "first_batch_only",
            ("in batches:", "in [batches[0]] * len(batches):"),
            "Every step takes the first batch. Each has its own.",
        ),
        Mistake(
            "backwards",
            ("in batches:", "in batches[::-1]:"),
            "The batches are taken from the last to the first. Take them in their order.",
        ),
        Mistake(
            "last_batch_left_out",
            ("in batches:", "in batches[:-1]:"),
            "The last batch is left out. There is one step for each.",
        ),
        Mistake(
            "divided_by_m_again",
            ("- learning_rate *", "- learning_rate / len(labels) *"),
            "The steps are divided by the number of sentences once more. The gradients are means already.",
        ),
        Mistake(
            "gradients_at_the_beginning",
            (
                "loss, gradients = average_gradients(tokens, mask, labels, parameters)",
                "start = parameters if not losses else start\n"
                "        loss, gradients = average_gradients(tokens, mask, labels, start)",
            ),
            "All gradients are taken at the parameters of the beginning. Each step starts where the one before it "
            "ended.",
        ),
        Mistake(
            "one_step_only",
            ("    return parameters, losses", "        return parameters, losses"),
            "You stop after the first batch, as if the return stood inside the loop. Return after the last one.",
        ),
    ],
)

confusion = Exercise(
    function=reference.confusion,
    title="What is taken for what",
    minutes=10,
    difficulty=1,
    arguments={"labels": CLASSES, "predicted": CLASSES, "n_y": Plain("how many classes")},
    result=Tuple(accuracy=Number(), counts=Array("n_y", "n_y")),
    draw=draw_predictions,
    dims=CONFUSION_DIMS,
    rows=[Row("accuracy", "accuracy", points=2), Row("table of counts", "counts", points=2)],
    mistakes=[
        Mistake(
            "turned_round",
            ("(labels, predicted)", "(predicted, labels)"),
            "Rows and columns are exchanged: a row is a true class, a column what was given.",
        ),
        Mistake(
            "classes_from_1",
            ("(labels, predicted)", "(labels - 1, predicted - 1)"),
            "Your rows and columns are one off, as if classes began with 1. They are numbers from 0 to n_y − 1.",
        ),
        Mistake(
            "repeated_pairs_lost",
            ("np.add.at(counts, (labels, predicted), 1)", "counts[labels, predicted] += 1"),
            "Each entry is 1 at most: `counts[labels, predicted] += 1` adds once where a pair comes several times.",
        ),
        Mistake(
            "shares_of_rows",
            (
                "return float(np.trace(counts) / len(labels)), counts",
                "return float(np.trace(counts) / len(labels)), "
                "counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)",
            ),
            "Your rows are shares of each class. Counts are asked for.",
        ),
        Mistake(
            "shares_of_all",
            ("len(labels)), counts", "len(labels)), counts / len(labels)"),
            "Your table has shares of all sentences. Counts are asked for.",
        ),
        Mistake(
            "count_of_right_ones",
            ("np.trace(counts) / len(labels)", "np.trace(counts)"),
            "Your accuracy is how many are right. It is a share: divide by the number of sentences.",
        ),
        Mistake(
            "divided_by_classes",
            ("np.trace(counts) / len(labels)", "np.trace(counts) / n_y"),
            "Your accuracy is divided by the number of classes. Divide by the number of sentences.",
        ),
        Mistake(
            "error_rate",
            ("np.trace(counts) / len(labels)", "1 - np.trace(counts) / len(labels)"),
            "This is the share that is wrong. Accuracy is the share that is right.",
        ),
        Mistake(
            "percent",
            ("np.trace(counts) / len(labels)", "100 * np.trace(counts) / len(labels)"),
            "Your accuracy is in percent. It is a share, from 0 to 1.",
        ),
        Mistake(
            "mean_over_classes",
            (
                "np.trace(counts) / len(labels)",
                "(np.diag(counts) / np.maximum(counts.sum(axis=1), 1)).sum() / (counts.sum(axis=1) > 0).sum()",
            ),
            "Yours is the mean over the classes of the share that is right in each. Accuracy counts every sentence "
            "once.",
        ),
        Mistake(
            "whole_rows_counted",
            [
                ("np.add.at(counts, (labels, predicted), 1)", "np.add.at(counts, [labels, predicted], 1)"),
                ("np.trace(counts) / len(labels)", "np.mean(labels == predicted)"),
            ],
            "Whole rows are counted up: a list of two arrays as index means rows. Rows and columns together are a "
            "tuple.",
        ),
        Mistake(
            "one_row_n_y_times",
            [
                (
                    "np.add.at(counts, (labels, predicted), 1)",
                    "counts[:] = np.bincount(predicted, minlength=n_y)",
                ),
                ("np.trace(counts) / len(labels)", "np.mean(labels == predicted)"),
            ],
            "All rows of your table are the same, whatever the true class. `[row] * n_y` is one list n_y times, so "
            "that counting in one row counts in all; each row is a list of its own.",
        ),
    ],
)

pair_scores = Exercise(
    function=reference.pair_scores,
    title="Both of a pair",
    minutes=5,
    difficulty=1,
    arguments={"labels": Array("n", "2"), "predicted": Array("n", "2")},
    result=Tuple(sentences=Number(), pairs=Number()),
    draw=draw_pairs,
    dims=[{"n": 7}, {"n": 5}, {"n": 1}],
    rows=[
        Row("sentences that are right", "sentences", points=1),
        Row("pairs of which both are", "pairs", points=2),
    ],
    mistakes=[
        Mistake(
            "either",
            ("right.all(axis=1)", "right.any(axis=1)"),
            "You count a pair as soon as one of its sentences is right. Both must be.",
        ),
        Mistake(
            "exchanged",
            (
                "float(right.mean()), float(right.all(axis=1).mean())",
                "float(right.all(axis=1).mean()), float(right.mean())",
            ),
            "The two shares are exchanged: that of the sentences comes first, that of the pairs second.",
        ),
        Mistake(
            "product_of_shares",
            ("right.all(axis=1).mean()", "right.mean() ** 2"),
            "You square the share of sentences, as if the two of a pair had nothing to do with each other. Count the "
            "pairs.",
        ),
        Mistake(
            "numbers_for_shares",
            (
                "float(right.mean()), float(right.all(axis=1).mean())",
                "float(right.sum()), float(right.all(axis=1).sum())",
            ),
            "These are numbers of sentences and of pairs. Shares are asked for.",
        ),
        Mistake(
            "pairs_over_sentences",
            ("right.all(axis=1).mean()", "right.all(axis=1).sum() / right.size"),
            "You divide the pairs that are right by the number of sentences. Divide by the number of pairs.",
        ),
        Mistake(
            "first_only",
            ("right.mean()), float", "right[:, 0].mean()), float"),
            "You count the first sentence of each pair only. All sentences count.",
        ),
        Mistake(
            "told_apart",
            ("right.all(axis=1)", "(predicted[:, 0] != predicted[:, 1])"),
            "You count the pairs whose two sentences get different labels. Both labels must be right.",
        ),
        Mistake(
            "all_pairs_at_once",
            ("right.all(axis=1).mean()", "right.all()"),
            "You ask whether all sentences are right. Ask pair by pair, along the rows.",
        ),
        Mistake(
            "either_way_round",
            ("right.all(axis=1)", "(np.sort(labels) == np.sort(predicted)).all(axis=1)"),
            "A pair whose two labels are predicted the wrong way round counts as right in yours. Each sentence is to "
            "get its own label.",
        ),
    ],
)

lstm_last_state = Exercise(
    function=reference.lstm_last_state,
    title="Read to the last word",
    minutes=25,
    difficulty=2,
    arguments={"x": WORDS, "mask": MASK, "parameters": Dict(**GATES)},
    result=Array("n_a", "m"),
    draw=draw_states,
    dims=STATE_DIMS,
    rows=[
        Row("last activation, masked steps anywhere", "", points=6),
        Row("last activation, padding at the end", "", points=7, cases=AT_THE_END),
    ],
    extra=[Cases(AT_THE_END, draw=at_the_end, recorded=lambda: at_the_end(np.random.default_rng(12)))],
    mistakes=[
        Mistake(
            "mask_ignored",
            [("np.where(mask[:, t], c_new, c)", "c_new"), ("np.where(mask[:, t], a_new, a)", "a_new")],
            "This is the activation after the last *step*, which for short sentences is padding. At padding, activation and "
            "memory stay as they were.",
        ),
        Mistake(
            "read_at_the_number_of_words",
            (
                "    for t in",
                "    n = mask.sum(axis=1, keepdims=True)\n"
                "    mask = np.arange(x.shape[2]) < np.where(n > 0, n, x.shape[2])\n    for t in",
            ),
            "You read as many steps as there are words. That is right where padding stands at the end; a masked step may "
            "stand anywhere, and there may be no word at all.",
        ),
        Mistake(
            "activation_from_held_memory",
            ("np.where(mask[:, t], a_new, a)", "ot * np.tanh(c)"),
            "At a masked step the memory waits, but the activation is made anew, with the output gate of that step. It "
            "waits as well.",
        ),
        Mistake(
            "activation_wiped",
            ("np.where(mask[:, t], a_new, a)", "np.where(mask[:, t], a_new, 0)"),
            "A masked step sets the activation to zero, so that a short sentence ends with nothing. It keeps it.",
        ),
        Mistake(
            "memory_wiped",
            ("np.where(mask[:, t], c_new, c)", "np.where(mask[:, t], c_new, 0)"),
            "A masked step sets the memory to zero. It leaves the memory as it was.",
        ),
        Mistake(
            "states_wiped",
            [
                ("np.where(mask[:, t], c_new, c)", "np.where(mask[:, t], c_new, 0)"),
                ("np.where(mask[:, t], a_new, a)", "np.where(mask[:, t], a_new, 0)"),
            ],
            "A masked step sets both states to zero. It leaves them as they were.",
        ),
        Mistake(
            "memory_not_held",
            ("np.where(mask[:, t], c_new, c)", "c_new"),
            "The memory changes at masked steps, which shows as soon as a word comes after one. Both states wait: "
            "activation and memory.",
        ),
        Mistake(
            "activation_not_held",
            ("np.where(mask[:, t], a_new, a)", "a_new"),
            "The activation changes at masked steps. Both states wait: activation and memory.",
        ),
        Mistake(
            "mask_inverted",
            [
                ("np.where(mask[:, t], c_new, c)", "np.where(mask[:, t], c, c_new)"),
                ("np.where(mask[:, t], a_new, a)", "np.where(mask[:, t], a, a_new)"),
            ],
            "You read the padding and skip the words. The mask is True where a word stands.",
        ),
        Mistake(
            "whole_step_held",
            [
                ("np.where(mask[:, t], c_new, c)", "np.where(mask[:, t].all(), c_new, c)"),
                ("np.where(mask[:, t], a_new, a)", "np.where(mask[:, t].all(), a_new, a)"),
            ],
            "A step is skipped for all sentences as soon as one of them is padded there. Each has a mask of its own.",
        ),
        Mistake(
            "whole_step_read",
            [
                ("np.where(mask[:, t], c_new, c)", "np.where(mask[:, t].any(), c_new, c)"),
                ("np.where(mask[:, t], a_new, a)", "np.where(mask[:, t].any(), a_new, a)"),
            ],
            "A step is read for all sentences as soon as one of them has a word there. Each has a mask of its own.",
        ),
        Mistake(
            "input_wiped",
            [
                ("lstm_gates(x[:, :, t], a", "lstm_gates(x[:, :, t] * mask[:, t], a"),
                ("np.where(mask[:, t], c_new, c)", "c_new"),
                ("np.where(mask[:, t], a_new, a)", "a_new"),
            ],
            "Padded inputs are set to zero and then read. A cell that reads zeros still changes its states; a masked step "
            "must not.",
        ),
        Mistake(
            "last_word_not_read",
            (
                "    for t in",
                "    mask = mask & (mask[:, ::-1].cumsum(axis=1)[:, ::-1] > 1)\n    for t in",
            ),
            "You have the activation before the last word. The last word is read as well.",
        ),
        Mistake(
            "memory_returned",
            ("    return a", "    return c"),
            "This is the memory. The activation is asked for: what the output gate shows of it.",
        ),
        Mistake(
            "activations_averaged",
            [
                ("    for t in", "    total = 0\n    for t in"),
                (
                    "    return a",
                    "        total = total + np.where(mask[:, t], a, 0)\n    return total / "
                    "np.maximum(mask.sum(axis=1), 1)",
                ),
            ],
            "This is the average of all activations. The one after the last word is asked for.",
        ),
        Mistake(
            "one_minus_forget",
            ("ft * c + ut", "(1 - ft) * c + ut"),
            "You have what (1 − Γ_f) · c gives. Γ_f is the part of the old memory that is kept; lecture note 003 has this "
            "slip.",
        ),
        Mistake(
            "gates_swapped",
            ("ft * c + ut * cct", "ut * c + ft * cct"),
            "The update gate multiplies the old memory and the forget gate the candidate. Γ_f keeps the old memory, Γ_u "
            "writes the candidate.",
        ),
        Mistake(
            "memory_shown_without_tanh",
            ("ot * np.tanh(c_new)", "ot * c_new"),
            "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
        ),
        Mistake(
            "activation_not_carried",
            ("x[:, :, t], a, parameters", "x[:, :, t], 0 * a, parameters"),
            "The gates of every step see a zero activation. They see the activation of the step before.",
        ),
        Mistake(
            "memory_to_the_gates",
            ("x[:, :, t], a, parameters", "x[:, :, t], c, parameters"),
            "The gates are given the memory. They see the activation of the step before.",
        ),
        Mistake(
            "first_input_at_every_step",
            ("x[:, :, t], a", "x[:, :, 0], a"),
            "Every step reads the first word. Step t reads the vector at t along the last axis.",
        ),
        Mistake(
            "last_step_not_read",
            ("range(x.shape[2])", "range(x.shape[2] - 1)"),
            "The last step of the array is not read. All T_x steps are, as far as the mask is True.",
        ),
        Mistake(
            "stopped_at_the_first_gap",
            ("    for t in", "    mask = np.logical_and.accumulate(mask, axis=1)\n    for t in"),
            "You stop reading a sentence at its first masked step. Words may come after it: only that step is skipped.",
        ),
        Mistake(
            "stopped_where_none_has_a_word",
            ("        ft, ut", "        if not mask[:, t].any():\n            break\n        ft, ut"),
            "You stop at the first step at which no sentence has a word. Words may come after it: only that step is "
            "skipped.",
        ),
        Mistake(
            "old_memory_shown",
            ("ot * np.tanh(c_new)", "ot * np.tanh(c)"),
            "The output gate shows the memory from before this step. It shows the new one.",
        ),
    ],
)

lstm_probabilities = Exercise(
    function=reference.lstm_probabilities,
    title="The classifier with an LSTM",
    minutes=10,
    difficulty=1,
    arguments={**BATCH, "parameters": LSTM},
    result=PROBABILITIES,
    draw=draw_lstm_classifier,
    dims=LSTM_DIMS,
    rows=[Row("probability of each class", "", points=4)],
    needs=["lstm_last_state"],
    mistakes=[
        BIAS_MISSING,
        Mistake(
            "softmax_missing",
            ('softmax(parameters["Wy"] @ a + parameters["by"])', '(parameters["Wy"] @ a + parameters["by"])'),
            "These are the scores. A softmax makes probabilities of them.",
        ),
        Mistake(
            "softmax_over_sentences",
            (
                'softmax(parameters["Wy"] @ a + parameters["by"])',
                'softmax((parameters["Wy"] @ a + parameters["by"]).T).T',
            ),
            OVER_SENTENCES,
        ),
        Mistake(
            "padding_read",
            ("tokens], mask,", "tokens], np.ones_like(mask),"),
            "The LSTM reads the padding. Hand the mask on to lstm_last_state.",
        ),
        Mistake(
            "mask_inverted",
            ("tokens], mask,", "tokens], ~mask,"),
            "The LSTM reads the padding and skips the words. The mask is True where a word stands.",
        ),
        Mistake(
            "read_from_the_right",
            ('parameters["E"][:, tokens], mask,', 'parameters["E"][:, tokens[:, ::-1]], mask[:, ::-1],'),
            "The LSTM reads from the right. It reads from the left, as a person would.",
        ),
        Mistake(
            "first_word_only",
            ('parameters["E"][:, tokens], mask,', 'parameters["E"][:, tokens[:, :1]], mask[:, :1],'),
            "Only the first word is read. All words are.",
        ),
        Mistake(
            "last_step_only",
            ('parameters["E"][:, tokens], mask,', 'parameters["E"][:, tokens[:, -1:]], mask[:, -1:],'),
            "Only the last step is read. All steps are, as far as the mask is True.",
        ),
        Mistake("mask_where_not_0", ("tokens], mask,", "tokens], tokens != 0,"), NOT_0),
    ],
)

lstm_gradients = Exercise(
    function=reference.lstm_gradients,
    title="Back through the LSTM",
    minutes=25,
    difficulty=3,
    arguments={**BATCH, "labels": CLASSES, "parameters": LSTM},
    result=Tuple(
        loss=Number(),
        gradients=Dict(
            dE=VECTORS,
            **{f"d{name}": layout for name, layout in GATES.items()},
            dWy=Array("n_y", "n_a"),
            dby=Array("n_y", "1"),
        ),
    ),
    draw=draw_labelled_lstm,
    dims=LSTM_DIMS,
    rows=[
        Row("loss", "loss", points=2),
        Row("gradient of W_y", "gradients.dWy", points=2),
        Row("gradient of W_c", "gradients.dWc", points=2),
        Row("gradient of E", "gradients.dE", points=4),
        Row("all gradients", "gradients", points=3),
    ],
    needs=["output_gradients"],
    mistakes=[
        Mistake(
            "padded_last_step",
            ("mask.sum(axis=1) - 1", "np.full(m, mask.shape[1] - 1)"),
            "You read the activation at the last step of the array, which for short sentences is padding. Read each "
            "sentence at its own last word.",
        ),
        Mistake(
            "one_step_early",
            ("mask.sum(axis=1) - 1", "mask.sum(axis=1) - 2"),
            "You read the activation one step too early. A sentence of n words has its last at "
            "n − 1, since steps count from 0.",
        ),
        Mistake(
            "one_step_late",
            ("mask.sum(axis=1) - 1", "np.minimum(mask.sum(axis=1), mask.shape[1] - 1)"),
            "You read the activation one step too late. A sentence of n words has its last at "
            "n − 1, since steps count from 0.",
        ),
        Mistake(
            "first_step",
            ("mask.sum(axis=1) - 1", "np.zeros(m, int)"),
            "You read the activation after the first word. The last has seen the whole sentence.",
        ),
        Mistake(
            "gradient_at_every_step",
            ('da[:, *read] = out["dh"]', 'da += out["dh"][:, :, np.newaxis]'),
            "Every step gets dh. Only one activation of each sentence was read: elsewhere da is zero.",
        ),
        Mistake(
            "gradient_at_every_word",
            ('da[:, *read] = out["dh"]', 'da += out["dh"][:, :, np.newaxis] * mask'),
            "Every word gets dh. Only the activation at the last word was read: elsewhere da is zero.",
        ),
        Mistake(
            "gradient_at_the_padded_end",
            ('da[:, *read] = out["dh"]', 'da[:, :, -1] = out["dh"]'),
            "The activation is read at the last word, but dh goes into the last step of the array. It goes where the "
            "activation was read.",
        ),
        Mistake(
            "repeated_words_lost",
            (
                'dE = look_up_backward(gradients["dx"].reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])',
                'dE = np.zeros_like(E)\n    dE[:, tokens[mask]] = gradients["dx"][:, mask]',
            ),
            LOST,
        ),
        Mistake(
            "repeated_words_lost_to_padding",
            (
                'dE = look_up_backward(gradients["dx"].reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])',
                'dE = np.zeros_like(E)\n    dE[:, tokens] = gradients["dx"]',
            ),
            LOST,
        ),
        Mistake(
            "vectors_not_trained",
            (
                'dE = look_up_backward(gradients["dx"].reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])',
                "dE = np.zeros_like(E)",
            ),
            "The gradient of E is zero everywhere. It comes from dx, the gradients at the inputs of the LSTM.",
        ),
        Mistake(
            "last_word_only",
            (
                'gradients["dx"].reshape(len(E), tokens.size), tokens.ravel()',
                'gradients["dx"][:, *read], tokens[read]',
            ),
            "Only the last word of each sentence gets a gradient. Through the states it reaches all words.",
        ),
        Mistake(
            "divided_by_m_again",
            ('da[:, *read] = out["dh"]', 'da[:, *read] = out["dh"] / m'),
            "What goes into the LSTM is divided by m once more. dh has the 1/m of the mean already.",
        ),
        Mistake(
            "activations_averaged",
            [
                (
                    "output_gradients(a[:, *read]",
                    "output_gradients((a * mask).sum(axis=2) / mask.sum(axis=1)",
                ),
                (
                    'da[:, *read] = out["dh"]',
                    'da += out["dh"][:, :, np.newaxis] * mask / mask.sum(axis=1, keepdims=True)',
                ),
            ],
            "You classify the average of all activations. The one after the last word is asked for.",
        ),
        Mistake(
            "mask_where_not_0",
            (
                'E, m = parameters["E"], len(labels)',
                'E, m = parameters["E"], len(labels)\n    mask = tokens != 0',
            ),
            NOT_0,
        ),
        WORDS_IN_ANOTHER_ORDER,
        Mistake(
            "gradient_at_every_last_word",
            ('da[:, *read] = out["dh"]', 'da[:, :, read[1]] = out["dh"][:, :, np.newaxis]'),
            "Each sentence gets its dh at the last words of all others too: the index takes all sentences at these "
            "steps. Each sentence goes with its own step.",
        ),
        Mistake(
            "dE_divided_by_m_again",
            ("dE = look_up_backward(", "dE = 1 / m * look_up_backward("),
            "The gradient of E is divided by m once more. dx has the 1/m of the mean already, through dh.",
        ),
    ],
)

start_from = Exercise(
    function=reference.start_from,
    title="Vectors that are known already",
    minutes=10,
    difficulty=1,
    arguments={
        "E": VECTORS,
        "words": Plain("V words"),
        "known": Plain("words with a known vector"),
        "E_known": Array("n_e", "known"),
    },
    result=Tuple(E=VECTORS, found=Array("V", holds="bool")),
    draw=draw_start,
    dims=START_DIMS,
    rows=[Row("vectors to begin with", "E", points=1), Row("which words were known", "found", points=1)],
    mistakes=[
        Mistake(
            "other_words_zero",
            ("started = E.copy()", "started = np.zeros_like(E)"),
            "Words without a known vector get zeros. They keep the vector they have in E.",
        ),
        Mistake(
            "place_in_the_vocabulary",
            (
                "E_known[:, [place[word] for word in words if word in place]]",
                "E_known[:, np.flatnonzero(found) % len(known)]",
            ),
            "A word's known vector is taken from the word's place in the vocabulary. In E_known it stands at its place in "
            "`known`.",
        ),
        Mistake(
            "in_their_order",
            (
                "E_known[:, [place[word] for word in words if word in place]]",
                "E_known[:, sorted(place[word] for word in words if word in place)]",
            ),
            "The known vectors are put in one after the other. Each goes to its own word.",
        ),
        Mistake(
            "added",
            ("started[:, found] =", "started[:, found] +="),
            "The known vectors are added to those of E. They take their place.",
        ),
        Mistake(
            "nothing_put_in",
            ("return started, found", "return E.copy(), found"),
            "This is E as it was. The known words get their known vectors.",
        ),
        Mistake(
            "found_turned_round",
            ("return started, found", "return started, ~found"),
            "Your second result is True for words that are not known. It is True for those that are.",
        ),
    ],
)

EXERCISES = [
    sentence_batch,
    masked_average,
    average_probabilities,
    output_gradients,
    average_gradients,
    train_average,
    confusion,
    pair_scores,
    lstm_last_state,
    lstm_probabilities,
    lstm_gradients,
    start_from,
]

# Mutants of the reference that do the same as the reference, each with the reason.
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {}
