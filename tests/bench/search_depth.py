"""What a page in the middle of a list costs, beside the first. Each is read on from a row, as the
dashboard does it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.taken import LEAST, Statements

# The goal of the design.
MOST_TIMES_FIRST = 1.5
LISTS = (
    # What is found, and in which order.
    ("newest first", "*:*", "created_at:-1"),
    ("by e-mail", "*:*", "email:1"),
    ("by an indexed number", "*:*", "app_metadata.credits:-1"),
    ("of a common value", "user_metadata.newsletter.wanted:true", "created_at:-1"),
)


@dataclass(frozen=True)
class Depth:
    """Medians in milliseconds, of the statements alone."""

    people: int
    list: str
    first: float
    deep: float

    @property
    def meets_goal(self) -> bool:
        return self.deep <= MOST_TIMES_FIRST * max(self.first, LEAST)


def depths(people: int, *, rounds: int, size: int) -> list[Depth]:
    from users.admin.user_list.sorting import parse_order
    from users.listing.pages import read_page
    from users.models import User
    from users.rights.actor import command_actor
    from users.search.query import search_users
    from users.search.sort_fields import parse_sort

    measured = []
    for name, q, text in LISTS:
        users = search_users(User.objects.all(), q, viewer=command_actor("bench"))
        sort = parse_order(text)
        prepared = sort.prepare(users)
        positions = prepared.order_by(*parse_sort(text)).values_list(*sort.order.columns)
        taken = {position: Statements() for position in (None, positions[users.count() // 2])}
        for _ in range(rounds):
            for position, statements in taken.items():
                with statements:
                    read_page(prepared, sort.order, size=size, after=position)
        measured.append(Depth(people, name, *(statements.median for statements in taken.values())))
    return measured
