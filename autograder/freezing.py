"""Makes the frozen public cases of a topic from its exercises; run by the course's authors."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.compare import changed
from autograder.exercise import Exercise, recorded_calls
from autograder.exercises import every_exercise, exercises, topic_of
from autograder.fixtures import build, built
from autograder.frozen import CASES, alike, packed, single
from autograder.judge import PUBLIC_SEED, Trial
from autograder.quiz import Question
from autograder.tree import Fixture, Tree, copied, save


def freeze(topic: str, folder: Path = CASES) -> Path:
    """Write the public cases of a topic.

    Args:
        topic: such as "lstm".
        folder: where `topic.npz` is written.

    Returns:
        The file.
    """
    path = folder / f"{topic}.npz"
    save(path, frozen_topic(topic))
    return path


def frozen_topic(topic: str) -> dict[str, Tree]:
    """The public cases of a topic as one tree, by exercise."""
    return {exercise.name: frozen_exercise(exercise) for exercise in exercises(topic)}


def frozen_exercise(exercise: Exercise | Question) -> Tree:
    """The public cases of one exercise: rows, layout, cases, and the answers of what the exercise needs."""
    if isinstance(exercise, Question):
        return {"question": exercise.sealed()}
    trial = Trial.draw(exercise, PUBLIC_SEED)
    return {
        "rows": [row.to_json() for row in exercise.rows],
        "layout": exercise.result.to_json(),
        "mistakes": {mistake.name: mistake.text for mistake in exercise.mistakes},
        "needs": list(exercise.needs),
        "cases": [packed(expectation) for expectation in trial.expectations()],
        "calls": answers(exercise, trial),
    }


def answers(exercise: Exercise, trial: Trial) -> dict[str, list[Tree]]:
    """What the reference asks of the functions it needs in these cases, what variants ask besides, and the answers."""
    calls: dict[str, list[Any]] = {name: [] for name in exercise.needs}
    for way in (exercise.function, *variants(exercise)):
        for name, asked in asked_by(exercise, trial, way).items():
            calls[name] += [pair for pair in asked if not any(alike(one[0], pair[0]) for one in calls[name])]
    weights = [
        value
        for case in trial.inputs
        for value in case.values()
        if isinstance(value, Fixture) and value.name == "reference_parameters"
    ]
    known = [part for fixture in dict.fromkeys(weights) for part in parts(fixture, build(fixture))]
    given = {content(array) for array in arrays_in(trial.inputs)}

    def stored(array: NDArray[Any]) -> NDArray[Any]:
        """In single precision, but for what the cases hold already: that is stored once."""
        return array if content(array) in given else single(array)

    return {
        name: [copied(unbuilt(list(pair), known), stored) for pair in pairs] for name, pairs in calls.items()
    }


def content(array: NDArray[Any]) -> tuple[str, tuple[int, ...], bytes]:
    """What makes two arrays the same."""
    return array.dtype.str, array.shape, array.tobytes()


def arrays_in(tree: Tree) -> Iterator[NDArray[Any]]:
    """The arrays of a tree."""
    if isinstance(tree, np.ndarray):
        yield tree
    for item in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (list, tuple)) else ():
        yield from arrays_in(item)


def asked_by(exercise: Exercise, trial: Trial, way: Callable[..., Any]) -> dict[str, list[Any]]:
    """What one right answer asks in these cases, by the function that it asks."""
    with recorded_calls(exercise, way) as (function, calls):
        for arguments in trial.inputs:
            function(*built(copied(arguments)).values())
    return calls


def variants(exercise: Exercise) -> Sequence[Callable[..., Any]]:
    """The right answers in other styles of an exercise that asks something."""
    assignment = every_exercise().get(exercise.name, ("", exercise))[0]
    if not (exercise.needs and assignment):
        return []
    found: dict[str, list[Callable[..., Any]]]
    found = importlib.import_module(f"autograder.variants.{topic_of(assignment)}").VARIANTS
    return found.get(exercise.name, [])


def parts(fixture: Fixture, value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[Fixture, Any]]:
    """The weights of a reference model, and all that lies within them, each with the fixture that builds it.

    Args:
        fixture: builds the whole.
        value: what lies at `place`.
        place: the keys that lead to it.
    """
    yield (Fixture("reference_part", [fixture.data, *place]) if place else fixture), value
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in within:
        yield from parts(fixture, item, (*place, key))


def unbuilt(tree: Tree, known: Sequence[tuple[Fixture, Any]]) -> Tree:
    """The same tree with what is a reference model's replaced by its fixture: the weights lie in the package already."""
    if isinstance(tree, (dict, list, np.ndarray)):
        same = (
            fixture
            for fixture, value in known
            if type(value) is type(tree) and changed(value, tree, "weights") is None
        )
        if (fixture := next(same, None)) is not None:
            return fixture
    if isinstance(tree, dict):
        return {key: unbuilt(value, known) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(unbuilt(item, known) for item in tree)
    return tree
