"""What is graded in 03-gru."""

from itertools import permutations

import numpy as np

from autograder.exercise import Arguments, Dims, Exercise, Mistake
from autograder.exercises.gates import (
    CACHES_KEPT_WRONGLY,
    FIRST_ACTIVATION,
    INPUT_TAKEN_WRONGLY,
    OWN_LOSS,
    PARAMETERS_SUMMED_WRONGLY,
    STEPS_LEFT_OUT,
    WALKED_WRONGLY,
    LayerMistakes,
)
from autograder.exercises.names import names_cases
from autograder.layout import Array, Dict, Each, Layout, Tuple
from autograder.row import Row
from seqlib import gru as reference

UNITS = Array("n_a", "m")
WEIGHTS = Array("n_a", "n_a + n_x")
BIAS = Array("n_a", "1")
INPUT = Array("n_x", "m")
CLASSES = Array("n_y", "m")
GATE_PARAMETERS: dict[str, Layout] = {
    **{f"W{gate}": WEIGHTS for gate in "urc"},
    **{f"b{gate}": BIAS for gate in "urc"},
}
OUTPUT_PARAMETERS: dict[str, Layout] = {"Wy": Array("n_y", "n_a"), "by": Array("n_y", "1")}
SIMPLIFIED = {name: layout for name, layout in GATE_PARAMETERS.items() if not name.endswith("r")}
PARAMETERS = Dict(**GATE_PARAMETERS, **OUTPUT_PARAMETERS)
CACHE = Tuple(a_next=UNITS, a_prev=UNITS, ut=UNITS, rt=UNITS, cct=UNITS, xt=INPUT, parameters=PARAMETERS)
CACHES = Tuple(cells=Each(CACHE), x=Array("n_x", "m", "T_x"))
GATES = Dict(dut=UNITS, dcct=UNITS, drt=UNITS)
GRADIENTS: dict[str, Layout] = {f"d{name}": layout for name, layout in GATE_PARAMETERS.items()}

# Keys in the code, the name in the code, and what a learner calls it.
LAYERS = {"u": ("ut", "update gate"), "r": ("rt", "reset gate"), "c": ("cct", "candidate")}
LAYER_MISTAKES = LayerMistakes(LAYERS)

STEP_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4},
    {"n_x": 7, "n_a": 4, "n_y": 3, "m": 1},
    {"n_x": 1, "n_a": 3, "n_y": 6, "m": 5},
]
SEQUENCE_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4, "T_x": 7},
    {"n_x": 4, "n_a": 6, "n_y": 3, "m": 1, "T_x": 5},
    {"n_x": 2, "n_a": 3, "n_y": 4, "m": 5, "T_x": 1},
]
REFERENCE_MODEL = "names-gru"
# Few and short, so that an answer in plain loops over all units stays far from the time limit.
HELD_OUT_NAMES = 2
LONGEST_NAME = 4


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights that open and close the gates by different amounts, and biases that are seen."""
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    gates = {f"W{gate}": rng.normal(0, 1.8 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "urc"}
    biases = {f"b{gate}": rng.normal(0, 0.7, (n_a, 1)) for gate in "urc"}
    output = {"Wy": rng.normal(0, 1, (n_y, n_a)), "by": rng.normal(0, 0.7, (n_y, 1))}
    return {**gates, **biases, **output}


def draw_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One step's arguments."""
    n_x, n_a, m = dims["n_x"], dims["n_a"], dims["m"]
    return {
        "xt": rng.normal(0, 1, (n_x, m)),
        "a_prev": rng.uniform(-0.95, 0.95, (n_a, m)),
        "parameters": draw_parameters(rng, dims),
    }


def draw_simplified_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The arguments of a step, without the reset gate's parameters."""
    arguments = draw_cell(rng, dims)
    parameters = {name: arguments["parameters"][name] for name in (*SIMPLIFIED, *OUTPUT_PARAMETERS)}
    return {**arguments, "parameters": parameters}


def draw_cell_reset_after(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The arguments of a step, with the bias that the reset gate multiplies."""
    arguments = draw_cell(rng, dims)
    return {**arguments, "parameters": {**arguments["parameters"], "bca": rng.normal(0, 1, (dims["n_a"], 1))}}


def draw_sequence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A sequence and a first activation that is not zero."""
    return {
        "x": rng.normal(0, 1, (dims["n_x"], dims["m"], dims["T_x"])),
        "a0": rng.uniform(-0.95, 0.95, (dims["n_a"], dims["m"])),
        "parameters": draw_parameters(rng, dims),
    }


def draw_cell_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient that reaches a step's activation, and the cache of a real step."""
    cache = reference.gru_cell_forward(*draw_cell(rng, dims).values())[2]
    return {"da_next": rng.normal(0, 1, (dims["n_a"], dims["m"])), "cache": cache}


def draw_layer_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients at the three layers, and the cache of a real step."""
    gates = {name: rng.normal(0, 1, (dims["n_a"], dims["m"])) for name in GATES.fields}
    return {"gates": gates, "cache": draw_cell_gradients(rng, dims)["cache"]}


def draw_inputs_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient that reaches a step, those at its layers, and its cache."""
    step = draw_cell_gradients(rng, dims)
    gates = draw_layer_gradients(rng, dims)["gates"]
    return {"da_next": step["da_next"], "gates": gates, "cache": step["cache"]}


def draw_sequence_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each step's activation, and the caches of a real forward pass."""
    caches = reference.gru_forward(*draw_sequence(rng, dims).values())[2]
    return {"da": rng.normal(0, 1, (dims["n_a"], dims["m"], dims["T_x"])), "caches": caches}


def missing_bias(gate: str) -> Mistake:
    """One layer without its bias."""
    name, spoken = LAYERS[gate]
    return Mistake(
        f"bias_missing_{name}",
        (f' + parameters["b{gate}"]', ""),
        f"The {spoken} is what comes without its bias. Every layer has a bias of its own.",
    )


STACK_SIDE_BY_SIDE = (
    "a_prev and xt are joined side by side. They have the same examples in their columns and have to be put on top "
    "of each other."
)
STACK_UPSIDE_DOWN = (
    "You have what the stack [x, a_prev] gives. The first n_a columns of each weight matrix belong to a_prev, so "
    "a_prev has to be on top."
)
NOT_TRANSPOSED = (
    "A weight matrix does not fit what it multiplies. Those of the gates and of the candidate are (n_a, n_a + n_x) and "
    "fit a stack as they are, neither a_prev nor xt alone; W_y is (n_y, n_a) and fits the activation alone."
)
ENTRY_BY_ENTRY = (
    "A weight matrix is multiplied with *, entry by entry. A layer mixes all units and inputs: it is a product of "
    "matrices, @, with the stack."
)
MIX = "ut * cct + (1 - ut) * a_prev"


def mixing_mistakes() -> list[Mistake]:
    """What goes wrong where the update gate mixes old and new."""
    return [
        Mistake(
            "update_gate_inverted",
            (MIX, "(1 - ut) * cct + ut * a_prev"),
            "The update gate is the wrong way round: you have Γ_u · a_prev + (1 − Γ_u) · c̃. Γ_u says how much is "
            "overwritten, so it multiplies the candidate, and 1 − Γ_u what is kept. (Some books and torch name the "
            "gate the other way; here and in the lecture notes 1 overwrites.)",
        ),
        Mistake(
            "old_activation_kept_whole",
            (MIX, "ut * cct + a_prev"),
            "The whole old activation is kept and the candidate is added on top. What is overwritten has to make "
            "room: only the part 1 − Γ_u is kept.",
        ),
        Mistake(
            "candidate_written_whole",
            (MIX, "cct + (1 - ut) * a_prev"),
            "The candidate is written whole. Only the part Γ_u of it is written.",
        ),
        Mistake(
            "old_activation_dropped",
            (MIX, "ut * cct"),
            "The new activation is only what is written now. The part 1 − Γ_u of the old activation, which is the "
            "memory, is missing.",
        ),
        Mistake(
            "update_gate_keeps_and_writes",
            (MIX, "ut * cct + ut * a_prev"),
            "Γ_u multiplies the candidate and the old activation. What is kept is the rest, 1 − Γ_u.",
        ),
        Mistake(
            "candidate_for_activation",
            (MIX, "cct"),
            "The new activation is the candidate alone, as in a plain network. The update gate mixes it with the "
            "old activation.",
        ),
        Mistake(
            "activation_squashed",
            (MIX, f"np.tanh({MIX})"),
            "The new activation has gone through another tanh. In a GRU the memory is the activation, and both "
            "parts of the mixture are squashed already.",
        ),
        Mistake(
            "matrix_product_with_a_gate",
            (MIX, "ut @ cct + (1 - ut) @ a_prev"),
            "A gate is multiplied with @, as a matrix. It has a number for each unit and example: multiply "
            "elementwise.",
        ),
        Mistake(
            "dot_with_a_gate",
            (MIX, "np.dot(ut, cct) + np.dot(1 - ut, a_prev)"),
            "A gate is multiplied with np.dot, as a matrix. It has a number for each unit and example: multiply "
            "elementwise.",
        ),
    ]


def candidate_mistakes() -> list[Mistake]:
    """A candidate that is squashed wrongly."""
    return [
        Mistake(
            "sigmoid_for_candidate",
            ("np.tanh(", "sigmoid("),
            "The candidate is what the sigmoid gives. It is content and may be negative, so it goes through tanh.",
        ),
        Mistake(
            "candidate_not_squashed",
            ("np.tanh(", "("),
            "The candidate is what comes before the tanh. It has to lie between −1 and 1.",
        ),
    ]


def prediction_mistakes() -> list[Mistake]:
    """What goes wrong where the prediction is made."""
    product = 'parameters["Wy"] @ a_next'
    return [
        Mistake(
            "prediction_from_candidate",
            (product, 'parameters["Wy"] @ cct'),
            "The prediction is made from the candidate. It sees the new activation, with what was kept.",
        ),
        Mistake(
            "prediction_from_old_activation",
            (product, 'parameters["Wy"] @ a_prev'),
            "The prediction is made from the activation of the step before. It uses the new one.",
        ),
        Mistake(
            "prediction_entry_by_entry",
            (product, 'parameters["Wy"] * a_next'),
            "W_y is multiplied with *, entry by entry. The prediction mixes all units: it is a product of "
            "matrices, @.",
        ),
        Mistake(
            "prediction_without_bias",
            (' + parameters["by"]', ""),
            "The prediction is what comes without its bias by.",
        ),
        Mistake(
            "prediction_without_softmax",
            ("softmax(", "("),
            "The prediction is made of scores. The softmax, which makes them probabilities, is missing.",
        ),
        Mistake(
            "prediction_through_sigmoid",
            ("softmax(", "sigmoid("),
            "The prediction goes through a sigmoid, so the classes of an example do not add up to 1. Use softmax.",
        ),
        Mistake(
            "softmax_over_examples",
            [("softmax(", "softmax(("), ('parameters["by"])', 'parameters["by"]).T).T')],
            "The softmax runs over the examples. Each column, one example, has to add up to 1 over the classes.",
        ),
        Mistake(
            "softmax_over_everything",
            ("softmax(", "(lambda scores: np.exp(scores) / np.exp(scores).sum())("),
            "The softmax divides by one sum over classes and examples. Each column, one example, has to add up to 1.",
        ),
    ]


def biases_outside(gates: str) -> Mistake:
    """The biases added when the layers have squashed already."""
    return Mistake(
        "bias_squashed_apart",
        [(f' + parameters["b{gate}"])', f') + parameters["b{gate}"]') for gate in gates],
        "The bias is added after the squashing. It belongs inside the sigmoid or the tanh.",
    )


gru_simplified_cell_forward = Exercise(
    function=reference.gru_simplified_cell_forward,
    title="A cell with one gate",
    minutes=20,
    difficulty=1,
    arguments={"xt": INPUT, "a_prev": UNITS, "parameters": Dict(**SIMPLIFIED, **OUTPUT_PARAMETERS)},
    result=Tuple(a_next=UNITS, yt_pred=CLASSES),
    draw=draw_simplified_cell,
    dims=STEP_DIMS,
    rows=[Row("a_next", "a_next", points=7), Row("yt_pred", "yt_pred", points=3)],
    mistakes=[
        *mixing_mistakes(),
        *candidate_mistakes(),
        Mistake("stack_upside_down", ("[a_prev, xt]", "[xt, a_prev]"), STACK_UPSIDE_DOWN),
        Mistake("stack_side_by_side", ("axis=0", "axis=1"), STACK_SIDE_BY_SIDE),
        Mistake(
            "weights_transposed",
            [(f'parameters["W{gate}"]', f'parameters["W{gate}"].T') for gate in "uc"],
            NOT_TRANSPOSED,
        ),
        Mistake(
            "layers_entry_by_entry",
            [(f'parameters["W{gate}"] @ concat', f'parameters["W{gate}"] * concat') for gate in "uc"],
            ENTRY_BY_ENTRY,
        ),
        LAYER_MISTAKES.tanh_for("u"),
        LAYER_MISTAKES.unsquashed("u"),
        missing_bias("u"),
        missing_bias("c"),
        Mistake(
            "no_biases",
            [(f' + parameters["b{gate}"]', "") for gate in "uc"],
            "Gate and candidate are what comes without their biases. Each layer adds a bias of its own.",
        ),
        LAYER_MISTAKES.copied_layer("u", "c"),
        LAYER_MISTAKES.copied_layer("c", "u"),
        LAYER_MISTAKES.copied_bias("u", "c"),
        LAYER_MISTAKES.copied_bias("c", "u"),
        LAYER_MISTAKES.copied_weights("u", "c"),
        LAYER_MISTAKES.copied_weights("c", "u"),
        LAYER_MISTAKES.exchanged_weights("u", "c"),
        biases_outside("uc"),
        Mistake(
            "prediction_returned_first",
            ("return a_next, yt_pred", "return yt_pred, a_next"),
            "The prediction is returned first. The order is a_next, yt_pred.",
        ),
        *prediction_mistakes(),
    ],
)


RESET_STACK = "[rt * a_prev, xt]"
CANDIDATE = 'np.tanh(parameters["Wc"] @ concat_reset + parameters["bc"])'

gru_cell_forward = Exercise(
    function=reference.gru_cell_forward,
    title="The whole cell",
    minutes=30,
    difficulty=2,
    arguments={"xt": INPUT, "a_prev": UNITS, "parameters": PARAMETERS},
    result=Tuple(a_next=UNITS, yt_pred=CLASSES, cache=CACHE),
    draw=draw_cell,
    dims=STEP_DIMS,
    rows=[
        Row("update gate in the cache", "cache.ut", points=2),
        Row("reset gate in the cache", "cache.rt", points=2),
        Row("candidate in the cache", "cache.cct", points=4),
        Row("a_next", "a_next", points=4),
        Row("yt_pred", "yt_pred", points=2),
        Row("the whole cache", "cache", points=3),
    ],
    mistakes=[
        Mistake(
            "reset_gate_left_out",
            (RESET_STACK, "[a_prev, xt]"),
            "The candidate sees the whole old activation: Γ_r is computed but not used. The candidate of lecture "
            "note 003 leaves it out; the old activation in its stack is multiplied by Γ_r.",
        ),
        Mistake(
            "reset_gate_after_the_matrix",
            (
                'parameters["Wc"] @ concat_reset',
                'parameters["Wc"][:, len(a_prev) :] @ xt + rt * (parameters["Wc"][:, : len(a_prev)] @ a_prev)',
            ),
            "The reset gate comes after W_c, as in torch.nn.GRU. In this cell it multiplies the old activation "
            "first, and the matrix sees the product.",
        ),
        Mistake(
            "reset_gate_after_the_matrix_on_everything",
            ('parameters["Wc"] @ concat_reset', 'rt * (parameters["Wc"] @ concat)'),
            "The reset gate multiplies what W_c makes of the whole stack. It multiplies the old activation alone, "
            "before the matrix.",
        ),
        Mistake(
            "reset_gate_on_the_candidate",
            (CANDIDATE, 'rt * np.tanh(parameters["Wc"] @ concat + parameters["bc"])'),
            "The reset gate multiplies the candidate. It multiplies the old activation that the candidate sees.",
        ),
        Mistake(
            "reset_gate_on_the_whole_stack",
            (
                f"np.concatenate({RESET_STACK}, axis=0)",
                "np.concatenate([rt * a_prev, rt.mean(axis=0) * xt], axis=0)",
            ),
            "The input in the candidate's stack is weighed by the reset gate too. Γ_r weighs the old activation only.",
        ),
        Mistake(
            "reset_gate_times_the_whole_stack",
            (f"np.concatenate({RESET_STACK}, axis=0)", "rt * concat"),
            "The reset gate meets the whole stack. It has a number for each unit of the old activation and none for the "
            "input: it multiplies a_prev before the two are stacked.",
        ),
        Mistake(
            "update_gate_sees_what_is_reset",
            [
                ('    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])\n', ""),
                (
                    "    cct = np.tanh(",
                    '    ut = sigmoid(parameters["Wu"] @ concat_reset + parameters["bu"])\n    cct = np.tanh(',
                ),
            ],
            "The update gate reads the candidate's stack. Both gates see the old activation as it is; only the candidate "
            "sees it times Γ_r.",
        ),
        Mistake(
            "reset_gate_inverted",
            (RESET_STACK, "[(1 - rt) * a_prev, xt]"),
            "The candidate sees 1 − Γ_r of the old activation. Γ_r at 1 shows all of it, at 0 nothing.",
        ),
        Mistake(
            "update_gate_for_reset_gate",
            (RESET_STACK, "[ut * a_prev, xt]"),
            "The update gate weighs what the candidate sees of the old activation. That is the reset gate's job.",
        ),
        Mistake(
            "reset_gate_for_update_gate",
            (MIX, "rt * cct + (1 - rt) * a_prev"),
            "The reset gate mixes old and new. That is the update gate's job; Γ_r only weighs the old activation "
            "inside the candidate.",
        ),
        Mistake(
            "gates_exchanged",
            [(RESET_STACK, "[ut * a_prev, xt]"), (MIX, "rt * cct + (1 - rt) * a_prev")],
            "The two gates do each other's job. Γ_r weighs the old activation inside the candidate, Γ_u mixes old "
            "and new.",
        ),
        Mistake(
            "reset_gate_forgets",
            (MIX, "ut * cct + rt * a_prev"),
            "The reset gate decides how much of the old activation is kept, as lecture note 001 has it. It is "
            "1 − Γ_u that keeps; Γ_r only weighs the old activation inside the candidate.",
        ),
        Mistake(
            "reset_gate_in_the_mixture_too",
            (MIX, "ut * cct + (1 - ut) * (rt * a_prev)"),
            "The reset gate also multiplies what is kept. What is kept is 1 − Γ_u of the old activation as it was; "
            "Γ_r acts inside the candidate only.",
        ),
        *mixing_mistakes(),
        *candidate_mistakes(),
        Mistake(
            "stack_upside_down",
            [("[a_prev, xt]", "[xt, a_prev]"), (RESET_STACK, "[xt, rt * a_prev]")],
            STACK_UPSIDE_DOWN,
        ),
        Mistake(
            "candidate_stack_upside_down",
            (RESET_STACK, "[xt, rt * a_prev]"),
            "The candidate's stack has x on top. The first n_a columns of W_c belong to the old activation, so "
            "Γ_r · a_prev has to be on top.",
        ),
        Mistake(
            "stack_side_by_side",
            [
                ("[a_prev, xt], axis=0", "[a_prev, xt], axis=1"),
                (f"{RESET_STACK}, axis=0", f"{RESET_STACK}, axis=1"),
            ],
            STACK_SIDE_BY_SIDE,
        ),
        Mistake(
            "weights_transposed",
            [(f'parameters["W{gate}"]', f'parameters["W{gate}"].T') for gate in "urc"],
            NOT_TRANSPOSED,
        ),
        Mistake(
            "layers_entry_by_entry",
            [(f'parameters["W{gate}"] @ concat', f'parameters["W{gate}"] * concat') for gate in "urc"],
            ENTRY_BY_ENTRY,
        ),
        LAYER_MISTAKES.tanh_for("u"),
        LAYER_MISTAKES.tanh_for("r"),
        Mistake(
            "tanh_for_both_gates",
            [(f'sigmoid(parameters["W{gate}"]', f'np.tanh(parameters["W{gate}"]') for gate in "ur"],
            "This gate is what tanh gives. A gate says how much, from 0 to 1, so it needs the sigmoid; only the "
            "candidate has a tanh.",
        ),
        LAYER_MISTAKES.unsquashed("u"),
        LAYER_MISTAKES.unsquashed("r"),
        *(missing_bias(gate) for gate in "urc"),
        Mistake(
            "no_biases",
            [(f' + parameters["b{gate}"]', "") for gate in "urc"],
            "This is what comes without its bias. Each layer adds a bias of its own before it squashes.",
        ),
        *(LAYER_MISTAKES.copied_layer(gate, source) for gate, source in permutations("urc", 2)),
        *(LAYER_MISTAKES.copied_bias(gate, source) for gate, source in permutations("urc", 2)),
        *(LAYER_MISTAKES.copied_weights(gate, source) for gate, source in permutations("urc", 2)),
        LAYER_MISTAKES.exchanged_weights("u", "r"),
        biases_outside("urc"),
        Mistake(
            "prediction_returned_first",
            ("return a_next, yt_pred", "return yt_pred, a_next"),
            "The prediction is returned first. The order is a_next, yt_pred, cache.",
        ),
        *prediction_mistakes(),
        Mistake(
            "cache_reset_gate_first",
            ("a_prev, ut, rt, cct", "a_prev, rt, ut, cct"),
            "In the cache the two gates are in each other's place. The update gate comes before the reset gate.",
        ),
        Mistake(
            "cache_candidate_first",
            ("a_prev, ut, rt, cct", "a_prev, cct, ut, rt"),
            "In the cache the candidate comes before the gates. The order is update gate, reset gate, candidate.",
        ),
        Mistake(
            "cache_candidate_before_reset_gate",
            ("a_prev, ut, rt, cct", "a_prev, ut, cct, rt"),
            "In the cache the candidate and the reset gate are in each other's place. The order is update gate, reset "
            "gate, candidate.",
        ),
        Mistake(
            "cache_previous_first",
            ("(a_next, a_prev,", "(a_prev, a_next,"),
            "In the cache the old activation comes first. The new one comes before the old one.",
        ),
        Mistake(
            "cache_old_activation_lost",
            ("(a_next, a_prev,", "(a_next, a_next,"),
            "In the cache the new activation is where the old one belongs. The backward pass needs both.",
        ),
        Mistake(
            "cache_old_activation_reset",
            ("(a_next, a_prev,", "(a_next, rt * a_prev,"),
            "In the cache the old activation is multiplied by the reset gate. It is kept as it came in.",
        ),
    ],
)


STACKED = "np.stack(activations, axis=2), np.stack(predictions, axis=2)"


def filled(steps: str) -> str:
    """The results with a step of zeros where nothing was written; `{0}` stands for the steps, `{1}` for the zeros."""
    y_zeros = 'np.zeros((len(parameters["Wy"]), x.shape[1]))'
    one, other = steps.format("activations", "np.zeros_like(a0)"), steps.format("predictions", y_zeros)
    return f"np.stack({one}, axis=2), np.stack({other}, axis=2)"


gru_forward = Exercise(
    function=reference.gru_forward,
    title="A whole sequence",
    minutes=20,
    difficulty=2,
    arguments={"x": Array("n_x", "m", "T_x"), "a0": UNITS, "parameters": PARAMETERS},
    result=Tuple(a=Array("n_a", "m", "T_x"), y=Array("n_y", "m", "T_x"), caches=CACHES),
    draw=draw_sequence,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("activations a", "a", points=3),
        Row("predictions y", "y", points=2),
        Row("caches", "caches", points=3),
        Row("log-probabilities of held-out names", "y", points=4, cases=REFERENCE_MODEL, transform="log"),
    ],
    needs=["gru_cell_forward"],
    extra=[names_cases(REFERENCE_MODEL, HELD_OUT_NAMES, LONGEST_NAME)],
    mistakes=[
        Mistake(
            "a0_ignored",
            ("a_next = a0", "a_next = np.zeros_like(a0)"),
            "The first step starts from a zero activation. It starts from a0.",
        ),
        Mistake(
            "activation_not_carried",
            ("x[:, :, t], a_next", "x[:, :, t], a0"),
            "Every step is given a0. Each step is given the activation of the step before; a0 only starts it.",
        ),
        *INPUT_TAKEN_WRONGLY,
        Mistake(
            "activation_stored_a_step_late",
            [
                (
                    "a_next, yt_pred, cache = gru",
                    "activations.append(a_next)\n        a_next, yt_pred, cache = gru",
                ),
                ("activations.append(a_next)\n        predictions", "predictions"),
            ],
            "The stored activations begin with a0, one step late. At t stands what step t has computed.",
        ),
        Mistake(
            "predictions_returned_first",
            (
                "return np.stack(activations, axis=2), np.stack(predictions, axis=2)",
                "return np.stack(predictions, axis=2), np.stack(activations, axis=2)",
            ),
            "The predictions are returned first. The order is a, y, caches.",
        ),
        *STEPS_LEFT_OUT,
        Mistake(
            "last_step_missing_in_filled_arrays",
            [("range(x.shape[2])", "range(x.shape[2] - 1)"), (STACKED, filled("{0} + [{1}]"))],
            "The last step is missing. A sequence of T_x inputs has T_x steps.",
        ),
        Mistake(
            "first_step_missing",
            ("range(x.shape[2])", "range(1, x.shape[2])"),
            "The first step is missing. Steps count from 0 in the code.",
        ),
        Mistake(
            "first_step_missing_in_filled_arrays",
            [("range(x.shape[2])", "range(1, x.shape[2])"), (STACKED, filled("[{1}] + {0}"))],
            "The first step is missing. Steps count from 0 in the code.",
        ),
        Mistake(
            "loop_over_examples",
            ("range(x.shape[2])", "range(x.shape[1])"),
            "The loop has as many rounds as there are examples. It has one for each time step, along the last axis of x.",
        ),
        Mistake(
            "input_not_cut_along_time",
            ("x[:, :, t]", "x[:, t]"),
            "The input of a step is not cut out along time. Of x, (n_x, m, T_x), step t reads all rows and all examples, "
            "(n_x, m).",
        ),
        Mistake(
            "a0_stored_too",
            ("activations, predictions, caches = []", "activations, predictions, caches = [a0]"),
            "a0 is stored as if it were a step. The activations are those that the T_x steps have computed.",
        ),
        Mistake(
            "logarithms_returned",
            ("np.stack(predictions, axis=2)", "np.log(np.stack(predictions, axis=2))"),
            "The predictions are logarithms. y holds probabilities; the row of the held-out names takes the logarithm "
            "itself.",
        ),
        Mistake(
            "returns_filled_arrays_within_loop",
            [
                ("range(x.shape[2])", "range(1)"),
                (
                    "np.stack(activations, axis=2), np.stack(predictions, axis=2)",
                    "np.stack(activations + [0 * a_next] * (x.shape[2] - 1), axis=2), "
                    "np.stack(predictions + [0 * yt_pred] * (x.shape[2] - 1), axis=2)",
                ),
            ],
            "All steps after the first are zero: the function returns within its loop. Return when all steps are "
            "done.",
        ),
        Mistake(
            "time_axis_first",
            [("activations, axis=2", "activations, axis=0"), ("predictions, axis=2", "predictions, axis=0")],
            "The time steps lie along the first axis. Time is the last axis, as in x.",
        ),
        Mistake(
            "time_axis_in_the_middle",
            [("activations, axis=2", "activations, axis=1"), ("predictions, axis=2", "predictions, axis=1")],
            "The time steps lie along the middle axis. Time is the last axis, as in x.",
        ),
        Mistake(
            "steps_side_by_side",
            (STACKED, "np.concatenate(activations, axis=1), np.concatenate(predictions, axis=1)"),
            "The steps are joined side by side, among the examples. Time is an axis of its own, the last one.",
        ),
        *CACHES_KEPT_WRONGLY,
    ],
)


BOTH = ("ut", "rt")
EXAMPLES_APART = (
    "This is divided by the number of examples. Each example has a gradient of its own here, and whether the loss is a "
    "mean is already in da_next."
)

gru_gates_backward = Exercise(
    function=reference.gru_gates_backward,
    title="Back to the three layers",
    minutes=30,
    difficulty=3,
    arguments={"da_next": UNITS, "cache": CACHE},
    result=GATES,
    draw=draw_cell_gradients,
    dims=STEP_DIMS,
    rows=[
        Row("update gate dut", "dut", points=4),
        Row("candidate dcct", "dcct", points=4),
        Row("reset gate drt", "drt", points=5),
    ],
    mistakes=[
        Mistake(
            "update_gate_sign",
            ("(cct - a_prev)", "(a_prev - cct)"),
            "The gradient of the update gate has the wrong sign, as if Γ_u kept the old activation. Γ_u multiplies "
            "the candidate, and 1 − Γ_u the old activation.",
        ),
        Mistake(
            "update_gate_only_writes",
            ("(cct - a_prev)", "cct"),
            "The gradient of the update gate has the candidate alone. Γ_u stands twice in the mixture: it also takes "
            "away from the old activation.",
        ),
        Mistake(
            "update_gate_only_keeps",
            ("(cct - a_prev)", "-a_prev"),
            "The gradient of the update gate has the old activation alone. Γ_u stands twice in the mixture: it also "
            "multiplies the candidate.",
        ),
        Mistake(
            "update_gate_with_plus",
            ("(cct - a_prev)", "(cct + a_prev)"),
            "In the gradient of the update gate the two parts are added. Γ_u multiplies the candidate, but 1 − Γ_u "
            "the old activation: one of them has a minus.",
        ),
        Mistake(
            "update_gate_with_new_activation",
            [("_, a_prev, ut", "a_next, a_prev, ut"), ("(cct - a_prev)", "(cct - a_next)")],
            "The gradient of the update gate has the new activation. What Γ_u mixes are the candidate and the old "
            "activation.",
        ),
        Mistake(
            "update_gate_without_its_partner",
            (" * (cct - a_prev)", ""),
            "The gradient of the update gate lacks what Γ_u is multiplied by in the mixture. It stands there twice, once "
            "with a minus.",
        ),
        Mistake(
            "update_gate_with_reset_activation",
            ("(cct - a_prev)", "(cct - rt * a_prev)"),
            "The gradient of the update gate has Γ_r · a_prev. What the mixture keeps is the old activation as it was.",
        ),
        Mistake(
            "gates_taken_in_the_wrong_order",
            ("a_prev, ut, rt, cct", "a_prev, rt, ut, cct"),
            "The two gates are taken from the cache in each other's place. The update gate comes before the reset gate.",
        ),
        Mistake(
            "divided_by_examples",
            [(f"{name} = da_next", f"{name} = da_next / da_next.shape[1]") for name in ("dut", "dcct")],
            EXAMPLES_APART,
        ),
        *(LAYER_MISTAKES.derivative_missing(gate) for gate in "ur"),
        Mistake(
            "derivative_missing_cct",
            (" * (1 - cct**2)", ""),
            "The gradient of the candidate stops after the tanh. The derivative of tanh is still to be multiplied.",
        ),
        Mistake(
            "all_derivatives_missing",
            [(f" * {name} * (1 - {name})", "") for name in BOTH] + [(" * (1 - cct**2)", "")],
            "This gradient stops after the squashing function. It is wanted before: the derivative of its own "
            "sigmoid or tanh is still to be multiplied.",
        ),
        Mistake(
            "sigmoid_derivative_for_candidate",
            ("(1 - cct**2)", "cct * (1 - cct)"),
            "The candidate has the derivative of a sigmoid. It went through tanh.",
        ),
        Mistake(
            "tanh_derivative_not_squared",
            ("(1 - cct**2)", "(1 - cct)"),
            "In the gradient of the candidate you have 1 − c̃. The derivative of tanh is 1 minus the square of its "
            "value.",
        ),
        Mistake(
            "tanh_derivative_for_gates",
            [(f" * {name} * (1 - {name})", f" * (1 - {name}**2)") for name in BOTH],
            "This gate has the derivative of tanh. It went through the sigmoid.",
        ),
        Mistake(
            "derivative_squashed_twice",
            [(f" * {name} * (1 - {name})", f" * sigmoid({name}) * (1 - sigmoid({name}))") for name in BOTH],
            "The derivative of the sigmoid is taken at the gate. The gate in the cache is the sigmoid's value "
            "already, so no further sigmoid is needed.",
        ),
        Mistake(
            "candidate_squashed_twice",
            ("(1 - cct**2)", "(1 - np.tanh(cct) ** 2)"),
            "The derivative of tanh is taken at the candidate. The candidate in the cache is the value of tanh "
            "already, so no further tanh is needed.",
        ),
        Mistake(
            "candidate_without_update_gate",
            ("da_next * ut * (1 - cct**2)", "da_next * (1 - cct**2)"),
            "The gradient of the candidate lacks the update gate, which decided how much of it was written.",
        ),
        Mistake(
            "candidate_with_what_is_kept",
            ("da_next * ut * (1 - cct**2)", "da_next * (1 - ut) * (1 - cct**2)"),
            "The gradient of the candidate has 1 − Γ_u, which multiplied the old activation. The candidate was "
            "multiplied by Γ_u.",
        ),
        Mistake(
            "candidate_with_reset_gate",
            ("da_next * ut * (1 - cct**2)", "da_next * rt * (1 - cct**2)"),
            "The gradient of the candidate has the reset gate. It was the update gate that decided how much of it "
            "was written.",
        ),
        Mistake(
            "reset_gate_with_derivative_of_update_gate",
            ("a_prev * rt * (1 - rt)", "a_prev * ut * (1 - ut)"),
            "The gradient of the reset gate ends with the derivative of the update gate. It came out of a sigmoid of "
            "its own.",
        ),
        Mistake(
            "reset_gate_before_the_tanh",
            ('parameters["Wc"].T @ dcct', 'parameters["Wc"].T @ (da_next * ut)'),
            "The gradient of the reset gate skips the tanh of the candidate. It starts from dcct, the gradient at the "
            "candidate's layer.",
        ),
        Mistake(
            "reset_gate_from_the_candidate_alone",
            ('(parameters["Wc"].T @ dcct)[:n_a]', "dcct"),
            "The gradient of the reset gate does not go back through W_c. Γ_r · a_prev lies before that matrix.",
        ),
        Mistake(
            "reset_gate_from_the_activation",
            ('(parameters["Wc"].T @ dcct)[:n_a]', "da_next"),
            "The gradient of the reset gate starts from da_next. Γ_r touches the activation only through the candidate.",
        ),
        Mistake(
            "reset_gate_through_its_own_matrix",
            ('parameters["Wc"].T', 'parameters["Wr"].T'),
            "The gradient of the reset gate goes back through W_r. What Γ_r multiplies is read by the candidate's "
            "matrix, W_c; W_r comes before Γ_r.",
        ),
        Mistake(
            "reset_gate_from_the_last_rows",
            ("[:n_a]", "[-n_a:]"),
            "The gradient of the reset gate is taken from the last rows of the stack, where x lies. Its first n_a "
            "rows belong to Γ_r · a_prev.",
        ),
        Mistake(
            "stack_not_cut",
            ("[:n_a]", ""),
            "The gradient of the whole stack is used for the reset gate. Only its first n_a rows belong to "
            "Γ_r · a_prev.",
        ),
        Mistake(
            "weights_not_transposed",
            ('parameters["Wc"].T', 'parameters["Wc"]'),
            "W_c is used as in the forward pass. On the way back it is transposed.",
        ),
        Mistake(
            "square_not_transposed",
            ('(parameters["Wc"].T @ dcct)[:n_a]', 'parameters["Wc"][:, :n_a] @ dcct'),
            "The part of W_c on the old activation is used as in the forward pass. On the way back it is transposed.",
        ),
        Mistake(
            "cut_after_n_x_rows",
            ("n_a = a_prev.shape[0]", "n_a = cache[5].shape[0]"),
            "The stack is cut after n_x rows. Its first n_a rows belong to Γ_r · a_prev.",
        ),
        Mistake(
            "reset_gate_as_a_path",
            ("dreset * a_prev * rt * (1 - rt)", "dreset * rt"),
            "What arrives is multiplied by Γ_r, which is how it goes on to the old activation. Wanted is the gradient of "
            "Γ_r itself: the old activation was its partner, and a sigmoid its function.",
        ),
        Mistake(
            "reset_gate_without_activation",
            ("dreset * a_prev * rt", "dreset * rt"),
            "The gradient of the reset gate lacks what Γ_r multiplied, the old activation.",
        ),
        Mistake(
            "reset_gate_with_candidate",
            ("dreset * a_prev * rt", "dreset * cct * rt"),
            "The gradient of the reset gate has the candidate. Γ_r multiplied the old activation.",
        ),
        Mistake(
            "reset_gate_with_new_activation",
            [("_, a_prev, ut", "a_next, a_prev, ut"), ("dreset * a_prev", "dreset * a_next")],
            "The gradient of the reset gate has the new activation. Γ_r multiplied the old one.",
        ),
        Mistake(
            "reset_gate_after_the_matrix",
            (
                "dreset * a_prev * rt",
                'dcct * (parameters["Wc"][:, :n_a] @ a_prev) * rt',
            ),
            "The gradient of the reset gate is that of a cell with Γ_r after W_c, as in torch.nn.GRU. Here Γ_r "
            "multiplies the old activation, and W_c comes after it.",
        ),
        Mistake(
            "gates_exchanged",
            ('"dut": dut, "dcct": dcct, "drt": drt', '"dut": drt, "dcct": dcct, "drt": dut'),
            "The gradients of the two gates are in each other's place.",
        ),
    ],
)


SUM = ".sum(axis=1, keepdims=True)"
STACKS = {"u": "concat", "r": "concat", "c": "concat_reset"}
MEAN = (
    "You have the mean over the examples, where the sum is right: whether the loss is a mean is already in what "
    "arrives."
)

OUTER = (
    "The gradient is multiplied with *, entry by entry. Each weight joins a unit with a row of the stack, and the product "
    "of matrices sums over the examples."
)


def biases(replacement: str) -> list[tuple[str, str]]:
    """The sum over examples replaced in all biases."""
    return [
        (f'"db{gate}": gates["d{name}"]{SUM}', f'"db{gate}": gates["d{name}"]{replacement}')
        for gate, (name, _) in LAYERS.items()
    ]


def weights(replacement: str) -> list[tuple[str, str]]:
    """The product with the stack replaced in all weights; `{0}` stands for the gradient, `{1}` for the stack."""
    return [
        (f'gates["d{name}"] @ {STACKS[gate]}.T,', replacement.format(f'gates["d{name}"]', STACKS[gate]) + ",")
        for gate, (name, _) in LAYERS.items()
    ]


gru_parameters_backward = Exercise(
    function=reference.gru_parameters_backward,
    title="Back to the weights and biases",
    minutes=15,
    difficulty=2,
    arguments={"gates": GATES, "cache": CACHE},
    result=Dict(**GRADIENTS),
    draw=draw_layer_gradients,
    dims=STEP_DIMS,
    rows=[
        Row("dWu", "dWu", points=1.5),
        Row("dWr", "dWr", points=1.5),
        Row("dWc", "dWc", points=2),
        *(Row(f"db{gate}", f"db{gate}", points=1) for gate in "urc"),
    ],
    mistakes=[
        Mistake(
            "candidate_without_reset_gate",
            ('gates["dcct"] @ concat_reset.T', 'gates["dcct"] @ concat.T'),
            "dWc is computed with the stack of the gates. What W_c multiplied had Γ_r · a_prev on top.",
        ),
        Mistake(
            "candidate_with_inverted_reset_gate",
            (RESET_STACK, "[(1 - rt) * a_prev, xt]"),
            "dWc is computed with 1 − Γ_r. What W_c multiplied had Γ_r · a_prev on top.",
        ),
        Mistake(
            "reset_gate_in_all_stacks",
            [(f'gates["d{name}"] @ concat.T', f'gates["d{name}"] @ concat_reset.T') for name in BOTH],
            "The gradients of W_u and W_r are computed with the candidate's stack. The gates saw a_prev as it was.",
        ),
        Mistake(
            "stack_upside_down",
            [("[a_prev, xt]", "[xt, a_prev]"), (RESET_STACK, "[xt, rt * a_prev]")],
            "The columns of this weight gradient belong to [x, a_prev]. The stack has a_prev on top, as in the "
            "forward pass.",
        ),
        Mistake(
            "new_activation_in_stack",
            ("_, a_prev, _, rt", "a_prev, _, _, rt"),
            "The stack has the new activation. The layers saw the activation of the step before.",
        ),
        Mistake(
            "update_gate_in_the_candidate_stack",
            ("a_prev, _, rt,", "a_prev, rt, _,"),
            "The candidate's stack has the update gate. It was the reset gate that multiplied a_prev there.",
        ),
        Mistake(
            "weights_transposed",
            weights("{1} @ {0}.T"),
            "This weight gradient is transposed. It is shaped as its weight matrix, (n_a, n_a + n_x).",
        ),
        Mistake(
            "stack_not_transposed",
            weights("{0} @ {1}"),
            "The stack is not transposed. (n_a, m) needs a matrix with m rows behind it to give (n_a, n_a + n_x).",
        ),
        Mistake("layers_entry_by_entry", weights("{0} * {1}"), OUTER),
        Mistake(
            "input_missing_in_stacks",
            [(f"np.concatenate({part}, axis=0)", part[1:-5]) for part in ("[a_prev, xt]", RESET_STACK)],
            "This weight gradient has the columns of a_prev only. The stack has x below it.",
        ),
        Mistake(
            "derivatives_once_more",
            (
                "_, a_prev, _, rt, _, xt, _ = cache",
                "_, a_prev, ut, rt, cct, xt, _ = cache\n    derivatives = {'dut': ut * (1 - ut), 'drt': rt * (1 - rt), "
                "'dcct': 1 - cct**2}\n    gates = {name: gates[name] * derivatives[name] for name in gates}",
            ),
            "The derivative of the sigmoid or tanh is multiplied once more. The gradients in `gates` are those before "
            "it already.",
        ),
        Mistake("weights_averaged", weights("{0} @ {1}.T / xt.shape[1]"), MEAN),
        Mistake("biases_averaged", biases(".mean(axis=1, keepdims=True)"), MEAN),
        Mistake(
            "everything_averaged",
            weights("{0} @ {1}.T / xt.shape[1]") + biases(".mean(axis=1, keepdims=True)"),
            MEAN,
        ),
        Mistake(
            "biases_flat",
            biases(".sum(axis=1)"),
            "This bias gradient has lost an axis. It is a column, (n_a, 1), as the bias is.",
        ),
        Mistake(
            "biases_not_summed",
            biases(""),
            "This bias gradient still has one column for each example. A bias is shared by the examples, so its "
            "gradient is summed over them.",
        ),
        Mistake(
            "biases_summed_over_units",
            biases(".sum(axis=0, keepdims=True)"),
            "This bias gradient is summed over the units. Each unit has its own bias; the sum runs over the "
            "examples.",
        ),
        Mistake(
            "biases_summed_without_axis",
            biases(".sum()"),
            "This bias gradient is a single number: without an axis the sum runs over the units too. Each unit has "
            "its own bias; the sum runs over the examples only.",
        ),
        *(LAYER_MISTAKES.taken_from(one, other) for one, other in permutations(LAYERS, 2)),
        LAYER_MISTAKES.swapped_layers("u", "r"),
        LAYER_MISTAKES.swapped_layers("u", "c"),
        LAYER_MISTAKES.swapped_layers("r", "c"),
    ],
)


def weights_with_gradient_of(one: str, other: str) -> Mistake:
    """One layer's weights with the gradient of another layer."""
    (name, spoken), (source, source_spoken) = LAYERS[one], LAYERS[other]
    return Mistake(
        f"W{one}_with_d{source}",
        (f'parameters["W{one}"].T @ gates["d{name}"]', f'parameters["W{one}"].T @ gates["d{source}"]'),
        f"W_{one} is multiplied with the gradient at the {source_spoken}, d{source}. It belongs to the {spoken}.",
    )


def gradient_through_weights_of(one: str, other: str) -> Mistake:
    """The gradient of one layer through the weights of another."""
    name, spoken = LAYERS[one]
    return Mistake(
        f"d{name}_through_W{other}",
        (f'parameters["W{one}"].T @ gates["d{name}"]', f'parameters["W{other}"].T @ gates["d{name}"]'),
        f"The gradient at the {spoken}, d{name}, goes back through W_{other}. It goes back through its own "
        f"W_{one}.",
    )


FROM_GATES = 'parameters["Wu"].T @ gates["dut"] + parameters["Wr"].T @ gates["drt"]'

gru_inputs_backward = Exercise(
    function=reference.gru_inputs_backward,
    title="Back to what came in, along four paths",
    minutes=30,
    difficulty=3,
    arguments={"da_next": UNITS, "gates": GATES, "cache": CACHE},
    result=Dict(dxt=INPUT, da_prev=UNITS),
    draw=draw_inputs_gradients,
    dims=STEP_DIMS,
    rows=[Row("input dxt", "dxt", points=5), Row("activation da_prev", "da_prev", points=7)],
    mistakes=[
        Mistake(
            "direct_path_missing",
            ("da_next * (1 - ut) + ", ""),
            "The direct path is missing: part of the old activation is kept as it is, without passing through any layer.",
        ),
        Mistake(
            "update_gate_path_missing",
            ('parameters["Wu"].T @ gates["dut"] + ', ""),
            "The path through the update gate is missing. The update gate read a_prev and x too.",
        ),
        Mistake(
            "reset_gate_path_missing",
            (' + parameters["Wr"].T @ gates["drt"]', ""),
            "The path through the reset gate is missing. The reset gate read a_prev and x too.",
        ),
        Mistake(
            "gates_paths_missing",
            [(" + dconcat[:n_a]", ""), ("dconcat[n_a:] + ", "")],
            "The paths through the two gates are missing: both gates read a_prev and x.",
        ),
        Mistake(
            "gates_paths_missing_to_activation",
            (" + dconcat[:n_a]", ""),
            "da_prev has the direct path and the one through the candidate. The two gates read a_prev as well.",
        ),
        Mistake(
            "gates_paths_missing_to_input",
            ("dconcat[n_a:] + ", ""),
            "dxt has the path through the candidate only. The two gates read x as well.",
        ),
        Mistake(
            "candidate_path_missing",
            [(" + dconcat_reset[:n_a] * rt", ""), (" + dconcat_reset[n_a:]", "")],
            "The path through the candidate is missing. The candidate read x, and the old activation as far as Γ_r let it.",
        ),
        Mistake(
            "candidate_path_missing_to_activation",
            (" + dconcat_reset[:n_a] * rt", ""),
            "da_prev lacks the path through the candidate, which read the old activation as far as Γ_r let it.",
        ),
        Mistake(
            "candidate_path_missing_to_input",
            (" + dconcat_reset[n_a:]", ""),
            "dxt lacks the path through the candidate, which read x too.",
        ),
        Mistake(
            "only_the_direct_path",
            (" + dconcat[:n_a] + dconcat_reset[:n_a] * rt", ""),
            "da_prev has the direct path only. Three more paths lead to a_prev: the two gates and the candidate read it.",
        ),
        Mistake(
            "reset_gate_missing",
            ("dconcat_reset[:n_a] * rt", "dconcat_reset[:n_a]"),
            "On the path through the candidate, Γ_r is missing: the candidate saw the old activation times Γ_r.",
        ),
        Mistake(
            "reset_gate_on_every_path",
            ("dconcat[:n_a] + dconcat_reset[:n_a] * rt", "(dconcat[:n_a] + dconcat_reset[:n_a]) * rt"),
            "Γ_r multiplies the paths through the gates as well. Only the candidate saw the old activation times Γ_r.",
        ),
        Mistake(
            "update_gate_for_reset_gate",
            ("dconcat_reset[:n_a] * rt", "dconcat_reset[:n_a] * ut"),
            "On the path through the candidate stands Γ_u. It was Γ_r that multiplied the old activation there.",
        ),
        Mistake(
            "reset_gate_before_the_matrix",
            ('parameters["Wc"].T @ gates["dcct"]', 'parameters["Wc"].T @ (rt * gates["dcct"])'),
            "Γ_r is multiplied before the way back through W_c. It stood before that matrix, so on the way back it comes "
            "after it, and to the rows of a_prev alone.",
        ),
        Mistake(
            "reset_gate_before_the_matrix_and_not_after",
            [
                ('parameters["Wc"].T @ gates["dcct"]', 'parameters["Wc"].T @ (rt * gates["dcct"])'),
                ("dconcat_reset[:n_a] * rt", "dconcat_reset[:n_a]"),
            ],
            "Γ_r is multiplied before the way back through W_c. It stood before that matrix, so on the way back it comes "
            "after it, and to the rows of a_prev alone.",
        ),
        Mistake(
            "reset_gate_inverted",
            ("dconcat_reset[:n_a] * rt", "dconcat_reset[:n_a] * (1 - rt)"),
            "On the path through the candidate stands 1 − Γ_r. The candidate saw the old activation times Γ_r.",
        ),
        Mistake(
            "activation_for_reset_gate",
            ("dconcat_reset[:n_a] * rt", "dconcat_reset[:n_a] * a_prev"),
            "On the path through the candidate stands a_prev. That is the factor on the way to Γ_r; on the way to a_prev "
            "it is its partner, Γ_r.",
        ),
        Mistake(
            "whole_stack_with_units",
            ("dconcat_reset[:n_a] * rt", "dconcat_reset * rt"),
            "The gradient of a whole stack, (n_a + n_x, m), meets an array of the units, (n_a, m). Its first n_a rows "
            "belong to a_prev, the rest to x.",
        ),
        Mistake(
            "cut_after_n_x_rows",
            ("n_a = a_prev.shape[0]", "n_a = cache[5].shape[0]"),
            "The stack is cut after n_x rows. Its first n_a rows belong to a_prev, the rest to x.",
        ),
        Mistake(
            "divided_by_examples",
            (
                '"dxt": dxt, "da_prev": da_prev',
                '"dxt": dxt / dxt.shape[1], "da_prev": da_prev / dxt.shape[1]',
            ),
            EXAMPLES_APART,
        ),
        Mistake(
            "direct_path_with_derivative",
            ("da_next * (1 - ut)", "da_next * ut * (1 - ut)"),
            "The direct path has the derivative of a sigmoid. It passes through no layer: what arrives is multiplied by "
            "1 − Γ_u and nothing else.",
        ),
        Mistake(
            "direct_path_inverted",
            ("da_next * (1 - ut)", "da_next * ut"),
            "The direct path has Γ_u, which is how much is overwritten. The old activation was kept as far as 1 − Γ_u.",
        ),
        Mistake(
            "direct_path_whole",
            ("da_next * (1 - ut)", "da_next"),
            "The direct path lacks its factor: only the part 1 − Γ_u of the old activation was kept.",
        ),
        Mistake(
            "direct_path_through_reset_gate",
            ("da_next * (1 - ut)", "da_next * rt"),
            "The direct path has Γ_r. The old activation was kept as far as 1 − Γ_u; Γ_r acts inside the candidate only.",
        ),
        Mistake(
            "stack_upside_down",
            [
                ("dconcat[n_a:] + dconcat_reset[n_a:]", "dconcat[:-n_a] + dconcat_reset[:-n_a]"),
                ("dconcat[:n_a] + dconcat_reset[:n_a]", "dconcat[-n_a:] + dconcat_reset[-n_a:]"),
            ],
            "The stack is cut as if x were on top. Its first n_a rows belong to a_prev, the rest to x.",
        ),
        Mistake(
            "parts_exchanged",
            ('"dxt": dxt, "da_prev": da_prev', '"dxt": da_prev, "da_prev": dxt'),
            "dxt and da_prev are in each other's place.",
        ),
        Mistake(
            "stack_not_cut",
            ("dconcat[n_a:] + dconcat_reset[n_a:]", "dconcat + dconcat_reset"),
            "dxt is the gradient of the whole stack. Only the rows below the first n_a belong to x.",
        ),
        Mistake(
            "weights_not_transposed",
            [(f'parameters["W{gate}"].T', f'parameters["W{gate}"]') for gate in "urc"],
            "A weight matrix is used as in the forward pass. On the way back it is transposed.",
        ),
        *(weights_with_gradient_of(one, other) for one, other in permutations(LAYERS, 2)),
        *(gradient_through_weights_of(one, other) for one, other in permutations(LAYERS, 2)),
        Mistake(
            "gates_exchanged",
            (FROM_GATES, 'parameters["Wu"].T @ gates["drt"] + parameters["Wr"].T @ gates["dut"]'),
            "The gradients of the two gates go back through each other's weights.",
        ),
    ],
)


gru_backward = Exercise(
    function=reference.gru_backward,
    title="Back through time",
    minutes=25,
    difficulty=3,
    arguments={"da": Array("n_a", "m", "T_x"), "caches": CACHES},
    result=Dict(dx=Array("n_x", "m", "T_x"), da0=UNITS, **GRADIENTS),
    draw=draw_sequence_gradients,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("inputs dx", "dx", points=2),
        Row("first activation da0", "da0", points=2),
        *(Row(name, name, points=1.5 if name.startswith("dW") else 0.5) for name in GRADIENTS),
    ],
    needs=["gru_gates_backward", "gru_parameters_backward", "gru_inputs_backward", "gru_cell_backward"],
    mistakes=[
        Mistake(
            "activation_not_carried",
            ("da[:, :, t] + da_prev", "da[:, :, t]"),
            "Each step has only its own loss's gradient. The gradient that the later step sends to this activation "
            "has to be added.",
        ),
        *OWN_LOSS,
        Mistake(
            "last_loss_twice",
            ("np.zeros_like(da[:, :, 0])", "da[:, :, -1]"),
            "The last step's da is there twice: what is carried starts with it, and the step adds it again. Behind the "
            "last step there is nothing.",
        ),
        Mistake(
            "own_loss_added_too_late",
            [
                ("da[:, :, t] + da_prev", "da_prev"),
                ('da_prev = step["da_prev"]', 'da_prev = step["da_prev"] + da[:, :, t]'),
            ],
            "Each step's own part of da is added when the step has been walked back already. It belongs to the step's "
            "activation, so it is added before.",
        ),
        Mistake(
            "carried_gradient_summed",
            ('da_prev = step["da_prev"]', 'da_prev = da_prev + step["da_prev"]'),
            "What is carried back is summed over the steps. Each step's da_prev already holds all that comes from "
            "later; it takes the place of the one before.",
        ),
        *PARAMETERS_SUMMED_WRONGLY,
        Mistake(
            "gradients_averaged_over_examples",
            ("gradients[name] += step[name]", "gradients[name] += step[name] / da.shape[1]"),
            MEAN,
        ),
        Mistake(
            "first_step_missing",
            ("reversed(range(da.shape[2]))", "reversed(range(1, da.shape[2]))"),
            "The way back ends before the first step. The step at index 0 belongs to it.",
        ),
        *WALKED_WRONGLY,
        Mistake(
            "first_cache_at_every_step",
            ("cell_caches[t])", "cell_caches[0])"),
            "Every step uses the cache of the first. Step t goes back with the cache of step t.",
        ),
        Mistake(
            "dx_of_one_step",
            ('dx[:, :, t] = step["dxt"]', 'dx = step["dxt"]'),
            "dx is that of the first step alone, the last one visited. Each step's is stored at its own place.",
        ),
        *FIRST_ACTIVATION,
        Mistake(
            "da0_with_last_loss",
            ('"da0": da_prev', '"da0": da_prev + da[:, :, -1]'),
            "da0 has the last step's own gradient added: at the first step, the index t − 1 counts from the end. da0 is "
            "what the first step sends back, alone.",
        ),
        Mistake(
            "da0_summed",
            [
                ("da_prev = np.zeros_like(da[:, :, 0])", "da0 = da_prev = np.zeros_like(da[:, :, 0])"),
                ('da_prev = step["da_prev"]', 'da_prev = step["da_prev"]\n        da0 = da0 + da_prev'),
                ('"da0": da_prev', '"da0": da0'),
            ],
            "da0 is the sum of what all steps send back. It is what the first step sends back, alone.",
        ),
        Mistake(
            "da0_of_the_last_step",
            [
                (
                    'da_prev = step["da_prev"]',
                    'da_prev = step["da_prev"]\n        da0 = da_prev if t == da.shape[2] - 1 else da0',
                ),
                ('"da0": da_prev', '"da0": da0'),
            ],
            "da0 is what the last step sends back. It is what is left after the first step has been walked back.",
        ),
    ],
)


INSIDE = 'rt * (Wca @ a_prev + parameters["bca"])'
CANDIDATE_AFTER = 'Wcx @ xt + parameters["bc"] + ' + INSIDE
BOTH_PRODUCTS = (
    "The reset gate multiplies the part that comes from x too. It multiplies only the part that comes from a_prev, with "
    "its bias bca."
)

gru_cell_forward_reset_after = Exercise(
    function=reference.gru_cell_forward_reset_after,
    title="The cell of torch.nn.GRU",
    minutes=20,
    difficulty=2,
    arguments={
        "xt": INPUT,
        "a_prev": UNITS,
        "parameters": Dict(**GATE_PARAMETERS, **OUTPUT_PARAMETERS, bca=BIAS),
    },
    result=Tuple(a_next=UNITS, yt_pred=CLASSES),
    draw=draw_cell_reset_after,
    dims=STEP_DIMS,
    rows=[Row("a_next", "a_next", points=7), Row("yt_pred", "yt_pred", points=3)],
    mistakes=[
        Mistake(
            "reset_gate_before_the_matrix",
            (INSIDE, 'Wca @ (rt * a_prev) + parameters["bca"]'),
            "The reset gate comes before the matrix, as in your gru_cell_forward. Here it multiplies what the matrix "
            "makes of a_prev.",
        ),
        Mistake(
            "reset_gate_before_the_matrix_and_on_the_bias",
            (INSIDE, 'Wca @ (rt * a_prev) + rt * parameters["bca"]'),
            "The reset gate comes before the matrix, and on the bias. Here it multiplies what the matrix makes of "
            "a_prev, with the bias bca added.",
        ),
        Mistake(
            "cell_as_before",
            (INSIDE, "Wca @ (rt * a_prev)"),
            "This is your gru_cell_forward: the reset gate comes before the matrix, and the bias bca is missing. Here Γ_r "
            "multiplies what the matrix makes of a_prev, with bca added.",
        ),
        Mistake(
            "reset_gate_before_and_after",
            (INSIDE, 'rt * (Wca @ (rt * a_prev) + parameters["bca"])'),
            "The reset gate multiplies twice, before the matrix and after it. Here it comes after it only.",
        ),
        Mistake(
            "reset_gate_on_the_input",
            (CANDIDATE_AFTER, 'Wca @ a_prev + parameters["bca"] + rt * (Wcx @ xt + parameters["bc"])'),
            "The reset gate multiplies the part that comes from x. It multiplies the part that comes from a_prev.",
        ),
        Mistake(
            "inner_bias_outside",
            (INSIDE, 'rt * (Wca @ a_prev) + parameters["bca"]'),
            "The bias bca stands outside the reset gate. Γ_r multiplies it as well, and that is why there are two.",
        ),
        Mistake(
            "inner_bias_missing",
            (' + parameters["bca"]', ""),
            "The bias bca, which the reset gate multiplies too, is missing.",
        ),
        Mistake(
            "outer_bias_missing",
            (' + parameters["bc"]', ""),
            "The bias bc is missing. It stands outside the reset gate, beside W_cx x.",
        ),
        Mistake(
            "outer_bias_twice",
            ('parameters["bca"]', 'parameters["bc"]'),
            "The bias bc stands inside the bracket and outside it. Inside stands bca.",
        ),
        Mistake(
            "biases_exchanged",
            [
                ('parameters["bc"] + rt', 'parameters["_"] + rt'),
                ('parameters["bca"]', 'parameters["bc"]'),
                ('parameters["_"]', 'parameters["bca"]'),
            ],
            "The two biases of the candidate are in each other's place. Γ_r multiplies bca; bc stands outside.",
        ),
        Mistake(
            "both_biases_inside",
            [
                (' + parameters["bc"]', ""),
                ('+ parameters["bca"])', '+ parameters["bc"] + parameters["bca"])'),
            ],
            "Both biases are multiplied by the reset gate. Only bca is; bc stands outside.",
        ),
        Mistake(
            "reset_gate_on_everything",
            (
                CANDIDATE_AFTER,
                'rt * (Wcx @ xt + parameters["bc"] + Wca @ a_prev + parameters["bca"])',
            ),
            "The reset gate multiplies the whole of the candidate's layer. It multiplies only the part that comes from "
            "a_prev, with its bias bca.",
        ),
        Mistake(
            "reset_gate_on_both_products_with_inner_bias",
            (CANDIDATE_AFTER, 'rt * (Wcx @ xt + Wca @ a_prev + parameters["bca"]) + parameters["bc"]'),
            BOTH_PRODUCTS,
        ),
        Mistake(
            "reset_gate_on_both_products",
            (CANDIDATE_AFTER, 'rt * (Wcx @ xt + Wca @ a_prev) + parameters["bca"] + parameters["bc"]'),
            BOTH_PRODUCTS,
        ),
        Mistake(
            "reset_gate_left_out",
            (INSIDE, '(Wca @ a_prev + parameters["bca"])'),
            "The reset gate is not used. It multiplies what the matrix makes of a_prev, with the bias bca added.",
        ),
        Mistake(
            "reset_gate_inverted",
            (INSIDE, '(1 - rt) * (Wca @ a_prev + parameters["bca"])'),
            "The part from a_prev is multiplied by 1 − Γ_r. Γ_r at 1 shows all of it, at 0 nothing.",
        ),
        Mistake(
            "update_gate_for_reset_gate",
            (INSIDE, 'ut * (Wca @ a_prev + parameters["bca"])'),
            "The update gate weighs the part from a_prev. That is the reset gate's job.",
        ),
        Mistake(
            "matrix_cut_as_if_x_were_on_top",
            (
                'parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]',
                'parameters["Wc"][:, -n_a:], parameters["Wc"][:, :-n_a]',
            ),
            "W_c is cut as if x were on top of the stack. Its first n_a columns belong to a_prev.",
        ),
        Mistake(
            "halves_of_the_matrix_exchanged",
            (
                'parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]',
                'parameters["Wc"][:, n_a:], parameters["Wc"][:, :n_a]',
            ),
            "The two parts of W_c are in each other's place. The first n_a columns belong to a_prev, the rest to x.",
        ),
        Mistake(
            "matrix_cut_by_rows",
            (
                'parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]',
                'parameters["Wc"][:n_a], parameters["Wc"][n_a:]',
            ),
            "W_c is cut along its rows, which are the units. Its columns are to be cut: the first n_a belong to a_prev.",
        ),
        Mistake(
            "matrix_whole_on_activation",
            ('parameters["Wc"][:, :n_a], ', 'parameters["Wc"], '),
            "A matrix meets a_prev whole, or cut along its rows. Of W_c, the first n_a columns belong to a_prev.",
        ),
        Mistake(
            "reset_gate_in_the_mixture_too",
            (MIX, "ut * cct + (1 - ut) * (rt * a_prev)"),
            "The reset gate also multiplies what is kept. What is kept is 1 − Γ_u of the old activation as it was; "
            "Γ_r acts inside the candidate only.",
        ),
        *mixing_mistakes(),
        *candidate_mistakes(),
        Mistake(
            "stack_upside_down",
            ("[a_prev, xt]", "[xt, a_prev]"),
            "The gates have what the stack [x, a_prev] gives. The first n_a columns of each weight matrix belong to "
            "a_prev, so a_prev has to be on top.",
        ),
        LAYER_MISTAKES.tanh_for("u"),
        LAYER_MISTAKES.tanh_for("r"),
        missing_bias("u"),
        missing_bias("r"),
        LAYER_MISTAKES.copied_layer("u", "r"),
        LAYER_MISTAKES.copied_weights("u", "r"),
        LAYER_MISTAKES.copied_weights("r", "u"),
        *prediction_mistakes(),
    ],
)


EXERCISES = [
    gru_simplified_cell_forward,
    gru_cell_forward,
    gru_forward,
    gru_gates_backward,
    gru_parameters_backward,
    gru_inputs_backward,
    gru_backward,
    gru_cell_forward_reset_after,
]

# Mutants of the reference that do the same as the reference, each with the reason.
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "gru_backward": {
        "parameters = cell_caches[0][6]  →  parameters = cell_caches[ -1][6]": "all steps share the parameters",
        "da_prev = np.zeros_like(da[:, :, 0])  →  da_prev = np.zeros_like(da[:, :, -1])": "only the shape of the slice "
        "is used, and all steps have the same",
    },
}
