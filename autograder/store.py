"""Where a course keeps things: its folders, its secret, and the results of grading."""

import contextlib
import errno
import hashlib
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config import Config, PyFileConfigLoader

from autograder.syllabus import PARTS, topic_of

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

CONFIG = "nbgrader_config.py"
SECRET = ".autograder/secret"


class CourseError(Exception):
    """Something that a person running the course has to put right; the message says how."""


class Stopped(Exception):
    """Something that stops a run; the message says what to do, and the same command goes on from there."""


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

    @property
    def gradebook(self) -> str:
        """The gradebook's address for people: a file, or an address without its password."""
        from sqlalchemy.engine import make_url

        return make_url(self.db_url).render_as_string(hide_password=True).removeprefix("sqlite:///")

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """An assignment's folder at one nbgrader step: source, release, submitted, autograded, feedback."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(os.path.normpath(self.directory.format_path(name, student, assignment)))

    def assignments(self) -> list[str]:
        """The released assignments, in order."""
        folder = self.folder("release", ".")
        return sorted(p.name for p in folder.iterdir() if any(p.glob("*.ipynb"))) if folder.is_dir() else []

    def chosen(self, name: str) -> list[str]:
        """The assignment of this name, or those of a part of the course that somebody has handed in.

        Raises:
            CourseError: no such assignment or part, or nobody has handed in anything of a part.
        """
        parts = {part.name: part for part in PARTS}
        if name not in parts:
            return [self.release(name).parent.name]
        ours = [assignment.name for assignment in parts[name].assignments]
        released = [assignment for assignment in ours if assignment in self.assignments()]
        chosen = [assignment for assignment in released if self.students(assignment)]
        if not chosen:
            raise CourseError(
                f"There are no submissions of {name} ({', '.join(released) or 'none released'})."
            )
        return chosen

    def release(self, assignment: str) -> Path:
        """The released notebook of an assignment, `assignments/04-lstm/lstm.ipynb`.

        Raises:
            CourseError: no such assignment.
        """
        path = self.folder("release", assignment) / f"{topic_of(assignment)}.ipynb"
        if "/" in assignment or not path.is_file():
            known = ", ".join(self.assignments()) or "none; `autograder build` makes them"
            raise CourseError(
                f"There is no assignment {assignment!r}. The assignments here are: {known}. "
                f"The parts of the course are {', '.join(part.name for part in PARTS)}."
            )
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
    with contextlib.suppress(FileExistsError):  # another process was faster
        write_atomically(path, secrets.token_hex(32) + "\n", mode=0o600, durable=True, exclusive=True)
    return secret(course)


def write_atomically(
    path: Path,
    text: str,
    *,
    mode: int = 0o644,
    durable: bool = False,
    exclusive: bool = False,
) -> None:
    """Write a file so that a reader sees all of the old or all of the new.

    Args:
        path: the file.
        text: its content.
        mode: who may read it.
        durable: wait until the disk has it, for what could not be made again after a power failure.
        exclusive: never replace a file that is there.

    Raises:
        FileExistsError: there is one, and `exclusive` is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.chmod(temporary, mode)  # as asked for; a temporary one is its owner's alone
        (os.link if exclusive else os.replace)(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def locked(course: Course, doing: str) -> Iterator[None]:
    """Let no second run work on a course at the same time; a lock whose holder is gone is free.

    Args:
        course: the course.
        doing: what this process does, told to a second one.

    Raises:
        CourseError: another process holds the lock.
    """
    import fcntl  # grading is for Linux; the other commands are not

    path = course.private / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            file.seek(0)
            holder = file.read(1000).strip() or "another process"
            raise CourseError(
                f"{holder} is at work on this course. Wait for it to end, or stop it (kill), then run this again."
            ) from None
        file.truncate(0)
        file.write(f"Process {os.getpid()} on {socket.gethostname()} ({doing})")
        file.flush()
        yield
        file.truncate(0)


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
        """Keep a result under the key that says what it was made from.

        One that a power failure takes is graded again: nothing waits for the disk.
        """
        write_atomically(self.path(assignment, student), json.dumps({"key": key, "result": result}, indent=1))

    def log_path(self, assignment: str, student: str) -> Path:
        """The file that says how the last run of a submission went, whether it had a result or not."""
        return self.folder / assignment / f"{student}.log"

    def save_log(self, assignment: str, student: str, run: Mapping[str, Any]) -> None:
        """Keep how a run went: what differs from run to run, and errors of our own."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        write_atomically(self.log_path(assignment, student), json.dumps({"at": now, **run}, indent=1))

    def log(self, assignment: str, student: str) -> dict[str, Any]:
        """How the last run of a submission went; empty where that is not known."""
        try:
            return dict(json.loads(self.log_path(assignment, student).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def sweep(self) -> None:
        """Remove what interrupted writes have left; only while no other run writes."""
        for path in self.folder.glob("*/.*.tmp"):
            path.unlink(missing_ok=True)

    def all(self, assignment: str) -> dict[str, dict[str, Any]]:
        """Every stored result of an assignment, by student."""
        students = sorted(p.stem for p in (self.folder / assignment).glob("*.json"))
        loaded = {student: self.load(assignment, student) for student in students}
        return {student: result for student, result in loaded.items() if result is not None}
