"""What changed, in lines for people: path by path, old and new, long values folded but whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from users.history.filter import ChangeFilter, iterate_keys
from users.metadata.diff import Diff
from users.metadata.documents import DOCUMENTS, JSON
from users.metadata.leaves import Path, diff_leaves
from users.metadata.text import dump_pretty
from users.metadata.three_way import ABSENT
from users.models import Change

# Characters of a value that is shown as it stands, and of a folded one's beginning.
MAX_INLINE_LENGTH, PREVIEW_LENGTH = 120, 60
# In lists, values beyond so many characters and lines beyond so many stand on the change's own
# page only: fifty changes of a megabyte would be no page any more.
MAX_VALUE_LENGTH, MAX_LINES = 10_000, 12
# Lines of one change on its own page. A user may write a hundred thousand keys.
MAX_PAGE_LINES = 500
NO_FILTER = ChangeFilter()


@dataclass(frozen=True)
class Value:
    """One side of a line."""

    value: JSON

    @cached_property
    def text(self) -> str:
        """Text without quotes where nobody could take it for anything else; JSON otherwise."""
        if isinstance(self.value, str) and _is_plain(self.value):
            return self.value
        line = json.dumps(self.value, ensure_ascii=False)
        return line if len(line) <= MAX_INLINE_LENGTH else dump_pretty(self.value)

    @property
    def is_long(self) -> bool:
        return len(self.text) > MAX_INLINE_LENGTH

    @property
    def is_huge(self) -> bool:
        return len(self.text) > MAX_VALUE_LENGTH

    @property
    def beginning(self) -> str:
        """On one line."""
        return f"{' '.join(self.text[: 4 * PREVIEW_LENGTH].split())[:PREVIEW_LENGTH]}…"

    @property
    def length(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class Line:
    """`key` is one of `part`, `steps` lead on from there; a side is None where there was nothing.
    `names_part`: whether the line stands among those of other parts."""

    part: str
    key: str
    steps: Path
    before: Value | None
    after: Value | None
    names_part: bool = False

    @property
    def name(self) -> str:
        """The key with its part, to ask for."""
        return f"{self.part}.{self.key}"

    @property
    def path(self) -> str:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return (self.name if self.names_part else self.key) + "".join(steps)


@dataclass(frozen=True)
class Lines:
    """`more` counts those left out."""

    shown: list[Line]
    more: int = 0


def change_lines(change: Change, wanted: ChangeFilter = NO_FILTER, *, most: int = MAX_LINES) -> Lines:
    """The first `most` lines of what is wanted. Those left out are counted up to ten times as many."""
    return limit_lines(_filter_lines(change.what, change.keys, wanted), most)


def limit_lines(lines: Iterable[Line], most: int) -> Lines:
    """The first `most` of them. Those left out are counted up to ten times as many."""
    counted = list(islice(lines, 10 * most))
    return Lines(counted[:most], max(len(counted) - most, 0))


def diff_lines(part: str, key: str, before: JSON, after: JSON, *, names_part: bool = False) -> Iterator[Line]:
    """Of one key, from one value to another; ABSENT where there is none. A list that people write may
    make a hundred thousand, of which most are never asked for."""
    if part == Change.What.PROFILE:  # where null is how an account lacks a field
        before, after = (ABSENT if side is None else side for side in (before, after))
    for leaf in diff_leaves(before, after):
        yield Line(part, key, leaf.path, _to_value(leaf.before), _to_value(leaf.after), names_part)


def _filter_lines(what: str, keys: Diff, wanted: ChangeFilter) -> Iterator[Line]:
    for part, key, sides in iterate_keys(what, keys):
        if wanted.is_key_match(part, key, sides):
            before, after = (sides.get(side, ABSENT) for side in ("before", "after"))
            yield from diff_lines(part, key, before, after, names_part=part in DOCUMENTS and part != what)


def _to_value(side: JSON) -> Value | None:
    return None if side is ABSENT else Value(side)


def _is_plain(text: str) -> bool:
    """Not to be mixed up with another JSON value, and without anything that does not show."""
    # What looks like more than a scalar is not read: thousands of brackets would break the parser.
    if not text or text != text.strip() or not text.isprintable() or text[0] in '"{[':
        return False
    try:
        json.loads(text)
    except ValueError:
        return True
    return False
