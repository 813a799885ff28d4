"""What becomes of a job: done, tried again, given up, cancelled, interrupted."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone

from tests.jobs.conftest import AT_ONCE, now
from tests.jobs.steps import each_once, effects, steps
from users.availability import report
from users.jobs import queue
from users.jobs.cancel import cancel_job
from users.jobs.errors import JobFailed
from users.jobs.job_log import MAX_LINES
from users.jobs.registry import KINDS, JobKind, register
from users.jobs.schedule import enqueue_due_jobs
from users.jobs.timing import Timing
from users.jobs.worker import INTERNAL_ERROR, Worker
from users.models import Job
from users.rights.actor import command_actor, staff_actor
from users.rights.errors import Denied

SHELL = command_actor("tests")


def texts(job: Job) -> list[str]:
    return [text for _, text in now(job).log]


def test_done_it_says_so(kinds, ask, worker):
    kinds("steps", steps)
    asked = ask("steps", of=3)

    assert worker.work()

    job = now(asked)
    assert (job.status, job.details, job.done, job.total) == ("completed", "", 3, 3)
    assert job.result == {"made": 3}
    assert job.due_at is None
    assert asked.created_at <= job.started_at <= job.finished_at
    assert texts(job) == ["step 0", "step 1", "step 2"]
    assert not worker.work()


def test_jobs_are_done_in_the_order_they_were_asked_for(kinds, ask, worker):
    seen = []
    kinds("noted", lambda run: seen.append(run.parameters["name"]))
    for name in "abc":
        ask("noted", name=name)

    while worker.work():
        pass

    assert seen == ["a", "b", "c"]


def test_a_kind_that_this_release_does_not_know_waits_for_one_that_does(kinds, ask, worker):
    kinds("steps", steps)
    job = ask("of tomorrow")

    assert not worker.work()
    assert now(job).status == "pending"


def test_what_broke_is_tried_again_from_where_it_was(kinds, ask, worker):
    kinds("steps", breaking(steps, times=2))
    job = ask("steps", of=4)

    while worker.work():
        pass

    assert (now(job).status, effects(job)) == ("completed", each_once(job))
    retried = "It failed unexpectedly (ZeroDivisionError) and is tried again in 0 seconds."
    assert texts(job).count(retried) == 2


def test_what_breaks_each_time_is_given_up_and_tells_people_nothing_of_the_machine(
    kinds, ask, worker, caplog
):
    def breaks(run):
        raise ZeroDivisionError("a secret")

    kinds("breaks", breaks, attempts=3)
    job = now(ask("breaks"))

    while worker.work():
        pass

    job = now(job)
    assert (job.status, job.details, job.attempts) == ("failed", INTERNAL_ERROR, 3)
    assert "secret" not in str(job.__dict__)
    assert "a secret" in caplog.text
    assert job.job_id in caplog.text


def test_it_rests_longer_after_each_attempt(kinds, ask):
    def breaks(run):
        raise ZeroDivisionError

    kinds("breaks", breaks, attempts=9)
    job = ask("breaks")
    worker, rests = Worker(Timing(rest=5)), []

    for _ in range(3):
        Job.objects.update(due_at=timezone.now())
        worker.work()
        rests.append((now(job).due_at - timezone.now()).total_seconds())

    assert rests == [pytest.approx(seconds, abs=2) for seconds in (5, 20, 80)]
    assert not worker.work()


def test_a_job_that_gets_on_never_runs_out_of_attempts(kinds, ask, worker):
    def one_a_time(run):
        steps_done = run.state.get("steps", 0)
        with run.step():
            run.state["steps"] = steps_done + 1
        if steps_done < 10:
            raise ZeroDivisionError

    kinds("slow", one_a_time, attempts=2)
    job = ask("slow")

    while worker.work():
        pass

    assert (now(job).status, now(job).state) == ("completed", {"steps": 11})


def test_a_step_that_breaks_leaves_nothing_behind_not_even_in_memory(kinds, ask, worker):
    def unlucky(run):
        try:
            with run.step():
                run.state["here"] = True
                run.progress(1, 2)
                run.log("here")
                raise ZeroDivisionError
        except ZeroDivisionError:
            return {"state": dict(run.state), "done": run.done, "lines": len(run.lines)}

    kinds("unlucky", unlucky)
    job = ask("unlucky")
    worker.work()

    assert now(job).result == {"state": {}, "done": 0, "lines": 0}


def test_a_step_in_somebody_elses_transaction_would_prove_nothing(kinds, ask, worker):
    def nested(run):
        with transaction.atomic(), run.step():
            pass

    kinds("nested", nested, attempts=1)
    job = ask("nested")
    worker.work()

    assert now(job).status == "failed"


@pytest.mark.parametrize("error", [JobFailed("There is no such file."), Denied("There is no such file.")])
def test_what_cannot_be_done_fails_at_once_and_says_why(kinds, ask, worker, error):
    def fails(run):
        run.log("looking")
        raise error

    kinds("fails", fails)
    job = ask("fails")

    assert worker.work()

    assert (now(job).status, now(job).details) == ("failed", "There is no such file.")
    assert texts(job) == ["looking"]
    assert not worker.work()


def test_rights_are_asked_for_once_more_when_it_runs(kinds, agent, ask, worker):
    kinds("acts", lambda run: {"as": run.actor.name})
    job = ask("acts", actor=staff_actor(agent))
    late = ask("acts", actor=staff_actor(agent))
    worker.work()
    Job.objects.filter(pk=late.pk).update(owner=None)

    worker.work()

    assert (now(job).status, now(job).result) == ("completed", {"as": str(agent)})
    assert (now(late).status, now(late).result) == ("failed", {})


def test_a_worker_that_dies_each_time_is_not_given_the_job_for_ever(kinds, ask, worker):
    kinds("steps", steps, attempts=3)
    job = ask("steps", of=1)
    for _ in range(3):
        assert queue.claim_job({"steps": kind_of("steps")}, lease=0) == job

    assert not worker.work()

    assert (now(job).status, now(job).due_at) == ("failed", None)
    assert now(job).details == "The worker stopped before the job was finished. It was started 3 times."


def test_a_job_is_nobody_elses_while_its_worker_is_heard_of(kinds, ask, worker):
    kinds("steps", steps)
    job = queue.claim_job({"steps": kind_of("steps")}, lease=60) if ask("steps", of=1) else None

    assert not worker.work()
    assert queue.extend_lease(job, lease=0)
    assert worker.work()
    assert not queue.extend_lease(job, lease=60)
    assert now(job).status == "completed"


def test_cancelled_before_it_began_it_never_does(kinds, ask, worker):
    kinds("steps", steps)
    job = ask("steps", of=3)

    assert cancel_job(job, actor=SHELL)

    assert not worker.work()
    assert (now(job).status, now(job).cancelled_by) == ("cancelled", "tests")
    assert effects(job) == {}


def test_cancelled_in_the_middle_it_ends_before_its_next_step(kinds, ask, worker):
    def cancelled_at_two(run):
        def look():
            if run.done == 2:
                cancel_job(run.job, actor=SHELL)
            original()

        original, run.check_interrupted = run.check_interrupted, look
        return steps(run)

    kinds("steps", cancelled_at_two)
    job = ask("steps", of=5)

    worker.work()

    assert (now(job).status, now(job).done, now(job).cancelled_by) == ("cancelled", 2, "tests")
    assert effects(job) == {0: 1, 1: 1}
    assert not worker.work()


def test_cancelled_while_its_worker_was_dead_it_is_not_gone_on_with(kinds, ask, worker):
    kinds("steps", steps)
    job = ask("steps", of=3)
    queue.claim_job({"steps": kind_of("steps")}, lease=0)

    assert cancel_job(job, actor=SHELL)
    assert now(job).status == "processing"
    assert not worker.work()

    assert (now(job).status, effects(job)) == ("cancelled", {})


def test_what_is_finished_is_not_cancelled(kinds, ask, worker):
    kinds("steps", steps)
    job = ask("steps", of=1)
    worker.work()

    assert not cancel_job(job, actor=SHELL)
    assert (now(job).status, now(job).cancelled_by) == ("completed", "")


def test_a_long_job_makes_way_for_others_and_goes_on_after_them(kinds, ask):
    order = []
    kinds("long", breaking(steps, times=0, before=lambda: order.append("long")))
    kinds("short", lambda run: order.append("short"))
    worker = Worker(Timing(turn=0, lease=60))
    long, _ = ask("long", of=5), ask("short")

    while worker.work():
        pass

    assert order == ["long", "short", "long"]
    assert (now(long).status, effects(long)) == ("completed", each_once(long))


def test_a_long_job_that_nobody_waits_for_is_done_in_one_go(kinds, ask):
    kinds("steps", steps)
    job = ask("steps", of=5)

    assert Worker(Timing(turn=0)).work()

    assert now(job).status == "completed"


def test_a_log_keeps_its_latest_lines(kinds, ask, worker):
    def talks(run):
        for number in range(MAX_LINES + 5):
            run.log(f"line {number} " + "x" * 1000)

    kinds("talks", talks)
    job = ask("talks")
    worker.work()

    assert len(texts(job)) == MAX_LINES
    assert texts(job)[-1].startswith(f"line {MAX_LINES + 4} ")
    assert max(map(len, texts(job))) <= 500


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_outlives_whatever_goes_wrong(kinds, ask, monkeypatch, caplog):
    report.clear()
    worker = Worker(AT_ONCE)
    kinds("last", lambda run: worker.stop())
    job = ask("last")
    gone, locked = psycopg.errors.AdminShutdown("gone"), psycopg.errors.LockNotAvailable("locked")
    troubles = [locked, ZeroDivisionError(), gone]
    original = queue.claim_job

    def take(*args):
        if troubles:
            raise troubles.pop(0)
        return original(*args)

    monkeypatch.setattr(queue, "claim_job", take)

    worker.run()

    assert now(job).status == "completed"
    faults = [record for record in caplog.records if record.exc_info]
    assert [record.getMessage() for record in faults] == ["the worker continues after this error"]
    assert "database_busy: locked" in caplog.text
    assert "database_unavailable: gone" in caplog.text


def test_periodic_jobs_are_asked_for_once_a_period_by_however_many_workers(kinds, ask, monkeypatch):
    kinds("daily", lambda run: None, every=timedelta(days=1))

    for days in (0, 0, 1):
        moment = timezone.now() + timedelta(days=days)
        monkeypatch.setattr("users.jobs.schedule.timezone.now", lambda moment=moment: moment)
        enqueue_due_jobs()
        enqueue_due_jobs()

    assert Job.objects.filter(kind="daily").count() == 2
    assert {job.actor["name"] for job in Job.objects.all()} == {"Profiledesk"}


def test_two_kinds_of_one_name_are_a_mistake_of_ours(kinds):
    register({"a": JobKind(print)})

    with pytest.raises(ValueError, match="there is a kind a already"):
        register({"b": JobKind(print), "a": JobKind(print)})
    assert list(KINDS) == ["a"]


def kind_of(name):
    return KINDS[name]


def breaking(work, *, times, before=lambda: None):
    """The same work, which breaks after its second step as often as given."""
    left = times

    def worked(run):
        nonlocal left
        before()
        original = run.check_interrupted

        def look():
            nonlocal left
            original()
            if left and run.done >= 2:
                left -= 1
                raise ZeroDivisionError

        run.check_interrupted = look
        return work(run)

    return worked
