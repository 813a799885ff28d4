"""Ask for the map to be drawn anew."""

from __future__ import annotations

from django.db.models import QuerySet

from users.jobs.enqueue import enqueue
from users.models import Job
from users.rights.actor import Actor
from users.rights.may import Verb, check


def request_sample(actor: Actor) -> Job:
    """The job; the one under way where there is one. Raises Denied."""
    return _request(Job.Kind.METADATA_SAMPLE, actor)


def request_exact_count(actor: Actor) -> Job:
    """The same of an exact count."""
    return _request(Job.Kind.METADATA_COUNT, actor)


def sample_after_import(actor: Actor) -> None:
    """A new sample, in the caller's transaction. One that has begun may have passed by the new people."""
    if not _unfinished_jobs(Job.Kind.METADATA_SAMPLE).filter(status=Job.Status.PENDING).exists():
        enqueue(Job.Kind.METADATA_SAMPLE, actor=actor)


def unfinished_job(kind: str) -> Job | None:
    """The job of that kind that is still to be finished."""
    return _unfinished_jobs(kind).order_by("due_at", "id").first()


def _request(kind: str, actor: Actor) -> Job:
    check(actor, Verb.SURVEY)
    return unfinished_job(kind) or enqueue(kind, actor=actor)


def _unfinished_jobs(kind: str) -> QuerySet[Job]:
    return Job.objects.filter(kind=kind, due_at__isnull=False)
