"""Request security notices: emails about changes by which the owner could lose the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from users.conf import conf
from users.jobs.enqueue import enqueue
from users.models import Client, Job, User
from users.rights.actor import Actor, Face, command_actor

EMAIL_CHANGED, FACTOR_REMOVED, TOKEN_REUSED = "email_changed", "factor_removed", "token_reused"
_REUSE_ACTOR = command_actor("refresh token rotation", face=Face.API)


@dataclass(frozen=True)
class SecurityFacts:
    """The facts of a user whose change is followed by a notice."""

    email: str | None
    factors: frozenset[str]

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(user.email, frozenset(user.multifactor or ()))


def request_notices(before: SecurityFacts, user: User, *, actor: Actor, at: datetime) -> None:
    """Enqueue an email for each such change, in the caller's transaction, to the email the user had
    before, so that the notice reaches the owner and not only the user who made the change."""
    # No error: an installation without email must still be able to change emails.
    if not before.email or not conf.is_email_configured:
        return
    after = SecurityFacts.of(user)
    notices = [
        *([EMAIL_CHANGED] if after.email != before.email else []),
        *([FACTOR_REMOVED] if before.factors - after.factors else []),
    ]
    for notice in notices:
        parameters = {"notice": notice, "to": before.email, "at": at.isoformat()}
        enqueue(Job.Kind.NOTICE_EMAIL, actor=actor, user=user, parameters=parameters)


def request_reuse_notice(user: User, client: Client, *, at: datetime) -> None:
    """Enqueue an email that says that a replaced refresh token of the client was presented, in the caller's
    transaction."""
    if not user.email or not conf.is_email_configured:
        return
    parameters = {
        "notice": TOKEN_REUSED,
        "to": user.email,
        "at": at.isoformat(),
        "client_id": client.client_id,
    }
    enqueue(Job.Kind.NOTICE_EMAIL, actor=_REUSE_ACTOR, user=user, parameters=parameters)
