"""The trigger that puts each new change into the outbox, on whatever way it is written.

Referred to by migrations: names here are for ever.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

INSTALL = {
    "postgresql": (
        "CREATE OR REPLACE FUNCTION users_change_told() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); RETURN NULL; END $$",
        "CREATE OR REPLACE TRIGGER users_change_told AFTER INSERT ON users_change"
        " FOR EACH ROW EXECUTE FUNCTION users_change_told()",
    ),
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS users_change_told AFTER INSERT ON users_change"
        " BEGIN INSERT INTO users_outbox (change_id) VALUES (NEW.id); END",
    ),
}
REMOVE = {
    "postgresql": (
        "DROP TRIGGER IF EXISTS users_change_told ON users_change",
        "DROP FUNCTION IF EXISTS users_change_told()",
    ),
    "sqlite": ("DROP TRIGGER IF EXISTS users_change_told",),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the trigger, if it is not there."""
    _run(connection, INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take it away."""
    _run(connection, REMOVE)


def reinstall(connection: BaseDatabaseWrapper) -> None:
    """After a migration. To alter a table on SQLite, Django copies it and drops the old one, and
    its triggers with it."""
    if connection.vendor == "sqlite" and "users_outbox" in connection.introspection.table_names():
        install(connection)


def _run(connection: BaseDatabaseWrapper, statements: dict[str, tuple[str, ...]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
