"""Whom a login means: the one place where people are found by what they type to sign in."""

from __future__ import annotations

from users.metadata.identifiers import email_key
from users.models import Connection, User


def find_by_login(login: str, *, connection: Connection | None = None) -> list[User]:
    """Those that may sign in by this e-mail address or user name with a password kept here: in
    `connection`, or in any where none is named. Linked accounts are among them; `primary_user` says
    whom they sign in."""
    found = User.accounts.with_connection().by_login(login).in_own_database()
    if connection is not None:
        found = found.filter(connection=connection)
    return [account for account in found if email_key(login) in map(email_key, _own_logins(account))]


def primary_user(account: User) -> User:
    """Whom the account signs in: its primary, if it is linked to one."""
    return account.linked_to or account


def find_by_identifier(identifier: str) -> list[User]:
    """Everybody with this e-mail address, user name or phone number, be it a linked account's."""
    found = User.accounts.with_connection().by_identifier(identifier)
    return list(dict.fromkeys(map(primary_user, found)))


def logins_of(user: User) -> list[str]:
    """What the person may type to sign in here, their own address first, then what their linked
    accounts sign in by; nothing where no password of theirs is kept here."""
    linked = User.accounts.with_connection().filter(linked_to=user) if user.linked_identities else ()
    return [login for account in (user, *linked) for login in _own_logins(account)]


def _own_logins(account: User) -> list[str]:
    connection = account.connection
    if not connection.is_database or not connection.is_enabled:
        return []
    username = account.username if connection.options.get("requires_username") else None
    return [name for name in (account.email, username) if name]
