"""Record that staff sent a password reset link."""

from __future__ import annotations

from django.utils import timezone

from users.actions.errors import NotSupported
from users.history.record import record_change
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def note_password_reset(user: User, *, actor: Actor, reason: str = "") -> None:
    """Check the right and record it; the caller enqueues the email in the same transaction.

    Nothing of the user changes until the owner follows the link. Raises Denied or NotSupported.
    """
    check(actor, Verb.SEND_RESET, user)
    check_resettable(user)
    record_change(user, Change.What.RESET_SENT, {}, actor=actor, at=timezone.now(), reason=reason)


def check_resettable(user: User) -> None:
    """Raises NotSupported where the password is not stored here, or there is no email to send a link to."""
    if not user.email or not user.connection.is_database or not user.connection.is_enabled:
        raise NotSupported("This account has no password here to reset.")
