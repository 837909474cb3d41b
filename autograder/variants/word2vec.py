"""Right answers to the exercises of 10-word2vec in other styles."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.activations import sigmoid, softmax
from seqlib.word2vec import negative_sampling_gradients, skipgram_probabilities


def skipgram_pairs__slices(sentences, window):
    pairs = []
    for words in sentences:
        for i in range(len(words)):
            neighbours = list(words[max(i - window, 0) : i]) + list(words[i + 1 : i + 1 + window])
            pairs += [(words[i], word) for word in neighbours]
    return np.array([center for center, _ in pairs]), np.array([context for _, context in pairs])


def skipgram_pairs__shifts(sentences, window):
    """All pairs of places at each distance at once, then sorted into the order of the centres."""
    centers, contexts = [], []
    for sentence in map(np.array, sentences):
        places = np.arange(len(sentence))
        first, second = np.meshgrid(places, places, indexing="ij")
        near = (first != second) & (np.abs(first - second) <= window)
        centers.append(sentence[first[near]])
        contexts.append(sentence[second[near]])
    return np.concatenate(centers), np.concatenate(contexts)


def skipgram_pairs__all_places(sentences, window):
    centers, contexts = [], []
    for sentence in sentences:
        for i in range(len(sentence)):
            for j in range(len(sentence)):
                if 0 < abs(i - j) <= window:
                    centers = [*centers, sentence[i]]
                    contexts = [*contexts, sentence[j]]
    return [np.array(centers, np.int32), np.array(contexts, np.int32)]


def skipgram_pairs__offsets(sentences, window):
    offsets = [d for d in range(-window, window + 1) if d]
    pairs = [
        (s[i], s[i + d]) for s in sentences for i in range(len(s)) for d in offsets if 0 <= i + d < len(s)
    ]
    return tuple(np.array(pairs).T)


def keep_probabilities__loops(counts, threshold):
    total = sum(counts)
    return np.array([min(1.0, (threshold / (count / total)) ** 0.5) for count in counts])


def keep_probabilities__where(counts, threshold):
    f = counts / np.sum(counts)
    return np.where(f > threshold, np.sqrt(threshold) / np.sqrt(f), 1.0)


def keep_probabilities__clip(counts, threshold):
    return np.clip((threshold * counts.sum() / counts) ** 0.5, 0, 1)


def keep_probabilities__float32(counts, threshold):
    f = (counts / counts.sum()).astype(np.float32)
    return np.minimum(np.float32(1), np.sqrt(np.float32(threshold) / f))


def subsample__loop(sentence, keep, rng):
    kept = []
    for token in sentence:
        if rng.random() < keep[token]:
            kept.append(token)
    return kept


def subsample__uniform(sentence, keep, rng):
    draws = rng.uniform(size=len(sentence))
    return [token for token, draw in zip(sentence, draws, strict=True) if draw <= keep[token]]


def subsample__binomial(sentence, keep, rng):
    stays = rng.binomial(1, keep[np.array(sentence)])
    return np.array(sentence)[stays == 1]


def subsample__dropped(sentence, keep, rng):
    dropped = [i for i, token in enumerate(sentence) if rng.random() >= keep[token]]
    return np.delete(np.array(sentence), dropped)


def skipgram_probabilities__loops(E, Theta, centers):
    y_pred = np.zeros((Theta.shape[0], len(centers)))
    for i, center in enumerate(centers):
        scores = [float(sum(Theta[t] * E[:, center])) for t in range(len(Theta))]
        powers = [np.exp(score - max(scores)) for score in scores]
        y_pred[:, i] = [power / sum(powers) for power in powers]
    return y_pred


def skipgram_probabilities__one_hot(E, Theta, centers):
    O = np.eye(E.shape[1])[:, centers]
    z = Theta @ (E @ O)
    return np.exp(z) / np.exp(z).sum(axis=0)


def skipgram_probabilities__einsum(E, Theta, centers):
    return softmax(np.einsum("tn,nm->tm", Theta, np.take(E, centers, axis=1)))


def skipgram_probabilities__float32(E, Theta, centers):
    return softmax(Theta.astype(np.float32) @ E.astype(np.float32)[:, centers])


def softmax_gradients__loops(E, Theta, centers, contexts):
    loss, dE, dTheta, m = 0, np.zeros(E.shape), np.zeros(Theta.shape), len(centers)
    for center, context in zip(centers, contexts, strict=True):
        dz = softmax(Theta @ E[:, center])
        loss = loss - np.log(dz[context]) / m
        dz[context] -= 1
        for t in range(len(Theta)):
            dTheta[t] += dz[t] * E[:, center] / m
            dE[:, center] += dz[t] * Theta[t] / m
    return loss, dE, dTheta


def softmax_gradients__one_hot(E, Theta, centers, contexts):
    V, m = len(Theta), len(centers)
    O, y = np.eye(V)[:, centers], np.eye(V)[:, contexts]
    y_pred = skipgram_probabilities(E, Theta, centers)
    loss = -(y * np.log(y_pred)).sum() / m
    dz = (y_pred - y) / m
    return loss, (Theta.T @ dz) @ O.T, dz @ (E @ O).T


def softmax_gradients__counted(E, Theta, centers, contexts):
    """Each pair once, with how often it comes."""
    m = len(centers)
    pairs = Counter(zip(centers.tolist(), contexts.tolist(), strict=True))
    loss, dE, dTheta = 0.0, np.zeros_like(E), np.zeros_like(Theta)
    for (center, context), times in pairs.items():
        y_pred = skipgram_probabilities(E, Theta, np.array([center]))[:, 0]
        loss -= times / m * np.log(y_pred[context])
        dz = times / m * (y_pred - np.eye(len(Theta))[context])
        dE[:, center] += Theta.T @ dz
        dTheta += dz[:, None] * E[:, center]
    return [loss, dE, dTheta]


def softmax_gradients__float32(E, Theta, centers, contexts):
    E, Theta = E.astype(np.float32), Theta.astype(np.float32)
    columns = np.arange(len(centers))
    y_pred = skipgram_probabilities(E, Theta, centers)
    loss = -np.mean(np.log(y_pred[contexts, columns]))
    dz = y_pred.copy()
    dz[contexts, columns] -= 1
    dz /= np.float32(len(centers))
    dE = np.zeros_like(E)
    np.add.at(dE, (slice(None), centers), Theta.T @ dz)
    return loss, dE, dz @ E[:, centers].T


def huffman_merges__scan(counts):
    """Looks through all that is left for the two rarest, the smaller number first."""
    left = {word: int(count) for word, count in enumerate(counts)}
    merges, totals = [], []
    for node in range(len(counts), 2 * len(counts) - 1):
        one = min(left, key=lambda n: (left[n], n))
        total = left.pop(one)
        other = min(left, key=lambda n: (left[n], n))
        total += left.pop(other)
        left[node] = total
        merges.append([one, other])
        totals.append(total)
    return merges, totals


def huffman_merges__sorted(counts):
    nodes = sorted((int(count), word) for word, count in enumerate(counts))
    merges, totals, following = [], [], len(counts)
    while len(nodes) > 1:
        (a, left), (b, right), *nodes = nodes
        merges.append((left, right))
        totals.append(a + b)
        nodes = sorted([*nodes, (a + b, following)])
        following += 1
    return merges, totals


def huffman_merges__two_queues(counts):
    """The words sorted once, and the new nodes, which are made in the order of their counts."""
    words = deque(sorted((int(count), word) for word, count in enumerate(counts)))
    made, merges, totals = deque(), [], []
    for node in range(len(counts), 2 * len(counts) - 1):
        pair = [(words if words and (not made or words[0] < made[0]) else made).popleft() for _ in range(2)]
        totals.append(pair[0][0] + pair[1][0])
        merges.append((pair[0][1], pair[1][1]))
        made.append((totals[-1], node))
    return merges, totals


def huffman_merges__arrays(counts):
    V = len(counts)
    weights = np.concatenate([counts.astype(float), np.full(max(V - 1, 0), np.inf)])
    merges = np.zeros((V - 1, 2), dtype=int)
    totals = np.zeros(V - 1, dtype=int)
    for k in range(V - 1):
        merges[k] = np.argsort(weights, kind="stable")[:2]
        totals[k] = weights[merges[k]].sum()
        weights[merges[k]] = np.inf
        weights[V + k] = totals[k]
    return merges, totals


def codes_and_paths__upwards(merges):
    """From each word up to the root, then turned round."""
    V = len(merges) + 1
    parent = {}
    for k, (left, right) in enumerate(merges):
        parent[left], parent[right] = (k, 0), (k, 1)
    codes, paths = [], []
    for word in range(V):
        code, path, node = [], [], word
        while node in parent:
            k, bit = parent[node]
            code.append(bit)
            path.append(k)
            node = V + k
        codes.append(code[::-1])
        paths.append(path[::-1])
    return codes, paths


def codes_and_paths__recursive(merges):
    V = len(merges) + 1
    codes, paths = [None] * V, [None] * V

    def go(node, code, path):
        if node < V:
            codes[node], paths[node] = code, path
            return
        left, right = merges[node - V]
        go(left, [*code, 0], [*path, node - V])
        go(right, [*code, 1], [*path, node - V])

    go(2 * V - 2, [], [])
    return codes, paths


def codes_and_paths__stack(merges):
    V = len(merges) + 1
    codes, paths, stack = {}, {}, [(2 * V - 2, (), ())]
    while stack:
        node, code, path = stack.pop()
        if node < V:
            codes[node], paths[node] = np.array(code, dtype=int), np.array(path, dtype=int)
        else:
            for bit in (0, 1):
                stack.append((merges[node - V][bit], (*code, bit), (*path, node - V)))
    return [codes[word] for word in range(V)], [paths[word] for word in range(V)]


def codes_and_paths__growing(merges):
    """As the tree grows, every word below a joined node gets its bit in front."""
    V = len(merges) + 1
    below = {word: [word] for word in range(V)}
    codes, paths = [[] for _ in range(V)], [[] for _ in range(V)]
    for k, pair in enumerate(merges):
        for bit, node in enumerate(pair):
            for word in below[node]:
                codes[word].insert(0, bit)
                paths[word].insert(0, k)
        below[V + k] = below[pair[0]] + below[pair[1]]
    return codes, paths


def leaf_probabilities__loops(e, Psi, codes, paths):
    probabilities = np.ones(len(codes))
    for word in range(len(codes)):
        for bit, k in zip(codes[word], paths[word], strict=True):
            right = 1 / (1 + np.exp(Psi[k] @ e))
            probabilities[word] *= right if bit else 1 - right
    return probabilities


def leaf_probabilities__nodes_once(e, Psi, codes, paths):
    zero = sigmoid(Psi @ e)
    sides = np.stack([zero, 1 - zero])
    ways = zip(codes, paths, strict=True)
    return np.array([np.prod([sides[bit, k] for bit, k in zip(*way, strict=True)]) for way in ways])


def leaf_probabilities__logarithms(e, Psi, codes, paths):
    scores = Psi @ e
    log_p = [
        -sum(np.logaddexp(0, scores[k] if bit else -scores[k]) for bit, k in zip(code, path, strict=True))
        for code, path in zip(codes, paths, strict=True)
    ]
    return np.exp(log_p)


def leaf_probabilities__float32(e, Psi, codes, paths):
    z = Psi.astype(np.float32) @ e.astype(np.float32)
    return np.array(
        [
            sigmoid(np.where(np.array(code) == 0, z[path], -z[path])).prod(dtype=np.float32)
            for code, path in zip(codes, paths, strict=True)
        ]
    )


def hierarchical_gradients__loops(E, Psi, centers, contexts, codes, paths):
    m, loss, dE, dPsi = len(centers), 0, np.zeros(E.shape), np.zeros(Psi.shape)
    for i in range(m):
        c, o = centers[i], contexts[i]
        for bit, k in zip(codes[o], paths[o], strict=True):
            x = Psi[k] @ E[:, c]
            p = sigmoid(x)  # of bit 0
            loss += np.logaddexp(0, x if bit else -x) / m
            error = (p - (1 - bit)) / m
            dPsi[k] += error * E[:, c]
            dE[:, c] += error * Psi[k]
    return loss, dE, dPsi


def hierarchical_gradients__dense(E, Psi, centers, contexts, codes, paths):
    """Every pair at every inner node, with sign 0 where the path does not go."""
    signs = np.zeros((E.shape[1], len(Psi)))
    for word, (code, path) in enumerate(zip(codes, paths, strict=True)):
        signs[word, path] = [1 - 2 * bit for bit in code]
    s, e, m = signs[contexts], E[:, centers].T, len(centers)
    z = s * (e @ Psi.T)
    loss = (np.logaddexp(0, -z) * (s != 0)).sum() / m
    dz = -s * sigmoid(-z) / m
    O = np.eye(E.shape[1])[:, centers]
    return loss, (O @ (dz @ Psi)).T, dz.T @ e


def hierarchical_gradients__flat(E, Psi, centers, contexts, codes, paths):
    """All decisions of all pairs in one long list."""
    pair = np.concatenate([np.full(len(paths[o]), i) for i, o in enumerate(contexts)])
    node = np.concatenate([paths[o] for o in contexts])
    bit = np.concatenate([codes[o] for o in contexts])
    e, psi = E[:, centers[pair]].T, Psi[node]
    x = (e * psi).sum(axis=1)
    p = sigmoid(x)
    loss = (np.logaddexp(0, x) - (bit == 0) * x).sum() / len(centers)
    dz = ((p - (bit == 0)) / len(centers))[:, np.newaxis]
    dE, dPsi = np.zeros_like(E), np.zeros_like(Psi)
    np.add.at(dE.T, centers[pair], dz * psi)
    np.add.at(dPsi, node, dz * e)
    return loss, dE, dPsi


def hierarchical_gradients__float32(E, Psi, centers, contexts, codes, paths):
    E, Psi = E.astype(np.float32), Psi.astype(np.float32)
    m, loss = np.float32(len(centers)), np.float32(0)
    dE, dPsi = np.zeros_like(E), np.zeros_like(Psi)
    for c, o in zip(centers, contexts, strict=True):
        signs = np.array([1 - 2 * bit for bit in codes[o]], dtype=np.float32)
        psi = Psi[np.array(paths[o])]
        x = signs * (psi @ E[:, c])
        s = sigmoid(x)
        loss += (np.maximum(-x, 0) + np.log1p(np.exp(-np.abs(x)))).sum() / m
        dz = signs * (s - 1) / m
        dPsi[paths[o]] += dz[:, None] * E[:, c]
        dE[:, c] += psi.T @ dz
    return loss, dE, dPsi


def noise_distribution__loops(counts):
    powers = [float(count) ** (3 / 4) for count in counts]
    return np.array([power / sum(powers) for power in powers])


def noise_distribution__frequencies(counts):
    f = (counts / counts.sum()) ** 0.75
    return f / f.sum()


def noise_distribution__logarithms(counts):
    return softmax(0.75 * np.log(counts))


def noise_distribution__float32(counts):
    powers = np.power(counts.astype(np.float32), np.float32(0.75))
    return powers / powers.sum()


def sample_negatives__one_by_one(positives, noise, rng):
    negatives = []
    for positive in positives:
        word = positive
        while word == positive:
            word = rng.choice(len(noise), p=noise)
        negatives.append(int(word))
    return negatives


def sample_negatives__renormalised(positives, noise, rng):
    negatives = np.empty(len(positives), dtype=int)
    for i, positive in enumerate(positives):
        others = noise * (np.arange(len(noise)) != positive)
        negatives[i] = rng.choice(len(noise), p=others / others.sum())
    return negatives


def sample_negatives__cumulative(positives, noise, rng):
    """The share of the positive is cut out of the line on which the draw falls."""
    ends = np.cumsum(noise)
    starts = ends - noise
    draws = rng.random(len(positives)) * (1 - noise[positives])
    draws = draws + np.where(draws >= starts[positives], noise[positives], 0)
    return np.minimum(np.searchsorted(ends, draws, side="right"), len(noise) - 1)


def sample_negatives__races(positives, noise, rng):
    """The first of independent alarms, each at the rate of its probability."""
    alarms = rng.exponential(size=(len(positives), len(noise))) / noise
    alarms[np.arange(len(positives)), positives] = np.inf
    return alarms.argmin(axis=1)


def negative_sampling_gradients__loops(E, Theta, centers, contexts, negatives):
    m, loss, dE, dTheta = len(centers), 0, np.zeros(E.shape), np.zeros(Theta.shape)
    for i in range(m):
        c = centers[i]
        for label, word in [(1, contexts[i]), *((0, word) for word in negatives[i])]:
            z = Theta[word] @ E[:, c]
            p = sigmoid(z)
            loss += (max(-z, 0) if label else max(z, 0)) / m + np.log1p(np.exp(-abs(z))) / m
            dTheta[word] += (p - label) / m * E[:, c]
            dE[:, c] += (p - label) / m * Theta[word]
    return loss, dE, dTheta


def negative_sampling_gradients__apart(E, Theta, centers, contexts, negatives):
    """The context and the negatives each by themselves."""
    m, k = negatives.shape
    e = E[:, centers].T
    of_contexts, of_negatives = (Theta[contexts] * e).sum(axis=1), (Theta[negatives] @ e[:, :, None])[:, :, 0]
    good, bad = sigmoid(of_contexts), sigmoid(of_negatives)
    loss = (np.logaddexp(0, -of_contexts).sum() + np.logaddexp(0, of_negatives).sum()) / m
    dE, dTheta = np.zeros(E.shape), np.zeros(Theta.shape)
    de = (good - 1)[:, None] * Theta[contexts] + (bad[:, :, None] * Theta[negatives]).sum(axis=1)
    np.add.at(dE.T, centers, de / m)
    np.add.at(dTheta, contexts, (good - 1)[:, None] * e / m)
    np.add.at(dTheta, negatives.ravel(), np.repeat(e, k, axis=0) * bad.reshape(-1, 1) / m)
    return loss, dE, dTheta


def negative_sampling_gradients__one_hot(E, Theta, centers, contexts, negatives):
    """Repeated words are added up by products with one-hot matrices."""
    V, m = len(Theta), len(centers)
    words = np.concatenate([contexts[:, None], negatives], axis=1)
    labels = np.zeros(words.shape)
    labels[:, 0] = 1
    e, theta = E.T[centers], Theta[words]
    z = np.einsum("mn,mkn->mk", e, theta)
    p = sigmoid(z)
    loss = np.mean(np.sum(np.logaddexp(0, z) - labels * z, axis=1))
    dz = (p - labels) / m
    dE = np.einsum("mk,mkn->nm", dz, theta) @ np.eye(V)[centers]
    dTheta = np.einsum("mkv,mk->vm", np.eye(V)[words], dz) @ e
    return loss, dE, dTheta


def negative_sampling_gradients__float32(E, Theta, centers, contexts, negatives):
    E, Theta = E.astype(np.float32), Theta.astype(np.float32)
    words = np.hstack([contexts[:, np.newaxis], negatives])
    labels = np.eye(words.shape[1], dtype=np.float32)[:1]
    e, theta = E[:, centers].T, Theta[words]
    z = np.matmul(theta, e[:, :, np.newaxis])[:, :, 0]
    loss = (np.logaddexp(np.float32(0), z) - labels * z).sum() / np.float32(len(centers))
    dz = (sigmoid(z) - labels) / np.float32(len(centers))
    dE, dTheta = np.zeros_like(E), np.zeros_like(Theta)
    np.add.at(dE, (slice(None), centers), (dz[:, :, None] * theta).sum(axis=1).T)
    np.add.at(dTheta, words, dz[:, :, None] * e[:, None, :])
    return loss, dE, dTheta


def train_skipgram__indexed(E, Theta, batches, learning_rate):
    E, Theta, losses = E.copy(), Theta.copy(), np.zeros(len(batches))
    for i in range(len(batches)):
        losses[i], dE, dTheta = negative_sampling_gradients(E, Theta, *batches[i])
        E -= learning_rate * (len(batches) - i) / len(batches) * dE
        Theta -= learning_rate * (len(batches) - i) / len(batches) * dTheta
    return E, Theta, losses


def train_skipgram__rates(E, Theta, batches, learning_rate):
    losses = []
    rates = np.linspace(learning_rate, 0, len(batches), endpoint=False)
    for rate, batch in zip(rates, batches, strict=True):
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, *batch)
        losses, E, Theta = [*losses, loss], E - rate * dE, Theta - rate * dTheta
    return E, Theta, losses


def train_skipgram__recursive(E, Theta, batches, learning_rate):
    def further(E, Theta, i):
        if i == len(batches):
            return E, Theta, []
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, *batches[i])
        rate = learning_rate - learning_rate * i / len(batches)
        E, Theta, losses = further(E - rate * dE, Theta - rate * dTheta, i + 1)
        return E, Theta, [loss, *losses]

    return further(E, Theta, 0)


def train_skipgram__float32(E, Theta, batches, learning_rate):
    E, Theta, losses = E.astype(np.float32), Theta.astype(np.float32), []
    for i, batch in enumerate(batches):
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, *batch)
        rate = np.float32(learning_rate * (1 - i / len(batches)))
        E, Theta = E - rate * dE.astype(np.float32), Theta - rate * dTheta.astype(np.float32)
        losses.append(np.float32(loss))
    return [E, Theta, losses]


STYLES = {
    "skipgram_pairs": ("slices", "shifts", "all_places", "offsets"),
    "keep_probabilities": ("loops", "where", "clip", "float32"),
    "subsample": ("loop", "uniform", "binomial", "dropped"),
    "skipgram_probabilities": ("loops", "one_hot", "einsum", "float32"),
    "softmax_gradients": ("loops", "one_hot", "counted", "float32"),
    "huffman_merges": ("scan", "sorted", "two_queues", "arrays"),
    "codes_and_paths": ("upwards", "recursive", "stack", "growing"),
    "leaf_probabilities": ("loops", "nodes_once", "logarithms", "float32"),
    "hierarchical_gradients": ("loops", "dense", "flat", "float32"),
    "noise_distribution": ("loops", "frequencies", "logarithms", "float32"),
    "sample_negatives": ("one_by_one", "renormalised", "cumulative", "races"),
    "negative_sampling_gradients": ("loops", "apart", "one_hot", "float32"),
    "train_skipgram": ("indexed", "rates", "recursive", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
