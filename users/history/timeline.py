"""The timeline: read the record of changes, as far as the viewer may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from users.conf import conf
from users.history.filter import ChangeFilter
from users.history.scan import ChangePage, scan_changes
from users.listing.keyset import Position
from users.metadata.diff import Diff
from users.metadata.documents import APP_METADATA, DOCUMENTS
from users.models import Change, User
from users.rights.actor import Actor, Kind
from users.rights.may import Verb, may
from users.rights.visible import PROFILE, visible, visible_items

PAGE_SIZE = 50
NO_FILTER = ChangeFilter()
# The kinds of changes that users see about themselves: not how staff, clients and lockouts deal with them.
OWNER_VISIBLE = (
    *(Change.What.CREATED, Change.What.USER_METADATA, Change.What.APP_METADATA, Change.What.PROFILE),
    *(Change.What.PASSWORD, Change.What.RESET_SENT, Change.What.TICKET),
    *(Change.What.MULTIFACTOR, Change.What.IDENTITIES),
)


def list_user_changes(
    user: User,
    viewer: Actor,
    wanted: ChangeFilter = NO_FILTER,
    *,
    after: Position | None = None,
    limit: int = PAGE_SIZE,
) -> ChangePage:
    """The user's changes, newest first, those older than the cursor `after` if given. Viewers who may see
    all changes also get those of earlier users with the same id.

    Each change contains only keys that `viewer` may see; one without any is left out, so that not even its
    time is disclosed.
    """
    if not visible(viewer, PROFILE, user=user):
        return ChangePage([])
    since = wanted.since
    if not may(viewer, Verb.VIEW_CHANGES):
        since = max(since, user.created_at) if since else user.created_at
    wanted = replace(wanted, subjects=(user.user_id,), since=since)
    return _scan_visible(viewer, wanted, user=user, after=after, limit=limit)


def list_all_changes(
    viewer: Actor, wanted: ChangeFilter = NO_FILTER, *, after: Position | None = None, limit: int = PAGE_SIZE
) -> ChangePage:
    """The changes of all users, deleted ones included, for viewers who may see all changes."""
    if not may(viewer, Verb.VIEW_CHANGES):
        return ChangePage([])
    return _scan_visible(viewer, wanted, after=after, limit=limit)


def get_change(number: int, viewer: Actor) -> Change | None:
    """This change, if the viewer may see anything of it; else None."""
    change = Change.objects.select_related("user").filter(pk=number).first()
    if change is None:
        return None
    seen = visible(viewer, PROFILE, user=change.user) if change.user else may(viewer, Verb.VIEW_CHANGES)
    return change if seen and _mask_hidden_keys(change, viewer, change.user) else None


def visible_keys(change: Change, user: User | None, viewer: Actor) -> Diff:
    """The keys of a change that `viewer` may see."""
    if change.what in DOCUMENTS:
        return visible_items(viewer, change.what, change.keys, user=user)
    # The lines about the profile and the creation have root fields as keys, with the two documents among
    # them.
    seen: Diff = {}
    for field, sides in change.keys.items():
        if visible(viewer, field if field in DOCUMENTS else PROFILE, user=user):
            seen[field] = sides
        elif field in DOCUMENTS and (part := _visible_sides(field, sides, user, viewer)):
            seen[field] = part
    return seen


def _visible_sides(document: str, sides: dict[str, Any], user: User | None, viewer: Actor) -> dict[str, Any]:
    """The visible part of a document that may not be seen as a whole."""
    parts = {
        side: visible_items(viewer, document, whole, user=user)
        for side, whole in sides.items()
        if isinstance(whole, dict)
    }
    return {side: part for side, part in parts.items() if part}


def _scan_visible(
    viewer: Actor, wanted: ChangeFilter, *, user: User | None = None, after: Position | None, limit: int
) -> ChangePage:
    left_out = hidden_parts(viewer, user)

    def sift(lines: QuerySet[Change]) -> QuerySet[Change]:
        return wanted.filter_candidates(lines.exclude(what__in=left_out) if left_out else lines)

    def keep(change: Change) -> bool:
        # Masked first: a filter by a hidden key must not reveal by a hit that the key changed.
        return (
            _mask_hidden_keys(change, viewer, user)
            and wanted.is_match(change.what, change.keys)
            and wanted.is_text_match(change)
        )

    passes_over = sift if wanted.has_unindexed_conditions or left_out else None
    lines = wanted.filter_by_index(Change.objects.all())
    return scan_changes(lines, passes_over, keep, names=wanted.names, after=after, limit=limit)


def _mask_hidden_keys(change: Change, viewer: Actor, user: User | None) -> bool:
    """Remove the keys the viewer may not see. Returns whether anything is left to show."""
    change.keys = visible_keys(change, user, viewer)
    return bool(change.keys) or change.what not in DOCUMENTS


def hidden_parts(viewer: Actor, user: User | None) -> list[str]:
    """The parts the viewer sees nothing of: documents without a single visible key and, for users,
    internal kinds."""
    hidden = [name for name in DOCUMENTS if not _can_see_any_key(viewer, name, user)]
    return [*hidden, *sorted(set(Change.What) - set(OWNER_VISIBLE))] if viewer.kind == Kind.USER else hidden


def _can_see_any_key(viewer: Actor, document: str, user: User | None) -> bool:
    keys = conf.profile_app_metadata_keys if document == APP_METADATA else ()
    return any(visible(viewer, document, path, user=user) for path in ((), *((key,) for key in keys)))
