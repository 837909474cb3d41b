"""A network that writes names, with the learner's hand on the temperature."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqlib.activations import Array
from seqlib.plots import language_model as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, with_fallback

# temperature, generator of random numbers -> a name
Write = Callable[[float, np.random.Generator], str]
# temperature, the beginning of a name -> probabilities (V,) of the next token
Next = Callable[[float, str], Array]

NAMES = 8
SEED = 6


def picture_of(
    write: Write, following: Next, tokens: Sequence[str], temperature: float, after: str
) -> Picture:
    """What is written at a temperature, and the distribution after a beginning; the same chances each time."""
    rng = np.random.default_rng(SEED)
    names = [write(temperature, rng) for _ in range(NAMES)]
    return plots.writing(names, tokens, following(temperature, after), temperature, after)


class Writer:
    """A slider for the temperature and a field for the beginning, above what comes of them.

    Args:
        write: writes a name at a temperature.
        following: the distribution of the next token at a temperature.
        tokens: V names of tokens.
        after: the beginning that is shown first; of characters among the tokens.
    """

    def __init__(self, write: Write, following: Next, tokens: Sequence[str], after: str) -> None:
        import ipywidgets

        self.write, self.following, self.tokens = write, following, tokens
        wide: Any = {"style": {"description_width": "initial"}, "layout": {"width": "60%"}}
        self.temperature = ipywidgets.FloatSlider(
            value=1.0, min=0.1, max=3.0, step=0.1, description="temperature", continuous_update=False, **wide
        )
        self.after = ipywidgets.Text(
            value=after, description="beginning of the name", continuous_update=False, **wide
        )
        self.image = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.temperature, self.after, self.image])
        self.temperature.observe(self.draw, "value")
        self.after.observe(self.draw, "value")
        self.draw()

    def draw(self, _: Any = None) -> None:
        """Write and show anew; characters that the network does not know are left out of the beginning."""
        after = "".join(character for character in self.after.value.lower() if character in self.tokens)
        picture = picture_of(self.write, self.following, self.tokens, self.temperature.value, after)
        self.image.value = picture.html()


def temperature_writer(write: Write, following: Next, tokens: Sequence[str], after: str = "mar") -> Shown:
    """Turn the temperature, and see the next character's distribution and the names that come of it.

    Args:
        write: takes a temperature and a generator, gives a name; everything shown is the learner's.
        following: takes a temperature and the beginning of a name, gives the probabilities (V,) of the next token.
        tokens: V names of tokens.
        after: the beginning that is shown first.

    Returns:
        What a notebook cell ends with: the widget, or a figure at temperature 1 where widgets do not run.
    """
    static = picture_of(write, following, tokens, 1.0, after)
    return with_fallback(lambda: Writer(write, following, tokens, after).box, static)
