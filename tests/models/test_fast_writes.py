"""Statements put together by hand store what Django's own would."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from users.models import Change, User
from users.models.fast_writes import fast_insert
from users.models.write_guard import allow_account_writes

NEW = {
    "name": 'Jané "100%s" O\'Neil',
    "email_verified": True,
    "blocked": None,
    "user_metadata": {"big": 10**30, "float": 1e16, "text": "100%s ü", "nothing": None},
    "app_metadata": None,
    "linked_identities": [],
    "last_login": timezone.now() + timedelta(microseconds=1),
    "last_ip": "2001:db8::1",
    "logins_count": 7,
}


def stored(user: User) -> dict:
    return User.objects.filter(pk=user.pk).values().get()


@pytest.mark.parametrize("name", NEW)
def test_a_column_is_saved_as_django_saves_it(jane, name):
    setattr(jane, name, NEW[name])

    with allow_account_writes():
        jane.save_columns([name])
    by_hand = stored(jane)
    with allow_account_writes():
        jane.save()

    assert by_hand == stored(jane)
    assert by_hand[name] == NEW[name]


def test_only_the_named_columns_of_only_this_row_are_saved(jane, stranger):
    other = stored(stranger)
    jane.name, jane.nickname = "Jane Roe", "jr"

    with allow_account_writes():
        jane.save_columns(["name"])

    assert (stored(jane)["name"], stored(jane)["name_folded"]) == ("Jane Roe", "jane roe")
    assert stored(jane)["nickname"] is None
    assert stored(stranger) == other


def test_a_line_of_the_record_is_saved_as_django_saves_it(jane):
    before = jane.changes.values().get()
    line = jane.changes.get()
    line.pk = None

    fast_insert(line)

    after = Change.objects.exclude(pk=before["id"]).values().get()
    assert after == before | {"id": after["id"]}
