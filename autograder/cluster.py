"""Workers on other machines: the jobs of a batch over a Dask cluster."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from autograder import batch
from autograder.store import CourseError, Stopped

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 20.0
PER_THREAD = (
    4  # jobs on their way at a time for each thread of the cluster: the network is slower than a pipe
)

START = "dask scheduler; then on each machine: dask worker {address} --nthreads 1 --nworkers auto"


class Cluster(Executor):
    """The workers of a Dask scheduler, which start anew and try again what a killed one had begun.

    Args:
        address: the scheduler's, such as "tcp://10.0.0.5:8786".
        assignments: what will be graded; workers with other versions of it are refused.

    Raises:
        CourseError: `distributed` is not installed.
        Stopped: nothing answers at the address, it has no workers, or they have other versions.
    """

    elsewhere = True

    def __init__(self, address: str, assignments: list[str]) -> None:
        self._client = connected(address)
        try:
            threads = sum(self._client.nthreads().values())
            if not threads:
                raise Stopped(
                    f"The scheduler at {address} has no workers. Start some: {START.format(address=address)}"
                )
            refuse_others(self._client, assignments)
        except BaseException:
            self._client.close()
            raise
        self.room = PER_THREAD * threads
        # Not pure: a job that is sent again, with --force, is to be graded again.
        self._executor = self._client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Send a call to the cluster."""
        sent: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return sent

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the cluster go; what its workers have begun they end by themselves."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        if wait:
            with contextlib.suppress(OSError):  # a scheduler that is gone needs no good-bye
                self._client.close(CONNECT_S)


def cluster(address: str, assignments: list[str]) -> Callable[[], Executor]:
    """Executors that send jobs to the Dask scheduler at an address."""
    return lambda: Cluster(address, assignments)


def connected(address: str) -> "Client":
    """A client of the scheduler at an address."""
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise CourseError(
            "--scheduler needs dask.distributed, which is not installed: "
            'pip install "sequence-models-workbook[cluster]", here and on the workers.'
        ) from None
    # The scheduler's own retries are enough; its client would try for hours to reach one that is gone.
    dask.config.set({"distributed.comm.timeouts.connect": CONNECT_S})
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Stopped(
            f"No Dask scheduler answers at {address} ({error}). Expected the address that it printed when it "
            f"started, such as tcp://10.0.0.5:8786. To start one: {START.format(address='ADDRESS')}"
        ) from None


def refuse_others(client: "Client", assignments: list[str]) -> None:
    """Ask every worker for its versions.

    Raises:
        Stopped: one has no autograder, or would grade otherwise.
    """
    wanted = {assignment: batch.versions(assignment) for assignment in assignments}
    try:
        answers = client.run(unlike, wanted)
    except Exception as error:
        raise Stopped(
            f"A worker of the cluster cannot say its versions ({type(error).__name__}: {error}). Install there "
            "what is installed here, the course and its constraints.txt, and start it again."
        ) from None
    for answer in answers.values():
        if answer:
            raise Stopped(answer)


def unlike(wanted: dict[str, dict[str, str]]) -> str:
    """Run by a worker: nothing, or a sentence on how its versions differ."""
    return next(filter(None, (batch.difference(v, batch.versions(a)) for a, v in wanted.items())), "")
