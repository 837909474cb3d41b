"""Two rounds of judging one exercise: on its own, and with what it needs answered by the reference."""

from collections.abc import Sequence
from dataclasses import replace

from autograder.verdict import RowResult, Verdict


def merged(first: Verdict, second: Sequence[RowResult], needs: Sequence[str]) -> Verdict:
    """The better of two rounds, row by row; a row that is right only the second time says where the fault is.

    Args:
        first: the verdict of the first round.
        second: the rows of the round in which `needs` were answered by the reference.
        needs: the earlier exercises that the function calls.
    """
    replaced = (
        f"{needs[0]} is replaced by the right one"
        if len(needs) == 1
        else f"{', '.join(needs)} are the right ones"
    )
    fault = f"right when {replaced}: the fault lies there"
    rows: list[RowResult] = []
    for before, after in zip(first.rows, second, strict=True):
        excused = not before.passed and after.passed
        said = any(row.message == fault for row in rows)
        rows.append(
            before if before.passed else replace(after, message=fault) if excused and not said else after
        )
    return Verdict(first.exercise, rows, first.flags, first.note)
