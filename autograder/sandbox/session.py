"""One learner's notebook, seen from outside: asks for cells and calls, trusts nothing that it says."""

import contextlib
import json
import select
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, NoReturn, Self, cast, get_args

from autograder import tree
from autograder.fixtures import built
from autograder.outcome import Allowance, CallError, CallOutcome, bearable
from autograder.sandbox.inside import guard, wire
from autograder.sandbox.outcome import (
    SCRATCH_FILES,
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
from autograder.sandbox.outputs import cut_note, fitting
from autograder.tree import Tree, elements

POLL_S = 0.1
# The interrupt comes at the limit; a session that ignores it is killed so much later.
GRACE_CPU_S = 2.0
GRACE_WALL_S = 5.0
START_WALL_S = 60.0
END_WALL_S = 10.0
MEBIBYTE = 1 << 20
# One array may lie in a result many times, as weights do in the cache of every step.
REPEATS = 4
# A small question can have a huge answer; no case of the course is as large as this along any axis.
MAX_SIDE = 1024
# What a session may ask in one call where nobody says how much is needed.
ALLOWANCE = Allowance(questions=1000, elements=10_000_000)

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
        # Time that this side spends on what the session sends counts as the session's own.
        self._served = self._inside = 0.0
        self._serving: float | None = None
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

    def narrow(self, cpu_s: float, wall_s: float) -> None:
        """Let the session use no more than so much processor time in all, and real time from now on."""
        limit, age = self._limits, time.monotonic() - self._began
        self._limits = replace(
            limit,
            notebook_cpu_s=min(limit.notebook_cpu_s, cpu_s),
            notebook_wall_s=min(limit.notebook_wall_s, age + wall_s),
        )

    @property
    def cpu_s(self) -> float:
        """Processor time used so far in seconds, with what this side spent on the session's messages."""
        ended = self._keeper.ended or {}
        return max(self._inside, ended.get("cpu") or 0.0) + self._spent_here()

    def run(self, source: str, *, name: str = "cell", output_bytes: int | None = None) -> CellOutcome:
        """Run one code cell in the notebook's namespace.

        Args:
            source: the cell's text; magics are as in IPython.
            name: what the cell is called when it ends the session.
            output_bytes: what it may show, where that is less than for any cell.

        Raises:
            SessionDied: the session is gone.
        """
        limit = self._limits
        room = limit.output_bytes if output_bytes is None else min(output_bytes, limit.output_bytes)
        request = {"op": "run", "source": source, "output_bytes": room}
        with self._busy(name) as before:
            reply, _ = self._ask({**request, "cpu": limit.cell_cpu_s, "wall": self._wall_left()}, [])
            try:
                if reply.get("status") not in get_args(Status):
                    raise ValueError("a cell's outcome of no known status")
                status = cast(Status, reply["status"])
                outputs, cut = fitting(reply.get("outputs"), room, reply.get("cut") is True)
                text = None if reply.get("error") is None else plain(reply["error"])
            except (ValueError, RecursionError) as bad:
                self._kill("protocol", f"{name} sent what is no outcome of a cell: {bad}")
            if cut:
                whole = f", all that is left of the notebook's {limit.notebook_output_bytes}"
                outputs.append(
                    cut_note(f"output cut at {room} bytes{whole if room < limit.output_bytes else ''}")
                )
            return CellOutcome(status, outputs, text, self._cpu() - before, cut)

    def call(
        self,
        function: str,
        cases: Sequence[Mapping[str, Tree]],
        *,
        answer: Answer | None = None,
        allowed: Sequence[Allowance] | None = None,
        seed: int = 0,
    ) -> list[CallOutcome]:
        """Call a function of the notebook once for each case, on copies of its own.

        Args:
            function: its name in the notebook's namespace.
            cases: the arguments by name; they are passed by position, in their order.
            answer: for the time of the call these names of the notebook are answered here, outside.
            allowed: how much may be asked in each case.
            seed: seeds every generator before the first case; each case after it has the next seed.

        Raises:
            SessionDied: the session is gone.
        """
        outcomes: list[CallOutcome] = []
        with self._busy(function) as before:
            for number, (case, allowance) in enumerate(
                zip(cases, allowed or [ALLOWANCE] * len(cases), strict=True)
            ):
                left = self._limits.cell_cpu_s - (self._cpu() - before)
                if left <= 0 or any(o.error and o.error.kind == "timeout" for o in outcomes):
                    text = f"not called: the cases before took the {self._limits.cell_cpu_s:g} s there are"
                    outcomes.append(CallOutcome(None, None, CallError("timeout", "TimeLimit", text)))
                    continue
                questions = Questions(answer or {}, allowance)
                request: wire.Message = {"op": "call", "function": function, "answer": list(questions.answer)}
                request = {**request, "seed": seed + number, "cpu": left, "wall": self._wall_left()}
                reply, blobs = self._ask(request, [tree.encode(list(case.values()))], questions)
                outcomes.append(self._outcome(reply, blobs, case))
        return outcomes

    def value(self, name: str) -> CallOutcome:
        """Read a name of the notebook's namespace.

        Raises:
            SessionDied: the session is gone.
        """
        with self._busy(name):
            reply, blobs = self._ask({"op": "value", "name": name}, [])
            return self._outcome(reply, blobs, {})

    def _outcome(self, reply: wire.Message, blobs: list[bytes], case: Mapping[str, Tree]) -> CallOutcome:
        """What a call gave, from what inside says that it gave."""
        try:
            error = None if reply.get("error") is None else call_error(reply["error"])
            parts = reply.get("parts")
            if not isinstance(parts, list) or len(parts) != len(blobs) or len(set(parts)) != len(parts):
                raise ValueError("parts that do not fit the message")
            most = REPEATS * self._limits.result_mb * MEBIBYTE
            # What it has of the arguments' own arrays is not sent back, only named.
            given = tree.shared(built(list(case.values())))
            trees = {part: decoded(blob, most, given) for part, blob in zip(parts, blobs, strict=True)}
            if error is None and "result" not in trees:
                raise ValueError("neither a result nor an error")
        except (ValueError, TypeError, RecursionError, MemoryError) as bad:
            self._kill("protocol", f"{self._doing} sent what is no outcome of a call: {bad}")
        after = trees.get("arguments")
        arguments = None
        if isinstance(after, list) and len(after) == len(case):
            arguments = dict(zip(case, after, strict=True))
        if error is None and holds_fixture(trees["result"]):
            error = CallError("bad result", "TreeError", "the result holds a fixture; expected plain data")
        return CallOutcome(trees["result"] if error is None else None, arguments, error)

    @contextmanager
    def _busy(self, name: str) -> Iterator[float]:
        """Run the clocks of a cell or call; gives the processor time used until now."""
        self._serving = time.thread_time()
        try:
            yield self._begin(name)
        finally:
            self._served, self._serving = self._spent_here(), None

    def _spent_here(self) -> float:
        """This side's processor time for the session, in seconds."""
        return self._served + (0.0 if self._serving is None else time.thread_time() - self._serving)

    def _begin(self, name: str) -> float:
        """Set the limits of a cell or call; returns the processor time used until now."""
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
        inside = self._keeper.cpu()
        if inside is None:
            self._ended()
        self._inside = inside
        cpu = inside + self._spent_here()
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
        self, request: wire.Message, blobs: list[bytes], questions: "Questions | None" = None
    ) -> tuple[wire.Message, list[bytes]]:
        """Send a request and wait for its reply, answering questions in between."""
        self._count += 1
        self._send({**request, "id": self._count}, blobs)
        while True:
            message, parts = self._receive()
            name = message.get("name")
            if (
                message.get("op") == "ask"
                and questions
                and isinstance(name, str)
                and name in questions.answer
            ):
                self._send(*questions.reply(name, parts))
                continue
            if message.get("op") != "done" or message.get("id") != self._count:
                self._kill("protocol", f"{self._doing} sent a message that nobody asked for")
            if "fault" in message:
                self._kill(
                    "protocol", f"{self._doing} could not be carried out: {plain(str(message['fault']), 500)}"
                )
            return message, parts

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


class Questions:
    """What one call asks of the functions that it needs, answered here as far as its allowance reaches."""

    def __init__(self, answer: Answer, allowance: Allowance) -> None:
        self.answer = answer
        self._allowance = allowance
        self._asked = self._elements = 0

    def reply(self, name: str, blobs: list[bytes]) -> tuple[wire.Message, list[bytes]]:
        """The answer to a question from inside as a message; what goes wrong is raised there."""
        try:
            question, answer = self._answered(name, blobs)
            return {"error": None}, [tree.encode(answer, tree.shared(question))]
        except Exception as error:
            return {"error": bearable(str(error), 500) or type(error).__name__}, []

    def _answered(self, name: str, blobs: list[bytes]) -> tuple[Tree, Tree]:
        """The question and its answer."""
        self._asked += 1
        allowance = self._allowance
        if self._asked > allowance.questions:
            raise ValueError(
                f"{name} was called too often: {allowance.questions} calls are answered, many times what is needed"
            )
        left = 8 * (allowance.elements - self._elements)
        if sum(map(len, blobs)) > left + wire.MAX_STRUCTURE:
            self._too_much(name)
        match [decoded(blob, left) for blob in blobs]:
            case [[list(arguments), dict(named)]] if not holds_fixture([arguments, named]):
                pass
            case _:
                raise ValueError("a question is a list of arguments and a dictionary of named ones")
        if largest_side([arguments, named]) > MAX_SIDE:
            raise ValueError(f"an array with a side of more than {MAX_SIDE} is not answered")
        self._count(name, [arguments, named])
        result = self.answer[name](*arguments, **named)
        self._count(name, result)
        return [arguments, named], result

    def _count(self, name: str, value: Tree) -> None:
        self._elements += elements(value)
        if self._elements > self._allowance.elements:
            self._too_much(name)

    def _too_much(self, name: str) -> NoReturn:
        raise ValueError(
            f"{name} was called with too much: {self._allowance.elements} numbers are taken and given in one "
            "call of your function, many times what is needed"
        )


def cause(ended: Ended, limits: Limits) -> tuple[Reason, str]:
    """Why a session ended by itself, from its exit status and what it had used."""
    code = ended.get("ended")
    if code is None:
        return "killed", "was ended together with the whole jail"
    if ended["over"] == "threads":
        return "threads", f"had more than {guard.MAX_THREADS} threads"
    if ended["over"] == "disk":
        bound = f"{SCRATCH_FILES * limits.file_mb} MiB or {guard.MAX_FILES} files"
        return "disk", f"wrote more than {bound} into its scratch folder"
    if code == wire.OUT_OF_MEMORY:
        return "memory", f"used more than {limits.memory_mb} MiB of memory"
    if code >= 0:
        return "exited", f"ended the session by itself, with status {code}"
    if ended["cpu"] >= limits.notebook_cpu_s:
        return "cpu time", f"used more than the notebook's {limits.notebook_cpu_s:g} s of processor time"
    if ended["memory"] >= 0.8 * limits.memory_mb * MEBIBYTE:
        return "memory", f"used more than {limits.memory_mb} MiB of memory"
    return "killed", f"ended the session by {signal.Signals(-code).name} ({signal.strsignal(-code)})"


def decoded(blob: bytes, limit: float, given: Mapping[str, Any] | None = None) -> Tree:
    """A tree from inside, of a structure that is not too long to be read, its arrays no more than so many bytes."""
    if int.from_bytes(blob[:8], "little") > wire.MAX_STRUCTURE:
        raise ValueError(f"a tree whose structure takes more than {wire.MAX_STRUCTURE} bytes")
    return tree.decode(blob, limit, given)


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
