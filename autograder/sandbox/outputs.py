"""Outputs from inside, checked: nbformat v4 dictionaries of allowed kinds, within the budget of bytes."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any, cast

from autograder.sandbox.inside.wire import ITEM_BYTES
from autograder.sandbox.outcome import Output, clean

TEXT_TYPES = {"text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml"}
MIME_TYPES = TEXT_TYPES | {"image/png", "application/json"}
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
ERROR_BYTES = 20_000
LEAST_ERROR = 500
# A small file can hold a picture that no browser has the memory for.
MAX_PIXELS = 50_000_000
ERROR_LINES = 500
LARGEST = 1 << 62


def validated(items: object, budget: int, cut: bool) -> list[Output]:
    """The outputs that may go into a notebook, with a line at their end where anything is missing.

    Takes and raises what `fitting` does.
    """
    kept, cut = fitting(items, budget, cut)
    return [*kept, *([cut_note(f"output cut at {budget} bytes")] if cut else [])]


def cut_note(text: str) -> Output:
    """An output that says what is missing."""
    return {"output_type": "stream", "name": "stderr", "text": f"{text}\n"}


def fitting(items: object, budget: int, cut: bool) -> tuple[list[Output], bool]:
    """The outputs that may go into a notebook, and whether anything is missing.

    Args:
        items: what inside sent.
        budget: bytes in all; an error has up to `ERROR_BYTES` of its own, and only the last is kept.
        cut: whether inside has left something out already.

    Raises:
        ValueError: not a list of outputs.
    """
    if not isinstance(items, list):
        raise ValueError("outputs that are no list")
    room = min(max(budget, LEAST_ERROR), ERROR_BYTES)
    checked = [_shortened(_output(item), room) for item in items]
    errors = [output for output in checked if output["output_type"] == "error"]
    kept: list[Output] = []
    left = budget
    for output in checked:
        if output["output_type"] == "error":
            kept += [output] if output is errors[-1] else []
            continue
        fitted = _fitted(output, left)
        cut |= fitted is not output
        if fitted is not None:
            left -= _size(fitted)
            kept.append(fitted)
    return kept, cut


def size(outputs: list[Output]) -> int:
    """What checked outputs take of a notebook's budget, in bytes."""
    return sum(map(_size, outputs))


def _size(output: Output) -> int:
    if output["output_type"] == "error":
        return ITEM_BYTES + len(output["evalue"].encode()) + sum(len(t.encode()) for t in output["traceback"])
    if output["output_type"] == "stream":
        return ITEM_BYTES + len(output["text"].encode())
    return ITEM_BYTES + sum(len(_as_text(value).encode()) for value in output["data"].values())


def _shortened(output: Output, room: int) -> Output:
    """An output whose error, if it is one, is cut to so many characters."""
    if output["output_type"] != "error":
        return output
    lines = "\n".join(output["traceback"])[-room:].split("\n")
    return {**output, "evalue": output["evalue"][:room], "traceback": lines}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _fitted(output: Output, left: int) -> Output | None:
    """The output, the part of a stream that fits, or None."""
    if _size(output) <= left:
        return output
    if output["output_type"] != "stream" or left <= ITEM_BYTES:
        return None
    return {**output, "text": output["text"].encode()[: left - ITEM_BYTES].decode("utf-8", "ignore")}


def _output(item: object) -> Output:
    kind = item.get("output_type") if isinstance(item, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError("an output of no known kind")
    return KINDS[kind](cast(Output, item))


def _stream(item: Output) -> Output:
    if item.get("name") not in ("stdout", "stderr"):
        raise ValueError("a stream of no known name")
    return {"output_type": "stream", "name": item["name"], "text": clean(item.get("text"), LARGEST)}


def _data(item: Output) -> dict[str, Any]:
    data = item.get("data")
    if not isinstance(data, dict):
        raise ValueError("display data that is no dictionary")
    kept: dict[str, Any] = {}
    for mime in sorted(MIME_TYPES & data.keys()):
        value = data[mime]
        if mime == "application/json":
            kept[mime] = json.loads(clean(json.dumps(value, allow_nan=False, ensure_ascii=False), LARGEST))
            continue
        kept[mime] = clean(value, LARGEST)
        if mime == "image/png" and not BASE64.fullmatch(kept[mime]):
            raise ValueError("an image that is not base64")
        if mime == "image/png" and pixels(kept[mime]) > MAX_PIXELS:
            del kept[mime]
    return kept


def pixels(image: str) -> int:
    """How many pixels a PNG says that it has; 0 for what is none."""
    start = "".join(image[:200].split())[:32]
    try:
        head = base64.b64decode(start, validate=True)
    except ValueError:
        return 0
    if len(head) < 24 or not head.startswith(b"\x89PNG"):
        return 0
    return int.from_bytes(head[16:20], "big") * int.from_bytes(head[20:24], "big")


def _display(item: Output) -> Output:
    return {"output_type": "display_data", "data": _data(item), "metadata": {}}


def _result(item: Output) -> Output:
    count = item.get("execution_count")
    if type(count) is not int or not 0 <= count < 1 << 31:
        raise ValueError("an execution count that is no number")
    return {"output_type": "execute_result", "data": _data(item), "metadata": {}, "execution_count": count}


def _error(item: Output) -> Output:
    lines = item.get("traceback")
    if not isinstance(lines, list):
        raise ValueError("a traceback that is no list")
    text = "\n".join(clean(line, ERROR_BYTES) for line in lines[-ERROR_LINES:])
    return {
        "output_type": "error",
        "ename": clean(item.get("ename"), 200),
        "evalue": clean(item.get("evalue")),
        "traceback": text[-ERROR_BYTES:].split("\n"),
    }


KINDS: dict[str, Callable[[Output], Output]] = {
    "stream": _stream,
    "display_data": _display,
    "execute_result": _result,
    "error": _error,
}
