"""A learner's notebook without a kernel: IPython's plain shell, and what its cells show."""

import base64
import contextlib
import io
import json
import linecache
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.sandbox.inside.wire import ITEM_BYTES

TRACEBACK_LIMIT = 20_000

Output = dict[str, Any]


class Outputs:
    """What the running cell has shown so far, never more than the budget of bytes."""

    def __init__(self) -> None:
        self.items: list[Output] = []
        self.budget = self.left = 0
        self.cut = False

    def begin(self, budget: int) -> None:
        """Forget everything and take a new budget, in bytes."""
        self.budget, self.cut = budget, False
        self.clear()

    def clear(self) -> None:
        """Drop what was shown, as `clear_output` asks."""
        self.items, self.left = [], self.budget

    def stream(self, name: str, text: str) -> None:
        """Add text to a stream; writes that follow each other become one output."""
        last = self.items[-1] if self.items else {}
        follows = last.get("output_type") == "stream" and last["name"] == name
        room = self.left if follows else max(self.left - ITEM_BYTES, 0)
        if len(text) > room:
            text, self.cut = text[:room], True
        if not text:
            return
        self.left = room - len(text)
        if follows:
            last["pieces"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "pieces": [text]})

    def display(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """Add an output with data by mime type; one that does not fit is left out."""
        data = sendable(data)
        size = ITEM_BYTES + sum(len(str(value)) for value in data.values())
        if size > self.left:
            self.cut = True
            return
        self.left -= size
        self.items.append({"output_type": kind, "data": data, "metadata": {}, **more})

    def update(self, display_id: str, data: dict[str, Any]) -> None:
        """Show other data where an output with this id stands."""
        for item in self.items:
            if item.get("display_id") == display_id:
                item["data"] = sendable(data)

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error; the last one has room of its own, so that a flood does not hide it."""
        self.items = [item for item in self.items if item["output_type"] != "error"]
        lines = "\n".join(traceback)[-TRACEBACK_LIMIT:].split("\n")
        value = value[:TRACEBACK_LIMIT]
        self.items.append({"output_type": "error", "ename": name, "evalue": value, "traceback": lines})

    def shown(self) -> list[Output]:
        """The outputs in nbformat's form."""
        outputs = []
        for item in self.items:
            if item["output_type"] == "stream":
                item = {"output_type": "stream", "name": item["name"], "text": "".join(item["pieces"])}
            outputs.append(item)
        return outputs


def sendable(data: dict[str, Any]) -> dict[str, Any]:
    """The part of display data that can be sent: text, images as base64, JSON."""
    kept: dict[str, Any] = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            kept[mime] = base64.b64encode(value).decode()
        elif isinstance(value, str):
            kept[mime] = value
        elif mime == "application/json":
            with contextlib.suppress(TypeError, ValueError, RecursionError):
                kept[mime] = json.loads(json.dumps(value, allow_nan=False))
    return kept


class Stream(io.TextIOBase):
    """Standard output or error of a notebook."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = name
        self._outputs = outputs

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Add text to the cell's outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes text; got {type(text).__name__}")
        self._outputs.stream(self.name, text)
        return len(text)


class Publisher(DisplayPublisher):
    """Takes what `display` shows."""

    def publish(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **__: Any
    ) -> None:
        """Add it to the cell's outputs, or put it in the place of what has the same id."""
        display_id = (transient or {}).get("display_id")
        if update:
            self.shell.outputs.update(display_id, dict(data))
        else:
            self.shell.outputs.display("display_data", dict(data), display_id=display_id)

    def clear_output(self, wait: bool = False) -> None:
        """Drop what was shown."""
        self.shell.outputs.clear()


class Hook(DisplayHook):
    """Takes the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """The number is a field of the output."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Add it to the cell's outputs."""
        self.shell.outputs.display("execute_result", dict(format_dict), execution_count=self.prompt_count)

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """There is no history."""

    def finish_displayhook(self) -> None:
        """Nothing to end a line of."""
        self._is_active = False


class Compiler(CachingCompiler):
    """Knows which files are cells."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: set[str] = set()

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        """Name a cell's code, and remember the name."""
        name: str = super().cache(transformed_code, number, raw_code)
        self.cells.add(name)
        return name


class Shell(InteractiveShell):
    """IPython's plain shell, which owns no thread and so survives a fork."""

    outputs: Outputs

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.error(etype.__name__, _text(evalue), list(stb))

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        # IPython would keep a second copy of everything written, without bound.
        yield

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to draw in; inline figures need none."""
        if gui is not None:
            raise NotImplementedError(
                f"no window system for {gui!r} when a notebook is graded; use inline figures"
            )

    def ask_exit(self) -> None:
        """`exit` in a notebook ends nothing."""


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:
        return f"(its text raises {type(error).__name__})"


def make_shell() -> Shell:
    """The shell that every session is a fork of."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    Shell.compiler_class = Compiler
    Shell.display_pub_class = Publisher
    Shell.displayhook_class = Hook
    shell: Shell = Shell.instance(config=config)
    shell.outputs = Outputs()
    return shell


def innermost_line(shell: Shell, traceback: TracebackType | None) -> tuple[int | None, str | None]:
    """The last line of the learner's cells that a traceback passes: its number in the cell, its text."""
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in shell.compile.cells:
            found = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    if found is None:
        return None, None
    return found[1], linecache.getline(*found).strip()
