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

from seqlib.data import origins, sentences
from seqlib.data.names import name_hash, split

FOLDER = Path(__file__).parent
Parameters = dict[str, Any]
Card = dict[str, Any]
Labels = tuple[tuple[str, ...], tuple[str, ...]]


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


@dataclass(frozen=True)
class LabelledBatch:
    """Texts as a model that labels reads them; m texts, the longest of T_x tokens."""

    texts: list[tuple[str, ...]]
    """Their words, or the characters of folded names."""
    labels: list[tuple[str, ...]]
    """A tag for each word, or the one locale of a name."""
    tokens: NDArray[np.int64]
    """(m, T_x) indices into the vocabulary; 0 after the end."""
    shapes: NDArray[np.int64]
    """(m, T_x) indices into the shapes of words; 0 throughout for characters."""
    mask: NDArray[np.bool_]
    """(m, T_x) True where a token stands."""


@dataclass(frozen=True)
class RecordedLabels:
    """What a model that labels gave for some held-out texts."""

    batch: LabelledBatch
    log_probabilities: NDArray[np.float64]
    """Natural logarithms, (n_y, m, T_x) with 0 where the mask is False, or (n_y, m) for whole texts."""


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
        parameters, float64 arrays (Waa, Wax, Wya, ba, by, or Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by; for "tagger" and
        "origin" E, E_shape, layers, Wy, by, where layers is a list of {"forward", "backward"}, each an LSTM's weights;
        for "vectors-skipgram" and "vectors-glove" E (n_e, V) and Theta (V, n_e), and of the latter b and b_prime (V, 1),
        column i of E being that of card["vocabulary"][i]), and card.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the weights are not those of the card.
    """
    content = card(name, folder)
    arrays = _read(folder / f"{name}.safetensors", content["sha256"]["weights"])
    return nested({key: arrays[key].astype(np.float64) for key in sorted(arrays)}), content


def nested(arrays: dict[str, NDArray[Any]]) -> Parameters:
    """Parameters under flat names as dicts and lists: "layers.0.forward.Wf" stands at layers[0]["forward"]["Wf"].

    Args:
        arrays: by flat name; a part of a name that is a number is a place in a list.

    Returns:
        The same arrays, nested.
    """
    parameters: Parameters = {}
    for name, value in arrays.items():
        *path, last = name.split(".")
        inner = parameters
        for key in path:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return {name: _with_lists(value) for name, value in parameters.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(part) for key, part in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def flat(parameters: Parameters) -> dict[str, NDArray[Any]]:
    """The reverse of `nested`.

    Args:
        parameters: arrays in dicts and lists.

    Returns:
        Arrays by flat name.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for start, part in parameters.items():
        if isinstance(part, list):
            part = {str(i): inner for i, inner in enumerate(part)}
        if isinstance(part, dict):
            arrays |= {f"{start}.{name}": array for name, array in flat(part).items()}
        else:
            arrays[start] = part
    return arrays


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
    batch = as_batch(_found(by_hash, arrays["hashes"], content), content)
    return Recorded(batch, arrays["log_probabilities"])


def _found(by_hash: dict[str, Any], rows: NDArray[np.uint8], content: Card) -> list[Any]:
    hashes = [row.tobytes().hex() for row in rows]
    missing = [digest[:12] for digest in hashes if digest not in by_hash]
    if missing:
        data, name = content["data"], content["name"]
        raise ValueError(
            f"the installed names lack {len(missing)} of those recorded for {name} (hashes {', '.join(missing)}); "
            f"they were recorded with {data['package']} {data['version']}: install that version"
        )
    return [by_hash[digest] for digest in hashes]


def recorded_labels(name: str, folder: Path = FOLDER) -> RecordedLabels:
    """The recorded outputs of a model that labels on held-out texts.

    Args:
        name: "tagger" or "origin".
        folder: where it lies; the package's own folder where left out.

    Returns:
        The texts with their true labels, and the log-probabilities of every label.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the outputs are not those of the card, or the installed data lack one of the texts.
    """
    content = card(name, folder)
    arrays = _read(folder / f"{name}.outputs.safetensors", content["sha256"]["outputs"])
    chosen = _found(texts_of(content["recipe"]["data"]), arrays["hashes"], content)
    return RecordedLabels(as_labelled(chosen, content), arrays["log_probabilities"])


def recorded_neighbours(name: str, folder: Path = FOLDER) -> dict[str, NDArray[Any]]:
    """The recorded nearest words of the probe words of trained vectors.

    Args:
        name: "vectors-skipgram" or "vectors-glove".
        folder: where it lies; the package's own folder where left out.

    Returns:
        probes (10,) and neighbours (10, 8), places in card["vocabulary"]; cosines (10, 8).

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the outputs are not those of the card.
    """
    return _read(folder / f"{name}.outputs.safetensors", card(name, folder)["sha256"]["outputs"])


def recorded_translations(name: str, folder: Path = FOLDER) -> dict[str, NDArray[Any]]:
    """The recorded outputs of a translation model on eight held-out inputs, the true targets fed.

    Args:
        name: such as "dates-attention".
        folder: where it lies; the package's own folder where left out.

    Returns:
        places (m,) of the inputs in the data's test part, hashes (m, 32); log_probabilities (V_y, m, T_y), 0 after a
        target's end; context (n_a, m), or with attention annotations (2 n_a, m, T_x), energies and weights
        (m, T_y, T_x), 0 where masked; beam_tokens (m, B, T) and beam_log_probabilities (m, B), the n-best lists.

    Raises:
        FileNotFoundError: there is no such model.
        ValueError: the outputs are not those of the card.
    """
    return _read(folder / f"{name}.outputs.safetensors", card(name, folder)["sha256"]["outputs"])


def texts_of(data: str) -> dict[str, Labels]:
    """The held-out texts of a data set, by hash.

    Args:
        data: "origins" or "sentences".

    Returns:
        From SHA-256 to a text's tokens and its labels.
    """
    if data == "origins":
        return {name_hash(name): (tuple(name), (locale,)) for name, locale in origins.split().test}
    return {name_hash(" ".join(s.words)): (s.words, s.tags) for s in sentences.split().test}


def as_labelled(texts: Sequence[Labels], content: Card) -> LabelledBatch:
    """Some texts as a model that labels reads them.

    Args:
        texts: pairs of tokens (words as written, or characters of a folded name) and labels, which may be empty.
        content: the model's card, for its vocabulary and shapes.

    Returns:
        The batch.
    """
    # Not above: earlier assignments withhold them, and read cards all the same.
    from seqlib.batches import pad
    from seqlib.text import Vocabulary

    vocabulary, shapes = Vocabulary(content["vocabulary"]), list(content.get("shapes", ()))
    read = [[token.lower() for token in tokens] if shapes else list(tokens) for tokens, _ in texts]
    tokens, mask = pad([vocabulary.encode(words) for words in read])
    spelling = np.zeros_like(tokens)
    if shapes:
        spelling, _ = pad([[shapes.index(s) for s in sentences.shapes_of(words)] for words, _ in texts])
    return LabelledBatch([words for words, _ in texts], [tags for _, tags in texts], tokens, spelling, mask)


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
    from seqlib.batches import pad, shifted_inputs
    from seqlib.text import Vocabulary

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
