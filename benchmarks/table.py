"""What every benchmark prints: a table, and as its last line the same figures as one JSON object."""

import json
import platform
from collections.abc import Sequence
from typing import Any


def report(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print figures.

    Args:
        title: what was measured.
        rows: one dict a line, all with the same keys.
    """
    columns = list(rows[0])
    cells = [[shown(row[column]) for column in columns] for row in rows]
    widths = [max(len(column), *(len(line[i]) for line in cells)) for i, column in enumerate(columns)]
    print(title)
    for line in [columns, *cells]:
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True)))
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    print(json.dumps({"title": title, **machine, "rows": list(rows)}))


def shown(value: Any) -> str:
    """A figure as text."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
