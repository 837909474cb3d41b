"""The `autograder` command.

Each command imports what it needs when it runs: nbgrader alone takes a second to import.
"""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.classroom import Graded
    from autograder.store import Course

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


class Call(argparse.Namespace):
    """The arguments of one call."""

    @cached_property
    def where(self) -> "Course":
        """The course that the command works on."""
        from autograder.store import Course

        return Course.find(Path(self.course) if self.course else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; wrong use is answered on stderr.

    Returns:
        0 when all is well, 1 when something was found wrong, 2 for wrong use, 130 when interrupted.
    """
    from autograder.exercises import UnknownName
    from autograder.sandbox import NoSandbox
    from autograder.store import CourseError

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    call = parser().parse_args(arguments, namespace=Call())
    try:
        return int(call.run(call))
    except (CourseError, UnknownName) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return MISUSED
    except NoSandbox as error:
        print(f"autograder: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nStopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="autograder", description="Build, check and grade the course.")
    top.add_argument("--course", metavar="FOLDER", help="the course; by default the one this folder lies in")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    add_authoring(command)
    add_grading(command)
    add_inspection(command)
    return top


def add_authoring(command: Any) -> None:
    """The commands of those who write the course."""
    build = command("build", run_build, "make notebooks and public cases from the sources")
    build.add_argument(
        "topics", nargs="*", metavar="TOPIC", help="a topic or assignment; all when none is named"
    )
    build.add_argument("--check", action="store_true", help="only say what is stale")
    release = command("release", run_release, "make the student package of an assignment")
    release.add_argument("assignment", metavar="ASSIGNMENT")
    release.add_argument("--out", type=Path, metavar="DIR", help="where to write the zip (default: releases)")
    exercises = command("exercises", run_exercises, "list every exercise: points, rows, mistakes")
    exercises.add_argument("--json", action="store_true")
    audit = command(
        "audit", run_audit, "prove the checks: mutants die, mistakes are named, right variants pass"
    )
    audit.add_argument("topics", nargs="*", metavar="TOPIC")
    audit.add_argument("--json", action="store_true")
    audit.add_argument("--workers", type=positive, default=os.cpu_count(), metavar="N")


def add_grading(command: Any) -> None:
    """The commands of those who teach it."""
    grade = command("grade", run_grade, "grade the submissions of an assignment")
    grade.add_argument("assignment", metavar="ASSIGNMENT")
    grade.add_argument(
        "--student", action="append", default=[], metavar="ID", help="only this one; may be repeated"
    )
    grade.add_argument(
        "--workers", type=positive, default=os.cpu_count(), metavar="N", help="default: all cores"
    )
    grade.add_argument("--force", action="store_true", help="grade again what is graded")
    unsafe(grade)
    grade.add_argument("--json", action="store_true")
    feedback = command("feedback", run_feedback, "write the feedback pages of an assignment")
    feedback.add_argument("assignment", metavar="ASSIGNMENT")
    report = command("report", run_report, "write the class report of an assignment, one HTML page")
    report.add_argument("assignment", metavar="ASSIGNMENT")
    report.add_argument("--anonymous", action="store_true", help="without students' names")
    report.add_argument("--out", type=Path, metavar="FILE", help="default: reports/ASSIGNMENT.html")
    replay = command(
        "replay", run_replay, "show given and expected values for one submission, on the same inputs"
    )
    replay.add_argument("assignment", metavar="ASSIGNMENT")
    replay.add_argument("student", metavar="STUDENT")
    replay.add_argument(
        "row", nargs="?", metavar="ROW", help="an exercise or a row; all that are wrong by default"
    )
    unsafe(replay)
    demo = command("demo", run_demo, "grade a sample class in a temporary course folder")
    demo.add_argument("--workers", type=positive, default=os.cpu_count(), metavar="N")
    unsafe(demo)


def add_inspection(command: Any) -> None:
    """The commands for one answer, and for this system."""
    attempt = command("try", run_try, "judge one Python file as grading would")
    attempt.add_argument("exercise", metavar="EXERCISE")
    attempt.add_argument("file", type=Path, metavar="FILE")
    attempt.add_argument("--seed", default="0", metavar="N")
    attempt.add_argument("--json", action="store_true")
    unsafe(attempt)
    command("progress", run_progress, "show what you have passed, and what is open")
    command("doctor", run_doctor, "say which sandbox this system gives, by trying it")


def unsafe(command: argparse.ArgumentParser) -> None:
    """The option to do without a sandbox."""
    command.add_argument(
        "--unsafe", action="store_true", help="go on without a sandbox: only for submissions that you trust"
    )


def positive(text: str) -> int:
    """A number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def run_build(call: Call) -> int:
    """Build assignments, or say what is stale."""
    from autograder import course

    picked = course.chosen(call.where, call.topics)
    try:
        if call.check:
            problems = [p for name, source in picked.items() for p in course.stale(call.where, name, source)]
            for problem in problems:
                print(f"stale: {problem}")
            if problems:
                print("Run: autograder build")
            return FAILED if problems else 0
        for name, source in picked.items():
            for path in course.build(call.where, name, source).written:
                print(f"wrote {shown(path)}")
    except course.BuildError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return FAILED
    return 0


def run_release(call: Call) -> int:
    """Write the student package."""
    from autograder.release import package

    print(f"wrote {shown(package(call.where, call.assignment, call.out or call.where.root / 'releases'))}")
    return 0


def run_exercises(call: Call) -> int:
    """List every exercise."""
    from autograder.exercises import every_exercise

    found = [described(assignment, exercise) for assignment, exercise in every_exercise().values()]
    if call.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return 0
    from rich.table import Table

    table = Table("assignment", "exercise", "points", "minutes", "rows", "mistakes", box=None)
    for item in found:
        counts = [
            f"{item['points']:g}",
            str(item["minutes"]),
            str(len(item["rows"])),
            str(len(item["mistakes"])),
        ]
        table.add_row(item["assignment"], item["name"], *counts)
    console().print(table)
    return 0


def described(assignment: str, exercise: Any) -> dict[str, Any]:
    """An exercise as JSON-able data."""
    return {
        "name": exercise.name,
        "assignment": assignment,
        "kind": exercise.kind,
        "title": exercise.title,
        "signature": exercise.signature,
        "minutes": exercise.minutes,
        "difficulty": exercise.difficulty,
        "needs": list(exercise.needs),
        "points": exercise.points,
        **exercise.to_json(),
        "mistakes": [{"name": mistake.name, "text": mistake.text} for mistake in exercise.mistakes],
    }


def run_audit(call: Call) -> int:
    """Prove the checks."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from autograder import audit

    with ProcessPoolExecutor(call.workers, mp_context=get_context("spawn")) as executor:
        audits = audit.audit(call.topics, executor)
    if call.json:
        print(json.dumps([found.to_dict() for found in audits], indent=1, ensure_ascii=False))
    else:
        print("\n".join(audit.lines(audits)))
    return FAILED if any(found.problems for found in audits) else 0


def run_grade(call: Call) -> int:
    """Grade an assignment's submissions."""
    from autograder import batch, classroom, report

    students = classroom.chosen_students(call.where, call.assignment, call.student)
    with progress(len(students), call.assignment, silent=call.json) as bar:
        lines = classroom.grade(
            call.where,
            call.assignment,
            students=students,
            pool=batch.processes(call.workers),
            force=call.force,
            unsafe=call.unsafe,
            progress=lambda student: bar.update(),
        )
    grades = classroom.write_csv(call.where, call.assignment, lines)
    page = report.write(call.where, call.assignment)
    if call.json:
        print(json.dumps([vars(line) for line in lines], indent=1, ensure_ascii=False))
    else:
        console().print(table(lines))
        print(f"gradebook     {call.where.db_url.removeprefix('sqlite:///')}")
        print(f"grades        {shown(grades)}")
        print(f"class report  {shown(page)}")
        print(f"feedback      autograder feedback {call.assignment}")
    return FAILED if any(line.error for line in lines) else 0


def table(lines: Sequence["Graded"]) -> Any:
    """The list of students, scores, and what was recognised."""
    from rich.markup import escape
    from rich.table import Table

    made = Table("student", "score", "recognised", "to look at", box=None, pad_edge=False)
    made.columns[1].justify = "right"
    for line in lines:
        score = "failed" if line.score is None else f"{line.score:g} / {line.max_score:g}"
        noticed = dict.fromkeys(flag["name"] for flag in line.flags)
        flags = [line.error] if line.error else list(noticed)
        made.add_row(*map(escape, (line.student, score, "\n".join(line.recognised), "\n".join(flags))))
    return made


def run_feedback(call: Call) -> int:
    """Write the feedback pages."""
    from autograder.classroom import feedback

    print(f"feedback pages in {shown(feedback(call.where, call.assignment))}")
    return 0


def run_report(call: Call) -> int:
    """Write the class report."""
    from autograder import report

    page = report.write(call.where, call.assignment, call.out, anonymous=call.anonymous)
    print(f"wrote {shown(page)}")
    return 0


def run_replay(call: Call) -> int:
    """Show given and expected values."""
    from autograder.replay import replay

    for line in replay(call.where, call.assignment, call.student, call.row, unsafe=call.unsafe):
        print(line)
    return 0


def run_demo(call: Call) -> int:
    """Grade a sample class."""
    from autograder.demo import run

    return run(call.workers, unsafe=call.unsafe)


def run_try(call: Call) -> int:
    """Judge one file."""
    from autograder.grading import try_file

    try:
        verdict = try_file(call.exercise, call.file, seed=call.seed, unsafe=call.unsafe)
    except OSError as error:
        print(f"autograder: {call.file} cannot be read: {error.strerror}", file=sys.stderr)
        return MISUSED
    print(json.dumps(verdict.to_dict(), ensure_ascii=False) if call.json else verdict.text())
    return 0 if verdict.passed else FAILED


def run_progress(call: Call) -> int:
    """Show a learner's progress."""
    from autograder.progress import path, text

    print(f"{text()}\n{path()}")
    return 0


def run_doctor(call: Call) -> int:
    """Try the sandbox."""
    import tempfile

    from autograder.sandbox import Jail

    with tempfile.TemporaryDirectory() as folder, Jail(Path(folder)) as jail:
        print(f"sandbox: {jail.kind} ({', '.join(jail.layers)})")
    return 0


def progress(total: int, text: str, *, silent: bool = False) -> Any:
    """A progress bar on stderr."""
    from tqdm import tqdm

    return tqdm(total=total, desc=text, unit="notebook", disable=silent, ncols=80)


def console() -> Any:
    """A terminal for tables; wide enough for them where there is no terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 120, highlight=False)


def shown(path: Path) -> str:
    """A path as a person would type it here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
