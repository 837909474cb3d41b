"""Huffman's tree with the way to a word that the learner chooses."""

import html
from collections.abc import Callable, Sequence
from typing import Any

from seqlib.plots import word2vec as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# a word -> what is said of it
Says = Callable[[str], str]


class Chooser:
    """A list of words above the tree, and a line of text below it.

    Args:
        draw: the picture for a word.
        says: what is written below for a word.
        words: V names.
        word: the one that is shown first.
    """

    def __init__(self, draw: Callable[[str], Picture], says: Says, words: Sequence[str], word: str) -> None:
        import ipywidgets

        self.draw_for, self.says = draw, says
        self.word = ipywidgets.Dropdown(
            options=list(words), value=word, description="word", style={"description_width": "initial"}
        )
        self.image, self.text = ipywidgets.HTML(), ipywidgets.HTML()  # a Label would not wrap
        self.box = ipywidgets.VBox([self.word, self.image, self.text])
        self.word.observe(self.draw, "value")
        self.draw()

    def draw(self, _: Any = None) -> None:
        """Show the way to the word that is chosen now."""
        self.image.value = self.draw_for(self.word.value).html()
        self.text.value = html.escape(self.says(self.word.value))


def way_chooser(
    words: Sequence[str], counts: Sequence[int], merges: plots.Merges, says: Says, word: str
) -> Shown:
    """Choose a word, and see its way down Huffman's tree.

    Args:
        words: V names.
        counts: V counts.
        merges: the V - 1 pairs of nodes that were joined; everything shown is the learner's.
        says: takes a word, gives a line of text about it, such as its probability step by step.
        word: the one that is shown first.

    Returns:
        What a notebook cell ends with: the widget, or a figure of the first word where widgets do not run.
    """

    def draw(chosen: str) -> Picture:
        return plots.tree(words, counts, merges, chosen)

    return with_fallback(lambda: Chooser(draw, says, words, word).box, draw(word))
