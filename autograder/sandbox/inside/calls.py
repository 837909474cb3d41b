"""The system calls that a session may make, as one table and the filter made of it."""

import errno
from collections.abc import Iterable

import seccompy

# System calls that Python, NumPy, matplotlib and torch on the processor use, by what they are for.
# What is in no table does not exist inside (ENOSYS): new calls of new kernels included.
ALLOWED: dict[str, str] = {
    "memory": "brk mmap munmap mremap mprotect madvise mincore msync membarrier get_mempolicy",
    "files": (
        "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat close "
        "close_range creat stat fstat lstat newfstatat statx access faccessat faccessat2 lseek fallocate "
        "ftruncate truncate fsync fdatasync getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir "
        "unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat readlink readlinkat "
        "chmod fchmod fchmodat fchmodat2 utimensat utime utimes futimesat umask dup dup2 dup3 fcntl flock "
        "statfs fstatfs pipe pipe2 sendfile copy_file_range fadvise64 getxattr lgetxattr fgetxattr "
        "listxattr llistxattr flistxattr"
    ),
    "waiting": (
        "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait "
        "epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime pause "
        "restart_syscall wait4 waitid"
    ),
    "local sockets": (
        "connect bind listen accept accept4 sendto recvfrom sendmsg recvmsg shutdown getsockname "
        "getpeername setsockopt getsockopt"
    ),
    "threads": (
        "futex futex_waitv set_robust_list get_robust_list rseq set_tid_address sched_yield "
        "sched_getaffinity sched_setaffinity sched_getscheduler sched_getparam sched_get_priority_max "
        "sched_get_priority_min gettid exit exit_group tgkill tkill kill"
    ),
    "signals": (
        "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack"
    ),
    "time": (
        "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times setitimer getitimer "
        "alarm timer_create timer_settime timer_gettime timer_delete timer_getoverrun"
    ),
    "about itself": (
        "getpid getppid getuid geteuid getgid getegid getgroups getresuid getresgid getpgid getpgrp "
        "getsid getpriority uname sysinfo getrusage getrlimit setrlimit prlimit64 getrandom arch_prctl "
        "getcpu capget"
    ),
}

# Asked for by honest libraries or by dishonest cells: "not permitted" is a clearer answer than "not there".
REFUSED = (
    "fork vfork execve execveat ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd "
    "pidfd_send_signal mount umount2 move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr pivot_root chroot unshare setns keyctl add_key request_key bpf perf_event_open "
    "userfaultfd memfd_create memfd_secret io_uring_setup io_uring_enter io_uring_register shmget "
    "shmat shmctl msgget semget mq_open personality seccomp setuid setgid setreuid setregid setresuid "
    "setresgid setgroups capset setpriority nice reboot kexec_load init_module finit_module "
    "delete_module swapon swapoff sethostname setdomainname iopl ioperm name_to_handle_at "
    "open_by_handle_at mknod mknodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr "
    "socketcall quotactl acct syslog settimeofday clock_settime adjtimex clock_adjtime setsid setpgid"
)

AF_UNIX = 1
CLONE_THREAD = 0x00010000
CLONE_NAMESPACES = 0x7E020000
PRCTL_ALLOWED = {
    "get dumpable": 3,
    "set name": 15,
    "get name": 16,
    "read bounding set": 23,
    "get no new privileges": 39,
    "name a mapping": 0x53564D41,
}
IOCTL_ALLOWED = {
    "is a terminal": 0x5401,
    "terminal size": 0x5413,
    "bytes to read": 0x541B,
    "non-blocking": 0x5421,
    "not close on exec": 0x5450,
    "close on exec": 0x5451,
}


def _known(names: Iterable[str]) -> list[str]:
    """Those system calls that this architecture has."""
    known = []
    for name in names:
        try:
            seccompy.syscall_nr(name)
        except (KeyError, ValueError):
            continue
        known.append(name)
    return known


def system_call_filter() -> seccompy.Filter:
    """The system calls a session may make, as a filter that is not loaded yet.

    A process cannot be made (that bounds their number, which RLIMIT_NPROC does not for root), only threads.
    clone3 hides its flags from a filter, so it does not exist and the C library falls back to clone.
    """
    table = seccompy.Filter(default=int(seccompy.Action.ERRNO) | errno.ENOSYS)
    for group in ALLOWED.values():
        for name in _known(group.split()):
            table.allow(name)
    for name in ("socket", "socketpair"):
        table.allow(name, args={0: AF_UNIX})
        table.errno(name, errno.EPERM)
    flags = CLONE_THREAD | CLONE_NAMESPACES
    table.allow("clone", args=[(0, seccompy.CmpOp.MASKED_EQ, CLONE_THREAD, flags)])
    table.errno("clone", errno.EPERM)
    for name, option, refusal in (
        ("prctl", PRCTL_ALLOWED, errno.EPERM),
        ("ioctl", IOCTL_ALLOWED, errno.ENOTTY),
    ):
        position = 0 if name == "prctl" else 1
        for value in option.values():
            table.allow(name, args={position: value})
        table.errno(name, refusal)
    for name in _known(REFUSED.split()):
        table.errno(name, errno.EPERM)
    return table
