"""Grading a submission: points follow what the functions give, whatever the notebook does beside it."""

import pytest

from autograder.demo import plain
from autograder.exercise import body
from autograder.exercises import exercises
from autograder.grading import Job, JobCell, grade, try_file, unneeded_demos
from autograder.judge import seed_for
from autograder.release import view
from autograder.sandbox import Jail, Limits

SETUP = (
    "import numpy as np\nfrom autograder import check\nfrom seqlib.activations import sigmoid, softmax\n"
    "from seqlib.mine import gradient_error, numeric_gradient"
)
LSTM = exercises("04-lstm")
NAMES = [exercise.name for exercise in LSTM]
SEED = seed_for(b"a secret", "student", "04-lstm")
CELL_BACKWARD = (
    "def lstm_cell_backward(da_next, dc_next, cache):\n"
    "    gates = lstm_gates_backward(da_next, dc_next, cache)\n"
    "    inputs = lstm_inputs_backward(da_next, dc_next, gates, cache)\n"
    "    return {**inputs, **lstm_parameters_backward(gates, cache)}\n"
)


@pytest.fixture(scope="module")
def jail(tmp_path_factory):
    limits = Limits(cell_cpu_s=2, cell_wall_s=20, notebook_cpu_s=30, notebook_wall_s=120)
    with Jail(view("04-lstm", tmp_path_factory.mktemp("view")), limits=limits) as jail:
        yield jail


def job(changes=None, before="", after=""):
    """A submission with the right functions, but for those in `changes`, and further cells first and last."""
    sources = {exercise.name: plain(body(exercise.function)) for exercise in LSTM} | (changes or {})
    cells = [("setup", None, SETUP), ("student", None, before)]
    for name in NAMES:
        if name == "lstm_backward":
            cells.append(("setup", None, CELL_BACKWARD))
        cells += [("exercise", name, sources[name]), ("check", name, f"check({name})")]
    cells.append(("student", None, after))
    return Job(
        "04-lstm", "student", [JobCell(i, s, role, name) for i, (role, name, s) in enumerate(cells)], SEED
    )


def points(result):
    return {name: verdict.points for name, verdict in result.verdicts.items()}


FULL = {exercise.name: exercise.points for exercise in LSTM}


def mistaken_source(name, mistake):
    exercise = next(exercise for exercise in LSTM if exercise.name == name)
    source = plain(body(exercise.function))
    found = next(m for m in exercise.mistakes if m.name == mistake)
    for old, new in found.replacements:
        assert old in source
        source = source.replace(old, new)
    return source


def test_right_work_gets_all_100_points(jail):
    result = grade(job(), jail)
    assert points(result) == FULL and sum(FULL.values()) == 100
    assert not result.flags


def test_a_mistake_costs_its_own_exercise_only(jail):
    source = mistaken_source("lstm_cell_forward", "one_minus_forget")
    result = grade(job({"lstm_cell_forward": source}), jail)
    lost = {name for name, earned in points(result).items() if earned < FULL[name]}
    assert lost == {"lstm_cell_forward"}
    assert result.verdicts["lstm_cell_forward"].mistakes[0] == "one_minus_forget"
    assert "the fault lies in lstm_cell_forward" in result.verdicts["lstm_forward"].rows[0].message


def test_an_unwritten_function_does_not_cost_those_that_call_it(jail):
    stub = "def lstm_gates(xt, a_prev, parameters):\n    raise NotImplementedError\n"
    earned = points(grade(job({"lstm_gates": stub}), jail))
    assert earned == {**FULL, "lstm_gates": 0}


def test_what_was_answered_cannot_be_carried_into_a_graded_row(jail):
    """The second round answers only what is needed, in a process of its own, on inputs of its own."""
    spy = (
        "seen = []\n"
        "def lstm_cell_forward(*arguments):\n"
        "    return seen[-1]\n"
        "def lstm_forward(x, a0, parameters):\n"
        "    seen.append(lstm_cell_forward(x[:, :, 0], a0, a0 * 0, parameters))\n"
        "    return seen[-1][0]\n"
    )
    earned = points(grade(job({"lstm_cell_forward": spy, "lstm_forward": "pass"}), jail))
    assert earned["lstm_cell_forward"] == 0 and earned["lstm_forward"] == 0


def test_points_earned_around_a_cell_that_ends_the_process_are_kept(jail):
    source = "import os\nos._exit(0)"
    result = grade(job({"lstm_forward": source}), jail)
    assert points(result) == {**FULL, "lstm_forward": 0}
    assert any("ended its process" in flag["message"] for flag in result.flags)


def test_a_function_that_ends_the_process_costs_itself_only(jail):
    source = "def lstm_forward(x, a0, parameters):\n    import os\n    os._exit(0)\n"
    result = grade(job({"lstm_forward": source}), jail)
    assert points(result) == {**FULL, "lstm_forward": 0}
    assert "ended the process" in result.verdicts["lstm_forward"].text()


def test_an_endless_loop_costs_itself_only(jail):
    source = "def lstm_gates_backward(da_next, dc_next, cache):\n    while True:\n        pass\n"
    result = grade(job({"lstm_gates_backward": source}), jail)
    assert points(result) == {**FULL, "lstm_gates_backward": 0}
    assert "took too long" in result.verdicts["lstm_gates_backward"].text()
    assert [flag["name"] for flag in result.flags] == ["time limit"]


def test_patched_numpy_changes_no_verdict(jail):
    patch = "np.tanh = lambda z: z\nnp.allclose = lambda *a, **k: True\nnp.ndarray.__eq__ = None"
    earned = points(grade(job(before=patch.splitlines()[0]), jail))
    assert earned["lstm_cell_forward"] < FULL["lstm_cell_forward"]
    honest = points(grade(job(before=patch.splitlines()[1]), jail))
    assert honest == FULL


def test_the_reference_is_not_there_to_be_returned(jail):
    source = "from seqlib.lstm import lstm_forward"
    result = grade(job({"lstm_forward": source}), jail)
    assert points(result)["lstm_forward"] == 0
    source = "from seqlib.mine import lstm_forward"
    assert points(grade(job({"lstm_forward": source}), jail))["lstm_forward"] == 0


def test_torch_is_no_answer(jail):
    source = "import torch\ndef lstm_forward(x, a0, parameters):\n    return torch.nn.LSTM\n"
    assert points(grade(job({"lstm_forward": source}), jail)) == {**FULL, "lstm_forward": 0}


def test_grading_twice_gives_the_same(jail):
    changes = {"lstm_cell_forward": mistaken_source("lstm_cell_forward", "one_minus_forget")}
    first, second = grade(job(changes), jail).to_dict(), grade(job(changes), jail).to_dict()
    assert first == second


def test_another_student_gets_other_inputs():
    assert seed_for(b"a secret", "other", "04-lstm") != SEED


def test_the_learners_outputs_are_kept(jail):
    done = job(after="print('hello')")
    result = grade(done, jail)
    outputs = result.outputs[done.cells[-1].index]
    assert outputs[0]["text"] == "hello\n" and result.from_dict(result.to_dict()).outputs == result.outputs


def test_demonstrations_run_only_when_a_later_cell_needs_them():
    cells = [
        JobCell(0, "rate = 0.1\nimport this", "demo"),
        JobCell(1, "figure = plot()", "demo"),
        JobCell(2, "print(rate)", "student"),
        JobCell(3, "print(figure)", "demo"),
    ]
    assert unneeded_demos(tuple(cells)) == {1, 3}
    local = "def f():\n    figure = 1\n    return figure"
    assert unneeded_demos((cells[1], JobCell(2, local, "exercise"))) == {1}
    assert unneeded_demos((cells[1], JobCell(2, "def f():\n    return figure", "exercise"))) == set()


def test_try_judges_a_file(tmp_path):
    file = tmp_path / "candidate.py"
    head = "import numpy as np\nfrom seqlib.activations import sigmoid, softmax\n"
    file.write_text(head + plain(body(LSTM[1].function)))
    assert try_file("lstm_cell_forward", file).passed
    file.write_text(head + mistaken_source("lstm_cell_forward", "one_minus_forget"))
    verdict = try_file("lstm_cell_forward", file)
    assert not verdict.passed and verdict.mistakes == ["one_minus_forget"]
    file.write_text("import nothing_of_this_name")
    verdict = try_file("lstm_cell_forward", file)
    assert verdict.points == 0 and "cannot be run" in verdict.text()


def test_a_generator_overwritten_by_mistake_costs_nothing(jail):
    result = grade(job(before="import random\nnp.random.seed = 0\nrandom.seed = 1"), jail)
    assert points(result) == FULL


def test_every_function_that_ends_its_process_costs_itself_only(jail):
    ending = {name: f"def {name}(*arguments):\n    import os\n    os._exit(0)\n" for name in NAMES[:6]}
    earned = points(grade(job(ending), jail))
    assert earned == {**FULL, **dict.fromkeys(NAMES[:6], 0)}


def test_a_small_question_with_a_huge_answer_is_not_answered(jail):
    source = (
        "def lstm_cell_forward(xt, a_prev, c_prev, parameters):\n"
        "    n = 5000\n"
        "    wide = {**{'W' + k: np.ones((n, 1)) for k in 'fuco'}, **{'b' + k: np.zeros((n, 1)) for k in 'fuco'}}\n"
        "    lstm_gates(np.ones((0, n)), np.ones((1, n)), wide)\n"
    )
    result = grade(job({"lstm_gates": "pass", "lstm_cell_forward": source}), jail)
    assert "is not answered" in result.verdicts["lstm_cell_forward"].text()


def test_the_log_has_one_line_for_each_cell_however_often_it_ran(jail):
    stub = "def lstm_gates(xt, a_prev, parameters):\n    raise NotImplementedError\n"
    done = job({"lstm_gates": stub}, before="1 / 0")
    lines = [line.split(":")[0] for line in grade(done, jail).log if line.startswith("cell ")]
    run = [cell for cell in done.cells if cell.role != "check"]
    assert lines == [f"cell {cell.index + 1}" for cell in run]
