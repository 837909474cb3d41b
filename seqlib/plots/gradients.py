"""Figures of the gradients assignment: norms through time, bounds, powers, clipping, truncation, a task of memory.

Every function takes arrays and gives a `Picture` with its alt text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle
from matplotlib.ticker import MaxNLocator

from seqlib.activations import Array
from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREY,
    ORANGE,
    PAPER,
    Picture,
    canvas,
    name_columns,
    name_rows,
    signed,
)

Curves = Mapping[str, Array]
LOWEST, HIGHEST = 1e-20, 1e20


def power_of_ten(value: float) -> str:
    """A positive number by its order of magnitude, in words that a screen reader speaks."""
    if value == 0:
        return "0"
    return f"10^{round(float(np.log10(value)))}".replace("-", "−")


def relative(norms: Array) -> Array:
    """Norms relative to the last step's."""
    return np.asarray(norms / norms[-1])


def gradient_through_time(curves: Curves, title: str = "") -> Picture:
    """The gradient of a loss at the last step as it arrives at each earlier one, for several networks.

    Args:
        curves: norms (T,) by label; drawn relative to the last step's.
        title: over the figure.
    """
    alt = f"{re.sub('[${}]', '', title)}. " if title else ""
    alt += (
        "Lines over time steps on a logarithmic scale: the gradient of a loss at the last step, relative to what the "
        "last step gets. At the first step: "
        + "; ".join(f"{label}, {power_of_ten(relative(v)[0])}" for label, v in curves.items())
        + "."
    )
    with canvas(alt, width=9, height=4.2) as (picture, axes):
        axis = axes[0, 0]
        draw_through_time(axis, curves)
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        axis.set_title(title)
    return picture


def draw_through_time(axis: Axes, curves: Curves) -> None:
    """Draw relative norms on a logarithmic axis that has room for both kinds of failure."""
    axis.axhline(1, color=GREY, linewidth=1)
    for label, norms in curves.items():
        axis.plot(
            np.arange(1, norms.size + 1), relative(norms), label=label, markevery=max(1, norms.size // 8)
        )
    axis.set(yscale="log", ylim=(LOWEST, HIGHEST), xlabel="time step")
    axis.set_ylabel("gradient at this step's input,\nrelative to the last step")
    axis.set_yticks([1e-20, 1e-10, 1, 1e10, 1e20])
    axis.grid(axis="y")
    places = {"explodes": (0.98, 0.95, "top"), "vanishes": (0.98, 0.05, "bottom")}
    for word, (x, y, vertical) in places.items():
        axis.text(x, y, word, transform=axis.transAxes, ha="right", va=vertical, color=GREY)


def product_and_bounds(measured: Array, bound: Array, stretch: Array) -> Picture:
    """How far the last activation follows earlier ones, below what it can follow at most.

    Args:
        measured: (T,) largest singular value of the Jacobian from each step to the last.
        bound: (T,) bound of it from the stretch and the slopes.
        stretch: (T,) bound of it from the stretch alone.
    """
    curves = {"measured": measured, "bound: stretch and slopes": bound, "bound: stretch alone": stretch}
    alt = "Three lines over time steps on a logarithmic scale, all 1 at the last step. At the first step: "
    alt += "; ".join(f"{label}, {values[0]:.1e}" for label, values in curves.items()) + "."
    with canvas(alt, width=8.5, height=3.6) as (picture, axes):
        axis = axes[0, 0]
        for label, values in curves.items():
            axis.plot(np.arange(1, values.size + 1), values, label=label, markevery=4)
        axis.set(yscale="log", xlabel="time step k", ylabel="largest singular value\nfrom step k to the last")
        axis.grid(axis="y")
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture


def powers(growth: Curves, radius: Mapping[str, float]) -> Picture:
    """How much the powers of matrices stretch, beside what their eigenvalues alone would say.

    Args:
        growth: largest singular value of W^k for k = 0, 1, …, (K,), by label.
        radius: spectral radius by the same labels.
    """
    alt = "Panels with a matrix each, on a logarithmic scale over the power k. " + " ".join(
        f"{label}: the powers stretch by at most {values.max():.3g}, and by {values[-1]:.2g} at the end; spectral "
        f"radius {radius[label]:.2f}."
        for label, values in growth.items()
    )
    with canvas(alt, columns=len(growth), width=10, height=3.2, sharey=True) as (picture, axes):
        for axis, (label, values) in zip(axes[0], growth.items(), strict=True):
            k = np.arange(values.size)
            axis.plot(k, values, color=BLUE, marker="o", markevery=10, label="stretch of $W^k$")
            axis.plot(k, radius[label] ** k, color=ORANGE, linestyle="--", marker="", label="radius$^k$")
            axis.set(yscale="log", title=label, xlabel="power k")
            axis.grid(axis="y")
        axes[0, 0].set_ylabel("times the start")
        axes[0, 0].legend(loc="upper left", fontsize=9)
    return picture


def clipped_arrows(before: Array, by_value: Array, by_norm: Array, limit: float) -> Picture:
    """Gradients of two entries before and after clipping.

    Args:
        before, by_value, by_norm: (n, 2), one gradient a row.
        limit: of each entry on the left, of the length on the right.
    """
    panels = {"by value: each entry": by_value, "by norm: the length": by_norm}
    alt = f"Two panels with {len(before)} arrows each, clipped at {limit:g}. " + " ".join(
        f"Clipped {title}: "
        + ", ".join(
            f"({signed(a[0])}, {signed(a[1])}) becomes ({signed(b[0])}, {signed(b[1])})"
            for a, b in zip(before, after, strict=True)
        )
        + "."
        for title, after in panels.items()
    )
    reach = 1.1 * float(np.abs(before).max())
    with canvas(alt, columns=2, width=9, height=4.4) as (picture, axes):
        for axis, (title, after) in zip(axes[0], panels.items(), strict=True):
            for start, end in zip(before, after, strict=True):
                look = {"arrowstyle": "-|>", "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0}
                axis.annotate(
                    "",
                    start,
                    (0, 0),
                    arrowprops={**look, "color": GREY, "linestyle": (0, (4, 2)), "linewidth": 1},
                )
                axis.annotate("", end, (0, 0), arrowprops={**look, "color": BLUE, "linewidth": 2})
            axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", title=f"clipped {title}")
            axis.set(xlabel="first entry", ylabel="second entry")
        edge: Any = {"fill": False, "edgecolor": ORANGE, "linewidth": 1.5, "linestyle": ":"}
        axes[0, 0].add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, **edge))
        axes[0, 1].add_patch(Circle((0, 0), limit, **edge))
        axes[0, 0].text(
            0.02, 0.02, "grey: before, blue: after", transform=axes[0, 0].transAxes, color=GREY, fontsize=9
        )
    return picture


def training(losses: Curves, norms: Curves, limit: float) -> Picture:
    """Trainings side by side: the loss, and the norm of the gradient before any clipping.

    Args:
        losses: (n,) at each update, by label.
        norms: (n,) at each update, by the same labels.
        limit: the norm that is clipped to, where it is.
    """
    alt = (
        "Two panels over updates: the loss, and the norm of the gradient on a logarithmic scale. "
        + " ".join(
            f"{label}: the loss goes from {values[0]:.2f} to {values[-10:].mean():.2f}, the largest norm is "
            f"{norms[label].max():.3g}."
            for label, values in losses.items()
        )
    )
    with canvas(alt, columns=2, width=10, height=3.4) as (picture, axes):
        left, right = axes[0]
        for axis, curves in ((left, losses), (right, norms)):
            for label, values in curves.items():
                axis.plot(np.arange(1, values.size + 1), values, label=label, markevery=20)
            axis.set(xlabel="update")
        left.set(ylabel="loss", ylim=(0, None))
        right.set(yscale="log", ylabel="norm of the gradient,\nbefore clipping")
        border = right.axhline(limit, color=GREY, linewidth=1)
        right.legend([border], [f"limit {limit:g}"], loc="upper right", fontsize=9)
        left.legend(loc="upper left", fontsize=9)
    return picture


def passes(steps: int, windows: Sequence[tuple[int, int, int]]) -> Picture:
    """Which steps each pass of truncated backpropagation covers.

    Args:
        steps: of the sequence.
        windows: for each pass the first step that it travels to, its first new step, and its end (all from 0).
    """
    alt = f"A grid of {len(windows)} backward passes over {steps} time steps. " + " ".join(
        f"Pass {i}: the losses of steps {start + 1} to {end} go back as far as step {back + 1}."
        for i, (back, start, end) in enumerate(windows, 1)
    )
    with canvas(alt, width=8.5, height=0.5 * len(windows) + 1.4) as (picture, axes):
        axis = axes[0, 0]
        for row, (back, start, end) in enumerate(windows):
            for t in range(steps):
                look: Any = {"facecolor": PAPER, "edgecolor": FAINT}
                if start <= t < end:
                    look = {"facecolor": BLUE, "edgecolor": PAPER}
                elif back <= t < start:
                    look = {"facecolor": PAPER, "edgecolor": ORANGE, "hatch": "////"}
                axis.add_patch(Rectangle((t - 0.45, row - 0.38), 0.9, 0.76, **look))
        axis.set(xlim=(-0.6, steps - 0.4), ylim=(len(windows) - 0.4, -0.6))
        name_columns(axis, [str(t + 1) for t in range(steps)], "time step")
        name_rows(axis, [f"pass {i + 1}" for i in range(len(windows))], "")
        handles = [
            Rectangle((0, 0), 1, 1, facecolor=BLUE),
            Rectangle((0, 0), 1, 1, facecolor=PAPER, edgecolor=ORANGE, hatch="////"),
        ]
        labels = ["new steps, whose losses start here", "travelled through only"]
        axis.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9)
    return picture


def truncation_error(steps: Array, error: Curves) -> Picture:
    """How far a truncated gradient is from the whole one.

    Args:
        steps: (n,) values of k2.
        error: relative distance (n,) by label.
    """
    alt = (
        "Lines over the number of steps that are gone back: the relative distance to the whole gradient. "
        + " ".join(
            f"{label}: {values[0]:.2g} with {steps[0]:.0f}, {values[-1]:.1g} with {steps[-1]:.0f}."
            for label, values in error.items()
        )
    )
    with canvas(alt, width=8.5, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for label, values in error.items():
            axis.plot(steps, values, label=label, markevery=3)
        axis.set(
            xlabel="steps gone back, $k_2$", ylabel="distance to the whole gradient,\nrelative to its length"
        )
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return picture


def remembering(panels: Mapping[str, Curves], chance: float) -> Picture:
    """How often networks recall what they saw, as they are trained.

    Args:
        panels: share of right answers at each update, (n,), by label, by the panel's title.
        chance: the share that guessing gives.
    """
    alt = f"Panels of the share of right answers over updates; guessing gives {chance:g}. " + " ".join(
        f"{title}: "
        + "; ".join(f"{label} ends at {values[-20:].mean():.2f}" for label, values in curves.items())
        + "."
        for title, curves in panels.items()
    )
    with canvas(alt, columns=len(panels), width=10, height=3.6, sharey=True) as (picture, axes):
        for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
            axis.axhline(chance, color=GREY, linewidth=1, linestyle=":")
            for label, values in curves.items():
                smooth = np.convolve(values, np.full(10, 0.1), mode="valid")
                axis.plot(np.arange(10, values.size + 1), smooth, label=label, markevery=20)
            axis.set(title=title, xlabel="updates", ylim=(0, 1.05))
        axes[0, 0].set_ylabel("right answers\n(mean of 10 updates)")
        at = axes[0, 0].get_xlim()[1]
        axes[0, 0].text(at, chance - 0.02, "guessing", color=GREY, fontsize=9, va="top", ha="right")
        axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
    return picture
