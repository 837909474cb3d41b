"""The stretch of a recurrent matrix on a slider, and what becomes of the gradient through a hundred steps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import gradients as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# (x, a0, parameters, activation) -> a, and (da, a, parameters, activation) -> {"dx", "da0"}.
Forward = Callable[[Array, Array, dict[str, Array], str], Array]
Backward = Callable[[Array, Array, dict[str, Array], str], dict[str, Array]]

ACTIVATIONS = ("sigmoid", "tanh", "relu")
STRETCHES = (0.5, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0)
SHOWN_FIRST = 1.4
INPUTS, UNITS, EXAMPLES, STEPS = 4, 20, 8, 100


def norms(forward: Forward, backward: Backward, stretch: float, activation: str) -> Array:
    """Norm of a last step's gradient at the input of each step, in a network whose W_aa is a stretched rotation.

    Args:
        forward: a `recurrent_forward`.
        backward: a `recurrent_backward`.
        stretch: every singular value of W_aa.
        activation: "sigmoid", "tanh" or "relu".

    Returns:
        (T,) norms.
    """
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0]
    parameters: dict[str, Array] = {
        "Waa": stretch * rotation,
        "Wax": 0.5 * rng.standard_normal((UNITS, INPUTS)),
        "ba": np.zeros((UNITS, 1)),
    }
    x = rng.standard_normal((INPUTS, EXAMPLES, STEPS))
    da = np.zeros((UNITS, EXAMPLES, STEPS))
    da[:, :, -1] = rng.standard_normal((UNITS, EXAMPLES))
    a = forward(x, np.zeros((UNITS, EXAMPLES)), parameters, activation)
    return np.asarray(np.linalg.norm(backward(da, a, parameters, activation)["dx"], axis=(0, 1)))


def picture_of(forward: Forward, backward: Backward, stretch: float) -> Picture:
    """The gradient through time with this stretch, for the three activation functions."""
    curves = {name: norms(forward, backward, stretch, name) for name in ACTIVATIONS}
    curves["ReLU"] = curves.pop("relu")
    return plots.gradient_through_time(curves, f"$W_{{aa}}$ stretches by {stretch:g}")


def stretch_slider(forward: Forward, backward: Backward) -> Shown:
    """Move the stretch of W_aa and watch the gradient vanish or explode.

    Args:
        forward: a `recurrent_forward`.
        backward: a `recurrent_backward`; both compute everything that is shown.

    Returns:
        What a notebook cell ends with: the widget, or one figure where widgets do not run.
    """
    pictures = [picture_of(forward, backward, stretch) for stretch in STRETCHES]
    start = STRETCHES.index(SHOWN_FIRST)

    def make() -> Any:
        import ipywidgets

        pages = [ipywidgets.HTML(picture.html()) for picture in pictures]
        stack = ipywidgets.Stack(pages, selected_index=start)
        slider = ipywidgets.SelectionSlider(
            options=[f"{stretch:g}" for stretch in STRETCHES],
            index=start,
            description="stretch of W_aa",
            style={"description_width": "initial"},
            layout={"width": "60%"},
        )
        # The browser turns the pages by itself; the link lives as long as a page refers to it.
        stack.link = ipywidgets.jslink((slider, "index"), (stack, "selected_index"))
        return ipywidgets.VBox([slider, stack])

    return with_fallback(make, pictures[start])
