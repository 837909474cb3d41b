"""A row of a check: one thing that is looked at in a result."""

from dataclasses import dataclass
from typing import Any

# A right answer in float32 is this far off at most, relative to the largest value of the array: the audit
# measures the spread of all right variants and demands that ten times the spread stays within the tolerance.
TOLERANCE = 1e-4


UNCHANGED = "arguments left as they were"
UNCHANGED_POINTS = 1.0


@dataclass(frozen=True)
class Row:
    """One thing that is looked at in a result.

    Attributes:
        name: what the learner calls it.
        path: where it lies in the result, by the names of the layout; "" is the whole.
        points: what it is worth.
        cases: "drawn", or the name of one of the exercise's extra groups of cases.
        transform: "log" compares logarithms, for probabilities.
        tolerance: largest error accepted, relative to the largest expected value of the array.
        law: what is random is judged over all cases of the group together, by a law of `autograder.laws`.
    """

    name: str
    path: str
    points: float
    cases: str = "drawn"
    transform: str | None = None
    tolerance: float = TOLERANCE
    law: str | None = None

    def to_json(self) -> dict[str, Any]:
        """This row as JSON-able data."""
        return dict(vars(self))
