"""Note a change."""

from __future__ import annotations

from datetime import datetime

from users.metadata.diff import Diff
from users.models import Change, User
from users.rights.actor import Actor


def record(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> Change:
    """Note that `actor` changed `keys` of this part of the account at that moment."""
    change = note(user, what, keys, actor=actor, at=at, reason=reason)
    change.save(force_insert=True)
    return change


def note(
    user: User, what: Change.What, keys: Diff, *, actor: Actor, at: datetime, reason: str = ""
) -> Change:
    """The same, unsaved, for callers that save several at once."""
    return Change(
        user=user,
        subject=user.user_id,
        what=what,
        keys=keys,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id[:255],
        actor_name=actor.name[:300],
        face=actor.face,
        request_id=actor.request_id,
        reason=reason[:500],
    )


def record_all(changes: list[Change]) -> None:
    """Save what `note` made, in one statement."""
    Change.objects.bulk_create(changes)
