"""Grade a batch of jobs over a `concurrent.futures.Executor`, one jail for each worker process."""

import atexit
import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from autograder.grading import Job, Result, grade
from autograder.sandbox import Jail, Limits, NoSandbox

# Imported once in the warm process, not in each session: most notebooks draw.
PRELOAD = ("numpy", "matplotlib.pyplot", "ipywidgets")
ATTEMPTS = 3  # a worker killed from outside breaks the whole pool: what it had not finished is tried again

_jails: dict[tuple[Path, Limits, bool], Jail] = {}


def jail(view: Path, limits: Limits, *, unsafe: bool = False) -> Jail:
    """This process's jail for a view, made on first use."""
    key = (view, limits, unsafe)
    if key not in _jails:
        _jails[key] = Jail(view, preload=PRELOAD, limits=limits, unsafe=unsafe)
    return _jails[key]


@atexit.register
def close_jails() -> None:
    """End the jails of this process."""
    while _jails:
        _jails.popitem()[1].close()


def run(job: Job, view: Path) -> Result:
    """Grade one job in this process's jail."""
    return grade(job, jail(view, job.limits, unsafe=job.unsafe))


def run_all(
    jobs: Sequence[Job], view: Path, pool: Callable[[], Executor]
) -> Iterator[tuple[Job, Result | Exception]]:
    """Grade jobs; each comes out as it is finished, with its result or its error.

    A worker that is killed costs nobody a result: its job, and those that waited, are tried again.

    Args:
        jobs: what is to be graded.
        view: what their notebooks may import.
        pool: makes an executor; a fresh one for another attempt.
    """
    left = list(jobs)
    for attempt in range(ATTEMPTS):
        broken = []
        with pool() as executor:
            try:
                for job, outcome in finished(executor, left, view):
                    if isinstance(outcome, BrokenExecutor) and attempt < ATTEMPTS - 1:
                        broken.append(job)
                    else:
                        yield job, outcome
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                for worker in multiprocessing.active_children():
                    worker.terminate()  # a notebook may take minutes to end by itself
                raise
        left = broken
        if not left:
            return


@contextmanager
def begun(
    pool: Callable[[], Executor], view: Path, limits: Limits, *, unsafe: bool = False
) -> Iterator[Callable[[], Executor]]:
    """A pool whose first workers import and make their jails while this process does something else.

    Args:
        pool: makes an executor.
        view: what the notebooks of the jobs to come may import.
        limits: what a submission may use.
        unsafe: go on where there is no sandbox.
    """
    first = pool()
    for _ in range(getattr(first, "_max_workers", 1)):
        first.submit(warm, view, limits, unsafe)
    made = [first]
    try:
        yield lambda: made.pop() if made else pool()
    finally:
        first.shutdown(cancel_futures=True)


def warm(view: Path, limits: Limits, unsafe: bool) -> None:
    """Make this process's jail; what stands in the way is told by the first job."""
    with contextlib.suppress(NoSandbox, ValueError):
        jail(view, limits, unsafe=unsafe)


def processes(workers: int) -> Callable[[], Executor]:
    """A pool of fresh processes on this machine: a fork of this one would take its threads' locks along."""
    context = multiprocessing.get_context("spawn")
    return lambda: ProcessPoolExecutor(workers, mp_context=context, initializer=leave_interrupts)


def leave_interrupts() -> None:
    """Ctrl-C is for the process that holds the pool; it ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def finished(executor: Executor, jobs: Sequence[Job], view: Path) -> Iterator[tuple[Job, Result | Exception]]:
    """Submit jobs to any executor and give each one back with what came of it."""
    futures = {submitted(executor, job, view): job for job in jobs}
    for future in as_completed(futures):
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        yield futures[future], error if error is not None else future.result()


def submitted(executor: Executor, job: Job, view: Path) -> Future[Result]:
    """A job on its way; a pool that is broken already fails it as one that breaks later does."""
    try:
        return executor.submit(run, job, view)
    except BrokenExecutor as error:
        failed: Future[Result] = Future()
        failed.set_exception(error)
        return failed
