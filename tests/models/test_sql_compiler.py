"""Each part of Django's SQL compiler that we use is still there and takes the same arguments.

A failure after an upgrade of Django names what `users/models/sql_compiler.py` has to follow.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection as database
from django.db import connections
from django.db.models import BooleanField, Func
from django.db.models.query import get_related_populators
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from users.models import User, sql_compiler
from users.models.sql_compiler import CompiledQuery, is_ordered, select_statement

PRODUCT = Path(sql_compiler.__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Query.get_compiler, ["self", "using", "connection", "elide_empty"]),
        (Query.sql_with_params, ["self"]),
        (SQLCompiler.as_sql, ["self", "with_limits", "with_col_aliases"]),
        (SQLCompiler.get_converters, ["self", "expressions"]),
        (SQLCompiler.apply_converters, ["self", "rows", "converters"]),
        (get_related_populators, ["klass_info", "select", "db"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_private_method_takes_what_it_took(function, parameters):
    assert list(inspect.signature(function).parameters) == parameters


def test_a_query_knows_its_lock_and_its_order(db):
    query = User.objects.order_by("name").select_for_update().query

    assert (query.select_for_update, query.order_by) == (True, ("name",))


def test_a_compiled_query_has_sql_parameters_and_values_as_the_model_has_them(jane):
    query = CompiledQuery(User.objects.filter(user_id=jane.user_id))

    with query.database.cursor() as cursor:
        cursor.execute(query.sql, query.parameters)
        values = query.to_python(cursor.fetchone())

    assert query.parameters == (jane.user_id,)
    assert values == [getattr(jane, field.attname) for field in User._meta.concrete_fields]


def test_a_compiled_query_makes_instances_with_those_that_are_joined(jane, django_assert_num_queries):
    query = CompiledQuery(User.objects.select_related("connection", "linked_to").filter(user_id=jane.user_id))

    with query.database.cursor() as cursor:
        cursor.execute(query.sql, query.parameters)
        found = query.to_instance(cursor.fetchone())

    home = jane.connection
    with django_assert_num_queries(0):
        assert (found, found.connection, found.linked_to) == (jane, home, None)


def test_a_compiled_query_belongs_to_its_connection(db):
    query = CompiledQuery(User.objects.all())

    assert query.database is connections["default"]
    assert query.is_current
    assert not query.locks_rows
    assert CompiledQuery(User.objects.select_for_update()).locks_rows


def test_a_statement_can_stand_in_another(jane, stranger):
    sql, parameters = select_statement(User.objects.filter(pk=jane.pk).values_list("user_id"))

    with database.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS matching", parameters)
        assert cursor.fetchone() == (1,)


def test_a_queryset_that_can_match_nothing_has_no_statement(db):
    with pytest.raises(EmptyResultSet):
        select_statement(User.objects.none())


@pytest.mark.parametrize("order", [[], ["name"]])
def test_an_expression_can_ask_whether_the_query_is_ordered(db, order):
    asked = []

    class Ask(Func):
        output_field = BooleanField()
        conditional = True

        def as_sql(self, compiler, connection, **_):
            asked.append(is_ordered(compiler))
            return "1 = 1", []

    list(User.objects.filter(Ask()).order_by(*order))

    assert set(asked) == {bool(order)}


def test_no_other_file_of_the_product_uses_the_compiler():
    private = re.compile(r"get_compiler|sql_with_params|models\.sql\b|compiler\.(query|select|connection)\b")
    users = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        if private.search(path.read_text())
    }

    assert users == {"models/sql_compiler.py"}
