"""The class report: one self-contained page on how a class did in an assignment."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from autograder.exercises import exercises
from autograder.grading import Result
from autograder.outcome import printable
from autograder.store import Course, CourseError, Results, write_atomically

BINS = 10


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: scores from `low` to below `high`, the last bar with full marks."""

    low: float
    high: float
    count: int


def write(course: Course, assignment: str, out: Path | None = None, *, anonymous: bool = False) -> Path:
    """Write the class report of an assignment.

    Args:
        course: the course.
        assignment: its name.
        out: the page; `reports/ASSIGNMENT.html` in the course when None.
        anonymous: leave the students' names out.

    Returns:
        The page.

    Raises:
        CourseError: unknown assignment, or nothing is graded yet.
    """
    course.release(assignment)
    results = [Result.from_dict(data) for data in Results(course).all(assignment).values()]
    if not results:
        raise CourseError(f"Nothing of {assignment} is graded yet: autograder grade {assignment}")
    page = out or course.root / "reports" / f"{assignment}.html"
    write_atomically(page, render(assignment, results, anonymous=anonymous))
    return page


def render(assignment: str, results: Sequence[Result], *, anonymous: bool = False) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("autograder"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = {result.student: f"student {i}" for i, result in enumerate(shuffled(results), 1)}
    if not anonymous:
        names = {result.student: printable(result.student) for result in results}
    registry = exercises(assignment)
    total = sum(exercise.points for exercise in registry)
    scores = [result.points for result in results]
    return environment.get_template("report.html").render(
        assignment=assignment,
        anonymous=anonymous,
        total=total,
        scores=scores,
        mean=statistics.fmean(scores),
        median=statistics.median(scores),
        bars=histogram(scores, total),
        exercises=[success(exercise, results) for exercise in registry],
        mistakes=mistakes(registry, results, names),
        flags=flags(results, names),
        students=sorted(
            (student_line(result, registry, names[result.student]) for result in results),
            key=lambda line: str(line["name"]),
        ),
    )


def shuffled(results: Sequence[Result]) -> list[Result]:
    """The results in an order that tells nothing of the students' names: by points."""
    return sorted(results, key=lambda result: (-result.points, str(result.to_dict()["verdicts"])))


def histogram(scores: Sequence[float], total: float) -> list[Bar]:
    """How many scores lie in each tenth of the range."""
    width = total / BINS
    bins = [min(int(score / width), BINS - 1) for score in scores]
    return [Bar(width * i, width * (i + 1), bins.count(i)) for i in range(BINS)]


def success(exercise: Any, results: Sequence[Result]) -> dict[str, Any]:
    """How many got an exercise, and each of its rows, right."""
    verdicts = [v for result in results if (v := result.verdicts.get(exercise.name)) is not None]
    earned = sum(verdict.points for verdict in verdicts)
    rows: dict[str, int] = {}
    for verdict in verdicts:
        for row in verdict.rows:
            rows[row.name] = rows.get(row.name, 0) + row.passed
    return {
        "name": exercise.name,
        "title": exercise.title,
        "points": exercise.points,
        "share": earned / (exercise.points * len(results)),
        "right": sum(verdict.passed for verdict in verdicts),
        "of": len(results),
        "rows": [
            {"name": name, "right": right, "share": right / len(results)} for name, right in rows.items()
        ],
    }


def mistakes(
    registry: Sequence[Any], results: Sequence[Result], names: dict[str, str]
) -> list[dict[str, Any]]:
    """Which known mistakes were made, how often and by whom, the most frequent first."""
    texts = {(exercise.name, m.name): m.text for exercise in registry for m in exercise.mistakes}
    made: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for name, verdict in result.verdicts.items():
            for mistake in verdict.mistakes:
                made.setdefault((name, mistake), []).append(names[result.student])
    found = [
        {"exercise": key[0], "mistake": key[1], "text": texts.get(key, ""), "students": sorted(who)}
        for key, who in made.items()
    ]
    return sorted(found, key=lambda item: (-len(item["students"]), item["exercise"], item["mistake"]))


def flags(results: Sequence[Result], names: dict[str, str]) -> list[dict[str, str]]:
    """What a person should look at, by student."""
    found = [
        {"student": names[result.student], "name": flag["name"], "message": printable(flag["message"])}
        for result in results
        for flag in result.flags
    ]
    return sorted(found, key=lambda flag: (flag["student"], flag["name"]))


def student_line(result: Result, registry: Sequence[Any], name: str) -> dict[str, Any]:
    """One student's points, all and by exercise."""
    shares = []
    for exercise in registry:
        verdict = result.verdicts.get(exercise.name)
        points = verdict.points if verdict else 0.0
        shares.append({"points": points, "share": points / exercise.points})
    return {"name": name, "points": result.points, "exercises": shares}
