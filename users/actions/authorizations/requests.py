"""Store authorization requests while their user signs in or consents."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
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
    return _find(AuthorizationRequest.objects.filter(state_hash=hash_token(state)), browser_secret)


def await_return(pending: AuthorizationRequest) -> str:
    """Return a new `state` for a user who is sent to another site; an earlier one is void. It is not that of
    the hosted pages: those take it in place of a CSRF token, so that no other site may know it."""
    state = secrets.token_urlsafe(32)
    AuthorizationRequest.objects.filter(pk=pending.pk).update(return_hash=hash_token(state))
    return state


def take_returning_request(state: str, *, browser_secret: str) -> AuthorizationRequest:
    """Return the request whose user comes back with this `state`, once. Raises RequestNotFound or
    ForeignRequest."""
    rows = AuthorizationRequest.objects.filter(return_hash=hash_token(state))
    found = _find(rows, browser_secret)
    # One UPDATE, so that of two requests at once only one goes on.
    if not rows.filter(pk=found.pk).update(return_hash=None):
        raise RequestNotFound
    return found


def _find(rows: QuerySet[AuthorizationRequest], browser_secret: str) -> AuthorizationRequest:
    """Return the request, which has not expired and is of this browser. Raises RequestNotFound or
    ForeignRequest."""
    waiting = rows.filter(expires_at__gt=timezone.now(), client__is_revoked=False)
    found = waiting.select_related("client").first()
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
