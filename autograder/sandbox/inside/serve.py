"""One session: runs the cells and calls that the outside asks for, one after the other."""

import builtins
import contextlib
import random
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from autograder import fixtures, tree
from autograder.sandbox.inside import wire
from autograder.sandbox.inside.shell import Shell, Stream, innermost_line

# The outside is trusted; these only keep a broken message from being taken for a huge one.
MAX_TEXT = 64 << 20
MAX_BLOB = 1 << 30
AGAIN_S = 0.5
MESSAGE_LIMIT = 2000


# Held from the start: a learner may have put something else in their places.
seed_random = random.seed
seed_numpy = np.random.seed


class TimeLimit(BaseException):
    """The cell or call took too long. Not an Exception, so that `except Exception` does not hold it."""


class Limiter:
    """Interrupts the learner's code, and only that, when its time is over; again where that is swallowed."""

    def __init__(self) -> None:
        self.armed = False
        self.pending: str | None = None
        signal.signal(signal.SIGPROF, self._on_signal)
        signal.signal(signal.SIGALRM, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        what = "processor time" if number == signal.SIGPROF else "time"
        self.pending = f"stopped: the {what} for one cell or call is used up"
        if self.armed:
            raise TimeLimit(self.pending)

    @contextmanager
    def limited(self, cpu_s: float, wall_s: float) -> Iterator[None]:
        """Let the code under `with` run for so long."""
        self.pending, self.armed = None, True
        signal.setitimer(signal.ITIMER_PROF, max(cpu_s, 0.001), AGAIN_S)
        signal.setitimer(signal.ITIMER_REAL, max(wall_s, 0.001), AGAIN_S)
        try:
            yield
        finally:
            self.disarm()

    def disarm(self) -> None:
        """Interrupt nothing any more."""
        self.armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep an interrupt back until the end of `with`, where a message must not be torn."""
        self.armed = False
        yield
        self.armed = True
        if self.pending is not None:
            raise TimeLimit(self.pending)


class Channel:
    """Whole messages over the session's socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.lock = threading.Lock()

    def _read(self, size: int) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            count = self._connection.recv_into(view)
            if count == 0:
                raise EOFError
            view = view[count:]
        return bytes(data)

    def receive(self) -> tuple[wire.Message, list[bytes]]:
        """The next message from outside."""
        return wire.receive(self._read, MAX_TEXT, MAX_BLOB)

    def send(self, message: Mapping[str, Any], *blobs: bytes) -> None:
        """Send a message out."""
        self._connection.sendall(wire.pack(message, blobs))


def no_input(*_: object) -> NoReturn:
    """Stands in for `input`."""
    raise EOFError("input() has nobody to ask when a notebook is graded; give the value in the cell instead")


class Call:
    """One call of a learner's function, with what it needs remembered to describe it."""

    def __init__(self, shell: Shell, limiter: Limiter, max_blob: int) -> None:
        self.shell, self.limiter, self.max_blob = shell, limiter, max_blob
        self._fixtures: dict[int, tuple[Any, tree.Fixture]] = {}
        self._before: dict[str, tuple[Any, Any]] = {}
        self._structures: dict[int, Any] = {}

    def failed(self, kind: str, error: BaseException | None, message: str | None = None) -> wire.Message:
        """The description of what went wrong."""
        line, source = innermost_line(self.shell, error.__traceback__ if error else None)
        name = type(error).__name__ if error else ""
        text = message if message is not None else _text(error)
        return {"kind": kind, "type": name, "message": text[:MESSAGE_LIMIT], "line": line, "source": source}

    def apply(
        self, function: Any, arguments: list[Any], request: wire.Message
    ) -> tuple[Any, wire.Message | None]:
        """The function's result, or what went wrong."""
        try:
            with self.limiter.limited(request["cpu"], request["wall"]):
                return function(*arguments), None
        except TimeLimit as error:
            self.limiter.disarm()
            return None, self.failed("timeout", error)
        except BaseException as error:
            return None, self.failed("raised", error)

    def untouched(self) -> dict[str, Any]:
        """The arguments' arrays that are as they were: the outside has them, so they are only named."""
        return {name: array for name, (array, copy) in self._before.items() if equal(array, copy)}

    def encoded(self, value: Any) -> bytes:
        """A tree as bytes, small enough to be sent."""
        data = tree.encode(value, self.untouched())
        if len(data) > self.max_blob:
            raise tree.TreeError(f"the result takes {len(data)} bytes; at most {self.max_blob} are taken")
        if int.from_bytes(data[:8], "little") > wire.MAX_STRUCTURE:
            raise tree.TreeError("the result holds too many lists, dicts or single numbers; use arrays")
        return data

    def arguments(self, blob: bytes) -> list[Any]:
        """The arguments, fixtures built; it is remembered how all of it was."""
        made: list[Any] = self._built(tree.decode(blob))
        given = tree.shared(made)
        self._before = {name: (array, np.copy(array)) for name, array in given.items()}
        for key, (value, _) in self._fixtures.items():
            if isinstance(value, (dict, list, tuple)):
                self._structures[key] = tree.flatten(value, given)[0]
        return made

    def _built(self, value: Any) -> Any:
        """The same tree with fixtures built, each remembered by the object that it became."""
        if isinstance(value, tree.Fixture):
            made = fixtures.build(value)
            self._fixtures[id(made)] = (made, value)
            return made
        if isinstance(value, dict):
            return {key: self._built(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._built(item) for item in value)
        return value

    def unbuilt(self, value: Any, depth: int = 0) -> Any:
        """The inverse of `built`: fixtures that are as they were made become their names again."""
        if id(value) in self._fixtures:
            made, fixture = self._fixtures[id(value)]
            before = self._structures.get(id(value))
            if before is None or tree.flatten(made, self.untouched())[0] == before:
                return fixture
        if depth > tree.MAX_DEPTH:
            raise tree.TreeError(f"an argument is nested more than {tree.MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            return {key: self.unbuilt(item, depth + 1) for key, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self.unbuilt(item, depth + 1) for item in value)
        return value


def equal(array: Any, copy: Any) -> bool:
    """Whether an array is the same as its copy, in every number."""
    if array.dtype != copy.dtype or array.shape != copy.shape:
        return False
    return bool(np.array_equal(array, copy, equal_nan=array.dtype.kind == "f"))


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:
        return f"(its text raises {type(error).__name__})"


def seed_everything(seed: int) -> None:
    """Seed the generators that a learner's code may draw from."""
    seed_random(seed)
    seed_numpy(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


class Session:
    """Answers requests until the outside goes away."""

    def __init__(self, shell: Shell, connection: socket.socket, max_blob: int) -> None:
        self.shell = shell
        self.channel = Channel(connection)
        self.limiter = Limiter()
        self.max_blob = max_blob
        sys.stdout = Stream("stdout", shell.outputs)
        sys.stderr = Stream("stderr", shell.outputs)
        builtins.input = no_input

    def serve(self) -> None:
        """Answer requests; returns when the outside closes the socket."""
        operations = {"run": self.run, "call": self.call, "value": self.value}
        while True:
            try:
                request, blobs = self.channel.receive()
            except EOFError:
                return
            try:
                reply, answers = operations[request["op"]](request, blobs)
            except MemoryError:
                raise
            except Exception as error:
                reply, answers = {"fault": f"{type(error).__name__}: {_text(error)}"[:MESSAGE_LIMIT]}, []
            self.channel.send({**reply, "op": "done", "id": request["id"]}, *answers)

    def run(self, request: wire.Message, blobs: list[bytes]) -> tuple[wire.Message, list[bytes]]:
        """Run a cell."""
        outputs = self.shell.outputs
        outputs.begin(request["output_bytes"])
        error: BaseException | None = None
        try:
            with self.limiter.limited(request["cpu"], request["wall"]):
                result = self.shell.run_cell(request["source"], store_history=True)
                error = result.error_before_exec or result.error_in_exec
        except TimeLimit as late:
            self.limiter.disarm()
            error = late
            outputs.error("TimeLimit", str(late), [])
        except MemoryError:
            raise
        except Exception as unrunnable:
            # What the shell itself cannot take, such as an expression that is nested too deep.
            error = unrunnable
            outputs.error(type(error).__name__, _text(error), [])
        status = "timeout" if isinstance(error, TimeLimit) else "error" if error else "ok"
        text = f"{type(error).__name__}: {_text(error)}"[:MESSAGE_LIMIT] if error else None
        return {"status": status, "error": text, "outputs": outputs.shown(), "cut": outputs.cut}, []

    def call(self, request: wire.Message, blobs: list[bytes]) -> tuple[wire.Message, list[bytes]]:
        """Call a function of the notebook with one case's arguments."""
        self.shell.outputs.begin(0)
        call = Call(self.shell, self.limiter, self.max_blob)
        name, namespace = request["function"], self.shell.user_ns
        if name not in namespace:
            return {"error": call.failed("missing", None, f"{name} is not defined"), "parts": []}, []
        function = namespace[name]
        if not callable(function):
            text = f"{name} is of type {type(function).__name__}; expected a function"
            return {"error": call.failed("not callable", None, text), "parts": []}, []
        arguments = call.arguments(blobs[0])
        seed_everything(request["seed"])
        with self._answered(request["answer"]):
            result, error = call.apply(function, arguments, request)
        return self._described(call, result, arguments, error)

    def value(self, request: wire.Message, blobs: list[bytes]) -> tuple[wire.Message, list[bytes]]:
        """Read a name of the notebook."""
        call = Call(self.shell, self.limiter, self.max_blob)
        name, namespace = request["name"], self.shell.user_ns
        if name not in namespace:
            return {"error": call.failed("missing", None, f"{name} is not defined"), "parts": []}, []
        return self._described(call, namespace[name], [], None)

    def _described(
        self, call: Call, result: Any, arguments: list[Any], error: wire.Message | None
    ) -> tuple[wire.Message, list[bytes]]:
        """Result and arguments as far as they are trees; a result that is none is an error."""
        parts: dict[str, bytes] = {}
        # An argument may have been given something that is no tree: then the outside sees that it is missing.
        with contextlib.suppress(tree.TreeError):
            parts["arguments"] = call.encoded(call.unbuilt(arguments))
        if error is None:
            try:
                parts["result"] = call.encoded(result)
            except Exception as bad:
                error = {**call.failed("bad result", bad), "line": None, "source": None}
        return {"error": error, "parts": list(parts)}, list(parts.values())

    @contextmanager
    def _answered(self, names: list[str]) -> Iterator[None]:
        """Replace names of the notebook by stubs that ask outside, for the time of `with`."""
        namespace, nothing = self.shell.user_ns, object()
        before = {name: namespace.get(name, nothing) for name in names}
        namespace.update({name: self._stub(name) for name in names})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is nothing:
                    namespace.pop(name, None)
                else:
                    namespace[name] = value

    def _stub(self, name: str) -> Callable[..., Any]:
        """A function that the outside computes."""

        def stub(*arguments: Any, **named: Any) -> Any:
            asked = [list(arguments), named]
            question = tree.encode(asked)
            with self.channel.lock, self.limiter.held():
                self.channel.send({"op": "ask", "name": name}, question)
                reply, blobs = self.channel.receive()
            if reply.get("error") is not None:
                raise ValueError(reply["error"])
            # What the answer has of the question's own arrays is not sent back, and is the same here as there.
            return tree.decode(blobs[0], given=tree.shared(asked))

        stub.__name__ = stub.__qualname__ = name
        return stub
