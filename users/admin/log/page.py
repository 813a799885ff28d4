"""The page of the tenant log, for administrators."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from users.admin.configuration_history import history_urls, kind_label
from users.admin.log.query import build_query, read_filters
from users.admin.request import TemplateContext
from users.conf import conf
from users.history.subjects import emails_of_deleted
from users.listing.timeout import time_limit
from users.log.entry import log_entry
from users.log.position import LogPosition, parse_log_id
from users.log.read import Line, whole_log
from users.log.types import API_WRITE, DESCRIPTIONS, FAILURE_TYPES, GROUPS
from users.lucene.errors import QueryError
from users.lucene.printer import quote
from users.models import User
from users.querying.errors import SearchTimeout
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.web.page_view import PageRequest

PAGE_SIZE = 50
TOO_SLOW_MESSAGE = gettext_lazy(
    "This search of the log took too long. Choose a shorter period or a single user."
)


def log_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """List log entries, newest first, continuing before `?before=`."""
    actor = request.actor
    # Entries name users, IP addresses and clients of the whole tenant.
    if not actor.is_administrator:
        raise Denied(gettext("The log is for administrators."))
    filters = read_filters(request.GET)
    before = parse_log_id(request.GET.get("before", ""))
    found, error = _read_lines(filters, before)
    shown = found[:PAGE_SIZE]
    older = LogPosition.of(shown[-1]).log_id if len(found) > PAGE_SIZE else ""
    context = {
        **frame,
        "title": gettext("Log"),
        "section": "log",
        "filters": filters,
        "groups": {
            gettext(name): [(code, gettext(words)) for code, words in group.items()]
            for name, group in GROUPS.items()
        },
        "error": error,
        "rows": _rows(shown, actor),
        "is_older": before is not None,
        "type_label": _type_label(filters["type"]) if "type" in filters else gettext("All types"),
        "chips": _chips(filters),
        **_period_context(filters),
        "newest": f"?{urlencode(filters)}",
        "older": f"?{urlencode({**filters, 'before': older})}" if older else "",
        "days": conf.log_days,
    }
    return TemplateResponse(request, "users/admin/log.html", context, status=400 if error else 200)


def _chips(filters: dict[str, str]) -> list[TemplateContext]:
    """The filters in use, but for the search box, which shows its own text."""
    labels = {
        "type": gettext("type"),
        "user": gettext("user"),
        "client": gettext("client"),
        "from": gettext("from"),
        "to": gettext("to"),
    }
    return [
        {
            "label": labels[name],
            "value": _type_label(value) if name == "type" else value,
            "url": _url(filters, **{name: ""}),
        }
        for name, value in filters.items()
        if name != "q"
    ]


def _type_label(type_: str) -> str:
    """The type in words; an unknown one as it was asked for."""
    return gettext(DESCRIPTIONS[type_]) if type_ in DESCRIPTIONS else type_


def _period_context(filters: dict[str, str]) -> TemplateContext:
    """The presets of the period, and the label of the one in use."""
    today = timezone.now().astimezone(UTC).date()
    since, until = filters.get("from", ""), filters.get("to", "")
    choices = [
        {
            "label": label,
            "url": _url(filters, **{"from": start, "to": ""}),
            "is_current": since == start and not until,
        }
        for label, start in (
            (gettext("Today"), today.isoformat()),
            (gettext("Last 7 days"), (today - timedelta(days=6)).isoformat()),
            (gettext("Last 30 days"), (today - timedelta(days=29)).isoformat()),
            (gettext("Any time"), ""),
        )
    ]
    current = next((choice["label"] for choice in choices if choice["is_current"]), gettext("Chosen days"))
    return {"periods": choices, "period": current}


def _url(filters: dict[str, str], **others: str) -> str:
    """The URL of this search with these parameters replaced; an empty one removed."""
    parameters = {name: value for name, value in {**filters, **others}.items() if value}
    return f"?{urlencode(parameters)}"


def _read_lines(filters: dict[str, str], before: LogPosition | None) -> tuple[list[Line], str]:
    """Return one entry more than a page, or the reason why there is none."""
    try:
        log = whole_log().filter_by_query(build_query(filters)) if filters else whole_log()
        # A free query may scan the whole log.
        with time_limit(conf.search_timeout):
            return (log.before(before) if before else log).lines(PAGE_SIZE + 1), ""
    except QueryError as error:
        # Columns are meaningful only for text that staff typed themselves.
        text = str(error) if "q" in filters else error.reason
        return [], f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith("?") else ".")
    except SearchTimeout:
        return [], str(TOO_SLOW_MESSAGE)


def _rows(lines: list[Line], viewer: Actor) -> list[TemplateContext]:
    entries = [log_entry(line, viewer) for line in lines]
    # One query for all users of the page.
    ids = {entry["user_id"] for entry in entries if entry["user_id"]}
    users = {one.user_id: one for one in _users(ids)} if ids else {}
    # The log has no names of deleted users.
    deleted = emails_of_deleted(ids - users.keys())
    return [
        {
            "at": line.at,
            "words": entry["description"]
            if line.type == API_WRITE
            else gettext(DESCRIPTIONS.get(line.type, line.type)),
            "description": _extra_description(line.type, entry["description"]),
            "is_bad": line.type in FAILURE_TYPES,
            "entry": entry,
            "quoted_ip": quote(entry["ip"]) if entry["ip"] else "",
            "by": _actor_name(entry),
            "object": changed,
            "user": entry["user_name"] or deleted.get(entry["user_id"] or "") or entry["user_id"],
            "user_key": _user_pk(users.get(entry["user_id"]), line),
            # Names in other scripts stay readable; the template escapes what HTML needs.
            "json": json.dumps(entry, indent=2, ensure_ascii=False),
        }
        for line, entry, changed in zip(lines, entries, _objects(entries, viewer), strict=True)
    ]


def _objects(entries: list[dict[str, Any]], viewer: Actor) -> list[TemplateContext | None]:
    """Of each entry the configuration object that changed, with the URL of its history."""
    named = [
        (one["kind"], one["id"]) if (one := entry["details"].get("object")) else None for entry in entries
    ]
    urls = history_urls(filter(None, named), viewer)
    return [
        {"label": kind_label(one[0]), "id": one[1], "url": urls.get(one)} if one else _subject_of_note(entry)
        for one, entry in zip(named, entries, strict=True)
    ]


def _subject_of_note(entry: dict[str, Any]) -> TemplateContext | None:
    """The user whom a note is about; the entry itself is of its author."""
    note = entry["details"].get("note")
    return {"label": gettext("User"), "id": note["user_id"], "url": None} if note else None


def _users(ids: set[str]) -> QuerySet[User]:
    return User.objects.filter(user_id__in=ids).only("user_id", "created_at")


def _user_pk(user: User | None, line: Line) -> int | None:
    """Return the user's key; None where the entry is about an earlier user with the same id."""
    return user.pk if user and line.at >= user.created_at else None


def _extra_description(type_: str, description: str) -> str:
    """Return the description where it adds to the label of the type."""
    return "" if type_ == API_WRITE or description == DESCRIPTIONS.get(type_) else description


def _actor_name(entry: dict[str, Any]) -> str:
    """Return who did it, where it was not the user."""
    actor = entry["details"].get("actor", {})
    by_hand = actor.get("kind") in ("staff", "command")
    name: str = entry["client_name"] or entry["client_id"] or (actor.get("name", "") if by_hand else "")
    return name
