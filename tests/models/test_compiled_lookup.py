"""Kept questions answer what the query sets would."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.db import models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from users.models import User
from users.models.compiled_lookup import CompiledLookup, by_user_id, locked_by_pk, locked_by_user_id
from users.models.write_guard import allow_account_writes


@pytest.fixture
def rich(jane):
    """Jane with something in every kind of column."""
    with allow_account_writes():
        User.objects.filter(pk=jane.pk).update(
            last_login=timezone.now(),
            last_ip="192.0.2.7",
            blocked=False,
            linked_identities=[{"provider": "github"}],
            app_metadata={"credits": 10**30, "ratio": 1e16, "nothing": None},
        )
    return User.objects.with_connection().get(pk=jane.pk)


def every_value(row: models.Model) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize(
    ("query", "name"), [(by_user_id, "user_id"), (locked_by_user_id, "user_id"), (locked_by_pk, "pk")]
)
def test_it_brings_the_account_with_its_connection(query, name, rich, django_assert_num_queries):
    query.one(getattr(rich, name))

    with django_assert_num_queries(1):
        found = query.one(getattr(rich, name))
        assert every_value(found) == every_value(rich)
        assert every_value(found.connection) == every_value(rich.connection)


def test_each_value_brings_its_own_account(jane, stranger):
    assert [by_user_id.one(user.user_id) for user in (jane, stranger, jane)] == [jane, stranger, jane]


def test_nobody_is_none(db):
    assert by_user_id.one("auth0|nobody") is None
    assert locked_by_pk.one(0) is None


def test_a_value_that_was_not_given_is_no_part_of_a_look_up(jane):
    with pytest.raises(AssertionError, match="only the values"):
        CompiledLookup(lambda pk: User.objects.filter(pk=pk, name="Jane")).one(jane.pk)


def test_several_values_find_several_rows(jane, stranger):
    named = CompiledLookup(lambda name, pk: User.objects.filter(name=name, pk__gt=pk).order_by("pk"))
    with allow_account_writes():
        User.objects.update(name="Twin")

    assert named.all("Twin", 0) == [jane, stranger]
    assert named.all("Twin", jane.pk) == [stranger]
    assert named.all("No one", 0) == []


def test_linked_accounts_are_not_found(jane, stranger):
    with allow_account_writes():
        User.objects.filter(pk=stranger.pk).update(linked_to=jane)

    assert by_user_id.one(stranger.user_id) is None


def test_what_it_brings_can_be_saved(jane):
    found = by_user_id.one(jane.user_id)
    found.name = "Jane Roe"
    with allow_account_writes():
        found.save(update_fields=["name"])

    assert User.objects.get(pk=jane.pk).name == "Jane Roe"
    assert User.objects.count() == 1


def test_the_lock_is_asked_for_each_time(jane):
    for _ in range(2):
        with CaptureQueriesContext(database) as queries:
            locked_by_pk.one(jane.pk)
        assert (
            queries[0]["sql"].endswith(' FOR UPDATE OF "users_user"')
            is database.features.has_select_for_update
        )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_locked_outside_a_transaction(jane):
    with transaction.atomic():
        assert locked_by_pk.one(jane.pk) == jane

    with pytest.raises(TransactionManagementError):
        locked_by_pk.one(jane.pk)
