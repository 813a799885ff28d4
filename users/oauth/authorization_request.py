"""Read and validate the parameters of an authorization request (`/authorize`).

Source: OpenID Connect Core 1.0, section 3.1.2; OAuth 2.0 Multiple Response Type Encoding Practices; RFC 7636;
Auth0's Authentication API reference for `audience`, `connection`, `screen_hint`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import quote

from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN
from django.http import QueryDict

from users.models import Client, Connection, ResourceServer, User
from users.models.compiled_lookup import find_active_client
from users.oauth.redirect_uris import is_registered_redirect, message_origin
from users.sign_in.account_lookup import primary_user
from users.sign_in.authorization import AuthorizationParameters
from users.sign_in.enabled_connections import enabled_databases
from users.sign_in.trial import is_trial
from users.tokens.id_token_hint import InvalidHint, read_id_token_hint
from users.tokens.id_tokens import MAX_LENGTH as MAX_HINT

# The words of each in alphabetical order.
RESPONSE_TYPES = (
    *("code", "id_token", "id_token token", "token"),
    *("code id_token", "code token", "code id_token token"),
)
RESPONSE_MODES = ("query", "fragment", "form_post", "web_message")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
CODE_GRANT, IMPLICIT_GRANT = "authorization_code", "implicit"
# Characters, percent-encoded. A state may carry what the application was about to do, and has to fit into a
# URL with the answer.
MAX_STATE, MAX_LENGTH = 4_096, 2_048
# Those that are read here or prove something. The others are the application's own.
_KNOWN = frozenset(
    {
        *(each.name for each in fields(AuthorizationParameters)),
        *("client_id", "code_challenge_method", "id_token_hint", "login_ticket", "realm", "auth0Client"),
        *("request", "request_uri", "registration"),
    }
)
_MAX_LENGTHS = {"state": MAX_STATE, "id_token_hint": MAX_HINT}


class PageError(Exception):
    """The request is answered by an error page: where its client or redirect URI is wrong there is no
    address that could be trusted with a redirect. The text is shown, with a link to the client, if known."""

    def __init__(self, text: str, *, status: int = 400, client: Client | None = None) -> None:
        self.text, self.status, self.client = text, status, client
        super().__init__(text)


class AuthorizationError(Exception):
    """The request fails, and the application receives the error code and the description."""

    def __init__(self, error: str, description: str) -> None:
        self.error, self.description = error, description
        super().__init__(description)


@dataclass(frozen=True)
class Destination:
    """Where the answer goes, known before the rest of the request is validated."""

    client: Client
    redirect_uri: str
    response_mode: str
    state: str | None


def read_destination(query: QueryDict) -> Destination:
    """Return where the answer to this request goes. Raises PageError where that cannot be trusted."""
    client = _client(_only(query, "client_id"))
    redirect_uri = _only(query, "redirect_uri")
    mode = query.get("response_mode", "")
    if not redirect_uri:
        raise PageError("The parameter redirect_uri is missing. Send one of the callback URLs of the client.")
    if len(redirect_uri) > MAX_LENGTH:
        raise PageError(f"The parameter redirect_uri has more than {MAX_LENGTH:,} characters.")
    if mode == "web_message":
        if message_origin(client, redirect_uri) is None:
            text = "The origin of redirect_uri is not registered for the client, so no message is sent to it."
            raise PageError(text, status=403, client=client)
    elif not (is_registered_redirect(client, redirect_uri) or is_trial(query.lists())):
        text = "This redirect_uri is not among the callback URLs of the client: {uri}"
        raise PageError(text.format(uri=redirect_uri[:300]), status=403, client=client)
    state = query.get("state")
    return Destination(client, redirect_uri, _safe_mode(query), state if _fits(state, MAX_STATE) else None)


def read_parameters(query: QueryDict, destination: Destination) -> AuthorizationParameters:
    """Validate the rest of the request. Raises AuthorizationError."""
    for name, values in query.lists():
        if len(values) > 1:
            raise AuthorizationError(
                "invalid_request", f"The parameter {name[:100]} is given {len(values)} times."
            )
        if not _fits(values[0], _MAX_LENGTHS.get(name, MAX_LENGTH)):
            raise AuthorizationError(
                "invalid_request", f"The parameter {name[:100]} is too long or has a NUL."
            )
    response_type = _response_type(query, destination.client)
    scope = tuple(dict.fromkeys(query.get("scope", "").split()))
    parameters = AuthorizationParameters(
        response_type=response_type,
        response_mode=_response_mode(query, response_type),
        redirect_uri=destination.redirect_uri,
        scope=scope,
        state=destination.state,
        nonce=query.get("nonce", ""),
        audience=_audience(query),
        code_challenge=_code_challenge(query, destination.client, response_type),
        prompt=_prompt(query),
        max_age=_max_age(query),
        acr_values=tuple(query.get("acr_values", "").split()),
        user_id=_hinted_user_id(query, destination.client),
        login_hint=query.get("login_hint", ""),
        screen_hint=query.get("screen_hint", ""),
        ui_locales=query.get("ui_locales", ""),
        connection=_connection(query, destination.client),
        extra={name: query.get(name, "") for name in query if name not in _KNOWN},
    )
    _check_not_supported(query)
    if "id_token" in response_type:
        if "openid" not in scope:
            raise AuthorizationError("invalid_request", "response_type id_token requires the scope openid.")
        # Without it a stolen ID token could be presented to the application.
        if not parameters.nonce:
            raise AuthorizationError("invalid_request", "Missing required parameter: nonce")
    return parameters


def _client(client_id: str) -> Client:
    if not client_id:
        raise PageError("The parameter client_id is missing.")
    found = find_active_client(client_id)
    if found is None:
        raise PageError(f"There is no client with this client_id: {client_id[:100]}", status=403)
    return found


def _only(query: QueryDict, name: str) -> str:
    """The value of a parameter that decides where the answer goes. Raises PageError where it is doubled."""
    values = query.getlist(name)
    if len(values) > 1:
        raise PageError(f"The parameter {name} is given {len(values)} times.")
    return values[0] if values else ""


def _fits(value: str | None, limit: int) -> bool:
    return value is None or ("\0" not in value and len(value) <= limit and len(quote(value)) <= limit)


def _safe_mode(query: QueryDict) -> str:
    """The response mode for an error, before the request is known to be valid."""
    mode, words = query.get("response_mode", ""), query.get("response_type", "").split()
    default = "query" if not {"token", "id_token"} & set(words) else "fragment"
    return mode if mode in RESPONSE_MODES and (mode, default) != ("query", "fragment") else default


def _response_type(query: QueryDict, client: Client) -> tuple[str, ...]:
    """The words of the response type, in any order. The client needs the grant for each."""
    words = tuple(sorted(set(query.get("response_type", "").split())))
    if not words:
        raise AuthorizationError("invalid_request", "Missing required parameter: response_type")
    if " ".join(words) not in RESPONSE_TYPES:
        text = f"Unsupported response type: {' '.join(words)[:100]}. Use one of: {', '.join(RESPONSE_TYPES)}."
        raise AuthorizationError("unsupported_response_type", text)
    needed = {CODE_GRANT} if "code" in words else set()
    if {"token", "id_token"} & set(words):
        needed.add(IMPLICIT_GRANT)
    for grant in sorted(needed - set(client.grant_types)):
        text = f"Grant type '{grant}' not allowed for the client."
        raise AuthorizationError("unauthorized_client", text)
    if IMPLICIT_GRANT in needed and not client.is_first_party:
        raise AuthorizationError("unauthorized_client", "Third-party clients use response_type code.")
    return words


def _response_mode(query: QueryDict, response_type: tuple[str, ...]) -> str:
    mode = query.get("response_mode", "")
    if mode and mode not in RESPONSE_MODES:
        text = f"Unsupported response_mode: {mode[:100]}. Use one of: {', '.join(RESPONSE_MODES)}."
        raise AuthorizationError("invalid_request", text)
    # Servers log the query of a URL, so no token is sent in one.
    if mode == "query" and response_type != ("code",):
        raise AuthorizationError("invalid_request", "response_mode query is for response_type code only.")
    return mode or ("query" if response_type == ("code",) else "fragment")


def _audience(query: QueryDict) -> str:
    audience = query.get("audience", "")
    if audience and ResourceServer.objects.for_audience(audience) is None:
        raise AuthorizationError("access_denied", f"Service not found: {audience[:600]}")
    return audience


def _connection(query: QueryDict, client: Client) -> str:
    """The name of the connection in which the user is to sign in, empty for any that is enabled for the
    client. Source of the texts: Auth0's answers."""
    name, enabled = query.get("connection", ""), {each.name for each in enabled_databases(client)}
    if name and name not in enabled:
        is_known = Connection.objects.filter(name=name, strategy="auth0").exists()
        text = "the connection is not enabled" if is_known else "the connection was not found"
        raise AuthorizationError("invalid_request", text)
    if not enabled:
        raise AuthorizationError("invalid_request", "no connections enabled for the client")
    return name


def _code_challenge(query: QueryDict, client: Client, response_type: tuple[str, ...]) -> str:
    """The challenge of PKCE (RFC 7636), S256 only. Public clients need one: any program that intercepts
    their code could exchange it."""
    challenge, method = query.get("code_challenge", ""), query.get("code_challenge_method", "")
    if not challenge:
        if method:
            raise AuthorizationError("invalid_request", "Missing required parameter: code_challenge")
        if "code" in response_type and client.is_public:
            text = "This client must use PKCE: send code_challenge with code_challenge_method S256."
            raise AuthorizationError("invalid_request", text)
        return ""
    # A missing method means `plain`, which protects from nothing that can read the request.
    if method != "S256":
        raise AuthorizationError("invalid_request", "code_challenge_method must be S256.")
    if not CODE_CHALLENGE_PATTERN.fullmatch(challenge):
        text = "code_challenge must have 43 to 128 characters: letters, digits, '-', '.', '_' and '~'."
        raise AuthorizationError("invalid_request", text)
    return challenge


def _prompt(query: QueryDict) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(query.get("prompt", "").split()))
    for word in words:
        if word not in PROMPTS:
            text = f"Unsupported prompt: {word[:100]}. Use none, login, consent or select_account."
            raise AuthorizationError("invalid_request", text)
    if "none" in words and len(words) > 1:
        raise AuthorizationError("invalid_request", "prompt none cannot be combined with another.")
    return words


def _max_age(query: QueryDict) -> int | None:
    text = query.get("max_age", "")
    if not text:
        return None
    # Ten digits are centuries; more would overflow a time span.
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise AuthorizationError("invalid_request", "max_age must be a number of seconds.")
    return min(int(text), 10**9)


def _hinted_user_id(query: QueryDict, client: Client) -> str:
    """The `user_id` of the user whom the application means by an ID token that it received earlier; empty
    without one. The token may have expired.

    Source: OpenID Connect Core 1.0, section 3.1.2.1.
    """
    token = query.get("id_token_hint", "")
    if not token:
        return ""
    try:
        hint = read_id_token_hint(token)
    except InvalidHint:
        raise AuthorizationError(
            "invalid_request", "The id_token_hint is not an ID token of this server."
        ) from None
    if hint.client_id != client.client_id:
        raise AuthorizationError("invalid_request", "The id_token_hint was issued to another client.")
    account = User.accounts.filter(user_id=hint.subject).select_related("linked_to").first()
    # The account may have been linked to another one since.
    return primary_user(account).user_id if account else hint.subject


def _check_not_supported(query: QueryDict) -> None:
    """Refuse request objects: ignoring one would ignore parameters that the application has signed.

    Source: OpenID Connect Core 1.0, section 3.1.2.6.
    """
    refused: dict[str, str] = {
        "request": "request_not_supported",
        "request_uri": "request_uri_not_supported",
        "registration": "registration_not_supported",
    }
    for name, error in refused.items():
        if query.get(name):
            raise AuthorizationError(error, f"The parameter {name} is not supported.")
