"""Submissions to the LSTM assignment, cheats among honest ones, graded by the real engine in one jail."""

import ast
import copy
import importlib.util
import json
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import exercise as definitions
from autograder import submission
from autograder.batch import PRELOAD
from autograder.exercises import exercises
from autograder.grading import Job, JobCell, grade
from autograder.judge import Trial, seed_for
from autograder.release import view
from autograder.sandbox import Jail, Limits

HOUSE = Path(__file__).resolve().parents[2]
NAME = "04-lstm"

# The tiny course and its fixtures are those of the autograder's own tests.
sys.path.append(str(HOUSE / "tests" / "autograder"))
_spec = importlib.util.spec_from_file_location(
    "tiny_fixtures", HOUSE / "tests" / "autograder" / "conftest.py"
)
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
tiny_registry = _fixtures.tiny_registry
one_jail = _fixtures.one_jail
tiny_notebooks = _fixtures.tiny_notebooks
empty_gradebook = _fixtures.empty_gradebook
tiny_course = _fixtures.tiny_course
hand_in = _fixtures.hand_in
solved = _fixtures.solved
released = _fixtures.released


def body(function):
    """A reference function as a learner writes it: without annotations."""
    tree = ast.parse(definitions.body(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(tree)


class Notebook:
    """A submission in the making."""

    def __init__(self, node):
        self.node = node
        self.stubs = {c.id.removeprefix("exercise-"): c.source for c in node.cells if "exercise-" in c.id}

    @property
    def cells(self):
        return self.node.cells

    def cell(self, name):
        return next(cell for cell in self.cells if cell.id == name)

    def write(self, name, source):
        """Put the learner's code for an exercise."""
        self.cell(f"exercise-{name}").source = source
        return self

    def begin(self, source):
        """Add a cell after the imports."""
        first = next(i for i, cell in enumerate(self.cells) if cell.cell_type == "code")
        self.cells.insert(first + 1, nbformat.v4.new_code_cell(source))
        return self

    def end(self, source):
        """Add a cell at the end."""
        self.cells.append(nbformat.v4.new_code_cell(source))
        return self

    def text(self):
        """The file's content, whatever is wrong with the notebook."""
        return json.dumps(self.node)


class Class:
    """Grades a submission, and an honest one after it in the same jail."""

    def __init__(self, jail, folder):
        self.jail = jail
        self.folder = folder
        self.release = nbformat.read(HOUSE / "assignments" / NAME / "lstm.ipynb", as_version=4)
        self.full = {exercise.name: exercise.points for exercise in exercises(NAME)}
        self.answers = {exercise.name: body(exercise.function) for exercise in exercises(NAME)}
        self.flags = []
        self.honest = self.graded("honest", self.right().text()).to_dict()

    def unwritten(self):
        return Notebook(copy.deepcopy(self.release))

    def right(self):
        notebook = self.unwritten()
        for name, source in self.answers.items():
            notebook.write(name, source)
        return notebook

    def read(self, student):
        return submission.read(self.folder / student, self.release, "lstm.ipynb")

    def put(self, student, content, name="lstm.ipynb"):
        folder = self.folder / student
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder / name

    def graded(self, student, content=None):
        if content is not None:
            self.put(student, content)
        found = self.read(student)
        cells = [
            JobCell(i, cell.source, submission.role(cell), submission.exercise(cell))
            for i, cell in enumerate(found.notebook.cells)
            if cell.cell_type == "code"
        ]
        result = grade(Job(NAME, student, cells, seed_for(b"a secret", student, NAME)), self.jail)
        self.flags = [flag.to_dict() for flag in found.flags] + result.flags
        return result

    def grade(self, content=None, student="eve"):
        """Grade this submission, then the honest one again: it comes out as it did before."""
        text = content.text() if isinstance(content, Notebook) else content
        result = self.graded(student, text)
        flags = self.flags
        assert self.graded("honest").to_dict() == self.honest
        assert self.flags == []
        self.flags = flags
        return result

    def points(self, content=None, student="eve"):
        result = self.grade(content, student)
        return {name: verdict.points for name, verdict in result.verdicts.items()}

    def without(self, *names):
        return {**self.full, **dict.fromkeys(names, 0)}

    def nothing(self):
        return dict.fromkeys(self.full, 0)

    @property
    def flag_names(self):
        return [flag["name"] for flag in self.flags]


@pytest.fixture(autouse=True)
def no_diagnosis(monkeypatch):
    """Known mistakes are not looked for in this folder: it takes seconds for a notebook that is wrong throughout."""
    monkeypatch.setattr(Trial, "mistakes", property(lambda trial: [{} for _ in trial.cases]))


@pytest.fixture(scope="session")
def jail(tmp_path_factory):
    limits = Limits(cell_cpu_s=3, cell_wall_s=30, notebook_cpu_s=60, notebook_wall_s=120)
    with Jail(view(NAME, tmp_path_factory.mktemp("view")), preload=PRELOAD, limits=limits) as jail:
        yield jail


@pytest.fixture(scope="session")
def class_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("submitted")


@pytest.fixture(scope="session")
def graded_class(jail, class_folder):
    made = Class(jail, class_folder)
    assert sum(verdict["points"] for verdict in made.honest["verdicts"].values()) == 100
    return made


@pytest.fixture
def lstm(graded_class, class_folder):
    """The class, with an empty folder for whoever hands in next."""
    shutil.rmtree(class_folder / "eve", ignore_errors=True)
    return graded_class
