"""Sign up: a visitor creates an account of their own, through the API or the hosted page.

Count the attempt, check that the connection is open for sign-up, run the hooks, create the account as the
visitor's own, and email them a link to verify their address. A face calls it and translates what it raises;
no face decides any of this itself.
"""

from __future__ import annotations

import math
from dataclasses import replace

from users.actions.account.create_user import create_user
from users.actions.account.documents import check_by_schema
from users.actions.errors import DuplicateField, NotSupported, WeakPassword
from users.conf import conf
from users.log.record import log_event
from users.mail.verification import request_verification
from users.metadata.documents import USER_METADATA
from users.metadata.errors import MetadataError
from users.metadata.validate import validate
from users.models import Connection, User
from users.representation.emails import is_email
from users.representation.validation import FieldError, RuleKind, check_profile
from users.rights.actor import Actor, command_actor
from users.sign_in.enabled_connections import is_enabled_for
from users.sign_in.hooks import Registration, SignUpDenied, run_pre_registration
from users.sign_in.progress import SignInRequest
from users.throttling.debounce import is_first_within
from users.throttling.ip_networks import network_of
from users.throttling.sliding_window import Counter, Limit

# Sign-ups from one IP address, refused ones included. Many users may share one, as in a school.
PER_IP = Limit(50, 300)
# Who decides what the documents of a new account hold, where hooks have changed them.
HOOKS_ACTOR = command_actor("pre-registration")


class SignUpRefused(Exception):
    """The account is not created. The text says why, for the log."""


class TooManySignUps(SignUpRefused):
    """Too many from this IP address; another may follow after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many sign-ups; wait {seconds} seconds")


class ConnectionNotEnabled(SignUpRefused):
    """The connection is disabled, or not enabled for the client."""


class SignUpDisabled(SignUpRefused):
    """The connection is not open for sign-up."""


class IdentifierTaken(SignUpRefused):
    """Another user of the connection has this email or username. `is_hidden` says whether the answer must
    not say so (enumeration protection)."""

    def __init__(self, field: str, *, is_hidden: bool) -> None:
        self.field = field
        self.is_hidden = is_hidden
        super().__init__(f"the {field} is taken")


# Everything by which a sign-up is refused, each of which is logged.
REFUSALS = (SignUpRefused, SignUpDenied, FieldError, MetadataError, WeakPassword, NotSupported)


def sign_up(asked: Registration, *, password: str, request: SignInRequest, actor: Actor) -> User:
    """Create the account that a visitor asks for, and return it. `actor` is the visitor; `request` names the
    client that they sign up at.

    Raises one of REFUSALS, after logging it.
    """
    assert request.application is not None, "users sign up at an application"
    try:
        return _create(asked, password, request, actor)
    except REFUSALS as error:
        _log_failure(asked, request, error)
        raise


def _create(asked: Registration, password: str, request: SignInRequest, actor: Actor) -> User:
    # First, and before any query: what follows hashes a password.
    _count_attempt(request.ip)
    _check_open(asked.connection, request)
    asked = replace(asked, profile=_with_login(asked))
    # Before the hooks, which may call other hosts.
    check_profile(asked.profile)
    validate(USER_METADATA, asked.user_metadata, conf.limits)
    check_by_schema(actor, USER_METADATA, None, asked.user_metadata)
    decided = run_pre_registration(asked, request)
    try:
        return create_user(
            decided.connection,
            actor=actor,
            profile=decided.profile,
            user_metadata=decided.user_metadata or None,
            app_metadata=decided.app_metadata or None,
            password=password,
            documents_by=HOOKS_ACTOR if decided != asked else None,
            on_created=lambda user: _request_verification(user, actor.signed_up_as(user), request),
            reason=f"Signed up at {request.through.client_name}",
        )
    # Raised after the password was hashed: an account that exists takes as long as one that does not.
    except DuplicateField as error:
        is_hidden = bool(asked.connection.options.get("enumeration_protection"))
        raise IdentifierTaken(error.field, is_hidden=is_hidden) from None


def _count_attempt(ip: str | None) -> None:
    """Raises TooManySignUps."""
    counter = Counter(f"sign-ups from {network_of(ip)}", PER_IP)
    if counter.count() is None:
        raise TooManySignUps(max(1, math.ceil(counter.seconds_to_wait())))


def _check_open(connection: Connection, request: SignInRequest) -> None:
    """Raises ConnectionNotEnabled or SignUpDisabled."""
    assert request.application is not None, "see sign_up"
    if not connection.is_database or not is_enabled_for(connection, request.application):
        raise ConnectionNotEnabled("the connection is not enabled")
    if connection.options.get("disable_signup"):
        raise SignUpDisabled("public signup is disabled")


def _with_login(asked: Registration) -> dict[str, object]:
    """The profile with a username exactly where the connection has usernames. Raises FieldError."""
    profile = dict(asked.profile)
    if not asked.connection.options.get("requires_username"):
        profile.pop("username", None)
    required = ["email", *(["username"] if asked.connection.options.get("requires_username") else [])]
    for name in required:
        if not profile.get(name):
            raise FieldError(name, f"Missing required property: {name}", kind=RuleKind.REQUIRED)
    return profile


def _request_verification(user: User, owner: Actor, request: SignInRequest) -> None:
    if conf.is_email_configured:
        request_verification(
            user, actor=owner, client_id=request.through.client_id, language=request.language
        )


def _log_failure(asked: Registration, request: SignInRequest, error: Exception) -> None:
    """Log it, at most once a second for each client and IP address: anyone can send such requests."""
    if not is_first_within(1, "sign-up", request.through.client_id, request.ip):
        return
    email = asked.profile.get("email")
    log_event(
        "fs",
        user_name=email if isinstance(email, str) and is_email(email) else "",
        connection=asked.connection,
        ip=request.ip or "",
        through=request.through,
        description=_describe(error),
    )


def _describe(error: Exception) -> str:
    """Without the value, which may be a password that was typed into the wrong field."""
    return f"{error.field}: {error.kind}" if isinstance(error, FieldError) else str(error)
