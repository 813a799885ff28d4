"""What a user's own token may do to their own `user_metadata`.

Source: Auth0 docs, "Get Management API Access Tokens for Single-Page Applications".
"""

from __future__ import annotations

from users.metadata.diff import Diff
from users.rights.actor import Actor, Kind
from users.rights.errors import Denied

ANY = "update:current_user_metadata"
ADD = "create:current_user_metadata"
REMOVE = "delete:current_user_metadata"


def check_own_metadata_change(actor: Actor, changes: Diff) -> None:
    """Raises Denied where the token may only add keys, or only remove them, and the change does anything
    else. The scopes of other actors do not distinguish kinds of changes."""
    if actor.kind != Kind.USER or not actor.has_token or ANY in actor.scopes:
        return
    # By the effect on each key: "create" and "delete" scopes have no counterpart in a PATCH request.
    for key, sides in changes.items():
        needed = _required_scope(sides)
        if needed not in actor.scopes:
            raise Denied(f"Insufficient scope to change user_metadata.{key}: {needed} is needed")


def _required_scope(sides: dict[str, object]) -> str:
    if "before" not in sides:
        return ADD
    return REMOVE if "after" not in sides else ANY
