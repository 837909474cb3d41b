"""How much of what it needs a function may ask of the reference: many times what a right solution asks."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, body, compiled
from autograder.fixtures import built
from autograder.outcome import Allowance
from autograder.tree import Tree, copied, elements

# One question a time step is usual; honest code that wastes asks a few times as often, or again from the start
# at every step.
FACTOR = 20
SPARE = Allowance(questions=50, elements=100_000)


def allowance(exercise: Exercise, case: Case, answer: Mapping[str, Callable[..., Tree]]) -> Allowance:
    """What may be asked in one case.

    Args:
        exercise: what is judged.
        case: the arguments.
        answer: the functions that are answered, by name.
    """
    questions = asked = 0

    def counting(function: Callable[..., Tree]) -> Callable[..., Tree]:
        def counted(*arguments: Any) -> Tree:
            nonlocal questions, asked
            result = function(*arguments)
            questions, asked = questions + 1, asked + elements(list(arguments)) + elements(result)
            return result

        return counted

    reference = compiled(exercise.function, body(exercise.function))
    reference.__globals__.update({name: counting(function) for name, function in answer.items()})
    with np.errstate(all="ignore"):
        reference(*built(copied(case.arguments)).values())
    return Allowance(SPARE.questions + FACTOR * questions, SPARE.elements + FACTOR * asked)
