"""Workers in processes of their own, killed with -9 at any moment: every job is gone on with by
another worker, and no step of it has its effect twice."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from tests.jobs.conftest import now
from tests.jobs.nursery import LOCK_SECONDS, wait_until
from tests.jobs.steps import each_once, effects, once, steps
from users.models import Job

ON_SQLITE = database.vendor == "sqlite"
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def are_all_finished() -> bool:
    return not Job.objects.filter(due_at__isnull=False).exists()


def work_all(worker) -> None:
    """Until no job is left: the lock of somebody killed lasts until the server misses them."""
    wait_until(lambda: not worker.work() and are_all_finished())


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("before begin", id="about to claim it"),
        pytest.param("after begin", id="claimed, not committed"),
        pytest.param("after take", id="claimed"),
        pytest.param("before effect", id="in the first step"),
        pytest.param("after effect:3", id="in a step, its effect not committed"),
        pytest.param("after note:3", id="in a step, all but committed"),
        pytest.param("before check:4", id="between two steps"),
        pytest.param("after note:5", id="in the last step"),
        pytest.param("before put_away", id="all done, not yet said"),
        pytest.param("after put_away", id="all done and said"),
    ],
)
def test_killed_at_any_moment_it_is_gone_on_with_and_nothing_is_done_twice(
    nursery, kinds, ask, worker, moment
):
    kinds("steps", steps)
    job = ask("steps", of=5)

    victim = nursery.start(dies=moment, lease=0)
    assert nursery.wait(victim) == -signal.SIGKILL
    work_all(worker)

    job = now(job)
    assert (job.status, job.done, job.result) == ("completed", 5, {"made": 5})
    assert effects(job) == each_once(job)
    assert [text for _, text in job.log if text.startswith("step")] == [f"step {n}" for n in range(5)]


@pytest.mark.parametrize(
    ("moment", "status", "count"),
    [
        pytest.param("after take", "completed", 1, id="before it"),
        pytest.param("before effect", "failed", 0, id="about to do it"),
        pytest.param("after effect", "failed", 1, id="just done"),
        pytest.param("after note:2", "completed", 1, id="done and noted"),
    ],
)
def test_what_cannot_be_taken_back_is_done_once_or_the_job_says_that_nobody_knows(
    nursery, kinds, ask, worker, moment, status, count
):
    kinds("once", once)
    job = ask("once")

    victim = nursery.start(dies=moment, lease=0)
    assert nursery.wait(victim) == -signal.SIGKILL
    work_all(worker)

    job = now(job)
    assert (job.status, effects(job)[0]) == (status, count)
    if status == "failed":
        assert "stopped while making a client. It is not known" in job.details


@pytest.mark.parametrize("kills", [8, pytest.param(400, marks=pytest.mark.deep)])
def test_workers_killed_at_random_moments_leave_no_job_behind(nursery, ask, kills):
    jobs = [ask("steps", of=random.randint(1, 6)) for _ in range(8 * kills)]
    workers = [nursery.start() for _ in range(3)]
    for _ in range(kills):
        time.sleep(random.uniform(0.01, 0.15))
        nursery.kill(workers.pop(0))
        workers.append(nursery.start())

    wait_until(are_all_finished, seconds=60 + kills)

    for worker in workers:
        nursery.stop(worker)
    assert {now(job).status for job in jobs} == {"completed"}
    assert [effects(job) for job in jobs] == [each_once(job) for job in jobs]


def test_two_workers_never_have_one_job_both(nursery, ask):
    jobs = [ask("steps", of=2) for _ in range(80)]
    # With a lease that never runs out, each job is begun once or it was begun by both.
    workers = [nursery.start(lease=600) for _ in range(2)]

    wait_until(are_all_finished)

    for worker in workers:
        nursery.stop(worker)
    assert [effects(job) for job in jobs] == [each_once(job) for job in jobs]
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("before check:4", id="between two steps"),
        pytest.param("after effect:3", id="in a step"),
        pytest.param("before put_away", id="all done, not yet said"),
    ],
)
def test_a_worker_that_hung_and_comes_back_writes_nothing_more(nursery, kinds, ask, worker, moment):
    if moment == "after effect:3" and ON_SQLITE:
        pytest.skip("it keeps the lock, so that nobody else can go on")
    kinds("steps", steps)
    job = ask("steps", of=5)
    hung = nursery.start(hangs=moment, lease=0.1, heartbeat=60)
    wait_until(lambda: now(job).done > 1 and now(job).due_at < timezone.now())
    assert worker.work()
    done = now(job)

    os.kill(hung, signal.SIGCONT)
    nursery.stop(hung)

    assert done.status == "completed"
    assert now(job).__dict__ | {"_state": None} == done.__dict__ | {"_state": None}
    assert effects(done) == each_once(done)


def test_told_to_stop_it_finishes_its_step_and_lets_the_job_go(nursery, kinds, ask, worker):
    kinds("steps", steps)
    job = ask("steps", of=3000)
    stopped = nursery.start(lease=600)
    wait_until(lambda: now(job).done > 2)

    nursery.stop(stopped)

    left = now(job)
    assert (left.status, left.attempts, left.claim) == ("pending", 0, "")
    assert effects(left) == dict.fromkeys(range(left.done), 1)
    Job.objects.filter(pk=job.pk).update(parameters={"of": left.done + 3})
    assert worker.work()
    job = now(job)
    assert (job.status, effects(job)) == ("completed", each_once(job))


@pytest.mark.skipif(not ON_SQLITE, reason="elsewhere nobody locks the whole database")
def test_a_lock_longer_than_it_waits_costs_the_worker_nothing(nursery, ask):
    worker = nursery.start()
    job = ask("steps", of=3000)
    wait_until(lambda: now(job).done > 2)
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(parameters={"of": now(job).done + 3})
        time.sleep(LOCK_SECONDS * 1.5)

    wait_until(are_all_finished)

    nursery.stop(worker)
    job = now(job)
    assert (job.status, effects(job)) == ("completed", each_once(job))


@pytest.mark.skipif(ON_SQLITE, reason="there is no server to lose")
def test_lost_connections_cost_the_worker_nothing(nursery, ask):
    worker = nursery.start()
    job = ask("steps", of=3000)
    wait_until(lambda: now(job).done > 2)
    with transaction.atomic(), database.cursor() as cursor:
        # Held, so that the worker learns of its new end before it gets on.
        found = Job.objects.select_for_update().get(pk=job.pk)
        Job.objects.filter(pk=job.pk).update(parameters={"of": found.done + 3})
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    wait_until(are_all_finished)

    nursery.stop(worker)
    job = now(job)
    assert (job.status, effects(job)) == ("completed", each_once(job))
