"""What a cell shows and leaves behind."""

import base64

import nbformat
import pytest
from limits import LIMITS

from autograder.sandbox import Jail


def kinds(outcome):
    return [output["output_type"] for output in outcome.outputs]


def texts(outcome, name):
    return "".join(o["text"] for o in outcome.outputs if o.get("name") == name)


def test_outputs_are_nbformat_outputs_in_the_order_they_were_shown(session):
    outcome = session.run(
        "import sys\nfrom IPython.display import HTML, Markdown, display\n"
        "print('one')\nprint('two')\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))\n"
        "print('three', file=sys.stderr)\n{'a': 1}"
    )
    assert kinds(outcome) == ["stream", "display_data", "display_data", "stream", "execute_result"]
    assert outcome.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"}
    assert outcome.outputs[1]["data"]["text/html"] == "<b>x</b>"
    assert outcome.outputs[3]["name"] == "stderr"
    assert outcome.outputs[4]["data"] == {"text/plain": "{'a': 1}"}
    assert outcome.outputs[4]["execution_count"] == 1
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(o) for o in outcome.outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_state_lasts_from_cell_to_cell_and_not_from_session_to_session(jail):
    with jail.session() as first, jail.session() as second:
        first.run("x = 41")
        assert first.run("x + 1").outputs[0]["data"] == {"text/plain": "42"}
        assert second.run("x").error == "NameError: name 'x' is not defined"


def test_an_error_has_a_traceback_and_leaves_the_namespace_as_it_was(session):
    outcome = session.run("y = 1\nprint('before')\ny / 0")
    assert (outcome.status, outcome.error) == ("error", "ZeroDivisionError: division by zero")
    assert kinds(outcome) == ["stream", "error"]
    assert outcome.outputs[1]["ename"] == "ZeroDivisionError"
    assert "----> 3 y / 0" in "\n".join(outcome.outputs[1]["traceback"])
    assert session.run("y").status == "ok"


def test_a_syntax_error_is_the_cells_error(session):
    outcome = session.run("def f(:")
    assert outcome.status == "error"
    assert outcome.outputs[0]["ename"] == "SyntaxError"


@pytest.mark.parametrize(
    "source", ["!ls", "%pip install nothing", "%%bash\nls", "%nonsense", "import sys; sys.exit()"]
)
def test_what_needs_a_shell_or_a_kernel_is_at_worst_an_error_of_the_cell(session, source):
    assert session.run(source).status == "error"
    assert session.run("1").status == "ok"


@pytest.mark.parametrize(
    "source",
    [
        "exit()",
        "quit",
        "len?",
        "%timeit -n1 -r1 1",
        "%%time\n1",
        "%matplotlib inline",
        "await __import__('asyncio').sleep(0)",
        "help(len)",
    ],
)
def test_what_a_notebook_knows_besides_python_works(patient, source):
    outcome = patient.run(source)
    assert (outcome.status, outcome.error) == ("ok", None)


def test_input_fails_at_once_and_says_why(session):
    outcome = session.run("name = input('name? ')")
    assert outcome.error is not None
    assert outcome.error.startswith("EOFError: input() has nobody to ask")


def test_warnings_and_logging_go_to_standard_error_and_cost_nothing(session):
    outcome = session.run("import logging, warnings\nwarnings.warn('hm')\nlogging.warning('ho')")
    assert outcome.status == "ok"
    assert "hm" in texts(outcome, "stderr")
    assert "ho" in texts(outcome, "stderr")


FIGURE = "import matplotlib.pyplot as plt\nplt.figure(figsize=(1, 1), dpi=50)\nplt.plot([1, 2])\nplt.show()"


@pytest.mark.parametrize("preload", [("numpy",), ("numpy", "matplotlib.pyplot")])
def test_a_figure_is_shown_as_png(view, preload):
    with Jail(view, preload=preload) as jail, jail.session() as session:
        outcome = session.run(FIGURE)
    images = [o["data"]["image/png"] for o in outcome.outputs if "image/png" in o.get("data", {})]
    assert len(images) == 1
    assert base64.b64decode(images[0]).startswith(b"\x89PNG")


def test_only_allowed_kinds_of_data_come_out(session):
    outcome = session.run(
        "from IPython.display import display\n"
        "display({'text/plain': 'a', 'application/javascript': 'alert(1)', 'text/x-own': 'b'}, raw=True)"
    )
    assert outcome.outputs[0]["data"] == {"text/plain": "a"}


@pytest.mark.parametrize(
    "data", ["{'text/plain': 5, 'text/html': 'x'}", "{'application/json': {1, 2}, 'text/html': 'x'}"]
)
def test_data_that_cannot_be_sent_is_left_out(session, data):
    outcome = session.run(f"from IPython.display import display\ndisplay({data}, raw=True)")
    assert outcome.outputs[0]["data"] == {"text/html": "x"}


def test_an_output_is_updated_in_its_place_and_cleared(session):
    source = (
        "from IPython.display import clear_output, display\nh = display('a', display_id=True)\nprint('b')\n"
    )
    outcome = session.run(source + "h.update('c')")
    assert [o.get("text", o.get("data")) for o in outcome.outputs] == [{"text/plain": "'c'"}, "b\n"]
    assert kinds(session.run(source + "clear_output()\n1")) == ["execute_result"]


def test_the_course_is_importable_from_the_view_and_check_says_nothing(session):
    outcome = session.run(
        "from autograder import check\nfrom seqlib.mine import doubled\ncheck(doubled)\ndoubled(2)"
    )
    assert [o.get("data") for o in outcome.outputs] == [{"text/plain": "4"}]


def test_a_flood_of_output_is_cut_and_the_error_after_it_still_shown(session):
    outcome = session.run("for _ in range(1000):\n    print('x' * 1000)\n1 / 0")
    assert LIMITS.output_bytes - 100 <= len(texts(outcome, "stdout")) <= LIMITS.output_bytes
    assert texts(outcome, "stderr") == f"output cut at {LIMITS.output_bytes} bytes\n"
    assert outcome.outputs[-2]["ename"] == "ZeroDivisionError"


@pytest.mark.parametrize(
    "shown",
    ["display({}, raw=True)", "print('x', end='', file=next(streams))", "get_ipython().showtraceback()"],
)
def test_a_flood_of_small_outputs_is_cut_too(session, shown):
    outcome = session.run(
        "import itertools, sys\nfrom IPython.display import display\n"
        "streams = itertools.cycle([sys.stdout, sys.stderr])\ntry: 1 / 0\nexcept Exception:\n"
        f"    for _ in range(2000): {shown}"
    )
    assert outcome.status in ("ok", "timeout")
    assert 1 <= len(outcome.outputs) < 1000


def test_processor_time_is_measured_outside(session):
    outcome = session.run(
        "import time\nend = time.process_time() + 0.2\ntime.sleep(0.1)\nwhile time.process_time() < end: pass"
    )
    assert 0.2 <= outcome.seconds_cpu < 0.3


def test_text_that_is_no_unicode_comes_out_readable(session):
    assert texts(session.run("print('\\ud800 x')"), "stdout") == "? x\n"
