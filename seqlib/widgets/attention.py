"""Dates to choose and a locale to write them in, and the map of where the decoder looked."""

import html
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from seqlib.activations import Array
from seqlib.plots import attention as plots
from seqlib.plots.style import Picture
from seqlib.widgets import Shown, cut_note, with_fallback

# From an input to the tokens found and the weights (tokens found, T_x).
Looking = Callable[[str], tuple[Sequence[str], Array]]
Writing = Callable[[list[date], str], str]
MOST_LETTERS = 160


def days_in(text: str) -> list[date]:
    """The dates in a line.

    Args:
        text: dates as YYYY-MM-DD with spaces between.

    Returns:
        The dates.

    Raises:
        ValueError: there is none, or one that is no date; the message is for whoever typed it.
    """
    words = text.split()
    if not words:
        raise ValueError("Type a date, such as 2024-03-17, or several with a space between.")
    return [day_of(word) for word in words]


def day_of(word: str) -> date:
    """The date that a word names.

    Raises:
        ValueError: it names none; the message is for whoever typed it.
    """
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError(f"Type dates as 2024-03-17, with a space between; {word} is none.") from None


def mapped(look: Looking, text: str) -> Picture:
    """The map of where was looked for each token that an input was translated to."""
    found, weights = look(text)
    return plots.alignment(weights, text, found, f"found: {''.join(found) or 'nothing'}")


class Chosen:
    """A line of dates, a locale, the input that they make (which may be changed by hand), and the map.

    Args:
        look: from an input to what is found and where.
        write: from dates and a locale to an input.
        locales: to choose from; the first is chosen.
        days: the line of dates to begin with.
    """

    def __init__(self, look: Looking, write: Writing, locales: Sequence[str], days: str) -> None:
        import ipywidgets

        wide = {"style": {"description_width": "90px"}, "layout": {"width": "95%"}}
        self.look, self.write = look, write
        self.days = ipywidgets.Text(value=days, description="dates", continuous_update=False, **wide)
        self.locale = ipywidgets.Dropdown(
            options=list(locales), description="locale", style={"description_width": "90px"}
        )
        self.line = ipywidgets.Text(description="the input", continuous_update=False, **wide)
        self.image = ipywidgets.HTML()
        self.days.observe(self.fill, "value")
        self.locale.observe(self.fill, "value")
        self.line.observe(self.show, "value")
        self.box = ipywidgets.VBox([self.days, self.locale, self.line, self.image])
        self.fill(None)

    def fill(self, _: Any) -> None:
        """Write the chosen dates into the line of the input, and show what is made of it."""
        try:
            text = self.write(days_in(self.days.value), self.locale.value)
        except ValueError as error:
            self.image.value = html.escape(str(error))
            return
        if (
            text == self.line.value
        ):  # no change that would be noticed, but a message may stand in the map's place
            self.show(None)
        self.line.value = text

    def show(self, _: Any) -> None:
        """Translate what stands in the line of the input, and show the map."""
        text = self.line.value.strip().lower()
        if not text:
            self.image.value = "Type an input and press Enter."
            return
        self.image.value = cut_note(text, MOST_LETTERS) + mapped(self.look, text[:MOST_LETTERS]).html()


def your_dates(look: Looking, write: Writing, locales: Sequence[str], days: str) -> Shown:
    """Choose dates and a locale, and see where the decoder looks for each character that it writes.

    Args:
        look: from an input to the tokens found and the weights (tokens found, T_x).
        write: from dates and a locale to an input.
        locales: to choose from.
        days: dates to begin with, YYYY-MM-DD with spaces between.

    Returns:
        What a notebook cell ends with.

    Raises:
        ValueError: `days` holds no date.
    """
    static = mapped(look, write(days_in(days), locales[0]))
    return with_fallback(lambda: Chosen(look, write, locales, days).box, static)
