"""The `autograder` that a notebook finds when it is graded: the judge outside gives the verdicts."""


def check(*arguments: object, **named: object) -> None:
    """Stands where a check cell calls it; does nothing."""
