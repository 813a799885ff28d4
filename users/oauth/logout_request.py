"""What a request to sign out asks for, and whether it may: `/oidc/logout` and `/v2/logout`.

Source: OpenID Connect RP-Initiated Logout 1.0; Auth0 docs, "Log Users Out of Auth0".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from users.conf import conf
from users.models import Client
from users.oauth.redirect_uris import is_safe_redirect
from users.tokens.id_token_hint import IdTokenHint, InvalidHint, read_id_token_hint
from users.web.redirect_urls import add_parameters


class LogoutRefused(ValueError):
    """The request is answered by a page that says why, and no session ends."""


@dataclass(frozen=True)
class LogoutRequest:
    """A valid request.

    `client` is the application that asks, if it says so. `redirect_uri` is where the user goes afterwards,
    registered and with the `state` of the application; empty for our own page. `session_id` is the session
    that a hint names; None without a hint.
    """

    client: Client | None
    redirect_uri: str
    session_id: str | None


def read_oidc_logout(parameters: Mapping[str, str]) -> LogoutRequest:
    """Read the parameters of `/oidc/logout`. Raises LogoutRefused."""
    hint = _read_hint(parameters.get("id_token_hint", ""))
    client_id, session_id = parameters.get("client_id", ""), parameters.get("logout_hint", "")
    if hint and client_id and hint.client_id != client_id:
        raise LogoutRefused("The id_token_hint was issued to another client than client_id names.")
    if hint and session_id and hint.session_id != session_id:
        raise LogoutRefused("The id_token_hint is of another session than logout_hint names.")
    client = _find_client(hint.client_id if hint else client_id)
    wanted = parameters.get("post_logout_redirect_uri", "")
    redirect_uri = _registered_url(wanted, client, name="post_logout_redirect_uri")
    if redirect_uri and "state" in parameters:
        redirect_uri = add_parameters(redirect_uri, {"state": parameters["state"]})
    named = hint.session_id if hint else session_id
    return LogoutRequest(client, redirect_uri, named if hint or session_id else None)


def read_v2_logout(parameters: Mapping[str, str]) -> LogoutRequest:
    """Read the parameters of `/v2/logout`, Auth0's older endpoint. Raises LogoutRefused."""
    client = _find_client(parameters.get("client_id", ""))
    return LogoutRequest(
        client, _registered_url(parameters.get("returnTo", ""), client, name="returnTo"), None
    )


def is_registered(url: str, registered: Sequence[str]) -> bool:
    """Whether the URL is in the list, compared as text with its query. `*` in a registered URL stands for
    one label of a subdomain."""
    if not is_safe_redirect(url):
        return False
    return url in registered or any(_matches_subdomain(url, one) for one in registered if "*" in one)


def _read_hint(token: str) -> IdTokenHint | None:
    if not token:
        return None
    try:
        return read_id_token_hint(token)
    except InvalidHint:
        raise LogoutRefused("The id_token_hint is not an ID token of this server.") from None


def _find_client(client_id: str) -> Client | None:
    if not client_id:
        return None
    client = None if "\0" in client_id else Client.objects.filter(client_id=client_id).first()
    if client is None or client.is_revoked:
        raise LogoutRefused("There is no client with this client_id.")
    return client


def _registered_url(wanted: str, client: Client | None, *, name: str) -> str:
    """The wanted URL, if it is registered; the client's first one where none is wanted. Raises
    LogoutRefused."""
    registered = client.allowed_logout_urls if client else conf.allowed_logout_urls
    if not wanted:
        return registered[0] if client and registered and is_registered(registered[0], registered) else ""
    if not is_registered(wanted, registered):
        where = "the client's allowed_logout_urls" if client else "ALLOWED_LOGOUT_URLS"
        raise LogoutRefused(f"The {name} is not in {where}.")
    return wanted


def _matches_subdomain(url: str, pattern: str) -> bool:
    try:
        wanted, allowed = urlsplit(url), urlsplit(pattern)
        rest = allowed.netloc.removeprefix("*.")
        is_pattern = (
            allowed.netloc == f"*.{rest}" and "*" not in rest and "*" not in f"{allowed.path}{allowed.query}"
        )
    except ValueError:
        return False
    label, _, domain = wanted.netloc.partition(".")
    same_rest = (wanted.scheme, wanted.path, wanted.query) == (allowed.scheme, allowed.path, allowed.query)
    return is_pattern and same_rest and bool(label) and domain == rest
