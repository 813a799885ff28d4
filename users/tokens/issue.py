"""Make access tokens."""

from __future__ import annotations

import time
from collections.abc import Iterable

from joserfc import jwt

from users.conf import conf
from users.models import Client
from users.tokens.keys import signing_key

# Seconds a token lives, as Auth0's do for the Management API.
LIFETIME = 86_400


def machine_token(client: Client, scopes: Iterable[str]) -> str:
    """A signed JWT that lets `client` call the Management API within `scopes` for a day.

    Claims as Auth0's: `iss`, `sub` (`<client_id>@clients`), `aud`, `iat`, `exp`, `azp`,
    `scope` (space-separated), `gty`.
    """
    key = signing_key()
    now = int(time.time())
    claims = {
        "iss": conf.issuer,
        "sub": f"{client.client_id}@clients",
        "aud": conf.management_audience,
        "iat": now,
        "exp": now + LIFETIME,
        "azp": client.client_id,
        "scope": " ".join(scopes),
        "gty": "client-credentials",
    }
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)
