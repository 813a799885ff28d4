"""Give changes their numbers, and read them in that order."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from users.events.types import SILENT
from users.history.weight import WEIGHT, as_fit
from users.models import Change, Event, Outbox, Stream

AT_ONCE = 1000


class TooOld(LookupError):
    """Events after this number are kept no more."""


def publish() -> int:
    """Number what waits in the outbox, a thousand at most. Returns how many were taken out.

    Whatever has been committed is there to be taken, so it does not matter in which order
    transactions end. Of one account, whose row every change holds until its commit, what happened
    first is always there first, and has the smaller key.
    """
    if not Outbox.objects.exists():
        return 0
    Stream.objects.get_or_create(pk=1)
    with transaction.atomic():
        # One at a time, or a number might be seen before a smaller one.
        stream = Stream.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if stream is None:
            return 0
        waiting = list(Outbox.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        told = Change.objects.filter(pk__in=waiting).exclude(what__in=SILENT).order_by("pk")
        now = timezone.now()
        events = [
            Event(number=number, change_id=key, numbered_at=now)
            for number, key in enumerate(told.values_list("pk", flat=True), stream.latest + 1)
        ]
        Event.objects.bulk_create(events)
        Outbox.objects.filter(pk__in=waiting).delete()
        Stream.objects.filter(pk=1).update(latest=stream.latest + len(events))
    return len(waiting)


def latest() -> int:
    """The last number given; 0 before the first."""
    return Stream.objects.aggregate(latest=Max("latest"))["latest"] or 0


def events_after(number: int | None, size: int) -> list[Event]:
    """The next so many, fewer where they are large, from the oldest that is kept where no number is
    given; each with its change, or None where that was erased. Raises TooOld where events between
    are kept no more, or the number was never given, as after the database was put back to an earlier
    day."""
    last = latest()
    weight = Change.objects.filter(pk=OuterRef("change_id")).order_by().annotate(weight=WEIGHT)
    rows = Event.objects.annotate(weight=Subquery(weight.values("weight")))
    found = list(as_fit(rows.filter(number__gt=number or 0).order_by("number")[:size]))
    goes_on = found[0].number == number + 1 if found and number is not None else number == last
    if number is not None and not goes_on:
        raise TooOld
    changes = Change.objects.in_bulk([event.change_id for event in found])
    for event in found:
        event.told = changes.get(event.change_id)
    return found
