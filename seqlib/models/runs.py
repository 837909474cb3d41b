"""Runs of recipes: where each lies, and several trained side by side, each in a process of its own."""

import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import torch

from seqlib.models import prepared, vectors
from seqlib.models.machine import choose_device
from seqlib.models.recipes import RECIPES, Training, VectorRecipe
from seqlib.models.train import train


@dataclass(frozen=True)
class Place:
    """Where runs are trained and where they lie."""

    runs: Path
    """A folder with a file for each recipe and seed: a run goes on from it, and is kept in it once it is finished."""
    device: str = "auto"
    threads: int = 1
    """Threads of each run on the CPU."""
    prepared: Path | None = None
    """The folder of data that another machine prepared; where it is None they are prepared here."""

    def file(self, name: str, seed: int) -> Path:
        """The file of a run."""
        return self.runs / f"{name}-{seed}.pt"


def train_all(asked: Sequence[tuple[str, int]], place: Place, jobs: int) -> None:
    """Train runs that are not finished.

    Args:
        asked: names of recipes, each with a seed.
        place: where.
        jobs: how many are trained at a time.
    """
    if min(jobs, len(asked)) == 1:
        for name, seed in asked:
            train_one(name, seed, place)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _leave_interrupts) as pool:
        try:
            for done in as_completed([pool.submit(train_one, name, seed, place) for name, seed in asked]):
                done.result()
        except BaseException:  # else the pool would begin what is still asked for
            for process in active_children():
                process.terminate()
            raise


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for the runs ends them


def train_one(name: str, seed: int, place: Place) -> None:
    """Train one run to its end."""
    torch.set_num_threads(place.threads)
    recipe = RECIPES[name]
    data = prepared.load(recipe, place.prepared) if place.prepared else prepared.prepare(recipe)
    finished(recipe, data, seed, place)


def finished(recipe: Training | VectorRecipe, data: Any, seed: int, place: Place) -> Any:
    """A run: trained to its end, from where it was stopped, or taken from its file where it is finished.

    Args:
        recipe: what is trained.
        data: what `prepared.prepare` gives for it.
        seed: of the run.
        place: where.

    Returns:
        A `Run`, or a `VectorRun` of vectors.
    """
    of_kind: Any = vectors.train if isinstance(recipe, VectorRecipe) else train
    device, file = choose_device(place.device), place.file(recipe.name, seed)
    return of_kind(recipe, data, seed, device, _progress, file)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
