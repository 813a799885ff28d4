"""The stream: number changes, and read them in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from users.events.event_types import UNPUBLISHED
from users.history.memory_budget import KEYS_LENGTH, take_within_budget
from users.models import Change, Event, Outbox, Stream

PUBLISH_BATCH_SIZE = 1000


@dataclass(frozen=True)
class NumberedChange:
    """The number of an event, and its change; None where that was erased."""

    number: int
    change: Change | None


class EventsExpired(LookupError):
    """Events after this number have been deleted by retention."""


def publish() -> int:
    """Number the changes in the outbox, a thousand at most. Returns how many were taken.

    Everything committed is in the outbox, whatever the order in which transactions end. Changes to one
    user hold the lock on its row until their commit, so the earlier one is always there first and has the
    smaller key.
    """
    if not Outbox.objects.exists():
        return 0
    # Creates the row on first use; two processes at once are safe, as the primary key is fixed.
    Stream.objects.get_or_create(pk=1)
    with transaction.atomic():
        # One process at a time: with two, a number could become visible before a smaller one.
        stream = Stream.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if stream is None:
            # Another process is numbering: there is nothing left to do here.
            return 0
        waiting = list(Outbox.objects.order_by("pk").values_list("pk", flat=True)[:PUBLISH_BATCH_SIZE])
        published = Change.objects.filter(pk__in=waiting).exclude(what__in=UNPUBLISHED).order_by("pk")
        now = timezone.now()
        events = [
            Event(number=number, change_id=key, numbered_at=now)
            for number, key in enumerate(published.values_list("pk", flat=True), stream.latest + 1)
        ]
        Event.objects.bulk_create(events)
        # In the same transaction: a crash neither loses a change nor numbers it twice.
        Outbox.objects.filter(pk__in=waiting).delete()
        Stream.objects.filter(pk=1).update(latest=stream.latest + len(events))
    return len(waiting)


def latest_event_number() -> int:
    """The last number assigned; 0 before the first."""
    return Stream.objects.aggregate(latest=Max("latest"))["latest"] or 0


def events_after(number: int | None, size: int) -> list[NumberedChange]:
    """The next `size` events, fewer where they are large; from the oldest available if `number` is None.

    Raises EventsExpired where events after `number` have been deleted, or `number` was never assigned, as
    after a restore of the database from a backup.
    """
    weight = Change.objects.filter(pk=OuterRef("change_id")).order_by().annotate(weight=KEYS_LENGTH)
    rows = Event.objects.annotate(weight=Subquery(weight.values("weight")))
    found = list(take_within_budget(rows.filter(number__gt=number or 0).order_by("number")[:size]))
    if number is not None and not _is_contiguous(number, found):
        raise EventsExpired
    changes = Change.objects.in_bulk([event.change_id for event in found])
    return [NumberedChange(event.number, changes.get(event.change_id)) for event in found]


def _is_contiguous(number: int, found: Sequence[Event]) -> bool:
    """Whether these events follow that number directly. Without events, the next one may have been
    published a moment ago."""
    if found:
        return found[0].number == number + 1
    return number == latest_event_number() or Event.objects.filter(number=number + 1).exists()
