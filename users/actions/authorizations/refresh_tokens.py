"""Issue, exchange and revoke refresh tokens.

The text of a token has two parts: the first names its family, the second is the secret, which changes where
tokens rotate. A secret that was replaced is accepted for the leeway of its client; any other secret of a
known family has been stolen or lost, so that the authorization is revoked.

Source: Auth0 docs, "Refresh Token Rotation"; RFC 9700, section 4.14.2.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from users.actions.account.security_notices import request_reuse_notice
from users.actions.authorizations.authorizations import revoke_authorizations, use_period
from users.log.ip_addresses import anonymize_ip
from users.log.record import ClientContext, log_event
from users.models import Authorization, Client, RefreshToken, RefreshTokenSecret
from users.models.authorization import hash_token
from users.models.compiled_lookup import CompiledLookup
from users.models.fast_writes import fast_insert, fast_update
from users.models.refresh_token import lock_refresh_tokens
from users.representation.refresh_tokens import RefreshTokenPolicy

# Live tokens of one user and client. Source: Auth0 docs, "Refresh Tokens", limits.
MAX_TOKENS = 200
# Replaced secrets are stored that long; an older one is recognized by its family.
SECRET_RETENTION = timedelta(days=1)
_TEXT = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})", re.ASCII)
_presented = CompiledLookup(
    lambda family_hash, secret_hash: RefreshTokenSecret.objects.filter(
        refresh_token__family_hash=family_hash, secret_hash=secret_hash
    ).select_related(
        "refresh_token__authorization__user__connection",
        "refresh_token__authorization__connection",
        "refresh_token__authorization__client",
        "refresh_token__authorization__resource_server",
    )
)
# Of the row that is locked only that it exists matters: it is read again, by `_current`.
_locked = CompiledLookup(lambda pk: RefreshToken.objects.select_for_update().only("pk").filter(pk=pk))
# With what another exchange or a revocation may have changed.
_current = CompiledLookup(
    lambda pk: RefreshTokenSecret.objects.filter(pk=pk).select_related("refresh_token__authorization__user")
)


class InvalidRefreshToken(Exception):
    """The token is unknown, expired, revoked, or of another client. Which of them is for the log alone."""


class ReusedRefreshToken(InvalidRefreshToken):
    """The token had been replaced, so that its authorization is revoked now. Already logged."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """From where a token is requested: the whole IP address, if any, and the user agent."""

    ip: str | None = None
    user_agent: str = ""

    def described(self, name: str) -> dict[str, str]:
        """The keys of `RefreshToken.device` that begin with `name`, as far as RECORD_IP allows."""
        known = {
            f"{name}_ip": (anonymize_ip(self.ip) if self.ip else "") or "",
            f"{name}_user_agent": self.user_agent[:500],
        }
        return {key: value for key, value in known.items() if value}


def issue_refresh_token(authorization: Authorization, *, device: Device) -> str:
    """Issue the refresh token of an authorization that has none yet, and return its text, which is not
    stored. The oldest tokens of the user and client beyond MAX_TOKENS are revoked."""
    policy = RefreshTokenPolicy.of(authorization.client)
    now = timezone.now()
    family = secrets.token_urlsafe(16)
    with transaction.atomic():
        _revoke_oldest(authorization)
        token = RefreshToken.objects.create(
            authorization=authorization,
            family_hash=hash_token(family),
            is_rotating=policy.is_rotating,
            device={**device.described("initial"), **device.described("last")},
            created_at=now,
            expires_at=now + policy.lifetime if policy.lifetime else None,
        )
        # The authorization has to outlive the last access token that is issued for it.
        authorization.expires_at = (
            token.expires_at + use_period(authorization.client, authorization.resource_server)
            if token.expires_at
            else None
        )
        authorization.save(update_fields=["expires_at"])
        secret = _add_secret(token, parent=None, now=now)
    return f"{family}.{secret}"


def find_refresh_token(text: str, *, client: Client, device: Device) -> RefreshTokenSecret:
    """Return the secret that the client presents, with its token and authorization, if it may be exchanged.

    Whether the user is blocked is left to the sign-in. Raises InvalidRefreshToken, or ReusedRefreshToken
    after the authorization is revoked.
    """
    family, secret_text = _parts(text)
    secret = _presented.one(hash_token(family), hash_token(secret_text))
    token = secret.refresh_token if secret else _find_family(family)
    if token is None or token.authorization.client_id != client.pk:
        raise InvalidRefreshToken
    _check_live(token, timezone.now())
    if secret is None or not _may_be_exchanged(secret, timezone.now()):
        _revoke_reused(token, device)
        raise ReusedRefreshToken
    return secret


def exchange_refresh_token(
    presented: RefreshTokenSecret,
    *,
    text: str,
    methods: Iterable[str],
    id_token_claims: Mapping[str, Any],
    access_token_claims: Mapping[str, Any],
    device: Device,
    scope: Iterable[str],
) -> tuple[Authorization, str]:
    """Exchange a secret that `find_refresh_token` returned, once the user may stay signed in.

    Returns the authorization, with the claims and methods of this sign-in, and the text of the token to use
    from now on. `text` is the one presented, and is returned where tokens do not rotate; its first part alone
    is enough, and the token is replaced then. Logs the exchange, within `scope`.

    Raises as `find_refresh_token` where another exchange was faster, or access has ended meanwhile.
    """
    with transaction.atomic():
        secret = _lock(presented)
        token, now = secret.refresh_token, timezone.now()
        authorization = token.authorization
        _check_live(token, now)
        if authorization.user.blocked:
            raise InvalidRefreshToken
        is_valid = _may_be_exchanged(secret, now)
        if is_valid:
            _store_claims(authorization, methods, id_token_claims, access_token_claims)
            issued = _next_text(secret, text=text, now=now)
            _note_exchange(token, device, now)
            _log(token, "sertft", device, scope=" ".join(scope))
        else:
            # In this transaction: raising here would undo it.
            _revoke_reused(token, device)
    if not is_valid:
        raise ReusedRefreshToken
    return authorization, issued


def revoke_refresh_token(text: str, *, client: Client, device: Device) -> bool:
    """Revoke the token that its own client presents, and all that have replaced it. The authorization
    stays, with its access tokens. Returns whether there was one.

    Source: RFC 7009; Auth0 docs, "Revoke Refresh Tokens".
    """
    try:
        family, _ = _parts(text)
    except InvalidRefreshToken:
        return False
    token = _find_family(family)
    if token is None or token.authorization.client_id != client.pk:
        return False
    with transaction.atomic():
        is_revoked = delete_refresh_tokens(RefreshToken.objects.filter(pk=token.pk)) > 0
        if is_revoked:
            _log(token, "srrt", device)
    return is_revoked


def delete_refresh_tokens(tokens: QuerySet[RefreshToken]) -> int:
    """Delete refresh tokens, which are then unknown, and return how many there were. Their authorizations
    end with their access tokens."""
    with transaction.atomic():
        lock_refresh_tokens(tokens)
        found = list(tokens.select_related("authorization__resource_server", "authorization__client"))
        for token in found:
            authorization = token.authorization
            ends_at = timezone.now() + use_period(authorization.client, authorization.resource_server)
            Authorization.objects.filter(pk=authorization.pk).update(expires_at=ends_at)
        RefreshToken.objects.filter(pk__in=[token.pk for token in found]).delete()
    return len(found)


def _parts(text: str) -> tuple[str, str]:
    """The family part and the secret part of a token's text. Raises InvalidRefreshToken."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise InvalidRefreshToken
    return found[1], found[2]


def _find_family(family: str) -> RefreshToken | None:
    found = RefreshToken.objects.filter(family_hash=hash_token(family))
    return found.select_related(
        "authorization__user__connection", "authorization__client", "authorization__resource_server"
    ).first()


def _check_live(token: RefreshToken, now: datetime) -> None:
    """Raises InvalidRefreshToken where the token has expired, or what the user has allowed has ended."""
    authorization = token.authorization
    user = authorization.user
    # A blocked user's access has ended as well, and the sign-in says why.
    is_current = user.blocked or authorization.token_generation == user.token_generation
    if authorization.revoked_at or user.linked_to_id or not is_current:
        raise InvalidRefreshToken
    idle = RefreshTokenPolicy.of(authorization.client).idle_lifetime
    idle_ends_at = (token.last_exchanged_at or token.created_at) + idle if idle else None
    if any(ends_at and ends_at <= now for ends_at in (token.expires_at, idle_ends_at)):
        raise InvalidRefreshToken


def _may_be_exchanged(secret: RefreshTokenSecret, now: datetime) -> bool:
    """Whether it is current, or was replaced within the leeway by a secret that is current."""
    if secret.replaced_at is None:
        return True
    leeway = RefreshTokenPolicy.of(secret.refresh_token.authorization.client).leeway
    # Without a leeway not even in the same moment.
    if not leeway or now - secret.replaced_at > leeway:
        return False
    return not secret.children.exclude(replaced_at=None).exists()


def _lock(presented: RefreshTokenSecret) -> RefreshTokenSecret:
    """The secret as it is now, its family locked until the transaction ends. Raises InvalidRefreshToken
    where it was deleted meanwhile."""
    token = presented.refresh_token
    if token.is_rotating == RefreshTokenPolicy.of(token.authorization.client).is_rotating:
        # SQLite has locked the whole database when the transaction began, and knows no lock on a row.
        is_locked = not connection.features.has_select_for_update or _locked.one(token.pk) is not None
    else:
        # The siblings are going to be deleted: all are locked together, in one order.
        is_locked = token.pk in lock_refresh_tokens(
            RefreshToken.objects.filter(pk=token.pk) | _siblings(token)
        )
    if not is_locked:
        raise InvalidRefreshToken
    # Read after the lock, so that what another exchange has just committed is seen, or a revocation.
    secret = _current.one(presented.pk)
    if secret is None:
        raise InvalidRefreshToken
    authorization, known = secret.refresh_token.authorization, token.authorization
    authorization.client = known.client
    authorization.connection, authorization.resource_server = known.connection, known.resource_server
    authorization.user.connection = known.user.connection
    return secret


def _next_text(secret: RefreshTokenSecret, *, text: str, now: datetime) -> str:
    """The text of the token that replaces this one, or this one's where tokens do not rotate."""
    token = secret.refresh_token
    family, _, current = text.partition(".")
    is_rotating = RefreshTokenPolicy.of(token.authorization.client).is_rotating
    if is_rotating == token.is_rotating and not is_rotating and current:
        return text
    if is_rotating != token.is_rotating:
        # Source: Auth0 docs, "Configure Refresh Token Rotation": tokens of the other type end.
        delete_refresh_tokens(_siblings(token))
        RefreshToken.objects.filter(pk=token.pk).update(is_rotating=is_rotating)
    # At the first exchange of a day: an older secret that is still stored is refused like a deleted one.
    if token.last_exchanged_at and token.last_exchanged_at.date() != now.date():
        _delete_old_secrets(token, now)
    # A secret that is exchanged again within the leeway was replaced before: the leeway began then.
    if secret.replaced_at is None:
        secret.replaced_at = now
        fast_update(secret, ["replaced_at"])
    return f"{family}.{_add_secret(token, parent=secret, now=now)}"


def _add_secret(token: RefreshToken, *, parent: RefreshTokenSecret | None, now: datetime) -> str:
    """Store a new secret of the family, and return its text."""
    text = secrets.token_urlsafe(32)
    fast_insert(
        RefreshTokenSecret(refresh_token=token, secret_hash=hash_token(text), parent=parent, created_at=now)
    )
    return text


def _delete_old_secrets(token: RefreshToken, now: datetime) -> None:
    leeway = RefreshTokenPolicy.of(token.authorization.client).leeway
    before = now - max(SECRET_RETENTION, leeway)
    RefreshTokenSecret.objects.filter(refresh_token=token, replaced_at__lt=before).delete()


def _siblings(token: RefreshToken) -> QuerySet[RefreshToken]:
    """The other tokens of the same user, client, API and type."""
    of = token.authorization
    return RefreshToken.objects.filter(
        authorization__user=of.user_id,
        authorization__client=of.client_id,
        authorization__resource_server=of.resource_server_id,
        is_rotating=token.is_rotating,
    ).exclude(pk=token.pk)


def _store_claims(
    authorization: Authorization,
    methods: Iterable[str],
    id_token_claims: Mapping[str, Any],
    access_token_claims: Mapping[str, Any],
) -> None:
    """Keep with the authorization what hooks and the second factor have added to it."""
    columns = {
        "methods": sorted(methods),
        "id_token_claims": dict(id_token_claims),
        "access_token_claims": dict(access_token_claims),
    }
    changed = [name for name, value in columns.items() if getattr(authorization, name) != value]
    for name in changed:
        setattr(authorization, name, columns[name])
    if changed:
        authorization.save(update_fields=changed)


def _note_exchange(token: RefreshToken, device: Device, now: datetime) -> None:
    token.last_exchanged_at = now
    token.device = {**token.device, **device.described("last")}
    fast_update(token, ["last_exchanged_at", "device"])


def _revoke_oldest(authorization: Authorization) -> None:
    """Make room for one more token of the user and client."""
    tokens = RefreshToken.objects.filter(
        authorization__user=authorization.user_id, authorization__client=authorization.client_id
    ).order_by("-created_at", "-pk")
    oldest = list(tokens.values_list("pk", flat=True)[MAX_TOKENS - 1 :])
    if oldest:
        delete_refresh_tokens(RefreshToken.objects.filter(pk__in=oldest))


def _revoke_reused(token: RefreshToken, device: Device) -> None:
    authorization = token.authorization
    with transaction.atomic():
        is_first = revoke_authorizations(Authorization.objects.filter(pk=authorization.pk)) > 0
        _log(token, "ferrt", device, details={"family_id": token.token_id})
        if is_first:  # two at once may have found the token live
            request_reuse_notice(authorization.user, authorization.client, at=timezone.now())


def _log(
    token: RefreshToken,
    type_: str,
    device: Device,
    *,
    scope: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    authorization = token.authorization
    server = authorization.resource_server
    log_event(
        type_,
        user=authorization.user,
        connection=authorization.connection,
        through=ClientContext.of(authorization.client, server.audience if server else ""),
        ip=device.ip or "",
        scope=scope,
        details=details,
    )
