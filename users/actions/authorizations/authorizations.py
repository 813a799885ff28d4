"""Create and revoke authorizations: what one sign-in of a user to an application has allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from users.models import Authorization, Client, Connection, ResourceServer, User
from users.tokens.issue import access_token_lifetime

# Tokens are issued within this time of the authorization: a code lives for a minute, and clocks differ.
ISSUE_WITHIN = timedelta(minutes=10)


def create_authorization(
    user: User,
    client: Client,
    *,
    connection: Connection,
    server: ResourceServer | None,
    scope: Iterable[str],
    methods: Iterable[str],
    session_id: str = "",
    authenticated_at: datetime | None = None,
    id_token_claims: Mapping[str, Any] | None = None,
    access_token_claims: Mapping[str, Any] | None = None,
) -> Authorization:
    """Store that `user` has signed in to `client`, for the API `server` and within `scope`.

    `methods` are the values of `sign_in.progress.Method` that the user has proven, `session_id` is the
    public id of the browser session, and `authenticated_at` when the user last proved who they are; now, if
    left out. The claims are those of post-login hooks.
    """
    now = timezone.now()
    return Authorization.objects.create(
        user=user,
        connection=connection,
        client=client,
        resource_server=server,
        session_id=session_id,
        scope=list(scope),
        methods=sorted(methods),
        authenticated_at=authenticated_at or now,
        token_generation=user.token_generation,
        id_token_claims=dict(id_token_claims or {}),
        access_token_claims=dict(access_token_claims or {}),
        created_at=now,
        expires_at=now + use_period(client, server),
    )


def use_period(client: Client, server: ResourceServer | None) -> timedelta:
    """For how long an access token or ID token that is issued now keeps its authorization in use."""
    return timedelta(seconds=max(access_token_lifetime(server), client.id_token_lifetime)) + ISSUE_WITHIN


def revoke_authorizations(authorizations: QuerySet[Authorization]) -> int:
    """Revoke those that are not yet, and return how many there were. Their tokens are refused from the next
    request on, and their refresh tokens are not exchanged any more. Retention deletes the rows."""
    now = timezone.now()
    return authorizations.filter(revoked_at=None).update(revoked_at=now, expires_at=now)
