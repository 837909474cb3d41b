"""The trained reference models: weights, cards and recorded outputs, read without torch.

Beside this file stand, for each model, `NAME.safetensors` (weights in the layout of the cells by hand, float32),
`NAME.json` (the card: data, recipe, machine, metrics) and `NAME.outputs.safetensors` (recorded outputs).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from seqlib.data.names import name_hash, split
from seqlib.text import Vocabulary, pad, shifted_inputs

FOLDER = Path(__file__).parent
Parameters = dict[str, NDArray[np.float64]]
Card = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Names as a language model reads them; m names, the longest of T_x tokens with its `<EOS>`."""

    names: list[str]
    x: NDArray[np.float64]
    """(n_x, m, T_x) inputs: zero at t = 0, then the one-hot of the character before."""
    targets: NDArray[np.int64]
    """(m, T_x) indices to predict: the characters, then `<EOS>`; 0 after the end."""
    mask: NDArray[np.bool_]
    """(m, T_x) True up to and with `<EOS>`."""


@dataclass(frozen=True)
class Recorded:
    """What a reference model gave for some held-out names; a0 = 0."""

    batch: Batch
    log_probabilities: NDArray[np.float64]
    """(n_y, m, T_x) natural logarithms, computed in float64; 0 where the mask is False."""


def available(folder: Path = FOLDER) -> list[str]:
    """The names of the reference models that are there.

    Args:
        folder: where to look; the package's own folder where left out.

    Returns:
        Sorted names.
    """
    return sorted(path.stem for path in folder.glob("*.json"))


def card(name: str, folder: Path = FOLDER) -> Card:
    """The card of a reference model.

    Args:
        name: such as "names-rnn".
        folder: where it lies; the package's own folder where left out.

    Returns:
        What its json file holds.

    Raises:
        FileNotFoundError: there is no such model; the message names those that there are.
    """
    path = folder / f"{name}.json"
    if not path.is_file():
        there = ", ".join(available(folder)) or "none"
        raise FileNotFoundError(f"there is no reference model {name!r}; there are: {there}")
    content: Card = json.loads(path.read_text(encoding="utf-8"))
    return content


def load(name: str, folder: Path = FOLDER) -> tuple[Parameters, Card]:
    """The weights of a reference model in the layout of the cells by hand, and its card.

    Args:
        name: such as "names-rnn".
        folder: where it lies; the package's own folder where left out.

    Returns:
        parameters, float64 arrays (Waa, Wax, Wya, ba, by, or Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by), and card.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the weights are not those of the card.
    """
    content = card(name, folder)
    arrays = _read(folder / f"{name}.safetensors", content["sha256"]["weights"])
    return {key: arrays[key].astype(np.float64) for key in sorted(arrays)}, content


def recorded(name: str, folder: Path = FOLDER) -> Recorded:
    """The recorded outputs of a reference model on held-out names.

    Args:
        name: such as "names-rnn".
        folder: where it lies; the package's own folder where left out.

    Returns:
        The names as inputs and targets, and the log-probabilities of every token at every step.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the outputs are not those of the card, or the installed data lack one of the names.
    """
    content = card(name, folder)
    arrays = _read(folder / f"{name}.outputs.safetensors", content["sha256"]["outputs"])
    by_hash = {name_hash(text): text for text in split().test}
    hashes = [row.tobytes().hex() for row in arrays["hashes"]]
    missing = [digest[:12] for digest in hashes if digest not in by_hash]
    if missing:
        data = content["data"]
        raise ValueError(
            f"the installed names lack {len(missing)} of those recorded for {name} (hashes {', '.join(missing)}); "
            f"they were recorded with {data['package']} {data['version']}: install that version"
        )
    batch = as_batch([by_hash[digest] for digest in hashes], content)
    return Recorded(batch, arrays["log_probabilities"])


def as_batch(names: Sequence[str], content: Card) -> Batch:
    """Inputs and targets of some names for a reference model.

    Args:
        names: m names in the spelling of the model's data, lower case.
        content: the model's card, for its vocabulary.

    Returns:
        The batch.

    Raises:
        KeyError: a name has a character which the vocabulary lacks.
    """
    vocabulary = Vocabulary(content["vocabulary"])
    targets, mask = pad([vocabulary.encode(name, end=True) for name in names])
    x = shifted_inputs(targets, len(vocabulary)) * mask
    return Batch(list(names), x, targets, mask)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as it stands on a card.

    Args:
        path: the file.

    Returns:
        64 hexadecimal digits.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path, expected: str) -> dict[str, NDArray[Any]]:
    found = file_hash(path)
    if found != expected:
        raise ValueError(f"{path.name} is not the file of its card: SHA-256 {found}, on the card {expected}")
    return load_file(path)
