"""The rows on either side of a position."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from users.listing.keyset import Keyset
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


@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize(
    "columns",
    [
        ("id",),
        ("created_at", "id"),
        ("logins_count", "created_at", "id"),
        ("email_verified", "logins_count", "created_at", "id"),
    ],
    ids=len,
)
def test_a_position_parts_the_list_in_two(nine, columns, is_descending):
    order = Keyset(columns, is_descending)
    ordered = list(User.objects.order_by(*order.ordering))

    for number, user in enumerate(ordered):
        position = order.position(user)
        after, until = (
            list(User.objects.filter(part).order_by(*order.ordering))
            for part in (order.after(position), order.until(position))
        )

        assert (until, after) == (ordered[: number + 1], ordered[number + 1 :])


def test_the_row_of_a_position_may_be_gone(nine):
    order = Keyset(("created_at", "id"))
    position = order.position(nine[4])
    with allow_account_writes():
        nine[4].delete()

    assert list(User.objects.filter(order.after(position)).order_by(*order.ordering)) == nine[5:]
