"""What rules have decided, read from the `context` that the last of them passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from users.javascript.script import ScriptError
from users.sign_in.scope_changes import NO_CHANGES, ScopeChanges
from users.tokens.custom_claims import access_token_claims, id_token_claims

SCOPE = "scope"
MAX_URL = 4096


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """`dropped` are names of claims that no rule may set; they are left out without an error, as by Auth0."""

    id_token: Mapping[str, Any] = field(default_factory=dict)
    access_token: Mapping[str, Any] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    scopes: ScopeChanges = NO_CHANGES
    demands_second_factor: bool = False
    redirect_url: str = ""


def read_decisions(context: Mapping[str, Any], *, is_management: bool) -> Decisions:
    """Read them. `is_management` says whether the access token is for the Management API. Raises ScriptError
    where a rule asks for what cannot be done.

    Source: Auth0 docs, "Rules"; "Redirect Users from Within Rules"; "Create Custom Claims".
    """
    if context.get("primaryUser"):
        text = "context.primaryUser is not supported: a rule cannot sign in another account."
        raise ScriptError("error", text)
    id_token, access_token = claims_in(context, "idToken"), claims_in(context, "accessToken")
    scopes = access_token.pop(SCOPE, None)
    allowed = id_token_claims(id_token)
    allowed_in_access = access_token_claims(access_token, is_management=is_management)
    return Decisions(
        id_token=allowed,
        access_token=allowed_in_access,
        dropped=tuple(
            sorted((id_token.keys() - allowed.keys()) | (access_token.keys() - allowed_in_access.keys()))
        ),
        scopes=NO_CHANGES if scopes is None else ScopeChanges(replaced_by=_scopes(scopes)),
        demands_second_factor=bool(context.get("multifactor")),
        redirect_url=_redirect_url(context.get("redirect")),
    )


def claims_in(context: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The claims that rules have added to `idToken` or `accessToken` so far."""
    claims = context.get(token)
    return dict(claims) if isinstance(claims, dict) else {}


def _scopes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(scope, str) for scope in value):
        raise ScriptError("error", "context.accessToken.scope must be an array of strings.")
    return tuple(value)


def _redirect_url(value: Any) -> str:
    if not value:
        return ""
    url = value.get("url") if isinstance(value, dict) else None
    if not isinstance(url, str) or not _is_absolute(url):
        raise ScriptError("error", "context.redirect must be { url } with an absolute URL (https).")
    return url


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= MAX_URL
    except ValueError:
        return False
