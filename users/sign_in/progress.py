"""One sign-in in progress: what it is for, what is proven so far, and which step comes next.

No input or output here: the transaction (`users.sign_in.transaction`) does what `next_step` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any

from users.log.record import ClientContext
from users.models import Client, Connection, User
from users.sign_in.scope_changes import NO_CHANGES, ScopeChanges


class Method(StrEnum):
    """How a user proved who they are. Source for the values: Auth0 docs, "Context Object Properties in
    Rules", `authentication.methods`."""

    PASSWORD = "pwd"  # noqa: S105 - the name of a method
    PROVIDER = "federated"
    SECOND_FACTOR = "mfa"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a user types: an email or username, and a password.

    `connection` is where the account is looked up; None stands for every connection whose passwords
    are stored here.
    """

    login: str
    password: str = field(repr=False)  # never in a log, however this is printed
    connection: Connection | None = None


@dataclass(frozen=True, kw_only=True)
class SignInRequest:
    """Where a sign-in comes from and what it is for.

    `ip` is the IP address of the caller, whole, or None for a local socket. `application` is the client that
    the user signs in to; None for the dashboard and the user's own page. `audience` names the API that
    tokens are asked for, `scope` the scopes that the application has requested. `success_type` and
    `failure_type` are the types of the log events; the former is empty where the caller logs the success
    itself.
    `can_ask_second_factor` says whether the caller can ask for a code and go on afterwards.
    `counts_login` is false where the user takes no part, as when a session signs in silently or a token is
    refreshed: the login counters then stay as they are.
    `refuses_staff` is true where an application sees the password.
    `can_redirect` says whether the caller can send the user to another site and go on afterwards. `returned`
    are the parameters with which the user came back from there; None before.
    `language` is that of the page, for emails that follow; empty where it is not known.
    `protocol` is Auth0's name for the kind of request, `query` and `body` are its parameters, for rules.
    `session_id` is the public id of the session of single sign-on, empty without one. `method_times` is when
    the user proved who they are, by method, where that was in an earlier request.
    """

    ip: str | None
    application: Client | None = None
    audience: str = ""
    scope: tuple[str, ...] = ()
    success_type: str = "s"
    failure_type: str = "f"
    counts_login: bool = True
    can_ask_second_factor: bool = True
    refuses_staff: bool = False
    can_redirect: bool = False
    returned: Mapping[str, str] | None = None
    language: str = ""
    protocol: str = "oidc-basic-profile"
    query: Mapping[str, str] = field(default_factory=dict)
    # With the password of a password grant: rules get neither that nor other secrets.
    body: Mapping[str, str] = field(default_factory=dict, repr=False)
    session_id: str = ""
    method_times: Mapping[Method, datetime] = field(default_factory=dict)

    @property
    def through(self) -> ClientContext:
        """The application and the API, as the log names them."""
        return ClientContext.of(self.application, self.audience) if self.application else ClientContext()


@dataclass(frozen=True, kw_only=True)
class ProviderProfile:
    """A user as an identity provider or a custom database describes them, before anything is stored.

    `bare_id` is the provider's own id of the user, the part of `user_id` after the pipe. `fields` are
    root fields under Auth0's names.
    """

    connection: Connection
    bare_id: str
    fields: Mapping[str, Any]
    user_metadata: Mapping[str, Any] | None = None
    app_metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class CustomClaims:
    """Claims that post-login hooks added, by token. Claims that the server sets itself win."""

    id_token: Mapping[str, Any] = field(default_factory=dict)
    access_token: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A sign-in whose first factor is proven.

    `user` is the primary account, freshly read; `connection` the one through which the user signs in,
    which is another where a linked account was used. `methods` are what the user has proven, in this
    sign-in or, for a session or a refresh token, in the one that it began with. `profile` is what the
    provider said, complete, even where a part of it is never stored.
    """

    user: User
    connection: Connection
    request: SignInRequest
    methods: frozenset[Method]
    profile: ProviderProfile | None = None
    claims: CustomClaims = CustomClaims()
    # As post-login hooks want it; the grant decides which of them are possible.
    scope_changes: ScopeChanges = NO_CHANGES
    # Set by a post-login hook, for users who are not enrolled as well.
    is_second_factor_demanded: bool = False
    # Where a post-login hook sends the user before the sign-in is complete; empty for nowhere.
    redirect_url: str = ""
    # Hooks run once for each sign-in, not again when it goes on after the second factor; but all of them
    # again when the user returns from another site.
    is_past_hooks: bool = False

    @property
    def logins_count(self) -> int:
        """The sign-ins of the user as Auth0 counts them in `stats.loginsCount`: this one included, unless the
        user takes no part in it."""
        return self.user.logins_count + (1 if self.request.counts_login else 0)


class Step(Enum):
    """What the transaction does next."""

    REFUSE_BLOCKED = auto()
    ASK_SECOND_FACTOR = auto()
    RUN_HOOKS = auto()
    REDIRECT = auto()
    COMPLETE = auto()


def next_step(sign_in: SignIn, *, has_second_factor: bool) -> Step:
    """Decide what comes next. `has_second_factor` says whether the user is enrolled.

    Hooks run once the user has given every factor that the account itself asks for, so that a stolen
    password alone does not make them write metadata or call other hosts. They run for applications only,
    so that no rule locks administrators out of the dashboard.
    """
    if sign_in.user.blocked:
        return Step.REFUSE_BLOCKED
    needs_second_factor = has_second_factor or sign_in.is_second_factor_demanded
    if needs_second_factor and Method.SECOND_FACTOR not in sign_in.methods:
        return Step.ASK_SECOND_FACTOR
    if sign_in.request.application is not None and not sign_in.is_past_hooks:
        return Step.RUN_HOOKS
    # Once for each sign-in: what hooks ask for after the return is ignored, as by Auth0.
    if sign_in.redirect_url and sign_in.request.returned is None:
        return Step.REDIRECT
    return Step.COMPLETE
