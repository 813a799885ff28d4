"""Authorization codes: issue one, and redeem it once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from users.actions.authorizations.authorizations import revoke_authorizations
from users.models import Authorization, AuthorizationCode, Client
from users.models.authorization import hash_token

# Source: Auth0 leaves a minute or so; RFC 6749, section 4.1.2, allows ten at most.
LIFETIME = timedelta(seconds=60)


class CodeRefused(Exception):
    """The code is unknown, spent, expired, or of another client or redirect URI."""


class VerifierRefused(CodeRefused):
    """The code is right, but not the proof of PKCE."""


def issue_code(
    authorization: Authorization, *, redirect_uri: str, code_challenge: str = "", nonce: str = ""
) -> str:
    """Return a new code of the authorization, which is good for a minute. Only its hash is stored."""
    code = secrets.token_urlsafe(32)
    now = timezone.now()
    AuthorizationCode.objects.create(
        code_hash=hash_token(code),
        authorization=authorization,
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        nonce=nonce,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return code


def redeem_code(
    code: str, client: Client, *, redirect_uri: str, is_verified: Callable[[AuthorizationCode], bool]
) -> AuthorizationCode:
    """Spend the code, and return it with its authorization. Raises CodeRefused.

    The first attempt spends it, whatever comes of it. A second one revokes the authorization: one of the
    two who had the code has stolen it, and nothing says which (RFC 6749, section 4.1.2). `is_verified` says
    whether the request carries the proof that the code asks for.
    """
    with transaction.atomic():
        # Locked, so that of two at once only one finds it unspent.
        found = (
            AuthorizationCode.objects.select_for_update(of=("self",))
            .select_related("authorization__user__connection", "authorization__client")
            .select_related("authorization__resource_server", "authorization__connection")
            .filter(code_hash=hash_token(code))
            .first()
        )
        if found is not None and found.used_at is None:
            found.used_at = timezone.now()
            found.save(update_fields=["used_at"])
            is_first = True
        else:
            is_first = False
            if found is not None:
                revoke_authorizations(Authorization.objects.filter(pk=found.authorization_id))
    # Raised outside the transaction, which would take the spending back.
    if found is None or not is_first:
        raise CodeRefused
    _check(found, client, redirect_uri)
    if not is_verified(found):
        raise VerifierRefused
    return found


def _check(code: AuthorizationCode, client: Client, redirect_uri: str) -> None:
    """Raises CodeRefused where the code is expired, of another client or redirect URI, or its user may not
    sign in any more."""
    authorization = code.authorization
    user = authorization.user
    if code.expires_at <= timezone.now() or authorization.client_id != client.pk:
        raise CodeRefused
    if code.redirect_uri != redirect_uri or authorization.revoked_at is not None:
        raise CodeRefused
    if user.blocked or user.token_generation != authorization.token_generation:
        raise CodeRefused
