"""The course's autograder: `check` for learners, sandboxed grading for instructors."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Load `check` when it is asked for, so that the sandbox can import parts of the package alone."""
    if name == "check":
        from autograder.check import check

        # Importing the submodule has just put the module itself under this name.
        globals()["check"] = check
        return check
    raise AttributeError(f"module 'autograder' has no attribute {name!r}; a notebook imports `check` from it")
