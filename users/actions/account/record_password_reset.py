"""Record that staff had a link sent by which the owner sets a new password."""

from __future__ import annotations

from django.utils import timezone

from users.actions.errors import NotSupported
from users.history.record import record_change
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def note_password_reset(user: User, *, actor: Actor, reason: str = "") -> None:
    """Check the right and record it; the caller enqueues the mail in the same transaction.

    Nothing of the account changes until the owner follows the link. Raises Denied or
    NotSupported.
    """
    check(actor, Verb.SEND_RESET, user)
    check_resettable(user)
    record_change(user, Change.What.RESET_SENT, {}, actor=actor, at=timezone.now(), reason=reason)


def check_resettable(user: User) -> None:
    """Raises NotSupported where there is no password of ours, or no email to send a link to."""
    if not user.email or not user.connection.is_database or not user.connection.is_enabled:
        raise NotSupported("This account has no password here to reset.")
