"""By what the list of users may be sorted."""

from __future__ import annotations

from django.db.models import F
from django.db.models.expressions import OrderBy

from users.models import User

# Auth0's field name to our column. Names and addresses sort without regard to case.
COLUMNS = {
    "user_id": "user_id",
    "email": "email_folded",
    "email_verified": "email_verified",
    "username": "username_folded",
    "phone_number": "phone_number",
    "name": "name_folded",
    "nickname": "nickname_folded",
    "given_name": "given_name_folded",
    "family_name": "family_name_folded",
    "blocked": "blocked",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "last_login": "last_login",
    "last_ip": "last_ip",
    "logins_count": "logins_count",
}
OLDEST_FIRST = (OrderBy(F("created_at")), OrderBy(F("id")))


class UnknownSort(ValueError):
    """No such field to sort by."""


def order(sort: str) -> tuple[OrderBy, ...]:
    """`"last_login:-1"` as an order: empty ones last, ties in a fixed order.

    Raises UnknownSort. Nothing: oldest first.
    """
    if not sort:
        return OLDEST_FIRST
    name, _, direction = sort.partition(":")
    if name not in COLUMNS:
        raise UnknownSort(name)
    down = direction == "-1"
    # Said only where there can be empty ones: elsewhere it would keep the index from serving.
    nulls_last = User._meta.get_field(COLUMNS[name]).null or None
    first = OrderBy(F(COLUMNS[name]), descending=down, nulls_last=nulls_last)
    return first, OrderBy(F("id"), descending=down)
