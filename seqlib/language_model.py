"""A language model by hand: batches, loss, gradients, one step of Adam, and drawing from what was learned.

Arrays are features first, `(n_x, m, T_x)`: one-hot entry, example, time step. At the first step the input is the
zero vector; from then on it is the true token before (teacher forcing), the targets are the tokens and `<EOS>`.
`parameters` is the dict of `seqlib.rnn`: Waa, Wax, Wya, ba, by, with n_y = n_x.
Notation: lecture notes 000, 002 and 003; Adam is that of Kingma and Ba (2015).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.activations import Array
from seqlib.arguments import array, arrays, count, keys, numbers, positive, requires, shaped, some, within
from seqlib.rnn import rnn_backward, rnn_cell_forward, rnn_forward, rnn_output_backward

Parameters = dict[str, Array]
Indices = NDArray[np.integer]
Mask = NDArray[np.bool_]
Batch = tuple[Array, Indices, Mask]
State = dict[str, Any]


def _tokens(sequences: Any, eos: Any, n_x: Any) -> None:
    count("n_x", n_x)
    some("sequences", sequences)
    for i, sequence in enumerate(sequences):
        within(f"sequences[{i}]", sequence, n_x)
    within("eos", eos, n_x)


def _predictions(y_pred: Any, targets: Any, mask: Any) -> None:
    array("y_pred", y_pred, "(n_y, m, T_x)")
    shaped("targets", targets, y_pred.shape[1:], "the (m, T_x) of y_pred", "iu")
    shaped("mask", mask, y_pred.shape[1:], "the (m, T_x) of y_pred", "b")
    if not mask.any():
        raise ValueError("mask is False everywhere: all is padding; expected at least one token")
    within("targets", targets, y_pred.shape[0])


def _network(parameters: Any) -> None:
    arrays("parameters", parameters, {"Waa": (None, None), "Wax": (None, None), "Wya": (None, None)})
    n_a, n_x, n_y = parameters["Waa"].shape[0], parameters["Wax"].shape[1], parameters["Wya"].shape[0]
    shapes = {"Waa": (n_a, n_a), "Wax": (n_a, n_x), "ba": (n_a, 1), "Wya": (n_y, n_a), "by": (n_y, 1)}
    arrays("parameters", parameters, shapes)


def _inputs(x: Any, parameters: Any) -> None:
    array("x", x, "(n_x, m, T_x)")
    shaped("x", x, (parameters["Wax"].shape[1], None, None), "as many inputs as parameters['Wax'] reads")


def _distribution(probabilities: Any) -> None:
    array("probabilities", probabilities, "(V,)")
    total = float(probabilities.sum())
    if not abs(total - 1) < 1e-4 or probabilities.min() < 0:
        raise ValueError(
            f"probabilities add up to {total:.6g}, the smallest is {probabilities.min():.3g}; expected a sum of 1 and "
            "nothing below 0"
        )


def _temperature(temperature: Any) -> None:
    positive("temperature", temperature)


def _drawable(probabilities: Any, unknown: Any) -> None:
    within("unknown", unknown, len(probabilities))
    if probabilities[unknown] == probabilities.sum():
        raise ValueError(
            f"probabilities are all on unknown = {unknown}; expected another token to be possible"
        )


def _generator(rng: Any) -> None:
    if not hasattr(rng, "choice"):
        raise TypeError(f"rng is of type {type(rng).__name__}; expected a generator of random numbers")


def _vocabulary(parameters: Any, eos: Any) -> None:
    n_x, n_y = parameters["Wax"].shape[1], parameters["Wya"].shape[0]
    if n_x != n_y:
        raise ValueError(
            f"parameters read {n_x} tokens (Wax) and predict {n_y} (Wya); a language model has as many"
        )
    within("eos", eos, n_x)


def _drawing(draw: Any, longest: Any) -> None:
    count("longest", longest, 0)
    if not callable(draw):
        raise TypeError(f"draw is of type {type(draw).__name__}; expected a function of the probabilities")


def _gradients(parameters: Any, gradients: Any, state: Any) -> None:
    numbers("parameters", parameters)
    arrays("gradients", gradients, {f"d{name}": value.shape for name, value in parameters.items()})
    numbers("gradients", gradients, finite=True)
    keys("state", state, ("t", "m", "v"))
    count("state['t']", state["t"], 0)
    for mean in ("m", "v"):
        arrays(f"state['{mean}']", state[mean], {name: value.shape for name, value in parameters.items()})
        numbers(f"state['{mean}']", state[mean], finite=True)


def _limits(learning_rate: Any, largest_norm: Any) -> None:
    positive("learning_rate", learning_rate)
    positive("largest_norm", largest_norm)


def _batches(batches: Any) -> None:
    some("batches", batches)
    for i, batch in enumerate(batches):
        if not isinstance(batch, tuple | list) or len(batch) != 3:
            raise ValueError(f"batches[{i}] is a {type(batch).__name__}; expected (x, targets, mask)")


@requires(_tokens)
def make_batch(sequences: Sequence[Sequence[int]], eos: int, n_x: int) -> Batch:
    """Inputs and targets of some sequences: at each step the token before, and the token to predict.

    Args:
        sequences: m lists of whole numbers from 0 to n_x - 1, without `<EOS>`.
        eos: the index of `<EOS>`.
        n_x: size of the vocabulary.

    Returns:
        x (n_x, m, T_x) one-hot, targets (m, T_x) whole numbers, mask (m, T_x); T_x is the longest length and 1 more.
        After a sequence's `<EOS>`, x is zero, targets 0 and mask False.

    Raises:
        ValueError: there is no sequence, or a token is not one of the vocabulary.
        TypeError: a token is no whole number.
    """
    T_x = max(len(sequence) for sequence in sequences) + 1
    x = np.zeros((n_x, len(sequences), T_x))
    targets = np.zeros((len(sequences), T_x), dtype=int)
    mask = np.zeros((len(sequences), T_x), dtype=bool)
    for i, sequence in enumerate(sequences):
        for t, token in enumerate([*sequence, eos]):
            targets[i, t] = token
            mask[i, t] = True
        for t, token in enumerate(sequence):
            x[token, i, t + 1] = 1  # what was to be predicted at one step goes in at the next
    return x, targets, mask


@requires(_predictions)
def sequence_loss(y_pred: Array, targets: Indices, mask: Mask) -> tuple[Array, float, float]:
    """The cross-entropy of the real tokens: of each, as a mean in nats, and as a mean in bits.

    Args:
        y_pred: (n_y, m, T_x) probabilities.
        targets: (m, T_x) indices of the true tokens, whole numbers.
        mask: (m, T_x) True where a token stands, False where there is padding.

    Returns:
        losses (m, T_x) in nats, 0 at padding; loss, their sum over the number of real tokens; bits, the same in bits.

    Raises:
        ValueError: shapes do not fit, a target is not one of the classes, or all is padding.
        TypeError: targets are no whole numbers, or mask is not boolean.
    """
    p_true = np.take_along_axis(y_pred, targets[np.newaxis], axis=0).squeeze(axis=0)  # (m, T_x)
    losses = 0 - np.log(np.where(mask, p_true, 1.0))  # (m, T_x), log 1 = 0 at padding; "0 -", or it were -0
    loss = float(losses.sum() / mask.sum())
    return losses, loss, loss / float(np.log(2))


@requires(_network, _inputs)
def sequence_log_probability(x: Array, targets: Indices, mask: Mask, parameters: Parameters) -> Array:
    """log P of each sequence by the chain rule, `<EOS>` included, read by an RNN from a zero state.

    Args:
        x: (n_x, m, T_x) inputs from `make_batch`.
        targets: (m, T_x) indices of the true tokens.
        mask: (m, T_x) True where a token stands.
        parameters: Waa, Wax, Wya, ba, by.

    Returns:
        (m,) natural logarithms.

    Raises:
        ValueError, TypeError: as `sequence_loss`.
    """
    a0 = np.zeros((parameters["ba"].shape[0], x.shape[1]))
    y_pred = rnn_forward(x, a0, parameters)[1]
    losses = sequence_loss(y_pred, targets, mask)[0]
    log_probabilities: Array = -losses.sum(axis=1)
    return log_probabilities


@requires(_distribution, _temperature)
def apply_temperature(probabilities: Array, temperature: float) -> Array:
    """Sharpen a distribution (temperature below 1) or flatten it (above 1): p^(1/temperature), normalised.

    Args:
        probabilities: (V,) probabilities of the tokens.
        temperature: above 0; 1 leaves all as it is.

    Returns:
        (V,) probabilities.

    Raises:
        ValueError: the temperature is not above 0, or these are no probabilities.
    """
    # Divided by the largest first, so that the largest stays 1 and nothing but what is negligible becomes 0.
    powers = (probabilities / probabilities.max()) ** (1 / temperature)
    sharpened: Array = powers / powers.sum()
    return sharpened


@requires(_distribution, _drawable, _generator)
def sample_token(probabilities: Array, unknown: int, rng: np.random.Generator) -> int:
    """Draw one token; where it is `<UNK>`, draw again.

    Args:
        probabilities: (V,) probabilities of the tokens; not all on `<UNK>`.
        unknown: the index of `<UNK>`, which is never returned.
        rng: the generator of random numbers to draw with.

    Returns:
        The index of a token.

    Raises:
        ValueError: these are no probabilities, or all is on `<UNK>`.
    """
    token = rng.choice(len(probabilities), p=probabilities)
    while token == unknown:
        token = rng.choice(len(probabilities), p=probabilities)
    return int(token)


@requires(_network, _vocabulary, _drawing)
def sample(parameters: Parameters, draw: Callable[[Array], int], eos: int, longest: int) -> list[int]:
    """Let an RNN write: draw a token, feed it back, until `<EOS>` is drawn or there are enough.

    Args:
        parameters: Waa, Wax, Wya, ba, by.
        draw: takes the probabilities (V,) of the next token, gives the token drawn.
        eos: the index of `<EOS>`.
        longest: the largest number of tokens.

    Returns:
        At most `longest` tokens, without `<EOS>`.

    Raises:
        ValueError: eos is not one of the vocabulary, or longest is negative.
    """
    x, a = np.zeros_like(parameters["by"]), np.zeros_like(parameters["ba"])  # (n_x, 1), (n_a, 1)
    tokens: list[int] = []
    for _ in range(longest):
        a, y_pred, _ = rnn_cell_forward(x, a, parameters)
        token = draw(y_pred.squeeze(axis=1))
        if token == eos:
            break
        tokens.append(token)
        x = np.zeros_like(x)
        x[token] = 1
    return tokens


@requires(_predictions)
def scores_gradient(y_pred: Array, targets: Indices, mask: Mask) -> Array:
    """The gradient of the mean loss at the scores before the softmax: (ŷ - y) over the number of real tokens.

    Args:
        y_pred: (n_y, m, T_x) probabilities.
        targets: (m, T_x) indices of the true tokens, whole numbers.
        mask: (m, T_x) True where a token stands, False where there is padding.

    Returns:
        (n_y, m, T_x), zero at padding.

    Raises:
        ValueError, TypeError: as `sequence_loss`.
    """
    y = np.moveaxis(np.eye(y_pred.shape[0])[targets], -1, 0)  # (n_y, m, T_x) one-hot
    dz: Array = (y_pred - y) * mask / mask.sum()
    return dz


@requires(_network, _inputs)
def language_model_gradients(
    x: Array, targets: Indices, mask: Mask, parameters: Parameters
) -> tuple[float, Parameters]:
    """One batch forward and backward: the mean loss, and its gradient by every parameter.

    Args:
        x: (n_x, m, T_x) inputs from `make_batch`.
        targets: (m, T_x) indices of the true tokens.
        mask: (m, T_x) True where a token stands.
        parameters: Waa, Wax, Wya, ba, by.

    Returns:
        The loss in nats a token, and a dict of gradients dWaa, dWax, dWya, dba, dby.

    Raises:
        ValueError, TypeError: as `sequence_loss`.
    """
    a0 = np.zeros((parameters["ba"].shape[0], x.shape[1]))
    a, y_pred, caches = rnn_forward(x, a0, parameters)
    loss = sequence_loss(y_pred, targets, mask)[1]
    dz = scores_gradient(y_pred, targets, mask)
    output = rnn_output_backward(dz, np.zeros_like(dz), a, parameters)  # it takes a difference, and dz is one
    inner = rnn_backward(output["da"], caches)
    both = {**inner, **output}
    return loss, {name: both[name] for name in ("dWaa", "dWax", "dWya", "dba", "dby")}


@requires(_gradients, _limits)
def optimisation_step(
    parameters: Parameters, gradients: Parameters, state: State, learning_rate: float, largest_norm: float
) -> tuple[Parameters, State]:
    """Clip the gradient by its norm, then one step of Adam, with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.

    Args:
        parameters: arrays by name, such as Waa.
        gradients: arrays of the same shapes, named dWaa and so on.
        state: t, the number of steps so far; m and v, the running means of gradient and square, by parameter name.
        learning_rate: the size of a step.
        largest_norm: the largest norm that all gradients together keep.

    Returns:
        The new parameters, and the new state; what was given stays as it was.

    Raises:
        ValueError: a gradient or a running mean is missing or of another shape or not finite, or a number is not above 0.
    """
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    share = largest_norm / max(norm, largest_norm)  # of the gradients that is kept, 1 where they are small
    t = state["t"] + 1
    new: Parameters = {}
    m, v = {}, {}
    for name, value in parameters.items():
        g = gradients[f"d{name}"] * share
        m[name] = 0.9 * state["m"][name] + 0.1 * g
        v[name] = 0.999 * state["v"][name] + 0.001 * g**2
        m_hat = m[name] / (1 - 0.9**t)
        v_hat = v[name] / (1 - 0.999**t)
        new[name] = value - learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)
    return new, {"t": t, "m": m, "v": v}


@requires(_network, _batches, _limits)
def train(
    parameters: Parameters, batches: Sequence[Batch], learning_rate: float, largest_norm: float
) -> tuple[Parameters, list[float]]:
    """Train a language model: one step of Adam for each batch, from moments of zero.

    Args:
        parameters: Waa, Wax, Wya, ba, by at the beginning.
        batches: a list of (x, targets, mask) from `make_batch`.
        learning_rate: the size of a step.
        largest_norm: the largest norm that all gradients together keep.

    Returns:
        The parameters after the last step, and for each batch the loss in nats a token before its own step.

    Raises:
        ValueError: there is no batch; or as `language_model_gradients` and `optimisation_step`.
    """
    zeros = {name: np.zeros_like(value) for name, value in parameters.items()}
    state: State = {"t": 0, "m": zeros, "v": zeros}
    losses = []
    for x, targets, mask in batches:
        loss, gradients = language_model_gradients(x, targets, mask, parameters)
        parameters, state = optimisation_step(parameters, gradients, state, learning_rate, largest_norm)
        losses.append(loss)
    return parameters, losses
