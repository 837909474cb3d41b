"""Read what a student handed in, whatever state it is in, and lay it along the release notebook.

The release notebook is the truth about which cells there are, what they are worth and what the locked ones
say; a submission only supplies what the learner wrote. Nothing here runs any of it.
"""

import copy
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc
from rapidfuzz import fuzz

# What a file may hold at most, so that reading and aligning it takes about a second whatever is in it.
LIMIT_MB = 20
LIMIT_NESTED = 300_000  # lists and objects of its JSON, outputs included
LIMIT_CELLS = 2_000
LIMIT_TEXT = 2_000_000  # characters of all cells together
LIMIT_BESIDE = 500  # files beside the notebook that are looked at

ALIKE = 0.7
LONG = 20_000  # characters: longer cells are not compared for likeness
COMPARISONS = 1e10  # pairs of characters: what lies beyond is not compared for likeness
NAME_LENGTH = 60  # characters of a file's name that are shown


@dataclass(frozen=True)
class Flag:
    """Something a person should know about a submission."""

    name: str
    message: str
    cell: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """This flag as JSON-able data."""
        return {"name": self.name, "message": self.message, "cell": self.cell}


@dataclass
class Handed:
    """A cell as it was handed in; anything about it may be forged."""

    kind: str
    source: str
    id: str | None
    grade_id: str | None
    points: Any = None
    claims: bool = False


@dataclass
class Submission:
    """A submission in the release notebook's order, and what was odd about it."""

    notebook: NotebookNode
    flags: list[Flag] = field(default_factory=list)


@dataclass
class Match:
    """Which handed-in cell is which release cell.

    Attributes:
        places: handed-in index → release index.
        guessed: the release indices that were found by what a cell says, its marks being gone.
        retyped: the release indices whose cell was made another kind, code into text or text into code.
    """

    places: dict[int, int] = field(default_factory=dict)
    guessed: set[int] = field(default_factory=set)
    retyped: set[int] = field(default_factory=set)

    @property
    def cells(self) -> dict[int, int]:
        """Release index → handed-in index."""
        return {place: index for index, place in self.places.items()}


class Unreadable(ValueError):
    """A file that cannot be read as a notebook; the message says what a person can do."""


def shown(name: str) -> str:
    """A name from outside on one line, short, with what a terminal or a page would act on written out."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return plain if len(plain) <= NAME_LENGTH else plain[: NAME_LENGTH - 10] + "…" + plain[-9:]


def some(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown(name) for name in names[:5]) + more


def read(folder: Path, release: NotebookNode, name: str) -> Submission:
    """Read the notebook `name` in a student's folder and align it with the release notebook.

    Args:
        folder: the student's submission, `submitted/STUDENT/ASSIGNMENT`.
        release: the assignment's released notebook.
        name: what the notebook should be called, `lstm.ipynb`.

    Returns:
        A notebook with the release's cells and marks, the learner's sources, and the flags; a file that is
        no notebook gives the release's own cells, unwritten.
    """
    flags: list[Flag] = []
    try:
        refuse_linked(folder)
        path, flags = chosen_file(folder, name)
        flags += beside(folder)
        if path is None:
            raise Unreadable(f"There is no notebook, or an empty one: ask for {name}.")
        cells = handed_cells(path)
    except Unreadable as error:
        return Submission(blank(release), [*flags, Flag("unreadable", str(error))])
    notebook, found = aligned(cells, release)
    return Submission(notebook, [*flags, *found])


def refuse_linked(folder: Path) -> None:
    """A student's folder that is a link could lead to another student's.

    Raises:
        Unreadable: it is a link, or the student's whole folder is.
    """
    for place in (folder, folder.parent):
        if place.is_symlink():
            raise Unreadable(f"The folder {shown(place.name)} is a link, not followed: ask for the files.")


def chosen_file(folder: Path, name: str) -> tuple[Path | None, list[Flag]]:
    """Which file of a folder is the submission: the one with the right name, else the newest.

    An empty file counts as none.
    """
    present = sorted(p for p in folder.glob("*.ipynb") if not is_empty(p)) if folder.is_dir() else []
    if not present:
        return None, []
    flags = []
    chosen = folder / name
    if chosen not in present:
        chosen = max(present, key=lambda p: (p.lstat().st_mtime, p.name))
        message = f"The notebook was called {shown(chosen.name)} instead of {name}."
        flags.append(Flag("renamed", message))
    left = [p.name for p in present if p != chosen]
    if left:
        flags.append(Flag("several notebooks", f"{some(left)} was handed in as well, and not graded."))
    return chosen, flags


def is_empty(path: Path) -> bool:
    """Whether a file has no content; a link has."""
    return path.lstat().st_size == 0


def beside(folder: Path) -> list[Flag]:
    """What a person should know of the files beside the notebook; none of them is graded, copied or imported."""
    odd, count = [], 0
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            count += 1
            kind = path.lstat().st_mode
            # The notebook and the date are judged where they are read.
            read = path.parent == folder and (path.suffix == ".ipynb" or name == "timestamp.txt")
            if not read and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                odd.append(str(path.relative_to(folder)))
        if count > LIMIT_BESIDE:
            odd.append(f"more than {LIMIT_BESIDE} files")
            break
    flags = []
    if odd:
        message = f"{some(sorted(odd))}: no plain file beside the notebook; left alone. Ask what it was for."
        flags.append(Flag("odd files", message))
    try:
        handed_in_at(folder)
    except Unreadable as error:
        flags.append(Flag("no date", f"{error} Counted as handed in on time: put it right, grade again."))
    return flags


def handed_in_at(folder: Path) -> datetime | None:
    """When a submission was collected, from nbgrader's `timestamp.txt`; None where there is none.

    Raises:
        Unreadable: it is no plain file, or holds no date.
    """
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None
    text = plain_bytes(path)[:200].decode("utf-8", "replace").strip()
    try:
        if " /" in text or ".." in text:  # dateutil opens a time zone that looks like a path
            raise ValueError
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError, AttributeError):
        raise Unreadable("timestamp.txt holds no date.") from None


def plain_bytes(path: Path) -> bytes:
    """The content of a plain file, links not followed.

    Raises:
        Unreadable: a link, a device, too large, or not permitted.
    """
    name = shown(path.name)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(
            f"{name} is a link or cannot be opened ({error.strerror}); ask for the file."
        ) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Unreadable(f"{name} is not a plain file; ask for the file itself.")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > LIMIT_MB * 2**20:
            size = status.st_size / 2**20
            raise Unreadable(f"{name} has {size:.0f} MB, more than {LIMIT_MB}; {CLEARED}")
        return file.read(LIMIT_MB * 2**20)


CLEARED = "ask for it with its outputs cleared and what was pasted taken out."


def handed_cells(path: Path) -> list[Handed]:
    """The cells of a notebook file, tolerating every fault but that of not being a notebook.

    Raises:
        Unreadable: not JSON, JSON that is no notebook, or more than can be aligned in bearable time.
    """
    data = plain_bytes(path)
    name = shown(path.name)
    if not data.strip():
        raise Unreadable(f"{name} is empty; ask for the file again.")
    if data.count(b"{") + data.count(b"[") > LIMIT_NESTED:
        raise Unreadable(f"{name} holds more than {LIMIT_NESTED:,} lists and objects; {CLEARED}")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = shown(str(error))
        raise Unreadable(
            f"{name} is not a notebook: it is not JSON ({reason}). Ask for the file again."
        ) from None
    raw = [cell for cell in raw_cells(content, name) if isinstance(cell, dict)]
    if len(raw) > LIMIT_CELLS:
        raise Unreadable(
            f"{name} has {len(raw):,} cells, more than {LIMIT_CELLS:,}; ask for it without the needless ones."
        )
    cells = [handed(cell) for cell in raw]
    length = sum(len(cell.source) for cell in cells)
    if length > LIMIT_TEXT:
        raise Unreadable(
            f"The cells of {name} hold {length:,} characters, more than {LIMIT_TEXT:,}; {CLEARED}"
        )
    return cells


def raw_cells(content: Any, name: str) -> list[Any]:
    """The list of cells of a notebook of any format version."""
    if isinstance(content, dict) and isinstance(content.get("cells"), list):
        return list(content["cells"])
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        return [cell for sheet in sheets for cell in sheet.get("cells") or []]
    raise Unreadable(f"{name} is JSON but no notebook: it has no list of cells. Ask for the file again.")


def handed(cell: dict[str, Any]) -> Handed:
    """One cell, with nothing in it trusted but its text."""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    assert isinstance(metadata, dict)
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    assert isinstance(marks, dict)
    kind = cell.get("cell_type")
    return Handed(
        kind=kind if kind in ("code", "markdown") else "raw",
        source=text_of(cell.get("source", cell.get("input"))),
        id=word(cell.get("id")),
        grade_id=word(marks.get("grade_id")),
        points=marks.get("points"),
        claims=has_result(cell.get("outputs")),
    )


def has_result(outputs: Any) -> bool:
    """Whether a cell's outputs hold a value, which nbgrader would read as points; `check` returns none."""
    found = outputs if isinstance(outputs, list) else []
    return any(isinstance(output, dict) and output.get("output_type") == "execute_result" for output in found)


def text_of(source: Any) -> str:
    """A cell's source, a text or a list of texts; lone surrogates, which no file can hold, replaced."""
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    return text.encode("utf-8", "replace").decode("utf-8")


def word(value: Any) -> str | None:
    """A text, or None."""
    return value if isinstance(value, str) and value else None


def blank(release: NotebookNode) -> NotebookNode:
    """The release notebook without outputs."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def role(cell: NotebookNode) -> str:
    """What a release cell is for."""
    return str(cell.metadata.get("autograder", {}).get("role", "student"))


def exercise(cell: NotebookNode) -> str | None:
    """The exercise that a release cell belongs to."""
    return word(cell.metadata.get("autograder", {}).get("exercise"))


def is_learners(cell: NotebookNode) -> bool:
    """Whether an aligned cell's text is the learner's and not the course's."""
    return role(cell) == "student" or bool(cell.metadata.get("autograder", {}).get("edited"))


def is_locked(cell: NotebookNode) -> bool:
    """Whether the course's text of a cell stands, whatever was handed in."""
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def aligned(cells: list[Handed], release: NotebookNode) -> tuple[NotebookNode, list[Flag]]:
    """The release notebook with the learner's sources; further cells come after the cell that they follow.

    An exercise that was written in another cell than its own is checked there: no unwritten cell is put back
    over it.
    """
    wanted = blank(release).cells
    found = match(cells, wanted)
    written = written_elsewhere(cells, wanted, found)
    out = laid_out(cells, wanted, found, written)
    moved = check_after(out, wanted, written)
    notebook = blank(release)
    notebook.cells = [node for node, _ in moved]
    flags = oddities(cells, wanted, found, written) + written_again(notebook.cells, wanted, written)
    number_student_cells(notebook)
    return notebook, flags


Laid = list[tuple[NotebookNode, int | None]]  # cells in order, each with its handed-in index


def laid_out(cells: list[Handed], wanted: list[NotebookNode], found: Match, written: dict[int, int]) -> Laid:
    """All cells in the release's order, those that the learner added after the one that they follow."""
    followers: dict[int, list[int]] = {}
    last = -1
    for index, cell in enumerate(cells):
        if index in found.places:
            last = found.places[index]
        elif cell.source.strip():
            followers.setdefault(last, []).append(index)
    at = found.cells
    out: Laid = [(student_cell(cells[index]), index) for index in followers.get(-1, [])]
    for place, original in enumerate(wanted):
        own = at.get(place)
        if place in written and (own is None or is_unwritten(cells[own], original)):
            original.source = ""
        elif own is not None and not is_locked(original):
            if cells[own].source.strip() != original.source.strip():
                original.metadata.setdefault("autograder", NotebookNode())["edited"] = True
            original.source = cells[own].source
        out.append((original, own))
        out += [(student_cell(cells[index]), index) for index in followers.get(place, [])]
    return out


def is_unwritten(cell: Handed, original: NotebookNode) -> bool:
    """Whether an exercise's cell is as it was released, or empty."""
    return cell.source.strip() in ("", original.source.strip())


def written_elsewhere(cells: list[Handed], wanted: list[NotebookNode], found: Match) -> dict[int, int]:
    """Exercises that their own cell does not define and another one does.

    Returns:
        The exercise's release index → the handed-in index of the first cell that defines it.
    """
    at = found.cells
    elsewhere = definitions(cells, wanted, found)
    written = {}
    for place, original in enumerate(wanted):
        own = at.get(place)
        name = exercise(original)
        if role(original) != "exercise" or name not in elsewhere:
            continue
        here = (
            own is not None and not is_unwritten(cells[own], original) and name in defined(cells[own].source)
        )
        others = [index for index in elsewhere[name] if index != own]
        if others and not here:
            written[place] = others[0]
    return written


def definitions(cells: list[Handed], wanted: list[NotebookNode], found: Match) -> dict[str, list[int]]:
    """The handed-in cells that run and define a name at their top level, by name; the course's own text left out."""
    courses = {cell.source.strip() for cell in wanted}
    by_name: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        place = found.places.get(index)
        kind = cell.kind if place is None else wanted[place].cell_type
        locked = place is not None and is_locked(wanted[place])
        if kind == "code" and not locked and cell.source.strip() not in courses:
            for name in defined(cell.source):
                by_name.setdefault(name, []).append(index)
    return by_name


DEFINED = re.compile(r"^(?:async +)?(?:(?:def|class) +(\w+)|(\w+) *(?::[^=\n]+)?=(?!=))", re.MULTILINE)


def defined(source: str) -> set[str]:
    """The names that a cell's text defines or assigns at its top level, found without parsing it."""
    return {name for pair in DEFINED.findall(source) for name in pair if name}


def check_after(out: Laid, wanted: list[NotebookNode], written: dict[int, int]) -> Laid:
    """The cells in order, the check of an exercise that is written in a later cell moved behind that cell."""
    moved = list(out)
    checks = {exercise(cell): cell for cell in wanted if role(cell) == "check"}
    for place, index in written.items():
        check = checks.get(exercise(wanted[place]))
        old = next((i for i, (cell, _) in enumerate(moved) if cell is check), None)
        writer = next(i for i, (_, handed_in) in enumerate(moved) if handed_in == index)
        if old is not None and old < writer:
            moved.insert(writer, moved.pop(old))
    return moved


def written_again(out: list[NotebookNode], wanted: list[NotebookNode], written: dict[int, int]) -> list[Flag]:
    """Exercises that a cell after their check defines once more: it may be the one that the learner meant."""
    again: list[str] = []
    passed: set[str] = set()
    stubs = {cell.source.strip() for cell in wanted}
    elsewhere = {str(exercise(wanted[place])) for place in written}
    for node in out:
        if role(node) == "check":
            passed.add(str(exercise(node)))
        elif role(node) == "student" and node.cell_type == "code" and node.source.strip() not in stubs:
            again += sorted((defined(node.source) & passed) - elsewhere)
    if not again:
        return []
    several = ", ".join(dict.fromkeys(again))
    message = f"{several}: defined again after its check. The first was graded; see which one was meant."
    return [Flag("written twice", message)]


def student_cell(cell: Handed) -> NotebookNode:
    """A cell that the learner added, with no mark of its own."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    node = make.get(cell.kind, nbformat.v4.new_raw_cell)(cell.source)
    node.metadata["autograder"] = {"role": "student"}
    return node


def number_student_cells(notebook: NotebookNode) -> None:
    """Give added cells ids that are the same each time the file is read."""
    taken = {cell.id for cell in notebook.cells if role(cell) != "student"}
    for index, cell in enumerate(notebook.cells):
        if role(cell) == "student":
            cell.id = f"student-{index}" if f"student-{index}" not in taken else f"student-{index}-added"


def match(cells: list[Handed], wanted: list[NotebookNode]) -> Match:
    """Find the release cells among the handed-in ones: by id, grade_id, text, the function defined, then likeness.

    Code is looked for among code first; a cell with the right mark and the wrong kind was retyped by accident.
    """
    found = Match()
    by_id = {cell.id: i for i, cell in enumerate(wanted)}
    by_grade_id = {
        cell.metadata["nbgrader"]["grade_id"]: i
        for i, cell in enumerate(wanted)
        if "nbgrader" in cell.metadata
    }
    by_text = {(c.cell_type, c.source.strip()): i for i, c in enumerate(wanted)}
    marks: list[Callable[[Handed], int | None]] = [
        lambda c: by_id.get(c.id or ""),
        lambda c: by_grade_id.get(c.grade_id or ""),
    ]
    for mark in marks:
        take(cells, found, mark, wanted)
    take(cells, found, lambda c: by_text.get((c.kind, c.source.strip())), wanted)
    for mark in marks:
        take(cells, found, mark, wanted, any_kind=True)
    sure = set(found.places.values())
    take(cells, found, Definitions(wanted).place, wanted)
    take(cells, found, Definitions(wanted).place, wanted, any_kind=True)
    taken = set(found.places.values())
    for index, place in by_likeness(cells, wanted, found):
        if index not in found.places and place not in taken:
            found.places[index] = place
            taken.add(place)
    found.guessed = taken - sure
    return found


def take(
    cells: list[Handed],
    found: Match,
    find: Callable[[Handed], int | None],
    wanted: list[NotebookNode],
    *,
    any_kind: bool = False,
) -> None:
    """Place every cell that is not placed yet where `find` says, each place once, code only on code."""
    taken = set(found.places.values())
    for index, cell in enumerate(cells):
        place = None if index in found.places else find(cell)
        if place is None or place in taken:
            continue
        same = (cell.kind == "code") == (wanted[place].cell_type == "code")
        if same or any_kind:
            found.places[index] = place
            taken.add(place)
            if not same:
                found.retyped.add(place)


class Definitions:
    """Where a cell belongs by the function or class that it defines, or the check that it calls."""

    def __init__(self, wanted: list[NotebookNode]) -> None:
        """The places of the exercises and checks of a release."""
        self.places = {
            (role(cell), exercise(cell)): place
            for place, cell in reversed(list(enumerate(wanted)))
            if role(cell) in ("exercise", "check")
        }

    def place(self, cell: Handed) -> int | None:
        """The release index, the first one where there are several; no place for text with code in fences."""
        if cell.kind != "code" and "```" in cell.source:
            return None
        names = re.findall(r"^(?:def|class) +(\w+)", cell.source, flags=re.MULTILINE)
        checked = re.findall(r"^check\((\w+)\)", cell.source, flags=re.MULTILINE)
        keys = [*(("exercise", name) for name in names), *(("check", name) for name in checked)]
        return min((self.places[key] for key in keys if key in self.places), default=None)


def by_likeness(cells: list[Handed], wanted: list[NotebookNode], found: Match) -> Iterable[tuple[int, int]]:
    """Pairs of a cell and a release cell that are still free and alike, the most alike first."""
    taken = set(found.places.values())
    free = [i for i, c in enumerate(wanted) if i not in taken and role(c) not in ("exercise", "check")]
    loose = [i for i in range(len(cells)) if i not in found.places and len(cells[i].source) < LONG]
    pairs, left = [], COMPARISONS
    for index in loose:
        for place in free:
            if cells[index].kind != wanted[place].cell_type:
                continue
            left -= len(cells[index].source) * len(wanted[place].source)
            if left < 0:
                break
            likeness = fuzz.ratio(cells[index].source, wanted[place].source, score_cutoff=100 * ALIKE)
            if likeness:
                pairs.append((-likeness, abs(index - place), index, place))
    return [(index, place) for _, _, index, place in sorted(pairs)]


def oddities(
    cells: list[Handed], wanted: list[NotebookNode], found: Match, written: dict[int, int]
) -> list[Flag]:
    """What a person should know about how a submission differs from the release notebook."""
    exercises = {i for i, c in enumerate(wanted) if role(c) == "exercise"}
    lost = exercises - set(found.places.values()) - set(written)
    if exercises and lost == exercises:
        message = "None of the assignment's exercise cells is in it: ask for the right notebook."
        return [Flag("another notebook", message)]
    flags = []
    if lost:
        message = f"The cell is gone for: {names(wanted, lost)}. Scored as not written."
        flags.append(Flag("cell missing", message))
    if written:
        message = f"{names(wanted, written)}: written in another cell than its own, and graded there."
        flags.append(Flag("cell moved", message))
    if retyped := exercises & found.retyped:
        message = f"{names(wanted, retyped)}: the cell was no code cell any more; its text was run as code."
        flags.append(Flag("cell retyped", message))
    flags += odd_checks(cells, wanted, found)
    counts = Counter(cell.grade_id for cell in cells if cell.grade_id)
    if doubles := sorted(grade_id for grade_id, count in counts.items() if count > 1):
        message = f"There are several cells {some(doubles)}; all were run, in order."
        flags.append(Flag("cell copied", message))
    order = [found.places[i] for i in sorted(found.places)]
    if order != sorted(order):
        flags.append(Flag("reordered", "Cells were moved; they were run in the assignment's order."))
    if guessed := [i for i in found.guessed if role(wanted[i]) in ("exercise", "check")]:
        flags.append(Flag("marks missing", f"{names(wanted, guessed)}: found by what the cells define."))
    return flags


def odd_checks(cells: list[Handed], wanted: list[NotebookNode], found: Match) -> list[Flag]:
    """What became of the course's check cells, which are put back whatever it was."""
    checks = {i for i, c in enumerate(wanted) if role(c) == "check"}
    here = {i: cells[index] for i, index in found.cells.items() if i in checks}
    edited = [
        i for i, cell in here.items() if i in found.retyped or cell.source.strip() != wanted[i].source.strip()
    ]
    forged = [i for i, cell in here.items() if is_forged(cell, wanted[i])]
    flags = []
    if edited:
        flags.append(Flag("check edited", f"{names(wanted, edited)}: the course's own check was used."))
    if forged:
        message = f"{names(wanted, forged)}: points written in by hand, in outputs or metadata; not believed."
        flags.append(Flag("forged", message))
    if missing := checks - set(here):
        flags.append(Flag("check missing", f"{names(wanted, missing)}: put back."))
    return flags


def is_forged(cell: Handed, original: NotebookNode) -> bool:
    """Whether a check cell holds points that neither the course nor `check` put there."""
    return cell.claims or cell.points not in (None, original.metadata["nbgrader"]["points"])


def names(wanted: list[NotebookNode], places: Iterable[int]) -> str:
    """The exercises of some release cells, in order."""
    return ", ".join(dict.fromkeys(str(exercise(wanted[i])) for i in sorted(places)))
