"""Beam search over many inputs and hypotheses at once: one step of the decoder for all of them, states reordered.

A hypothesis is ranked by the sum of its log-probabilities over the length to the power α, `<EOS>` counted.
A finished hypothesis keeps its place and its score, and stays in the beam for as long as they are good enough.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State]]
"""From tokens (m, B) and a state of tensors (m, B, …) to log-probabilities (m, B, V) and the state after them."""


@dataclass(frozen=True)
class Beams:
    """The hypotheses of m inputs, B each, the best first."""

    tokens: Tensor
    """(m, B, T) without the start token; `end` after the end."""
    log_probabilities: Tensor
    """(m, B) sums of log-probabilities."""
    scores: Tensor
    """(m, B) what they are ranked by; −∞ where there are fewer than B hypotheses."""
    lengths: Tensor
    """(m, B) tokens with `end`."""
    finished: Tensor
    """(m, B) whether `end` was reached."""


@torch.no_grad()
def beam_search(
    step: Step, state: State, start: int, end: int, width: int, longest: int, alpha: float = 0.0
) -> Beams:
    """The best hypotheses that a beam of a given width finds for each of m inputs.

    Args:
        step: one step of the decoder.
        state: tensors (m, 1, …) before the first step.
        start: the token that the decoder is given first.
        end: the token that finishes a hypothesis.
        width: B, how many hypotheses are kept; 1 is greedy search.
        longest: the largest number of tokens, `end` included; hypotheses are cut there.
        alpha: exponent of the length; 0 for plain sums.

    Returns:
        The beams.

    Raises:
        ValueError: width or longest is below 1, alpha is negative, a log-probability is NaN, or `end` is no token of the
            model.
    """
    for name, value in (("width", width), ("longest", longest)):
        if value < 1:
            raise ValueError(f"{name} is {value}; expected 1 or more")
    if not alpha >= 0:
        raise ValueError(f"alpha is {alpha}; expected 0 or more")
    m = state[0].shape[0]
    rows = torch.arange(m, device=state[0].device)[:, None]  # (m, 1)
    tokens = torch.full((m, 1, 0), end, device=rows.device)
    last = torch.full((m, 1), start, device=rows.device)
    sums = state[0].new_zeros(m, 1)
    lengths = torch.zeros_like(last)
    finished = torch.zeros_like(last, dtype=torch.bool)
    for _ in range(longest):
        log_p, state = step(last, state)  # (m, B, V)
        if torch.isnan(log_p).any():
            raise ValueError("step gave NaN among the log-probabilities; expected numbers up to 0")
        v = log_p.shape[2]
        if not 0 <= end < v:
            raise ValueError(f"end is {end}; expected a token of the model, 0 to {v - 1}")
        log_p = log_p.masked_fill(finished[..., None], -torch.inf)
        log_p[..., end] = log_p[..., end].masked_fill(finished, 0.0)  # a finished one goes on as it is
        longer = lengths + (~finished).long()
        candidates = (sums[..., None] + log_p).flatten(1)  # (m, B V)
        divisors = longer.to(sums.dtype).pow(alpha).repeat_interleave(v, dim=1)
        scores, chosen = best(candidates / divisors, width)
        origin, last = chosen // v, chosen % v
        sums, lengths = candidates.gather(1, chosen), longer.gather(1, origin)
        tokens = torch.cat([tokens[rows, origin], last[..., None]], dim=2)
        state = tuple(part[rows, origin] for part in state)
        finished = finished.gather(1, origin) | (last == end)
        if finished[torch.isfinite(scores)].all():
            break
    return Beams(tokens, sums, scores, lengths, finished)


def best(scores: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """The highest of the scores (m, N) of each input, in order; of equal ones the one that stands first.

    Args:
        scores: −∞ for what is no candidate.
        width: how many are wanted.

    Returns:
        Scores and places (m, K), K the width or N.
    """
    k = min(width, scores.shape[1])
    chosen = scores.topk(k, dim=1).indices.sort(dim=1).values  # topk says nothing of the order of equal ones
    top, order = scores.gather(1, chosen).sort(dim=1, descending=True, stable=True)
    least = top[:, -1:]
    left_out = ((scores >= least).sum(dim=1, keepdim=True) > k) & torch.isfinite(least)
    if left_out.any():  # as good as the last that was chosen; sorting everything is slow, and this is rare
        top, order = scores.sort(dim=1, descending=True, stable=True)
        return top[:, :k], order[:, :k]
    return top, chosen.gather(1, order)
