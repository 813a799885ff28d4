"""Request a bulk action, and its undo."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from users.bulk_actions.actions import ACTIONS
from users.bulk_actions.undo_job import undo_verb
from users.jobs.enqueue import enqueue
from users.jobs.visibility import visible_jobs
from users.models import Job
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check, denial_reason
from users.search.selection import Selection

UNDO = "undo"
Kind = Job.Kind
FAILURES = (Job.Status.FAILED, Job.Status.CANCELLED)


def request_bulk_action(type: str, selection: Selection, *, actor: Actor, reason: str = "") -> Job:
    """Enqueue the action for the selected users. Raises Denied, and QueryError where the selection is
    invalid."""
    check(actor, Verb.VIEW)
    check(actor, ACTIONS[type].verb)
    # Compiled to validate it: the job would only fail later.
    selection.users(actor)
    parameters = {"action": {"type": type}, "selection": selection.to_json(), "reason": reason}
    return enqueue(Kind.BULK_ACTION, actor=actor, parameters=parameters)


def request_export(format: str, selection: Selection, *, actor: Actor, reason: str = "") -> Job:
    """Enqueue an export of the selected users, as "json" (JSON lines) or "csv". Raises Denied and
    QueryError."""
    check(actor, Verb.VIEW)
    check(actor, Verb.EXPORT)
    selection.users(actor)
    parameters: dict[str, Any] = {"format": format, "selection": selection.to_json(), "reason": reason}
    if format == "csv":
        # The dashboard's files are opened in Excel, which needs it.
        parameters["csv_bom"] = True
    return enqueue(Kind.USERS_EXPORT, actor=actor, parameters=parameters)


def undo_refusal(job: Job, actor: Actor) -> str:
    """Why the job cannot be undone by this actor, as a sentence; empty where it can."""
    if not _is_undoable(job):
        return gettext("This cannot be undone.")
    if not job.is_finished:
        return gettext("Stop the job, or wait until it has ended, before you undo it.")
    return denial_reason(actor, undo_verb(job))


def _is_undoable(job: Job) -> bool:
    if job.kind == Kind.USERS_IMPORT:
        return True
    action = ACTIONS.get(job.parameters.get("action", {}).get("type", ""))
    return job.kind == Kind.BULK_ACTION and action is not None and action.is_undoable


def undo_job_of(job: Job) -> Job | None:
    """The job that undoes this one, where one has been requested and has not failed."""
    found = Job.objects.filter(once_key=_undo_key(job)).first()
    return None if found is None or found.status in FAILURES else found


def request_undo(job: Job, *, actor: Actor, reason: str = "") -> Job:
    """Enqueue the job that undoes this one; where there is one already, return that. Raises Denied."""
    with transaction.atomic():
        # Locked, so that two requests at once enqueue one job.
        locked = visible_jobs(actor).select_for_update().filter(pk=job.pk).first()
        if locked is None:
            raise Denied(gettext("You may not undo this job."))
        refused = undo_refusal(locked, actor)
        if refused:
            raise Denied(refused)
        # An undo that failed or was stopped may be requested again: it does what is left.
        Job.objects.filter(once_key=_undo_key(job), status__in=FAILURES).update(once_key=None)
        parameters = {"action": {"type": UNDO, "job": job.job_id}, "reason": reason}
        return enqueue(Kind.BULK_UNDO, actor=actor, parameters=parameters, once_key=_undo_key(job))


def _undo_key(job: Job) -> str:
    return f"undo {job.job_id}"
