"""Format a change as lines for display: path by path, old and new value, long values folded."""

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
# In lists, longer values and further lines are shown on the change's own page only: a page of fifty
# changes of a megabyte each would be too large to load.
MAX_VALUE_LENGTH, MAX_LINES = 10_000, 12
# Lines of one change on its own page, since a document may hold a hundred thousand keys.
MAX_PAGE_LINES = 500
NO_FILTER = ChangeFilter()


@dataclass(frozen=True)
class Value:
    """One side of a line: the value before or after the change."""

    value: JSON

    @cached_property
    def text(self) -> str:
        """Text without quotes where it cannot be mistaken for another JSON value; JSON otherwise."""
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
        """The first characters on one line, for the folded view."""
        # Cutting before splitting keeps the cost constant for a value of a megabyte.
        return f"{' '.join(self.text[: 4 * PREVIEW_LENGTH].split())[:PREVIEW_LENGTH]}…"

    @property
    def length(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class Line:
    """One changed path: `key` of `part`, then `steps` below it. A side is None where there was no value.

    `names_part`: whether to show the part, because lines of other parts stand next to this one.
    """

    part: str
    key: str
    steps: Path
    before: Value | None
    after: Value | None
    names_part: bool = False

    @property
    def name(self) -> str:
        """The key with its part, as the history filter takes it."""
        return f"{self.part}.{self.key}"

    @property
    def path(self) -> str:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return (self.name if self.names_part else self.key) + "".join(steps)


@dataclass(frozen=True)
class Lines:
    """The lines to show; `more` counts those left out."""

    shown: list[Line]
    more: int = 0


def change_lines(change: Change, wanted: ChangeFilter = NO_FILTER, *, most: int = MAX_LINES) -> Lines:
    """Return the first `most` lines of a change that match the filter.

    The rest is counted up to ten times `most` only, to bound the work.
    """
    return limit_lines(_filter_lines(change.what, change.keys, wanted), most)


def limit_lines(lines: Iterable[Line], most: int) -> Lines:
    """Return the first `most` lines. The rest is counted up to ten times `most` only, to bound the work."""
    counted = list(islice(lines, 10 * most))
    return Lines(counted[:most], max(len(counted) - most, 0))


def diff_lines(part: str, key: str, before: JSON, after: JSON, *, names_part: bool = False) -> Iterator[Line]:
    """Yield the lines of one key from one value to another; a side is ABSENT where there is none.

    A generator, because a document that users write may make a hundred thousand lines, of which most are
    never shown.
    """
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
    """Whether text needs no quotes: it is no other JSON value, and has no invisible characters."""
    # Text that begins like a list, object or string is not parsed: thousands of nested brackets would
    # exceed the parser's recursion limit.
    if not text or text != text.strip() or not text.isprintable() or text[0] in '"{[':
        return False
    try:
        json.loads(text)
    except ValueError:
        return True
    return False
