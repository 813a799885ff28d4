"""Record an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from users.log.ip_addresses import anonymize_ip
from users.log.request_origin import current_origin
from users.log.types import DESCRIPTIONS
from users.metadata.identifiers import email_key
from users.models import Client, Connection, LogEvent, User
from users.models.fast_writes import fast_insert


@dataclass(frozen=True, kw_only=True)
class ClientContext:
    """The client of a request, and the API it requests a token for."""

    client_id: str = ""
    client_name: str = ""
    audience: str = ""

    @classmethod
    def of(cls, client: Client, audience: str = "") -> ClientContext:
        return cls(client_id=client.client_id, client_name=client.name, audience=audience)


NO_CLIENT = ClientContext()


def log_event(
    type: str,
    *,
    user: User | None = None,
    user_name: str = "",
    connection: Connection | None = None,
    through: ClientContext = NO_CLIENT,
    ip: str | None = None,
    scope: str = "",
    description: str = "",
    details: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Record an event, in the caller's transaction if there is one.

    `user_name` is what was typed if there is no such user; `ip` overrides the IP address of the current
    request, and is stored as RECORD_IP allows; `details` must contain no credentials and nothing that
    callers can choose freely.
    """
    origin = current_origin()
    connection = connection or (user.connection if user else None)
    event = LogEvent(
        at=at or timezone.now(),
        type=type,
        description=_text(description or DESCRIPTIONS[type], 300),
        user_id=user.user_id if user else "",
        # Normalized, so that searches by name find failed sign-ins however the email was typed.
        user_name=_text(email_key(str(user) if user else user_name), 300),
        client_id=_text(through.client_id, 64),
        client_name=_text(through.client_name, 300),
        connection=connection.name if connection else "",
        connection_id=connection.connection_id if connection else "",
        strategy=connection.strategy if connection else "",
        ip=anonymize_ip(origin.ip if ip is None else ip) or "",
        user_agent=_text(origin.user_agent, 300),
        hostname=_text(origin.hostname, 255),
        audience=_text(through.audience, 600),
        scope=_text(scope, 1000),
        details={"request": {"id": origin.request_id or None}, **(details or {})},
    )
    fast_insert(event)


def anonymize_users(user_ids: Iterable[str]) -> None:
    """Remove personal data from events of deleted users."""
    LogEvent.objects.filter(user_id__in=list(user_ids)).update(user_name="", ip="", user_agent="")


def _text(value: str, most: int) -> str:
    """Without characters that a database refuses, cut to the column: an attacker's user agent must not
    make logging fail."""
    return "".join(c for c in value[:most] if c != "\0" and not "\ud800" <= c <= "\udfff")
