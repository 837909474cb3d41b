"""Grading a class: stock nbgrader, this autograder with one and two workers, and the bare cells.

Bars on 40 submissions to 04-lstm, isolation on: stock over ours at least 10 with one worker and 18 with two;
ours over the bare execution of the same learner and check cells at most 1.5.

Every way gets the same submissions and is one command; the ways alternate, and the times are sums over the
rounds. The stock course has check cells that run the package's public check and assert on its verdict.
"""

import argparse
import copy
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from table import report

from autograder import batch, classroom, demo, engine, grading, judge
from autograder.exercises import exercises, topic_of
from autograder.sandbox import Jail, Session
from autograder.store import Course, Results
from autograder.submission import exercise, role

ASSIGNMENT = "04-lstm"
TOOLS = Path(sys.executable).parent

STOCK_CHECK = """\
from autograder.check import show, verdict_on

verdict = verdict_on({name})
show(verdict)
assert verdict.passed
"""

# The cells of each submission in turn, in one process, each notebook in a namespace of its own.
BARE = """\
import json, sys

for cells in json.load(open(sys.argv[1])):
    namespace = {"__name__": "__main__"}
    for cell in cells:
        try:
            exec(compile(cell, "<ipython-input>", "exec"), namespace)
        except Exception as error:
            print(type(error).__name__, error)
"""


def main() -> None:
    """Grade a class in every way, then say where the time of ours goes."""
    options = parsed()
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            *compared(Path(folder) / "plain", options),
            *(compared(Path(folder) / "demos", options, demos=True) if options.demos else []),
            *stages(Path(folder) / "stages", options.submissions),
        ]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    report(f"{options.submissions} submissions to {ASSIGNMENT}, {options.rounds} rounds, {load}", rows)


def parsed() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2, help="how often each way grades all of them")
    parser.add_argument("--no-stock", action="store_true", help="only this autograder and the bare cells")
    parser.add_argument(
        "--demos",
        action="store_true",
        help="once more with the demonstration cells run by all; those with torch left out for all",
    )
    return parser.parse_args()


def compared(folder: Path, options: argparse.Namespace, *, demos: bool = False) -> list[dict[str, Any]]:
    """Grade the same class in every way, alternating; the seconds and the ratios."""
    release = released(demos)
    handed = submissions(release, options.submissions)
    ways = {"bare": functools.partial(run_bare, folder / "bare", handed)}
    grades: set[str] = set()
    for workers in (1, 2):
        ways[f"ours, {workers} workers"] = functools.partial(
            run_ours, folder, release, handed, workers, grades
        )
    if not options.no_stock:
        ways["stock"] = functools.partial(run_stock, folder / "stock", release, handed)
    seconds = dict.fromkeys(ways, 0.0)
    for turn in range(options.rounds):
        order = list(ways) if turn % 2 == 0 else list(ways)[::-1]
        for name in order:
            seconds[name] += ways[name]()
            print(f"round {turn + 1}: {name}, {seconds[name]:.1f} s so far", file=sys.stderr)
    if len(grades) != 1:
        raise SystemExit("the same class was given other grades by other numbers of workers, or another time")
    what = "with demonstrations" if demos else "commands"
    return [
        row(
            what,
            name,
            spent,
            options.submissions * options.rounds,
            seconds["stock"] / spent if "stock" in seconds else "",
            spent / seconds["bare"],
        )
        for name, spent in seconds.items()
    ]


def row(
    what: str, name: str, seconds: float, count: int, faster: float | str = "", over_bare: float | str = ""
) -> dict[str, Any]:
    """A line of the table."""
    return {
        "what": what,
        "way or stage": name,
        "seconds": seconds,
        "ms each": 1000 * seconds / count,
        "stock over it": faster,
        "it over bare": over_bare,
    }


def released(demos: bool) -> NotebookNode:
    """The release notebook; with `demos` its demonstrations pass for setup, so that nobody leaves them out."""
    release = nbformat.read(demo.HOUSE / "assignments" / ASSIGNMENT / f"{topic()}.ipynb", as_version=4)
    if demos:
        release.cells = [cell for cell in release.cells if role(cell) != "demo" or "torch" not in cell.source]
        for cell in release.cells:
            if role(cell) == "demo":
                cell.metadata["autograder"]["role"] = "setup"
    return release


def topic() -> str:
    """The assignment's topic."""
    return topic_of(ASSIGNMENT)


def submissions(release: NotebookNode, count: int) -> dict[str, NotebookNode]:
    """The sample class's right, wrong and unfinished submissions in turn, by student."""
    sample = demo.sample_class(exercises(ASSIGNMENT), topic())
    kinds = [one.sources for one in sample if "(" not in one.student or one.student.endswith(KINDS)]
    return {
        f"student{number:03d}": demo.filled(release, kinds[number % len(kinds)]) for number in range(count)
    }


KINDS = (*(f"({style})" for style in demo.STYLES), "(unfinished)")


def command(*words: str | Path, folder: Path) -> float:
    """Seconds that a command takes; it must succeed."""
    environment = {**os.environ, "SEQLIB_HOME": str(folder / "home")}
    environment["PATH"] = os.pathsep.join([str(TOOLS), environment.get("PATH", "")])
    start = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return seconds


def hand_in(folder: Path, handed: dict[str, NotebookNode]) -> None:
    """Put submissions into an nbgrader course."""
    for student, notebook in handed.items():
        place = folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{topic()}.ipynb")


def our_course(folder: Path, release: NotebookNode, handed: dict[str, NotebookNode]) -> Course:
    """A fresh course of this repository with these submissions."""
    shutil.rmtree(folder, ignore_errors=True)
    place = folder / "assignments" / ASSIGNMENT
    place.mkdir(parents=True)
    shutil.copy(demo.HOUSE / "nbgrader_config.py", folder)
    nbformat.write(release, place / f"{topic()}.ipynb")
    hand_in(folder, handed)
    return Course(folder)


def run_ours(
    folder: Path, release: NotebookNode, handed: dict[str, NotebookNode], workers: int, grades: set[str]
) -> float:
    """Seconds of `autograder grade` on a fresh course, its start and every process's start included.

    The course's secret stays the same, so that the grades, which are added to `grades`, should too.
    """
    course = our_course(folder / "ours", release, handed)
    kept = folder / "secret"
    if kept.is_file():
        course.secret_file.parent.mkdir(parents=True)
        shutil.copy(kept, course.secret_file)
    words = (TOOLS / "autograder", "grade", ASSIGNMENT, "--workers", str(workers), "--json")
    seconds = command(*words, folder=course.root)
    shutil.copy(course.secret_file, kept)
    grades.add((course.root / "grades.csv").read_text())
    return seconds


def run_stock(folder: Path, release: NotebookNode, handed: dict[str, NotebookNode]) -> float:
    """Seconds of `nbgrader autograde` on a fresh course with nbgrader's own defaults."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    nbformat.write(stock(release), source / f"{topic()}.ipynb")
    command(TOOLS / "nbgrader", "generate_assignment", ASSIGNMENT, folder=folder)
    hand_in(folder, {student: stock(notebook) for student, notebook in handed.items()})
    return command(TOOLS / "nbgrader", "autograde", ASSIGNMENT, folder=folder)


def stock(notebook: NotebookNode) -> NotebookNode:
    """A notebook as a stock course has it: its checks are decided where they stand."""
    changed = copy.deepcopy(notebook)
    for cell in changed.cells:
        if role(cell) == "check":
            cell.source = STOCK_CHECK.format(name=exercise(cell))
    return changed


def run_bare(folder: Path, handed: dict[str, NotebookNode]) -> float:
    """Seconds of one plain process that runs everybody's cells, demonstrations left out."""
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        [cell.source for cell in notebook.cells if cell.cell_type == "code" and role(cell) != "demo"]
        for notebook in handed.values()
    ]
    (folder / "cells.json").write_text(json.dumps(cells))
    (folder / "bare.py").write_text(BARE)
    return command(sys.executable, "bare.py", "cells.json", folder=folder)


class Inline(Executor):
    """Runs each job at once, in this process."""

    def submit(self, run: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Run it."""
        future: Future[Any] = Future()
        future.set_result(run(*arguments, **named))
        return future


class Clock:
    """Time spent in functions, what they call on this clock not counted twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = [0.0]

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its own time added to a stage."""

        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent = time.perf_counter() - start
                own = spent - self._inner.pop()
                self._inner[-1] += spent
                self.seconds[stage] = self.seconds.get(stage, 0.0) + own

        return run


STAGES: Sequence[tuple[str, Any, str]] = (
    ("assignment into the gradebook", engine, "register"),
    ("parse and align", classroom, "task_for"),
    ("view of the library", engine, "view"),
    ("jail start", Jail, "_start"),
    ("session start", Jail, "session"),
    ("session end", Session, "close"),
    ("cells", Session, "run"),
    ("calls of the learner's functions", Session, "call"),
    ("judging", grading, "judge"),
    ("judging", grading, "judge_again"),
    ("drawing cases", judge.Trial, "draw"),
    ("flow of a submission", grading, "grade"),
    ("flow of a submission", batch, "grade"),
    ("stored results", Results, "save"),
    ("stored results", Results, "load"),
    ("gradebook and files", classroom, "write"),
    ("list of students", classroom, "line"),
    ("everything else", classroom, "grade"),
)


@contextmanager
def clocked() -> Iterator[Clock]:
    """A clock on every stage of this process."""
    clock = Clock()
    before = [(owner, name, getattr(owner, name)) for _, owner, name in STAGES]
    for stage, owner, name in STAGES:
        setattr(owner, name, clock.timed(stage, getattr(owner, name)))
    try:
        yield clock
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def stages(folder: Path, count: int) -> list[dict[str, Any]]:
    """Where the time of ours goes: the same work in this one process, nothing beside anything else."""
    release = released(demos=False)
    course = our_course(folder, release, submissions(release, count))
    batch.close_jails()
    with clocked() as clock:
        classroom.grade(course, ASSIGNMENT, pool=Inline)
    batch.close_jails()
    spent = sorted(clock.seconds.items(), key=lambda item: -item[1])
    return [row("one process", stage, seconds, count) for stage, seconds in spent]


if __name__ == "__main__":
    main()
