"""End browser sessions: their browsers must sign in again."""

from __future__ import annotations

from users.models import Session, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def end_sessions(user: User, *, actor: Actor) -> int:
    """End all sessions of the user at once, and return how many there were. Raises Denied or
    Protected."""
    check(actor, Verb.END_SESSIONS, user)
    return Session.objects.filter(user=user).delete()[0]


def end_session(session: Session, *, actor: Actor) -> None:
    """End this session alone. Raises Denied or Protected."""
    check(actor, Verb.END_SESSIONS, session.user)
    session.delete()
