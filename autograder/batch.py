"""Grade a batch of jobs over a `concurrent.futures.Executor`, one jail for each worker process."""

import atexit
import contextlib
import functools
import json
import multiprocessing
import os
import platform
import signal
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path

from autograder import release
from autograder.exercises import UnknownName, functions
from autograder.grading import Job, JobCell, Result, grade
from autograder.judge import Trial
from autograder.sandbox import Jail, Limits, NoSandbox
from autograder.store import Stopped

# Imported once in the warm process, not in each session: most notebooks draw, and all import of the library.
PRELOAD = ("numpy", "matplotlib.pyplot", "ipywidgets")
LIBRARY = ("seqlib/*.py", "seqlib/references/__init__.py", "seqlib/plots/*.py")
PER_WORKER = 3  # jobs on their way at a time: enough that no worker waits, and few to lose with a broken pool
SETTLE_S = (
    0.5  # a warm process that was killed takes its sessions along, and is seen to be gone a moment later
)

_jails: dict[tuple[Path, Limits, bool], Jail] = {}
_making = threading.Lock()  # a cluster's worker may run jobs in several threads


class Crash(Exception):
    """An error of the autograder's own: a submission has no result, and its learner no part in that.

    Args:
        message: what happened, in one line.
        errors: tracebacks, for those who look after the autograder.
    """

    def __init__(self, message: str, errors: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.errors = list(errors)


def jail(view: Path, limits: Limits, *, unsafe: bool = False) -> Jail:
    """This process's jail for a view, made on first use."""
    key = (view, limits, unsafe)
    with _making:
        if key not in _jails:
            _jails[key] = Jail(view, preload=(*PRELOAD, *library(view)), limits=limits, unsafe=unsafe)
        return _jails[key]


def library(view: Path) -> list[str]:
    """The modules of the course that lie in a view and need no more than NumPy and matplotlib."""
    files = sorted(path for pattern in LIBRARY for path in view.glob(pattern))
    parts = [path.relative_to(view).with_suffix("").parts for path in files]
    return [".".join(part).removesuffix(".__init__") for part in parts]


@atexit.register
def close_jails() -> None:
    """End the jails of this process."""
    while _jails:
        _jails.popitem()[1].close()


def run(job: Job, view: Path) -> Result:
    """Grade one job in this process's jail; once more where an error of our own came between.

    Raises:
        NoSandbox: no jail can be made here.
        Crash: it had no result twice.
    """
    errors: list[str] = []
    for last in (False, True):
        held = jail(view, job.limits, unsafe=job.unsafe)
        try:
            starts = held.begin()
            result = grade(job, held)
        except Exception as error:
            errors.append(traceback.format_exc())
            if last:
                raise Crash(f"{type(error).__name__}: {error}", errors) from error
            continue
        ended = any(flag["name"] == "process ended" for flag in result.flags)
        if not held.disturbed(starts, SETTLE_S if ended else 0.0):
            break
        errors.append("The sandbox's own process was killed, or crashed, while this was graded.")
        if last:
            result.flag("sandbox ended", ENDED)
    result.run["errors"] = [*errors, *result.run.get("errors", [])]
    return result


ENDED = (
    "The sandbox itself was ended from outside twice while this was graded, which is no fault of the learner's: "
    "points may be missing. Look for what kills processes on this machine, such as a lack of memory, and grade "
    "again with --force."
)


@functools.cache
def versions(assignment: str) -> dict[str, str]:
    """What a verdict depends on besides the submission, to be compared between machines."""
    return {
        "judge": release.judge_version(assignment)[:12],
        "library": release.library_version(assignment),
        "Python": platform.python_version(),
        "numpy": version("numpy"),
    }


def packed(job: Job, view: Path | None) -> str:
    """A job as text: what crosses between processes is plain data."""
    return json.dumps({"job": asdict(job), "view": view and str(view), "versions": versions(job.assignment)})


def graded(text: str) -> str:
    """Grade a packed job, wherever this process runs; the result, or what stood in the way, as text.

    Without a view the worker makes its own, from what is installed there.
    """
    data = json.loads(text)
    limits, cells = Limits(**data["job"]["limits"]), [JobCell(**cell) for cell in data["job"]["cells"]]
    job = Job(**{**data["job"], "cells": cells, "limits": limits})
    began = time.perf_counter()
    try:
        differing = difference(data["versions"], versions(job.assignment))
        if differing:
            return json.dumps({"stopped": differing})
        result = run(job, Path(data["view"]) if data["view"] else own_view(job.assignment))
    except NoSandbox as error:
        where = "" if data["view"] else f"The worker on {socket.gethostname()}: "
        return json.dumps({"no sandbox": f"{where}{error}"})
    except Crash as error:
        return json.dumps({"crash": str(error), "errors": error.errors})
    except Exception as error:
        return json.dumps({"crash": f"{type(error).__name__}: {error}", "errors": [traceback.format_exc()]})
    seconds = round(time.perf_counter() - began, 3)
    return json.dumps(
        {"result": result.to_dict(), "run": {**result.run, "seconds": seconds, "host": socket.gethostname()}}
    )


def unpacked(text: str) -> Result | Exception:
    """What `graded` wrote."""
    data = json.loads(text)
    if "result" in data:
        result = Result.from_dict(data["result"])
        result.run = data["run"]
        return result
    if "stopped" in data:
        return Stopped(data["stopped"])
    if "no sandbox" in data:
        return NoSandbox(data["no sandbox"])
    return Crash(data["crash"], data["errors"])


def difference(wanted: dict[str, str], here: dict[str, str]) -> str:
    """Nothing, or a sentence on how this machine's versions differ from those that are wanted."""
    found = [
        f"{name} {here.get(name)}, not {wanted[name]}" for name in wanted if here.get(name) != wanted[name]
    ]
    if not found:
        return ""
    return (
        f"The worker on {socket.gethostname()} has other versions ({'; '.join(found)}), and would grade "
        "otherwise. Install there what is installed here, the course and its constraints.txt, and start it again."
    )


def own_view(assignment: str) -> Path:
    """A view made from what is installed on this machine."""
    folder = Path(tempfile.gettempdir()) / f"autograder-views-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it, or set TMPDIR.")
    return release.view(assignment, folder)


def run_all(
    jobs: Iterable[Job], view: Path, pool: Callable[[], Executor]
) -> Generator[tuple[Job, Result | Exception], None, None]:
    """Grade jobs; each comes out as it is finished, with its result or its error.

    A worker that is killed costs nobody a result. Those jobs that were on their way are tried again one by one,
    so that one which kills its worker takes no other along.

    Args:
        jobs: what is to be graded; read as workers get free.
        view: what their notebooks may import.
        pool: makes an executor; a fresh one after a break.

    Raises:
        Stopped: workers die whatever they are given.
    """
    fresh = iter(jobs)
    while broken := (yield from flow(pool, fresh, view)):
        alone, lost = iter(broken), 0
        while killers := (yield from flow(pool, alone, view, 1)):
            lost += 1
            yield killers[0], Crash("the worker process was killed both times that this was graded")
        if lost == len(broken) >= PER_WORKER:
            raise Stopped(DYING)


DYING = (
    "The worker processes are killed whatever they are given: look for a lack of memory (dmesg, or fewer "
    "--workers), then run the same command again. What was finished is kept."
)


def flow(
    pool: Callable[[], Executor], jobs: Iterator[Job], view: Path, most: int | None = None
) -> Generator[tuple[Job, Result | Exception], None, list[Job]]:
    """Keep an executor busy with so many jobs at a time, until there are no more or it breaks.

    Returns:
        The jobs that were on their way when it broke.
    """
    broken: list[Job] = []
    first = list(islice(jobs, 1))
    if not first:
        return broken
    jobs = chain(first, jobs)
    with opened(pool) as executor:
        most = most or room(executor)
        waiting: dict[Future[str], Job] = {}
        while True:
            for job in islice(jobs, 0 if broken else most - len(waiting)):
                waiting[submitted(executor, job, view)] = job
            if not waiting:
                return broken
            done = wait(waiting, return_when=FIRST_COMPLETED).done
            for future in [future for future in waiting if future in done]:
                job, outcome = waiting.pop(future), outcome_of(future)
                if isinstance(outcome, BrokenExecutor | CancelledError):
                    broken.append(job)
                else:
                    yield job, outcome


def outcome_of(future: "Future[str]") -> Result | Exception:
    """What came of a job, whatever the executor has to say of it."""
    try:
        return unpacked(future.result())
    except (BrokenExecutor, CancelledError) as error:
        return error
    except Exception as error:
        return Crash(f"{type(error).__name__}: {error}", [traceback.format_exc()])


def room(executor: Executor) -> int:
    """How many jobs an executor is given at a time."""
    return int(getattr(executor, "room", 0)) or PER_WORKER * int(getattr(executor, "_max_workers", 1))


@contextmanager
def opened(pool: Callable[[], Executor]) -> Iterator[Executor]:
    """An executor that is let go at the end, at once where something else ends it."""
    executor = pool()
    try:
        yield executor
    except BaseException:
        end(executor)
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def end(executor: Executor) -> None:
    """Let an executor go without waiting for what it does."""
    with interrupts_wait():
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()  # a notebook may take minutes to end by itself
        executor.shutdown()


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
    if not getattr(first, "elsewhere", False):
        with interrupts_wait():
            for _ in range(getattr(first, "_max_workers", 1)):
                first.submit(warm, view, limits, unsafe)
    made = [first]
    try:
        yield lambda: made.pop() if made else pool()
    except BaseException:
        end(first)
        raise
    finally:
        first.shutdown(cancel_futures=True)


def warm(view: Path, limits: Limits, unsafe: bool) -> None:
    """Make this process's jail; what stands in the way is told by the first job."""
    with contextlib.suppress(NoSandbox, ValueError):
        jail(view, limits, unsafe=unsafe)


class Processes(ProcessPoolExecutor):
    """Fresh processes on this machine: a fork of this one would take its threads' locks along.

    What they keep in temporary folders goes when the executor does, however they ended.
    """

    def __init__(self, workers: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
        context = multiprocessing.get_context("spawn")
        super().__init__(workers, mp_context=context, initializer=begin, initargs=(self._folder.name,))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self._folder.cleanup()


def processes(workers: int) -> Callable[[], Executor]:
    """Pools of so many processes on this machine."""
    return lambda: Processes(workers)


@contextmanager
def early(workers: int, name: str) -> Iterator[Callable[[], Executor]]:
    """Pools as `processes` makes them, the workers of the first one importing already what they will need.

    Args:
        workers: how many processes.
        name: the assignment that is to be graded; others will do, and take longer then.
    """
    first = Processes(workers)
    with interrupts_wait():
        for _ in range(workers):
            first.submit(prepare, name)
    made = [first]
    try:
        yield lambda: made.pop() if made else Processes(workers)
    finally:
        if made:
            end(first)


def prepare(name: str) -> None:
    """Import an assignment's exercises, and read what their cases are drawn from."""
    with contextlib.suppress(UnknownName):
        for exercise in functions(name):
            Trial.draw(exercise, "")


def begin(folder: str) -> None:
    """Make a worker of this process.

    Ctrl-C is for the process that holds the pool, which ends the workers; where it was killed itself, they go too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    tempfile.tempdir = folder
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait for the process that holds the pool to end, and go too; the sandbox follows its worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Ctrl-C comes afterwards; a process started meanwhile does not get it before it has begun."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def submitted(executor: Executor, job: Job, view: Path) -> Future[str]:
    """A job on its way; a pool that is broken already fails it as one that breaks later does."""
    there = None if getattr(executor, "elsewhere", False) else view
    try:
        with interrupts_wait():
            return executor.submit(graded, packed(job, there))
    except BrokenExecutor as error:
        failed: Future[str] = Future()
        failed.set_exception(error)
        return failed
