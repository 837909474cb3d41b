"""What came of calling a learner's function once."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from autograder.tree import Tree

TOO_LONG = "took too long and was stopped"
# What a learner's code says is shown in part: the rest helps nobody, and a page must stay readable.
MAX_MESSAGE = 1200
MAX_LINES = 12
MAX_ERROR = 400
MAX_NAMES = 12
MAX_NAME = 40
# Marks that turn the direction of writing would reorder what stands around them.
BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Text without what could steer a terminal or reorder a page; lines and tabs stay."""
    return "".join(
        "\ufffd" if c in TURNING or (unicodedata.category(c) in BREAKING and c not in "\n\t") else c
        for c in text
    )


def bearable(text: str, limit: int = MAX_MESSAGE) -> str:
    """Text for a person: printable, and cut to so many characters and to `MAX_LINES` lines."""
    # The cut comes first: what it drops need not be looked at.
    lines = printable(text[: limit + 1]).split("\n")
    short = "\n".join(lines[:MAX_LINES])
    if len(text) <= limit and len(lines) <= MAX_LINES:
        return short
    return f"{short[: limit - 1]}…"


def listed(names: Iterable[object]) -> str:
    """Names separated by commas, long ones cut, no more than `MAX_NAMES` of them; "" where there are none."""
    all_names = list(names)
    shown = [bearable(str(name), MAX_NAME).replace("\n", " ") for name in islice(all_names, MAX_NAMES)]
    more = len(all_names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


@dataclass(frozen=True)
class Allowance:
    """What a function may ask in one call of what it needs, answered by the reference.

    Attributes:
        questions: how many.
        elements: numbers in all questions and answers together.
    """

    questions: int
    elements: int


@dataclass(frozen=True)
class CallError:
    """Why a call gave no result.

    Attributes:
        kind: "raised", "missing", "not callable", "bad result" or "timeout".
        type: the exception's class name, or "".
        message: the exception's text, or what was found instead.
        line: the line in the learner's cell, counted from 1, where it is known.
        source: that line.
    """

    kind: str
    type: str
    message: str
    line: int | None = None
    source: str | None = None

    def describe(self) -> str:
        """The error in words for the learner."""
        message = bearable(self.message, MAX_ERROR)
        source = bearable(self.source or "", MAX_ERROR // 2)
        where = f", at line {self.line} of the cell in which you wrote: {source}" if self.line else ""
        match self.kind:
            case "raised" if self.type == "NotImplementedError":
                return "not written yet"
            case "raised":
                return f"raised {bearable(self.type, MAX_NAME)}: {message}{where}"
            case "missing":
                return "there is no function of this name in the notebook"
            case "not callable":
                return f"the name is {message}, not a function"
            case "timeout":
                return f"{TOO_LONG}: {message}{where}"
        return message


@dataclass(frozen=True)
class CallOutcome:
    """The result of one call, the arguments as they were afterwards, or the error."""

    result: Tree
    arguments: Tree
    error: CallError | None = None
