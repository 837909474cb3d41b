"""One source becomes a notebook that nbgrader understands, and gives nothing away."""

import re

import nbformat
import pytest
import tiny

from autograder import course as building
from autograder.cli import main
from autograder.course import BuildError
from autograder.exercises import every_function
from autograder.layout import Array, Each


def build_source(tmp_path, text, exercises=tiny.EXERCISES):
    source = tmp_path / tiny.NAME / "tiny.py"
    source.parent.mkdir(exist_ok=True)
    source.write_text(text)
    return building.marked_notebook(source, exercises)


def grade_ids(notebook, key):
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [mark["grade_id"] for mark in marks if mark.get(key)]


def test_exercise_and_check_cells_carry_nbgraders_marks(solved):
    assert grade_ids(solved, "solution") == ["rnn_cell_forward", "stack_parameters"]
    assert grade_ids(solved, "grade") == ["check-rnn_cell_forward", "check-stack_parameters"]
    points = [cell.metadata["nbgrader"]["points"] for cell in solved.cells if "check-" in cell.id]
    assert points == [60, 40]


def test_the_header_states_points_time_shapes_and_rows(solved):
    header = next(cell.source for cell in solved.cells if cell.id == "header-rnn_cell_forward")
    assert header.startswith("### Exercise 1: One step of the cell")
    for text in ("**60 points**", "20 minutes", "easy ●○○", "`(n_x, m)`", "input of this step", "yt_pred 19"):
        assert text in header
    assert "<summary>Hint 1: the sum</summary>" in header


@pytest.mark.parametrize("name", every_function())
def test_a_result_is_described_within_a_sentence(name):
    header = building.header(every_function()[name][1], 1)
    described = [line for line in header.splitlines() if line.startswith("Returns")]
    assert not re.search(
        r"^Returns( a \w+:)? (The|An?|At|From|For|Each|All|[A-Z][a-z]{3,}) ", " ".join(described)
    )


def test_sizes_are_code_and_words_are_words():
    assert building.shape(Each(Array("n"), "T_x")) == "list, one for each of `T_x`: `(n,)`"
    assert building.shape(Each(Array("n"), "hypothesis")) == "list, one for each hypothesis: `(n,)`"


def test_headers_and_checks_are_locked_in_the_release_and_exercises_are_not(released):
    locked = {cell.id for cell in released.cells if cell.metadata.get("editable") is False}
    assert locked == {
        "header-rnn_cell_forward", "check-rnn_cell_forward", "header-stack_parameters", "check-stack_parameters"
    }  # fmt: skip


def test_no_line_of_a_solution_is_in_the_release(solved, released):
    assert len(list(building.solution_lines(solved))) >= 5
    assert building.leaks(solved, released) == []
    assert all("YOUR CODE HERE" in cell.source for cell in released.cells if cell.id.startswith("exercise-"))


def test_a_solution_repeated_outside_its_marks_is_found(tmp_path, released):
    leaking = tiny.SOURCE.replace(
        'print("a demonstration")', "a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)"
    )
    notebook = build_source(tmp_path, leaking)
    found = building.leaks(notebook, building.release_version(notebook, tiny.NAME))
    assert found == ["a_next=np.tanh(Waa@a_prev+Wax@xt+ba)"]


def test_a_cells_id_stays_when_another_cell_changes(solved, tmp_path):
    changed = build_source(tmp_path, tiny.SOURCE.replace("Some prose.", "Other prose."))
    ids, others = [cell.id for cell in solved.cells], [cell.id for cell in changed.cells]
    assert ids[1:] == others[1:] and ids[0] != others[0]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('# %% check="stack_parameters"\ncheck(stack_parameters)\n', "", "cells marked check"),
        ('exercise="stack_parameters"', 'exercise="stack_weights"', "no such exercise"),
        ("{exercise: stack_parameters}", "{exercise: stack_weights}", "stack_weights"),
        ("    ### END SOLUTION\n\n# %% check", "\n# %% check", "needs one"),
        ("def stack_parameters", "def stacked_parameters", "defines"),
    ],
)
def test_a_source_that_does_not_fit_the_registry_is_refused(tmp_path, old, new, complaint):
    assert old in tiny.SOURCE
    with pytest.raises(BuildError, match=complaint):
        build_source(tmp_path, tiny.SOURCE.replace(old, new))


def test_an_assignment_must_add_up_to_100_points(tmp_path):
    exercises = [tiny.EXERCISES[0], *tiny.EXERCISES[:0]]
    text = tiny.SOURCE.split('# %% [markdown]\n"""\n{exercise: stack_parameters}')[0]
    with pytest.raises(BuildError, match="add up to 60 points, not 100"):
        build_source(tmp_path, text, exercises)


def test_the_solution_runs_and_a_failing_cell_is_named(tmp_path, solved):
    run = building.execute(solved, tiny.NAME, tmp_path)
    demonstration = next(cell for cell in run.cells if "demo" in cell.metadata.get("tags", []))
    assert demonstration.outputs[0].text == "a demonstration\n"
    broken = build_source(tmp_path, tiny.SOURCE.replace('print("a demonstration")', "1 / 0"))
    with pytest.raises(BuildError, match="1 / 0"):
        building.execute(broken, tiny.NAME, tmp_path)


def test_staleness_is_told_from_sources_not_from_outputs(tiny_course, solved, released, monkeypatch, capsys):
    monkeypatch.setattr(building, "stale_cases", lambda topic: [])
    source = tiny_course.folder("source", tiny.NAME) / "tiny.py"
    path = building.solution_path(tiny_course, tiny.NAME)
    assert building.stale(tiny_course, tiny.NAME, source) == ["solutions/01-tiny/tiny.ipynb does not exist"]
    solved.cells[1].outputs = [nbformat.v4.new_output("stream", text="whatever this machine prints")]
    nbformat.write(solved, path)
    assert building.stale(tiny_course, tiny.NAME, source) == []
    arguments = ["--course", str(tiny_course.root), "build", "tiny", "--check"]
    assert main(arguments) == 0
    source.write_text(tiny.SOURCE.replace("Some prose.", "Other prose."))
    assert main(arguments) == 1
    assert "assignments/01-tiny/tiny.ipynb was made from another version" in capsys.readouterr().out
    source.write_text(tiny.SOURCE)
    released.cells[3].source += "\n# a hint too many"
    nbformat.write(released, building.release_path(tiny_course, tiny.NAME))
    assert building.stale(tiny_course, tiny.NAME, source) == [
        "assignments/01-tiny/tiny.ipynb has been changed by hand"
    ]
