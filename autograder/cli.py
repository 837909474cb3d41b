"""The `autograder` command.

Each command imports what it needs when it runs: nbgrader alone takes a second to import.
"""

import argparse
import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

    from autograder.classroom import Graded
    from autograder.store import Course

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
AGAIN_S = 0.05  # how long after an interrupt that was lost it comes again
LINE_S = 20.0  # where stderr is no terminal, progress is told so often


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
        0 when all is well, 1 when something was found wrong or stopped the run, 2 for wrong use, 130 when
        interrupted.
    """
    try:
        with interrupts_that_count():
            return answered(arguments)
    except KeyboardInterrupt:
        print("\nStopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED


@contextmanager
def interrupts_that_count() -> Iterator[None]:
    """Ctrl-C that came where nothing can be raised, such as a weak reference's callback, comes once more."""

    def once_more(lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            threading.Timer(AGAIN_S, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            before(lost)

    before, sys.unraisablehook = sys.unraisablehook, once_more
    try:
        yield
    finally:
        sys.unraisablehook = before


def answered(arguments: Sequence[str] | None) -> int:
    """Run a command, and say in one line what it could not do."""
    from autograder.exercises import UnknownName
    from autograder.outcome import printable
    from autograder.sandbox import NoSandbox
    from autograder.store import CourseError, Stopped

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    # Where jsonschema finds this package it spends a second and a half on a grammar of web addresses, which
    # no notebook's format has a use for.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    call = parser().parse_args(arguments, namespace=Call())
    try:
        return int(call.run(call))
    except (CourseError, UnknownName) as error:
        print(f"autograder: {printable(str(error))}", file=sys.stderr)
        return MISUSED
    except (NoSandbox, Stopped) as error:
        print(f"autograder: {printable(str(error))}", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="autograder", description="Build, check and grade the course.")
    top.add_argument("--course", metavar="FOLDER", help="the course; by default the one this folder lies in")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Any, text: str, more: str = "") -> argparse.ArgumentParser:
        shape = argparse.RawDescriptionHelpFormatter
        made = commands.add_parser(name, help=text, description=text, epilog=more, formatter_class=shape)
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


GRADE = """\
What is graded is not graded again unless the submission, the assignment or the seed changed, or with --force.
After an interruption the same command goes on.

--json prints a list with one object a submission: "assignment", "student", "score" (null when there is none),
"raw_score" (before a late penalty), "penalty", "max_score", "recognised" (["exercise: mistake"]),
"flags" ([{"name", "message", "cell"}]) and "error" ("" or why there is no score).

exit status: 0 all have a score, 1 some have none or the run was stopped, 2 wrong use, 130 interrupted
"""


def add_grading(command: Any) -> None:
    """The commands of those who teach it."""
    grade = command("grade", run_grade, "grade the submissions of an assignment, or of a part", GRADE)
    grade.add_argument("name", metavar="ASSIGNMENT|PART", help="such as 04-lstm, or part-1")
    grade.add_argument(
        "--student", action="append", default=[], metavar="ID", help="only this one; may be repeated"
    )
    where = grade.add_mutually_exclusive_group()
    where.add_argument("--workers", type=positive, metavar="N", help="default: all cores")
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, whose workers grade instead of this machine"
    )
    grade.add_argument("--force", action="store_true", help="grade again what is graded")
    unsafe(grade)
    grade.add_argument("--json", action="store_true", help="the list for programs, on stdout")
    log = command("log", run_log, "how the grading of one submission went")
    log.add_argument("assignment", metavar="ASSIGNMENT")
    log.add_argument("student", metavar="STUDENT")
    log.add_argument("--json", action="store_true")
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
    demo.add_argument(
        "names", nargs="*", metavar="ASSIGNMENT", help="what is handed in (default: 02-rnn 04-lstm)"
    )
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
    doctor = command("doctor", run_doctor, "say which sandbox this system gives, by trying it")
    doctor.add_argument("--json", action="store_true")


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
    """Grade the submissions of an assignment or a part."""
    from autograder import batch

    with (
        nullcontext()
        if call.scheduler
        else batch.early(call.workers or os.cpu_count() or 1, call.name) as pool
    ):
        return grade_on(pool, call)


def grade_on(pool: Any, call: Call) -> int:
    """Grade on the executors that `pool` makes, or on the cluster where there is none; imports nbgrader."""
    from autograder import obstacles
    from autograder.store import Results, locked

    with obstacles.told(call.where), locked(call.where, f"autograder grade {call.name}"):
        Results(call.where).sweep()
        chosen = submissions(call.where, call.name, call.student)
        found = graded(call, pool, chosen)
        pages = written(call.where, found)
    if call.json:
        listed = [{"assignment": a, **vars(line)} for a, lines in found.items() for line in lines]
        print(json.dumps(listed, indent=1, ensure_ascii=False))
    else:
        show(call.where, found, pages)
    return FAILED if any(line.error for lines in found.values() for line in lines) else 0


def submissions(course: "Course", name: str, students: Sequence[str]) -> dict[str, list[str]]:
    """Whom to grade, by assignment; of a part, those of its assignments that these students handed in.

    Raises:
        CourseError: no such assignment, part or student.
    """
    from autograder import classroom

    assignments = course.chosen(name)
    if len(assignments) > 1 and students:
        assignments = [a for a in assignments if set(students) & set(course.students(a))] or assignments
    return {
        assignment: classroom.chosen_students(
            course,
            assignment,
            [s for s in students if len(assignments) == 1 or s in course.students(assignment)],
        )
        for assignment in assignments
    }


def graded(call: Call, pool: Any, chosen: dict[str, list[str]]) -> dict[str, list["Graded"]]:
    """Grade these submissions, with progress on stderr."""
    from autograder import classroom, cluster

    if pool is None:
        pool = cluster.cluster(call.scheduler, list(chosen))
    with progress(sum(map(len, chosen.values())), call.name, silent=call.json) as bar:
        return {
            assignment: classroom.grade(
                call.where,
                assignment,
                students=students,
                pool=pool,
                force=call.force,
                unsafe=call.unsafe,
                progress=lambda student: bar.update(),
            )
            for assignment, students in chosen.items()
        }


def written(course: "Course", found: dict[str, list["Graded"]]) -> list[Path]:
    """Write the list of grades and the class reports; where they lie."""
    from autograder import classroom, report
    from autograder.store import Results

    pages = [classroom.write_csv(course, assignment, lines) for assignment, lines in found.items()][-1:]
    return pages + [
        report.write(course, assignment) for assignment in found if Results(course).all(assignment)
    ]


def show(course: "Course", found: dict[str, list["Graded"]], pages: Sequence[Path]) -> None:
    """Print what came of grading: the tables, what a person should look at and why, and where things lie."""
    for assignment, lines in found.items():
        if len(found) > 1:
            print(f"\n{assignment}")
        console().print(table(lines))
        noticed = [(line.student, *said) for line in lines for said in reasons(line)]
        if noticed:
            print("\nto look at")
            console().print(reasons_table(noticed))
    print(f"\ngradebook     {course.gradebook}")
    print(f"grades        {shown(pages[0])}")
    for page in pages[1:]:
        print(f"class report  {shown(page)}")
    for assignment in found:
        print(f"feedback      autograder feedback {assignment}")


def reasons(line: "Graded") -> list[tuple[str, str]]:
    """What a person should look at in a submission: each kind of thing once, and how often there is more of it."""
    if line.error:
        return [("failed", line.error)]
    kinds: dict[str, list[str]] = {}
    for flag in line.flags:
        kinds.setdefault(flag["name"], []).append(flag["message"])
    more = {name: f" (and {len(said) - 1} more)" if len(said) > 1 else "" for name, said in kinds.items()}
    return [(name, said[0] + more[name]) for name, said in kinds.items()]


def reasons_table(noticed: Sequence[tuple[str, str, str]]) -> Any:
    """Students, what was noticed, and why."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, show_header=False)
    for row in noticed:
        made.add_row(*map(inert, row))
    return made


def table(lines: Sequence["Graded"]) -> Any:
    """The list of students, scores, and what was recognised."""
    from rich.table import Table
    from rich.text import Text

    made = Table("student", "score", "recognised", "to look at", box=None, pad_edge=False)
    made.columns[1].justify = "right"
    for line in lines:
        score = "" if line.score is None else f"{line.score:g} / {line.max_score:g}"
        noticed = dict.fromkeys(flag["name"] for flag in line.flags)
        flags = ["failed"] if line.error else list(noticed)
        recognised = Text("\n").join(inert(mistake) for mistake in line.recognised)
        made.add_row(inert(line.student), score, recognised, "\n".join(flags))
    return made


def inert(words: str) -> "Text":
    """Words from outside for a table, on one line, with nothing in them that a terminal or rich acts on."""
    from rich.text import Text

    from autograder.outcome import printable

    return Text(" ".join(printable(words).split()))


def run_log(call: Call) -> int:
    """Show how the grading of one submission went."""
    from autograder import replay
    from autograder.outcome import printable

    found = replay.log_of(call.where, call.assignment, call.student)
    text = (
        json.dumps(found, indent=1, ensure_ascii=False) if call.json else "\n".join(replay.log_lines(found))
    )
    print(printable(text))
    return 0


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
    from autograder.demo import SHOWN, run

    return run(call.names or SHOWN, call.workers, unsafe=call.unsafe)


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
    from autograder import doctor

    found = doctor.diagnose()
    if call.json:
        print(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(doctor.lines(found)))
    return 0 if found.well else FAILED


def progress(total: int, text: str, *, silent: bool = False) -> Any:
    """Progress on stderr with rate and time left: a bar on a terminal, elsewhere a line now and then."""
    from tqdm import tqdm

    if silent or sys.stderr.isatty():
        return tqdm(total=total, desc=text, unit="notebook", disable=silent, ncols=80)
    return tqdm(
        total=total, desc=text, unit="notebook", file=Lines(), ncols=0, mininterval=LINE_S, maxinterval=LINE_S
    )


class Lines:
    """stderr where it is no terminal: each state of a progress bar on a line of its own."""

    def write(self, text: str) -> None:
        """Write a state of the bar; what only moves the cursor is left out."""
        line = text.strip("\r\n \x1b[A")
        if line:
            print(line, file=sys.stderr)

    def flush(self) -> None:
        """Let it be seen."""
        sys.stderr.flush()


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
