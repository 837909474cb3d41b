"""Runs a learner's notebook in a jail and gives back data only."""

from autograder.outcome import CallError, CallOutcome
from autograder.sandbox.jail import Jail
from autograder.sandbox.outcome import (
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
