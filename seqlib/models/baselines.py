"""What the models that label must beat: look-ups, letters without their order, counted n-grams."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from seqlib.data import sentences
from seqlib.data.templates import DAYS, MONTHS, TITLES
from seqlib.models.classifiers import Example, Labelled

Indices = NDArray[np.int64]
Predictions = dict[str, dict[str, list[list[int]]]]
Rule = Callable[[str, str], bool]
"""Whether a word of some shape is part of a name."""
Features = Callable[[Sequence[str]], Counter[str]]
PENALTIES = (1e-4, 1e-3, 1e-2)
ORDERS, SMOOTHINGS = (2, 3, 4, 5), (0.03, 0.1, 0.3, 1.0)


def of_texts(data: Labelled) -> Predictions:
    """The baselines of a model that labels whole texts; what each may choose is chosen on validation.

    Args:
        data: the prepared data.

    Returns:
        Predicted labels of the validation and the test texts, by baseline and part, a list of one for each text.
    """
    most = Counter(e.labels[0] for e in data.train).most_common(1)[0][0]
    majority = {part: np.full(len(getattr(data, part)), most) for part in ("validation", "test")}
    chosen = {
        "majority": majority,
        "bag of letters": _best([_bag_of_letters(data, penalty) for penalty in PENALTIES], data),
        "naive Bayes on n-grams": _best(
            [_naive_bayes(data, order, add) for order in ORDERS for add in SMOOTHINGS], data
        ),
    }
    return {
        name: {part: row[:, np.newaxis].tolist() for part, row in parts.items()}
        for name, parts in chosen.items()
    }


def of_words(data: Labelled) -> Predictions:
    """The look-ups that stand beside a model which tags words.

    Args:
        data: the prepared data.

    Returns:
        Indices of the predicted tags of the validation and the test sentences, by baseline and part: every run of words with
        a capital, but the first word; the same with months, days and titles left out; every word that was part of a
        name in training; every word that is a name in the data, those of the tests included, and so with a capital.
    """
    seen = {w.lower() for e in data.train for w, tag in zip(e.text, e.labels, strict=True) if tag}
    no_names = {w.lower() for w in (*MONTHS, *DAYS, *TITLES)}
    listed = {
        w.lower() for part in sentences.Split._fields for names in sentences.choices(part)[:4] for w in names
    }
    rules: dict[str, Rule] = {
        "words with a capital": lambda word, shape: shape in _CAPITALS,
        "words with a capital but months, days, titles": lambda word, shape: (
            shape in _CAPITALS and word.lower() not in no_names
        ),
        "names seen in training": lambda word, shape: word.lower() in seen,
        "all names of the data": lambda word, shape: word.lower() in listed or shape == "Initial",
        "all names of the data with a capital": lambda word, shape: (
            (word.lower() in listed and shape in (*_CAPITALS, "First")) or shape == "Initial"
        ),
    }
    parts = {"validation": data.validation, "test": data.test}
    return {
        name: {part: [_tags(e, rule, data) for e in examples] for part, examples in parts.items()}
        for name, rule in rules.items()
    }


_CAPITALS = ("Capital", "CAPITALS", "Initial", "mixed")


def _tags(example: Example, rule: Rule, data: Labelled) -> list[int]:
    inside = [rule(word, data.shapes[i]) for word, i in zip(example.text, example.shapes, strict=True)]
    tags = [
        ("I-PER" if earlier else "B-PER") if here else "O"
        for earlier, here in zip([False, *inside], inside, strict=False)
    ]
    return [data.labels.index(tag) for tag in tags]


def _labels(examples: Sequence[Example]) -> Indices:
    return np.array([e.labels[0] for e in examples])


def _best(predictions: list[dict[str, Indices]], data: Labelled) -> dict[str, Indices]:
    true = _labels(data.validation)
    return max(predictions, key=lambda predicted: float((predicted["validation"] == true).mean()))


def _counts(examples: Sequence[Example], features: Features, index: dict[str, int]) -> torch.Tensor:
    counts = torch.zeros(len(examples), len(index), dtype=torch.float64)
    for i, example in enumerate(examples):
        for feature, count in features(example.text).items():
            if feature in index:
                counts[i, index[feature]] = count
    return counts


def _bag_of_letters(data: Labelled, penalty: float) -> dict[str, Indices]:
    """Multinomial logistic regression on the number of each letter, by L-BFGS from zero."""
    index = {token: i for i, token in enumerate(data.vocabulary.tokens)}
    x, y = _counts(data.train, Counter, index), torch.from_numpy(_labels(data.train))
    W = torch.zeros(len(index), len(data.labels), dtype=torch.float64, requires_grad=True)
    b = torch.zeros(len(data.labels), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([W, b], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(x @ W + b, y) + penalty * (W**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    parts = {"validation": data.validation, "test": data.test}
    with torch.no_grad():
        return {part: (_counts(e, Counter, index) @ W + b).argmax(1).numpy() for part, e in parts.items()}


def ngrams(text: Sequence[str], order: int) -> Counter[str]:
    """The n-grams of a text.

    Args:
        text: its characters.
        order: n; all n-grams up to it are counted.

    Returns:
        How often each stands in the text, with a mark at either end.
    """
    marked = f"^{''.join(text)}$"
    return Counter(marked[i : i + n] for n in range(1, order + 1) for i in range(len(marked) - n + 1))


def _naive_bayes(data: Labelled, order: int, add: float) -> dict[str, Indices]:
    """Multinomial naive Bayes on all n-grams up to an order, `add` to each count."""
    totals = [Counter[str]() for _ in data.labels]
    for example in data.train:
        totals[example.labels[0]].update(ngrams(example.text, order))
    index = {gram: i for i, gram in enumerate(sorted(set().union(*totals)))}
    counts = np.full((len(data.labels), len(index)), add)
    for row, total in zip(counts, totals, strict=True):
        for gram, count in total.items():
            row[index[gram]] += count
    log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
    log_prior = np.log(np.bincount(_labels(data.train), minlength=len(data.labels)) / len(data.train))

    def predict(example: Example) -> int:
        known = {gram: count for gram, count in ngrams(example.text, order).items() if gram in index}
        columns = log_p[:, [index[gram] for gram in known]]
        return int(np.argmax(log_prior + columns @ np.array(list(known.values()))))

    parts = {"validation": data.validation, "test": data.test}
    return {part: np.array([predict(e) for e in examples]) for part, examples in parts.items()}
