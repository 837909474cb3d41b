"""Keeps what has passed: the source of a learner's function, in the learner's own folder.

Each function becomes a module that stands by itself: `seqlib.mine` imports it from there in later notebooks.
"""

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from seqlib import mine


def keep(function: Callable[..., Any], exercises: Iterable[str]) -> Path:
    """Write a function that has passed as a module of its own.

    Args:
        function: the learner's function.
        exercises: the names of all exercises; those that the function calls are imported from `seqlib.mine`.

    Returns:
        The file; the version before it is kept beside it, so that nothing is lost.
    """
    path = mine.folder() / f"{function.__name__}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = module_source(function, set(exercises) - {function.__name__})
    if path.exists() and path.read_text(encoding="utf-8") != text:
        path.replace(path.with_suffix(".py.before"))
    path.write_text(text, encoding="utf-8")
    return path


def module_source(function: Callable[..., Any], exercises: set[str]) -> str:
    """The source of a module that defines the function and everything that it uses."""
    imports: dict[str, str] = {}
    definitions: dict[str, str] = {}
    waiting = [function]
    while waiting:
        current = waiting.pop()
        definitions[current.__name__] = textwrap.dedent(inspect.getsource(current))
        for name in global_names(definitions[current.__name__]):
            value = current.__globals__.get(name)
            if name in exercises:
                imports[name] = f"from seqlib.mine import {name}"
            elif isinstance(value, types.ModuleType):
                imports[name] = f"import {value.__name__} as {name}"
            elif isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
                if name not in definitions:
                    waiting.append(value)
            elif isinstance(value, (bool, int, float, str, tuple)):
                definitions[name] = f"{name} = {value!r}\n"
            elif value is not None and hasattr(value, "__qualname__"):
                imports[name] = f"from {value.__module__} import {value.__qualname__} as {name}"
    ordered = [definitions.pop(name) for name in list(definitions) if name != function.__name__]
    return "\n".join([*sorted(imports.values()), "", *ordered, definitions[function.__name__]])


def global_names(source: str) -> list[str]:
    """The names that a function's source reads, each once."""
    nodes = ast.walk(ast.parse(source))
    return list(dict.fromkeys(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)))
