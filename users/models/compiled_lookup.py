"""Look up one user with SQL that is compiled once, for the queries of nearly every API call.

Django compiles the SQL of a query each time it runs; for a table as wide as the users', that takes ten
times as long as the query itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from django.db.transaction import TransactionManagementError

from users.models.connection import Connection
from users.models.sql_compiler import CompiledQuery
from users.models.user import User, UserQuerySet

Row = TypeVar("Row", bound=models.Model)


class CompiledLookup:
    """Finds one user, with its connection, by one value. `ask` makes the query set for a value."""

    def __init__(self, ask: Callable[[Any], UserQuerySet]) -> None:
        self._ask = ask
        # Per thread, like Django's database connections, to which a compiler belongs.
        self._made = threading.local()

    def one(self, value: Any) -> User | None:
        """The user as the query set would return it, or None.

        Raises TransactionManagementError for a locking look-up outside a transaction, as Django does.
        """
        query = self._compiled(value)
        database = query.database
        if query.locks_rows and database.get_autocommit():
            raise TransactionManagementError("outside a transaction the lock would be gone at once")
        with database.cursor() as cursor:
            cursor.execute(query.sql, [value])
            row = cursor.fetchone()
        if row is None:
            return None
        values = query.to_python(row)
        width = len(User._meta.concrete_fields)
        user: User = _instance(User, values[:width], database.alias)
        user.connection = _instance(Connection, values[width:], database.alias)
        return user

    def _compiled(self, value: Any) -> CompiledQuery:
        """The compiled query of this thread; compiled again once its connection to the database is another
        one, as after a reconnection or in tests."""
        query: CompiledQuery | None = getattr(self._made, "query", None)
        if query is None or not query.is_current:
            # No ORDER BY: at most one row matches, and a sort would be part of the plan.
            query = CompiledQuery(self._ask(value).select_related("connection").order_by())
            # A second parameter would be frozen at its value in the first call, and used for every later
            # user.
            assert query.parameters == (value,), "only the value itself may be left open"
            self._made.query = query
        return query


def _instance(model: type[Row], values: list[Any], using: str) -> Row:
    return model.from_db(using, [field.attname for field in model._meta.concrete_fields], values)


by_user_id = CompiledLookup(lambda user_id: User.objects.filter(user_id=user_id))
locked_by_pk = CompiledLookup(lambda pk: _locked().filter(pk=pk))
locked_by_user_id = CompiledLookup(lambda user_id: _locked().filter(user_id=user_id))


def _locked() -> UserQuerySet:
    # `of`: the joined connection stays unlocked, or writes to users of one connection would wait for each
    # other.
    return User.objects.select_for_update(of=("self",))
