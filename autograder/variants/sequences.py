"""Right answers to 01-sequences in styles that the reference does not have; the checks must accept them all."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

EOS, PAD, UNK = "<EOS>", "<PAD>", "<UNK>"


def build_vocabulary__loops(texts, minimum_count, specials):
    seen = []
    how_often = []
    for text in texts:
        for token in text:
            if token not in seen:
                seen.append(token)
                how_often.append(0)
            how_often[seen.index(token)] += 1
    tokens = list(specials)
    for count in range(max(how_often), minimum_count - 1, -1):
        tokens += sorted(t for t, c in zip(seen, how_often, strict=True) if c == count and t not in specials)
    index = {}
    for token in tokens:
        index[token] = len(index)
    return tokens, index


def build_vocabulary__counter(texts, minimum_count, specials):
    counts = Counter(itertools.chain.from_iterable(texts))
    for token in specials:
        del counts[token]
    ordered = sorted(counts.items(), key=lambda item: item[0])
    ordered.sort(key=lambda item: item[1], reverse=True)
    tokens = list(specials) + [token for token, count in ordered if count >= minimum_count]
    return tokens, dict(zip(tokens, range(len(tokens)), strict=True))


def build_vocabulary__stacked(texts, minimum_count, specials):
    everything = np.array([token for text in texts for token in text])
    tokens, counts = np.unique(everything, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = [str(tokens[i]) for i in order if counts[i] >= minimum_count and str(tokens[i]) not in specials]
    tokens = tuple(specials) + tuple(kept)
    return tokens, {token: np.int64(i) for i, token in enumerate(tokens)}


def build_vocabulary__most_common(texts, minimum_count, specials):
    counts = Counter()
    for text in texts:
        counts.update(text)
    # most_common keeps the order of insertion among equals
    alphabetical = Counter({token: counts[token] for token in sorted(counts)})
    kept = [t for t, count in alphabetical.most_common() if count > minimum_count - 1]
    tokens = [*specials, *(t for t in kept if t not in set(specials))]
    return tokens, {t: tokens.index(t) for t in tokens}


def encode__loops(text, index):
    indices = []
    for token in text:
        if token in index:
            indices.append(index[token])
        else:
            indices.append(index[UNK])
    indices.append(index[EOS])
    return indices


def encode__stacked(text, index):
    return np.array([index[token] if token in index else index["<UNK>"] for token in [*text, "<EOS>"]])


def encode__map(text, index):
    lookup = defaultdict(lambda: index[UNK], index)
    return tuple(map(lookup.__getitem__, itertools.chain(text, [EOS])))


def encode__exceptions(text, index):
    result = []
    for token in [*text, EOS]:
        try:
            result.append(index[token])
        except KeyError:
            result.append(index[UNK])
    return result


def decode__loops(indices, tokens):
    text = []
    t = 0
    while t < len(indices) and tokens[indices[t]] != "<EOS>":
        if tokens[indices[t]] != "<PAD>":
            text.append(tokens[indices[t]])
        t += 1
    return text


def decode__stacked(indices, tokens):
    words = [tokens[i] for i in indices]
    if EOS in words:
        words = words[: words.index(EOS)]
    return [word for word in words if word != PAD]


def decode__takewhile(indices, tokens):
    before = itertools.takewhile(lambda token: token != EOS, (tokens[i] for i in indices))
    return tuple(filter(lambda token: token != PAD, before))


def decode__inverse(indices, tokens):
    index = {token: i for i, token in enumerate(tokens)}
    result = []
    for i in np.asarray(indices):
        if i == index[EOS]:
            return result
        result += [tokens[i]] * int(i != index[PAD])
    return result


def pad_batch__loops(sequences, value):
    longest = 0
    for sequence in sequences:
        if len(sequence) > longest:
            longest = len(sequence)
    indices, mask = [], []
    for sequence in sequences:
        missing = longest - len(sequence)
        indices.append(list(sequence) + [value] * missing)
        mask.append([True] * len(sequence) + [False] * missing)
    return np.array(indices), np.array(mask)


def pad_batch__stacked(sequences, value):
    lengths = np.array([len(s) for s in sequences])
    mask = np.arange(lengths.max()) < lengths[:, None]
    indices = np.full(mask.shape, value)
    indices[mask] = np.concatenate([np.asarray(s) for s in sequences])
    return indices, mask


def pad_batch__zip_longest(sequences, value):
    columns = list(itertools.zip_longest(*sequences))
    indices = np.array([[value if entry is None else entry for entry in column] for column in columns]).T
    return indices, np.array([[entry is not None for entry in column] for column in columns]).T


def pad_batch__pad(sequences, value):
    width = sorted(map(len, sequences))[-1]
    rows = [np.pad(np.array(s, np.int32), (0, width - len(s)), constant_values=value) for s in sequences]
    mask = [np.pad(np.ones(len(s)), (0, width - len(s))) for s in sequences]
    return np.stack(rows), np.stack(mask) > 0


def one_hot__loops(indices, n_x):
    m, T_x = indices.shape
    x = np.zeros((n_x, m, T_x))
    for v in range(n_x):
        for i in range(m):
            for t in range(T_x):
                if indices[i, t] == v:
                    x[v, i, t] = 1.0
    return x


def one_hot__einsum(indices, n_x):
    return np.einsum("vw,mtw->vmt", np.eye(n_x), np.eye(n_x)[indices])


def one_hot__stacked(indices, n_x):
    return np.stack([indices == v for v in range(n_x)])


def one_hot__float32(indices, n_x):
    return np.eye(n_x, dtype=np.float32)[indices].transpose(2, 0, 1)


def one_hot__put(indices, n_x):
    x = np.zeros((n_x, indices.size))
    x[indices.ravel(), np.arange(indices.size)] = 1
    return x.reshape(n_x, *indices.shape)


def bigram_counts__loops(sequences, V, start):
    table = [[0] * V for _ in range(V)]
    for sequence in sequences:
        for t in range(len(sequence)):
            before = start if t == 0 else sequence[t - 1]
            table[before][sequence[t]] += 1
    return np.array(table)


def bigram_counts__einsum(sequences, V, start):
    counts = np.zeros((V, V))
    for sequence in sequences:
        before, after = np.eye(V)[[start, *sequence[:-1]]], np.eye(V)[list(sequence)]
        counts += np.einsum("ti,tj->ij", before, after)
    return counts


def bigram_counts__stacked(sequences, V, start):
    pairs = np.array([pair for s in sequences for pair in zip([start, *s], s, strict=False)])
    return np.bincount(pairs[:, 0] * V + pairs[:, 1], minlength=V * V).reshape(V, V)


def bigram_counts__float32(sequences, V, start):
    counts = np.zeros((V, V), dtype=np.float32)
    for sequence in sequences:
        np.add.at(counts, ([start, *sequence[:-1]], list(sequence)), 1)
    return counts


def bigram_counts__counter(sequences, V, start):
    pairs = Counter()
    for sequence in sequences:
        pairs.update(zip([start, *sequence], sequence, strict=False))
    return np.array([[pairs[i, j] for j in range(V)] for i in range(V)])


def bigram_probabilities__loops(counts, k):
    V = len(counts)
    result = np.zeros((V, V))
    for i in range(V):
        total = V * k
        for j in range(V):
            total += counts[i, j]
        for j in range(V):
            result[i, j] = (counts[i, j] + k) / total
    return result


def bigram_probabilities__einsum(counts, k):
    smoothed = counts + k
    return np.einsum("ij,i->ij", smoothed, 1 / np.einsum("ij->i", smoothed))


def bigram_probabilities__stacked(counts, k):
    return np.vstack([(row + k) / (row.sum() + len(row) * k) for row in counts])


def bigram_probabilities__float32(counts, k):
    counts = counts.astype(np.float32) + np.float32(k)
    return (counts.T / counts.sum(1)).T


def sentence_log_probability__loops(sentence, probabilities, start):
    total = 0
    for t in range(len(sentence)):
        if t == 0:
            total = total + np.log(probabilities[start][sentence[0]])
        else:
            total = total + np.log(probabilities[sentence[t - 1]][sentence[t]])
    return total


def sentence_log_probability__einsum(sentence, probabilities, start):
    V = len(probabilities)
    before, after = np.eye(V)[[start, *sentence[:-1]]], np.eye(V)[list(sentence)]
    return np.einsum("ti,ij,tj->", before, np.log(probabilities), after)


def sentence_log_probability__stacked(sentence, probabilities, start):
    return np.log(probabilities[np.r_[start, sentence[:-1]].astype(int), sentence]).sum()


def sentence_log_probability__float32(sentence, probabilities, start):
    logs = np.log(probabilities.astype(np.float32))
    pairs = zip([start, *sentence[:-1]], sentence, strict=True)
    return np.sum(np.array([logs[i, j] for i, j in pairs], dtype=np.float32))


def perplexity__loops(log_probabilities, mask):
    bits, tokens = 0.0, 0
    for i in range(mask.shape[0]):
        for t in range(mask.shape[1]):
            if mask[i, t]:
                bits -= np.log2(np.exp(log_probabilities[i, t]))
                tokens += 1
    return bits / tokens, 2 ** (bits / tokens)


def perplexity__einsum(log_probabilities, mask):
    kept = np.where(mask, log_probabilities, 0)
    nats = -np.einsum("mt,mt->", kept, mask.astype(float)) / np.count_nonzero(mask)
    return nats * np.log2(np.e), np.exp(nats)


def perplexity__stacked(log_probabilities, mask):
    mean = np.mean(log_probabilities[mask])
    return -mean / np.log(2), np.exp(-mean)


def perplexity__float32(log_probabilities, mask):
    logs = np.float32(log_probabilities) / np.float32(np.log(2))
    bits = -np.mean(logs, where=mask)
    return np.float32(bits), np.float32(2) ** np.float32(bits)


def ngram_counts__loops(texts, n):
    counts = {}
    for text in texts:
        padded = ["<EOS>"] * (n - 1)
        for token in [*text, "<EOS>"]:
            for length in range(n):
                context = " ".join(padded[len(padded) - length :])
                if context not in counts:
                    counts[context] = {}
                if token not in counts[context]:
                    counts[context][token] = 0
                counts[context][token] += 1
            padded.append(token)
    return counts


def ngram_counts__stacked(texts, n):
    counts = {}
    for length in range(n):
        for text in texts:
            tokens = [EOS] * length + list(text) + [EOS]
            for t in range(length, len(tokens)):
                followers = counts.setdefault(" ".join(tokens[t - length : t]), {})
                followers[tokens[t]] = followers.get(tokens[t], 0) + 1
    return counts


def ngram_counts__defaultdict(texts, n):
    counts = defaultdict(Counter)
    for text in texts:
        tokens = [EOS] * (n - 1) + [*text, EOS]
        for window in zip(*(tokens[shift:] for shift in range(n)), strict=False):
            *context, token = window
            for cut in range(n):
                counts[" ".join(context[cut:])][token] += 1
    return {context: dict(following) for context, following in counts.items()}


def ngram_counts__pairs(texts, n):
    seen = []
    for text in texts:
        line = [EOS] * (n - 1) + list(text) + [EOS]
        seen += [
            (" ".join(line[t - back : t]), line[t]) for t in range(n - 1, len(line)) for back in range(n)
        ]
    counts = {context: {} for context, _ in seen}
    for (context, token), count in Counter(seen).items():
        counts[context][token] = count
    return counts


def ngram_probabilities__loops(context, counts, strength, tokens):
    result = []
    for token in tokens:
        p = 1 / len(tokens)
        for length in range(len(context) + 1):
            key = " ".join(context[len(context) - length :])
            if key not in counts:
                break
            total = sum(counts[key].values())
            share = total / (total + strength)
            p = share * counts[key].get(token, 0) / total + (1 - share) * p
        result.append(p)
    return np.array(result)


def ngram_probabilities__recursive(context, counts, strength, tokens):
    shorter = np.ones(len(tokens)) / len(tokens)
    if len(context):
        shorter = ngram_probabilities__recursive(context[1:], counts, strength, tokens)
    own = counts.get(" ".join(context), {})
    found = np.array([own.get(token, 0) for token in tokens], dtype=float)
    return (found + strength * shorter) / (found.sum() + strength)


def ngram_probabilities__stacked(context, counts, strength, tokens):
    keys = [" ".join(context[cut:]) for cut in range(len(context), -1, -1)]
    table = np.array([[counts.get(key, {}).get(token, 0) for token in tokens] for key in keys], dtype=float)
    kept = strength / (table.sum(axis=1) + strength)
    # how much of each length's shares is left when all longer ones have taken theirs
    left = np.append(np.cumprod(kept[::-1])[::-1], 1.0)
    return left[0] / len(tokens) + (
        table / (table.sum(axis=1, keepdims=True) + strength) * left[1:, None]
    ).sum(axis=0)


def ngram_probabilities__float32(context, counts, strength, tokens):
    p = np.full(len(tokens), 1 / len(tokens), dtype=np.float32)
    for cut in reversed(range(len(context) + 1)):
        following = counts.get(" ".join(context[cut:]))
        if following is not None:
            found = np.array([following.get(token, 0) for token in tokens], dtype=np.float32)
            p = (found + np.float32(strength) * p) / (found.sum() + np.float32(strength))
    return p


STYLES: dict[str, tuple[str, ...]] = {
    "build_vocabulary": ("loops", "counter", "stacked", "most_common"),
    "encode": ("loops", "stacked", "map", "exceptions"),
    "decode": ("loops", "stacked", "takewhile", "inverse"),
    "pad_batch": ("loops", "stacked", "zip_longest", "pad"),
    "one_hot": ("loops", "einsum", "stacked", "float32", "put"),
    "bigram_counts": ("loops", "einsum", "stacked", "float32", "counter"),
    "bigram_probabilities": ("loops", "einsum", "stacked", "float32"),
    "sentence_log_probability": ("loops", "einsum", "stacked", "float32"),
    "perplexity": ("loops", "einsum", "stacked", "float32"),
    "ngram_counts": ("loops", "stacked", "defaultdict", "pairs"),
    "ngram_probabilities": ("loops", "recursive", "stacked", "float32"),
}

VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
