"""Waiting for some words, by a slider; and a line to type a sentence into, whose names are then marked."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import deep_bidirectional as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, stepper, with_fallback

# A function from (n_x, 1, T_x) to (n, 1, T_x).
Network = Callable[[Array], Array]
Spans = list[list[int | str]]
Tagger = Callable[[list[str]], Spans]
MOST_WORDS = 40


def influences(network: Network, x: Array) -> Array:
    """How far each output moves when one input is changed.

    Args:
        network: from x to activations (n, 1, T_x).
        x: (n_x, 1, T_x) one example.

    Returns:
        (T_x, T_x): row t, column s; exactly 0 where output t does not depend on input s.
    """
    before = network(x)
    moved = []
    for s in range(x.shape[2]):
        other = x.copy()
        other[:, :, s] = -1 - other[:, :, s]
        moved.append(np.linalg.norm(network(other) - before, axis=(0, 1)))
    return np.stack(moved, axis=1)


def waiting(network: Callable[[Array, int], Array], x: Array, words: Sequence[str]) -> Shown:
    """A slider over how many words are waited for, and what each output then sees.

    Args:
        network: from x and the number of words to activations (n, 1, T_x).
        x: (n_x, 1, T_x) one example.
        words: its T_x words.

    Returns:
        The slider, and in its place, where widgets do not run, three of its positions side by side.

    Raises:
        ValueError: x holds more than one example, or another number of steps than there are words.
    """
    if x.shape[1:] != (1, len(words)):
        raise ValueError(
            f"x has shape {x.shape}; expected one example of {len(words)} steps, one for each word"
        )
    maps = [influences(lambda values: network(values, ahead), x) for ahead in range(len(words))]
    pictures = [plots.influence({title_of(ahead): values}, words) for ahead, values in enumerate(maps)]
    chosen = sorted({0, min(2, len(words) - 1), len(words) - 1})
    static = plots.influence({title_of(ahead): maps[ahead] for ahead in chosen}, words)
    return stepper(pictures, "words that are waited for", static)


def title_of(ahead: int) -> str:
    """The title of one position of the slider."""
    return f"waiting for {ahead} word{'' if ahead == 1 else 's'}"


class Typed:
    """A line to type a sentence into, and the sentence with its names marked.

    Args:
        tag: from words to the spans of names.
        split: from a text to words.
        first: the sentence to begin with.
    """

    def __init__(self, tag: Tagger, split: Callable[[str], list[str]], first: str) -> None:
        import ipywidgets

        self.tag, self.split = tag, split
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
        """Mark the names in what stands in the line."""
        words = self.split(self.line.value)[:MOST_WORDS]
        self.image.value = marked(self.tag, words).html() if words else "Type a sentence and press Enter."


def marked(tag: Tagger, words: list[str]) -> Picture:
    """A sentence with the names that a tagger finds in it."""
    return plots.tagged([words], [tag(words)])


def your_sentence(tag: Tagger, split: Callable[[str], list[str]], sentences: Sequence[str]) -> Shown:
    """Type a sentence, and see which names are found in it.

    Args:
        tag: from words to the spans of names.
        split: from a text to words.
        sentences: the first stands in the line at the beginning; all are shown where widgets do not run.

    Returns:
        What a notebook cell ends with.
    """
    texts = [split(text)[:MOST_WORDS] for text in sentences]
    static = plots.tagged(texts, [tag(words) for words in texts])
    return with_fallback(lambda: Typed(tag, split, sentences[0]).box, static)
