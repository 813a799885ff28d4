"""What a sign-in may end in. Each face translates these into its pages or answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Literal

from users.models import Connection, User
from users.sign_in.progress import CustomClaims, Method, SignIn
from users.sign_in.scope_changes import NO_CHANGES, ScopeChanges


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The user is signed in through `connection`; it is counted and logged. `claims` go into the tokens, if
    there are any, and `scope_changes` change their scopes."""

    user: User
    connection: Connection
    methods: frozenset[Method]
    claims: CustomClaims
    scope_changes: ScopeChanges = NO_CHANGES


@dataclass(frozen=True, kw_only=True)
class SecondFactorRequired:
    """The first factor is right, and the second one has to be asked for. Nothing is counted or logged yet.

    Once it is given, `confirm_second_factor(sign_in)` goes on. `is_enrolled` is false where a hook
    demands a factor of a user who has none: they have to enrol first.
    """

    sign_in: SignIn
    is_enrolled: bool


@dataclass(frozen=True, kw_only=True)
class RedirectRequired:
    """A hook sends the user to `sign_in.redirect_url` first. Nothing is counted or logged yet.

    When the user returns, `continue_after_redirect(sign_in)` goes on.
    """

    sign_in: SignIn


class Reason(Enum):
    """Why a sign-in is refused."""

    # A wrong password or an unknown login: the caller must not be able to tell which.
    WRONG_CREDENTIALS = auto()
    LOCKED_OUT = auto()
    # The connection is not enabled for the client that the user signs in to.
    CONNECTION_NOT_ENABLED = auto()
    # The password was right.
    BLOCKED = auto()
    # The password was right; the account asks for a code, and the caller cannot.
    SECOND_FACTOR_UNAVAILABLE = auto()
    # The password was right; accounts with staff rights use the sign-in pages alone.
    STAFF_ACCOUNT = auto()
    # A hook sends the user to another site, and the caller cannot.
    REDIRECT_UNAVAILABLE = auto()
    # By a hook.
    DENIED = auto()


@dataclass(frozen=True)
class Refused:
    """The user is not signed in, and the log says why.

    `seconds` is how long to wait, where the reason is LOCKED_OUT. `denial` is what the hook said, where
    it is DENIED.
    """

    reason: Reason
    seconds: int = 0
    denial: SignInDenied | None = None


class SignInDenied(Exception):
    """Raised by a hook to refuse a sign-in. `message` is shown to the user, by the application.

    `error` is the OAuth error code. Source for both of them: Auth0 docs, "Raise Errors from Rules"
    (`unauthorized`) and "Actions Triggers: post-login", `api.access.deny` (`access_denied`).

    `log_description` is what the log says, the message unless given; `log_details` are added to the event.
    """

    def __init__(
        self,
        message: str,
        *,
        error: Literal["access_denied", "unauthorized"] = "access_denied",
        log_description: str = "",
        log_details: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message
        self.error = error
        self.log_description = log_description or message
        self.log_details = dict(log_details or {})
        super().__init__(message)


@dataclass(frozen=True)
class Refusal:
    """A refused sign-in as the OAuth error that the application receives."""

    error: str
    description: str


def refusal_of(outcome: Refused) -> Refusal:
    """Return the error for a refused sign-in: a denial by a hook in its own words, a blocked user in those
    that Auth0's libraries look for."""
    match outcome:
        case Refused(Reason.DENIED, denial=denial) if denial is not None:
            return Refusal(denial.error, denial.message)
        case Refused(Reason.BLOCKED):
            return Refusal("unauthorized", "user is blocked")
        case Refused(Reason.REDIRECT_UNAVAILABLE):
            return Refusal("interaction_required", "User interaction required")
    return Refusal("access_denied", "The user is not signed in.")


Outcome = SignedIn | SecondFactorRequired | RedirectRequired | Refused
