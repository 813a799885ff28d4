"""Request a survey."""

from __future__ import annotations

from django.db.models import QuerySet

from users.jobs.enqueue import enqueue
from users.models import Job
from users.rights.actor import Actor
from users.rights.may import Verb, check


def request_sample(actor: Actor) -> Job:
    """Enqueue a sample, and return the job; the unfinished one if there is one. Raises Denied."""
    return _request(Job.Kind.METADATA_SAMPLE, actor)


def request_exact_count(actor: Actor) -> Job:
    """The same for an exact count."""
    return _request(Job.Kind.METADATA_COUNT, actor)


def sample_after_import(actor: Actor) -> None:
    """Enqueue a new sample, in the caller's transaction. A running one may have passed the imported users
    already."""
    if not _unfinished_jobs(Job.Kind.METADATA_SAMPLE).filter(status=Job.Status.PENDING).exists():
        enqueue(Job.Kind.METADATA_SAMPLE, actor=actor)


def unfinished_job(kind: str) -> Job | None:
    """The unfinished job of that kind, or None."""
    return _unfinished_jobs(kind).order_by("due_at", "id").first()


def _request(kind: str, actor: Actor) -> Job:
    check(actor, Verb.SURVEY)
    return unfinished_job(kind) or enqueue(kind, actor=actor)


def _unfinished_jobs(kind: str) -> QuerySet[Job]:
    return Job.objects.filter(kind=kind, due_at__isnull=False)
