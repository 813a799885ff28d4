"""Create and use MFA tokens: each stands for one sign-in by a grant that waits for the second factor."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.utils import decrypt, encrypt
from django.utils import timezone

from users.actions.account.multifactor import add_authenticator_app, new_recovery_code
from users.models import Client, Connection, MfaToken, RefreshTokenSecret, ResourceServer, User
from users.models.authorization import hash_token
from users.rights.actor import Actor

# Source: Auth0 docs, "Authenticate Using the Resource Owner Password Flow with MFA".
LIFETIME = timedelta(minutes=10)
# Tells them from access tokens where both are accepted.
MFA_TOKEN_PREFIX = "mt_"  # noqa: S105 - the beginning of each


class InvalidMfaToken(Exception):
    """The token is unknown or used."""


class ExpiredMfaToken(InvalidMfaToken):
    """The token is too old, or the user's access has ended since, as by a block."""


def create_mfa_token(
    user: User,
    client: Client,
    *,
    connection: Connection,
    server: ResourceServer | None,
    scope: Iterable[str],
    methods: Iterable[str],
    id_token_claims: Mapping[str, Any],
    access_token_claims: Mapping[str, Any],
    is_past_hooks: bool,
    scope_changes: Mapping[str, Any] | None = None,
    refresh_token_secret: RefreshTokenSecret | None = None,
    refresh_token_text: str = "",
) -> str:
    """Store a sign-in that waits, and return the text of its token.

    `scope` are the requested scopes, `scope_changes` what hooks change of them. The text ends with the first
    part of the refresh token that was presented, if one was: the token that replaces it begins with the
    same, of which only the hash is stored.
    """
    family = refresh_token_text.partition(".")[0]
    text = f"{MFA_TOKEN_PREFIX}{secrets.token_urlsafe(32)}" + (f".{family}" if family else "")
    now = timezone.now()
    MfaToken.objects.create(
        token_hash=hash_token(text),
        user=user,
        connection=connection,
        client=client,
        resource_server=server,
        refresh_token_secret=refresh_token_secret,
        scope=list(scope),
        methods=sorted(methods),
        id_token_claims=dict(id_token_claims),
        access_token_claims=dict(access_token_claims),
        scope_changes=scope_changes,
        authenticated_at=now,
        token_generation=user.token_generation,
        is_past_hooks=is_past_hooks,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return text


def find_mfa_token(text: str) -> MfaToken:
    """Return the token with its user, client and API. Raises InvalidMfaToken or ExpiredMfaToken."""
    found = MfaToken.objects.filter(token_hash=hash_token(text), used_at=None)
    token = found.select_related("user__connection", "connection", "client", "resource_server").first()
    if token is None:
        raise InvalidMfaToken
    user = token.user
    is_current = token.token_generation == user.token_generation and not user.blocked
    if token.expires_at <= timezone.now() or user.linked_to_id or not is_current:
        raise ExpiredMfaToken
    return token


def use_mfa_token(token: MfaToken, *, at: datetime) -> None:
    """Mark the token as used. Raises InvalidMfaToken where another request was faster."""
    # One UPDATE, so that of two requests at once only one goes on.
    if not MfaToken.objects.filter(pk=token.pk, used_at=None).update(used_at=at):
        raise InvalidMfaToken


def begin_enrolment(token: MfaToken, *, secret: str) -> str:
    """Store the secret of an app that the user is adding, and return the recovery code to show with it.
    Neither signs in before the app's first code is right (`confirm_enrolment`)."""
    code = new_recovery_code()
    pending = {"secret": encrypt(secret), "recovery_code": encrypt(code)}
    MfaToken.objects.filter(pk=token.pk).update(enrolment=pending)
    return code


def pending_secret(token: MfaToken) -> str:
    """Return the secret of the app that waits for its first code; empty where there is none."""
    return decrypt(token.enrolment["secret"]) if token.enrolment else ""


def confirm_enrolment(token: MfaToken, *, actor: Actor) -> None:
    """Add the app, whose first code was right. Raises AlreadyEnrolled or UserNotFound."""
    add_authenticator_app(
        token.user,
        secret=pending_secret(token),
        recovery_codes=[decrypt(token.enrolment["recovery_code"])],
        actor=actor,
    )
