"""A batch ends with a result or an error for each job, whatever happens to its workers."""

import os
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

from autograder import batch
from autograder.grading import Job, Result
from autograder.sandbox import Limits


class Broken(Executor):
    """A pool whose workers have died."""

    def submit(self, run, /, *arguments, **named):
        raise BrokenExecutor("a worker was killed")


def jobs(*students):
    return [Job("02-rnn", student, [], "seed") for student in students]


@pytest.fixture
def graded(monkeypatch):
    monkeypatch.setattr(batch, "run", lambda job, view: Result(job.assignment, job.student))
    monkeypatch.setattr(batch, "warm", lambda view, limits, unsafe: None)


def test_a_pool_that_broke_before_the_first_job_costs_nobody_a_result(graded, tmp_path):
    pools = iter([Broken(), ThreadPoolExecutor(1)])
    outcomes = {
        job.student: outcome
        for job, outcome in batch.run_all(jobs("ada", "ben"), tmp_path, lambda: next(pools))
    }
    assert {student: type(outcome) for student, outcome in outcomes.items()} == {"ada": Result, "ben": Result}


def test_a_pool_that_is_always_broken_gives_each_job_its_error(graded, tmp_path):
    outcomes = list(batch.run_all(jobs("ada", "ben"), tmp_path, Broken))
    assert [isinstance(outcome, BrokenExecutor) for _, outcome in outcomes] == [True, True]


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

    pools = iter([Dying(1), ThreadPoolExecutor(1)])
    monkeypatch.setattr(batch, "run", lambda job, view: Result(job.assignment, job.student))
    with batch.begun(lambda: next(pools), tmp_path, Limits()) as started:
        outcomes = list(batch.run_all(jobs("ada"), tmp_path, started))
    assert [type(outcome) for _, outcome in outcomes] == [Result]
