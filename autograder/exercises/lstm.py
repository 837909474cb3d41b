"""What is graded in 04-lstm."""

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
    lstm_cache,
    lstm_weights,
)
from autograder.exercises.names import names_cases
from autograder.layout import Array, Dict, Each, Layout, Tuple
from autograder.row import Row
from seqlib import lstm as reference

UNITS = Array("n_a", "m")
BIAS = Array("n_a", "1")
INPUT = Array("n_x", "m")
CLASSES = Array("n_y", "m")
GATE_PARAMETERS = lstm_weights("n_a + n_x")
OUTPUT_PARAMETERS: dict[str, Layout] = {"Wy": Array("n_y", "n_a"), "by": Array("n_y", "1")}
PEEPHOLES: dict[str, Layout] = {"pf": BIAS, "pu": BIAS, "po": BIAS}
PARAMETERS = Dict(**GATE_PARAMETERS, **OUTPUT_PARAMETERS)
CACHE = lstm_cache(PARAMETERS)
CACHES = Tuple(cells=Each(CACHE), x=Array("n_x", "m", "T_x"))
GATES = Dict(dft=UNITS, dut=UNITS, dcct=UNITS, dot=UNITS)
GRADIENTS: dict[str, Layout] = {f"d{name}": layout for name, layout in GATE_PARAMETERS.items()}

# Keys in the code, the gate's code name, and what a learner calls it.
LAYERS = {
    "f": ("ft", "forget gate"),
    "u": ("ut", "update gate"),
    "c": ("cct", "candidate"),
    "o": ("ot", "output gate"),
}
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
REFERENCE_MODEL = "names-lstm"
# Few and short, so that an answer in plain loops over 256 units stays far from the time limit.
HELD_OUT_NAMES = 2
LONGEST_NAME = 4


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights that open and close the gates by different amounts, and biases that are seen."""
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    gates = {f"W{gate}": rng.normal(0, 1.8 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "fuco"}
    biases = {f"b{gate}": rng.normal(0, 0.7, (n_a, 1)) for gate in "fuco"}
    output = {"Wy": rng.normal(0, 1, (n_y, n_a)), "by": rng.normal(0, 0.7, (n_y, 1))}
    return {**gates, **biases, **output}


def draw_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One step's arguments, with a memory large enough that tanh bends it."""
    n_x, n_a, m = dims["n_x"], dims["n_a"], dims["m"]
    return {
        "xt": rng.normal(0, 1, (n_x, m)),
        "a_prev": rng.uniform(-0.9, 0.9, (n_a, m)),
        "c_prev": rng.normal(0, 1.5, (n_a, m)),
        "parameters": draw_parameters(rng, dims),
    }


def draw_gates(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The arguments of a step, without its memory."""
    arguments = draw_cell(rng, dims)
    del arguments["c_prev"]
    return arguments


def draw_peephole_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The arguments of a step, with peepholes strong enough to move the gates."""
    arguments = draw_cell(rng, dims)
    peepholes = {name: rng.normal(0, 1.2, (dims["n_a"], 1)) for name in PEEPHOLES}
    return {**arguments, "parameters": {**arguments["parameters"], **peepholes}}


def draw_sequence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A sequence and a first activation that is not zero."""
    return {
        "x": rng.normal(0, 1, (dims["n_x"], dims["m"], dims["T_x"])),
        "a0": rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"])),
        "parameters": draw_parameters(rng, dims),
    }


def draw_cell_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients that reach a step's activation and memory, and the cache of a real step."""
    shape = (dims["n_a"], dims["m"])
    cache = reference.lstm_cell_forward(*draw_cell(rng, dims).values())[3]
    return {"da_next": rng.normal(0, 1, shape), "dc_next": rng.normal(0, 1, shape), "cache": cache}


def draw_layer_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients at the four layers, and the cache of a real step."""
    gates = {name: rng.normal(0, 1, (dims["n_a"], dims["m"])) for name in GATES.fields}
    return {"gates": gates, "cache": draw_cell_gradients(rng, dims)["cache"]}


def draw_inputs_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients that reach a step, those at its layers, and its cache."""
    step = draw_cell_gradients(rng, dims)
    gates = draw_layer_gradients(rng, dims)["gates"]
    return {"da_next": step["da_next"], "dc_next": step["dc_next"], "gates": gates, "cache": step["cache"]}


def draw_sequence_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each step's activation, and the caches of a real forward pass."""
    caches = reference.lstm_forward(*draw_sequence(rng, dims).values())[3]
    return {"da": rng.normal(0, 1, (dims["n_a"], dims["m"], dims["T_x"])), "caches": caches}


def missing_bias(gate: str) -> Mistake:
    """One layer without its bias."""
    name, spoken = LAYERS[gate]
    return Mistake(
        f"bias_missing_{name}",
        (f' + parameters["b{gate}"]', ""),
        f"The {spoken} is what comes without its bias. Every one of the four layers has a bias of its own.",
    )


def every_product(new: str) -> list[tuple[str, str]]:
    """The product of weights and stack replaced in all four layers; `{}` stands for the weights."""
    weights = [f'parameters["W{gate}"]' for gate in LAYERS]
    return [(f"{matrix} @ concat", new.format(matrix)) for matrix in weights]


lstm_gates = Exercise(
    function=reference.lstm_gates,
    title="The gates and the candidate",
    minutes=20,
    difficulty=1,
    arguments={"xt": INPUT, "a_prev": UNITS, "parameters": PARAMETERS},
    result=Tuple(ft=UNITS, ut=UNITS, cct=UNITS, ot=UNITS),
    draw=draw_gates,
    dims=STEP_DIMS,
    rows=[
        Row("forget gate", "ft", points=2),
        Row("update gate", "ut", points=2),
        Row("candidate", "cct", points=3),
        Row("output gate", "ot", points=2),
    ],
    mistakes=[
        Mistake(
            "stack_upside_down",
            ("[a_prev, xt]", "[xt, a_prev]"),
            "You have what the stack [x, a_prev] gives. The first n_a columns of each weight matrix belong to "
            "a_prev, so a_prev has to be on top.",
        ),
        Mistake(
            "stack_side_by_side",
            ("axis=0", "axis=1"),
            "a_prev and xt are joined side by side. They have the same examples in their columns and have to be "
            "put on top of each other.",
        ),
        Mistake(
            "weights_transposed",
            [(f'parameters["W{gate}"]', f'parameters["W{gate}"].T') for gate in "fuco"],
            "A weight matrix does not fit what it multiplies: it is transposed, or it multiplies a_prev alone. It is "
            "(n_a, n_a + n_x) and fits the stack as it is.",
        ),
        Mistake(
            "stack_first",
            every_product("concat @ {}"),
            "A weight matrix stands behind the stack. The matrix comes first: (n_a, n_a + n_x) times "
            "(n_a + n_x, m).",
        ),
        Mistake(
            "entry_by_entry",
            every_product("{} * concat"),
            "A weight matrix is multiplied with *, entry by entry. Weights and stack make a product of matrices, @.",
        ),
        Mistake(
            "input_only",
            every_product("{} @ xt"),
            "A weight matrix multiplies xt alone. It has a column for each row of the stack of a_prev and xt.",
        ),
        LAYER_MISTAKES.tanh_for("f"),
        LAYER_MISTAKES.tanh_for("u"),
        LAYER_MISTAKES.tanh_for("o"),
        Mistake(
            "tanh_for_all_gates",
            [(f'sigmoid(parameters["W{gate}"]', f'np.tanh(parameters["W{gate}"]') for gate in "fuo"],
            "This gate is what tanh gives. A gate says how much, from 0 to 1, so it needs the sigmoid; only the "
            "candidate has a tanh.",
        ),
        Mistake(
            "sigmoid_for_candidate",
            ('np.tanh(parameters["Wc"]', 'sigmoid(parameters["Wc"]'),
            "The candidate is what the sigmoid gives. It is content and may be negative, so it goes through tanh.",
        ),
        Mistake(
            "candidate_not_squashed",
            ('np.tanh(parameters["Wc"]', '(parameters["Wc"]'),
            "The candidate is what comes before the tanh. It has to lie between −1 and 1.",
        ),
        *(LAYER_MISTAKES.unsquashed(gate) for gate in "fuo"),
        Mistake(
            "gates_not_squashed",
            [(f'sigmoid(parameters["W{gate}"]', f'(parameters["W{gate}"]') for gate in "fuo"],
            "This gate is what comes before the sigmoid. A gate has to lie between 0 and 1.",
        ),
        Mistake(
            "forget_gate_inverted",
            ("ft = sigmoid", "ft = 1 - sigmoid"),
            "The forget gate is 1 minus what it should be. Γ_f is the part of the old memory that is kept; the "
            "(1 − Γ_f) of lecture note 003 is a slip.",
        ),
        Mistake(
            "forget_and_update_swapped",
            ("return ft, ut, cct, ot", "return ut, ft, cct, ot"),
            "The forget gate and the update gate are returned in each other's place. The order is forget, update, "
            "candidate, output.",
        ),
        Mistake(
            "candidate_and_output_swapped",
            ("return ft, ut, cct, ot", "return ft, ut, ot, cct"),
            "The candidate and the output gate are returned in each other's place. The order is forget, update, "
            "candidate, output.",
        ),
        Mistake(
            "update_and_output_swapped",
            ("return ft, ut, cct, ot", "return ft, ot, cct, ut"),
            "The update gate and the output gate are returned in each other's place. The order is forget, update, "
            "candidate, output.",
        ),
        *(missing_bias(gate) for gate in "fuco"),
        Mistake(
            "no_biases",
            [(f' + parameters["b{gate}"]', "") for gate in "fuco"],
            "This is what comes without its bias. Each layer adds a bias of its own before it squashes.",
        ),
        *(LAYER_MISTAKES.copied_layer(gate, source) for gate, source in ("uf", "of", "ou", "cu", "cf")),
        *(LAYER_MISTAKES.copied_bias(gate, source) for gate, source in ("uf", "of", "cf", "ou", "cu")),
        Mistake(
            "bias_squashed_apart",
            [(f' + parameters["b{gate}"])', f') + parameters["b{gate}"]') for gate in "fuco"],
            "The bias is added after the squashing. It belongs inside the sigmoid or the tanh.",
        ),
    ],
)


def unpacked(name: str, order: str, exchanged: str) -> Mistake:
    """The results of lstm_gates taken in another order."""
    return Mistake(
        f"unpacked_{name}",
        ("ft, ut, cct, ot = lstm_gates", f"{order} = lstm_gates"),
        f"{exchanged} are taken for each other where lstm_gates is called. It returns forget gate, update gate, "
        "candidate, output gate, in this order.",
    )


lstm_cell_forward = Exercise(
    function=reference.lstm_cell_forward,
    title="One step of the cell",
    minutes=25,
    difficulty=2,
    arguments={"xt": INPUT, "a_prev": UNITS, "c_prev": UNITS, "parameters": PARAMETERS},
    result=Tuple(a_next=UNITS, c_next=UNITS, yt_pred=CLASSES, cache=CACHE),
    draw=draw_cell,
    dims=STEP_DIMS,
    rows=[
        Row("forget gate in the cache", "cache.ft", points=0.5),
        Row("update gate in the cache", "cache.ut", points=0.5),
        Row("candidate in the cache", "cache.cct", points=0.5),
        Row("output gate in the cache", "cache.ot", points=0.5),
        Row("c_next", "c_next", points=4),
        Row("a_next", "a_next", points=3),
        Row("yt_pred", "yt_pred", points=2),
        Row("the whole cache", "cache", points=2),
    ],
    needs=["lstm_gates"],
    mistakes=[
        Mistake(
            "gates_given_activation_first",
            ("lstm_gates(xt, a_prev,", "lstm_gates(a_prev, xt,"),
            "lstm_gates is given a_prev and xt in each other's place. Its arguments are the input, then the "
            "activation of the step before.",
        ),
        Mistake(
            "gates_given_memory",
            ("lstm_gates(xt, a_prev,", "lstm_gates(xt, c_prev,"),
            "lstm_gates is given the old memory. The gates see the old activation, not the memory.",
        ),
        unpacked("update_first", "ut, ft, cct, ot", "The forget gate and the update gate"),
        unpacked("output_third", "ft, ut, ot, cct", "The candidate and the output gate"),
        unpacked("candidate_second", "ft, cct, ut, ot", "The update gate and the candidate"),
        Mistake(
            "memory_returned_first",
            ("return a_next, c_next,", "return c_next, a_next,"),
            "The memory and the activation are returned in each other's place. The order is a_next, c_next, "
            "yt_pred, cache.",
        ),
        Mistake(
            "matrix_product_with_a_gate",
            ("ft * c_prev", "ft @ c_prev"),
            "A gate is multiplied with @, as a matrix. It has a number for each unit and example: multiply "
            "elementwise.",
        ),
        Mistake(
            "prediction_entry_by_entry",
            ('parameters["Wy"] @ a_next', 'parameters["Wy"] * a_next'),
            "W_y is multiplied with *, entry by entry. The prediction mixes all units: it is a product of "
            "matrices, @.",
        ),
        Mistake(
            "prediction_with_activation_first",
            ('parameters["Wy"] @ a_next', 'a_next @ parameters["Wy"]'),
            "The activation stands before W_y. The weight comes first: (n_y, n_a) times (n_a, m).",
        ),
        Mistake(
            "one_minus_forget",
            ("ft * c_prev", "(1 - ft) * c_prev"),
            "You have what (1 − Γ_f) · c_prev gives. Γ_f is the part of the old memory that is kept; "
            "lecture note 003 has this slip.",
        ),
        Mistake(
            "gates_swapped",
            ("ft * c_prev + ut * cct", "ut * c_prev + ft * cct"),
            "The update gate multiplies the old memory and the forget gate the candidate. Γ_f keeps the old "
            "memory, Γ_u writes the candidate.",
        ),
        Mistake(
            "coupled_gates",
            ("ft * c_prev", "(1 - ut) * c_prev"),
            "You have what (1 − Γ_u) · c_prev gives, as in a GRU. The LSTM has a forget gate of its own for the "
            "old memory.",
        ),
        Mistake(
            "forget_gate_not_used",
            ("ft * c_prev", "c_prev"),
            "The whole old memory is kept. Only the part that the forget gate lets through is kept.",
        ),
        Mistake(
            "old_memory_dropped",
            ("ft * c_prev + ut * cct", "ut * cct"),
            "The new memory is only what is written now. What the forget gate keeps of the old memory is missing.",
        ),
        Mistake(
            "candidate_not_gated",
            ("ut * cct", "cct"),
            "The candidate is written whole. Only the part that the update gate lets through is written.",
        ),
        Mistake(
            "activation_for_memory",
            ("ft * c_prev", "ft * a_prev"),
            "The forget gate multiplies the old activation. What rides from step to step on the belt is the "
            "memory c.",
        ),
        Mistake(
            "memory_squashed",
            ("ft * c_prev + ut * cct", "np.tanh(ft * c_prev + ut * cct)"),
            "The memory has gone through tanh. It stays as it is; only what is shown of it goes through tanh.",
        ),
        Mistake(
            "memory_shown_without_tanh",
            ("ot * np.tanh(c_next)", "ot * c_next"),
            "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
        ),
        Mistake(
            "memory_shown_through_sigmoid",
            ("ot * np.tanh(c_next)", "ot * sigmoid(c_next)"),
            "The memory is shown through a sigmoid. Memories may be negative; it is tanh that squashes them.",
        ),
        Mistake(
            "output_gate_squashed_too",
            ("ot * np.tanh(c_next)", "np.tanh(ot * c_next)"),
            "The output gate is inside the tanh. The memory alone goes through tanh; then the gate multiplies.",
        ),
        Mistake(
            "old_memory_shown",
            ("np.tanh(c_next)", "np.tanh(c_prev)"),
            "The activation shows the old memory. The cell shows the memory of this step, after keeping and "
            "writing.",
        ),
        Mistake(
            "candidate_shown",
            ("np.tanh(c_next)", "cct"),
            "The activation shows the candidate. The output gate shows the whole new memory, not only what may "
            "be written.",
        ),
        Mistake(
            "output_gate_not_used",
            ("ot * np.tanh(c_next)", "np.tanh(c_next)"),
            "The whole memory is shown. The output gate lets only a part of it through.",
        ),
        Mistake(
            "update_gate_shows",
            ("ot * np.tanh(c_next)", "ut * np.tanh(c_next)"),
            "The update gate decides what is shown. That is the output gate's job.",
        ),
        Mistake(
            "prediction_from_memory",
            ('parameters["Wy"] @ a_next', 'parameters["Wy"] @ c_next'),
            "The prediction is made from the memory c. The memory stays inside the cell; the prediction sees the "
            "activation a.",
        ),
        Mistake(
            "prediction_from_old_activation",
            ('parameters["Wy"] @ a_next', 'parameters["Wy"] @ a_prev'),
            "The prediction is made from the activation of the step before. It uses the new one.",
        ),
        Mistake(
            "prediction_without_bias",
            (' + parameters["by"]', ""),
            "The prediction is what comes without its bias by.",
        ),
        Mistake(
            "prediction_without_softmax",
            (
                'softmax(parameters["Wy"] @ a_next + parameters["by"])',
                'parameters["Wy"] @ a_next + parameters["by"]',
            ),
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
            "cache_torch_order",
            ("c_prev, ft, ut, cct, ot", "c_prev, ut, ft, cct, ot"),
            "In the cache the forget gate and the update gate are in each other's place.",
        ),
        Mistake(
            "cache_output_before_candidate",
            ("ft, ut, cct, ot, xt, parameters)", "ft, ut, ot, cct, xt, parameters)"),
            "In the cache the candidate and the output gate are in each other's place.",
        ),
        Mistake(
            "cache_previous_first",
            ("(a_next, c_next, a_prev, c_prev,", "(a_prev, c_prev, a_next, c_next,"),
            "In the cache the old activation and memory come first. The new ones come before the old ones.",
        ),
        Mistake(
            "cache_memory_first",
            ("(a_next, c_next, a_prev, c_prev,", "(c_next, a_next, c_prev, a_prev,"),
            "In the cache the memory comes before the activation. The order is a, c of this step, then a, c of the "
            "step before.",
        ),
        Mistake(
            "cache_old_pair_swapped",
            ("(a_next, c_next, a_prev, c_prev,", "(a_next, c_next, c_prev, a_prev,"),
            "In the cache the old memory and the old activation are in each other's place. The order is a, c of "
            "this step, then a, c of the step before.",
        ),
        Mistake(
            "cache_old_memory_lost",
            ("(a_next, c_next, a_prev, c_prev,", "(a_next, c_next, a_prev, c_next,"),
            "In the cache the new memory is where the old one belongs. The backward pass needs both.",
        ),
        Mistake(
            "cache_old_activation_lost",
            ("(a_next, c_next, a_prev, c_prev,", "(a_next, c_next, a_next, c_prev,"),
            "In the cache the new activation is where the old one belongs. The backward pass needs both.",
        ),
    ],
)


lstm_forward = Exercise(
    function=reference.lstm_forward,
    title="A whole sequence",
    minutes=25,
    difficulty=2,
    arguments={"x": Array("n_x", "m", "T_x"), "a0": UNITS, "parameters": PARAMETERS},
    result=Tuple(
        a=Array("n_a", "m", "T_x"), y=Array("n_y", "m", "T_x"), c=Array("n_a", "m", "T_x"), caches=CACHES
    ),
    draw=draw_sequence,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("activations a", "a", points=2),
        Row("predictions y", "y", points=2),
        Row("memories c", "c", points=3),
        Row("caches", "caches", points=3),
        Row("log-probabilities of held-out names", "y", points=4, cases=REFERENCE_MODEL, transform="log"),
    ],
    needs=["lstm_cell_forward"],
    extra=[names_cases(REFERENCE_MODEL, HELD_OUT_NAMES, LONGEST_NAME)],
    mistakes=[
        Mistake(
            "a0_ignored",
            (
                "a_next, c_next = a0, np.zeros_like(a0)",
                "a_next, c_next = np.zeros_like(a0), np.zeros_like(a0)",
            ),
            "The first step starts from a zero activation. It starts from a0; only the memory starts at zero.",
        ),
        Mistake(
            "memory_starts_at_a0",
            ("np.zeros_like(a0)", "a0"),
            "The memory starts at a0. a0 is the first activation; the memory starts empty, at zero.",
        ),
        Mistake(
            "memory_starts_at_one",
            ("np.zeros_like(a0)", "np.ones_like(a0)"),
            "The memory starts at one. It starts empty, at zero.",
        ),
        Mistake(
            "activation_not_carried",
            ("x[:, :, t], a_next, c_next", "x[:, :, t], a0, c_next"),
            "Every step is given a0. Each step is given the activation of the step before; a0 only starts it.",
        ),
        Mistake(
            "memory_not_carried",
            ("x[:, :, t], a_next, c_next", "x[:, :, t], a_next, np.zeros_like(a0)"),
            "Every step starts with an empty memory. Each step is given the memory of the step before.",
        ),
        Mistake(
            "nothing_carried",
            ("x[:, :, t], a_next, c_next", "x[:, :, t], a0, np.zeros_like(a0)"),
            "Every step starts afresh from a0 and an empty memory. Both states are handed from step to step.",
        ),
        Mistake(
            "states_swapped",
            ("x[:, :, t], a_next, c_next", "x[:, :, t], c_next, a_next"),
            "The activation and the memory go into the cell in each other's place.",
        ),
        Mistake(
            "activation_as_memory",
            ("x[:, :, t], a_next, c_next", "x[:, :, t], a_next, a_next"),
            "The activation is handed on as the memory. The cell has a memory of its own, which is handed on "
            "beside it.",
        ),
        *INPUT_TAKEN_WRONGLY,
        Mistake(
            "activation_stored_a_step_late",
            [
                (
                    "a_next, c_next, yt_pred, cache = lstm",
                    "activations.append(a_next)\n        a_next, c_next, yt_pred, cache = lstm",
                ),
                ("activations.append(a_next)\n        predictions", "predictions"),
            ],
            "The stored activations begin with a0, one step late. At t stands what step t has computed.",
        ),
        Mistake(
            "memory_stored_a_step_late",
            [
                (
                    "a_next, c_next, yt_pred, cache = lstm",
                    "memories.append(c_next)\n        a_next, c_next, yt_pred, cache = lstm",
                ),
                ("memories.append(c_next)\n        caches", "caches"),
            ],
            "The stored memories begin with the empty one, one step late. At t stands what step t has computed.",
        ),
        Mistake(
            "activations_stored_as_memories",
            ("memories.append(c_next)", "memories.append(a_next)"),
            "What is stored as memories are the activations. Store the memory of each step, from before it is "
            "shown.",
        ),
        Mistake(
            "memories_stored_as_activations",
            ("activations.append(a_next)", "activations.append(c_next)"),
            "What is stored as activations are the memories.",
        ),
        Mistake(
            "memory_returned_before_prediction",
            ("return a, y, c, (caches, x)", "return a, c, y, (caches, x)"),
            "The memories are returned where the predictions belong. The order is a, y, c, caches.",
        ),
        *STEPS_LEFT_OUT,
        Mistake(
            "returns_filled_arrays_within_loop",
            [
                ("range(x.shape[2])", "range(1)"),
                ("np.stack(steps, axis=2)", "np.stack(steps + [0 * steps[0]] * (x.shape[2] - 1), axis=2)"),
            ],
            "All steps after the first are zero: the function returns within its loop. Return when all steps are "
            "done.",
        ),
        Mistake(
            "time_axis_first",
            ("axis=2", "axis=0"),
            "The time steps lie along the first axis. Time is the last axis, as in x.",
        ),
        *CACHES_KEPT_WRONGLY,
    ],
)


lstm_gates_backward = Exercise(
    function=reference.lstm_gates_backward,
    title="Back to the four layers",
    minutes=30,
    difficulty=3,
    arguments={"da_next": UNITS, "dc_next": UNITS, "cache": CACHE},
    result=GATES,
    draw=draw_cell_gradients,
    dims=STEP_DIMS,
    rows=[
        Row("forget gate dft", "dft", points=3),
        Row("update gate dut", "dut", points=3),
        Row("candidate dcct", "dcct", points=3),
        Row("output gate dot", "dot", points=4),
    ],
    mistakes=[
        Mistake(
            "dc_next_dropped",
            ("dc_next + da_next * ot", "da_next * ot"),
            "In dc only the part through the activation is there. What the later step sends along the memory, "
            "dc_next, has to be added.",
        ),
        Mistake(
            "activation_path_dropped",
            ("dc_next + da_next * ot * (1 - tanh_c**2)", "dc_next"),
            "Only dc_next arrives at the memory here. The memory is also shown, so what comes back through the "
            "activation has to be added: dc is the sum.",
        ),
        Mistake(
            "dc_without_tanh_derivative",
            (" * (1 - tanh_c**2)", ""),
            "In dc the derivative of the tanh through which the memory is shown is missing.",
        ),
        Mistake(
            "dc_without_output_gate",
            ("da_next * ot * (1 - tanh_c**2)", "da_next * (1 - tanh_c**2)"),
            "In dc the output gate is missing: the memory reaches the activation only as far as Γ_o lets it.",
        ),
        Mistake(
            "tanh_derivative_of_the_memory",
            ("1 - tanh_c**2", "1 - c_next**2"),
            "In dc you have 1 − c². The derivative of tanh(c) is 1 minus the square of tanh(c), not of c.",
        ),
        Mistake(
            "tanh_derivative_not_squared",
            ("1 - tanh_c**2", "1 - tanh_c"),
            "In dc you have 1 − tanh(c). The derivative of tanh is 1 minus the square of its value.",
        ),
        Mistake(
            "tanh_derivative_of_the_activation",
            [("_, c_next, _, c_prev", "a_next, c_next, _, c_prev"), ("1 - tanh_c**2", "1 - a_next**2")],
            "In dc you have 1 − a². The derivative of tanh(c) is 1 minus the square of tanh(c); a is tanh(c) times "
            "the output gate.",
        ),
        Mistake(
            "dc_with_minus",
            ("dc_next + da_next", "dc_next - da_next"),
            "In dc the part through the activation is subtracted. The memory is used twice, and the gradients of "
            "both uses are added.",
        ),
        Mistake(
            "dc_next_through_output_gate",
            ("dc_next + da_next * ot * (1 - tanh_c**2)", "(dc_next + da_next) * ot * (1 - tanh_c**2)"),
            "dc_next is multiplied by the output gate and the derivative of tanh. It arrives at the memory itself "
            "and is added as it is.",
        ),
        LAYER_MISTAKES.derivative_missing("f"),
        LAYER_MISTAKES.derivative_missing("u"),
        LAYER_MISTAKES.derivative_missing("o"),
        Mistake(
            "derivative_missing_cct",
            (" * (1 - cct**2)", ""),
            "The gradient of the candidate stops after the tanh. The derivative of tanh is still to be multiplied.",
        ),
        Mistake(
            "all_derivatives_missing",
            [(f" * {name} * (1 - {name})", "") for name in ("ft", "ut", "ot")] + [(" * (1 - cct**2)", "")],
            "This gradient stops after the squashing function. It is wanted before: the derivative of its own "
            "sigmoid or tanh is still to be multiplied.",
        ),
        Mistake(
            "sigmoid_derivative_for_candidate",
            ("(1 - cct**2)", "cct * (1 - cct)"),
            "The candidate has the derivative of a sigmoid. It went through tanh.",
        ),
        Mistake(
            "tanh_derivative_for_gates",
            [(f" * {name} * (1 - {name})", f" * (1 - {name}**2)") for name in ("ft", "ut", "ot")],
            "This gate has the derivative of tanh. It went through the sigmoid.",
        ),
        Mistake(
            "derivative_squashed_twice",
            [
                (f" * {name} * (1 - {name})", f" * sigmoid({name}) * (1 - sigmoid({name}))")
                for name in ("ft", "ut", "ot")
            ],
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
            "forget_gate_with_new_memory",
            ("dc * c_prev", "dc * c_next"),
            "The gradient of the forget gate has the new memory. The forget gate multiplied the old one.",
        ),
        Mistake(
            "forget_gate_with_activation",
            [("_, c_next, _, c_prev", "_, c_next, a_prev, c_prev"), ("dc * c_prev", "dc * a_prev")],
            "The gradient of the forget gate has the old activation. The forget gate multiplied the old memory.",
        ),
        Mistake(
            "forget_gate_inverted",
            ("dc * c_prev", "-dc * c_prev"),
            "The gradient of the forget gate has the wrong sign, as if the memory were kept by 1 − Γ_f, the slip of "
            "lecture note 003. It is kept by Γ_f.",
        ),
        Mistake(
            "forget_gate_with_candidate",
            ("dc * c_prev * ft", "dc * cct * ft"),
            "The gradient of the forget gate has the candidate. The forget gate multiplied the old memory.",
        ),
        Mistake(
            "update_gate_with_old_memory",
            ("dc * cct * ut", "dc * c_prev * ut"),
            "The gradient of the update gate has the old memory. The update gate multiplied the candidate.",
        ),
        Mistake(
            "update_gate_with_new_memory",
            ("dc * cct * ut", "dc * c_next * ut"),
            "The gradient of the update gate has the new memory. The update gate multiplied the candidate.",
        ),
        Mistake(
            "partners_swapped",
            [("dc * c_prev * ft", "dc * cct * ft"), ("dc * cct * ut", "dc * c_prev * ut")],
            "The forget gate and the update gate have each other's partner. Γ_f multiplied the old memory, Γ_u the "
            "candidate.",
        ),
        Mistake(
            "candidate_without_update_gate",
            ("dc * ut * (1 - cct**2)", "dc * (1 - cct**2)"),
            "The gradient of the candidate lacks the update gate, which decided how much of it was written.",
        ),
        Mistake(
            "output_gate_from_dc",
            ("da_next * tanh_c * ot", "dc * tanh_c * ot"),
            "The gradient of the output gate starts from dc. The output gate comes after the memory: it only "
            "touches the activation, so it starts from da_next.",
        ),
        Mistake(
            "output_gate_without_tanh",
            ("da_next * tanh_c * ot", "da_next * c_next * ot"),
            "The gradient of the output gate has c. The output gate multiplied tanh(c).",
        ),
        Mistake(
            "output_gate_with_activation",
            [("_, c_next, _, c_prev", "a_next, c_next, _, c_prev"), ("da_next * tanh_c", "da_next * a_next")],
            "The gradient of the output gate has a. The output gate multiplied tanh(c); a already holds the gate.",
        ),
        Mistake(
            "output_gate_with_old_memory",
            ("da_next * tanh_c * ot", "da_next * np.tanh(c_prev) * ot"),
            "The gradient of the output gate has the old memory. The output gate shows the new one.",
        ),
        Mistake(
            "gates_from_dc_next",
            [
                ("dc * c_prev", "dc_next * c_prev"),
                ("dc * cct", "dc_next * cct"),
                ("dc * ut", "dc_next * ut"),
                ("da_next * tanh_c", "dc * tanh_c"),
            ],
            "dc_next stands where all of dc belongs, and dc where da_next belongs. dc is what reaches the memory; "
            "the forget gate, the update gate and the candidate start from it, the output gate from da_next.",
        ),
    ],
)


SUM = ".sum(axis=1, keepdims=True)"


def biases(replacement: str) -> list[tuple[str, str]]:
    """The sum over examples replaced in all four biases."""
    return [
        (f'"db{gate}": gates["d{name}"]{SUM}', f'"db{gate}": gates["d{name}"]{replacement}')
        for gate, (name, _) in LAYERS.items()
    ]


def weights(replacement: str) -> list[tuple[str, str]]:
    """The product with the stack replaced in all four weights; `{}` stands for the layer's gradient."""
    return [
        (f'gates["d{name}"] @ concat.T', replacement.format(f'gates["d{name}"]'))
        for name, _ in LAYERS.values()
    ]


lstm_parameters_backward = Exercise(
    function=reference.lstm_parameters_backward,
    title="Back to the weights and biases",
    minutes=15,
    difficulty=2,
    arguments={"gates": GATES, "cache": CACHE},
    result=Dict(**GRADIENTS),
    draw=draw_layer_gradients,
    dims=STEP_DIMS,
    rows=[Row(name, name, points=1) for name in GRADIENTS],
    mistakes=[
        Mistake(
            "stack_upside_down",
            ("[a_prev, xt]", "[xt, a_prev]"),
            "The columns of this weight gradient belong to [x, a_prev]. The stack has a_prev on top, as in the "
            "forward pass.",
        ),
        Mistake(
            "new_activation_in_stack",
            ("cache[2], cache[8]", "cache[0], cache[8]"),
            "The stack has the new activation. The layers saw the activation of the step before.",
        ),
        Mistake(
            "memory_in_stack",
            ("cache[2], cache[8]", "cache[3], cache[8]"),
            "The stack has the old memory. The layers saw the old activation.",
        ),
        Mistake(
            "weights_transposed",
            weights("concat @ {}.T"),
            "This weight gradient is transposed. It is shaped as its weight matrix, (n_a, n_a + n_x).",
        ),
        Mistake(
            "stack_not_transposed",
            weights("{} @ concat"),
            "The stack is not transposed. (n_a, m) needs a matrix with m rows behind it to give (n_a, n_a + n_x).",
        ),
        Mistake(
            "weights_averaged",
            weights("{} @ concat.T / concat.shape[1]"),
            "You have the mean over the examples, where the sum is right: whether the loss is a mean is already "
            "in what arrives.",
        ),
        Mistake(
            "biases_averaged",
            biases(".mean(axis=1, keepdims=True)"),
            "You have the mean over the examples, where the sum is right: whether the loss is a mean is already "
            "in what arrives.",
        ),
        Mistake(
            "everything_averaged",
            weights("{} @ concat.T / concat.shape[1]") + biases(".mean(axis=1, keepdims=True)"),
            "You have the mean over the examples, where the sum is right: whether the loss is a mean is already "
            "in what arrives.",
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
            "biases_summed_over_everything",
            biases(".sum(keepdims=True)"),
            "This bias gradient is one number for all units. Each unit has its own bias; the sum runs over the "
            "examples only.",
        ),
        Mistake(
            "biases_summed_without_axis",
            biases(".sum()"),
            "This bias gradient is a single number: without an axis the sum runs over the units too. Each unit has "
            "its own bias; the sum runs over the examples only.",
        ),
        Mistake(
            "biases_of_first_example",
            biases("[:, :1]"),
            "This bias gradient is that of the first example only. It is summed over the examples.",
        ),
        *(LAYER_MISTAKES.taken_from(one, other) for one, other in permutations(LAYERS, 2)),
        LAYER_MISTAKES.swapped_layers("f", "u"),
        LAYER_MISTAKES.swapped_layers("c", "o"),
        LAYER_MISTAKES.swapped_layers("u", "c"),
        LAYER_MISTAKES.swapped_layers("u", "o"),
    ],
)


def layer_missing(gate: str) -> Mistake:
    """The gradient of the stack without one layer's part."""
    name, spoken = LAYERS[gate]
    term = f'parameters["W{gate}"].T @ gates["d{name}"]'
    return Mistake(
        f"layer_missing_{name}",
        (term, "0"),
        f"The part that comes through the {spoken} is missing. The stack feeds four layers, so four parts add up.",
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


lstm_inputs_backward = Exercise(
    function=reference.lstm_inputs_backward,
    title="Back to what came in",
    minutes=25,
    difficulty=3,
    arguments={"da_next": UNITS, "dc_next": UNITS, "gates": GATES, "cache": CACHE},
    result=Dict(dxt=INPUT, da_prev=UNITS, dc_prev=UNITS),
    draw=draw_inputs_gradients,
    dims=STEP_DIMS,
    rows=[
        Row("input dxt", "dxt", points=4),
        Row("activation da_prev", "da_prev", points=4),
        Row("memory dc_prev", "dc_prev", points=4),
    ],
    mistakes=[
        Mistake(
            "stack_upside_down",
            [("dconcat[n_a:]", "dconcat[: -n_a]"), ("dconcat[:n_a]", "dconcat[-n_a:]")],
            "The stack is cut as if x were on top. Its first n_a rows belong to a_prev, the rest to x.",
        ),
        Mistake(
            "parts_exchanged",
            [
                ('"dxt": dconcat[n_a:]', '"dxt": dconcat[:n_a]'),
                ('"da_prev": dconcat[:n_a]', '"da_prev": dconcat[n_a:]'),
            ],
            "dxt and da_prev are in each other's place. The first n_a rows of the stack belong to a_prev.",
        ),
        Mistake(
            "stack_not_cut",
            ("dconcat[n_a:]", "dconcat"),
            "dxt is the gradient of the whole stack. Only the rows below the first n_a belong to x.",
        ),
        Mistake(
            "weights_not_transposed",
            [(f'parameters["W{gate}"].T', f'parameters["W{gate}"]') for gate in "fuco"],
            "A weight matrix is used as in the forward pass. On the way back it is transposed.",
        ),
        Mistake(
            "stack_cut_by_columns",
            [("dconcat[n_a:]", "dconcat[:, n_a:]"), ("dconcat[:n_a]", "dconcat[:, :n_a]")],
            "The stack's gradient is cut along its columns, which are the examples. Its rows are to be cut: the "
            "first n_a belong to a_prev, the rest to x.",
        ),
        *(layer_missing(gate) for gate in "fuco"),
        *(weights_with_gradient_of(one, other) for one, other in permutations(LAYERS, 2)),
        *(gradient_through_weights_of(one, other) for one, other in permutations(LAYERS, 2)),
        Mistake(
            "weights_exchanged",
            [
                ('parameters["Wf"].T @ gates["dft"]', 'parameters["Wf"].T @ gates["dut"]'),
                ('parameters["Wu"].T @ gates["dut"]', 'parameters["Wu"].T @ gates["dft"]'),
            ],
            "The gradients of the forget gate and of the update gate go back through each other's weights.",
        ),
        Mistake(
            "candidate_and_output_exchanged",
            [
                ('parameters["Wc"].T @ gates["dcct"]', 'parameters["Wc"].T @ gates["dot"]'),
                ('parameters["Wo"].T @ gates["dot"]', 'parameters["Wo"].T @ gates["dcct"]'),
            ],
            "The gradients of the candidate and of the output gate go back through each other's weights.",
        ),
        Mistake(
            "carried_gradient_added",
            ('"da_prev": dconcat[:n_a]', '"da_prev": dconcat[:n_a] + da_next'),
            "da_next is added to da_prev. The old activation reaches the loss only through the four layers.",
        ),
        Mistake(
            "forget_gate_missing",
            ('"dc_prev": dc * ft', '"dc_prev": dc'),
            "dc_prev lacks the forget gate: the old memory counts only as far as it was kept.",
        ),
        Mistake(
            "forget_gate_inverted",
            ('"dc_prev": dc * ft', '"dc_prev": dc * (1 - ft)'),
            "dc_prev is multiplied by 1 − Γ_f, the slip of lecture note 003. The old memory was multiplied by Γ_f.",
        ),
        Mistake(
            "update_gate_for_forget_gate",
            [("ft, _, _, ot", "ft, ut, _, ot"), ("dc * ft", "dc * ut")],
            "dc_prev is multiplied by the update gate. It was the forget gate that multiplied the old memory.",
        ),
        Mistake(
            "only_dc_next",
            ("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next"),
            "dc_prev has only the part of dc_next. The memory was also shown, so what comes back through the "
            "activation belongs to dc as well.",
        ),
        Mistake(
            "dc_next_dropped",
            ("dc_next + da_next * ot", "da_next * ot"),
            "dc_prev has only the part through the activation. What the later step sends along the memory, dc_next, "
            "belongs to dc as well.",
        ),
        Mistake(
            "dc_without_tanh_derivative",
            (" * (1 - np.tanh(c_next) ** 2)", ""),
            "In dc the derivative of the tanh through which the memory is shown is missing.",
        ),
        Mistake(
            "dc_without_output_gate",
            ("da_next * ot * (1", "da_next * (1"),
            "In dc the output gate is missing: the memory reaches the activation only as far as Γ_o lets it.",
        ),
        Mistake(
            "tanh_derivative_of_the_memory",
            ("np.tanh(c_next) ** 2", "c_next**2"),
            "In dc you have 1 − c². The derivative of tanh(c) is 1 minus the square of tanh(c), not of c.",
        ),
        Mistake(
            "tanh_derivative_not_squared",
            ("np.tanh(c_next) ** 2", "np.tanh(c_next)"),
            "In dc you have 1 − tanh(c). The derivative of tanh is 1 minus the square of its value.",
        ),
        Mistake(
            "tanh_derivative_of_the_activation",
            [("_, c_next, a_prev", "a_next, c_next, a_prev"), ("np.tanh(c_next) ** 2", "a_next**2")],
            "In dc you have 1 − a². The derivative of tanh(c) is 1 minus the square of tanh(c); a is tanh(c) times "
            "the output gate.",
        ),
        Mistake(
            "tanh_derivative_of_the_activation_and_forget_gate_inverted",
            [
                ("_, c_next, a_prev", "a_next, c_next, a_prev"),
                ("np.tanh(c_next) ** 2", "a_next**2"),
                ("dc * ft", "dc * (1 - ft)"),
            ],
            "Two things: in dc you have 1 − a², but the derivative of tanh(c) is 1 minus the square of tanh(c); and "
            "dc_prev is multiplied by 1 − Γ_f, but the old memory was multiplied by Γ_f.",
        ),
        Mistake(
            "dc_with_minus",
            ("dc_next + da_next", "dc_next - da_next"),
            "In dc the part through the activation is subtracted. The memory is used twice, and the gradients of "
            "both uses are added.",
        ),
        Mistake(
            "tanh_derivative_at_old_memory",
            [("a_prev, _, ft", "a_prev, c_prev, ft"), ("np.tanh(c_next)", "np.tanh(c_prev)")],
            "In dc the derivative of tanh is taken at the old memory. It was the new memory that was shown.",
        ),
        Mistake(
            "dc_next_not_through_forget_gate",
            ("dc * ft", "dc_next + (dc - dc_next) * ft"),
            "dc_next passes by the forget gate. Everything that reaches the memory of this step goes through Γ_f "
            "to the memory before.",
        ),
    ],
)


lstm_backward = Exercise(
    function=reference.lstm_backward,
    title="Back through time",
    minutes=30,
    difficulty=3,
    arguments={"da": Array("n_a", "m", "T_x"), "caches": CACHES},
    result=Dict(dx=Array("n_x", "m", "T_x"), da0=UNITS, **GRADIENTS),
    draw=draw_sequence_gradients,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("inputs dx", "dx", points=3),
        Row("first activation da0", "da0", points=3),
        *(Row(name, name, points=1.5 if name.startswith("dW") else 0.5) for name in GRADIENTS),
    ],
    needs=["lstm_gates_backward", "lstm_parameters_backward", "lstm_inputs_backward", "lstm_cell_backward"],
    mistakes=[
        Mistake(
            "activation_not_carried",
            ("da[:, :, t] + da_prev", "da[:, :, t]"),
            "Each step has only its own loss's gradient. The gradient that the later step sends to this activation "
            "has to be added.",
        ),
        Mistake(
            "memory_not_carried",
            ("da_prev, dc_prev, cell_caches", "da_prev, np.zeros_like(dc_prev), cell_caches"),
            "Nothing comes back along the memory. Each step is given the dc_prev of the step after it.",
        ),
        Mistake(
            "nothing_carried",
            ("da[:, :, t] + da_prev, dc_prev", "da[:, :, t], np.zeros_like(dc_prev)"),
            "Every step goes back alone. What the later step sends to the activation and to the memory is to be "
            "carried to the step before.",
        ),
        *OWN_LOSS,
        Mistake(
            "loss_sent_to_the_memory",
            ("da[:, :, t] + da_prev, dc_prev", "da_prev, da[:, :, t] + dc_prev"),
            "Each step's own gradient is added to the memory's. It belongs to the activation.",
        ),
        Mistake(
            "carried_gradients_swapped",
            ("da_prev, dc_prev = step", "dc_prev, da_prev = step"),
            "The gradients carried to the activation and to the memory are in each other's place.",
        ),
        *PARAMETERS_SUMMED_WRONGLY,
        Mistake(
            "first_step_missing",
            ("reversed(range(da.shape[2]))", "reversed(range(min(1, da.shape[2] - 1), da.shape[2]))"),
            "The way back ends before the first step. The step at index 0 belongs to it.",
        ),
        *WALKED_WRONGLY,
        Mistake(
            "dx_of_first_step_everywhere",
            ('dx[:, :, t] = step["dxt"]', 'dx[:] = step["dxt"][:, :, np.newaxis]'),
            "dx holds the first step's gradient everywhere. Each step has its own place along the last axis.",
        ),
        *FIRST_ACTIVATION,
        Mistake(
            "da0_from_the_memory",
            ('"da0": da_prev', '"da0": dc_prev'),
            "da0 is the gradient of the initial memory. It is the one of the initial activation.",
        ),
        Mistake(
            "da0_of_the_last_step",
            [
                (
                    'da_prev, dc_prev = step["da_prev"], step["dc_prev"]',
                    'da_prev, dc_prev = step["da_prev"], step["dc_prev"]\n'
                    "        da0 = da_prev if t == da.shape[2] - 1 else da0",
                ),
                ('"da0": da_prev', '"da0": da0'),
            ],
            "da0 is what the last step sends back. It is what is left after the first step has been walked back.",
        ),
    ],
)


def mixing_peephole(gate: str, memory: str) -> Mistake:
    """One gate that sees a sum over the memories of all units."""
    name, spoken = LAYERS[gate]
    return Mistake(
        f"peephole_of_{name}_mixes_units",
        (f'parameters["p{gate}"] * {memory}', f'parameters["p{gate}"].T @ {memory}'),
        f"The {spoken} sees a sum over the memories of all units. A diagonal matrix multiplies each unit's memory "
        "by that unit's own weight.",
    )


lstm_peephole_cell_forward = Exercise(
    function=reference.lstm_peephole_cell_forward,
    title="A cell with peepholes",
    minutes=20,
    difficulty=2,
    arguments={
        "xt": INPUT,
        "a_prev": UNITS,
        "c_prev": UNITS,
        "parameters": Dict(**GATE_PARAMETERS, **OUTPUT_PARAMETERS, **PEEPHOLES),
    },
    result=Tuple(a_next=UNITS, c_next=UNITS, yt_pred=CLASSES),
    draw=draw_peephole_cell,
    dims=STEP_DIMS,
    rows=[
        Row("c_next", "c_next", points=4),
        Row("a_next", "a_next", points=3),
        Row("yt_pred", "yt_pred", points=2),
    ],
    mistakes=[
        Mistake(
            "output_gate_sees_old_memory",
            ('parameters["po"] * c_next', 'parameters["po"] * c_prev'),
            "The output gate looks at the old memory, as lecture note 002 has it. With Gers and Schmidhuber, and "
            "here, it looks at the new memory, which it is about to show.",
        ),
        Mistake(
            "output_gate_without_peephole",
            ('parameters["po"] * c_next + ', ""),
            "The output gate has no peephole. It looks at the new memory.",
        ),
        Mistake(
            "forget_gate_without_peephole",
            ('parameters["pf"] * c_prev + ', ""),
            "The forget gate has no peephole. It looks at the old memory.",
        ),
        Mistake(
            "update_gate_without_peephole",
            ('parameters["pu"] * c_prev + ', ""),
            "The update gate has no peephole. It looks at the old memory.",
        ),
        Mistake(
            "no_peepholes",
            [
                ('parameters["pf"] * c_prev + ', ""),
                ('parameters["pu"] * c_prev + ', ""),
                ('parameters["po"] * c_next + ', ""),
            ],
            "You have what the cell without peepholes gives. Each gate has a peephole to the memory.",
        ),
        Mistake(
            "one_peephole_for_all_units",
            [(f'parameters["p{gate}"] *', f'parameters["p{gate}"].mean() *') for gate in "fuo"],
            "All units share one peephole weight. Each unit has its own.",
        ),
        Mistake(
            "one_peephole_for_all_gates",
            [('parameters["pu"]', 'parameters["pf"]'), ('parameters["po"]', 'parameters["pf"]')],
            "All gates use the forget gate's peephole. Each gate has its own.",
        ),
        mixing_peephole("f", "c_prev"),
        mixing_peephole("u", "c_prev"),
        mixing_peephole("o", "c_next"),
        Mistake(
            "peepholes_of_two_gates_mix_units",
            [
                ('parameters["pf"] * c_prev', 'parameters["pf"].T @ c_prev'),
                ('parameters["pu"] * c_prev', 'parameters["pu"].T @ c_prev'),
            ],
            "The forget gate and the update gate see a sum over the memories of all units. A diagonal matrix "
            "multiplies each unit's memory by that unit's own weight.",
        ),
        Mistake(
            "peepholes_mix_units",
            [
                ('parameters["pf"] * c_prev', 'parameters["pf"].T @ c_prev'),
                ('parameters["pu"] * c_prev', 'parameters["pu"].T @ c_prev'),
                ('parameters["po"] * c_next', 'parameters["po"].T @ c_next'),
            ],
            "Every gate sees a sum over the memories of all units. A diagonal matrix multiplies each unit's "
            "memory by that unit's own weight.",
        ),
        Mistake(
            "peepholes_swapped",
            [
                ('parameters["pf"] * c_prev', 'parameters["_"] * c_prev'),
                ('parameters["pu"]', 'parameters["pf"]'),
                ('parameters["_"]', 'parameters["pu"]'),
            ],
            "The forget gate and the update gate have each other's peephole.",
        ),
        Mistake(
            "peephole_outside_the_sigmoid",
            [
                (
                    ' + parameters["pf"] * c_prev + parameters["bf"])',
                    ' + parameters["bf"]) + parameters["pf"] * c_prev',
                ),
                (
                    ' + parameters["pu"] * c_prev + parameters["bu"])',
                    ' + parameters["bu"]) + parameters["pu"] * c_prev',
                ),
                (
                    ' + parameters["po"] * c_next + parameters["bo"])',
                    ' + parameters["bo"]) + parameters["po"] * c_next',
                ),
            ],
            "The peepholes are added after the sigmoid, so the gates leave the range from 0 to 1. They are added "
            "inside.",
        ),
        Mistake(
            "peephole_sees_squashed_memory",
            [
                ('parameters["pf"] * c_prev', 'parameters["pf"] * np.tanh(c_prev)'),
                ('parameters["pu"] * c_prev', 'parameters["pu"] * np.tanh(c_prev)'),
                ('parameters["po"] * c_next', 'parameters["po"] * np.tanh(c_next)'),
            ],
            "The peepholes see tanh(c). They look at the memory itself.",
        ),
        Mistake(
            "peephole_sees_activation",
            [
                ('parameters["pf"] * c_prev', 'parameters["pf"] * a_prev'),
                ('parameters["pu"] * c_prev', 'parameters["pu"] * a_prev'),
            ],
            "The peepholes of the forget gate and the update gate see the old activation. They look at the old "
            "memory.",
        ),
        Mistake(
            "candidate_with_peephole",
            ('parameters["Wc"] @ concat', 'parameters["Wc"] @ concat + parameters["pu"] * c_prev'),
            "The candidate has a peephole too. Only the three gates have one.",
        ),
        Mistake(
            "one_minus_forget",
            ("ft * c_prev + ut", "(1 - ft) * c_prev + ut"),
            "You have what (1 − Γ_f) · c_prev gives. Γ_f is the part of the old memory that is kept; "
            "lecture note 003 has this slip.",
        ),
        Mistake(
            "stack_upside_down",
            ("[a_prev, xt]", "[xt, a_prev]"),
            "You have what the stack [x, a_prev] gives. a_prev has to be on top.",
        ),
        Mistake(
            "memory_shown_without_tanh",
            ("ot * np.tanh(c_next)", "ot * c_next"),
            "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
        ),
        Mistake(
            "prediction_without_softmax",
            (
                'softmax(parameters["Wy"] @ a_next + parameters["by"])',
                'parameters["Wy"] @ a_next + parameters["by"]',
            ),
            "The prediction is made of scores. The softmax, which makes them probabilities, is missing.",
        ),
        Mistake(
            "prediction_without_bias",
            (' + parameters["by"]', ""),
            "The prediction is what comes without its bias by.",
        ),
        Mistake(
            "prediction_from_memory",
            ('parameters["Wy"] @ a_next', 'parameters["Wy"] @ c_next'),
            "The prediction is made from the memory c. It sees the activation a.",
        ),
        Mistake(
            "no_biases",
            [(f' + parameters["b{gate}"]', "") for gate in "fuco"],
            "The gates and the candidate are what comes without their biases.",
        ),
    ],
)

EXERCISES = [
    lstm_gates,
    lstm_cell_forward,
    lstm_forward,
    lstm_gates_backward,
    lstm_parameters_backward,
    lstm_inputs_backward,
    lstm_backward,
    lstm_peephole_cell_forward,
]

# Mutants of the reference that do the same as the reference, each with the reason.
SAME_SHAPE = "only the shape of the slice is used, and all steps have the same"
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "lstm_backward": {
        "parameters = cell_caches[0][9]  →  parameters = cell_caches[ -1][9]": "all steps share the parameters",
        "da_prev = np.zeros_like(da[:, :, 0])  →  da_prev = np.zeros_like(da[:, :, -1])": SAME_SHAPE,
        "dc_prev = np.zeros_like(da[:, :, 0])  →  dc_prev = np.zeros_like(da[:, :, -1])": SAME_SHAPE,
    },
}
