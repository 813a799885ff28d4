"""A selection: the users that one bulk action is for, fixed at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from users.lucene.nodes import And, Everything, Query
from users.lucene.parser import parse
from users.lucene.printer import unparse
from users.models import User
from users.models.user import UserQuerySet
from users.rights.actor import Actor
from users.search.list_filters import active_filters
from users.search.query import compile_query, filter_by_condition
from users.search.segment_expansion import expand_segments

# The most users that can be named one by one: their ids travel in a URL.
MAX_NAMED = 500
# Keys of selected users that a job reads at a time.
KEYS_IN_MEMORY = 5_000


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Either `ids`, the primary keys of users chosen one by one, or all users that `query` and `filters` find
    and who existed at `at`.

    `query` is in the language of the API, with its segments written out, so that editing a segment does not
    change a selection. `filters` are values of `list_filters`, by name; their periods end at `at`.
    """

    at: datetime
    ids: tuple[int, ...] | None = None
    query: str = ""
    filters: dict[str, str] = field(default_factory=dict)

    def users(self, viewer: Actor) -> UserQuerySet:
        """The selected users as they match now. Raises QueryError, and Denied where it searches by what
        `viewer` may not see."""
        if self.ids is not None:
            return User.objects.filter(pk__in=self.ids)
        # A user who signed up after the number of matches was shown has not been seen by the staff member.
        users = User.objects.filter(created_at__lte=self.at)
        for _, choice in active_filters(self.filters, self.at):
            users = users.filter(choice.test)
        return filter_by_condition(users, compile_query(parse(self.query), viewer=viewer))

    def is_changed_since(self, user: User) -> bool:
        """Whether a user found by the search was changed after `at`, and so may not have matched then.

        Every change of what a search compares, a sign-in included, sets `updated_at`.
        """
        return self.ids is None and user.updated_at > self.at

    def to_json(self) -> dict[str, Any]:
        """As JSON, for the parameters of a job."""
        named = {} if self.ids is None else {"ids": list(self.ids)}
        return {"at": self.at.isoformat(), "query": self.query, "filters": self.filters, **named}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The selection that `to_json` was called on."""
        return cls(
            at=datetime.fromisoformat(value["at"]),
            ids=tuple(value["ids"]) if "ids" in value else None,
            query=value["query"],
            filters=value["filters"],
        )


def write_query(parts: Sequence[Query], viewer: Actor) -> str:
    """All parts as the query of a selection: joined by AND, segments written out. Raises QueryError where the
    whole exceeds the limits of a query, and Denied."""
    asked = [part for part in parts if part != Everything()]
    whole = And(tuple(asked)) if len(asked) > 1 else asked[0] if asked else Everything()
    text = unparse(expand_segments(whole, viewer))
    # Each part is within the limits; all of them together may not be.
    parse(text)
    return text


def iterate_keys(users: UserQuerySet, after: int) -> Iterator[int]:
    """Yield the primary keys above `after` in ascending order, with at most KEYS_IN_MEMORY of them in memory.

    Read in large portions: PostgreSQL may find and sort all matches for each, however few are asked for.
    """
    while True:
        keys = list(users.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:KEYS_IN_MEMORY])
        yield from keys
        if len(keys) < KEYS_IN_MEMORY:
            return
        after = keys[-1]
