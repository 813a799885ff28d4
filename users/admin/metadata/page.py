"""The metadata map: which keys the two documents have, and links to the users who have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
from users.metadata_map.keys import NULL, KeyCounts, MetadataMap, visible_keys
from users.metadata_map.survey_requests import request_exact_count, request_sample
from users.models import IndexedKey, Job, MetadataKey, MetadataSurvey
from users.rights.actor import Actor
from users.rights.may import Verb, check, denial_reason
from users.rights.visible import visible
from users.search.indexed_keys import KeyPath, indexed_keys
from users.search.query_links import query_for_key, query_for_type, query_for_value
from users.web.page_view import PageRequest

PAGE_SIZE = 50
# Which values get a bar: at most so many, each held by at least this share of the users who have the
# key; a value of a single user only where few users have the key, since elsewhere it would identify them.
MAX_VALUES, MIN_SHARE, SMALL_COUNT = 3, 0.01, 10
# Orders of the list, each with whether it descends.
ORDERS = {"share": True, "name": False, "written": True}
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
    differs, order = request.GET.get("types") == "differ", request.GET.get("sort", "")
    order = order if order in ORDERS else "share"
    # Keys of a hidden document are not even named.
    documents = [name for name in DOCUMENTS if visible(actor, name)]
    drawn = MetadataMap()
    document = document if document in documents else ""
    keys = visible_keys(actor, drawn.keys(document=document, holding=text.split()))
    # All of them, for the number beside the filter: they are in memory, bounded by the survey.
    conflicts = {key.pk for key in keys if (counts := drawn.counts(key)) and counts.has_conflict}
    shown = [key for key in keys if key.pk in conflicts] if differs else keys
    page = Paginator(_in_order(shown, drawn, order), PAGE_SIZE).get_page(request.GET.get("page"))
    jobs = _recent_jobs(actor)
    indexed = indexed_keys()
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
        "differs": differs,
        "conflicts": len(conflicts),
        "order": order,
        "page": page,
        "rows": [_row(drawn, key, indexed) for key in page],
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


def _in_order(keys: list[MetadataKey], drawn: MetadataMap, order: str) -> list[MetadataKey]:
    """The keys in this order; those that are equal in it by name, which is how they were read."""
    begun = datetime.min.replace(tzinfo=UTC)

    def position(key: MetadataKey) -> Any:
        if order == "written":
            return key.last_written or begun
        if order == "name":
            return (key.path[-1].casefold(), key.name)
        counts = drawn.counts(key)
        return counts.share if counts else 0.0

    return sorted(keys, key=position, reverse=ORDERS[order])


def _row(drawn: MetadataMap, key: MetadataKey, indexed: Mapping[KeyPath, IndexedKey]) -> TemplateContext:
    row = {
        "key": key,
        "name": key.path[-1],
        "path": ".".join([key.document, *key.path[:-1]]),
        "link": _search_url(query_for_key(key)),
        "is_indexed": (key.document, tuple(key.path)) in indexed,
    }
    counts = drawn.counts(key)
    if counts is None:
        return row
    exact = drawn.counts(key, MetadataSurvey.Kind.EXACT)
    return {
        **row,
        "counts": counts,
        "exact": exact if exact is not None and exact.survey != counts.survey else None,
        "types": _types(key, counts),
        "has_values": bool(SCALARS & (counts.types.keys() | counts.items.keys())),
        "percent": key_descriptions.format_percent(counts.share),
        "width": round(counts.share * 100, 1),
        "users": key_descriptions.describe_users(counts),
        "values": _values(key, counts),
    }


def _types(key: MetadataKey, counts: KeyCounts) -> list[TemplateContext]:
    """The types, the most frequent first; null only where users have nothing else."""
    held = {name: number for name, number in counts.types.items() if name != NULL} or counts.types
    return [
        {
            "label": key_descriptions.label_type(counts, name),
            "number": number,
            "link": _search_url(query_for_type(key, name)),
        }
        for name, number in sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _values(key: MetadataKey, counts: KeyCounts) -> list[TemplateContext]:
    """The most frequent values, each with its place in a bar of all who have the key, in per cent."""
    rows: list[TemplateContext] = []
    least = max(2 if counts.users > SMALL_COUNT else 1, MIN_SHARE * counts.users)
    for kind, value, number in counts.values[:MAX_VALUES]:
        if number < least:
            continue
        # A survey may meet a key only in values that it does not count.
        share = number / counts.users if counts.users else 0.0
        # Of a list each item counts, so that the shares may add up to more than all.
        start = rows[-1]["end"] if rows else 0.0
        end = min(round(start + share * 100, 1), 100.0)
        rows.append(
            {
                "text": key_descriptions.format_value(kind, value),
                "link": _search_url(query_for_value(key, kind, value)),
                "number": number,
                "percent": key_descriptions.format_percent(share),
                "start": start,
                "width": round(end - start, 1),
                "end": end,
            }
        )
    return rows


def _search_url(query: str) -> str:
    """Return the URL of the list of users that the query finds."""
    return f"{reverse('admin:users_user_changelist')}?{urlencode({'q': query})}"
