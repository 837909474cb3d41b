"""What nbgrader itself does with a student's folder, made safe whichever of its commands does it.

nbgrader copies whatever lies beside a notebook into `autograded/`, where the formgrader serves it as pages of its
own, and on into the feedback: it follows links, opens pipes, and leaves out folders without a notebook. It has no
setting for that, so `shut` puts these methods in the places of its own.
"""

import glob
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from autograder.submission import Unreadable, handed_in_at, plain_bytes
from autograder.syllabus import topic_of

copy_all, matched_notebooks = BaseConverter.init_assignment, BaseConverter.init_notebooks


def shut() -> None:
    """Make nbgrader's commands in this process take a student's notebook and its date, and nothing else."""
    BaseConverter.init_assignment = copy_date
    BaseConverter.init_notebooks = every_folder
    CourseDirectory.get_existing_timestamp = date


def copy_date(self: Any, assignment_id: str, student_id: str) -> None:
    """Of what lies beside a student's notebook, copy `timestamp.txt` only; of the course's own files, all."""
    if not isinstance(self, Autograde | GenerateFeedback):
        copy_all(self, assignment_id, student_id)
        return
    source = Path(self._format_source(assignment_id, student_id), "timestamp.txt")
    if date(self, source.parent) is not None:
        target = Path(self._format_dest(assignment_id, student_id), source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(plain_bytes(source))


def every_folder(self: Any) -> None:
    """Grade the one notebook of each student's folder, also where it has another name or is not there."""
    course = self.coursedir
    if isinstance(self, Autograde) and course.notebook_id == "*":
        name = f"{topic_of(course.assignment_id)}.ipynb"
        pattern = self._format_source(course.assignment_id, course.student_id)
        folders = [folder for folder in glob.glob(pattern) if os.path.isdir(folder)]
        self.assignments, self.notebooks = {folder: [os.path.join(folder, name)] for folder in folders}, []
        if folders:
            return
    matched_notebooks(self)


def date(self: Any, folder: str | Path) -> datetime | None:
    """When the submission in a folder was collected; None where no plain file says so, which is flagged."""
    try:
        return handed_in_at(Path(folder))
    except Unreadable:
        return None
