"""The walls of a system that refuses namespaces: what may be opened (Landlock), what may be asked (seccomp).

Two layers of Landlock: one around the warm process when it starts, one more around each session, with a
scratch folder of its own. What Landlock leaves open, at whatever version, a second table of system calls
closes for each session, so that an older kernel's Landlock gives the same walls.
"""

import errno
import os
from collections.abc import Iterable, Sequence

import landlockpy
import seccompy
from landlockpy import AccessFS, Scope

READ = AccessFS.READ_FILE | AccessFS.READ_DIR
OWN = (
    READ
    | AccessFS.WRITE_FILE
    | AccessFS.TRUNCATE
    | AccessFS.MAKE_REG
    | AccessFS.MAKE_DIR
    | AccessFS.MAKE_SYM
    | AccessFS.REMOVE_FILE
    | AccessFS.REMOVE_DIR
    | AccessFS.REFER
)
DEVICES = {
    "/dev/null": AccessFS.READ_FILE | AccessFS.WRITE_FILE,
    "/dev/zero": AccessFS.READ_FILE,
    "/dev/full": AccessFS.READ_FILE | AccessFS.WRITE_FILE,
    "/dev/random": AccessFS.READ_FILE,
    "/dev/urandom": AccessFS.READ_FILE,
}

SOCK_STREAM, SOCK_SEQPACKET, SOCK_TYPES = 1, 5, 0xF
LARGEST_PLAIN_CLOCK = 15
# Commands that send signals to any process of this user, or make others wait for a file.
FCNTL_REFUSED = {
    "owner of signals": 8,
    "signal": 10,
    "owner by kind": 15,
    "lease": 1024,
    "notify": 1026,
}
# They need no right to open the file, so Landlock does not see them. Nothing inside depends on their effect.
WITHOUT_EFFECT = "chmod fchmod fchmodat fchmodat2 utimensat utime utimes futimesat"
NO_ATTRIBUTES = "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"
NO_SOCKETS = "socket connect bind listen accept accept4"


def version() -> int:
    """The version of Landlock that this kernel has.

    Raises:
        OSError: it has none, or it is switched off.
    """
    return int(landlockpy.abi_version())


def restrict(readable: Iterable[str], own: str) -> None:
    """Let this process open nothing but these paths, and change nothing but what lies in one folder.

    Args:
        readable: files and folders, those that are not there left out.
        own: the folder that may be written.

    Raises:
        OSError: the system refuses.
    """
    with landlockpy.Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as ruleset:
        for path in readable:
            access = READ if os.path.isdir(path) else AccessFS.READ_FILE
            if os.path.exists(path):
                ruleset.allow_path(path, access)
        for path, access in DEVICES.items():
            ruleset.allow_path(path, access)
        ruleset.allow_path(own, OWN)
        ruleset.restrict()


def refuse_what_reaches_out(process: int) -> None:
    """Refuse the system calls that would reach beyond this process, for good.

    Args:
        process: its own number; signals and limits are for itself only.

    Raises:
        OSError: the system refuses.
    """
    table = seccompy.Filter()
    for name, own in (("kill", [process]), ("tgkill", [process]), ("prlimit64", [0, process])):
        only(table, name, 0, own, errno.EPERM)
    only(table, "sched_setaffinity", 0, [0], errno.EPERM)
    only(table, "get_robust_list", 0, [0], errno.EPERM)
    # An address of its own would send a datagram to any socket of this machine.
    only(table, "sendto", 4, [0], errno.EPERM)
    for kind in (SOCK_STREAM, SOCK_SEQPACKET):
        table.allow("socketpair", args=[(1, seccompy.CmpOp.MASKED_EQ, kind, SOCK_TYPES)])
    table.errno("socketpair", errno.EPERM)
    # Before its third version Landlock does not see a file that is opened for reading, and emptied.
    for name, position in (("open", 1), ("openat", 2)):
        for flags in (os.O_TRUNC, os.O_ACCMODE):
            mask = flags | os.O_ACCMODE
            refuse(table, name, errno.EACCES, [(position, seccompy.CmpOp.MASKED_EQ, flags, mask)])
    for command in FCNTL_REFUSED.values():
        # The kernel reads 32 bits of the command: a comparison of all 64 would let others through.
        table.errno("fcntl", errno.EPERM, args=[(1, seccompy.CmpOp.MASKED_EQ, command, 0xFFFFFFFF)])
    for name in ("clock_gettime", "clock_getres", "clock_nanosleep", "timer_create"):
        table.errno(name, errno.EINVAL, args=[(0, seccompy.CmpOp.GT, LARGEST_PLAIN_CLOCK)])
    refuse(table, f"{NO_SOCKETS} tkill truncate", errno.EPERM)
    refuse(table, NO_ATTRIBUTES, errno.ENOTSUP)
    refuse(table, WITHOUT_EFFECT, 0)
    table.load()


def only(table: seccompy.Filter, name: str, position: int, values: Sequence[int], code: int) -> None:
    """Refuse a system call unless one argument has one of these values."""
    for value in values:
        table.allow(name, args={position: value})
    table.errno(name, code)


def refuse(
    table: seccompy.Filter, names: str, code: int, args: Sequence[tuple[int, ...]] | None = None
) -> None:
    """Refuse these system calls, where arguments are given only with those; as far as this architecture has them."""
    for name in names.split():
        try:
            table.errno(name, code, args=args)
        except ValueError:
            continue
