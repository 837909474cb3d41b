"""A map of words by t-SNE, with the learner's hand on the perplexity and on the word that is looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seqlib.activations import Array
from seqlib.plots import word_vectors as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# the place of a word -> places of the words that are really nearest, the nearest first
Near = Callable[[int], Sequence[int]]


class Explorer:
    """A slider for the perplexity and a list of words, above the map.

    Args:
        draw: the picture at a perplexity, for a place in the list of words.
        perplexities: those to choose from.
        words: m names.
        word: the one that is shown first.
    """

    def __init__(
        self,
        draw: Callable[[float, int], Picture],
        perplexities: Sequence[float],
        words: Sequence[str],
        word: str,
    ) -> None:
        import ipywidgets

        self.draw_for = draw
        wide: Any = {"style": {"description_width": "initial"}, "layout": {"width": "60%"}}
        self.perplexity = ipywidgets.SelectionSlider(
            options=list(perplexities),
            value=perplexities[len(perplexities) // 2],
            description="perplexity",
            continuous_update=False,
            **wide,
        )
        options = sorted((name, place) for place, name in enumerate(words))
        self.word = ipywidgets.Dropdown(
            options=options, value=list(words).index(word), description="word", **wide
        )
        self.image = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.perplexity, self.word, self.image])
        self.perplexity.observe(self.draw, "value")
        self.word.observe(self.draw, "value")
        self.draw()

    def draw(self, _: Any = None) -> None:
        """Show the map that is chosen now, with the neighbours of the word that is chosen now."""
        self.image.value = self.draw_for(self.perplexity.value, self.word.value).html()


def map_explorer(
    maps: Mapping[float, Array], words: Sequence[str], groups: Sequence[str], near: Near, word: str
) -> Shown:
    """Choose a perplexity and a word, and see where its true neighbours lie on the map.

    Args:
        maps: (2, m) positions by perplexity, made beforehand.
        words: m different names.
        groups: m names of groups.
        near: takes the place of a word and gives those of its nearest by cosine; the learner's.
        word: the one that is shown first.

    Returns:
        What a notebook cell ends with: the widget, or one map where widgets do not run.
    """

    def draw(perplexity: float, chosen: int) -> Picture:
        title = f"t-SNE, perplexity {perplexity:g}; lines: nearest by cosine"
        return plots.explored(maps[perplexity], words, groups, chosen, near(chosen), title)

    perplexities = list(maps)
    static = draw(perplexities[len(perplexities) // 2], list(words).index(word))
    return with_fallback(lambda: Explorer(draw, perplexities, words, word).box, static)
