"""The metadata map: which keys the two documents have, and links to the users who have them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from users.admin.jobs import LARGE_COLUMNS
from users.admin.metadata import key_descriptions
from users.admin.request import TemplateContext
from users.jobs.progress import percentage
from users.jobs.visibility import visible_jobs
from users.metadata.documents import DOCUMENTS
from users.metadata_map.keys import KeyCounts, MetadataMap, visible_keys
from users.metadata_map.survey_requests import request_exact_count, request_sample
from users.models import Job, MetadataKey, MetadataSurvey
from users.rights.actor import Actor
from users.rights.may import Verb, check, denial_reason
from users.rights.visible import visible
from users.search.query_links import query_for_key, query_for_value
from users.web.page_view import PageRequest

PAGE_SIZE = 25
# Which values get a bar: at most so many, each held by at least this share of the users who have the
# key; a value of a single user only where few users have the key, since elsewhere it would identify them.
MAX_VALUES, MIN_SHARE, SMALL_COUNT = 5, 0.01, 10
SURVEY_REQUESTS = {"sample": request_sample, "count": request_exact_count}
SURVEY_JOB_KINDS = (Job.Kind.METADATA_SAMPLE, Job.Kind.METADATA_COUNT)
SCALARS = frozenset({"string", "number", "boolean"})
# How long a failed job stays on the page.
FAILURE_SHOWN_FOR = timedelta(days=2)


def metadata_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET shows the map, POST requests a new survey."""
    actor = request.actor
    check(actor, Verb.VIEW)
    if request.method == "POST":
        return _request_survey(request, actor)
    document, text = request.GET.get("document", ""), request.GET.get("text", "").replace("\0", "").strip()
    # Keys of a hidden document are not even named.
    documents = [name for name in DOCUMENTS if visible(actor, name)]
    drawn = MetadataMap()
    document = document if document in documents else ""
    keys = visible_keys(actor, drawn.keys(document=document, holding=text.split()))
    # Numbered pages are cheap here: all keys are in memory, bounded by the survey.
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
    jobs = _recent_jobs(actor)
    context = {
        **frame,
        "title": gettext("Metadata"),
        "section": "metadata",
        "tab": "keys",
        "surveys": drawn.surveys,
        "latest": drawn.latest,
        "jobs": jobs,
        "is_live": any(not row["job"].is_finished for row in jobs),
        "busy": {row["job"].kind for row in jobs if not row["job"].is_finished},
        "ask_refusal": denial_reason(actor, Verb.SURVEY),
        "documents": documents,
        "document": document,
        "text": text,
        "page": page,
        "rows": [_row(drawn, key) for key in page],
    }
    return TemplateResponse(request, "users/admin/metadata.html", context)


def _request_survey(request: PageRequest, actor: Actor) -> HttpResponse:
    # Only names from the table run; the request itself checks the right.
    ask = SURVEY_REQUESTS.get(request.POST.get("ask", ""))
    if ask:
        ask(actor)
        messages.success(request, gettext("Requested. This page updates itself."))
    return redirect("admin:metadata")


def _recent_jobs(actor: Actor) -> list[TemplateContext]:
    """Return the latest job of each kind that is running or failed recently.

    `is_theirs`: this staff member may open the page of the job.
    """
    recent = Job.objects.filter(
        kind__in=SURVEY_JOB_KINDS, created_at__gte=timezone.now() - FAILURE_SHOWN_FOR
    ).defer(*LARGE_COLUMNS)
    # Later jobs replace earlier ones of their kind.
    latest = {job.kind: job for job in recent.order_by("created_at", "id")}
    shown = [job for job in latest.values() if not job.is_finished or job.status == Job.Status.FAILED]
    theirs = set(visible_jobs(actor).filter(pk__in=[job.pk for job in shown]).values_list("pk", flat=True))
    return [{"job": job, "percentage": percentage(job), "is_theirs": job.pk in theirs} for job in shown]


def _row(drawn: MetadataMap, key: MetadataKey) -> TemplateContext:
    row = {"key": key, "parents": _parents(key), "link": _search_url(query_for_key(key))}
    counts = drawn.counts(key)
    if counts is None:
        return row
    exact = drawn.counts(key, MetadataSurvey.Kind.EXACT)
    return {
        **row,
        "counts": counts,
        "exact": exact if exact is not None and exact.survey != counts.survey else None,
        "types": key_descriptions.describe_types(counts),
        "has_values": bool(SCALARS & (counts.types.keys() | counts.items.keys())),
        "percent": key_descriptions.format_percent(counts.share),
        "people": key_descriptions.describe_users(counts),
        "values": [
            _value_row(key, counts, *value)
            for value in counts.values[:MAX_VALUES]
            if value[-1] >= (2 if counts.users > SMALL_COUNT else 1) and value[-1] >= MIN_SHARE * counts.users
        ],
    }


def _search_url(query: str) -> str:
    """Return the URL of the list of users that the query finds."""
    return f"{reverse('admin:users_user_changelist')}?{urlencode({'q': query})}"


def _parents(key: MetadataKey) -> list[str]:
    """Return the names that precede the key's own name."""
    return [key.document, *key.path[:-1]]


def _value_row(key: MetadataKey, counts: KeyCounts, kind: str, value: Any, number: int) -> TemplateContext:
    # A survey may meet a key only in values that it does not count.
    share = number / counts.users if counts.users else 0.0
    return {
        "text": key_descriptions.format_value(kind, value),
        "link": _search_url(query_for_value(key, kind, value)),
        "number": number,
        "percent": key_descriptions.format_percent(share),
        "width": round(share * 100, 1),
    }
