"""The second kind of jail: Landlock, where namespaces are refused.

It cannot take a part out of a folder that may be read: such a folder is named entry by entry, and on the
import path a folder of links to those entries stands in its place.
"""

import json
import os
import shutil
import sysconfig
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from autograder.sandbox.places import LINKS, covered, shown, site_folders

PATHS = "paths.json"

# What the second kind does otherwise than the first; the doctor says so where it is the one that stands.
DIFFERENCES = (
    "The folders of this machine are not gone: what lies in them cannot be opened, listed or changed, but "
    "whether a path exists, how large it is and when it was changed can be asked. The interpreter's own "
    "folders and this host's name are seen as they are.",
    "Processes of this machine are not gone: a session cannot signal, trace, limit or read any of them, but "
    "can find out that a process of some number exists.",
    "No socket can be made at all, except pairs that are connected with each other. Under bubblewrap a "
    "session has a network of its own, with nobody else in it.",
    "The scratch folder is no file system of its own: it lies on the disk. Each file is bounded by the "
    "kernel; their sum and number are looked at ten times a second, and a session with too much is ended. "
    "Until then it can write as much as the disk takes in a tenth of a second.",
    "Modes and times of files cannot be changed, extended attributes cannot be read: chmod and utime do "
    "nothing, and say that all is well.",
    "Sessions and the grader are processes of one user: they share what the kernel counts for each user.",
)


def furnish(folder: Path, view: Path, preload: Sequence[str]) -> dict[str, str]:
    """Write down what may be read, and make the folders of links.

    Args:
        folder: the jail's own, with the runtime in it.
        view: what a notebook may import of the course.
        preload: modules that are imported before any session; torch is hidden unless it is one of them.

    Returns:
        By folder of the import path that may not be read as a whole: the one that stands in its place.
    """
    hidden = {
        os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        for path in covered(preload, site_folders())
    }
    own = [str(folder / "runtime"), str(view)]
    roots = [*shown(), *(link for link in LINKS if os.path.isdir(link) and not os.path.islink(link))]
    instead: dict[str, str] = {}
    for place in dict.fromkeys([*site_folders(), sysconfig.get_path("stdlib")]):
        if any(os.path.dirname(path) == os.path.realpath(place) for path in hidden):
            instead[place] = str(folder / f"packages-{len(instead)}")
            link(place, Path(instead[place]), hidden, folder / "blocked.py")
    own += instead.values()
    readable = [path for root in roots for path in without(os.path.realpath(root), hidden)]
    paths = {"readable": list(dict.fromkeys([*readable, *own])), "roots": [*roots, *own]}
    (folder / PATHS).write_text(json.dumps(paths))
    return instead


def without(path: str, hidden: Collection[str]) -> Iterator[str]:
    """The path itself, or what lies in it where something below is hidden; never what a link leads to."""
    if path in hidden:
        return
    if not any(name.startswith(f"{path}/") for name in hidden):
        yield path
        return
    for entry in os.scandir(path):
        if not entry.is_symlink():
            yield from without(entry.path, hidden)


def link(place: str, links: Path, hidden: Collection[str], blocked: Path) -> None:
    """Make a folder of links to what may be read in another; a hidden package raises when it is imported."""
    if links.exists():
        return
    links.mkdir()
    for entry in os.scandir(os.path.realpath(place)):
        if entry.path not in hidden:
            (links / entry.name).symlink_to(entry.path)
        elif entry.is_dir() and entry.name.isidentifier():
            (links / entry.name).mkdir()
            shutil.copy(blocked, links / entry.name / "__init__.py")
        elif entry.name.endswith(".py"):
            shutil.copy(blocked, links / entry.name)
