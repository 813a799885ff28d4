"""Pages of jobs: staff see those they started, administrators all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from users.admin.actor_name import actor_name
from users.admin.bulk_report import report_context
from users.admin.imports.report import RECORD_KINDS, can_see_records, check_context, import_context
from users.admin.request import TemplateContext
from users.bulk_actions.request import request_undo
from users.import_export.requests import request_import
from users.jobs.cancel import cancel_job
from users.jobs.progress import percentage, seconds_left
from users.jobs.visibility import visible_jobs
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.metadata.documents import DOCUMENTS
from users.models import Job
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, denial_reason
from users.rights.visible import PROFILE, visible
from users.web.export_links import export_link, has_file
from users.web.page_view import PageRequest

PAGE_SIZE = 50
LIST = "jobs"
NEWEST_FIRST = Keyset(("created_at", "id"), is_descending=True)
# Failed records of an import, and errors of each, that the page lists; the API returns all of them.
MAX_FAILED_RECORDS, MAX_RECORD_ERRORS = 50, 5
# Columns that a list does not load, since they may be large.
LARGE_COLUMNS = ("state", "log", "parameters")
LARGE_OWNER_COLUMNS = ("owner__user_metadata", "owner__app_metadata")
# Numbers of a result that the list names, and what it calls some of them.
MAX_RESULTS = 3
RESULT_WORDS = {"people": "users"}


def jobs_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """List the jobs, newest first, continuing before `?before=`."""
    actor = request.actor
    # The cursor is looked up among visible jobs, so `?before=` cannot probe for others.
    jobs = visible_jobs(actor).select_related("owner").defer(*LARGE_COLUMNS, *LARGE_OWNER_COLUMNS)
    page = read_cursor_page(LIST, jobs, NEWEST_FIRST, size=PAGE_SIZE, cursor=request.GET.get("before", ""))
    context = {
        **frame,
        "title": gettext("Jobs"),
        "section": "jobs",
        "is_administrator": actor.is_administrator,
        "jobs": [_row(job, actor) for job in page.rows],
        "is_live": any(not job.is_finished for job in page.rows),
        "is_older": page.has_previous,
        "older": page.next,
    }
    return TemplateResponse(request, "users/admin/jobs.html", context)


def job_page(request: PageRequest, job_id: str, frame: dict[str, Any]) -> HttpResponse:
    """GET shows a job, POST cancels it. A job that the staff member may not see is a 404."""
    actor = request.actor
    job = visible_jobs(actor).select_related("user", "owner").filter(job_id=job_id).first()
    # A job of another staff member and a missing one have one answer, so that ids disclose nothing.
    if job is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "undo":
        undo = request_undo(job, actor=actor)
        messages.success(request, gettext("Undo started. This page shows the progress."))
        return redirect("admin:job", undo.job_id)
    if request.method == "POST" and request.POST.get("do") == "import":
        return redirect("admin:job", request_import(job, actor=actor).job_id)
    if request.method == "POST":
        # The worker may finish the job between the page and the button.
        if cancel_job(job, actor=actor):
            messages.success(request, gettext("Cancelled. Completed steps are not undone."))
        else:
            messages.info(request, gettext("Nothing to cancel: the job had already ended."))
        return redirect(request.path)
    report = {**report_context(job, actor), **check_context(job, actor), **import_context(job, actor)}
    context = {
        **frame,
        **_row(job, actor),
        "title": f"{job.get_kind_display()}, {job}",
        "section": "jobs",
        "about": job.user if job.user and visible(actor, PROFILE, user=job.user) else None,
        # For screen readers, which would otherwise announce every per cent.
        "tenth": (percentage(job) or 0) // 10 * 10,
        "seconds_left": seconds_left(job, timezone.now()),
        "results": list(_flatten_results(job.result)),
        "failed": _failed_records(job, actor) if job.kind in RECORD_KINDS else None,
        **report,
        "lines": [{"at": datetime.fromisoformat(at), "text": text} for at, text in reversed(job.log)],
    }
    return TemplateResponse(request, "users/admin/job.html", context)


def job_download_page(request: PageRequest, job_id: str, frame: dict[str, Any]) -> HttpResponse:
    """Redirect to a new signed link of the job's file. A job that the staff member may not see is a 404."""
    job = visible_jobs(request.actor).select_related("owner").filter(job_id=job_id).first()
    if job is None or not has_file(job):
        raise Http404
    if refusal := _download_refusal(job, request.actor):
        raise Denied(refusal)
    # Made now, and not with the page: it is valid for a minute only.
    return redirect(export_link(job))


def _download_refusal(job: Job, actor: Actor) -> str:
    """Why the staff member may not download the file of an export; empty where they may."""
    if refusal := denial_reason(actor, Verb.EXPORT):
        return refusal
    # The file has what its owner might see at the time.
    is_owner = actor.user is not None and job.owner_id == actor.user.pk
    if is_owner or all(visible(actor, document) for document in (PROFILE, *DOCUMENTS)):
        return ""
    return gettext("You may not see all that this file may contain.")


def _row(job: Job, actor: Actor) -> TemplateContext:
    recorded = job.actor.get("name") or job.client_id
    asked_by = actor_name(job.owner, recorded)
    return {
        "outcome": _outcome(job),
        "has_file": has_file(job),
        "download_refusal": _download_refusal(job, actor) if has_file(job) else "",
        "job": job,
        "percentage": percentage(job),
        "is_ending": bool(job.cancelled_by) and not job.is_finished,
        "asked_by": asked_by,
        # Who cancelled it is recorded by name only.
        "cancelled_by": asked_by if job.cancelled_by == recorded else job.cancelled_by,
    }


def _outcome(job: Job) -> str:
    """The first numbers of the result that are not zero: "250 inserted, 30 failed"."""
    if job.status != Job.Status.COMPLETED:
        return ""
    numbers = (
        (name, value) for name, value in _flatten_results(job.result) if isinstance(value, int) and value
    )
    # The total is that of the others.
    some = islice(((name, value) for name, value in numbers if name != "total"), MAX_RESULTS)
    words = ((value, RESULT_WORDS.get(name, name.replace("_", " "))) for name, value in some)
    return ", ".join(f"{intcomma(value)} {word}" for value, word in words)


def _flatten_results(result: dict[str, Any], *above: str) -> Iterator[tuple[str, Any]]:
    """Yield the job's result as names and values.

    {"summary": {"ignored": {"created_at": 3}}} yields "ignored: created_at", 3.
    """
    for name, value in result.items():
        if isinstance(value, dict):
            yield from _flatten_results(value, *above, name)
        else:
            yield ": ".join((*above[1:], name)), value


def _failed_records(job: Job, actor: Actor) -> TemplateContext | None:
    """Return the first failed records of an import as {"records": [...], "more": bool}.

    None where there are none, and for staff who may not see users with their `app_metadata`, since records
    contain it.
    """
    if not can_see_records(actor):
        return None
    # Only the email is loaded: a record may be as large as two documents.
    records = job.failed_records.values_list("number", "user__email", "errors")[: MAX_FAILED_RECORDS + 1]
    listed = [
        {
            "number": number,
            # A record is whatever was uploaded, so its email may be of any JSON type.
            "email": email if isinstance(email, str) else "",
            "errors": errors[:MAX_RECORD_ERRORS],
        }
        for number, email, errors in records
    ]
    return (
        {"records": listed[:MAX_FAILED_RECORDS], "more": len(listed) > MAX_FAILED_RECORDS} if listed else None
    )
