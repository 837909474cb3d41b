"""How a function's arguments and result are laid out: names for its parts, shapes for its arrays.

The layout of a result is what a row of a check points into (`"cache.ft"`), what a learner reads in the
notebook, and what turns an index into words (`time step 2, unit 0, example 1`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.outcome import listed
from autograder.tree import Tree

AXES = {
    "n_a": "unit",
    "2 n_a": "unit",
    "n_h": "unit",
    "n_e": "feature",
    "n_x": "input",
    "n_y": "class",
    "m": "example",
    "T_x": "time step",
    "T_y": "output step",
    "T_q": "query",
    "tokens found": "found token",
    "d": "feature",
    "d_v": "feature",
    "V": "token",
    "V_x": "token",
    "V_y": "token",
}
TIME = "T_x"
# Steps of what an input is read for: beside them those of the input are called so.
LATER = ("T_y", "T_q", "tokens found")
# What an array holds: NumPy's kinds of numbers, in words, and why others will not do.
KINDS = {
    "bool": ("b", "True and False", "~mask and x[mask] mean something else for numbers"),
    "whole": ("iu", "whole numbers", "only these can be indices: x[indices]"),
    "float": ("f", "floats", "what is later written into an array of others is cut"),
    "number": ("biuf", "numbers", ""),
}


class LayoutError(ValueError):
    """A result that is not laid out as it should be; the message is for the learner."""


class Layout:
    """One part of an argument or result."""

    def to_json(self) -> Any:
        """This layout as JSON-able data."""
        raise NotImplementedError

    def describe(self) -> str:
        """This layout in one line for the learner."""
        raise NotImplementedError

    def child(self, name: str) -> "tuple[int | str, Layout]":
        """The key and the layout of the part called `name`."""
        raise KeyError(name)

    def parts(self, value: Tree, place: str) -> "Iterator[tuple[str, Layout, Tree]]":
        """The leaves of `value`: their places in words, their layouts, and what is there.

        Raises:
            LayoutError: `value` is not laid out like this.
        """
        yield place, self, value


@dataclass(frozen=True)
class Number(Layout):
    """A single number."""

    def to_json(self) -> Any:
        return "number"

    def describe(self) -> str:
        return "a number"


@dataclass(frozen=True)
class Plain(Layout):
    """Text, whole numbers, or lists and dicts of them: `Plain("a list of tokens")`; compared item by item."""

    description: str

    def to_json(self) -> Any:
        return {"plain": self.description}

    def describe(self) -> str:
        return self.description


@dataclass(frozen=True)
class Function(Layout):
    """A function or a generator of random numbers, which only an argument can be."""

    description: str = "a function"

    def to_json(self) -> Any:
        return {"function": self.description}

    def describe(self) -> str:
        return self.description


class Array(Layout):
    """An array, its axes named by the notes' dimensions: `Array("n_a", "m")`.

    With `holds`, one of `KINDS`, it must be an array of these; without, nested lists and all numbers will do.
    """

    def __init__(self, *axes: str, holds: str = "") -> None:
        if holds and holds not in KINDS:
            raise ValueError(f"holds is {holds!r}; expected one of {listed(KINDS)}")
        self.axes = axes
        self.holds = holds

    def to_json(self) -> Any:
        return {"array": list(self.axes), **({"holds": self.holds} if self.holds else {})}

    def describe(self) -> str:
        return f"({', '.join(self.axes)}{',' if len(self.axes) == 1 else ''})"

    def misfit(self, value: Tree) -> str:
        """What is wrong with what a value holds, in words; "" where nothing is."""
        if not self.holds:
            return ""
        kinds, words, reason = KINDS[self.holds]
        if not isinstance(value, np.ndarray):
            return f"is {kind(value)}; an array of {words} is expected: np.array makes one of it"
        if value.dtype.kind in kinds:
            return ""
        return f"holds {value.dtype}; {words} are expected{reason and f', since {reason}'}"

    @property
    def order(self) -> list[int]:
        """The axes in the order in which a computation goes through them: steps of the output, of the input, others."""
        steps_first = (*LATER, TIME, *self.axes)
        return sorted(range(len(self.axes)), key=lambda i: steps_first.index(self.axes[i]))

    def place(self, index: tuple[int, ...]) -> str:
        """An index into this array in words, the steps first."""
        if not any(axis in ("m", TIME) for axis in self.axes) or any(a not in AXES for a in self.axes):
            words = ("row", "column")
            if len(index) != len(words):
                return f"index {index[0] if len(index) == 1 else index}"
            return ", ".join(f"{word} {i}" for word, i in zip(words, index, strict=True))
        called = AXES | ({TIME: "input step"} if set(LATER) & set(self.axes) else {})
        return ", ".join(f"{called[self.axes[i]]} {index[i]}" for i in self.order)


class Tuple(Layout):
    """Several values returned together: `Tuple(a_next=…, yt_pred=…)`; a list will do as well, of numbers an array."""

    def __init__(self, **fields: Layout) -> None:
        self.fields = fields

    def to_json(self) -> Any:
        return {"tuple": {name: field.to_json() for name, field in self.fields.items()}}

    def describe(self) -> str:
        return f"({', '.join(self.fields)})"

    def child(self, name: str) -> tuple[int | str, Layout]:
        return list(self.fields).index(name), self.fields[name]

    def parts(self, value: Tree, place: str) -> Iterator[tuple[str, Layout, Tree]]:
        check_sequence(value, len(self.fields), f"{place or 'the result'}", self.describe())
        for item, (name, field) in zip(value, self.fields.items(), strict=True):
            yield from field.parts(item, f"{place}.{name}" if place else name)


class Dict(Layout):
    """A dict with fixed keys: `Dict(dWax=…, dba=…)`; further keys are allowed."""

    def __init__(self, **fields: Layout) -> None:
        self.fields = fields

    def to_json(self) -> Any:
        return {"dict": {name: field.to_json() for name, field in self.fields.items()}}

    def describe(self) -> str:
        return f"{{{', '.join(self.fields)}}}"

    def child(self, name: str) -> tuple[int | str, Layout]:
        return name, self.fields[name]

    def parts(self, value: Tree, place: str) -> Iterator[tuple[str, Layout, Tree]]:
        check_dict(value, self.fields, place or "the result")
        for name, field in self.fields.items():
            yield from field.parts(value[name], f"{place}.{name}" if place else name)


class Each(Layout):
    """A list with one item for each step: `Each(cache, "T_x")`."""

    def __init__(self, item: Layout, axis: str = TIME) -> None:
        self.item = item
        self.axis = axis

    def to_json(self) -> Any:
        return {"each": self.item.to_json(), "axis": self.axis}

    def describe(self) -> str:
        return f"a list of {self.axis} items, each {self.item.describe()}"

    def parts(self, value: Tree, place: str) -> Iterator[tuple[str, Layout, Tree]]:
        if not isinstance(value, (list, tuple)):
            raise LayoutError(f"{place} is {kind(value)}; expected {self.describe()}")
        for i, item in enumerate(value):
            yield from self.item.parts(item, f"{place or 'result'}[{i}]")


class Anything(Layout):
    """A dict whose keys depend on the argument, such as gradients of whatever parameters were given."""

    def to_json(self) -> Any:
        return "anything"

    def describe(self) -> str:
        return "a dict with the keys of the argument"

    def parts(self, value: Tree, place: str) -> Iterator[tuple[str, Layout, Tree]]:
        if not isinstance(value, dict):
            raise LayoutError(f"{place or 'the result'} is {kind(value)}; expected {self.describe()}")
        for name in sorted(value, key=str):
            shape = getattr(value[name], "shape", ())
            yield f"{place}.{name}" if place else name, Array(*"d" * len(shape)), value[name]


def from_json(data: Any) -> Layout:
    """The layout that `to_json` wrote."""
    match data:
        case "number":
            return Number()
        case "anything":
            return Anything()
        case {"plain": description}:
            return Plain(description)
        case {"function": description}:
            return Function(description)
        case {"array": axes, "holds": holds}:
            return Array(*axes, holds=holds)
        case {"array": axes}:
            return Array(*axes)
        case {"tuple": fields}:
            return Tuple(**{name: from_json(field) for name, field in fields.items()})
        case {"dict": fields}:
            return Dict(**{name: from_json(field) for name, field in fields.items()})
        case {"each": item, "axis": axis}:
            return Each(from_json(item), axis)
    raise ValueError(f"{data!r} is no layout; expected what Layout.to_json wrote")


def part(layout: Layout, value: Tree, path: str) -> tuple[Layout, Tree]:
    """Follow a dotted path of names into a value.

    Args:
        layout: the layout of the whole.
        value: the whole.
        path: names from the layout, such as "cache.ft"; "" is the whole.

    Returns:
        The layout of the part, and the part.

    Raises:
        LayoutError: the value has no such part; says what it has.
        KeyError: the layout has no such part: a fault of the exercise.
    """
    walked = "the result"
    for name in path.split(".") if path else []:
        key, inner = layout.child(name)
        if isinstance(layout, Tuple):
            check_sequence(value, len(layout.fields), walked, layout.describe())
        else:
            check_dict(value, {name: inner}, walked)
        layout, value, walked = inner, value[key], name if walked == "the result" else f"{walked}.{name}"
    return layout, value


def check_sequence(value: Tree, length: int, place: str, expected: str) -> None:
    """Raise a LayoutError unless `value` is a tuple, a list or a row of numbers of that length."""
    if not isinstance(value, (list, tuple)) and not is_row(value):
        raise LayoutError(f"{place} is {kind(value)}; expected {length} values {expected}")
    if len(value) != length:
        raise LayoutError(f"{place} has {len(value)} values; expected {length}: {expected}")


def is_row(value: Tree) -> bool:
    """Whether a value is an array with one axis, whose items are numbers."""
    return isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "biuf"


def check_dict(value: Tree, fields: dict[str, Layout], place: str) -> None:
    """Raise a LayoutError unless `value` is a dict with these keys."""
    if not isinstance(value, dict):
        raise LayoutError(f"{place} is {kind(value)}; expected a dict with the keys {listed(fields)}")
    missing = [name for name in fields if name not in value]
    if missing:
        have = listed(value) or "no keys"
        raise LayoutError(f"{place} lacks the key {listed(missing)}; it has {have}")


def kind(value: Tree) -> str:
    """What a value is, in words: `a tuple of 3`, `an array of shape (5, 4)`."""
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if getattr(value, "shape", ()):
        return f"an array of shape {value.shape}"
    return f"{value!r} ({type(value).__name__})"[:80]
