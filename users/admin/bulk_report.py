"""What the page of a job says of a bulk action: its outcome so far, whom it skipped, and how to undo it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext

from users.admin.request import TemplateContext
from users.bulk_actions.actions import BLOCK, DELETE, UNBLOCK
from users.bulk_actions.outcomes import CHANGED, REASONS, SKIPPED, UNCHANGED, read_outcomes
from users.bulk_actions.request import UNDO, undo_job_of, undo_refusal
from users.jobs.visibility import visible_jobs
from users.models import FailedRecord, Job
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.rights.visible import PROFILE, visible
from users.web.page_view import PageRequest

KINDS = (Job.Kind.BULK_ACTION, Job.Kind.BULK_UNDO)
# Skipped users that the page lists; the file has all that are stored.
MAX_LISTED = 50
# Rows of the file that are read at a time.
PORTION = 500


def report_context(job: Job, actor: Actor) -> TemplateContext:
    """Return the context of a bulk action's job; empty for any other job."""
    if job.kind not in KINDS:
        return {}
    action = job.parameters["action"]
    refusal = undo_refusal(job, actor)
    undo = undo_job_of(job)
    counts = read_outcomes(job.state)
    return {
        "bulk": {
            "title": _titles()[action["type"]],
            "reason": job.parameters["reason"],
            "counts": [(label, counts[name]) for name, label in _labels(action["type"]).items()],
            "reasons": _reasons(job),
            "skipped": _listed(job) if visible(actor, PROFILE) else [],
            "undone_job": action.get("job"),
            "undo_job": undo,
            "can_undo": not refusal and undo is None and counts[CHANGED] > 0,
            "is_undoable": action["type"] in (BLOCK, UNBLOCK) and job.is_finished and counts[CHANGED] > 0,
            "refusal": refusal,
        }
    }


def skipped_file(request: PageRequest, job_id: str, frame: object) -> StreamingHttpResponse:
    """Send the users that a bulk action skipped as CSV, each with the reason. 404 for any other job."""
    job = visible_jobs(request.actor).filter(job_id=job_id, kind__in=KINDS).first()
    if job is None:
        raise Http404
    check(request.actor, Verb.VIEW)
    response = StreamingHttpResponse(_csv_lines(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{job.job_id}-skipped.csv"'
    return response


def _titles() -> dict[str, str]:
    return {
        BLOCK: gettext("Block users"),
        UNBLOCK: gettext("Unblock users"),
        DELETE: gettext("Delete users"),
        UNDO: gettext("Undo a job"),
    }


def _labels(type: str) -> dict[str, str]:
    changed = {
        BLOCK: gettext("Blocked"),
        UNBLOCK: gettext("Unblocked"),
        DELETE: gettext("Deleted"),
        UNDO: gettext("Undone"),
    }
    return {CHANGED: changed[type], UNCHANGED: gettext("Unchanged"), SKIPPED: gettext("Skipped")}


def _reasons(job: Job) -> list[tuple[str, int]]:
    """Why users were skipped, the most frequent reason first."""
    counted = job.state.get(REASONS, {}).items()
    return sorted(((gettext(reason), number) for reason, number in counted), key=lambda each: -each[1])


def _listed(job: Job) -> list[TemplateContext]:
    return [
        {
            "user_id": user.get("user_id", ""),
            "email": user.get("email", ""),
            "reason": gettext(errors[0]["message"]),
        }
        for user, errors in job.failed_records.values_list("user", "errors")[:MAX_LISTED]
    ]


class _Line:
    """A file object for `csv.writer` that returns each line instead of storing it."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(job: Job) -> Iterator[str]:
    write = csv.writer(_Line()).writerow
    yield "\ufeff" + write(["user_id", "email", "reason"])
    last = 0
    # A query per portion and no cursor: a server-side cursor fails behind a connection pool.
    while rows := list(_records_after(job, last)):
        for _, user, errors in rows:
            cells = [user.get("user_id", ""), user.get("email", ""), errors[0]["message"]]
            yield write(map(_harmless, cells))
        last = rows[-1][0]


def _records_after(job: Job, number: int) -> QuerySet[FailedRecord, tuple[int, dict[str, str], list[Any]]]:
    return job.failed_records.filter(number__gt=number).values_list("number", "user", "errors")[:PORTION]


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
