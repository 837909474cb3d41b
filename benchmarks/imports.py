"""How long imports take in a fresh interpreter, and whether torch comes along. Bar: `import seqlib` 0.3 s, no torch."""

import statistics
import subprocess
import sys
import time

from table import report

REPEATS = 5
STATEMENTS = {
    "nothing": "pass",
    "seqlib": "import seqlib",
    "seqlib and its cells": "import seqlib.rnn, seqlib.lstm",
    "check": "from autograder import check",
}


def run(statement: str) -> tuple[float, bool]:
    """Seconds for a fresh interpreter to run a statement, and whether torch was imported."""
    start = time.perf_counter()
    code = f"import sys; {statement}; sys.exit(3 if 'torch' in sys.modules else 0)"
    status = subprocess.run([sys.executable, "-c", code], check=False).returncode
    if status not in (0, 3):
        raise SystemExit(f"{statement!r} fails; install the package first")
    return time.perf_counter() - start, status == 3


def main() -> None:
    """Time each statement in interpreters of its own."""
    rows = []
    for name, statement in STATEMENTS.items():
        runs = [run(statement) for _ in range(REPEATS)]
        seconds = statistics.median(seconds for seconds, _ in runs)
        rows.append({"import": name, "seconds": seconds, "torch": any(torch for _, torch in runs)})
    start = rows[0]["seconds"]
    for row in rows:
        row["beyond the start"] = row["seconds"] - start
    report("imports in a fresh interpreter; bar for seqlib 0.3 s and no torch", rows)


if __name__ == "__main__":
    main()
