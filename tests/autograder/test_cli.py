"""Wrong use is answered, not thrown; right use prints what a person, or a program, wants to know."""

import json
import signal
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny

from autograder import batch, cli
from autograder.exercise import body
from autograder.exercises import every_exercise, find
from autograder.sandbox import NoSandbox
from autograder.syllabus import Assignment, Part


@pytest.fixture
def run(capsys):
    def command(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return command


@pytest.fixture
def in_course(run, tiny_course, monkeypatch):
    monkeypatch.setattr(batch, "Processes", lambda workers: ThreadPoolExecutor(1))
    yield lambda *arguments: run("--course", tiny_course.root, *arguments)
    batch.close_jails()


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["grade", "99-none"], "There is no assignment '99-none'. The assignments here are: 01-tiny."),
        (["grade", tiny.NAME], "There are no submissions of 01-tiny"),
        (["feedback", tiny.NAME], "Nothing of 01-tiny is graded yet"),
        (["report", tiny.NAME], "Nothing of 01-tiny is graded yet"),
        (["replay", tiny.NAME, "ada"], "ada handed in no 01-tiny"),
        (["release", "99-none"], "There is no assignment"),
        (["build", "gru"], "There is no assignment or topic 'gru'. There are: 01-tiny."),
        (["try", "lstm_forwards", "file.py"], "did you mean lstm_forward"),
        (["try", "lstm_forward", "none.py"], "none.py cannot be read"),
        (["audit", "none"], "no assignment 'none'"),
    ],
)
def test_wrong_use_is_answered_with_status_2(in_course, arguments, answer):
    status, out, err = in_course(*arguments)
    assert status == cli.MISUSED
    assert answer in err and "Traceback" not in err and out == ""


def test_outside_a_course_it_says_what_to_do(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run("grade", tiny.NAME)
    assert status == cli.MISUSED and "--course FOLDER" in err


@pytest.mark.parametrize("arguments", [[], ["grades"], ["grade"], ["grade", tiny.NAME, "--workers", "0"]])
def test_a_command_that_does_not_parse_has_status_2(arguments):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == cli.MISUSED


def test_no_sandbox_is_said_and_nothing_is_graded(in_course, hand_in, solved, monkeypatch):
    hand_in("ada", solved)

    def refuse(*_, **__):
        raise NoSandbox("No jail holds on this system. Install bubblewrap.")

    monkeypatch.setattr(batch, "Jail", refuse)
    status, _, err = in_course("grade", tiny.NAME)
    assert status == cli.FAILED and "Install bubblewrap" in err


def test_grade_prints_the_list_and_where_things_lie(in_course, hand_in, solved, tiny_course):
    hand_in("ada", solved)
    for cell in solved.cells:
        cell.source = cell.source.replace("Wax @ xt + ba", "Wax @ xt")
    hand_in("ben", solved)
    status, out, _ = in_course("grade", tiny.NAME)
    assert status == 0
    ada, ben = (next(line for line in out.splitlines() if line.startswith(name)) for name in ("ada", "ben"))
    assert "100 / 100" in ada and "rnn_cell_forward: no_bias" in ben
    assert str(tiny_course.root / "grades.csv") in out and "class report" in out
    status, out, _ = in_course("grade", tiny.NAME, "--student", "ada", "--json")
    assert status == 0
    assert [(line["student"], line["score"]) for line in json.loads(out)] == [("ada", 100)]
    status, out, _ = in_course("replay", tiny.NAME, "ben", "a_next")
    assert status == 0
    assert "rnn_cell_forward: a_next: WRONG" in out and "given (5, 4)" in out and "expected (5, 4)" in out
    status, out, _ = in_course("replay", tiny.NAME, "ben", "no such row")
    assert status == cli.MISUSED


def test_exercises_are_listed_for_people_and_for_programs(run):
    status, out, _ = run("exercises", "--json")
    listed = json.loads(out)
    assert status == 0 and [item["name"] for item in listed] == list(every_exercise())
    for item in listed:
        assert item["points"] == sum(row["points"] for row in item["rows"])
        assert set(item) >= {"assignment", "kind", "signature", "arguments", "result", "needs", "mistakes"}
    status, out, _ = run("exercises")
    assert status == 0 and "lstm_cell_forward" in out


def test_try_has_status_0_only_for_all_points(run, tmp_path):
    _, exercise = find("stack_parameters")
    file = tmp_path / "answer.py"
    file.write_text("from __future__ import annotations\nimport numpy as np\n" + body(exercise.function))
    status, out, _ = run("try", exercise.name, file, "--json")
    found = json.loads(out)
    assert status == 0 and found["passed"] and found["points"] == found["max_points"] == exercise.points
    assert set(found) >= {"exercise", "points", "max_points", "passed", "rows", "flags"}
    assert set(found["rows"][0]) == {"name", "points", "max_points", "passed", "message", "mistake"}
    file.write_text("import numpy as np\ndef stack_parameters(parameters):\n    return {}\n")
    status, out, _ = run("try", exercise.name, file)
    assert status == cli.FAILED and "WRONG" in out
    file.write_text("1 / 0")
    status, out, _ = run("try", exercise.name, file, "--json")
    assert status == cli.FAILED and json.loads(out)["points"] == 0


def test_doctor_names_the_sandbox(run):
    status, out, _ = run("doctor")
    assert status == 0 and out.startswith("sandbox: ")


def wrong(notebook):
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace("Wax @ xt + ba", "Wax @ xt")
    return notebook


def test_a_part_is_graded_as_its_assignments_that_were_handed_in(in_course, hand_in, solved, monkeypatch):
    small = Part("part-1", "Small", (Assignment(tiny.NAME, "Tiny", 1),))
    monkeypatch.setattr("autograder.store.PARTS", (small,))
    status, out, err = in_course("grade", "part-1")
    assert status == cli.MISUSED and "There are no submissions of part-1 (01-tiny)" in err
    hand_in("ada", solved)
    hand_in("ben", wrong(solved))
    hand_in("cem", "{ not json")
    status, out, _ = in_course("grade", "part-1", "--student", "ada", "--student", "cem", "--json")
    listed = json.loads(out)
    assert status == 0
    assert [(line["assignment"], line["student"], line["score"]) for line in listed] == [
        (tiny.NAME, "ada", 100), (tiny.NAME, "cem", 0)
    ]  # fmt: skip
    assert all(
        list(line) == [
            "assignment", "student", "score", "max_score", "recognised", "flags", "raw_score", "penalty", "error"
        ]
        for line in listed
    )  # fmt: skip
    assert set(listed[1]["flags"][0]) == {"name", "message", "cell"}
    status, _, err = in_course("grade", "part-2")
    assert status == cli.MISUSED and "The parts of the course are part-1" in err
    status, _, err = in_course("grade", "part-1", "--student", "zoe")
    assert status == cli.MISUSED and "zoe handed in no" in err


def test_what_was_flagged_is_said_with_its_reason(in_course, hand_in, solved):
    hand_in("honest-1", solved)
    hand_in("cem", "{ not json")
    status, out, err = in_course("grade", tiny.NAME)
    assert status == 0
    noticed = out.split("to look at")[-1]
    assert (
        "cem" in noticed
        and "unreadable" in noticed
        and "ask for" in noticed.lower()
        and "honest-1" not in noticed
    )
    assert "2/2" in err and "Traceback" not in err
    assert all("\r" not in line and "\x1b" not in line for line in err.splitlines())


def test_the_log_of_one_submission_is_told(in_course, hand_in, solved):
    status, _, err = in_course("log", tiny.NAME, "ada")
    assert status == cli.MISUSED and "not graded yet" in err
    solved.cells.append(nbformat.v4.new_code_cell("1 / 0"))
    hand_in("ada", solved)
    in_course("grade", tiny.NAME)
    status, out, _ = in_course("log", tiny.NAME, "ada")
    assert status == 0
    assert "100 points in the sandbox" in out and "ZeroDivisionError" in out
    assert "s of processor time" in out and "rnn_cell_forward: 60 points" in out
    status, out, _ = in_course("log", tiny.NAME, "ada", "--json")
    told = json.loads(out)
    assert told["jail"] in ("bubblewrap", "landlock") and told["run"]["seconds"] > 0
    assert told["points"] == {"rnn_cell_forward": 60, "stack_parameters": 40}


def test_the_help_says_what_json_and_the_exit_status_mean(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    told = capsys.readouterr().out
    assert "exit status" in told and '"recognised"' in told and "--scheduler" in told
    with pytest.raises(SystemExit) as left:
        cli.main(["grade", tiny.NAME, "--workers", "2", "--scheduler", "tcp://x:1"])
    assert left.value.code == cli.MISUSED


def test_names_are_left_out_of_an_anonymous_report(in_course, hand_in, solved, tiny_course):
    hand_in("ada-lovelace", solved)
    in_course("grade", tiny.NAME)
    page = tiny_course.root / "report.html"
    assert in_course("report", tiny.NAME, "--anonymous", "--out", page)[0] == 0
    assert "ada-lovelace" not in page.read_text()


def test_ctrl_c_while_a_weak_reference_is_cleared_still_ends_the_command(run, monkeypatch):
    """Python reports such an exception and goes on."""

    def long(arguments):
        thing = type("Thing", (), {})()
        reference = weakref.ref(thing, lambda gone: signal.raise_signal(signal.SIGINT))
        del thing
        assert reference() is None
        time.sleep(10)
        return 0

    monkeypatch.setattr(cli, "answered", long)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status, _, err = run()
    finally:
        signal.signal(signal.SIGINT, before)
    assert status == cli.INTERRUPTED
    assert err == "\nStopped. What was finished is kept; the same command goes on from there.\n"
