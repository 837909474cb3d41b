"""Grade what a class handed in: find it, grade it, write it into nbgrader's gradebook, list it."""

import csv
import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.log import get_logger

from autograder import batch, engine
from autograder.grading import Job, Result
from autograder.sandbox import NoSandbox
from autograder.store import Course, CourseError, Results, secret
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
    """One submission on its way: what to grade and what was odd about the file."""

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
    """
    chosen = chosen_students(course, assignment, students)
    key = secret(course)
    with ready(course, assignment, chosen, pool, force=force, unsafe=unsafe) as prepared, one_engine():
        with quiet():
            engine.register(course, assignment)
        tasks, errors = [], {}
        for student in chosen:
            try:
                tasks.append(task_for(course, assignment, student, key, unsafe=unsafe))
            except (CourseError, OSError, ValueError, RecursionError) as error:
                errors[student] = f"{type(error).__name__}: {error}"
                progress(student)
        for task, outcome in outcomes(course, tasks, prepared, force=force):
            student = task.job.student
            if isinstance(outcome, NoSandbox):
                raise outcome
            if isinstance(outcome, Exception):
                errors[student] = f"{type(outcome).__name__}: {outcome}"
            else:
                try:
                    write(course, task, force=force)
                except (CourseError, OSError, ValueError) as error:
                    errors[student] = f"{type(error).__name__}: {error}"
            progress(student)
        return [line(course, assignment, student, errors.get(student, "")) for student in chosen]


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
    return Task(job, found.flags, engine.key_of(job, found.flags))


def outcomes(
    course: Course, tasks: Sequence[Task], pool: Callable[[], Executor], *, force: bool
) -> Iterator[tuple[Task, Result | Exception | None]]:
    """Each task once it has a stored result: those that have one first, the others as they are graded."""
    results = Results(course)
    waiting = {}
    for task in tasks:
        if not force and results.load(task.job.assignment, task.job.student, task.key) is not None:
            yield task, None
        else:
            waiting[task.job.student] = task
    if not waiting:
        return
    jobs = [task.job for task in waiting.values()]
    for job, outcome in batch.run_all(jobs, engine.view(course, jobs[0].assignment), pool):
        task = waiting[job.student]
        if isinstance(outcome, Result):
            outcome = engine.with_flags(outcome, task.flags)
            results.save(job.assignment, job.student, task.key, outcome.to_dict())
        yield task, outcome


def refuse_links(folder: Path) -> None:
    """nbgrader copies what lies beside a notebook, and would follow a link to wherever it leads.

    Raises:
        CourseError: the folder is a link, or holds one, or something else that is no plain file.
    """
    for path in (folder, *folder.rglob("*")):
        notebook = path.parent == folder and path.suffix == ".ipynb"
        if not notebook and (path.is_symlink() or not (path.is_file() or path.is_dir())):
            name = str(path.relative_to(folder.parent)).encode("utf-8", "replace").decode()
            raise CourseError(f"{name} is a link or no plain file: remove it, then grade this student again.")


def write(course: Course, task: Task, *, force: bool) -> None:
    """Take a stored result into the gradebook, through nbgrader's own converter."""
    assignment, student = task.job.assignment, task.job.student
    if not force and is_written(course, task):
        return
    folder = course.folder("submitted", assignment, student)
    refuse_links(folder)
    if not any(folder.glob("*.ipynb")):
        (folder / course.release(assignment).name).touch()

    def named(assignment: str, student: str, notebooks: list[str]) -> None:
        engine.name_properly(course, assignment, notebooks)

    with quiet():
        convert(Autograde, course, assignment, student, pre_convert_hook=named)


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


def is_written(course: Course, task: Task) -> bool:
    """Whether the gradebook and the autograded notebook already show this result."""
    assignment, student = task.job.assignment, task.job.student
    path = course.folder("autograded", assignment, student) / course.release(assignment).name
    try:
        shown = nbformat.read(path, as_version=4).metadata["autograder"]["key"]
        with Gradebook(course.db_url) as gradebook:
            gradebook.find_submission(assignment, student)
    except (OSError, KeyError, ValueError, MissingEntry):
        return False
    return bool(shown == task.key)


def line(course: Course, assignment: str, student: str, error: str = "") -> Graded:
    """What the gradebook and the stored result say of one student."""
    graded = Graded(student, error=error)
    stored = Results(course).load(assignment, student)
    if stored is not None:
        result = Result.from_dict(stored)
        graded.recognised = [
            f"{name}: {mistake}" for name, verdict in result.verdicts.items() for mistake in verdict.mistakes
        ]
        graded.flags = result.flags
    with Gradebook(course.db_url) as gradebook:
        try:
            found = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return graded
        graded.raw_score, graded.max_score = float(found.score), float(found.max_score)
        graded.penalty = float(found.late_submission_penalty or 0)
    if not error:
        graded.score = max(0.0, graded.raw_score - graded.penalty)
    return graded


def write_csv(course: Course, assignment: str, lines: Sequence[Graded]) -> Path:
    """Write `grades.csv`, correctly quoted; other assignments' lines in it are kept."""
    path = course.root / "grades.csv"
    kept = []
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) == COLUMNS:
                now = {(assignment, graded.student) for graded in lines}
                kept = [row for row in reader if (row["assignment"], row["student_id"]) not in now]
    rows = kept + [csv_row(assignment, graded) for graded in lines]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["assignment"], row["student_id"])))
    return path


def csv_row(assignment: str, graded: Graded) -> dict[str, str]:
    """One student's row."""
    return {
        "assignment": assignment,
        "student_id": graded.student,
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
    nbgrader.api.create_engine = functools.cache(before)
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
