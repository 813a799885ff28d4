"""Signing in where no page is shown: a program sends what the person typed."""

from __future__ import annotations

from users.actions.account.record_sign_in import record_sign_in
from users.log.record import NOTHING, Through, log_event
from users.models import Connection, User
from users.representation.enrollments import enrolled
from users.sign_in import lockout
from users.sign_in.account_lookup import accounts_named
from users.sign_in.failure_log import note_barred, note_refused
from users.sign_in.password_check import holder_of


class Refused(Exception):
    """Nobody is signed in. The classes below say why."""


class WrongPassword(Refused):
    """Or there is no such account, which nobody is to learn."""


class Blocked(Refused):
    """The password was right."""


class SecondFactorNeeded(Refused):
    """The password was right; but the account asks for more, and this way cannot."""


def sign_in(
    login: str, password: str, *, connection: Connection, ip: str | None, through: Through = NOTHING
) -> User:
    """Whoever has this login and password in `connection`; noted as a sign-in from `ip`, and logged
    whatever comes of it.

    Raises TooManyAttempts or a Refused. Source for Blocked, which is counted: Auth0 docs, "User
    profile structure".
    """
    login = login.strip()
    accounts = accounts_named(login, connection=connection)
    try:
        attempt = lockout.begin(lockout.keys_of(login, accounts), ip=ip)
    except lockout.TooManyAttempts:
        note_barred(login, accounts, ip=ip, through=through)
        raise
    user = holder_of(accounts, password)
    if user is None:
        note_refused(login, accounts, connection=connection, ip=ip, through=through)
        raise WrongPassword
    attempt.succeeded()
    if user.blocked:
        record_sign_in(user, ip=ip, through=through)
        raise Blocked
    if user.multifactor or enrolled(user):
        log_event("f", user=user, ip=ip or "", through=through, description="second factor needed")
        raise SecondFactorNeeded
    record_sign_in(user, ip=ip, success="sepft", through=through)
    return user
