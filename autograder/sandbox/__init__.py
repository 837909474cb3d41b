"""Runs a learner's notebook in a jail and gives back data only."""

from autograder.sandbox.jail import Jail
from autograder.sandbox.outcome import (
    CallError,
    CallOutcome,
    CellOutcome,
    Limits,
    NoSandbox,
    SessionDied,
)
from autograder.sandbox.session import Session

__all__ = [
    "CallError",
    "CallOutcome",
    "CellOutcome",
    "Jail",
    "Limits",
    "NoSandbox",
    "Session",
    "SessionDied",
]
