"""Look up rows with SQL that is compiled once, for the queries of nearly every API call and token request.

Django compiles the SQL of a query each time it runs; for a table as wide as the users', that takes ten
times as long as the query itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.transaction import TransactionManagementError

from users.models.client import Client
from users.models.sql_compiler import CompiledQuery
from users.models.user import User, UserQuerySet

Row = TypeVar("Row", bound=models.Model)


class CompiledLookup(Generic[Row]):
    """Finds rows by values. `ask` makes the query set for them, and must use each once, in their order, and
    no other: rows come with what the query set joins by `select_related`."""

    def __init__(self, ask: Callable[..., models.QuerySet[Row]]) -> None:
        self._ask = ask
        # Per thread, like Django's database connections, to which a compiler belongs.
        self._made = threading.local()

    def one(self, *values: Any) -> Row | None:
        """The row as the query set would return it, or None. At most one may match.

        Raises TransactionManagementError for a locking look-up outside a transaction, as Django does.
        """
        found = self.all(*values)
        return found[0] if found else None

    def all(self, *values: Any) -> list[Row]:
        """The rows as the query set would return them. Raises as `one`."""
        query = self._compiled(values)
        database = query.database
        if query.locks_rows and database.get_autocommit():
            raise TransactionManagementError("outside a transaction the lock would be gone at once")
        with database.cursor() as cursor:
            cursor.execute(query.sql, values)
            return [query.to_instance(row) for row in cursor.fetchall()]

    def _compiled(self, values: tuple[Any, ...]) -> CompiledQuery:
        """The compiled query of this thread; compiled again once its connection to the database is another
        one, as after a reconnection or in tests."""
        query: CompiledQuery | None = getattr(self._made, "query", None)
        if query is None or not query.is_current:
            query = CompiledQuery(self._ask(*values))
            # Another parameter would be frozen at its value in the first call, and used for every later one.
            assert query.parameters == values, "only the values themselves may be left open"
            self._made.query = query
        return query


def _locked() -> UserQuerySet:
    # `of`: the joined connection stays unlocked, or writes to users of one connection would wait for each
    # other.
    return _users().select_for_update(of=("self",))


def _users() -> UserQuerySet:
    # No ORDER BY: at most one row matches, and a sort would be part of the plan.
    return User.objects.select_related("connection").order_by()


by_user_id = CompiledLookup(lambda user_id: _users().filter(user_id=user_id))
locked_by_pk = CompiledLookup(lambda pk: _locked().filter(pk=pk))
locked_by_user_id = CompiledLookup(lambda user_id: _locked().filter(user_id=user_id))

_active_client = CompiledLookup(
    lambda client_id: Client.objects.filter(client_id=client_id, is_revoked=False).order_by()
)


def find_active_client(client_id: str) -> Client | None:
    """Return the client that is not revoked with this ID, which may be any text of a request; None where
    there is none."""
    # PostgreSQL takes no NUL.
    return None if "\0" in client_id else _active_client.one(client_id)
