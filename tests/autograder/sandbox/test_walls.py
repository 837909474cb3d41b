"""What is not inside: the rest of the machine, other sessions, the network, privileges."""

import os
import socket
import sys
from pathlib import Path

import pytest

from autograder.sandbox import Jail
from autograder.sandbox import jail as jails

REPOSITORY = Path(__file__).resolve().parents[3]


def seen(session, path):
    return session.run(f"import os; assert os.path.exists({str(path)!r})").status == "ok"


def test_the_layers_that_stand_are_listed(jail):
    assert jail.kind == "bubblewrap"
    assert set(jail.layers) == {
        "files read-only",
        "no network",
        "own processes",
        "resource limits",
        "session namespaces",
        "private scratch",
        "no /proc",
        "no capabilities",
        "system calls",
    }


def test_files_outside_are_not_there(session, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("expected values")
    outside = [
        secret,
        REPOSITORY / "pyproject.toml",
        REPOSITORY / "autograder" / "judge.py",
        REPOSITORY / "solutions",
    ]
    outside += [Path.home() / ".bashrc", "/etc/passwd", "/usr/bin/env", "/sys/class", "/var/log", "/run/lock"]
    # The folders above the interpreter exist inside, with nothing in them but the way to it.
    interpreter = [Path(sys.prefix), Path(sys.base_prefix)]
    outside += [p for p in ("/var", "/run", "/home") if not any(i.is_relative_to(p) for i in interpreter)]
    assert [path for path in outside if seen(session, path)] == []
    assert seen(session, Path(os.__file__))


def test_nothing_but_the_scratch_can_be_written(session):
    site = jails.site_folders()[0]
    for folder in (
        "/",
        "/dev",
        "/dev/shm",
        "/proc",
        "/sandbox/view/seqlib",
        "/sandbox/runtime",
        "/usr/lib",
        site,
    ):
        outcome = session.run(f"open({folder + '/written'!r}, 'w')")
        assert outcome.status == "error", folder
    assert session.run("open('written', 'w').write('x')").status == "ok"
    assert session.run("import tempfile; tempfile.TemporaryFile().write(b'x')").status == "ok"


def test_the_environments_secrets_are_not_there(view, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "hunter2")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    with Jail(view) as jail, jail.session() as session:
        shown = session.run("import os, sys; print(dict(os.environ), sys.path)").outputs[0]["text"]
    assert "hunter2" not in shown
    assert f"'{REPOSITORY}'" not in shown
    assert "SEQLIB_MINE" in shown


def test_what_the_warm_process_was_told_holds_nothing_of_the_outside(session, tmp_path_factory, said):
    told = said("import sys; print(sys.orig_argv)")
    assert str(REPOSITORY / "autograder") not in told
    assert str(tmp_path_factory.getbasetemp()) not in told


def test_a_session_sees_no_other(jail):
    with jail.session() as first, jail.session() as second:
        note = "open('/scratch/note', 'w').write('psst')\nimport socket\ns = socket.socket(socket.AF_UNIX)"
        assert first.run(note).error is None
        assert first.run("s.bind('\\0meet'); s.listen()").error is None
        assert not seen(second, "/scratch/note")
        reach = "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0meet')"
        assert first.run(reach).error is None
        assert second.run(reach).error == "ConnectionRefusedError: [Errno 111] Connection refused"
        for session in (first, second):
            assert session.run("import os; os.getpid(), os.getppid(), os.listdir('/proc')").outputs[0][
                "data"
            ] == {"text/plain": "(1, 0, [])"}


def test_signals_reach_nothing_else(jail):
    with jail.session() as witness, jail.session() as session:
        outcome = session.run(
            "import os, signal\nfor pid in [0, -1, os.getppid(), *range(2, 300)]:\n"
            "    try: os.kill(pid, signal.SIGKILL)\n    except ProcessLookupError: pass\n"
        )
        assert outcome.status == "ok"
        assert witness.run("1").status == "ok"
        assert session.run("1").status == "ok"
    with jail.session() as session:
        assert session.run("1").status == "ok"


def test_only_its_own_connection_is_open(said):
    source = "import os\ndef is_open(k):\n    try: os.fstat(k)\n    except OSError: return False\n    return True\n"
    assert (
        said(
            source
            + "print(sum(is_open(k) for k in range(3, 4096)), os.fstat(0).st_rdev == os.stat('/dev/null').st_rdev)"
        )
        == "1 True"
    )


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_network_sockets_cannot_be_made(session, family):
    outcome = session.run(f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM)")
    assert outcome.error == "PermissionError: [Errno 1] Operation not permitted"


def test_a_server_of_this_machine_cannot_be_reached(session, tmp_path):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert (
            session.run(f"import socket; socket.create_connection(('127.0.0.1', {port}))").status == "error"
        )
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()


def test_refused_system_calls_are_refused(said):
    table = {
        "ptrace": 101,
        "mount": 165,
        "unshare": 272,
        "setns": 308,
        "bpf": 321,
        "keyctl": 250,
        "execve": 59,
    }
    table |= {"perf_event_open": 298, "process_vm_readv": 310, "io_uring_setup": 425, "memfd_create": 319}
    table |= {"shmget": 29, "chroot": 161, "pidfd_open": 434, "userfaultfd": 323, "fork": 57, "vfork": 58}
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are those of x86_64")
    source = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nallowed = []\nfor name, number in {table}.items():\n"
    source += (
        "    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 1: allowed.append(name)\n"
    )
    assert said(source + "print(allowed)") == "[]"
    # clone3 hides its flags, the x32 calls have numbers of their own: neither exists here.
    hidden = "for number in (435, 0x40000000 + 57): print(libc.syscall(number, 0, 0), ctypes.get_errno())"
    assert said(hidden) == "-1 38\n-1 38"


def test_no_capability_is_left(said):
    source = (
        "import ctypes, struct\nheader = ctypes.create_string_buffer(struct.pack('Ii', 0x20080522, 0))\n"
        "data = ctypes.create_string_buffer(24)\nassert ctypes.CDLL(None).capget(header, data) == 0\n"
    )
    assert said(source + "print(data.raw == bytes(24))") == "True"


def test_torch_is_hidden_unless_it_is_preloaded(session):
    outcome = session.run("import torch")
    assert outcome.error == "ModuleNotFoundError: torch is not available in this assignment"
    assert session.run("import functorch").status == "error"


def test_torch_can_be_preloaded(view):
    with Jail(view, preload=("numpy", "torch")) as jail, jail.session() as session:
        source = "import torch\nlayer = torch.nn.LSTM(3, 4)\nlayer(torch.ones(5, 2, 3))[0].sum().backward()\n"
        assert session.run(source + "torch.ones(500, 500) @ torch.ones(500, 500)").status == "ok"
        session.run("def f(x): return torch.from_numpy(x) * 2, torch.rand(1)")
        first, second = session.call("f", [{"x": __import__("numpy").ones(2)}] * 2)
        assert first.result[0].tolist() == [2.0, 2.0]
        assert first.result[1] == second.result[1]


def test_installed_copies_of_the_course_are_covered(view, tmp_path, monkeypatch):
    for name in ("seqlib", "autograder", "torchlike", "honest"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("ANSWER = 42\n")
        (tmp_path / name / "hidden.py").write_text("ANSWER = 42\n")
    (tmp_path / "__editable___seqlib_finder.py").write_text(f"MAPPING = {str(REPOSITORY)!r}\n")
    (tmp_path / "course.pth").write_text(f"import sys; sys.path.append({str(REPOSITORY)!r})\n")
    known = jails.site_folders()
    monkeypatch.setattr(jails, "site_folders", lambda: [*known, str(tmp_path)])
    with Jail(view) as jail, jail.session() as session:
        assert session.run("import honest.hidden").status == "ok"
        assert session.run("import seqlib; seqlib.ANSWER").status == "error"
        session.run(
            f"import sys; sys.path = [{str(tmp_path)!r}] + [p for p in sys.path if 'sandbox' not in p]"
        )
        session.run("for name in ('seqlib', 'autograder'): sys.modules.pop(name, None)")
        for name in ("seqlib", "autograder", "torchlike", "__editable___seqlib_finder"):
            outcome = session.run(f"import {name}")
            assert outcome.error == f"ModuleNotFoundError: {name} is not available in this assignment"
        assert session.run("import seqlib.hidden").status == "error"
        assert f"'{REPOSITORY}'" not in session.run("print(sys.path)").outputs[0]["text"]


def test_other_interpreters_packages_are_covered(session):
    others = [path for path in jails.covered((), jails.site_folders()) if path.endswith("-packages")]
    for path in others:
        assert (
            session.run(f"import os; print(os.listdir({path!r}))").outputs[0]["text"] == "['__init__.py']\n"
        )
    assert not set(others) & set(sys.path)
