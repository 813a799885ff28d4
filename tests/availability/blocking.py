"""Ways in which a database that runs refuses to work, on both kinds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.own_servers import OwnDatabase, own_folder
from users.models import User


@contextmanager
def read_only() -> Iterator[None]:
    """Like a standby. The session's own setting, so it holds as long as the connection does."""
    is_sqlite = connection.vendor == "sqlite"
    begin = "PRAGMA query_only = ON" if is_sqlite else "SET default_transaction_read_only = on"
    end = "PRAGMA query_only = OFF" if is_sqlite else "SET default_transaction_read_only = off"
    with _for_this_session(begin, end):
        yield


@contextmanager
def full_tablespace(database: OwnDatabase) -> Iterator[None]:
    """No space left for the table of users. On PostgreSQL on a file system of 3 MB, which only
    root can make."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            [pages] = cursor.execute("PRAGMA page_count").fetchone()
        with _for_this_session(f"PRAGMA max_page_count = {pages}", "PRAGMA max_page_count = 1073741823"):
            yield
        return
    with own_folder() as folder:
        try:
            mount = ["mount", "-t", "tmpfs", "-o", "size=3m,mode=0777", "tmpfs", str(folder)]
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no file system can be mounted here")
        table = User._meta.db_table
        inner = folder / "space"
        inner.mkdir()
        os.chown(inner, *_owner_of(database))
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TABLESPACE small LOCATION '{inner}'")
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE small")
            _fill(folder)
            yield
        finally:
            (folder / "filling").unlink(missing_ok=True)
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
                cursor.execute("DROP TABLESPACE small")
            subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def locked(user: User, database: OwnDatabase) -> Iterator[None]:
    """Another transaction is at work on the row (on SQLite: on anything), and ours does not wait
    for long."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            with _for_this_session("PRAGMA busy_timeout = 10", "PRAGMA busy_timeout = 5000"):
                yield
        finally:
            other.close()
        return
    with psycopg.connect(host=str(database.socket), user="postgres", dbname="own") as other:
        other.execute(f"SELECT 1 FROM {User._meta.db_table} WHERE id = %s FOR UPDATE", [user.pk])
        with _for_this_session("SET lock_timeout = '10ms'", "SET lock_timeout = 0"):
            yield


@contextmanager
def _for_this_session(begin: str, end: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)


def _fill(folder: Path) -> None:
    with (folder / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def _owner_of(database: OwnDatabase) -> tuple[int, int]:
    stat = database.socket.stat()
    return stat.st_uid, stat.st_gid
