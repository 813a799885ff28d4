"""Enqueue a job."""

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
    """Insert a job into the queue, in the caller's transaction: it exists if and when that commits.

    `user` is the user it is about. If a job with this `once_key` exists, that one is returned
    (idempotent). The caller checks the actor's rights, and the job checks them again when it runs.
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
        # Not before the commit: a worker woken earlier would not find the job yet.
        transaction.on_commit(wakeup.notify_workers)
    return job
