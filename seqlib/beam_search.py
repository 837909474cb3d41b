"""Beam search by hand, one input at a time; whose fault a wrong text is; BLEU.

A model is a function `step(tokens, state) -> (log_p, state)`: tokens (B,) that were written last, one for each of B
hypotheses; state a tuple of arrays (n, B), hypotheses last; log_p (V, B) the natural logarithms of the probabilities of
the next token. A hypothesis is ranked by the sum of its log-probabilities over its length to the power α, the end token
counted in both (Wu et al. 2016 without the constant 5; lecture note 003).
BLEU is that of Papineni et al. (2002), over a corpus, without smoothing, from 0 to 1.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array
from seqlib.arguments import requires

State = tuple[NDArray[Any], ...]
Step = Callable[[NDArray[Any], State], tuple[Array, State]]
Indices = NDArray[np.integer]
Text = Sequence[Any]
Numbers = TypeVar("Numbers", float, Array)

ORDER = 4
"""The longest n-grams that BLEU looks at."""
BLAMES = ("none", "search", "model")


def _alpha(alpha: float) -> None:
    ask.positive("alpha", alpha, zero=True)


def _length(length: Any) -> None:
    lengths = np.asarray(length)
    if lengths.dtype.kind not in "iuf":
        raise TypeError(f"length is {length!r:.40}; expected numbers of tokens")
    if not (lengths >= 1).all():
        raise ValueError(f"length holds {lengths.min()}; expected 1 or more: the end token counts too")


def _sums(log_probability: Any) -> None:
    values = np.asarray(log_probability)
    if values.dtype.kind not in "iuf":
        raise TypeError(f"log_probability is {log_probability!r:.40}; expected numbers")
    if np.isnan(values).any():
        raise ValueError("log_probability holds NaN; expected numbers")


def _beam(sums: Array, lengths: Indices, finished: NDArray[np.bool_], log_p: Array, end: int) -> None:
    ask.array("log_p", log_p, "(V, B)")
    B = (log_p.shape[1],)
    ask.shaped("sums", sums, B, "one for each column of log_p")
    ask.shaped("lengths", lengths, B, "one for each column of log_p", "iu")
    ask.shaped("finished", finished, B, "one for each column of log_p", "b")
    ask.count("end", end, 0)
    ask.within("end", end, len(log_p))


def _scores(scores: Array) -> None:
    ask.array("scores", scores, "(B, V)")


def _width(width: int) -> None:
    ask.count("width", width)


def _state(state: State) -> None:
    if not isinstance(state, tuple):
        raise TypeError(f"state is of type {type(state).__name__}; expected a tuple of arrays (n, B)")
    ask.some("state", state)
    for i, part in enumerate(state):
        ask.array(f"state[{i}]", part, "(n, B)", "biuf")
        if part.shape[1] != state[0].shape[1]:
            raise ValueError(
                f"state[{i}] has {part.shape[1]} columns; expected {state[0].shape[1]}, one for each hypothesis"
            )


def _origins(state: State, origins: Indices) -> None:
    if np.ndim(origins) != 1:
        raise ValueError(f"origins has shape {np.shape(origins)}; expected (B,)")
    ask.within("origins", origins, state[0].shape[1])


def _model(step: Step, state: State, start: int) -> None:
    if not callable(step):
        raise TypeError(f"step is of type {type(step).__name__}; expected a function of tokens and state")
    ask.count("start", start, 0)
    if state[0].shape[1] != 1:
        raise ValueError(f"state has {state[0].shape[1]} columns; expected 1: a search begins with one")


def _search(end: int, longest: int) -> None:
    ask.count("end", end, 0)
    ask.count("longest", longest)


def _tokens(tokens: Sequence[int]) -> None:
    ask.some("tokens", tokens)
    ask.within("tokens", tokens, 2**31)


def _analysis(found: Any, target: Sequence[int], target_log_probability: float) -> None:
    ask.keys("found", found, ("tokens", "score"))
    ask.some("target", target)
    if not isinstance(target_log_probability, int | float | np.number) or np.isnan(target_log_probability):
        raise ValueError(f"target_log_probability is {target_log_probability!r:.40}; expected a number")


def _blames(blames: Sequence[str]) -> None:
    ask.some("blames", blames)
    if strange := [blame for blame in blames if blame not in BLAMES]:
        raise ValueError(f"blames holds {strange[0]!r:.40}; expected {', '.join(BLAMES)}")


def _text(name: str, value: Any) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{name} is {value!r:.40}; expected a list of tokens")


def _one(candidate: Text, references: Sequence[Text], n: int) -> None:
    _text("candidate", candidate)
    ask.some("references", references)
    for i, reference in enumerate(references):
        _text(f"references[{i}]", reference)
    ask.count("n", n)


def _corpus(candidates: Sequence[Text], references: Sequence[Sequence[Text]]) -> None:
    ask.some("candidates", candidates)
    if len(references) != len(candidates):
        raise ValueError(f"references has {len(references)} items; expected {len(candidates)}, as candidates")
    for i, (candidate, several) in enumerate(zip(candidates, references, strict=True)):
        _text(f"candidates[{i}]", candidate)
        ask.some(f"references[{i}]", several)
        for j, reference in enumerate(several):
            _text(f"references[{i}][{j}]", reference)


def _entry(log_p: Array, token: int) -> float:
    """The log-probability of one token, of one hypothesis."""
    ask.array("log_p", log_p, "(V, B)")
    ask.within("tokens", token, len(log_p))
    return float(log_p[token, 0])


@requires(_sums, _length, _alpha)
def score(log_probability: Numbers, length: Any, alpha: float) -> Numbers:
    """What hypotheses are ranked by: the sum of log-probabilities over the length to the power α.

    Args:
        log_probability: sums of log-probabilities, in nats: a number, or an array.
        length: tokens, the end token included: a number, or an array that fits.
        alpha: 0 for plain sums, 1 for the mean of a token, or between.

    Returns:
        The scores; the higher, the better.

    Raises:
        ValueError: a length is below 1, α is negative, or a sum is NaN.
        TypeError: what is given is no number.
    """
    normalised: Numbers = log_probability / length**alpha
    return normalised


@requires(_beam)
def candidates(
    sums: Array, lengths: Indices, finished: NDArray[np.bool_], log_p: Array, end: int
) -> tuple[Array, Indices]:
    """All hypotheses of the next step: each unfinished one with each token, each finished one as it is.

    Args:
        sums: (B,) log-probabilities of the hypotheses so far.
        lengths: (B,) their tokens, whole numbers.
        finished: (B,) whether they have ended.
        log_p: (V, B) log-probabilities of the next token of each.
        end: the end token; a finished hypothesis stands in its column.

    Returns:
        sums (B, V) of the continuations: row b belongs to hypothesis b, and -∞ stands where there is none; lengths (B,),
        that of all continuations of a hypothesis.

    Raises:
        ValueError: shapes do not fit, log_p holds NaN, or `end` is not one of V.
        TypeError: finished holds no truth values, or lengths no whole numbers.
    """
    continued = sums[:, np.newaxis] + log_p.T
    continued[finished] = -np.inf
    continued[finished, end] = sums[finished]
    return continued, lengths + ~finished


@requires(_scores, _width)
def best(scores: Array, width: int) -> tuple[Indices, Indices]:
    """The best candidates of all hypotheses together, the best first.

    Of equal ones that of the earlier hypothesis comes first, then that of the smaller token.

    Args:
        scores: (B, V) of all continuations; -∞ where there is none.
        width: how many are wanted.

    Returns:
        origins and tokens (K,), row and column of each; K is `width`, or fewer where fewer are finite.

    Raises:
        ValueError: scores hold NaN or are not (B, V), or width is below 1.
        TypeError: width is no whole number.
    """
    order = np.argsort(-scores, axis=None, kind="stable")[:width]
    origins, tokens = np.unravel_index(order, scores.shape)
    possible = np.isfinite(scores[origins, tokens])
    return origins[possible], tokens[possible]


@requires(_state, _origins)
def reorder(state: State, origins: Indices) -> State:
    """The state of the hypotheses that are kept: column k is that of the one which k continues.

    Args:
        state: arrays (n, B), of any number of rows.
        origins: (K,) the hypothesis that each kept one continues.

    Returns:
        Arrays (n, K).

    Raises:
        ValueError: an origin is not one of B, or the arrays have different numbers of columns.
        TypeError: state is no tuple of arrays, or origins are no whole numbers.
    """
    return tuple(part[:, origins] for part in state)


@requires(_state, _model, _search, _width, _alpha)
def beam_search(
    step: Step, state: State, start: int, end: int, width: int, longest: int, alpha: float
) -> list[dict[str, Any]]:
    """The best hypotheses that a beam finds (lecture note 003; Sutskever et al. 2014).

    Args:
        step: the model.
        state: arrays (n, 1) before the first step.
        start: the token that the model is given first; it is part of no hypothesis.
        end: the token that finishes a hypothesis, and is part of it.
        width: how many hypotheses are kept; 1 is greedy search.
        longest: hypotheses are cut at so many tokens, `end` included.
        alpha: exponent of the length; 0 for plain sums.

    Returns:
        At most `width` hypotheses, the best first: dicts of "tokens" (a list), "log_probability" (their sum), "score", and
        "finished" (whether `end` was reached). Empty where every token of every hypothesis has probability 0.

    Raises:
        ValueError: width or longest is below 1, alpha is negative, the state has more than one column, step gives NaN, or
            `end` is no token of the model.
        TypeError: width, longest, start or end is no whole number, or step no function.
    """
    tokens: list[list[int]] = [[]]
    last: Indices = np.array([start])
    sums: Array = np.zeros(1)
    lengths, finished = np.zeros(1, dtype=int), np.zeros(1, dtype=bool)
    for _ in range(longest):
        log_p, state = step(last, state)
        grown, lengths = candidates(sums, lengths, finished, log_p, end)
        scores = score(grown, lengths[:, np.newaxis], alpha)
        origins, last = best(scores, width)
        tokens = [
            tokens[b] if finished[b] else [*tokens[b], int(v)] for b, v in zip(origins, last, strict=True)
        ]
        state = reorder(state, origins)
        sums, lengths, ranked = grown[origins, last], lengths[origins], scores[origins, last]
        finished = last == end
        if finished.all():
            break
    return [
        {"tokens": t, "log_probability": float(p), "score": float(s), "finished": bool(f)}
        for t, p, s, f in zip(tokens, sums, ranked, finished, strict=True)
    ]


@requires(_state, _model, _tokens)
def rescore(step: Step, state: State, tokens: Sequence[int], start: int) -> float:
    """The log-probability of a given text: each token's, with the true ones before it.

    Args:
        step: the model.
        state: arrays (n, 1) before the first step.
        tokens: whole numbers, `end` at the end if it is to be counted.
        start: the token that the model is given first.

    Returns:
        The sum, in nats.

    Raises:
        ValueError: there is no token, one is not of the model's vocabulary, or step gives NaN.
        TypeError: tokens are no whole numbers, or step is no function.
    """
    total = 0.0
    for before, token in zip([start, *tokens[:-1]], tokens, strict=True):
        log_p, state = step(np.array([before]), state)
        total += _entry(log_p, token)
    return total


@requires(_analysis, _alpha)
def blame(found: dict[str, Any], target: Sequence[int], target_log_probability: float, alpha: float) -> str:
    """Whose fault it is that a search has not found the true text.

    Args:
        found: the best hypothesis, with its "tokens" and its "score".
        target: the true tokens, with the end token.
        target_log_probability: their sum, from `rescore`.
        alpha: the one that the search ranked with.

    Returns:
        "none" where the true text was found; "search" where it ranks above what was found, so that a better search would
        have returned something better; "model" where it does not.

    Raises:
        ValueError: there is no target, its log-probability is no number, alpha is negative, or found lacks a key.
    """
    if list(found["tokens"]) == list(target):
        return "none"
    if score(target_log_probability, len(target), alpha) > found["score"]:
        return "search"
    return "model"


@requires(_blames)
def blame_shares(blames: Sequence[str]) -> dict[str, float]:
    """How often nothing is wrong, the search is at fault, the model is at fault.

    Args:
        blames: of each input "none", "search" or "model".

    Returns:
        The shares of the three, which add up to 1.

    Raises:
        ValueError: there is no item, or one of another name.
    """
    return {name: sum(blame == name for blame in blames) / len(blames) for name in BLAMES}


@requires(_one)
def clipped_matches(candidate: Text, references: Sequence[Text], n: int) -> tuple[int, int]:
    """How many n-grams of a text stand in a reference too, and how many there are.

    Args:
        candidate: a list of tokens; may be empty.
        references: lists of tokens, one or more.
        n: how many tokens in a row are looked at.

    Returns:
        The matches: of each n-gram at most as many as the reference has that holds it most often; and all n-grams of the
        candidate.

    Raises:
        ValueError: there is no reference, or n is below 1.
        TypeError: a text is no list of tokens.
    """
    of_candidate, *of_references = [
        Counter(zip(*[text[i:] for i in range(n)], strict=False)) for text in (candidate, *references)
    ]
    matches = sum(
        min(count, max(counts[ngram] for counts in of_references)) for ngram, count in of_candidate.items()
    )
    return matches, of_candidate.total()


@requires(_corpus)
def brevity_penalty(candidates: Sequence[Text], references: Sequence[Sequence[Text]]) -> float:
    """The factor by which BLEU falls where a corpus is too short: exp(1 - r / c) below 1.

    Args:
        candidates: lists of tokens; c is the sum of their lengths.
        references: for each candidate lists of tokens, one or more; r is the sum of the lengths that come closest to the
            candidate's, the shorter of two that are equally close.

    Returns:
        From 0, for nothing but empty candidates, to 1.

    Raises:
        ValueError: there is no candidate, or one without a reference.
        TypeError: a text is no list of tokens.
    """
    c, r = 0, 0
    for candidate, several in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(text) - len(candidate)), len(text)) for text in several)[1]
    if c >= r:
        return 1.0
    return float(np.exp(1 - r / c)) if c else 0.0


@requires(_corpus)
def bleu(candidates: Sequence[Text], references: Sequence[Sequence[Text]]) -> float:
    """BLEU of a corpus: the geometric mean of the precisions of n-grams up to four tokens, times the brevity penalty.

    Args:
        candidates: lists of tokens.
        references: for each candidate lists of tokens, one or more.

    Returns:
        From 0 to 1; a hundredth of what sacreBLEU gives. 0 where nothing matches for some n.

    Raises:
        ValueError: there is no candidate, or one without a reference.
        TypeError: a text is no list of tokens.
    """
    logarithms = 0.0
    for n in range(1, ORDER + 1):
        pairs = zip(candidates, references, strict=True)
        matches, total = np.sum([clipped_matches(text, several, n) for text, several in pairs], axis=0)
        if not matches:
            return 0.0
        logarithms += np.log(matches / total)
    return float(brevity_penalty(candidates, references) * np.exp(logarithms / ORDER))
