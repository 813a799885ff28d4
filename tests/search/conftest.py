"""People to be found, and what the database plans."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.db import connection as database

from tests.admin.conftest import staff_with  # noqa: F401 - a fixture
from users.models import User
from users.models.ids import new_user_id
from users.models.user import FOLD_FUNCTIONS
from users.models.write_guard import allow_account_writes


@pytest.fixture
def crowd(connection):
    """Two thousand people, and a database that knows how many they are."""
    people = [
        User(
            connection=connection,
            user_id=new_user_id(),
            email=f"user-{number}@example.com",
            name=f"User Number {number}",
            nickname=f"nick-{number}",
            given_name=f"Given {number}",
            family_name=f"Family {number}",
            username=f"user-{number}",
            logins_count=number,
        )
        for number in range(2000)
    ]
    for user in people:
        user.set_search_columns(FOLD_FUNCTIONS)
    with allow_account_writes():
        User.objects.bulk_create(people)
    analyse()


@pytest.fixture
def linked_crowd(crowd):
    """One in four of them is linked to the one before."""
    people = list(User.objects.order_by("pk"))
    with allow_account_writes():
        for primary, linked in zip(people[::4], people[1::4], strict=True):
            User.objects.filter(pk=linked.pk).update(linked_to=primary)
    analyse()
    return people


def analyse() -> None:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            # What other tests have left to be put in order would count against an index.
            cursor.execute(
                "SELECT gin_clean_pending_list(indexrelid) FROM pg_index"
                " JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam"
                " WHERE indrelid = 'users_user'::regclass AND amname = 'gin'"
            )
        cursor.execute("ANALYZE users_user")


@pytest.fixture
def make_people(connection):
    """Accounts with these profiles, written past the rules, which must not matter here."""

    def make(profiles):
        people = [_person(connection, given) for given in profiles]
        with allow_account_writes():
            User.objects.bulk_create(people)
        return people

    return make


def _person(connection, given):
    columns = {name: value for name, value in given.items() if name != "identities"}
    for name in ("created_at", "updated_at", "last_login"):
        if name in given:
            columns[name] = datetime.fromisoformat(given[name])
    user = User(connection=connection, linked_identities=given.get("identities"), **columns)
    user.set_search_columns(FOLD_FUNCTIONS)
    return user


@pytest.fixture
def plan():
    """What the database would do for a query, as `Plan`."""
    return Plan


class Plan:
    """`scans`: tables read row by row; `indexes`: those used; `sorts`: whether it sorts."""

    def __init__(self, query) -> None:
        self._explain(*query.query.sql_with_params())

    @classmethod
    def of(cls, sql, parameters):
        """Of a statement as it was sent: with its parameters in it, SQLite plans it otherwise."""
        plan = cls.__new__(cls)
        plan._explain(sql, parameters)
        return plan

    def _explain(self, sql, parameters) -> None:
        with database.cursor() as cursor:
            if database.vendor == "postgresql":
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
                found = cursor.fetchone()[0]
                self._read_postgresql(found if isinstance(found, list) else json.loads(found))
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
                self._read_sqlite([row[3] for row in cursor.fetchall()])

    def _read_postgresql(self, plans) -> None:
        nodes = []
        waiting = [plan["Plan"] for plan in plans]
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            waiting += node.get("Plans", [])
        self.scans = [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"]
        self.indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
        self.sorts = any(node["Node Type"] in ("Sort", "Incremental Sort") for node in nodes)
        self.text = nodes

    def _read_sqlite(self, lines) -> None:
        self.scans = [line for line in lines if line.startswith("SCAN users_user") and "USING" not in line]
        words = [line.split() for line in lines if " INDEX " in line]
        # A table of FTS5 is an index itself.
        self.indexes = {line[1] if "VIRTUAL" in line else line[line.index("INDEX") + 1] for line in words}
        self.sorts = any("USE TEMP B-TREE" in line for line in lines)
        self.text = lines
