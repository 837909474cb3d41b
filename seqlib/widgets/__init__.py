"""Things to move in a notebook, each with a static figure in its place where widgets do not run."""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqlib.plots import Picture

__all__ = ["Shown", "cut_note", "stepper", "with_fallback"]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Shown:
    """A widget and the figure that stands in for it; a notebook displays whichever it can.

    Attributes:
        widget: an ipywidgets object, or None where there is no ipywidgets.
        static: what is shown where widgets do not run: exported pages, feedback, previews.
    """

    widget: Any = field(repr=False)
    static: Picture

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = dict(self.static._repr_mimebundle_())
        if self.widget is not None:
            bundle[WIDGET_VIEW] = self.widget._repr_mimebundle_()[WIDGET_VIEW]
        return bundle


def with_fallback(make: Callable[[], Any], static: Picture) -> Shown:
    """Show a widget, or a figure where widgets do not run.

    Args:
        make: makes the ipywidgets object; not called where ipywidgets is not installed.
        static: the figure, which should say by itself what the widget lets one find out.

    Returns:
        What a notebook cell ends with.
    """
    installed = importlib.util.find_spec("ipywidgets") is not None
    return Shown(make() if installed else None, static)


def cut_note(typed: Sequence[str], most: int, what: str = "characters") -> str:
    """What is said above a figure, as HTML, where more was typed than it shows; "" where all of it is shown."""
    return f"<p>Only the first {most} {what} are read.</p>" if len(typed) > most else ""


def stepper(pictures: Sequence[Picture], label: str, static: Picture) -> Shown:
    """A slider through pictures drawn beforehand.

    The browser turns the pages by itself, so the slider answers at once, and still works where a notebook was
    saved with its widgets and no Python runs. Arrow keys move it.

    Args:
        pictures: one for each position of the slider, from 0.
        label: what the slider counts.
        static: shown where widgets do not run.

    Returns:
        What a notebook cell ends with.
    """

    def make() -> Any:
        import ipywidgets

        pages = [ipywidgets.HTML(picture.html()) for picture in pictures]
        stack = ipywidgets.Stack(pages, selected_index=0)
        slider = ipywidgets.IntSlider(
            value=0,
            min=0,
            max=len(pages) - 1,
            description=label,
            style={"description_width": "initial"},
            layout={"width": "60%"},
        )
        # jslink returns the link, which lives as long as a page refers to it.
        stack.link = ipywidgets.jslink((slider, "value"), (stack, "selected_index"))
        return ipywidgets.VBox([slider, stack])

    return with_fallback(make, static)
