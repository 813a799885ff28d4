"""Pagination, by number or by checkpoint.

Paging by checkpoint is keyset pagination: it continues from the values of the last row instead of counting
rows. So it returns each row once, and a deep page costs no more than the first. Source: Auth0's published
OpenAPI document; recorded traffic for the shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from users.api.framework.errors import invalid_query
from users.listing.cursor import decode_cursor
from users.listing.keyset import Keyset
from users.listing.pages import read_page
from users.representation.field_selection import select_fields
from users.representation.schema import Schema

OLDEST_FIRST = Keyset(("created_at", "id"))
BY_ID = Keyset(("id",))
# Source: Auth0 docs, "Management API": `next` is valid for 24 hours, and leads forward only.
CHECKPOINT_LIFETIME = timedelta(hours=24)
DEFAULT_TAKE = 50

# Unpack one or both into the `query` of an operation.
PAGE_QUERY: dict[str, Schema] = {
    "page": {
        "type": "integer",
        "minimum": 0,
        # Keeps the OFFSET, which is a multiple of it, within the 64 bits of the databases' integers.
        "maximum": 1_000_000_000,
        "default": 0,
        "description": "Page, counted from 0.",
    },
    "per_page": {
        "type": "integer",
        # With 0 and totals clients count, as they do at Auth0.
        "minimum": 0,
        "maximum": 100,
        "default": 50,
        "description": "Items on a page.",
    },
    "include_totals": {
        "type": "boolean",
        "default": False,
        "description": "Whether to wrap the items with their totals.",
    },
}
CHECKPOINT_QUERY: dict[str, Schema] = {
    "from": {
        "type": "string",
        "description": "Where to go on: `next` of the page before. Wins over page numbers.",
    },
    "take": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "description": f"Items on a page by checkpoint, {DEFAULT_TAKE} unless said. Wins over page numbers.",
    },
}


def page_schema(name: str, item: Schema) -> Schema:
    """Return the response schema of `paginate`."""
    return {"anyOf": [*offset_schema(name, item)["anyOf"], checkpoint_schema(name, item)]}


def offset_schema(name: str, item: Schema) -> Schema:
    """Return the response schema of `offset_page`, for lists without checkpoints."""
    items: Schema = {"type": "array", "items": without_required(item)}
    number: Schema = {"type": "integer"}
    wrapped: Schema = {
        "type": "object",
        "required": [name, "start", "limit", "total"],
        "properties": {name: items, "start": number, "limit": number, "total": number},
    }
    return {"anyOf": [items, wrapped]}


def checkpoint_schema(name: str, item: Schema) -> Schema:
    """Return the response schema of `checkpoint_page`."""
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "items": without_required(item)}, "next": {"type": "string"}},
    }


def without_required(schema: Schema) -> Schema:
    """Return the schema of what `fields` leaves: any property may be missing, in nested objects too."""
    schema = {name: value for name, value in schema.items() if name != "required"}
    if "properties" in schema:
        schema["properties"] = {name: without_required(inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        schema["items"] = without_required(schema["items"])
    return schema


def paginate(
    rows: QuerySet[Any],
    query: dict[str, Any],
    *,
    name: str,
    show: Callable[[Any], Any],
    order: Keyset = OLDEST_FIRST,
) -> list[Any] | dict[str, Any]:
    """Return the page of `rows` that a validated query asks for, each row serialized by `show`.

    The result is a bare array, or an object that holds it as `name`. `order` names columns that are never
    null
    and never change, and are unique together.
    """
    # Source: Auth0's document: `from` and `take` win over page numbers.
    if is_checkpoint(query):
        return checkpoint_page(rows, query, name=name, show=show, order=order)
    return offset_page(rows.order_by(*order.ordering), rows.count, query, name=name, show=show)


def offset_page(
    rows: QuerySet[Any] | Sequence[Any],
    count: Callable[[], int],
    query: dict[str, Any],
    *,
    name: str,
    show: Callable[[Any], Any],
) -> list[Any] | dict[str, Any]:
    """Return a page of ordered rows by number; totals are counted only on request."""
    size = query["per_page"]
    start = query["page"] * size
    items = [select_fields(show(row), query) for row in rows[start : start + size]]
    # Counting can cost more than the page itself, so it is done on request only.
    if not query["include_totals"]:
        return items
    # No `length`: recorded answers have it in the list of users only.
    return {name: items, "start": start, "limit": size, "total": count()}


def is_checkpoint(query: dict[str, Any]) -> bool:
    """Whether the caller pages by checkpoint: either parameter says so."""
    return "from" in query or "take" in query


def checkpoint_page(
    rows: QuerySet[Any],
    query: dict[str, Any],
    *,
    name: str,
    show: Callable[[Any], Any],
    order: Keyset = OLDEST_FIRST,
) -> dict[str, Any]:
    """Return a page by checkpoint. `next` is the checkpoint to continue from; the last page has none.

    Raises Problem 400 for a `from` that is no checkpoint of this list, or is older than a day.
    """
    after = None
    if "from" in query:
        after = decode_cursor(name, query["from"], order.fields(rows), max_age=CHECKPOINT_LIFETIME)
        # The cursor is signed for its list: that of another list is refused instead of read as a place.
        if after is None:
            rule = f"No checkpoint of {name}, or one older than 24 hours; begin again without it"
            raise invalid_query("from", rule)
    page = read_page(rows, order, size=query.get("take", DEFAULT_TAKE), after=after)
    answer: dict[str, Any] = {name: [select_fields(show(row), query) for row in page.rows]}
    following = page.next_cursor(name)
    return answer if following is None else {**answer, "next": following}
