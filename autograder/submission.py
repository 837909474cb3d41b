"""Read what a student handed in, whatever state it is in, and lay it along the release notebook.

The release notebook is the truth about which cells there are, what they are worth and what the locked ones
say; a submission only supplies what the learner wrote. Nothing here runs any of it.
"""

import copy
import json
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

LIMIT_MB = 20
ALIKE = 0.6
LONG = 20_000  # characters: longer cells are not compared for likeness


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


class Unreadable(ValueError):
    """A file that cannot be read as a notebook; the message says what a person can do."""


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
    path, flags = chosen_file(folder, name)
    try:
        if path is None:
            raise Unreadable(f"There is no notebook, or an empty one: ask for {name}.")
        cells = handed_cells(path)
    except Unreadable as error:
        return Submission(blank(release), [*flags, Flag("unreadable", str(error))])
    notebook, found = aligned(cells, release)
    return Submission(notebook, [*flags, *found])


def chosen_file(folder: Path, name: str) -> tuple[Path | None, list[Flag]]:
    """Which file of a folder is the submission: the one with the right name, else the newest.

    An empty file counts as none. The flags are the same once a renamed notebook was copied to its name.
    """
    present = sorted(p for p in folder.glob("*.ipynb") if not is_empty(p)) if folder.is_dir() else []
    proper = folder / name
    others = [p for p in present if p != proper]
    if not present:
        return None, []
    if proper in present:
        chosen, twins = proper, [p for p in others if same_bytes(p, proper)]
    else:
        chosen = max(others, key=lambda p: (p.lstat().st_mtime, p.name))
        twins = [chosen]
    flags = []
    if twins:
        flags.append(Flag("renamed", f"The notebook was called {twins[0].name} instead of {name}."))
    left = ", ".join(p.name for p in others if p not in twins)
    if left:
        flags.append(Flag("several notebooks", f"{left} was handed in as well, and not graded."))
    return chosen, flags


def is_empty(path: Path) -> bool:
    """Whether a file has no content; a link has."""
    return path.lstat().st_size == 0


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two plain files of bearable size are equal."""
    try:
        return plain_bytes(one) == plain_bytes(other)
    except Unreadable:
        return False


def plain_bytes(path: Path) -> bytes:
    """The content of a plain file, links not followed.

    Raises:
        Unreadable: a link, a device, too large, or not permitted.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(
            f"{path.name} is a link or cannot be opened ({error.strerror}); ask for the file."
        ) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Unreadable(f"{path.name} is not a plain file; ask for the notebook.")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > LIMIT_MB * 2**20:
            size = status.st_size / 2**20
            raise Unreadable(
                f"{path.name} has {size:.0f} MB, more than {LIMIT_MB}; ask for it with its outputs cleared."
            )
        return file.read()


def handed_cells(path: Path) -> list[Handed]:
    """The cells of a notebook file, tolerating every fault but that of not being a notebook.

    Raises:
        Unreadable: not JSON, or JSON that is no notebook.
    """
    data = plain_bytes(path)
    if not data.strip():
        raise Unreadable(f"{path.name} is empty; ask for the file again.")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = str(error)[:120]
        raise Unreadable(
            f"{path.name} is not a notebook: it is not JSON ({reason}). Ask for the file again."
        ) from None
    return [handed(cell) for cell in raw_cells(content, path.name) if isinstance(cell, dict)]


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


def is_locked(cell: NotebookNode) -> bool:
    """Whether the course's text of a cell stands, whatever was handed in."""
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def aligned(cells: list[Handed], release: NotebookNode) -> tuple[NotebookNode, list[Flag]]:
    """The release notebook with the learner's sources; further cells come after the cell that they follow."""
    wanted = blank(release).cells
    places, alike = match(cells, wanted)
    flags = oddities(cells, wanted, places, alike)
    followers: dict[int, list[Handed]] = {}
    last = -1
    for index, cell in enumerate(cells):
        if index in places:
            last = places[index]
        elif cell.source.strip():
            followers.setdefault(last, []).append(cell)
    source_at = {place: cells[index].source for index, place in places.items()}
    out = [student_cell(cell) for cell in followers.get(-1, [])]
    for place, original in enumerate(wanted):
        if place in source_at and not is_locked(original):
            original.source = source_at[place]
        out.append(original)
        out += [student_cell(cell) for cell in followers.get(place, [])]
    notebook = blank(release)
    notebook.cells = out
    number_student_cells(notebook)
    return notebook, flags


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


def match(cells: list[Handed], wanted: list[NotebookNode]) -> tuple[dict[int, int], set[int]]:
    """Which handed-in cell is which release cell: by id, grade_id, text, the function defined, then likeness.

    Returns:
        handed-in index → release index; and the release indices that only likeness found.
    """
    places: dict[int, int] = {}
    by_id = {cell.id: i for i, cell in enumerate(wanted)}
    by_grade_id = {
        cell.metadata["nbgrader"]["grade_id"]: i
        for i, cell in enumerate(wanted)
        if "nbgrader" in cell.metadata
    }
    by_text = {(c.cell_type, c.source.strip()): i for i, c in enumerate(wanted)}
    take(cells, places, lambda c: by_id.get(c.id or ""), wanted)
    take(cells, places, lambda c: by_grade_id.get(c.grade_id or ""), wanted)
    take(cells, places, lambda c: by_text.get((c.kind, c.source.strip())), wanted)
    sure = set(places.values())
    take(cells, places, lambda c: place_by_definition(c, wanted), wanted)
    for index, place in by_likeness(cells, wanted, places):
        if index not in places and place not in places.values():
            places[index] = place
    return places, set(places.values()) - sure


def take(
    cells: list[Handed],
    places: dict[int, int],
    find: Callable[[Handed], int | None],
    wanted: list[NotebookNode],
) -> None:
    """Place every cell that is not placed yet where `find` says, each place once, code only on code."""
    for index, cell in enumerate(cells):
        place = find(cell)
        if index in places or place is None or place in places.values():
            continue
        if (cell.kind == "code") == (wanted[place].cell_type == "code"):
            places[index] = place


def place_by_definition(cell: Handed, wanted: list[NotebookNode]) -> int | None:
    """The exercise whose function or class a cell defines at its top level."""
    if cell.kind != "code":
        return None
    defined = set(re.findall(r"^(?:def|class) +(\w+)", cell.source, flags=re.MULTILINE))
    checked = set(re.findall(r"^check\((\w+)\)", cell.source, flags=re.MULTILINE))
    for place, original in enumerate(wanted):
        names = {"exercise": defined, "check": checked}.get(role(original), set())
        if exercise(original) in names:
            return place
    return None


def by_likeness(
    cells: list[Handed], wanted: list[NotebookNode], places: dict[int, int]
) -> Iterable[tuple[int, int]]:
    """Pairs of a cell and a release cell that are still free and alike, the most alike first."""
    free = [
        i for i, c in enumerate(wanted) if i not in places.values() and role(c) not in ("exercise", "check")
    ]
    loose = [i for i in range(len(cells)) if i not in places and len(cells[i].source) < LONG]
    pairs = []
    for index in loose:
        for place in free:
            if cells[index].kind == wanted[place].cell_type:
                likeness = alikeness(cells[index].source, wanted[place].source)
                if likeness >= ALIKE:
                    pairs.append((-likeness, abs(index - place), index, place))
    return [(index, place) for _, _, index, place in sorted(pairs)]


def alikeness(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1; 0 early when they cannot be alike."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def oddities(
    cells: list[Handed], wanted: list[NotebookNode], places: dict[int, int], alike: set[int]
) -> list[Flag]:
    """What a person should know about how a submission differs from the release notebook."""
    flags = []
    here = set(places.values())
    exercises = {i: exercise(c) for i, c in enumerate(wanted) if role(c) == "exercise"}
    lost = [str(name) for i, name in exercises.items() if i not in here]
    if len(lost) == len(exercises) and exercises:
        return [
            Flag(
                "another notebook",
                "None of the assignment's exercise cells is in it: ask for the right notebook.",
            )
        ]
    if lost:
        flags.append(Flag("cell missing", f"The cell is gone for: {', '.join(lost)}. Scored as not written."))
    checks = {i for i, c in enumerate(wanted) if role(c) == "check"}
    edited = [
        i
        for index, i in places.items()
        if i in checks and cells[index].source.strip() != wanted[i].source.strip()
    ]
    if edited:
        flags.append(Flag("check edited", f"{names(wanted, edited)}: the course's own check was used."))
    forged = sorted(i for index, i in places.items() if i in checks and is_forged(cells[index], wanted[i]))
    if forged:
        message = f"{names(wanted, forged)}: points written in by hand, in outputs or metadata; not believed."
        flags.append(Flag("forged", message))
    if checks - here:
        flags.append(Flag("check missing", f"{names(wanted, checks - here)}: put back."))
    ids = [c.grade_id for c in cells if c.grade_id]
    doubles = sorted({i for i in ids if ids.count(i) > 1})
    if doubles:
        flags.append(
            Flag("cell copied", f"There are several cells {', '.join(doubles)}; all were run, in order.")
        )
    order = [places[i] for i in sorted(places)]
    if order != sorted(order):
        flags.append(Flag("reordered", "Cells were moved; they were run in the assignment's order."))
    placed = sorted(i for i in alike if role(wanted[i]) in ("exercise", "check"))
    if placed:
        flags.append(Flag("marks missing", f"{names(wanted, placed)}: found by what the cells define."))
    return flags


def is_forged(cell: Handed, original: NotebookNode) -> bool:
    """Whether a check cell holds points that neither the course nor `check` put there."""
    return cell.claims or cell.points not in (None, original.metadata["nbgrader"]["points"])


def names(wanted: list[NotebookNode], places: Iterable[int]) -> str:
    """The exercises of some release cells, in order."""
    return ", ".join(dict.fromkeys(str(exercise(wanted[i])) for i in sorted(places)))
