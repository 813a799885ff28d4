"""What kinds of events there are."""

from __future__ import annotations

from users.models import Change

What = Change.What

CREATED, UPDATED, DELETED = "user.created", "user.updated", "user.deleted"
# Sent on request, and never because of a change.
TEST = "webhook.test"
BLOCKED, UNBLOCKED = "user.blocked", "user.unblocked"
# Each with what it says.
TYPES = {
    CREATED: "Somebody has a new account",
    UPDATED: "Something about an account changed",
    DELETED: "An account was deleted",
    BLOCKED: "An account was blocked",
    UNBLOCKED: "An account may sign in again",
}
# Nothing of the account changes by these.
UNPUBLISHED = frozenset({What.RESET_SENT, What.TICKET, What.LOCKOUT_CLEARED})


def event_types(change: Change) -> tuple[str, ...]:
    """What the change is, the most telling first. One that blocks and changes other fields as well
    is both, so that neither is missed."""
    if change.what == What.CREATED:
        return (CREATED,)
    if change.what == What.DELETED:
        return (DELETED,)
    if change.what != What.PROFILE or "blocked" not in change.keys:
        return (UPDATED,)
    block = BLOCKED if change.keys["blocked"].get("after") else UNBLOCKED
    return (block,) if len(change.keys) == 1 else (block, UPDATED)
