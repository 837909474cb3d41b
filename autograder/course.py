"""Build a course: from one source for each assignment to the notebooks that people read and fill in."""

import ast
import copy
import hashlib
import inspect
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder import exercises as course_registry
from autograder.exercise import Exercise
from autograder.layout import KINDS, Array, Dict, Each, Layout, Tuple
from autograder.quiz import Question
from autograder.row import UNCHANGED, UNCHANGED_POINTS
from autograder.store import Course, CourseError, digest, write_atomically
from autograder.syllabus import topic_of

DIFFICULTY = {1: "easy ●○○", 2: "medium ●●○", 3: "hard ●●●"}
PLACEHOLDER = re.compile(r"^\{exercise: *(\w+)\}$", re.MULTILINE)
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ANSWER_STUB = ""
# What a docstring's sentence begins with; a symbol keeps its capital.
SENTENCE_START = re.compile(r"^(A|An|The|At|From|Arrays)\b")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
TOTAL = 100
DISTINCTIVE = 24  # characters without spaces: a shorter line of code may well stand in the prose too
WIDGET = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 300


class BuildError(CourseError):
    """A source that cannot become an assignment; the message names the cell."""


def sources(course: Course) -> dict[str, Path]:
    """Every assignment of the course and its source, in order."""
    base = course.folder("source", ".")
    found = {p.parent.name: p for p in base.glob("*/*.py") if p.stem == topic_of(p.parent.name)}
    return dict(sorted(found.items()))


def chosen(course: Course, names: Sequence[str]) -> dict[str, Path]:
    """The sources of the assignments or topics named, or of all.

    Raises:
        CourseError: a name is neither an assignment nor a topic.
    """
    everything = sources(course)
    if not everything:
        raise CourseError(f"There are no sources in {course.folder('source', '.')} (NN-topic/topic.py).")
    picked = {}
    for name in names:
        match = [a for a in everything if name in (a, topic_of(a))]
        if not match:
            raise CourseError(
                f"There is no assignment or topic {name!r}. There are: {', '.join(everything)}."
            )
        picked[match[0]] = everything[match[0]]
    return picked or everything


def marked_notebook(source: Path, exercises: Sequence[Exercise | Question]) -> NotebookNode:
    """The notebook of a source: headers filled in, cells marked for nbgrader and for the engine.

    Raises:
        BuildError: the source does not fit the registry.
    """
    assignment = source.parent.name
    read = jupytext.read(source, fmt="py:percent")
    registry = {exercise.name: exercise for exercise in exercises}
    cells, used = [], set[str]()
    for cell in read.cells:
        if not cell.source.strip():
            continue
        marked = marked_cell(cell, registry)
        marked.id = cell_id(marked, used)
        if marked.metadata["autograder"]["role"] == "header":
            marked.metadata["nbgrader"] = nbgrader_marks(f"text-{marked.id}", locked=True)
        cells.append(marked)
    check_structure(cells, exercises, assignment)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.metadata["autograder"] = {"assignment": assignment}
    notebook.metadata["autograder"]["source"] = source_hash(notebook)
    return notebook


def marked_cell(cell: NotebookNode, registry: dict[str, Exercise | Question]) -> NotebookNode:
    """A cell with what its mark in the source means: role, tags, nbgrader's metadata, the header's text."""
    if cell.cell_type == "markdown":
        text, name = with_headers(cell.source, registry)
        marked = nbformat.v4.new_markdown_cell(text)
        marked.metadata["autograder"] = {"role": "header", "exercise": name} if name else {"role": "prose"}
        return marked
    role, name = role_of(cell)
    if name is not None and name not in registry:
        known = ", ".join(registry)
        raise BuildError(f'A cell is marked {role}="{name}", but the registry has no such exercise: {known}.')
    marked = nbformat.v4.new_code_cell(cell.source)
    marked.metadata["autograder"] = {"role": role, **({"exercise": name} if name else {})}
    if role == "exercise" and name:
        marked.metadata["nbgrader"] = nbgrader_marks(name, solution=True)
    if role == "check" and name:
        marked.metadata["nbgrader"] = nbgrader_marks(f"check-{name}", points=registry[name].points)
    if role in ("demo", "setup"):
        marked.metadata["tags"] = [role]
    return marked


def role_of(cell: NotebookNode) -> tuple[str, str | None]:
    """The role of a code cell of the source, and the exercise it belongs to."""
    for role in ("exercise", "check"):
        if role in cell.metadata:
            return role, str(cell.metadata[role])
    for role in ("setup", "demo"):
        if cell.metadata.get(role):
            return role, None
    return "demo", None


def nbgrader_marks(
    grade_id: str, *, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    """nbgrader's metadata of a cell: a solution, a test with points, or read-only text."""
    marks = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked or points is not None,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return marks if points is None else {**marks, "points": points}


def cell_id(cell: NotebookNode, used: set[str]) -> str:
    """A name for a cell that stays when other cells change: its exercise's name, or a hash of its text."""
    marks = cell.metadata["autograder"]
    if marks["role"] in ("exercise", "check", "header") and "exercise" in marks:
        stem = f"{marks['role']}-{marks['exercise']}"[:56]
    else:
        stem = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
    name, count = stem, 1
    while name in used:
        count += 1
        name = f"{stem}-{count}"
    used.add(name)
    return name


def source_hash(notebook: NotebookNode) -> str:
    """A hash of what a notebook is made from, outputs aside."""
    return digest([[c.id, c.cell_type, c.source, c.metadata] for c in notebook.cells])


def check_structure(
    cells: Sequence[NotebookNode], exercises: Sequence[Exercise | Question], assignment: str
) -> None:
    """Demand one exercise cell and one check cell for each exercise, in order, and 100 points.

    Raises:
        BuildError: says what is missing, double or out of order.
    """
    wanted = [exercise.name for exercise in exercises]
    for role in ("exercise", "check"):
        marks = [cell.metadata["autograder"] for cell in cells]
        found = [mark["exercise"] for mark in marks if mark["role"] == role]
        if found != wanted:
            raise BuildError(
                f"{assignment}: the cells marked {role} are {found}; the registry has, in order, {wanted}."
            )
    for cell in cells:
        if cell.metadata["autograder"]["role"] == "exercise":
            check_exercise_cell(cell)
    total = sum(exercise.points for exercise in exercises)
    if abs(total - TOTAL) > 1e-9:
        listed = ", ".join(f"{exercise.name} {exercise.points:g}" for exercise in exercises)
        raise BuildError(f"{assignment}: the exercises add up to {total:g} points, not {TOTAL}: {listed}.")


def check_exercise_cell(cell: NotebookNode) -> None:
    """Demand that a learner's cell defines its function and marks exactly what is taken out."""
    name = cell.metadata["autograder"]["exercise"]
    if cell.source.count(BEGIN) != 1 or cell.source.count(END) != 1:
        raise BuildError(f"The exercise cell of {name} needs one {BEGIN} and one {END}.")
    defined = names_given(cell.source)
    if name not in defined:
        raise BuildError(f"The exercise cell of {name} defines {defined or 'nothing'}, not {name}.")


def names_given(source: str) -> list[str]:
    """The functions, classes and variables that a cell defines."""
    body = ast.parse(source).body
    assigned = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)] + [
        target.id for target in assigned if isinstance(target, ast.Name)
    ]


def with_headers(text: str, registry: dict[str, Exercise | Question]) -> tuple[str, str | None]:
    """Replace `{exercise: name}` lines by headers; also the first exercise named, if any.

    Raises:
        BuildError: the registry has no such exercise.
    """
    names = PLACEHOLDER.findall(text)
    for name in names:
        if name not in registry:
            raise BuildError(f"A text has {{exercise: {name}}}; the registry has: {', '.join(registry)}.")
    numbers = {name: number for number, name in enumerate(registry, start=1)}
    text = PLACEHOLDER.sub(lambda match: header(registry[match[1]], numbers[match[1]]), text)
    return text, names[0] if names else None


def question_header(question: Question, number: int) -> str:
    """The markdown above a question: what is asked, the choices, and how to answer."""
    picks = "every right letter" if question.several else "one letter"
    lines = [
        f"### Question {number}: {question.title}",
        "",
        f"**{question.points:g} points** · about {question.minutes} minutes · pick {picks}",
        "",
        question.text,
        "",
        *(f"- **{a}** {c.text}" for a, c in zip(question.letters, question.choices, strict=True)),
    ]
    return "\n".join(lines)


def header(exercise: Exercise | Question, number: int) -> str:
    """The markdown above an exercise: what is asked, the shapes of everything, and the points."""
    if isinstance(exercise, Question):
        return question_header(exercise, number)
    arguments, returns = described(exercise)
    lines = [
        f"### Exercise {number}: {exercise.title}",
        "",
        f"`{exercise.signature}`",
        "",
        f"**{exercise.points:g} points** · about {exercise.minutes} minutes · "
        + DIFFICULTY[exercise.difficulty],
        "",
        "| argument | shape | what it is |",
        "|:--|:--|:--|",
    ]
    for name, layout in exercise.arguments.items():
        lines.append(f"| `{name}` | {shape(layout)} | {escaped(arguments.get(name, ''))} |")
    lines += ["", "| result | shape |", "|:--|:--|"]
    parts = (
        exercise.result.fields
        if isinstance(exercise.result, Tuple | Dict)
        else {"the value": exercise.result}
    )
    lines += [f"| {result_name(exercise.result, name)} | {shape(part)} |" for name, part in parts.items()]
    kind = {Dict: "a dict: ", Tuple: "a tuple: "}.get(type(exercise.result), "")
    returns = SENTENCE_START.sub(lambda match: match[0].lower(), returns)
    lines += ["", f"Returns {kind}{returns}" if returns else "", "", points_line(exercise)]
    if exercise.needs:
        lines += ["", f"Builds on {', '.join(f'`{name}`' for name in exercise.needs)}."]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def points_line(exercise: Exercise) -> str:
    """The rows of the check with their points, in one line."""
    rows = [(row.name, row.points) for row in exercise.rows] + [(UNCHANGED, UNCHANGED_POINTS)]
    return "Points: " + " · ".join(f"{escaped(name)} {points:g}" for name, points in rows)


def result_name(result: Layout, name: str) -> str:
    """How a part of a result is written: a name in a tuple, a key in a dict."""
    if isinstance(result, Dict):
        return f'`["{name}"]`'
    return f"`{name}`" if isinstance(result, Tuple) else name


def shape(layout: Layout, depth: int = 0) -> str:
    """A layout for a cell of a table, the parts of a dict or tuple below one another."""
    match layout:
        case Array():
            return f"`{layout.describe()}`" + (f" of {KINDS[layout.holds][1]}" if layout.holds else "")
        case Tuple() | Dict() if depth == 0:
            kind = "dict" if isinstance(layout, Dict) else "tuple"
            parts = [f"`{name}` {shape(part, depth + 1)}" for name, part in layout.fields.items()]
            return f"{kind} of<br>" + "<br>".join(parts)
        case Dict():
            return f"dict with {', '.join(f'`{name}`' for name in layout.fields)}"
        case Tuple():
            return f"tuple `{layout.describe()}`"
        case Each():
            word = len(layout.axis) > 1 and layout.axis.isalpha()  # "hypothesis"; a size is T_x or m
            axis = layout.axis if word else f"of `{layout.axis}`"
            return f"list, one for each {axis}: {shape(layout.item, depth + 1)}"
    return escaped(layout.describe())


def described(exercise: Exercise) -> tuple[dict[str, str], str]:
    """What the reference's docstring says of each argument, shapes aside, and of the result."""
    text = inspect.getdoc(exercise.function) or ""
    parts = re.split(r"^(Args|Returns|Raises|Source):\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    entries = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", sections.get("Args", ""), flags=re.MULTILINE)
    arguments = {name: re.sub(r"^\([^)]*\) *", "", " ".join(said.split())) for name, said in entries}
    returns = re.split(r"\n\s*\n", sections.get("Returns", "").strip())[0]
    return arguments, " ".join(returns.split())


def escaped(text: str) -> str:
    """Text for a cell of a markdown table."""
    return text.replace("|", r"\|")


@dataclass(frozen=True)
class Built:
    """What one assignment was built into."""

    assignment: str
    written: list[Path]


def solution_path(course: Course, assignment: str) -> Path:
    """The executed notebook with the solutions."""
    return course.folder("source", assignment) / f"{topic_of(assignment)}.ipynb"


def release_path(course: Course, assignment: str) -> Path:
    """The notebook that a student opens."""
    return course.folder("release", assignment) / f"{topic_of(assignment)}.ipynb"


def build(course: Course, assignment: str, source: Path) -> Built:
    """Write the frozen cases, the release notebook and the executed solution of one assignment.

    Raises:
        BuildError: the source does not fit the registry, leaks a solution, or fails when it is run.
    """
    from autograder.freezing import freeze

    exercises = course_registry.exercises(assignment)
    notebook = marked_notebook(source, exercises)
    released = release_version(notebook, assignment)
    found = leaks(notebook, released)
    if found:
        raise BuildError(f"{assignment}: lines of a solution stand outside the solution marks: {found[:5]}.")
    frozen = freeze(topic_of(assignment))
    write_atomically(release_path(course, assignment), nbformat.writes(released) + "\n")
    executed = execute(notebook, assignment, source.parent)
    write_atomically(solution_path(course, assignment), nbformat.writes(executed) + "\n")
    return Built(assignment, [frozen, release_path(course, assignment), solution_path(course, assignment)])


def release_version(notebook: NotebookNode, assignment: str) -> NotebookNode:
    """What nbgrader's own generate_assignment makes of a notebook, without touching a gradebook."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    topic = topic_of(assignment)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "source" / assignment / f"{topic}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(notebook, place)
        config = Config()
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
        if asks_only(notebook):
            config.ClearSolutions.code_stub = {"python": ANSWER_STUB}
        directory = CourseDirectory(config=config, root=folder, assignment_id=assignment)
        converter = GenerateAssignment(coursedir=directory, config=config)
        converter.log.setLevel("ERROR")
        converter.start()
        released = nbformat.read(Path(folder) / "release" / assignment / f"{topic}.ipynb", as_version=4)
    ids = [cell.id for cell in notebook.cells]
    assert [cell.id for cell in released.cells] == ids, "nbgrader changed the cells' ids"
    return released


def asks_only(notebook: NotebookNode) -> bool:
    """Whether a notebook asks questions only: no cell of the learner's defines a function."""
    learners = [cell for cell in notebook.cells if cell.metadata["autograder"]["role"] == "exercise"]
    return not any(re.search(r"^(def|class) ", cell.source, re.MULTILINE) for cell in learners)


def execute(notebook: NotebookNode, assignment: str, folder: Path) -> NotebookNode:
    """Run a notebook from top to bottom in a fresh kernel, with a learner's library of its own.

    Raises:
        BuildError: a cell fails; names the cell.
    """
    import os

    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    run = copy.deepcopy(notebook)
    root = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PYTHONPATH": root, "PYTHONHASHSEED": "0", "SEQLIB_HOME": home}
        client = NotebookClient(
            run,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            store_widget_state=False,
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
        try:
            client.execute(env=environment)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failed = next((c for c in run.cells if has_error(c)), None)
            where = f"cell {failed.id}\n\n{failed.source}\n" if failed else "a cell"
            raise BuildError(f"{assignment}: {where}\nfailed when it was run:\n{error}") from None
    run.metadata["language_info"] = {"name": "python"}
    for cell in run.cells:
        for output in cell.get("outputs", []):
            # A widget lives in its kernel; a page shows the static figure that stands in its place.
            output.get("data", {}).pop(WIDGET, None)
    return run


def has_error(cell: NotebookNode) -> bool:
    """Whether a cell raised."""
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def distinctive(code: str) -> Iterator[str]:
    """The lines of code that give something away, without spaces and comments."""
    for line in code.splitlines():
        bare = re.sub(r"\s+", "", line.split("  #")[0])
        if len(bare) >= DISTINCTIVE and not bare.startswith("#"):
            yield bare


def solution_lines(notebook: NotebookNode) -> Iterator[str]:
    """The distinctive lines between the solution marks."""
    for cell in notebook.cells:
        for taken in re.findall(rf"{BEGIN}\n(.*?){END}", cell.source, flags=re.DOTALL):
            yield from distinctive(taken)


def leaks(notebook: NotebookNode, released: NotebookNode) -> list[str]:
    """The distinctive lines of the solutions that the release version still holds."""
    text = re.sub(r"\s+", "", "\n".join(cell.source for cell in released.cells))
    return [line for line in solution_lines(notebook) if line in text]


def stale(course: Course, assignment: str, source: Path) -> list[str]:
    """What of an assignment no longer fits its source, as sentences; nothing is executed or written.

    Raises:
        BuildError: the source does not fit the registry.
    """
    exercises = course_registry.exercises(assignment)
    notebook = marked_notebook(source, exercises)
    wanted = notebook.metadata["autograder"]["source"]
    problems = []
    for path in (solution_path(course, assignment), release_path(course, assignment)):
        expected = (
            notebook if path == solution_path(course, assignment) else release_version(notebook, assignment)
        )
        problems += stale_notebook(path.relative_to(course.root), path, expected, wanted)
    problems += stale_cases(topic_of(assignment))
    return problems


def stale_notebook(shown: Path, path: Path, expected: NotebookNode, wanted: str) -> list[str]:
    """What differs between a notebook on disk and what its source gives, outputs aside."""
    if not path.is_file():
        return [f"{shown} does not exist"]
    there = nbformat.read(path, as_version=4)
    if there.metadata.get("autograder", {}).get("source") != wanted:
        return [f"{shown} was made from another version of the source"]
    pairs = [(c.id, c.cell_type, c.source, c.metadata.get("nbgrader")) for c in there.cells]
    same = pairs == [(c.id, c.cell_type, c.source, c.metadata.get("nbgrader")) for c in expected.cells]
    if not same:
        return [f"{shown} has been changed by hand"]
    failed = [c.id for c in there.cells if c.cell_type == "code" and has_error(c)]
    return [f"{shown}: cell {failed[0]} holds an error"] if failed else []


def stale_cases(topic: str) -> list[str]:
    """Whether the frozen cases differ from what the exercises give now, by more than rounding."""
    from autograder.freezing import frozen_topic
    from autograder.frozen import CASES, alike
    from autograder.tree import load

    path = CASES / f"{topic}.npz"
    if not path.is_file():
        return [f"the public cases {path.name} do not exist"]
    there, now = load(path), frozen_topic(topic)
    same = alike(there, now) and alike(now, there)
    return [] if same else [f"the public cases {path.name} differ from what the exercises give"]
