"""The jail: one bubblewrap, or Landlock, around one warm process, whose forks are the sessions."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self, get_args

from autograder.sandbox import landlock
from autograder.sandbox.bubblewrap import RUNTIME, SCRATCH, VIEW, walls, wrappers
from autograder.sandbox.inside.guard import remove
from autograder.sandbox.outcome import SCRATCH_FILES, Limits, NoSandbox, SessionDied
from autograder.sandbox.places import interpreter, site_folders
from autograder.sandbox.session import MEBIBYTE, Session, ready

START_S = 120.0
END_S = 5.0

# A kind of jail, and the bubblewrap that makes it where one does.
Attempt = tuple[str, str | None]
Kind = Literal["bubblewrap", "landlock"]
KINDS: tuple[Kind, ...] = get_args(Kind)

PACKAGE = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "USER": "learner",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # The same order of sets in every jail, or a regrade could differ.
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SEQLIB_MINE": "reference",
}

BLOCKED = 'raise ModuleNotFoundError(f"{__name__} is not available in this assignment", name=__name__)\n'

WHAT_TO_DO = (
    "Install bubblewrap (on Debian or Ubuntu: apt install bubblewrap) and let ordinary users make user "
    "namespaces (sysctl user.max_user_namespaces; on Ubuntu 24.04 and later "
    "kernel.apparmor_restrict_unprivileged_userns=0), or run a kernel that has Landlock switched on "
    "(Linux 5.13 or later, landlock among lsm=), or grade without a jail with --unsafe, only for submissions "
    "that you trust."
)


class Jail:
    """Walls around one warm process. Use it in a `with` statement.

    Sessions may run at the same time, each in a thread of its own. The first kind that holds here is taken:
    bubblewrap (namespaces and seccomp), then Landlock (with seccomp, where namespaces are refused). Both
    keep out files, network, other processes and other sessions; `landlock.DIFFERENCES` says what the second does
    otherwise.

    Args:
        view: the folder with what a notebook may import of the course, such as a filtered `seqlib`.
        preload: modules imported before any session; torch is only there when it is named.
        limits: what a session may use.
        unsafe: run without walls where none hold, with resource limits only.
        kind: try this kind only.

    Attributes:
        kind: "bubblewrap", "landlock" or "none".
        layers: what stands between a session and the rest.
        refused: why each kind tried before did not hold, by its name.

    Raises:
        NoSandbox: no jail holds here and `unsafe` is not given.
        ValueError: `view` is no folder, or a module of `preload` cannot be imported inside.
    """

    def __init__(
        self,
        view: Path,
        *,
        preload: Sequence[str] = ("numpy",),
        limits: Limits | None = None,
        unsafe: bool = False,
        kind: Kind | None = None,
    ) -> None:
        if not Path(view).is_dir():
            raise ValueError(f"{view} is no folder; expected the one that holds what notebooks may import")
        if sys.platform != "linux":
            raise NoSandbox(
                f"Grading needs Linux; this is {sys.platform}. Grade in a container, or in WSL 2."
            )
        self.limits = limits or Limits()
        self._view = Path(view).resolve()
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="jail-")
        self._warm: Warm | None = None
        self.starts = 0
        self._attempt: Attempt = ("none", None)
        self.refused: dict[str, str] = {}
        assemble(Path(self._folder.name))
        try:
            self.kind, self.layers = self._first(list(attempts(KINDS if kind is None else (kind,), unsafe)))
        except BaseException:
            self.close()
            raise

    def _first(self, tried: Sequence[Attempt]) -> tuple[str, tuple[str, ...]]:
        """Find the kind that holds, by trying; returns it and the layers that stand."""
        for self._attempt in tried:
            kind, wrapper = self._attempt
            try:
                with self.session() as session:
                    outer = ("files read-only", "no network", "own processes") if wrapper else ()
                    return kind, outer + session.layers
            except NoSandbox as error:
                self.refused[wrapper or kind] = str(error)
                self._stop()
        if not any(wrapper for _, wrapper in tried):
            self.refused["bubblewrap"] = "it is not installed"
        said = "; ".join(f"{name}: {reason}" for name, reason in self.refused.items())
        raise NoSandbox(f"No jail holds on this system ({said}). {WHAT_TO_DO}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def session(self) -> Session:
        """A fork of the warm process, jailed again; a warm process that has died is started anew.

        Raises:
            NoSandbox: the session cannot be enclosed.
        """
        try:
            return self._forked()
        except SessionDied:
            # The warm process may have been killed in just this moment; a second failure is no accident.
            if self._warm is not None:
                self._warm.gone_within(1.0)
        try:
            return self._forked()
        except SessionDied as died:
            raise NoSandbox(f"a session does not start: {died.message}") from died

    def _forked(self) -> Session:
        data, data_inside = socket.socketpair()
        report, report_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with self._lock, data_inside, report_inside:
                inside = [data_inside.fileno(), report_inside.fileno()]
                if self._warm is None or not self._warm.fork(inside):
                    self._stop()
                    self._warm = self._start()
                    if not self._warm.fork(inside):
                        raise NoSandbox("the warm process ends as soon as it is asked for a session")
            return Session(data, report, self.limits)
        except BaseException:
            data.close()
            report.close()
            raise

    def begin(self) -> int:
        """See to a living warm process; returns how many were started so far, for `disturbed`."""
        with self._lock:
            if self._warm is None or self._warm.gone_within(0):
                self._stop()
                self._warm = self._start()
            return self.starts

    def disturbed(self, since: int, seconds: float = 0.0) -> bool:
        """Whether a warm process has ended by itself since `begin` said so many, or does within so many seconds.

        No submission can end it: it was killed from outside, or crashed.
        """
        return self.starts != since or (self._warm is not None and self._warm.gone_within(seconds))

    def close(self) -> None:
        """End the warm process and every session."""
        with self._lock:
            self._stop()
        scratch = Path(self._folder.name) / "scratch"
        while scratch.is_dir():
            # A keeper that is about to end may still be deleting the same.
            with contextlib.suppress(FileNotFoundError):
                remove(str(scratch))
        self._folder.cleanup()

    def _stop(self) -> None:
        if self._warm is not None:
            self._warm.stop()
            self._warm = None

    def _start(self) -> "Warm":
        self.starts += 1
        return Warm(self._attempt, Path(self._folder.name), self._view, self._preload, self.limits)


class Warm:
    """The warm process, and bubblewrap around it where there is a wrapper."""

    def __init__(
        self, attempt: Attempt, folder: Path, view: Path, preload: Sequence[str], limits: Limits
    ) -> None:
        kind, wrapper = attempt
        self._first_process: int | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        info, info_inside = os.pipe()
        try:
            command = python_command(kind, folder, view, preload, limits, inside.fileno())
            if wrapper:
                command = [
                    wrapper,
                    *walls(folder, view, preload),
                    "--info-fd",
                    str(info_inside),
                    "--",
                    *command,
                ]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=environment(kind, folder),
                pass_fds=[inside.fileno(), info_inside],
                start_new_session=True,
            )
            inside.close()
            os.close(info_inside)
            if not wrapper:
                self._first_process = os.pidfd_open(self._process.pid)
            self._wait(info if wrapper else None)
        except BaseException:
            self.stop()
            raise
        finally:
            inside.close()
            os.close(info)

    def _wait(self, info: int | None) -> None:
        """Wait until the warm process is ready."""
        if info is not None:
            text = b""
            while b"}" not in text and (piece := os.read(info, 1 << 12)):
                text += piece
            if text:
                self._first_process = os.pidfd_open(json.loads(text)["child-pid"])
        message: dict[str, Any] = {}
        if ready(self._control, select.POLLIN, START_S):
            data = self._control.recv(1 << 16)
            message = json.loads(data) if data else {}
        if "error" in message:
            raise ValueError(f"the warm process cannot start: {message['error']}")
        if "refused" in message:
            raise NoSandbox(message["refused"])
        if not message:
            raise NoSandbox(self._said() or "the warm process does not start")

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read()[-1000:].decode("utf-8", "replace").strip()

    def gone_within(self, seconds: float) -> bool:
        """Whether the warm process ends within so many seconds, or has ended."""
        if self._first_process is None:
            return self._process.poll() is not None
        return ready(self._first_process, select.POLLIN, seconds)

    def fork(self, descriptors: list[int]) -> bool:
        """Ask for a session on these sockets; False when the warm process is gone."""
        if self.gone_within(0):
            return False
        try:
            socket.send_fds(self._control, [b"{}"], descriptors)
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the warm process and everything that came of it."""
        self._control.close()
        if self._first_process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first_process, signal.SIGKILL)
            os.close(self._first_process)
            self._first_process = None
        process = getattr(self, "_process", None)
        if process is not None:
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()


def attempts(kinds: Sequence[Kind], unsafe: bool) -> Iterator[Attempt]:
    """What is tried, one after the other: the kind, and the bubblewrap that it takes."""
    for kind in kinds:
        if kind == "bubblewrap":
            yield from ((kind, wrapper) for wrapper in wrappers())
        else:
            yield kind, None
    if unsafe:
        yield "none", None


def assemble(folder: Path) -> None:
    """Put together what runs inside, as a package `autograder` that holds nothing else."""
    package = folder / "runtime" / "autograder"
    shutil.copytree(
        PACKAGE / "sandbox" / "inside",
        package / "sandbox" / "inside",
        ignore=shutil.ignore_patterns("__pycache__", "package.py"),
    )
    (package / "sandbox" / "__init__.py").touch()
    shutil.copy(PACKAGE / "sandbox" / "inside" / "package.py", package / "__init__.py")
    for name in ("tree.py", "fixtures.py"):
        shutil.copy(PACKAGE / name, package / name)
    (folder / "blocked.py").write_text(BLOCKED)
    (folder / "scratch").mkdir()


def python_command(
    kind: str, folder: Path, view: Path, preload: Sequence[str], limits: Limits, control: int
) -> list[str]:
    """The warm process's command line."""
    executable, _ = interpreter()
    runtime, shown, scratch = RUNTIME, VIEW, SCRATCH
    packages, instead = site_folders(), dict[str, str]()
    if kind != "bubblewrap":
        runtime, shown, scratch = str(folder / "runtime"), str(view), str(folder / "scratch")
    if kind == "landlock":
        instead = landlock.furnish(folder, view, preload)
        packages = [instead.get(path, path) for path in packages]
    config = {
        "control": control,
        "kind": kind,
        "paths": str(folder / landlock.PATHS) if kind == "landlock" else None,
        "hidden": ["torch"] if kind == "none" and "torch" not in preload else [],
        "preload": list(preload),
        "scratch": scratch,
        "scratch_mb": SCRATCH_FILES * limits.file_mb,
        "memory_mb": limits.memory_mb,
        "file_mb": limits.file_mb,
        "cpu_s": limits.notebook_cpu_s,
        "max_blob": limits.result_mb * MEBIBYTE,
    }
    paths = f"import sys; sys.path = [{instead!r}.get(path, path) for path in sys.path]; "
    paths += f"sys.path[:0] = {[runtime, shown]!r}; sys.path += {packages!r}; "
    start = paths + "from autograder.sandbox.inside.warm import main; main()"
    # Not -I, which ignores PYTHONHASHSEED: the environment is ours, and -S leaves out .pth files.
    return [executable, "-P", "-s", "-S", "-c", start, json.dumps(config)]


def environment(kind: str, folder: Path) -> dict[str, str]:
    """The whole environment inside; nothing is inherited."""
    home = SCRATCH if kind == "bubblewrap" else str(folder / "scratch")
    places = {"HOME": home, "TMPDIR": home, "MPLCONFIGDIR": home, "IPYTHONDIR": f"{home}/ipython"}
    return {**ENVIRONMENT, **places}
