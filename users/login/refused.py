"""Log sign-ins that came to nothing."""

from __future__ import annotations

from users.log.once import first_in
from users.log.record import NOTHING, Through, log_event
from users.login import attempts
from users.login.find import accounts_named, person_of
from users.models import Connection
from users.normalized.emails import is_email

# Whoever is barred may go on trying. Seconds in which it is logged once.
BARRED_SECONDS = 60


def note_refused(
    login: str, *, connection: Connection | None = None, ip: str | None, through: Through = NOTHING
) -> None:
    """There is no such login, or the password was another. They are told apart in the log alone."""
    attempts.note_ip(login, ip=ip)
    account = next(iter(accounts_named(login, connection=connection)), None)
    log_event(
        "fp" if account else "fu",
        user=person_of(account) if account else None,
        user_name=_typed(login),
        connection=account.connection if account else connection,
        ip=ip or "",
        through=through,
    )


def note_barred(login: str, *, ip: str | None, through: Through = NOTHING) -> None:
    """There were too many before, by this login or from this address."""
    attempts.note_ip(login, ip=ip)
    of_login = attempts.is_barred(login)
    if not first_in(BARRED_SECONDS, "barred", attempts.key_of(login) if of_login else ip):
        return
    account = next(iter(accounts_named(login)), None) if of_login else None
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
