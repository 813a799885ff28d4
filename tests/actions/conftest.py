"""What an action wrote: the columns its UPDATE names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

UPDATE = re.compile(r'UPDATE "users_user" SET (.*) WHERE ', re.DOTALL)
WRITE = re.compile(r'(?:UPDATE|INSERT INTO|DELETE FROM) "(\w+)"')


class Written:
    """Filled when the block ends: `columns` of the account, and the `tables` written to."""

    columns: set[str]
    tables: list[str]


@pytest.fixture
def watching():
    """`with watching() as written:` notes what is written meanwhile."""

    @contextmanager
    def watch() -> Iterator[Written]:
        written = Written()
        with CaptureQueriesContext(connection) as captured:
            yield written
        statements = [query["sql"] for query in captured]
        updates = [match[1] for match in map(UPDATE.match, statements) if match]
        written.columns = {name for part in updates for name in re.findall(r'"(\w+)" = ', part)}
        written.tables = [match[1] for match in map(WRITE.match, statements) if match]

    return watch
