"""What is graded in 04-lstm."""

import numpy as np

from autograder.exercise import Arguments, Dims, Exercise, Mistake
from autograder.layout import Array, Dict, Tuple
from autograder.row import Row
from seqlib import lstm as reference

UNITS = Array("n_a", "m")
WEIGHTS = Array("n_a", "n_a + n_x")
BIAS = Array("n_a", "1")
PARAMETERS = Dict(
    **{f"W{gate}": WEIGHTS for gate in "fuco"},
    **{f"b{gate}": BIAS for gate in "fuco"},
    Wy=Array("n_y", "n_a"),
    by=Array("n_y", "1"),
)
CACHE = Tuple(
    a_next=UNITS,
    c_next=UNITS,
    a_prev=UNITS,
    c_prev=UNITS,
    ft=UNITS,
    ut=UNITS,
    cct=UNITS,
    ot=UNITS,
    xt=Array("n_x", "m"),
    parameters=PARAMETERS,
)
STEP_DIMS = [
    {"n_x": 3, "n_a": 5, "n_y": 2, "m": 4},
    {"n_x": 7, "n_a": 4, "n_y": 3, "m": 1},
    {"n_x": 1, "n_a": 3, "n_y": 6, "m": 5},
]


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights that open and close the gates by different amounts, and biases that are seen."""
    n_x, n_a, n_y = dims["n_x"], dims["n_a"], dims["n_y"]
    gates = {f"W{gate}": rng.normal(0, 1.2 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) * 1.5 for gate in "fuco"}
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


lstm_cell_forward = Exercise(
    function=reference.lstm_cell_forward,
    title="One step of the cell",
    minutes=25,
    difficulty=2,
    arguments={"xt": Array("n_x", "m"), "a_prev": UNITS, "c_prev": UNITS, "parameters": PARAMETERS},
    result=Tuple(a_next=UNITS, c_next=UNITS, yt_pred=Array("n_y", "m"), cache=CACHE),
    draw=draw_cell,
    dims=STEP_DIMS,
    rows=[
        Row("c_next", "c_next", points=4),
        Row("a_next", "a_next", points=3),
        Row("yt_pred", "yt_pred", points=3),
        Row("cache", "cache", points=2),
    ],
    needs=["lstm_gates"],
    mistakes=[
        Mistake(
            "one_minus_forget",
            ("ft * c_prev", "(1 - ft) * c_prev"),
            "You have what (1 − Γ_f) · c_prev gives. Γ_f is the part of the old memory that is kept; "
            "lecture note 003 has this slip.",
        ),
        Mistake(
            "memory_shown_without_tanh",
            ("ot * np.tanh(c_next)", "ot * c_next"),
            "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
        ),
    ],
)

EXERCISES = [lstm_cell_forward]
