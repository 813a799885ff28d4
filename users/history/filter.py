"""What somebody looks for in the record of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from users.history.changed_keys import Touches, name_of
from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS
from users.metadata.equal import same
from users.metadata.leaves import inside
from users.metadata.three_way import ABSENT
from users.models import Change

What = Change.What
# The parts whose keys can be asked for. A new account has some of the first three.
OF_NEW_ACCOUNTS = (*DOCUMENTS, What.PROFILE)
WITH_KEYS = (*OF_NEW_ACCOUNTS, What.IDENTITIES, What.ROLES, What.PERMISSIONS)

# Columns by which an index begins, and who is asked for by them.
_IDS = {"subject": "subjects", "actor_id": "actors"}


def of_days(first: date | None, last: date | None) -> dict[str, datetime | None]:
    """`since` and `until` of these days, both included, in UTC."""
    return {"since": _begin(first), "until": _end(last)}


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _end(day: date | None) -> datetime | None:
    """None of the last day there is, which ends nothing."""
    return _begin(day + timedelta(days=1)) if day and day < date.max else None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Empty fields ask for nothing. `key` is a key of `part`, of any where that is empty, or a
    path into it: ("address", "city"). `since` is a part of the time, `until` no more.
    `kinds` are those of actors. `actors` and `subjects` hold ids; an empty tuple, unlike None,
    finds nothing."""

    part: str = ""
    key: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    face: str = ""
    since: datetime | None = None
    until: datetime | None = None
    actors: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None

    @property
    def names(self) -> list[str]:
        """What a change must have touched, under any of the names that the key may have."""
        parts = (self.part,) if self.part else WITH_KEYS
        return [name_of(part, self.key[0]) for part in parts] if self.key else []

    @property
    def is_sifting(self) -> bool:
        """Whether many lines may have to be passed over."""
        return bool(self.key or self.part or self.kinds or self.face or self._others)

    def along(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Those among which to look: one index serves them, in the order of the record."""
        if self.since is not None:
            changes = changes.filter(at__gte=self.since)
        if self.until is not None:
            changes = changes.filter(at__lt=self.until)
        if self._driver:
            changes = changes.filter(**{self._driver: getattr(self, _IDS[self._driver])[0]})
        return changes

    def sift(self, changes: QuerySet[Change]) -> QuerySet[Change]:
        """Those of them that may be wanted; `holds` has the last word."""
        for column, ids in self._others.items():
            # Wrapped, so that no index of this column is taken for the better way to read.
            changes = changes.alias(**{f"{column}_seen": Coalesce(column, Value(""))})
            changes = changes.filter(**{f"{column}_seen__in": ids})
        if self.kinds:
            changes = changes.filter(actor_kind__in=self.kinds)
        if self.face:
            changes = changes.filter(face=self.face)
        if self.key:
            return changes.filter(Touches(self.names))
        if self.part in OF_NEW_ACCOUNTS:
            return changes.filter(what__in=(self.part, What.CREATED))
        return changes.filter(what=self.part) if self.part else changes

    @property
    def _driver(self) -> str:
        """The column by which to look, if a single id of it is asked for: several in one would
        have to be sorted together."""
        single = [column for column, name in _IDS.items() if len(getattr(self, name) or ()) == 1]
        return single[0] if single else ""

    @property
    def _others(self) -> dict[str, tuple[str, ...]]:
        ids = {column: getattr(self, name) for column, name in _IDS.items() if column != self._driver}
        return {column: some for column, some in ids.items() if some is not None}

    def holds(self, what: str, keys: Diff) -> bool:
        """Whether a change of these keys, those that its reader may see, is wanted."""
        if not (self.part or self.key):
            return True
        if what != What.CREATED and not self.key:
            return what == self.part
        return any(self.is_of(part, key, sides) for part, key, sides in single_keys(what, keys))

    def is_of(self, part: str, key: str, sides: dict[str, object]) -> bool:
        """Whether this key, or what stands in it at the path asked for, is what changed."""
        if self.part and part != self.part:
            return False
        if not self.key:
            return True
        if key != self.key[0]:
            return False
        before, after = (inside(sides.get(side, ABSENT), self.key[1:]) for side in ("before", "after"))
        if before is ABSENT or after is ABSENT:
            return before is not after
        return not same(before, after)


def single_keys(what: str, keys: Diff) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield each key with the part it is of; those of a new account's documents one by one."""
    if what != What.CREATED:
        yield from ((what, key, sides) for key, sides in keys.items())
        return
    yield from ((What.PROFILE, field, sides) for field, sides in keys.items() if field not in DOCUMENTS)
    for document in DOCUMENTS:
        after = keys.get(document, {}).get("after") or {}
        yield from ((document, key, {"after": value}) for key, value in after.items())
