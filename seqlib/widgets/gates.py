"""Sliders for the gates of one unit, step by step, whichever cell the unit belongs to."""

from collections.abc import Callable, Mapping
from typing import Any

from seqlib.activations import Array
from seqlib.plots.style import Picture

Gates = dict[str, Array]


class GateSliders:
    """A slider for each gate at one step, and the picture of the unit over all steps.

    Args:
        presets: makes the settings to start from, by name: each gate's values, (T,), by the gate's name.
        labels: what stands beside each gate's slider, by the gate's name.
        picture: draws a setting, with one step, counted from 0, marked.
        ranges: lowest and highest value of those sliders that do not run from 0 to 1.
    """

    def __init__(
        self,
        presets: Callable[[], dict[str, Gates]],
        labels: Mapping[str, str],
        picture: Callable[[Gates, int], Picture],
        ranges: Mapping[str, tuple[float, float]],
    ) -> None:
        import ipywidgets

        self.presets, self.picture = presets, picture
        start = next(iter(presets()))
        self.gates = presets()[start]
        steps = len(next(iter(self.gates.values())))
        wide: Any = {"style": {"description_width": "initial"}, "layout": {"width": "48%"}}
        self.preset = ipywidgets.Dropdown(
            options=list(presets()), value=start, description="start from", **wide
        )
        self.step = ipywidgets.IntSlider(value=1, min=1, max=steps, description="time step", **wide)
        self.sliders = {
            name: ipywidgets.FloatSlider(
                value=float(self.gates[name][0]),
                min=ranges.get(name, (0.0, 1.0))[0],
                max=ranges.get(name, (0.0, 1.0))[1],
                step=0.05,
                description=label,
                continuous_update=False,
                **wide,
            )
            for name, label in labels.items()
        }
        self.image = ipywidgets.HTML()
        controls = [self.preset, self.step, *self.sliders.values()]
        rows = [ipywidgets.HBox(controls[i : i + 2]) for i in range(0, len(controls), 2)]
        self.box = ipywidgets.VBox([*rows, self.image])
        self.preset.observe(self.start_over, "value")
        self.step.observe(self.show_step, "value")
        for slider in self.sliders.values():
            slider.observe(self.set_gates, "value")
        self.draw()

    def start_over(self, change: Any) -> None:
        """Take the gates of the chosen preset."""
        self.gates = self.presets()[change["new"]]
        self.show_step(change)

    def show_step(self, _: Any) -> None:
        """Let the sliders say what the gates of the chosen step are."""
        for name, slider in self.sliders.items():
            slider.unobserve(self.set_gates, "value")
            slider.value = float(self.gates[name][self.step.value - 1])
            slider.observe(self.set_gates, "value")
        self.draw()

    def set_gates(self, _: Any) -> None:
        """Take the sliders' values for the chosen step."""
        for name, slider in self.sliders.items():
            self.gates[name][self.step.value - 1] = slider.value
        self.draw()

    def draw(self) -> None:
        """Run the cell over all steps and show the unit."""
        self.image.value = self.picture(self.gates, self.step.value - 1).html()
