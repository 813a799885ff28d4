"""Issue tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from users.conf import conf
from users.models import Authorization, Client, ResourceServer
from users.tokens.custom_claims import (
    AUTHORIZATION_CLAIM,
    GENERATION_CLAIM,
    access_token_claims,
    id_token_claims,
)
from users.tokens.keys import signing_key

# Lifetime of a token for the Management API in seconds, as Auth0's.
LIFETIME = 86_400

# What an ID token says of a user who gave a second factor. Source: Auth0 docs, "Configure Step-up
# Authentication for Web Apps".
MFA_ACR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
MULTIFACTOR_CLAIMS = {"acr": MFA_ACR, "amr": ["mfa"]}


def access_token_lifetime(server: ResourceServer | None) -> int:
    """Seconds that access tokens for the API live; the default lifetime if no API is given."""
    return server.token_lifetime if server else LIFETIME


def issue_machine_token(
    client: Client, scopes: Iterable[str], *, server: ResourceServer | None = None
) -> str:
    """A signed JWT with which `client` calls an API for itself (client credentials), within `scopes`; the
    Management API if no server is given.

    Claims as Auth0's: `iss`, `sub` (`<client_id>@clients`), `aud`, `iat`, `exp`, `azp`, `scope`
    (space-separated), `gty`, and `permissions` where the API wants them listed.
    """
    scopes = list(scopes)
    return sign(
        {
            "sub": f"{client.client_id}@clients",
            "aud": server.audience if server else conf.management_audience,
            "azp": client.client_id,
            "scope": " ".join(scopes),
            "gty": "client-credentials",
            **({"permissions": scopes} if server and server.names_permissions else {}),
        },
        lifetime=access_token_lifetime(server),
    )


def issue_user_token(
    authorization: Authorization,
    *,
    scopes: Iterable[str],
    permissions: Iterable[str] = (),
    grant: str = "",
    key: RSAKey | None = None,
) -> str:
    """A signed JWT with which a client calls an API for the user of `authorization`, within `scopes`.

    `aud` is the API, or our userinfo URL where there is none; with `openid` among the scopes it is a list
    of both, as with Auth0. `permissions` are those of the user at the API, listed where the API wants it.
    `grant` is Auth0's `gty`, which tokens of a browser flow lack. The custom claims of the authorization are
    added, as far as `access_token_claims` allows. `key` is as for `sign`.
    """
    scopes, server, user = list(scopes), authorization.resource_server, authorization.user
    claims = {
        **access_token_claims(
            authorization.access_token_claims, is_management=bool(server and server.is_management)
        ),
        "sub": user.user_id,
        "aud": _user_audience(server, scopes),
        "azp": authorization.client.client_id,
        "scope": " ".join(scopes),
        **({"gty": grant} if grant else {}),
        "auth_time": int(authorization.authenticated_at.timestamp()),
        GENERATION_CLAIM: authorization.token_generation,
        AUTHORIZATION_CLAIM: authorization.authorization_id,
        **({"permissions": list(permissions)} if server and server.names_permissions else {}),
    }
    return sign(claims, lifetime=access_token_lifetime(server), key=key)


def _user_audience(server: ResourceServer | None, scopes: list[str]) -> str | list[str]:
    if server is None:
        return conf.userinfo_url
    return [server.audience, conf.userinfo_url] if "openid" in scopes else server.audience


def issue_id_token(
    authorization: Authorization,
    claims: dict[str, Any],
    *,
    nonce: str = "",
    access_token: str = "",
    code: str = "",
    key: RSAKey | None = None,
) -> str:
    """A signed JWT that says to the client of `authorization` that the user signed in. `claims` begin with
    `sub`; `at_hash` and `c_hash` bind it to the access token and the code issued with it. The custom claims
    of the authorization are added, except reserved ones and those of scopes. `key` is as for `sign`.

    Source: OpenID Connect Core 1.0, sections 2 and 3.3.2.11.
    """
    bound = {"at_hash": _half_hash(access_token), "c_hash": _half_hash(code), "nonce": nonce}
    return sign(
        {
            **id_token_claims(authorization.id_token_claims),
            **claims,
            "aud": authorization.client.client_id,
            # Always, and never moved by a refresh: oidc-client-ts compares it between tokens.
            "auth_time": int(authorization.authenticated_at.timestamp()),
            **({"sid": authorization.session_id} if authorization.session_id else {}),
            **(MULTIFACTOR_CLAIMS if "mfa" in authorization.methods else {}),
            **{name: value for name, value in bound.items() if value},
            GENERATION_CLAIM: authorization.token_generation,
        },
        lifetime=authorization.client.id_token_lifetime,
        key=key,
    )


def _half_hash(text: str) -> str:
    """The left half of the SHA-256, in base64url; empty for an empty text."""
    half = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode() if text else ""


def sign(claims: dict[str, Any], *, lifetime: int, key: RSAKey | None = None) -> str:
    """The claims with `iss`, `iat` and `exp`, signed. `lifetime` in seconds. `key` is the current key, for
    callers that sign several tokens and read it once."""
    key = key or signing_key()
    now = int(time.time())
    # Times last: no caller can extend a token's life.
    claims = {"iss": conf.issuer, **claims, "iat": now, "exp": now + lifetime}
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)
