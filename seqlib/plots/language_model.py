"""Figures of the language model assignment: a batch, the next token, training, bits per character.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER, Picture, canvas

NOTHING = "·"  # stands for the zero vector
SHOWN_TOKENS = 12


def batch(inputs: Sequence[Sequence[str]], targets: Sequence[Sequence[str]], mask: Array) -> Picture:
    """What a language model reads and what it has to predict, step by step.

    Args:
        inputs: m lists of T_x tokens; an empty text stands for the zero vector.
        targets: m lists of T_x tokens.
        mask: (m, T_x) True where a token stands.
    """
    alt = "Two grids over time steps, an example a row. " + " ".join(
        f"Row {i}: reads {spelled(x, keep)}, predicts {spelled(y, keep)}, then {int((~keep).sum())} steps of padding."
        for i, (x, y, keep) in enumerate(zip(inputs, targets, mask, strict=True))
    )
    with canvas(alt, columns=2, width=9.5, height=0.8 + 0.45 * len(mask)) as (picture, axes):
        for axis, rows, title in zip(axes[0], (inputs, targets), ("inputs x", "targets"), strict=True):
            draw_tokens(axis, rows, mask)
            axis.set(title=title, xlabel="time step", ylabel="example")
    return picture


def spelled(tokens: Sequence[str], keep: Array) -> str:
    """The tokens of the real steps in a row."""
    return " ".join(token or "nothing" for token, real in zip(tokens, keep, strict=True) if real)


def draw_tokens(axis: Axes, rows: Sequence[Sequence[str]], mask: Array) -> None:
    """Write tokens into a grid of cells; padding is grey and empty."""
    axis.imshow(np.where(mask, 1.0, 0.0), cmap="Greys_r", vmin=-3, vmax=1, aspect="auto")
    for i, row in enumerate(rows):
        for t, token in enumerate(row):
            if mask[i, t]:
                axis.text(
                    t, i, token or NOTHING, ha="center", va="center", fontsize=10 if len(token) < 2 else 7
                )
    axis.set_xticks(range(mask.shape[1]), [str(t) for t in range(mask.shape[1])])
    axis.set_yticks(range(mask.shape[0]), [str(i) for i in range(mask.shape[0])])
    axis.set_xticks(np.arange(-0.5, mask.shape[1]), minor=True)
    axis.set_yticks(np.arange(-0.5, mask.shape[0]), minor=True)
    axis.grid(which="minor", color=FAINT, linewidth=0.8, linestyle="-")
    axis.tick_params(which="both", length=0)


def temperatures(after: str, tokens: Sequence[str], distributions: Mapping[float, Array]) -> Picture:
    """The distribution of the next token at several temperatures, the most probable tokens first.

    Args:
        after: the text so far.
        tokens: V names of tokens.
        distributions: probabilities (V,) by temperature.
    """
    first = next(iter(distributions.values()))
    order = np.argsort(-first, kind="stable")[:SHOWN_TOKENS]
    alt = f"Bars: how probable each next token is after '{after}'. " + " ".join(
        f"At temperature {temperature:g}, {tokens[order[0]]} has {p[order[0]]:.2f} and the {len(p) - len(order)} tokens "
        f"that are not shown {1 - p[order].sum():.2f} together."
        for temperature, p in distributions.items()
    )
    with canvas(alt, columns=len(distributions), width=9.5, height=3.0, sharey=True) as (picture, axes):
        for axis, (temperature, p) in zip(axes[0], distributions.items(), strict=True):
            axis.bar(range(len(order)), p[order], color=BLUE, width=0.7)
            axis.set_xticks(range(len(order)), [named(tokens[i]) for i in order], fontsize=8)
            axis.set(title=f"temperature {temperature:g}", xlabel="next token")
        axes[0, 0].set_ylabel("probability")
    return picture


def named(token: str) -> str:
    """A token as it is written under a bar: a space can be seen, and `<EOS>` is short."""
    return {" ": "␣", "<EOS>": "end"}.get(token, token)


def training(
    steps: Sequence[int], losses: Sequence[float], held_out: Mapping[int, float], lines: Mapping[str, float]
) -> Picture:
    """Bits per character over the steps of a training.

    Args:
        steps: the step of each loss.
        losses: bits per character of training batches.
        held_out: bits per character on validation names by step.
        lines: levels to compare with, by label.
    """
    last = list(held_out.values())[-1]
    alt = (
        f"Bits per character over {steps[-1]} steps. Training batches go from {losses[0]:.2f} to {losses[-1]:.2f}, "
        f"validation names end at {last:.2f}. Levels: "
        + ", ".join(f"{label} {level:.2f}" for label, level in lines.items())
        + "."
    )
    with canvas(alt, width=8.5, height=3.8) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(steps, losses, color=FAINT, marker="", linestyle="-", linewidth=1, label="training batches")
        axis.plot(
            list(held_out),
            list(held_out.values()),
            color=ORANGE,
            marker="o",
            linestyle="-",
            label="validation names",
        )
        for label, level in lines.items():
            axis.axhline(level, color=GREY, linewidth=1, linestyle="--")
            axis.annotate(
                f"{label} {level:.2f}",
                (1, level),
                (4, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=INK,
            )
        highest = max([*losses, *held_out.values(), *lines.values()])
        lowest = min([*losses, *held_out.values(), *lines.values()])
        axis.set(xlabel="step", ylabel="bits per character", ylim=(lowest - 0.2, highest + 0.1))
        axis.legend(loc="upper right")
    return picture


def bits(levels: Mapping[str, float], bar: float, own: str) -> Picture:
    """Bits per character of several models, the best last.

    Args:
        levels: bits per character on the same held-out data, by model.
        bar: what is to be reached.
        own: the learner's model, drawn in another colour and hatched.
    """
    ranked = sorted(levels, key=lambda name: -levels[name])
    alt = (
        f"Bars of bits per character on held-out names, with a line at {bar:.2f}: "
        + ", ".join(f"{name} {levels[name]:.2f}" for name in ranked)
        + "."
    )
    with canvas(alt, width=8, height=0.9 + 0.38 * len(ranked)) as (picture, axes):
        axis = axes[0, 0]
        for row, name in enumerate(ranked):
            mine = name == own
            axis.barh(
                row, levels[name], color=ORANGE if mine else BLUE, hatch="//" if mine else None, height=0.65
            )
            # At the foot of the bar, on paper: at its end the line strikes through numbers, on the bar the hatching.
            on_paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}
            axis.text(0.1, row, f"{levels[name]:.3f}", va="center", fontsize=10, bbox=on_paper)
        axis.axvline(bar, color=INK, linestyle="--", linewidth=1.2)
        axis.annotate(
            f"aim {bar:.2f}", (bar, len(ranked) - 0.5), (3, 2), textcoords="offset points", fontsize=9
        )
        axis.set_yticks(range(len(ranked)), ranked)
        axis.set(xlabel="bits per character on held-out names; fewer is better")
    return picture


def writing(
    names: Sequence[str], tokens: Sequence[str], probabilities: Array, temperature: float, after: str
) -> Picture:
    """Invented names beside the distribution that the next character after a beginning is drawn from.

    Args:
        names: what was written at this temperature.
        tokens: V names of tokens.
        probabilities: (V,) of the next token at this temperature.
        temperature: the temperature.
        after: the beginning; an empty text is that of a name.
    """
    place = f"after '{after}'" if after else "at the beginning"
    likely = int(np.argmax(probabilities))
    alt = (
        f"At temperature {temperature:g}, names written: {', '.join(names)}. Bars: the next character {place}; the most "
        f"probable is {tokens[likely]} with {probabilities[likely]:.2f}."
    )
    with canvas(alt, columns=2, width=9.5, height=3.6, width_ratios=[1, 2.4]) as (picture, axes):
        left, right = axes[0]
        left.axis("off")
        left.set_title("names written")
        for row, name in enumerate(names):
            left.text(
                0, 1 - (row + 0.5) / len(names), name, fontsize=11, va="center", transform=left.transAxes
            )
        right.bar(range(len(tokens)), probabilities, color=BLUE, width=0.75)
        right.set_xticks(range(len(tokens)), [named(token) for token in tokens], fontsize=8)
        right.set(
            title=f"next character {place}, temperature {temperature:g}", ylabel="probability", ylim=(0, 1)
        )
        right.set_xlabel("next character")
    return picture
