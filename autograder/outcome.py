"""What came of calling a learner's function once."""

from dataclasses import dataclass

from autograder.tree import Tree

TOO_LONG = "took too long and was stopped"


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
        where = f", at line {self.line} of your cell: {self.source}" if self.line else ""
        match self.kind:
            case "raised" if self.type == "NotImplementedError":
                return "not written yet"
            case "raised":
                return f"raised {self.type}: {self.message}{where}"
            case "missing":
                return "there is no function of this name in the notebook"
            case "not callable":
                return f"the name is {self.message}, not a function"
            case "timeout":
                return f"{TOO_LONG}: {self.message}{where}"
        return self.message


@dataclass(frozen=True)
class CallOutcome:
    """The result of one call, the arguments as they were afterwards, or the error."""

    result: Tree
    arguments: Tree
    error: CallError | None = None
