"""Call a job off."""

from __future__ import annotations

from django.db import transaction

from users.jobs import queue
from users.jobs.visibility import visible_jobs
from users.models import Job
from users.rights.actor import Actor
from users.rights.errors import Denied


def cancel_job(job: Job, *, actor: Actor) -> bool:
    """What is done stays done. One that is being processed ends before its next step. False: it
    had ended by itself. Raises Denied unless the actor may see it."""
    with transaction.atomic():
        found = visible_jobs(actor).select_for_update().filter(pk=job.pk).first()
        if found is None:
            raise Denied("You may not cancel this job.")
        if found.is_finished:
            return False
        if found.status == Job.Status.PENDING:
            queue.finish_pending_job(found, Job.Status.CANCELLED, cancelled_by=actor.name)
        else:
            Job.objects.filter(pk=found.pk).update(cancelled_by=actor.name)
    return True
