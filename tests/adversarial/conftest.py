"""Cheats among honest submissions to the LSTM assignment, in one jail, and the tiny course of the autograder's own tests."""

import shutil

import pytest
from lstm_class import NAME, Class
from tiny_fixtures import (  # noqa: F401
    empty_gradebook,
    hand_in,
    one_jail,
    released,
    solved,
    tiny_course,
    tiny_notebooks,
    tiny_registry,
)

from autograder.batch import PRELOAD
from autograder.judge import Trial
from autograder.release import view
from autograder.sandbox import Jail, Limits


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
