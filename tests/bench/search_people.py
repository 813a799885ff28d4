"""Very many people, fast: copied into the table as a restored backup would be.

No action sees them, so nothing is recorded; what is measured here only reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bench.databases import Database
from users.management.demo.user_records import generate_user
from users.metadata.fold import fold
from users.metadata.text import dump
from users.metadata.words import stored_words

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
COLUMNS = (
    *("user_id", "connection_id", "email", "email_folded", "email_verified", "name", "name_folded"),
    *("given_name", "given_name_folded", "family_name", "family_name_folded", "nickname", "nickname_folded"),
    *(
        "words",
        "user_metadata",
        "app_metadata",
        "blocked",
        "created_at",
        "updated_at",
        "last_login",
        "logins_count",
    ),
    *(
        "password",
        "is_superuser",
        "user_metadata_version",
        "app_metadata_version",
        "version",
        "session_epoch",
    ),
)
BATCH = 5_000


def grow(database: Database, begin: int, end: int) -> None:
    """Add the people numbered from `begin` until before `end`, and let the planner know."""
    connection = database.connect()
    (connection_id,) = connection.execute("SELECT id FROM users_connection").fetchone()
    rows = (row(number, connection_id) for number in range(begin, end))
    if database.is_server:
        _copy(connection, rows, drops=end - begin > 50_000)
        connection.execute("VACUUM ANALYZE users_user")
    else:
        _insert(connection, rows)
        connection.execute("ANALYZE")
    connection.close()


def row(number: int, connection_id: int) -> tuple[Any, ...]:
    """A person of the demo, and marks that some hold: `ticket` nobody shares, `oldest` only the
    first of all hold."""
    made = generate_user(number)
    app = {**made["app_metadata"], "ticket": f"T-{number}", "group": [f"group-{number % 500}"]}
    if number < 5_000:
        app["oldest"] = "few" if number < 500 else "many"
    made_at = FIRST + timedelta(minutes=number)
    names = [made[name] for name in ("name", "given_name", "family_name", "nickname")]
    return (
        *(f"auth0|{made['user_id']}", connection_id, made["email"], fold(made["email"])),
        made["email_verified"],
        *(value for name in names for value in (name, fold(name))),
        stored_words((made["email"], *names), None),
        *(dump(made["user_metadata"]), dump(app), made.get("blocked")),
        *(made_at, made_at, made_at + timedelta(days=number % 300) if number % 3 else None, number % 40),
        *("!", False, 1, 1, 1, 0),
    )


def _copy(connection: Any, rows: Iterator[tuple[Any, ...]], *, drops: bool) -> None:
    """Indexes are built faster over rows that are there than row by row."""
    indexes = _droppable(connection) if drops else []
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY users_user ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for values in rows:
            copy.write_row(values)
    for _, definition in indexes:
        connection.execute(definition)


def _droppable(connection: Any) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = 'users_user'::regclass AND NOT i.indisunique"
    )
    return found.fetchall()


def _insert(connection: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    connection.execute("BEGIN")
    connection.executemany(
        f"INSERT INTO users_user ({', '.join(COLUMNS)}) VALUES ({marks})",
        (tuple(str(v)[:-6] if isinstance(v, datetime) else v for v in values) for values in rows),
    )
    connection.execute("COMMIT")
