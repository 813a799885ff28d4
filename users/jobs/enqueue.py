"""Ask for a job."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from users.jobs import wakeup
from users.jobs.requester import serialize_actor
from users.models import Job, User
from users.rights.actor import Actor, Kind


def enqueue(
    kind: str,
    *,
    actor: Actor,
    parameters: dict[str, Any] | None = None,
    user: User | None = None,
    once_key: str | None = None,
) -> Job:
    """Put a job into the queue, in the caller's transaction: it is there if and when that commits.

    `user` is whom it is about. Where there is a job with this `once_key` already, that one is
    returned. Whether the actor may is the caller's to ask, and the job's once it runs.
    """
    columns = {
        "kind": kind,
        "user": user,
        "owner": actor.user,
        "client_id": actor.id if actor.kind == Kind.CLIENT else "",
        "actor": serialize_actor(actor),
        "parameters": parameters or {},
        "due_at": timezone.now(),
    }
    if once_key is None:
        job, is_new = Job.objects.create(**columns), True
    else:
        job, is_new = Job.objects.get_or_create(once_key=once_key, defaults=columns)
    if is_new:
        transaction.on_commit(wakeup.notify_workers)
    return job
