"""Block and unblock."""

from __future__ import annotations

from users.actions.account.edit_user import Edit, edit_user
from users.models import User
from users.rights.actor import Actor


def block_user(user: User, *, actor: Actor, reason: str = "") -> User:
    """Bar the account: its sessions end, and its tokens are refused from the next request."""
    return edit_user(user, Edit(profile={"blocked": True}), actor=actor, reason=reason)


def unblock_user(user: User, *, actor: Actor, reason: str = "") -> User:
    """Let the account sign in again. Sessions that were ended stay ended."""
    return edit_user(user, Edit(profile={"blocked": False}), actor=actor, reason=reason)
