"""What the public functions ask of their arguments, apart from the formulas.

A test is a function that raises; its parameters are named as the arguments that it looks at. The errors say what
was given and what is expected.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
KINDS = {"f": "floating point numbers", "iu": "whole numbers", "b": "True and False", "biuf": "numbers"}
ANY = "of any shape"


def requires(*tests: Callable[..., None]) -> Callable[[F], F]:
    """Let a function begin with tests of its arguments.

    Args:
        tests: each is given those arguments of the function that its own parameters name.
    """
    looked_at = [(test, tuple(inspect.signature(test).parameters)) for test in tests]

    def decorate(function: F) -> F:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def tested(*arguments: Any, **named: Any) -> Any:
            given = signature.bind(*arguments, **named)
            given.apply_defaults()
            for test, names in looked_at:
                test(**{name: given.arguments[name] for name in names})
            return function(*arguments, **named)

        return cast(F, tested)

    return decorate


def array(name: str, value: Any, axes: str, kinds: str = "f") -> None:
    """Raise unless a value is an array with these axes, none of them empty, of numbers without NaN.

    Args:
        name: the argument's.
        value: what was given.
        axes: such as "(n_x, m)", or `ANY`.
        kinds: of NumPy's kinds of numbers, a key of `KINDS`.
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is of type {type(value).__name__}; expected an array {axes}")
    if value.dtype.kind not in kinds:
        raise TypeError(f"{name} holds {value.dtype}; expected {KINDS[kinds]}")
    if axes != ANY and (value.ndim != len(axes.strip("(),").split(",")) or not value.size):
        raise ValueError(f"{name} has shape {value.shape}; expected {axes}, none of them 0")
    if value.dtype.kind == "f" and np.isnan(value).any():
        raise ValueError(
            f"{name} holds NaN in {np.isnan(value).sum()} of {value.size} places; expected numbers"
        )


def shaped(name: str, value: Any, shape: Sequence[int | None], why: str = "") -> None:
    """Raise unless a value is an array of floats of this shape; None stands for any size but 0."""
    wanted = ", ".join("any" if size is None else str(size) for size in shape)
    wanted = f"({wanted}{',' if len(shape) == 1 else ''})"
    array(name, value, ANY)
    fits = value.ndim == len(shape) and all(
        given > 0 if size is None else given == size for given, size in zip(value.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {value.shape}; expected {wanted}{why and f', {why}'}")


def count(name: str, value: Any, least: int = 1) -> None:
    """Raise unless a value is a whole number of at least so many."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r:.40}; expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}; expected {least} or more")


def positive(name: str, value: Any, *, zero: bool = False) -> None:
    """Raise unless a value is a finite number above 0, or 0 where that is allowed."""
    if not (value >= 0 if zero else value > 0) or not np.isfinite(value):
        raise ValueError(f"{name} is {value}; expected a number {'of 0 or more' if zero else 'above 0'}")


def some(name: str, items: Sized) -> None:
    """Raise where there is nothing in it."""
    if not len(items):
        raise ValueError(f"{name} is empty; expected at least one item")


def keys(name: str, value: Any, wanted: Sequence[str]) -> None:
    """Raise unless a value is a dict with these keys."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is of type {type(value).__name__}; expected a dict with {', '.join(wanted)}")
    if missing := [key for key in wanted if key not in value]:
        raise ValueError(f"{name} lacks {', '.join(missing)}; expected {', '.join(wanted)}")


def within(name: str, values: Any, size: int) -> None:
    """Raise unless all values are indices into a vocabulary of this size."""
    indices = np.asarray(values)
    if indices.size and indices.dtype.kind not in "iu":
        raise TypeError(f"{name} holds {indices.dtype}; expected whole numbers, the indices of tokens")
    outside = indices[(indices < 0) | (indices >= size)]
    if outside.size:
        raise ValueError(f"{name} holds {outside.flat[0]}; expected indices from 0 to {size - 1}")
