"""A job's progress, for its page and the API."""

from __future__ import annotations

from datetime import datetime

from users.models import Job


def percentage(job: Job) -> int | None:
    """Whole per cent, 100 only when all is done; None while the total is unknown."""
    return min(100, job.done * 100 // job.total) if job.total else None


def seconds_left(job: Job, now: datetime) -> int | None:
    """Estimated from the time taken so far; None where that cannot be estimated."""
    if job.status != Job.Status.PROCESSING or not job.total or not job.done or job.started_at is None:
        return None
    spent = (now - job.started_at).total_seconds()
    return max(0, round(spent * (job.total - job.done) / job.done))
