"""Signing in where no page is shown: a program sends what the person typed."""

from __future__ import annotations

from users.actions.account.record_sign_in import record_sign_in
from users.log.record import NO_CLIENT, ClientContext, log_event
from users.models import Connection, User
from users.representation.enrollments import enrolled_factors
from users.sign_in import lockout
from users.sign_in.account_lookup import find_by_login
from users.sign_in.failure_log import log_failed_sign_in, log_lockout
from users.sign_in.password_check import match_password


class SignInError(Exception):
    """Nobody is signed in. The classes below say why."""


class WrongPassword(SignInError):
    """Or there is no such account, which nobody is to learn."""


class UserBlocked(SignInError):
    """The password was right."""


class SecondFactorRequired(SignInError):
    """The password was right; but the account asks for more, and this way cannot."""


def sign_in(
    login: str, password: str, *, connection: Connection, ip: str | None, through: ClientContext = NO_CLIENT
) -> User:
    """Whoever has this login and password in `connection`; noted as a sign-in from `ip`, and logged
    whatever comes of it.

    Raises TooManyAttempts or a Refused. Source for Blocked, which is counted: Auth0 docs, "User
    profile structure".
    """
    login = login.strip()
    accounts = find_by_login(login, connection=connection)
    try:
        attempt = lockout.start_attempt(lockout.lockout_keys(login, accounts), ip=ip)
    except lockout.TooManyAttempts:
        log_lockout(login, accounts, ip=ip, through=through)
        raise
    user = match_password(accounts, password)
    if user is None:
        log_failed_sign_in(login, accounts, connection=connection, ip=ip, through=through)
        raise WrongPassword
    attempt.mark_succeeded()
    if user.blocked:
        record_sign_in(user, ip=ip, through=through)
        raise UserBlocked
    if user.multifactor or enrolled_factors(user):
        log_event("f", user=user, ip=ip or "", through=through, description="second factor needed")
        raise SecondFactorRequired
    record_sign_in(user, ip=ip, success="sepft", through=through)
    return user
