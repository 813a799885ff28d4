"""The questions that nearly every API call asks, whose SQL is made once.

Django makes the SQL of a query anew each time it is asked; for a table as wide as that of the
accounts, this takes ten times as long as the asking.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections, models
from django.db.transaction import TransactionManagementError

from users.models.connection import Connection
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
        compiler, sql, converters = self._compile(value)
        if compiler.query.select_for_update and compiler.connection.get_autocommit():
            raise TransactionManagementError("outside a transaction the lock would be gone at once")
        with compiler.connection.cursor() as cursor:
            cursor.execute(sql, [value])
            row = cursor.fetchone()
        if row is None:
            return None
        (values,) = compiler.apply_converters([row], converters)
        width = len(User._meta.concrete_fields)
        user = _instance(User, values[:width], compiler.using)
        user.connection = _instance(Connection, values[width:], compiler.using)
        return user

    def _compile(self, value: Any) -> tuple[Any, str, Any]:
        """Django's compiler for the query, what it compiled, and what turns columns into values."""
        kept = getattr(self._made, "kept", None)
        if kept is None or kept[0].connection is not connections[kept[0].using]:
            question = self._ask(value).select_related("connection").order_by()
            compiler = question.query.get_compiler(question.db)
            sql, values = compiler.as_sql()
            assert values == (value,), "only the value itself may be left open"
            converters = compiler.get_converters([column for column, *_ in compiler.select])
            kept = self._made.kept = compiler, sql, converters
        return kept


def _instance(model: type[Row], values: list[Any], using: str) -> Row:
    return model.from_db(using, [field.attname for field in model._meta.concrete_fields], values)


by_user_id = CompiledLookup(lambda user_id: User.objects.filter(user_id=user_id))
locked_by_pk = CompiledLookup(lambda pk: _locked().filter(pk=pk))
locked_by_user_id = CompiledLookup(lambda user_id: _locked().filter(user_id=user_id))


def _locked() -> UserQuerySet:
    return User.objects.select_for_update(of=("self",))
