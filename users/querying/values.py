"""Typed values: numbers, booleans and dates that a word of a query may stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from users.lucene.nodes import Range, Word

# A number as in JSON, limited in length, as databases limit numbers.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
MAX_CHARACTER = "\U0010ffff"


def as_number(text: str) -> Decimal | None:
    """The number, if the text is one. `007` is not: its zeros are significant, as in an id."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def as_boolean(text: str) -> bool | None:
    """The boolean, if the text is one."""
    return {"true": True, "false": False}.get(text)


def as_period(text: str) -> tuple[datetime, datetime] | None:
    """The period of a full or partial date, with an exclusive end: `2026-02` is February. UTC.

    A time covers its last given digit, down to milliseconds, the resolution of profiles.
    """
    try:
        date = _DATE.fullmatch(text)
        return _of_date(*date.groups()) if date else _of_time(text)
    except (ValueError, OverflowError):
        return None


def to_datetime_range(
    value: Word | Range, period: Callable[[Word], tuple[datetime, datetime]]
) -> tuple[datetime | None, datetime | None]:
    """The inclusive start and the exclusive end, None where open. An inclusive end covers its whole
    period."""
    if isinstance(value, Word):
        return period(value)
    first = period(value.low)[0 if value.includes_low else 1] if value.low else None
    end = period(value.high)[1 if value.includes_high else 0] if value.high else None
    return first, end


def _of_date(year: str, month: str | None, day: str | None) -> tuple[datetime, datetime]:
    start = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return start, _add_clamped(start, timedelta(days=1))
    if month and start.month < 12:
        return start, start.replace(month=start.month + 1)
    if start.year == END_OF_TIME.year:
        return start, END_OF_TIME
    return start, start.replace(year=start.year + 1, month=1)


def _of_time(text: str) -> tuple[datetime, datetime] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, minute, second, fraction, zone = found.groups()
    if fraction and not second:
        return None
    # The rest is dropped, as profiles show milliseconds.
    milliseconds = (fraction or "")[:3]
    start = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{zone or 'Z'}").astimezone(UTC)
    start += timedelta(milliseconds=int(milliseconds.ljust(3, "0")))
    if not second:
        return start, _add_clamped(start, timedelta(minutes=1))
    return start, _add_clamped(start, timedelta(milliseconds=10 ** (3 - len(milliseconds))))


def _add_clamped(start: datetime, length: timedelta) -> datetime:
    return start + length if END_OF_TIME - start > length else END_OF_TIME


def as_date_prefix(text: str) -> str | None:
    """The prefix of every ISO text within the same period, in UTC; None where the text is no date.

    So dates that are text, as in metadata, are compared as text, which an index supports.
    """
    period = as_period(text)
    time = _TIME.fullmatch(text)
    if period is None or time is None:
        return text if period else None
    second, fraction = time.group(3, 4)
    start = period[0].strftime("%Y-%m-%dT%H:%M").rjust(16, "0")
    if second:
        start += second
    return f"{start}.{fraction[:3]}" if fraction else start


def prefix_upper_bound(prefix: str) -> str | None:
    """The first text, by code points, after all with this prefix; None where there is none."""
    kept = prefix.rstrip(MAX_CHARACTER)
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    # Surrogates are not characters and cannot be encoded.
    return kept[:-1] + chr(0xE000 if following == 0xD800 else following)
