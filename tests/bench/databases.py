"""A database for one run, and the driver's own way into it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.own_database import own_database


class SQLite:
    """A file in a folder that does not stay."""

    vendor, mark = "sqlite", "?"
    name = f"SQLite {sqlite3.sqlite_version}"
    # It works within whoever asks, and its CPU time counts there.
    is_server = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / "db.sqlite3"
        self.url = f"sqlite:///{self._path}"

    def connect(self) -> sqlite3.Connection:
        """As `config/settings.py` opens it."""
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")


class PostgreSQL:
    """A database of a server."""

    vendor, mark = "postgresql", "%s"
    is_server = True

    def __init__(self, url: str) -> None:
        self.url = url
        with self.connect() as connection:
            self.name = f"PostgreSQL {connection.info.server_version // 10_000}"

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def transaction(self, connection: psycopg.Connection) -> AbstractContextManager:
        return connection.transaction()


Database = SQLite | PostgreSQL


@contextmanager
def database(address: str, folder: Path) -> Iterator[Database]:
    """A new one, gone afterwards: beside the PostgreSQL database of the address, which is left
    alone, or in `folder`."""
    with own_database("bench", address) as url:
        yield PostgreSQL(url) if url else SQLite(folder)


def at_hand() -> str:
    """DATABASE_URL, else the server that libpq's own variables name, as pg_virtualenv sets them."""
    if os.environ.get("DATABASE_URL") or "PGHOST" not in os.environ:
        return os.environ.get("DATABASE_URL", "")
    defaults = {"PGUSER": "postgres", "PGPASSWORD": "", "PGHOST": "", "PGPORT": "5432"}
    values = [quote(os.environ.get(name, default), safe="") for name, default in defaults.items()]
    return "postgres://{}:{}@{}:{}/postgres".format(*values)
