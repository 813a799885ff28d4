"""Cancel a job."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from users.jobs import queue
from users.jobs.visibility import visible_jobs
from users.models import Job
from users.rights.actor import Actor
from users.rights.errors import Denied


def cancel_job(job: Job, *, actor: Actor) -> bool:
    """Cancel the job: a pending one at once, a running one before its next step. What is done stays done.
    Returns False where it had ended already. Raises Denied unless the actor may see it."""
    with transaction.atomic():
        # Locked, so that a worker cannot take it between the check of its status and the update.
        found = visible_jobs(actor).select_for_update().filter(pk=job.pk).first()
        if found is None:
            raise Denied(gettext("You may not cancel this job."))
        if found.is_finished:
            return False
        if found.status == Job.Status.PENDING:
            queue.finish_pending_job(found, Job.Status.CANCELLED, cancelled_by=actor.name)
        else:
            # Only marked: the worker may be in the middle of a step, and cleans up when it sees this.
            Job.objects.filter(pk=found.pk).update(cancelled_by=actor.name)
    return True
