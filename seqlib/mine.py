"""The learner's own library: `from seqlib.mine import lstm_cell_forward`.

Gives the learner's function where one has passed its check, the reference where none has. A function that
has passed lies in the learner's folder as `mine/NAME.py`, a module that stands by itself.
"""

import ast
import importlib
import os
import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir

TOPICS = (
    "sequences",
    "rnn",
    "gru",
    "lstm",
    "gradients",
    "language_model",
    "deep_bidirectional",
    "word_vectors",
    "word2vec",
    "glove",
    "sentiment",
    "seq2seq",
    "beam_search",
    "attention",
)
"""The modules of `seqlib` whose public functions are exercises, in the order of the course."""


def folder() -> Path:
    """The folder of the learner's own functions.

    Returns:
        `$SEQLIB_HOME/mine` where that variable is set, else `mine` in the user's data folder of "seqlib".
    """
    return Path(os.environ.get("SEQLIB_HOME") or user_data_dir("seqlib")) / "mine"


@lru_cache(maxsize=1)
def exercises() -> dict[str, str]:
    """The functions that the reference has, read from its source without running it.

    Returns:
        A dict from function to module of `seqlib`, in the order of the exercises; without withheld modules.
    """
    found = {}
    for topic in TOPICS:
        spec = find_spec(f"seqlib.{topic}")
        if spec is None or spec.origin is None:
            continue
        source = Path(spec.origin).read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[node.name] = topic
    return found


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_") or name == "__path__":
        raise AttributeError(name)
    path = folder() / f"{name}.py"
    if os.environ.get("SEQLIB_MINE") != "reference" and path.is_file():
        return _of_learner(name, path)
    return _of_reference(name)


def __dir__() -> list[str]:
    return sorted({*exercises(), *(path.stem for path in folder().glob("*.py"))})


def _of_learner(name: str, path: Path) -> Callable[..., Any]:
    """The learner's own function; one that does not run any more is said so, and the reference given."""
    spec = spec_from_file_location(f"_seqlib_mine_{name}", path)
    assert spec is not None and spec.loader is not None  # always so for a path that ends in .py
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name)
        if callable(function):
            return function  # type: ignore[no-any-return]
        trouble = f"it has a {type(function).__name__} of this name, not a function"
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}"
    remedy = f"check {name} again in its notebook, or remove that file"
    if name not in exercises():
        raise ImportError(f"your own {name}, kept in {path}, does not run any more ({trouble}); {remedy}")
    warnings.warn(
        f"your own {name}, kept in {path}, does not run any more ({trouble}), so the course's is used; {remedy}",
        stacklevel=3,
    )
    return _of_reference(name)


def _of_reference(name: str) -> Callable[..., Any]:
    topic = exercises().get(name)
    if topic is None:
        raise ImportError(
            f"{name} is not here: it is an exercise of this assignment, to be written and checked first "
            f"(or no exercise has this name; yours would be kept in {folder()})"
        )
    return getattr(importlib.import_module(f"seqlib.{topic}"), name)  # type: ignore[no-any-return]
