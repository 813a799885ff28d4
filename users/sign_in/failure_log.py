"""Log sign-ins that came to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from users.log.debounce import first_in
from users.log.record import NOTHING, Through, log_event
from users.models import Connection, User
from users.representation.emails import is_email
from users.sign_in import lockout
from users.sign_in.account_lookup import person_of

# Whoever is barred may go on trying. Seconds in which it is logged once.
BARRED_SECONDS = 60


def note_refused(
    login: str,
    accounts: Sequence[User],
    *,
    connection: Connection | None = None,
    ip: str | None,
    through: Through = NOTHING,
) -> None:
    """Log a failed sign-in: the login names no account, or the password matches none of those it names.
    Only the log says which."""
    lockout.note_ip(lockout.keys_of(login, accounts), ip=ip)
    account = next(iter(accounts), None)
    log_event(
        "fp" if account else "fu",
        user=person_of(account) if account else None,
        user_name=_typed(login),
        connection=account.connection if account else connection,
        ip=ip or "",
        through=through,
    )


def note_barred(login: str, accounts: Sequence[User], *, ip: str | None, through: Through = NOTHING) -> None:
    """Log a lockout: there were too many failures of the user whom this login names, or from this IP
    address."""
    keys = lockout.keys_of(login, accounts)
    lockout.note_ip(keys, ip=ip)
    of_login = lockout.is_locked_out(keys)
    if not first_in(BARRED_SECONDS, "barred", *(keys if of_login else [ip])):
        return
    account = next(iter(accounts), None) if of_login else None
    log_event(
        "limit_wc" if of_login else "limit_mu",
        user=person_of(account) if account else None,
        user_name=_typed(login),
        ip=ip or "",
        through=through,
    )


def _typed(login: str) -> str:
    """Nothing but addresses: now and then somebody types the password there."""
    return login if is_email(login) else ""
