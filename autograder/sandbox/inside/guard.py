"""What no limit of the kernel bounds, looked at by the keeper: threads, and a scratch folder without a size."""

import contextlib
import os
import stat
import time
import uuid

LOOK_S = 0.1
MAX_THREADS = 256
MAX_FILES = 2_000
BLOCK = 512
# Fields of /proc/PID/stat are counted from the one after the name.
THREADS_FIELD = 17


class Guard:
    """Looks now and then at what a session uses.

    Args:
        proc: a descriptor of /proc, opened while it could be seen.
        process: the session's process.
        scratch: its scratch folder, where nothing else bounds its size.
        scratch_mb: how much may lie there, in MiB.
    """

    def __init__(self, proc: int, process: int, scratch: str | None, scratch_mb: int) -> None:
        self._proc, self._process = proc, process
        self._scratch, self._bytes = scratch, scratch_mb << 20
        self._next = time.monotonic() + LOOK_S

    def over(self) -> str | None:
        """Which of "threads" and "disk" there is too much of; None as long as it is not time to look."""
        began = time.monotonic()
        if began < self._next:
            return None
        try:
            return self._too_much()
        finally:
            # Many small files take long to look at: a busy machine is left half of the time.
            self._next = time.monotonic() + max(LOOK_S, time.monotonic() - began)

    def _too_much(self) -> str | None:
        # A session that ends in this moment has no entry in /proc any more.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if threads(self._proc, self._process) > MAX_THREADS:
                return "threads"
            if self._scratch and self._disk() > self._bytes:
                return "disk"
        return None

    def _disk(self) -> float:
        """The bytes in the scratch folder, and in files that are deleted but still open."""
        return lying(self._scratch or "", self._bytes) + deleted(self._proc, self._process)


def threads(proc: int, process: int) -> int:
    """How many threads a process has."""
    file = os.open(f"{process}/stat", os.O_RDONLY, dir_fd=proc)
    try:
        fields = os.read(file, 1 << 12).rpartition(b")")[2].split()
    finally:
        os.close(file)
    return int(fields[THREADS_FIELD])


def lying(folder: str, enough: int) -> float:
    """The bytes that files in a folder take, counted no further than `enough`; infinite for too many files."""
    left, total, count = [folder], 0, 0
    while left and total <= enough:
        try:
            for entry in os.scandir(left.pop()):
                count += 1
                total += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                if count > MAX_FILES:
                    return float("inf")
        except FileNotFoundError:
            continue  # it was deleted while it was looked at
        except OSError:
            return float("inf")  # no folder of an honest notebook is nested deeper than a path is long
    return total


def deleted(proc: int, process: int) -> int:
    """The bytes of files that a process has open and that lie in no folder any more."""
    folder = os.open(f"{process}/fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
    total = 0
    try:
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=folder)
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                    total += found.st_blocks * BLOCK
    finally:
        os.close(folder)
    return total


def remove(folder: str) -> None:
    """Delete a folder and what a stranger left in it, however deeply nested.

    What a subfolder holds is moved to the top before it is deleted: `shutil.rmtree` of Python 3.11 calls
    itself once a level, and a path has a largest length.

    Raises:
        OSError: the system refuses.
    """
    mark, count = uuid.uuid4().hex, 0
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while names := os.listdir(top):
            for name in names:
                try:
                    os.unlink(name, dir_fd=top)
                    continue
                except IsADirectoryError:
                    os.chmod(name, 0o700, dir_fd=top)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
                for child in os.listdir(inner):
                    os.rename(child, f"{mark}-{count}", src_dir_fd=inner, dst_dir_fd=top)
                    count += 1
                os.close(inner)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(folder)
