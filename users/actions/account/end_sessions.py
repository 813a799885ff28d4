"""End browser sessions: sign users out."""

from __future__ import annotations

from users.models import Session, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def end_sessions(user: User, *, actor: Actor) -> int:
    """End all sessions of the user, and return how many there were. Raises Denied or Protected."""
    check(actor, Verb.END_SESSIONS, user)
    return Session.objects.filter(user=user).delete()[0]


def end_session(session: Session, *, actor: Actor) -> None:
    """End this session alone. Raises Denied or Protected."""
    check(actor, Verb.END_SESSIONS, session.user)
    # The row is the session: the cookie that names it is worthless from the next request.
    session.delete()
