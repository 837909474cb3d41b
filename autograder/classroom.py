"""Grade what a class handed in: find it, grade it, write it into nbgrader's gradebook, list it."""

import csv
import functools
import io
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path
from typing import Any

import nbgrader.api
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.log import get_logger

from autograder import batch, engine, gradebook, obstacles
from autograder.clean import spreadsheet
from autograder.grading import Job, Result
from autograder.obstacles import obstacle, probe, told
from autograder.sandbox import NoSandbox
from autograder.store import Course, CourseError, Results, Stopped, secret, write_atomically
from autograder.submission import Flag

COLUMNS = (
    "assignment",
    "student_id",
    "raw_score",
    "late_penalty",
    "score",
    "max_score",
    "recognised",
    "flags",
)

Progress = Callable[[str], None]


@dataclass
class Graded:
    """One student's line in the list.

    Attributes:
        student: the student.
        score: points in the gradebook, a grader's own points and late penalties counted; None when it failed.
        max_score: points to be had.
        recognised: the known mistakes found, by exercise.
        flags: what a person should look at.
        raw_score: points before a late penalty.
        penalty: the late penalty.
        error: why there is no result.
    """

    student: str
    score: float | None = None
    max_score: float = 0.0
    recognised: list[str] = field(default_factory=list)
    flags: list[dict[str, Any]] = field(default_factory=list)
    raw_score: float = 0.0
    penalty: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Task:
    """One submission on its way: its notebook as it was read, what to grade and what was odd about the file."""

    notebook: NotebookNode
    job: Job
    flags: list[Flag]
    key: str


def grade(
    course: Course,
    assignment: str,
    *,
    students: Sequence[str] = (),
    pool: Callable[[], Executor],
    force: bool = False,
    unsafe: bool = False,
    progress: Progress = lambda student: None,
) -> list[Graded]:
    """Grade an assignment's submissions and write them into the gradebook, one by one as they are finished.

    Args:
        course: the course.
        assignment: its name.
        students: whom to grade; all who handed something in when empty.
        pool: makes the executor that the jobs run on.
        force: grade again what has a stored result.
        unsafe: go on where there is no sandbox.
        progress: called with each student when the submission is in the gradebook.

    Returns:
        A line for each student.

    Raises:
        CourseError: unknown assignment or student, no submissions, no secret.
        NoSandbox: no sandbox holds here.
        Stopped: nothing can be written, or workers die whatever they are given.
    """
    chosen = chosen_students(course, assignment, students)
    key = secret(course)
    with (
        told(course),
        ready(course, assignment, chosen, pool, force=force, unsafe=unsafe) as prepared,
        one_engine(),
        quiet(),
        ExitStack() as holds,
    ):
        engine.register(course, assignment)
        writer = holds.enter_context(gradebook.Writer(course, assignment, done=[engine.Judge]))
        run = Run(course, assignment, key, force, unsafe, progress, writer)
        view = engine.view(course, assignment)
        with closing(batch.run_all(run.jobs(chosen), view, prepared)) as finished:
            for job, outcome in finished:
                run.take(run.sent.pop(job.student), outcome)
        return listed(course, assignment, chosen, run.errors)


@dataclass
class Run:
    """One assignment being graded: reads what is to be done, takes what was done into the gradebook.

    Attributes:
        errors: why a student has no result.
        sent: the tasks that are on their way, by student.
    """

    course: Course
    assignment: str
    key: bytes
    force: bool
    unsafe: bool
    progress: Progress
    writer: gradebook.Writer
    errors: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Task] = field(default_factory=dict)

    def jobs(self, students: Sequence[str]) -> Iterator[Job]:
        """The jobs of those that have no result yet; the others' results go into the gradebook meanwhile."""
        results = Results(self.course)
        for student in students:
            try:
                task = task_for(self.course, self.assignment, student, self.key, unsafe=self.unsafe)
            except (CourseError, OSError, ValueError, RecursionError) as error:
                self.fail(student, f"{type(error).__name__}: {error}")
                continue
            if self.force or results.load(self.assignment, student, task.key) is None:
                self.sent[student] = task
                yield task.job
            else:
                self.take(task, None)

    def take(self, task: Task, outcome: Result | Exception | None) -> None:
        """Store a result, or why there is none, and write what is stored into the gradebook."""
        if isinstance(outcome, NoSandbox | Stopped):
            raise outcome
        student, results = task.job.student, Results(self.course)
        if isinstance(outcome, Exception):
            crash = {"crash": str(outcome), "errors": getattr(outcome, "errors", [])}
            results.save_log(self.assignment, student, crash)
            self.fail(student, OURS.format(error=outcome, assignment=self.assignment, student=student))
            return
        if isinstance(outcome, Result):
            found = engine.with_flags(outcome, task.flags)
            results.save(self.assignment, student, task.key, found.to_dict())
            results.save_log(self.assignment, student, outcome.run)
        try:
            write(self.course, task, self.writer, force=self.force)
        except (CourseError, OSError, ValueError) as error:
            with told(self.course):
                probe(self.course)
                if obstacle(self.course, error):
                    raise
            self.fail(student, f"{type(error).__name__}: {error}")
        else:
            self.progress(student)

    def fail(self, student: str, error: str) -> None:
        """Note that a student has no result."""
        self.errors[student] = error
        self.progress(student)


OURS = (
    "an error of the autograder's own, not the student's: {error}. Nothing is lost, and the same command tries "
    "again; autograder log {assignment} {student} has more"
)


@contextmanager
def ready(
    course: Course,
    assignment: str,
    students: Sequence[str],
    pool: Callable[[], Executor],
    *,
    force: bool,
    unsafe: bool,
) -> Iterator[Callable[[], Executor]]:
    """The pool, its workers starting already where somebody is certain to be graded."""
    results = Results(course)
    if force or not all(results.path(assignment, student).is_file() for student in students):
        view = engine.view(course, assignment)
        with batch.begun(pool, view, engine.limits(course), unsafe=unsafe) as started:
            yield started
    else:
        yield pool


def chosen_students(course: Course, assignment: str, students: Sequence[str]) -> list[str]:
    """Whom to grade.

    Raises:
        CourseError: unknown assignment, nobody handed in anything, or one of `students` did not.
    """
    course.release(assignment)
    present = course.students(assignment)
    if not present:
        place = course.folder("submitted", assignment, "STUDENT").relative_to(course.root)
        raise CourseError(f"There are no submissions of {assignment}: they belong in {place}.")
    missing = [student for student in students if student not in present]
    if missing:
        raise CourseError(f"{', '.join(missing)} handed in no {assignment}. There are: {', '.join(present)}.")
    return list(dict.fromkeys(students)) or present


def task_for(course: Course, assignment: str, student: str, key: bytes, *, unsafe: bool) -> Task:
    """Read one submission and say what there is to grade."""
    found = engine.read(course, assignment, student)
    job = engine.job_for(course, found.notebook, assignment, student, key, unsafe=unsafe)
    return Task(found.notebook, job, found.flags, engine.key_of(job, found.flags))


def write(course: Course, task: Task, writer: gradebook.Writer, *, force: bool) -> None:
    """Take a stored result into the gradebook.

    Raises:
        CourseError: it could not be written.
    """
    assignment, student = task.job.assignment, task.job.student
    if not force and is_written(course, task, writer):
        return
    stored = Results(course).load(assignment, student, task.key)
    if stored is None:
        raise CourseError(f"{student}'s result was removed while it was written: grade again.")
    engine.write_into(task.notebook, Result.from_dict(stored), task.key)
    writer.write(student, task.notebook)


def convert(converter: type[Any], course: Course, assignment: str, student: str, **traits: Any) -> None:
    """Run one of nbgrader's converters, with these traits, on one student's submission.

    Raises:
        CourseError: nbgrader could not do it.
    """
    directory = CourseDirectory(
        config=course.config, root=str(course.root), assignment_id=assignment, student_id=escape(student)
    )
    made = converter(coursedir=directory, config=course.config, **traits)
    made.force = True
    try:
        made.start()
    except NbGraderException as error:
        raise CourseError(f"nbgrader could not write {student}'s {assignment}: {error}") from error


def is_written(course: Course, task: Task, writer: gradebook.Writer) -> bool:
    """Whether the gradebook and the autograded notebook already show this result."""
    assignment, student = task.job.assignment, task.job.student
    path = course.folder("autograded", assignment, student) / course.release(assignment).name
    return gradebook.key_shown(path) == task.key and writer.knows(student)


def listed(
    course: Course, assignment: str, students: Sequence[str], errors: Mapping[str, str]
) -> list[Graded]:
    """What the gradebook and the stored results say of these students."""
    results = Results(course)
    with Gradebook(course.db_url) as opened:
        return [line(opened, results, assignment, student, errors.get(student, "")) for student in students]


def line(opened: Gradebook, results: Results, assignment: str, student: str, error: str) -> Graded:
    """What the gradebook and the stored result say of one student."""
    graded = Graded(student, error=error)
    stored = results.load(assignment, student)
    if stored is not None:
        result = Result.from_dict(stored)
        graded.recognised = [
            f"{name}: {mistake}" for name, verdict in result.verdicts.items() for mistake in verdict.mistakes
        ]
        graded.flags = result.flags
    try:
        found = opened.find_submission(assignment, student)
    except MissingEntry:
        return graded
    graded.raw_score, graded.max_score = float(found.score), float(found.max_score)
    graded.penalty = float(found.late_submission_penalty or 0)
    if not error:
        graded.score = max(0.0, graded.raw_score - graded.penalty)
    return graded


def write_csv(course: Course, assignment: str, lines: Sequence[Graded]) -> Path:
    """Write `grades.csv`, correctly quoted, no cell a formula; other assignments' lines in it are kept."""
    path = course.root / "grades.csv"
    kept = []
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) == COLUMNS:
                now = {(assignment, spreadsheet(graded.student)) for graded in lines}
                kept = [row for row in reader if (row["assignment"], row["student_id"]) not in now]
    rows = kept + [csv_row(assignment, graded) for graded in lines]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["assignment"], row["student_id"])))
    write_atomically(path, text.getvalue(), durable=True)
    return path


def csv_row(assignment: str, graded: Graded) -> dict[str, str]:
    """One student's row."""
    return {
        "assignment": assignment,
        "student_id": spreadsheet(graded.student),
        "raw_score": f"{graded.raw_score:g}",
        "late_penalty": f"{graded.penalty:g}",
        "score": "" if graded.score is None else f"{graded.score:g}",
        "max_score": f"{graded.max_score:g}",
        "recognised": "; ".join(graded.recognised),
        "flags": "; ".join(flag["name"] for flag in graded.flags),
    }


def feedback(course: Course, assignment: str, progress: Progress = lambda student: None) -> Path:
    """Write nbgrader's feedback pages of an assignment.

    Args:
        course: the course.
        assignment: its name.
        progress: called with each student when the page is written.

    Returns:
        The folder that holds them, by student.

    Raises:
        CourseError: unknown assignment, or nothing is graded yet.
    """
    course.release(assignment)
    graded = [s for s in course.students(assignment) if course.folder("autograded", assignment, s).is_dir()]
    if not graded:
        raise CourseError(f"Nothing of {assignment} is graded yet: autograder grade {assignment}")
    for student in graded:
        with quiet():
            convert(GenerateFeedback, course, assignment, student)
        progress(student)
    return course.root / str(course.directory.feedback_directory)


@contextmanager
def one_engine() -> Iterator[None]:
    """nbgrader opens the gradebook ten times for each student: with one engine each query is compiled once."""
    before = nbgrader.api.create_engine

    @functools.cache
    def patient(db_url: str, **options: Any) -> Any:
        if db_url.startswith("sqlite"):
            options["connect_args"] = {"timeout": obstacles.WAIT_S}
        return before(db_url, **options)

    nbgrader.api.create_engine = patient
    try:
        yield
    finally:
        nbgrader.api.create_engine = before


@contextmanager
def quiet() -> Iterator[None]:
    """nbgrader's progress notes are not shown, its errors are."""
    loggers = [get_logger(), logging.getLogger("alembic"), logging.getLogger("traitlets")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
