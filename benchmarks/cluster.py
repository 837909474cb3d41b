"""Grading a class on a Dask cluster of two workers on loopback, beside the local pool of two.

Bar: the cluster reaches at least 0.9 of the pool's rate. Both are whole commands on the same submissions, in turn;
the cluster's workers run already, as they would, and the pool's start with each command.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grading import ASSIGNMENT, TOOLS, command, our_course, released, submissions
from table import report

WORKERS = 2


def main() -> None:
    """Grade the class by turns on the pool and on the cluster."""
    options = parsed()
    release = released(demos=False)
    handed = submissions(release, options.submissions)
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as address:
        ways = {"pool": ["--workers", str(WORKERS)], "cluster": ["--scheduler", address]}
        seconds = dict.fromkeys(ways, 0.0)
        for turn in range(options.rounds):
            for way in list(ways) if turn % 2 == 0 else list(ways)[::-1]:
                course = our_course(Path(name) / "course", release, handed)
                grade = [TOOLS / "autograder", "grade", ASSIGNMENT, *ways[way], "--json"]
                seconds[way] += command(*grade, folder=course.root)
                print(f"round {turn + 1}: {way}, {seconds[way]:.1f} s so far", file=sys.stderr)
    count = options.submissions * options.rounds
    rows = [
        {
            "way": way,
            "seconds": spent,
            "submissions a second": count / spent,
            "rate over the pool's": seconds["pool"] / spent,
        }
        for way, spent in seconds.items()
    ]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    report(f"{options.submissions} submissions to {ASSIGNMENT}, {options.rounds} rounds, {load}", rows)


def parsed() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2, help="how often each way grades all of them")
    return parser.parse_args()


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A scheduler and two worker processes; the scheduler's address."""
    started: list[subprocess.Popen[str]] = []
    try:
        scheduler = dask(started, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        address = said(scheduler, r"tcp://127\.0\.0\.1:\d+")
        options = [
            "--nthreads",
            "1",
            "--nworkers",
            str(WORKERS),
            "--no-dashboard",
            "--local-directory",
            folder,
        ]
        said(dask(started, "worker", address, "--host", "127.0.0.1", *options), r"Registered to:\s+tcp")
        yield address
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


def dask(started: list["subprocess.Popen[str]"], *words: str | Path) -> "subprocess.Popen[str]":
    """Start a dask command in a process group of its own."""
    log = subprocess.PIPE
    line = [sys.executable, "-m", "dask", *map(str, words)]
    started.append(subprocess.Popen(line, stderr=log, text=True, start_new_session=True))
    return started[-1]


def said(process: "subprocess.Popen[str]", pattern: str) -> str:
    """Wait until a process says something; what it said."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found[0]
    raise SystemExit(f"{process.args} ended with status {process.wait()}")


if __name__ == "__main__":
    main()
