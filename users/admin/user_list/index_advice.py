"""Advice on a search that scans all users because a key is not indexed.

A page that has searched adds `slow_search_context(actor, keys)` to the context of its template, and includes
`users/admin/advice.html`, which is empty where there is no advice. Only staff who may index keys get advice,
and only on keys that an index would serve. Its button leads to the page of indexed keys.
"""

from __future__ import annotations

from django.db.models import Q

from users.admin.request import TemplateContext
from users.models import IndexedKey
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.search.full_scans import SlowKey
from users.search.indexed_keys import KeyPath


def slow_search_context(actor: Actor, keys: tuple[SlowKey, ...]) -> TemplateContext:
    """Return the template context of a query that was executed. It must have passed `check_visible`."""
    return {"slow_keys": _slow_key_rows(keys) if may(actor, Verb.INDEX_KEYS) else []}


def _slow_key_rows(keys: tuple[SlowKey, ...]) -> list[TemplateContext]:
    """Return the keys that made the search scan all users and that an index would serve.

    Each has `name`, the `kind` to index it as (empty: the kind of its values) and `is_building`.
    """
    keys = tuple(key for key in keys if key.is_indexable)
    building = _places_being_built(keys)
    return [
        {
            "name": str(key),
            "kind": key.kind or "",
            "is_building": key.place in building,
        }
        for key in keys
    ]


def _places_being_built(keys: tuple[SlowKey, ...]) -> set[KeyPath]:
    # The usual case, which then costs no query.
    if not keys:
        return set()
    known = IndexedKey.objects.filter(~Q(status=IndexedKey.Status.READY)).select_related("job")
    return {key.place for key in known if key.state == IndexedKey.Status.BUILDING}
