"""Create, change and delete connections."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from users.actions.access.optimistic_lock import check_version
from users.actions.errors import ConnectionExists, ConnectionInUse, ConnectionNotFound, NotSupported
from users.log.configuration_history import (
    Action,
    effect_on,
    record_configuration_change,
    record_side_effects,
)
from users.metadata.errors import escape_invisible
from users.models import DEFAULT_CONNECTION, Client, Connection, User
from users.representation.connections import FIELDS, NAME, serialize_connection
from users.representation.schema import closed_object
from users.representation.validation import Checker, FieldError
from users.rights.actor import Actor
from users.rights.actor import Kind as ActorKind
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.protected_accounts import check_none_protected

# The columns that a schema describes.
CHECKED = {"name": NAME, **{name: FIELDS[name] for name in ("display_name", "options", "is_enabled")}}
# Users of a connection are counted up to this number.
MAX_COUNTED_USERS = 100
# Source: Auth0's published OpenAPI document, POST and PATCH /connections, status 400.
EXTERNAL_STORE_ONLY = (
    "options.set_user_root_attributes can be set only for enterprise connections, social connections or"
    " custom database connections (using external users store)"
)


def create_connection(*, actor: Actor, enabled_clients: Collection[str] = (), **columns: Any) -> Connection:
    """A database of ours, empty, for the clients of these client ids. Raises Denied, FieldError,
    NotSupported, or ConnectionExists where there is one of that name (case-insensitive)."""
    check(actor, Verb.CREATE_CONNECTION)
    connection = Connection(**columns)
    _check_columns(connection, columns)
    with transaction.atomic():
        # The oldest row is locked as a mutex. A unique index on the folded name would refuse to migrate
        # databases that have two such names.
        Connection.objects.select_for_update().order_by("pk").first()
        if Connection.objects.filter(name__iexact=connection.name).exists():
            raise ConnectionExists
        connection.save(force_insert=True)
        if enabled_clients:
            connection.clients.set(_find_clients(enabled_clients))
        # Read once for the history and for the caller's answer.
        prefetch_related_objects([connection], "clients")
        record_configuration_change(
            effect_on(connection, Action.CREATED, after=serialize_connection(connection)), actor=actor
        )
    return connection


def edit_connection(
    connection: Connection,
    columns: dict[str, Any],
    *,
    actor: Actor,
    enabled_clients: Collection[str] | None = None,
    version: str | None = None,
) -> Connection:
    """Set columns and return the fresh connection; `options` are replaced as a whole, and so are the enabled
    clients unless they are None. `version` is that of the columns when they were read (optimistic lock).

    Raises Denied, FieldError, NotSupported, StaleVersion or ConnectionNotFound, and Protected where staff
    would be locked out.
    """
    check(actor, Verb.UPDATE_CONNECTION)
    with transaction.atomic():
        connection = _lock(connection)
        check_version(connection, columns, version)
        before = serialize_connection(connection)
        # Turning usernames off would leave users without an email no way to sign in.
        had_names = connection.options.get("requires_username")
        for name, value in columns.items():
            setattr(connection, name, value)
        _check_columns(connection, columns)
        loses_names = had_names and not connection.options.get("requires_username")
        if columns.get("is_enabled") is False or loses_names:
            check_none_protected(actor, connection)
        if before["is_enabled"] and not connection.is_enabled:
            _check_not_own(actor, connection)
        if loses_names:
            _check_emails(connection)
        connection.save(update_fields=columns.keys())
        if enabled_clients is not None:
            connection.clients.set(_find_clients(enabled_clients))
        record_configuration_change(
            effect_on(connection, Action.UPDATED, before=before, after=serialize_connection(connection)),
            actor=actor,
        )
    return connection


def enable_clients(connection: Connection, wanted: Mapping[str, bool], *, actor: Actor) -> None:
    """Enable the connection for clients, or no longer; `wanted` says which, by client id. All other clients
    stay as they are. Raises Denied, FieldError or ConnectionNotFound."""
    check(actor, Verb.UPDATE_CONNECTION)
    with transaction.atomic():
        connection = _lock(connection)
        before = serialize_connection(connection)
        clients = _find_clients(wanted)
        connection.clients.add(*(client for client in clients if wanted[client.client_id]))
        connection.clients.remove(*(client for client in clients if not wanted[client.client_id]))
        record_configuration_change(
            effect_on(connection, Action.UPDATED, before=before, after=serialize_connection(connection)),
            actor=actor,
        )


def enable_all_connections(client: Client, *, actor: Actor) -> None:
    """Enable every connection for a client that was just created, in the caller's transaction, and record it
    in the history of each. Source: Auth0's tenant flag `enable_client_connections`, which is on by default.
    """
    connections = list(Connection.objects.prefetch_related("clients"))
    before = [serialize_connection(connection)["enabled_clients"] for connection in connections]
    client.connections.set(connections)
    record_side_effects(
        (
            effect_on(
                connection,
                Action.UPDATED,
                before={"enabled_clients": others},
                after={"enabled_clients": sorted([*others, client.client_id])},
            )
            for connection, others in zip(connections, before, strict=True)
        ),
        actor=actor,
        reason=f"The client {client.name} was created",
    )


def delete_connection(connection: Connection, *, actor: Actor) -> None:
    """Delete an empty connection.

    Unlike Auth0's it never deletes users with it, whose documents could not be restored. Raises Denied,
    ConnectionInUse or ConnectionNotFound.
    """
    check(actor, Verb.DELETE_CONNECTION)
    # Without a lock, as names do not change.
    if connection.name == DEFAULT_CONNECTION:
        raise ConnectionInUse(explain_refused_deletion(connection))
    with transaction.atomic():
        connection = _lock(connection)
        if refused := explain_refused_deletion(connection):
            raise ConnectionInUse(refused)
        record_configuration_change(
            effect_on(connection, Action.DELETED, before=serialize_connection(connection)), actor=actor
        )
        connection.delete()


def explain_refused_deletion(connection: Connection) -> str:
    """Why the connection cannot be deleted; empty where it can."""
    if connection.name == DEFAULT_CONNECTION:
        return (
            f"{DEFAULT_CONNECTION} is the connection in which this installation creates its own users;"
            " it cannot be deleted."
        )
    if count := _count_users(connection):
        return (
            f"The connection still has {_describe_count(count)}. Delete them first, or set"
            " is_enabled to false: users can then no longer sign in through it."
        )
    return ""


def _check_columns(connection: Connection, columns: Mapping[str, Any]) -> None:
    """Check what the schema says of the columns that are written, and what a schema cannot say."""
    _checker().check({name: value for name, value in columns.items() if name in CHECKED})
    # Stored options may be older than the schema: they are checked when they are written.
    if "options" not in columns:
        return
    options = connection.options
    length = options.get("validation", {}).get("username")
    if length and length["min"] > length["max"]:
        rule = f"Value {length['min']} is greater than maximum {length['max']}"
        raise FieldError("options.validation.username.min", rule)
    if connection.is_database and "set_user_root_attributes" in options:
        raise NotSupported(EXTERNAL_STORE_ONLY)


@cache
def _checker() -> Checker:
    return Checker(closed_object(CHECKED))


def _check_not_own(actor: Actor, connection: Connection) -> None:
    """Raises Denied for the connection of the staff member who acts: it would lock them out."""
    if actor.kind == ActorKind.STAFF and actor.user and actor.user.connection_id == connection.pk:
        raise Denied(gettext("You sign in through this connection yourself; you may not disable it."))


def _check_emails(connection: Connection) -> None:
    """Raises NotSupported while some users have no email to sign in with."""
    if User.accounts.filter(connection=connection, email_folded=None).exclude(username=None).exists():
        raise NotSupported(
            "Some users of the connection have no email and sign in with their username only."
            " Give each an email, then set requires_username to false."
        )


def _find_clients(client_ids: Iterable[str]) -> list[Client]:
    """The clients of these client ids. Raises FieldError where there is no such client."""
    wanted = set(client_ids)
    # PostgreSQL raises an error for text with NUL, which would be a 500.
    possible = [client_id for client_id in wanted if "\0" not in client_id]
    found = list(Client.objects.filter(client_id__in=possible, is_revoked=False))
    if unknown := wanted - {client.client_id for client in found}:
        raise FieldError("enabled_clients", f"There is no client {escape_invisible(min(unknown))}")
    return found


def _lock(connection: Connection) -> Connection:
    """The current row with its clients, locked against other writers until the transaction ends."""
    try:
        return Connection.objects.prefetch_related("clients").select_for_update().get(pk=connection.pk)
    except Connection.DoesNotExist:
        raise ConnectionNotFound from None


def _count_users(connection: Connection) -> int:
    """Counted up to 101, as an exact count would read all users; with linked accounts."""
    return User.accounts.filter(connection=connection)[: MAX_COUNTED_USERS + 1].count()


def _describe_count(count: int) -> str:
    if count > MAX_COUNTED_USERS:
        return f"more than {MAX_COUNTED_USERS} users"
    return f"{count} user" if count == 1 else f"{count} users"
