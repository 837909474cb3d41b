"""Where a course keeps things: its folders, its secret, and the results of grading."""

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config import Config, PyFileConfigLoader

from autograder.syllabus import topic_of

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

CONFIG = "nbgrader_config.py"
SECRET = ".autograder/secret"


class CourseError(Exception):
    """Something that a person running the course has to put right; the message says how."""


@dataclass(frozen=True)
class Course:
    """One nbgrader course: the folder that holds `nbgrader_config.py`."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """The course that `start` (the working directory) lies in.

        Raises:
            CourseError: neither it nor a folder above it holds `nbgrader_config.py`.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG).is_file():
                return cls(folder)
        raise CourseError(
            f"{here} is not in a course: no {CONFIG} here or above. "
            "Go to the course's folder, or give --course FOLDER."
        )

    @cached_property
    def config(self) -> Config:
        """What `nbgrader_config.py` sets."""
        return PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()

    @cached_property
    def directory(self) -> "CourseDirectory":
        """nbgrader's view of the course's folders."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config, root=str(self.root))

    @property
    def db_url(self) -> str:
        """The gradebook's address."""
        return str(self.directory.db_url)

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """An assignment's folder at one nbgrader step: source, release, submitted, autograded, feedback."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(os.path.normpath(self.directory.format_path(name, student, assignment)))

    def assignments(self) -> list[str]:
        """The released assignments, in order."""
        folder = self.folder("release", ".")
        return sorted(p.name for p in folder.iterdir() if any(p.glob("*.ipynb"))) if folder.is_dir() else []

    def release(self, assignment: str) -> Path:
        """The released notebook of an assignment, `assignments/04-lstm/lstm.ipynb`.

        Raises:
            CourseError: no such assignment.
        """
        path = self.folder("release", assignment) / f"{topic_of(assignment)}.ipynb"
        if "/" in assignment or not path.is_file():
            known = ", ".join(self.assignments()) or "none; `autograder build` makes them"
            raise CourseError(f"There is no assignment {assignment!r}. The assignments here are: {known}.")
        return path

    def students(self, assignment: str) -> list[str]:
        """Who has handed in something for an assignment."""
        base = self.root / str(self.directory.submitted_directory)
        if not base.is_dir():
            return []
        return sorted(p.name for p in base.iterdir() if self.folder("submitted", assignment, p.name).is_dir())

    @property
    def private(self) -> Path:
        """The folder for what the autograder keeps and nobody edits."""
        return self.root / ".autograder"

    @property
    def secret_file(self) -> Path:
        """Where the course's secret lies; `c.Judge.secret_file` in the configuration moves it."""
        return self.root / Path(str(self.config.Judge.get("secret_file", SECRET))).expanduser()


def secret(course: Course) -> bytes:
    """The secret that graded inputs are drawn from, made on first use.

    Raises:
        CourseError: it is missing although results exist, or it is not readable as a secret.
    """
    path = course.secret_file
    if path.is_file():
        try:
            return bytes.fromhex(path.read_text().strip())
        except ValueError:
            raise CourseError(
                f"{path} should hold a number in hexadecimal; restore it from your backup."
            ) from None
    if any((course.private / "results").glob("*/*.json")):
        raise CourseError(
            f"The course's secret is missing: {path}. Results drawn from it exist, so restore the file from "
            f"your backup (or name its place in {CONFIG}: c.Judge.secret_file). If it is lost, delete "
            f"{course.private / 'results'}: everybody is then graded again, on new inputs."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    value = secrets.token_hex(32)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value + "\n")
    except FileExistsError:  # another process was faster
        return secret(course)
    return bytes.fromhex(value)


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader sees all of the old or all of the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)  # as any other file; a temporary one is its owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def digest(*parts: Any) -> str:
    """A hash of JSON-able data, for telling whether it has changed."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_files(paths: Iterable[Path], base: Path) -> str:
    """A hash of files' names and contents."""
    return digest([[str(p.relative_to(base)), p.read_bytes().hex()] for p in sorted(paths)])


class Results:
    """The stored results of a course, one JSON file for each assignment and student."""

    def __init__(self, course: Course) -> None:
        """Results of one course."""
        self.folder = course.private / "results"

    def path(self, assignment: str, student: str) -> Path:
        """The file of one result."""
        return self.folder / assignment / f"{student}.json"

    def load(self, assignment: str, student: str, key: str | None = None) -> dict[str, Any] | None:
        """A stored result as data, or None where there is none, or none with this key."""
        try:
            stored = json.loads(self.path(assignment, student).read_text(encoding="utf-8"))
            result: dict[str, Any] = stored["result"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return result if key is None or stored.get("key") == key else None

    def save(self, assignment: str, student: str, key: str, result: dict[str, Any]) -> None:
        """Keep a result under the key that says what it was made from."""
        text = json.dumps({"key": key, "result": result}, ensure_ascii=False, indent=1)
        write_atomically(self.path(assignment, student), text)

    def all(self, assignment: str) -> dict[str, dict[str, Any]]:
        """Every stored result of an assignment, by student."""
        students = sorted(p.stem for p in (self.folder / assignment).glob("*.json"))
        loaded = {student: self.load(assignment, student) for student in students}
        return {student: result for student, result in loaded.items() if result is not None}
