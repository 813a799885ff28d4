"""Every row of the tables in docs/search.md, here and in plain Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.search.reference import found as found_in_python
from tests.search.reference import shown
from users.lucene.errors import QueryError
from users.lucene.parser import parse
from users.models import User
from users.models.write_guard import allow_account_writes
from users.rights.actor import command_actor
from users.search.compile import to_condition
from users.search.query import search_users

SHELL = command_actor("tests")
PAGE = (Path(__file__).resolve().parents[2] / "docs/search.md").read_text()
CODE = re.compile(r"(?<![^ ])`(.+?)`(?=$|, `)")


def tables():
    """Rows of cells, by the first heading of their table."""
    heads = {}
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        head, _, *rows = (cells(line) for line in block.splitlines())
        heads.setdefault(head[1], []).extend(rows)
    return heads


def cells(line):
    # A pipe within a cell has a backslash before it.
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def query(cell):
    return cell.strip("`") if not cell.startswith("``") else cell


TABLES = tables()


@pytest.mark.parametrize(
    ("text", "finds", "misses"),
    [
        pytest.param(query(cell), CODE.findall(finds), CODE.findall(misses), id=query(cell))
        for cell, finds, misses in TABLES["finds"]
    ],
)
def test_a_query_finds_whom_the_page_says(text, finds, misses, make_people):
    for given in (*finds, *misses):
        # One at a time, since some are namesakes.
        [person] = make_people([json.loads(given)])

        assert found_in_python(parse(text), shown(person)) == (given in finds), given
        assert search_users(User.objects.all(), text, viewer=SHELL).exists() == (given in finds), given

        with allow_account_writes():
            person.delete()


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        pytest.param(query(cell), int(column), reason, id=query(cell))
        for cell, column, reason in TABLES["column"]
    ],
)
def test_a_wrong_query_is_told_what_the_page_says(text, column, reason):
    with pytest.raises(QueryError) as caught:
        to_condition(parse(text))

    assert (caught.value.column, caught.value.reason) == (column, reason)


def test_no_row_is_overlooked():
    assert PAGE.count("\n| `") == len(TABLES["finds"]) + len(TABLES["column"]) > 100
    assert all(cell.count("`") == 2 * len(CODE.findall(cell)) for row in TABLES["finds"] for cell in row[1:])
