"""What a learner calls in a notebook: `check(lstm_cell_forward)`.

Uses the frozen public cases alone: no reference, no network, nothing beside the notebook.
"""

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from autograder import quiz
from autograder.calling import call, raised
from autograder.compare import Expectation, compare
from autograder.fixtures import built
from autograder.frozen import FrozenExercise, frozen_exercise, frozen_question, names
from autograder.keep import keep
from autograder.merge import merged
from autograder.outcome import CallOutcome
from autograder.progress import record
from autograder.tree import copied
from autograder.verdict import RowResult, Verdict

NOTE = "Public cases only: grading draws fresh ones."
NOTHING = object()


def check(function: Any, value: Any = NOTHING) -> None:
    """Check one exercise and show the verdict: a row for each thing checked, with what is wrong and where.

    Args:
        function: your function; the exercise is found by its name. For a question its name, in quotation marks.
        value: your answer to a question: `check("name", name)`.

    A function that never ends is stopped as any cell is: by the stop button, or Ctrl-C.
    """
    try:
        look_at(function, value)
    except KeyboardInterrupt as error:
        raise Stopped(stopped(error, function)) from None


def look_at(function: Any, value: Any) -> None:
    """Check one exercise, or say how check is to be called."""
    trouble = misuse(function, value)
    if trouble:
        print(trouble)
        return
    verdict = verdict_on(function) if value is NOTHING else verdict_on_answer(function, value)
    show(remembered(verdict))


class Stopped(KeyboardInterrupt):
    """A check that someone stopped; a notebook shows its message alone, and runs no further cells."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def stopped(error: KeyboardInterrupt, function: Any) -> str:
    """What to tell whoever stopped a check: where the function was."""
    found = raised(error, own_file(function)) if hasattr(function, "__code__") else None
    if found is None or found.line is None:
        return "The check was stopped; nothing was judged."
    return (
        f"The check was stopped while your code was at line {found.line} of the cell in which you wrote: "
        f"{found.source}\n"
        "Nothing was judged. If it ran on and on: what should make it leave its loop, and does that ever happen?"
    )


def remembered(verdict: Verdict) -> Verdict:
    """Write a verdict down in the learner's progress; it says so when that cannot be done."""
    try:
        record(names()[verdict.exercise], verdict)
    except OSError as error:
        return replace(verdict, note=f"{verdict.note} Your progress could not be kept: {error}.".strip())
    return verdict


def misuse(function: Any, value: Any) -> str:
    """What is wrong with the way check was called, and what to do; "" where nothing is."""
    known = list(names())
    given = function if isinstance(function, str) else getattr(function, "__name__", None)
    question = given in known and frozen_question(given) is not None
    if question:
        asked = isinstance(function, str) and value is not NOTHING
        return "" if asked else f'{given} is a question: write check("{given}", {given}).'
    if isinstance(function, str) and function in known:
        return f"check wants the function itself: write check({function}), without quotation marks."
    if given is None or (not isinstance(function, str) and not callable(function)):
        return f"check was given {type(function).__name__} {str(function)[:40]!r}; it wants one of your functions."
    if given not in known:
        near = difflib.get_close_matches(given, known, n=3) or known
        return f"{given!r} is not one of the exercises; there are {', '.join(near)}."
    if value is not NOTHING:
        return f"{given} is an exercise on a function: write check({given})."
    return ""


def verdict_on_answer(name: str, value: Any) -> Verdict:
    """The verdict on a learner's answer to a question."""
    question = frozen_question(name)
    assert question is not None, name
    return quiz.judged(name, question, sorted(value) if isinstance(value, (set, frozenset)) else value)


def verdict_on(function: Callable[..., Any]) -> Verdict:
    """The verdict on a learner's function on the public cases; what passes is kept in the learner's library."""
    exercise = frozen_exercise(function.__name__)
    rows = judged(exercise, function)
    verdict = Verdict(exercise.name, rows, note=NOTE)
    if not verdict.passed and exercise.needs:
        with answered(exercise, function):
            verdict = merged(verdict, judged(exercise, function), exercise.needs)
    if all(row.passed for row in rows):
        verdict = replace(verdict, note=f"{NOTE} {kept(function)}".strip())
    return verdict


def kept(function: Callable[..., Any]) -> str:
    """Keep a function that has passed; what stood in the way, in words, where something did."""
    try:
        keep(function, names())
    except (OSError, TypeError, SyntaxError) as error:
        return f"Your function could not be kept for later notebooks: {error}."
    return ""


def judged(exercise: FrozenExercise, function: Callable[..., Any]) -> list[RowResult]:
    """The rows of a function on the public cases."""
    outcomes = [outcome_of(function, case) for case in exercise.cases]
    return compare(exercise.rows, exercise.layout, exercise.cases, outcomes, exercise.mistakes)


def outcome_of(function: Callable[..., Any], case: Expectation) -> CallOutcome:
    """What comes of one case; the function may keep or spoil its copies of the arguments."""
    return call(function, list(built(copied(dict(case.arguments))).values()), own_file(function))


def own_file(function: Callable[..., Any]) -> Callable[[str], bool]:
    """Tells from a file name in a traceback whether it is the learner's own code."""

    def own(file: str) -> bool:
        return file == function.__code__.co_filename or "ipykernel" in file or file.startswith("<ipython")

    return own


@contextmanager
def answered(exercise: FrozenExercise, function: Callable[..., Any]) -> Iterator[None]:
    """For a while, let the functions that the exercise needs answer as the reference does."""
    namespace = function.__globals__
    before = {name: namespace[name] for name in exercise.needs if name in namespace}

    def answering(name: str) -> Callable[..., Any]:
        return lambda *arguments: exercise.answer(name, list(arguments))

    namespace.update({name: answering(name) for name in exercise.needs})
    try:
        yield
    finally:
        for name in exercise.needs:
            namespace.pop(name, None)
        namespace.update(before)


def show(verdict: Verdict) -> None:
    """Show a verdict as HTML in a notebook, as text elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is not None and get_ipython() is not None:
        display({"text/html": verdict.html(), "text/plain": verdict.text()}, raw=True)
    else:
        print(verdict.text())
