"""What of this machine a notebook may read: the interpreter, its packages, and what they need of the system."""

import glob
import os
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

# What a notebook's libraries need of the system besides the interpreter.
SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    # Asked for by Python's mimetypes, which takes a file that is there for one that can be read.
    "/etc/mime.types",
)
LINKS = ("/lib", "/lib32", "/lib64")

# The course's packages come from the runtime and the view only; an editable install leads to the repository.
COURSE = ("seqlib", "autograder", "__editable__*", "__pycache__/__editable__*")
TORCH = ("torch*", "functorch", "nvidia", "triton")


def site_folders() -> list[str]:
    """The folders of installed packages that this interpreter imports from."""
    known = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        known.append(site.getusersitepackages())
    return [path for path in dict.fromkeys(known) if path in sys.path and os.path.isdir(path)]


def interpreter() -> tuple[str, list[str]]:
    """The interpreter itself, not a virtual environment's link, and the folders of its standard library."""
    executable = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    prefix = Path(executable).parent.parent
    return executable, [str(prefix / name) for name in ("lib", "lib64") if (prefix / name).is_dir()]


def hidden(preload: Sequence[str]) -> tuple[str, ...]:
    """Patterns of the installed packages that no notebook may find."""
    return COURSE if "torch" in preload else COURSE + TORCH


def covered(preload: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Files and folders among the installed packages that are to be covered."""
    for folder in folders:
        for pattern in hidden(preload):
            yield from glob.glob(f"{glob.escape(folder)}/{pattern}")
    # Installed packages of other interpreters, which a path edit would reach.
    for root in ("/usr/lib", "/usr/local/lib", *interpreter()[1]):
        for kind in ("site-packages", "dist-packages"):
            found = glob.glob(f"{glob.escape(root)}/python3*/{kind}")
            yield from (path for path in found if path not in folders)


def shown() -> list[str]:
    """All that may be read of this machine, what is `covered` excepted; links among them are links."""
    executable, library = interpreter()
    known = (*SYSTEM, *library, executable, *site_folders())
    return sorted(dict.fromkeys(path for path in known if os.path.exists(path)), key=len)
