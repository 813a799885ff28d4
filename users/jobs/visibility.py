"""Who may see a job, and how many run."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from users.models import Job
from users.rights.actor import Actor, Kind


def visible_jobs(viewer: Actor) -> QuerySet[Job]:
    """The jobs that a staff member requested; all jobs for administrators."""
    if viewer.is_administrator:
        return Job.objects.all()
    # No lists for API clients and users. A client that has a job's id reads it through the API.
    if viewer.kind != Kind.STAFF:
        return Job.objects.none()
    return Job.objects.filter(owner=viewer.user)


def count_running(viewer: Actor) -> int:
    """How many of the jobs that the viewer may see are being worked on at this moment.

    By the end of the lease, which the index on `due_at` holds: jobs that wait, however many, are not read.
    """
    running = visible_jobs(viewer).filter(due_at__gt=timezone.now(), status=Job.Status.PROCESSING)
    return running.count()
