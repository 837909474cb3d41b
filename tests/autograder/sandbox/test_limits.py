"""Limits hold, the reason is named, and the jail goes on."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from limits import LIMITS

from autograder.sandbox import SessionDied
from autograder.sandbox import session as sessions

DEAF = "import signal\nfor s in (signal.SIGPROF, signal.SIGALRM): signal.signal(s, signal.SIG_IGN)\n"
CONNECTION = "import gc, socket\n(s,) = [o for o in gc.get_objects() if isinstance(o, socket.socket)]\n"
SWALLOWING = "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n"


def death(jail, source):
    with jail.session() as session:
        with pytest.raises(SessionDied) as died:
            session.run(source, name="cell 3")
        with pytest.raises(SessionDied):
            session.run("1")
        assert "cell 3" in died.value.message
    with jail.session() as session:
        assert session.run("1 + 1").outputs[0]["data"] == {"text/plain": "2"}
    return died.value


def test_an_endless_loop_is_interrupted_and_the_namespace_survives(session):
    session.run("x = 5")
    outcome = session.run("while True: pass")
    assert outcome.status == "timeout"
    assert outcome.outputs[0]["ename"] == "TimeLimit"
    # The interrupt counts ticks: on a busy machine it comes a little early.
    assert 0.8 <= outcome.seconds_cpu < 2.0
    assert session.run("x").outputs[0]["data"] == {"text/plain": "5"}


def test_a_loop_that_swallows_every_exception_ends_in_time_too(jail):
    with jail.session() as session:
        session.run(SWALLOWING)
        try:
            status = session.run("f()").status
        except SessionDied as died:
            status = died.reason
        # The repeated interrupt may or may not hit between the two loops.
        assert status in ("timeout", "cpu time")
    with jail.session() as session:
        assert session.run("1").status == "ok"


def test_a_loop_that_ignores_the_interrupt_is_killed(jail, monkeypatch):
    monkeypatch.setattr(sessions, "GRACE_CPU_S", 0.5)
    assert death(jail, DEAF + "while True: pass").reason == "cpu time"


def test_sleeping_is_interrupted_by_real_time(jail, monkeypatch):
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_wall_s=0.5))
    with jail.session() as session:
        began = time.monotonic()
        assert session.run("import time; time.sleep(60)").status == "timeout"
        assert time.monotonic() - began < 5


def test_sleeping_that_ignores_the_interrupt_is_killed(jail, monkeypatch):
    monkeypatch.setattr(sessions, "GRACE_WALL_S", 0.2)
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_wall_s=0.5))
    assert death(jail, DEAF + "import time; time.sleep(60)").reason == "wall time"


def test_the_notebooks_own_limit_ends_it_however_short_its_cells(jail, monkeypatch):
    monkeypatch.setattr(jail, "limits", replace(LIMITS, notebook_cpu_s=0.8))
    cell = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    with jail.session() as session, pytest.raises(SessionDied) as died:
        for _ in range(10):
            session.run(cell)
    assert died.value.reason == "cpu time"


def test_a_call_that_does_not_end_is_a_timeout_and_later_cases_are_not_called(session):
    session.run("calls = 0\ndef f(x):\n    global calls\n    calls += 1\n    while x: pass\n    return x")
    outcomes = session.call("f", [{"x": 0}, {"x": 1}, {"x": 0}])
    assert outcomes[0].result == 0
    assert [o.error.kind for o in outcomes[1:]] == ["timeout", "timeout"]
    assert outcomes[1].error.source == "while x: pass"
    assert session.value("calls").result == 2


def test_an_endless_loop_of_questions_ends(jail, monkeypatch):
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_cpu_s=0.2))
    with jail.session() as session:
        session.run("def f():\n    while True:\n        try: g(1)\n        except ValueError: pass")
        (outcome,) = session.call("f", [{}], answer={"g": lambda x: x})
        assert outcome.error.kind == "timeout"
        assert session.run("1").status == "ok"


def test_questions_without_end_that_ignore_the_interrupt_are_killed(jail, monkeypatch):
    monkeypatch.setattr(sessions, "GRACE_CPU_S", 0.1)
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_cpu_s=0.2))
    with jail.session() as session:
        session.run(DEAF + "def f():\n    while True:\n        try: g(1)\n        except ValueError: pass")
        with pytest.raises(SessionDied) as died:
            session.call("f", [{}], answer={"g": lambda x: x})
    assert died.value.reason == "cpu time"


def test_a_reply_in_drips_is_no_way_to_stay(jail, monkeypatch):
    monkeypatch.setattr(sessions, "GRACE_WALL_S", 0.2)
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_wall_s=0.5))
    drip = CONNECTION + "import time\ns.sendall(b'\\0\\1\\0\\0\\0\\0\\0\\0')\n"
    assert (
        death(jail, DEAF + drip + "while True:\n    s.sendall(b' ')\n    time.sleep(0.01)").reason
        == "wall time"
    )


def test_leaving_the_process_ends_the_session_only(jail):
    died = death(jail, "import os; os._exit(3)")
    assert (died.reason, died.message) == ("exited", "cell 3 ended the session by itself, with status 3")


def test_a_crash_ends_the_session_only(jail):
    died = death(jail, "import ctypes; ctypes.string_at(0)")
    assert died.reason == "killed"
    assert "SIGSEGV" in died.message


def test_memory_runs_out_as_an_error_where_python_can_say_so(session):
    outcome = session.run("import numpy as np\nx = np.ones(10**9)")
    assert outcome.error is not None
    assert outcome.error.startswith("MemoryError")
    assert session.run("1").status == "ok"


@pytest.mark.parametrize("kind", ["MAP_SHARED", "MAP_PRIVATE"])
def test_mapped_memory_counts_too(session, kind):
    outcome = session.run(
        f"import mmap\nm = mmap.mmap(-1, 600 << 20, flags=mmap.{kind} | mmap.MAP_ANONYMOUS)"
    )
    assert outcome.status == "error"


def test_a_session_without_memory_for_its_answer_dies_of_memory(jail):
    full = "import json\ndef full(*_, **__): raise MemoryError\njson.dumps = full"
    assert death(jail, full).reason == "memory"


def test_filling_the_memory_with_small_things_harms_nothing_else(jail):
    with jail.session() as session:
        try:
            outcome = session.run("kept = []\nwhile True: kept.append(bytes(1000))")
            assert outcome.status in ("error", "timeout")
        except SessionDied as died:
            assert died.reason == "memory"
    with jail.session() as session:
        assert session.run("1").status == "ok"


def test_processes_cannot_be_made(session):
    outcome = session.run("import os\nwhile True: os.fork()")
    assert outcome.error == "PermissionError: [Errno 1] Operation not permitted"
    assert session.run("import subprocess; subprocess.run(['true'])").status == "error"
    # No limit of resources is what holds here: RLIMIT_NPROC does not bind root.
    unbounded = "import resource; resource.getrlimit(resource.RLIMIT_NPROC)[0] != 0"
    assert session.run(unbounded).outputs[0]["data"] == {"text/plain": "True"}
    if os.uname().machine == "x86_64":
        # SIGCHLD alone is a fork, with VM and VFORK a vfork; threads share more than these.
        for flags in (17, 0x4111, 0x100, 0x10000011 | 0x100):
            outcome = session.run(f"import ctypes; ctypes.CDLL(None).syscall(56, {flags}, 0, 0, 0, 0)")
            assert outcome.outputs[0]["data"] == {"text/plain": "-1"}


def test_threads_are_bounded_and_work(jail, session, said):
    assert said("import threading\nt = threading.Thread(target=print, args=(1,)); t.start(); t.join()") == "1"
    many = "wait = threading.Event()\nwhile True: threading.Thread(target=wait.wait, daemon=True).start()"
    assert session.run(many).error == "RuntimeError: can't start new thread"
    # With small stacks memory bounds them late: the keeper counts them.
    with jail.session() as other:
        with pytest.raises(SessionDied) as died:
            other.run("import threading\nthreading.stack_size(32768)\n" + many + "\n")
        assert died.value.reason == "threads"


def test_a_file_is_bounded(session):
    assert (
        session.run("open('one', 'wb').write(bytes(5 << 20))").error == "OSError: [Errno 27] File too large"
    )


FLOODS = {
    "bytes": "for k in range(100): open(f'f{k}', 'wb').write(bytes(1 << 20))",
    "files": "for k in range(1000000): open(f'e{k}', 'wb').close()",
    "folders": "for k in range(1000000): os.mkdir(f'd{k}')",
    "deleted": "kept = []\nfor k in range(100):\n"
    "    kept.append(open('f', 'wb', 0)); kept[-1].write(bytes(1 << 20)); os.unlink('f')",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_the_scratch_folder_is_bounded(jail, jail_kind, flood, monkeypatch):
    monkeypatch.setattr(jail, "limits", replace(LIMITS, cell_cpu_s=20, cell_wall_s=60))
    before = lying(jail)
    with jail.session() as session:
        if jail_kind == "bubblewrap":
            outcome = session.run("import os\n" + FLOODS[flood])
            assert outcome.error is not None
            assert "No space left" in outcome.error
        else:
            with pytest.raises(SessionDied) as died:
                session.run(f"import os, time\n{FLOODS[flood]}\ntime.sleep(5)")
            assert died.value.reason == "disk"
            assert "scratch folder" in died.value.message
    assert left_behind(jail, before) == set()


def lying(jail):
    """The sessions' folders that lie on the disk, where they do."""
    return set((Path(jail._folder.name) / "scratch").glob("session-*"))


def left_behind(jail, before):
    """Those that are there beyond earlier ones, when the keepers had time to delete them."""
    end = time.monotonic() + 30
    while lying(jail) - before and time.monotonic() < end:
        time.sleep(0.05)
    return lying(jail) - before


def test_a_folder_of_any_depth_and_mode_is_left_behind_by_nobody(jail):
    before = lying(jail)
    with jail.session() as session:
        session.run("import os\nfor k in range(1500): os.mkdir('d'); os.chdir('d')")
    with jail.session() as session:
        session.run("import os\nos.makedirs('a/b/c')\nfor name in ('a/b/c', 'a/b', 'a'): os.chmod(name, 0)")
    assert left_behind(jail, before) == set()


def test_descriptors_are_bounded(session):
    outcome = session.run("kept = []\nwhile True: kept.append(open('/dev/null'))")
    assert outcome.error is not None
    assert "Too many open files" in outcome.error


@pytest.mark.parametrize(
    "sent",
    [
        "bytes(100)",
        "b'\\xff' * 100",
        "b'\\0\\0\\0\\2\\0\\0\\0\\0[]'",
        "b'\\0\\0\\0\\2\\0\\0\\0\\0{}'",
        "b'\\0\\0\\0\\1\\0\\0\\0\\1{' + b'\\xff' * 8",
        "b'\\0\\1\\0\\0\\0\\0\\0\\0' + b'[' * 65536",
    ],
)
def test_forged_replies_end_the_session(jail, sent):
    assert death(jail, f"{CONNECTION}s.sendall({sent})").reason == "protocol"


def test_closing_the_connection_ends_the_session(jail):
    died = death(jail, "import os, time\nos.closerange(3, 100)\ntime.sleep(1)")
    assert died.reason in ("protocol", "exited")
