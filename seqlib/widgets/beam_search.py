"""The tree of a search, with the learner's hand on the width and on α."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.plots import beam_search as plots
from seqlib.plots.beam_search import Node
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# width, longest, alpha -> hypotheses: the learner's search in one model
Search = Callable[[int, int, float], list[dict[str, Any]]]
# tokens so far -> log-probabilities (V,) of the next
Following = Callable[[list[int]], NDArray[Any]]
DROPPED = 3
"""So many hypotheses of each step that were not kept are shown."""


def levels_of(
    search: Search, following: Following, names: Sequence[str], width: int, longest: int, alpha: float
) -> list[list[Node]]:
    """The beam after each step, which is what a search gives that is cut there, and the best of what was not kept.

    Args:
        search: the search, from width, longest and α.
        following: log-probabilities (V,) after some tokens.
        names: V words.
        width: of the beam.
        longest: the number of steps.
        alpha: exponent of the length.

    Returns:
        The nodes of each step, the best first.
    """
    before: list[dict[str, Any]] = [{"tokens": [], "log_probability": 0.0, "finished": False}]
    levels = []
    for t in range(1, longest + 1):
        found = search(width, t, alpha)
        kept = {tuple(one["tokens"]) for one in found}
        nodes = [Node(words(one["tokens"], names), one["score"], one["finished"], True) for one in found]
        others = []
        for one in before:
            if one["finished"]:
                if tuple(one["tokens"]) not in kept:
                    others.append(Node(words(one["tokens"], names), one["score"], True, False))
                continue
            log_p = following(one["tokens"])
            for token in np.flatnonzero(np.isfinite(log_p)):
                tokens = [*one["tokens"], int(token)]
                score = (one["log_probability"] + log_p[token]) / len(tokens) ** alpha
                if tuple(tokens) not in kept:
                    others.append(Node(words(tokens, names), float(score), False, False))
        others.sort(key=lambda node: -node.score)
        levels.append(nodes + others[:DROPPED])
        if all(one["finished"] for one in found):
            break
        before = found
    return levels


def words(tokens: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
    """The words of some tokens."""
    return tuple(names[token] for token in tokens)


class Tree:
    """Sliders for the width and α, above the tree that a search grows.

    Args:
        draw: the picture at a width and an α.
        widest: the largest width.
        width: at first.
    """

    def __init__(self, draw: Callable[[int, float], Picture], widest: int, width: int) -> None:
        import ipywidgets

        wide: Any = {"style": {"description_width": "initial"}, "layout": {"width": "60%"}}
        self.draw = draw
        self.width = ipywidgets.IntSlider(value=width, min=1, max=widest, description="width", **wide)
        self.alpha = ipywidgets.FloatSlider(value=0.0, min=0.0, max=1.5, step=0.1, description="α", **wide)
        self.image = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.width, self.alpha, self.image])
        for slider in (self.width, self.alpha):
            slider.continuous_update = False
            slider.observe(self.show, "value")
        self.show()

    def show(self, _: Any = None) -> None:
        """Search and draw anew."""
        self.image.value = self.draw(self.width.value, self.alpha.value).html()


def tree(
    search: Search, following: Following, names: Sequence[str], longest: int, widest: int = 5, width: int = 2
) -> Shown:
    """Turn width and α, and see which hypotheses a search keeps at each step.

    Args:
        search: takes width, longest and α, gives hypotheses; the learner's.
        following: takes tokens, gives log-probabilities (V,) of the next one.
        names: V words.
        longest: the number of steps.
        widest: the largest width.
        width: the one that is shown first, and where widgets do not run.

    Returns:
        What a notebook cell ends with.
    """

    def draw(chosen: int, alpha: float) -> Picture:
        levels = levels_of(search, following, names, chosen, longest, alpha)
        return plots.search_tree(levels, chosen, alpha)

    return with_fallback(lambda: Tree(draw, widest, width).box, draw(width, 0.0))
