"""The jail itself: it starts, restarts, serves several sessions at once, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from autograder.sandbox import Jail, Limits, NoSandbox, SessionDied
from autograder.sandbox import jail as jails


def test_sessions_run_at_the_same_time_in_threads(jail):
    both = threading.Barrier(2, timeout=20)

    def work(k):
        with jail.session() as session:
            session.run(f"def f(x): return [{k}, x, g(x)]")

            def answer(x):
                both.wait()
                return 10 * k + x

            return [o.result for o in session.call("f", [{"x": 1}, {"x": 2}], answer={"g": answer})]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [1, 2])) == [[[1, 1, 11], [1, 2, 12]], [[2, 1, 21], [2, 2, 22]]]


def test_a_warm_process_that_died_is_started_again(make):
    with make() as jail:
        with jail.session() as session:
            signal.pidfd_send_signal(jail._warm._first_process, signal.SIGKILL)
            with pytest.raises(SessionDied) as died:
                session.run("1")
            assert died.value.reason == "killed"
        with jail.session() as session:
            assert session.run("1").status == "ok"


def test_a_closed_session_leaves_no_process(jail):
    with jail.session() as session:
        session.run(
            "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()"
        )
        keeper = session._keeper
    assert keeper.ended["ended"] == -signal.SIGKILL
    with pytest.raises(SessionDied):
        session.run("1")


def gone(pid, timeout=10.0):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_a_worker_that_is_killed_takes_its_jail_with_it(jail, view, tmp_path):
    source = (
        "import os, sys, time\nfrom pathlib import Path\nfrom autograder.sandbox import Jail\n"
        f"jail = Jail(Path({str(view)!r}), kind={jail.kind!r})\nsession = jail.session()\nsession.run('x = 1')\n"
        "print(jail._warm._process.pid, flush=True)\nsession.run('while True: pass')\n"
    )
    command = [sys.executable, "-c", source]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as worker:
        wrapper = int(worker.stdout.readline())
        assert os.path.exists(f"/proc/{wrapper}")
        worker.kill()
    assert gone(wrapper)


def test_a_session_dies_with_its_keeper(jail):
    """What watches a session may be ended by the system, short of memory for one."""
    with jail.session() as session:
        session.run("x = 1")
        inside = psutil.Process(jail._warm._process.pid).children(recursive=True)
        (process,) = [
            p for p in inside if not p.children() and p.parent().parent() in [*inside, warm_of(jail)]
        ]
        process.parent().kill()
        with pytest.raises(SessionDied) as died:
            session.run("while True: pass")
        assert died.value.reason == "killed"
        assert gone(process.pid)
    with jail.session() as session:
        assert session.run("1").status == "ok"


def warm_of(jail):
    return psutil.Process(jail._warm._process.pid)


@pytest.mark.parametrize(
    "source",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import torch\ntorch.set_num_threads(2)\ntorch.ones(800, 800) @ torch.ones(800, 800)",
    ],
    ids=["a thread", "tensor work"],
)
def test_what_leaves_threads_is_not_forked(view, tmp_path, make, source):
    """A fork has one thread and the others' locks: it would hang at the first tensor or the first message."""
    (tmp_path / "busy.py").write_text(source)
    with pytest.raises(ValueError, match="leaves threads; such modules cannot be preloaded"):
        make(view=tmp_path, preload=("numpy", "torch", "busy") if "torch" in source else ("busy",))


def test_tensor_work_on_several_threads_ends_in_every_session(make):
    work = "import torch\ntorch.set_num_threads(4)\na = torch.ones(600, 600)\nprint((a @ a).sum().item())"
    with make(preload=("numpy", "torch")) as jail:
        for _ in range(3):
            with jail.session() as session:
                assert session.run(work).outputs[0]["text"] == "216000000.0\n"
                assert (
                    session.run("import numpy as np; b = np.ones((600, 600)); (b @ b).sum()").status == "ok"
                )


def test_the_shell_owns_no_thread():
    source = "import os\nfrom autograder.sandbox.inside.shell import make_shell\nmake_shell()\n"
    source += "print(len(os.listdir('/proc/self/task')))"
    command = [sys.executable, "-c", source]
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    assert subprocess.run(command, env=environment, capture_output=True, text=True).stdout == "1\n"


def test_nothing_is_left_of_a_closed_jail(make):
    jail = make()
    folder, wrapper = jail._folder.name, jail._warm._process.pid
    session = jail.session()
    jail.close()
    assert not os.path.exists(folder)
    assert gone(wrapper)
    with pytest.raises(SessionDied):
        session.run("1")
    session.close()


def test_open_files_do_not_grow_with_sessions(jail):
    def count():
        return len(os.listdir("/proc/self/fd"))

    with jail.session() as session:
        session.run("1")
    before = count()
    for k in range(5):
        with jail.session() as session:
            if k % 2:
                with pytest.raises(SessionDied):
                    session.run("import os; os._exit(0)")
    assert count() == before


@pytest.fixture
def refused(monkeypatch):
    """A system that has no jail to give."""
    monkeypatch.setattr(jails, "wrappers", lambda: iter(()))
    monkeypatch.setattr(jails, "KINDS", ("bubblewrap",))


def test_where_nothing_holds_there_is_no_sandbox_and_the_message_says_what_to_do(view, refused):
    with pytest.raises(NoSandbox, match=r"bubblewrap: it is not installed.*apt install bubblewrap.*--unsafe"):
        Jail(view)


def test_a_bubblewrap_that_is_refused_is_named_with_what_it_said(view, tmp_path, monkeypatch):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho no permissions to create a new namespace >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(jails, "wrappers", lambda: iter([str(broken)]))
    with pytest.raises(NoSandbox, match="bwrap: no permissions to create a new namespace"):
        Jail(view, kind="bubblewrap")


def test_a_landlock_that_is_refused_says_why(view, monkeypatch):
    monkeypatch.setattr(jails, "python_command", without_landlock(jails.python_command))
    with pytest.raises(NoSandbox, match=r"landlock: Landlock: \[Errno 95\].*lsm="):
        Jail(view, kind="landlock")


def without_landlock(command):
    """The warm process of a kernel whose Landlock is switched off."""

    def changed(*arguments):
        *before, start, config = command(*arguments)
        refusing = "import errno\nfrom autograder.sandbox.inside import landlock\ndef version():\n"
        refusing += (
            "    raise OSError(errno.EOPNOTSUPP, 'Operation not supported')\nlandlock.version = version\n"
        )
        return [*before, start.replace("from autograder", refusing + "from autograder"), config]

    return changed


def test_the_next_bubblewrap_is_taken_where_the_first_is_refused(view, monkeypatch):
    known = list(jails.wrappers())
    monkeypatch.setattr(jails, "wrappers", lambda: iter(["/bin/false", *known]))
    with Jail(view, kind="bubblewrap") as jail:
        assert jail.kind == "bubblewrap"
        assert list(jail.refused) == ["/bin/false"]


@pytest.mark.parametrize("unsafe", [False, True])
def test_landlock_is_taken_where_bubblewrap_is_refused(view, monkeypatch, unsafe):
    monkeypatch.setattr(jails, "wrappers", lambda: iter(["/bin/false"]))
    with Jail(view, unsafe=unsafe) as jail:
        assert jail.kind == "landlock"
        assert jail.refused["/bin/false"]


def test_unsafe_prefers_a_jail_that_holds(view):
    with Jail(view, unsafe=True) as jail:
        assert jail.kind == "bubblewrap"


def test_unsafe_grades_without_walls_and_says_so(view, refused):
    limits = Limits(cell_cpu_s=0.5, memory_mb=512)
    with Jail(view, unsafe=True, limits=limits) as jail:
        assert (jail.kind, jail.layers) == ("none", ("resource limits",))
        with jail.session() as session:
            assert (
                session.run("from seqlib.mine import doubled as f\nimport seqlib; print(seqlib.__file__)")
                .outputs[0]["text"]
                .startswith(str(view))
            )
            assert session.call("f", [{"x": 2}])[0].result == 4
            assert session.run("while True: pass").status == "timeout"
            assert session.run("import torch").status == "error"
            with pytest.raises(SessionDied) as died:
                session.run("import os; os._exit(5)")
            assert died.value.reason == "exited"
        with jail.session() as session:
            assert session.run("1").status == "ok"


def test_a_view_that_is_no_folder_is_said_to_be_none(tmp_path):
    with pytest.raises(ValueError, match="is no folder"):
        Jail(tmp_path / "missing")


def test_a_module_that_cannot_be_preloaded_is_named(make):
    with pytest.raises(ValueError, match="no_such_module"):
        make(preload=("no_such_module",))


def test_a_module_that_builds_on_a_withheld_one_is_left_out(make, tmp_path):
    (tmp_path / "seqlib").mkdir()
    (tmp_path / "seqlib" / "__init__.py").write_text("")
    (tmp_path / "seqlib" / "later.py").write_text("import seqlib.withheld\n")
    with make(view=tmp_path, preload=("numpy", "seqlib.later")) as jail, jail.session() as session:
        assert session.run("import seqlib").status == "ok"
        assert "seqlib.withheld" in session.run("import seqlib.later").error
    with pytest.raises(ValueError, match=r"seqlib\.earlier"):
        make(view=tmp_path, preload=("seqlib.earlier",))


def test_sets_have_the_same_order_in_every_jail(make):
    shown = set()
    for _ in range(2):
        with make() as jail, jail.session() as session:
            shown.add(session.run("print(list({f'name{k}' for k in range(50)}))").outputs[0]["text"])
    assert len(shown) == 1
