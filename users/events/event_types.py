"""The types of events."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from users.models import Change

What = Change.What

CREATED, UPDATED, DELETED = "user.created", "user.updated", "user.deleted"
# Sent on request, and never because of a change.
TEST = "webhook.test"
BLOCKED, UNBLOCKED = "user.blocked", "user.unblocked"
# Each with its description.
TYPES = {
    CREATED: gettext_noop("A user was created"),
    UPDATED: gettext_noop("A user was changed"),
    DELETED: gettext_noop("A user was deleted"),
    BLOCKED: gettext_noop("A user was blocked"),
    UNBLOCKED: gettext_noop("A user was unblocked"),
}
# These change nothing that a copy of the user elsewhere would hold.
UNPUBLISHED = frozenset({What.RESET_SENT, What.TICKET, What.LOCKOUT_CLEARED})


def event_types(change: Change) -> tuple[str, ...]:
    """The types of the change, the most specific first. One that blocks and changes other fields as well
    has both, so that subscribers to either get it."""
    if change.what == What.CREATED:
        return (CREATED,)
    if change.what == What.DELETED:
        return (DELETED,)
    if change.what != What.PROFILE or "blocked" not in change.keys:
        return (UPDATED,)
    block = BLOCKED if change.keys["blocked"].get("after") else UNBLOCKED
    return (block,) if len(change.keys) == 1 else (block, UPDATED)
