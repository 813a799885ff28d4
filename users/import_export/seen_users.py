"""Which users the records of a file have named so far, in bounded memory."""

from __future__ import annotations

import sqlite3
from types import TracebackType

from users.metadata.documents import Document
from users.metadata.identifiers import email_key, lower_case
from users.models import Connection, User


class SeenUsers:
    """A set of users, by id, email and username, as a temporary database of SQLite on disk: a file may name
    millions, of whom a set in memory would take hundreds of megabytes."""

    def __init__(self) -> None:
        # The empty name is a private database on disk that SQLite deletes when it is closed.
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> SeenUsers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, keys: list[str]) -> None:
        """Add the user with these keys."""
        self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(key,) for key in keys])

    def has(self, keys: list[str]) -> bool:
        """Whether a user with one of the keys has been added."""
        query = "SELECT 1 FROM seen WHERE key = ?"
        return any(self._database.execute(query, (key,)).fetchone() for key in keys)


def user_keys(user: User) -> list[str]:
    """What identifies the user within a connection."""
    return _keys(user.user_id, user.email_folded, user.username_folded)


def record_keys(record: Document, connection: Connection) -> list[str]:
    """What identifies the user of a record that has passed validation."""
    user_id, email, username = record.get("user_id"), record.get("email"), record.get("username")
    prefix = f"{connection.strategy}|"
    return _keys(
        prefix + user_id.removeprefix(prefix) if user_id else None,
        email and email_key(email),
        username and lower_case(username),
    )


def _keys(user_id: str | None, email: str | None, username: str | None) -> list[str]:
    given = {"id": user_id, "email": email, "username": username}
    return [f"{name} {value}" for name, value in given.items() if value]
