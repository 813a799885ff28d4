"""One job in the hands of one worker, as the code of its kind sees it."""

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

from users.jobs import queue
from users.jobs.errors import Cancelled, ClaimLost, JobFailed, Released
from users.jobs.job_log import append_line
from users.jobs.registry import KINDS
from users.jobs.requester import load_actor
from users.jobs.timing import Timing
from users.models import Job
from users.rights.actor import Actor

# In the state: what is done once, by name, and how far that is.
ONCE, BEGUN, DONE = "once", "begun", "done"


class Run:
    """`state`, `done`, `total` and the log are kept as they are at the end of each step. Of what
    is done outside a step nothing is promised: it may happen again."""

    def __init__(self, job: Job, timing: Timing, should_stop: Callable[[], bool]) -> None:
        self.job = job
        self.parameters: dict[str, Any] = job.parameters
        self._state: dict[str, Any] = job.state
        self.done, self.total = job.done, job.total
        self.lines = job.log
        self.attempts = job.attempts
        # Set by the heartbeat, which looks while a long step is under way.
        self.is_lost = threading.Event()
        self._timing = timing
        self._should_stop = should_stop
        self._turn_ends: float | None = None

    @property
    def state(self) -> dict[str, Any]:
        """Whatever the kind needs to know to go on; to be filled, not to be replaced."""
        return self._state

    @cached_property
    def actor(self) -> Actor:
        """Whoever asked, with the rights they have now. Raises Denied."""
        return load_actor(self.job)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A transaction that what is done and the note of it share: both hold, or neither.

        Keep it short, a second or less: on SQLite nobody else can write meanwhile. Raises an
        Interrupted before it begins, where the job is to go no further, and ClaimLost at its
        end, where another worker has taken the job.
        """
        self.check_interrupted()
        before = copy.deepcopy((self._state, self.done, self.total, self.lines))
        try:
            with transaction.atomic(durable=True):
                yield
                self._note()
        except BaseException:
            self._state, self.done, self.total, self.lines = before
            raise
        self.attempts = 1
        self._turn_ends = self._turn_ends or time.monotonic() + self._timing.turn

    def once(self, name: str, act: Callable[[], object], *, doing: str) -> None:
        """Call what no transaction can take back, such as what hands over a mail. It is called
        once, however often the job is killed and gone on with.

        An exception says that nothing has happened, and is for the job to deal with. Raises
        JobFailed where a worker was stopped in the middle; `doing` then says of what ("handing
        over the mail").
        """
        marks = self.state.get(ONCE, {})
        if marks.get(name) == DONE:
            return
        if name in marks:
            raise JobFailed(f"The worker stopped while {doing}. Nobody knows whether that was done.")
        self.check_interrupted()
        self.state[ONCE] = {**marks, name: BEGUN}
        self._note(self.attempts)  # the job has not got on by that
        try:
            act()
        except Exception:
            del self.state[ONCE][name]
            self._note(self.attempts)
            raise
        self.state[ONCE][name] = DONE
        self._note()

    def progress(self, done: int, total: int | None = None) -> None:
        """How much is done, and of how much where that is known."""
        self.done = done
        self.total = self.total if total is None else total

    def tell(self, done: int, total: int) -> None:
        """The same and the log, at once and outside of steps: for work that no step can be made
        of. It is no reason to make way for other jobs, nor has the job got on by it. Raises
        ClaimLost."""
        self.progress(done, total)
        self._note(self.attempts)

    def log(self, text: str) -> None:
        """A line for people to read."""
        self.lines = append_line(self.lines, text, timezone.now())

    def check_interrupted(self) -> None:
        """Raises an Interrupted where the job is to go no further now. Every step asks; work
        that takes long outside of steps does well to ask, too."""
        if self.is_lost.is_set():
            raise ClaimLost
        if Job.objects.filter(pk=self.job.pk).exclude(cancelled_by="").exists():
            raise Cancelled
        if self._should_stop() or self._is_time_slice_over():
            raise Released

    @property
    def columns(self) -> dict[str, Any]:
        """What is kept of it in the job."""
        return {"state": self.state, "done": self.done, "total": self.total, "log": self.lines}

    def _note(self, attempts: int = 1) -> None:
        """A job that gets on has used up no tries but the present one."""
        if not queue.extend_lease(self.job, self._timing.lease, attempts=attempts, **self.columns):
            raise ClaimLost

    def _is_time_slice_over(self) -> bool:
        """Whether it has had its time and others wait. A turn begins with the first step: a job
        that makes way before it gets on would go round in circles."""
        if self._turn_ends is None or time.monotonic() < self._turn_ends:
            return False
        self._turn_ends = time.monotonic() + self._timing.turn
        return queue.has_waiting_jobs(KINDS)
