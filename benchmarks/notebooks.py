"""How long each solution notebook takes from top to bottom. Bar: 60 s on 2 cores, besides its longest cell, the training."""

import argparse
import itertools
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from table import report

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
BAR_S = 60


def seconds_of(path: Path) -> list[float]:
    """The time that each code cell of a notebook takes in a fresh kernel, its start in the first."""
    marks = [time.perf_counter()]

    def mark(**cell: Any) -> None:
        marks.append(time.perf_counter())

    NotebookClient(
        nbformat.read(path, as_version=4),
        timeout=600,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=40"],
        on_cell_executed=mark,
    ).execute()
    return [end - start for start, end in itertools.pairwise(marks)]


def main() -> None:
    """Execute solution notebooks one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", help="such as 04-lstm; all where none is named")
    chosen = parser.parse_args().assignments
    rows = []
    for path in sorted(SOLUTIONS.glob("*/*.ipynb")):
        if chosen and path.parent.name not in chosen:
            continue
        cells = seconds_of(path)
        rest = sum(cells) - max(cells)
        figures = {
            "code cells": len(cells),
            "seconds": sum(cells),
            "longest cell": max(cells),
            "the rest": rest,
        }
        rows.append({"notebook": path.stem, **figures, "within the bar": rest <= BAR_S})
    report(f"solution notebooks from top to bottom; bar {BAR_S} s besides the longest cell", rows)


if __name__ == "__main__":
    main()
