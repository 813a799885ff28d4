"""A line as one of Auth0's log entries.

Source: recorded entries for the shape, nulls included.
"""

from __future__ import annotations

from typing import Any

from users.history.timeline import visible_keys
from users.log.change_entries import ChangeEntry
from users.log.position import LogPosition
from users.metadata.documents import APP_METADATA
from users.models import Change, Connection, LogEvent, User
from users.representation.timestamps import format_time
from users.rights.actor import Actor, Kind
from users.rights.visible import PROFILE, visible

# Auth0's entries contain these fields; here they are always null.
UNRECORDED_FIELDS = dict.fromkeys(("location_info", "organization_id", "organization_name"))


def log_entry(line: ChangeEntry | LogEvent, viewer: Actor) -> dict[str, Any]:
    """One entry, for a line read by `whole_log`. It never contains values of a user's fields; names of the
    fields, users' names and reasons are for viewers who may see the user."""
    shown = _change_fields(line, viewer) if isinstance(line, Change) else _event_fields(line, viewer)
    # The id is a position in the log, so that `from` continues there without a look-up.
    number = LogPosition.of(line).log_id
    facts = {"_id": number, "log_id": number, "date": format_time(line.at), "type": line.type}
    return {**facts, "description": line.description, **shown, **UNRECORDED_FIELDS}


def _event_fields(event: LogEvent, viewer: Actor) -> dict[str, Any]:
    return {
        **_connection(event.connection, event.connection_id, event.strategy),
        "client_id": event.client_id or None,
        "client_name": event.client_name or None,
        "user_id": event.user_id or None,
        "user_name": (event.user_name or None) if visible(viewer, PROFILE) else None,
        "ip": event.ip or None,
        "hostname": event.hostname or None,
        "user_agent": event.user_agent or None,
        "isMobile": "Mobi" in event.user_agent if event.user_agent else None,
        "audience": event.audience or None,
        "scope": event.scope or None,
        "details": _event_details(event, viewer),
    }


def _event_details(event: LogEvent, viewer: Actor) -> dict[str, Any]:
    """What rules have printed and why they failed is for viewers of `app_metadata`, which it may contain."""
    details: dict[str, Any] = event.details
    if "rules" not in details or visible(viewer, APP_METADATA):
        return details
    return {name: value for name, value in details.items() if name != "rules"}


def _change_fields(change: Change, viewer: Actor) -> dict[str, Any]:
    user: User | None = change.user
    # Logs and users are different rights: a client with `read:logs` alone sees that something happened, not
    # the user's data.
    is_reader = visible(viewer, PROFILE, user=user)
    by_client = change.actor_kind == Kind.CLIENT
    connection: Connection | None = user.connection if user else None
    facts = (connection.name, connection.connection_id, connection.strategy) if connection else ("", "", "")
    return {
        **_connection(*facts),
        "client_id": change.actor_id if by_client else None,
        "client_name": change.actor_name if by_client else None,
        "user_id": change.subject,
        "user_name": str(user) if user and is_reader else None,
        "ip": change.ip,
        **dict.fromkeys(("hostname", "user_agent", "isMobile", "audience", "scope")),
        "details": _details(change, viewer, is_reader=is_reader),
    }


def _connection(name: str, connection_id: str, strategy: str) -> dict[str, str | None]:
    return {
        "connection": name or None,
        "connection_id": connection_id or None,
        "strategy": strategy or None,
        "strategy_type": "database" if strategy == "auth0" else None,
    }


def _details(change: Change, viewer: Actor, *, is_reader: bool) -> dict[str, Any]:
    details: dict[str, Any] = {
        "request": {"channel": change.face, "id": change.request_id or None},
        "actor": {"kind": change.actor_kind, "id": change.actor_id},
        "change": {"what": change.what},
    }
    if is_reader:
        details["actor"]["name"] = change.actor_name
        details["change"]["keys"] = sorted(visible_keys(change, change.user, viewer))
        details["change"]["reason"] = change.reason or None
    return details
