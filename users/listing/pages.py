"""Read a page of a list that follows a position in it, or ends before one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from users.listing.cursor import decode_cursor, encode_cursor
from users.listing.keyset import Keyset, Position

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in the order of the list, and whether there are others before and after them."""

    rows: list[Row]
    order: Keyset
    has_previous: bool
    has_next: bool

    def next_cursor(self, list_name: str) -> str | None:
        """The cursor of the page that follows; None on the last page."""
        return encode_cursor(list_name, self.end) if self.has_next else None

    @property
    def start(self) -> Position:
        """The position of the first row."""
        return self.order.position(self.rows[0])

    @property
    def end(self) -> Position:
        """The position of the last row."""
        return self.order.position(self.rows[-1])


def read_page(
    rows: QuerySet[Row],
    order: Keyset,
    *,
    size: int,
    after: Position | None = None,
    before: Position | None = None,
) -> Page[Row]:
    """The page that follows a position, or ends before it; the first page where neither is given, and
    where fewer than `size` rows are left before `before`."""
    if before is None:
        # One row more than the page tells whether another page follows, without a count.
        found = _fetch_rows(rows, order, size + 1, after)
        return Page(found[:size], order, has_previous=after is not None, has_next=len(found) > size)
    found = _fetch_rows(rows, order, size + 1, before, is_backwards=True)[::-1]
    if len(found) < size:
        # Going back from a page near the start: the first page is shown whole, not the few rows before the
        # position.
        return read_page(rows, order, size=size)
    return Page(found[-size:], order, has_previous=len(found) > size, has_next=True)


@dataclass(frozen=True)
class CursorPage(Generic[Row]):
    """Rows of a list that is read forward by cursors. `has_previous` says whether the page continues from a
    cursor, `next` is the cursor of the page that follows, None on the last one."""

    rows: list[Row]
    has_previous: bool
    next: str | None


def read_cursor_page(
    list_name: str, rows: QuerySet[Row], order: Keyset, *, size: int, cursor: str
) -> CursorPage[Row]:
    """The page that follows a cursor of this list; the first page for any other text."""
    page = read_page(rows, order, size=size, after=decode_cursor(list_name, cursor, order.fields(rows)))
    return CursorPage(page.rows, page.has_previous, page.next_cursor(list_name))


def _fetch_rows(
    rows: QuerySet[Row], order: Keyset, most: int, start: Position | None, *, is_backwards: bool = False
) -> list[Row]:
    """At most `most` rows beyond `start`. Rows with a first value and rows without are two queries, so
    that an index serves either, wherever it has its nulls."""
    found: list[Row] = []
    for part, part_order, part_start in _parts(rows, order, start, is_backwards):
        if is_backwards:
            part_order = part_order.reversed()
        if part_start is not None:
            part = part.filter(part_order.after(part_start))
        found += part.order_by(*part_order.ordering)[: most - len(found)]
        if len(found) == most:
            break
    return found


def _parts(
    rows: QuerySet[Row], order: Keyset, start: Position | None, is_backwards: bool
) -> list[tuple[QuerySet[Row], Keyset, Position | None]]:
    """The parts of the list that reach beyond `start`, the one that holds it first: rows, the order
    within, and where to begin, None for the whole part."""
    if not order.is_nullable:
        return [(rows, order, start)]
    first = order.columns[0]
    with_value = (rows.filter(**{f"{first}__isnull": False}), order)
    without = (rows.filter(**{f"{first}__isnull": True}), order.rest)
    parts: list[Any] = [without, with_value] if is_backwards else [with_value, without]
    if start is None:
        return [(*part, None) for part in parts]
    holder, part_start = (without, start[1:]) if start[0] is None else (with_value, start)
    beyond = parts[parts.index(holder) + 1 :]
    return [(*holder, part_start), *((*part, None) for part in beyond)]
