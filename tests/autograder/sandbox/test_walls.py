"""What is not inside: the rest of the machine, other sessions, the network, privileges."""

import ast
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import seccompy

from autograder.sandbox import bubblewrap, landlock, places
from autograder.sandbox import jail as jails
from autograder.sandbox.inside import landlock as inside

REPOSITORY = Path(__file__).resolve().parents[3]


def seen(session, path, kind):
    """Whether a session reaches a path: what Landlock keeps closed is there all the same."""
    there = "os.path.exists(path)"
    opened = "os.path.exists(path) and (os.listdir(path) if os.path.isdir(path) else open(path))"
    source = f"import os\npath = {str(path)!r}\nassert {there if kind == 'bubblewrap' else opened}"
    return session.run(source).status == "ok"


def test_the_layers_that_stand_are_listed(jail, jail_kind):
    both = {"resource limits", "no /proc", "no capabilities", "system calls"}
    own = {
        "bubblewrap": {
            "files read-only",
            "no network",
            "own processes",
            "session namespaces",
            "private scratch",
        },
        "landlock": {
            f"Landlock version {inside.version() if jail_kind == 'landlock' else 0}",
            "no sockets",
            "signals to itself only",
            "watched scratch",
        },
    }
    assert jail.kind == jail_kind
    assert set(jail.layers) == both | own[jail_kind]


def test_files_outside_cannot_be_reached(session, jail_kind, tmp_path):
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
    assert [path for path in outside if seen(session, path, jail_kind)] == []
    assert seen(session, Path(os.__file__), jail_kind)


def test_nothing_but_the_scratch_can_be_written(session):
    site = places.site_folders()[0]
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


def test_the_environments_secrets_are_not_there(make, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "hunter2")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    with make() as jail, jail.session() as session:
        shown = session.run("import os, sys; print(dict(os.environ), sys.path)").outputs[0]["text"]
    assert "hunter2" not in shown
    assert f"'{REPOSITORY}'" not in shown
    assert "SEQLIB_MINE" in shown


def test_what_the_warm_process_was_told_holds_nothing_of_the_outside(jail_kind, tmp_path_factory, said):
    told = said("import sys; print(sys.orig_argv)")
    assert str(REPOSITORY / "autograder") not in told
    if jail_kind == "bubblewrap":  # under Landlock the view has the name that it has outside
        assert str(tmp_path_factory.getbasetemp()) not in told


@pytest.fixture
def namespaces(jail_kind):
    if jail_kind != "bubblewrap":
        pytest.skip("without namespaces the same is refused in another way: the next tests")


@pytest.fixture
def fence(jail_kind):
    if jail_kind != "landlock":
        pytest.skip("with namespaces there is nothing to refuse: the tests before")


def test_a_session_sees_no_other(namespaces, jail, jail_kind):
    with jail.session() as first, jail.session() as second:
        note = "open('/scratch/note', 'w').write('psst')\nimport socket\ns = socket.socket(socket.AF_UNIX)"
        assert first.run(note).error is None
        assert first.run("s.bind('\\0meet'); s.listen()").error is None
        assert not seen(second, "/scratch/note", jail_kind)
        reach = "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0meet')"
        assert first.run(reach).error is None
        assert second.run(reach).error == "ConnectionRefusedError: [Errno 111] Connection refused"
        for session in (first, second):
            assert session.run("import os; os.getpid(), os.getppid(), os.listdir('/proc')").outputs[0][
                "data"
            ] == {"text/plain": "(1, 0, [])"}


def test_a_session_reaches_no_other(fence, jail):
    with jail.session() as first, jail.session() as second:
        assert first.run("import os; open('note', 'w').write('psst'); os.chmod('note', 0o777)").error is None
        place = ast.literal_eval(first.run("os.getcwd()").outputs[0]["data"]["text/plain"])
        process = int(first.run("os.getpid()").outputs[0]["data"]["text/plain"])
        for reach in (
            f"open({place + '/note'!r})",
            f"open({place + '/other'!r}, 'w')",
            f"import os; os.listdir({place!r})",
            f"import os; os.listdir({os.path.dirname(os.path.dirname(place))!r})",
            f"import os; os.rename({place + '/note'!r}, 'mine')",
            f"import os; os.link({place + '/note'!r}, 'mine')",
            f"import os; os.kill({process}, 9)",
            f"import resource; resource.prlimit({process}, resource.RLIMIT_CPU, (0, 0))",
            f"open('/proc/{process}/mem', 'rb')",
            f"open('/proc/{process}/environ')",
            f"import os; os.listdir('/proc/{process}/fd')",
            f"import os; os.readlink('/proc/{process}/cwd')",
            f"import os; os.sched_setaffinity({process}, [0])",
        ):
            assert second.run(reach).status == "error", reach
        assert first.run("open('note').read()").outputs[0]["data"] == {"text/plain": "'psst'"}


def test_signals_reach_nothing_else(namespaces, jail):
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


def test_signals_are_refused(fence, jail, said):
    # Signal 0 is refused where another would be, and harms nobody should this test fail.
    targets = [0, -1, 1, os.getpid(), jail._warm._process.pid, -os.getpgrp()]
    asked = f"import os\nrefused = 0\nfor pid in [os.getppid(), *{targets}]:\n"
    asked += "    try: os.kill(pid, 0)\n    except PermissionError: refused += 1\n"
    assert said(asked + "print(refused)") == "7"
    with subprocess.Popen(["sleep", "60"]) as victim:
        kinds = "kill pidfd_send_signal tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo"
        numbers = {name: seccompy.syscall_nr(name) for name in kinds.split()}
        source = f"import ctypes\ncall, pid, numbers = ctypes.CDLL(None).syscall, {victim.pid}, {numbers}\n"
        source += "info = ctypes.create_string_buffer(128)\n"
        source += "ways = {'kill': (pid, 9), 'tkill': (pid, 9), 'tgkill': (pid, pid, 9),\n"
        source += "  'pidfd_send_signal': (3, 9, 0, 0),\n"
        source += "  'rt_sigqueueinfo': (pid, 9, info), 'rt_tgsigqueueinfo': (pid, pid, 9, info)}\n"
        assert said(source + "print([n for n, way in ways.items() if call(numbers[n], *way) != -1])") == "[]"
        assert victim.poll() is None
        victim.kill()


def test_a_signal_by_way_of_a_file_is_refused(fence, said):
    source = "import ctypes, fcntl, os, socket\na, b = socket.socketpair()\n"
    for command in (fcntl.F_SETOWN, 15, 10, fcntl.F_SETLEASE, fcntl.F_NOTIFY):
        # The kernel reads 32 bits of the command; what stands above must not hide it.
        for number in (command, command | 1 << 32):
            call = f"ctypes.CDLL(None).syscall(72, a.fileno(), ctypes.c_ulong({number}), os.getppid())"
            assert said(f"{source}print({call})") == "-1", number


def test_attributes_of_files_outside_stay_as_they_are(fence, session, tmp_path):
    file = tmp_path / "gradebook.db"
    file.write_text("points")
    before = file.stat()
    for attempt in (
        f"import os; os.chmod({str(file)!r}, 0)",
        f"import os; os.utime({str(file)!r}, (0, 0))",
        f"import os; os.truncate({str(file)!r}, 0)",
        f"import os; os.chown({str(file)!r}, 1, 1)",
        f"import os; os.setxattr({str(file)!r}, 'user.note', b'x')",
        f"import os; os.symlink({str(file)!r}, 'link'); open('link', 'a')",
        f"import os; os.link({str(file)!r}, 'hard')",
        f"import os; os.rename({str(file)!r}, 'mine')",
        f"import os; os.unlink({str(file)!r})",
    ):
        session.run(attempt)
    after = file.stat()
    assert (after.st_mode, after.st_mtime, after.st_size, after.st_uid, after.st_nlink, after.st_ctime) == (
        before.st_mode,
        before.st_mtime,
        before.st_size,
        before.st_uid,
        before.st_nlink,
        before.st_ctime,
    )


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_a_socket_of_this_machine_cannot_be_reached(jail, kind, tmp_path):
    """By path and by abstract name; a datagram needs no connection, only a socket to send it from."""
    with jail.session() as session:
        for name in (str(tmp_path / "s"), f"\0jail-{os.getpid()}"):
            with socket.socket(socket.AF_UNIX, getattr(socket, kind)) as server:
                server.bind(name)
                if kind == "SOCK_STREAM":
                    server.listen()
                for made in ("socket.socket(socket.AF_UNIX, k)", "socket.socketpair(socket.AF_UNIX, k)[0]"):
                    for way in (
                        f"connect({name!r})",
                        f"sendto(b'x', {name!r})",
                        f"sendmsg([b'x'], [], 0, {name!r})",
                    ):
                        assert (
                            session.run(f"import socket\nk = socket.{kind}\n{made}.{way}").status == "error"
                        )
                server.settimeout(0.05)
                with pytest.raises(TimeoutError):
                    server.accept() if kind == "SOCK_STREAM" else server.recv(1)


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


def test_torch_can_be_preloaded(make):
    with make(preload=("numpy", "torch")) as jail, jail.session() as session:
        source = "import torch\nlayer = torch.nn.LSTM(3, 4)\nlayer(torch.ones(5, 2, 3))[0].sum().backward()\n"
        assert session.run(source + "torch.ones(500, 500) @ torch.ones(500, 500)").status == "ok"
        session.run("def f(x): return torch.from_numpy(x) * 2, torch.rand(1)")
        first, second = session.call("f", [{"x": __import__("numpy").ones(2)}] * 2, seed=7)
        assert first.result[0].tolist() == [2.0, 2.0]
        again = session.call("f", [{"x": __import__("numpy").ones(2)}], seed=8)[0]
        assert first.result[1] != second.result[1] == again.result[1]


def test_installed_copies_of_the_course_are_covered(make, jail_kind, tmp_path, monkeypatch):
    for name in ("seqlib", "autograder", "torchlike", "honest"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("ANSWER = 42\n")
        (tmp_path / name / "hidden.py").write_text("ANSWER = 42\n")
    (tmp_path / "__editable___seqlib_finder.py").write_text(f"MAPPING = {str(REPOSITORY)!r}\n")
    (tmp_path / "course.pth").write_text(f"import sys; sys.path.append({str(REPOSITORY)!r})\n")
    known = places.site_folders()
    for module in (jails, places, bubblewrap, landlock):
        monkeypatch.setattr(module, "site_folders", lambda: [*known, str(tmp_path)])
    with make() as jail, jail.session() as session:
        assert session.run("import honest.hidden").status == "ok"
        assert session.run("import seqlib; seqlib.ANSWER").status == "error"
        session.run(
            f"import os, sys; here = [p for p in sys.path if os.path.exists(p + '/honest')] + [{str(tmp_path)!r}]\n"
            "sys.path = here + [p for p in sys.path if 'sandbox' not in p and '/jail-' not in p]"
        )
        session.run("for name in ('seqlib', 'autograder'): sys.modules.pop(name, None)")
        for name in ("seqlib", "autograder", "torchlike", "__editable___seqlib_finder"):
            outcome = session.run(f"import {name}")
            assert outcome.error == f"ModuleNotFoundError: {name} is not available in this assignment"
        assert session.run("import seqlib.hidden").status == "error"
        assert f"'{REPOSITORY}'" not in session.run("print(sys.path)").outputs[0]["text"]


def test_other_interpreters_packages_are_covered(session, jail_kind):
    others = [path for path in places.covered((), places.site_folders()) if path.endswith("-packages")]
    for path in others:
        outcome = session.run(f"import os; print(os.listdir({path!r}))")
        if jail_kind == "bubblewrap":
            assert outcome.outputs[0]["text"] == "['__init__.py']\n"
        else:
            assert outcome.error == f"PermissionError: [Errno 13] Permission denied: {path!r}"
    assert not set(others) & set(sys.path)


OLDEST_LANDLOCK = """
import fcntl, os, resource, socket, sys
from autograder.sandbox.inside import landlock
os.chdir(sys.argv[1])
kept = open('kept')
other = os.getppid()
landlock.refuse_what_reaches_out(os.getpid())
ways = [
    lambda: os.open('kept', os.O_RDONLY | os.O_TRUNC),
    lambda: os.open('kept', 3),
    lambda: os.open('kept', 3 | os.O_TRUNC),
    lambda: os.truncate('kept', 0),
    lambda: os.kill(other, 0),
    lambda: os.kill(-1, 0),
    lambda: resource.prlimit(other, resource.RLIMIT_CPU),
    lambda: os.sched_setaffinity(other, [0]),
    lambda: fcntl.fcntl(kept, fcntl.F_SETOWN, other),
    lambda: fcntl.fcntl(kept, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    lambda: socket.socket(),
    lambda: socket.socket(socket.AF_UNIX),
    lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    lambda: os.getxattr('kept', 'user.x'),
]
for k, way in enumerate(ways):
    try: way()
    except OSError: continue
    print('through:', k)
os.chmod('kept', 0); os.utime('kept', (0, 0)); os.fchmod(kept.fileno(), 0)
a, b = socket.socketpair()
a.sendall(b'x'); b.recv(1); os.kill(os.getpid(), 0); open('own', 'w').write('x'); os.sched_setaffinity(0, [0])
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print('done')
"""


def test_what_an_old_landlock_leaves_open_the_second_table_closes(fence, tmp_path):
    """The table alone, without Landlock: signals, sockets and truncation came to it in later versions."""
    (tmp_path / "kept").write_text("points")
    before = (tmp_path / "kept").stat()
    command = [sys.executable, "-c", OLDEST_LANDLOCK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("done\n", "")
    after = (tmp_path / "kept").stat()
    assert (after.st_size, after.st_mode, after.st_ctime) == (before.st_size, before.st_mode, before.st_ctime)
