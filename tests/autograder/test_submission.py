"""Whatever state a submission is in, its cells find their places, and what is odd is said."""

import copy
import json

import nbformat
import pytest

from autograder import submission


@pytest.fixture
def read(tmp_path, released):
    def from_content(content, name="tiny.ipynb"):
        folder = tmp_path / "ada"
        folder.mkdir(exist_ok=True)
        data = content if isinstance(content, bytes) else text_of(content).encode()
        (folder / name).write_bytes(data)
        return submission.read(folder, released, "tiny.ipynb")

    return from_content


def text_of(content):
    return content if isinstance(content, str) else nbformat.writes(content)


def placed(found):
    return [(cell.metadata["autograder"]["role"], cell.source) for cell in found.notebook.cells]


def flags(found):
    return [flag.name for flag in found.flags]


def test_a_plain_submission_has_the_learners_code_and_no_flags(read, solved):
    found = read(solved)
    assert flags(found) == []
    assert [cell.source for cell in found.notebook.cells] == [cell.source for cell in solved.cells]


@pytest.mark.parametrize("keep_ids", [True, False])
def test_stripped_metadata_costs_nothing(read, solved, keep_ids):
    wanted = placed(read(solved))
    for number, cell in enumerate(solved.cells):
        cell.metadata = {}
        cell.id = cell.id if keep_ids else f"other-{number}"
    found = read(solved)
    assert placed(found) == wanted
    assert ("marks missing" in flags(found)) != keep_ids


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "an empty one"),
        (b" \n", "is empty"),
        (b"{ not json", "not JSON"),
        (b"[1, 2]", "no list of cells"),
        (b"[" * 100_000, "not JSON"),
        (b"\x80\x81 \xff", "not JSON"),
        (b"\x00" * (21 * 2**20), "21 MB"),
    ],
)
def test_what_is_no_notebook_gives_the_unwritten_release_and_a_sentence(read, released, content, sentence):
    found = read(content)
    assert flags(found) == ["unreadable"] and sentence in found.flags[0].message
    assert [c.source for c in found.notebook.cells] == [c.source for c in released.cells]


def test_a_byte_order_mark_and_an_old_format_are_read(read, solved):
    assert flags(read(b"\xef\xbb\xbf" + text_of(solved).encode())) == []
    cells = [
        {"cell_type": c.cell_type, "input" if c.cell_type == "code" else "source": c.source}
        for c in solved.cells
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    assert [source for _, source in placed(read(json.dumps(old)))] == [c.source for c in solved.cells]


def test_cells_that_are_no_cells_do_no_harm(read):
    strange = {
        "cells": [
            None,
            3,
            {},
            {"cell_type": 7, "source": {"a": 1}},
            {"cell_type": "code", "source": [1, "x"]},
        ]
    }
    assert flags(read(json.dumps(strange))) == ["another notebook"]


def test_a_copied_exercise_cell_is_run_after_the_first(read, solved):
    exercise = next(c for c in solved.cells if c.id == "exercise-rnn_cell_forward")
    again = nbformat.from_dict({**exercise, "id": "copy", "source": "def rnn_cell_forward(*x): return None"})
    solved.cells.insert(solved.cells.index(exercise) + 1, again)
    found = read(solved)
    assert flags(found) == ["cell copied"]
    at = [source for _, source in placed(found)].index(again.source)
    assert [role for role, _ in placed(found)][at - 1 : at + 2] == ["exercise", "student", "check"]


def test_an_edited_a_deleted_and_a_moved_cell_are_put_right(read, solved):
    wanted = placed(read(solved))
    checks = [c for c in solved.cells if c.id.startswith("check-")]
    checks[0].source = "print('full marks')"
    solved.cells.remove(checks[1])
    first = solved.cells.pop(1)
    solved.cells.append(first)
    found = read(solved)
    assert sorted(flags(found)) == ["check edited", "check missing", "reordered"]
    assert placed(found) == wanted


def test_a_missing_exercise_cell_is_named(read, solved, released):
    solved.cells = [c for c in solved.cells if c.id != "exercise-stack_parameters"]
    found = read(solved)
    assert flags(found) == ["cell missing"] and "stack_parameters" in found.flags[0].message


def test_points_written_in_by_hand_are_noticed(read, released):
    forged = copy.deepcopy(released)
    check = next(c for c in forged.cells if c.id == "check-rnn_cell_forward")
    check.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "60"}, execution_count=1)]
    assert flags(read(forged)) == ["forged"]
    check.outputs = []
    check.metadata["nbgrader"]["points"] = 600
    found = read(forged)
    assert flags(found) == ["forged"]
    assert {c.metadata["nbgrader"]["points"] for c in found.notebook.cells if "check-" in c.id} == {60, 40}


def test_forged_roles_make_no_check_and_no_exercise(read, solved):
    forged = nbformat.v4.new_code_cell("raise SystemExit")
    forged.metadata = {"autograder": {"role": "check", "exercise": "rnn_cell_forward"}, "tags": ["demo"]}
    solved.cells.append(forged)
    found = read(solved)
    assert placed(found)[-1] == ("student", "raise SystemExit")
    assert "tags" not in found.notebook.cells[-1].metadata


def test_a_renamed_notebook_is_found_and_another_is_not_graded(read, solved, tmp_path):
    found = read(solved, name="tiny (1).ipynb")
    assert flags(found) == ["renamed"]
    read("{}", name="other.ipynb")
    found = read(solved)
    assert flags(found) == ["several notebooks"]


def near_copies(released, count):
    """A notebook of cells that are like one of the release's, each a little different."""
    text = max((c.source for c in released.cells if c.cell_type == "markdown"), key=len)
    cells = [{"cell_type": "markdown", "source": f"{text} {number}"} for number in range(count)]
    return json.dumps({"cells": cells})


def test_a_near_copy_of_a_cell_takes_its_place(read, released):
    assert flags(read(near_copies(released, 1))) == ["another notebook"]
    found = read(near_copies(released, 3))
    edited = [cell for cell in found.notebook.cells if cell.metadata["autograder"].get("edited")]
    assert len(found.notebook.cells) == len(released.cells) + 2 and len(edited) <= 1


def test_no_more_is_compared_than_bearable(read, released, monkeypatch):
    compared = []
    ratio = submission.fuzz.ratio

    def counting(one, other, **options):
        compared.append(len(one) * len(other))
        return ratio(one, other, **options)

    monkeypatch.setattr(submission.fuzz, "ratio", counting)
    read(near_copies(released, 1999))
    assert compared and sum(compared) <= submission.COMPARISONS
    compared.clear()
    monkeypatch.setattr(submission, "COMPARISONS", 10**5)
    found = read(near_copies(released, 1999))
    assert sum(compared) <= 10**5
    assert len(found.notebook.cells) >= 1999


@pytest.mark.parametrize("count", [submission.LIMIT_CELLS, submission.LIMIT_CELLS + 1])
def test_as_many_cells_as_can_be_aligned_are_read_and_no_more(read, count):
    cells = [{"cell_type": "code", "source": f"x = {number}"} for number in range(count)]
    found = read(json.dumps({"cells": cells}))
    assert flags(found) == (["another notebook"] if count == submission.LIMIT_CELLS else ["unreadable"])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    y = 1\nclass C: pass\nasync def g(): pass", {"f", "C", "g"}),
        ("f = g\nh: int = 3\nx == 3\nprint(y)\ndefine = 1", {"f", "h", "define"}),
        ("    def inner(): pass\n# def commented(): pass\nreturn_value", set()),
    ],
)
def test_what_a_cell_defines_is_found_without_parsing_it(source, names):
    assert submission.defined(source) == names


def test_a_link_is_not_followed(tmp_path, released, solved):
    folder = tmp_path / "eve"
    folder.mkdir()
    secret = tmp_path / "secret.ipynb"
    nbformat.write(solved, secret)
    (folder / "tiny.ipynb").symlink_to(secret)
    found = submission.read(folder, released, "tiny.ipynb")
    assert flags(found) == ["unreadable"]
