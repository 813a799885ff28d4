"""The trigger that puts each new change into the outbox, in whatever way the change is written.

The migration `0002_database_features` creates it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_CREATE = (
    "CREATE TRIGGER IF NOT EXISTS users_change_told AFTER INSERT ON users_change"
    " BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); END"
)


def reinstall(connection: BaseDatabaseWrapper) -> None:
    """Create the trigger again after a migration. To alter a table on SQLite, Django copies it and drops the
    old one, and its triggers with it."""
    if connection.vendor == "sqlite" and "users_outbox" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(_CREATE)
