"""What an exercise is: a reference function, cases to try it on, rows to look at, mistakes to recognise."""

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from autograder.layout import Layout
from autograder.row import UNCHANGED, UNCHANGED_POINTS, Row
from autograder.tree import Tree, copied

Arguments = dict[str, Tree]
Dims = Mapping[str, int]


class Mistake:
    """A known mistake: the reference with pieces of its text replaced, and what to tell the learner."""

    def __init__(
        self, name: str, replacements: tuple[str, str] | Sequence[tuple[str, str]], text: str
    ) -> None:
        pairs = [replacements] if isinstance(replacements[0], str) else replacements
        self.name = name
        self.replacements = cast(list[tuple[str, str]], list(pairs))
        self.text = text


@dataclass(frozen=True)
class Case:
    """Arguments for one call, the sizes they were drawn with, and the group that the case belongs to."""

    arguments: Arguments
    dims: dict[str, int] = field(default_factory=dict)
    group: str = "drawn"


@dataclass(frozen=True)
class Cases:
    """A further group of cases, such as held-out inputs for a trained reference model.

    Attributes:
        name: the group's name, such as "names-lstm".
        draw: makes the arguments of each case from a generator, for grading.
        recorded: makes the arguments of the public cases, whose outputs were recorded when the model was trained.
    """

    name: str
    draw: Callable[[np.random.Generator], list[Arguments]]
    recorded: Callable[[], list[Arguments]]


@dataclass(frozen=True)
class Exercise:
    """One function that the learner writes and the autograder checks.

    Attributes:
        function: the reference; the exercise has its name, signature and docstring.
        title: a few words.
        minutes: how long it takes a learner.
        difficulty: 1 to 3.
        arguments: layouts by argument name, in the order of the signature.
        result: the layout of the result.
        draw: makes arguments from a generator and sizes.
        dims: the sizes of the drawn cases; all differ within a case, and 1 is among them.
        rows: what is looked at.
        mistakes: what is recognised.
        needs: the earlier exercises that the function calls.
        extra: further groups of cases.
    """

    function: Callable[..., Any]
    title: str
    minutes: int
    difficulty: int
    arguments: Mapping[str, Layout]
    result: Layout
    draw: Callable[[np.random.Generator, Dims], Arguments]
    dims: Sequence[Dims]
    rows: Sequence[Row]
    mistakes: Sequence[Mistake]
    needs: Sequence[str] = ()
    extra: Sequence[Cases] = ()
    kind: str = "function"

    def to_json(self) -> dict[str, Any]:
        """What goes in, what comes out and what is looked at, as JSON-able data."""
        rows = [row.to_json() for row in self.rows]
        return {
            "arguments": {name: layout.to_json() for name, layout in self.arguments.items()},
            "result": self.result.to_json(),
            "rows": [*rows, {"name": UNCHANGED, "points": UNCHANGED_POINTS}],
        }

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

    @property
    def points(self) -> float:
        """What the exercise is worth: its rows, and one point for leaving the arguments as they were."""
        return sum(row.points for row in self.rows) + UNCHANGED_POINTS

    @property
    def signature(self) -> str:
        """The call as the learner writes it, without annotations."""
        parameters = inspect.signature(self.function).parameters.values()
        return f"{self.name}({', '.join(str(p.replace(annotation=p.empty)) for p in parameters)})"

    def cases(self, rng: np.random.Generator, *, public: bool = False) -> list[Case]:
        """Draw one set of cases: one for each entry of `dims`, then the extra groups."""
        drawn = [Case(self.draw(rng, dims), dict(dims)) for dims in self.dims]
        further = [
            Case(arguments, group=group.name)
            for group in self.extra
            for arguments in (group.recorded() if public else group.draw(rng))
        ]
        return drawn + further


class MistakeError(ValueError):
    """A mistake whose text is not found exactly once in the reference: the reference has changed."""


@functools.cache
def body(function: Callable[..., Any]) -> str:
    """The source of a reference function without its docstring and its decorators, which look at arguments."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    source = "".join(source.splitlines(keepends=True)[definition.lineno - 1 :])
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    if ast.get_docstring(definition) is not None:
        lines = source.splitlines(keepends=True)
        docstring = definition.body[0]
        del lines[docstring.lineno - 1 : docstring.end_lineno]
        source = "".join(lines)
    return source


def compiled(function: Callable[..., Any], source: str) -> Callable[..., Any]:
    """The function that `source` defines, among the other names of the reference's module."""
    namespace = dict(vars(sys.modules[function.__module__]))
    exec(compile(source, f"<{function.__name__}>", "exec"), namespace)
    changed: Callable[..., Any] = namespace[function.__name__]
    return changed


def mistaken(exercise: Exercise, mistake: Mistake) -> Callable[..., Any]:
    """The reference with a mistake in it.

    Raises:
        MistakeError: a replaced text does not occur exactly once.
    """
    replacements = tuple((old, new) for old, new in mistake.replacements)
    try:
        return replaced(exercise.function, replacements)
    except MistakeError as error:
        raise MistakeError(f"mistake {mistake.name!r} of {exercise.name} {error}") from None


@functools.cache
def replaced(function: Callable[..., Any], replacements: tuple[tuple[str, str], ...]) -> Callable[..., Any]:
    """A reference with pieces of its text replaced, each found exactly once."""
    source = body(function)
    for old, new in replacements:
        if source.count(old) != 1:
            raise MistakeError(
                f"replaces {old!r}, which occurs {source.count(old)} times in the reference; "
                "expected exactly once: adapt the replacement to the reference"
            )
        source = source.replace(old, new)
    return compiled(function, source)


@contextmanager
def recorded_calls(
    exercise: Exercise, way: Callable[..., Any] | None = None
) -> Iterator[tuple[Callable[..., Any], dict[str, list[Any]]]]:
    """A right answer in a namespace of its own in which calls of what it needs are written down.

    Args:
        exercise: says what is needed.
        way: the right answer; the reference where None.

    Yields:
        The function, and for each name in `needs` the list of (arguments, result) of its calls so far.
    """
    function = way or exercise.function
    module = sys.modules[function.__module__]
    namespace: dict[str, Any] = {"__name__": f"<{module.__name__} recorded>"}
    exec(compile(inspect.getsource(module), f"<{module.__name__}>", "exec"), namespace)
    calls: dict[str, list[Any]] = {name: [] for name in exercise.needs}

    def recording(name: str, needed: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            given = copied(list(arguments))
            result = needed(*arguments)
            calls[name].append((given, copied(result)))
            return result

        return call

    for name in exercise.needs:
        if name in namespace:
            namespace[name] = recording(name, namespace[name])
    yield namespace[function.__name__], calls
