"""The History tab of a configuration object: who changed it, when, and from what to what.

A page gives its template what `history_context` returns and includes `configuration_history.html`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from users.admin.actor_name import actor_name
from users.admin.changes.rows import ICONS, NAME_COLUMNS, UsersById, group_by_day, user_url
from users.admin.changes.sentences import bold
from users.admin.request import TemplateContext
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.log.configuration_history import Action, Kind, configuration_history
from users.metadata.diff import diff
from users.metadata.documents import JSON
from users.metadata.three_way import ABSENT
from users.models import Client, ConfigurationChange, Connection, ResourceServer, Rule, User, Webhook
from users.models.resource_server import MFA_IDENTIFIER
from users.rights.actor import Actor
from users.rights.actor import Kind as ActorKind
from users.rights.visible import PROFILE, visible
from users.search.segment_expansion import usable_segments
from users.web.differences import diff_lines, limit_lines
from users.web.initials import colour, initials

# Kinds with a page for each object: the objects that have one, the column of their id, the list, the page.
_PAGES: dict[Kind, tuple[QuerySet[Any], str, str, str]] = {
    Kind.CLIENT: (
        Client.objects.filter(is_revoked=False),
        "client_id",
        "admin:applications",
        "admin:application",
    ),
    Kind.CONNECTION: (Connection.objects.all(), "connection_id", "admin:connections", "admin:connection"),
    Kind.RESOURCE_SERVER: (
        ResourceServer.objects.exclude(identifier=MFA_IDENTIFIER),
        "resource_server_id",
        "admin:apis",
        "admin:api",
    ),
    Kind.RULE: (Rule.objects.all(), "rule_id", "admin:rules", "admin:rule"),
    Kind.WEBHOOK: (Webhook.objects.all(), "webhook_id", "admin:webhooks", "admin:webhook"),
}
PAGE_SIZE = 25
LIST = "configuration"
NEWEST_FIRST = Keyset(("id",), is_descending=True)
# Lines of one change; of the rest the number is said.
MAX_LINES = 50


def show_all(change: ConfigurationChange) -> bool:
    """For objects of which all is visible to those who may see them."""
    return True


def show_values(field: str, value: JSON) -> bool:
    """Likewise, for values."""
    return True


def history_context(
    request: HttpRequest,
    viewer: Actor,
    kind: Kind,
    object_id: str | None = None,
    *,
    can_see: Callable[[ConfigurationChange], bool] = show_all,
    can_see_value: Callable[[str, JSON], bool] = show_values,
) -> TemplateContext:
    """The changes to one object, or to all of a kind, newest first, from the cursor
    `?before=` on.

    Whether `viewer` may see the object is for the page to check. `can_see` leaves out changes of a list
    that are about an object hidden from them, and `can_see_value` values of a field.
    """
    history = configuration_history(kind, object_id)
    page = read_cursor_page(LIST, history, NEWEST_FIRST, size=PAGE_SIZE, cursor=request.GET.get("before", ""))
    # After the page is read, since rights are no condition of SQL: a page may list fewer rows than it read.
    shown = [change for change in page.rows if can_see(change)]
    # One query for all rows of the page.
    users = _actors_of(shown, viewer)
    return {
        "history": group_by_day([_row(change, users, can_see_value) for change in shown]),
        "is_older": page.has_previous,
        "older": page.next,
    }


def kind_label(kind: str) -> str:
    """The display name of the kind of object; the kind itself where this release does not know it."""
    return str(Kind(kind).label) if kind in Kind.values else kind


def history_urls(objects: Iterable[tuple[str, str]], viewer: Actor) -> dict[tuple[str, str], str]:
    """Where the history of each object is shown, by kind and id; without those that have no page, or
    none that `viewer` may open. That of a deleted object of a kind with pages of their own is in the history
    of all."""
    ids: dict[str, set[str]] = defaultdict(set)
    for kind, object_id in objects:
        ids[kind].add(object_id)
    urls = {(Kind.INDEXED_KEY.value, one): reverse("admin:indexed_keys") for one in ids[Kind.INDEXED_KEY]}
    urls |= {(Kind.RULE_CONFIG.value, one): reverse("admin:rule_settings") for one in ids[Kind.RULE_CONFIG]}
    for kind, (rows, column, all_of_kind, page) in _PAGES.items():
        if ids[kind]:
            found = rows.filter(**{f"{column}__in": ids[kind]}).values_list(column, flat=True)
            urls |= {(kind.value, one): reverse(all_of_kind) for one in ids[kind]}
            # Second, so that objects that still exist lead to their own page instead of the list.
            urls |= {(kind.value, one): reverse(page, args=[one]) for one in found}
    if ids[Kind.SEGMENT]:
        usable = usable_segments(viewer).filter(segment_id__in=ids[Kind.SEGMENT])
        for one in usable.values_list("segment_id", flat=True):
            urls[Kind.SEGMENT.value, one] = reverse("admin:segment", args=[one])
    return {named: f"{url}?tab=history" for named, url in urls.items()}


def _row(
    change: ConfigurationChange, users: UsersById, can_see_value: Callable[[str, JSON], bool]
) -> TemplateContext:
    actor = users.get(change.actor_id) if change.actor_kind == ActorKind.STAFF else None
    if actor and change.at < actor.created_at:  # an earlier user with the same id did it
        actor = None
    fields = diff(change.before, change.after)
    # Fields with hidden values are named without them: a row that left them out would look complete.
    hidden = {
        name
        for name, sides in fields.items()
        if not all(can_see_value(name, value) for value in sides.values())
    }
    lines = limit_lines(
        chain.from_iterable(
            diff_lines("", name, sides.get("before", ABSENT), sides.get("after", ABSENT))
            for name, sides in fields.items()
            # What a new object does not have says nothing.
            if name not in hidden and not (change.action == Action.CREATED and not sides.get("after"))
        ),
        MAX_LINES,
    )
    return {
        "change": change,
        "at": change.at,
        "sentence": _sentence(change, actor),
        "icon": ICONS.get(change.actor_kind, ""),
        "initials": initials(actor) if actor else change.actor_name[:1].upper(),
        "colour": colour(actor) if actor else 0,
        "lines": lines.shown,
        "more": lines.more,
        "hidden": sorted(hidden),
    }


def _sentence(change: ConfigurationChange, actor: User | None) -> SafeString:
    """Who did what to which object. Of an action that this release does not know, the stored name."""
    url, name = user_url(actor), bold(actor_name(actor, change.actor_name))
    texts = {
        Action.CREATED: _("{actor} created {name}"),
        Action.UPDATED: _("{actor} changed {name}"),
        Action.DELETED: _("{actor} deleted {name}"),
        Action.SECRET_ROTATED: _("{actor} made a new secret for {name}"),
        Action.GRANT_CREATED: _("{actor} created a grant of {name}"),
        Action.GRANT_UPDATED: _("{actor} changed a grant of {name}"),
        Action.GRANT_DELETED: _("{actor} deleted a grant of {name}"),
        Action.PERMISSIONS_ADDED: _("{actor} added permissions to {name}"),
        Action.PERMISSIONS_REMOVED: _("{actor} removed permissions from {name}"),
        Action.TEST_SENT: _("{actor} sent a test event to {name}"),
        Action.DELIVERIES_REPLAYED: _("{actor} sent deliveries to {name} again"),
        Action.ROLLED_BACK: _("{actor} rolled {name} back to an earlier script"),
        Action.RETRIED: _("{actor} tried {name} again"),
        Action.REVOKED: _("{actor} revoked {name}"),
        Action.REENCRYPTED: _("{actor} encrypted {name} with the newest key"),
    }
    known = change.action in Action.values
    return format_html(
        texts[Action(change.action)] if known else "{actor}: {action} {name}",
        actor=format_html('<a href="{}">{}</a>', url, name) if url else name,
        name=bold(change.name or change.object_id),
        action=change.action,
    )


def _actors_of(changes: Iterable[ConfigurationChange], viewer: Actor) -> UsersById:
    """The staff who made the changes, for those who may see users."""
    ids = {change.actor_id for change in changes if change.actor_kind == ActorKind.STAFF}
    if not ids or not visible(viewer, PROFILE):
        return {}
    # The staff member may have been linked to another user since, so linked accounts are included.
    found = User.accounts.filter(user_id__in=ids).only(*NAME_COLUMNS, "created_at")
    return {user.user_id: user for user in found}
