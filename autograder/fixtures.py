"""Public callable arguments, built from data wherever a function under test needs them.

A fixture holds no answer of an exercise: it is what the exercise is applied to.
"""

import copy
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.tree import Fixture, Tree


def smooth_loss(data: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    """A loss that is curved in every parameter: Σ s · (sin θ + θ³ / 6), with other strengths s for each entry.

    Args:
        data: strengths by parameter name, each of that parameter's shape.
    """

    def loss(parameters: Mapping[str, Any]) -> float:
        return float(
            sum((data[name] * (np.sin(value) + value**3 / 6)).sum() for name, value in parameters.items())
        )

    return loss


def coupled_loss(data: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], float]:
    """A loss in which the entries depend on each other: ½ (Σ s · exp θ)², which central differences must see entry by entry.

    Args:
        data: strengths by parameter name, each of that parameter's shape.
    """

    def loss(parameters: Mapping[str, Any]) -> float:
        total = sum((data[name] * np.exp(value)).sum() for name, value in parameters.items())
        return float(total**2 / 2)

    return loss


def reference_parameters(data: str) -> dict[str, Any]:
    """The trained weights of a reference model, in the layout of the course's own cells.

    Args:
        data: the model's name, such as "names-lstm".
    """
    return copy.deepcopy(loaded(data))  # layers are nested


def reference_part(data: Sequence[Any]) -> Any:
    """A part of the trained weights of a reference model.

    Args:
        data: the model's name, and the keys that lead to the part, such as ["tagger", "layers", 0, "forward"].
    """
    name, *place = data
    return copy.deepcopy(functools.reduce(lambda tree, key: tree[key], place, loaded(name)))


@functools.cache
def loaded(name: str) -> dict[str, Any]:
    """The weights of a reference model, read once."""
    from seqlib import references

    parameters: dict[str, Any] = references.load(name)[0]
    return parameters


def generator(data: int) -> np.random.Generator:
    """A generator of random numbers.

    Args:
        data: its seed.
    """
    return np.random.default_rng(data)


def distribution(probabilities: Any) -> Any:
    """What a draw was given, if it is the probabilities (V,) of one token: a column would fail in the notebook.

    Raises:
        ValueError: it has another shape.
    """
    p = np.asarray(probabilities, dtype=float)
    if p.ndim != 1:
        raise ValueError(
            f"draw was given an array of shape {p.shape}; expected shape (V,), the probabilities of one token"
        )
    return p


def drawing_at(data: Sequence[float]) -> Callable[[Any], int]:
    """A draw without chance: the token at which the probabilities, summed up from the first on, pass a share.

    Args:
        data: the shares, from 0 to 1: one for each call, from the first again after the last.
    """
    shares = itertools.cycle(data)

    def draw(probabilities: Any) -> int:
        sums = np.cumsum(distribution(probabilities))
        return min(int((sums <= next(shares) * sums[-1]).sum()), len(sums) - 1)

    return draw


def drawing(data: int) -> Callable[[Any], int]:
    """A draw by chance, with a generator of its own.

    Args:
        data: the generator's seed.
    """
    rng = generator(data)

    def draw(probabilities: Any) -> int:
        weights = distribution(probabilities)
        return int(rng.choice(len(weights), p=weights / weights.sum()))

    return draw


def one_each(tokens: Any, state: Sequence[Any]) -> Any:
    """The tokens (B,) that a step of a model is given, if the state has as many columns.

    Raises:
        ValueError: it has not: arrays would be spread over each other, and the answer be that of other hypotheses.
    """
    given = np.asarray(tokens)
    columns = [np.shape(part)[-1] for part in state]
    if given.ndim != 1 or any(count != len(given) for count in columns):
        raise ValueError(
            f"step was given tokens of shape {given.shape} and a state with {columns} columns; expected tokens (B,) and "
            "B columns, one for each hypothesis"
        )
    return given


def recurrent_step(data: Mapping[str, Any]) -> Callable[[Any, Any], Any]:
    """One step of a small recurrent decoder, for hypotheses side by side.

    Args:
        data: E (n, V), Wa (n, n), Wc (n, k), Wk (k, n), Wy (V, n), by (V, 1). The state is (a (n, B), c (k, B)).
    """

    def step(tokens: Any, state: Any) -> Any:
        tokens = one_each(tokens, state)
        a = np.tanh(data["Wa"] @ state[0] + data["Wc"] @ state[1] + data["E"][:, tokens])
        c = np.tanh(0.5 * state[1] + data["Wk"] @ a)
        z = data["Wy"] @ a + data["by"]
        z = z - z.max(axis=0)
        return z - np.log(np.exp(z).sum(axis=0)), (a, c)

    return step


def automaton(data: Mapping[str, Any]) -> Callable[[Any, Any], Any]:
    """One step of a model whose state is the number of a row of a table.

    Args:
        data: log_p (V, S) of the next token in each of S states; following (V, S), the state after a token. The state is
            a tuple of one array (1, B), the numbers.
    """

    def step(tokens: Any, state: Any) -> Any:
        tokens, numbers = one_each(tokens, state), np.asarray(state[0])[0]
        numbers = data["following"][tokens, numbers]
        return data["log_p"][:, numbers], (numbers[np.newaxis],)

    return step


BUILDERS: dict[str, Callable[[Any], Any]] = {
    "smooth_loss": smooth_loss,
    "coupled_loss": coupled_loss,
    "generator": generator,
    "drawing_at": drawing_at,
    "drawing": drawing,
    "recurrent_step": recurrent_step,
    "automaton": automaton,
    "reference_parameters": reference_parameters,
    "reference_part": reference_part,
}


def build(fixture: Fixture) -> Any:
    """The object that a fixture stands for.

    Raises:
        ValueError: no fixture has this name.
    """
    if fixture.name not in BUILDERS:
        raise ValueError(f"no fixture {fixture.name!r}; there are {', '.join(BUILDERS)}")
    return BUILDERS[fixture.name](fixture.data)


def built(tree: Tree) -> Tree:
    """The same tree with every fixture replaced by the object that it stands for."""
    if isinstance(tree, Fixture):
        return build(tree)
    if isinstance(tree, dict):
        return {key: built(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(built(item) for item in tree)
    return tree
