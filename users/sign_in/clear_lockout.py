"""List and clear the lockouts of users. A lockout ends by itself and is not a block (`User.blocked`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from users.history.record import record_change
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import Verb, check
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login, logins_of, primary_user


@dataclass(frozen=True)
class Lockout:
    """A login that is locked out: from one IP address, or from everywhere where `ip` is None."""

    login: str
    ip: str | None = None
    # Whole seconds until it ends.
    seconds: int = field(default=0, compare=False)


def lockouts_of(user: User) -> list[Lockout]:
    """Return the lockouts of a user: by too many failures of all their logins together, or by too many
    failures of any users from an IP address that this user was tried from."""
    key = lockout.lockout_key(user)
    ips = [*([None] if lockout.is_locked_out([key]) else []), *lockout.blocked_ips(key)]
    left = {ip: lockout.seconds_left(key, ip) for ip in ips}
    return [Lockout(login, ip, left[ip]) for ip in ips for login in logins_of(user)] if ips else []


def clear_lockouts(users: Sequence[User], *, actor: Actor, reason: str = "") -> bool:
    """Clear the lockouts of these users, and record it in the history of those who had one.

    Returns whether any had. Raises Denied or Protected for any of them, before anything is cleared.
    """
    for user in users:
        check(actor, Verb.CLEAR_LOCKOUT, user)
    logins = {login for user in users for login in logins_of(user)}
    # Users of one email in several connections share its lockout: an attempt counts for each of them,
    # and one that is locked out locks the email out for all.
    alike = {primary_user(account) for login in logins for account in find_by_login(login)}
    for other in alike:
        check(actor, Verb.CLEAR_LOCKOUT, other)
    # Read before the counters are reset, which would leave nothing to record.
    locked_out = [user for user in users if lockouts_of(user)]
    lockout.clear_lockout([lockout.lockout_key(user) for user in alike])
    for user in locked_out:
        record_change(user, Change.What.LOCKOUT_CLEARED, {}, actor=actor, at=timezone.now(), reason=reason)
    return bool(locked_out)
