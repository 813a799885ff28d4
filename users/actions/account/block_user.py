"""Block and unblock users."""

from __future__ import annotations

from users.actions.account.edit_user import Edit, edit_user
from users.models import User
from users.rights.actor import Actor


def block_user(user: User, *, actor: Actor, reason: str = "") -> User:
    """Block the user: sessions end, and tokens are refused from the next request."""
    return edit_user(user, Edit(profile={"blocked": True}), actor=actor, reason=reason)


def unblock_user(user: User, *, actor: Actor, reason: str = "") -> User:
    """Let the user sign in again. Sessions that were ended stay ended."""
    return edit_user(user, Edit(profile={"blocked": False}), actor=actor, reason=reason)
