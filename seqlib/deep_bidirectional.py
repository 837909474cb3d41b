"""Deep and bidirectional networks by hand: a masked LSTM layer, both directions, layers on layers, a tagger, a classifier.

Arrays are features first: `(n_x, m, T_x)` for sequences of m examples. `mask (m, T_x)` is 1 where an example has a
step and 0 where it is padded. The parameters of an LSTM are `Wf, Wu, Wc, Wo (n_a, n_a + n_x)` on the stacked
`[a_prev, x]` and `bf, bu, bc, bo (n_a, 1)`; a bidirectional layer has `{"forward": LSTM, "backward": LSTM}`.
Schuster and Paliwal (1997); lecture notes 002 and 003. Spans of tags: Ramshaw and Marcus (1995).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib.activations import Array, softmax
from seqlib.arguments import array, arrays, count, keys, requires, shaped, within
from seqlib.lstm import lstm_gates

Parameters = dict[str, Array]
Layer = dict[str, Parameters]
Mask = NDArray[Any]
Tokens = NDArray[np.integer]
Span = list[int | str]

GATES = "fuco"


def _inputs(x: Any) -> None:
    array("x", x, "(n_x, m, T_x)")


def _mask(mask: Any) -> None:
    array("mask", mask, "(m, T_x)", "biuf")
    strange = np.setdiff1d(mask, (0, 1))
    if strange.size:
        raise ValueError(f"mask holds {strange[0]}; expected 1 for a step and 0 for padding")


def _mask_of_x(x: Any, mask: Any) -> None:
    shaped("mask", mask, x.shape[1:], "the (m, T_x) of x", "biuf")


def _padding_last(mask: Any) -> None:
    gaps = np.flatnonzero((np.diff(mask.astype(int), axis=1) > 0).any(axis=1))
    if gaps.size:
        raise ValueError(
            f"mask has a step after padding in example {gaps[0]}; expected padding at the end only"
        )


def _steps(mask: Any) -> None:
    empty = np.flatnonzero(~mask.astype(bool).any(axis=1))
    if empty.size:
        raise ValueError(
            f"mask is 0 throughout example {empty[0]}; expected at least one step in each example"
        )


def _one_lstm(name: str, parameters: Any, n_x: int) -> None:
    keys(name, parameters, [f"{kind}{gate}" for kind in "Wb" for gate in GATES])
    array(f"{name}['bf']", parameters["bf"], "(n_a, 1)")
    n_a = parameters["bf"].shape[0]
    for gate in GATES:
        shaped(f"{name}['W{gate}']", parameters[f"W{gate}"], (n_a, n_a + n_x), f"{n_a} units on {n_x} inputs")
        shaped(f"{name}['b{gate}']", parameters[f"b{gate}"], (n_a, 1))


def _lstm(x: Any, parameters: Any) -> None:
    _one_lstm("parameters", parameters, x.shape[0])


def _layer(x: Any, parameters: Any) -> None:
    keys("parameters", parameters, ("forward", "backward"))
    for direction in ("forward", "backward"):
        _one_lstm(f"parameters['{direction}']", parameters[direction], x.shape[0])
    sizes = [parameters[direction]["bf"].shape[0] for direction in ("forward", "backward")]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"parameters has {sizes[0]} units forward and {sizes[1]} backward; expected as many of each"
        )


def _layers(layers: Any) -> None:
    if not isinstance(layers, Sequence) or not layers:
        raise ValueError(
            f"layers is {type(layers).__name__} {layers!r:.20}; expected a list of at least one layer"
        )


def _ahead(ahead: Any) -> None:
    count("ahead", ahead, 0)


def _words(name: str, tokens: Any, E: Any) -> None:
    array(name, tokens, "(m, T_x)", "iu")
    within(name, tokens, E.shape[1])


def _embedding(E: Any) -> None:
    array("E", E, "(n_e, V)")


def _tokens(tokens: Any, E: Any) -> None:
    _words("tokens", tokens, E)


def _tokens_and_mask(tokens: Any, mask: Any, parameters: Any) -> None:
    arrays("parameters", parameters, {"E": (None, None)})
    _words("tokens", tokens, parameters["E"])
    shaped("mask", mask, tokens.shape, "that of tokens", "biuf")


def _shapes(tokens: Any, shapes: Any, parameters: Any) -> None:
    arrays("parameters", parameters, {"E_shape": (None, None)})
    _words("shapes", shapes, parameters["E_shape"])
    shaped("shapes", shapes, tokens.shape, "that of tokens", "iu")


def _output(parameters: Any) -> None:
    keys("parameters", parameters, ("layers", "Wy", "by"))
    _layers(parameters["layers"])
    keys("layers[-1]", parameters["layers"][-1], ("forward", "backward"))
    arrays("layers[-1]['forward']", parameters["layers"][-1]["forward"], {"bf": (None, 1)})
    arrays("parameters", parameters, {"by": (None, 1)})
    shape = (parameters["by"].shape[0], 2 * parameters["layers"][-1]["forward"]["bf"].shape[0])
    shaped("parameters['Wy']", parameters["Wy"], shape, "(n_y, 2 n_a)")


def _tags(tags: Any) -> None:
    for tag in tags:
        if tag != "O" and not (isinstance(tag, str) and tag[:2] in ("B-", "I-") and tag[2:]):
            raise ValueError(f"tags holds {tag!r}; expected 'O', or 'B-' or 'I-' and a kind, such as 'B-PER'")


def _same_sentences(predicted: Any, true: Any) -> None:
    if len(predicted) != len(true):
        raise ValueError(
            f"predicted has {len(predicted)} sentences and true {len(true)}; expected as many of each"
        )


def _spans(predicted: Any, true: Any) -> None:
    for name, sentences in (("predicted", predicted), ("true", true)):
        for span in (span for spans in sentences for span in spans):
            if not isinstance(span, list | tuple) or len(span) != 3:
                raise ValueError(f"{name} holds the span {span!r:.40}; expected [start, end, kind]")


@requires(_inputs, _mask, _mask_of_x, _lstm)
def lstm_layer_forward(x: Array, mask: Mask, parameters: Parameters) -> Array:
    """An LSTM over a batch of padded sequences, from zero states; a masked step changes nothing and shows zero.

    Args:
        x: (n_x, m, T_x) inputs.
        mask: (m, T_x) 1 for a step, 0 for padding, wherever it stands.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo.

    Returns:
        a (n_a, m, T_x) activations; 0 where the mask is 0.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a = c = np.zeros((parameters["bf"].shape[0], x.shape[1]))  # (n_a, m)
    activations = []
    for t in range(x.shape[2]):
        real = mask[:, t].astype(bool)  # (m,)
        ft, ut, cct, ot = lstm_gates(x[:, :, t], a, parameters)
        c_new = ft * c + ut * cct
        a_new = ot * np.tanh(c_new)
        c = np.where(real, c_new, c)
        a = np.where(real, a_new, a)
        activations.append(np.where(real, a_new, 0))
    return np.stack(activations, axis=2)


@requires(_inputs, _mask, _mask_of_x, _padding_last)
def reverse_sequences(x: Array, mask: Mask) -> Array:
    """Turn each example around within its own length; the padding stays at the end.

    Args:
        x: (n_x, m, T_x) sequences.
        mask: (m, T_x) ones, then zeros.

    Returns:
        (n_x, m, T_x); done twice, it gives x again.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type, or the padding is not at the end.
    """
    turned = x.copy()
    for i, length in enumerate(mask.sum(axis=1).astype(int)):
        turned[:, i, :length] = x[:, i, :length][:, ::-1]
    return turned


@requires(_inputs, _mask, _mask_of_x, _padding_last, _layer)
def bidirectional_forward(x: Array, mask: Mask, parameters: Layer) -> Array:
    """One layer that reads each sequence twice, from the left and from the right, with weights of its own for each.

    Args:
        x: (n_x, m, T_x) inputs.
        mask: (m, T_x) ones, then zeros.
        parameters: the LSTMs "forward" and "backward", n_a units each.

    Returns:
        (2 n_a, m, T_x): at each step the forward activation above the backward one; 0 where the mask is 0.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type, or the padding is not at the end.
    """
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    backward = lstm_layer_forward(reverse_sequences(x, mask), mask, parameters["backward"])
    return np.concatenate([forward, reverse_sequences(backward, mask)], axis=0)


@requires(_inputs, _mask, _mask_of_x, _padding_last, _layers)
def deep_forward(x: Array, mask: Mask, layers: Sequence[Layer]) -> Array:
    """Bidirectional layers on top of each other: each reads what the one below shows.

    Args:
        x: (n_x, m, T_x) inputs of the lowest layer.
        mask: (m, T_x) ones, then zeros, for all layers.
        layers: L dicts, the lowest first; from the second on the LSTMs have 2 n_a inputs.

    Returns:
        (2 n_a, m, T_x) activations of the top layer.

    Raises:
        ValueError, TypeError: there is no layer, or as `bidirectional_forward`.
    """
    a = x
    for parameters in layers:
        a = bidirectional_forward(a, mask, parameters)
    return a


@requires(_inputs, _mask, _mask_of_x, _padding_last, _layer, _ahead)
def lookahead_forward(x: Array, mask: Mask, parameters: Layer, ahead: int) -> Array:
    """A bidirectional layer that waits for a few steps only: at step t the backward LSTM starts at step t + ahead.

    Args:
        x: (n_x, m, T_x) inputs.
        mask: (m, T_x) ones, then zeros.
        parameters: the LSTMs "forward" and "backward", n_a units each.
        ahead: how many further steps are seen, 0 or more.

    Returns:
        (2 n_a, m, T_x): the forward activation above that of the backward LSTM, which has read from step t + ahead
        (or from the end, if that comes first) back to t; 0 where the mask is 0.

    Raises:
        ValueError, TypeError: `ahead` is negative or no whole number, or as `bidirectional_forward`.
    """
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    backward = np.zeros_like(forward)
    for t in range(x.shape[2]):
        window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]
        states = lstm_layer_forward(reverse_sequences(window, real), real, parameters["backward"])
        backward[:, :, t] = reverse_sequences(states, real)[:, :, 0]
    return np.concatenate([forward, backward], axis=0)


@requires(_embedding, _tokens)
def embed(tokens: Tokens, E: Array) -> Array:
    """Look up the column of each token.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        E: (n_e, V) one column for each token of the vocabulary.

    Returns:
        (n_e, m, T_x), the columns of E at the tokens.

    Raises:
        ValueError, TypeError: a token outside the vocabulary, or an argument of the wrong shape or type.
    """
    looked_up: Array = E[:, tokens]
    return looked_up


@requires(_mask, _padding_last, _steps, _output, _tokens_and_mask, _shapes)
def tagger_forward(tokens: Tokens, shapes: Tokens, mask: Mask, parameters: Mapping[str, Any]) -> Array:
    """Probabilities of the tags of each word, many-to-many: embeddings, bidirectional layers, softmax.

    Args:
        tokens: (m, T_x) words, whole numbers from 0 to V - 1.
        shapes: (m, T_x) how each word is written, whole numbers from 0 to S - 1.
        mask: (m, T_x) ones, then zeros.
        parameters: E (n_e, V), E_shape (n_s, S), layers, Wy (n_y, 2 n_a), by (n_y, 1). A word's input is its column
            of E above its column of E_shape.

    Returns:
        y (n_y, m, T_x) probabilities; the sum over axis 0 is 1.

    Raises:
        ValueError, TypeError: an example is padding throughout, or an argument has the wrong shape or type.
    """
    words, spelling = embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])
    x = np.concatenate([words, spelling], axis=0)  # (n_e + n_s, m, T_x)
    a = deep_forward(x, mask, parameters["layers"])  # (2 n_a, m, T_x)
    scores = np.einsum("ya,amt->ymt", parameters["Wy"], a)
    return softmax(scores + parameters["by"][:, :, np.newaxis])


@requires(_mask, _padding_last, _steps, _output, _tokens_and_mask)
def classifier_forward(tokens: Tokens, mask: Mask, parameters: Mapping[str, Any]) -> Array:
    """Probabilities of the class of each whole sequence, many-to-one.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        mask: (m, T_x) ones, then zeros.
        parameters: E (n_e, V), layers, Wy (n_y, 2 n_a), by (n_y, 1).

    Returns:
        y (n_y, m) probabilities, from the top layer's forward activation at each example's last step above its
        backward activation at the first step.

    Raises:
        ValueError, TypeError: an example is padding throughout, or an argument has the wrong shape or type.
    """
    a = deep_forward(embed(tokens, parameters["E"]), mask, parameters["layers"])  # (2 n_a, m, T_x)
    forward, backward = np.split(a, 2)  # (n_a, m, T_x) each
    m = mask.shape[0]
    last = mask.sum(axis=1).astype(int) - 1  # (m,)
    read = np.concatenate([forward[:, np.arange(m), last], backward[:, :, 0]], axis=0)  # (2 n_a, m)
    return softmax(parameters["Wy"] @ read + parameters["by"])


@requires(_tags)
def tags_to_spans(tags: Sequence[str]) -> list[Span]:
    """The spans that tags mark: B- begins one, I- of the same kind continues it.

    An I- that continues nothing begins a span, as in the evaluation of the CoNLL shared tasks.

    Args:
        tags: one of "O", "B-KIND", "I-KIND" for each word.

    Returns:
        [start, end, kind] for each span from left to right; the words of a span are start to end - 1, from 0.

    Raises:
        ValueError: a tag of another form.
    """
    spans: list[Span] = []
    start, kind = len(tags), ""
    for t, tag in enumerate([*tags, "O"]):
        if kind and tag != f"I-{kind}":
            spans.append([start, t, kind])
            kind = ""
        if not kind and tag.startswith(("B-", "I-")):
            start, kind = t, tag[2:]
    return spans


@requires(_same_sentences, _spans)
def span_scores(
    predicted: Sequence[Sequence[Span]], true: Sequence[Sequence[Span]]
) -> tuple[float, float, float]:
    """Precision, recall and F1 of spans, counted over all sentences together; only an exact span is right.

    Args:
        predicted: for each sentence the spans [start, end, kind] that were found.
        true: for each sentence the spans that are there.

    Returns:
        precision, the share of found spans that are right; recall, the share of true spans that are found; F1, their
        harmonic mean. A share of nothing is 0.

    Raises:
        ValueError: the two differ in their number of sentences.
    """
    found = {(i, *span) for i, spans in enumerate(predicted) for span in spans}
    there = {(i, *span) for i, spans in enumerate(true) for span in spans}
    right = len(found & there)
    precision = right / len(found) if found else 0.0
    recall = right / len(there) if there else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return precision, recall, f1
