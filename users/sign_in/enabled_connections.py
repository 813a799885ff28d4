"""Which connections the users of a client sign in and sign up through."""

from __future__ import annotations

from users.models import Client, Connection
from users.models.compiled_lookup import CompiledLookup

_enabling = CompiledLookup(
    lambda client, connection: Connection.clients.through.objects.filter(
        client_id=client, connection_id=connection
    )
)


def is_enabled_for(connection: Connection, application: Client) -> bool:
    """Whether users may sign in and sign up to this client through the connection.

    Source: Auth0 docs, "Connections": a connection is enabled for each client by itself. The dashboard and
    the own page are no clients, and ask for `Connection.is_enabled` alone.
    """
    return connection.is_enabled and _enabling.one(application.pk, connection.pk) is not None


def enabled_databases(application: Client) -> list[Connection]:
    """The connections with passwords stored here through which users sign in to this client, by name."""
    return list(application.connections.filter(strategy="auth0", is_enabled=True).order_by("name"))
