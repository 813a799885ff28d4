"""Who may see a job."""

from __future__ import annotations

from django.db.models import QuerySet

from users.models import Job
from users.rights.actor import Actor, Kind


def visible_jobs(viewer: Actor) -> QuerySet[Job]:
    """Those that a staff member asked for; all of them for administrators."""
    if viewer.is_administrator:
        return Job.objects.all()
    if viewer.kind != Kind.STAFF:
        return Job.objects.none()
    return Job.objects.filter(owner=viewer.user)
