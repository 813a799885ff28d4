"""Compute what can be undone or restored for a user, and what that would change now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from django.utils.translation import gettext, gettext_lazy

from users.actions.account.restore import restore
from users.actions.account.revert_parts import (
    PARTS,
    current_value,
    part_keys,
    required_verbs,
    restorable_value,
)
from users.actions.account.undo import undo, undo_refusal
from users.history.errors import BeforeRetention, NotCreatedYet
from users.history.point_in_time import user_at
from users.metadata.documents import JSON
from users.metadata.three_way import ABSENT, is_same_side
from users.models import Change, User
from users.rights.actor import Actor
from users.rights.may import may
from users.rights.protected_accounts import protected_keys
from users.rights.visible import visible
from users.web.differences import MAX_PAGE_LINES, Line, Lines, Value, diff_lines, limit_lines

What = Change.What
NOT_ALLOWED = gettext_lazy("You may not change everything that this would change.")
# Keys of one change that are offered individually, or shown as conflicts.
MAX_KEYS = 50


@dataclass(frozen=True)
class KeyReversal:
    """A key of `part` that would change from `now` to `then`.

    `was_made` is the value that the undone change set; it matters where the key has changed again since.
    """

    part: str
    key: str
    now: JSON
    then: JSON
    was_made: JSON = None
    is_contested: bool = False

    @property
    def lines(self) -> Iterator[Line]:
        return diff_lines(self.part, self.key, self.now, self.then)

    @property
    def sides(self) -> list[tuple[str, Value | None]]:
        """The values to compare in a conflict; None where there is no value."""
        sides = {
            gettext("Now"): self.now,
            gettext("After the change"): self.was_made,
            gettext("After undo"): self.then,
        }
        return [(words, None if side is ABSENT else Value(side)) for words, side in sides.items()]


@dataclass(frozen=True)
class Reversal:
    """Undo of `change`; or, where `part` is given, restoring that part (or one `key`) to right after it."""

    change: Change
    actor: Actor
    part: str = ""
    key: str | None = None

    @property
    def user(self) -> User:
        assert self.change.user is not None, "`is_reversible` is asked before"
        return self.change.user

    @cached_property
    def steps(self) -> list[KeyReversal]:
        """What would change now. Raises BeforeRetention or NotCreatedYet."""
        return list(_steps_to_restore(self) if self.part else _steps_to_undo(self))

    @cached_property
    def lines(self) -> Lines:
        """What would change now, as lines for the page."""
        return limit_lines((line for step in self.steps for line in step.lines), MAX_PAGE_LINES)

    @property
    def is_allowed(self) -> bool:
        """Whether the actor may write what it changes, or what it could change where nothing differs."""
        if not self.part:
            return _can_write(self.actor, self.user, self.change.what, self.change.keys)
        # A restored document shows its earlier values, so the right to change it is not enough.
        return visible(self.actor, self.part, user=self.user) and _can_write(
            self.actor, self.user, self.part, [step.key for step in self.steps]
        )

    def run(self, *, reason: str, force: bool, version: int) -> None:
        """Do it, if the user is still at that version. Raises what the actions raise."""
        user, change, actor, versions = self.user, self.change, self.actor, frozenset({version})
        # Restoring names a state, undo names a change: only undo can conflict with later changes.
        if self.part:
            restore(
                user,
                change.at,
                document=self.part,
                key=self.key,
                actor=actor,
                reason=reason,
                expected_versions=versions,
            )
        else:
            undo(user, change.pk, force=force, actor=actor, reason=reason, expected_versions=versions)


def is_reversible(change: Change) -> bool:
    """Whether the user of the change still exists and is not linked to another."""
    return change.user is not None and change.user.linked_to_id is None


@dataclass(frozen=True)
class ReversalOptions:
    """What can be done: undo, restore these parts to this time, or only these keys.

    `refusal` is the reason where only the actor's rights prevent undo.
    """

    undo: bool = False
    parts: Sequence[Change.What] = ()
    keys: Sequence[str] = ()
    refusal: str = ""


def reversal_options(change: Change, actor: Actor) -> ReversalOptions:
    """Return what this staff member could undo or restore from this change, given the user's current
    state."""
    if not is_reversible(change):
        return ReversalOptions()
    undoing = Reversal(change, actor)
    is_undoable = undo_refusal(change) is None and bool(undoing.steps)
    can_undo = is_undoable and undoing.is_allowed
    # Rights are named only where they are what prevents it.
    refusal = str(NOT_ALLOWED) if is_undoable and not can_undo else ""
    whats = (change.what,) if change.what in PARTS else PARTS
    try:
        takings = [Reversal(change, actor, part) for part in whats]
        parts = [What(taking.part) for taking in takings if _is_available(taking)]
        keys = _restorable_keys(takings[0]) if change.what in PARTS else ()
        return ReversalOptions(can_undo, parts, keys, refusal)
    # The state of that time is unknown; undoing the change itself needs only the change.
    except (BeforeRetention, NotCreatedYet):
        return ReversalOptions(can_undo, refusal=refusal)


def undoable_changes(changes: Iterable[Change], actor: Actor, users: Mapping[str, User]) -> set[int]:
    """Return the ids of changes that may be undone, without comparing with the current state; `users` are
    those of the changes, by user_id.

    A list shows many changes; comparing each would rebuild earlier states for every row.
    """
    # The rows of one page need the same few rights.
    may_do = cache(lambda verb: may(actor, verb))
    found = {
        change.pk: required_verbs(change.what, change.keys)
        for change in changes
        if undo_refusal(change) is None and _is_present(change, users)
    }
    allowed = {pk: verbs for pk, verbs in found.items() if all(map(may_do, verbs))}
    # What depends on the user: only for the few rights that ask, once for the page.
    guarded = {pk for pk, verbs in allowed.items() if any(verb.value.guarded for verb in verbs)}
    subjects = {change.pk: change.user_id for change in changes if change.pk in guarded}
    keys = {key for key in subjects.values() if key is not None}
    refused = protected_keys(keys) if keys and not actor.is_administrator else set()
    own = actor.user.pk if actor.user else None
    return {
        pk
        for pk, verbs in allowed.items()
        if subjects.get(pk) not in refused
        and not (any(verb.value.others for verb in verbs) and subjects.get(pk) == own)
    }


def _is_present(change: Change, users: Mapping[str, User]) -> bool:
    user = users.get(change.subject)
    return user is not None and change.user_id == user.pk and user.linked_to_id is None


def _restorable_keys(taking: Reversal) -> list[str]:
    """Return keys of the change that may be restored individually, where that is not the whole part."""
    keys = [step.key for step in taking.steps if step.key in taking.change.keys]
    # With a single key, restoring the key is the same as restoring the part.
    if len(taking.steps) < 2:
        return []
    return [key for key in keys[:MAX_KEYS] if _can_write(taking.actor, taking.user, taking.part, [key])]


def _is_available(taking: Reversal) -> bool:
    return bool(taking.steps) and taking.is_allowed


def _can_write(actor: Actor, user: User, part: str, keys: Iterable[str]) -> bool:
    return all(may(actor, verb, user) for verb in required_verbs(part, keys))


def _steps_to_undo(taking: Reversal) -> Iterable[KeyReversal]:
    for key, sides in taking.change.keys.items():
        part, made = taking.change.what, sides.get("after", ABSENT)
        now, then = (
            current_value(taking.user, part, key),
            restorable_value(part, key, sides.get("before", ABSENT)),
        )
        # Keys that have the wanted value already would be noise on the page.
        if not is_same_side(now, then):
            yield KeyReversal(part, key, now, then, made, is_contested=not is_same_side(now, made))


def _steps_to_restore(taking: Reversal) -> Iterable[KeyReversal]:
    user, part = taking.user, taking.part
    past = user_at(user, taking.change.at)
    # Sorted, since a union of keys is a set and has no order that two requests share.
    keys = [taking.key] if taking.key is not None else sorted(part_keys(user, past, part))
    for key in keys:
        now, then = (
            current_value(user, part, key),
            restorable_value(part, key, current_value(past, part, key)),
        )
        if not is_same_side(restorable_value(part, key, now), then):  # an unset flag counts as false
            yield KeyReversal(part, key, now, then)
