"""Run a command on a system that refuses namespaces, as Docker's default profile does, or Landlock too.

python refusing.py namespaces[,landlock] COMMAND ARGUMENT …
"""

import errno
import os
import sys

import seccompy

NAMESPACES = 0x7E020000


def refuse(what):
    """Load a filter for this process and all that come of it."""
    table = seccompy.Filter()
    if "namespaces" in what:
        for flag in (1 << bit for bit in range(32) if NAMESPACES >> bit & 1):
            table.errno("clone", errno.EPERM, args=[(0, seccompy.CmpOp.MASKED_EQ, flag, flag)])
        # Docker answers so to let the C library fall back to clone, whose flags can be seen.
        table.errno("clone3", errno.ENOSYS)
        for name in ("unshare", "setns", "mount", "umount2", "pivot_root"):
            table.errno(name, errno.EPERM)
    if "landlock" in what:
        table.errno(444, errno.EOPNOTSUPP)
    table.load()


if __name__ == "__main__":
    refuse(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
