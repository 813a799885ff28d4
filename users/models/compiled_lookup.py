"""The questions that nearly every API call asks, whose SQL is made once.

Django compiles a query each time it runs; for a table as wide as that of the accounts this takes ten
times as long as running it.
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
    """Finds one account, with its connection, by one value. `ask` makes a query set of a value."""

    def __init__(self, ask: Callable[[Any], UserQuerySet]) -> None:
        self._ask = ask
        # Each thread has its own way into the database, to which the SQL is made.
        self._made = threading.local()

    def one(self, value: Any) -> User | None:
        """The account as the query set would give it, or None.

        Raises TransactionManagementError where it is to be locked outside a transaction."""
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
        """The query for this thread, compiled again where its connection to the database is a new one."""
        query: CompiledQuery | None = getattr(self._made, "query", None)
        if query is None or not query.is_current:
            query = CompiledQuery(self._ask(value).select_related("connection").order_by())
            assert query.parameters == (value,), "only the value itself may be left open"
            self._made.query = query
        return query


def _instance(model: type[Row], values: list[Any], using: str) -> Row:
    return model.from_db(using, [field.attname for field in model._meta.concrete_fields], values)


by_user_id = CompiledLookup(lambda user_id: User.objects.filter(user_id=user_id))
locked_by_pk = CompiledLookup(lambda pk: _locked().filter(pk=pk))
locked_by_user_id = CompiledLookup(lambda user_id: _locked().filter(user_id=user_id))


def _locked() -> UserQuerySet:
    return User.objects.select_for_update(of=("self",))
