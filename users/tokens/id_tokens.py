"""Verify an ID token: the proof that a user has signed in to a client.

Source of the texts: Auth0's published OpenAPI document, POST /users/{id}/identities, status 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError

from users.conf import conf
from users.tokens.custom_claims import AUTHORIZATION_CLAIM, GENERATION_CLAIM
from users.tokens.keys import public_keys

MAX_LENGTH = 16 * 1024
# Claims that ID tokens lack: a token that has one is of another kind.
_OF_OTHER_TOKENS = ("azp", "gty", "events", AUTHORIZATION_CLAIM)


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
    claims = signed_claims(token)
    try:
        jwt.JWTClaimsRegistry(leeway=0, exp={"essential": True}).validate(claims)
    except (JoseError, ValueError, TypeError):
        raise InvalidIdToken("Invalid token (link_with).") from None
    # An access token, which a client may hold without the user being present.
    if is_of_other_kind(claims):
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


def is_of_other_kind(claims: Mapping[str, Any]) -> bool:
    """Whether the claims are those of an access token or a logout token."""
    return any(name in claims for name in _OF_OTHER_TOKENS)


def signed_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token that is signed by a key of ours, expired or not. Raises InvalidIdToken.

    RS256 only, and keys of ours only: what a header says about keys is never followed.
    """
    refused = InvalidIdToken("Invalid token (link_with).")
    # Before any cryptography: hostile input of any length must be cheap.
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise refused
    try:
        return jwt.decode(token, public_keys(), algorithms=["RS256"]).claims
    # RS256 only: accepting `none`, or HMAC with the public key as secret, are the classic attacks on JWT.
    except UnsupportedAlgorithmError:
        raise InvalidIdToken("JWT (link_with) must have an alg of RS256.") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):  # hostile tokens raise them all
        raise refused from None
