"""How the newest activity is distributed: by actor, part, face and key, for the facets of the list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from users.history.filter import ChangeFilter
from users.history.timeline import hidden_parts
from users.log.activity import (
    FAILURES,
    OF_THE_API,
    SIGN_INS,
    ActivityFilter,
    event_arms,
    newest_events,
    newest_keys,
)
from users.metadata.documents import DOCUMENTS
from users.models import Change
from users.rights.actor import Actor, Face, Kind
from users.rights.may import Verb, may
from users.rights.visible import PROFILE, visible

# Lines that facets are counted among.
MAX_COUNTED = 500


@dataclass
class ActivityCount:
    """How the newest lines are distributed. `actors` are all but users who act for themselves, by kind and
    id; `newest` has when each of them acted last, and the name recorded then. `keys` are names of keys that
    the viewer may see. `is_capped`: there are older lines."""

    read: int = 0
    is_capped: bool = False
    actors: Counter[tuple[str, str]] = field(default_factory=Counter)
    newest: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    by_users: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    faces: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)


def count_activity(viewer: Actor, wanted: ActivityFilter) -> ActivityCount:
    """Count the newest lines of the period and the users of the filter, whatever else it asks for."""
    counted = ActivityCount()
    if not may(viewer, Verb.VIEW_CHANGES):
        return counted
    subjects = wanted.changes.subjects if wanted.changes else wanted.user_ids
    hidden = hidden_parts(viewer, None)
    newest = _newest_changes(ChangeFilter(since=wanted.since, until=wanted.until), subjects)
    # Here and not in the query: among many hidden lines the database would look long for others.
    changes = [row for row in newest if row["what"] not in hidden]
    events: list[tuple[datetime, str]] = []
    if visible(viewer, PROFILE):
        everything = ActivityFilter(since=wanted.since, until=wanted.until, user_ids=subjects)
        found = newest_events(event_arms(everything), None, MAX_COUNTED + 1)
        events = [(event.at, event.type) for event in found]
    lines: list[tuple[datetime, Any]] = [*((row["at"], row) for row in changes), *events]
    lines.sort(key=lambda line: line[0], reverse=True)
    counted.is_capped = len(lines) > MAX_COUNTED
    for _at, line in lines[:MAX_COUNTED]:
        counted.read += 1
        if isinstance(line, str):
            _count_event(counted, line)
        else:
            _count_change(counted, line)
    return counted


def _newest_changes(period: ChangeFilter, subjects: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """The newest changes, without their values."""
    lines = period.filter_by_index(Change.objects.all())
    arms = [lines] if subjects is None else [lines.filter(subject=subject) for subject in subjects]
    keys = newest_keys(arms, None, MAX_COUNTED + 1)
    columns = ("at", "what", "names", "actor_kind", "actor_id", "actor_name", "face")
    return list(Change.objects.filter(pk__in=keys).values(*columns))


def _count_event(counted: ActivityCount, type_: str) -> None:
    counted.by_users += 1
    counted.faces[Face.API if type_ in OF_THE_API else Face.SIGN_IN] += 1
    if type_ in SIGN_INS or type_ in FAILURES:
        counted.parts["sign_ins" if type_ in SIGN_INS else "failures"] += 1


def _count_change(counted: ActivityCount, row: dict[str, Any]) -> None:
    counted.parts[row["what"]] += 1
    counted.faces[row["face"]] += 1
    if row["actor_kind"] == Kind.USER:
        counted.by_users += 1
    else:
        actor = row["actor_kind"], row["actor_id"]
        counted.actors[actor] += 1
        # The lines are read newest first.
        counted.newest.setdefault(actor, (row["at"], row["actor_name"]))
    # The keys of a new user say what users have, not what has been changed.
    if row["what"] in DOCUMENTS:
        counted.keys.update((row["names"] or "").splitlines())
