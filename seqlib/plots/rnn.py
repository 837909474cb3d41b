"""Figures of the recurrent network: the network unrolled, what flows through it, and what comes out.

Every function takes arrays, or functions the learner wrote; none knows an answer.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from seqlib.plots.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    PAPER,
    Picture,
    arrow,
    blank,
    box,
    canvas,
    name_columns,
    name_rows,
    show_cells,
    signed,
)

Array = NDArray[np.floating[Any]]
CELL = (1.0, 0.8)
GAP = 2.0
SHADE = "#E8EEF4"


def position_scores(plain: Array, shared: Array, seen: Sequence[int], word: str) -> Picture:
    """How sure two models are that a word belongs to a name, at each place of a sentence.

    Args:
        plain: (T,) scores of a network with weights of its own for each position.
        shared: (T,) scores of one with the same weights at every position.
        seen: positions, from 1, at which the training sentences had the word.
        word: the word.
    """
    steps = np.arange(1, len(plain) + 1)
    alt = (
        f"Score that {word} belongs to a name against its position. With weights for each position the "
        f"score is high at positions {', '.join(map(str, seen))}, which the training sentences had, and "
        "low elsewhere. With shared weights it is high everywhere."
    )
    with canvas(alt, width=7.2, height=3.0) as (picture, axes):
        axis = axes[0, 0]
        axis.plot(steps, shared, label="same weights at every position")
        axis.plot(steps, plain, label="weights of its own for each position")
        for position in seen:
            axis.axvspan(position - 0.4, position + 0.4, color="#EEEEEE", zorder=0)
        axis.set(xlabel="position t of the word (grey: seen in training)", ylabel=f"score of “{word}”")
        axis.set(xticks=steps, ylim=(-0.15, 1.45), title=f"Is “{word}” part of a name?")
        axis.legend(loc="upper left", ncols=2, fontsize=10)
    return picture


def draw_step(axis: Axes, x: float, y: float, time: str, **look: Any) -> None:
    """One cell of the unrolled network with its input below and its prediction above.

    Args:
        axis: drawing paper.
        x, y: the middle of the cell.
        time: the superscript, such as "1" or "T_x".
        look: of boxes and arrows.
    """
    color = look.get("edgecolor", INK)
    box(axis, (x, y), f"$a^{{\\langle {time} \\rangle}}$", size=CELL, color=color, **look)
    line = {"color": color, "linewidth": look.get("linewidth", 1.3)}
    arrow(axis, (x, y - 1.1), (x, y - 0.4), "$W_{ax}$", **line)
    arrow(axis, (x, y + 0.4), (x, y + 1.1), "$W_{ya}$", **line)
    axis.text(
        x, y - 1.35, f"$x^{{\\langle {time} \\rangle}}$", ha="center", va="center", color=color, fontsize=12
    )
    axis.text(
        x,
        y + 1.35,
        f"$\\hat{{y}}^{{\\langle {time} \\rangle}}$",
        ha="center",
        va="center",
        color=color,
        fontsize=12,
    )


def unrolled_network() -> Picture:
    """The network with its loop, and the same network unrolled over time."""
    alt = (
        "Left: one cell whose activation loops back into it. Right: the loop unrolled into a chain of "
        "cells for steps 1, 2, 3 up to T_x, starting from a at step 0. Each cell takes its input from "
        "below and the activation of the cell before from the left, and predicts upwards. The same weights "
        "W_ax, W_aa and W_ya stand at every cell."
    )
    with canvas(alt, width=9.0, height=2.5) as (picture, axes):
        axis = axes[0, 0]
        blank(axis, 13.2, 4.2)
        axis.set_ylim(0.4, 3.8)
        draw_step(axis, 1.2, 2.1, "t", facecolor=SHADE)
        arrow(axis, (1.7, 2.35), (1.7, 1.85), connectionstyle="arc3,rad=-1.6")
        axis.text(2.2, 2.1, "$W_{aa}$", fontsize=10, va="center")
        axis.text(3.5, 2.1, "=", fontsize=18, ha="center", va="center")
        axis.text(4.35, 2.1, "$a^{\\langle 0 \\rangle}$", fontsize=11, ha="center", va="center")
        previous = 4.65
        for x, time in ((6.0, "1"), (8.0, "2"), (10.0, "3"), (12.4, "T_x")):
            arrow(axis, (previous, 2.1), (x - 0.5, 2.1), "" if time == "T_x" else "$W_{aa}$")
            draw_step(axis, x, 2.1, time, facecolor=SHADE)
            previous = x + 0.5
        axis.text(11.1, 2.32, "· · ·", ha="center", fontsize=12)
    return picture


SHAPES: tuple[tuple[str, str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("one to one", "a plain network", (0,), (0,)),
    ("one to many", "music from a start note", (0,), (0, 1, 2)),
    ("many to one", "stars for a review", (0, 1, 2), (2,)),
    ("many to many, $T_x = T_y$", "which words are names", (0, 1, 2), (0, 1, 2)),
    ("many to many, $T_x \\neq T_y$", "translation", (0, 1), (2, 3, 4)),
)


def input_output_shapes() -> Picture:
    """The five ways in which inputs and outputs can be arranged along a recurrent network."""
    alt = (
        "Five chains of cells. One to one: a single cell with an input and an output. One to many: an "
        "input at the first of three cells, outputs at all, each output fed to the next cell. Many to one: "
        "inputs at three cells, one output at the last. Many to many with equal lengths: input and output "
        "at each of three cells. Many to many with other lengths: two encoder cells read, then three "
        "decoder cells write."
    )
    widths = [max(*inputs, *outputs) + 1 for _, _, inputs, outputs in SHAPES]
    with canvas(alt, 2, 6, width=9.0, height=4.6) as (picture, axes):
        for axis in axes.ravel():
            axis.remove()
        grid = axes[0, 0].get_gridspec()
        places = (grid[0, 0:1], grid[0, 1:4], grid[0, 4:6], grid[1, 0:3], grid[1, 3:6])
        for place, (title, example, inputs, outputs), steps in zip(places, SHAPES, widths, strict=True):
            axis = picture.figure.add_subplot(place)
            blank(axis, max(steps * 1.3, 2.2), 4.4)
            left = (axis.get_xlim()[1] - steps * 1.3) / 2 + 0.65
            draw_shape(axis, left, inputs, outputs, steps)
            axis.text(
                axis.get_xlim()[1] / 2, 4.2, title, ha="center", va="center", fontsize=11, weight="bold"
            )
            axis.text(
                axis.get_xlim()[1] / 2, 3.7, example, ha="center", va="center", fontsize=9.5, color=GREY
            )
    return picture


def draw_shape(axis: Axes, left: float, inputs: Sequence[int], outputs: Sequence[int], steps: int) -> None:
    """One chain of `input_output_shapes`, its first cell at `left`."""
    size = (0.7, 0.55)
    generates = len(outputs) > 1 and len(inputs) < len(outputs) + len(inputs) - len(
        set(inputs) & set(outputs)
    )
    for step in range(steps):
        x = left + 1.3 * step
        box(axis, (x, 1.7), "", size=size, facecolor=SHADE)
        if step:
            arrow(axis, (x - 0.95, 1.7), (x - 0.35, 1.7))
        if step in inputs:
            box(axis, (x, 0.45), "x", size=size, linestyle="--")
            arrow(axis, (x, 0.73), (x, 1.42))
        if step in outputs:
            box(axis, (x, 2.95), "ŷ", size=size)
            arrow(axis, (x, 1.98), (x, 2.67))
        if step in outputs and step + 1 in outputs and step + 1 not in inputs and generates:
            arrow(axis, (x + 0.3, 2.67), (x + 1.0, 1.98), linestyle=":", color=GREY)


def step_through(
    t: int, x: Array, activations: Array, y_pred: Array, tokens: Sequence[str], classes: Sequence[str]
) -> Picture:
    """What the network has computed after step t, with the cell of that step in bold.

    Args:
        t: 0 (nothing read yet) to T_x.
        x: (n_x, T_x) inputs.
        activations: (n_a, T_x + 1), the initial one first.
        y_pred: (n_y, T_x) probabilities.
        tokens: the T_x inputs by name.
        classes: the n_y classes by name.
    """
    steps = x.shape[1]
    known = activations.copy()
    known[:, t + 1 :] = np.nan
    alt = describe_step(t, activations, y_pred, tokens, classes)
    with canvas(alt, 2, 2, width=9.4, height=5.6, width_ratios=[3.4, 1], height_ratios=[1.15, 1]) as (
        picture,
        axes,
    ):
        grid = axes[0, 0].get_gridspec()
        for axis in axes[0]:
            axis.remove()
        draw_chain(picture.figure.add_subplot(grid[0, :]), t, tokens)
        show_cells(axes[1, 0], known, limit=1.0, digits=2)
        name_columns(axes[1, 0], ["0", *(f"{i + 1}" for i in range(steps))], "time step t")
        name_rows(axes[1, 0], [f"unit {i}" for i in range(len(activations))], "")
        hatched = " (hatched: not computed yet)" if t < steps else ""
        axes[1, 0].set_title(f"activation $a^{{\\langle t \\rangle}}${hatched}")
        frame = Rectangle(
            (t - 0.5, -0.48), 1, len(activations) - 0.04, fill=False, linewidth=3, edgecolor=INK
        )
        axes[1, 0].add_patch(frame)
        draw_prediction(axes[1, 1], y_pred[:, t - 1] if t else None, classes, t)
    return picture


def describe_step(
    t: int, activations: Array, y_pred: Array, tokens: Sequence[str], classes: Sequence[str]
) -> str:
    """Alt text of `step_through`."""
    units = ", ".join(signed(value, 2) for value in activations[:, t])
    if t == 0:
        return f"Step 0: nothing is read yet; the initial activation is {units}. All other steps are empty."
    best = classes[int(y_pred[:, t - 1].argmax())]
    return (
        f"Step {t} of {len(tokens)}: the cell reads {tokens[t - 1]} and the activation of step {t - 1}, "
        f"with the same Waa, Wax and ba as at every other step. The new activation is {units}. The most "
        f"probable next is {best}, at {y_pred[:, t - 1].max():.2f}."
    )


def draw_chain(axis: Axes, t: int, tokens: Sequence[str]) -> None:
    """The unrolled network with step t in bold, earlier steps thin, later ones faint."""
    blank(axis, GAP * len(tokens) + 2.2, 4.2)
    axis.set_ylim(0.4, 3.8)
    bold = {"edgecolor": INK, "facecolor": "#FBE3BF", "linewidth": 2.6}
    done = {"edgecolor": INK, "facecolor": SHADE, "linewidth": 1.2}
    later = {"edgecolor": "#A8A8A8", "facecolor": PAPER, "linewidth": 1.0, "linestyle": "--"}
    axis.text(0.35, 2.1, "$a^{\\langle 0 \\rangle}$", ha="center", va="center", fontsize=11)
    for step, token in enumerate(tokens, start=1):
        look = bold if step == t else done if step < t else later
        x = GAP * step + 0.2
        style = {"color": look["edgecolor"], "linewidth": look["linewidth"]}
        arrow(axis, (x - GAP + 0.5, 2.1), (x - 0.5, 2.1), "$W_{aa}$", **style)
        draw_step(axis, x, 2.1, str(step), **look)
        axis.text(x + 0.32, 0.7, f"“{token}”", ha="left", va="center", fontsize=11, color=look["edgecolor"])


def draw_prediction(axis: Axes, probabilities: Array | None, classes: Sequence[str], t: int) -> None:
    """The distribution over the classes at one step, or an empty frame before the first."""
    axis.set(
        xlim=(0, 1),
        xlabel="probability",
        title=f"$\\hat{{y}}^{{\\langle {t} \\rangle}}$" if t else "no $\\hat{y}$ yet",
    )
    axis.set_yticks(range(len(classes)), classes)
    axis.set_ylim(len(classes) - 0.5, -0.5)
    if probabilities is None:
        return
    axis.barh(range(len(classes)), probabilities, color=SHADE, edgecolor=INK)
    for row, value in enumerate(probabilities):
        inside = value > 0.7
        axis.text(
            value + (-0.03 if inside else 0.03),
            row,
            f"{value:.2f}",
            va="center",
            ha="right" if inside else "left",
        )


def score_table(
    scores: Array, tokens: Sequence[str], classes: Sequence[str], targets: Sequence[int]
) -> Picture:
    """The scores before the softmax at each step, with the class that wins and the class that should.

    Args:
        scores: (n_y, T_x).
        tokens: the inputs by name.
        classes: the classes by name.
        targets: the index of the true class at each step.
    """
    winners = scores.argmax(axis=0)
    verdicts = ["right" if w == y else "wrong" for w, y in zip(winners, targets, strict=True)]
    facts = [
        f"step {t + 1} reads {token}, should say {classes[targets[t]]}, says {classes[winners[t]]}: "
        f"{verdicts[t]}"
        for t, token in enumerate(tokens)
    ]
    with canvas(f"Scores at each step: {'; '.join(facts)}.", width=6.6, height=3.5) as (picture, axes):
        axis = axes[0, 0]
        show_cells(axis, scores)
        name_columns(
            axis, [f"{t + 1}: reads “{token}”\n{verdicts[t]}" for t, token in enumerate(tokens)], "time step"
        )
        name_rows(axis, classes, "score of the next letter")
        for t, (winner, target) in enumerate(zip(winners, targets, strict=True)):
            axis.add_patch(
                Rectangle((t - 0.47, target - 0.46), 0.94, 0.92, fill=False, linewidth=2.8, edgecolor=INK)
            )
            axis.text(t + 0.3, winner, "▲", ha="center", va="center", fontsize=10)
        axis.set_title("framed: the true letter      ▲: the largest score")
    return picture


def stacked_blocks(Waa: Array, Wax: Array, a_prev: Array, xt: Array) -> Picture:
    """The two products of a cell, and the same numbers as one product of stacked blocks.

    Args:
        Waa: (n_a, n_a). Wax: (n_a, n_x).
        a_prev: (n_a, 1). xt: (n_x, 1), one example.
    """
    n_a, n_x = Wax.shape
    alt = (
        f"Heat maps: W_aa of shape {Waa.shape} and W_ax of shape {Wax.shape} side by side as one matrix of "
        f"shape {(n_a, n_a + n_x)}; to its right a_prev above x as one column of {n_a + n_x} numbers. A "
        "heavy line marks the seam in both: columns left of it meet a_prev, columns right of it meet x."
    )
    ratios = [n_a + n_x, 1.6]
    with canvas(alt, 1, 2, width=7.4, height=3.6, width_ratios=ratios) as (picture, axes):
        left, right = axes[0]
        stacked, column = np.hstack([Waa, Wax]), np.vstack([a_prev, xt])
        show_cells(left, stacked)
        show_cells(right, column)
        left.axvline(n_a - 0.5, color=INK, linewidth=3)
        right.axhline(n_a - 0.5, color=INK, linewidth=3)
        left.set_title("$W_a = [\\,W_{aa} \\mid W_{ax}\\,]$")
        right.set_title("$[a^{\\langle t-1 \\rangle}, x^{\\langle t \\rangle}]$")
        name_columns(
            left, [f"a{i}" for i in range(n_a)] + [f"x{i}" for i in range(n_x)], "column: what it meets"
        )
        name_rows(left, [f"{i}" for i in range(n_a)], "unit")
        name_rows(right, [f"a{i}" for i in range(n_a)] + [f"x{i}" for i in range(n_x)], "")
        right.set_xlabel("example 0")
    return picture


def common_past(first: Array, second: Array, words: Sequence[Sequence[str]]) -> Picture:
    """The activations over two sentences that begin alike, one strip above the other.

    Args:
        first, second: (n_a, T) activations of the two sentences.
        words: the words of the two sentences.
    """
    shared = min(first.shape[1], second.shape[1])
    alike = np.isclose(first[:, :shared], second[:, :shared]).all(axis=0)
    same = shared if alike.all() else int(alike.argmin())
    longest = max(len(sentence) for sentence in words)
    alt = (
        f"Activations over two sentences, {' '.join(words[0])} and {' '.join(words[1])}. The columns of "
        f"the first {same} words are identical in both; from word {same + 1} on they differ."
    )
    with canvas(alt, 2, 1, width=8.0, height=4.6) as (picture, axes):
        for axis, values, sentence in zip(axes[:, 0], (first, second), words, strict=True):
            show_cells(axis, values, limit=1.0)
            axis.set_xticks(range(len(sentence)), sentence)
            axis.set(ylabel="unit of a", xlim=(-0.5, longest - 0.5))
            axis.axvspan(len(sentence) - 0.5, longest - 0.5, color=PAPER, zorder=3)
            axis.spines["bottom"].set_visible(False)
            axis.axvline(same - 0.5, color=INK, linewidth=3)
        axes[1, 0].set_xlabel("word (left of the line both sentences are the same)")
    return picture


def bracket_trap(loss: Callable[[Array, Array], tuple[Array, float]]) -> Picture:
    """The binary loss against the predicted probability, and what is lost with its brackets.

    Args:
        loss: the learner's `binary_cross_entropy`.
    """
    p = np.linspace(0.02, 0.98, 97)
    yes, _ = loss(p.reshape(1, 1, -1), np.ones((1, 1, p.size)))
    no, _ = loss(p.reshape(1, 1, -1), np.zeros((1, 1, p.size)))
    alt = (
        "Loss against the predicted probability of yes. For a true yes it falls to zero as the probability "
        "rises; for a true no it rises. Without brackets the curve of a true no is mirrored below zero: "
        "the surer the wrong yes, the lower the loss."
    )
    with canvas(alt, width=7.2, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        axis.axhline(0, color=FAINT, linewidth=1)
        axis.plot(p, yes[0], label="true label 1", marker="", color=INK, linestyle="-")
        axis.plot(p, no[0], label="true label 0", marker="", color=BLUE, linestyle="--")
        axis.plot(p, -no[0], label="true label 0, brackets missing", marker="", color=ORANGE, linestyle=":")
        axis.set(
            xlabel="predicted probability of “part of a name”", ylabel="loss of one word (nats)", xlim=(0, 1)
        )
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return picture


def step_losses(losses: Array, tokens: Sequence[str], targets: Sequence[str]) -> Picture:
    """The loss of each step of one sequence as bars.

    Args:
        losses: (T_x,) in nats.
        tokens: what each step reads.
        targets: what should come next.
    """
    labels = [f"{t + 1}: “{a}” → “{b}”" for t, (a, b) in enumerate(zip(tokens, targets, strict=True))]
    facts = ", ".join(f"{label} {loss:.2f}" for label, loss in zip(labels, losses, strict=True))
    with canvas(f"Loss of each step in nats: {facts}.", width=6.6, height=2.9) as (picture, axes):
        axis = axes[0, 0]
        axis.bar(range(len(losses)), losses, color=SHADE, edgecolor=INK, width=0.6)
        for t, loss in enumerate(losses):
            axis.text(t, loss + 0.03 * losses.max(), f"{loss:.2f}", ha="center")
        guess = np.log(4) if len(set(tokens) | set(targets)) == 4 else None
        if guess is not None:
            axis.axhline(guess, color=GREY, linestyle="--", linewidth=1.2)
            axis.text(
                len(losses) - 0.55,
                guess,
                "log 4: blind guess",
                ha="right",
                va="bottom",
                color=GREY,
                fontsize=10,
            )
        name_columns(axis, labels, "time step: what it reads → what comes next")
        axis.set(ylabel="loss (nats)", ylim=(0, losses.max() * 1.18))
    return picture


def difference_errors(epsilons: Array, errors: Array) -> Picture:
    """The error of a numeric gradient against the width of its difference.

    Args:
        epsilons: (k,) half widths, from large to small or small to large.
        errors: (k,) relative errors.
    """
    best = float(epsilons[errors.argmin()])
    alt = (
        "Error of the numeric gradient against epsilon, both logarithmic. It falls as epsilon shrinks "
        f"from 1, is least near {best:.0e}, and rises again for smaller epsilon: a V."
    )
    with canvas(alt, width=6.6, height=3.4) as (picture, axes):
        axis = axes[0, 0]
        axis.loglog(epsilons, errors)
        large = epsilons[epsilons >= 1e-3]
        axis.loglog(large, 0.3 * large**2, color=GREY, marker="", linestyle="--", linewidth=1.2)
        axis.text(3e-2, 3e-6, "slope 2", color=GREY, fontsize=10)
        axis.set(
            xlabel="epsilon", ylabel="relative error", title="too small drowns in rounding, too large bends"
        )
        axis.grid(True)
    return picture


def backward_flow() -> Picture:
    """The unrolled network with the gradients that run back through it."""
    alt = (
        "Three cells in a chain. Thin arrows run forward, left to right and upwards to the losses. Thick dashed "
        "arrows run back: into each cell from its own loss above, and from the cell to its right; out of each "
        "cell to the left, and down into the shared weights, where the contributions of all steps add up."
    )
    with canvas(alt, width=9.0, height=4.6) as (picture, axes):
        axis = axes[0, 0]
        blank(axis, 12.6, 6.2)
        back: dict[str, Any] = {"linestyle": "--", "color": ORANGE, "linewidth": 2.0}
        box(
            axis,
            (6.3, 0.5),
            "$dW_{aa},\\ dW_{ax},\\ db_a$: one sum over all steps",
            size=(9.6, 0.8),
            linestyle="--",
        )
        for step, x in enumerate((2.5, 6.3, 10.1), start=1):
            box(axis, (x, 3.4), f"$a^{{\\langle {step} \\rangle}}$", size=(1.4, 1.0), facecolor=SHADE)
            box(axis, (x, 5.7), f"$\\mathcal{{L}}^{{\\langle {step} \\rangle}}$", size=(1.0, 0.7))
            arrow(axis, (x - 0.2, 3.9), (x - 0.2, 5.35))
            arrow(axis, (x + 0.2, 5.35), (x + 0.2, 3.9), f"$da^{{\\langle {step} \\rangle}}$", **back)
            arrow(axis, (x - 3.1 if step > 1 else 0.4, 3.6), (x - 0.7, 3.6))
            carried = f"$da_{{prev}}$ of step {step}"
            arrow(axis, (x - 0.7, 3.1), (x - 3.1 if step > 1 else 0.2, 3.1), **back)
            axis.text(
                x - 1.9 if step > 1 else 0.95, 2.95, carried, ha="center", va="top", color=ORANGE, fontsize=9
            )
            arrow(axis, (x, 2.9), (x, 0.9), f"step {step}", **back)
        axis.text(0.35, 3.85, "$a^{\\langle 0 \\rangle}$", fontsize=11, ha="center")
        axis.text(11.0, 3.4, "nothing\ncomes in", fontsize=9, color=GREY, va="center")
    return picture


def gradient_by_step(norms: Array, loss_step: int) -> Picture:
    """How much of one step's loss reaches each earlier step.

    Args:
        norms: (T_x,) norms of the gradient with respect to the inputs.
        loss_step: the step, from 1, whose loss is differentiated.
    """
    shown = norms[:loss_step]
    alt = (
        f"Norm of the gradient of the loss at step {loss_step} with respect to the input of each step, on "
        f"a logarithmic axis: {shown[-1]:.2g} at step {loss_step}, {shown[0]:.2g} at step 1."
    )
    with canvas(alt, width=7.0, height=3.0) as (picture, axes):
        axis = axes[0, 0]
        steps = np.arange(1, len(norms) + 1)
        axis.semilogy(steps[:loss_step], shown)
        axis.set(xlabel="time step t", ylabel="gradient norm", xlim=(0.5, len(norms) + 0.5))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_title(f"what the loss of step {loss_step} sends to $x^{{\\langle t \\rangle}}$")
        axis.grid(True, axis="y")
    return picture


def name_scores(
    names: Sequence[str], scores: Array, scrambled: Sequence[str], scrambled_scores: Array
) -> Picture:
    """Log-probability per letter of names, beside the same letters in another order.

    Args:
        names: the names.
        scores: (k,) mean log-probability of a letter, in nats.
        scrambled: the same letters shuffled.
        scrambled_scores: (k,) their scores.
    """
    wins = int((scores > scrambled_scores).sum())
    alt = (
        f"Mean log-probability per letter of {len(names)} names and of the same letters shuffled. The name "
        f"scores higher in {wins} of {len(names)} pairs."
    )
    with canvas(alt, width=7.4, height=0.42 * len(names) + 1.2) as (picture, axes):
        axis = axes[0, 0]
        rows = np.arange(len(names))
        axis.hlines(rows, scrambled_scores, scores, color=FAINT, linewidth=2)
        axis.plot(scores, rows, "o", color=INK, markersize=8, label="the name")
        axis.plot(
            scrambled_scores,
            rows,
            "s",
            color=ORANGE,
            markersize=7,
            fillstyle="none",
            label="its letters shuffled",
        )
        axis.set_yticks(rows, [f"{name} / {other}" for name, other in zip(names, scrambled, strict=True)])
        axis.set(
            xlabel="log-probability per letter (nats; to the right: more name-like)",
            ylim=(len(names) - 0.5, -0.5),
        )
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return picture
