"""What is graded in 13-seq2seq."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.deep_bidirectional import draw_lstm
from autograder.exercises.gates import (
    CACHES_KEPT_WRONGLY,
    INPUT_TAKEN_WRONGLY,
    STEPS_LEFT_OUT,
    lstm_cache,
    lstm_weights,
)
from autograder.layout import Array, Dict, Each, Layout, Number, Plain, Tuple
from autograder.row import Row
from seqlib import seq2seq as reference

WITHHELD = ("models/translation", "models/decoding")

UNITS = Array("n_a", "m")


READER, ENCODER, DECODER = (
    Dict(**lstm_weights("n_a + n_x")),
    lstm_weights("n_a + n_e"),
    lstm_weights("2 n_a + n_e"),
)
OUTPUT: dict[str, Layout] = {"Wy": Array("V_y", "n_a"), "by": Array("V_y", "1")}
PARAMETERS = Dict(
    E_x=Array("n_e", "V_x"),
    E_y=Array("n_e", "V_y"),
    encoder=Dict(**ENCODER),
    decoder=Dict(**DECODER, **OUTPUT),
)
SOURCES: dict[str, Layout] = {"tokens": Array("m", "T_x"), "mask": Array("m", "T_x")}
TARGETS = Array("m", "T_y")
LOG_PROBABILITIES = Array("V_y", "m", "T_y")
TOKEN = Plain("a token")
OF_ENCODER, OF_DECODER = (
    {f"d{name}": layout for name, layout in layer.items()} for layer in (ENCODER, DECODER)
)

STATE_DIMS = [
    {"n_x": 3, "n_a": 5, "m": 4, "T_x": 6},
    {"n_x": 4, "n_a": 2, "m": 1, "T_x": 5},
    {"n_x": 2, "n_a": 3, "m": 6, "T_x": 1},
]
SOURCE_DIMS = [
    {"n_e": 3, "V_x": 9, "V_y": 8, "n_a": 4, "m": 5, "T_x": 6},
    {"n_e": 2, "V_x": 7, "V_y": 6, "n_a": 3, "m": 1, "T_x": 4},
    {"n_e": 4, "V_x": 8, "V_y": 9, "n_a": 1, "m": 3, "T_x": 7},
]
SCORE_DIMS = [
    {"V_y": 6, "m": 4},
    {"V_y": 5, "m": 1},
    {"V_y": 3, "m": 4, "T_y": 5},
    {"V_y": 5, "m": 4, "apart": 1600},
]
STEP_DIMS = [
    {"n_e": 3, "V_x": 9, "V_y": 7, "n_a": 5, "m": 4},
    {"n_e": 2, "V_x": 6, "V_y": 5, "n_a": 3, "m": 1},
    {"n_e": 4, "V_x": 8, "V_y": 6, "n_a": 1, "m": 3},
]
TARGET_DIMS = [{"V_y": 9, "m": 4, "T_y": 6}, {"V_y": 7, "m": 1, "T_y": 5}, {"V_y": 6, "m": 3, "T_y": 1}]
FORWARD_DIMS = [
    {"n_e": 3, "V_x": 9, "V_y": 7, "n_a": 5, "m": 4, "T_y": 6},
    {"n_e": 4, "V_x": 8, "V_y": 6, "n_a": 3, "m": 1, "T_y": 5},
    {"n_e": 2, "V_x": 6, "V_y": 8, "n_a": 1, "m": 3, "T_y": 4},
]
LOSS_DIMS = [{"V_y": 7, "m": 4, "T_y": 6}, {"V_y": 6, "m": 1, "T_y": 5}, {"V_y": 3, "m": 5, "T_y": 4}]
LAYER_DIMS = [
    {"V_y": 7, "m": 4, "T_y": 6, "n_a": 3},
    {"V_y": 6, "m": 1, "T_y": 5, "n_a": 4},
    {"V_y": 4, "m": 3, "T_y": 2, "n_a": 1},
]
BOTH_DIMS = [
    {"n_e": 3, "V_x": 9, "V_y": 7, "n_a": 5, "m": 4, "T_x": 6, "longest": 8},
    {"n_e": 4, "V_x": 8, "V_y": 6, "n_a": 7, "m": 1, "T_x": 5, "longest": 3},
    {"n_e": 2, "V_x": 6, "V_y": 5, "n_a": 4, "m": 3, "T_x": 7, "longest": 9},
    {"n_e": 3, "V_x": 8, "V_y": 7, "n_a": 4, "m": 2, "T_x": 6, "longest": 5, "cut": 1},
]
MATCH_DIMS = [{"m": 9}, {"m": 6}, {"m": 1}, {"m": 7, "length": 4}]
WITHOUT_PADDING = "without padding"
ONE_STEP = "targets of one token"
NEAR = "scores of moderate size"
ENDING = "translations that end"
# A step whose two best tokens lie closer than this is no case: float32 could take the other.
MARGIN = 1e-3
# Among so many inputs some have translations of the lengths that are wanted.
POOL = 60
# Where one does not end in time, it does within so many steps more: then a loop that only waits for the end has one.
LATER = 12


def draw_mask(rng: np.random.Generator, m: int, T: int) -> NDArray[np.bool_]:
    """Padding at the end: of several one is full and one has a single token, never the first; one alone is not full."""
    lengths = rng.integers(2, T, m) if T > 2 else np.full(m, T)
    if m > 2:
        full, single = rng.permutation(np.arange(1, m))[:2]
        lengths[full], lengths[single] = T, 1
    mask: NDArray[np.bool_] = np.arange(T) < lengths[:, np.newaxis]
    return mask


def draw_parameters(rng: np.random.Generator, dims: Dims) -> dict[str, Any]:
    """A whole model, its two embeddings and two LSTMs unlike each other, with biases that are seen."""
    n_e, n_a, V_y = dims["n_e"], dims["n_a"], dims["V_y"]
    output = {"Wy": rng.normal(0, 1.5, (V_y, n_a)), "by": rng.normal(0, 0.7, (V_y, 1))}
    return {
        "E_x": rng.normal(0, 1.2, (n_e, dims["V_x"])),
        "E_y": rng.normal(0, 1.2, (n_e, V_y)),
        "encoder": draw_lstm(rng, n_e, n_a),
        "decoder": {**draw_lstm(rng, n_e + n_a, n_a), **output},
    }


def draw_states(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A sequence, a first activation that is not zero, and an LSTM."""
    return {
        "x": rng.normal(0, 1, (dims["n_x"], dims["m"], dims["T_x"])),
        "a0": rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"])),
        "parameters": draw_lstm(rng, dims["n_x"], dims["n_a"]),
    }


def draw_sources(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded inputs in which tokens come twice, one example's twice over; padding holds tokens like any other place."""
    m, T_x = dims["m"], dims["T_x"]
    tokens = rng.integers(0, min(dims["V_x"], dims["V_y"]), (m, T_x))
    tokens[:, 1] = tokens[:, 0]
    tokens[-1, 0] = tokens[0, 0]
    return {"tokens": tokens, "mask": draw_mask(rng, m, T_x)}


def draw_inputs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded inputs, and a whole model."""
    return {**draw_sources(rng, dims), "parameters": draw_parameters(rng, dims)}


def draw_scores(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Scores of moderate size, of one step or of several; or so far apart that their exp is infinity or 0.

    Of scores far apart none but a column's largest can be taken off without exp of another becoming infinity. It stands
    neither first nor last, and not in the same row of all columns.
    """
    z = rng.normal(0, 2, [size for name, size in dims.items() if name != "apart"])
    if apart := dims.get("apart"):
        V_y, m = z.shape
        *lower, largest = np.linspace(-apart, apart, V_y)
        rows = 1 + (rng.integers(V_y) + np.arange(m)) % (V_y - 2)
        columns = [np.insert(rng.permutation(lower), row, largest) for row in rows]
        z += np.stack(columns, axis=1) + rng.permutation(np.linspace(-apart, apart, m))
    return {"z": z}


def near_scores(rng: np.random.Generator) -> list[Arguments]:
    """Scores of moderate size."""
    return [draw_scores(rng, {"V_y": 4, "m": 3})]


def draw_step(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One step of the decoder, its memory large enough that tanh bends it."""
    n_a, m = dims["n_a"], dims["m"]
    return {
        "tokens": rng.permutation(dims["V_y"])[:m],
        "context": draw_context(rng, dims),
        "a_prev": rng.uniform(-0.9, 0.9, (n_a, m)),
        "c_prev": rng.normal(0, 1.5, (n_a, m)),
        "parameters": draw_parameters(rng, dims),
    }


def draw_targets(rng: np.random.Generator, dims: Dims) -> NDArray[np.int64]:
    """Tokens to predict, no token the same as the one before it."""
    m, T_y, V_y = dims["m"], dims["T_y"], dims["V_y"]
    steps = rng.integers(1, V_y, (m, T_y))
    tokens: NDArray[np.int64] = steps.cumsum(axis=1) % V_y
    return tokens


def draw_teaching(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Targets, and a first token that is not their first."""
    targets = draw_targets(rng, dims)
    return {
        "targets": targets,
        "sos": int(rng.choice(np.setdiff1d(np.arange(1, dims["V_y"]), targets[:, 0]))),
    }


def draw_context(rng: np.random.Generator, dims: Dims) -> NDArray[np.float64]:
    """A context for each example."""
    return rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"]))


def draw_forward(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Targets, contexts and a whole model whose own choices are not the targets."""
    while True:
        teaching, context = draw_teaching(rng, dims), draw_context(rng, dims)
        arguments = {
            "targets": teaching["targets"],
            "context": context,
            "parameters": draw_parameters(rng, dims),
            "sos": teaching["sos"],
        }
        chosen = reference.decoder_forward(**arguments).argmax(axis=0)
        if dims["T_y"] == 1 or (chosen != teaching["targets"])[:, :-1].any(axis=1).all():
            return arguments


def one_step(rng: np.random.Generator) -> list[Arguments]:
    """Targets of one token each, for which nothing but the start is fed."""
    return [draw_forward(rng, {"n_e": 2, "V_x": 7, "V_y": 6, "n_a": 4, "m": 3, "T_y": 1})]


def draw_predictions(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Log-probabilities, true tokens, and padding that holds tokens too, so that it shows when it counts."""
    z = rng.normal(0, 1.5, (dims["V_y"], dims["m"], dims["T_y"]))
    mask = draw_mask(rng, dims["m"], dims["T_y"])
    return {"log_y": reference.log_softmax(z), "targets": draw_targets(rng, dims), "mask": mask}


def unpadded(rng: np.random.Generator) -> list[Arguments]:
    """Predictions for targets of one length."""
    arguments = draw_predictions(rng, {"V_y": 5, "m": 3, "T_y": 4})
    return [{**arguments, "mask": np.ones_like(arguments["mask"])}]


def unpadded_inputs(rng: np.random.Generator) -> list[Arguments]:
    """Inputs of one length."""
    arguments = draw_inputs(rng, SOURCE_DIMS[0])
    return [{**arguments, "mask": np.ones_like(arguments["mask"])}]


def draw_layer(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Predictions, and the layer that made them."""
    a = rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"], dims["T_y"]))
    return {**draw_predictions(rng, dims), "a": a, "Wy": rng.normal(0, 1.2, (dims["V_y"], dims["n_a"]))}


def draw_decoder_loss(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Padded targets, contexts and a whole model."""
    forward = draw_forward(rng, dims)
    mask = draw_mask(rng, dims["m"], dims["T_y"])
    return {
        "targets": forward["targets"],
        "mask": mask,
        "context": forward["context"],
        "parameters": forward["parameters"],
        "sos": forward["sos"],
    }


def draw_encoder_loss(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient at the contexts, padded inputs and a whole model."""
    return {"dcontext": rng.normal(0, 1, (dims["n_a"], dims["m"])), **draw_inputs(rng, dims)}


def written(arguments: Arguments, longest: int) -> tuple[list[list[int]], NDArray[np.float64]]:
    """What is written in so many steps, and of each example how near the two best tokens of a step come."""
    parameters, m = arguments["parameters"], len(arguments["tokens"])
    context = reference.encoder_context(arguments["tokens"], arguments["mask"], parameters)
    a, c, token = context, np.zeros_like(context), np.full(m, arguments["sos"])
    nearest, steps = np.full(m, np.inf), []
    for _ in range(longest):
        a, c, log_y = reference.decoder_step(token, context, a, c, parameters)
        best = np.sort(log_y, axis=0)
        nearest = np.minimum(nearest, best[-1] - best[-2])
        token = log_y.argmax(axis=0)
        steps.append(token)
    return np.stack(steps, axis=1).tolist(), nearest


def draw_translation(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Inputs whose translations end at different steps, or with `cut` one of two that ends in time and one too late.

    Of several, the second ends first, and neither the first nor, of four, the last is the longest.
    """
    m, longest, cut = dims["m"], dims["longest"], dims.get("cut", 0)
    while True:
        parameters = draw_parameters(rng, dims)
        parameters["decoder"] = {name: 1.7 * value for name, value in parameters["decoder"].items()}
        sos, *others = (int(token) for token in rng.permutation(np.arange(1, dims["V_y"])))
        model = {"parameters": parameters, "sos": sos}
        pool = draw_sources(rng, {**dims, "m": POOL})
        rows, near = written({**pool, **model}, longest + LATER)
        for eos in others:
            by_length: dict[int, int] = {}
            for i, row in enumerate(rows):
                length = row.index(eos) if eos in row else 0
                if near[i] > MARGIN and length > 1 and len(set(row[:length])) > 1:
                    by_length.setdefault(length, i)
            ending = [length for length in by_length if length < longest]
            late = [length for length in by_length if length > longest + 1][:cut]
            if len(ending) >= m - cut and len(late) == cut:
                picked = [
                    by_length[length] for length in in_turn(rng, [*rng.permutation(ending)[: m - cut], *late])
                ]
                sources = {"tokens": pool["tokens"][picked], "mask": pool["mask"][picked]}
                return {**sources, **model, "eos": eos, "longest": longest}


def in_turn(rng: np.random.Generator, lengths: list[int]) -> list[int]:
    """These lengths with the shortest in the second place and the longest in the third; of one or two in any order."""
    if len(lengths) < 3:
        return [int(length) for length in rng.permutation(lengths)]
    shortest, *between, longest = sorted(lengths)
    return [between[0], shortest, longest, *between[1:]]


def ending_translations(rng: np.random.Generator) -> list[Arguments]:
    """Inputs whose translations all end."""
    return [draw_translation(rng, BOTH_DIMS[0])]


def draw_matches(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Translations of three groups, right, cut short, too long, in another order, or wrong in one token.

    With `length` all have this length, so that lists of them could be arrays.
    """
    m, length = dims["m"], dims.get("length", 0)
    targets = [[int(token) for token in rng.permutation(9)[: length or rng.integers(3, 6)]] for _ in range(m)]
    decoded = []
    for i, true in enumerate(targets):
        first_wrong, last_wrong = [true[0] + 1, *true[1:]], [*true[:-1], true[-1] + 1]
        others = (first_wrong, last_wrong) if length else (true[:-1], [*true, true[0]])
        decoded.append([true, last_wrong, true, *others, true[::-1]][i % 6])
    groups = [(2, 1, 4)[i % 3] for i in range(m - m // 3)] + [2] * (m // 3)
    order = rng.permutation(m)
    return {
        "decoded": [decoded[i] for i in order],
        "targets": [targets[i] for i in order],
        "groups": [groups[i] for i in order],
    }


def further(name: str, draw: Any) -> Cases:
    """A further group of cases, the public ones from a fixed seed."""
    return Cases(name, draw=draw, recorded=lambda: draw(np.random.default_rng(13)))


LAST = "mask.sum(axis=1).astype(int) - 1"
SWAPPED_GATES = Mistake(
    "gates_swapped",
    ("ft * c_prev + ut * cct", "ut * c_prev + ft * cct"),
    "The update gate multiplies the old memory and the forget gate the candidate. Γ_f keeps the old memory, Γ_u writes "
    "the candidate.",
)
ONE_MINUS_FORGET = Mistake(
    "one_minus_forget",
    ("ft * c_prev", "(1 - ft) * c_prev"),
    "You have what (1 − Γ_f) · c_prev gives. Γ_f is the part of the old memory that is kept; "
    "lecture note 003 has this slip.",
)
WITHOUT_TANH = Mistake(
    "memory_shown_without_tanh",
    ("ot * np.tanh(c_next)", "ot * c_next"),
    "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
)
GATES_UNPACKED = Mistake(
    "gates_unpacked_in_another_order",
    ("ft, ut, cct, ot = lstm_gates", "ut, ft, cct, ot = lstm_gates"),
    "The forget gate and the update gate are taken for each other where lstm_gates is called. It returns forget gate, "
    "update gate, candidate, output gate.",
)
ACTIVATION_FOR_MEMORY = Mistake(
    "activation_for_memory",
    ("ft * c_prev", "ft * a_prev"),
    "The forget gate multiplies the old activation. What it keeps is the memory c.",
)
MIXED = (
    "Gradients and tokens are in different orders. dx has the steps of an example next to each other, and so have the "
    "tokens: take both as they are, or turn both."
)
LOST = (
    "A token that comes several times gets only one of its gradients. What belongs to the same column is added up, as "
    "look_up_backward of 09-word-vectors does."
)

lstm_states = Exercise(
    function=reference.lstm_states,
    title="An LSTM that only reads",
    minutes=20,
    difficulty=1,
    arguments={"x": Array("n_x", "m", "T_x"), "a0": UNITS, "parameters": READER},
    result=Tuple(
        a=Array("n_a", "m", "T_x"), caches=Tuple(cells=Each(lstm_cache(READER)), x=Array("n_x", "m", "T_x"))
    ),
    draw=draw_states,
    dims=STATE_DIMS,
    rows=[Row("activations", "a", points=5), Row("caches", "caches", points=4)],
    mistakes=[
        *INPUT_TAKEN_WRONGLY,
        *STEPS_LEFT_OUT,
        *CACHES_KEPT_WRONGLY,
        Mistake(
            "first_activation_at_every_step",
            ("a_prev, c_prev, xt = a_next,", "a_prev, c_prev, xt = a0,"),
            "Every step begins with a0. From the second step on it is the activation of the step before.",
        ),
        Mistake(
            "memory_not_carried",
            ("a_prev, c_prev, xt = a_next, c_next,", "a_prev, c_prev, xt = a_next, np.zeros_like(a0),"),
            "Every step begins with an empty memory. Only the first does; then the memory of the step before is carried on.",
        ),
        Mistake(
            "first_activation_ignored",
            ("a_next, c_next = a0,", "a_next, c_next = np.zeros_like(a0),"),
            "The first step begins with a zero activation. It begins with a0.",
        ),
        Mistake(
            "memory_begins_with_a0",
            ("np.zeros_like(a0)", "a0"),
            "The first memory is a0. a0 is the first activation; the first memory is zero.",
        ),
        Mistake(
            "steps_on_the_wrong_axis",
            ("axis=2", "axis=1"),
            "The steps stand on the axis of the examples. They are the last axis: (n_a, m, T_x).",
        ),
        Mistake(
            "steps_first",
            ("axis=2", "axis=0"),
            "The steps stand first. They are the last axis: (n_a, m, T_x).",
        ),
        Mistake(
            "first_activation_among_them",
            ("np.stack(activations, axis=2)", "np.stack([a0, *activations], axis=2)"),
            "a0 stands before the activations of the steps. Return those after each of the T_x steps, without a0.",
        ),
        Mistake(
            "activations_a_step_late",
            ("activations.append(a_next)", "activations.append(a_prev)"),
            "You keep the activation before each step, a0 first. Return the activation after each step.",
        ),
        Mistake(
            "memories_returned",
            ("activations.append(a_next)", "activations.append(c_next)"),
            "These are the memories of all steps. What the LSTM shows are its activations.",
        ),
        ONE_MINUS_FORGET,
        SWAPPED_GATES,
        GATES_UNPACKED,
        Mistake(
            "candidate_and_output_gate_unpacked_in_another_order",
            ("ft, ut, cct, ot = lstm_gates", "ft, ut, ot, cct = lstm_gates"),
            "The candidate and the output gate are taken for each other where lstm_gates is called. It returns forget "
            "gate, update gate, candidate, output gate.",
        ),
        WITHOUT_TANH,
        ACTIVATION_FOR_MEMORY,
        Mistake(
            "cache_in_another_order",
            ("cache = (a_next, c_next, a_prev, c_prev,", "cache = (a_prev, c_prev, a_next, c_next,"),
            "Your cache has what was before the step where what is after it belongs. It begins with a_next, c_next, then "
            "a_prev, c_prev.",
        ),
        Mistake(
            "memory_first_in_the_cache",
            ("cache = (a_next, c_next,", "cache = (c_next, a_next,"),
            "Your cache begins with the memory. It begins with a_next, then c_next.",
        ),
        Mistake(
            "new_state_kept_as_the_old",
            (
                "a_prev, c_prev, ft, ut, cct, ot, xt, parameters)",
                "a_next, c_next, ft, ut, cct, ot, xt, parameters)",
            ),
            "Your cache has the new activation and memory twice. In the third and fourth place are those from before the "
            "step: keep them before they are overwritten.",
        ),
        Mistake(
            "input_of_all_steps_in_each_cache",
            ("ot, xt, parameters)", "ot, x, parameters)"),
            "Each step's cache holds all inputs. It holds the input of its own step.",
        ),
    ],
)

encoder_context = Exercise(
    function=reference.encoder_context,
    title="One vector for an input",
    minutes=20,
    difficulty=2,
    arguments={**SOURCES, "parameters": PARAMETERS},
    result=UNITS,
    draw=draw_inputs,
    dims=SOURCE_DIMS,
    rows=[
        Row("context of each input", "", points=6),
        Row("context of inputs of one length", "", points=4, cases=WITHOUT_PADDING),
    ],
    extra=[further(WITHOUT_PADDING, unpadded_inputs)],
    needs=["lstm_states"],
    mistakes=[
        Mistake(
            "last_step_of_the_array",
            (LAST, "np.full(m, -1)"),
            "This is the activation at the last step of the array, where shorter inputs have padding. It is read at each "
            "input's own last token.",
        ),
        Mistake(
            "a_step_too_late",
            (LAST, "mask.sum(axis=1).astype(int) % mask.shape[1]"),
            "You read one step after the last token. Steps count from 0: of n tokens the last stands at n − 1.",
        ),
        Mistake(
            "a_step_too_early",
            (LAST, "mask.sum(axis=1).astype(int) - 2"),
            "You read one step before the last token, so that the last token is not in the context.",
        ),
        Mistake(
            "padding_read_as_zeros",
            [('["E_x"][:, tokens], a0', '["E_x"][:, tokens] * mask, a0'), (LAST, "np.full(m, -1)")],
            "You set the vectors of padding to zero, and read the last step of the array. An LSTM goes on from a zero input "
            "too: its state changes. Read the activation at each input's own last token.",
        ),
        Mistake(
            "length_of_the_longest",
            (LAST, "np.full(m, mask.sum(axis=1).max() - 1)"),
            "All are read at the end of the longest input. Each input has its own length.",
        ),
        Mistake(
            "length_of_the_shortest",
            (LAST, "np.full(m, mask.sum(axis=1).min() - 1)"),
            "All are read at the end of the shortest input. Each input has its own length.",
        ),
        Mistake(
            "length_of_the_first",
            (LAST, "np.full(m, mask.sum(axis=1)[0] - 1)"),
            "All are read at the end of the first input. Each input has its own length.",
        ),
        Mistake(
            "first_step",
            (LAST, "np.zeros(m, dtype=int)"),
            "You read the activation after the first token. The whole input has been read after the last.",
        ),
        Mistake(
            "padding_counted",
            (LAST, "(~mask.astype(bool)).sum(axis=1) - 1"),
            "You count the padding. The mask is True where a token stands.",
        ),
        Mistake(
            "mean_of_all_steps",
            ("context: Array = a[:, np.arange(m), last]", "context: Array = a.mean(axis=2)"),
            "This is the mean over all steps. The context is the activation at the last token alone.",
        ),
        Mistake(
            "mean_of_the_tokens",
            (
                "context: Array = a[:, np.arange(m), last]",
                "context: Array = np.where(mask, a, 0).sum(axis=2) / (last + 1)",
            ),
            "This is the mean over the tokens. The context is the activation at the last token alone.",
        ),
        Mistake(
            "embedding_of_the_targets",
            ('parameters["E_x"]', 'parameters["E_y"]'),
            "The tokens are looked up in E_y. Inputs have the columns of E_x.",
        ),
        Mistake(
            "embedding_turned",
            ('parameters["E_x"][:, tokens]', 'np.moveaxis(parameters["E_x"].T[tokens], 0, -1)'),
            "Your inputs have their axes in another order. x is (n_e, m, T_x): E_x[:, tokens] gives it.",
        ),
        Mistake(
            "memory_for_activation",
            (
                "context: Array = a[:, np.arange(m), last]",
                "context: Array = np.stack([cache[1] for cache in _[0]], axis=2)[:, np.arange(m), last]",
            ),
            "This is the memory after the last token. The context is the activation.",
        ),
    ],
)

TOO_LITTLE = (
    "What is taken off is less than the largest score of its column, so exp of what is left can still be infinity. With "
    "the largest taken off, no score is above 0."
)
log_softmax = Exercise(
    function=reference.log_softmax,
    title="Logarithms of probabilities",
    minutes=10,
    difficulty=1,
    arguments={"z": Array("V_y", "...")},
    result=Array("V_y", "..."),
    draw=draw_scores,
    dims=SCORE_DIMS,
    rows=[
        Row("log-probabilities, also of scores far apart", "", points=2),
        Row("log-probabilities of moderate scores", "", points=3, cases=NEAR),
    ],
    extra=[further(NEAR, near_scores)],
    mistakes=[
        Mistake(
            "nothing_taken_off",
            ("shifted = z - z.max(axis=0)", "shifted = z"),
            "exp of a large score is infinity. Take the largest score of each column off first; it changes no probability.",
        ),
        Mistake(
            "logarithm_of_the_softmax",
            (
                "shifted - np.log(np.exp(shifted).sum(axis=0))",
                "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=0))",
            ),
            "A probability that is too small for a float is 0, and its logarithm −∞. Take the logarithm of the quotient "
            "apart: log(a / b) = log a − log b, and log exp z is z.",
        ),
        Mistake(
            "one_largest_for_all",
            ("z.max(axis=0)", "z.max()"),
            "One number is taken off all columns: in those with far lower scores, every exp becomes 0. Each column has a "
            "largest score of its own.",
        ),
        Mistake(
            "less_than_the_largest_taken_off",
            ("z.max(axis=0)", "z.mean(axis=0)"),
            TOO_LITTLE,
        ),
        Mistake(
            "half_of_the_largest_taken_off",
            ("z.max(axis=0)", "z.max(axis=0) / 2"),
            TOO_LITTLE,
        ),
        Mistake(
            "largest_left_off",
            ("log_y: Array = shifted - np.log", "log_y: Array = z - np.log"),
            "The largest score is taken off inside exp, but not of the score before it. Use the same numbers in both "
            "places.",
        ),
        Mistake(
            "sum_over_examples",
            [
                ("z.max(axis=0)", "z.max(axis=1, keepdims=True)"),
                (".sum(axis=0)", ".sum(axis=1, keepdims=True)"),
            ],
            "Your sum runs over the examples. It runs over the tokens, axis 0.",
        ),
        Mistake(
            "sum_over_the_last_axis",
            [
                ("z.max(axis=0)", "z.max(axis=-1, keepdims=True)"),
                (".sum(axis=0)", ".sum(axis=-1, keepdims=True)"),
            ],
            "Your sum runs over the last axis, the examples or the steps. It runs over the tokens, axis 0.",
        ),
        Mistake(
            "sum_over_everything",
            (".sum(axis=0)", ".sum()"),
            "Your sum runs over all columns together. Each column has its own.",
        ),
        Mistake(
            "sum_over_everything_and_nothing_taken_off",
            [("shifted = z - z.max(axis=0)", "shifted = z"), (".sum(axis=0)", ".sum()")],
            "Your sum runs over all columns together, and exp of a large score is infinity. Each column has its own sum, "
            "and a largest score of its own to take off first.",
        ),
        Mistake(
            "probabilities",
            (
                "log_y: Array = shifted - np.log(np.exp(shifted).sum(axis=0))",
                "log_y = np.exp(shifted) / np.exp(shifted).sum(axis=0)",
            ),
            "These are the probabilities. Their logarithms are asked for.",
        ),
        Mistake(
            "in_bits",
            (
                "shifted - np.log(np.exp(shifted).sum(axis=0))",
                "(shifted - np.log(np.exp(shifted).sum(axis=0))) / np.log(2)",
            ),
            "These are logarithms to the base 2. The natural logarithm is asked for: nats.",
        ),
        Mistake(
            "sign",
            ("log_y: Array = shifted -", "log_y: Array = -shifted +"),
            "The sign is turned. Logarithms of probabilities are 0 or less.",
        ),
        Mistake(
            "sum_of_the_scores",
            ("np.log(np.exp(shifted).sum(axis=0))", "np.log(np.abs(shifted.sum(axis=0)))"),
            "The scores are summed up without exp. The sum is that of exp of the scores.",
        ),
        Mistake(
            "logarithm_before_the_sum",
            ("np.log(np.exp(shifted).sum(axis=0))", "shifted.sum(axis=0)"),
            "You have the sum of the logarithms. The logarithm of the sum is wanted: first the sum of exp, then log.",
        ),
        Mistake(
            "logarithm_of_the_sum_missing",
            (" - np.log(np.exp(shifted).sum(axis=0))", ""),
            "These are the scores with the largest taken off. The logarithm of the sum of exp is still to be taken off.",
        ),
    ],
)

NEW = 'log_softmax(decoder["Wy"] @ a_next + decoder["by"])'
decoder_step = Exercise(
    function=reference.decoder_step,
    title="One step of the decoder",
    minutes=20,
    difficulty=2,
    arguments={
        "tokens": Array("m"),
        "context": UNITS,
        "a_prev": UNITS,
        "c_prev": UNITS,
        "parameters": PARAMETERS,
    },
    result=Tuple(a_next=UNITS, c_next=UNITS, log_y=Array("V_y", "m")),
    draw=draw_step,
    dims=STEP_DIMS,
    rows=[
        Row("a_next", "a_next", points=3),
        Row("c_next", "c_next", points=2),
        Row("log-probabilities", "log_y", points=3),
    ],
    needs=["log_softmax"],
    mistakes=[
        ONE_MINUS_FORGET,
        SWAPPED_GATES,
        WITHOUT_TANH,
        ACTIVATION_FOR_MEMORY,
        Mistake(
            "memory_dropped",
            ("ft * c_prev + ut * cct", "ut * cct"),
            "The old memory is missing. The forget gate keeps part of it.",
        ),
        Mistake(
            "activation_ignored",
            ("lstm_gates(x, a_prev, decoder)", "lstm_gates(x, np.zeros_like(a_prev), decoder)"),
            "The gates do not see a_prev. They see the activation of the step before, the token and the context.",
        ),
        Mistake(
            "gates_see_the_memory",
            ("lstm_gates(x, a_prev, decoder)", "lstm_gates(x, c_prev, decoder)"),
            "The gates are given the memory. They see the activation of the step before.",
        ),
        Mistake(
            "context_for_the_activation",
            ("lstm_gates(x, a_prev, decoder)", "lstm_gates(x, context, decoder)"),
            "The gates are given the context where the activation of the step before belongs. The context is a part of x.",
        ),
        Mistake(
            "activation_for_the_context",
            ("[:, tokens], context])", "[:, tokens], a_prev])"),
            "Below the embedding you have the activation of the step before. What the step reads besides the token is the "
            "context.",
        ),
        Mistake(
            "memory_for_the_context",
            ("[:, tokens], context])", "[:, tokens], c_prev])"),
            "Below the embedding you have the memory. What the step reads besides the token is the context.",
        ),
        Mistake(
            "context_ignored",
            ("[:, tokens], context])", "[:, tokens], np.zeros_like(context)])"),
            "The context is not read. It lies below the token's embedding in x, (n_e + n_a, m).",
        ),
        Mistake(
            "context_above_the_token",
            ('[parameters["E_y"][:, tokens], context]', '[context, parameters["E_y"][:, tokens]]'),
            "The context lies above the embedding. The weights expect the embedding first, then the context.",
        ),
        Mistake(
            "embedding_of_the_inputs",
            ('parameters["E_y"]', 'parameters["E_x"]'),
            "The tokens are looked up in E_x. The decoder reads target tokens, the columns of E_y.",
        ),
        Mistake(
            "bias_missing",
            (' + decoder["by"]', ""),
            "The bias b_y is missing from the scores.",
        ),
        Mistake(
            "scores_from_the_old_activation",
            ('decoder["Wy"] @ a_next', 'decoder["Wy"] @ a_prev'),
            "The scores are those of the old activation. They are read from the new one, after the token has gone in.",
        ),
        Mistake(
            "scores_from_the_memory",
            ('decoder["Wy"] @ a_next', 'decoder["Wy"] @ c_next'),
            "The scores are read from the memory. They are read from the activation.",
        ),
        Mistake(
            "scores",
            (NEW, 'decoder["Wy"] @ a_next + decoder["by"]'),
            "These are the scores. log_softmax makes log-probabilities of them.",
        ),
        Mistake(
            "probabilities",
            (NEW, f"np.exp({NEW})"),
            "These are probabilities. Log-probabilities are asked for.",
        ),
        Mistake(
            "softmax_twice",
            (NEW, f"log_softmax(np.exp({NEW}))"),
            "log_softmax is given probabilities, as lstm_cell_forward returns them. It is given the scores, W_y a + b_y.",
        ),
        Mistake(
            "softmax_over_examples",
            (NEW, 'log_softmax((decoder["Wy"] @ a_next + decoder["by"]).T).T'),
            "Your softmax runs over the examples. It runs over the tokens: log_softmax takes (V_y, m) as it is.",
        ),
        Mistake(
            "memory_returned_first",
            ("return a_next, c_next,", "return c_next, a_next,"),
            "The memory and the activation are returned in each other's place. The order is a_next, c_next, log_y.",
        ),
        Mistake(
            "log_probabilities_first",
            (f"return a_next, c_next, {NEW}", f"return {NEW}, a_next, c_next"),
            "The log-probabilities are returned first. The order is a_next, c_next, log_y.",
        ),
    ],
)

teacher_forcing = Exercise(
    function=reference.teacher_forcing,
    title="What the decoder is fed in training",
    minutes=10,
    difficulty=1,
    arguments={"targets": TARGETS, "sos": TOKEN},
    result=Array("m", "T_y", holds="whole"),
    draw=draw_teaching,
    dims=TARGET_DIMS,
    rows=[Row("the token before each target", "", points=5)],
    mistakes=[
        Mistake(
            "the_targets_themselves",
            ("before[:, 1:] = targets[:, :-1]", "before[:] = targets"),
            "Your decoder reads the token that it is to predict: it would be told the answer. It reads the token before.",
        ),
        Mistake(
            "start_over_the_first_target",
            ("before[:, 1:] = targets[:, :-1]", "before[:, 1:] = targets[:, 1:]"),
            "The start token takes the place of the first target, and the others stay where they are. They all move one "
            "step to the right.",
        ),
        Mistake(
            "last_target_first",
            ("before[:, 0] = sos", "before[:, 0] = targets[:, -1]"),
            "The first token fed is the last target, as np.roll leaves it. It is `sos`.",
        ),
        Mistake(
            "zero_first",
            ("before[:, 0] = sos", "before[:, 0] = 0"),
            "The first token fed is 0. It is `sos`.",
        ),
        Mistake(
            "one_first",
            ("before[:, 0] = sos", "before[:, 0] = sos % 1 + 1"),
            "The first token fed is 1. It is the one that `sos` names.",
        ),
        Mistake(
            "start_and_all_targets",
            ("return before", "return np.concatenate([before[:, :1], targets], axis=1)"),
            "There is a step too many. The last target is predicted, but nothing is predicted after it: it is never fed.",
        ),
        Mistake(
            "moved_to_the_left",
            ("return before", "return np.concatenate([targets[:, 1:], before[:, :1]], axis=1)"),
            "Your tokens have moved to the left: the decoder would read the token after. It reads the token before.",
        ),
        Mistake(
            "start_missing",
            ("return before", "return before[:, 1:]"),
            "The start token is missing. T_y tokens are fed, the first of them `sos`.",
        ),
        Mistake(
            "moved_over_examples",
            ("return before", "return np.concatenate([np.full_like(targets[:1], sos), targets[:-1]])"),
            "The targets have moved down, from one example to the next. They move one step to the right.",
        ),
    ],
)

decoder_forward = Exercise(
    function=reference.decoder_forward,
    title="The decoder, fed the true tokens",
    minutes=20,
    difficulty=2,
    arguments={
        "targets": TARGETS,
        "context": UNITS,
        "parameters": PARAMETERS,
        "sos": TOKEN,
    },
    result=LOG_PROBABILITIES,
    draw=draw_forward,
    dims=FORWARD_DIMS,
    rows=[
        Row("log-probabilities of every step", "", points=5),
        Row("targets of one token", "", points=3, cases=ONE_STEP),
    ],
    extra=[further(ONE_STEP, one_step)],
    needs=["teacher_forcing", "decoder_step"],
    mistakes=[
        Mistake(
            "own_tokens_fed",
            (
                "        a, c, log_y = decoder_step(before[:, t], context, a, c, parameters)",
                "        token = log_y.argmax(axis=0) if t else before[:, 0]\n"
                "        a, c, log_y = decoder_step(token, context, a, c, parameters)",
            ),
            "You feed what the decoder predicted. That is what it does when it translates; in training the true token "
            "before is fed.",
        ),
        Mistake(
            "the_answer_fed",
            ("before[:, t]", "targets[:, t]"),
            "You feed the token that is to be predicted at this very step. Step t is fed the token before it.",
        ),
        Mistake(
            "start_at_every_step",
            ("before[:, t]", "before[:, 0]"),
            "You feed `sos` at every step. Only the first step is fed `sos`.",
        ),
        Mistake(
            "context_ignored",
            ("a, c = context, np", "a, c = np.zeros_like(context), np"),
            "Your decoder begins with a zero activation. It begins with the context, which each step reads besides.",
        ),
        Mistake(
            "context_into_the_memory",
            ("a, c = context, np.zeros_like(context)", "a, c = np.zeros_like(context), context"),
            "The context goes into the memory. It is the first activation; the first memory is zero.",
        ),
        Mistake(
            "context_into_both",
            ("np.zeros_like(context)", "context"),
            "The memory begins with the context too. It begins with zero.",
        ),
        Mistake(
            "context_at_every_step",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], context, context, c, parameters)",
            ),
            "Every step begins with the context as its activation. Only the first does; then the activation of the step "
            "before goes on.",
        ),
        Mistake(
            "state_not_carried",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], context, context, np.zeros_like(c), parameters)",
            ),
            "Every step begins anew, with the context and an empty memory. Only the first does; then activation and memory "
            "of the step before go on.",
        ),
        Mistake(
            "activation_for_the_context",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], a, a, c, parameters)",
            ),
            "From the second step on, the activation takes the place of the context. Every step reads the same context.",
        ),
        Mistake(
            "context_not_read",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], np.zeros_like(context), a, c, parameters)",
            ),
            "The context is the first activation only. Each step reads it besides, below the token before.",
        ),
        Mistake(
            "context_read_once",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], context * (t == 0), a, c, parameters)",
            ),
            "Only the first step reads the context. Every step does.",
        ),
        Mistake(
            "memory_not_carried",
            (
                "decoder_step(before[:, t], context, a, c, parameters)",
                "decoder_step(before[:, t], context, a, np.zeros_like(c), parameters)",
            ),
            "Every step begins with an empty memory. The memory of the step before goes on.",
        ),
        Mistake(
            "memory_and_activation_swapped",
            ("a, c, log_y = decoder_step", "c, a, log_y = decoder_step"),
            "Activation and memory are taken for each other. decoder_step gives a_next, then c_next.",
        ),
        Mistake(
            "steps_on_the_wrong_axis",
            ("axis=2", "axis=1"),
            "The steps stand on the axis of the examples. They are the last axis: (V_y, m, T_y).",
        ),
        Mistake(
            "steps_first",
            ("axis=2", "axis=0"),
            "The steps stand first. They are the last axis: (V_y, m, T_y).",
        ),
        Mistake(
            "last_step_missing",
            ("range(targets.shape[1])", "range(max(1, targets.shape[1] - 1))"),
            "The last step is missing. Each of the T_y targets is predicted.",
        ),
        Mistake(
            "probabilities",
            ("steps.append(log_y)", "steps.append(np.exp(log_y))"),
            "These are probabilities. Log-probabilities are asked for, as decoder_step gives them.",
        ),
    ],
)

CHOSEN_SUM = "np.where(mask, chosen, 0).sum()"
MEAN_LOSS = f"-({CHOSEN_SUM} / mask.sum())"
translation_loss = Exercise(
    function=reference.translation_loss,
    title="The loss of real tokens",
    minutes=15,
    difficulty=1,
    arguments={"log_y": LOG_PROBABILITIES, "targets": TARGETS, "mask": TARGETS},
    result=Number(),
    draw=draw_predictions,
    dims=LOSS_DIMS,
    rows=[
        Row("loss of padded targets", "", points=5),
        Row("loss of targets of one length", "", points=3, cases=WITHOUT_PADDING),
    ],
    extra=[further(WITHOUT_PADDING, unpadded)],
    mistakes=[
        Mistake(
            "padding_counts",
            [(CHOSEN_SUM, "chosen.sum()"), ("mask.sum()", "mask.size")],
            "This is the mean over all places, padding included. Padding is no token: it counts neither in the sum nor in "
            "the number.",
        ),
        Mistake(
            "padding_in_the_sum",
            (CHOSEN_SUM, "chosen.sum()"),
            "You divide by the number of real tokens, but the sum has the padding in it.",
        ),
        Mistake(
            "padding_in_the_number",
            ("mask.sum()", "mask.size"),
            "Padding is left out of the sum, but you divide by all m · T_y places. Divide by the number of real tokens.",
        ),
        Mistake(
            "divided_by_all_entries",
            ("mask.sum()", "log_y.size"),
            "This is a mean over all V_y · m · T_y entries, as np.mean of a one-hot product gives it. Divide by the number "
            "of real tokens.",
        ),
        Mistake(
            "divided_by_the_examples",
            ("mask.sum()", "len(mask)"),
            "This is the loss of a whole target, as a mean over the examples. Divide by the number of real tokens.",
        ),
        Mistake(
            "divided_by_the_steps",
            ("mask.sum()", "mask.shape[1]"),
            "You divide by T_y. Divide by the number of real tokens of the whole batch.",
        ),
        Mistake(
            "summed_only",
            (" / mask.sum()", ""),
            "This is the sum. The mean is asked for: divide by the number of real tokens.",
        ),
        Mistake(
            "mean_of_means",
            (
                MEAN_LOSS,
                "-(np.where(mask, chosen, 0).sum(axis=1) / mask.sum(axis=1)).mean()",
            ),
            "This is a mean over the examples of their means, in which a token of a short target counts for more. All real "
            "tokens of the batch count the same.",
        ),
        Mistake(
            "sign",
            (f"float({MEAN_LOSS})", f"float({MEAN_LOSS[1:]})"),
            "The sign is turned: logarithms of probabilities are negative, a loss is positive.",
        ),
        Mistake(
            "both_classes",
            (
                "# (m, T_y)\n",
                "\n    chosen = chosen + np.log(1 - np.exp(log_y)).sum(axis=0) - np.log(1 - np.exp(chosen))\n",
            ),
            "You have the loss of lecture note 002, with log(1 − ŷ) of all other tokens. One token of V_y is right: its "
            "log-probability alone counts.",
        ),
        Mistake(
            "both_classes_of_all_tokens",
            ("# (m, T_y)\n", "\n    chosen = chosen + np.log(1 - np.exp(log_y)).sum(axis=0)\n"),
            "You add log(1 − ŷ) of all tokens. The log-probability of the true token counts alone.",
        ),
        Mistake(
            "both_classes_of_the_true_token",
            ("# (m, T_y)\n", "\n    chosen = chosen + np.log(1 - np.exp(chosen))\n"),
            "You add log(1 − ŷ) of the true token. The log-probability of the true token counts alone.",
        ),
        Mistake(
            "best_token",
            ("np.take_along_axis(log_y, targets[np.newaxis], axis=0).squeeze(axis=0)", "log_y.max(axis=0)"),
            "You take the log-probability of the most probable token. The true one counts.",
        ),
        Mistake(
            "in_bits",
            (f"float({MEAN_LOSS})", f"float({MEAN_LOSS}) / np.log(2)"),
            "This is the loss in bits. In nats, it is not divided by log 2.",
        ),
        Mistake(
            "perplexity",
            (f"float({MEAN_LOSS})", f"np.exp({MEAN_LOSS})"),
            "This is the perplexity, exp of the loss.",
        ),
        Mistake(
            "last_token_left_out",
            (
                MEAN_LOSS,
                "-(np.where(mask[:, 1:], chosen[:, :-1], 0).sum() / max(1, mask[:, 1:].sum()))",
            ),
            "The last token of each target is left out. It is <EOS>, which the decoder has to predict as well.",
        ),
        Mistake(
            "logarithm_taken_twice",
            ("np.where(mask, chosen, 0)", "np.where(mask, np.log(-chosen), 0)"),
            "You take the logarithm once more. log_y holds logarithms already.",
        ),
    ],
)

DZ = "(np.exp(log_y) - y) * mask / mask.sum()"
output_layer_gradients = Exercise(
    function=reference.output_layer_gradients,
    title="Back through the softmax layer",
    minutes=25,
    difficulty=2,
    arguments={
        "log_y": LOG_PROBABILITIES,
        "targets": TARGETS,
        "mask": TARGETS,
        "a": Array("n_a", "m", "T_y"),
        "Wy": OUTPUT["Wy"],
    },
    result=Dict(dWy=OUTPUT["Wy"], dby=OUTPUT["by"], da=Array("n_a", "m", "T_y")),
    draw=draw_layer,
    dims=LAYER_DIMS,
    rows=[Row("dWy", "dWy", points=3), Row("dby", "dby", points=2), Row("da", "da", points=4)],
    mistakes=[
        Mistake(
            "padding_counts",
            (DZ, "(np.exp(log_y) - y) / mask.size"),
            "Padding has a gradient. It has none: the loss does not look at it, and its mean is over real tokens.",
        ),
        Mistake(
            "padding_has_a_gradient",
            (DZ, "(np.exp(log_y) - y) / mask.sum()"),
            "Padding has a gradient. It has none, since the loss does not look at it: multiply by the mask.",
        ),
        Mistake(
            "divided_by_all_places",
            ("mask.sum()", "mask.size"),
            "You divide by all m · T_y places. The loss is a mean over the real tokens.",
        ),
        Mistake(
            "divided_by_the_examples",
            ("mask.sum()", "len(mask)"),
            "You divide by the number of examples. The loss is a mean over the real tokens.",
        ),
        Mistake(
            "summed",
            (" / mask.sum()", ""),
            "This is the gradient of a sum. The loss is a mean: divide by the number of real tokens.",
        ),
        Mistake(
            "sign",
            ("np.exp(log_y) - y", "y - np.exp(log_y)"),
            "The sign is turned. It is ŷ − y: where the probability of the true token is too small, going downhill raises "
            "its score.",
        ),
        Mistake(
            "log_probabilities_for_probabilities",
            ("np.exp(log_y) - y", "log_y - y"),
            "You subtract from log-probabilities. dz is ŷ − y with the probabilities ŷ: exp of log_y.",
        ),
        Mistake(
            "true_tokens_only",
            ("(np.exp(log_y) - y)", "(np.exp(log_y) * y - y)"),
            "Only the true token's score has a gradient. A softmax makes every other score matter as well.",
        ),
        Mistake(
            "one_hot_missing",
            ("(np.exp(log_y) - y)", "np.exp(log_y)"),
            "The one-hot target is not taken off. dz is ŷ − y.",
        ),
        Mistake(
            "derivative_of_the_softmax_again",
            (DZ, "np.exp(log_y) * (1 - np.exp(log_y)) * (np.exp(log_y) - y) * mask / mask.sum()"),
            "You multiply by ŷ(1 − ŷ) once more. ŷ − y is the gradient at the scores already, the softmax's derivative "
            "included.",
        ),
        Mistake(
            "bias_as_a_row",
            ("dz.sum(axis=(1, 2))[:, np.newaxis]", "dz.sum(axis=(1, 2))"),
            "dby has lost its second axis. It has the shape of by, (V_y, 1).",
        ),
        Mistake(
            "bias_averaged",
            ("dz.sum(axis=(1, 2))", "dz.mean(axis=(1, 2))"),
            "dby is a mean over examples and steps. All share the bias, so their gradients are summed; the mean of the loss "
            "is in dz already.",
        ),
        Mistake(
            "bias_of_the_first_step",
            ("dz.sum(axis=(1, 2))", "dz[:, :, 0].sum(axis=1)"),
            "dby is that of the first step alone. All steps share the layer, so their gradients are summed.",
        ),
        Mistake(
            "weights_of_the_last_step",
            ("np.tensordot(dz, a, axes=((1, 2), (1, 2)))", "dz[:, :, -1] @ a[:, :, -1].T"),
            "dWy is that of the last step alone. All steps share the layer, so their gradients are summed.",
        ),
        Mistake(
            "weights_of_the_activation_before",
            (
                "np.tensordot(dz, a, axes=((1, 2), (1, 2)))",
                "np.tensordot(dz[:, :, 1:], a[:, :, :-1], axes=((1, 2), (1, 2)))",
            ),
            "dWy takes the activation of the step before. The scores of a step are read from its own activation.",
        ),
    ],
)

decoder_gradients = Exercise(
    function=reference.decoder_gradients,
    title="Back through the decoder",
    minutes=25,
    difficulty=3,
    arguments={
        "targets": TARGETS,
        "mask": TARGETS,
        "context": UNITS,
        "parameters": PARAMETERS,
        "sos": TOKEN,
    },
    result=Tuple(
        loss=Number(),
        gradients=Dict(
            dcontext=UNITS, dE_y=Array("n_e", "V_y"), **OF_DECODER, dWy=OUTPUT["Wy"], dby=OUTPUT["by"]
        ),
    ),
    draw=draw_decoder_loss,
    dims=FORWARD_DIMS,
    rows=[
        Row("loss", "loss", points=1),
        Row("dcontext", "gradients.dcontext", points=2),
        Row("dE_y", "gradients.dE_y", points=2),
        *(Row(name, f"gradients.{name}", points=0.25) for name in OF_DECODER),
        *(Row(name, f"gradients.{name}", points=0.5) for name in ("dWy", "dby")),
    ],
    needs=["teacher_forcing", "lstm_states", "log_softmax", "translation_loss", "output_layer_gradients"],
    mistakes=[
        Mistake(
            "into_the_columns_of_the_targets",
            ("before.ravel()", "targets.ravel()"),
            "dE_y gathers the gradients under the tokens that were predicted. What was looked up in E_y are the tokens that "
            "were fed, those before.",
        ),
        Mistake(
            "repeated_tokens_overwritten",
            (
                'look_up_backward(inner["dx"][:n_e].reshape(n_e, before.size), before.ravel(), V_y)',
                'np.zeros_like(E_y)\n    dE_y[:, before] += inner["dx"][:n_e]',
            ),
            LOST,
        ),
        Mistake(
            "steps_and_examples_mixed",
            ("before.ravel()", "before.T.ravel()"),
            MIXED,
        ),
        Mistake(
            "axes_of_dx_turned",
            ('inner["dx"][:n_e].reshape', 'inner["dx"][:n_e].transpose(0, 2, 1).reshape'),
            MIXED,
        ),
        Mistake(
            "the_answer_fed",
            ("before = teacher_forcing(targets, sos)", "before = targets"),
            "The decoder is fed the tokens that it is to predict. It is fed those before.",
        ),
        Mistake(
            "context_ignored",
            (
                "lstm_states(x, context, decoder)",
                "lstm_states(x, np.zeros_like(context), decoder)",
            ),
            "The decoder begins with a zero activation. It begins with the context.",
        ),
        Mistake(
            "context_not_read",
            ("[E_y[:, before], contexts]", "[E_y[:, before], 0 * contexts]"),
            "The context is the first activation only. Each step reads it besides, below the token before.",
        ),
        Mistake(
            "context_read_once",
            (
                "[E_y[:, before], contexts]",
                "[E_y[:, before], contexts * (np.arange(before.shape[1]) == 0)]",
            ),
            "Only the first step reads the context. Every step does.",
        ),
        Mistake(
            "context_above_the_token",
            ("[E_y[:, before], contexts]", "[contexts, E_y[:, before]]"),
            "The context lies above the embeddings. The weights expect the embedding first, then the context.",
        ),
        Mistake(
            "dcontext_of_the_first_activation_only",
            ('inner["da0"] + inner["dx"][n_e:].sum(axis=2)', 'inner["da0"]'),
            "dcontext is the gradient of the first activation only. Each step reads the context besides: what comes back "
            "from there, the last n_a rows of dx, is added, of all steps.",
        ),
        Mistake(
            "dcontext_of_what_is_read_only",
            ('inner["da0"] + inner["dx"][n_e:].sum(axis=2)', 'inner["dx"][n_e:].sum(axis=2)'),
            "dcontext is the gradient of what the steps read only. The context is the first activation as well: da0 is "
            "added.",
        ),
        Mistake(
            "dcontext_of_the_first_step",
            ('inner["dx"][n_e:].sum(axis=2)', 'inner["dx"][n_e:, :, 0]'),
            "Of what the steps read, dcontext has the first one's part only. All steps read the same context, so their "
            "gradients are summed.",
        ),
        Mistake(
            "dcontext_of_the_last_step",
            ('inner["dx"][n_e:].sum(axis=2)', 'inner["dx"][n_e:, :, -1]'),
            "Of what the steps read, dcontext has the last one's part only. All steps read the same context, so their "
            "gradients are summed.",
        ),
        Mistake(
            "dcontext_averaged",
            ('inner["dx"][n_e:].sum(axis=2)', 'inner["dx"][n_e:].mean(axis=2)'),
            "dcontext has a mean over the steps. All steps read the same context, so their gradients are summed.",
        ),
        Mistake(
            "dcontext_from_the_rows_of_the_token",
            ('inner["dx"][n_e:].sum(axis=2)', 'inner["dx"][: len(context)].sum(axis=2)'),
            "The first rows of dx are added to dcontext. They belong to the embedding, the n_a rows below to the context.",
        ),
        Mistake(
            "dcontext_of_the_activations",
            ('inner["da0"] + inner["dx"][n_e:].sum(axis=2)', 'output["da"].sum(axis=2)'),
            "dcontext is the sum of what the losses send to their steps' activations. It has to go back through the steps: "
            "lstm_backward gives the gradients of the first activation and of what each step reads.",
        ),
        Mistake(
            "loss_of_one_step_only",
            (
                'lstm_backward(output["da"], caches)',
                'lstm_backward(output["da"] * (np.arange(targets.shape[1]) == targets.shape[1] - 1), caches)',
            ),
            "Only the last step's loss goes back through the LSTM. Every step has a loss of its own.",
        ),
        Mistake(
            "bias_missing",
            (' + decoder["by"][..., np.newaxis]', ""),
            "The bias b_y is missing from the scores.",
        ),
        Mistake(
            "padding_counts",
            (
                "log_y, targets, mask, a, decoder",
                "log_y, targets, np.ones_like(mask), a, decoder",
            ),
            "Gradients come from padding too. The loss has none there.",
        ),
        Mistake(
            "gradients_for_the_tokens_fed",
            ("log_y, targets, mask, a, decoder", "log_y, before, mask, a, decoder"),
            "The softmax layer's gradients are those for the tokens that were fed. What is to be predicted are the targets.",
        ),
        Mistake(
            "loss_of_the_tokens_fed",
            ("translation_loss(log_y, targets, mask)", "translation_loss(log_y, before, mask)"),
            "Your loss asks for the tokens that were fed. What is to be predicted are the targets.",
        ),
        Mistake(
            "loss_with_padding",
            (
                "translation_loss(log_y, targets, mask)",
                "translation_loss(log_y, targets, np.ones_like(mask))",
            ),
            "Your loss counts the padding.",
        ),
        Mistake(
            "scores_for_log_probabilities",
            ("log_y = log_softmax(", "log_y = ("),
            "Loss and gradients are given the scores. They need log-probabilities: log_softmax is missing.",
        ),
    ],
)

encoder_gradients = Exercise(
    function=reference.encoder_gradients,
    title="Back through the encoder",
    minutes=20,
    difficulty=2,
    arguments={"dcontext": UNITS, **SOURCES, "parameters": PARAMETERS},
    result=Dict(dE_x=Array("n_e", "V_x"), **OF_ENCODER),
    draw=draw_encoder_loss,
    dims=SOURCE_DIMS,
    rows=[Row("dE_x", "dE_x", points=3), *(Row(name, name, points=0.5) for name in OF_ENCODER)],
    needs=["lstm_states"],
    mistakes=[
        Mistake(
            "enters_at_the_last_step_of_the_array",
            (LAST, "np.full(m, -1)"),
            "dcontext enters at the last step of the array, which for shorter inputs is padding. It enters where the "
            "context was read: at each input's own last token.",
        ),
        Mistake(
            "enters_a_step_too_late",
            (LAST, "mask.sum(axis=1).astype(int) % mask.shape[1]"),
            "dcontext enters one step after the last token. Of n tokens the last stands at n − 1.",
        ),
        Mistake(
            "enters_a_step_too_early",
            (LAST, "mask.sum(axis=1).astype(int) - 2"),
            "dcontext enters one step before the last token. It enters where the context was read: at the last token.",
        ),
        Mistake(
            "enters_at_the_first_step",
            (LAST, "np.zeros(m, dtype=int)"),
            "dcontext enters at the first step. It enters where the context was read: at the last token.",
        ),
        Mistake(
            "enters_at_every_step",
            (
                "da[:, np.arange(m), mask.sum(axis=1).astype(int) - 1] = dcontext",
                "da[:] = dcontext[:, :, np.newaxis]",
            ),
            "dcontext enters at every step. The context was read at one step only, each input's last token.",
        ),
        Mistake(
            "enters_at_every_token",
            (
                "da[:, np.arange(m), mask.sum(axis=1).astype(int) - 1] = dcontext",
                "da[:] = dcontext[:, :, np.newaxis] * mask",
            ),
            "dcontext enters at every token. The context was read at one step only, each input's last token.",
        ),
        Mistake(
            "shared_by_the_tokens",
            ("= dcontext\n", "= dcontext / mask.sum(axis=1)\n"),
            "dcontext is divided by the number of tokens, as for a mean. It enters whole.",
        ),
        Mistake(
            "repeated_tokens_overwritten",
            (
                'look_up_backward(inner["dx"].reshape(len(E_x), tokens.size), tokens.ravel(), E_x.shape[1])',
                'np.zeros_like(E_x)\n    dE_x[:, tokens] += inner["dx"]',
            ),
            LOST,
        ),
        Mistake(
            "steps_and_examples_mixed",
            ("tokens.ravel()", "tokens.T.ravel()"),
            MIXED,
        ),
        Mistake(
            "axes_of_dx_turned",
            ('inner["dx"].reshape', 'inner["dx"].transpose(0, 2, 1).reshape'),
            MIXED,
        ),
        Mistake(
            "embedding_of_the_targets",
            ("lstm_states(E_x[:, tokens]", 'lstm_states(parameters["E_y"][:, tokens]'),
            "The tokens are looked up in E_y. Inputs have the columns of E_x.",
        ),
        Mistake(
            "last_token_has_it_all",
            ('inner["dx"].reshape', '(inner["dx"] * (da != 0).any(axis=0)).reshape'),
            "Only the last token's vector has a gradient. All tokens before it have one too, through the steps.",
        ),
    ],
)

STEP = "decoder_step(token, context, a, c, parameters)"
greedy_decode = Exercise(
    function=reference.greedy_decode,
    title="Greedy decoding",
    minutes=25,
    difficulty=2,
    arguments={
        **SOURCES,
        "parameters": PARAMETERS,
        "sos": TOKEN,
        "eos": TOKEN,
        "longest": Plain("a whole number"),
    },
    result=Plain("a list of m lists of tokens"),
    draw=draw_translation,
    dims=BOTH_DIMS,
    rows=[
        Row("translations, one of them cut", "", points=3),
        Row("translations that end", "", points=5, cases=ENDING),
    ],
    extra=[further(ENDING, ending_translations)],
    needs=["encoder_context", "decoder_step"],
    mistakes=[
        Mistake(
            "end_kept",
            [
                ("        finished |= token == eos\n        if finished.all():\n            break\n", ""),
                (
                    "            decoded[i].append(int(token[i]))",
                    "            decoded[i].append(int(token[i]))\n        finished |= token == eos",
                ),
            ],
            "Your translations have the end token at their end. It ends a translation, but is not part of the list.",
        ),
        Mistake(
            "start_kept",
            ("= [[] for _ in tokens]", "= [[sos] for _ in tokens]"),
            "Your translations begin with `sos`. It is fed to the decoder, which does not write it.",
        ),
        Mistake(
            "goes_on_after_the_end",
            ("finished |= token == eos", "finished = token == eos"),
            "A translation that has ended goes on. What comes after its first end token does not belong to it.",
        ),
        Mistake(
            "all_stop_with_the_first",
            ("finished.all()", "finished.any()"),
            "All stop when the first one has ended. The others go on.",
        ),
        Mistake(
            "end_not_seen",
            ("finished |= token == eos", "pass"),
            "Nothing ends before the last allowed step. A translation ends where its most probable token is `eos`.",
        ),
        Mistake(
            "start_fed_at_every_step",
            (STEP, "decoder_step(np.full(len(tokens), sos), context, a, c, parameters)"),
            "`sos` is fed at every step. From the second step on, the token just written is fed.",
        ),
        Mistake(
            "end_fed_first",
            ("np.full(len(tokens), sos)", "np.full(len(tokens), eos)"),
            "The first token fed is `eos`. It is `sos`.",
        ),
        Mistake(
            "state_not_carried",
            (f"a, c, log_y = {STEP}", f"_, c, log_y = {STEP}"),
            "Every step begins with the context as its activation. Only the first does; then the activation of the step "
            "before goes on.",
        ),
        Mistake(
            "activation_for_the_context",
            (STEP, "decoder_step(token, a, a, c, parameters)"),
            "From the second step on, the activation takes the place of the context. Every step reads the same context.",
        ),
        Mistake(
            "context_not_read",
            (STEP, "decoder_step(token, np.zeros_like(context), a, c, parameters)"),
            "The context is the first activation only. Each step reads it besides, below the token before.",
        ),
        Mistake(
            "begins_with_zero",
            ("a, c, token = context,", "a, c, token = np.zeros_like(context),"),
            "The decoder begins with a zero activation. It begins with the context.",
        ),
        Mistake(
            "memory_not_carried",
            (f"a, c, log_y = {STEP}", f"a, _, log_y = {STEP}"),
            "Every step begins with an empty memory. The memory of the step before goes on.",
        ),
        Mistake(
            "context_into_the_memory",
            (
                "a, c, token = context, np.zeros_like(context), ",
                "a, c, token = np.zeros_like(context), context, ",
            ),
            "The context goes into the memory. It is the decoder's first activation.",
        ),
        Mistake(
            "memory_begins_with_the_context",
            ("np.zeros_like(context)", "context"),
            "The memory begins with the context too. It begins with zero.",
        ),
        Mistake(
            "one_list_for_all",
            ("[[] for _ in tokens]", "[[]] * len(tokens)"),
            "All translations are one and the same list: [[]] * m names it m times. Each example needs a list of its own.",
        ),
        Mistake(
            "those_behind_a_finished_one_left_out",
            (
                "for i in np.flatnonzero(~finished):\n",
                "for i in range(len(tokens)):\n            if finished[i]:\n                break\n",
            ),
            "A step stops at the first example that has ended, and those behind it in the batch get no token. Only the one "
            "that has ended is passed over.",
        ),
        Mistake(
            "least_probable",
            ("argmax", "argmin"),
            "You take the least probable token. The most probable one is taken.",
        ),
        Mistake(
            "best_example_for_each_token",
            ("log_y.argmax(axis=0)", "np.resize(log_y.argmax(axis=1), len(tokens))"),
            "You look for the largest entry along the examples. Tokens are axis 0.",
        ),
        Mistake(
            "one_step_too_many",
            ("range(longest)", "range(longest + 1)"),
            "There is a step too many: a translation that does not end has `longest` tokens.",
        ),
        Mistake(
            "one_step_too_few",
            ("range(longest)", "range(longest - 1)"),
            "There is a step too few: a translation that does not end has `longest` tokens.",
        ),
        Mistake(
            "longest_ignored",
            ("range(longest)", "range(100)"),
            "A translation that has not ended after `longest` steps goes on. It is cut there.",
        ),
        Mistake(
            "start_counts_as_a_step",
            ("range(longest)", "range(longest - 2)"),
            "There are two steps too few: neither `sos` nor the end token is counted among the `longest` tokens of one that "
            "does not end.",
        ),
        Mistake(
            "padding_read",
            (
                "encoder_context(tokens, mask, parameters)",
                "encoder_context(tokens, np.ones_like(mask), parameters)",
            ),
            "The encoder reads the padding too. Give it the mask.",
        ),
    ],
)

exact_match = Exercise(
    function=reference.exact_match,
    title="How many are right throughout",
    minutes=10,
    difficulty=1,
    arguments={
        "decoded": Plain("a list of m lists of tokens"),
        "targets": Plain("a list of m lists of tokens"),
        "groups": Plain("a list of m whole numbers"),
    },
    result=Plain("a dict from group to share"),
    draw=draw_matches,
    dims=MATCH_DIMS,
    rows=[Row("share of each group", "", points=3)],
    mistakes=[
        Mistake(
            "counts",
            ("sum(hits) / len(hits)", "sum(hits)"),
            "These are numbers of right translations. Divide by the size of each group.",
        ),
        Mistake(
            "shares_of_all",
            ("sum(hits) / len(hits)", "sum(hits) / len(decoded)"),
            "You divide by the number of all translations. Divide by the size of each group.",
        ),
        Mistake(
            "one_share_for_all",
            ("sum(hits) / len(hits)", "sum(map(sum, right.values())) / len(decoded)"),
            "Every group has the share of all translations. Each has its own.",
        ),
        Mistake(
            "shares_of_tokens",
            (
                "append(list(decoded[i]) == list(targets[i]))",
                "append(sum(a == b for a, b in zip(decoded[i], targets[i])) / len(targets[i]))",
            ),
            "You count tokens. A translation counts when it is right from the first token to the last.",
        ),
        Mistake(
            "shares_of_compared_tokens",
            (
                "append(list(decoded[i]) == list(targets[i]))",
                "append(float(np.mean([a == b for a, b in zip(decoded[i], targets[i])])))",
            ),
            "You count tokens, as far as the shorter of two lists goes. A translation counts when it is right from the "
            "first token to the last.",
        ),
        Mistake(
            "shares_of_all_compared_tokens",
            (
                "append(list(decoded[i]) == list(targets[i]))",
                "extend(a == b for a, b in zip(decoded[i], targets[i]))",
            ),
            "You have the share of right tokens among all tokens of a group. A translation counts when it is right from the "
            "first token to the last.",
        ),
        Mistake(
            "shares_of_tokens_of_one_length",
            (
                "append(list(decoded[i]) == list(targets[i]))",
                "append(\n"
                "            float(np.mean(np.equal(decoded[i], targets[i])))\n"
                "            if len({len(one) for one in (*decoded, *targets)}) == 1\n"
                "            else list(decoded[i]) == list(targets[i])\n"
                "        )",
            ),
            "Where all lists have one length, you count tokens: NumPy makes a table of such lists, and compares entry by "
            "entry. A translation counts when it is right from the first token to the last.",
        ),
        Mistake(
            "groups_without_a_right_one_left_out",
            ("in right.items()", "in right.items() if any(hits)"),
            "A group in which nothing is right is missing. Its share is 0.",
        ),
        Mistake(
            "beginning_is_enough",
            ("list(decoded[i]) == list(targets[i])", "all(a == b for a, b in zip(decoded[i], targets[i]))"),
            "A translation that is too short or too long passes: zip stops at the end of the shorter list. The lengths must "
            "be the same.",
        ),
        Mistake(
            "order_ignored",
            ("list(decoded[i]) == list(targets[i])", "sorted(decoded[i]) == sorted(targets[i])"),
            "The right tokens in the wrong order pass. The order counts.",
        ),
        Mistake(
            "length_is_enough",
            ("list(decoded[i]) == list(targets[i])", "len(decoded[i]) == len(targets[i])"),
            "A translation of the right length passes. Its tokens must be the true ones.",
        ),
        Mistake(
            "last_token_left_out",
            ("list(decoded[i]) == list(targets[i])", "list(decoded[i])[:-1] == list(targets[i])[:-1]"),
            "The last token is not compared.",
        ),
        Mistake(
            "shares_of_wrong_ones",
            ("list(decoded[i]) == list(targets[i])", "list(decoded[i]) != list(targets[i])"),
            "These are the shares of wrong translations.",
        ),
        Mistake(
            "per_cent",
            ("sum(hits) / len(hits)", "100 * sum(hits) / len(hits)"),
            "These are per cent. Shares run from 0 to 1.",
        ),
    ],
)

EXERCISES = [
    lstm_states,
    encoder_context,
    log_softmax,
    decoder_step,
    teacher_forcing,
    decoder_forward,
    translation_loss,
    output_layer_gradients,
    decoder_gradients,
    encoder_gradients,
    greedy_decode,
    exact_match,
]

# Mutants of the reference that do the same as the reference, each with the reason.
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "greedy_decode": {
        "break  →  continue": "when all have ended, the steps that are left write nothing",
    },
}
