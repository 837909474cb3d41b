"""What one submission may use in all of its sessions together: processor time, real time, bytes of output."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.sandbox import Jail, Limits, Session


class UsedUp(Exception):
    """The submission's time is used up: nothing more of it is run."""


class Budget:
    """What is left for a submission, over its restarts and both rounds of judging."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.output_bytes = limits.notebook_output_bytes
        self._cpu_s = limits.submission_cpu_s
        self._end = time.monotonic() + limits.submission_wall_s
        self._session: Session | None = None

    @contextmanager
    def session(self, jail: Jail) -> Iterator[Session]:
        """A session that ends when the submission's time does; what it used is counted."""
        session = self._session = jail.session()
        session.narrow(max(self._cpu_s, 0.0), max(self._end - time.monotonic(), 0.0))
        try:
            yield session
        finally:
            session.close()
            self._cpu_s, self._session = self._cpu_left(), None

    def _cpu_left(self) -> float:
        return self._cpu_s - (self._session.cpu_s if self._session is not None else 0.0)

    @property
    def gone(self) -> str:
        """Which time is used up, in words; "" while there is some of both."""
        if self._cpu_left() <= 0:
            return f"{self.limits.submission_cpu_s:g} s of processor time"
        if time.monotonic() >= self._end:
            return f"{self.limits.submission_wall_s:g} s of real time"
        return ""
