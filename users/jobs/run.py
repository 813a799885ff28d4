"""One run of a job by one worker, as the code of its kind sees it."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from users.jobs import queue
from users.jobs.errors import Cancelled, ClaimLost, JobFailed, Released
from users.jobs.job_log import append_line
from users.jobs.registry import KINDS
from users.jobs.requester import load_actor
from users.jobs.timing import Timing
from users.models import Job
from users.rights.actor import Actor

# In the state: the names of actions done once, each BEGUN or DONE.
ONCE, BEGUN, DONE = "once", "begun", "done"


class Run:
    """`state`, `done`, `total` and the log are stored at the end of each step. Work outside a step may be
    repeated."""

    def __init__(self, job: Job, timing: Timing, should_stop: Callable[[], bool]) -> None:
        self.job = job
        self.parameters: dict[str, Any] = job.parameters
        self._state: dict[str, Any] = job.state
        self.done, self.total = job.done, job.total
        self.lines = job.log
        self.attempts = job.attempts
        # Set by the heartbeat, which finds out during a long step.
        self.is_lost = threading.Event()
        self._timing = timing
        self._should_stop = should_stop
        self._turn_ends: float | None = None

    @property
    def state(self) -> dict[str, Any]:
        """The kind's checkpoint; to be filled, not replaced."""
        return self._state

    @cached_property
    def actor(self) -> Actor:
        """The actor who asked, with its current rights. Raises Denied."""
        return load_actor(self.job)

    def reload_actor(self) -> Actor:
        """The same, read again: in a long job, rights that were withdrawn meanwhile are withdrawn here too.
        Raises Denied."""
        return load_actor(Job.objects.select_related("owner").get(pk=self.job.pk))

    @contextmanager
    def step(self) -> Iterator[None]:
        """A transaction that commits work and checkpoint together.

        Keep it short, a second or less: on SQLite all other writers wait. Raises an Interrupted before it
        begins where the job should go no further, and ClaimLost at its end where another worker has taken
        the job.
        """
        self.check_interrupted()
        # A step that is rolled back must not leave its progress in memory.
        before = copy.deepcopy((self._state, self.done, self.total, self.lines))
        try:
            # `durable`: nested in another transaction, a committed checkpoint could still be rolled back.
            with transaction.atomic(durable=True):
                yield
                self._note()
        except BaseException:
            self._state, self.done, self.total, self.lines = before
            raise
        # A committed step is progress: only attempts without any count towards giving up.
        self.attempts = 1
        self._turn_ends = self._turn_ends or time.monotonic() + self._timing.turn

    def once(self, name: str, act: Callable[[], object], *, doing: str) -> None:
        """Call `act`, which no transaction can roll back, such as sending an email: at most once, however
        often the job is interrupted and resumed.

        An exception of `act` means that nothing has happened, and is for the job to handle. Raises
        JobFailed where a worker was stopped in the middle; `doing` then says of what ("handing over the
        mail").
        """
        marks = self.state.get(ONCE, {})
        if marks.get(name) == DONE:
            return
        if name in marks:
            raise JobFailed(
                gettext("The worker stopped while %(doing)s. It is not known whether that was done.")
                % {"doing": doing}
            )
        self.check_interrupted()
        # Committed before the call: after a crash in between, a second email is worse than an error that says
        # so.
        self.state[ONCE] = {**marks, name: BEGUN}
        self._note(self.attempts)  # no progress yet
        try:
            act()
        except Exception:
            del self.state[ONCE][name]
            self._note(self.attempts)
            raise
        self.state[ONCE][name] = DONE
        self._note()

    def progress(self, done: int, total: int | None = None) -> None:
        """Set how much is done, and the total where it is known."""
        self.done = done
        self.total = self.total if total is None else total

    def tell(self, done: int, total: int) -> None:
        """Store progress and log at once, outside of steps: for work that cannot be split into steps. It
        neither yields to other jobs nor counts as progress for `attempts`. Raises ClaimLost."""
        self.progress(done, total)
        self._note(self.attempts)

    def log(self, text: str) -> None:
        """Append a line to the job's log, shown to users."""
        self.lines = append_line(self.lines, text, timezone.now())

    def check_interrupted(self) -> None:
        """Raises an Interrupted where the job should stop now. Every step checks; long work outside of
        steps should check, too."""
        if self.is_lost.is_set():
            raise ClaimLost
        if Job.objects.filter(pk=self.job.pk).exclude(cancelled_by="").exists():
            raise Cancelled
        if self._should_stop() or self._is_time_slice_over():
            raise Released

    @property
    def columns(self) -> dict[str, Any]:
        """The columns in which the job stores this run."""
        return {"state": self.state, "done": self.done, "total": self.total, "log": self.lines}

    def _note(self, attempts: int = 1) -> None:
        """Store the run and extend the lease. Progress resets the number of attempts."""
        if not queue.extend_lease(self.job, self._timing.lease, attempts=attempts, **self.columns):
            raise ClaimLost

    def _is_time_slice_over(self) -> bool:
        """Whether its time slice is over while other jobs wait. The slice begins with the first step: a
        job that yielded before any progress would never finish."""
        if self._turn_ends is None or time.monotonic() < self._turn_ends:
            return False
        self._turn_ends = time.monotonic() + self._timing.turn
        return queue.has_waiting_jobs(KINDS)
