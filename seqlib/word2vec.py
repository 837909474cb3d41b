"""Skip-gram by hand: pairs, three losses with their gradients, the Huffman tree, and negatives.

A word c has a column e_c of E, shape (n_e, V), as a centre, and a row θ_c of Theta, shape (V, n_e), as a context.
A batch of pairs is `centers` (m,) and `contexts` (m,), whole numbers. Losses are means over the pairs, in nats.
Of the Huffman tree, nodes 0 to V - 1 are the words, and inner node k, the k-th to be made, is node V + k; it has row
ψ_k of Psi, shape (V - 1, n_e). Bit 0 of a code is the child that was taken first.
Skip-gram, subsampling, and negative sampling are those of Mikolov et al. (2013), lecture note 003; the hierarchical
softmax on a binary tree is that of Morin and Bengio (2005).
"""

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import arguments as ask
from seqlib.activations import Array, sigmoid, softmax
from seqlib.arguments import requires

Indices = NDArray[np.integer]
Codes = Sequence[Sequence[int]]
Gradients = tuple[float, Array, Array]
LARGEST = 2**31


def _sentences(sentences: Sequence[Sequence[int]], window: int) -> None:
    ask.some("sentences", sentences)
    for i, sentence in enumerate(sentences):
        ask.within(f"sentences[{i}]", sentence, LARGEST)
    ask.count("window", window)


def _counts(counts: Array) -> None:
    ask.array("counts", counts, "(V,)", "biuf")
    if counts.min() <= 0:
        raise ValueError(f"counts holds {counts.min()}; expected numbers above 0: each word occurs")


def _threshold(threshold: float) -> None:
    ask.positive("threshold", threshold)


def _sentence(sentence: Sequence[int], keep: Array) -> None:
    ask.array("keep", keep, "(V,)")
    if keep.min() < 0 or keep.max() > 1:
        raise ValueError(f"keep runs from {keep.min():g} to {keep.max():g}; expected probabilities, 0 to 1")
    ask.within("sentence", sentence, len(keep))


def _generator(rng: np.random.Generator) -> None:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is of type {type(rng).__name__}; expected what np.random.default_rng gives")


def _vectors(E: Array) -> None:
    ask.array("E", E, "(n_e, V)")


def _outputs(E: Array, Theta: Array) -> None:
    ask.shaped("Theta", Theta, E.shape[::-1], "the shape of E turned round")


def _words(name: str, values: Any, size: int) -> None:
    if np.ndim(values) != 1 or not np.size(values):
        raise ValueError(f"{name} has shape {np.shape(values)}; expected (m,), m not 0")
    ask.within(name, values, size)


def _centers(E: Array, centers: Indices) -> None:
    _words("centers", centers, E.shape[1])


def _contexts(E: Array, centers: Indices, contexts: Indices) -> None:
    _words("contexts", contexts, E.shape[1])
    if len(contexts) != len(centers):
        raise ValueError(f"contexts has {len(contexts)} words; expected {len(centers)}, as centers has")


def _negatives(E: Array, centers: Indices, negatives: Indices) -> None:
    if np.ndim(negatives) != 2 or len(negatives) != len(centers) or not np.size(negatives):
        raise ValueError(
            f"negatives has shape {np.shape(negatives)}; expected ({len(centers)}, k), a row for each pair, k not 0"
        )
    ask.within("negatives", negatives, E.shape[1])


def _merges(merges: Sequence[tuple[int, int]]) -> None:
    V = len(merges) + 1
    for k, merge in enumerate(merges):
        if np.shape(merge) != (2,):
            raise ValueError(f"merges[{k}] is {merge!r:.40}; expected two nodes")
        ask.within(f"merges[{k}]", merge, V + k)
    joined = [int(node) for merge in merges for node in merge]
    if len(set(joined)) != len(joined):
        raise ValueError("merges joins a node twice; expected each node but the last exactly once")


def _tree(codes: Codes, paths: Codes) -> None:
    ask.some("codes", codes)
    if len(paths) != len(codes):
        raise ValueError(f"paths has {len(paths)} items; expected {len(codes)}, one for each of codes")
    for i, (code, path) in enumerate(zip(codes, paths, strict=True)):
        if len(path) != len(code):
            raise ValueError(
                f"paths[{i}] has {len(path)} nodes; expected {len(code)}, as codes[{i}] has bits"
            )
        ask.within(f"codes[{i}]", code, 2)


def _nodes(Psi: Array, paths: Codes) -> None:
    ask.array("Psi", Psi, "(V - 1, n_e)")
    if len(Psi) != len(paths) - 1:
        raise ValueError(f"Psi has {len(Psi)} rows; expected {len(paths) - 1}, one less than there are words")
    for i, path in enumerate(paths):
        ask.within(f"paths[{i}]", path, len(Psi))


def _one_vector(e: Array, Psi: Array) -> None:
    ask.shaped("e", e, Psi.shape[1:], "as many as Psi has columns")


def _leaves(E: Array, Psi: Array, codes: Codes) -> None:
    ask.shaped("Psi", Psi, (E.shape[1] - 1, E.shape[0]), "(V - 1, n_e) for this E")
    if len(codes) != E.shape[1]:
        raise ValueError(f"codes has {len(codes)} items; expected {E.shape[1]}, one for each column of E")


def _noise(positives: Indices, noise: Array) -> None:
    ask.array("noise", noise, "(V,)")
    if noise.min() < 0 or not abs(noise.sum() - 1) < 1e-6:
        raise ValueError(
            f"noise adds up to {noise.sum():.6g}, the smallest is {noise.min():.3g}; expected probabilities"
        )
    _words("positives", positives, len(noise))
    if noise.max() == noise.sum() and noise.argmax() in positives:
        raise ValueError(
            f"noise is all on word {noise.argmax()}, one of positives; expected others to be possible"
        )


def _training(E: Array, Theta: Array, batches: Sequence[Any], learning_rate: float) -> None:
    ask.some("batches", batches)
    ask.positive("learning_rate", learning_rate)
    for i, batch in enumerate(batches):
        if not isinstance(batch, (tuple, list)) or len(batch) != 3:
            raise ValueError(f"batches[{i}] is no batch; expected (centers, contexts, negatives)")


@requires(_sentences)
def skipgram_pairs(sentences: Sequence[Sequence[int]], window: int) -> tuple[Indices, Indices]:
    """Every word of a sentence with each of its neighbours, up to `window` places away.

    Args:
        sentences: lists or arrays of whole numbers, the tokens; no pair goes from one to another.
        window: how far a neighbour is away at most, 1 or more.

    Returns:
        centers (m,) and contexts (m,), whole numbers: in the order of the centres, and for each from left to right.

    Raises:
        ValueError: there is no sentence, a token is negative, or the window is below 1.
        TypeError: tokens or window are no whole numbers.
    """
    centers, contexts = [], []
    for sentence in sentences:
        for i, center in enumerate(sentence):
            for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
                if j != i:
                    centers.append(center)
                    contexts.append(sentence[j])
    return np.array(centers, dtype=int), np.array(contexts, dtype=int)


@requires(_counts, _threshold)
def keep_probabilities(counts: Array, threshold: float) -> Array:
    """How likely each word is kept, so that frequent ones are thinned out: min(1, √(threshold / f)).

    Args:
        counts: (V,) how often each word occurs, above 0.
        threshold: the relative frequency up to which a word is always kept.

    Returns:
        (V,) probabilities.

    Raises:
        ValueError: a count or the threshold is not above 0.
    """
    frequencies = counts / counts.sum()
    keep: Array = np.minimum(1, np.sqrt(threshold / frequencies))
    return keep


@requires(_sentence, _generator)
def subsample(sentence: Sequence[int], keep: Array, rng: np.random.Generator) -> Indices:
    """Drop words of a sentence by chance, each place on its own.

    Args:
        sentence: tokens, whole numbers from 0 to V - 1.
        keep: (V,) how likely each word is kept.
        rng: the generator of random numbers to draw with.

    Returns:
        The tokens that are kept, in their order.

    Raises:
        ValueError: a token is not one of V, or `keep` holds no probabilities.
        TypeError: tokens are no whole numbers, or rng is no generator.
    """
    tokens = np.array(sentence, dtype=int)
    kept: Indices = tokens[rng.random(len(tokens)) < keep[tokens]]
    return kept


@requires(_vectors, _outputs, _centers)
def skipgram_probabilities(E: Array, Theta: Array, centers: Indices) -> Array:
    """How probable each word is beside each centre: softmax(Θ e_c).

    Args:
        E: (n_e, V) vectors of the centres, a word a column.
        Theta: (V, n_e) vectors of the contexts, a word a row.
        centers: (m,) whole numbers.

    Returns:
        (V, m) probabilities, each column adding up to 1.

    Raises:
        ValueError: shapes do not fit, or a centre is not one of V.
        TypeError: the centres are no whole numbers, or E or Theta no floating point arrays.
    """
    return softmax(Theta @ E[:, centers])


@requires(_vectors, _outputs, _centers, _contexts)
def softmax_gradients(E: Array, Theta: Array, centers: Indices, contexts: Indices) -> Gradients:
    """The mean cross-entropy of the contexts under the full softmax, and its gradients.

    Args:
        E: (n_e, V) vectors of the centres.
        Theta: (V, n_e) vectors of the contexts.
        centers: (m,) whole numbers, the first of each pair.
        contexts: (m,) whole numbers, the second.

    Returns:
        The loss in nats, dE (n_e, V), dTheta (V, n_e).

    Raises:
        ValueError: shapes do not fit, or a word is not one of V.
        TypeError: words are no whole numbers, or E or Theta no floating point arrays.
    """
    m = len(centers)
    y_pred = skipgram_probabilities(E, Theta, centers)  # (V, m)
    true = contexts, np.arange(m)
    loss = -np.log(y_pred[true]).mean()
    dz = y_pred / m
    dz[true] -= 1 / m  # ŷ - y without a one-hot y
    dTheta = dz @ E[:, centers].T
    dE = np.zeros_like(E)
    np.add.at(dE.T, centers, dz.T @ Theta)  # a centre that comes twice gets both
    return float(loss), dE, dTheta


@requires(_counts)
def huffman_merges(counts: Array) -> tuple[list[tuple[int, int]], list[int]]:
    """Build Huffman's tree: join the two rarest nodes until one is left.

    Of nodes that are equally rare, the one with the smaller number is taken first.

    Args:
        counts: (V,) how often each word occurs, above 0.

    Returns:
        The V - 1 pairs of nodes in the order in which they are joined, the one taken first in front; and the count of
        each node so made. The sum of these over the sum of `counts` is the expected length of a code, the least there
        is for codes that can be told apart bit by bit (Huffman, 1952).

    Raises:
        ValueError: a count is not above 0.
    """
    V = len(counts)
    heap = [(count, word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    merges, totals = [], []
    for node in range(V, 2 * V - 1):
        (count, rarest), (other, second) = heapq.heappop(heap), heapq.heappop(heap)
        merges.append((rarest, second))
        totals.append(count + other)
        heapq.heappush(heap, (count + other, node))
    return merges, np.array(totals).tolist()


@requires(_merges)
def codes_and_paths(merges: Sequence[tuple[int, int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Go down Huffman's tree: the bits on the way to each word, and the inner nodes.

    Args:
        merges: V - 1 pairs of nodes, from `huffman_merges`.

    Returns:
        codes: V lists of bits, from the root down; 0 leads to the first of a pair.
        paths: V lists of inner nodes, 0 to V - 2, from the root down, one for each bit: where that bit is decided.

    Raises:
        ValueError: a node is joined twice, or before it is made.
    """
    V = len(merges) + 1
    codes: dict[int, list[int]] = {2 * V - 2: []}  # from the root on
    paths: dict[int, list[int]] = {2 * V - 2: []}
    for k in range(V - 2, -1, -1):  # what is made last lies highest
        for bit, child in enumerate(merges[k]):
            codes[child] = [*codes[V + k], bit]
            paths[child] = [*paths[V + k], k]
    return [codes[word] for word in range(V)], [paths[word] for word in range(V)]


@requires(_tree, _nodes, _one_vector)
def leaf_probabilities(e: Array, Psi: Array, codes: Codes, paths: Codes) -> Array:
    """How probable each word is beside a centre by the tree: the product of the decisions on its path.

    At inner node k, bit 0 has the probability σ(ψ_k · e) and bit 1 the rest, σ(-ψ_k · e).

    Args:
        e: (n_e,) the vector of the centre.
        Psi: (V - 1, n_e) vectors of the inner nodes.
        codes: V lists of bits, from `codes_and_paths`.
        paths: V lists of rows of Psi, from there too.

    Returns:
        (V,) probabilities; they add up to 1.

    Raises:
        ValueError: shapes do not fit, or codes and paths are not of the same tree.
        TypeError: e or Psi is no floating point array.
    """
    probabilities = []
    for code, path in zip(codes, paths, strict=True):
        signs = 1 - 2 * np.array(code)  # bit 0 is +1, bit 1 is -1
        probabilities.append(sigmoid(signs * (Psi[path] @ e)).prod())
    return np.array(probabilities)


@requires(_vectors, _centers, _contexts, _tree, _leaves, _nodes)
def hierarchical_gradients(
    E: Array, Psi: Array, centers: Indices, contexts: Indices, codes: Codes, paths: Codes
) -> Gradients:
    """The mean cross-entropy of the contexts under the hierarchical softmax, and its gradients.

    Args:
        E: (n_e, V) vectors of the centres.
        Psi: (V - 1, n_e) vectors of the inner nodes.
        centers: (m,) whole numbers, the first of each pair.
        contexts: (m,) whole numbers, the second.
        codes: V lists of bits, from `codes_and_paths`.
        paths: V lists of rows of Psi, from there too.

    Returns:
        The loss in nats, dE (n_e, V), dPsi (V - 1, n_e).

    Raises:
        ValueError: shapes do not fit, a word is not one of V, or codes and paths are not of the same tree.
        TypeError: words are no whole numbers, or E or Psi no floating point arrays.
    """
    m = len(centers)
    loss, dE, dPsi = 0.0, np.zeros_like(E), np.zeros_like(Psi)
    for center, context in zip(centers, contexts, strict=True):
        path = paths[context]
        e = E[:, center]
        signs = 1 - 2 * np.array(codes[context])  # bit 0 is +1, bit 1 is -1
        scores = signs * (Psi[path] @ e)
        loss += np.logaddexp(0, -scores).sum() / m  # -log σ without overflow
        dz = -signs * sigmoid(-scores) / m
        dPsi[path] += np.outer(dz, e)  # a path meets a node once, so that nothing is lost
        dE[:, center] += dz @ Psi[path]
    return float(loss), dE, dPsi


@requires(_counts)
def noise_distribution(counts: Array) -> Array:
    """The distribution that negatives are drawn from: f^(3/4), normalised.

    Args:
        counts: (V,) how often each word occurs, above 0.

    Returns:
        (V,) probabilities.

    Raises:
        ValueError: a count is not above 0.
    """
    powers = counts**0.75
    noise: Array = powers / powers.sum()
    return noise


@requires(_noise, _generator)
def sample_negatives(positives: Indices, noise: Array, rng: np.random.Generator) -> Indices:
    """Draw a negative for each positive word: any other, in proportion to the noise.

    Args:
        positives: (m,) whole numbers, the words that must not be drawn, each in its own place.
        noise: (V,) probabilities.
        rng: the generator of random numbers to draw with.

    Returns:
        (m,) whole numbers.

    Raises:
        ValueError: these are no probabilities, or a word is not one of V.
        TypeError: positives are no whole numbers, or rng is no generator.
    """
    V = len(noise)
    drawn = rng.choice(V, size=len(positives), p=noise)
    while (again := drawn == positives).any():
        drawn[again] = rng.choice(V, size=again.sum(), p=noise)
    return drawn


@requires(_vectors, _outputs, _centers, _contexts, _negatives)
def negative_sampling_gradients(
    E: Array, Theta: Array, centers: Indices, contexts: Indices, negatives: Indices
) -> Gradients:
    """The mean loss of telling each context from its k negatives, and its gradients.

    Args:
        E: (n_e, V) vectors of the centres.
        Theta: (V, n_e) vectors of the contexts.
        centers: (m,) whole numbers, the first of each pair.
        contexts: (m,) whole numbers, the second.
        negatives: (m, k) whole numbers.

    Returns:
        The loss in nats, dE (n_e, V), dTheta (V, n_e).

    Raises:
        ValueError: shapes do not fit, or a word is not one of V.
        TypeError: words are no whole numbers, or E or Theta no floating point arrays.
    """
    m = len(centers)
    e = E[:, centers].T  # (m, n_e)
    words = np.column_stack([contexts, negatives])  # (m, 1 + k)
    signs = np.where(np.arange(words.shape[1]) == 0, 1, -1)  # the context is to score high, the others low
    theta = Theta[words]  # (m, 1 + k, n_e)
    scores = signs * np.einsum("mkn,mn->mk", theta, e)
    loss = np.logaddexp(0, -scores).sum() / m  # -log σ without overflow
    dz = -signs * sigmoid(-scores) / m  # (m, 1 + k)
    dE, dTheta = np.zeros_like(E), np.zeros_like(Theta)
    np.add.at(dE.T, centers, np.einsum("mk,mkn->mn", dz, theta))  # a word that comes twice gets both
    np.add.at(dTheta, words, np.einsum("mk,mn->mkn", dz, e))
    return float(loss), dE, dTheta


@requires(_vectors, _outputs, _training)
def train_skipgram(
    E: Array, Theta: Array, batches: Sequence[tuple[Indices, Indices, Indices]], learning_rate: float
) -> tuple[Array, Array, list[float]]:
    """Train by negative sampling: a step for each batch, with a learning rate that falls on a line towards 0.

    Args:
        E: (n_e, V) vectors of the centres at the beginning.
        Theta: (V, n_e) vectors of the contexts at the beginning.
        batches: a list of (centers, contexts, negatives).
        learning_rate: that of the first step; step i of n, counted from 0, has 1 - i/n of it.

    Returns:
        E and Theta after the last step, and for each batch the loss before its own step.

    Raises:
        ValueError: there is no batch, or the learning rate is not above 0; or as `negative_sampling_gradients`.
        TypeError: as `negative_sampling_gradients`.
    """
    losses = []
    for i, (centers, contexts, negatives) in enumerate(batches):
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, centers, contexts, negatives)
        rate = learning_rate * (1 - i / len(batches))
        E, Theta = E - rate * dE, Theta - rate * dTheta
        losses.append(loss)
    return E, Theta, losses
