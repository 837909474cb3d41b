"""What is graded in 02-rnn."""

from collections.abc import Callable, Mapping

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.names import names_cases
from autograder.layout import Anything, Array, Dict, Each, Function, Layout, Number, Tuple
from autograder.row import Row
from autograder.tree import Fixture
from seqlib import rnn as reference
from seqlib.activations import softmax

REFERENCE_MODEL = "names-rnn"
HELD_OUT_NAMES = 24
LONGEST_NAME = 12

UNITS = Array("n_a", "m")
INPUT = Array("n_x", "m")
PROBABILITIES = Array("n_y", "m")
INPUTS = Array("n_x", "m", "T_x")
ACTIVATIONS = Array("n_a", "m", "T_x")
PREDICTIONS = Array("n_y", "m", "T_x")
LOSSES = Tuple(losses=Array("m", "T_x"), total=Number())
SHARED = {"Wya": Array("n_y", "n_a"), "ba": Array("n_a", "1"), "by": Array("n_y", "1")}
PARAMETERS = Dict(Waa=Array("n_a", "n_a"), Wax=Array("n_a", "n_x"), **SHARED)
STACKED = Dict(Wa=Array("n_a", "n_a + n_x"), **SHARED)
CACHE = Tuple(a_next=UNITS, a_prev=UNITS, xt=INPUT, parameters=PARAMETERS)
CACHES = Tuple(cell_caches=Each(CACHE), x=INPUTS)
GRADIENTS = {"dWax": Array("n_a", "n_x"), "dWaa": Array("n_a", "n_a"), "dba": Array("n_a", "1")}


class Arrays(Layout):
    """A dict of arrays under names that the function does not know, which only an argument can be."""

    def to_json(self) -> str:
        """This layout as JSON-able data."""
        return "arrays"

    def describe(self) -> str:
        """This layout in one line for the learner."""
        return "a dict of arrays, of any names and shapes"


ARRAY_DIMS = [
    {"n_x": 3, "n_a": 2, "n_y": 4},
    {"n_x": 1, "n_a": 4, "n_y": 3},
    {"n_x": 4, "n_a": 3, "n_y": 1},
]
STEP_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4},
    {"n_x": 7, "n_a": 4, "n_y": 3, "m": 1},
    {"n_x": 1, "n_a": 3, "n_y": 6, "m": 5},
]
SEQUENCE_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4, "T_x": 7},
    {"n_x": 6, "n_a": 4, "n_y": 3, "m": 1, "T_x": 5},
    {"n_x": 2, "n_a": 3, "n_y": 5, "m": 4, "T_x": 1},
    {"n_x": 1, "n_a": 4, "n_y": 6, "m": 5, "T_x": 2},
]


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights that neither leave tanh straight nor press it flat, and biases that are seen."""
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    return {
        "Waa": rng.normal(0, 0.9 / np.sqrt(n_a), (n_a, n_a)),
        "Wax": rng.normal(0, 0.7 / np.sqrt(n_x), (n_a, n_x)),
        "Wya": rng.normal(0, 1.2, (n_y, n_a)),
        "ba": rng.normal(0, 0.4, (n_a, 1)),
        "by": rng.normal(0, 0.6, (n_y, 1)),
    }


def draw_arrays(rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]) -> Arguments:
    """An array for each name."""
    return {name: rng.normal(0, 0.7, shape) for name, shape in shapes.items()}


def arguments_of_loss(rng: np.random.Generator, fixture: str, parameters: Arguments) -> Arguments:
    """A curved loss of these parameters, with other strengths for each entry."""
    strengths = {name: rng.uniform(0.3, 1.2, np.shape(value)) for name, value in parameters.items()}
    return {"loss": Fixture(fixture, strengths), "parameters": parameters}


def draw_loss(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A curved loss and an epsilon so wide that one-sided and central differences are told apart.

    Where n_y is 1, epsilon is left out, so that the default is used.
    """
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    parameters = draw_arrays(rng, {"W": (n_a, n_x), "b": (n_a, 1), "v": (n_y,)})
    arguments = arguments_of_loss(rng, "smooth_loss" if n_x == 1 else "coupled_loss", parameters)
    return arguments if n_y == 1 else {**arguments, "epsilon": float(rng.uniform(0.15, 0.3))}


def draw_loss_of_others(rng: np.random.Generator) -> list[Arguments]:
    """A loss of arrays with other names, one of them with three axes."""
    parameters = draw_arrays(rng, {"kernel": (2, 4, 3), "gain": (5,)})
    return [{**arguments_of_loss(rng, "coupled_loss", parameters), "epsilon": float(rng.uniform(0.1, 0.2))}]


def draw_two_gradients(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient, and another that differs from it by a different share in each array; tiny ones where n_y is 1.

    The keys of the two are in different order, but for the first and the last.
    """
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    size = 0.01 if n_y == 1 else 1.0
    shapes = {"W": (n_a, n_x), "b": (n_a, 1), "v": (n_y,), "u": (n_x, n_y, n_a)}
    shares = {"W": 0.3, "v": 1.4, "b": 0.8, "u": 0.5}
    gradients = {name: size * value for name, value in draw_arrays(rng, shapes).items()}
    numeric = {
        name: gradients[name] + size * share * rng.normal(0, 1, shapes[name])
        for name, share in shares.items()
    }
    return {"gradients": gradients, "numeric": numeric}


def draw_zero_gradients(rng: np.random.Generator) -> list[Arguments]:
    """Nothing twice, then nothing on either side."""
    some = draw_arrays(rng, {"W": (2, 3), "b": (2, 1), "v": (4,)})
    none: Arguments = {name: np.zeros_like(value) for name, value in some.items()}
    pairs = ((none, none), (none, some), (some, none))
    return [{"gradients": dict(one), "numeric": dict(other)} for one, other in pairs]


def public(draw: Callable[[np.random.Generator], list[Arguments]]) -> Callable[[], list[Arguments]]:
    """The same cases every time, for the public ones of an extra group."""
    return lambda: draw(np.random.default_rng(0))


def draw_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One step's arguments."""
    return {
        "xt": rng.normal(0, 1, (dims["n_x"], dims["m"])),
        "a_prev": rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"])),
        "parameters": draw_parameters(rng, dims),
    }


def draw_stacked_cell(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One step's arguments, with the weights stacked."""
    xt, a_prev, parameters = draw_cell(rng, dims).values()
    return {"xt": xt, "a_prev": a_prev, "stacked": reference.stack_parameters(parameters)}


def draw_sequence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A sequence, an initial activation that is not zero, and weights."""
    return {
        "x": rng.normal(0, 1, (dims["n_x"], dims["m"], dims["T_x"])),
        "a0": rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"])),
        "parameters": draw_parameters(rng, dims),
    }


def draw_yes_no(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Probabilities of yes, and labels of which neither is rare."""
    shape = (1, dims["m"], dims["T_x"])
    labels = rng.permutation(np.arange(dims["m"] * dims["T_x"]) % 2).reshape(shape)
    return {"y_pred": rng.uniform(0.05, 0.9, shape), "y": labels.astype(np.float64)}


def draw_classes(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Probabilities of classes, and indices of the true ones; every class is there if there is room."""
    n_y, m, T_x = dims["n_y"], dims["m"], dims["T_x"]
    classes = rng.permutation(np.arange(m * T_x) % n_y).reshape(m, T_x)
    return {"y_pred": softmax(rng.normal(0, 1.2, (n_y, m, T_x))), "y": classes}


def draw_output(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Predictions, one-hot classes and activations of a sequence."""
    y_pred, classes = draw_classes(rng, dims).values()
    return {
        "y_pred": y_pred,
        "y": np.moveaxis(np.eye(dims["n_y"])[classes], 2, 0),
        "a": rng.uniform(-0.9, 0.9, (dims["n_a"], dims["m"], dims["T_x"])),
        "parameters": draw_parameters(rng, dims),
    }


def draw_cell_gradient(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient that reaches a step's activation, and the cache of a real step."""
    cache = reference.rnn_cell_forward(*draw_cell(rng, dims).values())[2]
    return {"da_next": rng.normal(0, 1, (dims["n_a"], dims["m"])), "cache": cache}


def draw_sequence_gradient(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient for each step's activation, and the caches of a real forward pass."""
    caches = reference.rnn_forward(*draw_sequence(rng, dims).values())[2]
    return {"da": rng.normal(0, 1, (dims["n_a"], dims["m"], dims["T_x"])), "caches": caches}


numeric_gradient = Exercise(
    function=reference.numeric_gradient,
    title="A gradient from two losses",
    minutes=25,
    difficulty=2,
    arguments={"loss": Function(), "parameters": Arrays(), "epsilon": Number()},
    result=Anything(),
    draw=draw_loss,
    dims=ARRAY_DIMS,
    rows=[
        Row("gradients of a matrix, a column and a vector", "", points=6),
        Row("gradients of arrays with other names and shapes", "", points=3, cases="other names"),
    ],
    extra=[Cases("other names", draw_loss_of_others, public(draw_loss_of_others))],
    mistakes=[
        Mistake(
            "forward_difference",
            [("value[index] = centre - epsilon", "value[index] = centre"), ("(2 * epsilon)", "epsilon")],
            "You have the slope to the right side only, from θ to θ + ε. Take it over both sides, from θ − "
            "ε to θ + ε: its error shrinks with ε², not with ε.",
        ),
        Mistake(
            "backward_difference",
            [("value[index] = centre + epsilon", "value[index] = centre"), ("(2 * epsilon)", "epsilon")],
            "You have the slope to the left side only, from θ − ε to θ. Take it over both sides, from θ − "
            "ε to θ + ε: its error shrinks with ε², not with ε.",
        ),
        Mistake(
            "factor_two_missing",
            ("(2 * epsilon)", "epsilon"),
            "Your gradient is twice too large. The two points lie 2ε apart, so the difference of the "
            "losses is divided by 2ε.",
        ),
        Mistake(
            "one_side_over_two_epsilon",
            ("value[index] = centre - epsilon", "value[index] = centre"),
            "The difference of the losses is taken to one side, but divided by 2ε. Move the entry down as "
            "well, so that the two points lie 2ε apart.",
        ),
        Mistake(
            "divided_then_multiplied",
            ("/ (2 * epsilon)", "/ 2 * epsilon"),
            "You divide by 2 and then multiply by ε: division and multiplication are worked off from left to "
            "right. The product 2ε belongs in brackets.",
        ),
        Mistake(
            "not_divided",
            ("(loss_plus - loss_minus) / (2 * epsilon)", "loss_plus - loss_minus"),
            "You have the difference of the two losses. A slope is that difference divided by the distance "
            "2ε.",
        ),
        Mistake(
            "sign_turned",
            ("loss_plus - loss_minus", "loss_minus - loss_plus"),
            "Your gradient points the wrong way. The loss at θ − ε is subtracted from the loss at θ + ε.",
        ),
        Mistake(
            "entry_not_restored",
            ("            value[index] = centre\n", ""),
            "An entry keeps its shifted value while the next one is measured, so you measure at another "
            "point. Put each entry back before you go on.",
        ),
        Mistake(
            "whole_array_shifted",
            [
                ("centre = value[index]", "centre = value.copy()"),
                ("value[index] = centre + epsilon", "value[...] = centre + epsilon"),
                ("value[index] = centre - epsilon", "value[...] = centre - epsilon"),
                ("            value[index] = centre\n", "            value[...] = centre\n"),
            ],
            "All entries of an array are shifted at once, so every entry gets the sum of all slopes. Shift "
            "one entry and hold the others still.",
        ),
        Mistake(
            "epsilon_ignored",
            [
                ("centre + epsilon", "centre + 1e-5"),
                ("centre - epsilon", "centre - 1e-5"),
                ("(2 * epsilon)", "2e-5"),
            ],
            "You have what a fixed, small ε gives. Use the argument `epsilon`.",
        ),
        Mistake(
            "loss_of_unshifted",
            [
                ("loss_plus = loss(shifted)", "loss_plus = loss(parameters)"),
                ("loss_minus = loss(shifted)", "loss_minus = loss(parameters)"),
            ],
            "Your gradient is zero everywhere: both losses are taken at the same point. The loss has to be "
            "given the parameters in which the entry is shifted.",
        ),
        Mistake(
            "first_array_only",
            ("    return gradients", "        return gradients"),
            "Only the first array has a gradient: the function returns within its loop. Return when all "
            "arrays are done.",
        ),
    ],
)

gradient_error = Exercise(
    function=reference.gradient_error,
    title="How far apart are two gradients?",
    minutes=10,
    difficulty=1,
    arguments={"gradients": Arrays(), "numeric": Arrays()},
    result=Number(),
    draw=draw_two_gradients,
    dims=ARRAY_DIMS,
    rows=[
        Row("relative distance", "", points=4),
        Row("one or both are zero", "", points=1, cases="gradients of zeros"),
    ],
    extra=[Cases("gradients of zeros", draw_zero_gradients, public(draw_zero_gradients))],
    mistakes=[
        Mistake(
            "not_relative",
            ("np.linalg.norm(g - n) / total", "np.linalg.norm(g - n)"),
            "You have the distance itself. Divide it by the sum of the two lengths, so that it does not "
            "depend on how large the gradients are.",
        ),
        Mistake(
            "divided_by_length_of_sum",
            ("np.linalg.norm(g) + np.linalg.norm(n)", "np.linalg.norm(g + n)"),
            "You divide by the length of the sum g + n. Divide by the sum of the two lengths: opposite "
            "gradients would add up to nothing.",
        ),
        Mistake(
            "divided_by_analytic_only",
            (" + np.linalg.norm(n)", ""),
            "You divide by the length of the first gradient only. The lengths of both are added.",
        ),
        Mistake(
            "divided_by_numeric_only",
            ("np.linalg.norm(g) + ", ""),
            "You divide by the length of the numeric gradient only. The lengths of both are added.",
        ),
        Mistake(
            "squared",
            [
                ("np.linalg.norm(g) + np.linalg.norm(n)", "np.linalg.norm(g) ** 2 + np.linalg.norm(n) ** 2"),
                ("np.linalg.norm(g - n) /", "np.linalg.norm(g - n) ** 2 /"),
            ],
            "You have the sums of squares. A length is the root of the sum of squares.",
        ),
        Mistake(
            "sum_of_absolutes",
            [
                ("np.linalg.norm(g) + np.linalg.norm(n)", "np.abs(g).sum() + np.abs(n).sum()"),
                ("np.linalg.norm(g - n)", "np.abs(g - n).sum()"),
            ],
            "You have sums of absolute values. The length meant here is the root of the sum of squares.",
        ),
        Mistake(
            "largest_entry",
            [
                ("np.linalg.norm(g) + np.linalg.norm(n)", "np.abs(g).max() + np.abs(n).max()"),
                ("np.linalg.norm(g - n)", "np.abs(g - n).max()"),
            ],
            "You have the largest entries. The length of a vector takes all entries: the root of the sum "
            "of squares.",
        ),
        Mistake(
            "mean_over_arrays",
            (
                "np.linalg.norm(g - n) / total",
                "np.mean([np.linalg.norm(gradients[k] - numeric[k]) "
                "/ (np.linalg.norm(gradients[k]) + np.linalg.norm(numeric[k])) for k in numeric])",
            ),
            "You have the mean of one error for each array. All entries of all arrays make one long "
            "vector, with one error.",
        ),
        Mistake(
            "lengths_added_by_array",
            [
                (
                    "np.linalg.norm(g) + np.linalg.norm(n)",
                    "sum(np.linalg.norm(gradients[k]) + np.linalg.norm(numeric[k]) for k in numeric)",
                ),
                ("np.linalg.norm(g - n)", "sum(np.linalg.norm(gradients[k] - numeric[k]) for k in numeric)"),
            ],
            "You add up the lengths of the arrays. The length of the whole is not the sum of the lengths "
            "of its pieces: add squares, and take one root at the end.",
        ),
        Mistake(
            "last_array_only",
            [
                (
                    "gradients[name].ravel() for name in numeric",
                    "gradients[name].ravel() for name in [*numeric][-1:]",
                ),
                (
                    "numeric[name].ravel() for name in numeric",
                    "numeric[name].ravel() for name in [*numeric][-1:]",
                ),
            ],
            "Only the last array counts; those before it were overwritten. All arrays together make one "
            "long vector.",
        ),
        Mistake(
            "first_array_only",
            [
                (
                    "gradients[name].ravel() for name in numeric",
                    "gradients[name].ravel() for name in [*numeric][:1]",
                ),
                (
                    "numeric[name].ravel() for name in numeric",
                    "numeric[name].ravel() for name in [*numeric][:1]",
                ),
            ],
            "Only the first array counts: the function returns within its loop. All arrays together make "
            "one long vector.",
        ),
        Mistake(
            "paired_by_order",
            ("gradients[name].ravel() for name in numeric", "value.ravel() for value in gradients.values()"),
            "The arrays of the two dicts are paired by their order. The same key can stand at another "
            "place: pair them by key.",
        ),
    ],
)

CELL_PREACTIVATION = "np.tanh(Waa @ a_prev + Wax @ xt + ba)"

rnn_cell_forward = Exercise(
    function=reference.rnn_cell_forward,
    title="One step of the network",
    minutes=20,
    difficulty=1,
    arguments={"xt": INPUT, "a_prev": UNITS, "parameters": PARAMETERS},
    result=Tuple(a_next=UNITS, yt_pred=PROBABILITIES, cache=CACHE),
    draw=draw_cell,
    dims=STEP_DIMS,
    rows=[
        Row("new activation", "a_next", points=4),
        Row("prediction", "yt_pred", points=3),
        Row("cache", "cache", points=2),
    ],
    mistakes=[
        Mistake(
            "previous_activation_ignored",
            ("Waa @ a_prev + ", ""),
            "The activation of the step before has no effect. Its product with W_aa belongs into the sum: "
            "it is the memory.",
        ),
        Mistake(
            "input_ignored",
            ("Wax @ xt + ", ""),
            "The input of this step has no effect. Its product with W_ax belongs into the sum.",
        ),
        Mistake(
            "Waa_transposed",
            ("Waa @ a_prev", "Waa.T @ a_prev"),
            "W_aa is transposed. It is square, so the shapes fit either way; it multiplies as it is.",
        ),
        Mistake(
            "Waa_missing",
            ("Waa @ a_prev", "a_prev"),
            "The activation of the step before is added as it is. It is multiplied by W_aa first.",
        ),
        Mistake(
            "weights_do_not_fit",
            ("Waa @ a_prev + Wax @ xt", "Wax @ a_prev + Waa @ xt"),
            "A weight does not fit what it multiplies: the two matrices are swapped, or W_ax is transposed. "
            "As they are, W_aa (n_a, n_a) multiplies the activation of the step before, and W_ax (n_a, n_x) "
            "the input.",
        ),
        Mistake(
            "factors_turned_round",
            ("Waa @ a_prev", "a_prev @ Waa"),
            "The weight stands behind what it multiplies. The weight comes first: (n_a, n_a) times (n_a, m).",
        ),
        Mistake(
            "entry_by_entry_with_Waa",
            ("Waa @ a_prev", "Waa * a_prev"),
            "W_aa is multiplied with *, entry by entry. A weight and an activation make a product of "
            "matrices, @.",
        ),
        Mistake(
            "entry_by_entry_with_Wax",
            ("Wax @ xt", "Wax * xt"),
            "W_ax is multiplied with *, entry by entry. A weight and an input make a product of matrices, @.",
        ),
        Mistake(
            "entry_by_entry",
            [("Waa @ a_prev", "Waa * a_prev"), ("Wax @ xt", "Wax * xt")],
            "The weights are multiplied with *, entry by entry. These are products of matrices, @.",
        ),
        Mistake(
            "entry_by_entry_input_first",
            ("Waa @ a_prev + Wax @ xt", "Wax * xt + Waa * a_prev"),
            "The weights are multiplied with *, entry by entry. These are products of matrices, @.",
        ),
        Mistake(
            "entry_by_entry_with_Wya",
            ("Wya @ a_next", "Wya * a_next"),
            "W_ya is multiplied with *, entry by entry. A weight and an activation make a product of "
            "matrices, @.",
        ),
        Mistake(
            "Wya_transposed",
            ("Wya @ a_next", "Wya.T @ a_next"),
            "W_ya is transposed. It is (n_y, n_a) and multiplies the activation (n_a, m) as it is.",
        ),
        Mistake(
            "ba_missing",
            (" + ba)", ")"),
            "The activation is what comes without the bias b_a. It is added before tanh.",
        ),
        Mistake(
            "ba_after_tanh",
            (CELL_PREACTIVATION, "np.tanh(Waa @ a_prev + Wax @ xt) + ba"),
            "The bias b_a is added after tanh. It belongs inside, or the activation leaves the range from "
            "−1 to 1.",
        ),
        Mistake(
            "ba_transposed",
            (" + ba)", " + ba.T)"),
            "The bias b_a lies on its side. It is a column (n_a, 1), repeated for each example, and is "
            "added as it is.",
        ),
        Mistake(
            "by_missing",
            (" + by)", ")"),
            "The prediction is what comes without the bias b_y. It is added before the softmax.",
        ),
        Mistake(
            "sigmoid_for_tanh",
            (CELL_PREACTIVATION, "1 / (1 + np.exp(-(Waa @ a_prev + Wax @ xt + ba)))"),
            "The activation is what the sigmoid gives. This cell has tanh, with values from −1 to 1.",
        ),
        Mistake(
            "tanh_missing",
            ("np.tanh(", "("),
            "The activation is what goes into tanh. Apply tanh to the sum.",
        ),
        Mistake(
            "prediction_from_a_prev",
            ("Wya @ a_next", "Wya @ a_prev"),
            "The prediction is made from the activation of the step before. It is made from the new one, "
            "which has seen this step's input.",
        ),
        Mistake(
            "prediction_from_before_tanh",
            ("Wya @ a_next", "Wya @ (Waa @ a_prev + Wax @ xt + ba)"),
            "The prediction is made from the value that goes into tanh. It is made from the activation, "
            "which comes out.",
        ),
        Mistake(
            "softmax_missing",
            ("softmax(Wya @ a_next + by)", "Wya @ a_next + by"),
            "The prediction holds scores. Softmax turns each column of them into probabilities.",
        ),
        Mistake(
            "sigmoid_for_softmax",
            ("softmax(Wya @ a_next + by)", "1 / (1 + np.exp(-(Wya @ a_next + by)))"),
            "The prediction is what the sigmoid gives. The classes compete: softmax makes each column add "
            "up to 1.",
        ),
        Mistake(
            "softmax_over_examples",
            ("softmax(Wya @ a_next + by)", "softmax((Wya @ a_next + by).T).T"),
            "Each row of the prediction adds up to 1, over the examples. It is each column that has to, "
            "over the classes of one example.",
        ),
        Mistake(
            "softmax_over_everything",
            (
                "softmax(Wya @ a_next + by)",
                "softmax((Wya @ a_next + by).reshape(-1)).reshape(-1, xt.shape[1])",
            ),
            "All numbers of the prediction together add up to 1. Each column, one example, has to add up "
            "to 1 by itself.",
        ),
        Mistake(
            "cache_activations_swapped",
            ("(a_next, a_prev, xt, parameters)", "(a_prev, a_next, xt, parameters)"),
            "In the cache the two activations are swapped. The new one comes first, then the one of the "
            "step before.",
        ),
    ],
)

stack_parameters = Exercise(
    function=reference.stack_parameters,
    title="Two matrices side by side",
    minutes=10,
    difficulty=1,
    arguments={"parameters": PARAMETERS},
    result=STACKED,
    draw=lambda rng, dims: {"parameters": draw_parameters(rng, dims)},
    dims=[{name: size for name, size in dims.items() if name != "m"} for dims in STEP_DIMS],
    rows=[
        Row("stacked matrix", "Wa", points=2),
        Row("output matrix", "Wya", points=1),
        Row("bias of the activation", "ba", points=1),
        Row("bias of the output", "by", points=1),
    ],
    mistakes=[
        Mistake(
            "input_first",
            ('[parameters["Waa"], parameters["Wax"]]', '[parameters["Wax"], parameters["Waa"]]'),
            "You have [W_ax | W_aa]. The columns that meet a_prev come first, as in [a_prev, x].",
        ),
        Mistake(
            "on_top_of_each_other",
            ("axis=1", "axis=0"),
            "You put the matrices on top of each other. They have the same rows, one for each unit, and "
            "stand side by side.",
        ),
        Mistake(
            "Waa_transposed",
            ('[parameters["Waa"],', '[parameters["Waa"].T,'),
            "W_aa is transposed in the stack. It goes in as it is.",
        ),
        Mistake(
            "stack_transposed",
            ('{"Wa": Wa,', '{"Wa": Wa.T,'),
            "W_a is transposed. It has n_a rows and n_a + n_x columns, so that it multiplies the stacked "
            "column.",
        ),
        Mistake(
            "Waa_twice",
            ('parameters["Wax"]]', 'parameters["Waa"]]'),
            "W_aa stands in the stack twice. Its right part is W_ax, which meets the input.",
        ),
        Mistake(
            "Wax_twice",
            ('[parameters["Waa"],', '[parameters["Wax"],'),
            "W_ax stands in the stack twice. Its left part is W_aa, which meets the activation of the step "
            "before.",
        ),
        Mistake(
            "biases_swapped",
            (
                '"ba": parameters["ba"], "by": parameters["by"]',
                '"ba": parameters["by"], "by": parameters["ba"]',
            ),
            "The two biases are swapped. They are taken over under their own names.",
        ),
        Mistake(
            "biases_flattened",
            [
                ('"ba": parameters["ba"]', '"ba": parameters["ba"].ravel()'),
                ('"by": parameters["by"]', '"by": parameters["by"].ravel()'),
            ],
            "The biases have lost an axis. They stay columns, (n_a, 1) and (n_y, 1), so that they add to "
            "every example.",
        ),
        Mistake(
            "Wya_transposed",
            ('"Wya": parameters["Wya"]', '"Wya": parameters["Wya"].T'),
            "W_ya is transposed. Nothing is stacked there; it is taken over as it is.",
        ),
    ],
)

rnn_cell_forward_stacked = Exercise(
    function=reference.rnn_cell_forward_stacked,
    title="One step with one product",
    minutes=15,
    difficulty=1,
    arguments={"xt": INPUT, "a_prev": UNITS, "stacked": STACKED},
    result=Tuple(a_next=UNITS, yt_pred=PROBABILITIES),
    draw=draw_stacked_cell,
    dims=[*STEP_DIMS, {"n_x": 4, "n_a": 3, "n_y": 2, "m": 6}],
    rows=[Row("new activation", "a_next", points=3), Row("prediction", "yt_pred", points=3)],
    mistakes=[
        Mistake(
            "stack_upside_down",
            ("[a_prev, xt]", "[xt, a_prev]"),
            "You have what [x, a_prev] gives. The first n_a columns of W_a belong to a_prev, so a_prev has "
            "to be on top.",
        ),
        Mistake(
            "side_by_side",
            ("axis=0", "axis=1"),
            "a_prev and x are joined side by side. Both have one column for each example; they are put on "
            "top of each other.",
        ),
        Mistake(
            "Wa_transposed",
            ('stacked["Wa"] @', 'stacked["Wa"].T @'),
            "W_a is transposed. It is (n_a, n_a + n_x) and multiplies the stacked column as it is.",
        ),
        Mistake(
            "previous_activation_ignored",
            ("[a_prev, xt]", "[0 * a_prev, xt]"),
            "The activation of the step before has no effect: zeros stand in its place in the stack.",
        ),
        Mistake(
            "ba_missing",
            (' + stacked["ba"]', ""),
            "The activation is what comes without the bias b_a. It is added before tanh.",
        ),
        Mistake(
            "by_missing",
            (' + stacked["by"]', ""),
            "The prediction is what comes without the bias b_y. It is added before the softmax.",
        ),
        Mistake(
            "sigmoid_for_tanh",
            (
                'np.tanh(stacked["Wa"] @ concat + stacked["ba"])',
                '1 / (1 + np.exp(-(stacked["Wa"] @ concat + stacked["ba"])))',
            ),
            "The activation is what the sigmoid gives. This cell has tanh, with values from −1 to 1.",
        ),
        Mistake(
            "tanh_missing",
            ("np.tanh(", "("),
            "The activation is what goes into tanh. Apply tanh to the sum.",
        ),
        Mistake(
            "prediction_from_a_prev",
            ('stacked["Wya"] @ a_next', 'stacked["Wya"] @ a_prev'),
            "The prediction is made from the activation of the step before. It is made from the new one.",
        ),
        Mistake(
            "prediction_from_before_tanh",
            ('stacked["Wya"] @ a_next', 'stacked["Wya"] @ (stacked["Wa"] @ concat + stacked["ba"])'),
            "The prediction is made from the value that goes into tanh. It is made from the activation, "
            "which comes out.",
        ),
        Mistake(
            "entry_by_entry",
            ('stacked["Wa"] @', 'stacked["Wa"] *'),
            "W_a is multiplied with *, entry by entry. A weight and a column make a product of matrices, @.",
        ),
        Mistake(
            "softmax_missing",
            ("softmax(", "("),
            "The prediction holds scores. Softmax turns each column of them into probabilities.",
        ),
        Mistake(
            "softmax_over_examples",
            (
                'softmax(stacked["Wya"] @ a_next + stacked["by"])',
                'softmax((stacked["Wya"] @ a_next + stacked["by"]).T).T',
            ),
            "Each row of the prediction adds up to 1, over the examples. It is each column that has to, "
            "over the classes of one example.",
        ),
        Mistake(
            "sigmoid_for_softmax",
            (
                'softmax(stacked["Wya"] @ a_next + stacked["by"])',
                '1 / (1 + np.exp(-(stacked["Wya"] @ a_next + stacked["by"])))',
            ),
            "The prediction is what the sigmoid gives. The classes compete: softmax makes each column add "
            "up to 1.",
        ),
    ],
)

rnn_forward = Exercise(
    function=reference.rnn_forward,
    title="A whole sequence",
    minutes=25,
    difficulty=2,
    arguments={"x": INPUTS, "a0": UNITS, "parameters": PARAMETERS},
    result=Tuple(a=ACTIVATIONS, y_pred=PREDICTIONS, caches=CACHES),
    draw=draw_sequence,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("activations", "a", points=4),
        Row("predictions", "y_pred", points=3),
        Row("caches", "caches", points=2),
        Row("log-probabilities of names", "y_pred", points=4, cases=REFERENCE_MODEL, transform="log"),
    ],
    needs=["rnn_cell_forward"],
    extra=[names_cases(REFERENCE_MODEL, HELD_OUT_NAMES, LONGEST_NAME)],
    mistakes=[
        Mistake(
            "a0_ignored",
            ("a_next = a0", "a_next = np.zeros_like(a0)"),
            "You have what an initial activation of zeros gives. The first step starts from `a0`, which "
            "need not be zero.",
        ),
        Mistake(
            "state_not_advanced",
            ("x[:, :, t], a_next, parameters", "x[:, :, t], a0, parameters"),
            "Every step starts from `a0`, so nothing is remembered. A step starts from the activation that "
            "the step before it gave.",
        ),
        Mistake(
            "same_input_each_step",
            ("x[:, :, t]", "x[:, :, 0]"),
            "Every step reads the first input. Step t reads the inputs at index t of the last axis.",
        ),
        Mistake(
            "starts_at_second_step",
            ("range(x.shape[2])", "range(1, x.shape[2])"),
            "The first step is left out. In arrays time counts from 0.",
        ),
        Mistake(
            "last_step_left_out",
            ("range(x.shape[2])", "range(x.shape[2] - 1)"),
            "The last step is left out. There are as many steps as the last axis of x is long.",
        ),
        Mistake(
            "steps_counted_by_examples",
            ("range(x.shape[2])", "range(x.shape[1])"),
            "The loop runs over the number of examples. x is (n_x, m, T_x): the steps are on the last axis.",
        ),
        Mistake(
            "backward_in_time",
            ("range(x.shape[2])", "reversed(range(x.shape[2]))"),
            "The steps are worked off from the last to the first. The forward pass reads from left to right.",
        ),
        Mistake(
            "activations_one_step_late",
            ("activations.append(a_next)", "activations.append(cache[1])"),
            "At each step you keep the activation that went in. Keep the one that came out; `a0` is not "
            "among the activations returned.",
        ),
        Mistake(
            "last_activation_everywhere",
            ("np.stack(activations, axis=2)", "np.stack([a_next] * x.shape[2], axis=2)"),
            "All steps hold the activation of the last one. Keep each step's own before the next replaces "
            "it.",
        ),
        Mistake(
            "last_prediction_everywhere",
            ("np.stack(predictions, axis=2)", "np.stack([yt_pred] * x.shape[2], axis=2)"),
            "All steps hold the prediction of the last one. Keep each step's own.",
        ),
        Mistake(
            "time_first",
            (
                "np.stack(activations, axis=2), np.stack(predictions, axis=2)",
                "np.stack(activations), np.stack(predictions)",
            ),
            "Time is on the first axis of your arrays. It belongs on the last: (n_a, m, T_x) and (n_y, m, "
            "T_x).",
        ),
        Mistake(
            "time_in_the_middle",
            (
                "np.stack(activations, axis=2), np.stack(predictions, axis=2)",
                "np.stack(activations, axis=1), np.stack(predictions, axis=1)",
            ),
            "Time is on the middle axis of your arrays. It belongs on the last: (n_a, m, T_x) and (n_y, m, "
            "T_x).",
        ),
        Mistake(
            "results_swapped",
            (
                "np.stack(activations, axis=2), np.stack(predictions, axis=2)",
                "np.stack(predictions, axis=2), np.stack(activations, axis=2)",
            ),
            "The activations and the predictions are returned in the wrong order. The activations come first.",
        ),
        Mistake(
            "last_cache_everywhere",
            ("(caches, x)", "([cache] * x.shape[2], x)"),
            "All steps have the cache of the last one. Keep each step's own; the backward pass needs them all.",
        ),
    ],
)

BINARY = "-(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[0]"

binary_cross_entropy = Exercise(
    function=reference.binary_cross_entropy,
    title="The loss of yes or no",
    minutes=15,
    difficulty=1,
    arguments={"y_pred": Array("1", "m", "T_x"), "y": Array("1", "m", "T_x")},
    result=LOSSES,
    draw=draw_yes_no,
    dims=[{"m": 3, "T_x": 5}, {"m": 6, "T_x": 1}, {"m": 1, "T_x": 4}],
    rows=[Row("loss of each step", "losses", points=4), Row("sum of all", "total", points=3)],
    mistakes=[
        Mistake(
            "brackets_missing",
            (BINARY, "(-y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[0]"),
            "The minus sign reaches the first term only, as in the formula of lecture note 002, which "
            "lacks brackets. It belongs to both terms; a loss is never negative.",
        ),
        Mistake(
            "minus_on_second_term_only",
            (BINARY, "(y * np.log(y_pred) - (1 - y) * np.log(1 - y_pred))[0]"),
            "The minus sign reaches the second term only. It belongs to both terms; a loss is never "
            "negative.",
        ),
        Mistake(
            "sign_missing",
            ("-(y *", "(y *"),
            "Your losses are negative. Logarithms of probabilities are; the loss is minus their sum.",
        ),
        Mistake(
            "only_yes",
            (" + (1 - y) * np.log(1 - y_pred)", ""),
            "Steps with the label 0 cost nothing. For them the second term counts: how probable was no?",
        ),
        Mistake(
            "labels_inverted",
            (BINARY, "-((1 - y) * np.log(y_pred) + y * np.log(1 - y_pred))[0]"),
            "Yes and no are exchanged. The label 1 goes with the probability of yes, ŷ, the label 0 with 1 "
            "− ŷ.",
        ),
        Mistake(
            "arguments_exchanged",
            (BINARY, "-(y_pred * np.log(y) + (1 - y_pred) * np.log(1 - y))[0]"),
            "The logarithm is taken of the labels, which are 0 or 1. It is taken of the predicted "
            "probabilities.",
        ),
        Mistake(
            "one_minus_log",
            ("np.log(1 - y_pred)", "(1 - np.log(y_pred))"),
            "In the second term you have 1 minus the logarithm. It is the logarithm of 1 − ŷ.",
        ),
        Mistake(
            "base_two",
            [("np.log(y_pred)", "np.log2(y_pred)"), ("np.log(1 - y_pred)", "np.log2(1 - y_pred)")],
            "Your logarithm has base 2. The natural one is meant, np.log.",
        ),
        Mistake(
            "squared_error",
            (BINARY, "((y - y_pred) ** 2)[0]"),
            "You have the squared error. The binary cross-entropy takes logarithms of probabilities.",
        ),
        Mistake(
            "axis_kept",
            ("(1 - y_pred))[0]", "(1 - y_pred))"),
            "Your losses still have the first axis, of length 1. They are (m, T_x).",
        ),
        Mistake(
            "squeezed",
            ("(1 - y_pred))[0]", "(1 - y_pred)).squeeze()"),
            "squeeze takes away every axis of length 1: that of the examples too where there is one "
            "example, and that of the steps where there is one step. Only the first axis goes.",
        ),
        Mistake(
            "results_swapped",
            ("return losses, float(losses.sum())", "return float(losses.sum()), losses"),
            "The two results are in the wrong order. The losses of all steps come first, then their sum.",
        ),
        Mistake(
            "mean_for_sum",
            ("losses.sum()", "losses.mean()"),
            "The second result is the mean of all losses. It should be their sum.",
        ),
        Mistake(
            "mean_over_examples",
            ("losses.sum()", "losses.sum() / losses.shape[0]"),
            "The second result is divided by the number of examples. It should be the plain sum over "
            "examples and steps.",
        ),
        Mistake(
            "mean_over_steps",
            ("losses.sum()", "losses.sum() / losses.shape[1]"),
            "The second result is divided by the number of steps. It should be the plain sum over examples "
            "and steps.",
        ),
    ],
)

cross_entropy = Exercise(
    function=reference.cross_entropy,
    title="The loss of one class of many",
    minutes=15,
    difficulty=2,
    arguments={"y_pred": PREDICTIONS, "y": Array("m", "T_x")},
    result=LOSSES,
    draw=draw_classes,
    dims=[{"n_y": 4, "m": 3, "T_x": 5}, {"n_y": 3, "m": 6, "T_x": 1}, {"n_y": 5, "m": 1, "T_x": 8}],
    rows=[Row("loss of each step", "losses", points=4), Row("sum of all", "total", points=3)],
    mistakes=[
        Mistake(
            "sign_missing",
            ("-np.log(p_true)", "np.log(p_true)"),
            "Your losses are negative. The logarithm of a probability is; the loss is minus that.",
        ),
        Mistake(
            "base_two",
            ("-np.log(p_true)", "-np.log2(p_true)"),
            "Your logarithm has base 2. The natural one is meant, np.log.",
        ),
        Mistake(
            "logarithm_missing",
            ("-np.log(p_true)", "1 - p_true"),
            "You have 1 minus the probability of the true class. The loss is minus the logarithm of that "
            "probability.",
        ),
        Mistake(
            "classes_from_one",
            ("y[np.newaxis]", "y[np.newaxis] - 1"),
            "You look at the class before the true one. Classes are counted from 0.",
        ),
        Mistake(
            "most_probable_class",
            ("np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]", "y_pred.max(axis=0)"),
            "You look at the class that the network finds most probable. The loss looks at the true class, "
            "given by y.",
        ),
        Mistake(
            "least_probable_class",
            ("np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]", "y_pred.min(axis=0)"),
            "You look at the least probable class. The loss looks at the true class, given by y.",
        ),
        Mistake(
            "indices_as_one_hot",
            ("-np.log(p_true)", "-(y * np.log(y_pred)).sum(axis=0)"),
            "You multiply by y as if it were one-hot. y holds indices: it says which entry of the first axis "
            "to pick.",
        ),
        Mistake(
            "indexed_by_y_alone",
            ("np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]", "y_pred[y]"),
            "Indexing with y alone picks, for each entry of y, the probabilities of that class at all examples "
            "and steps. Only the one of the same example and step is wanted.",
        ),
        Mistake(
            "indices_lack_an_axis",
            (
                "np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]",
                "np.take_along_axis(y_pred, y, axis=0)[0]",
            ),
            "The indices have two axes and the probabilities three. To pick along the first axis, y needs an "
            "axis of length 1 in its place.",
        ),
        Mistake(
            "softmax_twice",
            ("np.take_along_axis(y_pred,", "np.take_along_axis(softmax(y_pred),"),
            "You apply softmax to y_pred. It holds probabilities already.",
        ),
        Mistake(
            "binary_for_each_class",
            ("-np.log(p_true)", "-np.log(p_true) - np.log(1 - y_pred).sum(axis=0) + np.log(1 - p_true)"),
            "You also add −log(1 − ŷ) of all other classes, as if each were a yes or no of its own. Only the "
            "probability of the true class counts.",
        ),
        Mistake(
            "all_classes_summed",
            ("-np.log(p_true)", "-np.log(y_pred).sum(axis=0)"),
            "You add up −log ŷ over all classes. Only the probability of the true class counts.",
        ),
        Mistake(
            "axis_kept",
            ("axis=0)[0]", "axis=0)"),
            "Your losses still have a first axis, of length 1. They are (m, T_x).",
        ),
        Mistake(
            "squeezed",
            ("axis=0)[0]", "axis=0).squeeze()"),
            "squeeze takes away every axis of length 1: that of the examples too where there is one "
            "example, and that of the steps where there is one step. Only the axis of the classes goes.",
        ),
        Mistake(
            "results_swapped",
            ("return losses, float(losses.sum())", "return float(losses.sum()), losses"),
            "The two results are in the wrong order. The losses of all steps come first, then their sum.",
        ),
        Mistake(
            "mean_for_sum",
            ("losses.sum()", "losses.mean()"),
            "The second result is the mean of all losses. It should be their sum.",
        ),
        Mistake(
            "mean_over_examples",
            ("losses.sum()", "losses.sum() / losses.shape[0]"),
            "The second result is divided by the number of examples. It should be the plain sum over "
            "examples and steps.",
        ),
        Mistake(
            "mean_over_steps",
            ("losses.sum()", "losses.sum() / losses.shape[1]"),
            "The second result is divided by the number of steps. It should be the plain sum over examples "
            "and steps.",
        ),
    ],
)

rnn_output_backward = Exercise(
    function=reference.rnn_output_backward,
    title="From the loss to the activations",
    minutes=25,
    difficulty=2,
    arguments={"y_pred": PREDICTIONS, "y": PREDICTIONS, "a": ACTIVATIONS, "parameters": PARAMETERS},
    result=Dict(dWya=Array("n_y", "n_a"), dby=Array("n_y", "1"), da=ACTIVATIONS),
    draw=draw_output,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("gradient of the output matrix", "dWya", points=3),
        Row("gradient of the output bias", "dby", points=2),
        Row("gradient of the activations", "da", points=3),
    ],
    mistakes=[
        Mistake(
            "sign_turned",
            ("dy = y_pred - y", "dy = y - y_pred"),
            "All your gradients have the opposite sign. The error is ŷ − y: a probability that is too high "
            "has to fall.",
        ),
        Mistake(
            "averaged_over_examples",
            ("dy = y_pred - y", "dy = (y_pred - y) / y.shape[1]"),
            "Your gradients are divided by the number of examples. The loss here is a sum, so nothing is "
            "divided.",
        ),
        Mistake(
            "averaged_over_everything",
            ("dy = y_pred - y", "dy = (y_pred - y) / (y.shape[1] * y.shape[2])"),
            "Your gradients are divided by the number of examples and steps. The loss here is a sum, so "
            "nothing is divided.",
        ),
        Mistake(
            "derivative_of_logarithm_only",
            ("dy = y_pred - y", "dy = -y / y_pred"),
            "You have the derivative with respect to ŷ. The softmax lies between it and the scores; "
            "together they give ŷ − y.",
        ),
        Mistake(
            "sigmoid_derivative_twice",
            ("dy = y_pred - y", "dy = (y_pred - y) * y_pred * (1 - y_pred)"),
            "You multiply ŷ − y by ŷ(1 − ŷ). The derivative of the softmax is in ŷ − y already.",
        ),
        Mistake(
            "prediction_for_error",
            ("dy = y_pred - y", "dy = y_pred"),
            "You send the prediction back. What goes back is the error: the prediction minus the truth.",
        ),
        Mistake(
            "last_step_only",
            [
                ('np.einsum("ymt,amt->ya", dy, a)', "dy[:, :, -1] @ a[:, :, -1].T"),
                ("dy.sum(axis=(1, 2))[:, np.newaxis]", "dy[:, :, -1].sum(axis=1, keepdims=True)"),
            ],
            "The gradients of W_ya and b_y hold the last step only. The same weights are used at every "
            "step, so all steps are added up.",
        ),
        Mistake(
            "weight_gradient_last_step_only",
            ('np.einsum("ymt,amt->ya", dy, a)', "dy[:, :, -1] @ a[:, :, -1].T"),
            "The gradient of W_ya holds the last step only. The steps are added up.",
        ),
        Mistake(
            "weight_gradient_transposed",
            ("ymt,amt->ya", "ymt,amt->ay"),
            "The gradient of W_ya is transposed. It has the shape of W_ya, (n_y, n_a).",
        ),
        Mistake(
            "bias_averaged",
            ("dy.sum(axis=(1, 2))", "dy.mean(axis=(1, 2))"),
            "The gradient of b_y is a mean. The bias is added at every example and step, so its gradient "
            "is the sum over them.",
        ),
        Mistake(
            "bias_flat",
            ("dy.sum(axis=(1, 2))[:, np.newaxis]", "dy.sum(axis=(1, 2))"),
            "The gradient of b_y has lost an axis. It has the shape of b_y, (n_y, 1).",
        ),
        Mistake(
            "bias_keeps_time",
            ("dy.sum(axis=(1, 2))[:, np.newaxis]", "dy.sum(axis=1)"),
            "The gradient of b_y still has one column for each step. It is summed over examples and over "
            "steps.",
        ),
        Mistake(
            "tanh_already",
            (
                'np.einsum("ya,ymt->amt", parameters["Wya"], dy)',
                'np.einsum("ya,ymt->amt", parameters["Wya"], dy) * (1 - a**2)',
            ),
            "You have already gone through tanh, with the factor 1 − a². Here the gradient of the "
            "activation itself is asked for; tanh is the next exercise.",
        ),
        Mistake(
            "later_steps_added",
            (
                'np.einsum("ya,ymt->amt", parameters["Wya"], dy)',
                'np.einsum("ya,ymt->amt", parameters["Wya"], dy[..., ::-1].cumsum(axis=2)[..., ::-1])',
            ),
            "The gradient of each activation already contains that of all later steps. Here it is what the "
            "step's own loss sends; later steps are added in the last exercise.",
        ),
        Mistake(
            "later_steps_sent_back",
            [
                ('np.einsum("ya,ymt->amt", parameters["Wya"], dy)', "da"),
                (
                    "return {",
                    'da = np.einsum("ya,ymt->amt", parameters["Wya"], dy)\n'
                    "    for t in reversed(range(a.shape[2] - 1)):\n"
                    "        dz = da[:, :, t + 1] * (1 - a[:, :, t + 1] ** 2)\n"
                    '        da[:, :, t] += parameters["Waa"].T @ dz\n'
                    "    return {",
                ),
            ],
            "The gradient of each activation already contains what later steps send back. Here it is what "
            "the step's own loss sends; later steps are added in the last exercise.",
        ),
        Mistake(
            "product_over_wrong_axis",
            ('np.einsum("ya,ymt->amt", parameters["Wya"], dy)', 'parameters["Wya"].T @ dy'),
            "With three axes, @ multiplies along the last two, and these are examples and steps. Take one "
            "step at a time, or name the axes with einsum.",
        ),
        Mistake(
            "weight_product_over_wrong_axis",
            ('np.einsum("ymt,amt->ya", dy, a)', "dy @ a.T"),
            "With three axes, @ multiplies along the last two, and .T turns all three round. Take one step "
            "at a time, or name the axes with einsum.",
        ),
    ],
)

DERIVATIVE = "(1 - a_next**2)"

rnn_cell_backward = Exercise(
    function=reference.rnn_cell_backward,
    title="One step back",
    minutes=30,
    difficulty=3,
    arguments={"da_next": UNITS, "cache": CACHE},
    result=Dict(dxt=INPUT, da_prev=UNITS, **GRADIENTS),
    draw=draw_cell_gradient,
    dims=STEP_DIMS,
    rows=[
        Row("gradient of the input", "dxt", points=2),
        Row("gradient of the previous activation", "da_prev", points=2),
        Row("gradient of Wax", "dWax", points=2),
        Row("gradient of Waa", "dWaa", points=2),
        Row("gradient of ba", "dba", points=2),
    ],
    mistakes=[
        Mistake(
            "tanh_derivative_missing",
            (f"da_next * {DERIVATIVE}", "da_next"),
            "The way through tanh is missing: its derivative, 1 − a², multiplies the gradient entry by "
            "entry.",
        ),
        Mistake(
            "derivative_of_pre_activation",
            (DERIVATIVE, "(1 - np.arctanh(a_next) ** 2)"),
            "You take 1 − z², with what goes into tanh. The derivative is 1 − a², with what comes out.",
        ),
        Mistake(
            "tanh_applied_twice",
            (DERIVATIVE, "(1 - np.tanh(a_next) ** 2)"),
            "You take 1 − tanh²(a). The activation a is tanh of something already: the derivative is 1 − a².",
        ),
        Mistake(
            "derivative_at_a_prev",
            (DERIVATIVE, "(1 - a_prev**2)"),
            "The derivative of tanh is taken with the activation of the step before. It needs the one that "
            "came out of this step's tanh.",
        ),
        Mistake(
            "not_squared",
            (DERIVATIVE, "(1 - a_next)"),
            "You take 1 − a. The derivative of tanh is 1 − a².",
        ),
        Mistake(
            "sigmoid_derivative",
            (DERIVATIVE, "a_next * (1 - a_next)"),
            "You take a(1 − a), the derivative of the sigmoid. This cell has tanh, whose derivative is 1 − "
            "a².",
        ),
        Mistake(
            "cache_order",
            ("a_next, a_prev, xt, parameters = cache", "a_prev, a_next, xt, parameters = cache"),
            "The two activations are taken from the cache in the wrong order. The new one comes first.",
        ),
        Mistake(
            "Waa_not_transposed",
            ('parameters["Waa"].T @ dz', 'parameters["Waa"] @ dz'),
            "W_aa is not transposed on the way back. It is square, so the shapes fit either way; going "
            "back needs the transpose.",
        ),
        Mistake(
            "Wax_not_transposed",
            ('parameters["Wax"].T @ dz', 'parameters["Wax"] @ dz'),
            "W_ax is not transposed on the way back. Going back from (n_a, m) to (n_x, m) needs the "
            "transpose.",
        ),
        Mistake(
            "da_prev_past_tanh",
            ('parameters["Waa"].T @ dz', 'parameters["Waa"].T @ da_next'),
            "The gradient for the previous activation bypasses tanh. It starts from dz, as all five do.",
        ),
        Mistake(
            "dxt_past_tanh",
            ('parameters["Wax"].T @ dz', 'parameters["Wax"].T @ da_next'),
            "The gradient of the input bypasses tanh. It starts from dz, as all five do.",
        ),
        Mistake(
            "dWaa_with_a_next",
            ("dz @ a_prev.T", "dz @ a_next.T"),
            "The gradient of W_aa is made with the new activation. W_aa multiplied the one of the step "
            "before.",
        ),
        Mistake(
            "dWaa_transposed",
            ("dz @ a_prev.T", "a_prev @ dz.T"),
            "The gradient of W_aa is transposed. It is square, so the shape does not tell; dz comes first.",
        ),
        Mistake(
            "dWax_transposed",
            ("dz @ xt.T", "xt @ dz.T"),
            "The gradient of W_ax is transposed. It has the shape of W_ax, (n_a, n_x).",
        ),
        Mistake(
            "matrix_product_through_tanh",
            (f"da_next * {DERIVATIVE}", f"da_next @ {DERIVATIVE}"),
            "Two arrays of shape (n_a, m) are multiplied with @. Through tanh the product goes entry by entry, "
            "*; in the gradient of W_aa it is @, with the second factor transposed.",
        ),
        Mistake(
            "xt_not_transposed",
            ("dz @ xt.T", "dz @ xt"),
            "In the gradient of W_ax the input is not transposed. (n_a, m) times (m, n_x) gives (n_a, n_x).",
        ),
        Mistake(
            "entry_by_entry",
            ('parameters["Wax"].T @ dz', 'parameters["Wax"].T * dz'),
            "The gradient of the input, if not those of the weights too, is multiplied with *, entry by entry. "
            "What dz goes into are products of matrices, @; * is for the way through tanh.",
        ),
        Mistake(
            "entry_by_entry_da_prev",
            ('parameters["Waa"].T @ dz', 'parameters["Waa"].T * dz'),
            "The gradient of the previous activation is multiplied with *, entry by entry. It is a product of "
            "matrices, @; * is for the way through tanh.",
        ),
        Mistake(
            "entry_by_entry_dWax",
            ("dz @ xt.T", "dz * xt.T"),
            "The gradient of W_ax is multiplied with *, entry by entry. It is a product of "
            "matrices, @; * is for the way through tanh.",
        ),
        Mistake(
            "entry_by_entry_dWaa",
            ("dz @ a_prev.T", "dz * a_prev.T"),
            "The gradient of W_aa is multiplied with *, entry by entry. It is a product of "
            "matrices, @; * is for the way through tanh.",
        ),
        Mistake(
            "weights_averaged",
            [
                ("dz @ xt.T", "dz @ xt.T / xt.shape[1]"),
                ("dz @ a_prev.T", "dz @ a_prev.T / xt.shape[1]"),
                ("dz.sum(axis=1", "dz.mean(axis=1"),
            ],
            "The gradients of the parameters are divided by the number of examples. The loss is a sum, so "
            "they are sums.",
        ),
        Mistake(
            "bias_averaged",
            ("dz.sum(axis=1", "dz.mean(axis=1"),
            "The gradient of b_a is a mean over the examples. The bias is added at every example, so its "
            "gradient is the sum.",
        ),
        Mistake(
            "bias_not_summed",
            ("dz.sum(axis=1, keepdims=True)", "dz"),
            "The gradient of b_a has one column for each example. One bias serves them all: sum over the "
            "examples.",
        ),
        Mistake(
            "bias_flat",
            ("axis=1, keepdims=True", "axis=1"),
            "The gradient of b_a has lost an axis. It has the shape of b_a, (n_a, 1).",
        ),
        Mistake(
            "bias_summed_over_units",
            ("axis=1, keepdims=True", "axis=0, keepdims=True"),
            "The gradient of b_a is summed over the units. Each unit has a bias of its own: sum over the "
            "examples.",
        ),
    ],
)

rnn_backward = Exercise(
    function=reference.rnn_backward,
    title="Back through time",
    minutes=30,
    difficulty=3,
    arguments={"da": ACTIVATIONS, "caches": CACHES},
    result=Dict(dx=INPUTS, da0=UNITS, **GRADIENTS),
    draw=draw_sequence_gradient,
    dims=SEQUENCE_DIMS,
    rows=[
        Row("gradient of the inputs", "dx", points=2),
        Row("gradient of a0", "da0", points=2),
        Row("gradient of Wax", "dWax", points=2),
        Row("gradient of Waa", "dWaa", points=2),
        Row("gradient of ba", "dba", points=2),
    ],
    needs=["rnn_cell_backward"],
    mistakes=[
        Mistake(
            "carried_gradient_missing",
            ("da[:, :, t] + da_prev", "da[:, :, t]"),
            "Each step gets the gradient of its own loss only. Its activation also feeds the next step: "
            "add what that step sends back.",
        ),
        Mistake(
            "own_loss_missing",
            [("np.zeros_like(da[:, :, 0])", "da[:, :, -1]"), ("da[:, :, t] + da_prev", "da_prev")],
            "Only the loss of the last step goes back. Every step has a loss of its own: add its gradient "
            "to what comes from the step after.",
        ),
        Mistake(
            "last_gradient_counted_twice",
            ("np.zeros_like(da[:, :, 0])", "da[:, :, -1]"),
            "The gradient of the last step's loss is counted twice. Nothing comes in from the right of the "
            "last step, so what is carried starts at zero.",
        ),
        Mistake(
            "forward_in_time",
            ("reversed(range(da.shape[2]))", "range(da.shape[2])"),
            "The steps are worked off from the first to the last. A step needs what the step after it "
            "sends back, so the last comes first.",
        ),
        Mistake(
            "overwritten",
            ("gradients[name] += step[name]", "gradients[name] = step[name]"),
            "The gradients of the parameters are those of one step only: each step overwrites the one "
            "before. The same parameters are used at every step, so the contributions are added up.",
        ),
        Mistake(
            "averaged_over_time",
            ("gradients[name] += step[name]", "gradients[name] += step[name] / da.shape[2]"),
            "The gradients of the parameters are divided by the number of steps. They are sums over the "
            "steps.",
        ),
        Mistake(
            "carried_gradient_grows",
            ('da_prev = step["da_prev"]', 'da_prev = da_prev + step["da_prev"]'),
            "What is carried back adds up from step to step. What a step sends back replaces what the one "
            "after it sent.",
        ),
        Mistake(
            "da0_is_first_da",
            ('"da0": da_prev', '"da0": da[:, :, 0]'),
            "da0 is the first slice of `da`. It should be what the first step sends back to its previous "
            "activation, a0.",
        ),
        Mistake(
            "da0_with_first_da",
            ('"da0": da_prev', '"da0": da_prev + da[:, :, 0]'),
            "da0 contains the first slice of `da`, which belongs to the activation after a0. It is only "
            "what the first step sends back.",
        ),
        Mistake(
            "da0_zero",
            ('"da0": da_prev', '"da0": np.zeros_like(da_prev)'),
            "da0 is zero. It is what the first step sends back to its previous activation, a0.",
        ),
        Mistake(
            "first_step_left_out",
            ("range(da.shape[2])", "range(1, da.shape[2])"),
            "The first step is left out. In arrays time counts from 0, and the backward pass ends there.",
        ),
        Mistake(
            "last_step_left_out",
            ("range(da.shape[2])", "range(da.shape[2] - 1)"),
            "The last step is left out. The backward pass begins there.",
        ),
        Mistake(
            "inputs_turned_round",
            ("dx[:, :, t]", "dx[:, :, -1 - t]"),
            "The gradients of the inputs stand in the order in which they were computed. The gradient of "
            "step t belongs to index t.",
        ),
        Mistake(
            "cache_of_neighbour",
            ("cell_caches[t])", "cell_caches[t - 1])"),
            "Each step is given the cache of the step before. Step t needs the cache of step t.",
        ),
    ],
)

EXERCISES = [
    numeric_gradient,
    gradient_error,
    rnn_cell_forward,
    stack_parameters,
    rnn_cell_forward_stacked,
    rnn_forward,
    binary_cross_entropy,
    cross_entropy,
    rnn_output_backward,
    rnn_cell_backward,
    rnn_backward,
]

FIRST_AND_LAST = "the axis has length 1, so its first entry is its last"

EQUIVALENT_MUTANTS = {
    "gradient_error": {
        "return float(np.linalg.norm(g - n) / total) if total > 0 else 0.0  →  "
        "return float(np.linalg.norm(g - n) / total) if total != 0 else 0.0": "a sum of lengths is never negative",
    },
    "binary_cross_entropy": {
        "losses = -(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[0]  # (m, T_x)  →  "
        "losses = -(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[ -1]  # (m, T_x)": FIRST_AND_LAST,
    },
    "cross_entropy": {
        "p_true = np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]  # (m, T_x)  →  "
        "p_true = np.take_along_axis(y_pred, y[np.newaxis], axis=0)[ -1]  # (m, T_x)": FIRST_AND_LAST,
    },
    "rnn_backward": {
        "parameters = cell_caches[0][3]  →  parameters = cell_caches[ -1][3]": "all caches hold the same parameters",
        "da_prev = np.zeros_like(da[:, :, 0])  →  da_prev = np.zeros_like(da[:, :, -1])": "all steps have one shape",
    },
}
