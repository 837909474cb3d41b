"""From trained runs of models that label to their cards and recorded outputs, and the proof that these belong together.

What is recorded is recomputed by the networks by hand of `seqlib.deep_bidirectional`, in NumPy.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seqlib import references
from seqlib.deep_bidirectional import classifier_forward, span_scores, tagger_forward, tags_to_spans
from seqlib.models.baselines import Predictions, of_texts, of_words
from seqlib.models.cards import (
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
from seqlib.models.classifiers import Example, Labelled, Labeller, from_by_hand
from seqlib.models.classifiers import to_by_hand as arrays_of
from seqlib.models.prepared import DATA
from seqlib.models.recipes import LabelRecipe
from seqlib.models.train import Run

Figures = dict[str, dict[str, float]]
PARTS = ("validation", "test")
INPUTS = {
    True: "words in lower case, <UNK> for those unknown, and the shape of each; a word's input is its column of E "
    "above its shape's column of E_shape; y at every word",
    False: "characters of the folded name, their columns of E; y from the top layer's last forward activation "
    "above its first backward one",
}


def write(recipe: LabelRecipe, data: Labelled, runs: Sequence[Run], folder: Path) -> references.Card:
    """Write weights, recorded outputs and card; the test split is looked at here, for the first time.

    Args:
        recipe: what was trained.
        data: what it was trained on.
        runs: one run a seed; the one with the lowest validation bits gives the weights.
        folder: where the three files go.

    Returns:
        The card.
    """
    weights = [float32(arrays_of(_labeller(run.model))) for run in runs]
    figures = [figures_of(arrays, data) for arrays in weights]
    kept = best(figures)
    content = {
        **of_training(recipe, data, runs, figures, from_by_hand(weights[kept], data.each_token)),
        **told(data),
        "metrics": spreads(figures, kept),
        **confusion(weights[kept], data),
        "baselines": baselines(data),
    }
    return save(content, weights[kept], record(weights[kept], data), folder)


def told(data: Labelled) -> dict[str, Any]:
    """What a card says of the data and how a model reads them."""
    return {
        "vocabulary": list(data.vocabulary.tokens),
        **({"shapes": list(data.shapes)} if data.shapes else {}),
        "labels": list(data.labels),
        "inputs": INPUTS[data.each_token],
        "unit": data.unit,
        "figure": figure_name(data),
    }


def _labeller(model: torch.nn.Module) -> Labeller:
    assert isinstance(model, Labeller)
    return model


def figure_name(data: Labelled) -> str:
    """The figure for which a recipe has its bar."""
    return "span_f1" if data.each_token else "accuracy"


def spreads(figures: Sequence[Figures], kept: int) -> dict[str, dict[str, Any]]:
    """Each figure of each part: of the run that is kept, and its mean and standard deviation over the runs."""
    return {
        part: {key: spread([figure[part][key] for figure in figures], kept) for key in figures[0][part]}
        for part in PARTS
    }


@torch.no_grad()
def scores(arrays: Parameters, data: Labelled, examples: Sequence[Example]) -> list[NDArray[np.float64]]:
    """Log-probabilities of the labels, (T, n_y) or (n_y,) for each example, in float64 on the CPU."""
    model = from_by_hand(arrays, data.each_token)
    tokens, shapes, lengths, _ = data.as_batch(list(examples), torch.device("cpu"))
    log_y = torch.log_softmax(model(tokens, shapes, lengths)[0], dim=-1).numpy()
    return [row[: len(e)] if data.each_token else row for row, e in zip(log_y, examples, strict=True)]


def figures_of(arrays: Parameters, data: Labelled) -> Figures:
    """What a model reaches on validation and test: bits per label, and accuracy and F1.

    Args:
        arrays: its weights.
        data: the prepared data.

    Returns:
        By part: "bits", and "accuracy", "macro_f1" of whole texts, or "precision", "recall", "span_f1" of names.
    """
    figures = {}
    for part in PARTS:
        examples = getattr(data, part)
        log_y = scores(arrays, data, examples)
        picked = [
            np.atleast_2d(row)[range(len(e.labels)), e.labels] for row, e in zip(log_y, examples, strict=True)
        ]
        predicted = [np.atleast_1d(row.argmax(axis=-1)).tolist() for row in log_y]
        bits = float(-np.concatenate(picked).mean() / np.log(2))
        figures[part] = {"bits": bits, **quality(predicted, examples, data)}
    return figures


def quality(
    predicted: Sequence[Sequence[int]], examples: Sequence[Example], data: Labelled
) -> dict[str, float]:
    """How good predicted labels are.

    Args:
        predicted: for each example the indices of its labels.
        examples: those of the part.
        data: for the names of the labels.

    Returns:
        "precision", "recall", "span_f1" of whole names, where each token has a label; else "accuracy", "macro_f1".
    """
    if data.each_token:
        found, there = _spans(predicted, data), _spans([e.labels for e in examples], data)
        return dict(zip(("precision", "recall", "span_f1"), span_scores(found, there), strict=True))
    table = counts(predicted, examples, data)
    right = np.diag(table)
    both = table.sum(axis=0) + table.sum(axis=1)
    f1 = np.divide(2 * right, both, out=np.zeros(len(table)), where=both > 0)
    return {"accuracy": float(right.sum() / table.sum()), "macro_f1": float(f1.mean())}


def _spans(rows: Sequence[Sequence[int]], data: Labelled) -> list[list[list[int | str]]]:
    return [tags_to_spans([data.labels[i] for i in row]) for row in rows]


def counts(
    predicted: Sequence[Sequence[int]], examples: Sequence[Example], data: Labelled
) -> NDArray[np.int64]:
    """How often each label (row) was given each label (column)."""
    table = np.zeros((len(data.labels), len(data.labels)), dtype=np.int64)
    np.add.at(table, ([e.labels[0] for e in examples], [row[0] for row in predicted]), 1)
    return table


def confusion(arrays: Parameters, data: Labelled) -> dict[str, list[list[int]]]:
    """The table of true (row) and predicted (column) labels on the test texts; nothing where each token has one."""
    if data.each_token:
        return {}
    predicted = [[int(row.argmax())] for row in scores(arrays, data, data.test)]
    return {"confusion": counts(predicted, data.test, data).tolist()}


def baselines(data: Labelled) -> dict[str, Figures]:
    """What the baselines reach on validation and test."""
    found: Predictions = of_words(data) if data.each_token else of_texts(data)
    return {
        name: {part: quality(predicted[part], getattr(data, part), data) for part in PARTS}
        for name, predicted in found.items()
    }


def record(arrays: Parameters, data: Labelled) -> Parameters:
    """The outputs, by the networks by hand, on the sixteen test texts whose hashes come first.

    Args:
        arrays: the weights.
        data: the prepared data.

    Returns:
        hashes (m, 32) of the texts, and log_probabilities, (n_y, m, T_x) with 0 after a text's end, or (n_y, m).
    """
    texts = [(e.text, tuple(data.labels[i] for i in e.labels)) for e in data.recorded]
    content = {"vocabulary": data.vocabulary.tokens, "shapes": data.shapes, "labels": data.labels}
    batch = references.as_labelled(texts, content)
    parameters = references.nested({key: value.astype(np.float64) for key, value in arrays.items()})
    if data.each_token:
        log_y = np.log(tagger_forward(batch.tokens, batch.shapes, batch.mask, parameters)) * batch.mask
    else:
        log_y = np.log(classifier_forward(batch.tokens, batch.mask, parameters))
    joins = " " if data.each_token else ""
    hashes = hash_rows([joins.join(text) for text, _ in texts])
    return {"hashes": hashes, "log_probabilities": log_y}


def verify(recipe: LabelRecipe, folder: Path) -> list[str]:
    """Recompute what a card states from the committed weights.

    Args:
        recipe: the reference model's.
        folder: where its files lie.

    Returns:
        One sentence for each thing that does not belong together; empty when all does.
    """
    try:
        parameters, content = references.load(recipe.name, folder)
        known = references.recorded_labels(recipe.name, folder).log_probabilities
    except (ValueError, FileNotFoundError, KeyError) as error:
        return [str(error)]
    data, arrays = DATA[recipe.data](), references.flat(parameters)
    assert isinstance(data, Labelled)
    if problems := misfits(content, recipe, told(data)):
        return problems
    problems = problems_of_training(content, recipe, data, from_by_hand(arrays, data.each_token))
    if not np.allclose(known, record(arrays, data)["log_probabilities"], rtol=0, atol=1e-9):
        problems.append("the recorded outputs are not those of the weights")
    runs = content["runs"]
    kept = [run["seed"] for run in runs].index(content["seed"])
    recomputed = [figures_of(arrays, data) if i == kept else run for i, run in enumerate(runs)]
    problems += differences("metrics", content["metrics"], spreads(recomputed, kept))
    problems += differences("metrics of the runs", content["metrics"], spreads(runs, kept))
    problems += differences("baseline", content["baselines"], baselines(data))
    if content.get("confusion") != confusion(arrays, data).get("confusion"):
        problems.append("the confusion table is not that of the weights")
    return problems + missed_bars(recipe, content)


def missed_bars(recipe: LabelRecipe, content: references.Card) -> list[str]:
    """The bar on the test split that a model misses, and the baselines that it is not far enough ahead of."""
    key = content["figure"]
    found = content["metrics"]["test"][key]["kept"]
    missed = [f"test {key} {found:.4f} is below the bar {recipe.bar}"] if found < recipe.bar else []
    for name in recipe.beats:
        reached = content["baselines"][name]["test"][key]
        if found < reached + recipe.ahead:
            missed.append(f"test {key} {found:.4f} is not {recipe.ahead} ahead of {name}, {reached:.4f}")
    return missed
