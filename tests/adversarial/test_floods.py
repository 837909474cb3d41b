"""Floods: what uses too much of anything costs its own points at most, is said to, and holds nobody else up."""

from dataclasses import replace

import numpy as np
import pytest

from autograder import grading
from autograder.batch import PRELOAD
from autograder.compare import compare
from autograder.demo import plain
from autograder.exercise import body
from autograder.exercises import rnn
from autograder.grading import Job, JobCell, grade
from autograder.judge import seed_for
from autograder.release import view
from autograder.sandbox import Jail, Limits
from autograder.sandbox import session as sessions

NAME = "02-rnn"
KEPT = ("rnn_cell_forward", "stack_parameters", "rnn_forward")
# No submission of a test may come near a limit that the test is not about, however busy the machine.
LIMITS = Limits(
    cell_cpu_s=3,
    cell_wall_s=60,
    notebook_cpu_s=60,
    notebook_wall_s=300,
    memory_mb=768,
    file_mb=4,
    output_bytes=20_000,
    notebook_output_bytes=50_000,
    result_mb=8,
)
SETUP = "import numpy as np\nfrom seqlib.activations import softmax\n"


@pytest.fixture(scope="module", autouse=True)
def few_exercises():
    """Three exercises of the recurrent network on drawn cases alone: enough to see what a flood costs."""
    few = [
        replace(exercise, extra=(), rows=[row for row in exercise.rows if row.cases == "drawn"])
        for exercise in rnn.EXERCISES
        if exercise.name in KEPT
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rnn, "EXERCISES", few)
        yield few


class Class:
    """Grades submissions, and an honest one after each in the same jail."""

    def __init__(self, jail, exercises):
        self.jail = jail
        self.answers = {exercise.name: plain(body(exercise.function)) for exercise in exercises}
        self.full = {exercise.name: exercise.points for exercise in exercises}
        self.honest = self.graded("honest", self.cells()).to_dict()

    def cells(self, before="", after="", **changes):
        """A right notebook but for `changes` by exercise, with a cell before and one after the exercises."""
        found = [("setup", None, SETUP), ("student", None, before)]
        for name, source in (self.answers | changes).items():
            found += [("exercise", name, source), ("check", name, f"check({name})")]
        found.append(("student", None, after))
        return [JobCell(i, source, role, name) for i, (role, name, source) in enumerate(found)]

    def graded(self, student, cells, **limits):
        job = Job(NAME, student, cells, seed_for(b"a secret", student, NAME), replace(LIMITS, **limits))
        return grade(job, self.jail)

    def grade(self, cells, **limits):
        """Grade this submission, then the honest one again: it comes out as it did before."""
        result = self.graded("eve", cells, **limits)
        assert self.graded("honest", self.cells()).to_dict() == self.honest
        return result

    def without(self, *names):
        return {**self.full, **dict.fromkeys(names, 0)}


@pytest.fixture(scope="module")
def jail(tmp_path_factory):
    with Jail(view(NAME, tmp_path_factory.mktemp("view")), preload=PRELOAD[:1], limits=LIMITS) as jail:
        yield jail


@pytest.fixture(scope="module")
def rnn_class(jail, few_exercises):
    made = Class(jail, few_exercises)
    assert made.honest["flags"] == []
    assert {name: verdict["points"] for name, verdict in made.honest["verdicts"].items()} == made.full
    return made


def points(result):
    return {name: verdict.points for name, verdict in result.verdicts.items()}


def flagged(result):
    return [flag["name"] for flag in result.flags]


def said(result, name):
    return next(flag["message"] for flag in result.flags if flag["name"] == name)


# Cells beside right answers: each is refused or ended, and costs nothing but itself.
FLOODS = {
    "fork": ("import os\nwhile True: os.fork()", []),
    "fork without the system's function": (
        "import ctypes\nassert ctypes.CDLL(None).syscall(57) < 0\nassert ctypes.CDLL(None).syscall(58) < 0",
        [],
    ),
    "subprocesses": ("import subprocess\nwhile True: subprocess.Popen(['/bin/sh'])", []),
    "pools": ("import multiprocessing\nmultiprocessing.Pool(64)", []),
    "threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,)).start()",
        None,
    ),
    "memory at once": ("np.ones(10**11)", []),
    "memory bit by bit": ("kept = []\nwhile True: kept.append(np.empty(10**6))", []),
    "memory of small things": ("kept = {}\nwhile True: kept[len(kept)] = str(len(kept)) * 9", None),
    "disk, one file": ("open('f', 'wb').write(bytes(64 << 20))", []),
    "disk, many files": ("for k in range(10**6): open(f'f{k}', 'wb').write(bytes(1 << 20))", []),
    "disk, empty files": ("for k in range(10**6): open(f'f{k}', 'wb').close()", None),
    "disk, folders in folders": ("import os\nfor k in range(10**5):\n    os.mkdir('d'); os.chdir('d')", None),
    "descriptors": ("kept = []\nwhile True: kept.append(open('/dev/null'))", []),
    "sockets": ("import socket\nkept = []\nwhile True: kept.append(socket.socketpair())", []),
    "output": ("while True: print('flood' * 1000)", None),
    "outputs that are empty": ("from IPython.display import display\nwhile True: display('')", None),
    "pictures": (
        "from IPython.display import Image, display\nfor k in range(99): display(Image(b'x' * 10**6))",
        None,
    ),
    "an output that grows": (
        "from IPython.display import display\nh = display('', display_id=True)\nh.update('x' * 10**7)",
        None,
    ),
    "an error": ("raise ValueError('flood' * 10**6)", []),
    "an error of a long name": ("raise type('E' * 10**6, (Exception,), {})('x')", []),
    "a deep recursion": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", None),
    "a long number": ("import sys\nsys.set_int_max_str_digits(0)\nprint(10 ** (10 ** 6))", None),
    "signals to itself": (
        "import os, signal\nfor k in range(10**4): os.kill(os.getpid(), signal.SIGALRM)",
        None,
    ),
    "daemons that are threads": (
        "import threading\ndef spin():\n    while True: pass\n"
        "for k in range(3): threading.Thread(target=spin, daemon=True).start()",
        [],
    ),
    "daemons in a group of their own": ("import os\nif os.fork() == 0: os.setsid()", []),
    "daemons at the end": ("import atexit\natexit.register(lambda: [k for k in iter(int, 1)])", []),
    "stopping itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", None),
}


@pytest.mark.parametrize(("source", "flags"), FLOODS.values(), ids=FLOODS)
def test_a_flood_beside_right_answers_costs_nothing(rnn_class, source, flags):
    result = rnn_class.grade(rnn_class.cells(after=source))
    assert points(result) == rnn_class.full
    assert set(flagged(result)) <= (
        {"time limit", "process ended", "output cut"} if flags is None else set(flags)
    )
    assert len(str(result.to_dict())) < 100_000


# In the place of an answer: the exercise is lost, the others are not.
INSIDE = {
    "fork": "import os\n    while True: os.fork()",
    "memory": "x = [0] * 10**10",
    "disk": "open('f', 'wb').write(bytes(64 << 20))",
    "descriptors": "kept = []\n    while True: kept.append(open('/dev/null'))",
    "output": "for k in range(10**5): print('flood' * 100)",
    "error": "raise ValueError('flood' * 10**6)",
    "result": "return np.zeros(10**7)",
    "a view of more than there is": "return np.broadcast_to(0.0, (10**6, 10**6))",
    "a list for a result": "return [[0.0] * 10**6]",
    "a text for a result": "return 'flood' * 10**6",
    "a long number for a result": "return 10 ** 5000",
    "lists in lists": "x = []\n    for k in range(5000): x = [x]\n    return x",
    "a list that holds itself": "x = []\n    x.append(x)\n    return x",
    "a tree of shared lists": "x = 1.0\n    for k in range(30): x = [x, x]\n    return x",
    "an argument that grows": "parameters['x'] = np.zeros(10**7)",
    "no end": "while True: pass",
}


@pytest.mark.parametrize("source", INSIDE.values(), ids=INSIDE)
def test_a_flood_in_an_answer_costs_its_own_exercise(rnn_class, source):
    result = rnn_class.grade(
        rnn_class.cells(stack_parameters=f"def stack_parameters(parameters):\n    {source}\n")
    )
    assert points(result) == rnn_class.without("stack_parameters")
    assert set(flagged(result)) <= {"time limit", "process ended"}
    assert len(str(result.to_dict())) < 100_000


def test_an_array_returned_many_times_is_not_put_together_by_the_judge(rnn_class, monkeypatch):
    """One column of 8 KB, named 250,000 times: 2 GB where it is made into an array."""
    converted = []
    plain = np.asarray

    def watched(value, *arguments, **named):
        array = plain(value, *arguments, **named)
        converted.append(array.size)
        return array

    monkeypatch.setattr(np, "asarray", watched)
    source = "def stack_parameters(parameters):\n    x = np.zeros(1000)\n    rows = [[x] * 500] * 500\n    "
    source += "return {'Wa': rows, 'Wya': rows, 'ba': rows, 'by': rows}\n"
    result = rnn_class.grade(rnn_class.cells(stack_parameters=source))
    assert points(result) == rnn_class.without("stack_parameters")
    assert max(converted) < 10_000


def test_an_array_named_more_often_than_a_result_may_hold_is_refused(rnn_class):
    source = "def stack_parameters(parameters):\n    return [np.zeros(10**6)] * 1000\n"
    result = rnn_class.grade(rnn_class.cells(stack_parameters=source))
    assert points(result) == rnn_class.without("stack_parameters")
    assert "counted twice" in said(result, "process ended")


ASKING = """
def rnn_forward(x, a0, parameters):
    asked = 0
    try:
        while asked < 100000:
            rnn_cell_forward(x[:, :, 0], a0, parameters)
            asked += 1
    except ValueError as error:
        raise ValueError(f'after {asked}: {error}')
"""
WRONG_CELL = "def rnn_cell_forward(xt, a_prev, parameters):\n    return None\n"


def test_the_reference_is_asked_many_times_what_is_needed_and_no_more(rnn_class):
    result = rnn_class.grade(rnn_class.cells(rnn_cell_forward=WRONG_CELL, rnn_forward=ASKING))
    assert points(result) == rnn_class.without("rnn_cell_forward", "rnn_forward")


def test_one_who_goes_on_asking_is_stopped_and_uses_no_more_of_the_judge(rnn_class, monkeypatch):
    """The judge's own time in answering is counted as the submission's."""
    answered = []
    plain = sessions.Questions._answered

    def watched(questions, name, blobs):
        answered.append(name)
        return plain(questions, name, blobs)

    monkeypatch.setattr(sessions.Questions, "_answered", watched)
    asking = "def rnn_forward(x, a0, parameters):\n    while True:\n        try: rnn_cell_forward(x, a0, parameters)\n"
    asking += "        except ValueError: pass\n"
    result = rnn_class.grade(rnn_class.cells(rnn_cell_forward=WRONG_CELL, rnn_forward=asking))
    assert points(result) == rnn_class.without("rnn_cell_forward", "rnn_forward")
    assert answered and "took too long" in result.verdicts["rnn_forward"].rows[0].message
    assert "rnn_forward was stopped at its time limit" in said(result, "time limit")


@pytest.mark.parametrize(
    "waste",
    [
        "for k in range(3): step = rnn_cell_forward(x[:, :, t], a, parameters)",
        "step = rnn_cell_forward(x[:, :, t], start(x, a0, parameters, t), parameters)",
    ],
    ids=["each step three times", "from the start at every step"],
)
def test_honest_waste_is_answered(rnn_class, waste):
    source = f"""
def start(x, a0, parameters, t):
    a = a0
    for s in range(t):
        a = rnn_cell_forward(x[:, :, s], a, parameters)[0]
    return a

def rnn_forward(x, a0, parameters):
    a, states, outputs, caches = a0, [], [], []
    for t in range(x.shape[2]):
        {waste}
        a = step[0]
        states.append(step[0]); outputs.append(step[1]); caches.append(step[2])
    return np.stack(states, axis=2), np.stack(outputs, axis=2), (caches, x)
"""
    result = rnn_class.grade(rnn_class.cells(rnn_cell_forward=WRONG_CELL, rnn_forward=source))
    assert points(result) == rnn_class.without("rnn_cell_forward")


def test_outputs_are_cut_for_the_whole_notebook_too(rnn_class):
    cells = rnn_class.cells()
    flood = [JobCell(len(cells) + k, "print('x' * 15_000)", "student") for k in range(10)]
    last = [JobCell(len(cells) + 10, "raise ValueError('y' * 9000)", "student")]
    result = rnn_class.grade([*cells, *flood, *last])
    assert points(result) == rnn_class.full
    assert sum(len(str(outputs)) for outputs in result.outputs.values()) < 55_000
    assert "all that is left of the notebook's 50000" in result.outputs[len(cells) + 5][-1]["text"]
    assert "what is left of the 50000 bytes of a notebook; the rest was cut" in said(result, "output cut")
    assert result.outputs[len(cells) + 10][0]["ename"] == "ValueError"


def test_a_picture_of_more_pixels_than_a_browser_bears_is_left_out(rnn_class):
    """40,000 by 40,000 pixels of one colour in 200 bytes."""
    source = (
        "import struct, zlib\nfrom IPython.display import Image, display\n"
        "def piece(kind, data): return struct.pack('>I', len(data)) + kind + data + bytes(4)\n"
        "def picture(n):\n"
        "    head = piece(b'IHDR', struct.pack('>IIBBBBB', n, n, 1, 0, 0, 0, 0))\n"
        "    return Image(b'\\x89PNG\\r\\n\\x1a\\n' + head + piece(b'IDAT', zlib.compress(bytes(99))))\n"
        "display(picture(40_000))\ndisplay(picture(400))"
    )
    result = rnn_class.grade(rnn_class.cells(after=source))
    assert points(result) == rnn_class.full and result.flags == []
    large, small = result.outputs[max(result.outputs)]
    assert "image/png" in small["data"] and "image/png" not in large["data"]


def test_what_the_shell_cannot_take_is_an_error_of_its_cell(rnn_class):
    result = rnn_class.grade(rnn_class.cells(before="a = " + "+".join(["1"] * 50_000)))
    assert points(result) == rnn_class.full and result.flags == []
    assert result.outputs[1][-1]["ename"] == "RecursionError"


def test_one_cells_output_that_is_cut_is_flagged(rnn_class):
    result = rnn_class.grade(rnn_class.cells(after="print('x' * 30_000)"))
    assert points(result) == rnn_class.full
    assert flagged(result) == ["output cut"]
    assert "shows more than the 20000 bytes that a cell may show" in said(result, "output cut")


def test_more_flags_than_a_person_reads_are_counted_no_further(rnn_class):
    cells = rnn_class.cells()
    many = [JobCell(len(cells) + k, "print('x' * 300)", "student") for k in range(60)]
    result = rnn_class.grade([*cells, *many], notebook_output_bytes=100)
    assert points(result) == rnn_class.full
    assert len(result.flags) == grading.MAX_FLAGS and flagged(result)[-1] == "more flags"


SPIN = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"


def test_a_submission_has_one_budget_for_all_its_restarts(rnn_class):
    """Cells that end their process make everything before them run again; the time of all runs is counted."""
    cells = rnn_class.cells(before=SPIN)
    ending = [JobCell(len(cells) + k, "import os\nos._exit(1)", "student") for k in range(20)]
    result = rnn_class.grade([*cells, *ending], submission_cpu_s=4)
    assert points(result) == rnn_class.full
    assert 2 <= flagged(result).count("process ended") < 10
    assert "the 4 s of processor time of a submission were used up" in said(result, "time limit")


def test_what_is_not_reached_in_time_has_no_points_and_what_was_earned_is_kept(rnn_class):
    cells = rnn_class.cells(stack_parameters="import time\ntime.sleep(99)")
    result = rnn_class.grade(cells, submission_wall_s=3)
    assert points(result) == rnn_class.without("stack_parameters", "rnn_forward")
    assert "3 s of real time of a submission were used up in cell 5" in said(result, "time limit")
    assert "the time of the submission was used up" in result.verdicts["rnn_forward"].rows[0].message
    assert flagged(result) == ["time limit"]


def test_an_error_of_ours_costs_one_exercise_which_is_pending(rnn_class, monkeypatch):
    plain, tried = grading.judge, []

    def broken(exercise, *arguments, **named):
        if exercise.name == "stack_parameters":
            tried.append(exercise.name)
            raise ZeroDivisionError("a fault of ours")
        return plain(exercise, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(grading, "judge", broken)
        result = rnn_class.graded("eve", rnn_class.cells())
    assert len(tried) == 2
    assert points(result) == rnn_class.without("stack_parameters")
    verdict = result.verdicts["stack_parameters"]
    assert verdict.pending and "not of your work" in verdict.rows[0].message
    assert result.from_dict(result.to_dict()).verdicts["stack_parameters"].pending
    assert flagged(result) == ["not judged"]
    assert "ZeroDivisionError: a fault of ours" in said(result, "not judged")
    assert "no fault of the student's" in said(result, "not judged")
    assert "a fault of ours" in result.run["errors"][0]


def test_an_error_of_ours_that_comes_once_costs_nothing(rnn_class, monkeypatch):
    tried = []

    def broken_once(*arguments):
        tried.append(1)
        if len(tried) == 2:
            raise MemoryError
        return compare(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("autograder.judge.compare", broken_once)
        result = rnn_class.graded("eve", rnn_class.cells())
    assert points(result) == rnn_class.full and result.flags == []
    assert len(result.run["errors"]) == 1


def test_an_error_of_ours_while_cases_are_drawn_ahead_costs_nothing(rnn_class, monkeypatch):
    plain = grading.prepared

    def broken(exercise, seed):
        if exercise.name == "stack_parameters":
            raise MemoryError
        return plain(exercise, seed)

    with monkeypatch.context() as patch:
        patch.setattr(grading, "prepared", broken)
        result = rnn_class.graded("eve", rnn_class.cells())
    assert points(result) == rnn_class.full and result.flags == []
    assert len(result.run["errors"]) == 1


def test_an_error_of_ours_in_the_second_round_leaves_the_first_verdict(rnn_class, monkeypatch):
    def broken(*arguments):
        raise RecursionError("again")

    with monkeypatch.context() as patch:
        patch.setattr(grading, "judge_again", broken)
        result = rnn_class.graded("eve", rnn_class.cells(rnn_cell_forward=WRONG_CELL))
    assert points(result) == rnn_class.without("rnn_cell_forward", "rnn_forward")
    assert flagged(result) == ["not judged"] and "RecursionError" in said(result, "not judged")
