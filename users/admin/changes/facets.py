"""Facets of the activity: who, through what and what, each with a count and a link that narrows the list.

Counted among the newest lines only, so that a page costs the same however long the record is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from users.admin.actor_name import actor_name
from users.admin.changes.filter_form import CHOICES, ChangeFilterForm, period_start
from users.admin.changes.rows import People, users_named
from users.admin.request import TemplateContext
from users.log.activity_count import ActivityCount, count_activity
from users.models import Change
from users.rights.actor import Actor, Kind
from users.rights.visible import PROFILE, visible

# Entries of a facet.
MAX_ACTORS, MAX_KEYS = 6, 8
PERIODS = (1, 7, 30)
ICONS = {Kind.CLIENT: "bot", Kind.COMMAND: "terminal", Kind.STAFF: "user", Kind.RULE: "terminal"}


def facet_context(form: ChangeFilterForm, viewer: Actor) -> TemplateContext:
    """Return the template context of the facets of a search: of its period and its user, whatever the
    facets themselves have been narrowed to."""
    wanted = form.wanted
    if wanted is None:
        return {}
    counted = count_activity(viewer, wanted)
    return {
        "facets": [
            {"title": gettext("Who"), "entries": list(_who(form, counted, viewer))},
            {"title": gettext("What"), "entries": list(_what(form, counted))},
            {"title": gettext("Through"), "entries": list(_through(form, counted))},
            {"title": gettext("Keys"), "entries": list(_keys(form, counted)), "is_code": True},
        ],
        "facets_read": counted.read,
        "facets_are_capped": counted.is_capped,
    }


def period_context(form: ChangeFilterForm) -> TemplateContext:
    """Return the presets of the period, and the label of the one in use."""
    today = timezone.now().astimezone(UTC).date()
    labels = {1: gettext("Today"), 7: gettext("Last 7 days"), 30: gettext("Last 30 days")}
    since, until = form.data.get("since", ""), form.data.get("until", "")
    presets = [
        {
            "label": labels[days],
            "url": form.address(since=period_start(days, today), until=""),
            "is_current": since == period_start(days, today) and not until,
        }
        for days in PERIODS
    ]
    any_time = {
        "label": gettext("Any time"),
        "url": form.address(since="", until=""),
        "is_current": not since and not until,
    }
    choices = [*presets, any_time]
    current = next((choice["label"] for choice in choices if choice["is_current"]), gettext("Chosen days"))
    return {"periods": choices, "period": current}


def _who(form: ChangeFilterForm, counted: ActivityCount, viewer: Actor) -> Iterator[TemplateContext]:
    actor, kind = form.data.get("actor", ""), form.data.get("kind", "")
    yield {
        "label": gettext("Everyone"),
        "count": counted.read,
        "url": form.address(actor="", kind=""),
        "is_current": not actor and not kind,
    }
    common = counted.actors.most_common(MAX_ACTORS)
    ids = [actor_id for (actor_kind, actor_id), _ in common if actor_kind == Kind.STAFF]
    staff = People(users_named(ids) if ids and visible(viewer, PROFILE) else {})
    for (actor_kind, actor_id), number in common:
        at, recorded = counted.newest[actor_kind, actor_id]
        yield {
            "label": actor_name(staff.at(actor_id, at), recorded),
            "icon": ICONS[Kind(actor_kind)],
            "count": number,
            "url": form.address(actor=actor_id, kind=""),
            "is_current": actor == actor_id,
        }
    if counted.by_users:
        yield {
            "label": gettext("The users"),
            "icon": "users",
            "count": counted.by_users,
            "url": form.address(actor="", kind=Kind.USER),
            "is_current": kind == Kind.USER,
        }


def _what(form: ChangeFilterForm, counted: ActivityCount) -> Iterator[TemplateContext]:
    labels: dict[str, Any] = {
        **dict(Change.What.choices),
        "sign_ins": gettext("Sign-ins"),
        "failures": gettext("Failures"),
    }
    return _entries(form, "part", counted.parts, labels)


def _through(form: ChangeFilterForm, counted: ActivityCount) -> Iterator[TemplateContext]:
    return _entries(form, "face", counted.faces, CHOICES["face"])


def _keys(form: ChangeFilterForm, counted: ActivityCount) -> Iterator[TemplateContext]:
    common = Counter(dict(counted.keys.most_common(MAX_KEYS)))
    return _entries(form, "key", common, {name: name.partition(".")[2] for name in common})


def _entries(
    form: ChangeFilterForm, name: str, counts: Counter[str], labels: Mapping[str, Any]
) -> Iterator[TemplateContext]:
    """An entry for each value, the most frequent first. That of the value in use leads back to all."""
    in_use = form.data.get(name, "")
    for value, number in counts.most_common():
        yield {
            "label": str(labels.get(value, value)),
            "title": value,
            "count": number,
            "url": form.address(**{name: "" if value == in_use else value}),
            "is_current": value == in_use,
        }
