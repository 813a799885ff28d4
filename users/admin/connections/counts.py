"""The list of connections: of each how many users and applications it has."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value

from users.actions.access.connections import MAX_COUNTED_USERS
from users.models import Connection, User


def connections_with_counts() -> QuerySet[Connection]:
    """All connections with `user_count`, up to 101 (`MAX_COUNTED_USERS` and one more), and `client_count`,
    the number of their enabled clients, in one query."""
    # Limited for each: a count of all users would read all of them.
    first = User.accounts.filter(connection=OuterRef(OuterRef("pk"))).order_by()
    counted = User.accounts.filter(pk__in=first.values("pk")[: MAX_COUNTED_USERS + 1])
    totals = counted.order_by().annotate(all=Value(1)).values("all").annotate(total=Count("pk"))
    return Connection.objects.annotate(
        user_count=Subquery(totals.values("total")),
        client_count=Count("clients", filter=Q(clients__is_revoked=False)),
    )
