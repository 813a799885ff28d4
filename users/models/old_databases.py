"""Databases of development versions before 0.1.0, whose migrations have since been squashed."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

# The second migration of that time. The first has the name of today's.
SQUASHED = ("users", "0002_indexes_by_database")


class OldDatabase(CommandError):
    """The database is of such a version."""

    def __init__(self) -> None:
        super().__init__(
            "This database was made by a development version before 0.1.0 and cannot be migrated. Make a new"
            " one. Users can be exported with the version that made it, and imported into the new one."
        )


def refuse_old_database(connection: BaseDatabaseWrapper) -> None:
    """Raises OldDatabase, before anything is changed in it."""
    if SQUASHED in MigrationRecorder(connection).applied_migrations():
        raise OldDatabase
