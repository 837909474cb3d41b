"""Break-outs: each cell tries many ways; none gets through, its other answers keep their points, the rest go on.

A cell says which of its ways got through, and the outside shows it too: files, servers and a process that are there
only to be attacked. Both kinds of jail are tried. What is refused is an error of the cell, like any other; a person
is told only where the process ended.
"""

import json
import os
import socket
import time
from pathlib import Path

import pytest
from lstm_class import NAME, Class

from autograder import doctor
from autograder.batch import PRELOAD
from autograder.release import view
from autograder.sandbox import Jail, Limits, NoSandbox
from autograder.sandbox.jail import KINDS

HERE = Path(__file__).resolve()
LIMITS = Limits(cell_cpu_s=3, cell_wall_s=30, notebook_cpu_s=60, notebook_wall_s=120)


@pytest.fixture(scope="module", params=KINDS)
def jail(request, tmp_path_factory):
    try:
        made = Jail(
            view(NAME, tmp_path_factory.mktemp("view")), preload=PRELOAD, limits=LIMITS, kind=request.param
        )
    except NoSandbox as error:
        pytest.skip(f"this system gives no jail of the kind {request.param}: {error}")
    with made:
        yield made


@pytest.fixture(scope="module")
def graded_class(jail, tmp_path_factory):
    made = Class(jail, tmp_path_factory.mktemp("submitted"))
    assert sum(verdict["points"] for verdict in made.honest["verdicts"].values()) == 100
    return made


@pytest.fixture
def lstm(graded_class):
    return graded_class


@pytest.fixture
def things():
    with doctor.outside() as things:
        yield things


def cell(*ways, before=""):
    """A cell that tries all ways and says which were not refused."""
    lines = ["import ctypes, os, socket", before, "through = []"]
    for way in ways:
        indented = "\n".join(f"    {line}" for line in way.splitlines())
        lines.append(f"try:\n{indented}\n    through.append({way!r})\nexcept Exception: pass")
    return "\n".join([*lines, "print('through:', through)"])


def said(result):
    """All that the cells of a submission printed."""
    shown = [output for outputs in result.outputs.values() for output in outputs]
    return "".join(output["text"] for output in shown if output.get("name") == "stdout")


def refused(lstm, *ways, before=""):
    """Grade a right submission with such a cell; nothing of it got through, and its answers have their points."""
    with lstm.jail.session() as witness:
        witness.run("kept = 'intact'")
        result = lstm.grade(lstm.right().begin(cell(*ways, before=before)))
        assert witness.run("kept").outputs[0]["data"] == {"text/plain": "'intact'"}
    assert "through: []" in said(result), said(result)
    assert {name: verdict.points for name, verdict in result.verdicts.items()} == lstm.full
    assert lstm.flag_names == []
    assert doctor.SECRET not in json.dumps(result.to_dict())
    return result


HELD_OPEN = "f = open(os.__file__)\n"


def test_reading_outside(lstm, things):
    gradebook, judge = things.secret, HERE.parents[2] / "autograder" / "judge.py"
    reference = HERE.parents[2] / "seqlib" / "lstm.py"
    ways = [f"print(open({str(path)!r}).read())" for path in (gradebook, judge, reference, "/etc/passwd")]
    ways += [f"print(os.listdir({str(path)!r}) or 1 / 0)" for path in (things.folder, HERE.parent)]
    ways += [
        f"os.symlink({str(gradebook)!r}, 'link')",
        "print(open('link').read())",
        f"os.link({str(gradebook)!r}, 'hard')",
        f"print(open(os.open({str(gradebook)!r}, os.O_PATH)).read())",
        f"os.chdir({str(things.folder)!r}); print(open('secret').read())",
        f"print(open('/proc/self/root' + {str(gradebook)!r}).read())",
        f"print(open('/proc/self/cwd/' + os.path.relpath({str(gradebook)!r})).read())",
        f"os.chroot({str(things.folder)!r})",
        f"print(open('/dev/fd/0/../../..' + {str(gradebook)!r}).read())",
        "print(open('/dev/mem', 'rb').read(1))",
        "print(open('/dev/kmsg').read(1))",
        f"import mmap; mmap.mmap(os.open({str(gradebook)!r}, os.O_RDONLY), 0)",
        f"ctypes.CDLL({str(gradebook)!r})",
        f"import importlib.util as u; s = u.spec_from_file_location('r', {str(reference)!r}); m = u.module_from_spec(s)\n"
        "s.loader.exec_module(m)",
    ]
    # A link may be made, to anywhere: it leads nowhere.
    made = f"os.symlink({str(gradebook)!r}, 'link')"
    result = lstm.grade(lstm.right().begin(cell(*ways)))
    assert said(result).strip() in (f"through: {[made]!r}", "through: []")
    assert doctor.SECRET not in json.dumps(result.to_dict())
    assert (result.points, lstm.flag_names) == (100, [])


def test_race_of_links_in_the_scratch_folder(lstm, things):
    """The keeper counts and deletes what lies there: a folder that becomes a link must lead it nowhere."""
    race = f"""
import os, threading, time
os.makedirs('d/e/f')
end = time.time() + 1
while time.time() < end:
    try:
        os.rename('d', 'x'); os.symlink({str(things.folder)!r}, 'd'); os.unlink('d'); os.rename('x', 'd')
    except OSError: pass
os.rename('d', 'x'); os.symlink({str(things.folder)!r}, 'd'); os.symlink({str(things.folder)!r}, 'x/e/f/up')
print('through: []')
"""
    result = lstm.grade(lstm.right().begin(race))
    assert (result.points, lstm.flag_names) == (100, [])
    assert not doctor.changed(things)
    assert things.secret.read_text() == doctor.SECRET


def test_writing_outside(lstm, things):
    path, new = str(things.unchanged), str(things.folder / "new")
    ways = [f"open({path!r}, {mode!r})" for mode in ("w", "a", "r+", "x")]
    ways += [
        f"open({place + '/new'!r}, 'w')"
        for place in ("/tmp/..", "/var/tmp", "/dev/shm", "/run", "/root", "/home")
    ]
    ways += [
        f"open({new!r}, 'w')",
        f"os.mkdir({new!r})",
        f"os.symlink('/', {new!r})",
        f"os.mkfifo({new!r})",
        f"os.mknod({new!r})",
        f"os.unlink({path!r})",
        f"os.rename({path!r}, 'mine')",
        f"open('mine', 'w').close(); os.rename('mine', {path!r})",
        f"os.link({path!r}, 'mine2')",
        f"os.link('mine', {new!r})",
        f"os.truncate({path!r}, 0)",
        f"os.chown({path!r}, 1, 1)",
        f"os.setxattr({path!r}, 'user.x', b'x')",
        f"os.symlink({path!r}, 'way'); open('way', 'w')",
        "open(os.__file__, 'a')",
        HELD_OPEN + "open(f'/proc/self/fd/{f.fileno()}', 'a')",
        HELD_OPEN + "open(f'/dev/fd/{f.fileno()}', 'a')",
        HELD_OPEN + "os.ftruncate(f.fileno(), 0)",
        "import numpy; open(numpy.__file__, 'a')",
        "import autograder; open(autograder.__file__, 'a')",
        "open('/proc/self/oom_score_adj', 'w').write('-1000')",
        "open('/proc/sys/kernel/core_pattern', 'w')",
    ]
    before = things.unchanged.stat()
    refused(lstm, *ways)
    # To change modes and times is either refused or has no effect.
    lstm.grade(lstm.right().begin(cell(f"os.chmod({path!r}, 0)", f"os.utime({path!r}, (0, 0))")))
    after = things.unchanged.stat()
    assert (after.st_mode, after.st_mtime, after.st_ctime) == (
        before.st_mode,
        before.st_mtime,
        before.st_ctime,
    )
    assert not doctor.changed(things)


def test_tcp(lstm, things):
    _, port = things.port.getsockname()
    refused(
        lstm,
        f"socket.create_connection(('127.0.0.1', {port}), 1)",
        f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=1)",
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket(socket.AF_INET6)",
        "socket.create_server(('0.0.0.0', 0))",
        # A socket without protocol, multipath TCP, and a pair of the internet's family.
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "socket.socketpair(socket.AF_INET)",
    )
    assert not doctor.reached(things.port)


def test_udp(lstm):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(doctor.REACHED_S)
        refused(
            lstm,
            f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {server.getsockname()!r})",
            f"socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', {server.getsockname()!r})",
            "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        )
        assert not doctor.reached(server)


def test_unix_sockets(lstm, things):
    path = things.local.getsockname()
    refused(
        lstm,
        f"socket.socket(socket.AF_UNIX).connect({path!r})",
        f"socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].connect({path!r})",
        f"os.symlink({path!r}, 'way'); socket.socket(socket.AF_UNIX).connect('way')",
        "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
        "socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')",
    )
    assert not doctor.reached(things.local)


def test_abstract_sockets(lstm, things):
    name = things.datagrams.getsockname().decode()
    refused(
        lstm,
        f"socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', {name!r})",
        f"socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', {name!r})",
        f"socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendmsg([b'x'], [], 0, {name!r})",
        f"socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)[0].sendmsg([b'x'], [], 0, {name!r})",
        f"socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].connect({name!r})",
    )
    assert not doctor.reached(things.datagrams)


def test_netlink(lstm):
    # Route tables, raw packets, the host of a virtual machine, the kernel's ciphers, buses, fast packets.
    families = {
        "NETLINK": 16,
        "PACKET": 17,
        "VSOCK": 40,
        "ALG": 38,
        "CAN": 29,
        "TIPC": 30,
        "BLUETOOTH": 31,
        "XDP": 44,
    }
    refused(
        lstm,
        *[f"socket.socket({number}, k)" for number in families.values()],
        before="k = socket.SOCK_RAW",
    )


def test_dns(lstm):
    refused(
        lstm,
        "socket.getaddrinfo('example.org', 80)",
        "socket.gethostbyname('example.org')",
        "socket.gethostbyaddr('192.0.2.1')",
    )


def test_killing(lstm, things):
    pids = [things.process.pid, lstm.jail._warm._process.pid]
    refused(
        lstm,
        *[f"os.kill({pid}, {number})" for pid in pids for number in (9, 15)],
        *[f"os.kill({pid}, 0)" for pid in (1 << 22, os.getpid())],
        *[f"os.killpg({os.getpgid(pid)}, 0)" for pid in pids],
        "p = os.getppid()\nif not p: 1 / 0\nos.kill(p, 9)",
        f"import signal; signal.pidfd_send_signal(os.pidfd_open({things.process.pid}), 9)",
        f"import resource; resource.prlimit({things.process.pid}, resource.RLIMIT_CPU, (0, 0))",
        "for pid in range(2, 40000):\n    try: os.kill(pid, 0)\n    except OSError: continue\n"
        "    if pid != os.getpid(): break\nelse: 1 / 0",
    )
    assert things.process.poll() is None


def test_tracing(lstm, things):
    pid = things.process.pid
    numbers = {
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "pidfd_getfd": 438,
    }
    if os.uname().machine != "x86_64":
        numbers = {
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "kcmp": 272,
            "pidfd_getfd": 438,
        }
    trace = numbers["ptrace"]
    refused(
        lstm,
        *[f"if call({trace}, {request}, {pid}, 0, 0) == -1: 1 / 0" for request in (0, 16, 0x4206)],
        *[f"if call({number}, {pid}, 0, 0, 0, 0, 0) == -1: 1 / 0" for number in numbers.values()],
        *[
            f"open('/proc/{pid}/{name}', 'rb').read(1)"
            for name in ("mem", "maps", "environ", "cmdline", "stat", "stack")
        ],
        *[f"os.readlink('/proc/{pid}/{name}')" for name in ("exe", "cwd", "root", "fd/0")],
        f"os.listdir('/proc/{pid}/fd')",
        "open(f'/proc/{os.getppid()}/mem', 'rb')",
        "open('/proc/self/mem', 'rb')",
        "open('/proc/self/maps', 'rb')",
        "open('/proc/self/environ', 'rb')",
        "if not [n for n in os.listdir('/proc') if n.isdigit()]: 1 / 0",
        before="call = ctypes.CDLL(None).syscall",
    )


def test_stopping(lstm, things):
    pid = things.process.pid
    refused(
        lstm,
        f"os.kill({pid}, 19)",
        f"os.kill({pid}, 20)",
        f"os.sched_setaffinity({pid}, [0])",
        f"os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
        f"os.sched_setscheduler({pid}, os.SCHED_IDLE, os.sched_param(0))",
        f"if ctypes.CDLL(None).ptrace(0x4206, {pid}, 0, 0) == -1: 1 / 0",
        "p = os.getppid()\nif not p: 1 / 0\nos.kill(p, 19)",
        "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, 1); 1 / 0",
        f"os.setpgid({pid}, 0)",
        "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b'x')",
    )
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    assert stat not in "Tt"


def test_daemons(lstm, tmp_path):
    mark = f"mark-of-{os.getpid()}"
    refused(
        lstm,
        "os.fork()",
        "os.forkpty()",
        "os.posix_spawn('/bin/sh', ['sh', '-c', 'sleep 60'], {})",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
        "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()",
        "os.system('sleep 60 &') and 1 / 0",
        "os.execv('/bin/sh', ['sh'])",
        "if ctypes.CDLL(None).daemon(1, 1) == -1: 1 / 0",
        "if ctypes.CDLL(None).vfork() == -1: 1 / 0",
        "f = os.memfd_create('x'); os.write(f, b'#!/bin/sh\\n'); os.execve(f, ['x'], {})",
        "open('run', 'w').write('#!/bin/sh\\n'); os.chmod('run', 0o755); os.execv('run', ['run'])",
        "os.setsid()",
    )
    # A thread that would go on ends with its session.
    stays = "import ctypes, threading, time\n"
    stays += f"ctypes.CDLL(None).prctl(15, b'{mark[:15]}')\n"
    stays += "threading.Thread(target=lambda: [time.sleep(0.1) for _ in range(6000)]).start()\nprint('through: []')"
    result = lstm.grade(lstm.right().begin(stays))
    assert (result.points, lstm.flag_names) == (100, [])
    assert not named(mark[:15])


def named(text):
    """Processes of this machine by that name, waiting a little for those that are about to end."""
    for _ in range(50):
        found = [
            path for path in Path("/proc").glob("[0-9]*/comm") if (holds := read(path)) and text in holds
        ]
        if not found:
            return []
        time.sleep(0.1)
    return found


def read(path):
    try:
        return path.read_text()
    except OSError:
        return ""
