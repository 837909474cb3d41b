"""The batched beam search beside a loop over hypotheses, and beside the bare steps of its decoder; two cores, one run.

256 held-out inputs of similar length, width 8. The loop is the one that a learner may write: hypothesis after
hypothesis, each with a state of its own, in NumPy or with the same torch model; it is timed on some inputs and scaled.
The bare steps are as many calls of the decoder as the search made, with as many hypotheses, and nothing else.
Bars: 10 times as fast as the faster of the two loops; at most 1.5 times the bare steps.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from table import report
from torch import Tensor

from autograder.variants.beam_search import beam_search__objects
from seqlib import references
from seqlib.attention import attention_step
from seqlib.deep_bidirectional import bidirectional_forward
from seqlib.models.decoding import State, beam_search
from seqlib.models.prepared import DATA
from seqlib.models.translation import Example, Pairs, Translator, from_by_hand
from seqlib.seq2seq import decoder_step, encoder_context
from seqlib.text import EOS, SOS

CORES, REPEATS = 2, 3
FASTER, OVERHEAD = 10.0, 1.5
Search = tuple[Callable[..., Any], Any]


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def torch_step(model: Translator, data: Pairs, examples: list[Example]) -> Search:
    source, lengths, *_ = data.as_batch(examples, torch.device("cpu"))
    with torch.no_grad():
        encoded = model.encode(source, lengths)
    return lambda tokens, state: model.step(tokens, state, encoded), model.start(encoded)


def one_by_torch(model: Translator, data: Pairs, example: Example) -> Search:
    """The same model for one hypothesis of one input."""
    step, state = torch_step(model, data, [example])

    @torch.no_grad()
    def one(tokens: Any, parts: State) -> tuple[Any, State]:
        log_p, after = step(torch.tensor(tokens)[None], parts)
        return log_p[0].T.numpy(), after

    return one, state


def one_by_hand(parameters: dict[str, Any], example: Example) -> Search:
    """The model by hand for one hypothesis of one input."""
    tokens = np.array([example.source])
    mask = np.ones(tokens.shape)
    if "attention" not in parameters:
        context = encoder_context(tokens, mask, parameters)

        def plain(last: Any, state: Any) -> tuple[Any, Any]:
            a, c, log_p = decoder_step(last, context, *state, parameters)
            return log_p, (a, c)

        return plain, (context, np.zeros_like(context))
    a = bidirectional_forward(parameters["E_x"][:, tokens], mask, parameters["encoder"])
    zeros = np.zeros((len(parameters["decoder"]["bf"]), 1))

    def attending(last: Any, state: Any) -> tuple[Any, Any]:
        s, c, log_p, _ = attention_step(last, *state, a, mask, parameters)
        return log_p, (s, c)

    return attending, (zeros, zeros)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a reference model; the largest that translates where none is named")
    parser.add_argument("--inputs", type=int, default=256, help="how many inputs are searched together")
    parser.add_argument("--width", type=int, default=8, help="of the beam")
    parser.add_argument("--sample", type=int, default=6, help="inputs that the loops are timed on")
    options = parser.parse_args()
    torch.set_num_threads(CORES)
    there = [
        name
        for name in ("numbers-attention", "dates-attention", "dates-seq2seq")
        if name in references.available()
    ]
    name = options.model or there[0]
    parameters, card = references.load(name)
    data = DATA[card["recipe"]["data"]]()
    assert isinstance(data, Pairs)
    model = from_by_hand(references.flat(parameters)).float()
    by_length = sorted(data.test, key=len)  # as they are batched when a test set is translated
    first = (len(by_length) - options.inputs) // 2
    examples = by_length[first : first + options.inputs]
    start, end = data.target.index[SOS], data.target.index[EOS]
    limits = (start, end, options.width, data.longest)
    step, state = torch_step(model, data, examples)
    shapes: list[tuple[int, ...]] = []

    def counting(tokens: Tensor, parts: State) -> tuple[Tensor, State]:
        shapes.append(tuple(tokens.shape))
        return step(tokens, parts)

    beam_search(counting, state, *limits)

    @torch.no_grad()
    def bare() -> None:
        for m, B in shapes:
            step(torch.full((m, B), start), tuple(part.expand(m, B, -1).contiguous() for part in state))

    searched, bare_steps = (
        min(times)
        for times in zip(
            *[(seconds(lambda: beam_search(step, state, *limits)), seconds(bare)) for _ in range(REPEATS)],
            strict=True,
        )
    )
    sample = examples[:: max(1, len(examples) // options.sample)][: options.sample]
    scale = len(examples) / len(sample)
    by_hand = scale * seconds(
        lambda: [beam_search__objects(*one_by_hand(parameters, e), *limits, 0.0) for e in sample]
    )
    by_torch = scale * seconds(
        lambda: [beam_search__objects(*one_by_torch(model, data, e), *limits, 0.0) for e in sample]
    )
    rows = [
        {"search": what, "seconds": spent, "of the batched search": spent / searched}
        for what, spent in (
            ("batched", searched),
            (f"its {len(shapes)} bare steps", bare_steps),
            ("hypothesis at a time, NumPy", by_hand),
            ("hypothesis at a time, torch", by_torch),
        )
    ]
    report(f"{name}: {len(examples)} inputs, width {options.width}, {CORES} cores", rows)
    failed = [
        text
        for text, wrong in (
            (f"less than {FASTER:g} times as fast as a loop", min(by_hand, by_torch) < FASTER * searched),
            (f"more than {OVERHEAD:g} times the bare steps", searched > OVERHEAD * bare_steps),
        )
        if wrong
    ]
    print("; ".join(failed) or "within the bars", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
