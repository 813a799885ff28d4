"""Log failed sign-ins and lockouts."""

from __future__ import annotations

from collections.abc import Sequence

from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Connection, User
from users.representation.emails import is_email
from users.sign_in import lockout
from users.sign_in.account_lookup import primary_user
from users.throttling.debounce import is_first_within

# Seconds during which one lockout is logged once, however many attempts follow.
LOCKOUT_LOG_SECONDS = 60


def log_failed_sign_in(
    login: str,
    accounts: Sequence[User],
    *,
    connection: Connection | None = None,
    ip: str | None,
    through: ClientContext = NO_CLIENT,
) -> None:
    """Log a failed sign-in: an unknown login (`fu`), or a wrong password (`fp`).

    Only the log says which: the caller gets one answer for both, against user enumeration.
    """
    lockout.remember_ip(lockout.lockout_keys(login, accounts), ip=ip)
    account = next(iter(accounts), None)
    log_event(
        "fp" if account else "fu",
        user=primary_user(account) if account else None,
        # Stored although no user may have it: staff see which emails are being tried.
        user_name=_loggable_login(login),
        connection=account.connection if account else connection,
        ip=ip or "",
        through=through,
    )


def log_lockout(
    login: str, accounts: Sequence[User], *, ip: str | None, through: ClientContext = NO_CLIENT
) -> None:
    """Log a refused attempt during a lockout of the user (`limit_wc`) or of the IP address (`limit_mu`)."""
    keys = lockout.lockout_keys(login, accounts)
    lockout.remember_ip(keys, ip=ip)
    of_login = lockout.is_locked_out(keys)
    # By the counter that refuses: an IP address that tries many logins is logged once for all of them.
    if not is_first_within(LOCKOUT_LOG_SECONDS, "lockout", *(keys if of_login else [ip])):
        return
    account = next(iter(accounts), None) if of_login else None
    log_event(
        "limit_wc" if of_login else "limit_mu",
        user=primary_user(account) if account else None,
        user_name=_loggable_login(login),
        ip=ip or "",
        through=through,
    )


def _loggable_login(login: str) -> str:
    """The login if it is an email, else nothing: users sometimes type their password into that field."""
    return login if is_email(login) else ""
