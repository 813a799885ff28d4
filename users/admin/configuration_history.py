"""The History tab of a configuration object: who changed it, when, and from what to what.

A page gives its template what `history_context` returns and includes `configuration_history.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from django.http import HttpRequest
from django.urls import reverse

from users.admin.changes.rows import NAME_COLUMNS, UsersById, user_url
from users.admin.request import TemplateContext
from users.listing.cursor import decode_cursor
from users.listing.keyset import Keyset
from users.listing.pages import read_page
from users.log.configuration import Kind, configuration_history
from users.metadata.diff import diff
from users.metadata.documents import JSON
from users.metadata.three_way import ABSENT
from users.models import ConfigurationChange, User
from users.rights.actor import Actor
from users.rights.actor import Kind as ActorKind
from users.rights.visible import PROFILE, visible
from users.web.differences import diff_lines, limit_lines

PAGE_SIZE = 25
LIST = "configuration"
NEWEST_FIRST = Keyset(("id",), is_descending=True)
# Lines of one change; of the rest the number is said.
MAX_LINES = 50
# The page with the tab, by kind, and whether each object has one of its own.
ROUTES: dict[Kind, tuple[str, bool]] = {
    Kind.WEBHOOK: ("admin:webhook", True),
    Kind.SEGMENT: ("admin:segment", True),
    Kind.INDEXED_KEY: ("admin:indexed_keys", False),
}


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
    start = decode_cursor(LIST, request.GET.get("before", ""), NEWEST_FIRST.fields(history))
    page = read_page(history, NEWEST_FIRST, size=PAGE_SIZE, after=start)
    shown = [change for change in page.rows if can_see(change)]
    users = _actors_of(shown, viewer)
    return {
        "history": [_row(change, users, can_see_value) for change in shown],
        "names_objects": object_id is None,
        "is_older": page.has_previous,
        "older": page.next_cursor(LIST),
    }


def history_url(kind: str, object_id: str) -> str | None:
    """Where the history of an object is shown; None for kinds that have no page."""
    if kind not in ROUTES:
        return None
    route, has_page = ROUTES[Kind(kind)]
    return f"{reverse(route, args=[object_id] if has_page else [])}?tab=history"


def _row(
    change: ConfigurationChange, users: UsersById, can_see_value: Callable[[str, JSON], bool]
) -> TemplateContext:
    actor = users.get(change.actor_id) if change.actor_kind == ActorKind.STAFF else None
    if actor and change.at < actor.created_at:  # an earlier user with the same id did it
        actor = None
    fields = diff(change.before, change.after)
    hidden = {
        name
        for name, sides in fields.items()
        if not all(can_see_value(name, value) for value in sides.values())
    }
    lines = limit_lines(
        chain.from_iterable(
            diff_lines("", name, sides.get("before", ABSENT), sides.get("after", ABSENT))
            for name, sides in fields.items()
            if name not in hidden
        ),
        MAX_LINES,
    )
    return {
        "change": change,
        "actor_address": user_url(actor),
        "lines": lines.shown,
        "more": lines.more,
        "hidden": sorted(hidden),
    }


def _actors_of(changes: Iterable[ConfigurationChange], viewer: Actor) -> UsersById:
    """The staff who made the changes, for those who may see users."""
    ids = {change.actor_id for change in changes if change.actor_kind == ActorKind.STAFF}
    if not ids or not visible(viewer, PROFILE):
        return {}
    found = User.accounts.filter(user_id__in=ids).only(*NAME_COLUMNS, "created_at")
    return {user.user_id: user for user in found}
