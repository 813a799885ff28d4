"""Request the check of an import file in the dashboard, and then the import."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from users.import_export.import_record import Existing, Outcome
from users.jobs.enqueue import enqueue
from users.jobs.files import is_expired, move_file, store_file
from users.jobs.visibility import visible_jobs
from users.models import Connection, Job
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check

Kind = Job.Kind
FAILURES = (Job.Status.FAILED, Job.Status.CANCELLED)


def request_check(
    chunks: Iterable[bytes], connection: Connection, existing: Existing, *, file_name: str, actor: Actor
) -> Job:
    """Store the file and enqueue its check. Raises Denied."""
    _check_rights(actor, existing)
    parameters = {
        "connection_id": connection.connection_id,
        "connection": connection.name,
        "existing": existing,
        "file_name": file_name,
    }
    # The job and its file together: a worker must not find a job without a file.
    with transaction.atomic():
        job = enqueue(Kind.IMPORT_CHECK, actor=actor, parameters=parameters)
        store_file(job, chunks)
    return job


def import_job_of(check_job: Job) -> Job | None:
    """The import of the checked file, where one has been requested."""
    return Job.objects.filter(once_key=_import_key(check_job)).first()


def import_refusal(check_job: Job) -> str:
    """Why the checked file cannot be imported, as a sentence; empty where it can."""
    if check_job.status != Job.Status.COMPLETED:
        return gettext("Only a file whose check has ended can be imported.")
    summary = check_job.result["summary"]
    if not summary[Outcome.INSERTED] and not summary[Outcome.UPDATED]:
        return gettext("An import of this file would change nothing.")
    if is_expired(check_job, timezone.now()):
        return gettext("The file was deleted 24 hours after its check. Upload it again.")
    return ""


def request_import(check_job: Job, *, actor: Actor) -> Job:
    """Enqueue the import of the checked file; where it has been requested already, return that. Raises
    Denied."""
    with transaction.atomic():
        # Locked, so that two requests at once enqueue one job.
        locked = visible_jobs(actor).select_for_update().filter(pk=check_job.pk).first()
        if locked is None:
            raise Denied(gettext("You may not import this file."))
        if job := import_job_of(locked):
            return job
        _check_rights(actor, Existing(locked.parameters["existing"]))
        if refusal := import_refusal(locked):
            raise Denied(refusal)
        job = enqueue(
            Kind.USERS_IMPORT, actor=actor, parameters=locked.parameters, once_key=_import_key(locked)
        )
        move_file(locked, job)
    return job


def _check_rights(actor: Actor, existing: Existing) -> None:
    """The rights that the job checks again for each record: without them it would only fail later."""
    check(actor, Verb.VIEW)
    check(actor, Verb.CREATE)
    if existing != Existing.REFUSE:
        check(actor, Verb.CHANGE_PROFILE)


def _import_key(check_job: Job) -> str:
    return f"import {check_job.job_id}"
