"""What keeps a run from writing: a full or read-only disk, a locked gradebook; and what to do about it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError

from autograder.store import Course, Stopped

GO_ON = "What was graded is kept: the same command goes on from there."
FULL = "The disk is full: {what} could not be written. Free some space. " + GO_ON
READ_ONLY = "{what} cannot be written: it lies on a read-only disk. Make it writable. " + GO_ON
FORBIDDEN = "{what} cannot be written: this user may not. Change its owner or permissions. " + GO_ON
LOCKED = (
    "The gradebook is locked by another program, and was not let go within {seconds:g} s. Close what works on it "
    "(nbgrader, the formgrader, a database browser). " + GO_ON
)
UNREACHABLE = "The gradebook {what} cannot be used: {why}. " + GO_ON

ERRORS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
}
SQLITE = {"is full": FULL, "readonly": READ_ONLY, "unable to open": FORBIDDEN, "disk I/O error": FULL}

# SQLite asks again so long before it gives up on a gradebook that another program writes to.
WAIT_S = 30.0
PROBE_BYTES = 1 << 16


@contextmanager
def told(course: Course) -> Iterator[None]:
    """Say what stands in the way where nothing can be written any more.

    Raises:
        Stopped: the disk or the gradebook does not let any submission be written.
    """
    try:
        yield
    except Exception as error:
        reason = obstacle(course, error)
        if reason:
            raise Stopped(reason) from error
        raise


def obstacle(course: Course, error: BaseException) -> str:
    """Why nothing can be written, from an error or what it came of; empty where it is no such error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OperationalError):
            return in_gradebook(course, seen)
        if isinstance(seen, OSError) and seen.errno in ERRORS and at_large(course, seen):
            what = seen.filename2 or seen.filename or course.root
            return ERRORS[seen.errno].format(what=what)
        seen = seen.__cause__ or seen.__context__
    return ""


def at_large(course: Course, error: OSError) -> bool:
    """Whether an error of the system is not about one student's files alone."""
    if error.errno not in (errno.EACCES, errno.EPERM):
        return True
    return error.filename is not None and Path(str(error.filename)).is_relative_to(course.private)


def in_gradebook(course: Course, error: OperationalError) -> str:
    """What an error of the gradebook means."""
    text = str(error.orig)
    shown = course.gradebook
    if "locked" in text:
        return LOCKED.format(seconds=WAIT_S)
    for sign, message in SQLITE.items():
        if sign in text:
            return message.format(what=shown)
    return UNREACHABLE.format(what=shown, why=" ".join(text.split()))


def probe(course: Course) -> None:
    """Write something, and take it away again.

    nbgrader keeps to itself why it could not write.

    Raises:
        Stopped: it cannot be written.
    """
    with told(course):
        path = course.private / "probe"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(PROBE_BYTES))
        finally:
            path.unlink(missing_ok=True)
