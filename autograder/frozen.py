"""The frozen public cases: inputs, expected outputs, and what each known mistake gives, in one file a topic."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.compare import Expectation, Values, changed
from autograder.fixtures import built
from autograder.layout import Layout, from_json
from autograder.merge import UNANSWERED
from autograder.outcome import CallError
from autograder.row import Row
from autograder.tree import Tree, copied, load, names_in

CASES = Path(__file__).parent / "cases"
ANSWER_TOLERANCE = 1e-5


@dataclass(frozen=True)
class FrozenExercise:
    """The public cases of one exercise.

    Attributes:
        name: the exercise.
        rows: what is looked at.
        layout: the layout of the result.
        mistakes: the sentence for each known mistake, by name.
        needs: the earlier exercises that the function calls.
        cases: what is tried; where something is wrong, once more with what is needed answered from `calls`.
        calls: what right functions ask of each needed one in these cases, and the answers.
    """

    name: str
    rows: list[Row]
    layout: Layout
    mistakes: dict[str, str]
    needs: list[str]
    cases: list[Expectation]
    calls: dict[str, list[tuple[list[Tree], Tree]]]

    def answer(self, name: str, arguments: list[Any]) -> Tree:
        """What the needed function answers to these arguments.

        Raises:
            LookupError: the right function never asks this.
        """
        for given, result in self.calls[name]:
            if alike(given, arguments):
                return copied(result, double)
        raise LookupError(f"{name} {UNANSWERED}; look at what you pass to it")


def alike(one: Tree, other: Tree) -> bool:
    """Whether two lists of arguments are equal up to rounding."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and set(one) == set(other) and all(alike(one[k], other[k]) for k in one)
        )
    if isinstance(one, (list, tuple)):
        same_length = isinstance(other, (list, tuple)) and len(one) == len(other)
        return same_length and all(alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, np.ndarray):
        other = np.asarray(other)
        numeric = other.dtype.kind in "biuf" and one.shape == other.shape
        close = functools.partial(np.allclose, rtol=ANSWER_TOLERANCE, atol=ANSWER_TOLERANCE, equal_nan=True)
        return numeric and bool(close(one, other))
    return changed(one, other, "argument") is None


def packed(expectation: Expectation) -> Tree:
    """An expectation as a tree."""
    return {
        "arguments": dict(expectation.arguments),
        "expected": dict(expectation.expected),
        "mistakes": {name: packed_values(values) for name, values in expectation.mistakes.items()},
        "dims": dict(expectation.dims),
        "group": expectation.group,
    }


def unpacked(tree: Mapping[str, Any]) -> Expectation:
    """The expectation that `packed` made into a tree."""
    mistakes = {name: unpacked_values(values) for name, values in tree["mistakes"].items()}
    return Expectation(tree["arguments"], tree["expected"], mistakes, tree["dims"], tree["group"])


def packed_values(values: Values) -> Tree:
    """What the rows find with a mistake, errors among it, as a tree; single precision is enough to recognise it."""
    return {
        path: {"error": [value.kind, value.type, value.message]}
        if isinstance(value, CallError)
        else {"value": copied(value, single)}
        for path, value in values.items()
    }


def double(array: NDArray[Any]) -> NDArray[Any]:
    """Single precision made double; other arrays copied."""
    return array.astype(np.float64 if array.dtype == np.float32 else array.dtype)


def single(array: NDArray[Any]) -> NDArray[Any]:
    """Double precision made single; other arrays as they are."""
    return array.astype(np.float32) if array.dtype == np.float64 else array


def unpacked_values(tree: Mapping[str, Any]) -> Values:
    """What `packed_values` made into a tree."""
    return {
        path: CallError(*entry["error"]) if "error" in entry else entry["value"]
        for path, entry in tree.items()
    }


@functools.cache
def topic(path: Path) -> dict[str, Any]:
    """The frozen cases in one file, by exercise; read once."""
    found: dict[str, Any] = load(path)
    return found


def names(folder: Path = CASES) -> dict[str, str]:
    """The topic of every exercise that has frozen cases here."""
    return {name: path.stem for path in sorted(folder.glob("*.npz")) for name in exercises_in(path)}


@functools.cache
def exercises_in(path: Path) -> list[str]:
    """The exercises that have frozen cases in one file; the cases themselves are not read."""
    return names_in(path)


def frozen_question(name: str, folder: Path = CASES) -> dict[str, Any] | None:
    """The sealed question of this name; None where it is the name of a function."""
    found: dict[str, Any] | None = topic(folder / f"{names(folder)[name]}.npz")[name].get("question")
    return found


@functools.cache
def frozen_exercise(name: str, folder: Path = CASES) -> FrozenExercise:
    """The frozen cases of one exercise.

    Raises:
        KeyError: there are none of this name.
    """
    data = topic(folder / f"{names(folder)[name]}.npz")[name]
    return FrozenExercise(
        name=name,
        rows=[Row(**row) for row in data["rows"]],
        layout=from_json(data["layout"]),
        mistakes=data["mistakes"],
        needs=data["needs"],
        cases=[unpacked(case) for case in data["cases"]],
        calls={need: [(pair[0], pair[1]) for pair in built(pairs)] for need, pairs in data["calls"].items()},
    )
