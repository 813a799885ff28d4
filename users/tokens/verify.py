"""Judge a token."""

from __future__ import annotations

from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import BadSignatureError, DecodeError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from users.conf import conf
from users.models import Client
from users.tokens.cache import Remembered
from users.tokens.keys import public_keys

# Seconds until a revoked client or a narrowed grant takes effect in every worker.
REMEMBER_SECONDS = 15
# The longest token we issue is about 2 kB.
MAX_LENGTH = 16 * 1024


class TokenRefused(Exception):
    """The token is no good. `problem` is one of the classes' names below."""


class Malformed(TokenRefused):
    """Not a JWT at all."""


class BadSignature(TokenRefused):
    """Signed by somebody else, or altered."""


class Expired(TokenRefused):
    """It was good once."""


class Invalid(TokenRefused):
    """Well signed, but not meant for us, or its client is no more."""


@dataclass(frozen=True)
class Machine:
    """A client as its token shows it. `scopes` are those of the token that the client still
    holds."""

    client_id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Standing:
    name: str
    scopes: frozenset[str]


def verify(token: str) -> Machine:
    """The client behind an access token for the Management API. Raises a TokenRefused.

    In the steady state nothing is read from the database.
    """
    claims = _claims(token)
    client_id = claims.get("azp")
    if claims.get("sub") != f"{client_id}@clients" or not isinstance(client_id, str):
        raise Invalid
    standing = _standings.get(client_id)
    if standing is None:
        raise Invalid
    asked = frozenset(str(claims.get("scope", "")).split())
    return Machine(client_id, standing.name, asked & standing.scopes)


def forget() -> None:
    """Drop what this process remembers, for tests and for whoever revokes in it."""
    _keys.forget()
    _standings.forget()


def _claims(token: str) -> dict[str, object]:
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise Malformed
    try:
        decoded = _decode(token)
    except BadSignatureError:
        raise BadSignature from None
    except DecodeError:
        raise Malformed from None
    except JoseError:
        raise BadSignature from None
    except (ValueError, TypeError, KeyError):  # hostile headers raise them all
        raise Malformed from None
    claims = decoded.claims
    if not isinstance(claims, dict):
        raise Malformed
    try:
        _registry().validate(claims)
    except ExpiredTokenError:
        raise Expired from None
    except JoseError:
        raise Invalid from None
    return claims


def _decode(token: str) -> jwt.Token:
    """By the keys known here, then once more by fresh ones: another worker may have made a new key."""
    try:
        return jwt.decode(token, _keys.get("all"), algorithms=["RS256"])
    except (BadSignatureError, DecodeError):
        raise
    except (JoseError, ValueError):
        pass
    return jwt.decode(token, public_keys(), algorithms=["RS256"])


def _registry() -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=0,
        iss={"essential": True, "value": conf.issuer},
        aud={"essential": True, "value": conf.management_audience},
        exp={"essential": True},
        sub={"essential": True},
    )


def _read_keys(_: str) -> KeySet:
    return public_keys()


def _read_standing(client_id: str) -> _Standing | None:
    client = Client.objects.filter(client_id=client_id, is_revoked=False).select_related("grant").first()
    if client is None or not hasattr(client, "grant"):
        return None
    return _Standing(client.name, frozenset(client.grant.scope))


_keys = Remembered(_read_keys, seconds=REMEMBER_SECONDS)
_standings = Remembered(_read_standing, seconds=REMEMBER_SECONDS)
