"""Broken submissions: each gets its points or a reason that a person can act on, and nothing honest is lost."""

import copy
import json
import os

import nbformat
import pytest


def flag(lstm, name):
    return next(flag["message"] for flag in lstm.flags if flag["name"] == name)


UNREADABLE = {
    "not JSON": (b"{ 'cells': [", "is not JSON"),
    "empty": (b"", "an empty one"),
    "blank": (b"\n\n", "is empty"),
    "no notebook": (b'{"cells": 3}', "no list of cells"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\xff", "is not JSON"),
    "UTF-16": ('{"cells": []}'.encode("utf-16"), "is not JSON"),
    "a merge conflict": (b'<<<<<<< HEAD\n{"cells": []}\n=======\n', "is not JSON"),
    "a number of ten million digits": (b'{"cells": ' + b"9" * 10**7 + b"}", "is not JSON"),
    "a million empty cells": (b'{"cells": [' + b"{}," * 10**6 + b"{}]}", "lists and objects"),
    "ten thousand cells": (b'{"cells": [' + b"{}," * 9999 + b"{}]}", "10,000 cells"),
    "ten thousand cells with one grade_id": (
        json.dumps(
            {"cells": [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "a"}}}] * 10**4}
        ).encode(),
        "10,000 cells",
    ),
    "three million characters": (
        json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\n" * 500_000}]}).encode(),
        "3,000,000 characters",
    ),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_notebook_gets_a_reason(lstm, content, reason):
    lstm.put("eve", content)
    assert lstm.points() == lstm.nothing()
    assert reason in flag(lstm, "unreadable") and "sk for" in flag(lstm, "unreadable")


def test_a_hundred_megabytes_are_not_read(lstm):
    path = lstm.put("eve", lstm.right().text())
    os.truncate(path, 100 * 2**20)
    assert lstm.points() == lstm.nothing()
    assert "100 MB" in flag(lstm, "unreadable") and "outputs cleared" in flag(lstm, "unreadable")


@pytest.mark.parametrize("target", ["../honest/lstm.ipynb", "/etc/passwd", "lstm.ipynb", "/dev/zero", "gone"])
def test_a_link_is_not_followed_wherever_it_leads(lstm, target):
    path = lstm.put("eve", "x")
    path.unlink()
    path.symlink_to(target)
    assert lstm.points() == lstm.nothing()
    assert "is a link" in flag(lstm, "unreadable") and "ask for the file" in flag(lstm, "unreadable")


def test_a_pipe_in_the_place_of_the_notebook_holds_nothing_up(lstm):
    path = lstm.put("eve", "x")
    path.unlink()
    os.mkfifo(path)
    assert lstm.points() == lstm.nothing()
    assert lstm.flag_names == ["unreadable"]


def old_format(notebook):
    cells = [
        {"cell_type": c.cell_type, "input" if c.cell_type == "code" else "source": c.source.splitlines(True)}
        for c in notebook.cells
    ]
    sheet = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    return json.dumps(sheet)


def without_ids(notebook):
    for cell in notebook.cells:
        del cell["id"]
    return notebook.text()


def same_ids(notebook):
    for cell in notebook.cells:
        cell["id"] = "cell"
    return notebook.text()


def unknown_kernel(notebook):
    kernel = {"name": "../../evil", "display_name": "R", "language": "R"}
    notebook.node.metadata = {"kernelspec": kernel, "language_info": {"name": "cobol"}}
    return notebook.text()


def stripped(notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.node.metadata = {}
    return notebook.text()


def stripped_without_ids(notebook):
    stripped(notebook)
    return without_ids(notebook)


def as_colab(notebook):
    """Colab's own metadata only, its ids in it."""
    for number, cell in enumerate(notebook.cells):
        del cell["id"]
        cell.metadata = {"id": f"dGx{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    notebook.node.metadata = {"colab": {"provenance": []}, "accelerator": "GPU"}
    notebook.node.nbformat_minor = 0
    return notebook.text()


def as_vs_code(notebook):
    for cell in notebook.cells:
        cell.metadata = {"vscode": {"languageId": "python"}} if cell.cell_type == "code" else {}
    return notebook.text()


def windows_lines(notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return notebook.text()


def nulls(notebook):
    for cell in notebook.cells:
        cell.metadata, cell.outputs = None, None
    notebook.node.metadata = None
    return notebook.text()


def checks_deleted(notebook):
    notebook.node.cells = [cell for cell in notebook.cells if not cell.id.startswith("check-")]
    return notebook.text()


def checks_edited(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.source = "# " + cell.source
    return notebook.text()


def dot_dot(notebook):
    """Names that lead out of a folder wherever a name may stand, and on the marks of a cell that is not ours."""
    up = "../../../honest/lstm"
    notebook.node.metadata = {"name": up, "kernelspec": {"name": up, "path": up}, "autograder": {"name": up}}
    marks = {"grade_id": up, "grade": True, "solution": False, "locked": True, "points": 100}
    added = nbformat.v4.new_code_cell("1")
    added["id"], added.metadata = up, {"nbgrader": marks, "autograder": {"role": "check", "exercise": up}}
    notebook.cells.append(added)
    return notebook.text()


def checks_copied(notebook):
    for cell in [cell for cell in notebook.cells if cell.id.startswith("check-")]:
        notebook.cells.append(nbformat.from_dict({**cell, "id": f"again-{cell.id}"}))
    return notebook.text()


def checks_split(notebook):
    for cell in [cell for cell in notebook.cells if cell.id.startswith("check-")]:
        rest = nbformat.from_dict({**cell, "id": f"rest-{cell.id}", "source": "# and nothing else"})
        notebook.cells.insert(notebook.cells.index(cell) + 1, rest)
        cell.source = cell.source.removesuffix(")")
    return notebook.text()


def checks_reordered(notebook):
    checks = [cell for cell in notebook.cells if cell.id.startswith("check-")]
    notebook.node.cells = [cell for cell in notebook.cells if cell not in checks] + checks[::-1]
    return notebook.text()


def taken_out(notebook, name):
    cell = notebook.cell(f"exercise-{name}")
    notebook.cells.remove(cell)
    return cell.source


FIRST, SECOND, LAST = "lstm_gates", "lstm_cell_forward", "lstm_forward"


def merged_into_the_first(notebook):
    notebook.cell(f"exercise-{FIRST}").source += "\n\n" + taken_out(notebook, SECOND)
    return notebook.text()


def merged_into_the_last(notebook):
    """The first function then stands behind its own check."""
    moved = taken_out(notebook, FIRST)
    notebook.cell(f"exercise-{LAST}").source += "\n\n" + moved
    return notebook.text()


def merged_into_one_without_marks(notebook):
    """All functions in one cell at the end, and nothing of the assignment's metadata."""
    names = [cell.id.removeprefix("exercise-") for cell in notebook.cells if cell.id.startswith("exercise-")]
    everything = "\n\n".join(taken_out(notebook, name) for name in names)
    notebook.cells.append(nbformat.v4.new_code_cell(everything))
    return stripped_without_ids(notebook)


def moved_and_emptied(notebook):
    written = notebook.cell(f"exercise-{SECOND}").source
    notebook.write(SECOND, "")
    return notebook.end(written).text()


def moved_before_the_unwritten_cell(notebook):
    """Run in order, the cell as it was released would define the function anew."""
    written = notebook.cell(f"exercise-{SECOND}").source
    notebook.write(SECOND, notebook.stubs[SECOND])
    return notebook.begin(written).text()


def swapped(notebook):
    one, other = notebook.cell(f"exercise-{FIRST}"), notebook.cell(f"exercise-{SECOND}")
    one.source, other.source = other.source, one.source
    return notebook.text()


def renamed_by_assignment(notebook):
    cell = notebook.cell(f"exercise-{FIRST}")
    written = cell.source.replace(f"def {FIRST}", "def mine")
    cell.source = "# see below"
    return notebook.end(f"{written}\n\n{FIRST} = mine").text()


def exercise_made_markdown(notebook):
    notebook.cell(f"exercise-{FIRST}").cell_type = "markdown"
    return notebook.text()


def exercise_made_raw_without_marks(notebook):
    notebook.cell(f"exercise-{FIRST}").cell_type = "raw"
    return stripped_without_ids(notebook)


def prose_made_code(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("header-"):
            cell.cell_type = "code"
    return notebook.text()


def checks_retyped(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.cell_type = "raw"
    return notebook.text()


def prose_deleted(notebook):
    notebook.node.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return notebook.text()


def backwards(notebook):
    notebook.cells.reverse()
    return notebook.text()


def copied(notebook):
    for cell in list(notebook.cells):
        again = copy.deepcopy(cell)
        again["id"] = "again-" + cell.id
        notebook.cells.insert(notebook.cells.index(cell) + 1, again)
    return notebook.text()


def split(notebook):
    """A helper of the first exercise in a cell of its own, both with the metadata, as JupyterLab splits."""
    cell = notebook.cell("exercise-lstm_gates")
    first = copy.deepcopy(cell)
    first["id"], first.source = "split", "def squash(z):\n    return sigmoid(z)\n"
    cell.source = cell.source.replace("sigmoid(", "squash(")
    notebook.cells.insert(notebook.cells.index(cell), first)
    return notebook.text()


def further_cells(notebook):
    for _ in range(20):
        notebook.begin("# scratch\nx = [1, 2, 3]")
        notebook.cells.append(nbformat.v4.new_raw_cell("raw"))
    return notebook.text()


HONEST = {
    "byte order mark": (lambda n: "\ufeff" + n.text(), []),
    "nbformat 3": (old_format, ["marks missing"]),
    "no cell ids": (without_ids, []),
    "one id for all cells": (same_ids, []),
    "unknown kernel": (unknown_kernel, []),
    "metadata stripped": (stripped, []),
    "metadata as Colab leaves it": (as_colab, ["marks missing"]),
    "metadata as VS Code leaves it": (as_vs_code, []),
    "metadata and ids stripped": (stripped_without_ids, ["marks missing"]),
    "lines of Windows": (windows_lines, []),
    "null for metadata and outputs": (nulls, []),
    "checks deleted": (checks_deleted, ["check missing"]),
    "checks edited": (checks_edited, ["check edited"]),
    "checks retyped": (checks_retyped, ["check edited"]),
    "checks copied": (checks_copied, ["cell copied"]),
    "checks split": (checks_split, ["check edited", "cell copied"]),
    "checks reordered": (checks_reordered, ["reordered"]),
    "..": (dot_dot, []),
    "two exercises merged": (merged_into_the_first, ["cell moved"]),
    "an exercise merged into a later one": (merged_into_the_last, ["cell moved"]),
    "all exercises merged, marks gone": (
        merged_into_one_without_marks,
        ["cell moved", "reordered", "marks missing"],
    ),
    "an exercise emptied and written at the end": (moved_and_emptied, ["cell moved"]),
    "an exercise written before its cell": (moved_before_the_unwritten_cell, ["cell moved"]),
    "two exercises in each other's cells": (swapped, ["cell moved"]),
    "an exercise assigned elsewhere": (renamed_by_assignment, ["cell moved"]),
    "an exercise made Markdown": (exercise_made_markdown, ["cell retyped"]),
    "an exercise made raw, marks gone": (
        exercise_made_raw_without_marks,
        ["cell retyped", "marks missing"],
    ),
    "prose made code": (prose_made_code, []),
    "prose deleted": (prose_deleted, []),
    "backwards": (backwards, ["reordered"]),
    "every cell copied": (copied, ["cell copied"]),
    "an exercise split": (split, ["cell copied"]),
    "further cells": (further_cells, []),
}


@pytest.mark.parametrize(("broken", "flags"), HONEST.values(), ids=HONEST)
def test_right_work_keeps_its_points_whatever_became_of_the_file(lstm, broken, flags):
    lstm.put("eve", broken(lstm.right()))
    assert lstm.points() == lstm.full
    # A notebook twice as long may print more than is kept; that is no matter of the file.
    assert [name for name in lstm.flag_names if name != "output cut"] == flags
    assert all(flag["message"].endswith(".") for flag in lstm.flags if flag["name"] in flags)


def test_a_renamed_notebook_is_graded_and_said_to_be_renamed(lstm):
    lstm.put("eve", lstm.right().text(), "lstm (1) - Copy.ipynb")
    assert lstm.points() == lstm.full
    assert "lstm (1) - Copy.ipynb instead of lstm.ipynb" in flag(lstm, "renamed")


def test_of_two_notebooks_the_one_with_the_name_counts(lstm):
    lstm.put("eve", lstm.right().text())
    lstm.put("eve", lstm.unwritten().text(), "old.ipynb")
    assert lstm.points() == lstm.full
    assert "old.ipynb" in flag(lstm, "several notebooks")


def test_of_two_right_answers_the_first_counts_and_a_person_is_told(lstm):
    notebook = lstm.right().end(lstm.answers["lstm_gates"]).write("lstm_gates", "lstm_gates = None")
    assert lstm.points(notebook) == lstm.without("lstm_gates")
    assert "which one was meant" in flag(lstm, "written twice")


def test_another_assignments_notebook_is_recognised(lstm):
    lstm.put("eve", nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])))
    assert lstm.points() == lstm.nothing()
    assert "ask for the right notebook" in flag(lstm, "another notebook")


def test_a_deleted_exercise_costs_itself_only_and_is_named(lstm):
    notebook = lstm.right()
    notebook.cells.remove(notebook.cell("exercise-lstm_gates"))
    assert lstm.points(notebook) == lstm.without("lstm_gates")
    assert "lstm_gates" in flag(lstm, "cell missing")


def test_nothing_written_is_nothing_earned_and_nothing_odd(lstm):
    assert lstm.points(lstm.unwritten()) == lstm.nothing()
    assert lstm.flags == []


# In the cell of an exercise that others need, all others right.
@pytest.mark.parametrize(
    "source",
    [
        "def lstm_gates(xt, a_prev, parameters)\n    return 1",
        "def lstm_gates(xt, a_prev, parameters):\n\treturn 1\n        return 2",
        "def lstm_gates(xt, a_prev, parameters):\n    return float(input('a gate? '))",
        "lstm_gates = 3",
        "",
        "%%bash\necho right",
        "!pip install answers",
        "raise SystemExit",
        "exit()",
        "1 / 0",
    ],
)
def test_a_cell_that_fails_costs_its_exercise_only(lstm, source):
    assert lstm.points(lstm.right().write("lstm_gates", source)) == lstm.without("lstm_gates")
    assert lstm.flags == []


# Beside right answers.
@pytest.mark.parametrize(
    "source",
    [
        "name = input('your name? ')",
        "%%writefile numpy.py\nraise SystemExit",
        "open('random.py', 'w').write('raise SystemExit')\nimport random",
        "list = tuple = dict = print = len = max = 3",
        "check = None",
        "import warnings, logging, sys\nwarnings.simplefilter('error')\nlogging.error('x')\nsys.stderr.write('y')",
        "np.seterr(all='raise')",
        "1 / 0",
        "import sys; sys.stdout = sys.stderr = None",
        "get_ipython().user_ns['__name__'] = 'x'",
        "import os\nos.chdir('/')\nos.environ.clear()",
        "import json\ndel json.dumps",
        "import torch",
        "import os\nos._exit(0)",
    ],
)
def test_what_fails_beside_right_answers_costs_nothing(lstm, source):
    assert lstm.points(lstm.right().begin(source)) == lstm.full
    assert set(lstm.flag_names) <= {"process ended"}


def test_a_module_beside_the_notebook_shadows_nothing(lstm):
    lstm.put("eve", "raise SystemExit", "numpy.py")
    lstm.put("eve", "raise SystemExit", "sitecustomize.py")
    lstm.put("eve", lstm.right().text())
    assert lstm.points() == lstm.full
    assert lstm.flags == []
