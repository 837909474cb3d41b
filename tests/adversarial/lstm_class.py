"""Submissions to the LSTM assignment, each graded by the real engine with an honest one after it."""

import copy
import json

import nbformat
from tiny import HOUSE

from autograder import submission
from autograder.demo import plain
from autograder.exercise import body
from autograder.exercises import exercises
from autograder.grading import Job, JobCell, grade
from autograder.judge import seed_for

NAME = "04-lstm"


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
        self.answers = {exercise.name: plain(body(exercise.function)) for exercise in exercises(NAME)}
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
