"""Look up accounts by what users type to sign in: the one place that decides whom a login means."""

from __future__ import annotations

from users.metadata.identifiers import email_key
from users.models import Client, Connection, User


def find_by_login(
    login: str, *, connection: Connection | None = None, application: Client | None = None
) -> list[User]:
    """Return the accounts that sign in by this email or username with a password stored here.

    In `connection`, or in every one where it is None: one email may have an account in each. For a sign-in
    to an application only in connections that are enabled for it. Linked accounts are among them;
    `primary_user` is the user whom they sign in.
    """
    found = User.accounts.with_connection().by_login(login).in_own_database()
    if connection is not None:
        found = found.filter(connection=connection)
    if application is not None:
        found = found.filter(connection__clients=application)
    # The query also finds usernames of connections that do not sign in by username.
    return [account for account in found if email_key(login) in map(email_key, _own_logins(account))]


def primary_user(account: User) -> User:
    """Return the user whom the account signs in: its primary account, if it is linked to one."""
    return account.linked_to or account


def find_by_identifier(identifier: str) -> list[User]:
    """Return the users with this email, username or phone number, on the primary or a linked account."""
    found = User.accounts.with_connection().by_identifier(identifier)
    # Two linked accounts of one user may share the identifier.
    return list(dict.fromkeys(map(primary_user, found)))


def logins_of(user: User) -> list[str]:
    """Return the emails and usernames by which the user can sign in with a password stored here, those of
    the primary account first; empty where there is no such password."""
    linked = User.accounts.with_connection().filter(linked_to=user) if user.linked_identities else ()
    return [login for account in (user, *linked) for login in _own_logins(account)]


def _own_logins(account: User) -> list[str]:
    """The email, and the username where the connection signs in by it; empty for other strategies."""
    connection = account.connection
    # Other strategies check the password elsewhere, and a disabled connection signs in no one.
    if not connection.is_database or not connection.is_enabled:
        return []
    username = account.username if connection.options.get("requires_username") else None
    return [name for name in (account.email, username) if name]
