"""Store authorization requests while their user signs in or consents."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from users.models import AuthorizationRequest, Client
from users.models.authorization import hash_token

# How long a user may take to sign in, a password reset on the way included.
LIFETIME = timedelta(hours=1)


class RequestNotFound(Exception):
    """No such request waits: it was answered, has expired, or never existed."""


class ForeignRequest(Exception):
    """The request was begun in another browser."""


def store_authorization_request(
    client: Client, parameters: Mapping[str, Any], *, browser_secret: str, asked_at: datetime
) -> tuple[AuthorizationRequest, str]:
    """Store a request that waits for its user. Returns it with the `state` that names it on the hosted
    pages, of which only a hash is stored."""
    state = secrets.token_urlsafe(32)
    pending = AuthorizationRequest.objects.create(
        state_hash=hash_token(state),
        client=client,
        parameters=dict(parameters),
        browser_hash=hash_token(browser_secret),
        created_at=asked_at,
        expires_at=asked_at + LIFETIME,
    )
    return pending, state


def find_authorization_request(state: str, *, browser_secret: str) -> AuthorizationRequest:
    """Return the waiting request that `state` names. Raises RequestNotFound, or ForeignRequest where
    another browser began it: its user would sign in for the sender of the link (login CSRF)."""
    found = (
        AuthorizationRequest.objects.filter(
            state_hash=hash_token(state), expires_at__gt=timezone.now(), client__is_revoked=False
        )
        .select_related("client")
        .first()
    )
    if found is None:
        raise RequestNotFound
    if not browser_secret or not secrets.compare_digest(found.browser_hash, hash_token(browser_secret)):
        raise ForeignRequest
    return found


def take_authorization_request(pending: AuthorizationRequest) -> None:
    """Delete a request that is about to be answered. Raises RequestNotFound where it was answered meanwhile,
    so that it is answered once."""
    if not AuthorizationRequest.objects.filter(pk=pending.pk).delete()[0]:
        raise RequestNotFound
