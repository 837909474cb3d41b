"""Figures of the assignment on sequence to sequence: the two networks unrolled, a translation step by step, where it breaks.

Every function takes plain arrays, lists and texts, and gives a `Picture` with its alt text.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seqlib.activations import Array
from seqlib.plots.style import FAINT, GREY, INK, ORANGE, PAPER, Picture, arrow, blank, box, canvas

DARKEST = 1.6  # the grey scale goes on to here, so that numbers are seen on its upper end, 1
ENCODER_FACE = "#DCEBF5"
MOST_WRITTEN = 25  # steps; of more, numbers in the cells would be too small to read
LEAST_WRITTEN = 0.05  # smaller probabilities are not written into their cells
SPECIALS = {"<SOS>": "SOS", "<EOS>": "EOS", "<PAD>": "PAD", " ": "␣"}


def spelled(token: str) -> str:
    """A token as it is written into a figure."""
    return SPECIALS.get(token, token)


def unrolled(source: Sequence[str], target: Sequence[str]) -> Picture:
    """An encoder that reads, a decoder that writes, and the one vector between them.

    Args:
        source: tokens of an input, few.
        target: tokens of its translation, the last of them `<EOS>`.
    """
    before = ["<SOS>", *target[:-1]]
    alt = (
        f"The encoder, a row of {len(source)} cells, reads {' '.join(map(spelled, source))} one token a cell. Its last "
        f"activation, the context (n_a, m), is the first activation of the decoder, a row of {len(target)} cells, and is "
        f"read by each of them. They are fed {' '.join(map(spelled, before))} and predict {' '.join(map(spelled, target))}."
    )
    steps, gap = len(source) + len(target), 1.1
    width = steps + gap + 1.2
    with canvas(alt, width=min(12.0, 1.05 * width), height=3.9) as (picture, axes):
        axis = axes[0, 0]
        blank(axis, width, 4.4)
        draw_cells(axis, [1.0 + t for t in range(len(source))], source, [], ENCODER_FACE)
        start = 1.0 + len(source) + gap
        draw_cells(axis, [start + t for t in range(len(target))], before, target, PAPER)
        end = 1.0 + len(source) - 1
        arrow(axis, (end + 0.36, 2.15), (start - 0.36, 2.15), color=ORANGE, linewidth=2.2)
        axis.text((end + start) / 2, 2.62, "context", ha="center", color=ORANGE, fontsize=10)
        axis.text((end + start) / 2, 2.32, "$(n_a, m)$", ha="center", color=ORANGE, fontsize=9)
        draw_context(axis, (end + start) / 2, [start + t for t in range(len(target))])
        axis.text(
            (1.0 + end) / 2,
            3.3,
            f"encoder, tokens $(m, T_x)$, $T_x = {len(source)}$",
            ha="center",
            fontsize=11,
        )
        middle = start + (len(target) - 1) / 2
        axis.text(
            middle, 4.02, f"decoder, targets $(m, T_y)$, $T_y = {len(target)}$", ha="center", fontsize=11
        )
        axis.text(
            middle,
            0.02,
            "fed: the token before, and the context",
            ha="center",
            va="bottom",
            fontsize=9,
            color=GREY,
        )
    return picture


def draw_cells(
    axis: Axes, places: Sequence[float], read: Sequence[str], written: Sequence[str], face: str
) -> None:
    """A row of cells with what each reads below, and what it predicts above."""
    for t, x in enumerate(places):
        box(axis, (x, 2.15), "LSTM", size=(0.72, 0.62), facecolor=face, fontsize=8)
        axis.text(x, 0.95, spelled(read[t]), ha="center", va="center", fontsize=10, family="DejaVu Sans Mono")
        arrow(axis, (x, 1.2), (x, 1.82), linewidth=1.0)
        if written:
            arrow(axis, (x, 2.48), (x, 3.1), linewidth=1.0)
            axis.text(
                x, 3.38, spelled(written[t]), ha="center", va="center", fontsize=10, family="DejaVu Sans Mono"
            )
        if t + 1 < len(places):
            arrow(axis, (x + 0.36, 2.15), (places[t + 1] - 0.36, 2.15), linewidth=1.0)


def draw_context(axis: Axes, x: float, places: Sequence[float]) -> None:
    """The context's way from its arrow at x into the cells at `places`, below which it runs along."""
    aside, below = 0.22, 1.48
    axis.plot([x, x, places[-1] + aside], [2.15, below, below], color=ORANGE, linewidth=1.3, marker="")
    for place in places:
        arrow(axis, (place + aside, below), (place + aside, 1.82), color=ORANGE, linewidth=1.3)


def translation_steps(
    source: str, tokens: Sequence[str], probabilities: Array, shown: int | None = None
) -> Picture:
    """A translation token by token: how probable each token was at each step, and which one was taken.

    Args:
        source: the input as text.
        tokens: V_y names.
        probabilities: (V_y, T) of the steps that were made; the largest of each column was taken.
        shown: how many steps are drawn; all where left out.
    """
    T = probabilities.shape[1]
    shown = T if shown is None else shown
    taken = probabilities.argmax(axis=0)
    rows = [i for i in range(len(tokens)) if probabilities[i].max() >= LEAST_WRITTEN or i in taken]
    text = " ".join(f"{spelled(tokens[taken[t]])} ({probabilities[taken[t], t]:.2f})" for t in range(shown))
    alt = f"“{source}” translated greedily, with the probability of each token that was taken: {text or 'nothing yet'}."
    with canvas(alt, width=max(5.5, 1.6 + 0.42 * T), height=1.5 + 0.24 * len(rows)) as (picture, axes):
        axis = axes[0, 0]
        values = np.where(np.arange(T) < shown, probabilities[rows], 0.0)
        axis.imshow(values, cmap="Greys", vmin=0, vmax=DARKEST, aspect="auto")
        for (row, t), value in np.ndenumerate(values):
            if value >= LEAST_WRITTEN and T <= MOST_WRITTEN:
                axis.text(t, row, f"{value:.2f}".lstrip("0"), ha="center", va="center", fontsize=7, color=INK)
        for t in range(shown):
            axis.plot(
                t,
                rows.index(taken[t]),
                marker="s",
                markersize=15,
                color=ORANGE,
                fillstyle="none",
                linestyle="none",
            )
        axis.set_yticks(range(len(rows)), [spelled(tokens[i]) for i in rows], fontsize=9)
        axis.set_xticks(
            range(T), [spelled(tokens[taken[t]]) if t < shown else "" for t in range(T)], fontsize=9
        )
        axis.tick_params(length=0)
        axis.set(
            title=source if len(source) < 60 else f"{source[:59]}…",
            xlabel="taken at each step",
            ylabel="next token",
        )
        axis.set_xlim(-0.5, T - 0.5)
    return picture


def shares_by_dates(shares: Mapping[str, Mapping[int, float]]) -> Picture:
    """How many translations are right throughout, by the number of dates in an input.

    Args:
        shares: for each model a share for each number of dates.
    """
    alt = "Share of inputs translated without a mistake, by number of dates. " + " ".join(
        f"{model}: "
        + ", ".join(
            f"{count} {'date' if count == 1 else 'dates'} {share:.2f}" for count, share in sorted(of.items())
        )
        + "."
        for model, of in shares.items()
    )
    with canvas(alt, width=7.5, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        for model, of in shares.items():
            counts = sorted(of)
            axis.plot(counts, [of[count] for count in counts], label=model)
            for count in counts:
                axis.annotate(
                    f"{of[count]:.2f}", (count, of[count]), (6, 6), textcoords="offset points", fontsize=9
                )
        axis.set(xlabel="dates in an input", ylabel="share that is right throughout", ylim=(-0.05, 1.15))
        axis.set_xticks(sorted({count for of in shares.values() for count in of}))
        axis.grid(axis="y")
        axis.legend(loc="upper right")
    return picture


def right_so_far(first_mistakes: Mapping[int, Sequence[int]], lengths: Mapping[int, int]) -> Picture:
    """How many translations are still without a mistake, character by character, by the number of dates.

    Args:
        first_mistakes: by number of dates, for each translation the place of its first wrong character; its length and
            more where there is none.
        lengths: by number of dates, the characters of a translation, its end included.
    """
    curves = {
        count: [float(np.mean(np.asarray(places) > t)) for t in range(lengths[count])]
        for count, places in first_mistakes.items()
    }
    alt = "Share of translations without a mistake up to each character, by number of dates. " + " ".join(
        f"{count} {'date' if count == 1 else 'dates'}: "
        + ", ".join(
            f"{curve[t]:.2f} after character {t + 1}"
            for t in sorted({min(9, len(curve) - 1), len(curve) - 1})
        )
        + "."
        for count, curve in curves.items()
    )
    with canvas(alt, width=9.0, height=3.6) as (picture, axes):
        axis = axes[0, 0]
        for count, curve in curves.items():
            label = f"{count} {'date' if count == 1 else 'dates'}"
            axis.plot(np.arange(1, len(curve) + 1), curve, label=label, markersize=3)
        for end in range(11, max(lengths.values()), 11):
            axis.axvline(end, color=FAINT, linewidth=1, linestyle="-", marker="")
        axis.set(xlabel="character of the translation", ylabel="share right so far", ylim=(-0.05, 1.05))
        axis.legend(loc="lower left")
    return picture


def loss_curve(losses: Sequence[float], window: int) -> Picture:
    """The loss over the steps of training, each a mean of the steps before.

    Args:
        losses: one for each batch, in nats a token.
        window: over how many steps the mean goes.
    """
    smooth = np.convolve(losses, np.full(window, 1 / window), "valid")
    alt = (
        f"Training loss in nats a token, mean over {window} steps: from {smooth[0]:.2f} to {smooth[-1]:.2f}."
    )
    with canvas(alt, width=8, height=3.0) as (picture, axes):
        axes[0, 0].plot(np.arange(len(smooth)) + window, smooth, marker="")
        axes[0, 0].set(xlabel="steps", ylabel="loss [nats a token]", ylim=(0, None))
        axes[0, 0].grid(axis="y")
    return picture
