"""Read the record of changes back, as far as the viewer may see it."""

from __future__ import annotations

from django.db.models import Q

from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.visible import PROFILE, visible

PAGE = 50


def timeline(user: User, viewer: Actor, *, before: Change | None = None, limit: int = PAGE) -> list[Change]:
    """The account's changes, newest first, those older than `before` where it is given.

    Each holds only the keys that `viewer` may see; a change of which they may see nothing is
    left out, so that not even its moment tells.
    """
    if not visible(viewer, PROFILE, user=user):
        return []
    changes = Change.objects.filter(subject=user.user_id)
    if before is not None:
        changes = changes.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk))
    hidden = [name for name in DOCUMENTS if not visible(viewer, name, user=user)]
    found = list(changes.exclude(what__in=hidden)[:limit])
    for change in found:
        change.keys = visible_keys(change, user, viewer)
    return found


def visible_keys(change: Change, user: User, viewer: Actor) -> Diff:
    """The part of a change's keys that `viewer` may see."""
    if change.what in DOCUMENTS:
        return {
            key: sides
            for key, sides in change.keys.items()
            if visible(viewer, change.what, (key,), user=user)
        }
    # The lines of profile and creation name root fields, the two documents among them.
    return {
        field: sides
        for field, sides in change.keys.items()
        if visible(viewer, field if field in DOCUMENTS else PROFILE, user=user)
    }
