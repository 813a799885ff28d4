"""The index of the words by which users are found, updated by the database itself on every write.

On PostgreSQL a generated column holds every beginning of each word, up to a length, under a GIN index:
a word that is typed is looked up whole, and several are intersected without reading what only one
of them finds. On SQLite it is a table of FTS5 with an index for the beginnings of each length.

Migrations import this module: its names must not change.
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
_LENGTHS = " ".join(map(str, range(1, MAX_BEGINNING + 1)))

CREATE = {
    "postgresql": (
        "CREATE OR REPLACE FUNCTION users_word_beginnings(words text) RETURNS tsvector"  # noqa: S608
        " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$"
        " SELECT array_to_tsvector(ARRAY(SELECT left(word, length)"
        " FROM unnest(string_to_array(words, ' ')) AS word,"
        f" generate_series(1, least(length(word), {MAX_BEGINNING})) AS length)) $$",
        f"ALTER TABLE users_user ADD COLUMN {BEGINNINGS} tsvector"
        " GENERATED ALWAYS AS (users_word_beginnings(words)) STORED",
        f"CREATE INDEX user_words ON users_user USING gin ({BEGINNINGS})",
    ),
    "sqlite": (
        # The tokenizer takes every character beyond ASCII for a letter; `words` holds none that is not.
        f"CREATE VIRTUAL TABLE {FTS_TABLE} USING fts5(words, content='users_user', content_rowid='id',"
        f" detail=none, columnsize=0, tokenize=\"ascii tokenchars '#'\", prefix='{_LENGTHS}')",
        *_CREATE_TRIGGERS,
        f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}) VALUES ('rebuild')",  # noqa: S608
    ),
}
DROP = {
    "postgresql": (
        f"ALTER TABLE users_user DROP COLUMN {BEGINNINGS}",
        "DROP FUNCTION users_word_beginnings(text)",
    ),
    "sqlite": (
        *(f"DROP TRIGGER IF EXISTS {name}" for name in _TRIGGERS),
        f"DROP TABLE {FTS_TABLE}",
    ),
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the index over the words that are stored."""
    _run(connection, CREATE[connection.vendor])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove it."""
    _run(connection, DROP[connection.vendor])


def reinstall_triggers(connection: BaseDatabaseWrapper) -> None:
    """After a migration. To alter a table on SQLite, Django copies it and drops the old one, and
    its triggers with it."""
    if connection.vendor == "sqlite" and FTS_TABLE in connection.introspection.table_names():
        _run(connection, _CREATE_TRIGGERS)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
