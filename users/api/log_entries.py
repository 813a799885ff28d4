"""Lines of the record of changes as Auth0's log entries.

Source: recorded entries for the shape, nulls included; Auth0 docs, "Log Event Type Codes".
"""

from __future__ import annotations

from typing import Any

from users.history.timeline import visible_keys
from users.models import Change, Connection, User
from users.normalized.moments import moment
from users.rights.actor import Actor, Face, Kind
from users.rights.visible import PROFILE, visible

What = Change.What

# What people did themselves on our pages has an event of its own. All else is an operation on the
# API: the writes of Auth0's own dashboard are told in the same way.
OPERATION = "sapi"
BY_THEMSELVES = {What.CREATED: "ss", What.DELETED: "sdu", What.PASSWORD: "scp"}
RESET_ASKED_FOR = "scpr"
ADDRESS_VERIFIED = "sv"

# Of operations by what they changed, of all else by type.
OPERATIONS = {
    What.CREATED: "Create a User",
    What.DELETED: "Delete a User",
    What.USER_METADATA: "Update a User",
    What.APP_METADATA: "Update a User",
    What.PROFILE: "Update a User",
    What.PASSWORD: "Update a User",
}
EVENTS = {
    "ss": "Signed up",
    "sdu": "Deleted their account",
    "scp": "Changed their password",
    RESET_ASKED_FOR: "Password reset sent",
    ADDRESS_VERIFIED: "Confirmed their e-mail address",
}
# Unknown of every line; entries name them all the same.
UNKNOWN = dict.fromkeys(
    (
        *("ip", "hostname", "user_agent", "audience", "isMobile", "location_info"),
        *("organization_id", "organization_name"),
    )
)


def log_id(change: Change) -> str:
    """Twenty digits, which sort as the lines were written."""
    return f"{change.pk:020d}"


def key_of(text: str) -> int | None:
    """The line's key behind a log id; None for what is none."""
    is_one = len(text) == 20 and text.isascii() and text.isdigit() and text < "09223372036854775808"
    return int(text) if is_one else None


def log_entry(change: Change, viewer: Actor) -> dict[str, Any]:
    """One entry. It never holds values of the account; names of what changed, people's names and
    reasons are for those who may see the account. `change` comes with its user and connection."""
    user = change.user
    is_reader = visible(viewer, PROFILE, user=user)
    by_client = change.actor_kind == Kind.CLIENT
    number, kind = log_id(change), _type(change)
    return {
        "_id": number,
        "log_id": number,
        "date": moment(change.at),
        "type": kind,
        "description": EVENTS.get(kind) or OPERATIONS.get(change.what) or change.get_what_display(),
        **_connection(user),
        "client_id": change.actor_id if by_client else None,
        "client_name": change.actor_name if by_client else None,
        "user_id": change.subject,
        "user_name": str(user) if user and is_reader else None,
        **UNKNOWN,
        "details": _details(change, viewer, is_reader=is_reader),
    }


def _type(change: Change) -> str:
    if change.face == Face.API:
        return OPERATION
    if change.what == What.RESET_SENT:
        return RESET_ASKED_FOR
    if change.actor_kind != Kind.USER:
        return OPERATION
    if change.what == What.PROFILE and change.keys.get("email_verified", {}).get("after"):
        return ADDRESS_VERIFIED
    return BY_THEMSELVES.get(change.what, OPERATION)


def _connection(user: User | None) -> dict[str, str | None]:
    connection: Connection | None = user.connection if user else None
    is_database = connection is not None and connection.is_database
    return {
        "connection": connection.name if connection else None,
        "connection_id": connection.connection_id if connection else None,
        "strategy": connection.strategy if connection else None,
        "strategy_type": "database" if is_database else None,
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
