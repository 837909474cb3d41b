"""A large class in one run: the memory of the coordinator and of a submission, and whether it slows down.

Bars on 2,000 submissions to 04-lstm: the coordinator stays under 500 MB, a forked submission adds under 150 MB,
the last 200 take at most 1.1 times as long as the first 200.

The run is `autograder grade`, watched from outside: memory is read from /proc a few times a second, and the time
of each submission is that of its stored result.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grading import ASSIGNMENT, TOOLS, our_course, released, submissions
from table import report

EVERY_S = 0.2
PART = 200  # submissions that are timed at either end
INSIDE = "autograder.sandbox.inside.warm"
PRIVATE = ("Private_Clean", "Private_Dirty")


def main() -> None:
    """Grade a class and say what it took."""
    options = parsed()
    with tempfile.TemporaryDirectory() as folder:
        release = released(demos=False)
        course = our_course(Path(folder), release, submissions(release, options.submissions))
        started, seconds, seen = watched(course.root, options.workers)
        finished = sorted(path.stat().st_mtime for path in (course.private / "results").rglob("*.json"))
    part = min(PART, options.submissions // 2)
    spans = [
        (start, end - 1, finished[end - 1] - finished[start])
        for start, end in itertools.pairwise(range(0, len(finished) + 1, part))
    ]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    rows = [
        row("whole run", seconds, "s"),
        row("each submission", 1000 * seconds / options.submissions, "ms"),
        row("until the first result", finished[0] - started, "s"),
        row("coordinator's peak memory", max(seen.coordinator, default=0.0), "MB", 500),
        row("a submission's own memory, largest", max(seen.submission, default=0.0), "MB", 150),
        *(row(f"submissions {start + 1} to {end + 1}", took, "s") for start, end, took in spans),
        row(f"last {part} over first {part}", spans[-1][2] / spans[0][2], "", 1.1),
    ]
    title = f"{len(finished)} submissions to {ASSIGNMENT}, {options.workers} workers, {load}"
    report(f"{title}, {len(seen.submission)} looks at a submission's memory", rows)


def parsed() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    return parser.parse_args()


def row(what: str, value: float, unit: str, bar: float | str = "") -> dict[str, Any]:
    """A line of the table."""
    return {"what": what, "measured": value, "unit": unit, "bar": bar}


@dataclass
class Memory:
    """What was seen of memory while a class was graded, in MB."""

    coordinator: list[float] = field(default_factory=list)
    submission: list[float] = field(default_factory=list)

    def look(self, coordinator: int) -> None:
        """Look at the coordinator, and at every session there is."""
        self.coordinator.append(megabytes(f"/proc/{coordinator}/status", ("VmHWM",)))
        for session in sessions(coordinator):
            self.submission.append(megabytes(f"/proc/{session}/smaps_rollup", PRIVATE))


def watched(folder: Path, workers: int) -> tuple[float, float, Memory]:
    """Grade the class in a folder; when that began, the seconds it took, and the memory seen meanwhile."""
    environment = {**os.environ, "SEQLIB_HOME": str(folder / "home")}
    command = [str(TOOLS / "autograder"), "grade", ASSIGNMENT, "--workers", str(workers), "--json"]
    seen = Memory()
    started, start = time.time(), time.perf_counter()
    with (folder / "output").open("wb") as output:
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        while run.poll() is None:
            seen.look(run.pid)
            time.sleep(EVERY_S)
    if run.returncode != 0:
        sys.exit((folder / "output").read_text()[-4000:])
    return started, time.perf_counter() - start, seen


def megabytes(path: str, names: tuple[str, ...]) -> float:
    """The sum of some lines of a file of /proc; 0 when the process has ended, or may not be looked at."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0.0
    found = {
        name: rest.split()[0] for name, _, rest in (line.partition(":") for line in lines) if rest.strip()
    }
    return sum(int(found.get(name, 0)) for name in names) * 1024 / 1e6


def sessions(coordinator: int) -> list[int]:
    """The submissions that run below a process: forks of a fork, the keeper, of a warm process."""
    parents = {int(path.name): parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    inside = {number for number in parents if is_inside(number)}
    return [
        number
        for number in inside
        if {parents[number], parents.get(parents[number])} <= inside and below(number, coordinator, parents)
    ]


def parent(process: Path) -> int:
    """The parent of a process; 0 when it has ended."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def is_inside(number: int) -> bool:
    """Whether a process runs the sandbox's inside; a fork has its parent's command line."""
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"bwrap" not in command[0] and any(INSIDE.encode() in word for word in command)


def below(number: int, ancestor: int, parents: dict[int, int]) -> bool:
    """Whether a process descends from another."""
    while number in parents and number != ancestor:
        number = parents[number]
    return number == ancestor


if __name__ == "__main__":
    main()
