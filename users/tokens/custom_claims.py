"""Custom claims: which claims post-login hooks may add to a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from users.representation.fields import FIELDS

# The claim that binds a user's token to the user it was issued for: `User.token_generation`.
GENERATION_CLAIM = "token_generation"
# The claim that names the authorization a user's token belongs to: once that is revoked, so is the token.
AUTHORIZATION_CLAIM = "authorization_id"

# Claims with a meaning of their own: those who verify a token rely on them, so no hook may set one.
# Source: Auth0 docs, "Create Custom Claims", restricted claims; `scope` and the two above are ours.
RESERVED_CLAIMS = frozenset(
    {
        *("acr", "act", "active", "amr", "at_hash", "ath", "attest", "aud", "auth_time"),
        *("authorization_details", "azp", "c_hash", "client_id", "cnf", "cty", "dest", "entitlements"),
        *("events", "exp", "groups", "gty", "htm", "htu", "iat", "internalService", "iss", "jcard", "jku"),
        *("jti", "jwe", "jwk", "kid", "may_act", "mky", "nbf", "nonce", "object_id", "org_id", "org_name"),
        *("orig", "origid", "permissions", "roles", "rph", "s_hash", "sid", "sub", "sub_jwk", "toe", "txn"),
        *("typ", "uuid", "vot", "vtm", "x5t#S256", "scope", GENERATION_CLAIM, AUTHORIZATION_CLAIM),
    }
)
_RESERVED_PREFIX = "sip_"
# Source: Auth0 docs, "Create Custom Claims", namespaced guidelines.
_AUTH0_DOMAINS = ("auth0.com", "webtask.io", "webtask.run")
_AUTH0_URN = "urn:auth0:"

# Claims of OpenID Connect scopes: they come from the user, and only with their scope.
_STANDARD_CLAIMS = frozenset(name for name, field in FIELDS.items() if field.claim_scope)


def id_token_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return what hooks may add to an ID token and to `/userinfo`: neither a reserved claim nor one of a
    scope, which may not have been granted.

    Source: Auth0 docs, "Create Custom Claims".
    """
    return {name: value for name, value in without_reserved(claims).items() if name not in _STANDARD_CLAIMS}


def access_token_claims(claims: Mapping[str, Any], *, is_management: bool) -> dict[str, Any]:
    """Return what hooks may add to an access token; to one of the Management API only claims with a
    namespace, since it may come to rely on others.

    Source: Auth0 docs, "Create Custom Claims".
    """
    allowed = without_reserved(claims)
    if not is_management:
        return allowed
    return {name: value for name, value in allowed.items() if _namespace(name)}


def without_reserved(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims without the reserved ones, and without those in namespaces of Auth0, which are
    dropped without an error, as by Auth0."""
    return {
        name: value
        for name, value in claims.items()
        if name not in RESERVED_CLAIMS and not name.startswith(_RESERVED_PREFIX) and not _is_auth0s(name)
    }


def _namespace(name: str) -> str:
    """The host of a claim that is named by a URL; empty for other names."""
    try:
        url = urlsplit(name)
        return url.hostname or "" if url.scheme in ("http", "https") else ""
    except ValueError:  # a malformed host
        return ""


def _is_auth0s(name: str) -> bool:
    if f"{name.lower()}:".startswith(_AUTH0_URN):
        return True
    host = _namespace(name)
    return any(host == domain or host.endswith(f".{domain}") for domain in _AUTH0_DOMAINS)
