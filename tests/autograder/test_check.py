"""What a learner meets in a notebook: rows, diagnoses, answers to wrong use, and a library that grows."""

import importlib.util
import inspect

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.audit import Here
from autograder.check import Stopped, check, verdict_on
from autograder.exercise import body, compiled, mistaken
from autograder.exercises import every_exercise, every_function
from autograder.frozen import frozen_exercise, names
from autograder.judge import Trial, judge
from seqlib import mine

# Known mistakes divide by zero and take roots of what is negative.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

# A learner's notebook is one namespace; these stand for it.
NOTEBOOK = {"np": np}

EXERCISES = {name: exercise for name, (_, exercise) in every_function().items()}


def learner(exercise, source=None):
    """The learner's function of an exercise, defined among the learner's other functions as in a notebook."""
    namespace = dict(vars(inspect.getmodule(exercise.function)))
    exec(compile(source or body(exercise.function), "<ipython-input-1>", "exec"), namespace)
    return namespace[exercise.name]


def test_every_function_has_frozen_cases():
    assert set(names()) == set(every_exercise())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_right_function_passes_the_public_cases(name):
    verdict = verdict_on(learner(EXERCISES[name]))
    assert verdict.passed and verdict.points == EXERCISES[name].points
    assert "Public cases only" in verdict.text()


@pytest.mark.parametrize("name", EXERCISES)
def test_check_and_judge_show_the_same_rows_and_points(name):
    exercise = EXERCISES[name]
    wrong = mistaken(exercise, exercise.mistakes[0])
    here, outside = verdict_on(wrong), judge(exercise, Here(wrong, name), "a seed")
    assert [(row.name, row.max_points) for row in here.rows] == [
        (row.name, row.max_points) for row in outside.rows
    ]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_function_that_is_not_written_gets_no_points_and_says_so(name):
    exercise = EXERCISES[name]
    first_line = body(exercise.function).splitlines()
    end = next(i for i, line in enumerate(first_line) if line.rstrip().endswith(":"))
    stub = "\n".join(first_line[: end + 1]) + "\n    raise NotImplementedError\n"
    verdict = verdict_on(learner(exercise, stub))
    assert verdict.points == 0 and "not written yet" in verdict.text()


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.needs])
def test_a_fault_in_an_earlier_function_costs_nothing_and_is_located(name):
    exercise = EXERCISES[name]
    function = learner(exercise)

    def broken(*arguments):
        raise ValueError("this is the fault")

    for need in exercise.needs:
        function.__globals__[need] = broken
    verdict = verdict_on(function)
    assert verdict.passed, verdict.text()
    assert verdict.rows[0].message.startswith(f"counts as right: the fault lies in {exercise.needs[0]}")
    assert all(function.__globals__[need] is broken for need in exercise.needs)


def test_a_fault_that_shows_in_one_case_only_is_not_excused_by_the_second_round():
    exercise = EXERCISES["lstm_forward"]
    shown_by = frozen_exercise(exercise.name).cases[0].arguments["x"].flat[0]
    source = body(exercise.function).replace("return ", f"a = a + (x.flat[0] == {shown_by!r})\n    return ")
    verdict = verdict_on(learner(exercise, source))
    assert not verdict.passed and "counts as right" not in verdict.text(), verdict.text()


def test_changed_arguments_are_not_excused_where_the_second_round_is_cut_off():
    exercise = EXERCISES["encoder_context"]
    source = body(exercise.function).replace(
        "    encoder, m =", "    tokens[~mask.astype(bool)] = 0\n    encoder, m ="
    )
    verdict = verdict_on(learner(exercise, source))
    assert [row.passed for row in verdict.rows] == [True, True, False], verdict.text()


@pytest.mark.parametrize(
    "arguments, answer",
    [
        ((3,), "it wants one of your functions"),
        ((np.ones(2),), "it wants one of your functions"),
        ((np.tanh,), "'tanh' is not one of the exercises"),
        (("lstm_cell_forward",), "write check(lstm_cell_forward), without quotation marks"),
        (("lstm_cell_forwad",), "not one of the exercises; there are lstm_cell_forward"),
        ((lambda x: x,), "is not one of the exercises"),
        ((None,), "it wants one of your functions"),
    ],
)
def test_wrong_use_is_answered_not_thrown(arguments, answer, capsys):
    check(*arguments)
    assert answer in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["mask.astype(int)", "mask * 1.0", "mask.tolist()"])
def test_a_mask_of_other_things_than_true_and_false_does_not_pass(wrong):
    exercise = EXERCISES["pad_batch"]
    source = body(exercise.function).replace("return indices, mask", f"return indices, {wrong}")
    rows = {row.name: row for row in verdict_on(learner(exercise, source)).rows}
    assert rows["indices"].passed and not rows["mask"].passed
    assert "True and False" in rows["mask"].message


def test_what_stands_in_a_dict_the_wrong_way_round_costs_its_own_row():
    exercise = EXERCISES["build_vocabulary"]
    source = body(exercise.function).replace("{token: i for i, token", "{i: token for i, token")
    rows = {row.name: row for row in verdict_on(learner(exercise, source)).rows}
    assert rows["tokens in their order"].passed
    assert rows["index of each token"].mistake == "index_the_wrong_way_round"


ENDLESS = "def perplexity(log_probabilities, mask):\n    t = 0\n    while t < 3:\n        stop()\n"


def interrupted():
    """What the stop button does to a function that runs."""
    raise KeyboardInterrupt


def test_a_check_that_is_stopped_says_where_the_function_was():
    function = learner(EXERCISES["perplexity"], ENDLESS)
    function.__globals__["stop"] = interrupted
    with pytest.raises(Stopped) as caught:
        check(function)
    assert "stopped while your code was at line 4 of the cell" in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_a_check_that_is_stopped_before_it_calls_anything_says_so(monkeypatch):
    monkeypatch.setattr("autograder.check.names", interrupted)
    with pytest.raises(Stopped, match=r"^The check was stopped; nothing was judged\.$"):
        check("perplexity")


def test_a_notebook_shows_a_stopped_check_in_few_lines(capsys):
    shell = InteractiveShell.instance()
    try:
        shell.push({"check": check, "stop": interrupted})
        shell.run_cell(ENDLESS)
        result = shell.run_cell("check(perplexity)")
    finally:
        InteractiveShell.clear_instance()
    out = capsys.readouterr().out
    assert isinstance(result.error_in_exec, Stopped)
    assert "at line 4 of the cell in which you wrote: stop()" in out and "Nothing was judged" in out
    assert "Traceback" not in out and len(out.strip().splitlines()) <= 3


def test_check_prints_text_outside_notebooks(capsys):
    check(learner(EXERCISES["lstm_cell_forward"]))
    out = capsys.readouterr().out
    assert "lstm_cell_forward" in out and "14 / 14 points" in out


def test_html_shows_status_in_words_and_escapes():
    exercise = EXERCISES["lstm_cell_forward"]
    source = (
        'def lstm_cell_forward(xt, a_prev, c_prev, parameters):\n    raise ValueError("<script>x</script>")\n'
    )
    page = verdict_on(learner(exercise, source)).html()
    assert "WRONG" in page and "<script>" not in page and "&lt;script&gt;" in page


def test_what_passes_is_kept_and_stands_by_itself(tmp_path):
    exercise = EXERCISES["lstm_cell_forward"]
    source = (
        "SCALE = 1.0\n"
        "def squash(z):\n    return np.tanh(z) * SCALE\n"
        "def lstm_cell_forward(xt, a_prev, c_prev, parameters):\n"
        "    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)\n"
        "    c_next = ft * c_prev + ut * cct\n"
        "    a_next = ot * squash(c_next)\n"
        "    yt_pred = softmax(parameters['Wy'] @ a_next + parameters['by'])\n"
        "    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)\n"
    )
    path = tmp_path / "notebook.py"
    path.write_text(
        f"import numpy as np\nfrom seqlib.activations import softmax\nfrom seqlib.lstm import lstm_gates\n{source}"
    )
    notebook = imported(path)
    assert verdict_on(notebook.lstm_cell_forward).passed
    kept = mine.folder() / "lstm_cell_forward.py"
    again = imported(kept)
    assert "from seqlib.mine import lstm_gates" in kept.read_text()
    rows = Trial.draw(exercise, "kept").rows(
        Here(again.lstm_cell_forward, exercise.name).call(exercise.name, Trial.draw(exercise, "kept").inputs)
    )
    assert all(row.passed for row in rows)


def imported(path):
    """A file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_fails_is_not_kept():
    exercise = EXERCISES["lstm_cell_forward"]
    assert not verdict_on(mistaken(exercise, exercise.mistakes[0])).passed
    assert not mine.folder().exists()


def test_a_folder_that_cannot_be_written_does_not_hide_the_verdict(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEQLIB_HOME", str(tmp_path / "file"))
    verdict = verdict_on(learner(EXERCISES["lstm_cell_forward"]))
    assert verdict.passed and "could not be kept" in verdict.note


def test_frozen_cases_hold_no_source_of_a_solution():
    for name, exercise in EXERCISES.items():
        frozen = frozen_exercise(name)
        words = repr([frozen.mistakes, frozen.rows, frozen.layout.to_json()])
        for old, _ in (pair for mistake in exercise.mistakes for pair in mistake.replacements):
            assert len(old) < 12 or old not in words


def test_a_mistake_must_be_found_exactly_once_in_the_reference():
    from autograder.exercise import Mistake, MistakeError

    exercise = EXERCISES["lstm_cell_forward"]
    for old in ("not in the reference", "c_next"):
        with pytest.raises(MistakeError, match="expected exactly once"):
            mistaken(exercise, Mistake("gone", (old, "x"), "text"))


def test_compiled_functions_see_the_modules_other_functions():
    exercise = EXERCISES["lstm_cell_forward"]
    function = compiled(exercise.function, body(exercise.function))
    assert function is not exercise.function
    arguments = Trial.draw(exercise, "seed").inputs[0]
    for one, other in zip(
        function(*arguments.values())[:3], exercise.function(*arguments.values())[:3], strict=True
    ):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.needs])
def test_a_fault_of_its_own_is_not_excused_by_the_second_round_and_keeps_its_name(name):
    """Also where the frozen answers of what it needs do not fit."""
    exercise = EXERCISES[name]
    for mistake in exercise.mistakes:
        source = body(exercise.function)
        for old, new in mistake.replacements:
            source = source.replace(old, new)
        verdict = verdict_on(learner(exercise, source))
        assert verdict.mistakes[:1] == [mistake.name], verdict.text()
        assert "than in a right solution" not in verdict.text()


def test_a_list_of_the_wrong_length_is_said_so():
    exercise = EXERCISES["rnn_forward"]
    source = body(exercise.function).replace("(caches, x)", "(caches[-1:], x)")
    steps = exercise.dims[0]["T_x"]
    messages = " ".join(row.message for row in verdict_on(learner(exercise, source)).rows)
    assert f"is a list of 1; expected {steps}, one for each time step" in messages
