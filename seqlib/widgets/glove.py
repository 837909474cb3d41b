"""The weight of a count, with the learner's hand on x_max and α."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import glove as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# counts, x_max, alpha -> weights
Weights = Callable[[Array, float, float], Array]
X_MAX, ALPHA = 10.0, 0.75


def picture_of(weights: Weights, values: Array, squares: Array, x_max: float, alpha: float) -> Picture:
    """The weights, and how much of the loss each size of counts carries."""
    low, high = np.floor(np.log2(values.min()) / 2), np.ceil(np.log2(values.max()) / 2)
    edges = 4.0 ** np.arange(low, max(high, low + 1) + 1)
    size = np.digitize(values, edges[1:-1])
    entries = np.bincount(size, minlength=len(edges) - 1)
    carried = np.bincount(size, weights(values, x_max, alpha) * squares, minlength=len(edges) - 1)
    f = np.asarray(weights(np.sqrt(edges[1:] * edges[:-1]), x_max, alpha))
    return plots.shares(
        edges, entries, np.asarray(carried, dtype=float), f, f"x_max = {x_max:g}, α = {alpha:g}"
    )


class Weigher:
    """A slider for x_max and one for α, above the weights and what they make of the loss.

    Args:
        weights: takes counts, x_max and alpha.
        values: (K,) counts above 0.
        squares: (K,) the squared error of each.
    """

    def __init__(self, weights: Weights, values: Array, squares: Array) -> None:
        import ipywidgets

        self.weights, self.values, self.squares = weights, values, squares
        wide: Any = {
            "style": {"description_width": "initial"},
            "layout": {"width": "60%"},
            "continuous_update": False,
        }
        self.x_max = ipywidgets.FloatLogSlider(
            value=X_MAX, base=10, min=0, max=4, step=0.25, description="x_max", **wide
        )
        self.alpha = ipywidgets.FloatSlider(value=ALPHA, min=0.05, max=2, step=0.05, description="α", **wide)
        self.image = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.x_max, self.alpha, self.image])
        self.x_max.observe(self.draw, "value")
        self.alpha.observe(self.draw, "value")
        self.draw()

    def draw(self, _: Any = None) -> None:
        """Show the weights at the present settings."""
        x_max, alpha = float(f"{self.x_max.value:.3g}"), self.alpha.value
        self.image.value = picture_of(self.weights, self.values, self.squares, x_max, alpha).html()


def weigher(weights: Weights, values: Array, squares: Array) -> Shown:
    """Turn x_max and α, and see f and how much of the loss each size of counts carries.

    Args:
        weights: takes counts, x_max and alpha, gives weights; everything shown is the learner's.
        values: (K,) counts above 0.
        squares: (K,) the squared error of each.

    Returns:
        What a notebook cell ends with: the widget, or a figure at x_max 10 and α 3/4 where widgets do not run.
    """
    static = picture_of(weights, values, squares, X_MAX, ALPHA)
    return with_fallback(lambda: Weigher(weights, values, squares).box, static)
