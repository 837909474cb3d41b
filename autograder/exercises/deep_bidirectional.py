"""What is graded in 07-deep-bidirectional."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.gates import lstm_weights
from autograder.exercises.labels import origin_cases, tagger_cases
from autograder.layout import Array, Dict, Each, Layout, Number, Plain, Tuple
from autograder.row import Row
from seqlib import deep_bidirectional as reference

SEQUENCE = Array("n_x", "m", "T_x")
BOTH = Array("2 n_a", "m", "T_x")
MASK = Array("m", "T_x")
LSTM = Dict(**lstm_weights("n_a + n_x"))
LAYER = Dict(forward=LSTM, backward=LSTM)
LAYERS = Each(LAYER, "L")
OUTPUT: dict[str, Layout] = {"Wy": Array("n_y", "2 n_a"), "by": Array("n_y", "1")}
SPANS = Plain("a list of spans [start, end, kind]")
SPANS_OF_SENTENCES = Plain("for each sentence a list of spans [start, end, kind]")

SEQUENCE_DIMS = [
    {"n_x": 3, "n_a": 5, "m": 4, "T_x": 6},
    {"n_x": 2, "n_a": 4, "m": 1, "T_x": 5},
    {"n_x": 4, "n_a": 1, "m": 3, "T_x": 7},
]
WITHOUT_PADDING = "without padding"
# A layer that reads the wrong thing should fail by its numbers, not by its shapes: n_x = 2 n_a.
DEEP_DIMS = [
    {"L": 2, "n_x": 6, "n_a": 3, "m": 4, "T_x": 5},
    {"L": 3, "n_x": 8, "n_a": 4, "m": 1, "T_x": 6},
    {"L": 4, "n_x": 2, "n_a": 1, "m": 3, "T_x": 7},
]
TOKEN_DIMS = [
    {"n_e": 3, "V": 9, "m": 4, "T_x": 6},
    {"n_e": 5, "V": 7, "m": 1, "T_x": 4},
    {"n_e": 1, "V": 4, "m": 3, "T_x": 8},
]
TAGGER_DIMS = [
    {"L": 1, "n_e": 3, "V": 10, "n_s": 2, "S": 7, "n_a": 4, "n_y": 5, "m": 9, "T_x": 6},
    {"L": 2, "n_e": 4, "V": 9, "n_s": 3, "S": 6, "n_a": 7, "n_y": 8, "m": 1, "T_x": 5},
]
CLASSIFIER_DIMS = [
    {"L": 2, "n_e": 3, "V": 9, "n_a": 4, "n_y": 5, "m": 7, "T_x": 6},
    {"L": 1, "n_e": 4, "V": 8, "n_a": 6, "n_y": 3, "m": 2, "T_x": 7},
    {"L": 2, "n_e": 5, "V": 7, "n_a": 3, "n_y": 6, "m": 1, "T_x": 4},
]
AHEAD_DIMS = [
    {"n_x": 3, "n_a": 5, "m": 4, "T_x": 8, "ahead": 2},
    {"n_x": 2, "n_a": 3, "m": 6, "T_x": 5, "ahead": 0},
    {"n_x": 5, "n_a": 4, "m": 1, "T_x": 6, "ahead": 3},
    {"n_x": 4, "n_a": 1, "m": 2, "T_x": 5, "ahead": 9},
]
# One of them not of three letters, so that an answer that cuts its kinds short fails.
KINDS = ("MISC", "PER", "LOC")
# Few, so that an answer in plain loops over the units of a trained model stays far from the time limit.
HELD_OUT = 3


def draw_lstm(rng: np.random.Generator, n_x: int, n_a: int) -> dict[str, NDArray[np.float64]]:
    """Weights that open and close the gates by different amounts, and biases that are seen."""
    weights = {f"W{gate}": rng.normal(0, 1.8 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "fuco"}
    return {**weights, **{f"b{gate}": rng.normal(0, 0.7, (n_a, 1)) for gate in "fuco"}}


def draw_layer(rng: np.random.Generator, n_x: int, n_a: int) -> dict[str, Any]:
    """An LSTM for each direction."""
    return {side: draw_lstm(rng, n_x, n_a) for side in ("forward", "backward")}


def draw_layers(rng: np.random.Generator, n_x: int, dims: Dims) -> list[dict[str, Any]]:
    """Layers on top of each other."""
    n_a = dims["n_a"]
    return [draw_layer(rng, n_in, n_a) for n_in in (n_x, *[2 * n_a] * (dims["L"] - 1))]


def gaps(rng: np.random.Generator, dims: Dims) -> NDArray[np.int64]:
    """A mask with masked steps anywhere, some of them between two real ones."""
    mask = (rng.random((dims["m"], dims["T_x"])) < 0.6).astype(np.int64)
    at = rng.integers(1, dims["T_x"] - 1, dims["m"])
    for shift, value in ((-1, 1), (0, 0), (1, 1)):
        mask[np.arange(dims["m"]), at + shift] = value
    return mask


def padding(rng: np.random.Generator, dims: Dims) -> NDArray[np.int64]:
    """A mask with padding at the end: one example of full length where there are several, and a shorter one."""
    m, T_x = dims["m"], dims["T_x"]
    lengths = rng.integers(2, T_x, m)
    if m > 1:
        lengths[rng.integers(m)] = T_x
    return (np.arange(T_x) < lengths[:, np.newaxis]).astype(np.int64)


def draw_sequence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A batch in which padding holds numbers like any other step, so that reading it shows."""
    return {"x": rng.normal(0, 1, (dims["n_x"], dims["m"], dims["T_x"])), "mask": padding(rng, dims)}


def draw_turned(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A padded batch in which one of several examples has no step at all."""
    arguments = draw_sequence(rng, dims)
    if dims["m"] > 1:
        arguments["mask"][arguments["mask"].sum(axis=1).argmin()] = 0
    return arguments


def draw_masked(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A batch with masked steps anywhere, and one LSTM."""
    x = draw_sequence(rng, dims)["x"]
    return {"x": x, "mask": gaps(rng, dims), "parameters": draw_lstm(rng, dims["n_x"], dims["n_a"])}


def draw_bidirectional(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A padded batch, and an LSTM for each direction."""
    return {**draw_sequence(rng, dims), "parameters": draw_layer(rng, dims["n_x"], dims["n_a"])}


def draw_ahead(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A padded batch, two LSTMs, and how far ahead they see."""
    return {**draw_bidirectional(rng, dims), "ahead": dims["ahead"]}


def draw_deep(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A padded batch, and several layers."""
    return {**draw_sequence(rng, dims), "layers": draw_layers(rng, dims["n_x"], dims)}


def draw_tokens(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Tokens, and a column for each."""
    return {
        "tokens": rng.integers(dims["V"], size=(dims["m"], dims["T_x"])),
        "E": rng.normal(0, 1, (dims["n_e"], dims["V"])),
    }


def draw_output(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A softmax layer on both directions."""
    n_y, n_a = dims["n_y"], dims["n_a"]
    return {"Wy": rng.normal(0, 1.5, (n_y, 2 * n_a)), "by": rng.normal(0, 0.7, (n_y, 1))}


def draw_tagger(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sentences as words and shapes, and a whole network."""
    tokens, E = draw_tokens(rng, dims).values()
    parameters = {
        "E": E,
        "E_shape": rng.normal(0, 1, (dims["n_s"], dims["S"])),
        "layers": draw_layers(rng, dims["n_e"] + dims["n_s"], dims),
        **draw_output(rng, dims),
    }
    shapes = rng.integers(dims["S"], size=tokens.shape)
    return {"tokens": tokens, "shapes": shapes, "mask": padding(rng, dims), "parameters": parameters}


def draw_classifier(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded sequences of tokens, and a whole network."""
    tokens, E = draw_tokens(rng, dims).values()
    layers = draw_layers(rng, dims["n_e"], dims)
    parameters = {"E": E, "layers": layers, **draw_output(rng, dims)}
    return {"tokens": tokens, "mask": padding(rng, dims), "parameters": parameters}


def random_tags(rng: np.random.Generator, words: int) -> list[str]:
    """Tags with all that can happen: neighbours, strays, changes of kind, a span that ends the sentence."""
    tags: list[str] = []
    while len(tags) < words:
        one, other = rng.permutation([KINDS[0], KINDS[rng.integers(1, len(KINDS))]])
        motifs = [
            ["O"],
            [f"B-{one}", f"I-{one}", f"I-{one}"],
            [f"B-{one}", f"B-{one}"],
            ["O", f"I-{one}", f"I-{one}"],
            [f"B-{one}", f"I-{other}"],
        ]
        for i in rng.permutation(len(motifs)):
            tags += motifs[i]
    return tags[len(tags) - words :]


def draw_tags(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The tags of one sentence, which ends within a span."""
    tags = random_tags(rng, dims["words"])
    return {"tags": [*tags[:-1], f"I-{KINDS[rng.integers(len(KINDS))]}"] if tags else []}


def nearly(rng: np.random.Generator, span: reference.Span) -> reference.Span | None:
    """A span as a tagger might find it: often right, or too long, too early, of another kind, or not at all."""
    start, end, kind = span
    assert isinstance(start, int) and isinstance(end, int)
    other = KINDS[kind == KINDS[0]]  # MISC, of MISC another
    choices: list[reference.Span | None] = [[start, end + 1, kind], [start + 1, end + 1, kind]]
    choices += [[start, end, other], None, *[[start, end, kind]] * 4]
    return choices[rng.integers(len(choices))]


def distinct(spans: Iterable[reference.Span | None]) -> list[reference.Span]:
    """The spans that are some, each once."""
    found: list[reference.Span] = []
    for span in spans:
        if span is not None and span not in found:
            found.append(span)
    return found


def right_apart(predicted: Sequence[list[reference.Span]], true: Sequence[list[reference.Span]]) -> int:
    """How many found spans are right."""
    return sum(span in there for found, there in zip(predicted, true, strict=True) for span in found)


def right_as_one(predicted: Sequence[list[reference.Span]], true: Sequence[list[reference.Span]]) -> int:
    """How many would be, if all sentences were one: too many in some places and, of what occurs twice, too few."""
    found, there = ({tuple(span) for spans in part for span in spans} for part in (predicted, true))
    return len(found & there)


def draw_spans(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Spans that are there, and what a tagger makes of them; nothing of either where the size says 0."""
    true = [reference.tags_to_spans(random_tags(rng, 8)) for _ in range(dims["sentences"])]
    predicted = [distinct(nearly(rng, span) for span in spans) for spans in true]
    # The same span is there in two sentences, and found in one of them; others are found with a wrong end, or a word late.
    for spans in true[:2]:
        spans.append([20, 22, "PER"])
    predicted[0] += [[20, 22, "PER"], [30, 32, "LOC"], [41, 43, "LOC"]]
    true[0] += [[30, 33, "LOC"], [40, 42, "LOC"]]
    predicted[-1] += [[20, 22, "PER"]] if len(true) > 2 else []
    if len(true) > 2 and right_apart(predicted, true) == right_as_one(predicted, true):
        predicted[-1].append([50, 51, "MISC"])
        true[0].append([50, 51, "MISC"])
    for spans in predicted:
        rng.shuffle(spans)
    nothing: list[list[reference.Span]] = [[] for _ in true]
    return {
        "predicted": predicted if dims.get("found", 1) else nothing,
        "true": true if dims.get("there", 1) else nothing,
    }


def whole(draw: Any, dims: Dims) -> Cases:
    """Cases in which nothing is masked, so that an answer which is right without padding gets its points."""

    def drawn(rng: np.random.Generator) -> list[Arguments]:
        arguments = draw(rng, dims)
        return [{**arguments, "mask": np.ones_like(arguments["mask"])}]

    return Cases(WITHOUT_PADDING, draw=drawn, recorded=lambda: drawn(np.random.default_rng(7)))


lstm_layer_forward = Exercise(
    function=reference.lstm_layer_forward,
    title="A layer that knows its padding",
    minutes=25,
    difficulty=2,
    arguments={"x": SEQUENCE, "mask": MASK, "parameters": LSTM},
    result=Array("n_a", "m", "T_x"),
    draw=draw_masked,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("activations with masked steps", "", points=8),
        Row("activations without padding", "", points=5, cases=WITHOUT_PADDING),
    ],
    extra=[whole(draw_masked, {"n_x": 3, "n_a": 4, "m": 2, "T_x": 5})],
    mistakes=[
        Mistake(
            "mask_ignored",
            [
                ("c = np.where(real, c_new, c)", "c = c_new"),
                ("a = np.where(real, a_new, a)", "a = a_new"),
                ("activations.append(np.where(real, a_new, 0))", "activations.append(a_new)"),
            ],
            "Masked steps are read like any other. Where the mask is 0, activation and memory stay as they were, and "
            "the output is 0.",
        ),
        Mistake(
            "mask_on_the_output_only",
            [("c = np.where(real, c_new, c)", "c = c_new"), ("a = np.where(real, a_new, a)", "a = a_new")],
            "The output is 0 at masked steps, but the states inside have read them. A masked step hands on the "
            "activation and the memory of the step before.",
        ),
        Mistake(
            "states_wiped",
            [
                ("np.where(real, c_new, c)", "np.where(real, c_new, 0)"),
                ("np.where(real, a_new, a)", "np.where(real, a_new, 0)"),
            ],
            "A masked step sets the states to zero. It leaves them as they were; only its output is 0.",
        ),
        Mistake(
            "activation_wiped",
            ("np.where(real, a_new, a)", "np.where(real, a_new, 0)"),
            "A masked step keeps the memory but sets the activation to zero, since the output is carried on. The "
            "activation inside waits as the memory does; only the output is 0.",
        ),
        Mistake(
            "memory_wiped",
            ("np.where(real, c_new, c)", "np.where(real, c_new, 0)"),
            "A masked step sets the memory to zero. It leaves the memory as it was.",
        ),
        Mistake(
            "memory_not_held",
            ("c = np.where(real, c_new, c)", "c = c_new"),
            "The memory changes at masked steps. Both states wait there: the activation and the memory.",
        ),
        Mistake(
            "activation_not_held",
            ("a = np.where(real, a_new, a)", "a = a_new"),
            "The activation changes at masked steps. Both states wait there: the activation and the memory.",
        ),
        Mistake(
            "held_activation_shown",
            ("np.where(real, a_new, 0)", "a"),
            "At masked steps the output is the activation that waits. It should be 0 there, so that no later layer "
            "takes padding for a step.",
        ),
        Mistake(
            "new_activation_shown",
            ("np.where(real, a_new, 0)", "a_new"),
            "The states wait at masked steps, but what comes out is the activation that was not taken over. The output "
            "is 0 there.",
        ),
        Mistake(
            "mask_inverted",
            ("mask[:, t].astype(bool)", "~mask[:, t].astype(bool)"),
            "The mask is used the wrong way round: 1 is a real step, 0 is padding.",
        ),
        Mistake(
            "one_decision_for_all",
            ("real = mask", "if mask[:, t]:\n            pass\n        real = mask"),
            "An `if` decides once for the whole batch, but some examples are real at this step and others masked. Decide "
            "example by example, within the arrays.",
        ),
        Mistake(
            "whole_step_held",
            ("mask[:, t].astype(bool)", "mask[:, t].astype(bool).all()"),
            "A step is skipped for all examples as soon as one of them is masked there. Each example has a mask of its "
            "own.",
        ),
        Mistake(
            "whole_step_read",
            ("mask[:, t].astype(bool)", "mask[:, t].astype(bool).any()"),
            "A step is read for all examples as soon as one of them is real there. Each example has a mask of its own.",
        ),
        Mistake(
            "mask_of_the_first_example",
            ("mask[:, t].astype(bool)", "mask[0, t].astype(bool)"),
            "The mask of the first example decides for all of them. Each example has a mask of its own.",
        ),
        Mistake(
            "input_wiped",
            [
                ("lstm_gates(x[:, :, t], a", "lstm_gates(x[:, :, t] * mask[:, t], a"),
                ("c = np.where(real, c_new, c)", "c = c_new"),
                ("a = np.where(real, a_new, a)", "a = a_new"),
                ("np.where(real, a_new, 0)", "a_new"),
            ],
            "Masked inputs are set to zero and then read. A cell that reads zeros still changes its states; a masked "
            "step must not.",
        ),
        Mistake(
            "input_wiped_and_output",
            [
                ("lstm_gates(x[:, :, t], a", "lstm_gates(x[:, :, t] * mask[:, t], a"),
                ("c = np.where(real, c_new, c)", "c = c_new"),
                ("a = np.where(real, a_new, a)", "a = a_new"),
            ],
            "Masked inputs are set to zero, and so is the output, but between them the cell has read zeros, which changes "
            "its states. At a masked step both stay as they were.",
        ),
        Mistake(
            "states_of_the_example_before",
            (
                "    activations = []",
                "    if x.shape[1] > 1:\n"
                "        row = x.reshape(x.shape[0], 1, -1), mask.reshape(1, -1)\n"
                "        return lstm_layer_forward(*row, parameters).reshape(-1, *mask.shape)\n"
                "    activations = []",
            ),
            "An example begins with the states with which the one before it ended. Each begins with zero activation and "
            "zero memory.",
        ),
        Mistake(
            "one_minus_forget",
            ("ft * c", "(1 - ft) * c"),
            "You have what (1 − Γ_f) · c gives. Γ_f is the part of the old memory that is kept; lecture note 003 has "
            "this slip.",
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
            "old_memory_shown",
            ("ot * np.tanh(c_new)", "ot * np.tanh(c)"),
            "The activation is made from the memory before this step. It shows the new memory.",
        ),
        Mistake(
            "old_memory_dropped",
            ("ft * c + ut * cct", "ut * cct"),
            "The new memory is only what is written now. What the forget gate keeps of the old memory is missing.",
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
            "input_and_activation_exchanged",
            ("x[:, :, t], a, parameters)", "a, x[:, :, t], parameters)"),
            "The gates are given activation and input in each other's place: the input of the step comes first, then the "
            "activation.",
        ),
        Mistake(
            "input_and_activation_exchanged_and_noticed",
            (
                "        ft, ut, cct, ot = lstm_gates",
                "        n_a, n_both = parameters['Wf'].shape\n"
                "        raise ValueError(f'Wf has shape {n_a, n_both}; expected {len(x), n_both}')\n"
                "        ft, ut, cct, ot = lstm_gates",
            ),
            "The gates are given activation and input in each other's place: the input of the step comes first, then the "
            "activation.",
        ),
        Mistake(
            "memory_returned",
            ("np.where(real, a_new, 0)", "np.where(real, c_new, 0)"),
            "What is stored are the memories. The layer shows its activations.",
        ),
        Mistake(
            "first_input_at_every_step",
            ("x[:, :, t], a", "x[:, :, 0], a"),
            "Every step reads the first input. Step t reads the input at t along the last axis.",
        ),
        Mistake(
            "returns_within_loop",
            ("range(x.shape[2])", "range(1)"),
            "Only the first step is there: the function returns within its loop. Return when all steps are done.",
        ),
        Mistake(
            "time_axis_first",
            ("axis=2", "axis=0"),
            "The time steps lie along the first axis. Time is the last axis, as in x.",
        ),
    ],
)


reverse_sequences = Exercise(
    function=reference.reverse_sequences,
    title="Turn sequences around, padding stays",
    minutes=15,
    difficulty=1,
    arguments={"x": SEQUENCE, "mask": MASK},
    result=SEQUENCE,
    draw=draw_turned,
    dims=[{"n_x": 3, "m": 5, "T_x": 6}, {"n_x": 2, "m": 1, "T_x": 7}, {"n_x": 1, "m": 4, "T_x": 8}],
    rows=[Row("turned sequences", "", points=8)],
    mistakes=[
        Mistake(
            "padding_first",
            ("    return turned", "    return x[:, :, ::-1]"),
            "The whole array is turned around, so a short example begins with its padding. Each example is turned "
            "within its own length.",
        ),
        Mistake(
            "nothing_to_turn",
            ("x[:, i, :length][:, ::-1]", "x[:, i, length - 1 :: -1]"),
            "An example of length 0 goes wrong: counting down from length − 1 starts at −1 there, the end of the row. An "
            "example that is all padding stays as it is.",
        ),
        Mistake(
            "padding_wiped",
            ("x.copy()", "np.zeros_like(x)"),
            "The padding has become zero. It stays as it was, so that turning twice gives x again.",
        ),
        Mistake(
            "nothing_turned",
            ("[:, ::-1]", ""),
            "Nothing is turned around: this is x. The last real step of an example comes first.",
        ),
        Mistake(
            "features_turned",
            ("[:, ::-1]", "[::-1]"),
            "The features are turned around instead of the steps. Time is the last axis.",
        ),
        Mistake(
            "examples_turned",
            ("    return turned", "    return x[:, ::-1]"),
            "The examples are turned around instead of the steps. Time is the last axis.",
        ),
        Mistake(
            "everything_turned",
            ("    return turned", "    return x[::-1, ::-1, ::-1]"),
            "All three axes are turned around. Only time is, the last axis.",
        ),
        Mistake(
            "first_step_stays",
            [
                ("turned[:, i, :length] =", "turned[:, i, 1:length] ="),
                ("x[:, i, :length]", "x[:, i, 1:length]"),
            ],
            "The first step of each example stays where it is. It goes to the end of its example.",
        ),
        Mistake(
            "last_step_stays",
            [
                ("turned[:, i, :length] =", "turned[:, i, : length - 1] ="),
                ("x[:, i, :length]", "x[:, i, : length - 1]"),
            ],
            "The last real step of each example stays where it is: the slice ends one step early. It comes first.",
        ),
        Mistake(
            "one_step_of_padding",
            [
                ("turned[:, i, :length] =", "turned[:, i, : length + 1] ="),
                ("x[:, i, :length]", "x[:, i, : length + 1]"),
            ],
            "One step of padding is turned around with each short example: the slice is one step too long.",
        ),
        Mistake(
            "length_of_the_first_example",
            ("mask.sum(axis=1)", "mask.sum(axis=1)[[0] * len(mask)]"),
            "Every example is turned within the length of the first one. Each has a length of its own.",
        ),
        Mistake(
            "examples_counted_for_steps",
            ("mask.sum(axis=1)", "mask.sum(axis=0)[: len(mask)]"),
            "The mask is added up over the examples, which counts how many are real at a step. The length of an example is "
            "the sum over its steps.",
        ),
        Mistake(
            "padding_turned_too",
            (
                "    return turned",
                "        turned[:, i, length:] = x[:, i, length:][:, ::-1]\n    return turned",
            ),
            "The padding is turned around, too, on its own. It stays as it is.",
        ),
        Mistake(
            "padding_wiped_and_first",
            ("    return turned", "    return (x * mask)[:, :, ::-1]"),
            "The padding is set to zero and the whole array turned around, so a short example begins with zeros. Each "
            "example is turned within its own length, and its padding stays as it is.",
        ),
        Mistake(
            "ends_exchanged",
            [
                ("turned[:, i, :length] =", "turned[:, i, [0, length - 1]] ="),
                ("x[:, i, :length][:, ::-1]", "x[:, i, [length - 1, 0]]"),
            ],
            "Only the first and the last step of each example change places. The steps between are turned around too.",
        ),
        Mistake(
            "half_turned_over_itself",
            [
                (
                    "turned[:, i, :length] = x[:, i, :length][:, ::-1]",
                    "for t in range(length):\n            turned[:, i, t] = turned[:, i, length - 1 - t]",
                ),
            ],
            "The second half is copied from a first half that was overwritten before. Read from x, write to a copy.",
        ),
    ],
)


bidirectional_forward = Exercise(
    function=reference.bidirectional_forward,
    title="Both directions",
    minutes=20,
    difficulty=2,
    arguments={"x": SEQUENCE, "mask": MASK, "parameters": LAYER},
    result=BOTH,
    draw=draw_bidirectional,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("activations with padding", "", points=7),
        Row("activations without padding", "", points=5, cases=WITHOUT_PADDING),
    ],
    needs=["lstm_layer_forward", "reverse_sequences"],
    extra=[whole(draw_bidirectional, {"n_x": 3, "n_a": 4, "m": 2, "T_x": 5})],
    mistakes=[
        Mistake(
            "not_turned_back",
            ("reverse_sequences(backward, mask)", "backward"),
            "The backward activations are in the order in which they were computed, from the right. Turn them around "
            "once more, so that step t stands at t.",
        ),
        Mistake(
            "input_not_turned",
            ("lstm_layer_forward(reverse_sequences(x, mask), mask", "lstm_layer_forward(x, mask"),
            "The backward LSTM has read from the left, and its activations were turned around. Turn its input around, "
            "then its activations back.",
        ),
        Mistake(
            "read_twice_from_the_left",
            [
                ("lstm_layer_forward(reverse_sequences(x, mask), mask", "lstm_layer_forward(x, mask"),
                ("reverse_sequences(backward, mask)", "backward"),
            ],
            "Both LSTMs read from the left. The backward one reads each sequence from its end.",
        ),
        Mistake(
            "same_weights",
            ('parameters["backward"]', 'parameters["forward"]'),
            "Both directions use the forward weights. Each direction has weights of its own.",
        ),
        Mistake(
            "weights_exchanged",
            [
                ('parameters["forward"]', 'parameters["backward" ]'),
                ('parameters["backward"]', 'parameters["forward"]'),
            ],
            "Each direction uses the weights of the other.",
        ),
        Mistake(
            "backward_on_top",
            (
                "[forward, reverse_sequences(backward, mask)]",
                "[reverse_sequences(backward, mask), forward]",
            ),
            "The backward activations are above the forward ones. The order is forward, then backward.",
        ),
        Mistake(
            "directions_added",
            (
                "np.concatenate([forward, reverse_sequences(backward, mask)], axis=0)",
                "forward + reverse_sequences(backward, mask)",
            ),
            "The two directions are added. They are put on top of each other: 2 n_a units at each step.",
        ),
        Mistake(
            "joined_along_time",
            ("axis=0", "axis=2"),
            "The two directions are joined along time. They are put on top of each other, along the units.",
        ),
        Mistake(
            "joined_along_examples",
            ("axis=0", "axis=1"),
            "The two directions are joined along the examples. They are put on top of each other, along the units.",
        ),
        Mistake(
            "two_arrays",
            (
                "np.concatenate([forward, reverse_sequences(backward, mask)], axis=0)",
                "np.stack([forward, reverse_sequences(backward, mask)])",
            ),
            "There are two sets of n_a units, one for each direction, on an axis of their own. They are put on top of each "
            "other: one array with 2 n_a units.",
        ),
        Mistake(
            "turned_back_as_a_whole",
            ("reverse_sequences(backward, mask)", "backward[:, :, ::-1]"),
            "The backward activations are turned back as a whole, so those of a short example end up at its padding. Turn "
            "them within the length of each example, as the input.",
        ),
        Mistake(
            "padding_read_first",
            [
                (
                    "lstm_layer_forward(reverse_sequences(x, mask), mask",
                    "lstm_layer_forward(x[:, :, ::-1], mask",
                ),
                ("reverse_sequences(backward, mask)", "backward[:, :, ::-1]"),
            ],
            "The whole array is turned around but the mask is not, so the backward LSTM reads padding and misses real "
            "steps. Turn each example within its own length.",
        ),
        Mistake(
            "mask_ignored",
            [
                ('(x, mask, parameters["forward"])', '(x, np.ones_like(mask), parameters["forward"])'),
                (
                    'lstm_layer_forward(reverse_sequences(x, mask), mask, parameters["backward"])',
                    "lstm_layer_forward(reverse_sequences(x, np.ones_like(mask)), np.ones_like(mask), "
                    'parameters["backward"])',
                ),
                ("reverse_sequences(backward, mask)", "reverse_sequences(backward, np.ones_like(mask))"),
            ],
            "Padding is read like any other step. Hand the mask on to everything that you call.",
        ),
        Mistake(
            "padding_read_and_hidden",
            [
                ('(x, mask, parameters["forward"])', '(x, np.ones_like(mask), parameters["forward"])'),
                (
                    'lstm_layer_forward(reverse_sequences(x, mask), mask, parameters["backward"])',
                    "lstm_layer_forward(reverse_sequences(x, np.ones_like(mask)), np.ones_like(mask), "
                    'parameters["backward"])',
                ),
                ("reverse_sequences(backward, mask)", "reverse_sequences(backward, np.ones_like(mask))"),
                ("axis=0)", "axis=0) * mask"),
            ],
            "The result is 0 at padding, but the backward LSTM has read it, and read it first. Hand the mask on to "
            "everything that you call.",
        ),
        Mistake(
            "features_turned",
            [
                ("reverse_sequences(x, mask), mask", "x[::-1], mask"),
                ("reverse_sequences(backward, mask)", "backward[::-1]"),
            ],
            "The first axis is turned around, the features and the units. It is time that is turned.",
        ),
    ],
)


lookahead_forward = Exercise(
    function=reference.lookahead_forward,
    title="A few steps ahead",
    minutes=25,
    difficulty=3,
    arguments={"x": SEQUENCE, "mask": MASK, "parameters": LAYER, "ahead": Number()},
    result=BOTH,
    draw=draw_ahead,
    dims=AHEAD_DIMS,
    rows=[Row("activations", "", points=8)],
    needs=["lstm_layer_forward", "reverse_sequences"],
    mistakes=[
        Mistake(
            "one_step_short",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "window, real = x[:, :, t : t + max(ahead, 1)], mask[:, t : t + max(ahead, 1)]",
            ),
            "The window ends one step early: it has `ahead` steps. Step t itself belongs to it, and `ahead` further ones.",
        ),
        Mistake(
            "empty_window",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "window, real = x[:, :, t : t + ahead], mask[:, t : t + ahead]",
            ),
            "The window ends one step early, and is empty where `ahead` is 0. Step t itself belongs to it, and `ahead` "
            "further ones.",
        ),
        Mistake(
            "nothing_to_take_from_an_empty_window",
            [
                (
                    "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                    "window, real = x[:, :, t : t + ahead], mask[:, t : t + ahead]\n"
                    "        if not ahead:\n"
                    "            np.zeros((1, 1, 0))[:, :, 0]",
                ),
            ],
            "The window ends one step early, and is empty where `ahead` is 0. Step t itself belongs to it, and `ahead` "
            "further ones.",
        ),
        Mistake(
            "nothing_to_stack_in_an_empty_window",
            [
                (
                    "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                    "window, real = x[:, :, t : t + ahead], mask[:, t : t + ahead]\n"
                    "        if not ahead:\n"
                    "            np.stack([])",
                ),
            ],
            "The window ends one step early, and is empty where `ahead` is 0. Step t itself belongs to it, and `ahead` "
            "further ones.",
        ),
        Mistake(
            "one_step_too_far",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "window, real = x[:, :, t : t + ahead + 2], mask[:, t : t + ahead + 2]",
            ),
            "The window ends one step late: it has `ahead` + 2 steps. Step t and `ahead` further ones are seen.",
        ),
        Mistake(
            "no_limit",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "window, real = x[:, :, t:], mask[:, t:]",
            ),
            "The backward LSTM starts at the end of the sequence, however far away. It starts at step t + `ahead`.",
        ),
        Mistake(
            "in_blocks",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "stop = t + ahead + 1 - t % (ahead + 1)\n        window, real = x[:, :, t:stop], mask[:, t:stop]",
            ),
            "The sequence is cut into blocks, and each step sees to the end of its block. Every step sees `ahead` further "
            "steps.",
        ),
        Mistake(
            "the_past_instead",
            (
                "window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]",
                "window, real = x[:, :, max(0, t - ahead) : t + 1], mask[:, max(0, t - ahead) : t + 1]",
            ),
            "The window holds the steps before t. It holds step t and those after it.",
        ),
        Mistake(
            "window_read_from_the_left",
            [
                (
                    "lstm_layer_forward(reverse_sequences(window, real), real",
                    "lstm_layer_forward(window, real",
                ),
                ("reverse_sequences(states, real)[:, :, 0]", "reverse_sequences(states, real)[:, :, 0]  "),
            ],
            "The backward LSTM reads its window from the left. It begins with the step furthest ahead and ends with t.",
        ),
        Mistake(
            "window_read_from_the_left_to_its_end",
            [
                (
                    "lstm_layer_forward(reverse_sequences(window, real), real",
                    "lstm_layer_forward(window, real",
                ),
                ("reverse_sequences(states, real)[:, :, 0]", "states[:, :, -1]"),
            ],
            "The backward LSTM reads its window from the left, and its last state is stored. It begins with the step "
            "furthest ahead and ends with t.",
        ),
        Mistake(
            "forward_starts_anew",
            (
                "    return np.concatenate([forward, backward], axis=0)",
                '        forward[:, :, t] = lstm_layer_forward(window, real, parameters["forward"])[:, :, 0]\n'
                "    return np.concatenate([forward, backward], axis=0)",
            ),
            "The forward LSTM starts anew in every window, so that it has read step t alone. It reads from the beginning of "
            "the sequence, as ever.",
        ),
        Mistake(
            "steps_without_a_whole_window",
            ("range(x.shape[2])", "range(x.shape[2] - ahead)"),
            "The last steps, which have fewer than `ahead` steps after them, are left at 0. There the backward LSTM starts "
            "at the end of the sequence.",
        ),
        Mistake(
            "state_of_the_furthest_step",
            ("reverse_sequences(states, real)[:, :, 0]", "states[:, :, 0]"),
            "What is stored is the state after one step, the one furthest ahead. The backward LSTM reads on to step t.",
        ),
        Mistake(
            "last_of_the_padded_window",
            ("reverse_sequences(states, real)[:, :, 0]", "states[:, :, -1]"),
            "What is stored is the last column of the window, which is 0 where it holds padding. Turn "
            "input and states within the length of each example, and take the first.",
        ),
        Mistake(
            "end_of_the_window",
            ("reverse_sequences(states, real)[:, :, 0]", "reverse_sequences(states, real)[:, :, -1]"),
            "What is stored is the state at the far end of the window. It is that of step t, the first of the window.",
        ),
        Mistake(
            "same_weights",
            ('parameters["backward"]', 'parameters["forward"]'),
            "Both directions use the forward weights. Each direction has weights of its own.",
        ),
        Mistake(
            "weights_exchanged",
            [
                ('parameters["forward"]', 'parameters["backward" ]'),
                ('parameters["backward"]', 'parameters["forward"]'),
            ],
            "Each direction uses the weights of the other.",
        ),
        Mistake(
            "backward_on_top",
            ("[forward, backward]", "[backward, forward]"),
            "The backward activations are above the forward ones. The order is forward, then backward.",
        ),
    ],
)


deep_forward = Exercise(
    function=reference.deep_forward,
    title="Layers on layers",
    minutes=10,
    difficulty=1,
    arguments={"x": SEQUENCE, "mask": MASK, "layers": LAYERS},
    result=BOTH,
    draw=draw_deep,
    dims=DEEP_DIMS,
    rows=[Row("activations of the top layer", "", points=7)],
    needs=["bidirectional_forward"],
    mistakes=[
        Mistake(
            "every_layer_reads_x",
            ("bidirectional_forward(a, mask", "bidirectional_forward(x, mask"),
            "Every layer reads x, so only the top layer counts. From the second on, a layer reads what the one below "
            "shows.",
        ),
        Mistake(
            "lowest_layer_only",
            ("for parameters in layers:", "for parameters in layers[:1]:"),
            "What comes out is the lowest layer: the function returns within its loop. Go on to the top layer.",
        ),
        Mistake(
            "top_layer_missing",
            ("for parameters in layers:", "for parameters in layers[:-1]:"),
            "The top layer is missing. All layers are gone through.",
        ),
        Mistake(
            "lowest_layer_missing",
            ("for parameters in layers:", "for parameters in layers[1:]:"),
            "The lowest layer is missing. All layers are gone through, from the first.",
        ),
        Mistake(
            "from_the_top",
            ("for parameters in layers:", "for parameters in layers[::-1]:"),
            "The layers are gone through from the last to the first. The first in the list is the lowest.",
        ),
        Mistake(
            "first_weights_everywhere",
            ("mask, parameters)", "mask, layers[0])"),
            "Every layer uses the weights of the lowest one. Each layer has its own.",
        ),
        Mistake(
            "input_added",
            (
                "a = bidirectional_forward(a, mask, parameters)",
                "a = a + bidirectional_forward(a, mask, parameters)",
            ),
            "What a layer reads is added to what it shows. There are no such shortcuts here.",
        ),
        Mistake(
            "layers_added",
            [
                ("a = x", "a, total = x, 0"),
                (
                    "a = bidirectional_forward(a, mask, parameters)",
                    "a = bidirectional_forward(a, mask, parameters)\n        total = total + a",
                ),
                ("return a", "return total"),
            ],
            "The activations of all layers are added. Only those of the top layer come out.",
        ),
        Mistake(
            "mask_of_the_lowest_layer_only",
            (
                "a = bidirectional_forward(a, mask, parameters)",
                "a = bidirectional_forward(a, mask if a is x else np.ones_like(mask), parameters)",
            ),
            "From the second layer on, padding is read like any other step. Every layer needs the mask.",
        ),
        Mistake(
            "mask_ignored",
            ("(a, mask, parameters)", "(a, np.ones_like(mask), parameters)"),
            "Padding is read like any other step. Hand the mask on to every layer.",
        ),
    ],
)


embed = Exercise(
    function=reference.embed,
    title="Look up the columns of tokens",
    minutes=10,
    difficulty=1,
    arguments={"tokens": Array("m", "T_x"), "E": Array("n_e", "V")},
    result=Array("n_e", "m", "T_x"),
    draw=draw_tokens,
    dims=TOKEN_DIMS,
    rows=[Row("columns of the tokens", "", points=4)],
    mistakes=[
        Mistake(
            "rows_for_columns",
            ("E[:, tokens]", "E[tokens]"),
            "The tokens choose rows of E, of which there are only n_e. A token has a column.",
        ),
        Mistake(
            "features_last",
            ("E[:, tokens]", "E.T[tokens]"),
            "The features are the last axis, (m, T_x, n_e). Features come first: (n_e, m, T_x).",
        ),
        Mistake(
            "time_before_examples",
            ("E[:, tokens]", "E[:, tokens.T]"),
            "Time comes before the examples, (n_e, T_x, m). Time is the last axis: (n_e, m, T_x).",
        ),
        Mistake(
            "one_column_before",
            ("E[:, tokens]", "E[:, tokens - 1]"),
            "Each token has the column before its own. Tokens count from 0, as columns do.",
        ),
        Mistake(
            "first_example_only",
            ("E[:, tokens]", "E[:, tokens[0]]"),
            "Only the first example is looked up. All examples are: (n_e, m, T_x).",
        ),
        Mistake(
            "one_hot_left",
            ("E[:, tokens]", "np.moveaxis(np.eye(E.shape[1])[tokens], 2, 0)"),
            "This is the one-hot input, before E: (V, m, T_x). Its product with E is wanted, n_e features for each token.",
        ),
        Mistake(
            "flattened",
            ("E[:, tokens]", "E[:, tokens.ravel()]"),
            "Examples and time steps have become one axis. Both are kept: (n_e, m, T_x).",
        ),
        Mistake(
            "reshaped",
            ("E[:, tokens]", "E.T[tokens].reshape(len(E), *tokens.shape)"),
            "The shape is right, but `reshape` has dealt the numbers out anew, so that a token has bits of many columns. "
            "Axes are moved with `transpose`.",
        ),
        Mistake(
            "one_number_for_each_token",
            ("E[:, tokens]", "np.take(E, tokens)"),
            "There is one number for each token: it was taken from E as from one long row. A token has a whole column.",
        ),
    ],
)


tagger_forward = Exercise(
    function=reference.tagger_forward,
    title="A tagger: many-to-many",
    minutes=25,
    difficulty=2,
    arguments={
        "tokens": Array("m", "T_x"),
        "shapes": Array("m", "T_x"),
        "mask": MASK,
        "parameters": Dict(E=Array("n_e", "V"), E_shape=Array("n_s", "S"), layers=LAYERS, **OUTPUT),
    },
    result=Array("n_y", "m", "T_x"),
    draw=draw_tagger,
    dims=TAGGER_DIMS,
    rows=[
        Row("probabilities of the tags", "", points=7),
        Row("log-probabilities of tags in held-out sentences", "", points=4, cases="tagger", transform="log"),
    ],
    needs=["embed", "deep_forward"],
    extra=[tagger_cases(HELD_OUT)],
    mistakes=[
        Mistake(
            "shapes_on_top",
            ("[words, spelling]", "[spelling, words]"),
            "The features of the shapes are above those of the words. The order is words, then shapes.",
        ),
        Mistake(
            "softmax_over_examples",
            ("softmax(scores + ", "(lambda z: softmax(z.transpose(1, 0, 2)).transpose(1, 0, 2))(scores + "),
            "The softmax runs over the examples. For each word of each example the tags add up to 1: over axis 0.",
        ),
        Mistake(
            "softmax_over_time",
            ("softmax(scores + ", "(lambda z: softmax(z.transpose(2, 1, 0)).transpose(2, 1, 0))(scores + "),
            "The softmax runs over time. For each word of each example the tags add up to 1: over axis 0.",
        ),
        Mistake(
            "softmax_over_everything",
            ("softmax(scores + ", "(lambda z: np.exp(z) / np.exp(z).sum())(scores + "),
            "All probabilities together add up to 1. For each word of each example the tags add up to 1: over axis 0.",
        ),
        Mistake(
            "scores_returned",
            ("softmax(scores + ", "(scores + "),
            "These are scores. The softmax, which makes them probabilities, is missing.",
        ),
        Mistake(
            "logarithm_returned",
            ("softmax(scores + ", "(lambda z: np.log(softmax(z)))(scores + "),
            "These are the logarithms of the probabilities. The probabilities themselves are wanted.",
        ),
        Mistake(
            "sigmoid_for_softmax",
            ("softmax(scores + ", "(lambda z: 1 / (1 + np.exp(-z)))(scores + "),
            "The scores go through a sigmoid, so the tags of a word do not add up to 1. A word has one tag: use softmax.",
        ),
        Mistake(
            "bias_without_time",
            ('parameters["by"][:, :, np.newaxis]', 'parameters["by"]'),
            "by, (n_y, 1), is added to scores of shape (n_y, m, T_x) as it is. It needs a third axis, or NumPy lines its "
            "rows up with the examples.",
        ),
        Mistake(
            "product_over_examples",
            ('np.einsum("ya,amt->ymt", parameters["Wy"], a)', 'parameters["Wy"] @ a'),
            "W_y @ a mixes up the axes: @ works on the last two, which are examples and time here. W_y meets the first "
            "axis, the units.",
        ),
        Mistake(
            "without_bias",
            (' + parameters["by"][:, :, np.newaxis]', ""),
            "The output layer is without its bias by.",
        ),
        Mistake(
            "mask_ignored",
            ("deep_forward(x, mask,", "deep_forward(x, np.ones_like(mask),"),
            "Padding is read like any other step. Hand the mask on to the layers.",
        ),
        Mistake(
            "padding_wiped",
            ("return softmax(", "return mask * softmax("),
            "The probabilities at padding are set to 0. Nothing is done about padding here: what the layers show there, 0, "
            "goes on to the softmax.",
        ),
        Mistake(
            "scores_wiped",
            ("softmax(scores + ", "(lambda z: softmax(mask * z))(scores + "),
            "The scores at padding are set to 0, the bias with them. Nothing is done about padding here: what the layers "
            "show there is 0, and the bias is added as everywhere.",
        ),
        Mistake(
            "first_layer_only",
            ('parameters["layers"])', 'parameters["layers"][:1])'),
            "Only the lowest layer is used. The output layer reads the top one.",
        ),
        Mistake(
            "backward_half_ignored",
            ('parameters["Wy"], a)', 'parameters["Wy"][:, : len(a) // 2], a[: len(a) // 2])'),
            "The tags are made from the forward half alone. The output layer reads both halves.",
        ),
        Mistake(
            "forward_half_ignored",
            ('parameters["Wy"], a)', 'parameters["Wy"][:, len(a) // 2 :], a[len(a) // 2 :])'),
            "The tags are made from the backward half alone. The output layer reads both halves.",
        ),
        Mistake(
            "halves_exchanged",
            ('parameters["Wy"], a)', 'parameters["Wy"], np.roll(a, len(a) // 2, axis=0))'),
            "The backward half is above the forward half when it meets W_y. The order is forward, then backward.",
        ),
        Mistake(
            "tags_returned",
            ("softmax(scores + ", "(lambda z: z.argmax(axis=0))(scores + "),
            "These are the likeliest tags. The probabilities of all tags are wanted: (n_y, m, T_x).",
        ),
    ],
)


classifier_forward = Exercise(
    function=reference.classifier_forward,
    title="A classifier: many-to-one",
    minutes=25,
    difficulty=3,
    arguments={
        "tokens": Array("m", "T_x"),
        "mask": MASK,
        "parameters": Dict(E=Array("n_e", "V"), layers=LAYERS, **OUTPUT),
    },
    result=Array("n_y", "m"),
    draw=draw_classifier,
    dims=CLASSIFIER_DIMS,
    rows=[
        Row("probabilities of the classes", "", points=7),
        Row(
            "log-probabilities of the origin of held-out names", "", points=4, cases="origin", transform="log"
        ),
    ],
    needs=["embed", "deep_forward"],
    extra=[origin_cases(HELD_OUT)],
    mistakes=[
        Mistake(
            "forward_read_at_the_padding",
            ("forward[:, np.arange(m), last]", "forward[:, :, -1]"),
            "The forward activation is taken from the last column, which is padding for short examples. Take it at each "
            "example's own last step.",
        ),
        Mistake(
            "backward_read_at_the_end",
            ("backward[:, :, 0]", "backward[:, np.arange(m), last]"),
            "The backward activation is taken at the last step, where the backward LSTM has read one step only. It has "
            "read everything at the first.",
        ),
        Mistake(
            "both_read_at_the_last_column",
            [
                ("forward[:, np.arange(m), last]", "forward[:, :, -1]"),
                ("backward[:, :, 0]", "backward[:, :, -1]"),
            ],
            "Both activations are taken from the last column. Forward: each example's own last step. Backward: the first "
            "step, where everything has been read.",
        ),
        Mistake(
            "both_read_at_the_first_step",
            ("forward[:, np.arange(m), last]", "forward[:, :, 0]"),
            "Both activations are taken at the first step, where the forward LSTM has read one step only. It has read "
            "everything at each example's last step.",
        ),
        Mistake(
            "wrong_ends",
            [
                ("forward[:, np.arange(m), last]", "forward[:, :, 0]"),
                ("backward[:, :, 0]", "backward[:, np.arange(m), last]"),
            ],
            "Each direction is read where it has seen one step only. Forward: each example's last step. Backward: the "
            "first.",
        ),
        Mistake(
            "every_last_step_for_every_example",
            ("forward[:, np.arange(m), last]", "forward[:, :, last]"),
            "A slice for the examples and an index for the steps give every example the last steps of all examples. Each "
            "example has one step of its own.",
        ),
        Mistake(
            "one_step_before_the_last",
            ("astype(int) - 1", "astype(int) - 2"),
            "The forward activation is taken one step too early. An example of length T has its last step at T − 1.",
        ),
        Mistake(
            "one_step_past_the_last",
            ("astype(int) - 1", "astype(int)"),
            "The forward activation is taken one step too late. An example of length T has its last step at T − 1.",
        ),
        Mistake(
            "last_step_of_the_first_example",
            ("forward[:, np.arange(m), last]", "forward[:, :, last[0]]"),
            "The forward activation of every example is taken where the first one ends. Each has a last step of its own.",
        ),
        Mistake(
            "largest_over_time",
            (
                "[forward[:, np.arange(m), last], backward[:, :, 0]]",
                "[forward.max(axis=2), backward.max(axis=2)]",
            ),
            "The largest activation of each unit over all columns is taken. The states that have read everything are used: "
            "forward the last, backward the first.",
        ),
        Mistake(
            "mean_over_time",
            (
                "[forward[:, np.arange(m), last], backward[:, :, 0]]",
                "[forward.sum(axis=2) / (last + 1), backward.sum(axis=2) / (last + 1)]",
            ),
            "The activations are averaged over the steps. Here the states that have read everything are used: forward the "
            "last, backward the first.",
        ),
        Mistake(
            "mean_over_columns",
            (
                "[forward[:, np.arange(m), last], backward[:, :, 0]]",
                "[forward.mean(axis=2), backward.mean(axis=2)]",
            ),
            "The activations are averaged over all columns, padding among them. The states that have read everything are "
            "used: forward the last, backward the first.",
        ),
        Mistake(
            "backward_on_top",
            (
                "[forward[:, np.arange(m), last], backward[:, :, 0]]",
                "[backward[:, :, 0], forward[:, np.arange(m), last]]",
            ),
            "The backward activation is above the forward one. The order is forward, then backward.",
        ),
        Mistake(
            "without_bias",
            (' + parameters["by"]', ""),
            "The output layer is without its bias by.",
        ),
        Mistake(
            "scores_returned",
            ('softmax(parameters["Wy"]', '(parameters["Wy"]'),
            "These are scores. The softmax, which makes them probabilities, is missing.",
        ),
        Mistake(
            "softmax_over_examples",
            [
                ('softmax(parameters["Wy"]', 'softmax((parameters["Wy"]'),
                (' + parameters["by"])', ' + parameters["by"]).T).T'),
            ],
            "The softmax runs over the examples. Each column, one example, has to add up to 1 over the classes.",
        ),
        Mistake(
            "sigmoid_for_softmax",
            ('softmax(parameters["Wy"]', '(lambda z: 1 / (1 + np.exp(-z)))(parameters["Wy"]'),
            "The scores go through a sigmoid, so the classes of an example do not add up to 1. Use softmax.",
        ),
        Mistake(
            "mask_ignored",
            [("mask, parameters", "np.ones_like(mask), parameters")],
            "Padding is read like any other step. Hand the mask on to the layers.",
        ),
        Mistake(
            "padding_is_the_end",
            [
                ("mask, parameters", "np.ones_like(mask), parameters"),
                ("forward[:, np.arange(m), last]", "forward[:, :, -1]"),
            ],
            "Padding is read like any other step, and the forward activation comes from after it. Hand the mask on to the "
            "layers, and take each example's own last step.",
        ),
        Mistake(
            "first_layer_only",
            ('parameters["layers"])', 'parameters["layers"][:1])'),
            "Only the lowest layer is used. The output layer reads the top one.",
        ),
        Mistake(
            "class_at_every_step",
            [
                (
                    "read = np.concatenate([forward[:, np.arange(m), last], backward[:, :, 0]], axis=0)",
                    "read = a",
                ),
                (
                    'parameters["Wy"] @ read + parameters["by"]',
                    'np.einsum("ya,amt->ymt", parameters["Wy"], read) + parameters["by"][:, :, np.newaxis]',
                ),
            ],
            "There is a class for every step, (n_y, m, T_x). A name has one: (n_y, m).",
        ),
    ],
)


def grown_span(continues: str) -> str:
    """The end of another way to go: let an I- make the last span longer where `continues` holds."""
    return (
        "    spans = []\n"
        "    for t, tag in enumerate(tags):\n"
        f"        if tag.startswith('I-') and {continues}:\n"
        "            spans[-1][1] = t + 1\n"
        "        elif tag != 'O':\n"
        "            spans.append([t, t + 1, tag[2:]])\n"
        "    return spans"
    )


tags_to_spans = Exercise(
    function=reference.tags_to_spans,
    title="From tags to names",
    minutes=20,
    difficulty=2,
    arguments={"tags": Plain("a list of tags, one for each word")},
    result=SPANS,
    draw=draw_tags,
    dims=[{"words": 20}, {"words": 13}, {"words": 5}, {"words": 1}, {"words": 0}],
    rows=[Row("spans", "", points=9)],
    mistakes=[
        Mistake(
            "end_included",
            ("[start, t, kind]", "[start, t - 1, kind]"),
            "The end of a span is its last word. It is the place after it, as in a slice: words start to end − 1.",
        ),
        Mistake(
            "counted_from_one",
            ("[start, t, kind]", "[start + 1, t, kind]"),
            "Words are counted from 1, and the end is the last word. Words count from 0, and the end is the place after "
            "the last word.",
        ),
        Mistake(
            "one_word_late",
            ("[start, t, kind]", "[start + 1, t + 1, kind]"),
            "Words are counted from 1. They count from 0.",
        ),
        Mistake(
            "length_for_end",
            ("[start, t, kind]", "[start, t - start, kind]"),
            "The second number is the length of the span. It is the place after its last word.",
        ),
        Mistake(
            "kind_first",
            ("[start, t, kind]", "[kind, start, t]"),
            "The kind comes first. A span is [start, end, kind].",
        ),
        Mistake(
            "without_kind",
            ("[start, t, kind]", "[start, t]"),
            "The kind is missing. A span is [start, end, kind].",
        ),
        Mistake(
            "prefix_kept",
            ("[start, t, kind]", '[start, t, f"B-{kind}"]'),
            "The kind still has its prefix. It is what stands after it: PER of B-PER.",
        ),
        Mistake(
            "first_tag_for_kind",
            ("[start, t, kind]", "[start, t, tags[start]]"),
            "In place of the kind stands the whole tag with which the span begins. The kind is what stands after B- or I-.",
        ),
        Mistake(
            "kind_cut_short",
            ("[start, t, kind]", "[start, t, kind[-3:]]"),
            "The kind is cut to three letters. It is all that stands after B- or I-, however long.",
        ),
        Mistake(
            "persons_only",
            ('tag.startswith(("B-", "I-"))', 'tag in ("B-PER", "I-PER")'),
            "Only persons are there. Spans of every kind are wanted.",
        ),
        Mistake(
            "last_span_lost",
            ('[*tags, "O"]', "tags"),
            "A span that ends with the sentence is lost. It is closed by the end, too.",
        ),
        Mistake(
            "strays_dropped",
            ('tag.startswith(("B-", "I-"))', 'tag.startswith("B-")'),
            "An I- that continues nothing is dropped. Here it begins a span.",
        ),
        Mistake(
            "strays_dropped_but_after_another_kind",
            (
                'if not kind and tag.startswith(("B-", "I-")):',
                'if not kind and (tag.startswith("B-") or (t and tag != "O" and tags[t - 1] != "O")):',
            ),
            "An I- after O, or at the beginning, is dropped. One that continues nothing begins a span.",
        ),
        Mistake(
            "neighbours_joined",
            ('tag != f"I-{kind}"', "tag[2:] != kind"),
            "Two names that stand side by side have become one. B- always begins a new span.",
        ),
        Mistake(
            "kinds_joined",
            ('tag != f"I-{kind}"', 'not tag.startswith("I-")'),
            "An I- of another kind continues the span before. Only the same kind continues it.",
        ),
        Mistake(
            "everything_joined",
            ('tag != f"I-{kind}"', 'tag == "O"'),
            "A span ends only at O. It ends, too, where B- begins the next or the kind changes.",
        ),
        Mistake(
            "joined_across_other_words",
            ("    return spans", grown_span("spans and spans[-1][2] == tag[2:]")),
            "An I- continues the last span of its kind even when other words stand between. It continues a span that ends "
            "just there.",
        ),
        Mistake(
            "last_tag_before_the_first",
            ("    return spans", grown_span("tags[t - 1][2:] == tag[2:]")),
            "At the first word, t − 1 is −1, which is the last tag of the sentence. Nothing stands before the first word.",
        ),
        Mistake(
            "empty_sentence",
            ("    return spans", "    tags[0]\n    return spans"),
            "A sentence without words goes wrong: it has no first tag. It has no spans.",
        ),
        Mistake(
            "single_words_lost",
            ("spans.append([start, t, kind])", "spans += [[start, t, kind]] * (t - start > 1)"),
            "Names of a single word are lost. A B- that no I- follows is a span, too.",
        ),
        Mistake(
            "word_by_word",
            ('if kind and tag != f"I-{kind}":', "if kind:"),
            "Every word is a span of its own. An I- of the same kind continues the span.",
        ),
        Mistake(
            "first_word_only",
            ("[start, t, kind]", "[start, start + 1, kind]"),
            "Only the first word of each span is in it. The I- of the same kind that follow belong to it.",
        ),
        Mistake(
            "no_new_span_where_one_ends",
            ("if not kind and tag", "elif not kind and tag"),
            "Where a span ends because another begins at the same word, the second is lost.",
        ),
    ],
)


def by_sentence(count: str) -> str:
    """A share computed for each sentence and then averaged; `count` is what it is a share of."""
    return (
        "float(np.mean([len({tuple(s) for s in p} & {tuple(s) for s in q}) / len("
        + count
        + ") if "
        + count
        + " else 0.0 for p, q in zip(predicted, true)]))"
    )


FOUND = "(i, *span) for i, spans in enumerate(predicted)"
THERE = "(i, *span) for i, spans in enumerate(true)"


def counted(what: str) -> list[tuple[str, str]]:
    """Another thing counted instead of whole spans, in both lists."""
    return [(text, text.replace("(i, *span)", what)) for text in (FOUND, THERE)]


span_scores = Exercise(
    function=reference.span_scores,
    title="Precision, recall and F1 of names",
    minutes=15,
    difficulty=2,
    arguments={"predicted": SPANS_OF_SENTENCES, "true": SPANS_OF_SENTENCES},
    result=Tuple(precision=Number(), recall=Number(), f1=Number()),
    draw=draw_spans,
    dims=[
        {"sentences": 6},
        {"sentences": 3},
        {"sentences": 1},
        {"sentences": 4, "found": 0},
        {"sentences": 2, "there": 0},
    ],
    rows=[
        Row("precision", "precision", points=2),
        Row("recall", "recall", points=2),
        Row("F1", "f1", points=3),
    ],
    mistakes=[
        Mistake(
            "sentences_forgotten",
            counted("tuple(span)"),
            "A span that was found in one sentence counts for another that has a span at the same place. A span belongs to "
            "its sentence.",
        ),
        Mistake(
            "sentences_joined",
            ("found & there", "{span[1:] for span in found} & {span[1:] for span in there}"),
            "Spans of all sentences are compared as if they stood in one. A span belongs to its sentence.",
        ),
        Mistake(
            "kinds_ignored",
            counted("(i, span[0], span[1])"),
            "A span of the wrong kind counts as right. Start, end and kind all have to agree.",
        ),
        Mistake(
            "starts_only",
            counted("(i, span[0], span[2])"),
            "A span counts as right when it starts at the right word. Its end has to agree as well.",
        ),
        Mistake(
            "words_counted",
            [
                (
                    f"{text} for span in spans",
                    f"(i, t, span[2]) for i, spans in enumerate({name}) for span in spans for t in range(span[0], span[1])",
                )
                for text, name in ((FOUND, "predicted"), (THERE, "true"))
            ],
            "Words are counted. Names are: a name of which one word is missing is not found.",
        ),
        Mistake(
            "overlap_is_enough",
            (
                "len(found & there)",
                "sum(any(g[0] == w[0] and g[1] < w[2] and w[1] < g[2] for w in there) for g in found)",
            ),
            "A span counts as right when it shares a word with a true one. Only an exact span is right.",
        ),
        Mistake(
            "overlap_of_one_kind_is_enough",
            (
                "len(found & there)",
                "sum(any(g[0] == w[0] and g[3] == w[3] and g[1] < w[2] and w[1] < g[2] for w in there) for g in found)",
            ),
            "A span counts as right when it shares a word with a true one of its kind. Only an exact span is right.",
        ),
        Mistake(
            "compared_in_order",
            ("len(found & there)", "sum(g == w for p, q in zip(predicted, true) for g, w in zip(p, q))"),
            "The first found span is compared with the first true one, the second with the second, and so on. A found span "
            "is right wherever in its sentence's list the true one stands.",
        ),
        Mistake(
            "lists_in_a_set",
            [(text, text.replace("(i, *span)", "span")) for text in (FOUND, THERE)],
            "The spans are lists, and a set cannot hold lists. Make tuples of them.",
        ),
        Mistake(
            "precision_and_recall_exchanged",
            ("return precision, recall, f1", "return recall, precision, f1"),
            "Precision and recall are in each other's place. Precision is a share of what was found, recall of what is "
            "there.",
        ),
        Mistake(
            "mean_for_f1",
            ("2 * precision * recall / (precision + recall)", "(precision + recall) / 2"),
            "F1 is the ordinary mean of the two. It is the harmonic mean, 2PR / (P + R).",
        ),
        Mistake(
            "f1_without_two",
            ("2 * precision", "precision"),
            "F1 is half of what it should be. The harmonic mean is 2PR / (P + R).",
        ),
        Mistake(
            "geometric_f1",
            ("2 * precision * recall / (precision + recall)", "(precision * recall) ** 0.5"),
            "F1 is the geometric mean of the two. It is the harmonic mean, 2PR / (P + R).",
        ),
        Mistake(
            "averaged_over_sentences",
            [
                ("right / len(found) if found else 0.0", by_sentence("p")),
                ("right / len(there) if there else 0.0", by_sentence("q")),
            ],
            "The shares are computed for each sentence and averaged. Count over all sentences, then divide once.",
        ),
        Mistake(
            "nothing_is_perfect",
            [("if found else 0.0", "if found else 1.0"), ("if there else 0.0", "if there else 1.0")],
            "A share of nothing is 1 here. By the convention of this exercise it is 0.",
        ),
        Mistake(
            "divided_by_nothing",
            [(" if found else 0.0", ""), (" if there else 0.0", "")],
            "Where nothing was found, or nothing is there, this divides by zero. A share of nothing is 0 here.",
        ),
        Mistake(
            "accuracy",
            [
                ("right / len(found) if", "right / len(found | there) if"),
                ("right / len(there) if", "right / len(found | there) if"),
            ],
            "The right spans are divided by all spans that are found or there. Precision is a share of what was found, "
            "recall of what is there.",
        ),
        Mistake(
            "percent",
            ("return precision, recall, f1", "return 100 * precision, 100 * recall, 100 * f1"),
            "These are percentages. The shares are numbers from 0 to 1.",
        ),
    ],
)

EXERCISES = [
    lstm_layer_forward,
    reverse_sequences,
    bidirectional_forward,
    lookahead_forward,
    deep_forward,
    embed,
    tagger_forward,
    tags_to_spans,
    span_scores,
    classifier_forward,
]

EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {}
