"""What the cards of the reference models state, as text for a terminal and as a page in Markdown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqlib import references
from seqlib.models import translation_cards, vector_cards
from seqlib.models.recipes import RECIPES

TASKS = {
    "names-rnn": "the next character of a name",
    "names-gru": "the next character of a name",
    "names-lstm": "the next character of a name",
    "origin": "the locale that a name is from",
    "tagger": "the words of a sentence that are a name",
    "dates-seq2seq": "one to four dates as people write them, to ISO 8601, through one vector",
    "dates-attention": "one to four dates as people write them, to ISO 8601, with attention",
    "numbers-attention": "numbers in English words, to Korean, French and German ones",
    "vectors-skipgram": "vectors of words, by skip-gram with negative sampling",
    "vectors-glove": "vectors of words, by GloVe",
}
FIGURES = {
    "exact": "share translated exactly",
    "accuracy": "accuracy",
    "span_f1": "F1 of spans",
    "rho": "WordSim-353 ρ",
}
HEAD = """\
# Reference models

The course's own models, with which `check` and the notebooks compare. This page is written from their cards in
`seqlib/references`, by `python -m seqlib.models page`; `python -m seqlib.models verify` recomputes what they state.
Figures are those of held-out data: of the run that is kept (the best of its seeds on validation data, of vectors the
first), and over all seeds.

## Training them

`make references` trains all of them, several side by side, records their outputs, writes their cards and ends with the
table below; `python -m seqlib.models train names-gru` trains one. Each is a recipe in `seqlib/models/recipes.py`; one
loop, `seqlib/models/train.py`, trains all networks, on a CUDA GPU where there is one. What is stopped goes on where it
was, by the same command, and ends with the same weights.

A machine that trains needs PyTorch, NumPy, SciPy and safetensors. Where it lacks the packages that the data come from:

```
python -m seqlib.models prepare --out prepared                          # where the data come from
python -m seqlib.models train --all --prepared prepared --runs trained  # where the GPU is
python -m seqlib.models train --all --runs trained                      # where the data come from: writes the cards
```

A card names the machine that trained, as it described itself when the training began.

## All of them
"""


def page(folder: Path = references.FOLDER) -> str:
    """The page on all reference models that are there.

    Args:
        folder: where they lie.

    Returns:
        Markdown: a table of all, then a section for each.
    """
    sections = (line for content in _cards(folder) for line in _section(content))
    return "\n".join([HEAD, *summary(folder), *sections]) + "\n"


def summary(folder: Path = references.FOLDER) -> list[str]:
    """The lines of a table of all reference models that are there.

    Args:
        folder: where they lie.

    Returns:
        Markdown, a line for each model below two of headings.
    """
    return [
        "| model | learns | figure | kept | mean ± deviation | bar | trained on | MB |",
        "|---|---|---|--:|--:|--:|---|--:|",
        *(_row(content, folder) for content in _cards(folder)),
    ]


def _cards(folder: Path) -> list[references.Card]:
    there = references.available(folder)
    return [references.card(name, folder) for name in RECIPES if name in there]


def _row(content: references.Card, folder: Path) -> str:
    name, (figure, found) = content["name"], headline(content)
    deviation = found["standard_deviation"]
    mean = "one seed" if deviation is None else f"{found['mean']:.4f} ± {deviation:.4f}"
    megabytes = sum(path.stat().st_size for path in folder.glob(f"{name}.*")) / 1e6
    bar = content["recipe"].get("bar", "gensim's")
    shown = [name, TASKS[name], figure, f"{found['kept']:.4f}", mean, bar, content["machine"]["device"]]
    return f"| {' | '.join(map(str, shown))} | {megabytes:.1f} |"


def headline(content: references.Card) -> tuple[str, dict[str, float | None]]:
    """The figure that a model's bar is about, in words, and its values.

    Args:
        content: a card.

    Returns:
        Words, and "kept", "mean" and "standard_deviation" of the held-out figure.
    """
    metrics = content["metrics"]
    if "gensim" in content:
        return FIGURES["rho"], metrics["rho"]
    if "figure" not in content:
        return "bits per character", metrics["test"]
    return FIGURES[content["figure"]], metrics["test"][content["figure"]]


def _section(content: references.Card) -> Iterator[str]:
    yield from ("", f"## {content['name']}", "", f"Learns {TASKS[content['name']]}.", "")
    yield f"- **Machine**: {_listed(content['machine'])}"
    yield f"- **Data**: {_listed(content['data'])}"
    yield f"- **Recipe**: {_listed(content['recipe'], without=('name', 'data', 'seeds'))}"
    for run in content["runs"]:
        kept = " (kept)" if run["seed"] == content["seed"] else ""
        plain = {key: value for key, value in run.items() if isinstance(value, int) and key != "seed"}
        unit = "tokens" if "tokens_per_second" in run else "words"
        speed = f"{run[f'{unit}_per_second']:.0f} {unit} per second"
        yield f"- **Seed {run['seed']}**{kept}: {run['seconds']:.0f} s, {speed}; {_listed(plain)}"
    spread = content["precision"]
    yield (
        f"- **Recorded outputs**: in float32 on {spread['device']} at most {spread['largest_difference']:.1e} "
        f"from those in float64"
    )
    yield f"- **Epoch by epoch**: {_curve(content['curve'])}"
    yield from ("", "```", *text(content).splitlines()[2:], "```")


def _listed(values: dict[str, Any], without: tuple[str, ...] = ()) -> str:
    return ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in values.items() if key not in without
    )


def _curve(curve: list[Any]) -> str:
    what, losses = (
        ("validation loss", [entry["validation"] for entry in curve])
        if isinstance(curve[0], dict)
        else ("training loss", curve)
    )
    return f"{what} {', '.join(f'{loss:.3g}' for loss in losses)}"


def text(content: references.Card) -> str:
    """A card's figures as text.

    Args:
        content: the card.

    Returns:
        Lines: the model, its machine, its figures, and those of what it is compared with.
    """
    machine, runs = content["machine"], content["runs"]
    seconds = ", ".join(f"{run['seconds']:.0f}" for run in runs)
    lines = [
        f"{content['name']}: seed {content['seed']} of {len(runs)}, trained on {machine['device']}",
        f"  {machine.get('gpu', machine['processor'])}, torch {machine['torch']}; {seconds} s",
    ]
    if "gensim" in content:
        return "\n".join(lines + vector_cards.table(content))
    if "by_count" in content:
        return "\n".join(lines + translation_cards.table(content))
    lines.append(f"  {content['unit']:38}  validation    test")
    return "\n".join(lines + (_figures(content) if "figure" in content else _bits(content)))


def _bits(content: references.Card) -> list[str]:
    lines = []
    metrics = content["metrics"]
    for row in ("kept", "mean", "standard_deviation"):
        figures = [metrics[part][row] for part in ("validation", "test")]
        texts = ["one seed" if figure is None else f"{figure:.4f}" for figure in figures]
        lines.append(f"  {row.replace('_', ' '):38} {texts[0]:>10} {texts[1]:>8}")
    for order, figures in content["ngrams"].items():
        lines.append(f"  {order + '-gram':38} {figures['validation']:10.4f} {figures['test']:8.4f}")
    return lines


def _figures(content: references.Card) -> list[str]:
    rows = []
    validation, test = content["metrics"]["validation"], content["metrics"]["test"]
    for figure in test:
        for row in ("kept", "mean", "standard_deviation"):
            texts = [
                "one seed" if part[figure][row] is None else f"{part[figure][row]:.4f}"
                for part in (validation, test)
            ]
            rows.append((f"{figure.replace('_', ' ')}, {row.replace('_', ' ')}", *texts))
    key = content["figure"]
    for name, parts in content["baselines"].items():
        rows.append((name, *(f"{parts[part][key]:.4f}" for part in ("validation", "test"))))
    return [f"  {name:46} {first:>10} {second:>8}" for name, first, second in rows]
