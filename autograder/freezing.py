"""Makes the frozen public cases of a topic from its exercises; run by the course's authors."""

from pathlib import Path

from autograder.exercise import Exercise, recorded_calls
from autograder.exercises import exercises
from autograder.fixtures import built
from autograder.frozen import CASES, packed
from autograder.judge import PUBLIC_SEED, Trial
from autograder.tree import Tree, copied, save


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


def frozen_exercise(exercise: Exercise) -> Tree:
    """The public cases of one exercise: rows, layout, cases of both rounds, and the answers that the second needs."""
    first = Trial.draw(exercise, PUBLIC_SEED)
    again = Trial.draw(exercise, PUBLIC_SEED, "again") if exercise.needs else Trial(exercise, [])
    return {
        "rows": [row.to_json() for row in exercise.rows],
        "layout": exercise.result.to_json(),
        "mistakes": {mistake.name: mistake.text for mistake in exercise.mistakes},
        "needs": list(exercise.needs),
        "first": [packed(expectation) for expectation in first.expectations(with_mistakes=True)],
        "again": [packed(expectation) for expectation in again.expectations(with_mistakes=True)],
        "calls": answers(exercise, again),
    }


def answers(exercise: Exercise, trial: Trial) -> dict[str, list[Tree]]:
    """What the reference asks of the functions it needs in these cases, and what they answer."""
    with recorded_calls(exercise) as (function, calls):
        for arguments in trial.inputs:
            function(*built(copied(arguments)).values())
    return {name: [list(pair) for pair in pairs] for name, pairs in calls.items()}
