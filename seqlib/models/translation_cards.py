"""From trained runs of translation models to their cards and recorded outputs, and the proof that these belong together.

Every figure is that of the weights as they are kept, in float64 on the CPU.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqlib import references
from seqlib.models.cards import (
    CPU,
    Figures,
    Parameters,
    best,
    differences,
    float32,
    hash_rows,
    misfits,
    of_training,
    problems_of_training,
    save,
    spread,
)
from seqlib.models.decoding import beam_search
from seqlib.models.prepared import DATA
from seqlib.models.recipes import TranslationRecipe
from seqlib.models.train import Run
from seqlib.models.translation import Encoded, Example, Pairs, Translator, from_by_hand, to_by_hand
from seqlib.text import EOS, SOS

WIDTH = 4
"""Hypotheses of each recorded n-best list."""
INPUTS = (
    "E_x: tokens of the source; E_y: the token before, <SOS> first; the decoder's input is its column of E_y "
    "above the context; probabilities of the next token from the activation after the step"
)


def write(recipe: TranslationRecipe, data: Pairs, runs: Sequence[Run], folder: Path) -> references.Card:
    """Write weights, recorded outputs and card; the held-out parts are looked at here, for the first time.

    Args:
        recipe: what was trained.
        data: what it was trained on.
        runs: one run a seed; the one with the lowest validation bits gives the weights.
        folder: where the three files go.

    Returns:
        The card.
    """
    weights = [float32(to_by_hand(_translator(run.model))) for run in runs]
    given = [translations(arrays, data) for arrays in weights]
    found = [figures_of(arrays, data, texts) for arrays, texts in zip(weights, given, strict=True)]
    kept = best(found)
    content = {
        **of_training(recipe, data, runs, found, from_by_hand(weights[kept])),
        **told(data),
        "metrics": spreads(found, kept),
        **shares(data, given[kept]),
    }
    return save(content, weights[kept], record(weights[kept], data), folder)


def told(data: Pairs) -> dict[str, Any]:
    """What a card says of the data and how a model reads them."""
    return {
        "source_vocabulary": list(data.source.tokens),
        "target_vocabulary": list(data.target.tokens),
        "longest": data.longest,
        "inputs": INPUTS,
        "unit": data.unit,
        "figure": "exact",
    }


def _translator(model: torch.nn.Module) -> Translator:
    assert isinstance(model, Translator)
    return model


def held_out(data: Pairs) -> dict[str, list[Example]]:
    """The parts that no training looked at, by name."""
    return {"test": data.test, **data.further}


def translations(arrays: Parameters, data: Pairs) -> dict[str, list[str]]:
    """What a model makes of the inputs of each held-out part, by greedy decoding."""
    model = from_by_hand(arrays)
    return {part: data.translate(model, examples) for part, examples in held_out(data).items()}


def figures_of(arrays: Parameters, data: Pairs, given: dict[str, list[str]]) -> Figures:
    """What a model reaches.

    Args:
        arrays: its weights.
        data: the prepared data.
        given: its `translations`.

    Returns:
        {"validation": {"bits"}}, and for each held-out part "bits" per target character, "exact" (share of targets
        met in every character) and "bleu" (sacreBLEU of characters, 0 to 100).
    """
    model = from_by_hand(arrays)
    found: Figures = {"validation": {"bits": data.bits(model, data.validation, CPU)}}
    for part, examples in held_out(data).items():
        targets = [data.text(example)[1] for example in examples]
        exact = float(np.mean([a == b for a, b in zip(given[part], targets, strict=True)]))
        bits = data.bits(model, examples, CPU)
        found[part] = {"bits": bits, "exact": exact, "bleu": bleu(given[part], targets)}
    return found


def bleu(given: list[str], targets: list[str]) -> float:
    """sacreBLEU of the characters of some texts; a German number is one word, so words would say little."""
    from sacrebleu.metrics.bleu import BLEU  # here, so that a machine that only trains need not have it

    return float(BLEU(tokenize="char").corpus_score(given, [targets]).score)


def spreads(found: Sequence[Figures], kept: int) -> dict[str, dict[str, Any]]:
    """Each figure of each part: of the run that is kept, and its mean and standard deviation over the runs."""
    return {
        part: {key: spread([figures[part][key] for figures in found], kept) for key in found[0][part]}
        for part in found[0]
    }


def shares(data: Pairs, given: dict[str, list[str]]) -> dict[str, dict[str, dict[str, float]]]:
    """The share of exact translations in each held-out part, by locale or language, and by count.

    Args:
        data: the prepared data.
        given: a model's `translations`.

    Returns:
        "by_group" and "by_count", each {part: {name: share}}.
    """
    found: dict[str, dict[str, dict[str, float]]] = {"by_group": {}, "by_count": {}}
    for part, examples in held_out(data).items():
        exact = [text == data.text(e)[1] for text, e in zip(given[part], examples, strict=True)]
        found["by_group"][part] = _share(exact, [e.group for e in examples])
        found["by_count"][part] = _share(exact, [str(e.count) for e in examples])
    return found


def _share(exact: Sequence[bool], names: Sequence[str]) -> dict[str, float]:
    by_name = defaultdict(list)
    for is_exact, name in zip(exact, names, strict=True):
        by_name[name].append(is_exact)
    return {name: float(np.mean(by_name[name])) for name in sorted(by_name)}


@torch.no_grad()
def record(arrays: Parameters, data: Pairs) -> Parameters:
    """What a model gives for eight test inputs, the true targets fed, and its n-best lists.

    Args:
        arrays: the weights.
        data: the prepared data.

    Returns:
        places (m,) in the test part, hashes (m, 32) of the inputs; log_probabilities (V_y, m, T_y) float64, 0 after
        a target's end; context (n_a, m), or with attention annotations (2 n_a, m, T_x), energies and weights
        (m, T_y, T_x), 0 where masked, float32; beam_tokens (m, B, T), beam_log_probabilities (m, B).
    """
    examples, place = data.recorded, {id(example): i for i, example in enumerate(data.test)}
    model = from_by_hand(arrays)
    source, lengths, before, targets = data.as_batch(examples, CPU)
    encoded = model.encode(source, lengths)
    log_y = torch.log_softmax(model(source, lengths, before)[0], dim=-1) * (targets >= 0)[..., None]
    beams = beam_search(
        _step(model, encoded),
        model.start(encoded),
        data.target.index[SOS],
        data.target.index[EOS],
        WIDTH,
        data.longest,
    )
    found = {
        "places": np.array([place[id(example)] for example in examples]),
        "hashes": hash_rows([data.text(example)[0] for example in examples]),
        "log_probabilities": log_y.permute(2, 0, 1).numpy(),
        "beam_tokens": beams.tokens.numpy(),
        "beam_log_probabilities": beams.log_probabilities.numpy(),
        **_seen(model, encoded, before, targets),
    }
    return {key: np.ascontiguousarray(value) for key, value in found.items()}


def _step(model: Translator, encoded: Encoded) -> Callable[..., Any]:
    return lambda tokens, state: model.step(tokens, state, encoded)


def _seen(model: Translator, encoded: Encoded, before: torch.Tensor, targets: torch.Tensor) -> dict[str, Any]:
    """What the decoder is given: one context, or annotations, energies and weights of every step."""
    if not model.attention:
        return {"context": encoded.a.T.numpy().astype(np.float32)}
    state, energies, weights = model.start(encoded), [], []
    for x_t in model.target(before).unbind(dim=1):
        of_step = model.attend(state[0], encoded)
        energies.append(of_step[0])
        weights.append(of_step[1])
        state = model.advance(x_t[:, None], state, encoded)
    real = (targets >= 0)[..., None] & encoded.mask[:, None]  # (m, T_y, T_x)
    return {
        "annotations": encoded.a.permute(2, 0, 1).numpy().astype(np.float32),
        "energies": (torch.cat(energies, dim=1) * real).numpy().astype(np.float32),
        "weights": (torch.cat(weights, dim=1) * real).numpy().astype(np.float32),
    }


def verify(recipe: TranslationRecipe, folder: Path) -> list[str]:
    """Recompute what a card states from the committed weights.

    Args:
        recipe: the reference model's.
        folder: where its files lie.

    Returns:
        One sentence for each thing that does not belong together; empty when all does.
    """
    try:
        parameters, content = references.load(recipe.name, folder)
        known = references.recorded_translations(recipe.name, folder)
    except (ValueError, FileNotFoundError) as error:
        return [str(error)]
    data, arrays = DATA[recipe.data](), references.flat(parameters)
    assert isinstance(data, Pairs)
    if problems := misfits(content, recipe, told(data)):
        return problems
    problems = problems_of_training(content, recipe, data, from_by_hand(arrays))
    again = record(arrays, data)
    problems += [
        f"the recorded {key} are not those of the weights"
        for key in sorted(known.keys() | again.keys())
        if key not in known or key not in again or not _close(known[key], again[key])
    ]
    runs = content["runs"]
    kept = [run["seed"] for run in runs].index(content["seed"])
    given = translations(arrays, data)
    recomputed = figures_of(arrays, data, given)
    stated_of = [{part: run[part] for part in recomputed} for run in runs]
    problems += differences("metrics of the runs", content["metrics"], spreads(stated_of, kept))
    stated_of[kept] = recomputed
    problems += differences("metrics", content["metrics"], spreads(stated_of, kept))
    for key, stated in shares(data, given).items():
        problems += differences(key, content[key], stated)
    return problems + missed_bars(recipe, content)


def _close(known: Any, again: Any) -> bool:
    if known.shape != again.shape or known.dtype != again.dtype:
        return False
    return bool(np.allclose(known, again, rtol=0, atol=1e-5 if known.dtype == np.float32 else 1e-9))


def missed_bars(recipe: TranslationRecipe, content: references.Card) -> list[str]:
    """The shares of exact translations that are below the recipe's bars."""
    found = content["metrics"]["test"]["exact"]["kept"]
    missed = [f"test exact {found:.4f} is below the bar {recipe.bar}"] if found < recipe.bar else []
    for what, least in (("by_group", recipe.least_group), ("by_count", recipe.least_count)):
        missed += [
            f"test exact of {name} is {share:.4f}, below {least}"
            for name, share in content[what]["test"].items()
            if share < least
        ]
    return missed


def table(content: references.Card) -> list[str]:
    """A card's figures as lines of text.

    Args:
        content: the card.

    Returns:
        Each figure of each part, of the run that is kept and over the seeds, then the shares of exact translations.
    """
    lines = [f"  {'':34}        kept       mean  deviation"]
    for part, figures in content["metrics"].items():
        for key, row in figures.items():
            texts = ["one seed" if value is None else f"{value:.4f}" for value in row.values()]
            lines.append(f"  {part + ', ' + key:34}  {texts[0]:>10} {texts[1]:>10} {texts[2]:>10}")
    for part in content["by_count"]:
        for key in ("by_count", "by_group"):
            shares = "  ".join(f"{name} {share:.3f}" for name, share in content[key][part].items())
            lines.append(f"  {part}, exact {key.replace('_', ' ')}: {shares}")
    return lines
