"""Random queries over random profiles: the database and plain Python agree on each."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.draws import PROFILES, QUERIES, UNIQUE
from tests.search.reference import found as found_in_python
from tests.search.reference import shown
from users.lucene.limits import Limits
from users.lucene.parser import parse
from users.lucene.printer import write
from users.models import User
from users.models.guard import account_writes
from users.search.meaning import understand
from users.search.sql.expression import Fits

MANY = Limits(length=100_000, leading=100)


@pytest.mark.django_db
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    profiles=st.lists(PROFILES, min_size=1, max_size=6, unique_by=UNIQUE),
    queries=st.lists(QUERIES, min_size=1, max_size=6),
)
def test_the_database_finds_whom_python_finds(profiles, queries, make_people):
    make_people(profiles)
    seen = {person.pk: shown(person) for person in User.objects.with_connection()}

    for tree in queries:
        text = write(tree)
        query = parse(text, limits=MANY)
        assert query == tree
        wanted = {pk for pk, profile in seen.items() if found_in_python(query, profile)}
        assert {*User.objects.filter(Fits(understand(query))).values_list("pk", flat=True)} == wanted, text

    with account_writes():
        User.objects.all().delete()
