"""Two classifiers of sentences by hand: an average of word vectors, and an LSTM; with padding, losses and gradients.

A batch is `tokens (m, T_x)`, whole numbers, and `mask (m, T_x)`, True where a word stands; padding is at the end.
E has shape (n_e, V), a word a column. Both classifiers make one vector h of each sentence and end in
`softmax(Wy h + by)`; classes are whole numbers from 0 to n_y - 1. `parameters` is a dict: E, Wy (n_y, n_h), by (n_y, 1),
and for the LSTM those of `seqlib.lstm`. Losses are means over the sentences, in nats. Lecture notes 000, 002 and 004.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array, softmax
from seqlib.arguments import requires
from seqlib.lstm import lstm_backward, lstm_forward, lstm_gates
from seqlib.sequences import pad_batch
from seqlib.word_vectors import look_up_backward

Parameters = dict[str, Array]
Indices = NDArray[np.integer]
Mask = NDArray[np.bool_]
Batch = tuple[Indices, Mask, Indices]

GATES = "fuco"


def _sentences(sentences: Any, index: Any, unknown: Any) -> None:
    ask.some("sentences", sentences)
    for i, sentence in enumerate(sentences):
        if isinstance(sentence, str) or not isinstance(sentence, Sequence):
            raise TypeError(f"sentences[{i}] is {sentence!r:.40}; expected a list of words")
    if not any(len(sentence) for sentence in sentences):
        raise ValueError("sentences are all empty; expected a word in at least one")
    ask.keys("index", index, (unknown,))


def _inputs(x: Any, mask: Any) -> None:
    ask.array("x", x, "(n_e, m, T_x)")
    ask.shaped("mask", mask, x.shape[1:], "the (m, T_x) of x", "b")


def _embeddings(parameters: Any) -> None:
    ask.arrays("parameters", parameters, {"E": (None, None)})


def _output(parameters: Any, n_h: int) -> None:
    ask.arrays("parameters", parameters, {"Wy": (None, n_h), "by": (None, 1)})
    ask.arrays("parameters", parameters, {"by": (parameters["Wy"].shape[0], 1)})


def _average_output(parameters: Any) -> None:
    _output(parameters, parameters["E"].shape[0])


def _gates(parameters: Any, n_e: int) -> None:
    ask.arrays("parameters", parameters, {"bf": (None, 1)})
    n_a = parameters["bf"].shape[0]
    shapes = {f"W{gate}": (n_a, n_a + n_e) for gate in GATES} | {f"b{gate}": (n_a, 1) for gate in GATES}
    ask.arrays("parameters", parameters, shapes)


def _gates_of_inputs(x: Any, parameters: Any) -> None:
    _gates(parameters, x.shape[0])


def _lstm(parameters: Any) -> None:
    _gates(parameters, parameters["E"].shape[0])
    _output(parameters, parameters["bf"].shape[0])


def _tokens(tokens: Any, mask: Any, parameters: Any) -> None:
    ask.array("tokens", tokens, "(m, T_x)", "iu")
    ask.within("tokens", tokens, parameters["E"].shape[1])
    ask.shaped("mask", mask, tokens.shape, "that of tokens", "b")


def _padding_last(mask: Any) -> None:
    gaps = np.flatnonzero((np.diff(mask.astype(int), axis=1) > 0).any(axis=1))
    if gaps.size:
        raise ValueError(f"mask has a word after padding in sentence {gaps[0]}; expected padding at the end")


def _words(mask: Any) -> None:
    empty = np.flatnonzero(~mask.any(axis=1))
    if empty.size:
        raise ValueError(f"mask is False throughout sentence {empty[0]}; expected at least one word in each")


def _classes(name: str, labels: Any, m: int, n_y: int) -> None:
    ask.shaped(name, labels, (m,), "one for each sentence", "iu")
    ask.within(name, labels, n_y)


def _labels_of_vectors(h: Any, labels: Any, parameters: Any) -> None:
    ask.array("h", h, "(n_h, m)")
    _output(parameters, h.shape[0])
    _classes("labels", labels, h.shape[1], parameters["Wy"].shape[0])


def _labels_of_tokens(tokens: Any, labels: Any, parameters: Any) -> None:
    _classes("labels", labels, tokens.shape[0], parameters["Wy"].shape[0])


def _training(batches: Any, learning_rate: Any) -> None:
    ask.some("batches", batches)
    for i, batch in enumerate(batches):
        if not isinstance(batch, tuple | list) or len(batch) != 3:
            raise ValueError(f"batches[{i}] is a {type(batch).__name__}; expected (tokens, mask, labels)")
    ask.positive("learning_rate", learning_rate)


def _frozen(parameters: Any, frozen: Any) -> None:
    if isinstance(frozen, str) or not isinstance(frozen, Collection):
        raise TypeError(f"frozen is {frozen!r:.40}; expected a list of names of parameters")
    if strange := [name for name in frozen if name not in parameters]:
        raise ValueError(
            f"frozen holds {strange[0]!r}; expected names of parameters: {', '.join(parameters)}"
        )


def _predictions(labels: Any, predicted: Any, n_y: Any) -> None:
    ask.count("n_y", n_y)
    ask.array("labels", labels, "(m,)", "iu")
    ask.within("labels", labels, n_y)
    _classes("predicted", predicted, len(labels), n_y)


def _pairs(labels: Any, predicted: Any) -> None:
    ask.shaped("labels", labels, (None, 2), "the two of a pair side by side", "iu")
    ask.shaped("predicted", predicted, labels.shape, "that of labels", "iu")


def _known(E: Any, words: Any, known: Any, E_known: Any) -> None:
    ask.array("E", E, "(n_e, V)")
    if len(words) != E.shape[1]:
        raise ValueError(f"words has {len(words)} words; expected {E.shape[1]}, one for each column of E")
    shape = (E.shape[0], len(known))
    ask.shaped("E_known", E_known, shape, "as many features as E has, a column for each of known")


@requires(_sentences)
def sentence_batch(
    sentences: Sequence[Sequence[str]], index: Mapping[str, int], unknown: str
) -> tuple[Indices, Mask]:
    """Sentences as one array of whole numbers, short ones filled up with 0, and where words stand.

    Args:
        sentences: m lists of words, the longest of T_x.
        index: the number of each word of the vocabulary.
        unknown: the entry of `index` that stands for every word which it lacks.

    Returns:
        tokens (m, T_x), whole numbers, 0 at padding; mask (m, T_x), True where a word stands.

    Raises:
        ValueError: there is no word at all, or `index` lacks `unknown`.
        TypeError: a sentence is no list of words.
    """
    numbers = [[index.get(word, index[unknown]) for word in sentence] for sentence in sentences]
    return pad_batch(numbers, 0)


@requires(_inputs)
def masked_average(x: Array, mask: Mask) -> Array:
    """The average of each sentence's word vectors, padding left out.

    Args:
        x: (n_e, m, T_x) vectors.
        mask: (m, T_x) True where a word stands, False at padding.

    Returns:
        h (n_e, m); zeros for a sentence without any word.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    lengths = mask.sum(axis=1)  # (m,)
    total = np.where(mask, x, 0).sum(axis=2)  # (n_e, m)
    h: Array = total / np.maximum(lengths, 1)
    return h


@requires(_embeddings, _average_output, _tokens)
def average_probabilities(tokens: Indices, mask: Mask, parameters: Parameters) -> Array:
    """Probabilities of the classes of each sentence, from the average of its word vectors.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        mask: (m, T_x) True where a word stands.
        parameters: E (n_e, V), Wy (n_y, n_e), by (n_y, 1).

    Returns:
        y (n_y, m) probabilities, each column adding up to 1.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    h = masked_average(parameters["E"][:, tokens], mask)  # (n_e, m)
    return softmax(parameters["Wy"] @ h + parameters["by"])


@requires(_labels_of_vectors)
def output_gradients(h: Array, labels: Indices, parameters: Parameters) -> tuple[float, Parameters]:
    """The mean cross-entropy of a softmax layer on one vector a sentence, and its gradients.

    Args:
        h: (n_h, m) vectors.
        labels: (m,) the true classes, whole numbers.
        parameters: Wy (n_y, n_h), by (n_y, 1); others may stand beside them.

    Returns:
        The loss in nats, and dWy (n_y, n_h), dby (n_y, 1), dh (n_h, m).

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type, or a label is none of n_y.
    """
    m = len(labels)
    y = softmax(parameters["Wy"] @ h + parameters["by"])  # (n_y, m)
    true = labels, np.arange(m)
    loss = -np.log(y[true]).mean()
    dz = y / m
    dz[true] -= 1 / m  # ŷ - y without a one-hot y
    gradients = {"dWy": dz @ h.T, "dby": dz.sum(axis=1, keepdims=True), "dh": parameters["Wy"].T @ dz}
    return float(loss), gradients


@requires(_embeddings, _average_output, _tokens, _words, _labels_of_tokens)
def average_gradients(
    tokens: Indices, mask: Mask, labels: Indices, parameters: Parameters
) -> tuple[float, Parameters]:
    """Loss of the average classifier and its gradients, those of the word vectors included.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        mask: (m, T_x) True where a word stands; a word in each sentence.
        labels: (m,) the true classes, whole numbers.
        parameters: E (n_e, V), Wy (n_y, n_e), by (n_y, 1).

    Returns:
        The loss in nats, and dE (n_e, V), dWy, dby.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type, or a label is none of n_y.
    """
    E = parameters["E"]
    loss, out = output_gradients(masked_average(E[:, tokens], mask), labels, parameters)
    weights = mask / mask.sum(axis=1, keepdims=True)  # (m, T_x), of each word in its average
    dx = out["dh"][:, :, np.newaxis] * weights  # (n_e, m, T_x)
    dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])
    return loss, {"dE": dE, "dWy": out["dWy"], "dby": out["dby"]}


@requires(_training, _frozen)
def train_average(
    parameters: Parameters, batches: Sequence[Batch], learning_rate: float, frozen: Collection[str]
) -> tuple[Parameters, list[float]]:
    """One step of gradient descent for each batch; frozen parameters stay as they are.

    Args:
        parameters: E, Wy, by at the beginning.
        batches: a list of (tokens, mask, labels).
        learning_rate: the size of a step.
        frozen: names of parameters that are not trained, such as ["E"]; may be empty.

    Returns:
        The parameters after the last step, and for each batch the loss before its own step.

    Raises:
        ValueError: there is no batch, or `frozen` names what is no parameter; or as `average_gradients`.
    """
    losses = []
    for tokens, mask, labels in batches:
        loss, gradients = average_gradients(tokens, mask, labels, parameters)
        losses.append(loss)
        parameters = {
            name: value if name in frozen else value - learning_rate * gradients[f"d{name}"]
            for name, value in parameters.items()
        }
    return parameters, losses


@requires(_predictions)
def confusion(labels: Indices, predicted: Indices, n_y: int) -> tuple[float, Indices]:
    """How often a classifier is right, and what it takes for what.

    Args:
        labels: (m,) the true classes, whole numbers.
        predicted: (m,) the classes that were given.
        n_y: how many classes there are.

    Returns:
        accuracy, the share that is right; and counts (n_y, n_y): row k, column l, how many of class k were given l.

    Raises:
        ValueError, TypeError: a class is none of n_y, or the two are not of one length.
    """
    counts = np.zeros((n_y, n_y), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    return float(np.trace(counts) / len(labels)), counts


@requires(_pairs)
def pair_scores(labels: Indices, predicted: Indices) -> tuple[float, float]:
    """How often a classifier is right about a sentence of a pair, and how often about both.

    Args:
        labels: (n, 2) the true classes of n pairs.
        predicted: (n, 2) the classes that were given.

    Returns:
        The share of sentences that are right, and the share of pairs of which both are.

    Raises:
        ValueError, TypeError: not two of whole numbers in each row, or as many rows of each.
    """
    right = labels == predicted
    return float(right.mean()), float(right.all(axis=1).mean())


@requires(_inputs, _gates_of_inputs)
def lstm_last_state(x: Array, mask: Mask, parameters: Parameters) -> Array:
    """Read each sentence with an LSTM, from zero states; a masked step keeps activation and memory.

    Args:
        x: (n_e, m, T_x) word vectors.
        mask: (m, T_x) True where a word stands.
        parameters: Wf, bf, Wu, bu, Wc, bc, Wo, bo.

    Returns:
        a (n_a, m), the activation after each sentence's last word; zeros for a sentence without any word.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a = c = np.zeros((parameters["bf"].shape[0], x.shape[1]))  # (n_a, m)
    for t in range(x.shape[2]):
        ft, ut, cct, ot = lstm_gates(x[:, :, t], a, parameters)
        c_new = ft * c + ut * cct
        a_new = ot * np.tanh(c_new)
        c = np.where(mask[:, t], c_new, c)
        a = np.where(mask[:, t], a_new, a)
    return a


@requires(_embeddings, _lstm, _tokens)
def lstm_probabilities(tokens: Indices, mask: Mask, parameters: Parameters) -> Array:
    """Probabilities of the classes of each sentence, from an LSTM's activation after its last word.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        mask: (m, T_x) True where a word stands.
        parameters: E (n_e, V), Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy (n_y, n_a), by (n_y, 1).

    Returns:
        y (n_y, m) probabilities, each column adding up to 1.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    a = lstm_last_state(parameters["E"][:, tokens], mask, parameters)  # (n_a, m)
    return softmax(parameters["Wy"] @ a + parameters["by"])


@requires(_embeddings, _lstm, _tokens, _words, _padding_last, _labels_of_tokens)
def lstm_gradients(
    tokens: Indices, mask: Mask, labels: Indices, parameters: Parameters
) -> tuple[float, Parameters]:
    """Loss of the LSTM classifier and its gradients, through time and into the word vectors.

    Padding stands at the end, and no gradient comes from there: so the plain passes of `seqlib.lstm` will do.

    Args:
        tokens: (m, T_x) whole numbers from 0 to V - 1.
        mask: (m, T_x) True where a word stands; a word in each sentence, padding at the end.
        labels: (m,) the true classes, whole numbers.
        parameters: E, Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by.

    Returns:
        The loss in nats, and a gradient for each parameter: dE, dWf, …, dby.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type, or padding is not at the end.
    """
    E, m = parameters["E"], len(labels)
    a, _, _, caches = lstm_forward(E[:, tokens], np.zeros((parameters["bf"].shape[0], m)), parameters)
    read = np.arange(m), mask.sum(axis=1) - 1  # the sentences, and the step of each one's last word
    loss, out = output_gradients(a[:, *read], labels, parameters)
    da = np.zeros_like(a)
    da[:, *read] = out["dh"]  # at all other steps nothing is asked
    gradients = lstm_backward(da, caches)
    dE = look_up_backward(gradients["dx"].reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])
    found = {**gradients, **out, "dE": dE}
    return loss, {f"d{name}": found[f"d{name}"] for name in parameters}


@requires(_known)
def start_from(E: Array, words: Sequence[str], known: Sequence[str], E_known: Array) -> tuple[Array, Mask]:
    """Put known vectors in the place of those of the same words; others stay as they are.

    Args:
        E: (n_e, V) vectors to begin with.
        words: the V words of the vocabulary.
        known: words with a known vector.
        E_known: (n_e, number of known words) the vectors of `known`, a column for each.

    Returns:
        A new E (n_e, V); and (V,), True where a word was known.

    Raises:
        ValueError, TypeError: an argument has the wrong shape or type; the message says which.
    """
    place = {word: i for i, word in enumerate(known)}
    found = np.array([word in place for word in words])
    started = E.copy()
    started[:, found] = E_known[:, [place[word] for word in words if word in place]]
    return started, found
