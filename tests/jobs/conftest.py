"""Jobs whose every effect is a line of the record of changes, so that effects can be counted."""

from __future__ import annotations

import pytest

from users.jobs.enqueue import enqueue
from users.jobs.registry import KINDS, JobKind
from users.jobs.timing import Timing
from users.jobs.worker import Worker
from users.models import Job
from users.rights.actor import command_actor

# Nobody rests between attempts, and a dead worker's job is taken at once.
AT_ONCE = Timing(lease=0, heartbeat=60, poll=0.05, turn=60, schedule_interval=3600, rest=0)


@pytest.fixture
def kinds():
    """A registry that a test may fill: `kinds("steps", work)`."""
    before = dict(KINDS)
    KINDS.clear()

    def declare(name, work, *, attempts=3, every=None, keeps_file=False):
        KINDS[name] = JobKind(work, attempts, every, keeps_file=keeps_file)

    yield declare
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def ask(db):
    """`ask("steps", of=5)`: a job of that kind, asked for by the command line."""

    def enqueue_it(kind, *, actor=None, **parameters) -> Job:
        return enqueue(kind, actor=actor or command_actor("tests"), parameters=parameters)

    return enqueue_it


@pytest.fixture
def worker(db) -> Worker:
    return Worker(AT_ONCE)


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)
