"""A course of one small assignment, for tests: two exercises on the recurrent cell, 100 points."""

from pathlib import Path

from autograder.exercise import Exercise, Mistake
from autograder.layout import Array, Dict, Tuple
from autograder.row import Row
from seqlib import rnn

HOUSE = Path(__file__).resolve().parents[2]
NAME = "01-tiny"
PARAMETERS = Dict(
    Waa=Array("n_a", "n_a"),
    Wax=Array("n_a", "n_x"),
    Wya=Array("n_y", "n_a"),
    ba=Array("n_a"),
    by=Array("n_y"),
)


def draw_parameters(rng, d):
    shapes = {
        "Waa": (d["n_a"], d["n_a"]),
        "Wax": (d["n_a"], d["n_x"]),
        "Wya": (d["n_y"], d["n_a"]),
        "ba": (d["n_a"], 1),
        "by": (d["n_y"], 1),
    }
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def draw_stack(rng, d):
    return {"parameters": draw_parameters(rng, d)}


def draw_cell(rng, d):
    return {
        "xt": rng.normal(size=(d["n_x"], d["m"])),
        "a_prev": rng.normal(size=(d["n_a"], d["m"])),
        "parameters": draw_parameters(rng, d),
    }


DIMS = [{"n_x": 3, "n_a": 5, "n_y": 2, "m": 4}, {"n_x": 2, "n_a": 4, "n_y": 3, "m": 1}]

EXERCISES = [
    Exercise(
        function=rnn.rnn_cell_forward,
        title="One step of the cell",
        minutes=20,
        difficulty=1,
        arguments={"xt": Array("n_x", "m"), "a_prev": Array("n_a", "m"), "parameters": PARAMETERS},
        result=Tuple(
            a_next=Array("n_a", "m"),
            yt_pred=Array("n_y", "m"),
            cache=Tuple(
                a_next=Array("n_a", "m"),
                a_prev=Array("n_a", "m"),
                xt=Array("n_x", "m"),
                parameters=PARAMETERS,
            ),
        ),
        draw=draw_cell,
        dims=DIMS,
        rows=[Row("a_next", "a_next", 40), Row("yt_pred", "yt_pred", 19)],
        mistakes=[Mistake("no_bias", ("Wax @ xt + ba", "Wax @ xt"), "The bias ba is added before the tanh.")],
    ),
    Exercise(
        function=rnn.stack_parameters,
        title="Weights side by side",
        minutes=10,
        difficulty=2,
        arguments={"parameters": PARAMETERS},
        result=Dict(Wa=Array("n_a", "n_a+n_x"), Wya=Array("n_y", "n_a"), ba=Array("n_a"), by=Array("n_y")),
        draw=draw_stack,
        dims=DIMS,
        rows=[Row("Wa", "Wa", 39)],
        mistakes=[],
    ),
]

SOURCE = '''# %% [markdown]
"""
# A tiny assignment

Some prose.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import softmax

# %% [markdown]
"""
{exercise: rnn_cell_forward}

<details><summary>Hint 1: the sum</summary>

Write the three terms of the sum first.

</details>
"""

# %% exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    """One time step."""
    ### BEGIN SOLUTION
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)
    yt_pred = softmax(Wya @ a_next + by)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)
    ### END SOLUTION

# %% check="rnn_cell_forward"
check(rnn_cell_forward)

# %% demo=true
print("a demonstration")

# %% [markdown]
"""
{exercise: stack_parameters}
"""

# %% exercise="stack_parameters"
def stack_parameters(parameters):
    """Waa and Wax side by side."""
    ### BEGIN SOLUTION
    stacked = np.concatenate([parameters["Waa"], parameters["Wax"]], axis=1)
    return {"Wa": stacked, "Wya": parameters["Wya"], "ba": parameters["ba"], "by": parameters["by"]}
    ### END SOLUTION

# %% check="stack_parameters"
check(stack_parameters)
'''
