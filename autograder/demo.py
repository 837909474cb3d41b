"""A sample class, made from the course's own exercises, graded end to end in a temporary course folder."""

import ast
import copy
import importlib
import inspect
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.exercise import Exercise, Mistake, body
from autograder.exercises import functions, topic_of
from autograder.store import Course, CourseError

HOUSE = Path(__file__).resolve().parents[1]
SHOWN = ("02-rnn", "04-lstm")
STYLES = ("loops", "einsum", "stacked", "float32")
MISTAKEN = ("Emeka", "Freya", "Gustavo", "Hye-jin", "Ismail")

# Enough for every right answer, and the endless loop is not waited for long.
LIMITS = "\nc.Judge.limits = {'cell_cpu_s': 5, 'cell_wall_s': 60}\n"

Sources = dict[str, str]


@dataclass(frozen=True)
class Handed:
    """What a student of the sample class hands in: the sources of the exercise cells, then a last touch."""

    student: str
    sources: Sources
    touch: Callable[[NotebookNode], str] = field(default=nbformat.writes)


def run(assignments: Sequence[str], workers: int, *, unsafe: bool = False) -> int:
    """Grade the sample class, show the list, and say where everything lies.

    Args:
        assignments: what the class hands in.
        workers: how many processes grade.
        unsafe: go on where there is no sandbox.

    Returns:
        The exit status.

    Raises:
        UnknownName: the course has no such assignment.
        CourseError: one asks for no functions.
    """
    from autograder import batch, classroom, cli, report

    for assignment in assignments:
        if not functions(assignment):
            raise CourseError(
                f"{assignment} asks for no functions: the sample class hands in {' or '.join(SHOWN)}."
            )
    course = new_course()
    handed = {assignment: hand_in(course, assignment) for assignment in assignments}
    lines, pages = {}, {}
    print(f"A sample class of {len(handed[assignments[0]])} students hands in {' and '.join(assignments)}.")
    with cli.progress(sum(map(len, handed.values())), "grading") as bar:
        for assignment in assignments:
            lines[assignment] = classroom.grade(
                course,
                assignment,
                pool=batch.processes(workers),
                unsafe=unsafe,
                progress=lambda student: bar.update(),
            )
    with cli.progress(sum(map(len, handed.values())), "feedback") as bar:
        for assignment in assignments:
            classroom.feedback(course, assignment, lambda student: bar.update())
    for assignment, found in lines.items():
        grades = classroom.write_csv(course, assignment, found)
        pages[assignment] = report.write(course, assignment)
        print(f"\n{assignment}")
        cli.console().print(cli.table(found))
    print(f"\ncourse folder  {course.root}")
    print(f"gradebook      {course.gradebook}")
    print(f"grades         {grades}")
    print(f"feedback       {course.root / str(course.directory.feedback_directory)}")
    for page in pages.values():
        print(f"class report   {page}")
    return 1 if any(line.error for found in lines.values() for line in found) else 0


def new_course() -> Course:
    """A temporary course folder with this repository's configuration and assignments; it is kept."""
    root = Path(tempfile.mkdtemp(prefix="autograder-demo-"))
    (root / "nbgrader_config.py").write_text((HOUSE / "nbgrader_config.py").read_text() + LIMITS)
    for folder in ("assignments", "solutions"):  # the formgrader lists what has a solution
        shutil.copytree(HOUSE / folder, root / folder, ignore=shutil.ignore_patterns(".*", "*.py"))
    return Course(root)


def hand_in(course: Course, assignment: str) -> list[str]:
    """Put the sample class's submissions into a course.

    Returns:
        The students.
    """
    release = nbformat.read(course.release(assignment), as_version=4)
    handed = sample_class(functions(assignment), topic_of(assignment))
    for one in handed:
        folder = course.folder("submitted", assignment, one.student)
        folder.mkdir(parents=True)
        text = one.touch(filled(release, one.sources))
        (folder / course.release(assignment).name).write_text(text, encoding="utf-8")
    return [one.student for one in handed]


def filled(release: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    """The release notebook with these sources in its exercise cells."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        marks = cell.metadata.get("autograder", {})
        if marks.get("role") == "exercise" and marks["exercise"] in sources:
            cell.source = sources[marks["exercise"]]
    return notebook


def sample_class(registry: Sequence[Exercise], topic: str) -> list[Handed]:
    """The sample class: right answers in four styles, known mistakes, and submissions in trouble."""
    right = {exercise.name: plain(body(exercise.function)) for exercise in registry}
    names = list(right)
    middle = names[len(names) // 2]
    students = zip(("Ada", "Bashir", "Chen", "Dilnoza"), STYLES, strict=True)
    handed = [Handed(f"{student} ({style})", in_style(registry, topic, style)) for student, style in students]
    handed += [
        Handed(student, {**right, exercise.name: with_mistake(exercise, mistake)})
        for student, (exercise, mistake) in zip(MISTAKEN, spread_mistakes(registry), strict=True)
    ]
    handed += [
        Handed("Jun (unfinished)", {name: right[name] for name in names[: len(names) // 2]}),
        Handed("Kwame (crashes)", {**right, middle: f"import os\nos._exit(1)\n{right[middle]}"}),
        Handed("Lena (endless loop)", {**right, middle: endless(right[middle])}),
        Handed("Mateo (broken file)", right, lambda notebook: nbformat.writes(notebook)[:-4000]),
        Handed("Nour (forged)", {}, forged),
        Handed("Olu (metadata lost)", right, without_metadata),
    ]
    return handed


def in_style(registry: Sequence[Exercise], topic: str, style: str) -> Sources:
    """Right answers in one style; the reference where an exercise has none in it."""
    variants = importlib.import_module(f"autograder.variants.{topic}").VARIANTS
    sources = {}
    for exercise in registry:
        name = f"{exercise.name}__{style}"
        written = {variant.__name__: variant for variant in variants.get(exercise.name, [])}
        text = inspect.getsource(written[name]) if name in written else body(exercise.function)
        sources[exercise.name] = plain(re.sub(rf"\b(\w+)__{style}\b", r"\1", text))
    return sources


def plain(source: str) -> str:
    """A function as a learner writes it, without annotations."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def spread_mistakes(registry: Sequence[Exercise]) -> list[tuple[Exercise, Mistake]]:
    """As many known mistakes as there are students who make one, spread over the exercises."""
    having = [exercise for exercise in registry if exercise.mistakes]
    chosen = [having[i * len(having) // len(MISTAKEN)] for i in range(len(MISTAKEN))]
    return [(exercise, exercise.mistakes[i % len(exercise.mistakes)]) for i, exercise in enumerate(chosen)]


def with_mistake(exercise: Exercise, mistake: Mistake) -> str:
    """The reference with a known mistake in it, as a learner writes it."""
    source = body(exercise.function)
    for old, new in mistake.replacements:
        source = source.replace(old, new)
    return plain(source)


def endless(source: str) -> str:
    """A function that never returns."""
    return source.replace(":\n", ":\n    while True:\n        pass\n", 1)


def forged(notebook: NotebookNode) -> str:
    """An unwritten notebook whose checks claim full marks, and more points than there are."""
    for cell in notebook.cells:
        if cell.metadata.get("autograder", {}).get("role") == "check":
            points = cell.metadata["nbgrader"]["points"]
            cell.outputs = [
                nbformat.v4.new_output("execute_result", {"text/plain": str(points)}, execution_count=1)
            ]
            cell.metadata["nbgrader"]["points"] = 10 * points
    return str(nbformat.writes(notebook))


def without_metadata(notebook: NotebookNode) -> str:
    """A notebook as some editors save it: no cell ids, no marks."""
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata = {}
        cell.pop("id", None)
    return str(nbformat.writes(notebook))
