"""Tell apart the accounts that had one `user_id` after another, by time.

A later account begins after the last change of the earlier one, even where the
clocks of several machines differ: `create_user` and `note` ensure that. So `created_at` alone decides
which account a change belongs to.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import DateTimeField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from users.models import Change, User

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def changes_for_user_id(user_id: str, user: User | None) -> QuerySet[Change]:
    """The changes of the account that has this id; where `user` is None, of the one that had it
    last."""
    return Change.objects.filter(subject=user_id, at__gte=user.created_at if user else creation_time(user_id))


def creation_time(user_id: str) -> Coalesce:
    """When the account that has this id, or had it last, was created: an expression, to be compared
    with in a query. 1970 where it is not recorded."""
    present = User.accounts.filter(user_id=user_id).values("created_at")
    created = Change.objects.filter(subject=user_id, what=Change.What.CREATED).values("at")[:1]
    ever = Value(_EPOCH, output_field=DateTimeField())
    return Coalesce(Subquery(present), Subquery(created), ever)


def last_changed_at(user_id: str) -> datetime | None:
    """When anything was last recorded of an account with this id."""
    return Change.objects.filter(subject=user_id).values_list("at", flat=True).first()
