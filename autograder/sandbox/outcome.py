"""What a session gives back, and how it may end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from autograder.outcome import CallError, printable
from autograder.tree import Tree

Reason = Literal["cpu time", "wall time", "memory", "threads", "disk", "killed", "exited", "protocol"]
ErrorKind = Literal["raised", "missing", "not callable", "bad result", "timeout"]
Status = Literal["ok", "error", "timeout"]

Output = dict[str, Any]
Answer = Mapping[str, Callable[..., Tree]]

TEXT_LIMIT = 4000
# The scratch folder holds so many of the largest files.
SCRATCH_FILES = 4


@dataclass(frozen=True)
class Limits:
    """What a session may use.

    Attributes:
        cell_cpu_s: processor time of a cell, and of all cases of a call together, in seconds.
        cell_wall_s: the same in real time; generous, so that a busy machine changes no score.
        notebook_cpu_s: processor time of the whole session, in seconds.
        notebook_wall_s: real time of the whole session, in seconds.
        submission_cpu_s: processor time of all sessions of a submission: its restarts and both rounds of judging.
        submission_wall_s: the same in real time. The worst that a submission can do to others is to hold one worker
            for so long, and a few seconds more.
        memory_mb: address space beyond what the warm process holds, in MiB.
        file_mb: largest file, in MiB; the scratch folder holds four times as much.
        output_bytes: what a cell may show.
        notebook_output_bytes: what all cells of a notebook may show together.
        result_mb: largest result of a call, in MiB.
    """

    cell_cpu_s: float = 30
    cell_wall_s: float = 120
    notebook_cpu_s: float = 300
    notebook_wall_s: float = 900
    submission_cpu_s: float = 600
    submission_wall_s: float = 1200
    memory_mb: int = 2048
    file_mb: int = 64
    output_bytes: int = 200_000
    notebook_output_bytes: int = 4_000_000
    result_mb: int = 64


class NoSandbox(RuntimeError):
    """No jail holds on this system; the message says what was tried and what to do."""


class SessionDied(Exception):
    """The session is gone; the jail gives the next one.

    Attributes:
        reason: "cpu time", "wall time", "memory", "threads", "disk", "killed", "exited" or "protocol".
        message: a sentence for people.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message

    def __reduce__(self) -> tuple[type["SessionDied"], tuple[Reason, str]]:
        return SessionDied, (self.reason, self.message)


@dataclass(frozen=True)
class CellOutcome:
    """What a cell did.

    Attributes:
        status: how it ended.
        outputs: nbformat v4 output dictionaries.
        error: the exception in one line, where there is one.
        seconds_cpu: processor time.
        cut: whether it showed more than it may.
    """

    status: Status
    outputs: list[Output]
    error: str | None
    seconds_cpu: float
    cut: bool = False


def clean(text: object, limit: int = TEXT_LIMIT) -> str:
    """Text from inside: cut, and without what cannot be written as UTF-8.

    Raises:
        ValueError: not text.
    """
    if not isinstance(text, str):
        raise ValueError(f"a {type(text).__name__} where text was expected")
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def plain(text: object, limit: int = TEXT_LIMIT) -> str:
    """Cleaned text for a line of a message: no control character of it reaches a terminal.

    Raises:
        ValueError: not text.
    """
    return printable(clean(text, limit))


def call_error(data: object) -> CallError:
    """The error that inside describes.

    Raises:
        ValueError: not a description of an error.
    """
    match data:
        case {"kind": str(kind), "type": type_, "message": message, "line": line, "source": source}:
            pass
        case _:
            raise ValueError("not the description of an error")
    if kind not in get_args(ErrorKind) or not (line is None or type(line) is int):
        raise ValueError("not the description of an error")
    source = None if source is None else plain(source, 500)
    return CallError(kind, plain(type_, 200), plain(message), line, source)
