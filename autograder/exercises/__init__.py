"""What is graded: every assignment, and its exercises in the order of the notebook."""

import difflib
import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from autograder.exercise import Exercise
from autograder.quiz import Question
from autograder.syllabus import every_assignment

# The assignments in the order of the course, and the topic of each; a topic has the same name in every room.
# What the syllabus has and nobody has written exercises for is not in the course yet.
ASSIGNMENTS = {
    assignment.name: assignment.topic
    for assignment in every_assignment()
    if find_spec(f"{__name__}.{assignment.topic}") is not None
}


# What a check cell checks.
Graded = Exercise | Question


class UnknownName(ValueError):
    """An assignment or exercise that the course does not have; the message says what it has."""


def topic_of(assignment: str) -> str:
    """The topic of an assignment: "lstm" for "04-lstm"; the topic itself will do as well."""
    if assignment in ASSIGNMENTS.values():
        return assignment
    if assignment not in ASSIGNMENTS:
        raise UnknownName(f"no assignment {assignment!r}; {suggestion(assignment, list(ASSIGNMENTS))}")
    return ASSIGNMENTS[assignment]


def assignment_of(topic: str) -> str:
    """The assignment of a topic: "04-lstm" for "lstm"."""
    return next(assignment for assignment, name in ASSIGNMENTS.items() if name == topic_of(topic))


def exercises(assignment: str) -> list[Graded]:
    """What is graded in an assignment or topic, in the order of the notebook."""
    found: list[Graded] = importlib.import_module(f"autograder.exercises.{topic_of(assignment)}").EXERCISES
    return found


def functions(assignment: str) -> list[Exercise]:
    """The functions that are graded in an assignment or topic."""
    return [exercise for exercise in exercises(assignment) if isinstance(exercise, Exercise)]


def every_exercise() -> dict[str, tuple[str, Graded]]:
    """All that is graded in the course by name, each with its assignment."""
    return {
        exercise.name: (assignment, exercise)
        for assignment in ASSIGNMENTS
        for exercise in exercises(assignment)
    }


def every_function() -> dict[str, tuple[str, Exercise]]:
    """All functions that are graded in the course by name, each with its assignment."""
    return {
        exercise.name: (assignment, exercise)
        for assignment in ASSIGNMENTS
        for exercise in functions(assignment)
    }


def find(name: str) -> tuple[str, Exercise]:
    """The assignment and the exercise of this name, which has to be a function.

    Raises:
        UnknownName: there is none; names those that come nearest.
    """
    known = every_function()
    if name not in known:
        raise UnknownName(f"no exercise {name!r}; {suggestion(name, list(known))}")
    return known[name]


def references(assignment: str) -> dict[str, Callable[..., Any]]:
    """The functions that answer for what an exercise needs, by name: all public functions of the topic."""
    if not functions(assignment):
        return {}
    module = importlib.import_module(f"seqlib.{topic_of(assignment)}")
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value)
        and getattr(value, "__module__", "") == module.__name__
        and not name.startswith("_")
    }


def withheld(assignment: str) -> list[str]:
    """The modules of seqlib that a learner of this assignment does not get.

    Those of its own topic and of all later ones, and what these topics name as `WITHHELD`: further modules that do
    an exercise.
    """
    names = list(ASSIGNMENTS.values())
    topics = names[names.index(topic_of(assignment)) :]
    further = [
        module
        for topic in topics
        for module in getattr(importlib.import_module(f"{__name__}.{topic}"), "WITHHELD", ())
    ]
    return topics + further


def suggestion(name: str, known: list[str]) -> str:
    """Names that come near, or all of them."""
    near = difflib.get_close_matches(name, known, n=3)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
