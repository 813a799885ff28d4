"""Verify an access token: for the Management API, or a user's for another endpoint of ours."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from joserfc import jwt
from joserfc.errors import BadSignatureError, DecodeError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from users.caching.ttl_cache import TTLCache
from users.conf import conf
from users.models import Authorization, Client, ClientGrant, User
from users.models.compiled_lookup import CompiledLookup, by_user_id
from users.tokens.custom_claims import AUTHORIZATION_CLAIM, GENERATION_CLAIM
from users.tokens.keys import public_keys
from users.tokens.scopes import CURRENT_USER_SCOPES, MACHINE_SCOPES

# Seconds until a revoked client or a narrowed grant takes effect in every worker.
CACHE_SECONDS = 15
# The longest token we issue has about 2 kB.
MAX_LENGTH = 16 * 1024

_standing_authorization = CompiledLookup(
    lambda authorization_id: Authorization.objects.filter(
        authorization_id=authorization_id, revoked_at=None
    ).select_related("user__connection", "client")
)


class InvalidToken(Exception):
    """The token is not valid. The subclasses say why."""


class MalformedToken(InvalidToken):
    """Not a JWT."""


class BadSignature(InvalidToken):
    """Not signed by one of our keys, or altered."""


class ExpiredToken(InvalidToken):
    """It has expired."""


class InvalidClaims(InvalidToken):
    """Signed by us, but for another audience, or its client or user was deleted, blocked or revoked, or
    the user's access has ended since."""


@dataclass(frozen=True)
class MachineCaller:
    """A client, by its own token. `scopes` are those of the token that the client still holds."""

    client_id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class UserCaller:
    """A user, by a token of their own, fresh from the database. `scopes` are current-user scopes only;
    `authenticated_at` is when the user last entered the password, in UNIX seconds; `is_third_party` says
    that the client is another company's."""

    user: User
    client_id: str
    scopes: frozenset[str]
    authenticated_at: int
    is_third_party: bool = False


Caller = MachineCaller | UserCaller


@dataclass(frozen=True)
class UserToken:
    """A user's access token that is in force. `authorization` comes with its user and client, fresh from the
    database; `audiences` are those of the token, `scopes` its own."""

    authorization: Authorization
    audiences: frozenset[str]
    scopes: frozenset[str]


@dataclass(frozen=True)
class _ClientState:
    """`scopes`: those of its grant for the Management API; None where it has none."""

    name: str
    scopes: frozenset[str] | None
    is_first_party: bool


def verify_access_token(token: str) -> Caller:
    """Verify an access token for the Management API, and return its caller. Raises an InvalidToken.

    For a client nothing is read from the database while cached. A user is read each time, so that a block,
    a deletion and a new password take effect from the next request.
    """
    claims = _claims(token, audience=conf.management_audience)
    client_id, subject = claims.get("azp"), claims.get("sub")
    # A valid signature says nothing about the types of claims.
    if not isinstance(client_id, str) or not isinstance(subject, str):
        raise InvalidClaims
    standing = _client_cache.get(client_id)
    if standing is None:
        raise InvalidClaims
    # Scopes as the token has them, narrowed below by what its client or user still holds.
    asked = frozenset(str(claims.get("scope", "")).split())
    if subject == f"{client_id}@clients" and standing.scopes is not None:
        # The intersection: a grant that was narrowed after the token was issued takes effect within
        # CACHE_SECONDS.
        return MachineCaller(client_id, standing.name, asked & standing.scopes & MACHINE_SCOPES.keys())
    return UserCaller(
        _get_token_user(subject, claims),
        client_id,
        asked & CURRENT_USER_SCOPES.keys(),
        _auth_time(claims),
        is_third_party=not standing.is_first_party,
    )


def verify_user_token(token: str) -> UserToken:
    """Verify a user's access token, whatever its audience, which is for the caller to check. Raises an
    InvalidToken, from the next request on after a block, a deletion, a new password or a revocation.

    An ID token is refused, since it names no authorization. One query.
    """
    claims = _claims(token)
    named, audience = claims.get(AUTHORIZATION_CLAIM), claims.get("aud")
    if not isinstance(named, str):
        raise InvalidClaims
    authorization = _standing_authorization.one(named[:24])
    if authorization is None or not _is_in_force(authorization, claims):
        raise InvalidClaims
    audiences = audience if isinstance(audience, list) else [audience]
    scopes = frozenset(str(claims.get("scope", "")).split())
    return UserToken(authorization, frozenset(map(str, audiences)), scopes)


def _is_in_force(authorization: Authorization, claims: dict[str, object]) -> bool:
    """Whether the user of the token is still the one it was issued for, and may use it with its client."""
    user, client = authorization.user, authorization.client
    return (
        claims.get("sub") == user.user_id
        and claims.get("azp") == client.client_id
        and claims.get(GENERATION_CLAIM) == authorization.token_generation == user.token_generation
        and not user.blocked
        and user.linked_to_id is None
        and not client.is_revoked
    )


def clear_token_caches() -> None:
    """Clear this process's caches, for tests and after a revocation."""
    _key_cache.clear()
    _client_cache.clear()
    _claims_cache.clear()


def clear_token_caches_on_commit() -> None:
    """Clear the caches now, and again once the transaction has ended: meanwhile another thread may have
    read what is being revoked."""
    clear_token_caches()
    transaction.on_commit(clear_token_caches)


def _get_token_user(subject: str, claims: dict[str, object]) -> User:
    """Raises InvalidClaims where the user was deleted or blocked, and for a token issued to an earlier
    user with this id, or before the user's access was ended."""
    user = by_user_id.one(subject) if "|" in subject else None
    if user is None or user.blocked or claims.get(GENERATION_CLAIM) != user.token_generation:
        raise InvalidClaims
    if not is_authorized(claims):
        raise InvalidClaims
    return user


def is_authorized(claims: dict[str, object]) -> bool:
    """Whether the authorization of a user's token stands. Read each time, so that revoking it takes effect
    from the next request; a token from before there were authorizations has none."""
    named = claims.get(AUTHORIZATION_CLAIM)
    if named is None:
        return True
    return Authorization.objects.filter(authorization_id=str(named)[:24], revoked_at=None).exists()


def _auth_time(claims: dict[str, object]) -> int:
    at = claims.get("auth_time")
    return at if isinstance(at, int) else 0


def _claims(token: str, *, audience: str = "") -> dict[str, object]:
    """The claims of a token that is ours and has not expired, for this audience if one is given."""
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise MalformedToken
    claims = _claims_cache.get(token)
    try:
        _registry(audience).validate(claims)
    except ExpiredTokenError:
        raise ExpiredToken from None
    except JoseError:
        raise InvalidClaims from None
    return claims


def _read_signed(token: str) -> dict[str, object]:
    """The claims of a token with our signature. Cached for seconds: verifying a signature costs as much as
    the rest of a call."""
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
    """With the cached keys, then once more with fresh ones: another worker may have created a key."""
    try:
        return jwt.decode(token, _key_cache.get("all"), algorithms=["RS256"])
    except (BadSignatureError, DecodeError):
        raise
    except (JoseError, ValueError):
        pass
    return jwt.decode(token, public_keys(), algorithms=["RS256"])


def _registry(audience: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        # All tokens are issued by this installation, so there is no clock of another party to allow for.
        leeway=0,
        iss={"essential": True, "value": conf.issuer},
        aud={"essential": True, **({"value": audience} if audience else {})},
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
    scopes = None if grant is None else frozenset(grant.scope)
    return _ClientState(client.name, scopes, client.is_first_party)


_key_cache = TTLCache(_load_keys, seconds=CACHE_SECONDS)
_client_cache = TTLCache(_load_client, seconds=CACHE_SECONDS)
_claims_cache = TTLCache(_read_signed, seconds=CACHE_SECONDS, limit=1_000)
