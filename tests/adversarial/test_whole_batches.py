"""Whole batches: broken submissions and cheats among honest ones, in nbgrader's gradebook and on its pages."""

import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny

from autograder import classroom

pytestmark = pytest.mark.usefixtures("one_jail")

STUB = "    raise NotImplementedError"
SCRIPT = "<script>alert('eve')</script>"


def grade(course):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1))
    return {line.student: line for line in lines}


def flags(line):
    return [flag["name"] for flag in line.flags]


@pytest.mark.filterwarnings("ignore:Non-unique cell id")
def test_a_batch_goes_on_and_honest_work_beside_it_is_untouched(tiny_course, hand_in, solved, released):
    hand_in("ada", solved)
    alone = grade(tiny_course)["ada"]
    assert alone.score == 100 and alone.flags == []
    hand_in("bad-json", "{ not json")
    hand_in("empty", "")
    hand_in("link", "x").unlink()
    (tiny_course.folder("submitted", tiny.NAME, "link") / "tiny.ipynb").symlink_to(
        "../../ada/01-tiny/tiny.ipynb"
    )
    tagged = nbformat.from_dict(released)
    for cell in tagged.cells:
        cell.metadata["tags"] = ["skip-execution"]
    hand_in("tagged", tagged)
    hand_in("twice", nbformat.from_dict({**solved, "cells": [c for c in solved.cells for _ in range(2)]}))
    ending = nbformat.from_dict(solved)
    ending.cells.append(nbformat.v4.new_code_cell("import os\nos._exit(0)"))
    hand_in("ending", ending)
    hand_in("zoe", solved)
    lines = grade(tiny_course)
    assert lines["ada"] == alone and lines["zoe"].score == 100 and lines["zoe"].flags == []
    scores = {student: line.score for student, line in lines.items()}
    assert scores == {
        "ada": 100, "bad-json": 0, "empty": 0, "ending": 100, "link": 0, "tagged": 0, "twice": 100, "zoe": 100
    }  # fmt: skip
    for student in ("bad-json", "empty", "link"):
        assert flags(lines[student]) == ["unreadable"] and "sk for" in lines[student].flags[0]["message"]
    assert flags(lines["twice"]) == ["cell copied"] and flags(lines["ending"]) == ["process ended"]
    assert all(not line.error for line in lines.values())


def test_no_script_of_a_learner_reaches_a_page(tiny_course, hand_in, solved):
    """In markdown, outputs, errors, tracebacks, messages of the judge and names of files."""
    solved.cells.append(nbformat.v4.new_markdown_cell(SCRIPT))
    shown = f"from IPython.display import HTML, SVG, Javascript, display\ndisplay(HTML({SCRIPT!r}))\nprint({SCRIPT!r})"
    solved.cells.append(nbformat.v4.new_code_cell(shown))
    solved.cells.append(nbformat.v4.new_code_cell(f"raise type('E', (Exception,), {{}})({SCRIPT!r})"))
    for cell in solved.cells:
        if cell.id == "exercise-stack_parameters":
            cell.source = f"def stack_parameters(parameters):\n    raise ValueError({SCRIPT!r})"
    hand_in("eve", solved, name="<script>alert('eve')<.ipynb")
    line = grade(tiny_course)["eve"]
    assert line.score == 60 and "renamed" in flags(line)
    page = (classroom.feedback(tiny_course, tiny.NAME) / "eve" / tiny.NAME / "tiny.html").read_text()
    assert "alert(" in page and "<script>alert" not in page


def a_pipe(folder):
    os.mkfifo(folder / "pipe")


def a_dangling_link(folder):
    (folder / "data.txt").symlink_to("/nowhere")


def a_link_to_the_configuration(folder):
    (folder / "notes.txt").symlink_to("../../../nbgrader_config.py")


def a_folder_in_place_of_the_notebook(folder):
    (folder / "tiny.ipynb").unlink()
    (folder / "tiny.ipynb").mkdir()


def a_name_that_is_no_text(folder):
    os.rename(os.fsencode(folder / "tiny.ipynb"), os.fsencode(folder) + b"/\xff\xfe.ipynb")


@pytest.mark.parametrize(
    "spoil",
    [
        a_pipe,
        a_dangling_link,
        a_link_to_the_configuration,
        a_folder_in_place_of_the_notebook,
        a_name_that_is_no_text,
    ],
)
def test_what_lies_in_a_folder_stops_nobody_else(tiny_course, hand_in, solved, spoil):
    hand_in("ada", solved)
    spoil(hand_in("eve", solved).parent)
    hand_in("zoe", solved)
    lines = grade(tiny_course)
    assert lines["ada"].score == 100 and lines["zoe"].score == 100
    assert lines["eve"].error or flags(lines["eve"])
    assert not list((tiny_course.root / "autograded").rglob("notes.txt"))
