"""The trigger that inserts each new change into the outbox, by whichever statement it is written.

The migration `0002_database_features` creates it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

# A trigger and not a signal or a second statement: changes are also written by bulk inserts and by INSERT ...
# SELECT, none of which may be missed.
_CREATE = (
    "CREATE TRIGGER IF NOT EXISTS users_change_told AFTER INSERT ON users_change"
    " BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); END"
)


def reinstall(connection: BaseDatabaseWrapper) -> None:
    """Recreate the trigger after a migration. To alter a table on SQLite, Django copies it and drops the
    old one, together with its triggers."""
    if connection.vendor == "sqlite" and "users_outbox" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(_CREATE)
