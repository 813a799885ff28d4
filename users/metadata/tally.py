"""Count keys, types and values of documents, within bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from users.metadata.documents import JSON, Document, type_name
from users.metadata.paths import Path, has_value, items, values_by_path

# The kind of a value, and the value: ("string", "full"), ("number", 3), ("boolean", True), or ("beginning",
# ...) for the prefix of a text that is too long.
Value = tuple[str, JSON]
TEXT_PREFIX = "beginning"
# The types of JSON.
KINDS = ("string", "number", "boolean", "object", "array", "null")


@dataclass(frozen=True)
class Bounds:
    """Limits: the number of different `keys` of a document, and of different `values` of a key; `length`
    and `name`, in characters, of a stored value and of a key with its path; `digits` of a stored number."""

    keys: int = 1000
    values: int = 100
    length: int = 100
    name: int = 500
    digits: int = 30


DEFAULT = Bounds()


@dataclass
class KeyTally:
    """The counts of one path. `users` have a value there; `types` counts users by the JSON types they have
    there, `items` the same for items of lists. `latest` is the greatest `at` of users who have it.
    `left_out`: not every value could be counted."""

    is_known: bool = False
    users: int = 0
    types: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    values: dict[Value, int] = field(default_factory=dict)
    known_values: set[Value] = field(default_factory=set)
    latest: str = ""
    left_out: bool = False
    is_full: bool = False

    def add(self, found: list[JSON], at: str, bounds: Bounds) -> None:
        """Add one user's values at this path."""
        self.users += any(map(has_value, found))
        self.latest = max(self.latest, at)
        # A set: a user with a type twice, in a list on the way, counts once.
        self.types.update({json_kind(value) for value in found})
        held = [item for value in found for item in items(value)]
        lists = (value for value in found if isinstance(value, list))
        self.items.update({json_kind(item) for value in lists for item in items(value)})
        self._count({as_value(item, bounds): None for item in held}, bounds)

    def _count(self, values: Iterable[Value | None], bounds: Bounds) -> None:
        for value in values:
            if value is None:
                continue
            if value not in self.values and len(self.values) >= bounds.values and not self.is_full:
                self._make_room()
            if value in self.values or len(self.values) < bounds.values:
                self.values[value] = self.values.get(value, 0) + 1

    def _make_room(self) -> None:
        """Drop values that a single user has. If there is none to drop, no new values are accepted from
        then on."""
        before = len(self.values)
        self.values = {
            value: count for value, count in self.values.items() if count > 1 or value in self.known_values
        }
        self.left_out = True
        self.is_full = len(self.values) == before

    def frequent(self, most: int) -> list[tuple[Value, int]]:
        """The most frequent values. If some were left out, values of a single user are omitted; and for a
        key known before, only values known before have an exact count."""
        held = [
            (value, count)
            for value, count in self.values.items()
            if count and (not self.left_out or self._is_exact_count(value, count))
        ]
        return sorted(held, key=lambda pair: (-pair[1], pair[0][0], str(pair[0][1])))[:most]

    def _is_exact_count(self, value: Value, count: int) -> bool:
        return value in self.known_values if self.is_known else count > 1


class Tally:
    """The counts of one document, over all users added. `left_out`: not every key could be counted.

    When full, keys of a single user are dropped: keys made from data, such as ids, must not push out
    meaningful ones.
    """

    def __init__(self, bounds: Bounds = DEFAULT) -> None:
        self.bounds = bounds
        self.keys: dict[Path, KeyTally] = {}
        self.left_out = False
        self._is_full = False

    def add_known_key(self, path: Path, values: Iterable[Value]) -> None:
        """Always count this key and these values, whatever has to be left out."""
        known = list(values)
        self.keys[path] = KeyTally(is_known=True, values=dict.fromkeys(known, 0), known_values=set(known))

    def add(self, document: Document | None, at: str) -> None:
        """Add one user's document, last changed at that time, which is text that sorts."""
        found = values_by_path(document)
        if len(self.keys) >= self.bounds.keys and not self._is_full and not found.keys() <= self.keys.keys():
            self._make_room()
        for path, values in found.items():
            key = self._key(path)
            if key is not None:
                key.add(values, at, self.bounds)

    def exact_keys(self) -> dict[Path, KeyTally]:
        """The keys that some user has and whose counts are exact: where keys were left out, users may be
        missing from the counts of keys not known before."""
        return {
            path: key
            for path, key in self.keys.items()
            if key.types and (key.is_known or not self.left_out or not self._has_known_keys)
        }

    @property
    def _has_known_keys(self) -> bool:
        return any(key.is_known for key in self.keys.values())

    def _key(self, path: Path) -> KeyTally | None:
        if path in self.keys:
            return self.keys[path]
        if len(self.keys) >= self.bounds.keys or len(".".join(path)) > self.bounds.name:
            self.left_out = True
            return None
        return self.keys.setdefault(path, KeyTally())

    def _make_room(self) -> None:
        before = len(self.keys)
        self.keys = {
            path: key for path, key in self.keys.items() if key.is_known or sum(key.types.values()) > 1
        }
        self.left_out = True
        self._is_full = len(self.keys) == before

    # As JSON, for the checkpoint of a job

    def to_state(self) -> dict[str, Any]:
        """The whole tally as JSON."""
        return {
            "left_out": self.left_out,
            "is_full": self._is_full,
            "keys": [[list(path), _key_to_json(key)] for path, key in self.keys.items()],
        }

    @classmethod
    def of(cls, kept: dict[str, Any], bounds: Bounds = DEFAULT) -> Tally:
        """Restore a tally from its JSON."""
        tally = cls(bounds)
        tally.left_out, tally._is_full = kept["left_out"], kept["is_full"]
        tally.keys = {tuple(path): _key_from_json(part) for path, part in kept["keys"]}
        return tally


_PLAIN = ("is_known", "users", "latest", "left_out", "is_full")


def json_kind(value: JSON) -> str:
    """The JSON type; integers are numbers."""
    name = type_name(value)
    return "number" if name == "integer" else name


def as_value(item: JSON, bounds: Bounds = DEFAULT) -> Value | None:
    """How a scalar is counted; None for what no search finds by value, and for very long numbers."""
    name = json_kind(item)
    if name == "string":
        return (TEXT_PREFIX, item[: bounds.length]) if len(item) > bounds.length else (name, item)
    if name == "number":
        return None if len(repr(item)) > bounds.digits else (name, item)
    return (name, item) if name == "boolean" else None


def _key_to_json(key: KeyTally) -> dict[str, Any]:
    values = [[*value, count, value in key.known_values] for value, count in key.values.items()]
    plain = {name: getattr(key, name) for name in _PLAIN}
    return {**plain, "types": dict(key.types), "items": dict(key.items), "values": values}


def _key_from_json(part: dict[str, Any]) -> KeyTally:
    values = {(name, value): count for name, value, count, _ in part["values"]}
    known = {(name, value) for name, value, _, is_known in part["values"] if is_known}
    counts = {"types": Counter(part["types"]), "items": Counter(part["items"])}
    return KeyTally(**{**part, **counts, "values": values}, known_values=known)
