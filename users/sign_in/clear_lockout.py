"""Lift what too many wrong passwords brought about. It has nothing to do with `blocked`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from users.history.record import record_change
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login, logins_of, primary_user


@dataclass(frozen=True)
class Lockout:
    """A login that has to wait: from one IP address, or from everywhere where `ip` is None."""

    login: str
    ip: str | None = None


def lockouts_of(user: User) -> list[Lockout]:
    """The lockouts of the user: too many failures, which are counted for all of their logins together,
    or too many failures of any users from an IP address that the user was tried from."""
    key = lockout.lockout_key(user)
    ips = [*([None] if lockout.is_locked_out([key]) else []), *lockout.blocked_ips(key)]
    return [Lockout(login, ip) for ip in ips for login in logins_of(user)] if ips else []


def clear_lockouts(users: Sequence[User], *, actor: Actor, reason: str = "") -> bool:
    """Let all of them try again, and record it of those who could not. Returns whether there was
    anybody. Raises Denied or Protected for any of them, and does nothing then."""
    for user in users:
        check(actor, Verb.CLEAR_LOCKOUT, user)
    logins = {login for user in users for login in logins_of(user)}
    # A try by a login that several users have counts for each of them and is refused for all.
    alike = {primary_user(account) for login in logins for account in find_by_login(login)}
    for other in alike:
        check(actor, Verb.CLEAR_LOCKOUT, other)
    locked_out = [user for user in users if lockouts_of(user)]
    lockout.clear_lockout([lockout.lockout_key(user) for user in alike])
    for user in locked_out:
        record_change(user, Change.What.LOCKOUT_CLEARED, {}, actor=actor, at=timezone.now(), reason=reason)
    return bool(locked_out)
