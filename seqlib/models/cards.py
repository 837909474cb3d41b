"""What the cards of all reference models share: spreads over seeds, hashes, and the comparison with what is recomputed."""

import json
import statistics
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from seqlib import references
from seqlib.models.recipes import steps_of

Parameters = dict[str, NDArray[Any]]


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


def curve_problems(content: references.Card, sequences: int) -> list[str]:
    """What of the loss curve does not belong to the run that is kept, trained on so many sequences."""
    run = next(run for run in content["runs"] if run["seed"] == content["seed"])
    stated = run["validation"]["bits"] if isinstance(run["validation"], dict) else run["validation"]
    curve = [entry["validation"] for entry in content["curve"]]
    # The curve is evaluated in float32 while training, the figures in float64 on the CPU.
    problems = []
    if len(curve) != run["epochs"] or int(np.argmin(curve)) + 1 != run["best_epoch"]:
        problems.append("the loss curve has not the epochs of its run, or its lowest point elsewhere")
    elif abs(min(curve) - stated) > 1e-4:
        problems.append(f"the loss curve's lowest point {min(curve)} is not the run's {stated}")
    recipe = content["recipe"]
    if run["steps"] != steps_of(recipe["batch"], recipe.get("growing", 1), run["epochs"], sequences):
        problems.append(f"{run['steps']} steps are not {run['epochs']} epochs of this data and batch")
    return problems


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
