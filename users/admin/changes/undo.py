"""What could be taken back of an account, and what that would change now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from users.actions.account.restore import restore
from users.actions.account.revert_parts import PARTS, keys_of, present, settable, verbs_of
from users.actions.account.undo import undo, why_not_undoable
from users.history.errors import NotCreatedYet, NotKept
from users.history.point_in_time import user_at
from users.metadata.documents import JSON
from users.metadata.three_way import ABSENT, same_side
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import may
from users.rights.visible import visible
from users.web.differences import PAGE_LINES, Line, Lines, Value, first_lines, lines_between

What = Change.What
MAY_NOT = "You may not change all of what this would change."
# Keys of one change that are offered by themselves, or shown as changed again since.
MOST_KEYS = 50


@dataclass(frozen=True)
class Step:
    """A key of `part` that would change from `now` to `then`. `was_made`, of what the undone change
    made it, is told where it has changed again since."""

    part: str
    key: str
    now: JSON
    then: JSON
    was_made: JSON = None
    is_contested: bool = False

    @property
    def lines(self) -> Iterator[Line]:
        return lines_between(self.part, self.key, self.now, self.then)

    @property
    def sides(self) -> list[tuple[str, Value | None]]:
        """Each value that speaks in a quarrel; None where there is none."""
        sides = {"It is now": self.now, "The change made it": self.was_made, "Undo makes it": self.then}
        return [(words, None if side is ABSENT else Value(side)) for words, side in sides.items()]


@dataclass(frozen=True)
class Taking:
    """Undo of `change`, or where `part` is named its restoring to the moment right after, be it
    of one `key` only."""

    change: Change
    actor: Actor
    part: str = ""
    key: str | None = None

    @property
    def user(self) -> User:
        return self.change.user

    @cached_property
    def steps(self) -> list[Step]:
        """What would change now. Raises NotKept or NotCreatedYet."""
        return list(_to_restore(self) if self.part else _to_undo(self))

    @cached_property
    def lines(self) -> Lines:
        """What would change now, as the page shows it."""
        return first_lines((line for step in self.steps for line in step.lines), PAGE_LINES)

    @property
    def is_allowed(self) -> bool:
        """Whether the actor may write what it touches: of what could differ, where nothing does."""
        if not self.part:
            return _may_write(self.actor, self.user, self.change.what, self.change.keys)
        return visible(self.actor, self.part, user=self.user) and _may_write(
            self.actor, self.user, self.part, [step.key for step in self.steps]
        )

    def run(self, *, reason: str, force: bool, version: int) -> None:
        """Do it, if the account is still at that version. Raises what the actions raise."""
        given = {"actor": self.actor, "reason": reason, "expected_versions": frozenset({version})}
        if self.part:
            restore(self.user, self.change.at, document=self.part, key=self.key, **given)
        else:
            undo(self.user, self.change.pk, force=force, **given)


def is_takeable(change: Change) -> bool:
    """Whether the account of the change is still there, by itself."""
    return change.user is not None and change.user.linked_to_id is None


@dataclass(frozen=True)
class Offered:
    """What would work: undo, putting these parts back to this moment, or only these keys. `refusal`
    is the reason where only the rights of the actor prevent undo."""

    undo: bool = False
    parts: Sequence[Change.What] = ()
    keys: Sequence[str] = ()
    refusal: str = ""


def offered(change: Change, actor: Actor) -> Offered:
    """To this staff member, of this change, as the account is now."""
    if not is_takeable(change):
        return Offered()
    undoing = Taking(change, actor)
    is_undoable = why_not_undoable(change) is None and bool(undoing.steps)
    can_undo = is_undoable and undoing.is_allowed
    refusal = MAY_NOT if is_undoable and not can_undo else ""
    whats = (change.what,) if change.what in PARTS else PARTS
    try:
        takings = [Taking(change, actor, part) for part in whats]
        parts = [What(taking.part) for taking in takings if _would_work(taking)]
        keys = _keys(takings[0]) if change.what in PARTS else ()
        return Offered(can_undo, parts, keys, refusal)
    except (NotKept, NotCreatedYet):
        return Offered(can_undo, refusal=refusal)


def undoable_among(changes: Iterable[Change], actor: Actor, user: User) -> set[int]:
    """Those of the user's changes that may be undone, without a look at what the account is now.
    Each right is asked once."""
    may_do = cache(lambda verb: may(actor, verb, user))
    return {
        change.pk
        for change in changes
        if change.user_id == user.pk
        and why_not_undoable(change) is None
        and all(map(may_do, verbs_of(change.what, change.keys)))
    }


def _keys(taking: Taking) -> list[str]:
    """Those of the change that may be put back by themselves, where that is not all of the part."""
    keys = [step.key for step in taking.steps if step.key in taking.change.keys]
    if len(taking.steps) < 2:
        return []
    return [key for key in keys[:MOST_KEYS] if _may_write(taking.actor, taking.user, taking.part, [key])]


def _would_work(taking: Taking) -> bool:
    return bool(taking.steps) and taking.is_allowed


def _may_write(actor: Actor, user: User, part: str, keys: Iterable[str]) -> bool:
    return all(may(actor, verb, user) for verb in verbs_of(part, keys))


def _to_undo(taking: Taking) -> Iterable[Step]:
    for key, sides in taking.change.keys.items():
        part, made = taking.change.what, sides.get("after", ABSENT)
        now, then = present(taking.user, part, key), settable(part, key, sides.get("before", ABSENT))
        if not same_side(now, then):
            yield Step(part, key, now, then, made, is_contested=not same_side(now, made))


def _to_restore(taking: Taking) -> Iterable[Step]:
    user, part = taking.user, taking.part
    past = user_at(user, taking.change.at)
    keys = [taking.key] if taking.key is not None else sorted(keys_of(user, past, part))
    for key in keys:
        now, then = present(user, part, key), settable(part, key, present(past, part, key))
        if not same_side(settable(part, key, now), then):  # a switch never touched is off
            yield Step(part, key, now, then)
