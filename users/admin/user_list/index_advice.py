"""What to do about a search that reads everybody.

For a page that has searched: put `context(actor, text, implicit=...)` into that of its template, and
include `users/admin/advice.html` where the advice is to stand. Where there is none it is empty. The
button in it leads to the page of indexed keys.
"""

from __future__ import annotations

from django.db.models import Q

from users.admin.request import Page
from users.lucene.errors import QueryError
from users.lucene.parser import Implicit
from users.models import IndexedKey
from users.rights.actor import Actor
from users.rights.may import Verb, may
from users.search.full_scans import SlowKey, slow_keys
from users.search.indexed_keys import Place


def context(actor: Actor, text: str, *, implicit: Implicit = Implicit.AND) -> Page:
    """For the template, of a query that was searched by. It must have passed `check_visible`."""
    return {"slow_keys": _advice(actor, text, implicit), "may_index": may(actor, Verb.INDEX_KEYS)}


def _advice(actor: Actor, text: str, implicit: Implicit) -> list[Page]:
    """The keys for which everybody was read: `name`, the `kind` to index it as (empty: whichever its
    values are of), `can_be_fast`, and whether it `is_building`."""
    try:
        keys = slow_keys(text, actor, implicit=implicit)
    except QueryError:
        return []
    building = _under_way(keys)
    return [
        {
            "name": str(key),
            "kind": key.kind or "",
            "can_be_fast": key.can_be_fast,
            "is_building": key.place in building,
        }
        for key in keys
    ]


def _under_way(keys: tuple[SlowKey, ...]) -> set[Place]:
    if not keys:
        return set()
    known = IndexedKey.objects.filter(~Q(status=IndexedKey.Status.READY)).select_related("job")
    return {key.place for key in known if key.state == IndexedKey.Status.BUILDING}
