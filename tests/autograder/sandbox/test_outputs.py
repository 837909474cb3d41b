"""What inside sends is a stranger's: outputs and messages are taken apart before anything is believed."""

import io

import pytest

from autograder.sandbox.inside import wire
from autograder.sandbox.outcome import call_error
from autograder.sandbox.outputs import validated

STREAM = {"output_type": "stream", "name": "stdout", "text": "x"}
RESULT = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["line"]}


def display(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


@pytest.mark.parametrize(
    "items",
    [
        None,
        {},
        ["text"],
        [{}],
        [{"output_type": "update_display_data"}],
        [{"output_type": ["stream"]}],
        [{**STREAM, "name": "stdin"}],
        [{**STREAM, "text": ["x"]}],
        [{**RESULT, "execution_count": "1"}],
        [{**RESULT, "execution_count": True}],
        [{**ERROR, "traceback": "line"}],
        [{**ERROR, "ename": None}],
        [display([])],
        [display({"text/html": {"x": 1}})],
        [display({"image/png": '"><script>'})],
    ],
)
def test_what_is_no_list_of_outputs_is_refused(items):
    with pytest.raises(ValueError):
        validated(items, 1000, False)


def test_only_known_fields_are_kept():
    forged = {**STREAM, "metadata": {"nbgrader": 1}, "extra": 1}
    assert validated([forged], 1000, False) == [STREAM]
    forged = {**RESULT, "metadata": {"collapsed": True}, "transient": {}}
    assert validated([forged], 1000, False) == [RESULT]
    assert validated([display({"text/plain": "a", "text/x": "b"})], 1000, False) == [
        display({"text/plain": "a"})
    ]


def test_text_that_is_no_unicode_is_made_readable_everywhere():
    odd = display({"text/plain": "\ud800", "application/json": {"\udc00": ["\ud800"]}})
    assert validated([odd], 1000, False) == [display({"application/json": {"?": ["?"]}, "text/plain": "?"})]


def test_of_errors_the_last_is_kept():
    assert validated([ERROR, {**ERROR, "ename": "F"}], 10, False) == [{**ERROR, "ename": "F"}]


def test_outputs_beyond_the_budget_are_cut_and_the_cut_is_noted():
    outputs = validated([{**STREAM, "text": "é" * 1000}, STREAM, ERROR], 200, False)
    assert outputs[0]["text"] == "é" * 68
    assert outputs[1:] == [
        ERROR,
        {"output_type": "stream", "name": "stderr", "text": "output cut at 200 bytes\n"},
    ]


def test_a_message_survives_the_way():
    data = io.BytesIO(wire.pack({"a": [1, "é"]}, [b"one", b""]))
    assert wire.receive(data.read, 100, 100) == ({"a": [1, "é"]}, [b"one", b""])


@pytest.mark.parametrize(
    "data",
    [
        wire.pack({"a": "x" * 100}),
        wire.pack({}, [bytes(51)]),
        wire.pack({}, [b""] * 5),
        wire.HEAD.pack(2, 0) + b"[]",
        wire.HEAD.pack(3, 0) + b"{x}",
        wire.HEAD.pack(2, 0) + b"\xff\xff",
        wire.HEAD.pack(60, 0) + b"1" * 60,
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(wire.WireError):
        wire.receive(io.BytesIO(data).read, 64, 50)


def test_a_message_of_brackets_is_refused():
    text = b"[" * 50_000
    with pytest.raises(wire.WireError):
        wire.receive(io.BytesIO(wire.HEAD.pack(len(text), 0) + text).read, 1 << 20, 0)


@pytest.mark.parametrize(
    "data",
    [
        1,
        {},
        {"kind": "full marks", "type": "", "message": "", "line": None, "source": None},
        {"kind": "raised", "type": "", "message": "", "line": "1", "source": None},
        {"kind": "raised", "type": "", "message": None, "line": 1, "source": None},
    ],
)
def test_what_describes_no_error_is_refused(data):
    with pytest.raises(ValueError, match=r"error|text"):
        call_error(data)
