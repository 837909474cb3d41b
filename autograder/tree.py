"""Data that may cross a boundary: nested plain containers of numbers, text and NumPy arrays.

A tree is None, a bool, int, float, str, a NumPy array of numbers, a list or tuple or dict of trees, or a
`Fixture`, a public callable that is built from data where it is needed. The keys of a dict are text, whole
numbers, or tuples of these.
Nothing is pickled: the structure travels as JSON, the arrays as safetensors or npy.
"""

import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

Tree = Any
Arrays = dict[str, NDArray[Any]]

MAX_DEPTH = 32


class TreeError(ValueError):
    """Something that is not a tree, or bytes that do not hold one."""


@dataclass(frozen=True)
class Fixture:
    """A public callable argument, named in `autograder.fixtures` and built from data."""

    name: str
    data: Tree


def flatten(tree: Tree, given: Mapping[str, Any] | None = None) -> tuple[Any, Arrays]:
    """Split a tree into a JSON-able structure and its arrays; an array that occurs twice is stored once.

    Args:
        tree: see the module's docstring; torch tensors are taken as arrays.
        given: arrays, by name, that need not be stored where they occur: they will be there.

    Returns:
        The structure, in which arrays are named, and the arrays by name.

    Raises:
        TreeError: names the place and the type of what is not a tree.
    """
    arrays: Arrays = {}
    names = {id(value): name for name, value in (given or {}).items()}
    # Arrays made on the way are kept alive, or their ids would be used again.
    kept: list[Any] = []

    def array_node(value: Any, place: str) -> dict[str, str]:
        if id(value) not in names:
            array = np.array(value, order="C", copy=True, subok=False)
            if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
                raise TreeError(f"{place} is an array of {array.dtype}; expected an array of numbers")
            kept.append(value)
            names[id(value)] = f"a{len(arrays)}"
            arrays[names[id(value)]] = array
        return {"array": names[id(value)]}

    def node(value: Any, place: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise TreeError(f"{place} is nested more than {MAX_DEPTH} levels deep")
        if value is None or type(value) in (bool, int, str):
            return value
        if isinstance(value, np.str_):
            return str(value)
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, (np.ndarray, np.generic)):
            return array_node(value, place)
        if isinstance(value, Fixture):
            return {"fixture": value.name, "data": node(value.data, place, depth + 1)}
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [node(item, f"{place}[{i}]", depth + 1) for i, item in enumerate(value)]}
        if isinstance(value, dict):
            pairs = [
                (written_key(key, place), node(item, f"{place}[{key!r}]", depth + 1))
                for key, item in value.items()
            ]
            text = all(isinstance(key, str) for key, _ in pairs)
            return {"dict": dict(pairs)} if text else {"pairs": [list(pair) for pair in pairs]}
        if is_tensor(value):
            return array_node(value.detach().cpu().numpy(), place)
        raise TreeError(
            f"{place} is of type {type(value).__name__}; expected numbers, arrays, lists or dicts"
        )

    return node(tree, "the result", 0), arrays


def written_key(key: Any, place: str) -> Any:
    """A key of the dict at `place` as JSON-able data."""
    parts = [
        str(part) if isinstance(part, str) else int(part) if isinstance(part, (int, np.integer)) else None
        for part in (key if type(key) is tuple else [key])
    ]
    if None in parts:
        raise TreeError(f"{place} has the key {key!r}; expected keys of text or whole numbers")
    return parts if type(key) is tuple else parts[0]


def read_key(node: Any) -> Any:
    """The key that `written_key` made into JSON-able data."""
    parts = node if isinstance(node, list) else [node]
    if not all(isinstance(part, (str, int)) for part in parts):
        raise TreeError(f"not a key: {str(node)[:80]}")
    return tuple(parts) if isinstance(node, list) else node


def is_tensor(value: Any) -> bool:
    """Whether it is one of torch's, which need not be there."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def unflatten(structure: Any, arrays: Mapping[str, NDArray[Any]], limit: float = math.inf) -> Tree:
    """Put a tree together again; the inverse of `flatten`.

    Args:
        structure: what `flatten` made of a tree.
        arrays: by the names in the structure.
        limit: bytes of all arrays at most, one that is named twice counted twice.

    Raises:
        TreeError: the structure is not one that `flatten` makes, names an array that is not there, or holds more
            than the limit.
    """
    left = limit

    def named(name: str) -> NDArray[Any]:
        nonlocal left
        left -= arrays[name].nbytes
        if left < 0:
            raise TreeError(
                f"its arrays hold more than {limit:.0f} bytes, one that occurs twice counted twice"
            )
        return arrays[name]

    def tree(node: Any, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise TreeError(f"nested more than {MAX_DEPTH} levels deep")
        match node:
            case None | bool() | int() | float() | str():
                return node
            case {"array": str(name)} if name in arrays:
                return named(name)
            case {"float": ("nan" | "inf" | "-inf") as text}:
                return float(text)
            case {"fixture": str(name), "data": data}:
                return Fixture(name, tree(data, depth + 1))
            case {"list": list(items)}:
                return [tree(item, depth + 1) for item in items]
            case {"tuple": list(items)}:
                return tuple(tree(item, depth + 1) for item in items)
            case {"dict": dict(items)}:
                return {str(key): tree(item, depth + 1) for key, item in items.items()}
            case {"pairs": list(pairs)} if all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
                return {read_key(key): tree(item, depth + 1) for key, item in pairs}
        raise TreeError(f"not a tree: {str(node)[:80]}")

    return tree(structure, 0)


def shared(tree: Tree) -> Arrays:
    """The arrays of a tree under names that are the same once it was encoded and decoded again."""
    found: dict[Any, Any] = {}

    def look(value: Any) -> None:
        if isinstance(value, Fixture):
            look(value.data)
        elif isinstance(value, (np.ndarray, np.generic)):
            found.setdefault(id(value), value)
        elif is_tensor(value):  # becomes another array each time that it occurs
            found[len(found), "tensor"] = value.detach().cpu().numpy()
        elif isinstance(value, (list, tuple)):
            for item in value:
                look(item)
        elif isinstance(value, dict):
            for item in value.values():
                look(item)

    look(tree)
    return {f"shared {number}": value for number, value in enumerate(found.values())}


def elements(value: Tree) -> int:
    """How many numbers a tree holds, an array that occurs twice counted twice."""
    if isinstance(value, dict):
        return sum(map(elements, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(elements, value))
    return int(getattr(value, "size", 1))


def encode(tree: Tree, given: Mapping[str, Any] | None = None) -> bytes:
    """A tree as bytes, without those arrays that the reader is given. Raises `TreeError` as `flatten` does."""
    structure, arrays = flatten(tree, given)
    return safetensors.numpy.save(arrays, metadata={"tree": json.dumps(structure)})


def decode(data: bytes, limit: float = math.inf, given: Mapping[str, Any] | None = None) -> Tree:
    """The tree that `encode` made into bytes; the bytes may come from a stranger.

    Args:
        data: the bytes.
        limit: bytes of all arrays at most, one that is named twice counted twice.
        given: the arrays that it was encoded without.

    Raises:
        TreeError: the bytes hold no tree, or a larger one.
    """
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        structure = json.loads(header["__metadata__"]["tree"])
        # safetensors gives read-only views of the bytes; a learner's function may want to write.
        arrays = {name: array.copy() for name, array in safetensors.numpy.load(data).items()}
        return unflatten(structure, {**arrays, **(given or {})}, limit)
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise TreeError(f"these bytes hold no tree: {error}") from error


def save(path: Path, tree: Tree) -> None:
    """Write a tree to a compressed npz file, without pickle; arrays with equal contents are stored once."""
    structure, arrays = flatten(tree)
    first: dict[tuple[str, tuple[int, ...], bytes], str] = {}
    alias = {n: first.setdefault((a.dtype.str, a.shape, a.tobytes()), n) for n, a in arrays.items()}
    text = np.frombuffer(json.dumps([structure, alias]).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    stored = {name: arrays[name] for name in first.values()}
    np.savez_compressed(buffer, allow_pickle=False, structure=text, **stored)
    path.write_bytes(buffer.getvalue())


def load(path: Path) -> Tree:
    """Read a tree that `save` wrote; arrays that were apart are apart again."""
    with np.load(path, allow_pickle=False) as file:
        structure, alias = json.loads(file["structure"].tobytes())
        stored = {name: file[name] for name in file.files if name != "structure"}
    return unflatten(structure, {name: stored[place].copy() for name, place in alias.items()})


def names_in(path: Path) -> list[str]:
    """The keys of the dict that `save` wrote; its arrays are not read."""
    with np.load(path, allow_pickle=False) as file:
        structure, _ = json.loads(file["structure"].tobytes())
    return list(structure["dict"])


def copied(tree: Tree, convert: Callable[[NDArray[Any]], Any] = np.copy) -> Tree:
    """The same tree with arrays of its own; arrays shared within it stay shared."""
    structure, arrays = flatten(tree)
    return unflatten(structure, {name: convert(array) for name, array in arrays.items()})
