"""The sign-in transaction: the one way in, for pages and programs alike.

Count the attempt, find the account, check the password, refuse blocked users, ask for the second factor,
run the hooks, count and log the sign-in. A face calls it and translates the outcome; no face decides any
of this itself. `users.sign_in.progress` says in which order, `users.sign_in.hooks` what may be plugged in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction

from users.actions.account.record_sign_in import record_sign_in
from users.log.record import log_event
from users.models import Connection, User
from users.representation.enrollments import enrolled_factors
from users.rights.protected_accounts import is_protected
from users.sign_in import hooks, lockout
from users.sign_in.account_lookup import find_by_login, primary_user
from users.sign_in.enabled_connections import is_enabled_for
from users.sign_in.failure_log import log_failed_sign_in, log_lockout
from users.sign_in.outcomes import (
    Outcome,
    Reason,
    RedirectRequired,
    Refused,
    SecondFactorRequired,
    SignedIn,
    SignInDenied,
)
from users.sign_in.password_check import find_account_by_password
from users.sign_in.progress import (
    Credentials,
    CustomClaims,
    Method,
    ProviderProfile,
    SignIn,
    SignInRequest,
    Step,
    next_step,
)
from users.sign_in.scope_changes import NO_CHANGES


def sign_in_with_password(credentials: Credentials, request: SignInRequest) -> Outcome:
    """Sign in the user to whom the login and the password belong."""
    begun = _begin_with_password(credentials, request)
    return begun if isinstance(begun, Refused) else _continue(begun)


def prove_password(credentials: Credentials, request: SignInRequest) -> SignIn | Refused:
    """Check the password alone, for a sign-in that goes on in another request (`continue_sign_in`).

    Staff and blocked users are refused at once, where the password is right. Nothing is counted or logged
    for the others yet, and no hook runs.
    """
    begun = _begin_with_password(credentials, request)
    if isinstance(begun, Refused):
        return begun
    if request.refuses_staff and is_protected(begun.user):
        return _refuse_staff(begun)
    return _refuse_blocked(begun) if begun.user.blocked else begun


def _begin_with_password(credentials: Credentials, request: SignInRequest) -> SignIn | Refused:
    """Check the password, through a connection that is enabled for the application."""
    connection = credentials.connection
    # Neither counted nor logged: it concerns the client, and is true of every login.
    if connection is not None and not _is_enabled(connection, request):
        return Refused(Reason.CONNECTION_NOT_ENABLED)
    account = check_password(credentials, request)
    if isinstance(account, Refused):
        return account
    # The account was looked up among the enabled connections.
    return SignIn(
        user=primary_user(account),
        connection=account.connection,
        request=request,
        methods=frozenset({Method.PASSWORD}),
    )


def check_password(credentials: Credentials, request: SignInRequest) -> User | Refused:
    """Return the account to which the login and the password belong, blocked ones included, or why none.

    The account may be linked to another: `primary_user` is the user whom it signs in. The attempt is counted,
    and logged where it fails; a success is not, since the sign-in has only begun. Pages also call this to
    ask for the password again before sensitive changes.
    """
    # Phone keyboards and copied text add spaces around an email; none begins or ends with one.
    login = credentials.login.strip()
    # Looked up first, since failures are counted by user, whichever of the logins is typed.
    accounts = find_by_login(login, connection=credentials.connection, application=request.application)
    try:
        # Counted before the password is hashed, which is the expensive part.
        attempt = lockout.start_attempt(lockout.lockout_keys(login, accounts), ip=request.ip)
    except lockout.TooManyAttempts as error:
        log_lockout(login, accounts, ip=request.ip, through=request.through)
        return Refused(Reason.LOCKED_OUT, seconds=error.seconds)
    account = find_account_by_password(accounts, credentials.password)
    if account is None:
        log_failed_sign_in(
            login, accounts, connection=credentials.connection, ip=request.ip, through=request.through
        )
        return Refused(Reason.WRONG_CREDENTIALS)
    # Only now: a crash in between counts as a failure, which is the safe side.
    attempt.mark_succeeded()
    return account


def sign_in_from_provider(
    profile: ProviderProfile, request: SignInRequest, *, persist: Callable[[ProviderProfile], User]
) -> Outcome:
    """Sign in a user whom an identity provider or a custom database vouches for.

    `persist` creates or updates the account from what the hooks leave of the profile, through
    `users.actions`, and returns the user whom it signs in. It runs inside a database transaction: if it
    raises, nothing is stored, and the exception is the caller's to translate.
    """
    try:
        # Outside the database transaction, so that a slow hook holds no lock.
        stored = hooks.screen(profile, request)
    except SignInDenied as denial:
        return _deny(denial, request, connection=profile.connection)
    with transaction.atomic():
        user = persist(stored)
    return continue_sign_in(
        SignIn(
            user=user,
            connection=profile.connection,
            request=request,
            methods=frozenset({Method.PROVIDER}),
            profile=profile,
        )
    )


def continue_sign_in(sign_in: SignIn) -> Outcome:
    """Go on with a sign-in whose first factor is proven, until it ends or needs the user again."""
    if not _is_enabled(sign_in.connection, sign_in.request):
        _log_failure(sign_in.request, "the connection is not enabled", user=sign_in.user)
        return Refused(Reason.CONNECTION_NOT_ENABLED)
    return _continue(sign_in)


def _continue(sign_in: SignIn) -> Outcome:
    if sign_in.request.refuses_staff and is_protected(sign_in.user):
        return _refuse_staff(sign_in)
    # One query, and none where the second factor has been given.
    is_enrolled = Method.SECOND_FACTOR not in sign_in.methods and bool(enrolled_factors(sign_in.user))
    # The hooks may demand a second factor or change the user, so the decision is made again after them.
    while True:
        match next_step(sign_in, has_second_factor=is_enrolled):
            case Step.REFUSE_BLOCKED:
                return _refuse_blocked(sign_in)
            case Step.ASK_SECOND_FACTOR:
                return _ask_second_factor(sign_in, is_enrolled=is_enrolled)
            case Step.RUN_HOOKS:
                try:
                    sign_in = hooks.run_post_login(sign_in)
                except SignInDenied as denial:
                    return _deny(denial, sign_in.request, user=sign_in.user)
            case Step.REDIRECT:
                return _redirect(sign_in)
            case Step.COMPLETE:
                return _complete(sign_in)


def sign_in_by_proof(
    user: User,
    *,
    connection: Connection,
    methods: Iterable[Method],
    request: SignInRequest,
    demands_second_factor: bool = False,
) -> Outcome:
    """Sign in the user of a session, or of a refresh token: who they are was proven before, by `methods`."""
    return continue_sign_in(
        SignIn(
            user=primary_user(user),
            connection=connection,
            request=request,
            methods=frozenset(methods),
            is_second_factor_demanded=demands_second_factor,
        )
    )


def confirm_second_factor(sign_in: SignIn) -> Outcome:
    """Go on with a sign-in once the second factor has been given. `sign_in.user` must be read again: it
    may have been blocked meanwhile."""
    return continue_sign_in(replace(sign_in, methods=sign_in.methods | {Method.SECOND_FACTOR}))


def continue_after_redirect(sign_in: SignIn) -> Outcome:
    """Go on with a sign-in whose user has returned from another site (`SignInRequest.returned`): all hooks
    run again, and what they decided before is dropped. `sign_in.user` must be read again."""
    undecided = replace(
        sign_in, claims=CustomClaims(), scope_changes=NO_CHANGES, redirect_url="", is_past_hooks=False
    )
    return continue_sign_in(undecided)


def _is_enabled(connection: Connection, request: SignInRequest) -> bool:
    """Whether users may sign in through the connection to the application, if it is one."""
    return request.application is None or is_enabled_for(connection, request.application)


def _refuse_staff(sign_in: SignIn) -> Refused:
    """An application that sees the password of staff could use their rights at the dashboard."""
    _log_failure(sign_in.request, "accounts with staff rights use the sign-in page", user=sign_in.user)
    return Refused(Reason.STAFF_ACCOUNT)


def _refuse_blocked(sign_in: SignIn) -> Refused:
    """Count and log it all the same. Source: Auth0 docs, "User profile structure": the counters also
    grow for a blocked user."""
    request = sign_in.request
    if request.counts_login:
        record_sign_in(sign_in.user, ip=request.ip, through=request.through)
    else:
        _log_failure(request, "user is blocked", user=sign_in.user)
    return Refused(Reason.BLOCKED)


def _ask_second_factor(sign_in: SignIn, *, is_enrolled: bool) -> SecondFactorRequired | Refused:
    """Leave the question to the caller, or refuse where the caller cannot ask it."""
    request = sign_in.request
    if request.can_ask_second_factor:
        return SecondFactorRequired(sign_in=sign_in, is_enrolled=is_enrolled)
    _log_failure(request, "second factor needed", user=sign_in.user)
    return Refused(Reason.SECOND_FACTOR_UNAVAILABLE)


def _redirect(sign_in: SignIn) -> RedirectRequired | Refused:
    """Leave the redirect to the caller, or refuse where the caller cannot send the user anywhere."""
    request = sign_in.request
    if request.can_redirect:
        return RedirectRequired(sign_in=sign_in)
    _log_failure(request, "a hook sends the user to another site", user=sign_in.user)
    return Refused(Reason.REDIRECT_UNAVAILABLE)


def _deny(
    denial: SignInDenied,
    request: SignInRequest,
    *,
    user: User | None = None,
    connection: Connection | None = None,
) -> Refused:
    """Log a hook's denial, and refuse."""
    _log_failure(
        request, denial.log_description, user=user, connection=connection, details=denial.log_details
    )
    return Refused(Reason.DENIED, denial=denial)


def _complete(sign_in: SignIn) -> SignedIn:
    """Log the sign-in, and count it where the user took part."""
    request = sign_in.request
    if request.counts_login:
        record_sign_in(sign_in.user, ip=request.ip, success=request.success_type, through=request.through)
    elif request.success_type:
        log_event(request.success_type, user=sign_in.user, ip=request.ip or "", through=request.through)
    return SignedIn(
        user=sign_in.user,
        connection=sign_in.connection,
        methods=sign_in.methods,
        claims=sign_in.claims,
        scope_changes=sign_in.scope_changes,
    )


def _log_failure(
    request: SignInRequest,
    description: str,
    *,
    user: User | None,
    connection: Connection | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Log a sign-in that failed after the first factor; before it, `failure_log` does."""
    log_event(
        request.failure_type,
        user=user,
        connection=connection,
        ip=request.ip or "",
        through=request.through,
        description=description,
        details=details,
    )
