"""Verify an ID token: the proof that a user has signed in to a client.

Source of the texts: Auth0's published OpenAPI document, POST /users/{id}/identities, status 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError

from users.conf import conf
from users.tokens.custom_claims import GENERATION_CLAIM
from users.tokens.keys import public_keys

MAX_LENGTH = 16 * 1024


class InvalidIdToken(ValueError):
    """The token proves nothing. The text says why."""


@dataclass(frozen=True)
class VerifiedIdToken:
    """The user `subject` signed in at `issued_at`, in UNIX seconds. `generation` is the user's
    `token_generation` at that time."""

    subject: str
    issued_at: int
    generation: object


def verify_id_token(token: str, *, client_id: str) -> VerifiedIdToken:
    """Verify an ID token of ours, issued to this client and not expired. Raises InvalidIdToken."""
    claims = _signed_claims(token)
    # An access token, which a client may hold without the user being present.
    if "gty" in claims:
        raise InvalidIdToken("Invalid token (link_with).")
    if claims.get("iss") != conf.issuer:
        raise InvalidIdToken("JWT (link_with) must have the same issuer as the calling user.")
    _check_audience(claims.get("aud"), client_id)
    if "sub" not in claims:
        raise InvalidIdToken("JWT (link_with) must contains sub claim.")
    subject = claims["sub"]
    if not isinstance(subject, str) or "|" not in subject:
        raise InvalidIdToken("JWT (link_with) contains an invalid sub claim.")
    return VerifiedIdToken(subject, int(claims.get("iat", 0)), claims.get(GENERATION_CLAIM))


def _check_audience(audience: object, client_id: str) -> None:
    """The audience must be the client: an access token has that of an API, and proves no sign-in to this
    client."""
    names = audience if isinstance(audience, list) else [audience]
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidIdToken("JWT (link_with) contains an invalid aud claim.")
    if names != [client_id]:
        raise InvalidIdToken(
            "JWT (link_with) must have an aud claim that matches that of the calling token's azp."
        )


def _signed_claims(token: str) -> dict[str, Any]:
    refused = InvalidIdToken("Invalid token (link_with).")
    # Before any cryptography: hostile input of any length must be cheap.
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise refused
    try:
        claims = jwt.decode(token, public_keys(), algorithms=["RS256"]).claims
        jwt.JWTClaimsRegistry(leeway=0, exp={"essential": True}).validate(claims)
    # RS256 only: accepting `none`, or HMAC with the public key as secret, are the classic attacks on JWT.
    except UnsupportedAlgorithmError:
        raise InvalidIdToken("JWT (link_with) must have an alg of RS256.") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):  # hostile tokens raise them all
        raise refused from None
    return claims
