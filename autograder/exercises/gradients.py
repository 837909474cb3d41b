"""What is graded in 05-gradients."""

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.layout import Anything, Array, Dict, Each, Layout, Number, Plain, Tuple
from autograder.row import Row
from seqlib import gradients as reference
from seqlib.rnn import rnn_forward

UNITS = Array("n_a", "m")
ACTIVATIONS = Array("n_a", "m", "T_x")
INPUTS = Array("n_x", "m", "T_x")
CLASSES = Array("n_y", "m", "T_x")
RECURRENT = Array("n_a", "n_a")
JACOBIANS = Array("m", "n_a", "n_a")
PARAMETERS = Dict(
    Waa=RECURRENT,
    Wax=Array("n_a", "n_x"),
    Wya=Array("n_y", "n_a"),
    ba=Array("n_a", "1"),
    by=Array("n_y", "1"),
)
CACHE = Tuple(a_next=UNITS, a_prev=UNITS, xt=Array("n_x", "m"), parameters=PARAMETERS)
CACHES = Tuple(cell_caches=Each(CACHE), x=INPUTS)
ACTIVATION = Plain('"sigmoid", "tanh" or "relu"')


class Arrays(Layout):
    """A dict of arrays under names that the function does not know, which only an argument can be."""

    def to_json(self) -> str:
        """This layout as JSON-able data."""
        return "arrays"

    def describe(self) -> str:
        """This layout in one line for the learner."""
        return "a dict of arrays, of any names and shapes"


STEP_DIMS = [
    {"n_a": 5, "m": 4},
    {"n_a": 4, "m": 1},
    {"n_a": 3, "m": 5},
]
SEQUENCE_DIMS = [
    {"n_a": 5, "m": 4, "T_x": 7},
    {"n_a": 4, "m": 1, "T_x": 3},
    {"n_a": 3, "m": 5, "T_x": 2},
    {"n_a": 2, "m": 3, "T_x": 1},
]
INPUT_DIMS = [{"n_x": 3, "m": 4, "T_x": 6}, {"n_x": 2, "m": 1, "T_x": 5}, {"n_x": 1, "m": 3, "T_x": 4}]
MATRIX_DIMS = [{"n": 5}, {"n": 4}, {"n": 3}, {"n": 1}]
NETWORK_DIMS = [
    {"n_x": 3, "n_a": 5, "m": 4, "T_x": 7},
    {"n_x": 6, "n_a": 4, "m": 1, "T_x": 5},
    {"n_x": 1, "n_a": 3, "m": 2, "T_x": 6},
    {"n_x": 4, "n_a": 2, "m": 3, "T_x": 1},
]
ARRAY_DIMS = [{"n_x": 3, "n_a": 5, "n_y": 4}, {"n_x": 1, "n_a": 4, "n_y": 3}, {"n_x": 4, "n_a": 3, "n_y": 1}]
TRUNCATION_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 4, "m": 6, "T_x": 9, "k1": 2, "k2": 7},
    {"n_x": 6, "n_a": 4, "n_y": 2, "m": 1, "T_x": 8, "k1": 3, "k2": 5},
    {"n_x": 2, "n_a": 3, "n_y": 5, "m": 4, "T_x": 6, "k1": 1, "k2": 2},
    {"n_x": 5, "n_a": 2, "n_y": 3, "m": 4, "T_x": 1, "k1": 6, "k2": 7},
]
CHUNK_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4, "T_x": 8, "k": 3},
    {"n_x": 6, "n_a": 4, "n_y": 3, "m": 1, "T_x": 5, "k": 2},
    {"n_x": 1, "n_a": 3, "n_y": 4, "m": 5, "T_x": 6, "k": 2},
]
# Which activation function a case has is told by its number of units, so that each occurs in every set of cases.
ACTIVATION_OF = {5: "tanh", 4: "sigmoid", 3: "relu", 2: "tanh"}
# The limit of a training as a share of its first gradient's norm: below the learning rate, so that what the rate has
# shortened would still be clipped; below 1; above 1, so that an update is not clipped.
SHARE_OF_FIRST = {5: 0.1, 4: 0.4, 3: 1.2}
# The limit of a case as a share of the gradient's norm: two gradients are too long, one is short enough.
LIMIT_OF = {5: 0.3, 4: 1.7, 3: 0.6}


def draw_inputs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients that fade towards the first step, as real ones do, though less."""
    fading = 0.8 ** np.arange(dims["T_x"])[::-1]
    return {"dx": fading * rng.normal(0, 1.5, (dims["n_x"], dims["m"], dims["T_x"]))}


def draw_recurrent(rng: np.random.Generator, n_a: int) -> np.ndarray:
    """A recurrent matrix that neither kills what passes through it nor blows it up."""
    return rng.normal(0, 1.2 / np.sqrt(n_a), (n_a, n_a))


def draw_step(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Activations of one step, from nearly straight to nearly flat."""
    n_a = dims["n_a"]
    return {"a_next": rng.uniform(-0.9, 0.9, (n_a, dims["m"])), "Waa": draw_recurrent(rng, n_a)}


def draw_sequence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Activations of a sequence, from nearly straight to nearly flat."""
    n_a = dims["n_a"]
    return {"a": rng.uniform(-0.9, 0.9, (n_a, dims["m"], dims["T_x"])), "Waa": draw_recurrent(rng, n_a)}


def draw_matrix(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A matrix whose largest eigenvalue is complex or negative, and for 3 and 4 units not where one would look first."""
    n = dims["n"]
    W = np.diag(rng.uniform(0.2, 0.7, n))
    length = rng.uniform(1.0, 1.6)
    if n < 4:
        W[n // 2, n // 2] = -length
    else:
        W[1:3, 1:3] = length * turn(rng.uniform(1.75, 2.2))
    return {"W": slanted(rng, W) if n > 4 else reordered(rng, W)}


def turn(angle: float) -> np.ndarray:
    """The matrix that turns the plane by an angle."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def slanted(rng: np.random.Generator, W: np.ndarray) -> np.ndarray:
    """The same linear map seen from a slanted basis."""
    n = len(W)
    one, other = (np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(2))
    slant = one @ np.diag(np.linspace(0.6, 2.0, n)) @ other
    return np.asarray(slant @ W @ np.linalg.inv(slant))


def reordered(rng: np.random.Generator, W: np.ndarray) -> np.ndarray:
    """W with more above its diagonal, and its units in another order.

    LAPACK finds single eigenvalues of such a matrix by putting the order right again, so that it lists them as the
    diagonal of W does. Of a dense matrix it lists the largest first as a rule.
    """
    n = len(W)
    above = np.triu(rng.normal(0, 0.4, (n, n)), 1)
    if n > 3:
        above[1:3, 1:3] = 0  # the pair stays a turn
    order = rng.permutation(n)
    return (W + above)[np.ix_(order, order)]


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights of a plain network, without the prediction's where there is none."""
    n_x, n_a = dims["n_x"], dims["n_a"]
    parameters = {
        "Waa": draw_recurrent(rng, n_a),
        "Wax": rng.normal(0, 0.8 / np.sqrt(n_x), (n_a, n_x)),
        "ba": rng.normal(0, 0.4, (n_a, 1)),
    }
    if "n_y" in dims:
        parameters["Wya"] = rng.normal(0, 1.0, (dims["n_y"], n_a))
        parameters["by"] = rng.normal(0, 0.5, (dims["n_y"], 1))
    return parameters


def draw_slopes(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Values of an activation function, some units of a ReLU off."""
    activation = ACTIVATION_OF[dims["n_a"]]
    z = rng.normal(0, 1.2, (dims["n_a"], dims["m"], dims["T_x"]))
    if activation == "relu":
        return {"a": np.maximum(z, 0), "activation": activation}
    return {"a": np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z)), "activation": activation}


def draw_network(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each step's activation, and the activations of a real forward pass."""
    n_x, n_a, m, T_x = (dims[name] for name in ("n_x", "n_a", "m", "T_x"))
    activation = ACTIVATION_OF[n_a]
    parameters = draw_parameters(rng, dims)
    x, a0 = rng.normal(0, 1, (n_x, m, T_x)), rng.uniform(0.1, 0.9, (n_a, m))
    a = reference.recurrent_forward(x, a0, parameters, activation)
    return {"da": rng.normal(0, 1, a.shape), "a": a, "parameters": parameters, "activation": activation}


def draw_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each parameter of a plain network, of about the same size."""
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    shapes = {"dWax": (n_a, n_x), "dWaa": (n_a, n_a), "dba": (n_a, 1), "dWya": (n_y, n_a), "dby": (n_y, 1)}
    return {name: rng.normal(0, 3.0, shape) for name, shape in shapes.items()}


def draw_clip(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients of which many entries are too large on either side, and a limit that is not 1."""
    return {"gradients": draw_gradients(rng, dims), "max_value": float(rng.uniform(1.3, 1.9))}


def draw_clip_by_norm(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Gradients that are longer than the limit, or a little shorter."""
    gradients = draw_gradients(rng, dims)
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    return {"gradients": gradients, "max_norm": float(LIMIT_OF[dims["n_a"]] * norm)}


def draw_other_names(rng: np.random.Generator) -> list[Arguments]:
    """Gradients of an LSTM's gate, of a number of axes that a plain network does not have."""
    shapes = {"dWf": (2, 3), "dbf": (2, 1), "dkernel": (4, 2, 3)}
    return [
        {
            "gradients": {name: rng.normal(0, 3.0, shape) for name, shape in shapes.items()},
            "max_value": float(rng.uniform(1.3, 1.9)),
        }
    ]


def draw_zero(rng: np.random.Generator) -> list[Arguments]:
    """A gradient of zero, as at a minimum."""
    return [
        {
            "gradients": {"dWaa": np.zeros((3, 3)), "dba": np.zeros((3, 1))},
            "max_norm": float(rng.uniform(0.5, 2.0)),
        }
    ]


def draw_truncated(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each step's activation, the caches of a real forward pass, and the two numbers of steps."""
    n_x, n_a, m, T_x = (dims[name] for name in ("n_x", "n_a", "m", "T_x"))
    x, a0 = rng.normal(0, 1, (n_x, m, T_x)), rng.uniform(-0.9, 0.9, (n_a, m))
    caches = rnn_forward(x, a0, draw_parameters(rng, dims))[2]
    return {"da": rng.normal(0, 1, (n_a, m, T_x)), "caches": caches, "k1": dims["k1"], "k2": dims["k2"]}


def draw_chunks(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A long sequence with a class for each step, and a limit far below, below or above the first chunk's norm."""
    n_x, n_a, n_y, m, T_x, k = (dims[name] for name in ("n_x", "n_a", "n_y", "m", "T_x", "k"))
    y = np.eye(n_y)[rng.integers(0, n_y, (m, T_x))].transpose(2, 0, 1)
    arguments = {
        "x": rng.normal(0, 1, (n_x, m, T_x)),
        "y": y,
        "a0": rng.uniform(-0.9, 0.9, (n_a, m)),
        "parameters": draw_parameters(rng, dims),
        "k": k,
        "learning_rate": float(rng.uniform(0.15, 0.25)),
    }
    return {**arguments, "max_norm": SHARE_OF_FIRST[n_a] * first_norm(arguments)}


def first_norm(arguments: Arguments) -> float:
    """The norm of the first chunk's gradient: how far a step of rate 1 goes that is not clipped."""
    x, y, a0, before, k = (arguments[name] for name in ("x", "y", "a0", "parameters", "k"))
    after = reference.train_in_chunks(x[:, :, :k], y[:, :, :k], a0, before, k, 1.0, 1e9)[0]
    return reference.clip_by_norm({name: before[name] - after[name] for name in before}, 1.0)[1]


gradient_norms = Exercise(
    function=reference.gradient_norms,
    title="How much arrives at each step",
    minutes=5,
    difficulty=1,
    arguments={"dx": INPUTS},
    result=Array("T_x"),
    draw=draw_inputs,
    dims=INPUT_DIMS,
    rows=[Row("norm at each step", "", points=6)],
    mistakes=[
        Mistake(
            "no_root",
            ("np.sqrt((dx**2).sum(axis=(0, 1)))", "(dx**2).sum(axis=(0, 1))"),
            "You have the sum of the squares. A length is its square root.",
        ),
        Mistake(
            "mean_of_squares",
            (".sum(axis=(0, 1))", ".mean(axis=(0, 1))"),
            "You have the root of the mean square. The norm is the root of the sum, so it is not divided by how "
            "many numbers there are.",
        ),
        Mistake(
            "sum_of_moduli",
            ("np.sqrt((dx**2).sum(axis=(0, 1)))", "np.abs(dx).sum(axis=(0, 1))"),
            "You have the sum of the absolute values, which is another norm. Wanted is the length: the root of the "
            "sum of squares.",
        ),
        Mistake(
            "mean_of_moduli",
            ("np.sqrt((dx**2).sum(axis=(0, 1)))", "np.abs(dx).mean(axis=(0, 1))"),
            "You have the mean of the absolute values. Wanted is the length: the root of the sum of squares.",
        ),
        Mistake(
            "largest_entry",
            ("np.sqrt((dx**2).sum(axis=(0, 1)))", "np.abs(dx).max(axis=(0, 1))"),
            "You have the largest entry of each step. Wanted is the length of the whole: the root of the sum of "
            "squares.",
        ),
        Mistake(
            "square_of_sum",
            ("(dx**2).sum(axis=(0, 1))", "dx.sum(axis=(0, 1)) ** 2"),
            "The entries are added first and squared then, so that they cancel. Square each one, then add.",
        ),
        Mistake(
            "one_number",
            (".sum(axis=(0, 1))", ".sum()"),
            "There is one number for the whole sequence. Wanted is one for each time step: the sum runs over "
            "inputs and examples only.",
        ),
        Mistake(
            "per_example",
            (".sum(axis=(0, 1))", ".sum(axis=0)"),
            "The examples are kept apart. The norm of a step is taken over its inputs and its examples together.",
        ),
        Mistake(
            "examples_only",
            (".sum(axis=(0, 1))", ".sum(axis=1)"),
            "The inputs are kept apart. The norm of a step is taken over its inputs and its examples together.",
        ),
        Mistake(
            "over_time",
            (".sum(axis=(0, 1))", ".sum(axis=(1, 2))"),
            "The sum runs over the time steps. Time is the last axis, and it is the one that stays.",
        ),
        Mistake(
            "mean_of_examples",
            ("np.sqrt((dx**2).sum(axis=(0, 1)))", "np.sqrt((dx**2).sum(axis=0)).mean(axis=0)"),
            "You have the mean of the examples' norms. The norm of a step is taken over all its numbers at once.",
        ),
    ],
)


step_jacobian = Exercise(
    function=reference.step_jacobian,
    title="The Jacobian of one step",
    minutes=15,
    difficulty=2,
    arguments={"a_next": UNITS, "Waa": RECURRENT},
    result=JACOBIANS,
    draw=draw_step,
    dims=STEP_DIMS,
    rows=[Row("Jacobian of each example", "", points=8)],
    mistakes=[
        Mistake(
            "slopes_on_columns",
            ("slope[:, :, np.newaxis] * Waa", "slope[:, np.newaxis, :] * Waa"),
            "The slopes multiply the columns of W_aa. The slope belongs to the unit that is moved, and that is "
            "the row.",
        ),
        Mistake(
            "transposed",
            ("slope[:, :, np.newaxis] * Waa", "slope[:, np.newaxis, :] * Waa.T"),
            "You have the transpose of the Jacobian, which is what carries a gradient back. In the Jacobian the row is "
            "the new activation, and the column the old one.",
        ),
        Mistake(
            "waa_transposed",
            ("slope[:, :, np.newaxis] * Waa", "slope[:, :, np.newaxis] * Waa.T"),
            "W_aa is transposed. The Jacobian has it as it is: row i, column j says how unit j moves unit i.",
        ),
        Mistake(
            "slopes_not_turned",
            ("a_next.T**2", "a_next**2"),
            "The slopes stand with the units first, (n_a, m), where the examples have to be first: transpose them.",
        ),
        Mistake(
            "slopes_without_axis",
            [("a_next.T**2", "a_next**2"), ("slope[:, :, np.newaxis] * Waa", "slope * Waa")],
            "The slopes of all examples, (n_a, m), are multiplied with one matrix. Each example needs a matrix of its "
            "own, and the result an axis for the examples.",
        ),
        Mistake(
            "diagonal_of_a_batch",
            [
                ("a_next.T**2", "a_next**2"),
                ("slope[:, :, np.newaxis] * Waa", "np.diag(slope) @ Waa"),
            ],
            "np.diag is given the slopes of all examples at once: of a matrix it takes the diagonal. It makes a diagonal "
            "matrix of a single column, so go through the examples one by one.",
        ),
        Mistake(
            "no_slope",
            ("slope[:, :, np.newaxis] * Waa", "np.ones_like(slope)[:, :, np.newaxis] * Waa"),
            "You have W_aa alone. The step also has a tanh, whose derivative multiplies each row.",
        ),
        Mistake(
            "not_squared",
            ("a_next.T**2", "a_next.T"),
            "The slope is 1 − a. The derivative of tanh is 1 − a².",
        ),
        Mistake(
            "slope_of_sigmoid",
            ("1 - a_next.T**2", "a_next.T * (1 - a_next.T)"),
            "You have the slope of the sigmoid. This cell has a tanh, whose derivative is 1 − a².",
        ),
        Mistake(
            "tanh_again",
            ("a_next.T**2", "np.tanh(a_next.T) ** 2"),
            "The activation goes through tanh once more. It has been through it already.",
        ),
        Mistake(
            "plus",
            ("1 - a_next.T**2", "1 + a_next.T**2"),
            "The slope is 1 + a². The derivative of tanh is 1 − a².",
        ),
        Mistake(
            "square_only",
            ("1 - a_next.T**2", "a_next.T**2"),
            "The slope is a². The derivative of tanh is 1 − a².",
        ),
        Mistake(
            "mean_over_examples",
            ("1 - a_next.T**2", "np.mean(1 - a_next.T**2, axis=0, keepdims=True)"),
            "There is one Jacobian for all examples. Each example has its own activations, and so its own slopes.",
        ),
        Mistake(
            "examples_last",
            ("slope[:, :, np.newaxis] * Waa", "(slope[:, :, np.newaxis] * Waa).transpose(1, 2, 0)"),
            "The examples are on the last axis. Here they come first, (m, n_a, n_a), so that @ multiplies the "
            "matrices of each example.",
        ),
    ],
)


jacobian_through_time = Exercise(
    function=reference.jacobian_through_time,
    title="The product of the Jacobians",
    minutes=15,
    difficulty=2,
    arguments={"a": ACTIVATIONS, "Waa": RECURRENT},
    result=JACOBIANS,
    draw=draw_sequence,
    dims=SEQUENCE_DIMS,
    rows=[Row("how the last activation moves with the first", "", points=10)],
    needs=["step_jacobian"],
    mistakes=[
        Mistake(
            "other_order",
            ("step_jacobian(a[:, :, t], Waa) @ jacobian", "jacobian @ step_jacobian(a[:, :, t], Waa)"),
            "The factors stand in the opposite order. By the chain rule a later step multiplies from the left.",
        ),
        Mistake(
            "first_step_included",
            ("range(1, T_x)", "range(T_x)"),
            "The Jacobian of the first step is among the factors. It leads from a⟨0⟩ to a⟨1⟩; wanted is the way from "
            "a⟨1⟩ on.",
        ),
        Mistake(
            "last_step_missing",
            ("range(1, T_x)", "range(1, T_x - 1)"),
            "The Jacobian of the last step is missing. It leads to a⟨T_x⟩, where the way ends.",
        ),
        Mistake(
            "shifted",
            ("a[:, :, t], Waa", "a[:, :, t - 1], Waa"),
            "Each factor has the slopes of the step before. The step to a⟨t⟩ has the slope at a⟨t⟩.",
        ),
        Mistake(
            "entry_by_entry",
            ("Waa) @ jacobian", "Waa) * jacobian"),
            "The Jacobians are multiplied with *, entry by entry. They are matrices: @ multiplies those of each example.",
        ),
        Mistake(
            "added",
            ("Waa) @ jacobian", "Waa) + jacobian"),
            "The Jacobians are added. By the chain rule they are multiplied.",
        ),
        Mistake(
            "last_factor_only",
            ("step_jacobian(a[:, :, t], Waa) @ jacobian", "step_jacobian(a[:, :, t], Waa)"),
            "You have the Jacobian of the last step alone: each factor replaces the product so far. Multiply it to it.",
        ),
        Mistake(
            "from_zeros",
            ("np.eye(n_a)", "np.zeros((n_a, n_a))"),
            "Everything is zero, since the product starts at zero. The empty product is the identity.",
        ),
        Mistake(
            "from_ones",
            ("np.eye(n_a)", "np.ones((n_a, n_a))"),
            "The product starts at a matrix of ones. The matrix that changes nothing is the identity.",
        ),
        Mistake(
            "carried_back",
            ("    return jacobian", "    return jacobian.transpose(0, 2, 1)"),
            "You have the transpose of the product, which is what carries a gradient back. In the Jacobian the row is "
            "the last activation, and the column the first.",
        ),
        Mistake(
            "power_of_waa",
            ("step_jacobian(a[:, :, t], Waa) @ jacobian", "Waa @ jacobian"),
            "You have a power of W_aa. Each step has a tanh as well, with its own slopes.",
        ),
    ],
)


stretch_and_radius = Exercise(
    function=reference.stretch_and_radius,
    title="Stretch and spectral radius",
    minutes=10,
    difficulty=1,
    arguments={"W": Array("n", "n")},
    result=Tuple(sigma_max=Number(), radius=Number()),
    draw=draw_matrix,
    dims=MATRIX_DIMS,
    rows=[Row("σ_max", "sigma_max", points=3), Row("spectral radius", "radius", points=4)],
    mistakes=[
        Mistake(
            "swapped",
            ("return float(sigma_max), float(radius)", "return float(radius), float(sigma_max)"),
            "The two numbers are in each other's place. First the stretch σ_max, then the spectral radius.",
        ),
        Mistake(
            "frobenius",
            ("np.linalg.norm(W, ord=2)", "np.linalg.norm(W)"),
            "For σ_max you have the root of the sum of all squares, the Frobenius norm. Wanted is the largest "
            "singular value.",
        ),
        Mistake(
            "row_sums",
            ("ord=2", "ord=np.inf"),
            "For σ_max you have the largest row sum. Wanted is the largest singular value.",
        ),
        Mistake(
            "column_sums",
            ("ord=2", "ord=1"),
            "For σ_max you have the largest column sum. Wanted is the largest singular value.",
        ),
        Mistake(
            "smallest_singular_value",
            ("ord=2", "ord=-2"),
            "For σ_max you have the smallest singular value. The greatest stretch is the largest one.",
        ),
        Mistake(
            "eigenvalue_for_stretch",
            ("np.linalg.norm(W, ord=2)", "np.abs(np.linalg.eigvals(W)).max()"),
            "For σ_max you have the spectral radius again. The eigenvalues say what happens in the long run; how far "
            "one vector is stretched at once is a singular value.",
        ),
        Mistake(
            "square_of_stretch",
            ("np.linalg.norm(W, ord=2)", "np.linalg.eigvalsh(W.T @ W).max()"),
            "For σ_max you have its square: the eigenvalues of WᵀW are the squares of the singular values.",
        ),
        Mistake(
            "singular_value_for_radius",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.linalg.norm(W, ord=2)"),
            "For the spectral radius you have σ_max again. The radius is about the eigenvalues of W.",
        ),
        Mistake(
            "real_parts",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.linalg.eigvals(W).real.max()"),
            "For the radius you have the largest real part. Eigenvalues may be negative or complex: what counts is "
            "their distance from zero.",
        ),
        Mistake(
            "complex_eigenvalue",
            [
                ("np.abs(np.linalg.eigvals(W)).max()", "np.linalg.eigvals(W).max()"),
                ("float(radius)", "radius"),
            ],
            "For the radius you return an eigenvalue itself, which may be complex or negative. Wanted is its distance "
            "from zero.",
        ),
        Mistake(
            "moduli_of_real_parts",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W).real).max()"),
            "For the radius the imaginary parts are dropped. A complex eigenvalue turns and stretches: what counts is "
            "its distance from zero.",
        ),
        Mistake(
            "symmetric",
            ("np.linalg.eigvals(W)", "np.linalg.eigvalsh(W)"),
            "The eigenvalues are computed as if W were symmetric, by a function for such matrices. A recurrent matrix "
            "is not.",
        ),
        Mistake(
            "first_eigenvalue",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W))[0]"),
            "For the radius you have the modulus of the first eigenvalue. Unlike singular values, eigenvalues come in "
            "no order: take the largest modulus.",
        ),
        Mistake(
            "last_eigenvalue",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W))[-1]"),
            "For the radius you have the modulus of the last eigenvalue. Eigenvalues come in no order: take the "
            "largest modulus.",
        ),
        Mistake(
            "modulus_of_largest",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W).max())"),
            "For the radius you take the largest eigenvalue, and then its modulus. The largest by its real part need "
            "not be the farthest from zero: first the moduli, then the largest.",
        ),
        Mistake(
            "smallest_eigenvalue",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W)).min()"),
            "For the radius you have the smallest modulus. The direction that survives is that of the largest.",
        ),
        Mistake(
            "mean_modulus",
            ("np.abs(np.linalg.eigvals(W)).max()", "np.abs(np.linalg.eigvals(W)).mean()"),
            "For the radius you have the mean of the moduli. In the long run the largest alone decides.",
        ),
    ],
)


jacobian_bound = Exercise(
    function=reference.jacobian_bound,
    title="A bound for the product",
    minutes=15,
    difficulty=2,
    arguments={"a": ACTIVATIONS, "Waa": RECURRENT},
    result=Array("m", "T_x"),
    draw=draw_sequence,
    dims=SEQUENCE_DIMS,
    rows=[Row("bound from each step to the last", "", points=8)],
    needs=["stretch_and_radius"],
    mistakes=[
        Mistake(
            "radius_for_stretch",
            ("sigma_max, _ = stretch", "_, sigma_max = stretch"),
            "The factor is the spectral radius. A single step can stretch by more; what no step exceeds is σ_max.",
        ),
        Mistake(
            "flattest_slope",
            (".max(axis=0)", ".min(axis=0)"),
            "The slope is that of the flattest unit. A bound has to hold for the steepest.",
        ),
        Mistake(
            "mean_slope",
            (".max(axis=0)", ".mean(axis=0)"),
            "The slope is the mean over the units. A bound has to hold for the steepest unit.",
        ),
        Mistake(
            "all_examples",
            (".max(axis=0)", ".max(axis=(0, 1)) * np.ones(a.shape[1:])"),
            "The slope is the steepest of all examples. Each example has a bound of its own.",
        ),
        Mistake(
            "no_slope",
            ("sigma_max * (1 - a**2).max(axis=0)", "sigma_max * np.ones(a.shape[1:])"),
            "Only W_aa is in the bound. The slope of the tanh, at most 1, makes it tighter.",
        ),
        Mistake(
            "no_stretch",
            ("sigma_max * (1 - a**2)", "(1 - a**2)"),
            "Only the slopes are in the bound. W_aa stretches by up to σ_max at each step.",
        ),
        Mistake(
            "not_squared",
            ("a**2", "a"),
            "The slope is 1 − a. The derivative of tanh is 1 − a².",
        ),
        Mistake(
            "largest_activation",
            ("(1 - a**2).max(axis=0)", "np.abs(a).max(axis=0)"),
            "The largest activation is taken for the slope. The slope is 1 − a², and largest where a is near zero.",
        ),
        Mistake(
            "slope_of_the_largest",
            ("(1 - a**2).max(axis=0)", "(1 - a.max(axis=0) ** 2)"),
            "The slope is taken at the largest activation. It is steepest where the activation is nearest to zero: "
            "first the slopes, then the largest.",
        ),
        Mistake(
            "own_factor",
            ("factors[:, t + 1] * bound", "factors[:, t] * bound"),
            "From step k to step k + 1 you take the factor of step k. The step to a⟨k+1⟩ has the slope at a⟨k+1⟩.",
        ),
        Mistake(
            "last_counts_too",
            (
                "for t in reversed(range(a.shape[2] - 1)):\n        bound[:, t] = factors[:, t + 1] * bound[:, t + 1]",
                "bound = np.cumprod(factors[:, ::-1], axis=1)[:, ::-1]",
            ),
            "There is one factor too many: the step's own. From the last step to itself there is nothing to multiply, "
            "so the bound there is 1.",
        ),
        Mistake(
            "from_the_front",
            (
                "for t in reversed(range(a.shape[2] - 1)):\n        bound[:, t] = factors[:, t + 1] * bound[:, t + 1]",
                "for t in range(1, a.shape[2]):\n        bound[:, t] = factors[:, t] * bound[:, t - 1]",
            ),
            "The factors are multiplied from the first step on. Wanted is the way from each step to the last one.",
        ),
        Mistake(
            "one_step_only",
            (" * bound[:, t + 1]", ""),
            "Each bound has one factor. From step k to the end there is one for each step in between.",
        ),
        Mistake(
            "added",
            (" * bound[:, t + 1]", " + bound[:, t + 1]"),
            "The factors are added. Bounds of a product are multiplied.",
        ),
        Mistake(
            "frobenius",
            ("sigma_max, _ = stretch_and_radius(Waa)", "sigma_max = np.linalg.norm(Waa)"),
            "The factor is the Frobenius norm, the default of np.linalg.norm. It is a bound as well, a looser one; "
            "wanted is the largest singular value.",
        ),
        Mistake(
            "stretch_of_each_jacobian",
            (
                "sigma_max * (1 - a**2).max(axis=0)",
                "np.linalg.norm(np.stack([step_jacobian(one, Waa) for one in a.transpose(2, 0, 1)], 1), 2, (2, 3))",
            ),
            "You multiply the stretches of the Jacobians themselves. That is a bound as well, a tighter one; wanted is "
            "that of the formula, in which W_aa and the slopes stand apart.",
        ),
        Mistake(
            "stretch_of_the_product",
            (
                "factors[:, t + 1] * bound[:, t + 1]",
                "np.linalg.norm(jacobian_through_time(a[:, :, t:], Waa), 2, (1, 2))",
            ),
            "You have the stretch of the product itself. Wanted is what it cannot exceed: a number for each step in "
            "between, and their product.",
        ),
        Mistake(
            "stretch_once",
            [
                ("sigma_max * (1 - a**2)", "(1 - a**2)"),
                ("    return bound", "    bound[:, :-1] *= sigma_max\n    return bound"),
            ],
            "σ_max is in each bound only once. W_aa stretches at every step in between.",
        ),
        Mistake(
            "steepest_of_all_steps",
            (".max(axis=0)", ".max(axis=(0, 2))[:, np.newaxis] * np.ones(a.shape[1:])"),
            "Every step has the steepest slope of the whole sequence. Each step has a slope of its own.",
        ),
        Mistake(
            "slope_of_the_mean",
            ("(1 - a**2).max(axis=0)", "(1 - a.mean(axis=0) ** 2)"),
            "The slope is taken at the mean activation. A bound has to hold for the steepest unit: first the slopes, "
            "then the largest.",
        ),
        Mistake(
            "slopes_added",
            (".max(axis=0)", ".sum(axis=0)"),
            "The slopes of the units are added. A diagonal matrix stretches by its largest entry.",
        ),
        Mistake(
            "last_step_missing",
            ("a.shape[2] - 1)", "a.shape[2] - 2)"),
            "The factor of the last step is missing. The step to a⟨T_x⟩ lies on the way from every step before it.",
        ),
        Mistake(
            "in_reverse",
            ("    return bound", "    return bound[:, ::-1]"),
            "The bounds stand in reverse: the 1 belongs to the last step, and the longest way to the first.",
        ),
        Mistake(
            "whole_way_for_all",
            ("    return bound", "    return bound[:, :1] * np.ones_like(bound)"),
            "Every step has the bound of the whole way. The way from step k has factors for the steps after k only.",
        ),
    ],
)


SLOPE_OF_SIGMOID, SLOPE_OF_TANH = '"sigmoid": a * (1 - a)', '"tanh": 1 - a**2'

activation_slope = Exercise(
    function=reference.activation_slope,
    title="Three slopes",
    minutes=5,
    difficulty=1,
    arguments={"a": ACTIVATIONS, "activation": ACTIVATION},
    result=ACTIVATIONS,
    draw=draw_slopes,
    dims=SEQUENCE_DIMS,
    rows=[Row("slopes of sigmoid, tanh and ReLU", "", points=6)],
    mistakes=[
        Mistake(
            "sigmoid_again",
            (
                SLOPE_OF_SIGMOID,
                '"sigmoid": sigmoid(a) * (1 - sigmoid(a))',
            ),
            "The sigmoid is applied to what has been through it already. a is its value; the slope follows from a "
            "alone.",
        ),
        Mistake(
            "tanh_again",
            (SLOPE_OF_TANH, '"tanh": 1 - np.tanh(a) ** 2'),
            "tanh is applied to what has been through it already. a is its value; the slope follows from a alone.",
        ),
        Mistake(
            "sigmoid_as_tanh",
            (SLOPE_OF_SIGMOID, '"sigmoid": 1 - a**2'),
            "For the sigmoid you have the slope of tanh. It is a product of a and what a lacks to 1.",
        ),
        Mistake(
            "tanh_as_sigmoid",
            (SLOPE_OF_TANH, '"tanh": a * (1 - a)'),
            "For tanh you have the slope of the sigmoid. tanh runs from −1 to 1; its slope is 1 where a is 0.",
        ),
        Mistake(
            "sigmoid_without_a",
            (SLOPE_OF_SIGMOID, '"sigmoid": 1 - a'),
            "For the sigmoid you have 1 − a. A sigmoid is flat at both ends, so its slope is small near 0 as well.",
        ),
        Mistake(
            "tanh_not_squared",
            (SLOPE_OF_TANH, '"tanh": 1 - a'),
            "For tanh you have 1 − a. The slope is the same at a and at −a: the activation is squared.",
        ),
        Mistake(
            "relu_gives_itself",
            ("np.where(a > 0, 1.0, 0.0)", "np.where(a > 0, a, 0.0)"),
            "For ReLU you have the value again. Where the unit is on, ReLU is a straight line; its slope does not "
            "depend on a.",
        ),
        Mistake(
            "relu_always_on",
            ("np.where(a > 0, 1.0, 0.0)", "np.ones_like(a)"),
            "For ReLU the slope is 1 everywhere, also where a is 0. There the unit is off, and does not move.",
        ),
        Mistake(
            "relu_turned_round",
            ("np.where(a > 0, 1.0, 0.0)", "np.where(a > 0, 0.0, 1.0)"),
            "For ReLU the slope is 0 where the unit is on and 1 where it is off. It is the other way round.",
        ),
    ],
)


recurrent_backward = Exercise(
    function=reference.recurrent_backward,
    title="Back through any activation",
    minutes=20,
    difficulty=2,
    arguments={
        "da": ACTIVATIONS,
        "a": ACTIVATIONS,
        "parameters": Dict(Waa=RECURRENT, Wax=Array("n_a", "n_x"), ba=Array("n_a", "1")),
        "activation": ACTIVATION,
    },
    result=Dict(dx=INPUTS, da0=UNITS),
    draw=draw_network,
    dims=NETWORK_DIMS,
    rows=[Row("dx", "dx", points=7), Row("da0", "da0", points=3)],
    needs=["activation_slope"],
    mistakes=[
        Mistake(
            "own_loss_only",
            ("(da[:, :, t] + da_next)", "da[:, :, t]"),
            "What the later step sends back is missing. An activation is used twice, by the loss of its own step and "
            "by the next step.",
        ),
        Mistake(
            "last_loss_only",
            ("(da[:, :, t] + da_next)", "(da[:, :, t] * (t == da.shape[2] - 1) + da_next)"),
            "Only the loss of the last step goes back. Every step may have a loss of its own, which joins on the way.",
        ),
        Mistake(
            "no_slope",
            (" * slope[:, :, t]", ""),
            "The slope is missing: the gradient has to pass the activation function before it reaches the weights.",
        ),
        Mistake(
            "always_tanh",
            ("activation_slope(a, activation)", "1 - a**2"),
            "You have the slope of tanh, whatever the activation function is. Which one it is says the argument "
            "activation.",
        ),
        Mistake(
            "slope_of_own_loss_only",
            ("(da[:, :, t] + da_next) * slope[:, :, t]", "da[:, :, t] * slope[:, :, t] + da_next"),
            "Only one of the two gradients that meet at an activation passes the slope. First add them, then go "
            "through the activation function.",
        ),
        Mistake(
            "slope_of_another_step",
            ("slope[:, :, t]", "slope[:, :, t - 1]"),
            "The slope is that of the step before. At step t the gradient passes the activation function at a⟨t⟩.",
        ),
        Mistake(
            "waa_not_transposed",
            ("Waa.T @ dz", "Waa @ dz"),
            "W_aa is not transposed. Forward it leads from the old activation to the new one; back, its transpose "
            "leads the other way.",
        ),
        Mistake(
            "da_without_dz",
            ("Waa.T @ dz", "Waa.T @ (da[:, :, t] + da_next)"),
            "What is sent to the step before has not passed the slope. Both, dx and the gradient that is carried "
            "on, start from the gradient before the activation function.",
        ),
        Mistake(
            "dx_without_slope",
            ("Wax.T @ dz", "Wax.T @ (da[:, :, t] + da_next)"),
            "dx has not passed the slope. Both, dx and the gradient that is carried on, start from the gradient "
            "before the activation function.",
        ),
        Mistake(
            "dx_in_reverse",
            ("dx[::-1]", "dx"),
            "dx stands in reverse: the last step comes first. The steps are visited from the last to the first, and "
            "stored from the first to the last.",
        ),
        Mistake(
            "forward_in_time",
            ("for t in reversed(range(da.shape[2])):", "for t in range(da.shape[2]):"),
            "The steps are visited from the first to the last. A gradient travels from the last step to the first.",
        ),
        Mistake(
            "carried_twice",
            ("da_next = Waa.T @ dz", "da_next = da_next + Waa.T @ dz"),
            "What a step sends back is added to what arrived there. It replaces it: it has come through this step.",
        ),
        Mistake(
            "da0_before_waa",
            ('"da0": da_next', '"da0": dz'),
            "For da0 you have the gradient before the activation function of the first step. It still has to pass "
            "W_aa to reach a⟨0⟩.",
        ),
    ],
)


clip = Exercise(
    function=reference.clip,
    title="Clip by value",
    minutes=5,
    difficulty=1,
    arguments={"gradients": Arrays(), "max_value": Number()},
    result=Anything(),
    draw=draw_clip,
    dims=ARRAY_DIMS,
    rows=[
        Row("clipped gradients of a plain network", "", points=5),
        Row("gradients with other names and shapes", "", points=1, cases="other names"),
    ],
    extra=[Cases("other names", draw_other_names, lambda: draw_other_names(np.random.default_rng(5)))],
    mistakes=[
        Mistake(
            "above_only",
            ("np.clip(gradient, -max_value, max_value)", "np.minimum(gradient, max_value)"),
            "Large negative entries stay as they are. The range has a lower end as well.",
        ),
        Mistake(
            "below_only",
            ("np.clip(gradient, -max_value, max_value)", "np.maximum(gradient, -max_value)"),
            "Large positive entries stay as they are. The range has an upper end as well.",
        ),
        Mistake(
            "from_zero",
            ("-max_value, max_value)", "0, max_value)"),
            "Negative entries have become 0. The range is the same on both sides of zero.",
        ),
        Mistake(
            "signs_lost",
            ("np.clip(gradient, -max_value, max_value)", "np.minimum(np.abs(gradient), max_value)"),
            "All entries have become positive. Clipping limits their size and keeps their signs.",
        ),
        Mistake(
            "removed",
            (
                "np.clip(gradient, -max_value, max_value)",
                "np.where(np.abs(gradient) <= max_value, gradient, 0)",
            ),
            "Entries that are too large have become 0. They are brought to the end of the range, not removed.",
        ),
        Mistake(
            "range_of_one",
            ("-max_value, max_value)", "-1, 1)"),
            "The range is from −1 to 1. Its ends are given by max_value.",
        ),
        Mistake(
            "sign_only",
            ("np.clip(gradient, -max_value, max_value)", "max_value * np.sign(gradient)"),
            "Small entries have become as large as the limit. What lies within the range stays as it is.",
        ),
        Mistake(
            "scaled_by_largest",
            (
                "np.clip(gradient, -max_value, max_value)",
                "gradient * min(1, max_value / np.abs(gradient).max())",
            ),
            "Each array is scaled until its largest entry fits. Clipping by value looks at each entry by itself, and "
            "leaves the small ones as they are.",
        ),
        Mistake(
            "squashed",
            ("np.clip(gradient, -max_value, max_value)", "max_value * np.tanh(gradient / max_value)"),
            "The entries are squashed smoothly into the range. Those that lie within it stay as they are.",
        ),
        Mistake(
            "by_norm",
            (
                "np.clip(gradient, -max_value, max_value)",
                "gradient * min(1, max_value / np.linalg.norm(gradient))",
            ),
            "Each array is scaled by its norm. That is another kind of clipping; here each entry is limited by itself.",
        ),
    ],
)


ROOT_OF_SUM = "np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))"

clip_by_norm = Exercise(
    function=reference.clip_by_norm,
    title="Clip by norm",
    minutes=10,
    difficulty=2,
    arguments={"gradients": Arrays(), "max_norm": Number()},
    result=Tuple(clipped=Anything(), norm=Number()),
    draw=draw_clip_by_norm,
    dims=ARRAY_DIMS,
    rows=[
        Row("clipped gradients, too long or short enough", "clipped", points=5),
        Row("norm before clipping", "norm", points=2),
        Row("a gradient of zero", "clipped", points=1, cases="zero"),
    ],
    extra=[Cases("zero", draw_zero, lambda: draw_zero(np.random.default_rng(5)))],
    mistakes=[
        Mistake(
            "scaled_up_too",
            ("max_norm / max(norm, max_norm)", "max_norm / norm"),
            "A gradient that is short enough has been made longer. Clipping only shortens.",
        ),
        Mistake(
            "each_array_by_itself",
            (
                "{name: share * gradient for",
                "{name: gradient * min(1, max_norm / np.linalg.norm(gradient)) for",
            ),
            "Each array is scaled by its own norm, so the direction of the whole has changed. All arrays together are "
            "one vector: one norm, one factor.",
        ),
        Mistake(
            "sum_of_squares",
            (ROOT_OF_SUM, "sum((gradient**2).sum() for gradient in gradients.values())"),
            "The norm lacks its square root.",
        ),
        Mistake(
            "sum_of_norms",
            (ROOT_OF_SUM, "sum(np.sqrt((gradient**2).sum()) for gradient in gradients.values())"),
            "The norms of the arrays are added. Add the squares of all entries first, then take one root.",
        ),
        Mistake(
            "largest_norm",
            (ROOT_OF_SUM, "max(np.sqrt((gradient**2).sum()) for gradient in gradients.values())"),
            "The norm is that of the longest array. All arrays together are one vector.",
        ),
        Mistake(
            "last_array_only",
            (ROOT_OF_SUM, "[np.sqrt((gradient**2).sum()) for gradient in gradients.values()][-1]"),
            "The norm is that of the last array: it is overwritten at each one. Add the squares of all arrays.",
        ),
        Mistake(
            "mean_square",
            (
                ROOT_OF_SUM,
                "np.sqrt(np.mean(np.concatenate([gradient.ravel() ** 2 for gradient in gradients.values()])))",
            ),
            "The norm is the root of the mean square. It is the root of the sum.",
        ),
        Mistake(
            "sum_of_moduli",
            (ROOT_OF_SUM, "sum(np.abs(gradient).sum() for gradient in gradients.values())"),
            "The norm is the sum of the absolute values. Wanted is the length: the root of the sum of squares.",
        ),
        Mistake(
            "largest_entry",
            (ROOT_OF_SUM, "max(np.abs(gradient).max() for gradient in gradients.values())"),
            "The norm is the largest entry. Wanted is the length of the whole: the root of the sum of squares.",
        ),
        Mistake(
            "to_length_one",
            ("max_norm / max(norm, max_norm)", "1 / norm if norm > max_norm else 1"),
            "A gradient that is too long has been made 1 long. It is shortened to max_norm.",
        ),
        Mistake(
            "turned_round",
            ("max_norm / max(norm, max_norm)", "max(norm, max_norm) / max_norm"),
            "A gradient that is too long has been made longer still: the factor is upside down.",
        ),
        Mistake(
            "entry_by_entry",
            ("{name: share * gradient for", "{name: np.clip(gradient, -max_norm, max_norm) for"),
            "Each entry is limited by itself. Clipping by norm multiplies all entries by the same factor, which keeps "
            "the direction.",
        ),
        Mistake(
            "norm_afterwards",
            ("float(norm)", "float(share * norm)"),
            "You return the norm after clipping, which hardly says anything. What is worth watching is the norm before.",
        ),
        Mistake(
            "factor_returned",
            ("float(norm)", "float(share)"),
            "You return the factor. Wanted is the norm before clipping.",
        ),
    ],
)


truncated_backward = Exercise(
    function=reference.truncated_backward,
    title="Truncated backpropagation through time",
    minutes=25,
    difficulty=3,
    arguments={"da": ACTIVATIONS, "caches": CACHES, "k1": Number(), "k2": Number()},
    result=Dict(dWax=Array("n_a", "n_x"), dWaa=RECURRENT, dba=Array("n_a", "1")),
    draw=draw_truncated,
    dims=TRUNCATION_DIMS,
    rows=[Row("dWaa", "dWaa", points=4), Row("dWax", "dWax", points=4), Row("dba", "dba", points=2)],
    mistakes=[
        Mistake(
            "losses_counted_again",
            ("        new[:, :, : start - back] = 0  # their losses went back in an earlier pass\n", ""),
            "Some losses go back in more than one pass. A pass starts from the losses of its k1 new steps; on the "
            "further steps it only travels.",
        ),
        Mistake(
            "new_losses_removed",
            ("new[:, :, : start - back] = 0", "new[:, :, start - back :] = 0"),
            "The losses of the new steps are set to zero and the old ones are left. It is the old ones that went back "
            "in an earlier pass.",
        ),
        Mistake(
            "only_last_loss",
            ("new[:, :, : start - back] = 0", "new[:, :, :-1] = 0"),
            "Each pass starts from the loss of its last step alone. All of its k1 new steps have a loss.",
        ),
        Mistake(
            "new_steps_only",
            ("max(end - k2, 0)", "start"),
            "A pass goes back over its k1 new steps only. It goes on until it has gone back k2 steps.",
        ),
        Mistake(
            "never_cut",
            ("max(end - k2, 0)", "0"),
            "Every pass goes back to the first step, so nothing is truncated. It stops after k2 steps.",
        ),
        Mistake(
            "k2_from_the_start_of_the_new",
            ("max(end - k2, 0)", "max(start - k2, 0)"),
            "A pass goes back k2 steps further than its new steps. The k2 steps are counted from the end of the pass, "
            "so the new ones are among them.",
        ),
        Mistake(
            "one_step_further",
            ("max(end - k2, 0)", "max(end - k2 - 1, 0)"),
            "A pass goes back one step too many. From its end it covers k2 steps.",
        ),
        Mistake(
            "remainder_dropped",
            ("range(0, T_x, k1)", "range(0, max(T_x - k1, 0) + 1, k1)"),
            "The losses of the last steps never go back, where T_x is no multiple of k1. The last pass has fewer new "
            "steps.",
        ),
        Mistake(
            "end_beyond_the_sequence",
            ("min(start + k1, T_x)", "start + k1"),
            "The last pass goes back too few steps: its k2 steps are counted from an end that lies behind the last "
            "step. The sequence ends at T_x.",
        ),
        Mistake(
            "overwritten",
            ("value + step[name]", "step[name]"),
            "You have the gradient of the last pass. The gradients of all passes are added.",
        ),
        Mistake(
            "averaged",
            ("value + step[name]", "value + step[name] / len(range(0, T_x, k1))"),
            "The passes are averaged. Their losses add up, and so do their gradients.",
        ),
        Mistake(
            "stepping_by_k2",
            ("range(0, T_x, k1)", "range(0, T_x, k2)"),
            "A pass is made after every k2 steps, so some losses never go back. k1 says how often, k2 how far.",
        ),
        Mistake(
            "not_cut_at_the_end",
            ("min(start + k1, T_x)", "T_x"),
            "Each pass begins at the end of the sequence. It begins after its own k1 new steps.",
        ),
        Mistake(
            "k1_and_k2_swapped",
            [
                ("T_x = da.shape[2]", "T_x, k1, k2 = da.shape[2], k2, k1"),
                (": start - back]", ": max(start - back, 0)]"),
            ],
            "k1 and k2 are in each other's place. k1 says after how many steps there is a pass, k2 how far it goes back.",
        ),
        Mistake(
            "each_loss_by_itself",
            [("range(0, T_x, k1)", "range(T_x)"), ("min(start + k1, T_x)", "start + 1")],
            "There is a pass after every step, so that each loss goes back k2 steps. There is one after every k1 steps, "
            "and its k2 steps are counted from its end: its earlier losses go back less far.",
        ),
        Mistake(
            "one_step_short",
            ("max(end - k2, 0)", "max(end - k2 + 1, 0)"),
            "A pass goes back one step too few. From its end it covers k2 steps.",
        ),
        Mistake(
            "last_pass_missing",
            ("range(0, T_x, k1)", "range(0, T_x - k1, k1)"),
            "The last pass is missing: where its end is that of the sequence, its losses still have to go back.",
        ),
        Mistake(
            "first_pass_missing",
            ("range(0, T_x, k1)", "range(k1, T_x, k1)"),
            "The first pass is missing. The first k1 steps have losses as well, and nothing before them to travel.",
        ),
        Mistake(
            "caches_not_cut",
            ("(cell_caches[back:end], x[:, :, back:end])", "(cell_caches, x)"),
            "Each pass is given the caches from the first step on. A pass over some steps needs the caches of just "
            "these steps.",
        ),
        Mistake(
            "divided_by_k1",
            ("value + step[name]", "value + step[name] / k1"),
            "The gradient of each pass is divided by k1. The losses of a pass add up, and so do their gradients.",
        ),
        Mistake(
            "divided_by_k2",
            ("value + step[name]", "value + step[name] / k2"),
            "The gradient of each pass is divided by k2. A gradient is a sum over the steps that it has passed, not a "
            "mean.",
        ),
        Mistake(
            "divided_by_steps",
            ("    return total", "    return {name: value / T_x for name, value in total.items()}"),
            "The gradient is divided by the number of steps. da is given as the sum's gradient: nothing is averaged.",
        ),
        Mistake(
            "divided_by_examples",
            ("    return total", "    return {name: value / da.shape[1] for name, value in total.items()}"),
            "The gradient is divided by the number of examples. They add up here, as in rnn_backward.",
        ),
    ],
)


ONE_CHUNK = "x[:, :, start : start + k], y[:, :, start : start + k]"
CLIPPED = 'gradients, _ = clip_by_norm({name: step[f"d{name}"] for name in parameters}, max_norm)'
UNCLIPPED = 'gradients = {name: step[f"d{name}"] for name in parameters}'
UPDATED = "parameters = {name: value - learning_rate * gradients[name] for name, value in parameters.items()}"

train_in_chunks = Exercise(
    function=reference.train_in_chunks,
    title="Training on a long sequence",
    minutes=20,
    difficulty=3,
    arguments={
        "x": INPUTS,
        "y": CLASSES,
        "a0": UNITS,
        "parameters": PARAMETERS,
        "k": Number(),
        "learning_rate": Number(),
        "max_norm": Number(),
    },
    result=Tuple(parameters=PARAMETERS, state=UNITS, losses=Array("chunks")),
    draw=draw_chunks,
    dims=CHUNK_DIMS,
    rows=[
        Row("loss of each chunk", "losses", points=4),
        Row("parameters after the last update", "parameters", points=4),
        Row("last activation", "state", points=2),
    ],
    needs=["clip_by_norm"],
    mistakes=[
        Mistake(
            "state_not_carried",
            ("rnn_forward(x_chunk, state, parameters)", "rnn_forward(x_chunk, a0, parameters)"),
            "Every chunk starts from a0. It starts where the one before it ended; only the gradient is cut there.",
        ),
        Mistake(
            "state_emptied",
            ("state = a[:, :, -1]", "state = np.zeros_like(a0)"),
            "Every chunk but the first starts from zero. It starts where the one before it ended; only the gradient is "
            "cut there.",
        ),
        Mistake(
            "first_activation_carried",
            ("state = a[:, :, -1]", "state = a[:, :, 0]"),
            "The activation after the first step of a chunk is carried on. The next chunk follows its last step.",
        ),
        Mistake(
            "up_the_slope",
            ("value - learning_rate", "value + learning_rate"),
            "The parameters go along the gradient, so the loss grows. An update goes against it.",
        ),
        Mistake(
            "not_clipped",
            (
                CLIPPED,
                UNCLIPPED,
            ),
            "The gradients are not clipped before the update.",
        ),
        Mistake(
            "each_array_clipped_by_itself",
            (
                CLIPPED,
                'gradients = {n: clip_by_norm({n: step[f"d{n}"]}, max_norm)[0][n] for n in parameters}',
            ),
            "Each gradient is clipped by itself. clip_by_norm is given all five at once, as one vector.",
        ),
        Mistake(
            "clipped_with_what_is_no_parameter",
            (
                CLIPPED,
                'step, _ = clip_by_norm(step, max_norm)\n        gradients = {n: step[f"d{n}"] for n in parameters}',
            ),
            "The norm is taken over more than the five parameters: da, dx or da0 are among what is clipped. Only what "
            "is updated counts.",
        ),
        Mistake(
            "recurrent_part_not_clipped",
            (
                CLIPPED,
                'gradients = {name: step[f"d{name}"] for name in parameters}\n'
                '        output, _ = clip_by_norm({n: gradients[n] for n in ("Wya", "by")}, max_norm)\n'
                "        gradients = {**gradients, **output}",
            ),
            "Only the gradients of the output layer are clipped. All five belong to one vector.",
        ),
        Mistake(
            "output_layer_left_out",
            (
                "for name, value in parameters.items()}\n        state",
                'if name not in ("Wya", "by") else value for name, value in parameters.items()}\n        state',
            ),
            "W_ya and b_y are never updated. All five parameters are.",
        ),
        Mistake(
            "update_after_all_chunks",
            [
                ("state, losses = a0, []", "first, state, losses = parameters, a0, []"),
                ("rnn_forward(x_chunk, state, parameters)", "rnn_forward(x_chunk, state, first)"),
            ],
            "A chunk is read with the parameters from before the updates. Each chunk is read with those that the "
            "chunk before it left.",
        ),
        Mistake(
            "loss_averaged",
            ("-(y_chunk * np.log(y_pred)).sum()", "-(y_chunk * np.log(y_pred)).sum() / y_chunk[0].size"),
            "The loss of a chunk is a mean. Here it is the sum over its steps and examples.",
        ),
        Mistake(
            "loss_of_wrong_sign",
            ("-(y_chunk * np.log(y_pred)).sum()", "(y_chunk * np.log(y_pred)).sum()"),
            "The loss is negative. The logarithm of a probability is negative, and the loss is minus it.",
        ),
        Mistake(
            "probability_for_loss",
            ("-(y_chunk * np.log(y_pred)).sum()", "(y_chunk * (1 - y_pred)).sum()"),
            "The loss is what the true classes lack to probability 1. Cross-entropy is minus the logarithm of their "
            "probability.",
        ),
        Mistake(
            "remainder_dropped",
            ("range(0, x.shape[2], k)", "range(0, x.shape[2] - k + 1, k)"),
            "The last steps are left out, where T_x is no multiple of k. The last chunk has fewer steps.",
        ),
        Mistake(
            "gradient_crosses_the_border",
            [
                ("state, losses = a0, []", "state, losses, cells = a0, [], []"),
                (
                    'step = {**step, **rnn_backward(step["da"], caches)}',
                    "cells += caches[0]\n"
                    '        da = np.concatenate([np.zeros((*a0.shape, start)), step["da"]], axis=2)\n'
                    "        step = {**step, **rnn_backward(da, (cells, x[:, :, : start + k]))}",
                ),
            ],
            "The gradient of a chunk goes on into the chunks before it. The activation crosses the border, the "
            "gradient does not.",
        ),
        Mistake(
            "read_again_from_the_start",
            [
                (ONE_CHUNK, "x[:, :, : start + k], y[:, :, : start + k]"),
                ("rnn_forward(x_chunk, state, parameters)", "rnn_forward(x_chunk, a0, parameters)"),
            ],
            "Each chunk begins at the first step again. It begins where the one before it ended, with the activation "
            "from there.",
        ),
        Mistake(
            "chunks_overlap",
            (ONE_CHUNK, "x[:, :, start : start + k + 1], y[:, :, start : start + k + 1]"),
            "Each chunk has one step more than k, which the next one reads again.",
        ),
        Mistake(
            "from_zero",
            ("state, losses = a0, []", "state, losses = np.zeros_like(a0), []"),
            "The first chunk starts from zero. It starts from a0.",
        ),
        Mistake(
            "state_after_the_update",
            ("state = a[:, :, -1]", "state = rnn_forward(x_chunk, state, parameters)[0][:, :, -1]"),
            "The chunk is read once more after its update, and the activation carried on is from then. Carry on the one "
            "that the forward pass before the update ended with.",
        ),
        Mistake(
            "first_chunk_only",
            ("        state = a[:, :, -1]\n    return", "        state = a[:, :, -1]\n        return"),
            "There is one chunk only: return stands inside the loop.",
        ),
        Mistake(
            "divided_by_k",
            ('step[f"d{name}"] for', 'step[f"d{name}"] / y_chunk.shape[2] for'),
            "The gradient of a chunk is divided by its steps before it is clipped. The loss is a sum over them, and so is "
            "the gradient.",
        ),
        Mistake(
            "divided_by_steps",
            ('step[f"d{name}"] for', 'step[f"d{name}"] / x.shape[2] for'),
            "The gradient of a chunk is divided by the steps of the whole sequence. The loss is a sum over the chunk's "
            "steps, and so is the gradient.",
        ),
        Mistake(
            "divided_by_examples",
            ('step[f"d{name}"] for', 'step[f"d{name}"] / x.shape[1] for'),
            "The gradient of a chunk is divided by the examples before it is clipped. The loss is a sum over them, and so "
            "is the gradient.",
        ),
        Mistake(
            "divided_by_both",
            ('step[f"d{name}"] for', 'step[f"d{name}"] / y_chunk[0].size for'),
            "The gradient of a chunk is a mean over its steps and examples. The loss is a sum over both, and so is the "
            "gradient.",
        ),
        Mistake(
            "gradients_pile_up",
            [
                ("state, losses = a0, []", "state, losses, total = a0, [], {}"),
                (
                    CLIPPED,
                    'total = {name: total.get(name, 0) + step[f"d{name}"] for name in parameters}\n'
                    "        gradients, _ = clip_by_norm(total, max_norm)",
                ),
            ],
            "The gradients of earlier chunks are still in the sum. Each update has the gradient of its own chunk.",
        ),
        Mistake(
            "one_update",
            [
                ("state, losses = a0, []", "state, losses, total = a0, [], {}"),
                (CLIPPED, 'total = {name: total.get(name, 0) + step[f"d{name}"] for name in parameters}'),
                (f"        {UPDATED}\n", ""),
                (
                    "    return",
                    f"    gradients, _ = clip_by_norm(total, max_norm)\n    {UPDATED}\n    return",
                ),
            ],
            "There is one update, after the last chunk. There is one after each chunk, and the next is read with the new "
            "parameters.",
        ),
        Mistake(
            "two_parts_clipped_apart",
            (
                CLIPPED,
                'gradients, _ = clip_by_norm({n: step[f"d{n}"] for n in ("Wya", "by")}, max_norm)\n'
                '        gradients |= clip_by_norm({n: step[f"d{n}"] for n in ("Waa", "Wax", "ba")}, max_norm)[0]',
            ),
            "The gradients of the output layer and those of the recurrent part are clipped apart. All five together are "
            "one vector.",
        ),
        Mistake(
            "clipped_before_the_sum",
            (
                CLIPPED,
                "gradients = {name: 0 for name in parameters}\n"
                "        for t in range(a.shape[2]):\n"
                "            own = np.arange(a.shape[2]) == t\n"
                "            one = rnn_output_backward(\n"
                "                y_pred[:, :, own], y_chunk[:, :, own], a[:, :, own], parameters\n"
                "            )\n"
                '            one = {**one, **rnn_backward(step["da"] * own, caches)}\n'
                '            one, _ = clip_by_norm({name: one[f"d{name}"] for name in parameters}, max_norm)\n'
                "            gradients = {name: gradients[name] + one[name] for name in parameters}",
            ),
            "The gradient of each step is clipped, and the sum of them is not. First add over the chunk, then clip.",
        ),
        Mistake(
            "da_clipped",
            [
                (
                    'step = {**step, **rnn_backward(step["da"], caches)}',
                    'da = clip_by_norm({"da": step["da"]}, max_norm)[0]["da"]\n'
                    "        step = {**step, **rnn_backward(da, caches)}",
                ),
                (CLIPPED, UNCLIPPED),
            ],
            "da is clipped, before the way back. What is clipped is what updates: the gradients of the five parameters.",
        ),
        Mistake(
            "clipped_by_value",
            (CLIPPED, 'gradients = {n: np.clip(step[f"d{n}"], -max_norm, max_norm) for n in parameters}'),
            "The gradient is clipped by value. Here it is clipped by norm, which keeps its direction.",
        ),
        Mistake(
            "no_learning_rate",
            ("value - learning_rate * gradients[name]", "value - gradients[name]"),
            "The update has the whole gradient. It is multiplied by the learning rate.",
        ),
        Mistake(
            "learning_rate_before_clipping",
            [
                ('step[f"d{name}"] for', 'learning_rate * step[f"d{name}"] for'),
                ("value - learning_rate * gradients[name]", "value - gradients[name]"),
            ],
            "The learning rate is in what is clipped. First clip the gradient, then multiply by the learning rate.",
        ),
        Mistake(
            "loss_per_example",
            ("-(y_chunk * np.log(y_pred)).sum()", "-(y_chunk * np.log(y_pred)).sum() / x.shape[1]"),
            "The loss of a chunk is divided by the examples. Here it is the sum over its steps and examples.",
        ),
        Mistake(
            "loss_per_step",
            ("-(y_chunk * np.log(y_pred)).sum()", "-(y_chunk * np.log(y_pred)).sum() / x_chunk.shape[2]"),
            "The loss of a chunk is divided by its steps. Here it is the sum over its steps and examples.",
        ),
        Mistake(
            "loss_added_up",
            ("losses.append(-(y_chunk", "losses.append(sum(losses[-1:]) - (y_chunk"),
            "The losses of the chunks before are in it. Each chunk has a loss of its own.",
        ),
        Mistake(
            "loss_after_the_update",
            [
                ("        losses.append(-(y_chunk * np.log(y_pred)).sum())\n", ""),
                (
                    "        state = a[:, :, -1]",
                    "        y_pred = rnn_forward(x_chunk, state, parameters)[1]\n"
                    "        losses.append(-(y_chunk * np.log(y_pred)).sum())\n"
                    "        state = a[:, :, -1]",
                ),
            ],
            "The loss is that after the update. Wanted is the loss before it, which the update goes by.",
        ),
    ],
)


EXERCISES = [
    gradient_norms,
    step_jacobian,
    jacobian_through_time,
    stretch_and_radius,
    jacobian_bound,
    activation_slope,
    recurrent_backward,
    clip,
    clip_by_norm,
    truncated_backward,
    train_in_chunks,
]

EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "activation_slope": {
        'slopes = {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "relu": np.where(a > 0, 1.0, 0.0)}  →  '
        'slopes = {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "relu": np.where(a != 0, 1.0, 0.0)}': (
            "a ReLU's value is never negative"
        ),
    },
    "truncated_backward": {
        'total = {f"d{name}": np.zeros_like(cell_caches[0][3][name]) for name in ("Wax", "Waa", "ba")}  →  '
        'total = {f"d{name}": np.zeros_like(cell_caches[ -1][3][name]) for name in ("Wax", "Waa", "ba")}': (
            "all steps share the parameters"
        ),
    },
}
