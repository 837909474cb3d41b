"""A line to type an input into, held-out inputs to choose from, and its translation step by step."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seqlib.activations import Array
from seqlib.plots import seq2seq as plots
from seqlib.widgets import Shown, cut_note, with_fallback

# From an input as text to probabilities (V_y, T), a column for each step of greedy decoding.
Translate = Callable[[str], Array]
LONGEST = 160  # characters of an input


class Typed:
    """A list of inputs to choose from, a line to change one in, a slider over the steps, and the figure.

    Args:
        translate: from text to probabilities.
        tokens: V_y names.
        examples: inputs by what they are called.
    """

    def __init__(self, translate: Translate, tokens: Sequence[str], examples: Mapping[str, str]) -> None:
        import ipywidgets

        self.translate, self.tokens = translate, tokens
        wide = {"style": {"description_width": "initial"}, "layout": {"width": "95%"}}
        self.choice = ipywidgets.Dropdown(options=list(examples.items()), description="an input", **wide)
        self.line = ipywidgets.Text(
            value=self.choice.value, description="or your own", continuous_update=False, **wide
        )
        self.steps = ipywidgets.IntSlider(value=0, min=0, max=0, description="steps", **wide)
        self.image = ipywidgets.HTML()
        self.choice.observe(self.choose, "value")
        self.line.observe(self.read, "value")
        self.steps.observe(self.show, "value")
        self.box = ipywidgets.VBox([self.choice, self.line, self.steps, self.image])
        self.read(None)

    def choose(self, _: Any) -> None:
        """Put the chosen input into the line; nothing is chosen any more once the line is edited."""
        if self.choice.value is not None:
            self.line.value = self.choice.value

    def read(self, _: Any) -> None:
        """Translate what stands in the line, and show all steps."""
        if self.line.value != self.choice.value:
            self.choice.value = None
        self.text = self.line.value.strip()[:LONGEST].lower()
        self.steps.disabled = not self.text
        if not self.text:
            self.image.value = "Type a date and press Enter."
            return
        self.probabilities = self.translate(self.text)
        made = self.probabilities.shape[1]
        drawn = self.steps.value  # a change of the slider draws by itself
        self.steps.max = max(made, drawn)
        self.steps.value = self.steps.max = made
        if drawn == made:
            self.show(None)

    def show(self, _: Any) -> None:
        """Draw as many steps as the slider says."""
        if self.text:
            picture = plots.translation_steps(self.text, self.tokens, self.probabilities, self.steps.value)
            self.image.value = cut_note(self.line.value.strip(), LONGEST) + picture.html()


def your_dates(translate: Translate, tokens: Sequence[str], examples: Mapping[str, str]) -> Shown:
    """Choose or type an input, and watch it being translated step by step.

    Args:
        translate: from an input as text to probabilities (V_y, T), a column for each step.
        tokens: names of the V_y target tokens.
        examples: inputs by what they are called; the first is shown where widgets do not run.

    Returns:
        What a notebook cell ends with.
    """
    first = next(iter(examples.values()))
    static = plots.translation_steps(first, tokens, translate(first))
    return with_fallback(lambda: Typed(translate, tokens, examples).box, static)
