"""What the page of a job says of the check of an import, and the file of refused records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext

from users.admin.request import TemplateContext
from users.bulk_actions.request import undo_job_of, undo_refusal
from users.import_export.check_job import EXAMPLES, LOST_KEYS, OUTCOMES, UNCHANGED
from users.import_export.import_file import summarize
from users.import_export.import_record import Existing, Outcome
from users.import_export.record_schema import ERRORS_COLUMN
from users.import_export.requests import import_job_of, import_refusal
from users.jobs.visibility import visible_jobs
from users.metadata.documents import APP_METADATA
from users.metadata.text import dump
from users.models import FailedRecord, Job
from users.rights.actor import Actor
from users.rights.may import Verb, denial_reason
from users.rights.visible import PROFILE, visible
from users.web.page_view import PageRequest

# The jobs whose failed records are those of a file.
RECORD_KINDS = (Job.Kind.USERS_IMPORT, Job.Kind.IMPORT_CHECK)
# Rows of the file that are read at a time: each may be as large as two documents.
PORTION = 20


def check_context(job: Job, actor: Actor) -> TemplateContext:
    """Return the context of the check of an import; empty for any other job."""
    if job.kind != Job.Kind.IMPORT_CHECK:
        return {}
    counts = summarize(job.state, OUTCOMES)
    refusal = denial_reason(actor, Verb.CREATE) or import_refusal(job)
    return {
        "import_check": {
            "file_name": job.parameters["file_name"],
            "connection": job.parameters["connection"],
            "existing": _existing_labels()[job.parameters["existing"]],
            "counts": [(label, counts[outcome]) for outcome, label in _outcome_labels().items()],
            "lost_keys": job.state.get(LOST_KEYS, 0),
            "examples": list(_examples(job, actor)),
            "import_job": import_job_of(job),
            "number": counts[Outcome.INSERTED] + counts[Outcome.UPDATED],
            "refusal": refusal,
        }
    }


def import_context(job: Job, actor: Actor) -> TemplateContext:
    """Return what the page of an import says of its undo; empty for any other job."""
    if job.kind != Job.Kind.USERS_IMPORT:
        return {}
    written = job.state.get(Outcome.INSERTED, 0) + job.state.get(Outcome.UPDATED, 0)
    refusal = undo_refusal(job, actor)
    return {
        "import_undo": {
            "job": undo_job_of(job),
            "refusal": refusal,
            "is_offered": job.is_finished and written > 0,
        }
    }


def refused_file(request: PageRequest, job_id: str, frame: object) -> StreamingHttpResponse:
    """Send the refused records as JSON lines, each with its errors, to be fixed and imported again. 404 for
    a job that has none, or whose records the staff member may not see."""
    job = visible_jobs(request.actor).filter(job_id=job_id, kind__in=RECORD_KINDS).first()
    if job is None or not can_see_records(request.actor) or not job.failed_records.exists():
        raise Http404
    response = StreamingHttpResponse(_json_lines(job), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{job.job_id}-refused.jsonl"'
    return response


def can_see_records(actor: Actor) -> bool:
    """Whether the staff member may see records of a file, which may contain any field and document."""
    return visible(actor, PROFILE) and visible(actor, APP_METADATA)


def _existing_labels() -> dict[str, str]:
    return {
        Existing.REFUSE: gettext("Refused"),
        Existing.MERGE: gettext("Merged"),
        Existing.REPLACE: gettext("Replaced"),
    }


def _outcome_labels() -> dict[str, str]:
    return {
        Outcome.INSERTED: gettext("New"),
        Outcome.UPDATED: gettext("Changed"),
        UNCHANGED: gettext("Unchanged"),
        Outcome.FAILED: gettext("Refused"),
    }


def _examples(job: Job, actor: Actor) -> Iterator[TemplateContext]:
    """Yield the first users of each outcome, with those of their changes that the viewer may see."""
    if not visible(actor, PROFILE):
        return
    stored: dict[str, list[dict[str, Any]]] = job.state.get(EXAMPLES, {})
    labels = _outcome_labels()
    # What would change is what the reader most needs to see.
    for outcome in (Outcome.UPDATED, Outcome.INSERTED, UNCHANGED):
        if users := stored.get(outcome):
            rows = [
                {**user, "changes": [each for each in user["changes"] if _is_visible(actor, each["part"])]}
                for user in users
            ]
            yield {"label": labels[outcome], "users": rows, "more": job.state[outcome] - len(users)}


def _is_visible(actor: Actor, part: str) -> bool:
    return part != APP_METADATA or visible(actor, APP_METADATA)


def _json_lines(job: Job) -> Iterator[bytes]:
    last = 0
    # A query per portion and no cursor: a server-side cursor fails behind a connection pool.
    while records := list(job.failed_records.filter(number__gt=last)[:PORTION]):
        yield b"".join(_json_line(record) for record in records)
        last = records[-1].number


def _json_line(record: FailedRecord) -> bytes:
    errors = [{name: error[name] for name in ("message", "path") if name in error} for error in record.errors]
    return dump({**record.user, ERRORS_COLUMN: errors}).encode() + b"\n"
