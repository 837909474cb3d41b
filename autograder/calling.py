"""Calling a function in this process and writing down what came of it."""

import traceback
from collections.abc import Callable, Sequence
from typing import Any

from autograder.outcome import CallError, CallOutcome
from autograder.tree import Tree, TreeError, copied


def call(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    own_file: Callable[[str], bool] = lambda name: True,
) -> CallOutcome:
    """Call a function on arguments that it may keep or spoil.

    Args:
        function: what is called.
        arguments: positional arguments, already copies.
        own_file: tells from a file name in the traceback whether it is the learner's own code.

    Returns:
        The result as a tree of plain data, or the error; the arguments as they are afterwards.
    """
    try:
        result = copied(function(*arguments))
    except TreeError as error:
        return CallOutcome(None, list(arguments), CallError("bad result", "TreeError", str(error)))
    except Exception as error:
        return CallOutcome(None, list(arguments), raised(error, own_file))
    return CallOutcome(result, list(arguments))


def raised(error: BaseException, own_file: Callable[[str], bool]) -> CallError:
    """An exception with the innermost line of the learner's own code."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if own_file(f.filename)]
    line, source = (frames[-1].lineno, frames[-1].line) if frames else (None, None)
    return CallError("raised", type(error).__name__, str(error), line, source)


def described(tree: Tree) -> str:
    """A tree in one short line, for a message."""
    text = " ".join(repr(tree).split())
    return text if len(text) <= 80 else f"{text[:77]}…"
