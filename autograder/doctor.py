"""Which jail this system gives, found by trying: what a hostile notebook would do, and what came of it.

Each trial runs in a real session. Whether a wall held is seen from outside wherever something outside shows it:
the file that was to be changed, the server that was to be reached, the process that was to be killed.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.sandbox import Jail, Limits, NoSandbox, Session, SessionDied
from autograder.sandbox.jail import Kind
from autograder.sandbox.landlock import DIFFERENCES

SECRET = "the-secret-of-the-course"
LIMITS = Limits(cell_cpu_s=10, cell_wall_s=30, memory_mb=512, file_mb=4)
REACHED_S = 0.1


@dataclass(frozen=True)
class Tried:
    """One trial.

    Attributes:
        name: which wall.
        tried: what the notebook did.
        came: what came of it.
        held: whether the wall held.
    """

    name: str
    tried: str
    came: str
    held: bool


@dataclass
class Diagnosis:
    """What was found on this system.

    Attributes:
        kind: the jail that stands, or None.
        layers: what it is made of.
        refused: why kinds that come before did not hold.
        trials: what was tried in it.
        differences: what it does otherwise than the first kind.
        advice: what to do, where there is none.
    """

    kind: str | None = None
    layers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    trials: list[Tried] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    advice: str = ""

    @property
    def well(self) -> bool:
        """Whether a jail stands and every wall of it held."""
        return self.kind is not None and all(trial.held for trial in self.trials)

    def to_dict(self) -> dict[str, Any]:
        """This diagnosis as JSON-able data."""
        return {**asdict(self), "well": self.well}


@dataclass(frozen=True)
class Outside:
    """Things of this machine that a notebook must not reach."""

    folder: Path
    secret: Path
    unchanged: Path
    port: socket.socket
    local: socket.socket
    datagrams: socket.socket
    process: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Trial:
    """What to try: a cell, and what shows outside that it got through."""

    name: str
    tried: str
    cell: Callable[[Outside], str]
    through: Callable[[Outside, str], bool]


def diagnose(kind: Kind | None = None) -> Diagnosis:
    """Try the jail of this system.

    Args:
        kind: try this kind only.
    """
    found = Diagnosis()
    with outside() as things, tempfile.TemporaryDirectory() as view:
        try:
            jail = Jail(Path(view), limits=LIMITS, kind=kind)
        except NoSandbox as error:
            found.advice = str(error)
            return found
        with jail:
            found.kind, found.layers, found.refused = jail.kind, list(jail.layers), jail.refused
            found.trials = [attempt(jail, trial, things) for trial in TRIALS]
            found.trials += [between_sessions(jail), afterwards(jail)]
    if found.kind == "landlock":
        found.differences = list(DIFFERENCES)
    return found


def attempt(jail: Jail, trial: Trial, things: Outside) -> Tried:
    """Try one thing in a session of its own; what it printed or raised is what came of it."""
    with jail.session() as session:
        came, said = outcome_of(session, trial.cell(things))
        return Tried(trial.name, trial.tried, came, not trial.through(things, said))


def outcome_of(session: Session, source: str) -> tuple[str, str]:
    """What came of a cell in one line, and all that it printed."""
    try:
        outcome = session.run(source)
    except SessionDied as death:
        return death.message, ""
    said = "".join(o["text"] for o in outcome.outputs if o.get("name") == "stdout").strip()
    return outcome.error or said or "it ran, without effect", said


@contextmanager
def outside() -> Iterator[Outside]:
    """Files, servers and a process that exist only to be attacked."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doctor-")))
        for name in ("secret", "unchanged"):
            (folder / name).write_text(SECRET)
        port, local, datagrams = (
            stack.enter_context(socket.socket(family, kind))
            for family, kind in (
                (socket.AF_INET, socket.SOCK_STREAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
                (socket.AF_UNIX, socket.SOCK_DGRAM),
            )
        )
        port.bind(("127.0.0.1", 0))
        local.bind(str(folder / "local"))
        datagrams.bind(f"\0doctor-{os.getpid()}")
        for server in (port, local, datagrams):
            server.settimeout(REACHED_S)
        port.listen()
        local.listen()
        os.environ["DOCTOR_SECRET"] = SECRET
        stack.callback(os.environ.pop, "DOCTOR_SECRET", None)
        process = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        )
        stack.callback(process.kill)
        yield Outside(folder, folder / "secret", folder / "unchanged", port, local, datagrams, process)


def reached(server: socket.socket) -> bool:
    """Whether anything came to a server."""
    with contextlib.suppress(TimeoutError):
        if server.type == socket.SOCK_DGRAM:
            server.recv(1)
        else:
            server.accept()[0].close()
        return True
    return False


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended, waiting a little for one that is about to."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(REACHED_S)
        return True
    return False


def changed(things: Outside) -> bool:
    """Whether the file that was to stay as it is has changed, or something was put beside it."""
    names = {"secret", "unchanged", "local"}
    return things.unchanged.read_text() != SECRET or {path.name for path in things.folder.iterdir()} != names


def printed(things: Outside, said: str) -> bool:
    """Whether the cell got so far as to print something."""
    return said != ""


def each(*attempts: str) -> str:
    """A cell that makes several attempts, whatever comes of those before; what the last one raised is raised."""
    tries = "".join(f"try: {attempt}\nexcept Exception as error: raised = error\n" for attempt in attempts)
    return f"import os\nraised = None\n{tries}if raised: raise raised\n"


FORK = """
import os
made = 0
for _ in range(50):
    try:
        if os.fork() == 0:
            os._exit(0)
        made += 1
    except OSError:
        pass
print(made, "processes")
"""
THREADS = """
import threading, time
threading.stack_size(65536)
wait = threading.Event()
for k in range(2000):
    threading.Thread(target=wait.wait, daemon=True).start()
time.sleep(1)
print("2000 threads")
"""
MEMORY = "kept = []\nfor k in range(20000): kept.append(bytes(1 << 20))\nprint('20 GB')"
SYSTEM_CALLS = """
import ctypes
import errno
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
calls = {"ptrace": libc.ptrace(16, %d, 0, 0), "unshare": libc.unshare(0x10000000), "mount": libc.mount(0, b"/", 0, 0, 0)}
print(*[name for name, result in calls.items() if result != -1], sep=", ")
"""

TRIALS = (
    Trial(
        "reading",
        "read a file outside whose path it knows",
        lambda o: f"print(open({str(o.secret)!r}).read())",
        lambda o, said: SECRET in said,
    ),
    Trial(
        "reference",
        "read the solutions and the judge of this installation",
        lambda o: f"print(len(open({str(Path(__file__).parent / 'judge.py')!r}).read()))",
        printed,
    ),
    Trial(
        "writing",
        "change a file outside, and put one beside it",
        lambda o: each(
            f"open({str(o.folder / 'new')!r}, 'w')",
            f"open({str(o.unchanged)!r}, 'w')",
            f"os.truncate({str(o.unchanged)!r}, 0)",
        ),
        lambda o, said: changed(o),
    ),
    Trial(
        "deleting",
        "rename and delete a file outside",
        lambda o: each(f"os.rename({str(o.unchanged)!r}, 'mine')", f"os.unlink({str(o.unchanged)!r})"),
        lambda o, said: not o.unchanged.exists(),
    ),
    Trial(
        "network",
        "connect to a server of this machine",
        lambda o: f"import socket\nsocket.create_connection({o.port.getsockname()!r}, 2)",
        lambda o, said: reached(o.port),
    ),
    Trial(
        "local sockets",
        "connect to a socket in a folder of this machine",
        lambda o: f"import socket\nsocket.socket(socket.AF_UNIX).connect({o.local.getsockname()!r})",
        lambda o, said: reached(o.local),
    ),
    Trial(
        "abstract sockets",
        "send a datagram to a socket without a path",
        lambda o: (
            "import socket\na, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            f"a.sendto(b'x', {os.fsdecode(o.datagrams.getsockname())!r})"
        ),
        lambda o, said: reached(o.datagrams),
    ),
    Trial(
        "processes",
        "read the memory and the environment of a process outside",
        lambda o: each(
            *(
                f"print(open('/proc/{o.process.pid}/{name}', 'rb').read(9))"
                for name in ("environ", "maps", "mem", "cmdline")
            )
        ),
        printed,
    ),
    Trial(
        "system calls",
        "trace a process, make a namespace, mount a file system",
        lambda o: SYSTEM_CALLS % o.process.pid,
        printed,
    ),
    Trial(
        "signals",
        "kill a process outside",
        lambda o: f"import os\nos.kill({o.process.pid}, 9)",
        lambda o, said: ended(o.process),
    ),
    Trial("fork bomb", "fork fifty times", lambda o: FORK, lambda o, said: said != "0 processes"),
    Trial("threads", "start two thousand threads", lambda o: THREADS, printed),
    Trial("memory", "take 20 GB of memory", lambda o: MEMORY, lambda o, said: "20 GB" in said),
    Trial(
        "file size",
        f"write a file of {2 * LIMITS.file_mb} MiB where {LIMITS.file_mb} are allowed",
        lambda o: f"print(open('large', 'wb').write(bytes({2 * LIMITS.file_mb} << 20)))",
        printed,
    ),
    Trial(
        "environment",
        "look for secrets in the environment",
        lambda o: f"import os\nprint(*[name for name, value in os.environ.items() if value == {SECRET!r}])",
        printed,
    ),
)


def between_sessions(jail: Jail) -> Tried:
    """Try to read, from one session, what another that runs at the same time has written."""
    with jail.session() as first, jail.session() as second:
        _, where = outcome_of(
            first, f"import os\nopen('note', 'w').write({SECRET!r})\nprint(os.path.realpath('note'))"
        )
        came, said = outcome_of(second, f"print(open({where!r}).read())")
    held = where != "" and SECRET not in said
    return Tried("other submissions", "read the scratch file of a session beside it", came, held)


def afterwards(jail: Jail) -> Tried:
    """See whether the jail still gives sessions after all that."""
    with jail.session() as session:
        _, said = outcome_of(session, "print(6 * 7)")
    came = "the next session runs" if said == "42" else "the next session does not run"
    return Tried("going on", "grade the next submission", came, said == "42")


def lines(found: Diagnosis) -> Iterator[str]:
    """A diagnosis for a terminal."""
    if found.kind is None:
        yield "sandbox: none"
        yield found.advice
        return
    yield f"sandbox: {found.kind} ({', '.join(found.layers)})"
    for name, reason in found.refused.items():
        yield f"refused: {name}: {reason}"
    for trial in found.trials:
        yield f"  {'held  ' if trial.held else 'FAILED'} {trial.name}: {trial.tried}: {trial.came}"
    if found.differences:
        yield "Otherwise than under bubblewrap:"
        yield from (f"  - {sentence}" for sentence in found.differences)
    if not found.well:
        failed = ", ".join(trial.name for trial in found.trials if not trial.held)
        yield f"Do not grade strangers' work on this system: {failed} did not hold. Please report it."
