"""The connection in which a password grant looks up the account."""

from __future__ import annotations

from users.models import DEFAULT_CONNECTION, Connection
from users.oauth.errors import TokenError


def default_connection() -> Connection:
    """Return the connection for requests that name none, Auth0's default directory. Raises TokenError
    where it was deleted or disabled.

    Source: the status and text by which Auth0 says that a tenant has no default directory."""
    connection = _own_database(DEFAULT_CONNECTION)
    if connection is None:
        text = "Authorization server not configured with default connection."
        raise TokenError("server_error", text, 500)
    return connection


def named_connection(realm: str) -> Connection:
    """Return the connection that `realm` names. Raises TokenError where there is none of that name whose
    passwords are stored here.

    Source: the answer in the tests of auth0-java."""
    connection = _own_database(realm)
    if connection is None:
        raise TokenError("invalid_request", "the connection was not found", 400)
    return connection


def _own_database(name: str) -> Connection | None:
    """The enabled database connection of that name, whose passwords are stored here."""
    if "\0" in name:  # PostgreSQL takes no NUL
        return None
    # A password can be checked only where it is stored here.
    return Connection.objects.filter(name=name, strategy="auth0", is_enabled=True).first()
