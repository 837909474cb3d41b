"""What the public functions ask of their arguments, apart from the formulas.

A test is a function that raises; its parameters are named as the arguments that it looks at. The errors say what
was given and what is expected.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
KINDS = {"f": "floating point numbers", "iu": "whole numbers", "b": "True and False", "biuf": "numbers"}
ANY = "of any shape"
COURSE = ("seqlib.", "autograder.")


def requires(*tests: Callable[..., None], inner: bool = False) -> Callable[[F], F]:
    """Let a function begin with tests of its arguments.

    Args:
        tests: each is given those arguments of the function that its own parameters name.
        inner: whether it stands in the inner loop of the course's own functions. Those have looked at what they hand
            on, so that the tests are left out where they call it.
    """
    looked_at = [(test, tuple(inspect.signature(test).parameters)) for test in tests]

    def decorate(function: F) -> F:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def tested(*arguments: Any, **named: Any) -> Any:
            if inner and sys._getframe(1).f_globals.get("__name__", "").startswith(COURSE):
                return function(*arguments, **named)
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


def shaped(name: str, value: Any, shape: Sequence[int | None], why: str = "", kinds: str = "f") -> None:
    """Raise unless a value is an array of this shape, of numbers without NaN.

    Args:
        name: the argument's.
        value: what was given.
        shape: the size of each axis; None stands for any size but 0.
        why: where the shape comes from, such as "as x has".
        kinds: of NumPy's kinds of numbers, a key of `KINDS`.
    """
    array(name, value, ANY, kinds)
    fits = value.ndim == len(shape) and all(
        given > 0 if size is None else given == size for given, size in zip(value.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        wanted = f"({wanted}{',' if len(shape) == 1 else ''})"
        raise ValueError(f"{name} has shape {value.shape}; expected {wanted}{why and f', {why}'}")


def arrays(name: str, value: Any, shapes: Mapping[str, Sequence[int | None]]) -> None:
    """Raise unless a value is a dict with arrays of floats of these shapes; it may have others besides."""
    keys(name, value, tuple(shapes))
    for key, shape in shapes.items():
        shaped(f"{name}[{key!r}]", value[key], shape)


def count(name: str, value: Any, least: int = 1) -> None:
    """Raise unless a value is a whole number of at least so many."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r:.40}; expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}; expected {least} or more")


def positive(name: str, value: Any, *, zero: bool = False) -> None:
    """Raise unless a value is a finite number above 0, or 0 where that is allowed."""
    if not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} is {value!r:.40}; expected a number")
    if not (value >= 0 if zero else value > 0) or not np.isfinite(value):
        raise ValueError(f"{name} is {value}; expected a number {'of 0 or more' if zero else 'above 0'}")


def some(name: str, items: Any) -> None:
    """Raise unless a value is a list or the like with something in it."""
    if not isinstance(items, Sized):
        raise TypeError(f"{name} is of type {type(items).__name__}; expected a list")
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


def numbers(name: str, value: Any, *, finite: bool = False) -> None:
    """Raise unless a value is a dict with at least one array, all of floats without NaN, or all of finite ones."""
    keys(name, value, ())
    some(name, value)
    for key, found in value.items():
        array(f"{name}[{key!r}]", found, ANY)
        if finite and np.isinf(found).any():
            raise ValueError(f"{name}[{key!r}] holds infinity; expected finite numbers")


def cached(name: str, value: Any, entries: int, source: str) -> None:
    """Raise unless a value is what a cell has kept of its forward step, a tuple of so many entries."""
    if not isinstance(value, tuple | list) or len(value) != entries:
        found = f" of {len(value)}" if isinstance(value, Sized) else ""
        raise ValueError(
            f"{name} is a {type(value).__name__}{found}; expected the {entries} entries of the cache of {source}"
        )
    array(f"{name}[0]", value[0], "(n_a, m)")


def unrolled(da: Any, caches: Any, entries: int, cell: str) -> None:
    """Raise unless caches are (list of cell caches, x) of a sequence, and da has a gradient for each of its steps.

    Args:
        da: (n_a, m, T_x) expected.
        caches: what went forward through the cell.
        entries: of the cache of a cell.
        cell: the function whose caches these are.
    """
    if not isinstance(caches, tuple | list) or len(caches) != 2:
        raise ValueError(f"caches is a {type(caches).__name__}; expected (list of the caches of {cell}, x)")
    cell_caches, x = caches
    some("caches[0]", cell_caches)
    for t, cache in enumerate(cell_caches):
        cached(f"caches[0][{t}]", cache, entries, cell)
    m, T_x = cell_caches[0][0].shape[1], len(cell_caches)
    shaped("caches[1]", x, (None, m, T_x), "a step for each cache")
    shaped("da", da, (*cell_caches[0][0].shape, T_x), "a step for each cache")
