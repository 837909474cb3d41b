"""For a regrade request: the same inputs again, what the learner's code gives, and what was expected."""

from collections.abc import Iterator
from contextlib import suppress
from textwrap import indent
from typing import Any

import numpy as np

from autograder import batch, engine
from autograder.budget import UsedUp
from autograder.compare import observe
from autograder.exercise import Exercise
from autograder.exercises import Graded, exercises
from autograder.grading import RESTARTS, Result, walk
from autograder.judge import Trial, judge, seed_number
from autograder.outcome import CallError
from autograder.row import Row
from autograder.sandbox import Session
from autograder.store import Course, CourseError, Results, secret
from autograder.verdict import Verdict


def replay(
    course: Course, assignment: str, student: str, wanted: str | None = None, *, unsafe: bool = False
) -> Iterator[str]:
    """Judge a submission again on the inputs it was graded on, and say what was given and what was expected.

    Args:
        course: the course.
        assignment: its name.
        student: the student.
        wanted: an exercise, a row, or "exercise: row"; every row that is wrong when None.
        unsafe: go on where there is no sandbox.

    Raises:
        CourseError: unknown assignment, student, exercise or row.
    """
    course.release(assignment)
    if student not in course.students(assignment):
        raise CourseError(f"{student} handed in no {assignment}.")
    rows = chosen_rows(exercises(assignment), wanted)
    found = engine.read(course, assignment, student)
    job = engine.job_for(course, found.notebook, assignment, student, secret(course), unsafe=unsafe)
    told: dict[str, list[str]] = {}

    def at_check(session: Session, exercise: Graded) -> None:
        if exercise.name not in told:
            told[exercise.name] = [f"{exercise.name}: the function ended the process it ran in"]
            told[exercise.name] = list(
                differences(session, exercise, rows[exercise.name], job.seed, bool(wanted))
            )

    jail = batch.jail(engine.view(course, assignment), job.limits, unsafe=unsafe)
    judged = {exercise.name: exercise for exercise in exercises(assignment) if exercise.name in rows}
    dead: set[int] = set()
    with suppress(UsedUp):
        for _ in range(RESTARTS):
            fatal = walk(job, jail, Result(assignment, student), dead, judged, at_check)
            if fatal is None:
                break
            dead.add(fatal)
    for name in judged:
        yield from told.get(name, [f"{name}: the notebook does not get to its check"])


def log_of(course: Course, assignment: str, student: str) -> dict[str, Any]:
    """How the last grading of one submission went, as data.

    Raises:
        CourseError: unknown assignment, or this student's was never graded.
    """
    course.release(assignment)
    results = Results(course)
    stored, run = results.load(assignment, student), results.log(assignment, student)
    if stored is None and not run:
        raise CourseError(f"{student}'s {assignment} was not graded yet: autograder grade {assignment}")
    result = stored or {"jail": "", "log": [], "flags": [], "verdicts": {}}
    points = {name: Verdict.from_dict(verdict).points for name, verdict in result["verdicts"].items()}
    return {
        "assignment": assignment,
        "student": student,
        "jail": result["jail"],
        "points": points,
        "log": result["log"],
        "flags": result["flags"],
        "run": run,
    }


def log_lines(found: dict[str, Any]) -> Iterator[str]:
    """A log for people: when and where, what ran and how it ended, what was noticed, errors of our own."""
    run = found["run"]
    where = f" on {run['host']}" if "host" in run else ""
    took = f", {run['seconds']:g} s" if "seconds" in run else ""
    yield f"{found['student']}, {found['assignment']}: {run.get('at', 'time unknown')}{where}{took}"
    if found["points"]:
        yield f"{sum(found['points'].values()):g} points in the sandbox {found['jail']!r}"
    spent = {f"cell {int(index) + 1}": seconds for index, seconds in run.get("cells", {}).items()}
    for entry in found["log"]:
        name = entry.split(":")[0]
        yield f"  {entry}" + (f" ({spent.pop(name):.2f} s of processor time)" if name in spent else "")
    for flag in found["flags"]:
        yield f"  to look at: {flag['name']}: {flag['message']}"
    if "crash" in run:
        yield f"  no result, by an error of the autograder's own: {run['crash']}"
    for error in run.get("errors", []):
        yield f"  an error of the autograder's own:\n{indent(error.rstrip(), '    ')}"


def chosen_rows(registry: list[Graded], wanted: str | None) -> dict[str, list[Row]]:
    """The rows asked for, by exercise.

    Raises:
        CourseError: no exercise and no row is called so.
    """
    chosen = {
        exercise.name: [
            row
            for row in exercise.rows
            if wanted in (None, exercise.name, row.name, f"{exercise.name}: {row.name}")
        ]
        for exercise in registry
    }
    chosen = {name: rows for name, rows in chosen.items() if rows}
    if not chosen:
        known = ", ".join(exercise.name for exercise in registry)
        raise CourseError(f"There is no exercise or row {wanted!r}. The exercises are: {known}.")
    return chosen


def differences(
    session: Session, exercise: Graded, rows: list[Row], seed: str, everything: bool
) -> Iterator[str]:
    """The verdict on one exercise, and for its rows each case with inputs, given and expected values."""
    if not isinstance(exercise, Exercise):
        verdict = judge(exercise, session, seed)
        yield f"{exercise.name}: given {session.value(exercise.name).result!r}; {verdict.rows[0].message}"
        return
    trial = Trial.draw(exercise, seed)
    outcomes = session.call(exercise.name, trial.inputs, seed=seed_number(seed))
    verdicts = {row.name: row for row in trial.rows(outcomes)}
    wrong = [row for row in rows if everything or not verdicts[row.name].passed]
    if not wrong:
        yield f"{exercise.name}: every row is right"
        return
    for row in wrong:
        found = verdicts[row.name]
        yield f"{exercise.name}: {row.name}: {'ok' if found.passed else 'WRONG'} {found.message}".rstrip()
        for number, (case, right, outcome) in enumerate(
            zip(trial.cases, trial.right, outcomes, strict=True), 1
        ):
            if case.group != row.cases or row.law is not None:
                continue
            yield f"  case {number}: {', '.join(f'{name} = {size}' for name, size in case.dims.items())}"
            yield indented("given", observe(row.path, exercise.result, outcome))
            yield indented("expected", right[row.path])
    shown = {row.cases for row in wrong if row.law is None}
    for number, case in enumerate(trial.cases, 1):
        if case.group not in shown:
            continue
        yield f"{exercise.name}: arguments of case {number}"
        for name, value in case.arguments.items():
            yield indented(name, value)


def indented(label: str, value: Any) -> str:
    """A value under its label, arrays with their shape, long ones shortened."""
    if isinstance(value, CallError):
        return f"    {label}: {value.describe()}"
    if isinstance(value, dict):
        return "\n".join([f"    {label}:", *(indented(f"  {key}", item) for key, item in value.items())])
    if isinstance(value, np.ndarray):
        with np.printoptions(precision=6, threshold=60, suppress=True, linewidth=96):
            text = "\n".join(f"      {text}" for text in str(value).splitlines())
        return f"    {label} {value.shape}:\n{text}"
    return f"    {label}: {value!r}"[:2000]
