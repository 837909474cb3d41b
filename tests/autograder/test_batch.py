"""A batch ends with a result or an error for each job, whatever happens to its workers."""

import json
import multiprocessing
import os
import sys
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from itertools import chain, repeat

import pytest

from autograder import batch, release
from autograder.grading import Job, JobCell, Result
from autograder.sandbox import Limits
from autograder.store import Stopped


class Broken(Executor):
    """A pool whose workers have died."""

    def submit(self, run, /, *arguments, **named):
        raise BrokenExecutor("a worker was killed")


def jobs(*students):
    return [Job("02-rnn", student, [], "seed") for student in students]


def broken_then_good(pool):
    return chain([lambda: pool], repeat(lambda: ThreadPoolExecutor(1)))


@pytest.fixture
def graded(monkeypatch):
    monkeypatch.setattr(batch, "run", lambda job, view: Result(job.assignment, job.student))
    monkeypatch.setattr(batch, "warm", lambda view, limits, unsafe: None)


def test_a_pool_that_broke_before_the_first_job_costs_nobody_a_result(graded, tmp_path):
    pools = broken_then_good(Broken())
    outcomes = {
        job.student: outcome
        for job, outcome in batch.run_all(jobs("ada", "ben"), tmp_path, lambda: next(pools)())
    }
    assert {student: type(outcome) for student, outcome in outcomes.items()} == {"ada": Result, "ben": Result}


def test_a_pool_that_is_always_broken_gives_each_job_its_error(graded, tmp_path):
    outcomes = list(batch.run_all(jobs("ada", "ben"), tmp_path, Broken))
    assert [(job.student, type(outcome)) for job, outcome in outcomes] == [
        ("ada", batch.Crash), ("ben", batch.Crash)
    ]  # fmt: skip


def test_a_machine_that_kills_every_worker_stops_the_run_and_is_named(graded, tmp_path):
    students = [f"student {i}" for i in range(50)]
    tried = batch.run_all(jobs(*students), tmp_path, Broken)
    with pytest.raises(Stopped, match=r"lack of memory.*same command"):
        for _ in tried:
            pass


class Killed(ThreadPoolExecutor):
    """A pool that breaks when it comes to one student, with all that it holds."""

    def __init__(self, killer):
        super().__init__(2)
        self.killer, self.broken = killer, False

    def submit(self, run, /, text):
        self.broken = self.broken or json.loads(text)["job"]["student"] == self.killer
        if self.broken:
            raise BrokenExecutor("a worker was killed")
        return super().submit(run, text)


def test_a_job_that_kills_its_worker_takes_no_other_along(graded, tmp_path):
    students = [f"student {i}" for i in range(20)]
    tried = batch.run_all(jobs(*students), tmp_path, lambda: Killed("student 7"))
    outcomes = {job.student: outcome for job, outcome in tried}
    assert {s for s, outcome in outcomes.items() if isinstance(outcome, batch.Crash)} == {"student 7"}
    assert "killed both times" in str(outcomes["student 7"])
    assert sorted(outcomes) == sorted(students)


def test_jobs_are_read_as_workers_get_free(graded, tmp_path):
    read = []

    def many():
        for job in jobs(*map(str, range(100))):
            read.append(job.student)
            yield job

    next(batch.run_all(many(), tmp_path, lambda: ThreadPoolExecutor(1)))
    assert len(read) == batch.PER_WORKER


class Warmed:
    """A jail whose warm process is lost so often, or whose session fails so often."""

    def begin(self):
        return 1

    def __init__(self, lost=0, errors=0):
        self.lost, self.errors, self.graded = lost, errors, 0

    def disturbed(self, since, seconds):
        self.lost -= 1
        return self.lost >= 0

    def grade(self, job, jail):
        self.graded += 1
        if self.graded <= self.errors:
            raise ZeroDivisionError("of our own")
        return Result(job.assignment, job.student)


@pytest.fixture
def in_jail(monkeypatch, tmp_path):
    def one(jail):
        monkeypatch.setattr(batch, "jail", lambda view, limits, unsafe: jail)
        monkeypatch.setattr(batch, "grade", jail.grade)
        return batch.unpacked(batch.graded(batch.packed(jobs("ada")[0], tmp_path)))

    return one


def test_an_error_of_our_own_is_tried_once_more_and_named_as_ours(in_jail):
    result = in_jail(Warmed(errors=1))
    assert isinstance(result, Result) and result.flags == []
    assert "ZeroDivisionError: of our own" in result.run["errors"][0]
    crash = in_jail(Warmed(errors=2))
    assert isinstance(crash, batch.Crash) and str(crash) == "ZeroDivisionError: of our own"
    assert len(crash.errors) == 2 and "Traceback" in crash.errors[0]


def test_a_lost_sandbox_is_no_fault_of_the_learner(in_jail):
    result = in_jail(Warmed(lost=1))
    assert result.flags == [] and len(result.run["errors"]) == 1
    result = in_jail(Warmed(lost=2))
    assert [flag["name"] for flag in result.flags] == ["sandbox ended"]
    assert "no fault of the learner's" in result.flags[0]["message"]


def test_a_worker_with_other_versions_is_refused(tmp_path, monkeypatch):
    text = batch.packed(jobs("ada")[0], None)
    monkeypatch.setattr(batch, "versions", lambda assignment: {"judge": "another", "numpy": "1.0"})
    refused = batch.unpacked(batch.graded(text))
    assert isinstance(refused, Stopped)
    assert "judge another, not" in str(refused) and "Install there" in str(refused)


def test_a_job_crosses_as_text_without_the_secret():
    cells = [JobCell(0, "x = '\ud800é'", "exercise", "f")]
    job = Job("02-rnn", "ada", cells, "seed", Limits(cell_cpu_s=7), unsafe=True)
    text = batch.packed(job, None)
    assert text.isascii() and set(json.loads(text)) == {"job", "view", "versions"}
    assert set(json.loads(text)["job"]) == {"assignment", "student", "cells", "seed", "limits", "unsafe"}


def test_workers_begin_before_the_jobs_are_known_and_are_used_for_them(graded, tmp_path, monkeypatch):
    begun, made = [], []
    monkeypatch.setattr(batch, "warm", lambda view, limits, unsafe: begun.append(view))

    def pool():
        made.append(ThreadPoolExecutor(2))
        return made[-1]

    with batch.begun(pool, tmp_path, Limits()) as started:
        outcomes = list(batch.run_all(jobs("ada"), tmp_path, started))
    assert begun == [tmp_path, tmp_path]
    assert len(made) == 1 and len(outcomes) == 1


def test_workers_that_were_not_needed_are_let_go(graded, tmp_path):
    with pytest.raises(ValueError), batch.begun(lambda: ThreadPoolExecutor(1), tmp_path, Limits()) as started:
        raise ValueError
    with pytest.raises(RuntimeError):
        started().submit(os.getpid)


def test_a_worker_killed_while_it_begins_stops_nothing(tmp_path, monkeypatch):
    class Dying(ThreadPoolExecutor):
        def submit(self, run, /, *arguments, **named):
            if run is batch.warm:
                self.shutdown()
                return Future()
            raise BrokenExecutor("a worker was killed")

    pools = broken_then_good(Dying(1))
    monkeypatch.setattr(batch, "run", lambda job, view: Result(job.assignment, job.student))
    with batch.begun(lambda: next(pools)(), tmp_path, Limits()) as started:
        outcomes = list(batch.run_all(jobs("ada"), tmp_path, started))
    assert [type(outcome) for _, outcome in outcomes] == [Result]


def test_the_warm_process_imports_the_library_but_not_what_is_withheld(tmp_path):
    found = batch.library(release.view("04-lstm", tmp_path))
    assert {"seqlib", "seqlib.activations", "seqlib.references", "seqlib.plots.lstm"} <= set(found)
    assert "seqlib.lstm" not in found and not any("models" in name for name in found)


def test_workers_that_start_early_are_the_first_pool_and_end_where_nobody_needs_them():
    with batch.early(1, "04-lstm") as pool:
        with pool() as first:
            there = first.submit(loaded, "autograder.exercises.lstm").result()
        with pool() as second:
            assert second is not first
    assert there
    with batch.early(1, "no such assignment"):
        processes = multiprocessing.active_children()
        assert processes
    assert not any(process.is_alive() for process in processes if not process.join(10))


def loaded(module):
    return module in sys.modules
