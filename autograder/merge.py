"""Two rounds of judging one exercise: on its own, and with what it needs answered by the reference."""

from collections.abc import Sequence
from dataclasses import replace

from autograder.row import UNCHANGED
from autograder.verdict import RowResult, Verdict

# How the learner's check says that the frozen answers do not cover what was asked.
UNANSWERED = "is called with other arguments than in a right solution"


def merged(first: Verdict, second: Sequence[RowResult], needs: Sequence[str]) -> Verdict:
    """The better of two rounds, row by row; a row that is right only the second time says where the fault is.

    Args:
        first: the verdict of the first round.
        second: the rows of the round in which `needs` were answered by the reference.
        needs: the earlier exercises that the function calls.
    """
    excuse = f"counts as right: the fault lies in {' or '.join(needs)}, with the right one this row is right"
    cut_off = any(UNANSWERED in row.message for row in second)
    diagnosed = first.rows if cut_off or says_more(first.rows, second) else second
    rows: list[RowResult] = []
    for before, after, failing in zip(first.rows, second, diagnosed, strict=True):
        if before.passed:
            rows.append(before)
        # Of arguments, a call that was cut off says nothing.
        elif after.passed and not (cut_off and after.name == UNCHANGED):
            said = any(row.message == excuse for row in rows)
            rows.append(after if said else replace(after, message=excuse))
        else:
            rows.append(failing)
    return Verdict(first.exercise, rows, first.flags, first.note)


def says_more(first: Sequence[RowResult], second: Sequence[RowResult]) -> bool:
    """Whether the first round explains failing rows better than the second."""
    return any(row.mistake for row in first) and not any(row.mistake for row in second)
