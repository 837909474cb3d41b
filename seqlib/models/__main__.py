"""Train, list and verify the reference models: `python -m seqlib.models train names-rnn`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from seqlib import references
from seqlib.models import pages, prepared, vector_cards
from seqlib.models.checkpoints import OtherRun
from seqlib.models.recipes import RECIPES, Training, VectorRecipe
from seqlib.models.record import missed_bars, verify, write
from seqlib.models.runs import Place, finished, train_all

CORES = os.cpu_count() or 1
JOBS = min(8, CORES)
RUNS = ".training"
"""Where runs lie while they are trained, in the folder of the models."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `python -m seqlib.models`; those of the process where left out.

    Returns:
        0 when all went well, 1 when a bar is missed or files do not belong together, 2 when what is asked for cannot
        be done, 130 when it was stopped.
    """
    options = _parser().parse_args(arguments)
    try:
        return _done(options)
    except KeyboardInterrupt:
        goes_on = "; the same command goes on from where it was" if options.command == "train" else ""
        print(f"stopped{goes_on}", file=sys.stderr)
        return 130
    except (OtherRun, prepared.NotPrepared) as error:
        print(error, file=sys.stderr)
        return 2


def _done(options: argparse.Namespace) -> int:
    command = options.command
    if command == "list":
        return _list(options.folder)
    if command == "page":
        options.out.write_text(pages.page(options.folder), encoding="utf-8")
        return 0
    chosen = list(options.names) or list(RECIPES)
    if unknown := [name for name in chosen if name not in RECIPES]:
        print(f"no recipe is called {', '.join(unknown)}; there are: {', '.join(RECIPES)}", file=sys.stderr)
        return 2
    if command == "prepare":
        prepared.save([RECIPES[name] for name in chosen], options.out)
        return 0
    if command == "train":
        return _train([RECIPES[name] for name in chosen], options)
    if command == "verify":
        return max(_verify(name, options.folder) for name in chosen)
    return max(_card(name, options.folder) for name in chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seqlib.models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    descriptions = {
        "train": "train models by their recipes, write weights, recorded outputs and cards",
        "prepare": "write the data of recipes, for a machine that has torch but not the packages of the data",
        "list": "the recipes, and which of them have a trained model",
        "verify": "recompute what the cards state from the weights, and compare",
        "card": "print what the cards state",
        "page": "write what all cards state into a page",
    }
    for name, description in descriptions.items():
        command = commands.add_parser(name, help=description, description=description)
        command.add_argument("--folder", type=Path, default=references.FOLDER, help="where the models lie")
        if name == "page":
            command.add_argument("--out", type=Path, default=Path("docs/references.md"), help="the page")
        if name == "prepare":
            command.add_argument("--out", type=Path, default=Path("prepared"), help="the folder of the data")
        if name not in ("page", "list"):
            command.add_argument("names", nargs="*", metavar="NAME", help="models; all where none is named")
        if name == "train":
            command.add_argument("--all", action="store_true", help="every model, the same as naming none")
            command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 … (default: auto)")
            command.add_argument("--seed", type=int, nargs="+", help="seeds in place of the recipe's")
            command.add_argument(
                "--jobs", type=int, default=JOBS, help=f"runs side by side (default: {JOBS})"
            )
            threads = max(1, CORES // JOBS)
            command.add_argument(
                "--threads", type=int, default=threads, help="threads of each run on the CPU"
            )
            command.add_argument(
                "--prepared", type=Path, help="data that `prepare` wrote; no cards are written then"
            )
            command.add_argument(
                "--runs", type=Path, help="where runs lie; those finished are not trained again"
            )
    return parser


def _train(recipes: list[Training | VectorRecipe], options: argparse.Namespace) -> int:
    """Train all seeds of all recipes, several side by side, then write the cards."""
    place = Place(options.runs or options.folder / RUNS, options.device, options.threads, options.prepared)
    train_all(
        [(recipe.name, seed) for recipe in recipes for seed in options.seed or recipe.seeds],
        place,
        options.jobs,
    )
    if options.prepared:
        names = " ".join(options.names or ["--all"])
        print(
            f"python -m seqlib.models train {names} --runs {place.runs}, where the data come from, writes the cards"
        )
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    missed = max(_write(recipe, place, options) for recipe in recipes)
    if len(recipes) > 1:
        print("\n".join(pages.summary(options.folder)))
    return missed


def _write(recipe: Training | VectorRecipe, place: Place, options: argparse.Namespace) -> int:
    data, seeds = prepared.prepare(recipe), options.seed or recipe.seeds
    of_kind: Any = vector_cards.write if isinstance(recipe, VectorRecipe) else write
    content = of_kind(recipe, data, [finished(recipe, data, seed, place) for seed in seeds], options.folder)
    if not options.runs:  # else they are the user's own files
        for seed in seeds:
            place.file(recipe.name, seed).unlink()
    print(pages.text(content))
    missed = missed_bars(content)
    for sentence in missed:
        print(f"{recipe.name}: {sentence}", file=sys.stderr)
    return int(bool(missed))


def _list(folder: Path) -> int:
    there = references.available(folder)
    for recipe in RECIPES.values():
        state = "trained" if recipe.name in there else "not trained"
        if isinstance(recipe, VectorRecipe):
            print(f"{recipe.name:16} {recipe.objective:9} n_e {recipe.n_e:4}  bar gensim's  {state}")
        else:
            print(f"{recipe.name:16} {recipe.cell:9} n_a {recipe.n_a:4}  bar {recipe.bar}  {state}")
    return 0


def _verify(name: str, folder: Path) -> int:
    problems = verify(name, folder)
    for problem in problems:
        print(f"{name}: {problem}")
    if not problems:
        print(f"{name}: weights, recorded outputs and card belong together")
    return int(bool(problems))


def _card(name: str, folder: Path) -> int:
    try:
        print(pages.text(references.card(name, folder)))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
