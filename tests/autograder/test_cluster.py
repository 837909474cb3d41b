"""A Dask cluster grades as this machine does, also when one of its workers is killed on the way."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import pytest
import tiny
from rows import rows

from autograder import batch, classroom, cli, cluster, engine
from autograder.store import CourseError, Results, Stopped

MAIN = Path(tiny.__file__).with_name("tiny_main.py")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}

pytestmark = pytest.mark.usefixtures("tiny_registry")


@pytest.fixture(scope="module", autouse=True)
def close_jails():
    yield
    batch.close_jails()


def dask(*arguments):
    """A dask command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
    )


def line_with(process, pattern):
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found[0]
    raise AssertionError(f"{process.args} ended with status {process.wait()} before it said {pattern!r}")


@pytest.fixture(scope="module")
def scheduler():
    process = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    try:
        yield line_with(process, r"tcp://127\.0\.0\.1:\d+")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def workers(scheduler, tmp_path_factory):
    """Two worker processes on loopback, which know the tiny assignment and have no part in the course's folder."""
    started = []
    try:
        for number in (1, 2):
            place = tmp_path_factory.mktemp(f"worker-{number}")
            options = ["--nthreads", 1, "--no-dashboard", "--local-directory", place, "--preload", MAIN]
            started.append(dask("worker", scheduler, "--host", "127.0.0.1", *options))
        for process in started:
            line_with(process, r"Registered to:\s+tcp")
        yield started
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def wrong(notebook):
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace("Wax @ xt + ba", "Wax @ xt")
    return notebook


@pytest.fixture
def small_class(tiny_course, hand_in, solved, released):
    classroom.secret(tiny_course)
    for i in range(6):
        hand_in(f"right {i}", solved)
        hand_in(f"wrong {i}", wrong(solved))
    hand_in("unreadable", "{ not json")


def graded_here(course):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1), force=True)
    return lines, rows(course.db_url), Results(course).all(tiny.NAME)


def test_a_cluster_grades_as_this_machine_does_when_a_worker_is_killed_on_the_way(
    tiny_course, small_class, scheduler, workers
):
    wanted = graded_here(tiny_course)
    (tiny_course.root / "gradebook.db").unlink()
    finished = []

    def kill_one(student):
        finished.append(student)
        if len(finished) == 3:
            for child in psutil.Process(workers[0].pid).children():
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()

    lines = classroom.grade(
        tiny_course, tiny.NAME, pool=cluster.cluster(scheduler, [tiny.NAME]), force=True, progress=kill_one
    )
    assert (lines, rows(tiny_course.db_url), Results(tiny_course).all(tiny.NAME)) == wanted
    assert len(finished) == 13 and all(line.error == "" for line in lines)


def test_a_worker_with_other_versions_is_refused_before_anything_is_sent(
    tiny_course, small_class, scheduler, workers, monkeypatch
):
    monkeypatch.setattr(batch, "versions", lambda assignment: {"judge": "of this machine"})
    with pytest.raises(Stopped, match=r"The worker on .*judge .*, not of this machine.*Install there"):
        classroom.grade(tiny_course, tiny.NAME, pool=cluster.cluster(scheduler, [tiny.NAME]))


def test_a_scheduler_that_does_not_answer_is_named(tiny_course, small_class, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    arguments = ["--course", str(tiny_course.root), "grade", tiny.NAME, "--scheduler", "tcp://127.0.0.1:9"]
    assert cli.main(arguments) == cli.FAILED
    error = capsys.readouterr().err
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in error and "dask scheduler" in error


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"pip install .*\[cluster\]"):
        cluster.cluster("tcp://127.0.0.1:9", [])()


def test_a_worker_elsewhere_makes_its_own_view(tiny_course, small_class, tmp_path, monkeypatch):
    monkeypatch.setattr(batch.tempfile, "tempdir", str(tmp_path))
    task = classroom.task_for(tiny_course, tiny.NAME, "right 0", b"secret", unsafe=False)
    result = batch.unpacked(batch.graded(batch.packed(task.job, None)))
    assert result.points == 100
    made = next(tmp_path.glob(f"autograder-views-*/{tiny.NAME}-*"))
    assert (made / "seqlib").is_dir() and made.name == engine.view(tiny_course, tiny.NAME).name


def test_an_interrupted_run_lets_the_cluster_go_and_a_later_one_completes(
    tiny_course, small_class, scheduler, workers
):
    def interrupt(student):
        raise KeyboardInterrupt

    pool = cluster.cluster(scheduler, [tiny.NAME])
    with pytest.raises(KeyboardInterrupt):
        classroom.grade(tiny_course, tiny.NAME, pool=pool, progress=interrupt)
    lines = classroom.grade(tiny_course, tiny.NAME, pool=pool)
    assert [line.score for line in lines if line.student.startswith("right")] == [100] * 6
