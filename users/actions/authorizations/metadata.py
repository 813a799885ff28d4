"""Attach metadata to sessions and refresh tokens. Source: Auth0's published OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping

from users.models import RefreshToken, Session, User
from users.rights.actor import Actor
from users.rights.may import Verb, check


def set_metadata(
    row: Session | RefreshToken, metadata: Mapping[str, str] | None, *, user: User, actor: Actor
) -> None:
    """Replace the metadata of a session or refresh token of `user`; None clears it. Raises Denied or
    Protected."""
    check(actor, Verb.CHANGE_SESSION_METADATA, user)
    row.metadata = dict(metadata or {})
    row.save(update_fields=["metadata"])
