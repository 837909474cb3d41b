"""From trained runs to a committed reference model, and the proof that its files belong together."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seqlib import references
from seqlib.data import names
from seqlib.models import labels, translation_cards, vector_cards
from seqlib.models.cards import (
    CPU,
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
from seqlib.models.classifiers import Labelled
from seqlib.models.language_model import (
    LanguageModel,
    Sequences,
    bits_per_character,
    from_by_hand,
    to_by_hand,
)
from seqlib.models.prepared import DATA, Data
from seqlib.models.recipes import RECIPES, LabelRecipe, Recipe, Training, TranslationRecipe, VectorRecipe
from seqlib.models.train import Run
from seqlib.models.translation import Pairs
from seqlib.ngrams import NGram, bits_per_token
from seqlib.text import EOS

ORDERS = range(2, 7)


def write(recipe: Training, data: Data, runs: Sequence[Run], folder: Path) -> references.Card:
    """Write weights, recorded outputs and card; the test split is looked at here, for the first time.

    Args:
        recipe: what was trained.
        data: what it was trained on.
        runs: one run a seed; the one with the lowest validation figure gives the weights.
        folder: where the three files go.

    Returns:
        The card.
    """
    if isinstance(data, Labelled) and isinstance(recipe, LabelRecipe):
        return labels.write(recipe, data, runs, folder)
    if isinstance(data, Pairs) and isinstance(recipe, TranslationRecipe):
        return translation_cards.write(recipe, data, runs, folder)
    assert isinstance(data, Sequences)
    weights = [float32(to_by_hand(_language_model(run.model))) for run in runs]
    figures = [_figures(parameters, data) for parameters in weights]
    kept = best(figures)
    content = {
        **of_training(recipe, data, runs, figures, from_by_hand(weights[kept])),
        **told(data),
        "metrics": {part: spread([figure[part] for figure in figures], kept) for part in figures[0]},
        "ngrams": ngram_figures(),
    }
    return save(content, weights[kept], record(weights[kept], data, content), folder)


def told(data: Sequences) -> dict[str, Any]:
    """What a card says of the data and how a model reads them."""
    return {
        "vocabulary": list(data.vocabulary.tokens),
        "inputs": "x[0] = 0, x[t] = one-hot of token t - 1; a0 = 0; targets: characters, then <EOS>",
        "unit": "bits per character, <EOS> included",
    }


def record(parameters: Parameters, data: Sequences, content: references.Card) -> dict[str, NDArray[Any]]:
    """The outputs on the recorded test names.

    Args:
        parameters: the weights in the layout of the cells by hand.
        data: the prepared data.
        content: the card, for the vocabulary.

    Returns:
        hashes (m, 32) of the names, and log_probabilities (n_y, m, T_x) float64, 0 after a name's end.
    """
    chosen = [data.text(sequence) for sequence in data.recorded]
    batch = references.as_batch(chosen, content)
    log_y = log_probabilities(from_by_hand(parameters), batch.targets) * batch.mask
    return {"hashes": hash_rows(chosen), "log_probabilities": np.ascontiguousarray(log_y)}


@torch.no_grad()
def log_probabilities(model: LanguageModel, targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """log P of every token at every step, features first (n_y, m, T_x), in the model's own precision."""
    idx = torch.full(targets.shape, model.n_x)
    idx[:, 1:] = torch.from_numpy(targets[:, :-1])
    log_y = torch.log_softmax(model(idx)[0], dim=-1)  # (B, T, n_y)
    return np.moveaxis(log_y.numpy(), -1, 0)


@cache
def ngram_figures() -> dict[str, dict[str, float]]:
    """Bits per character of the n-gram models of orders 2 to 6, counted on the training names."""
    parts = names.split()
    tokens = {EOS}.union(*parts.train, *parts.validation, *parts.test)
    figures = {}
    for order in ORDERS:
        model = NGram(order, tokens).fit(parts.train)
        held_out = {"validation": parts.validation, "test": parts.test}
        figures[str(order)] = {
            part: bits_per_token(texts, model.probability, order) for part, texts in held_out.items()
        }
    return figures


def verify(name: str, folder: Path = references.FOLDER) -> list[str]:
    """Recompute what a card states from the committed weights.

    Args:
        name: the reference model.
        folder: where its files lie.

    Returns:
        One sentence for each thing that does not belong together; empty when all does.
    """
    recipe = RECIPES[name]
    if isinstance(recipe, VectorRecipe):
        return vector_cards.verify(recipe, folder)
    if isinstance(recipe, LabelRecipe):
        return labels.verify(recipe, folder)
    if isinstance(recipe, TranslationRecipe):
        return translation_cards.verify(recipe, folder)
    try:
        parameters, content = references.load(name, folder)
        known = references.recorded(name, folder).log_probabilities
    except (ValueError, FileNotFoundError, KeyError) as error:
        return [str(error)]
    data = DATA[recipe.data]()
    assert isinstance(data, Sequences)
    if problems := misfits(content, recipe, told(data)):
        return problems
    problems = problems_of_training(content, recipe, data, from_by_hand(parameters))
    if not np.allclose(known, record(parameters, data, content)["log_probabilities"], rtol=0, atol=1e-9):
        problems.append("the recorded outputs are not those of the weights")
    problems += differences("n-gram order", content["ngrams"], ngram_figures())
    figures = _figures(parameters, data)
    runs = content["runs"]
    kept = [run["seed"] for run in runs].index(content["seed"])
    for part, figure in figures.items():
        stated = [run[part] for run in runs]
        problems += differences(f"{part} of the runs", content["metrics"][part], spread(stated, kept))
        problems += differences("metrics", {part: content["metrics"][part]["kept"]}, {part: figure})
    return problems + missed_bars(content)


def missed_bars(content: references.Card) -> list[str]:
    """The bars on the test split that a model misses: its recipe's, and those of the baselines that it must beat."""
    recipe = RECIPES[content["name"]]
    if isinstance(recipe, VectorRecipe):
        return vector_cards.missed_bars(content)
    if isinstance(recipe, LabelRecipe):
        return labels.missed_bars(recipe, content)
    if isinstance(recipe, TranslationRecipe):
        return translation_cards.missed_bars(recipe, content)
    found = content["metrics"]["test"]["kept"]
    best = min(figures["test"] for figures in content["ngrams"].values())
    missed = [f"test {found:.4f} is above the bar {recipe.bar}"] if found > recipe.bar else []
    if isinstance(recipe, Recipe) and recipe.beats_ngrams and found >= best:
        missed.append(f"test {found:.4f} is not below the best n-gram model's {best:.4f}")
    return missed


def _language_model(model: torch.nn.Module) -> LanguageModel:
    assert isinstance(model, LanguageModel)
    return model


def _figures(parameters: Parameters, data: Sequences) -> dict[str, float]:
    model = from_by_hand(parameters)
    return {part: bits_per_character(model, getattr(data, part), CPU) for part in ("validation", "test")}
