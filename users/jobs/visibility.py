"""Who may see a job."""

from __future__ import annotations

from django.db.models import QuerySet

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
