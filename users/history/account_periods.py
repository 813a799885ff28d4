"""Tell apart users who had the same `user_id` one after another, by time.

A later user begins after the last change of the earlier one, even if the clocks of several servers differ:
`create_user` and `build_change` ensure that. So `created_at` alone decides which user a change belongs to.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import DateTimeField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from users.models import Change, User

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def changes_for_user_id(user_id: str, user: User | None) -> QuerySet[Change]:
    """The changes of the user with this id; with `user` None, of the last user who had it."""
    return Change.objects.filter(subject=user_id, at__gte=user.created_at if user else creation_time(user_id))


def creation_time(user_id: str) -> Coalesce:
    """When the user with this id, or the last who had it, was created: an expression for use in queries.
    1970 where it is not recorded."""
    present = User.accounts.filter(user_id=user_id).values("created_at")
    created = Change.objects.filter(subject=user_id, what=Change.What.CREATED).values("at")[:1]
    ever = Value(_EPOCH, output_field=DateTimeField())
    return Coalesce(Subquery(present), Subquery(created), ever)


def last_changed_at(user_id: str) -> datetime | None:
    """When a user with this id last had a change, or None."""
    return Change.objects.filter(subject=user_id).values_list("at", flat=True).first()
