"""How an export is written: JSON lines or CSV.

Source: Auth0 docs, "Bulk User Exports".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from users.metadata.text import dump

MAX_COLUMNS = 30
# Without it Excel takes UTF-8 for the code page of its machine.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Times are the product's own text, and so harmless.
TIME_FIELDS = frozenset({"created_at", "updated_at", "last_login", "last_password_reset"})


def json_lines(rows: Sequence[dict[str, Any]], titles: Sequence[str]) -> bytes:
    """An object on each line."""
    return b"".join(_json(row) + b"\n" for row in rows)


def csv_lines(rows: Sequence[dict[str, Any]], titles: Sequence[str]) -> bytes:
    """A line each, cells in the order of the titles."""
    return b"".join(_csv_line([_cell(title, row.get(title)) for title in titles]) for row in rows)


def csv_header(titles: Sequence[str]) -> bytes:
    """The line of titles. They come from whoever asks, and may be no formula either."""
    return _csv_line([_quoted(f"'{title}" if title[:1] in "=+-@\t\r" else title) for title in titles])


def no_header(titles: Sequence[str]) -> bytes:
    """JSON lines have none."""
    return b""


Format = tuple[Callable[[Sequence[str]], bytes], Callable[[Sequence[dict[str, Any]], Sequence[str]], bytes]]
FORMATS: dict[str, Format] = {"json": (no_header, json_lines), "csv": (csv_header, csv_lines)}


def _json(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError:  # integers beyond 64 bits, which documents may hold
        return dump(row).encode()


def _cell(title: str, value: Any) -> str:
    """Text gets a quote before it, so that no program takes it for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return dump(value)
    if isinstance(value, str):
        # The title may be another's: whoever asks gives it.
        return _quoted(value if title in TIME_FIELDS and value[:1].isdigit() else f"'{value}")
    return _quoted(f"'{dump(value)}")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _csv_line(cells: list[str]) -> bytes:
    return (",".join(cells) + "\r\n").encode()
