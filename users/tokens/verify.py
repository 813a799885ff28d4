"""Judge a token for the Management API."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from joserfc import jwt
from joserfc.errors import BadSignatureError, DecodeError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from users.caching.ttl_cache import TTLCache
from users.conf import conf
from users.models import Client, ClientGrant, User
from users.models.compiled_lookup import by_user_id
from users.tokens.custom_claims import GENERATION_CLAIM
from users.tokens.keys import public_keys
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

# Seconds until a revoked client or a narrowed grant takes effect in every worker.
CACHE_SECONDS = 15
# The longest token we issue is about 2 kB.
MAX_LENGTH = 16 * 1024


class InvalidToken(Exception):
    """The token is no good. The classes below say why."""


class MalformedToken(InvalidToken):
    """Not a JWT at all."""


class BadSignature(InvalidToken):
    """Signed by somebody else, or altered."""


class ExpiredToken(InvalidToken):
    """It was good once."""


class InvalidClaims(InvalidToken):
    """Well signed, but not meant for us, or its client or user is no more, or the user's access has
    been ended since."""


@dataclass(frozen=True)
class MachineCaller:
    """A client as its token shows it. `scopes` are those of the token that the client still
    holds."""

    client_id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class UserCaller:
    """Somebody as a token of their own shows them, fresh from the database. `scopes` are
    current-user scopes and no others; `authenticated_at` is when they last gave their password,
    in UNIX seconds."""

    user: User
    client_id: str
    scopes: frozenset[str]
    authenticated_at: int


Caller = MachineCaller | UserCaller


@dataclass(frozen=True)
class _ClientState:
    """`scopes`: those its grant for the Management API holds; None where it has none."""

    name: str
    scopes: frozenset[str] | None


def verify_access_token(token: str) -> Caller:
    """Who is behind an access token for the Management API. Raises a TokenRefused.

    For a client nothing is read from the database in the steady state. A user is read each time,
    so that a block, a deletion and a new password take effect from the next request.
    """
    claims = _claims(token)
    client_id, subject = claims.get("azp"), claims.get("sub")
    if not isinstance(client_id, str) or not isinstance(subject, str):
        raise InvalidClaims
    standing = _client_cache.get(client_id)
    if standing is None:
        raise InvalidClaims
    asked = frozenset(str(claims.get("scope", "")).split())
    if subject == f"{client_id}@clients" and standing.scopes is not None:
        return MachineCaller(client_id, standing.name, asked & standing.scopes & MACHINE_SCOPES.keys())
    return UserCaller(
        _get_token_user(subject, claims), client_id, asked & CURRENT_USER_SCOPES.keys(), _auth_time(claims)
    )


def clear_token_caches() -> None:
    """Drop what this process remembers, for tests and for whoever revokes in it."""
    _key_cache.clear()
    _client_cache.clear()
    _claims_cache.clear()


def clear_token_caches_on_commit() -> None:
    """Drop it now, and again once the transaction at hand has ended: meanwhile another thread may have
    read what is being taken back."""
    clear_token_caches()
    transaction.on_commit(clear_token_caches)


def _get_token_user(subject: str, claims: dict[str, object]) -> User:
    """Raises Invalid where the user is no more or blocked, and for a token issued to an earlier user
    with this id, or before the user's access was ended."""
    user = by_user_id.one(subject) if "|" in subject else None
    if user is None or user.blocked or claims.get(GENERATION_CLAIM) != user.token_generation:
        raise InvalidClaims
    return user


def _auth_time(claims: dict[str, object]) -> int:
    at = claims.get("auth_time")
    return at if isinstance(at, int) else 0


def _claims(token: str) -> dict[str, object]:
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise MalformedToken
    claims = _claims_cache.get(token)
    try:
        _registry().validate(claims)
    except ExpiredTokenError:
        raise ExpiredToken from None
    except JoseError:
        raise InvalidClaims from None
    return claims


def _read_signed(token: str) -> dict[str, object]:
    """The claims of a token whose signature is ours. Remembered for seconds: the arithmetic of a
    signature costs as much as the rest of a call."""
    try:
        decoded = _decode(token)
    except BadSignatureError:
        raise BadSignature from None
    except DecodeError:
        raise MalformedToken from None
    except JoseError:
        raise BadSignature from None
    except (ValueError, TypeError, KeyError):  # hostile headers raise them all
        raise MalformedToken from None
    if not isinstance(decoded.claims, dict):
        raise MalformedToken
    return decoded.claims


def _decode(token: str) -> jwt.Token:
    """By the keys known here, then once more by fresh ones: another worker may have made a new key."""
    try:
        return jwt.decode(token, _key_cache.get("all"), algorithms=["RS256"])
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


def _load_keys(_: str) -> KeySet:
    return public_keys()


def _load_client(client_id: str) -> _ClientState | None:
    client = Client.objects.filter(client_id=client_id, is_revoked=False).first()
    if client is None:
        return None
    grant = ClientGrant.objects.filter(client=client, resource_server__identifier=None).first()
    return _ClientState(client.name, None if grant is None else frozenset(grant.scope))


_key_cache = TTLCache(_load_keys, seconds=CACHE_SECONDS)
_client_cache = TTLCache(_load_client, seconds=CACHE_SECONDS)
_claims_cache = TTLCache(_read_signed, seconds=CACHE_SECONDS, limit=1_000)
