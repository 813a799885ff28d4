"""Issue tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jwt

from users.conf import conf
from users.models import Client, ResourceServer, User
from users.tokens.custom_claims import GENERATION_CLAIM, without_reserved
from users.tokens.keys import signing_key

# Lifetime of a token for the Management API in seconds, as Auth0's.
LIFETIME = 86_400


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
        lifetime=server.token_lifetime if server else LIFETIME,
    )


def issue_user_token(
    user: User,
    client: Client,
    scopes: Iterable[str],
    *,
    server: ResourceServer,
    permissions: Iterable[str] = (),
    custom_claims: Mapping[str, Any] | None = None,
) -> str:
    """A signed JWT with which `client` calls an API for `user`, who has just entered the password
    (`auth_time`).

    With `openid` among the scopes `aud` is a list that ends with our userinfo URL, as with Auth0.
    `permissions` are those of the user at the API, listed where the API wants it. `custom_claims` are
    added, except those in RESERVED_CLAIMS.
    """
    scopes = list(scopes)
    audience = [server.audience, f"{conf.issuer}userinfo"] if "openid" in scopes else server.audience
    return sign(
        {
            **without_reserved(custom_claims or {}),
            "sub": user.user_id,
            "aud": audience,
            "azp": client.client_id,
            "scope": " ".join(scopes),
            "gty": "password",
            "auth_time": int(time.time()),
            GENERATION_CLAIM: user.token_generation,
            **({"permissions": list(permissions)} if server.names_permissions else {}),
        },
        lifetime=server.token_lifetime,
    )


def issue_id_token(
    user: User,
    client: Client,
    claims: dict[str, Any],
    *,
    access_token: str,
    custom_claims: Mapping[str, Any] | None = None,
) -> str:
    """A signed JWT that says to `client` that `user` signed in. `claims` begin with `sub`; `at_hash` binds
    it to the access token issued with it. `custom_claims` are added, except those in RESERVED_CLAIMS and
    in `claims`.

    Source: OpenID Connect Core 1.0, section 3.1.3.6: the left half of the SHA-256.
    """
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    at_hash = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    return sign(
        {
            **without_reserved(custom_claims or {}),
            **claims,
            "aud": client.client_id,
            "at_hash": at_hash,
            GENERATION_CLAIM: user.token_generation,
        },
        lifetime=client.id_token_lifetime,
    )


def sign(claims: dict[str, Any], *, lifetime: int) -> str:
    """The claims with `iss`, `iat` and `exp`, signed with the current key. `lifetime` in seconds."""
    key = signing_key()
    now = int(time.time())
    # Times last: no caller can extend a token's life.
    claims = {"iss": conf.issuer, **claims, "iat": now, "exp": now + lifetime}
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)
