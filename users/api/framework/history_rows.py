"""Changes of the history in the form of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from users.history.memory_budget import KEYS_LENGTH, is_over_budget, take_within_budget
from users.history.scan import FETCH_SIZE
from users.history.timeline import visible_keys
from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.metadata.three_way import ABSENT
from users.models import Change, User
from users.representation.timestamps import format_exact_time
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

What = Change.What


def serialize_page(
    lines: QuerySet[Change], start: int, size: int, user: User | None, viewer: Actor
) -> list[dict[str, Any]]:
    """Serialize the changes of one page, values included up to a memory budget.

    A change may hold two whole documents and a page a hundred changes: once their values fill the budget, the
    remaining rows come without values (`is_cut`).
    """
    end = start + size
    whole = list(
        take_within_budget(lines.annotate(weight=KEYS_LENGTH)[start:end].iterator(chunk_size=FETCH_SIZE))
    )
    # Deferring the column leaves the large values in the database.
    rest = lines.defer("keys")[start + len(whole) : end] if is_over_budget(whole) else ()
    return [serialize_change(change, user, viewer) for change in (*whole, *rest)]


def serialize_change(change: Change, user: User | None, viewer: Actor) -> dict[str, Any]:
    """Serialize one change as far as `viewer` may see it.

    That something happened, by whom and through which face is for every reader of the history; the values,
    names of users and reasons are for those who may see the user. Values that were not read are left out.
    """
    # Accessing the deferred column would load the very values that the budget left out.
    is_cut = "keys" in change.get_deferred_fields()
    keys = {} if is_cut else visible_keys(change, user, viewer)
    is_reader = visible(viewer, PROFILE, user=user)
    return {
        "id": str(change.pk),
        # To the microsecond, unlike in profiles: `?at=` and `restore` must find this very change.
        "at": format_exact_time(change.at),
        "what": change.what,
        "actor": {
            "kind": change.actor_kind,
            "id": change.actor_id,
            "name": change.actor_name if is_reader else None,
        },
        "face": change.face,
        "request_id": change.request_id or None,
        "ip": change.ip if is_reader else None,
        "reason": change.reason or None if is_reader else None,
        "undoes": None if change.undoes is None else str(change.undoes),
        "restores": change.restores and format_exact_time(change.restores),
        "is_masked": not is_reader or (not is_cut and keys != change.keys),
        "is_cut": is_cut,
        "changes": [{"path": path, **sides} for path, sides in _paths(change.what, keys)],
    }


def serialize_conflict(part: str, key: str, sides: dict[str, Any]) -> dict[str, Any]:
    """Serialize a key that cannot be restored without `force`: its value now and its value then."""
    # Null is a value like others; only a side that lacked the key is left out.
    there = {side: value for side, value in sides.items() if value is not ABSENT}
    return {"path": _path(part, key), **there}


def filter_changes(
    lines: QuerySet[Change], query: dict[str, Any], user: User | None, viewer: Actor
) -> QuerySet[Change]:
    """Apply the filters of a validated query.

    Filtering by a key that the viewer may not see finds nothing, so it cannot be used to probe for it.
    """
    if "key" in query:
        # Only documents have keys below their name; other names are root fields.
        part, _, key = query["key"].partition(".")
        seen = visible(viewer, part if part in DOCUMENTS else PROFILE, user=user)
        lines = lines.filter(_touches_key(part, key)) if seen else lines.none()
    # `from` is inclusive and `to` is not, so that adjoining periods share no change.
    by = {"actor": "actor_id", "face": "face", "from": "at__gte", "to": "at__lt"}
    return lines.filter(**{by[name]: query[name] for name in by if name in query})


def _touches_key(part: str, key: str) -> Q:
    """Match changes of the key. The change that creates a user holds its documents as a whole."""
    if part not in What.values:
        return Q(what__in=(What.PROFILE, What.CREATED), keys__has_key=part)
    if not key:
        return Q(what=part) | Q(what=What.CREATED, keys__has_key=part)
    created = Q(what=What.CREATED, **{f"keys__{part}__after__has_key": key}) if part in DOCUMENTS else Q()
    return Q(what=part, keys__has_key=key) | created


def _paths(what: str, keys: Diff) -> Iterator[tuple[str, dict[str, Any]]]:
    # Creation records each document as one key; clients get its keys like those of later changes.
    if what != What.CREATED:
        yield from ((_path(what, key), sides) for key, sides in keys.items())
        return
    for field, sides in keys.items():
        if field in DOCUMENTS:
            yield from ((_path(field, key), {"after": value}) for key, value in sides["after"].items())
        else:
            yield field, sides


def _path(part: str, key: str) -> str:
    """Return the path as text. Keys of documents cannot contain dots, so it is unambiguous."""
    return key if part == What.PROFILE else f"{part}.{key}"
