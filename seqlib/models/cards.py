"""What the cards of all reference models share: runs, spreads, hashes, and the comparison with what is recomputed."""

import json
import statistics
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from seqlib import references
from seqlib.data.names import name_hash
from seqlib.models.machine import Machine
from seqlib.models.parts import IGNORED
from seqlib.models.prepared import Data
from seqlib.models.recipes import Training, examples_of, steps_of
from seqlib.models.train import Run, log_probabilities

Parameters = dict[str, NDArray[Any]]
Figures = dict[str, Any]
CPU = torch.device("cpu")
# Sums in another order, by another processor's instructions, differ by a few times; another thing by far more.
SAME_SPREAD = 10


def best(runs: Sequence[Figures]) -> int:
    """Which run is kept: the one with the lowest bits on the validation part, as the runs stand on a card."""
    return min(range(len(runs)), key=lambda i: _validation(runs[i]))


def _validation(run: Figures) -> float:
    return float(run["validation"]["bits"] if isinstance(run["validation"], dict) else run["validation"])


def of_training(
    recipe: Training, data: Data, runs: Sequence[Run], figures: Sequence[Figures], model: torch.nn.Module
) -> Figures:
    """What every card says of how its network was trained.

    Args:
        recipe: what was trained.
        data: what it was trained on.
        runs: one a seed.
        figures: what each reaches, with its bits on the validation part under "validation".
        model: the run that is kept as its weights are kept, in float64 on the CPU.

    Returns:
        name, data, recipe, machine, seed, runs, precision and curve.

    Raises:
        ValueError: the runs are of different machines, and the card could name but one.
    """
    kept = runs[best(figures)]
    assert kept.log_probabilities is not None
    return {
        "name": recipe.name,
        "data": data.provenance,
        "recipe": asdict(recipe),
        "machine": one_machine([run.machine for run in runs]),
        "seed": kept.seed,
        "runs": [_run(run, recipe, data) | figure for run, figure in zip(runs, figures, strict=True)],
        "precision": precision(kept.log_probabilities, kept.machine["device"], model, data),
        "curve": kept.curve,
    }


def one_machine(machines: Sequence[Machine]) -> Machine:
    """The machine that all runs were trained on.

    Raises:
        ValueError: they are of different ones.
    """
    first, *others = machines
    for other in others:
        if differing := [key for key in first.keys() | other.keys() if first.get(key) != other.get(key)]:
            key = min(differing)
            raise ValueError(
                f"the runs were trained on different machines: {key} is {first.get(key)!r} of one and "
                f"{other.get(key)!r} of another; a card names one. Train all seeds on one machine."
            )
    return first


def _run(run: Run, recipe: Training, data: Data) -> Figures:
    figures = {key: getattr(run, key) for key in ("seed", "steps", "epochs", "best_epoch", "seconds")}
    return figures | {"tokens_per_second": tokens_read(recipe, data, run.epochs) / run.seconds}


def tokens_read(recipe: Training, data: Data, epochs: int) -> int:
    """How many tokens of the training part a model has read after so many epochs."""
    examples = sorted(data.train, key=len) if recipe.growing > 1 else data.train
    before = [0, *accumulate(data.tokens(example) for example in examples)]
    return sum(before[examples_of(recipe.growing, epoch, len(examples))] for epoch in range(1, epochs + 1))


def precision(
    outputs: torch.Tensor, device: str | int, model: torch.nn.Module, data: Data
) -> dict[str, str | int | float]:
    """How far the recorded log-probabilities in float32 are from those in float64.

    Args:
        outputs: in float32, from the device.
        device: "cpu" or "cuda".
        model: with the same weights, in float64 on the CPU.
        data: with the recorded examples.

    Returns:
        "device", and "largest_difference" over all recorded examples, tokens and steps at which there is a target.
    """
    exact = log_probabilities(model, data, CPU)
    return {"device": device, "largest_difference": largest_difference(outputs, exact, data)}


def largest_difference(outputs: torch.Tensor, exact: torch.Tensor, data: Data) -> float:
    """The largest difference of two sets of recorded log-probabilities, padding aside: there a model answers anything."""
    there = data.as_batch(data.recorded, CPU)[-1] != IGNORED
    return float((outputs.double() - exact)[there].abs().max())


def misfits(content: references.Card, recipe: Training, told: Figures) -> list[str]:
    """What of a card is not of this recipe and data at all, so that nothing else can be recomputed.

    Args:
        content: the card.
        recipe: the model's.
        told: what a card says of the data and how a model reads them.

    Returns:
        One sentence for each thing.
    """
    expected = {"name": recipe.name, **told, "recipe": asdict(recipe)}
    problems = differences(
        "card", {key: content.get(key) for key in expected}, json.loads(json.dumps(expected))
    )
    seeds = [run["seed"] for run in content["runs"]]
    if content["seed"] not in seeds or len(set(seeds)) < len(seeds):
        problems.append(
            f"seed {content['seed']} is kept, the runs have the seeds {', '.join(map(str, seeds))}"
        )
    return problems


def problems_of_training(
    content: references.Card, recipe: Training, data: Data, model: torch.nn.Module
) -> list[str]:
    """What of that which `of_training` put on a card does not follow from its weights and data.

    Args:
        content: the card.
        recipe: the model's.
        data: the data, prepared here.
        model: the card's weights, in float64 on the CPU.

    Returns:
        One sentence for each thing.
    """
    problems = differences("data", content["data"], data.provenance)
    for run in content["runs"]:
        epochs = run["epochs"]
        found = {
            "steps": steps_of(recipe.batch, recipe.growing, epochs, len(data.train)),
            "tokens_per_second": tokens_read(recipe, data, epochs) / run["seconds"],
        }
        problems += differences(f"seed {run['seed']}", {key: run[key] for key in found}, found)
        if not epochs - recipe.patience <= run["best_epoch"] <= epochs <= recipe.epochs:
            problems.append(
                f"seed {run['seed']}: epoch {run['best_epoch']} of {epochs} is not where training keeps it"
            )
    problems += precision_problems(content, model, data)
    problems += curve_problems(content)
    if content["runs"][best(content["runs"])]["seed"] != content["seed"]:
        problems.append(f"seed {content['seed']} is kept, yet another has the lower validation figure")
    return problems + machine_problems(content["machine"])


def precision_problems(content: references.Card, model: torch.nn.Module, data: Data) -> list[str]:
    """Whether the spread of float32 on a card is one that its weights have."""
    exact = log_probabilities(model, data, CPU)
    stated = content["precision"]
    rounded = log_probabilities(deepcopy(model).float(), data, CPU)
    found = largest_difference(rounded, exact, data)
    if stated["device"] != content["machine"]["device"]:
        return [f"the spread of float32 is that of {stated['device']}, where the model was not trained"]
    return spread_problems(stated, found)


def spread_problems(stated: Figures, found: float) -> list[str]:
    """Whether a card's spread of float32 is about the one found here."""
    if found / SAME_SPREAD <= stated["largest_difference"] <= found * SAME_SPREAD:
        return []
    return [f"float32 differs by {stated['largest_difference']:.2g} on the card, by {found:.2g} here"]


def save(content: references.Card, weights: Parameters, outputs: Parameters, folder: Path) -> references.Card:
    """Write the three files of a model; the card receives the hashes of the other two.

    Args:
        content: the card without hashes.
        weights: what is kept in float32.
        outputs: the recorded outputs.
        folder: where the files go.

    Returns:
        The card, as it is read back.
    """
    name = content["name"]
    files = {"weights": f"{name}.safetensors", "outputs": f"{name}.outputs.safetensors"}
    for key, arrays in (("weights", weights), ("outputs", outputs)):
        save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / files[key])
        (folder / files[key]).chmod(0o644)  # safetensors writes files that only their owner may read
    hashes = {key: references.file_hash(folder / file) for key, file in files.items()}
    text = json.dumps({**content, "sha256": hashes}, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return references.card(name, folder)


def hash_rows(texts: Sequence[str]) -> NDArray[np.uint8]:
    """SHA-256 of each text, (m, 32): what is recorded of held-out texts in place of the texts."""
    return np.array([list(bytes.fromhex(name_hash(text))) for text in texts], dtype=np.uint8)


def float32(parameters: Parameters) -> Parameters:
    """The parameters as they are kept in files."""
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in parameters.items()}


def spread(figures: list[float], kept: int) -> dict[str, float | None]:
    """A figure of the run that is kept, and the mean and standard deviation over all runs."""
    deviation = statistics.stdev(figures) if len(figures) > 1 else None
    return {"kept": figures[kept], "mean": statistics.mean(figures), "standard_deviation": deviation}


def differences(what: str, stated: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """A sentence for each entry in which a card and what was recomputed differ."""
    problems = []
    for key in sorted(stated.keys() | found.keys()):
        on_card, here = stated.get(key), found.get(key)
        if isinstance(on_card, dict) and isinstance(here, dict):
            problems += differences(f"{what} {key}", on_card, here)
        elif isinstance(on_card, float) and isinstance(here, float):
            if not np.isclose(on_card, here, rtol=0, atol=1e-7):
                problems.append(f"{what} {key}: {on_card} on the card, {here} recomputed")
        elif on_card != here:
            problems.append(f"{what} {key}: {on_card!r} on the card, {here!r} here")
    return problems


def curve_problems(content: references.Card) -> list[str]:
    """What of the loss curve does not belong to the run that is kept."""
    run = next(run for run in content["runs"] if run["seed"] == content["seed"])
    stated = _validation(run)
    curve = [entry["validation"] for entry in content["curve"]]
    # The curve is evaluated in float32 while training, the figures in float64 on the CPU.
    if len(curve) != run["epochs"] or int(np.argmin(curve)) + 1 != run["best_epoch"]:
        return ["the loss curve has not the epochs of its run, or its lowest point elsewhere"]
    if abs(min(curve) - stated) > 1e-4:
        return [f"the loss curve's lowest point {min(curve)} is not the run's {stated}"]
    return []


def machine_problems(machine: dict[str, Any]) -> list[str]:
    """What the description of a machine lacks, or claims without reason."""
    needed = {"cuda": ("gpu", "gpu_memory_bytes", "gpu_capability", "cuda")}.get(machine["device"], ())
    missing = [key for key in ("processor", "torch", *needed) if not machine.get(key)]
    claimed = [key for key in ("gpu", "cuda") if machine["device"] != "cuda" and key in machine]
    problems = (
        [f"the machine lacks {', '.join(missing)}, which a run on it would have read"] if missing else []
    )
    if claimed:
        problems.append(f"the machine names {', '.join(claimed)}, yet its device is {machine['device']}")
    return problems
