"""The judge: draws fresh cases, asks the sandbox for the learner's outputs, and compares them here.

Trusted. Expected values and the reference never leave this process.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from autograder import quiz
from autograder.asking import allowance
from autograder.calling import call
from autograder.compare import Expectation, compare, observe
from autograder.exercise import Case, Exercise, mistaken
from autograder.fixtures import built
from autograder.merge import merged
from autograder.outcome import Allowance, CallOutcome
from autograder.tree import Tree, copied
from autograder.verdict import RowResult, Verdict

# The seed of the frozen cases, which every learner has.
PUBLIC_SEED = "public"

Answers = Mapping[str, Callable[..., Tree]]


class Calls(Protocol):
    """Where the learner's functions can be called: a sandbox session, or this process in the audit."""

    def call(
        self,
        function: str,
        cases: Sequence[dict[str, Tree]],
        *,
        answer: Answers | None = None,
        allowed: Sequence[Allowance] | None = None,
        seed: int = 0,
    ) -> list[CallOutcome]:
        """Call a function of the notebook once for each case."""
        ...

    def value(self, name: str) -> CallOutcome:
        """Read a name of the notebook."""
        ...


def seed_for(secret: bytes, student: str, assignment: str) -> str:
    """The seed of one student's cases: fresh for each student and assignment, the same on a regrade."""
    return hmac.new(secret, f"{student}\0{assignment}".encode(), hashlib.sha256).hexdigest()


def generator(seed: str, exercise: str) -> np.random.Generator:
    """A generator for the cases of one exercise under a seed."""
    digest = hashlib.sha256(f"{seed}\0{exercise}\0first".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


@dataclass(frozen=True)
class Trial:
    """One set of cases of an exercise, with what is right and what each known mistake gives."""

    exercise: Exercise
    cases: list[Case]

    @classmethod
    def draw(cls, exercise: Exercise, seed: str) -> "Trial":
        """Draw the cases of an exercise under a seed."""
        return cls(exercise, exercise.cases(generator(seed, exercise.name), public=seed == PUBLIC_SEED))

    @property
    def inputs(self) -> list[dict[str, Tree]]:
        """The arguments of each case."""
        return [case.arguments for case in self.cases]

    @cached_property
    def right(self) -> list[dict[str, Tree]]:
        """What the rows should find in each case."""
        return [self.values(self.exercise.function, case) for case in self.cases]

    @cached_property
    def mistakes(self) -> list[Mapping[str, dict[str, Tree]]]:
        """What the rows find in each case with each known mistake; nothing for extra groups of cases."""
        return [Mistaken(self, case) if case.group == "drawn" else {} for case in self.cases]

    def values(self, function: Callable[..., Any], case: Case) -> dict[str, Tree]:
        """What the rows of this case's group look at when `function` is called on it."""
        with np.errstate(all="ignore"):
            outcome = call(function, list(built(copied(case.arguments)).values()))
        paths = [row.path for row in self.exercise.rows if row.cases == case.group]
        return {path: observe(path, self.exercise.result, outcome) for path in paths}

    def expectations(self) -> list[Expectation]:
        """The cases as `compare` wants them."""
        return [
            Expectation(case.arguments, right, mistakes, case.dims, case.group)
            for case, right, mistakes in zip(self.cases, self.right, self.mistakes, strict=True)
        ]

    def rows(self, outcomes: Sequence[CallOutcome]) -> list[RowResult]:
        """Judge the outcomes."""
        texts = {mistake.name: mistake.text for mistake in self.exercise.mistakes}
        return compare(self.exercise.rows, self.exercise.result, self.expectations(), outcomes, texts)


class Mistaken(Mapping[str, dict[str, Tree]]):
    """What the rows find in one case with each known mistake, worked out when it is looked at."""

    def __init__(self, trial: Trial, case: Case) -> None:
        self._trial, self._case = trial, case
        self._known = {mistake.name: mistake for mistake in trial.exercise.mistakes}
        self._found: dict[str, dict[str, Tree]] = {}

    def __getitem__(self, name: str) -> dict[str, Tree]:
        if name not in self._found:
            function = mistaken(self._trial.exercise, self._known[name])
            self._found[name] = self._trial.values(function, self._case)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def prepared(exercise: Exercise | quiz.Question, seed: str) -> Trial | None:
    """The cases of an exercise with what is right in them; None for a question, which has none."""
    if isinstance(exercise, quiz.Question):
        return None
    trial = Trial.draw(exercise, seed)
    _ = trial.right
    return trial


def judge(
    exercise: Exercise | quiz.Question,
    session: Calls,
    seed: str,
    answer: Answers | None = None,
    trial: Trial | None = None,
) -> Verdict:
    """Judge an exercise on fresh cases; a question by its answer.

    Args:
        exercise: what is judged.
        session: where the learner's function is called.
        seed: decides the cases.
        answer: what the exercise needs and the learner's code lacks.
        trial: the cases under this seed, where they are drawn already.

    Returns:
        The verdict, with the diagnosis of what is wrong.
    """
    if isinstance(exercise, quiz.Question):
        return quiz.judged(exercise.name, exercise.sealed(), session.value(exercise.name).result)
    trial = trial or Trial.draw(exercise, seed)
    outcomes = called(trial, session, seed, answer or {})
    return Verdict(exercise.name, trial.rows(outcomes))


def judge_again(
    exercise: Exercise | quiz.Question, session: Calls, seed: str, references: Answers, first: Verdict
) -> Verdict:
    """Judge once more with what the exercise needs answered by the reference, and keep what is right either time.

    The cases are those of the first time: what was wrong in one of them has to be right in the same one.

    Args:
        exercise: an exercise with `needs`.
        session: a process of its own, begun after the first time.
        seed: that of the first time.
        references: the reference functions by name.
        first: the verdict of the first time.
    """
    if isinstance(exercise, quiz.Question):
        return first
    trial = Trial.draw(exercise, seed)
    outcomes = called(trial, session, seed, {name: references[name] for name in exercise.needs})
    return merged(first, trial.rows(outcomes), exercise.needs)


def called(trial: Trial, session: Calls, seed: str, answer: Answers) -> list[CallOutcome]:
    """What comes of calling the learner's function on each case, with some of what it needs answered."""
    exercise = trial.exercise
    allowed = [allowance(exercise, case, answer) for case in trial.cases] if answer else None
    number = seed_number(seed)
    return session.call(exercise.name, trial.inputs, answer=answer, allowed=allowed, seed=number)


def seed_number(seed: str) -> int:
    """A number to seed the learner's own generators with; it tells nothing of the cases."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0generators".encode()).digest()[:4], "big")
