"""One learner's notebook, seen from outside: asks for cells and calls, trusts nothing that it says."""

import contextlib
import json
import select
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NoReturn, Self, cast, get_args

from autograder import tree
from autograder.outcome import CallError, CallOutcome
from autograder.sandbox.inside import wire
from autograder.sandbox.outcome import (
    Answer,
    CellOutcome,
    Limits,
    NoSandbox,
    Reason,
    SessionDied,
    Status,
    call_error,
    plain,
)
from autograder.sandbox.outputs import validated
from autograder.tree import Tree

POLL_S = 0.1
# The interrupt comes at the limit; a session that ignores it is killed so much later.
GRACE_CPU_S = 2.0
GRACE_WALL_S = 5.0
START_WALL_S = 60.0
END_WALL_S = 10.0
# A tree's structure is JSON: bounded, since a small text of brackets makes large objects.
MAX_STRUCTURE = 4 << 20
MEBIBYTE = 1 << 20
# A small question can have a huge answer; no case of the course is as large as this along any axis.
MAX_SIDE = 1024

Ended = dict[str, Any]


def ready(connection: socket.socket | int, event: int, timeout: float) -> bool:
    """Whether a descriptor can be read or written within so many seconds."""
    waiting = select.poll()
    waiting.register(connection, event)
    return bool(waiting.poll(timeout * 1000))


class Keeper:
    """The trusted process beside a session: measures it, kills it, and says how it ended."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.ended: Ended | None = None

    def _receive(self, timeout: float) -> Ended:
        """Its next message; the end of the session when it is gone itself."""
        self._connection.settimeout(timeout)
        try:
            data = self._connection.recv(1 << 12)
        except (TimeoutError, ConnectionError):
            data = b""
        message: Ended = json.loads(data) if data else {"ended": None}
        if "cpu" not in message or "ended" in message:
            self.ended = message
        return message

    def cpu(self) -> float | None:
        """The session's processor time so far in seconds; None when it has ended."""
        if self.ended is None:
            with contextlib.suppress(OSError):
                self._connection.send(b"cpu")
            message = self._receive(END_WALL_S)
            if self.ended is None:
                return float(message["cpu"])
        return None

    def wait(self, timeout: float) -> bool:
        """Whether the session ends within so many seconds."""
        if self.ended is None and ready(self._connection, select.POLLIN, timeout):
            self._receive(timeout)
        return self.ended is not None

    def kill(self) -> None:
        """End the session and everything in it."""
        if self.ended is None:
            with contextlib.suppress(OSError):
                self._connection.send(b"kill")
            while self.ended is None:
                self._receive(END_WALL_S)

    def close(self) -> None:
        """Kill the session and let the keeper go."""
        self.kill()
        self._connection.close()


class Session:
    """A notebook being run. Made by `Jail.session`; use it in a `with` statement, from one thread."""

    def __init__(self, data: socket.socket, report: socket.socket, limits: Limits) -> None:
        self._data = data
        self._data.setblocking(False)
        self._keeper = Keeper(report)
        self._limits = limits
        self._died: SessionDied | None = None
        self._count = 0
        self._doing = "the start"
        self._began = self._since = self._watched = time.monotonic()
        self._wall_end = self._began + START_WALL_S
        self._cpu_end = limits.notebook_cpu_s
        self.layers = self._hello()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session and everything in it."""
        if self._died is None:
            self._died = SessionDied("exited", "the session is closed")
        self._keeper.close()
        self._data.close()

    def run(self, source: str, *, name: str = "cell") -> CellOutcome:
        """Run one code cell in the notebook's namespace.

        Args:
            source: the cell's text; magics are as in IPython.
            name: what the cell is called when it ends the session.

        Raises:
            SessionDied: the session is gone.
        """
        limit = self._limits
        before = self._begin(name)
        request = {"op": "run", "source": source, "output_bytes": limit.output_bytes}
        reply, _ = self._ask({**request, "cpu": limit.cell_cpu_s, "wall": self._wall_left()}, [])
        try:
            if reply.get("status") not in get_args(Status):
                raise ValueError("a cell's outcome of no known status")
            status = cast(Status, reply["status"])
            outputs = validated(reply.get("outputs"), limit.output_bytes, reply.get("cut") is True)
            text = None if reply.get("error") is None else plain(reply["error"])
        except (ValueError, RecursionError) as bad:
            self._kill("protocol", f"{name} sent what is no outcome of a cell: {bad}")
        return CellOutcome(status, outputs, text, self._cpu() - before)

    def call(
        self,
        function: str,
        cases: Sequence[Mapping[str, Tree]],
        *,
        answer: Answer | None = None,
        seed: int = 0,
    ) -> list[CallOutcome]:
        """Call a function of the notebook once for each case, on copies of its own.

        Args:
            function: its name in the notebook's namespace.
            cases: the arguments by name; they are passed by position, in their order.
            answer: for the time of the call these names of the notebook are answered here, outside.
            seed: seeds every generator before each case.

        Raises:
            SessionDied: the session is gone.
        """
        before = self._begin(function)
        outcomes: list[CallOutcome] = []
        for case in cases:
            left = self._limits.cell_cpu_s - (self._cpu() - before)
            if left <= 0 or any(o.error and o.error.kind == "timeout" for o in outcomes):
                text = f"not called: the cases before took the {self._limits.cell_cpu_s:g} s there are"
                outcomes.append(CallOutcome(None, None, CallError("timeout", "TimeLimit", text)))
                continue
            outcomes.append(self._call(function, case, answer or {}, seed, left))
        return outcomes

    def value(self, name: str) -> CallOutcome:
        """Read a name of the notebook's namespace.

        Raises:
            SessionDied: the session is gone.
        """
        self._begin(name)
        reply, blobs = self._ask({"op": "value", "name": name}, [])
        return self._outcome(reply, blobs, [])

    def _call(
        self, function: str, case: Mapping[str, Tree], answer: Answer, seed: int, cpu: float
    ) -> CallOutcome:
        request = {"op": "call", "function": function, "answer": list(answer), "seed": seed}
        request = {**request, "cpu": cpu, "wall": self._wall_left()}
        reply, blobs = self._ask(request, [tree.encode(list(case.values()))], answer)
        return self._outcome(reply, blobs, list(case))

    def _outcome(self, reply: wire.Message, blobs: list[bytes], names: list[str]) -> CallOutcome:
        """What a call gave, from what inside says that it gave."""
        try:
            error = None if reply.get("error") is None else call_error(reply["error"])
            parts = reply.get("parts")
            if not isinstance(parts, list) or len(parts) != len(blobs) or len(set(parts)) != len(parts):
                raise ValueError("parts that do not fit the message")
            trees = {part: decoded(blob) for part, blob in zip(parts, blobs, strict=True)}
            if error is None and "result" not in trees:
                raise ValueError("neither a result nor an error")
        except (ValueError, TypeError, RecursionError, MemoryError) as bad:
            self._kill("protocol", f"{self._doing} sent what is no outcome of a call: {bad}")
        after = trees.get("arguments")
        arguments = None
        if isinstance(after, list) and len(after) == len(names):
            arguments = dict(zip(names, after, strict=True))
        if error is None and holds_fixture(trees["result"]):
            error = CallError("bad result", "TreeError", "the result holds a fixture; expected plain data")
        return CallOutcome(trees["result"] if error is None else None, arguments, error)

    def _begin(self, name: str) -> float:
        """Start the clocks of a cell or call; returns the processor time used until now."""
        if self._died is not None:
            raise self._died
        self._doing = name
        limit, now = self._limits, time.monotonic()
        self._since = now
        whole = self._began + limit.notebook_wall_s
        self._wall_end = min(now + limit.cell_wall_s, whole) + GRACE_WALL_S
        self._cpu_end = limit.notebook_cpu_s
        cpu = self._cpu()
        self._cpu_end = min(cpu + limit.cell_cpu_s + GRACE_CPU_S, limit.notebook_cpu_s)
        return cpu

    def _wall_left(self) -> float:
        """Real time until the interrupt; a while later the session is killed."""
        return max(self._wall_end - GRACE_WALL_S - time.monotonic(), 0.001)

    def _cpu(self) -> float:
        cpu = self._keeper.cpu()
        if cpu is None:
            self._ended()
        if cpu > self._cpu_end:
            whole = self._cpu_end == self._limits.notebook_cpu_s
            there_is = f"the notebook's {self._cpu_end:g}" if whole else f"{self._limits.cell_cpu_s:g}"
            self._kill("cpu time", f"{self._doing} used more than {there_is} s of processor time")
        return cpu

    def _wait(self, event: int) -> None:
        """Wait until the connection is ready, looking at the limits now and then however busy it is."""
        while True:
            if time.monotonic() - self._watched > POLL_S:
                self._watch()
            if ready(self._data, event, POLL_S):
                return

    def _watch(self) -> None:
        """End the session when it must end."""
        self._watched = time.monotonic()
        self._cpu()
        if time.monotonic() > self._wall_end:
            self._kill("wall time", f"{self._doing} took too long: {self._wall_end - self._since:.0f} s")

    def _ask(
        self, request: wire.Message, blobs: list[bytes], answer: Answer | None = None
    ) -> tuple[wire.Message, list[bytes]]:
        """Send a request and wait for its reply, answering questions in between."""
        self._count += 1
        self._send({**request, "id": self._count}, blobs)
        while True:
            message, parts = self._receive()
            name = message.get("name")
            if message.get("op") == "ask" and answer and isinstance(name, str) and name in answer:
                self._answer(answer[name], parts)
                continue
            if message.get("op") != "done" or message.get("id") != self._count:
                self._kill("protocol", f"{self._doing} sent a message that nobody asked for")
            if "fault" in message:
                self._kill(
                    "protocol", f"{self._doing} could not be carried out: {plain(str(message['fault']), 500)}"
                )
            return message, parts

    def _answer(self, function: Any, blobs: list[bytes]) -> None:
        """Compute what a stub inside asks for; what goes wrong is raised there."""
        try:
            match [decoded(blob) for blob in blobs]:
                case [[list(arguments), dict(named)]] if not holds_fixture([arguments, named]):
                    if largest_side([arguments, named]) > MAX_SIDE:
                        raise ValueError(f"an array with a side of more than {MAX_SIDE} is not answered")
                    reply = tree.encode(function(*arguments, **named))
                case _:
                    raise ValueError("a question is a list of arguments and a dictionary of named ones")
        except Exception as error:
            self._send({"error": str(error)[:500] or type(error).__name__}, [])
            return
        self._send({"error": None}, [reply])

    def _send(self, message: wire.Message, blobs: list[bytes]) -> None:
        view = memoryview(wire.pack(message, blobs))
        try:
            while view:
                self._wait(select.POLLOUT)
                view = view[self._data.send(view) :]
        except ConnectionError:
            self._ended()

    def _read(self, size: int) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._wait(select.POLLIN)
            count = self._data.recv_into(view)
            if count == 0:
                raise ConnectionResetError
            view = view[count:]
        return bytes(data)

    def _receive(self) -> tuple[wire.Message, list[bytes]]:
        # One character may take twelve bytes of JSON.
        text = 12 * self._limits.output_bytes + MEBIBYTE
        try:
            return wire.receive(self._read, text, 2 * self._limits.result_mb * MEBIBYTE)
        except wire.WireError as error:
            self._kill("protocol", f"{self._doing} sent {error}")
        except ConnectionError:
            self._ended()

    def _hello(self) -> tuple[str, ...]:
        """Wait until the session stands; returns its layers."""
        try:
            message, _ = self._receive()
        except SessionDied:
            message = self._keeper.ended or {}
            if "refused" not in message:
                raise
        if "refused" in message:
            self._keeper.close()
            raise NoSandbox(f"a session cannot be enclosed: {message['refused']}")
        return tuple(message["layers"])

    def _kill(self, reason: Reason, message: str) -> NoReturn:
        self._keeper.kill()
        self._died = SessionDied(reason, message)
        raise self._died

    def _ended(self) -> NoReturn:
        """The session is gone, or has closed its side: say why."""
        if not self._keeper.wait(END_WALL_S):
            self._kill("protocol", f"{self._doing} closed the session's connection")
        assert self._keeper.ended is not None
        reason, how = cause(self._keeper.ended, self._limits)
        self._died = SessionDied(reason, f"{self._doing} {how}")
        raise self._died


def cause(ended: Ended, limits: Limits) -> tuple[Reason, str]:
    """Why a session ended by itself, from its exit status and what it had used."""
    code = ended.get("ended")
    if code is None:
        return "killed", "was ended together with the whole jail"
    if code == wire.OUT_OF_MEMORY:
        return "memory", f"used more than {limits.memory_mb} MiB of memory"
    if code >= 0:
        return "exited", f"ended the session by itself, with status {code}"
    if ended["cpu"] >= limits.notebook_cpu_s:
        return "cpu time", f"used more than the notebook's {limits.notebook_cpu_s:g} s of processor time"
    if ended["memory"] >= 0.8 * limits.memory_mb * MEBIBYTE:
        return "memory", f"used more than {limits.memory_mb} MiB of memory"
    return "killed", f"ended the session by {signal.Signals(-code).name} ({signal.strsignal(-code)})"


def decoded(blob: bytes) -> Tree:
    """A tree from inside.

    Raises:
        ValueError: no tree, or one with too large a structure.
    """
    if int.from_bytes(blob[:8], "little") > MAX_STRUCTURE:
        raise ValueError(f"a tree whose structure takes more than {MAX_STRUCTURE} bytes")
    return tree.decode(blob)


def holds_fixture(value: Tree) -> bool:
    """Whether a fixture is anywhere in a tree."""
    if isinstance(value, dict):
        return any(holds_fixture(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_fixture(item) for item in value)
    return isinstance(value, tree.Fixture)


def largest_side(value: Tree) -> int:
    """The longest side of any array in a tree, and the length of its longest container."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return max([len(value), *map(largest_side, value)])
    return max(getattr(value, "shape", ()), default=0)
