"""Right answers to the exercises of 14-beam-search in other styles."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from seqlib.beam_search import best, brevity_penalty, candidates, clipped_matches, reorder, score


def score__one_by_one(log_probability, length, alpha):
    return np.vectorize(lambda p, n: p / n**alpha)(log_probability, length)


def score__power(log_probability, length, alpha):
    return np.multiply(log_probability, np.power(length, -alpha, dtype=float))


def score__logarithms(log_probability, length, alpha):
    return log_probability * np.exp(-alpha * np.log(length))


def score__float32(log_probability, length, alpha):
    return np.float32(log_probability) / np.float32(length) ** np.float32(alpha)


def candidates__loops(sums, lengths, finished, log_p, end):
    V, B = log_p.shape
    grown, longer = np.full((B, V), -np.inf), []
    for b in range(B):
        if finished[b]:
            grown[b, end] = sums[b]
            longer.append(lengths[b])
        else:
            for v in range(V):
                grown[b, v] = sums[b] + log_p[v, b]
            longer.append(lengths[b] + 1)
    return grown, longer


def candidates__where(sums, lengths, finished, log_p, end):
    only_end = np.where(np.arange(len(log_p)) == end, 0.0, -np.inf)
    steps = np.where(finished[:, None], only_end, log_p.T)
    return sums[:, None] + steps, np.where(finished, lengths, lengths + 1)


def candidates__columns(sums, lengths, finished, log_p, end):
    steps = log_p.copy()
    steps[:, finished] = -np.inf
    steps[end, finished] = 0
    return (sums + steps).T, lengths + 1 - finished


def candidates__float32(sums, lengths, finished, log_p, end):
    grown = np.add.outer(sums.astype(np.float32), np.zeros(len(log_p), np.float32)) + log_p.T.astype(
        np.float32
    )
    for b in np.flatnonzero(finished):
        grown[b, np.arange(len(log_p)) != end] = -np.inf
        grown[b, end] = sums[b]
    return [grown, np.array([n if f else n + 1 for n, f in zip(lengths, finished, strict=True)], float)]


def best__sorted(scores, width):
    pairs = [(-scores[b, v], b, v) for b in range(len(scores)) for v in range(scores.shape[1])]
    kept = [(b, v) for s, b, v in sorted(pairs) if s < np.inf][:width]
    return [b for b, _ in kept], [v for _, v in kept]


def best__one_by_one(scores, width):
    left, origins, tokens = scores.copy(), [], []
    for _ in range(width):
        b, v = divmod(int(left.argmax()), left.shape[1])
        if left[b, v] == -np.inf:
            break
        origins.append(b)
        tokens.append(v)
        left[b, v] = -np.inf
    return np.array(origins, dtype=int), np.array(tokens, dtype=int)


def best__heap(scores, width):
    flat = scores.ravel().tolist()
    chosen = heapq.nsmallest(width, range(len(flat)), key=lambda i: (-flat[i], i))
    chosen = np.array([i for i in chosen if math.isfinite(flat[i])], dtype=int)
    return chosen // scores.shape[1], chosen % scores.shape[1]


def best__lexsort(scores, width):
    b, v = np.nonzero(scores > -np.inf)
    order = np.lexsort((v, b, -scores[b, v]))[:width]
    return b[order], v[order]


def reorder__take(state, origins):
    return tuple(np.take(part, origins, axis=1) for part in state)


def reorder__columns(state, origins):
    return [np.stack([part[:, k] for k in origins], axis=1) for part in state]


def reorder__one_hot(state, origins):
    chosen = np.eye(state[0].shape[1])[:, origins]
    return tuple(part @ chosen for part in state)


def reorder__float32(state, origins):
    first, *others = state
    return [first.astype(np.float32)[:, list(origins)], *(part.T[origins].T for part in others)]


def beam_search__objects(step, state, start, end, width, longest, alpha):
    """A list of hypotheses with their own states, one call of the model for each."""
    beam = [{"tokens": [], "log_probability": 0.0, "score": 0.0, "finished": False, "state": state}]
    for _ in range(longest):
        pool = []
        for one in beam:
            if one["finished"]:
                pool.append(one)
                continue
            log_p, after = step(np.array([one["tokens"][-1] if one["tokens"] else start]), one["state"])
            for v in range(len(log_p)):
                total = one["log_probability"] + log_p[v, 0]
                if total == -np.inf:
                    continue
                tokens = [*one["tokens"], v]
                ranked = total / len(tokens) ** alpha
                pool.append(
                    {
                        "tokens": tokens,
                        "log_probability": total,
                        "score": ranked,
                        "finished": v == end,
                        "state": after,
                    }
                )
        beam = sorted(pool, key=lambda one: -one["score"])[:width]
        if all(one["finished"] for one in beam):
            break
    return [{key: one[key] for key in ("tokens", "log_probability", "score", "finished")} for one in beam]


def beam_search__open_ones_only(step, state, start, end, width, longest, alpha):
    """Only what is not finished goes through the model; finished ones stand aside and compete."""
    tokens, sums, closed, places = [[]], np.zeros(1), [], [0]
    for _ in range(longest):
        if not len(places):
            break
        last = np.array([text[-1] if text else start for text in tokens])
        log_p, state = step(last, state)
        pool = [(place, 0, one) for place, one in closed]
        for k, place in enumerate(places):
            for v in range(len(log_p)):
                total = sums[k] + log_p[v, k]
                if np.isfinite(total):
                    pool.append((place, v, (k, [*tokens[k], v], total)))
        by_score = [(-one[-1] / len(one[1]) ** alpha, place, v, one) for place, v, one in pool]
        pool = [(place, v, one) for _, place, v, one in sorted(by_score, key=lambda entry: entry[:3])][:width]
        closed = [(i, one) for i, (_, _, one) in enumerate(pool) if one[1][-1] == end]
        growing = [(i, one) for i, (_, _, one) in enumerate(pool) if one[1][-1] != end]
        places = [i for i, _ in growing]
        state = tuple(part[:, [k for _, (k, _, _) in growing]] for part in state)
        tokens, sums = (
            [text for _, (_, text, _) in growing],
            np.array([total for _, (_, _, total) in growing]),
        )
    everyone = sorted([*closed, *growing], key=lambda entry: entry[0])
    return [
        {
            "tokens": text,
            "log_probability": float(total),
            "score": float(total / len(text) ** alpha),
            "finished": text[-1] == end,
        }
        for _, (_, text, total) in everyone
    ]


def beam_search__array_of_tokens(step, state, start, end, width, longest, alpha):
    """Tokens as one array (B, t), ends cut off at the end; earlier exercises used in another order."""
    written = np.zeros((1, 0), dtype=int)
    last, sums = np.array([start]), np.array([0.0])
    lengths, finished = np.array([0]), np.array([False])
    t = 0
    while t < longest and not finished.all():
        log_p, following = step(last, state)
        grown, longer = candidates(sums, lengths, finished, log_p, end)
        ranked = score(grown, np.repeat(longer[:, None], len(log_p), axis=1), alpha)
        origins, last = best(ranked, width)
        written = np.hstack([written[origins], last[:, None]])
        sums = np.array([grown[b, v] for b, v in zip(origins, last, strict=True)])
        lengths, state = longer[origins], reorder(following, origins)
        finished = np.logical_or(finished[origins], last == end)
        t += 1
    return [
        {
            "tokens": row[:n].tolist(),
            "log_probability": total,
            "score": total / n**alpha,
            "finished": bool(end in row),
        }
        for row, n, total in zip(written, lengths, sums, strict=True)
    ]


def beam_search__without_helpers(step, state, start, end, width, longest, alpha):
    last, texts, sums = np.array([start]), [()], np.zeros(1)
    done = np.zeros(1, dtype=bool)
    for _ in range(longest):
        log_p, state = step(last, state)
        steps = np.where(done, np.where(np.arange(len(log_p))[:, None] == end, 0, -np.inf), log_p)
        total = (sums + steps).T.ravel()
        length = np.array([len(text) + (not d) for text, d in zip(texts, done, strict=True)])
        ranked = total / np.repeat(length, len(log_p)) ** alpha
        order = np.argsort(-ranked, kind="stable")
        order = order[ranked[order] > -np.inf][:width]
        origins, last = order // len(log_p), order % len(log_p)
        texts = [texts[b] + (() if done[b] else (int(v),)) for b, v in zip(origins, last, strict=True)]
        sums, done = total[order], last == end
        state = tuple(part[:, origins] for part in state)
        if done.all():
            break
    return [
        {
            "score": s / len(text) ** alpha,
            "finished": text[-1] == end,
            "tokens": list(text),
            "log_probability": s,
        }
        for text, s in zip(texts, sums, strict=True)
    ]


def beam_search__scored_at_the_end(step, state, start, end, width, longest, alpha):
    """Goes on to the last step, and works out lengths and scores of what is returned anew, one by one."""
    texts, totals = [[]], np.array([0.0])
    for _ in range(longest):
        done = np.array([text[-1:] == [end] for text in texts])
        lengths = np.array([len(text) for text in texts])
        log_p, after = step(np.array([text[-1] if text else start for text in texts]), state)
        table, longer = candidates(totals, lengths, done, log_p, end)
        rows, columns = best(score(table, longer[:, None], alpha), width)
        if len(rows) == 0:
            return []
        texts = [texts[b] if done[b] else texts[b] + [int(v)] for b, v in zip(rows, columns, strict=True)]
        totals, state = table[rows, columns], reorder(after, rows)
    return [
        {
            "tokens": text,
            "log_probability": p,
            "score": score(p, len(text), alpha),
            "finished": text[-1] == end,
        }
        for text, p in zip(texts, totals, strict=True)
    ]


def beam_search__scores_of_the_kept(step, state, start, end, width, longest, alpha):
    """Scores are worked out from the sums and lengths of what is kept, all at once."""
    texts, totals, lengths = [[]], np.zeros(1), np.zeros(1, dtype=int)
    done, last = np.zeros(1, dtype=bool), np.array([start])
    for _ in range(longest):
        log_p, state = step(last, state)
        table, longer = candidates(totals, lengths, done, log_p, end)
        origins, last = best(score(table, longer.reshape(-1, 1), alpha), width)
        state = reorder(state, origins)
        totals, lengths = table[origins, last], longer[origins]
        texts = [texts[b] + [int(v)] * (not done[b]) for b, v in zip(origins, last, strict=True)]
        done = done[origins] | (last == end)
        if all(done):
            break
    ranked = score(totals, lengths, alpha)
    return [
        {"tokens": texts[k], "log_probability": totals[k], "score": ranked[k], "finished": bool(done[k])}
        for k in range(len(texts))
    ]


def rescore__indices(step, state, tokens, start):
    total, last = 0, start
    for i in range(len(tokens)):
        log_p, state = step([last], state)
        total = total + log_p[tokens[i]][0]
        last = tokens[i]
    return total


def rescore__product(step, state, tokens, start):
    product, read = 1.0, [start, *tokens]
    for t, token in enumerate(tokens):
        log_p, state = step(np.array(read[t : t + 1]), state)
        product *= math.exp(log_p[token, 0])
    return math.log(product)


def rescore__recursive(step, state, tokens, start):
    if not tokens:
        return 0.0
    log_p, after = step(np.array([start]), state)
    return log_p[tokens[0], 0] + rescore__recursive(step, after, tokens[1:], tokens[0])


def rescore__float32(step, state, tokens, start):
    found = []
    for token in tokens:
        log_p, state = step(np.array([start]), state)
        found.append(np.float32(log_p[token, 0]))
        start = token
    return np.sum(found, dtype=np.float32)


def blame__branches(found, target, target_log_probability, alpha):
    right = len(found["tokens"]) == len(target) and all(np.array(found["tokens"]) == np.array(target))
    if right:
        return "none"
    of_target = target_log_probability / len(target) ** alpha
    return "model" if of_target <= found["score"] else "search"


def blame__both_scored(found, target, target_log_probability, alpha):
    if found["tokens"] != target:
        one = score(found["log_probability"], len(found["tokens"]), alpha)
        return ("model", "search")[bool(score(target_log_probability, len(target), alpha) > one)]
    return "none"


def blame__expression(found, target, target_log_probability, alpha):
    gap = target_log_probability * len(target) ** -alpha - found["score"]
    return "none" if tuple(found["tokens"]) == tuple(target) else "search" if gap > 0 else "model"


def blame__table(found, target, target_log_probability, alpha):
    ranks = score(np.array([target_log_probability]), np.array([len(target)]), alpha)[0] > found["score"]
    return {(True, True): "none", (True, False): "none", (False, True): "search", (False, False): "model"}[
        (found["tokens"] == target, bool(ranks))
    ]


def blame_shares__count(blames):
    return {name: blames.count(name) / len(blames) for name in ("none", "search", "model")}


def blame_shares__counter(blames):
    counts = Counter(blames)
    return {name: counts[name] / counts.total() for name in ("model", "search", "none")}


def blame_shares__loop(blames):
    shares = {"none": 0.0, "search": 0.0, "model": 0.0}
    for blame in blames:
        shares[blame] += 1
    return {name: value / len(blames) for name, value in shares.items()}


def blame_shares__numpy(blames):
    return dict(
        zip(
            ("none", "search", "model"),
            [np.mean(np.array(blames) == n) for n in ("none", "search", "model")],
            strict=True,
        )
    )


def ngrams(text, n):
    return [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]


def clipped_matches__loops(candidate, references, n):
    grams = ngrams(candidate, n)
    matches = 0
    for gram in set(grams):
        most = max(sum(other == gram for other in ngrams(reference, n)) for reference in references)
        matches += min(grams.count(gram), most)
    return matches, len(grams)


def clipped_matches__union(candidate, references, n):
    most = Counter()
    for reference in references:
        most |= Counter(ngrams(reference, n))
    counts = Counter(ngrams(candidate, n))
    return sum((counts & most).values()), sum(counts.values())


def clipped_matches__used_up(candidate, references, n):
    """Each n-gram of the candidate uses up one of those that the references allow."""
    allowed = defaultdict(int)
    for reference in references:
        for gram, count in Counter(ngrams(reference, n)).items():
            allowed[gram] = max(allowed[gram], count)
    matches = 0
    for gram in ngrams(candidate, n):
        if allowed[gram] > 0:
            allowed[gram] -= 1
            matches += 1
    return [matches, max(0, len(candidate) - n + 1)]


def clipped_matches__joined(candidate, references, n):
    grams = [" ".join(gram) for gram in ngrams(candidate, n)]
    others = [[" ".join(gram) for gram in ngrams(reference, n)] for reference in references]
    found = [min(grams.count(g), max(other.count(g) for other in others)) / grams.count(g) for g in grams]
    return np.array([round(sum(found)), len(grams)])


def brevity_penalty__key(candidates, references):
    c = sum(map(len, candidates))
    r = 0
    for text, several in zip(candidates, references, strict=True):
        r += min(map(len, several), key=lambda n: (abs(n - len(text)), n))
    if c == 0:
        return 0.0
    return min(1.0, math.exp(1 - r / c))


def brevity_penalty__loops(candidates, references):
    c = r = 0
    for i in range(len(candidates)):
        size = len(candidates[i])
        closest = None
        for reference in sorted(references[i], key=len):
            if closest is None or abs(len(reference) - size) < abs(closest - size):
                closest = len(reference)
        c, r = c + size, r + closest
    return 1 if c >= r else 0 if c == 0 else math.e ** (1 - r / c)


def brevity_penalty__arrays(candidates, references):
    sizes = np.array([len(text) for text in candidates])
    closest = []
    for size, several in zip(sizes, references, strict=True):
        lengths = np.sort([len(text) for text in several])
        closest.append(lengths[np.abs(lengths - size).argmin()])
    with np.errstate(divide="ignore"):
        return np.exp(min(0.0, 1 - np.sum(closest) / np.float64(sizes.sum())))


def brevity_penalty__float32(candidates, references):
    pairs = [
        (len(text), min((abs(len(r) - len(text)), len(r)) for r in several)[-1])
        for text, several in zip(candidates, references, strict=True)
    ]
    c, r = np.sum(pairs, axis=0, dtype=np.float32)
    return np.float32(1) if c >= r else np.exp(np.float32(1) - r / c) if c else np.float32(0)


def bleu__product(candidates, references):
    product = 1.0
    for n in (1, 2, 3, 4):
        matches = total = 0
        for text, several in zip(candidates, references, strict=True):
            of_text = clipped_matches(text, several, n)
            matches, total = matches + of_text[0], total + of_text[1]
        product *= matches / total if total else 0
    return brevity_penalty(candidates, references) * product**0.25


def bleu__array(candidates, references):
    counts = np.array(
        [
            [clipped_matches(text, several, n) for n in range(1, 5)]
            for text, several in zip(candidates, references, strict=True)
        ]
    ).sum(axis=0)
    if (counts[:, 0] == 0).any():
        return 0
    return brevity_penalty(candidates, references) * np.exp(np.log(counts[:, 0] / counts[:, 1]).mean())


def bleu__differences(candidates, references):
    logarithms = []
    for n in range(1, 5):
        counts = [clipped_matches(t, r, n) for t, r in zip(candidates, references, strict=True)]
        matches, total = (sum(column) for column in zip(*counts, strict=True))
        logarithms.append(math.log(matches) - math.log(total) if matches else -math.inf)
    return math.exp(sum(logarithms) / 4) * brevity_penalty(candidates, references)


def bleu__float32(candidates, references):
    precisions = []
    for n in range(1, 5):
        counts = np.zeros(2, dtype=np.float32)
        for text, several in zip(candidates, references, strict=True):
            counts += clipped_matches(text, several, n)
        precisions.append(counts[0] / max(counts[1], 1))
    return np.float32(brevity_penalty(candidates, references)) * np.prod(precisions) ** np.float32(0.25)


STYLES = {
    "score": ("one_by_one", "power", "logarithms", "float32"),
    "candidates": ("loops", "where", "columns", "float32"),
    "best": ("sorted", "one_by_one", "heap", "lexsort"),
    "reorder": ("take", "columns", "one_hot", "float32"),
    "beam_search": (
        "objects",
        "open_ones_only",
        "array_of_tokens",
        "without_helpers",
        "scored_at_the_end",
        "scores_of_the_kept",
    ),
    "rescore": ("indices", "product", "recursive", "float32"),
    "blame": ("branches", "both_scored", "expression", "table"),
    "blame_shares": ("count", "counter", "loop", "numpy"),
    "clipped_matches": ("loops", "union", "used_up", "joined"),
    "brevity_penalty": ("key", "loops", "arrays", "float32"),
    "bleu": ("product", "array", "differences", "float32"),
}
VARIANTS: dict[str, list[Callable[..., Any]]] = {
    name: [globals()[f"{name}__{style}"] for style in styles] for name, styles in STYLES.items()
}
