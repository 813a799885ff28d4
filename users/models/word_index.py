"""The search box's word index, updated by the database on every write.

On PostgreSQL a generated column holds every prefix of each word, up to a length, under a GIN index: a
typed word is one look-up, and several words are intersected without reading the rows that only one of them
matches. On SQLite it is an FTS5 table with prefix indexes. The migration `0002_database_features` creates
it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

# The longest prefix in the index; longer words are looked up by their first characters and then compared.
MAX_BEGINNING = 16
FTS_TABLE = "users_words"
BEGINNINGS = "word_beginnings"

# Triggers and not `save`: bulk updates and other programs must not leave the index stale.
_TRIGGERS = {
    "users_words_insert": (
        "AFTER INSERT ON users_user BEGIN"
        " INSERT INTO users_words (rowid, words) VALUES (NEW.id, NEW.words); END"
    ),
    "users_words_delete": (
        "AFTER DELETE ON users_user BEGIN"
        " INSERT INTO users_words (users_words, rowid, words) VALUES ('delete', OLD.id, OLD.words); END"
    ),
    "users_words_update": (
        "AFTER UPDATE OF words ON users_user WHEN OLD.words IS NOT NEW.words BEGIN"
        " INSERT INTO users_words (users_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
        " INSERT INTO users_words (rowid, words) VALUES (NEW.id, NEW.words); END"
    ),
}
_CREATE_TRIGGERS = tuple(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}" for name, rest in _TRIGGERS.items())


def reinstall_triggers(connection: BaseDatabaseWrapper) -> None:
    """Recreate the triggers after a migration. To alter a table on SQLite, Django copies it and drops the
    old one, together with its triggers."""
    if connection.vendor == "sqlite" and FTS_TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for statement in _CREATE_TRIGGERS:
                cursor.execute(statement)
