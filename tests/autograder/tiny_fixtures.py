"""A tiny course, released but not built with the real topics."""

import copy
import shutil
import sys
import types

import nbformat
import pytest
import tiny as material

import autograder.exercises
from autograder import batch, engine, release
from autograder import course as building
from autograder.store import Course


@pytest.fixture(scope="module")
def tiny_registry():
    """The tiny assignment is in the registry while tests that ask for it run."""
    with pytest.MonkeyPatch.context() as patch:
        module = types.ModuleType("autograder.exercises.tiny")
        module.EXERCISES = material.EXERCISES
        patch.setitem(sys.modules, "autograder.exercises.tiny", module)
        patch.setitem(sys.modules, "seqlib.tiny", types.ModuleType("seqlib.tiny"))
        patch.setitem(autograder.exercises.ASSIGNMENTS, material.NAME, "tiny")
        yield


@pytest.fixture(scope="module")
def one_jail(tiny_registry, tmp_path_factory):
    """All courses of a module share a view, and so a jail."""
    place = release.view(material.NAME, tmp_path_factory.mktemp("views"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "view", lambda course, assignment: place)
        yield
    batch.close_jails()


@pytest.fixture(scope="module")
def tiny_notebooks(tiny_registry, tmp_path_factory):
    """The tiny assignment's marked notebook, with solutions, and its release version."""
    source = tmp_path_factory.mktemp("source") / material.NAME / "tiny.py"
    source.parent.mkdir()
    source.write_text(material.SOURCE)
    marked = building.marked_notebook(source, material.EXERCISES)
    return marked, building.release_version(marked, material.NAME)


@pytest.fixture
def solved(tiny_notebooks):
    """A right submission."""
    return copy.deepcopy(tiny_notebooks[0])


@pytest.fixture
def released(tiny_notebooks):
    """The release notebook."""
    return copy.deepcopy(tiny_notebooks[1])


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """An empty gradebook; nbgrader takes seconds to make one, and a test's copy is as good."""
    from nbgrader.api import Gradebook

    from autograder import engine

    engine.find_tools()
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    Gradebook(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def tiny_course(tmp_path, released, empty_gradebook):
    """A course folder with the tiny assignment released."""
    course = Course(tmp_path / "course")
    course.root.mkdir()
    shutil.copyfile(material.HOUSE / "nbgrader_config.py", course.root / "nbgrader_config.py")
    source = course.folder("source", material.NAME) / "tiny.py"
    source.parent.mkdir(parents=True)
    source.write_text(material.SOURCE)
    path = building.release_path(course, material.NAME)
    path.parent.mkdir(parents=True)
    nbformat.write(released, path)
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    return course


@pytest.fixture
def hand_in(tiny_course):
    """Puts a notebook, or any text, into a student's submission."""

    def put(student, content, name="tiny.ipynb"):
        folder = tiny_course.folder("submitted", material.NAME, student)
        folder.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else nbformat.writes(content)
        (folder / name).write_text(text)
        return folder / name

    return put
