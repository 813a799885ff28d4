"""Lift what too many wrong passwords brought about. It has nothing to do with `blocked`."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from users.history.record import record
from users.login import attempts
from users.login.find import accounts_named, logins_of, person_of
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def barred_logins(user: User) -> list[str]:
    """Those of the account that may not try again yet."""
    return [login for login in logins_of(user) if attempts.is_barred(login)]


def forgive_attempts(users: Sequence[User], *, actor: Actor, reason: str = "") -> bool:
    """Let all of them try again, and record it of those who could not. Returns whether there was
    anybody. Raises Denied or Protected for any of them, and does nothing then."""
    for user in users:
        check(actor, Verb.FORGIVE_ATTEMPTS, user)
    logins = {login for user in users for login in logins_of(user)}
    for other in {person_of(account) for login in logins for account in accounts_named(login)}:
        check(actor, Verb.FORGIVE_ATTEMPTS, other)  # they are counted together
    barred = [user for user in users if barred_logins(user)]
    for login in logins:
        attempts.forgive(login)
    for user in barred:
        record(user, Change.What.UNBLOCKED, {}, actor=actor, at=timezone.now(), reason=reason)
    return bool(barred)
