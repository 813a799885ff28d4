"""The answer of the token endpoint to a grant with a user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from joserfc.jwk import RSAKey

from users.models import Authorization
from users.rights.permissions import permissions_of
from users.sign_in.id_token_claims import claims_of
from users.tokens.issue import access_token_lifetime, issue_id_token, issue_user_token
from users.tokens.keys import signing_key


def token_answer(
    authorization: Authorization,
    *,
    scopes: Iterable[str] | None = None,
    grant: str = "",
    nonce: str = "",
    refresh_token: str = "",
) -> dict[str, Any]:
    """Issue the tokens of an authorization, as the body of the answer.

    `scopes` are those of the authorization unless a refresh asks for fewer. There is an ID token where
    `openid` is among them. `grant` is Auth0's `gty`, for grants without a browser.
    """
    granted = list(authorization.scope if scopes is None else scopes)
    key = signing_key()
    access_token = user_access_token(authorization, granted, key=key, grant=grant)
    return {
        "access_token": access_token,
        **({"refresh_token": refresh_token} if refresh_token else {}),
        **_id_token(authorization, granted, access_token=access_token, nonce=nonce, key=key),
        # RFC 6749, section 5.1, requires it where the scopes differ from those that were asked for.
        "scope": " ".join(granted),
        "expires_in": access_token_lifetime(authorization.resource_server),
        "token_type": "Bearer",
    }


def user_access_token(
    authorization: Authorization, scopes: Iterable[str], *, key: RSAKey | None = None, grant: str = ""
) -> str:
    """An access token of the authorization, with the user's permissions where its API wants them listed.
    `key` is as for `sign`."""
    server = authorization.resource_server
    # Only for APIs with the RBAC token dialect; other tokens stay small.
    listed = permissions_of(authorization.user, server) if server and server.names_permissions else ()
    return issue_user_token(authorization, scopes=scopes, permissions=listed, grant=grant, key=key)


def _id_token(
    authorization: Authorization, scopes: list[str], *, access_token: str, nonce: str, key: RSAKey
) -> dict[str, str]:
    """The ID token under its name, or nothing without the scope `openid`."""
    # OpenID Connect Core, section 3.1.2.1: without this scope the request is plain OAuth.
    if "openid" not in scopes:
        return {}
    claims = claims_of(authorization.user, scopes)
    token = issue_id_token(authorization, claims, nonce=nonce, access_token=access_token, key=key)
    return {"id_token": token}
