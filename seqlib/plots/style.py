"""The one figure style: large text, labelled axes, and nothing that only colour says.

The colours are Okabe and Ito's; lines also differ in dash and marker. Heat maps of signed numbers go from
dark blue over white to a lighter orange, so that the sign shows in greyscale, and have the numbers in them.
"""

import base64
import html
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray

BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
INK, GREY, FAINT, PAPER = "#222222", "#6B6B6B", "#C8C8C8", "#FFFFFF"
DOTS_PER_INCH = 110
# Drawn twice as fine as shown: thin signs stay thin, and screens with dense pixels get what they can show.
SHARPNESS = 2
FONT = "DejaVu Sans"
# For what FONT has no signs for; whichever of them the machine has.
FURTHER_FONTS = (
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Hiragino Sans",
    "Yu Gothic",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
)
SIGNED = LinearSegmentedColormap.from_list("signed", ["#1B4F8A", "#FFFFFF", "#EE9A2E"])

HALO: list[AbstractPathEffect] = [
    withStroke(linewidth=3, foreground=PAPER)
]  # so that text is read where a line passes behind it

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, INK, GREEN, PURPLE])
    + cycler(linestyle=["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1))])
    + cycler(marker=["o", "s", "^", "D", "v"]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.facecolor": PAPER,
    "font.size": 11,
    "grid.color": "#E4E4E4",
    "hatch.color": GREY,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Picture:
    """A finished figure and what it shows in words; a notebook displays both.

    Attributes:
        figure: drawn, and owned by the picture from now on.
        alt: what a reader who does not see the figure should know; plain text.
    """

    figure: Figure = field(repr=False)
    alt: str

    def png(self) -> bytes:
        """The figure as a PNG file."""
        buffer = io.BytesIO()
        self.figure.savefig(
            buffer, format="png", dpi=SHARPNESS * DOTS_PER_INCH, metadata={"Description": self.alt}
        )
        return buffer.getvalue()

    def html(self) -> str:
        """The figure as an HTML image with its alt text, at its natural width or narrower."""
        width = round(self.figure.get_figwidth() * DOTS_PER_INCH)
        data = base64.b64encode(self.png()).decode()
        return (
            f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt, quote=True)}" '
            f'width="{width}" style="max-width: 100%; height: auto;">'
        )

    def save(self, path: Path) -> None:
        """Write the figure to a PNG file."""
        path.write_bytes(self.png())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"Figure: {self.alt}"}


@cache
def fonts() -> list[str]:
    """The fonts that signs are looked for in, one after the other."""
    installed = set(get_font_names())
    return [FONT, *(name for name in FURTHER_FONTS if name in installed)]


@contextmanager
def styled() -> Iterator[None]:
    """The course's style, for as long as a figure is drawn; other figures keep theirs."""
    settings: Any = {
        **mpl.rcParamsDefault, **STYLE, "font.family": fonts(), "backend": mpl.rcParams["backend"]
    }  # fmt: skip
    with mpl.rc_context(settings):
        yield


@contextmanager
def canvas(
    alt: str, rows: int = 1, columns: int = 1, *, width: float = 8.0, height: float = 3.0, **subplots: Any
) -> Iterator[tuple[Picture, NDArray[Any]]]:
    """An empty figure in the course's style, laid out when the block ends.

    The figure is no pyplot figure: it shows where its `Picture` is displayed, and once only.

    Args:
        alt: what the figure will show, in words.
        rows, columns: the grid of axes.
        width, height: in inches.
        subplots: passed to `Figure.subplots`, such as `width_ratios` or `sharey`.

    Yields:
        The picture, and its axes as an array (rows, columns).
    """
    with styled():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False, **subplots)
        yield Picture(figure, alt), axes


def show_cells(
    axis: Axes,
    values: NDArray[np.floating[Any]],
    *,
    limit: float | None = None,
    numbers: bool = True,
    digits: int = 1,
) -> Any:
    """Signed numbers as a grid of cells, blue below zero and orange above, with the numbers written in.

    Args:
        axis: where to draw.
        values: (rows, columns); NaN is left blank and hatched: not computed yet.
        limit: the value of the strongest colour; by default the largest in `values`.
        numbers: write each value into its cell, so that no reader depends on colour.
        digits: decimals of the numbers.

    Returns:
        The image, for a colour bar.
    """
    known = np.abs(values[np.isfinite(values)])
    limit = limit or (float(known.max()) if known.size else 0.0) or 1.0
    image = axis.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit, aspect="auto")
    axis.set_xticks(np.arange(-0.5, values.shape[1]), minor=True)
    axis.set_yticks(np.arange(-0.5, values.shape[0]), minor=True)
    axis.set(xticks=[], yticks=[])
    axis.grid(which="minor", color=FAINT, linewidth=0.8, linestyle="-")
    axis.tick_params(which="both", length=0)
    for (row, column), value in np.ndenumerate(values):
        if not np.isfinite(value):
            box = mpl.patches.Rectangle((column - 0.5, row - 0.5), 1, 1, hatch="///", fill=False, linewidth=0)
            axis.add_patch(box)
        elif numbers:
            ink = PAPER if value < -0.6 * limit else INK
            axis.text(column, row, signed(value, digits), ha="center", va="center", fontsize=10, color=ink)
    return image


def signed(value: float, digits: int = 1) -> str:
    """A number with a true minus sign, and no minus before a rounded zero."""
    rounded = round(float(value), digits) + 0.0
    return f"{rounded:.{digits}f}".replace("-", "−")


def blank(axis: Axes, width: float, height: float) -> None:
    """Turn an axis into drawing paper: x from 0 to width, y from 0 to height, equal units, no frame."""
    axis.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axis.axis("off")


def box(
    axis: Axes, centre: tuple[float, float], text: str, *, size: tuple[float, float], **patch: Any
) -> None:
    """Draw a rounded box with a text in its middle.

    Args:
        axis: drawing paper, see `blank`.
        centre: x and y.
        text: one or two short lines.
        size: width and height.
        patch: of the box, such as `facecolor` or `linestyle`; `fontsize` and `color` of the text.
    """
    text_style = {"fontsize": patch.pop("fontsize", 11), "color": patch.pop("color", INK)}
    x, y = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    look = {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.3, **patch}
    axis.add_patch(FancyBboxPatch((x, y), *size, boxstyle="round,pad=0,rounding_size=0.12", **look))
    axis.text(*centre, text, ha="center", va="center", **text_style)


def arrow(
    axis: Axes, start: tuple[float, float], end: tuple[float, float], text: str = "", **patch: Any
) -> None:
    """An arrow with an optional label beside its middle.

    Args:
        axis: drawing paper, see `blank`.
        start, end: x and y.
        text: the label; above a level arrow, to the right of a steep one.
        patch: of the arrow, such as `color` or `linestyle`; `fontsize` of the label.
    """
    fontsize = patch.pop("fontsize", 10)
    look = {"arrowstyle": "-|>", "mutation_scale": 12, "color": INK, "linewidth": 1.3, **patch}
    axis.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **look))
    level = abs(end[0] - start[0]) > abs(end[1] - start[1])
    offset, place = ((0, 0.08), ("center", "bottom")) if level else ((0.08, 0), ("left", "center"))
    x, y = (start[0] + end[0]) / 2 + offset[0], (start[1] + end[1]) / 2 + offset[1]
    axis.text(x, y, text, ha=place[0], va=place[1], fontsize=fontsize, color=look["color"])


def name_columns(axis: Axes, names: Sequence[str], label: str) -> None:
    """Write a name under each column of a grid or bar chart, and what the columns are."""
    axis.set_xticks(range(len(names)), names)
    axis.set_xlabel(label)


def name_rows(axis: Axes, names: Sequence[str], label: str) -> None:
    """Write a name beside each row of a grid, and what the rows are."""
    axis.set_yticks(range(len(names)), names)
    axis.set_ylabel(label)
