"""Whom a login means: the one place where people are found by what they type to sign in."""

from __future__ import annotations

from users.metadata.fold import fold
from users.models import Connection, User


def accounts_named(login: str, *, connection: Connection | None = None) -> list[User]:
    """Those who may sign in by this e-mail address or user name with a password kept here: in
    `connection`, or in any where none is named."""
    found = User.objects.with_connection().by_login(login).in_own_database()
    if connection is not None:
        found = found.filter(connection=connection)
    return [user for user in found if fold(login) in map(fold, logins_of(user))]


def accounts_known_as(identifier: str) -> list[User]:
    """Everybody with this e-mail address, user name or phone number."""
    return list(User.objects.with_connection().by_identifier(identifier))


def logins_of(user: User) -> list[str]:
    """What the person may type to sign in here, the address first; nothing where no password of
    theirs is kept here."""
    connection = user.connection
    if not connection.is_database or not connection.is_enabled:
        return []
    username = user.username if connection.options.get("requires_username") else None
    return [name for name in (user.email, username) if name]
