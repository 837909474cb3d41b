"""Attention by hand: energies, weights and contexts, a decoder that looks back at each step, gradients, dot products.

Arrays are features first. Annotations `a (2 n_a, m, T_x)` are those of a bidirectional layer, 0 where `mask (m, T_x)` is 0.
`s` is the decoder's activation and `c` its memory, each `(n_a, m)`; a context is named in full, since lecture note 003
writes c for it as well. `parameters` of a whole model are `{"E_x" (n_e, V_x), "E_y" (n_e, V_y), "encoder": {"forward",
"backward"}, "attention": {"Ws" (n_h, n_a), "Wa" (n_h, 2 n_a), "b" (n_h, 1), "v" (1, n_h)}, "decoder": an LSTM on
[s_prev, x, context] with "Wy" (V_y, n_a), "by" (V_y, 1)}`. Log-probabilities are in nats.
Bahdanau et al. (2015); of dot products Luong et al. (2015) and Vaswani et al. (2017); lecture note 003.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.activations import Array
from seqlib.arguments import array, arrays, count, keys, requires, shaped, within
from seqlib.deep_bidirectional import bidirectional_forward, embed
from seqlib.lstm import lstm_gates
from seqlib.seq2seq import log_softmax, teacher_forcing

Parameters = Mapping[str, Any]
Mask = NDArray[Any]
Tokens = NDArray[np.integer]
Cache = tuple[Array, Array, Array, Parameters]
GATES = "fuco"
ANNOTATIONS = "(2 n_a, m, T_x)"


def _annotations(a: Any) -> None:
    array("a", a, ANNOTATIONS)


def _layer(name: str, layer: Any, n_a: int, units: int) -> None:
    keys(name, layer, ("Ws", "Wa", "b", "v"))
    array(f"{name}['b']", layer["b"], "(n_h, 1)")
    n_h = layer["b"].shape[0]
    arrays(name, layer, {"Ws": (n_h, n_a), "Wa": (n_h, units), "b": (n_h, 1), "v": (1, n_h)})


def _query(s_prev: Any, a: Any) -> None:
    shaped("s_prev", s_prev, (None, a.shape[1]), "with the examples of a")


def _attention(s_prev: Any, a: Any, parameters: Any) -> None:
    _layer("parameters", parameters, s_prev.shape[0], a.shape[0])


def _zeros_and_ones(mask: Any) -> None:
    array("mask", mask, "(m, T_x)", "biuf")
    strange = np.setdiff1d(mask, (0, 1))
    if strange.size:
        raise ValueError(f"mask holds {strange[0]}; expected 1 for a token and 0 for padding")


def _energies(energies: Any) -> None:
    array("energies", energies, "(m, T_x)")


def _finite(energies: Any) -> None:
    if np.isinf(energies).any():
        raise ValueError("energies holds infinity; expected finite numbers: the mask says what is padding")


def _mask_of_energies(energies: Any, mask: Any) -> None:
    shaped("mask", mask, energies.shape, "that of energies", "biuf")


def _weights(weights: Any, a: Any) -> None:
    shaped("weights", weights, a.shape[1:], "the (m, T_x) of a")


def _mask_of_annotations(a: Any, mask: Any) -> None:
    shaped("mask", mask, a.shape[1:], "the (m, T_x) of a", "biuf")


def _model(parameters: Any) -> None:
    keys("parameters", parameters, ("E_y", "attention", "decoder"))
    array("parameters['E_y']", parameters["E_y"], "(n_e, V_y)")
    decoder, n_e = parameters["decoder"], parameters["E_y"].shape[0]
    keys("parameters['decoder']", decoder, [f"{kind}{gate}" for kind in "Wb" for gate in (*GATES, "y")])
    array("parameters['decoder']['bf']", decoder["bf"], "(n_a, 1)")
    keys("parameters['attention']", parameters["attention"], ("Wa",))
    array("parameters['attention']['Wa']", parameters["attention"]["Wa"], "(n_h, 2 n_a)")
    n_a, units = decoder["bf"].shape[0], parameters["attention"]["Wa"].shape[1]
    _layer("parameters['attention']", parameters["attention"], n_a, units)
    V_y = parameters["E_y"].shape[1]
    shapes = {f"W{gate}": (n_a, n_a + n_e + units) for gate in GATES}
    shapes |= {f"b{gate}": (n_a, 1) for gate in GATES}
    arrays("parameters['decoder']", decoder, {**shapes, "Wy": (V_y, n_a), "by": (V_y, 1)})


def _step(tokens: Any, s_prev: Any, c_prev: Any, a: Any, parameters: Any) -> None:
    units = parameters["attention"]["Wa"].shape[1]
    shaped("a", a, (units, None, None), "with the 2 n_a of parameters['attention']['Wa']")
    shape = (parameters["decoder"]["bf"].shape[0], a.shape[1])
    shaped("s_prev", s_prev, shape, "the decoder's (n_a, m)")
    shaped("c_prev", c_prev, shape, "the decoder's (n_a, m)")
    shaped("tokens", tokens, (a.shape[1],), "one for each example of a", "iu")
    within("tokens", tokens, parameters["E_y"].shape[1])


def _source(tokens: Any, mask: Any, parameters: Any) -> None:
    keys("parameters", parameters, ("E_x", "encoder"))
    array("parameters['E_x']", parameters["E_x"], "(n_e, V_x)")
    array("tokens", tokens, "(m, T_x)", "iu")
    within("tokens", tokens, parameters["E_x"].shape[1])
    shaped("mask", mask, tokens.shape, "that of tokens", "biuf")


def _targets(targets: Any, tokens: Any, parameters: Any) -> None:
    shaped("targets", targets, (tokens.shape[0], None), "with the examples of tokens", "iu")
    within("targets", targets, parameters["E_y"].shape[1])


def _start(sos: Any, parameters: Any) -> None:
    count("sos", sos, 0)
    within("sos", sos, parameters["E_y"].shape[1])


def _end(eos: Any, longest: Any, parameters: Any) -> None:
    count("eos", eos, 0)
    within("eos", eos, parameters["E_y"].shape[1])
    count("longest", longest)


def _gradient(dcontext: Any, a: Any) -> None:
    shaped("dcontext", dcontext, a.shape[:2], "the (2 n_a, m) of a")


def _cache(cache: Any, dcontext: Any) -> None:
    if not isinstance(cache, tuple | list) or len(cache) != 4:
        raise ValueError(
            f"cache is {type(cache).__name__} {cache!r:.30}; expected (s_prev, a, weights, parameters)"
        )
    s_prev, a, weights, parameters = cache
    array("cache[1]", a, ANNOTATIONS)
    shaped("cache[0]", s_prev, (None, a.shape[1]), "with the examples of a")
    shaped("cache[2]", weights, a.shape[1:], "the (m, T_x) of a")
    _layer("cache[3]", parameters, s_prev.shape[0], a.shape[0])
    _gradient(dcontext, a)


def _look_up(queries: Any, keys: Any, values: Any, mask: Any) -> None:
    array("keys", keys, "(d, m, T_x)")
    d, m, T_x = keys.shape
    shaped("queries", queries, (d, m, None), "with the d and m of keys")
    shaped("values", values, (None, m, T_x), "with the m and T_x of keys")
    shaped("mask", mask, (m, T_x), "the (m, T_x) of keys", "biuf")


@requires(_annotations, _query, _attention, inner=True)
def additive_energies(s_prev: Array, a: Array, parameters: Parameters) -> Array:
    """How well each annotation answers what the decoder looks for: a small network on both, with one output.

    Args:
        s_prev: (n_a, m) the decoder's activation before the step.
        a: (2 n_a, m, T_x) annotations.
        parameters: Ws (n_h, n_a), Wa (n_h, 2 n_a), b (n_h, 1), v (1, n_h).

    Returns:
        (m, T_x) energies v tanh(Ws s_prev + Wa a + b), padding included.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    of_state = parameters["Ws"] @ s_prev + parameters["b"]  # (n_h, m)
    of_annotations = np.einsum("ha,amt->hmt", parameters["Wa"], a, optimize=True)
    hidden = np.tanh(of_state[:, :, np.newaxis] + of_annotations)
    energies: Array = np.einsum("oh,hmt->mt", parameters["v"], hidden)
    return energies


@requires(_energies, _finite, _zeros_and_ones, _mask_of_energies, inner=True)
def attention_weights(energies: Array, mask: Mask) -> Array:
    """A softmax over the tokens of each example, without its padding.

    Args:
        energies: (m, T_x) finite numbers of any size, padding included.
        mask: (m, T_x) 1 for a token, 0 for padding.

    Returns:
        (m, T_x) weights: 0 on padding; the sum over T_x is 1, or 0 in an example that is all padding.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    real = mask.astype(bool)
    kept = np.where(real, energies, energies.min())  # so that padding is never the largest
    exponentials = np.where(real, np.exp(kept - kept.max(axis=1, keepdims=True)), 0)
    sums = exponentials.sum(axis=1, keepdims=True)  # (m, 1)
    return exponentials / np.where(sums, sums, 1)


@requires(_annotations, _weights, inner=True)
def context_vector(weights: Array, a: Array) -> Array:
    """The weighted sum of the annotations of each example.

    Args:
        weights: (m, T_x) attention weights.
        a: (2 n_a, m, T_x) annotations.

    Returns:
        (2 n_a, m) contexts.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    context: Array = np.einsum("mt,amt->am", weights, a)
    return context


@requires(_annotations, _zeros_and_ones, _mask_of_annotations, _model, _step, inner=True)
def attention_step(
    tokens: Tokens, s_prev: Array, c_prev: Array, a: Array, mask: Mask, parameters: Parameters
) -> tuple[Array, Array, Array, Array]:
    """One step of the decoder: look back, read the token before and what was found, predict the next token.

    Args:
        tokens: (m,) the token before, whole numbers from 0 to V_y - 1.
        s_prev: (n_a, m) activation of the step before; it is what looks for annotations.
        c_prev: (n_a, m) memory of the step before.
        a: (2 n_a, m, T_x) annotations.
        mask: (m, T_x) 1 for a token of the input, 0 for padding.
        parameters: E_y, attention, decoder.

    Returns:
        s (n_a, m), c (n_a, m), log_y (V_y, m) log-probabilities of the next token, weights (m, T_x).

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    energies = additive_energies(s_prev, a, parameters["attention"])
    weights = attention_weights(energies, mask)
    read = np.concatenate([parameters["E_y"][:, tokens], context_vector(weights, a)], axis=0)
    decoder = parameters["decoder"]
    ft, ut, cct, ot = lstm_gates(read, s_prev, decoder)
    c = ft * c_prev + ut * cct
    s = ot * np.tanh(c)
    return s, c, log_softmax(decoder["Wy"] @ s + decoder["by"]), weights


@requires(_zeros_and_ones, _model, _source, _targets, _start)
def attention_forward(
    targets: Tokens, tokens: Tokens, mask: Mask, parameters: Parameters, sos: int
) -> tuple[Array, Array]:
    """The whole model where the true targets are fed: annotations, then a step for each token of the target.

    Args:
        targets: (m, T_y) true targets, whole numbers from 0 to V_y - 1.
        tokens: (m, T_x) inputs, whole numbers from 0 to V_x - 1.
        mask: (m, T_x) ones, then zeros.
        parameters: E_x, E_y, encoder, attention, decoder.
        sos: the token that is fed first.

    Returns:
        log_y (V_y, m, T_y) log-probabilities, weights (m, T_y, T_x).

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    before = teacher_forcing(targets, sos)  # (m, T_y)
    s = c = np.zeros((parameters["decoder"]["bf"].shape[0], len(tokens)))  # (n_a, m)
    log_y, weights = [], []
    for t in range(targets.shape[1]):
        s, c, log_y_t, weights_t = attention_step(before[:, t], s, c, a, mask, parameters)
        log_y.append(log_y_t)
        weights.append(weights_t)
    return np.stack(log_y, axis=2), np.stack(weights, axis=1)


@requires(_zeros_and_ones, _model, _source, _start, _end)
def translate(
    tokens: Tokens, mask: Mask, parameters: Parameters, sos: int, eos: int, longest: int
) -> tuple[list[list[int]], list[Array]]:
    """The most probable next token at each step, and where the decoder looked for it.

    Args:
        tokens: (m, T_x) inputs, whole numbers from 0 to V_x - 1.
        mask: (m, T_x) ones, then zeros.
        parameters: E_x, E_y, encoder, attention, decoder.
        sos: the token that is fed first.
        eos: the token that ends a translation.
        longest: of how many tokens a translation may consist.

    Returns:
        found: for each example a list of its tokens, without the sos that is fed first and the eos that ends it;
        alignments: for each example (tokens found, T_x), the weights with which each of them was predicted.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    s = c = np.zeros((parameters["decoder"]["bf"].shape[0], len(tokens)))  # (n_a, m)
    before, finished = np.full(len(tokens), sos), np.zeros(len(tokens), dtype=bool)
    found: list[list[int]] = [[] for _ in tokens]
    looked: list[list[Array]] = [[] for _ in tokens]
    for _ in range(longest):
        s, c, log_y, weights = attention_step(before, s, c, a, mask, parameters)
        before = log_y.argmax(axis=0)
        finished |= before == eos
        for i in np.flatnonzero(~finished):
            found[i].append(int(before[i]))
            looked[i].append(weights[i])
        if finished.all():
            break
    return found, [np.reshape(rows, (len(rows), tokens.shape[1])) for rows in looked]


@requires(_annotations, _gradient, _weights, inner=True)
def attention_weights_backward(dcontext: Array, weights: Array, a: Array) -> tuple[Array, Array]:
    """From the gradient of the context back through the weighted sum and the softmax.

    Args:
        dcontext: (2 n_a, m) gradient of the loss.
        weights: (m, T_x) attention weights of the forward step.
        a: (2 n_a, m, T_x) annotations.

    Returns:
        denergies (m, T_x); da (2 n_a, m, T_x), what the weighted sum gives to the annotations.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    da = weights * dcontext[:, :, np.newaxis]
    dweights = np.einsum("am,amt->mt", dcontext, a)
    mean = (weights * dweights).sum(axis=1, keepdims=True)  # (m, 1)
    denergies = weights * (dweights - mean)
    return denergies, da


@requires(_cache)
def attention_backward(dcontext: Array, cache: Cache) -> tuple[Array, Array, dict[str, Array]]:
    """From the gradient of the context back to the decoder's activation, the annotations and the parameters.

    Args:
        dcontext: (2 n_a, m) gradient of the loss.
        cache: (s_prev, a, weights, parameters) of the forward step; parameters are Ws, Wa, b, v.

    Returns:
        ds_prev (n_a, m), da (2 n_a, m, T_x), and a dict with dWs, dWa, db, dv, each shaped as its parameter.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    s_prev, a, weights, parameters = cache
    Ws, Wa, v = parameters["Ws"], parameters["Wa"], parameters["v"]
    of_state = (Ws @ s_prev + parameters["b"])[:, :, np.newaxis]
    hidden = np.tanh(of_state + np.einsum("ha,amt->hmt", Wa, a, optimize=True))
    denergies, da = attention_weights_backward(dcontext, weights, a)
    dz = v.T[:, :, np.newaxis] * denergies * (1 - hidden**2)  # (n_h, m, T_x)
    dz_state = dz.sum(axis=2)  # (n_h, m): one s_prev serves all annotations
    gradients = {
        "dWs": dz_state @ s_prev.T,
        "dWa": np.einsum("hmt,amt->ha", dz, a, optimize=True),
        "db": dz_state.sum(axis=1, keepdims=True),
        "dv": np.einsum("mt,hmt->h", denergies, hidden)[np.newaxis],
    }
    return Ws.T @ dz_state, da + np.einsum("ha,hmt->amt", Wa, dz, optimize=True), gradients


@requires(_look_up, _zeros_and_ones)
def dot_product_attention(queries: Array, keys: Array, values: Array, mask: Mask) -> tuple[Array, Array]:
    """All queries at once: energies are scaled dot products with the keys, contexts weighted sums of the values.

    Args:
        queries: (d, m, T_q) what looks.
        keys: (d, m, T_x) what is compared with.
        values: (d_v, m, T_x) what is read.
        mask: (m, T_x) 1 for a token, 0 for padding.

    Returns:
        contexts (d_v, m, T_q), weights (m, T_q, T_x).

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    energies = np.einsum("dmq,dmt->mqt", queries, keys) / np.sqrt(len(keys))
    weights = np.stack([attention_weights(energies[:, q], mask) for q in range(queries.shape[2])], axis=1)
    return np.einsum("mqt,vmt->vmq", weights, values), weights
