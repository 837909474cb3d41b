"""The data sets as models read them: what the training loop asks of one, and how one travels to another machine.

A machine that trains needs torch, NumPy, SciPy and safetensors. The packages that the data come from may lie on another:
`save` writes there what `load` reads here.
"""

import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from seqlib.models import classifiers, language_model, translation, vectors
from seqlib.models.recipes import Training, VectorRecipe
from seqlib.pairs import Encoded
from seqlib.text import Vocabulary


class Data(Protocol):
    """What the loop asks of a data set: its examples, each with a length, and how a model reads them."""

    unit: str
    train: list[Any]
    validation: list[Any]
    test: list[Any]
    provenance: dict[str, str | int]

    @property
    def recorded(self) -> list[Any]:
        """The test examples whose outputs are recorded."""
        ...

    def tokens(self, example: Any) -> int:
        """How many tokens a model reads for an example."""
        ...

    def model(self, recipe: Any) -> nn.Module:
        """An untrained model; called with a batch, it gives scores and the mean loss in nats."""
        ...

    def as_batch(self, examples: list[Any], device: torch.device) -> tuple[Tensor, ...]:
        """What the model is called with for some examples; the last are the targets."""
        ...

    def bits(self, model: nn.Module, examples: list[Any], device: torch.device) -> float:
        """The figure that decides when to stop: bits for each thing that the model predicts."""
        ...


DATA: dict[str, Callable[[], Data]] = {
    "names": language_model.prepare_names,
    "origins": classifiers.prepare_origins,
    "sentences": classifiers.prepare_sentences,
    "dates": translation.prepare_dates,
    "numbers": translation.prepare_numbers,
}
# What a file of prepared data may hold; nothing else is made of what it says.
_CLASSES = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (
        language_model.Sequences, classifiers.Labelled, classifiers.Example, translation.Pairs, translation.Example,
        vectors.Text, Encoded, Vocabulary, np.ndarray, np.dtype,
    )
}  # fmt: skip
_OF_ARRAYS = {("numpy._core.numeric", "_frombuffer"), ("numpy._core.multiarray", "_reconstruct")}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OF_ARRAYS:
            return super().find_class(module, name)
        if (module, name) in _CLASSES:
            return _CLASSES[module, name]
        raise pickle.UnpicklingError(f"the file names {module}.{name}, which no prepared data hold")


class NotPrepared(FileNotFoundError):
    """A folder of prepared data lacks those of a recipe."""


def prepare(recipe: Training | VectorRecipe) -> Any:
    """The data of a recipe: a `Data`, or the `Text` that word vectors are learned from."""
    return vectors.prepare_text(recipe.least) if isinstance(recipe, VectorRecipe) else DATA[recipe.data]()


def save(recipes: Iterable[Training | VectorRecipe], folder: Path) -> None:
    """Prepare the data of some recipes and write each data set once.

    Args:
        recipes: what is to be trained.
        folder: where the files go, one a data set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file, recipe in {_file(recipe, folder): recipe for recipe in recipes}.items():
        file.write_bytes(pickle.dumps(prepare(recipe)))


def load(recipe: Training | VectorRecipe, folder: Path) -> Any:
    """The data of a recipe, as another machine prepared them.

    Args:
        recipe: what is to be trained.
        folder: where `save` wrote.

    Returns:
        What `prepare` gave there.

    Raises:
        NotPrepared: the folder has not the data of this recipe.
        pickle.UnpicklingError: the file holds something else than data.
    """
    file = _file(recipe, folder)
    if not file.is_file():
        raise NotPrepared(
            f"{file} is not there; write it where the data's packages are installed: "
            f"python -m seqlib.models prepare {recipe.name} --out {folder}"
        )
    with file.open("rb") as stream:
        return _Reader(stream).load()


def _file(recipe: Training | VectorRecipe, folder: Path) -> Path:
    name = f"corpus-{recipe.least}" if isinstance(recipe, VectorRecipe) else recipe.data
    return folder / f"{name}.pickle"
