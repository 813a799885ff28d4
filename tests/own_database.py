"""A database for a server of its own, beside that of the other tests."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def own_database(prefix: str, url: str | None = None) -> Iterator[str]:
    """The address of an empty one beside that of `url`, or of the tests, where it is on PostgreSQL;
    else nothing, and whoever starts makes a file of its own."""
    url = os.environ.get("DATABASE_URL", "") if url is None else url
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"{prefix}_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
