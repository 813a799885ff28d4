"""The indexes of an indexed key."""

from __future__ import annotations

from django.db import connection

from users.models import IndexedKey, User
from users.search.sql.expression import EMITTERS

PREFIX = "user_key_"


def index_definitions(key: IndexedKey) -> dict[str, str]:
    """Names, and what a statement that creates an index says after its name.

    `up` and `down` hold the values in the order of either direction, empty ones last; SQLite reads
    one both ways. `rest` holds whoever has something else there. Names are made of the row's number
    and of nothing that anybody wrote.
    """
    is_postgresql = connection.vendor == "postgresql"
    emitter = EMITTERS[connection.vendor]({}, connection.ops.adapt_datetimefield_value)
    place = key.document, tuple(key.path), key.kind
    value, rest = emitter.ordered(*place), emitter.other_value_expression(*place)
    if is_postgresql and key.kind == IndexedKey.Kind.TEXT:
        value = f'{value} COLLATE "C"'
    table = f"ON {User._meta.db_table}"
    # SQLite looks up there what is compared; PostgreSQL need only know that somebody is in it.
    looked_up = "id" if is_postgresql else rest
    are_others = emitter.is_true.format(rest)
    indexes = {"up": f"{table} ({value}, id)", "rest": f"{table} ({looked_up}) WHERE {are_others}"}
    if is_postgresql:
        indexes["down"] = f"{table} ({value} DESC NULLS LAST, id DESC)"
    return {f"{PREFIX}{key.pk}_{name}": index for name, index in indexes.items()}


def index_sizes() -> dict[int, int]:
    """Bytes on disk, by the key's row; empty where the database cannot tell."""
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
