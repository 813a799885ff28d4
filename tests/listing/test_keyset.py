"""Reading on from a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from users.listing.keyset import keyset_condition
from users.models import User
from users.models.write_guard import allow_account_writes

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def nine(make_user):
    """Three moments, three people each, with one of three numbers of sign-ins."""
    people = []
    for number in range(9):
        user = make_user()
        values = {"created_at": NOON + timedelta(seconds=number // 3), "logins_count": number % 3}
        with allow_account_writes():
            User.objects.filter(pk=user.pk).update(**values)
        people.append(User.objects.get(pk=user.pk))
    return people


@pytest.mark.parametrize(
    "order",
    [
        ("id",),
        ("created_at", "id"),
        ("logins_count", "created_at", "id"),
        ("email_verified", "logins_count", "created_at", "id"),
    ],
    ids=len,
)
def test_what_follows_each_row_is_the_rest_of_the_list(nine, order):
    ordered = list(User.objects.order_by(*order))

    for place, user in enumerate(ordered):
        values = [getattr(user, column) for column in order]
        found = User.objects.filter(keyset_condition(order, values)).order_by(*order)

        assert list(found) == ordered[place + 1 :]


def test_the_row_need_not_be_there_any_more(nine):
    values = (NOON + timedelta(seconds=1), nine[4].pk)
    with allow_account_writes():
        nine[4].delete()

    found = User.objects.filter(keyset_condition(("created_at", "id"), values)).order_by("created_at", "id")

    assert list(found) == nine[5:]
