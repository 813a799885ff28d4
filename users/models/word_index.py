"""The index of the words by which users are found, updated by the database itself on every write.

On PostgreSQL a generated column holds every beginning of each word, up to a length, under a GIN index:
a word that is typed is looked up whole, and several are intersected without reading what only one
of them finds. On SQLite it is a table of FTS5 with an index for the beginnings of each length.

The migration `0002_database_features` creates it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

# The longest beginning that is looked up by itself.
MAX_BEGINNING = 16
FTS_TABLE = "users_words"
BEGINNINGS = "word_beginnings"

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
    """Create the triggers again after a migration. To alter a table on SQLite, Django copies it and drops the
    old one, and its triggers with it."""
    if connection.vendor == "sqlite" and FTS_TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for statement in _CREATE_TRIGGERS:
                cursor.execute(statement)
