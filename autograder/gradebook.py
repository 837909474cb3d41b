"""nbgrader's gradebook and its autograded folder: made, told what an assignment holds, written into.

`Writer` leaves what `nbgrader autograde` leaves, rows and files alike, for one submission after the other over
one connection: nbgrader's own converter opens the gradebook nine times for each.
"""

import copy
import json
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbformat.v4 import writes
from nbgrader.api import (
    Base,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import (
    AssignLatePenalties,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)
from nbgrader.utils import compute_checksum, determine_grade, find_all_files, is_grade, is_solution, is_task
from sqlalchemy import create_engine, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from autograder.store import Course, CourseError, write_atomically
from autograder.syllabus import topic_of

log = logging.getLogger(__name__)

# What these do is done by `Writer` itself, or was done by the reader, which gives the release's own cells.
DONE_HERE = (OverwriteKernelspec, OverwriteCells, SaveAutoGrades, AssignLatePenalties)


def make(db_url: str) -> None:
    """Make a new gradebook's tables, in the version that nbgrader's own migrations have reached.

    nbgrader would do it when it first opens one, and run `alembic` as a command to ask for the version.
    """
    engine = create_engine(db_url)
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            Base.metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    engine.dispose()


def register(course: Course, assignment: str, release: NotebookNode) -> None:
    """Make the gradebook know an assignment's released cells, as nbgrader's generate_assignment would.

    Args:
        course: the course.
        assignment: its name.
        release: its released notebook.

    Raises:
        CourseError: its cells changed although students have been graded on the former ones.
    """
    make(course.db_url)
    with Gradebook(course.db_url) as gradebook:
        if registered(gradebook, assignment, release):
            return
        gradebook.update_or_create_assignment(assignment)
    marks = {"notebook": topic_of(assignment), "assignment": assignment, "db_url": course.db_url}
    try:
        SaveCells().preprocess(copy.deepcopy(release), {"nbgrader": marks})
    except RuntimeError as error:
        raise CourseError(
            f"{assignment} has other exercises than those that the gradebook has grades for ({error}). "
            "Release it under a new name, or remove the old one: nbgrader db assignment remove."
        ) from None


def registered(gradebook: Gradebook, assignment: str, release: NotebookNode) -> bool:
    """Whether the gradebook has this version of an assignment's cells."""
    marked = [cell for cell in release.cells if cell.metadata.get("nbgrader", {}).get("grade_id")]
    wanted = {cell.metadata["nbgrader"]["grade_id"]: compute_checksum(cell) for cell in marked}
    try:
        found = gradebook.find_notebook(topic_of(assignment), assignment)
    except MissingEntry:
        return False
    return wanted == {cell.name: cell.checksum for cell in found.source_cells}


class Writer:
    """Writes one assignment's results into the gradebook. Use it in a `with` statement.

    Args:
        course: the course.
        assignment: a registered assignment.
        done: preprocessors of `nbgrader autograde` whose work is done on the notebooks that are written.
    """

    def __init__(self, course: Course, assignment: str, done: Sequence[type] = ()) -> None:
        self._assignment, self._notebook = assignment, topic_of(assignment)
        self._directory = CourseDirectory(
            config=course.config, root=str(course.root), assignment_id=assignment
        )
        self._autograde = Autograde(coursedir=self._directory, config=course.config)
        self._autograde.force = True
        steps = [*self._autograde.sanitize_preprocessors, *self._autograde.autograde_preprocessors]
        made = [step(config=course.config) for step in steps if step not in (*DONE_HERE, *done)]
        self._steps = [step for step in made if step.enabled]
        self._late = AssignLatePenalties(config=course.config)
        self._late.init_plugin()
        self._gradebook = Gradebook(course.db_url, self._directory.course_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._gradebook.close()

    def write(self, student: str, notebook: NotebookNode) -> None:
        """Take a student's judged notebook in: rows first, in one transaction, and the notebook last.

        Args:
            student: whose it is.
            notebook: its check cells hold verdicts, its other outputs are safe to show; may be changed.

        Raises:
            CourseError: it could not be written.
        """
        marks = {"student": student, "assignment": self._assignment, "notebook": self._notebook}
        resources = {"nbgrader": {**marks, "db_url": str(self._directory.db_url)}}
        try:
            for step in self._steps:
                notebook, resources = step(notebook, resources)
            if self._autograde.init_destination(self._assignment, student):
                self._enter(student, notebook)
                self._lay_down(student, notebook)
        except (NbGraderException, ValueError, SQLAlchemyError) as error:
            self._gradebook.db.rollback()
            raise CourseError(f"{student}'s {self._assignment} could not be written: {error}") from error

    def knows(self, student: str) -> bool:
        """Whether the gradebook has a submission of this student's."""
        try:
            self._gradebook.find_submission(self._assignment, student)
        except MissingEntry:
            return False
        return True

    def _enter(self, student: str, notebook: NotebookNode) -> None:
        """The rows: student, submission, grades, comments, late penalty."""
        gradebook = self._gradebook
        if self._autograde.create_student:
            gradebook.update_or_create_student(student)
        submitted = self._directory.format_path(
            self._directory.submitted_directory, student, self._assignment
        )
        timestamp = self._directory.get_existing_timestamp(submitted)
        given = {"timestamp": timestamp} if timestamp else {}
        submission = gradebook.update_or_create_submission(self._assignment, student, **given)
        [entered] = [one for one in submission.notebooks if one.name == self._notebook]
        for table, rows in self._marks(entered, notebook).items():
            if rows:
                gradebook.db.execute(update(table), rows)
        self._set_penalty(submission, entered, student)
        gradebook.db.commit()

    def _marks(self, entered: SubmittedNotebook, notebook: NotebookNode) -> dict[type, list[dict[str, Any]]]:
        """What SaveAutoGrades does: a grader's own points stay, and are to be looked at again."""
        query = select(BaseCell.name, Grade.id, Grade.manual_score).join(
            BaseCell, BaseCell.id == Grade.cell_id
        )
        grades = {
            name: row
            for name, *row in self._gradebook.db.execute(query.where(Grade.notebook_id == entered.id))
        }
        query = select(BaseCell.name, Comment.id).join(BaseCell, BaseCell.id == Comment.cell_id)
        comments = dict(self._gradebook.db.execute(query.where(Comment.notebook_id == entered.id)).all())
        scored, said = [], []
        for cell in notebook.cells:
            if is_grade(cell):
                key, manual = grades[cell.metadata["nbgrader"]["grade_id"]]
                points, _ = determine_grade(cell, log)
                look = manual is not None or points is None
                scored.append({"id": key, "auto_score": points, "needs_manual_grade": look})
            if is_solution(cell) or is_task(cell):
                marks = cell.metadata["nbgrader"]
                blank = marks.get("checksum") == compute_checksum(cell) and not is_task(cell)
                said.append(
                    {"id": comments[marks["grade_id"]], "auto_comment": "No response." if blank else None}
                )
        return {Grade: scored, Comment: said}

    def _set_penalty(self, submission: SubmittedAssignment, entered: SubmittedNotebook, student: str) -> None:
        """What AssignLatePenalties does, with the course's own plugin."""
        entered.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            self._gradebook.db.flush()
            self._gradebook.db.refresh(entered)
            penalty = self._late.plugin_inst.late_submission_penalty(student, entered.score, late)
            if penalty is not None:
                entered.late_submission_penalty = self._late._check_late_penalty(entered, penalty)

    def _lay_down(self, student: str, notebook: NotebookNode) -> None:
        """The files: what lies beside a submission, what lies beside the source, then the notebook."""
        BaseConverter.init_assignment(self._autograde, self._assignment, student)
        place = Path(
            self._directory.format_path(self._directory.autograded_directory, student, self._assignment)
        )
        source = self._directory.format_path(self._directory.source_directory, ".", self._assignment)
        kept = {
            os.path.join(source, name)
            for name in self._autograde.exclude_overwriting.get(self._assignment, [])
        }
        for name in find_all_files(source, [*self._directory.ignore, "*.ipynb"]):
            if name not in kept:
                target = place / os.path.relpath(name, source)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                shutil.copy(name, target)
        write_atomically(place / f"{self._notebook}.ipynb", f"{writes(notebook)}\n")
        self._autograde.set_permissions(self._assignment, student)


def key_shown(path: Path) -> str | None:
    """The key of the result that an autograded notebook shows."""
    try:
        return str(json.loads(path.read_bytes())["metadata"]["autograder"]["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
