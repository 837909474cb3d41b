"""How long each solution notebook takes from top to bottom. Bar: 60 s on 2 cores."""

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from table import report

HOUSE = Path(__file__).resolve().parents[1]
BAR_S = 60


def main() -> None:
    """Execute every solution notebook in a fresh kernel."""
    rows = []
    for path in sorted((HOUSE / "solutions").glob("*/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        cells = sum(cell.cell_type == "code" for cell in notebook.cells)
        start = time.perf_counter()
        NotebookClient(
            notebook,
            timeout=600,
            resources={"metadata": {"path": str(path.parent)}},
            extra_arguments=["--IPKernelApp.log_level=40"],
        ).execute()
        seconds = time.perf_counter() - start
        rows.append(
            {
                "notebook": path.stem,
                "code cells": cells,
                "seconds": seconds,
                "within the bar": seconds <= BAR_S,
            }
        )
    report(f"solution notebooks from top to bottom; bar {BAR_S} s", rows)


if __name__ == "__main__":
    main()
