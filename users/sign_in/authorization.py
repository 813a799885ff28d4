"""What an application asks of `/authorize`, and what has to happen before it gets an answer.

Pure decisions: no input or output here. `users.oauth` parses the request and answers it, the hosted pages
(`users.sign_in_pages`) ask the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Self

from users.models import Client, Connection, User
from users.sign_in.progress import Method
from users.tokens.issue import MFA_ACR

# How old a second factor may be for a request that asks for one and does not say (`max_age`).
SECOND_FACTOR_AGE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class AuthorizationParameters:
    """The validated parameters of an authorization request, under the names of OpenID Connect Core.

    `response_type`, `scope`, `prompt` and `acr_values` are their words, `max_age` is in seconds. `user_id` is
    that of the only user who may be signed in, whom `id_token_hint` names. Absent parameters are empty, or
    None where empty differs from absent. `extra` are parameters of the application's own, for rules.
    """

    response_type: tuple[str, ...]
    response_mode: str
    redirect_uri: str
    scope: tuple[str, ...] = ()
    state: str | None = None
    nonce: str = ""
    audience: str = ""
    code_challenge: str = ""
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    user_id: str = ""
    login_hint: str = ""
    screen_hint: str = ""
    ui_locales: str = ""
    connection: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_silent(self) -> bool:
        """Whether no page may be shown."""
        return "none" in self.prompt

    @property
    def asks_second_factor(self) -> bool:
        """Whether the application asks for a second factor, by the one value that we know."""
        return MFA_ACR in self.acr_values

    def to_json(self) -> dict[str, Any]:
        """The parameters as they are stored while the user signs in."""
        return asdict(self)

    @property
    def protocol(self) -> str:
        """Auth0's name for the kind of request, as `context.protocol` of rules has it."""
        return "oidc-basic-profile" if "code" in self.response_type else "oidc-implicit-profile"

    def to_query(self, client: Client) -> dict[str, str]:
        """The parameters as the application sent them, for rules; those that are absent are left out."""
        words = {name: " ".join(value) for name, value in vars(self).items() if isinstance(value, tuple)}
        texts = {name: value for name, value in vars(self).items() if isinstance(value, str)}
        age = {} if self.max_age is None else {"max_age": str(self.max_age)}
        given = {**self.extra, "client_id": client.client_id, **words, **texts, **age}
        # Not a parameter, but what was read from one.
        given.pop("user_id")
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` returned; JSON has lists where these have tuples."""
        names = {each.name for each in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in stored.items() if name in names}
        values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class SsoSession:
    """A user who is signed in for all applications in this browser.

    `authenticated_at` is when they last proved who they are, `second_factor_at` when they last gave a second
    factor. `session_id` is the public id.
    """

    user: User
    connection: Connection
    session_id: str
    authenticated_at: datetime
    methods: frozenset[Method]
    second_factor_at: datetime | None = None

    @property
    def method_times(self) -> dict[Method, datetime]:
        """When the user gave each factor."""
        times = dict.fromkeys(self.methods, self.authenticated_at)
        return times | ({Method.SECOND_FACTOR: self.second_factor_at} if self.second_factor_at else {})


class Page(Enum):
    """What has to be asked of the user before the request can be answered."""

    SIGN_UP = auto()
    SIGN_IN = auto()
    CONFIRM_ACCOUNT = auto()


def page_to_show(
    parameters: AuthorizationParameters,
    session: SsoSession | None,
    client: Client,
    *,
    asked_at: datetime,
    now: datetime,
    is_confirmed: bool = False,
) -> Page | None:
    """Return the page that the user has to see first; None where the session is enough.

    `asked_at` is when the application asked: what the user has done since then meets `prompt`.
    `is_confirmed` says that the user chose to continue with the account of the session.
    """
    if session is None:
        return _first_page(parameters)
    if session.authenticated_at >= asked_at:
        return None
    if "login" in parameters.prompt:
        return _first_page(parameters)
    if is_other_user(parameters, session):
        return Page.SIGN_IN
    age = now - session.authenticated_at
    if parameters.max_age is not None and age > timedelta(seconds=parameters.max_age):
        return Page.SIGN_IN
    if parameters.connection and parameters.connection != session.connection.name:
        return Page.SIGN_IN
    if is_confirmed:
        return None
    if "select_account" in parameters.prompt or is_unverifiable(parameters.redirect_uri, client):
        return Page.CONFIRM_ACCOUNT
    return None


def is_other_user(parameters: AuthorizationParameters, session: SsoSession) -> bool:
    """Whether the application means another user than the one who is signed in."""
    return parameters.user_id not in ("", session.user.user_id)


def _first_page(parameters: AuthorizationParameters) -> Page:
    return Page.SIGN_UP if parameters.screen_hint == "signup" else Page.SIGN_IN


def is_unverifiable(redirect_uri: str, client: Client) -> bool:
    """Whether any program on the user's device could receive the answer in place of the application, as
    with loopback addresses and custom schemes. Such an application gets no answer without the user's
    knowledge.

    Source: RFC 8252, sections 8.6 and 8.7.
    """
    return client.app_type == Client.Type.NATIVE and not redirect_uri.startswith("https://")


def needs_fresh_second_factor(
    parameters: AuthorizationParameters, session: SsoSession, *, now: datetime
) -> bool:
    """Whether the application asks for a second factor that the session lacks or that is too old."""
    if not parameters.asks_second_factor:
        return False
    if session.second_factor_at is None:
        return True
    seconds = parameters.max_age
    limit = SECOND_FACTOR_AGE if seconds is None else timedelta(seconds=seconds)
    return now - session.second_factor_at > limit


def needs_consent(
    client: Client,
    parameters: AuthorizationParameters,
    scope: Iterable[str],
    *,
    consented: Iterable[str],
    consented_at: datetime | None,
    asked_at: datetime,
) -> bool:
    """Whether the user has to consent to `scope`: to what a third-party client may do, and wherever the
    application asks for it. `consented` are the scopes that the user has consented to so far."""
    if "consent" in parameters.prompt:
        return consented_at is None or consented_at < asked_at
    return not client.is_first_party and (consented_at is None or not set(scope) <= set(consented))
