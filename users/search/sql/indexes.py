"""The database indexes of an indexed key."""

from __future__ import annotations

from django.db import connection

from users.models import IndexedKey, User
from users.search.sql.expression import EMITTERS

PREFIX = "user_key_"


def index_definitions(key: IndexedKey) -> dict[str, str]:
    """The names of the indexes, each with the rest of its CREATE INDEX statement.

    `up` and `down` hold the values in either direction, empty ones last; SQLite reads one index both ways.
    `rest` holds users with a value of another type. Names contain the row's number only, no user input.
    """
    is_postgresql = connection.vendor == "postgresql"
    emitter = EMITTERS[connection.vendor]({}, connection.ops.adapt_datetimefield_value)
    place = key.document, tuple(key.path), key.kind
    value, rest = emitter.ordered(*place), emitter.other_value_expression(*place)
    if is_postgresql and key.kind == IndexedKey.Kind.TEXT:
        # The collation of every comparison and sort of the value; another would not match the index.
        value = f'{value} COLLATE "C"'
    table = f"ON {User._meta.db_table}"
    # SQLite uses an index only for the expression in it; PostgreSQL proves the partial index's condition.
    looked_up = "id" if is_postgresql else rest
    are_others = emitter.is_true.format(rest)
    indexes = {"up": f"{table} ({value}, id)", "rest": f"{table} ({looked_up}) WHERE {are_others}"}
    if is_postgresql:
        indexes["down"] = f"{table} ({value} DESC NULLS LAST, id DESC)"
    return {f"{PREFIX}{key.pk}_{name}": index for name, index in indexes.items()}


def index_sizes() -> dict[int, int]:
    """Bytes on disk, by the key's primary key; empty where the database cannot say."""
    found: dict[int, int] = {}
    for name, size in _sizes_by_name():
        number, _, _ = name.removeprefix(PREFIX).partition("_")
        found[int(number)] = found.get(int(number), 0) + size
    return found


def _sizes_by_name() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, pg_relation_size(oid) FROM pg_class"
                " WHERE relkind = 'i' AND pg_table_is_visible(oid) AND starts_with(relname, %s)",
                [PREFIX],
            )
            sizes: list[tuple[str, int]] = cursor.fetchall()
            return sizes
        cursor.execute("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'")
        if cursor.fetchone() is None:
            return []
        cursor.execute(
            "SELECT name, (SELECT pgsize FROM dbstat WHERE name = m.name AND aggregate = 1)"
            " FROM sqlite_schema m WHERE type = 'index' AND substr(name, 1, %s) = %s",
            [len(PREFIX), PREFIX],
        )
        sizes = cursor.fetchall()
        return sizes
