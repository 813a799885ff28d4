"""Random queries over random profiles: the database and plain Python agree on each."""

from __future__ import annotations

import pytest
from django.db import connection as database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.draws import PROFILES, QUERIES, UNIQUE
from tests.search.reference import found as found_in_python
from tests.search.reference import shown
from tests.suites import DEPTH
from users.lucene.limits import Limits
from users.lucene.parser import parse
from users.lucene.printer import unparse
from users.metadata.documents import DOCUMENTS
from users.models import User
from users.models.write_guard import allow_account_writes
from users.search import index_support
from users.search.compile import to_condition
from users.search.sort_fields import parse_sort
from users.search.sql import postgresql, sqlite
from users.search.sql.expression import MatchesCondition

MANY = Limits(length=100_000, leading=100)


STEADY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PEOPLE = st.lists(PROFILES, min_size=1, max_size=6, unique_by=UNIQUE)
SEARCHES = st.lists(QUERIES, min_size=1, max_size=6)
# What a database can index of the keys that are drawn; SQLite spells no others.
PLACES = [
    ("a",),
    ("b",),
    ("a b",),
    ("ä",),
    ("'",),
    ("0",),
    ("%s",),
    ("[0]",),
    ("*",),
    ("{}",),
    ("a", "b"),
    ("b", "a"),
]
BEYOND_SQLITE = [('k"',), ("\\",), ("a", 'k"')]


@pytest.mark.django_db
@STEADY
@given(profiles=PEOPLE, queries=SEARCHES)
def test_the_database_finds_whom_python_finds(profiles, queries, make_people):
    agree(make_people, profiles, queries)


@pytest.fixture
def indexed(index_key, monkeypatch):
    """Nearly every key that is drawn, each as number in one document and as text in the other, and
    so little of a text in its index that it often matters."""
    for module in (index_support, postgresql, sqlite):
        monkeypatch.setattr(module, "INDEXED_PREFIX_LENGTH", 2)
    for number, path in enumerate(PLACES + BEYOND_SQLITE * (database.vendor == "postgresql")):
        kinds = ("number", "text") if number % 2 else ("text", "number")
        for document, kind in zip(DOCUMENTS, kinds, strict=True):
            index_key(document, path, kind)


@settings(STEADY, max_examples=15 * DEPTH)
@given(profiles=PEOPLE, queries=SEARCHES)
def test_so_it_does_by_the_indexes_of_keys(profiles, queries, make_people, indexed):
    agree(make_people, profiles, queries)


@settings(STEADY, max_examples=10 * DEPTH)
@given(profiles=PEOPLE)
def test_in_the_order_of_a_key_stand_its_values_and_then_who_has_none(profiles, make_people, indexed):
    make_people(profiles)
    for name, values in (("user_metadata.a", texts), ("app_metadata.a", numbers)):
        for way, is_down in (("1", False), ("-1", True)):
            people = list(User.objects.order_by(*parse_sort(f"{name}:{way}")))
            document = name.partition(".")[0]
            having = [p for p in people if values((getattr(p, document) or {}).get("a"))]
            lacking = [p for p in people if p not in having]
            wanted = sorted(having, key=lambda p: (values(getattr(p, document)["a"]), p.pk), reverse=is_down)
            assert people == wanted + sorted(lacking, key=lambda p: p.pk, reverse=is_down)
    with allow_account_writes():
        User.objects.all().delete()


def texts(value):
    """As much of it as the index has, in a list; nothing for what is no text."""
    return [value[:2]] if isinstance(value, str) else []


def numbers(value):
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def agree(make_people, profiles, queries):
    make_people(profiles)
    seen = {person.pk: shown(person) for person in User.objects.with_connection()}

    for tree in queries:
        text = unparse(tree)
        query = parse(text, limits=MANY)
        assert query == tree
        wanted = {pk for pk, profile in seen.items() if found_in_python(query, profile)}
        assert {
            *User.objects.filter(MatchesCondition(to_condition(query))).values_list("pk", flat=True)
        } == wanted, text

    with allow_account_writes():
        User.objects.all().delete()
