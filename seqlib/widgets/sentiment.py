"""A line to type a sentence into, and what each model thinks of it, word by word."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seqlib.activations import Array
from seqlib.plots import sentiment as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, cut_note, with_fallback

# From words to probabilities (n_y, T) by model, column t after the words up to t.
Readers = Callable[[list[str]], Mapping[str, Array]]
Split = Callable[[str], list[str]]
MOST_WORDS = 20


class Typed:
    """A line to type a sentence into, and the figure of how it is read.

    Args:
        read: from words to probabilities.
        split: from a text to words.
        names: of the classes.
        first: the sentence to begin with.
    """

    def __init__(self, read: Readers, split: Split, names: Sequence[str], first: str) -> None:
        import ipywidgets

        self.read, self.split, self.names = read, split, names
        self.line = ipywidgets.Text(
            value=first,
            description="a sentence",
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "95%"},
        )
        self.image = ipywidgets.HTML()
        self.line.observe(self.show, "value")
        self.box = ipywidgets.VBox([self.line, self.image])
        self.show(None)

    def show(self, _: Any) -> None:
        """Read what stands in the line."""
        typed = self.split(self.line.value)
        words = typed[:MOST_WORDS]
        self.image.value = (
            cut_note(typed, MOST_WORDS, "words") + plots.reading(words, self.read(words), self.names).html()
            if words
            else "Type a sentence and press Enter."
        )


def your_review(read: Readers, split: Split, names: Sequence[str], first: str) -> Shown:
    """Type a sentence, and see what each model thinks of it after every word.

    Args:
        read: from words to probabilities (n_y, T) by model.
        split: from a text to words.
        names: of the n_y classes, the most negative first.
        first: the sentence that stands in the line at the beginning, and is shown where widgets do not run.

    Returns:
        What a notebook cell ends with.
    """
    words = split(first)[:MOST_WORDS]
    static: Picture = plots.reading(words, read(words), names)
    return with_fallback(lambda: Typed(read, split, names, first).box, static)
