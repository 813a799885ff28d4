"""What a page in the middle of a list costs, beside the first. Each is read on from a row, as the
dashboard does it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.taken import LEAST, Statements

# The goal of the design.
MOST_TIMES_FIRST = 1.5
LISTS = (
    # What is found, the column or the indexed key it is sorted by, and whether that descends.
    ("newest first", "*:*", "created_at", True),
    ("by name", "*:*", "name_folded", False),
    ("by an indexed number", "*:*", "app_metadata.credits", True),
    ("of a common value", "user_metadata.newsletter.wanted:true", "created_at", True),
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
    from django.db.models import Expression, F
    from django.db.models.expressions import OrderBy

    from users.models import User
    from users.rights.actor import command
    from users.search.find import found
    from users.search.order import value_of
    from users.search.pages import Place, Sort, read_page

    measured = []
    for name, q, by, is_descending in LISTS:
        users = found(User.objects.all(), q, viewer=command("bench"))
        sort = Sort(value_of(by) if "." in by else by, is_descending)
        value = sort.value if isinstance(sort.value, Expression) else F(sort.value)
        order = [OrderBy(each, descending=is_descending) for each in (value, F("id"))]
        middle = users.annotate(by=value).order_by(*order).values_list("by", "id")[users.count() // 2]
        taken = {place: Statements() for place in (None, Place(*middle))}
        for _ in range(rounds):
            for place, statements in taken.items():
                with statements:
                    read_page(users, sort, size=size, after=place)
        measured.append(Depth(people, name, *(statements.median for statements in taken.values())))
    return measured
