"""The warm process: imports what notebooks need once, then forks a session whenever the outside asks.

One thread, and no tensor work: a fork of a process that has run OpenMP work hangs. Between a session and the
warm process stands a keeper: it makes the session's namespaces, measures and kills it, and says how it ended.
"""

import gc
import importlib
import json
import os
import select
import signal
import site
import socket
import sys
import tempfile
import time
from contextlib import suppress
from typing import Any

from autograder.sandbox.inside import calls, landlock, walls, wire
from autograder.sandbox.inside.guard import LOOK_S, Guard, remove
from autograder.sandbox.inside.serve import Session
from autograder.sandbox.inside.shell import Shell, make_shell

SETTLE_S = 2.0
CPU_CLOCK = 2

Config = dict[str, Any]


def one_thread() -> bool:
    """Whether this process has one thread, waiting a little for those that are about to end."""
    end = time.monotonic() + SETTLE_S
    while len(os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def prepare(config: Config) -> tuple[Shell, Any]:
    """Import everything and make the shell.

    Raises:
        RuntimeError: a thread is left, so that no fork would be safe.
    """
    site.sethelper()
    for name in config["hidden"]:
        sys.modules[name] = None  # type: ignore[assignment]
    shell = make_shell()
    for name in config["preload"]:
        preloaded(name)
    table = calls.system_call_filter() if config["kind"] != "none" else None
    if table is not None:
        assert table.program, "made here once, for every session"
    if not one_thread():
        raise RuntimeError(
            f"importing {', '.join(config['preload'])} leaves threads; such modules cannot be preloaded"
        )
    gc.collect()
    gc.freeze()
    return shell, table


def preloaded(name: str) -> None:
    """Import a module; one that builds on a withheld part of its own package is left out."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing == name or missing.partition(".")[0] != name.partition(".")[0]:
            raise


def main() -> None:
    """Serve the control socket until the outside closes it."""
    config = json.loads(sys.argv[1])
    control = socket.socket(fileno=config["control"])
    if config["kind"] == "landlock":
        try:
            walled_in(config)
        except OSError as error:
            control.send(json.dumps({"refused": f"Landlock: {error}"}).encode())
            return
    try:
        shell, table = prepare(config)
    except Exception as error:
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.send(json.dumps({"ready": True}).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not message:
            return
        if os.fork() == 0:
            control.detach()
            keep({**config, **json.loads(message)}, shell, table, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def walled_in(config: Config) -> None:
    """Put Landlock around the warm process, with what the sessions' own walls need of /proc still there.

    Raises:
        OSError: the system refuses.
    """
    config["version"] = landlock.version()
    with open(config["paths"]) as file:
        paths = json.load(file)
    config["roots"] = paths["roots"]
    landlock.restrict([*paths["readable"], "/proc"], config["scratch"])


def keep(config: Config, shell: Shell, table: Any, data: int, report: int) -> None:
    """Make a session, watch it for the outside, and end with it; never returns."""
    code, proc, own = 1, os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), None
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        config["held"] = walls.held_memory()
        if config["kind"] == "bubblewrap":
            walls.unshare()
            walls.cover(config["scratch"], config["scratch_mb"])
        else:
            own = config["scratch"] = tempfile.mkdtemp(prefix="session-", dir=config["scratch"])
        walls.die_with_parent()
        child = os.fork()
        if child == 0:
            begin(config, shell, table, data)
        walls.close_files(proc, report)
        outside = socket.socket(fileno=report)
        say_last(outside, watch(child, outside, Guard(proc, child, own, config["scratch_mb"])))
        if own is not None:
            # What Landlock's first version cannot move out of a folder is removed with the whole jail.
            with suppress(OSError):
                remove(own)
        code = 0
    except OSError as error:
        os.write(report, json.dumps({"refused": str(error)[:500]}).encode())
    finally:
        os._exit(code)


def watch(child: int, outside: socket.socket, guard: Guard) -> dict[str, Any]:
    """Say how much processor time the session has used; kill it when told, when nobody asks any more, or
    when it uses too much. Returns how it ended.
    """
    clock = (~child << 3) | CPU_CLOCK
    ended = os.pidfd_open(child)
    over = None
    while True:
        ready, _, _ = select.select([ended, outside.fileno()], [], [], LOOK_S)
        if ended in ready:
            break
        over = guard.over()
        if over is None and not ready:
            continue
        if over is None and outside.recv(64) == b"cpu":
            outside.send(json.dumps({"cpu": time.clock_gettime(clock)}).encode())
        else:
            os.kill(child, signal.SIGKILL)
            break
    _, status, usage = os.wait4(child, 0)
    return {
        "ended": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
        "over": over,
    }


def say_last(outside: socket.socket, message: dict[str, Any]) -> None:
    """Send the last message. A question left unread would reset the connection, and the answer be lost."""
    outside.shutdown(socket.SHUT_RD)
    while outside.recv(64):
        pass
    outside.send(json.dumps(message).encode())


def begin(config: Config, shell: Shell, table: Any, data: int) -> None:
    """Give up everything, then serve; never returns."""
    code = 1
    try:
        # A group of its own: a signal to the group would reach the keeper and the warm process.
        os.setsid()
        walls.die_with_parent()
        walls.close_files(data)
        session = Session(shell, socket.socket(fileno=data), config["max_blob"])
        session.channel.send({"op": "hello", **enclosed(config, table)})
        session.serve()
        code = 0
    except MemoryError:
        code = wire.OUT_OF_MEMORY
    finally:
        os._exit(code)


def enclosed(config: Config, table: Any) -> dict[str, Any]:
    """Build the wall around this process; returns the layers that stand, or what was refused."""
    home = os.path.join(config["scratch"], "home")
    os.makedirs(home, mode=0o700, exist_ok=True)
    os.environ.update(HOME=home, TMPDIR=config["scratch"], MPLCONFIGDIR=home, IPYTHONDIR=home)
    os.chdir(home)
    os.umask(0o077)
    layers = ["resource limits"]
    try:
        walls.limit_resources(config["held"], config["memory_mb"], config["file_mb"], config["cpu_s"])
        if config["kind"] == "landlock":
            fenced(config)
            layers += [f"Landlock version {config['version']}", "no sockets", "signals to itself only"]
            layers += ["watched scratch"]
        if config["kind"] == "bubblewrap":
            layers += ["session namespaces", "private scratch"]
        if table is not None:
            walls.drop_capabilities()
            table.load()
            layers += ["no /proc", "no capabilities", "system calls"]
    except OSError as error:
        return {"refused": str(error)}
    return {"layers": layers}


def fenced(config: Config) -> None:
    """Put the session's own Landlock and system calls around this process.

    Raises:
        OSError: the system refuses.
    """
    landlock.restrict(config["roots"], config["scratch"])
    landlock.refuse_what_reaches_out(os.getpid())
