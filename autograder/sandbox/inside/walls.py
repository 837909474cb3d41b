"""The second wall: what a fork of the warm process gives up before it runs a learner's code."""

import ctypes
import os
import resource
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
NAMESPACES = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522

LEARNER = 1000
MEBIBYTE = 1 << 20

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _mount_tmpfs(path: str, flags: int, options: str) -> None:
    _checked(libc.mount(b"tmpfs", path.encode(), b"tmpfs", flags, options.encode()), f"tmpfs on {path}")


def unshare() -> None:
    """Leave the warm process's namespaces; the next fork is the first process of a new one.

    Raises:
        OSError: the system refuses nested namespaces.
    """
    _checked(libc.unshare(NAMESPACES), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{LEARNER} {LEARNER} 1")
    _write("/proc/self/gid_map", f"{LEARNER} {LEARNER} 1")


def cover(scratch: str, scratch_mb: int) -> None:
    """Put an empty private folder over the shared scratch, and nothing over /proc."""
    _mount_tmpfs(scratch, MS_NOSUID | MS_NODEV | MS_NOEXEC, f"size={scratch_mb}m,nr_inodes=10000,mode=700")
    _mount_tmpfs("/proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=2,mode=555")


def die_with_parent() -> None:
    """End this process when its parent ends."""
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")


def close_files(*keep: int) -> None:
    """Close every descriptor but those of `keep`, and put /dev/null in place of the standard ones."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    first = 3
    for descriptor in sorted(keep):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 1 << 20)


def held_memory() -> int:
    """The bytes of address space that this process has, which no limit on a session should count."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def limit_resources(held: int, memory_mb: int, file_mb: int, cpu_s: float) -> None:
    """Bound memory (beyond `held` bytes), file size, descriptors and processor time."""
    seconds = int(cpu_s) + 1
    hard = {
        resource.RLIMIT_AS: held + memory_mb * MEBIBYTE,
        resource.RLIMIT_FSIZE: file_mb * MEBIBYTE,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
        resource.RLIMIT_CPU: seconds,
    }
    for kind, value in hard.items():
        _, ceiling = resource.getrlimit(kind)
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(kind, (value, value))
    # A file that grows too large is an error of the write, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def drop_capabilities() -> None:
    """Give up what the new user namespace granted."""
    header = _Header(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
