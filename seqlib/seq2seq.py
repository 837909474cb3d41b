"""An encoder and a decoder by hand: from tokens of one length to tokens of another, with gradients and greedy search.

An LSTM reads m inputs, `tokens (m, T_x)` with `mask (m, T_x)`, True where a token stands, padding last; its activation at
each example's last token is the context. A second LSTM writes `targets (m, T_y)`, which end in `<EOS>`: it begins with
the context as its activation and an empty memory, and each of its steps reads the token before, its embedding on top of
the context, (n_e + n_a, m). `parameters` is a dict: E_x (n_e, V_x), E_y (n_e, V_y), "encoder", an LSTM of `seqlib.lstm`
without Wy and by, and "decoder", one with Wy (V_y, n_a) and by (V_y, 1).
Cho et al. (2014); Sutskever et al. (2014), whose decoder has the context as its first activation only; lecture notes 000
and 003.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array
from seqlib.arguments import requires
from seqlib.lstm import lstm_backward, lstm_gates
from seqlib.word_vectors import look_up_backward

Weights = dict[str, Array]
Parameters = Mapping[str, Any]
Indices = NDArray[np.integer]
Mask = NDArray[Any]
Cache = tuple[Any, ...]

GATES = "fuco"
LAYERS = ("Wf", "bf", "Wu", "bu", "Wc", "bc", "Wo", "bo")


def _gates(name: str, parameters: Any, n_x: int) -> None:
    ask.arrays(name, parameters, {"bf": (None, 1)})
    n_a = parameters["bf"].shape[0]
    shapes = {f"W{gate}": (n_a, n_a + n_x) for gate in GATES} | {f"b{gate}": (n_a, 1) for gate in GATES}
    ask.arrays(name, parameters, shapes)


def _inputs(x: Any, a0: Any, parameters: Any) -> None:
    ask.array("x", x, "(n_x, m, T_x)")
    _gates("parameters", parameters, x.shape[0])
    ask.shaped("a0", a0, (parameters["bf"].shape[0], x.shape[1]), "a column for each example of x")


def _encoder(parameters: Any) -> None:
    ask.keys("parameters", parameters, ("E_x", "encoder"))
    ask.array("parameters['E_x']", parameters["E_x"], "(n_e, V_x)")
    _gates("parameters['encoder']", parameters["encoder"], parameters["E_x"].shape[0])


def _decoder(parameters: Any) -> None:
    ask.keys("parameters", parameters, ("E_y", "decoder"))
    ask.array("parameters['E_y']", parameters["E_y"], "(n_e, V_y)")
    name, decoder, (n_e, V_y) = "parameters['decoder']", parameters["decoder"], parameters["E_y"].shape
    ask.arrays(name, decoder, {"bf": (None, 1)})
    n_a = decoder["bf"].shape[0]
    _gates(name, decoder, n_e + n_a)
    ask.arrays(name, decoder, {"Wy": (V_y, n_a), "by": (V_y, 1)})


def _both(parameters: Any) -> None:
    n_a, n_a_decoder = (parameters[part]["bf"].shape[0] for part in ("encoder", "decoder"))
    if n_a != n_a_decoder:
        raise ValueError(
            f"parameters has {n_a} units in the encoder and {n_a_decoder} in the decoder; expected as many in both"
        )


def _zeros_and_ones(mask: Any) -> None:
    strange = np.setdiff1d(mask, (0, 1))
    if strange.size:
        raise ValueError(f"mask holds {strange[0]}; expected 1 for a token and 0 for padding")
    gaps = np.flatnonzero((np.diff(mask.astype(int), axis=1) > 0).any(axis=1))
    if gaps.size:
        raise ValueError(
            f"mask has a token after padding in example {gaps[0]}; expected padding at the end only"
        )


def _sources(tokens: Any, mask: Any, parameters: Any) -> None:
    ask.array("tokens", tokens, "(m, T_x)", "iu")
    ask.within("tokens", tokens, parameters["E_x"].shape[1])
    ask.shaped("mask", mask, tokens.shape, "that of tokens", "biuf")
    _zeros_and_ones(mask)
    empty = np.flatnonzero(~mask.astype(bool).any(axis=1))
    if empty.size:
        raise ValueError(
            f"mask is 0 throughout example {empty[0]}; expected at least one token in each example"
        )


def _scores(z: Any) -> None:
    ask.array("z", z, ask.ANY)
    if not z.ndim or not z.size:
        raise ValueError(f"z has shape {z.shape}; expected (V_y, ...), a score for each token")


def _states(tokens: Any, context: Any, a_prev: Any, c_prev: Any, parameters: Any) -> None:
    ask.array("tokens", tokens, "(m,)", "iu")
    ask.within("tokens", tokens, parameters["E_y"].shape[1])
    shape = (parameters["decoder"]["bf"].shape[0], len(tokens))
    ask.shaped("context", context, shape, "a column for each token")
    ask.shaped("a_prev", a_prev, shape, "a column for each token")
    ask.shaped("c_prev", c_prev, shape, "that of a_prev")


def _token(name: str, token: Any, V_y: int) -> None:
    ask.count(name, token, 0)
    ask.within(name, token, V_y)


def _targets(targets: Any) -> None:
    ask.array("targets", targets, "(m, T_y)", "iu")


def _start(sos: Any) -> None:
    ask.count("sos", sos, 0)


def _targets_of_decoder(targets: Any, parameters: Any, sos: Any) -> None:
    _targets(targets)
    V_y = parameters["E_y"].shape[1]
    ask.within("targets", targets, V_y)
    _token("sos", sos, V_y)


def _context(targets: Any, context: Any, parameters: Any) -> None:
    shape = (parameters["decoder"]["bf"].shape[0], len(targets))
    ask.shaped("context", context, shape, "a column for each target")


def _target_mask(targets: Any, mask: Any) -> None:
    ask.shaped("mask", mask, targets.shape, "that of targets", "biuf")
    _zeros_and_ones(mask)
    if not mask.any():
        raise ValueError("mask is 0 everywhere: all is padding; expected at least one token")


def _log_probabilities(log_y: Any, targets: Any) -> None:
    ask.array("log_y", log_y, "(V_y, m, T_y)")
    _targets(targets)
    ask.shaped("targets", targets, log_y.shape[1:], "the (m, T_y) of log_y", "iu")
    ask.within("targets", targets, log_y.shape[0])


def _output_layer(log_y: Any, a: Any, Wy: Any) -> None:
    ask.shaped("a", a, (None, *log_y.shape[1:]), "with the (m, T_y) of log_y")
    ask.shaped("Wy", Wy, (log_y.shape[0], a.shape[0]), "(V_y, n_a)")


def _gradient_of_context(dcontext: Any, tokens: Any, parameters: Any) -> None:
    shape = (parameters["encoder"]["bf"].shape[0], len(tokens))
    ask.shaped("dcontext", dcontext, shape, "a column for each example of tokens")


def _search(parameters: Any, sos: Any, eos: Any, longest: Any) -> None:
    V_y = parameters["E_y"].shape[1]
    _token("sos", sos, V_y)
    _token("eos", eos, V_y)
    ask.count("longest", longest)


def _translations(decoded: Any, targets: Any, groups: Any) -> None:
    ask.some("decoded", decoded)
    for name, values in (("targets", targets), ("groups", groups)):
        ask.some(name, values)
        if len(values) != len(decoded):
            raise ValueError(
                f"{name} has {len(values)} items; expected {len(decoded)}, one for each of decoded"
            )


@requires(_inputs, inner=True)
def lstm_states(x: Array, a0: Array, parameters: Weights) -> tuple[Array, tuple[list[Cache], Array]]:
    """The activations of an LSTM over a sequence, from an empty memory, and what the way back needs.

    Args:
        x: (n_x, m, T_x) inputs.
        a0: (n_a, m) first activation; the first memory is zero.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo.

    Returns:
        a (n_a, m, T_x), and caches = (list of T_x cell caches, x), those of `seqlib.lstm.lstm_forward`, with
        cell cache = (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters).

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a_next, c_next = a0, np.zeros_like(a0)
    activations, caches = [], []
    for t in range(x.shape[2]):
        a_prev, c_prev, xt = a_next, c_next, x[:, :, t]
        ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
        c_next = ft * c_prev + ut * cct
        a_next = ot * np.tanh(c_next)
        activations.append(a_next)
        cache = (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)
        caches.append(cache)
    return np.stack(activations, axis=2), (caches, x)


@requires(_encoder, _sources)
def encoder_context(tokens: Indices, mask: Mask, parameters: Parameters) -> Array:
    """Read each input with the encoder, and keep the activation at its last token.

    Args:
        tokens: (m, T_x) indices of input tokens.
        mask: (m, T_x) True where a token stands, then False; a token at least in each example.
        parameters: of these E_x and "encoder" are used.

    Returns:
        (n_a, m) contexts; what stands in the padding does not matter.

    Raises:
        ValueError, TypeError: an example is padding throughout, or an argument has the wrong shape or type.
    """
    encoder, m = parameters["encoder"], len(tokens)
    a0 = np.zeros((len(encoder["bf"]), m), encoder["bf"].dtype)
    a, _ = lstm_states(parameters["E_x"][:, tokens], a0, encoder)
    last = mask.sum(axis=1).astype(int) - 1  # (m,)
    context: Array = a[:, np.arange(m), last]
    return context


@requires(_scores, inner=True)
def log_softmax(z: Array) -> Array:
    """The logarithms of the softmax's probabilities, which stay finite where a probability is too small for a float.

    Args:
        z: (V_y, ...) scores, a token a row.

    Returns:
        (V_y, ...) in nats; the sum of exp over axis 0 is 1.

    Raises:
        ValueError, TypeError: z is no array of floats, is empty or holds NaN.
    """
    shifted = z - z.max(axis=0)
    log_y: Array = shifted - np.log(np.exp(shifted).sum(axis=0))
    return log_y


@requires(_decoder, _states, inner=True)
def decoder_step(
    tokens: Indices, context: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array]:
    """One step of the decoder: read the token before and the context, give the log-probability of each next token.

    Args:
        tokens: (m,) the token before, of each example.
        context: (n_a, m) what the encoder gave, the same at every step.
        a_prev: (n_a, m) activation of the step before; at the first step the context.
        c_prev: (n_a, m) memory of the step before; at the first step zero.
        parameters: of these E_y and "decoder" are used.

    Returns:
        a_next (n_a, m), c_next (n_a, m), log_y (V_y, m) in nats.

    Raises:
        ValueError, TypeError: a token is not in the vocabulary, or an argument has the wrong shape or type.
    """
    decoder = parameters["decoder"]
    x = np.concatenate([parameters["E_y"][:, tokens], context])  # (n_e + n_a, m)
    ft, ut, cct, ot = lstm_gates(x, a_prev, decoder)
    c_next = ft * c_prev + ut * cct
    a_next = ot * np.tanh(c_next)
    return a_next, c_next, log_softmax(decoder["Wy"] @ a_next + decoder["by"])


@requires(_targets, _start)
def teacher_forcing(targets: Indices, sos: int) -> Indices:
    """What the decoder reads in training: the true token before each token that it is to predict.

    Args:
        targets: (m, T_y) indices of the true tokens.
        sos: the token that stands before the first.

    Returns:
        (m, T_y) indices.

    Raises:
        ValueError, TypeError: targets or sos are no indices, or have the wrong shape.
    """
    before = np.empty_like(targets)
    before[:, 0] = sos
    before[:, 1:] = targets[:, :-1]
    return before


@requires(_decoder, _targets_of_decoder, _context)
def decoder_forward(targets: Indices, context: Array, parameters: Parameters, sos: int) -> Array:
    """The log-probabilities that the decoder gives at each step when it is fed the true tokens.

    Args:
        targets: (m, T_y) indices of the true tokens.
        context: (n_a, m) the decoder's first activation, and a part of what each step reads.
        parameters: of these E_y and "decoder" are used.
        sos: the token that stands before the first.

    Returns:
        log_y (V_y, m, T_y) in nats; step t depends on the targets before t alone.

    Raises:
        ValueError, TypeError: a token is not in the vocabulary, or an argument has the wrong shape or type.
    """
    before = teacher_forcing(targets, sos)
    a, c = context, np.zeros_like(context)
    steps = []
    for t in range(targets.shape[1]):
        a, c, log_y = decoder_step(before[:, t], context, a, c, parameters)
        steps.append(log_y)
    return np.stack(steps, axis=2)


@requires(_log_probabilities, _target_mask)
def translation_loss(log_y: Array, targets: Indices, mask: Mask) -> float:
    """The mean cross-entropy of the real target tokens.

    Args:
        log_y: (V_y, m, T_y) log-probabilities in nats.
        targets: (m, T_y) indices of the true tokens, `<EOS>` included.
        mask: (m, T_y) True where a token stands, then False.

    Returns:
        nats a token, over all tokens of the batch.

    Raises:
        ValueError, TypeError: all is padding, or an argument has the wrong shape or type.
    """
    chosen = np.take_along_axis(log_y, targets[np.newaxis], axis=0).squeeze(axis=0)  # (m, T_y)
    return float(-(np.where(mask, chosen, 0).sum() / mask.sum()))


@requires(_log_probabilities, _target_mask, _output_layer)
def output_layer_gradients(log_y: Array, targets: Indices, mask: Mask, a: Array, Wy: Array) -> Weights:
    """From the mean loss back through the softmax layer that all steps share.

    Args:
        log_y: (V_y, m, T_y) log-probabilities in nats.
        targets: (m, T_y) indices of the true tokens.
        mask: (m, T_y) True where a token stands, then False.
        a: (n_a, m, T_y) the activations that the layer read.
        Wy: (V_y, n_a) its weights.

    Returns:
        dWy (V_y, n_a), dby (V_y, 1) and da (n_a, m, T_y), which is zero at padding.

    Raises:
        ValueError, TypeError: all is padding, or an argument has the wrong shape or type.
    """
    y = np.moveaxis(np.eye(log_y.shape[0])[targets], -1, 0)  # (V_y, m, T_y) one-hot
    dz = (np.exp(log_y) - y) * mask / mask.sum()
    return {
        "dWy": np.tensordot(dz, a, axes=((1, 2), (1, 2))),
        "dby": dz.sum(axis=(1, 2))[:, np.newaxis],
        "da": np.tensordot(Wy.T, dz, axes=1),
    }


@requires(_decoder, _targets_of_decoder, _context, _target_mask)
def decoder_gradients(
    targets: Indices, mask: Mask, context: Array, parameters: Parameters, sos: int
) -> tuple[float, Weights]:
    """The mean loss of a batch, and its gradients by all that the decoder reads.

    Args:
        targets: (m, T_y) indices of the true tokens.
        mask: (m, T_y) True where a token stands, then False.
        context: (n_a, m) the decoder's first activation, and a part of what each step reads.
        parameters: of these E_y and "decoder" are used.
        sos: the token that stands before the first.

    Returns:
        the loss in nats a token, and dcontext (n_a, m), dE_y (n_e, V_y), dWf, dbf, … dbo, dWy and dby.

    Raises:
        ValueError, TypeError: all is padding, or an argument has the wrong shape or type.
    """
    E_y, decoder = parameters["E_y"], parameters["decoder"]
    n_e, V_y = E_y.shape
    before = teacher_forcing(targets, sos)
    # With the true tokens fed, all inputs are known beforehand: the decoder is an LSTM over a sequence.
    contexts = np.repeat(context[:, :, np.newaxis], before.shape[1], axis=2)  # (n_a, m, T_y)
    x = np.concatenate([E_y[:, before], contexts])
    a, caches = lstm_states(x, context, decoder)
    log_y = log_softmax(np.tensordot(decoder["Wy"], a, axes=1) + decoder["by"][..., np.newaxis])
    output = output_layer_gradients(log_y, targets, mask, a, decoder["Wy"])
    inner = lstm_backward(output["da"], caches)
    dcontext = inner["da0"] + inner["dx"][n_e:].sum(axis=2)
    dE_y = look_up_backward(inner["dx"][:n_e].reshape(n_e, before.size), before.ravel(), V_y)
    layers = {f"d{name}": inner[f"d{name}"] for name in LAYERS}
    gradients = {"dcontext": dcontext, "dE_y": dE_y, **layers, "dWy": output["dWy"], "dby": output["dby"]}
    return translation_loss(log_y, targets, mask), gradients


@requires(_encoder, _sources, _gradient_of_context)
def encoder_gradients(dcontext: Array, tokens: Indices, mask: Mask, parameters: Parameters) -> Weights:
    """From the gradient at the contexts back through the encoder, which it enters at each example's last token.

    Args:
        dcontext: (n_a, m) gradient of the loss with respect to the contexts.
        tokens: (m, T_x) indices of input tokens.
        mask: (m, T_x) True where a token stands, then False; a token at least in each example.
        parameters: of these E_x and "encoder" are used.

    Returns:
        dE_x (n_e, V_x), a repeated token with the sum of its gradients, and dWf, dbf, … dbo.

    Raises:
        ValueError, TypeError: an example is padding throughout, or an argument has the wrong shape or type.
    """
    E_x, encoder, m = parameters["E_x"], parameters["encoder"], len(tokens)
    a, caches = lstm_states(E_x[:, tokens], np.zeros_like(dcontext), encoder)
    da = np.zeros_like(a)
    da[:, np.arange(m), mask.sum(axis=1).astype(int) - 1] = dcontext
    inner = lstm_backward(da, caches)
    dE_x = look_up_backward(inner["dx"].reshape(len(E_x), tokens.size), tokens.ravel(), E_x.shape[1])
    return {"dE_x": dE_x, **{f"d{name}": inner[f"d{name}"] for name in LAYERS}}


@requires(_encoder, _decoder, _both, _sources, _search)
def greedy_decode(
    tokens: Indices, mask: Mask, parameters: Parameters, sos: int, eos: int, longest: int
) -> list[list[int]]:
    """Translate by taking the most probable token at each step, and feeding it to the next.

    Args:
        tokens: (m, T_x) indices of input tokens.
        mask: (m, T_x) True where a token stands, then False; a token at least in each example.
        parameters: of the whole model.
        sos: the token that is fed first.
        eos: the token that ends a translation.
        longest: the largest number of steps; a translation that has not ended then is cut.

    Returns:
        m lists of tokens, without sos and eos.

    Raises:
        ValueError, TypeError: longest is below 1, or an argument has the wrong shape or type.
    """
    context = encoder_context(tokens, mask, parameters)
    a, c, token = context, np.zeros_like(context), np.full(len(tokens), sos)
    decoded: list[list[int]] = [[] for _ in tokens]
    finished = np.zeros(len(tokens), dtype=bool)
    for _ in range(longest):
        a, c, log_y = decoder_step(token, context, a, c, parameters)
        token = log_y.argmax(axis=0)  # (m,)
        finished |= token == eos
        if finished.all():
            break
        for i in np.flatnonzero(~finished):
            decoded[i].append(int(token[i]))
    return decoded


@requires(_translations)
def exact_match(
    decoded: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], groups: Sequence[Any]
) -> dict[Any, float]:
    """How many translations are right from the first token to the last, group by group.

    Args:
        decoded: m lists of tokens.
        targets: m lists of the true tokens, without `<EOS>` where `decoded` is without it.
        groups: m names of groups, such as the number of dates in the input.

    Returns:
        a dict from each group to the share of its translations that are right.

    Raises:
        ValueError: there are not as many of each, or none.
    """
    right: dict[Any, list[bool]] = {}
    for i, group in enumerate(groups):
        right.setdefault(group, []).append(list(decoded[i]) == list(targets[i]))
    return {group: sum(hits) / len(hits) for group, hits in right.items()}
