"""Proves the checks: they kill every mutant, name every known mistake, and accept every right variant."""

import difflib
import importlib
import itertools
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from autograder import quiz
from autograder.calling import call
from autograder.check import judged
from autograder.compare import plain, plain_difference, scale, transformed
from autograder.exercise import Exercise, body, compiled, mistaken
from autograder.exercises import ASSIGNMENTS, every_exercise, exercises, topic_of
from autograder.fixtures import built
from autograder.frozen import frozen_exercise, names
from autograder.judge import Answers, Trial
from autograder.layout import LayoutError, Plain, part
from autograder.outcome import Allowance, CallError, CallOutcome
from autograder.quiz import Question
from autograder.tree import Tree, copied
from autograder.verdict import RowResult

# Every mistake, mutant and variant is tried on cases drawn from each of these.
SEEDS = ("audit 1", "audit 2", "audit 3")
# The measured spread of right answers, times this, must stay within the tolerance.
SPREAD_FACTOR = 10
CALL_SECONDS = 10
Outcomes = Sequence[tuple[Trial, list[CallOutcome]]]


@dataclass
class Audit:
    """What was found about the checks of one exercise.

    Attributes:
        exercise: its name.
        mistakes: how many known mistakes were tried.
        mutants: how many mutants of the reference the operators made.
        killed: how many of them the checks reject.
        equivalent: mutants that do the same as the reference, each with the reason why.
        variants: how many right variants were tried.
        spread: the largest error of a right variant, as a share of the tolerance.
        nearest: the largest error of the mistake that comes nearest to being right, in tolerances.
        problems: what is not as it should be; empty when the exercise passes.
    """

    exercise: str
    mistakes: int = 0
    mutants: int = 0
    killed: int = 0
    equivalent: dict[str, str] = field(default_factory=dict)
    variants: int = 0
    spread: float = 0.0
    nearest: float = float("inf")
    problems: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """This audit as JSON-able data."""
        data = asdict(self)
        return {**data, "nearest": min(self.nearest, 1e300)}


class Here:
    """Calls functions in this process; only the course's own code is audited."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.functions = {name: function}

    def call(
        self,
        function: str,
        cases: Sequence[dict[str, Tree]],
        *,
        answer: Answers | None = None,
        allowed: Sequence[Allowance] | None = None,
        seed: int = 0,
    ) -> list[CallOutcome]:
        """Call the function once for each case; what takes too long counts as an error."""
        return [timed(self.functions[function], list(built(copied(case)).values())) for case in cases]

    def value(self, name: str) -> CallOutcome:
        """A function is no value."""
        raise KeyError(name)


class Late(BaseException):
    """A call took too long; no Exception, so that nothing that is called holds it."""


def timed(function: Callable[..., Any], arguments: list[Any]) -> CallOutcome:
    """A call that is stopped when a mutant does not end."""
    try:
        with alarm(CALL_SECONDS), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call(function, arguments)
    except Late:
        return CallOutcome(None, arguments, CallError("timeout", "TimeoutError", f"{CALL_SECONDS} s"))


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raise `Late` in this thread after so many seconds."""

    def stop(*_: Any) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def audit(topics: Sequence[str] = (), executor: Executor | None = None) -> list[Audit]:
    """Audit the checks of these topics, or of all.

    Args:
        topics: topics or assignments; none means all.
        executor: where exercises are audited side by side; here, one after the other, when None.

    Raises:
        UnknownName: no such topic.
    """
    chosen = [topic_of(name) for name in topics] or list(ASSIGNMENTS.values())
    wanted = [exercise.name for topic in chosen for exercise in exercises(topic)]
    return list((executor.map if executor else map)(audit_exercise, wanted))


def audit_exercise(name: str) -> Audit:
    """Audit the checks of one exercise."""
    assignment, exercise = every_exercise()[name]
    found = Audit(name)
    if isinstance(exercise, Question):
        audit_question(exercise, found)
        return found
    trials = [Trial.draw(exercise, seed) for seed in SEEDS]
    audit_reference(exercise, trials, found)
    audit_mistakes(exercise, trials, found)
    audit_variants(exercise, trials, topic_of(assignment), found)
    audit_mutants(exercise, trials, topic_of(assignment), found)
    return found


def audit_question(question: Question, found: Audit) -> None:
    """The right answer passes however it is written; every other set of letters fails, and is answered in words."""
    sealed, letters = question.sealed(), question.letters
    for count in range(1, len(letters) + 1 if question.several else 2):
        for picked in map("".join, itertools.combinations(letters, count)):
            verdict = quiz.judged(question.name, sealed, picked)
            if verdict.passed != (picked == question.answer):
                found.problems.append(
                    f"the answer {picked} is taken for {'right' if verdict.passed else 'wrong'}"
                )
            if not verdict.passed:
                found.mistakes += 1
            if not verdict.rows[0].message:
                found.problems.append(f"nothing is said to whoever answers {picked}")
    for written in (question.answer.upper(), list(question.answer), f" {question.answer[::-1]} "):
        found.variants += 1
        if not quiz.judged(question.name, sealed, written).passed:
            found.problems.append(f"the right answer is rejected when it is written {written!r}")


def audit_reference(exercise: Exercise, trials: Sequence[Trial], found: Audit) -> None:
    """The reference itself must pass, on fresh and on frozen cases."""
    if len(exercise.mistakes) < 5:
        found.problems.append(f"only {len(exercise.mistakes)} known mistakes; at least 5 are wanted")
    for rows in all_rows(exercise, outcomes_of(trials, exercise.function), exercise.function):
        if not all(row.passed for row in rows):
            found.problems.append(f"the reference itself fails: {first_wrong(rows)}")


def audit_mistakes(exercise: Exercise, trials: Sequence[Trial], found: Audit) -> None:
    """Every mistake must fail and be called by its own name, on fresh and on frozen cases."""
    for mistake in exercise.mistakes:
        found.mistakes += 1
        function = mistaken(exercise, mistake)
        outcomes = outcomes_of(trials, function)
        for rows in all_rows(exercise, outcomes, function):
            named = next((row.mistake for row in rows if not row.passed), None)
            if all(row.passed for row in rows):
                found.problems.append(f"mistake {mistake.name} passes")
            elif named != mistake.name:
                found.problems.append(f"mistake {mistake.name} is taken for {named}")
        found.nearest = min(found.nearest, error_of(exercise, outcomes))


def audit_variants(exercise: Exercise, trials: Sequence[Trial], topic: str, found: Audit) -> None:
    """Every right variant must pass, with room to spare."""
    variants = importlib.import_module(f"autograder.variants.{topic}").VARIANTS.get(exercise.name, [])
    for variant in variants:
        found.variants += 1
        outcomes = outcomes_of(trials, variant)
        for rows in all_rows(exercise, outcomes, variant):
            if not all(row.passed for row in rows):
                found.problems.append(f"right variant {variant.__name__} is rejected: {first_wrong(rows)}")
        found.spread = max(found.spread, error_of(exercise, outcomes))
    if found.variants < 4:
        found.problems.append(f"only {found.variants} right variants; at least 4 are wanted")
    if found.spread * SPREAD_FACTOR > 1:
        found.problems.append(
            f"right variants spread over {found.spread:.2g} of the tolerance; at most 1/{SPREAD_FACTOR} is safe"
        )


def audit_mutants(exercise: Exercise, trials: Sequence[Trial], topic: str, found: Audit) -> None:
    """Every mutant that changes the result must be rejected; those that change nothing are listed with a reason."""
    module = importlib.import_module(f"autograder.exercises.{topic}")
    reasons: Mapping[str, str] = getattr(module, "EQUIVALENT_MUTANTS", {}).get(exercise.name, {})
    for change, source in mutants(body(exercise.function)):
        found.mutants += 1
        if killed(exercise, trials, source):
            found.killed += 1
        elif change in reasons:
            found.equivalent[change] = reasons[change]
        else:
            found.problems.append(f"mutant survives: {change}")
    for change in set(reasons) - set(found.equivalent):
        found.problems.append(f"listed as an equivalent mutant, but there is no such survivor: {change}")


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every mutant that cosmic-ray's operators make of a source: what changed, and the new source."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    seen = {source}
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if operator.arguments():
            continue
        for occurrence in range(source.count("\n") * 40):
            mutant = mutate_code(source, operator(), occurrence)
            if mutant is None:
                break
            if mutant not in seen:
                seen.add(mutant)
                yield change_between(source, mutant), mutant


def change_between(source: str, mutant: str) -> str:
    """What differs between two sources, in one line."""
    lines = list(difflib.ndiff(source.splitlines(), mutant.splitlines()))
    removed = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
    added = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
    return f"{removed}  →  {added}"


def killed(exercise: Exercise, trials: Sequence[Trial], source: str) -> bool:
    """Whether the checks reject a mutant, on any of the trials."""
    try:
        function = compiled(exercise.function, source)
    except Exception:
        return True
    tried = ((trial, outcomes_in(trial, function)) for trial in trials)
    return any(not all(row.passed for row in trial.rows(outcomes)) for trial, outcomes in tried)


def outcomes_in(trial: Trial, function: Callable[..., Any]) -> list[CallOutcome]:
    """What comes of calling a function on the cases of a trial."""
    return Here(function, trial.exercise.name).call(trial.exercise.name, trial.inputs)


def outcomes_of(trials: Sequence[Trial], function: Callable[..., Any]) -> Outcomes:
    """Each trial, with what comes of calling a function on its cases."""
    return [(trial, outcomes_in(trial, function)) for trial in trials]


def all_rows(
    exercise: Exercise, outcomes: Outcomes, function: Callable[..., Any]
) -> Iterator[list[RowResult]]:
    """The rows of a function on the fresh cases, then on the frozen public ones."""
    for trial, given in outcomes:
        yield trial.rows(given)
    if exercise.name in names():
        frozen = frozen_exercise(exercise.name)
        yield judged(frozen, function)
    else:
        yield [RowResult("frozen cases", 0, 0, False, "there are none: run `autograder build`")]


def error_of(exercise: Exercise, outcomes: Outcomes) -> float:
    """The largest error over all rows and cases, in tolerances."""
    return max(
        case_error(exercise, right, case.group, outcome)
        for trial, given in outcomes
        for case, right, outcome in zip(trial.cases, trial.right, given, strict=True)
    )


def case_error(exercise: Exercise, right: Mapping[str, Tree], group: str, outcome: CallOutcome) -> float:
    """The largest error in one case, in tolerances; infinite where shapes or layouts differ."""
    largest = 0.0
    for row in exercise.rows:
        if row.cases != group or row.law is not None:
            continue
        try:
            inner, given = part(exercise.result, outcome.result, row.path)
            pairs = zip(inner.parts(right[row.path], ""), inner.parts(given, ""), strict=True)
            for (_, leaf, one), (_, _, other) in pairs:
                if isinstance(leaf, Plain):
                    largest = (
                        largest if plain_difference(plain(one), plain(other), "") is None else float("inf")
                    )
                    continue
                wanted = transformed(np.asarray(one, dtype=float), row)
                if np.shape(other) != wanted.shape:
                    return float("inf")
                with np.errstate(invalid="ignore"):
                    value = transformed(np.asarray(other, dtype=float), row)
                    error = np.where(value == wanted, 0.0, np.abs(value - wanted))  # −∞ − −∞ is no number
                    error = np.nan_to_num(error, nan=np.inf, posinf=np.inf).max(initial=0)
                largest = max(largest, float(error) / scale(wanted) / row.tolerance)
        except (LayoutError, ValueError, TypeError):
            return float("inf")
    return largest


def first_wrong(rows: Sequence[RowResult]) -> str:
    """The first row that fails, in words."""
    row = next(row for row in rows if not row.passed)
    return f"{row.name}: {row.message}"


def lines(audits: Sequence[Audit]) -> list[str]:
    """The audits as a table and, below it, what is not as it should be."""
    table = [
        f"{'exercise':<30}{'mistakes':>9}{'mutants':>9}{'killed':>8}{'equivalent':>12}{'variants':>10}"
        f"{'spread':>9}{'nearest':>9}"
    ]
    for found in audits:
        table.append(
            f"{found.exercise:<30}{found.mistakes:>9}{found.mutants:>9}{found.killed:>8}"
            f"{len(found.equivalent):>12}{found.variants:>10}{found.spread:>9.1g}{found.nearest:>9.1g}"
        )
    problems = [f"{found.exercise}: {problem}" for found in audits for problem in found.problems]
    return [*table, *problems]
