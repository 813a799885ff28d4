"""A filter on the record of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from users.history.changed_keys import TouchesAnyKey, key_name
from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.metadata.equal import is_strictly_equal
from users.metadata.leaves import get_at_path
from users.metadata.three_way import ABSENT
from users.models import Change

What = Change.What
# The parts whose keys can be filtered by. The line of a creation contains some of the first three.
PARTS_AT_CREATION = (*DOCUMENTS, What.PROFILE)
PARTS_WITH_KEYS = (*PARTS_AT_CREATION, What.IDENTITIES, What.ROLES, What.PERMISSIONS)

# Columns that begin an index, and the fields of the filter with their values.
_IDS = {"subject": "subjects", "actor_id": "actors"}


class DayBounds(TypedDict):
    """As a `ChangeFilter` takes them."""

    since: datetime | None
    until: datetime | None


def day_bounds(first: date | None, last: date | None) -> DayBounds:
    """`since` and `until` for these days, both included, in UTC."""
    return {"since": _start_of_day(first), "until": _end_of_day(last)}


def _start_of_day(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _end_of_day(day: date | None) -> datetime | None:
    """None for the last date Python knows, after which there is no day."""
    return _start_of_day(day + timedelta(days=1)) if day and day < date.max else None


@dataclass(frozen=True, kw_only=True)
class ChangeFilter:
    """Empty fields do not filter. `key` is a key of `part`, of any part if that is empty, or a path into
    it: ("address", "city"). `since` is inclusive, `until` exclusive. `kinds` are kinds of actors. `actors`
    and `subjects` hold ids; an empty tuple, unlike None, matches nothing."""

    part: str = ""
    key: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    face: str = ""
    since: datetime | None = None
    until: datetime | None = None
    actors: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    text: str = ""

    @property
    def names(self) -> list[str]:
        """The names a change must have touched, in each part that may have the key."""
        parts = (self.part,) if self.part else PARTS_WITH_KEYS
        return [key_name(part, self.key[0]) for part in parts] if self.key else []

    @property
    def has_unindexed_conditions(self) -> bool:
        """Whether many lines may have to be skipped."""
        return bool(self.key or self.part or self.kinds or self.face or self.text or self._unindexed_ids)

    def filter_by_index(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Apply the conditions that one index serves, in the order of the record."""
        if self.since is not None:
            changes = changes.filter(at__gte=self.since)
        if self.until is not None:
            changes = changes.filter(at__lt=self.until)
        if self._index_column:
            changes = changes.filter(**{self._index_column: getattr(self, _IDS[self._index_column])[0]})
        return changes

    def filter_candidates(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Apply the other conditions as far as SQL can; `is_match` decides."""
        for column, ids in self._unindexed_ids.items():
            # Wrapped in an expression, so that the planner does not choose this column's index, whose order
            # is another.
            changes = changes.alias(**{f"{column}_seen": Coalesce(column, Value(""))})
            changes = changes.filter(**{f"{column}_seen__in": ids})
        if self.kinds:
            changes = changes.filter(actor_kind__in=self.kinds)
        if self.face:
            changes = changes.filter(face=self.face)
        if self.text:
            changes = changes.filter(
                Q(names__icontains=self.text)
                | Q(reason__icontains=self.text)
                | Q(actor_name__icontains=self.text)
                | Q(request_id=self.text)
            )
        if self.key:
            return changes.filter(TouchesAnyKey(self.names))
        if self.part in PARTS_AT_CREATION:
            return changes.filter(what__in=(self.part, What.CREATED))
        return changes.filter(what=self.part) if self.part else changes

    @property
    def _index_column(self) -> str:
        """The column to look up, if the filter has a single id for it: with several, the database would
        have to merge and sort."""
        single = [column for column, name in _IDS.items() if len(getattr(self, name) or ()) == 1]
        return single[0] if single else ""

    @property
    def _unindexed_ids(self) -> dict[str, tuple[str, ...]]:
        ids = {column: getattr(self, name) for column, name in _IDS.items() if column != self._index_column}
        return {column: some for column, some in ids.items() if some is not None}

    def is_match(self, what: str, keys: Diff) -> bool:
        """Whether a change of these keys, those its reader may see, matches."""
        if not (self.part or self.key):
            return True
        if what != What.CREATED and not self.key:
            return what == self.part
        return any(self.is_key_match(part, key, sides) for part, key, sides in iterate_keys(what, keys))

    def is_text_match(self, change: Change) -> bool:
        """Whether a change, with those keys that its reader may see, contains the text."""
        if not self.text or change.request_id == self.text:
            return True
        wanted = self.text.lower()
        names = (f"{part}.{key}" for part, key, _ in iterate_keys(change.what, change.keys))
        return any(wanted in words.lower() for words in (change.reason, change.actor_name, *names))

    def is_key_match(self, part: str, key: str, sides: dict[str, object]) -> bool:
        """Whether this key, or the value at the path within it, is what changed."""
        if self.part and part != self.part:
            return False
        if not self.key:
            return True
        if key != self.key[0]:
            return False
        # A nested path may be the same on both sides although its first-level key changed.
        before, after = (get_at_path(sides.get(side, ABSENT), self.key[1:]) for side in ("before", "after"))
        if before is ABSENT or after is ABSENT:
            return before is not after
        return not is_strictly_equal(before, after)


def iterate_keys(what: str, keys: Diff) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield each key with its part; for a creation the keys of both documents one by one."""
    if what != What.CREATED:
        yield from ((what, key, sides) for key, sides in keys.items())
        return
    yield from ((What.PROFILE, field, sides) for field, sides in keys.items() if field not in DOCUMENTS)
    for document in DOCUMENTS:
        after = keys.get(document, {}).get("after") or {}
        yield from ((document, key, {"after": value}) for key, value in after.items())
