"""The queue: claim a job, extend its lease, requeue or finish it. Every write but the claim itself
requires the claim."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from users.jobs.files import delete_file
from users.jobs.job_log import append_line
from users.jobs.registry import JobKind
from users.models import Job

Status = Job.Status

WORKER_STOPPED = "The worker stopped before the job was finished."


def claim_job(kinds: dict[str, JobKind], lease: float) -> Job | None:
    """Claim the job that has waited longest, with a lease of `lease` seconds. None if none is due."""
    # First a query without lock: on SQLite an idle worker that locked each time would block all writers.
    while _due_jobs(kinds).exists():
        with transaction.atomic():
            # PostgreSQL skips jobs that another worker is claiming. SQLite ignores the lock: its transaction
            # has the write lock already.
            job = _due_jobs(kinds).select_for_update(skip_locked=True).first()
            if job is None:
                return None
            if _claim(job, kinds[job.kind], lease):
                return job
    return None


def has_waiting_jobs(kinds: Collection[str]) -> bool:
    """Whether any job could be taken now."""
    return _due_jobs(kinds).exists()


def extend_lease(job: Job, lease: float, **columns: Any) -> bool:
    """Write to a claimed job, and extend its lease by `lease` seconds. False if the claim is lost."""
    return _update_if_claimed(job, due_at=_seconds_from_now(lease), **columns)


def requeue_job(job: Job, *, rest: float = 0, **columns: Any) -> bool:
    """Return the job to the queue, due in `rest` seconds at the earliest (backoff)."""
    return _update_if_claimed(job, status=Status.PENDING, claim="", due_at=_seconds_from_now(rest), **columns)


def finish_job(
    job: Job, status: Status, details: str = "", *, keeps_file: bool = False, **columns: Any
) -> bool:
    """Take the job out of the queue for good, and delete its file unless that is the result. False where
    another worker has claimed it since."""
    with transaction.atomic():
        # The claim before the file: a worker that lost the job must not delete what the new one reads.
        if not _update_if_claimed(job, **_finished_columns(status, details), **columns):
            return False
        if not keeps_file:
            delete_file(job)
    return True


def delete_job(job: Job) -> bool:
    """Delete the row of a completed job. False where another worker has claimed it since."""
    return bool(Job.objects.filter(pk=job.pk, claim=job.claim).delete()[0])


def finish_pending_job(job: Job, status: Status, **columns: Any) -> None:
    """End a job that no worker has, whose row the caller has locked in its transaction."""
    Job.objects.filter(pk=job.pk).update(**_finished_columns(status), **columns)
    delete_file(job)


def _finished_columns(status: Status, details: str = "") -> dict[str, Any]:
    """The columns of a job that has ended."""
    return {
        "status": status,
        "details": details[:500],
        "claim": "",
        "due_at": None,
        "finished_at": timezone.now(),
    }


def _due_jobs(kinds: Collection[str]) -> QuerySet[Job]:
    waiting = Job.objects.filter(due_at__lte=timezone.now(), kind__in=list(kinds))
    return waiting.order_by("due_at", "pk")


def _claim(job: Job, kind: JobKind, lease: float) -> bool:
    """Claim a job whose row is locked. False where it was cancelled or has no attempts left, and has been
    ended."""
    now = timezone.now()
    if job.status == Status.PROCESSING:
        job.log = append_line(job.log, WORKER_STOPPED, now)
    if job.cancelled_by:
        columns = _finished_columns(Status.CANCELLED)
    # A job that kills its worker (out of memory, say) never reports an error: it is counted here, or it would
    # take down workers for ever.
    elif job.attempts >= kind.attempts:
        columns = _finished_columns(Status.FAILED, f"{WORKER_STOPPED} It was started {job.attempts} times.")
    else:
        columns = {
            "status": Status.PROCESSING,
            "claim": secrets.token_hex(16),
            "attempts": job.attempts + 1,
            "due_at": _seconds_from_now(lease),
            "started_at": job.started_at or now,
        }
    for name, value in columns.items():
        setattr(job, name, value)
    Job.objects.filter(pk=job.pk).update(log=job.log, **columns)
    if job.is_finished:
        delete_file(job)
    return not job.is_finished


def _update_if_claimed(job: Job, **columns: Any) -> bool:
    """Update the job if the claim still holds; returns whether it did."""
    return bool(Job.objects.filter(pk=job.pk, claim=job.claim).update(**columns))


def _seconds_from_now(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
