"""Train, list and verify the reference models: `python -m seqlib.models train names-rnn`."""

import argparse
import os
import sys
from pathlib import Path

import torch

from seqlib import references
from seqlib.models import pages, vector_cards, vectors
from seqlib.models.machine import describe
from seqlib.models.recipes import RECIPES, Training, VectorRecipe
from seqlib.models.record import missed_bars, verify, write
from seqlib.models.train import DATA, choose_device, train


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `python -m seqlib.models`; those of the process where left out.

    Returns:
        0 when all went well, 1 when a bar is missed or files do not belong together.
    """
    options = _parser().parse_args(arguments)
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
    if command == "train":
        torch.set_num_threads(options.threads)
        missed = max(_train(RECIPES[name], options) for name in chosen)
        if len(chosen) > 1:
            print("\n".join(pages.summary(options.folder)))
        return missed
    if command == "verify":
        return max(_verify(name, options.folder) for name in chosen)
    return max(_card(name, options.folder) for name in chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seqlib.models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    descriptions = {
        "train": "train models by their recipes, write weights, recorded outputs and cards",
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
        elif name != "list":
            command.add_argument("names", nargs="*", metavar="NAME", help="models; all where none is named")
        if name == "train":
            command.add_argument("--all", action="store_true", help="every model, the same as naming none")
            command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 … (default: auto)")
            command.add_argument("--seed", type=int, nargs="+", help="seeds in place of the recipe's")
            threads = min(2, os.cpu_count() or 1)
            command.add_argument("--threads", type=int, default=threads, help="threads of the CPU's own work")
    return parser


def _train(recipe: Training | VectorRecipe, options: argparse.Namespace) -> int:
    options.folder.mkdir(parents=True, exist_ok=True)
    content = (
        _train_vectors(recipe, options)
        if isinstance(recipe, VectorRecipe)
        else _train_network(recipe, options)
    )
    print(pages.text(content))
    missed = missed_bars(content)
    for sentence in missed:
        print(f"{recipe.name}: {sentence}", file=sys.stderr)
    return int(bool(missed))


def _train_network(recipe: Training, options: argparse.Namespace) -> references.Card:
    device = choose_device(options.device)
    machine = describe(device)
    data = DATA[recipe.data]()
    seeds = options.seed or recipe.seeds
    # Where training is stopped, the same command goes on.
    checkpoints = [options.folder / ".training" / f"{recipe.name}-{seed}.pt" for seed in seeds]
    runs = [
        train(recipe, data, seed, device, _progress, checkpoint)
        for seed, checkpoint in zip(seeds, checkpoints, strict=True)
    ]
    print(file=sys.stderr)
    content = write(recipe, data, runs, machine, options.folder)
    for checkpoint in checkpoints:
        checkpoint.unlink()
    return content


def _train_vectors(recipe: VectorRecipe, options: argparse.Namespace) -> references.Card:
    device = choose_device(options.device)
    machine = describe(device)
    text = vectors.prepare_text(recipe.least)
    runs = [
        vectors.train(recipe, text, seed, device, report=_progress) for seed in options.seed or recipe.seeds
    ]
    print(file=sys.stderr)
    return vector_cards.write(recipe, text, runs, machine, options.folder)


def _progress(line: str) -> None:
    end, start = ("", "\r") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{line}", end=end, file=sys.stderr, flush=True)


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
