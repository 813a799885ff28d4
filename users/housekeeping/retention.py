"""Delete what has had its time: a job of its own, once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import Model
from django.utils import timezone

from users.actions.search_setup.build_indexes import drop_what_failed
from users.conf import conf
from users.events.retention import needed_since, told_up_to
from users.jobs.files import KEPT
from users.jobs.registry import job
from users.jobs.run import Run
from users.models import Change, Delivery, Event, FilePiece, Job, LogEvent, Session, Ticket
from users.models.write_guard import forgetting

# How long a ticket is kept beyond its time, so that whoever comes late is told so.
TICKETS_KEPT = timedelta(days=30)
JOBS_KEPT = timedelta(days=30)
EVENTS_KEPT = timedelta(days=30)
DELIVERIES_KEPT = timedelta(days=30)
AT_ONCE = 500


@job(Job.Kind.HOUSEKEEPING, every=timedelta(days=1))
def clear_expired(run: Run) -> dict[str, int]:
    """Returns how many went, by what they were. What one attempt has deleted the next does not
    meet, so its own count is all there is to remember."""
    counts: dict[str, int] = run.state
    for name, delete_some in WHAT.items():
        gone = AT_ONCE
        while gone == AT_ONCE:
            with run.step():
                gone = delete_some(timezone.now())
                counts[name] = counts.get(name, 0) + gone
                run.progress(sum(counts.values()))
    drop_what_failed(run.check_interrupted)
    return counts


def _sessions(model: type[Model], now: datetime) -> int:
    found = model.objects.filter(expire_date__lt=now).order_by("expire_date")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return model.objects.filter(pk__in=keys).delete()[0]


def _tickets(now: datetime) -> int:
    found = Ticket.objects.filter(expires_at__lt=now - TICKETS_KEPT).order_by("expires_at")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return Ticket.objects.filter(pk__in=keys).delete()[0]


def _jobs(now: datetime) -> int:
    """By when they were asked for, of which there is an index. None is deleted that may yet run."""
    found = Job.objects.filter(created_at__lt=now - JOBS_KEPT, due_at=None).order_by("created_at", "pk")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return Job.objects.filter(pk__in=keys).delete()[0]


def _files(now: datetime) -> int:
    """A few at a time: each may be a megabyte."""
    found = FilePiece.objects.filter(job__finished_at__lt=now - KEPT).order_by("pk")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return FilePiece.objects.filter(pk__in=keys).delete()[0]


def _changes(now: datetime) -> int:
    """The oldest first: what is left of the record has no gaps, so that accounts can be rebuilt
    as far back as it reaches; and none of which somebody is still to be told."""
    if not conf.history_days:
        return 0
    before = min(now - timedelta(days=conf.history_days), needed_since() or now)
    found = Change.objects.filter(at__lt=before).order_by("at", "pk")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    with forgetting():
        return Change.objects.filter(pk__in=keys).delete()[0]


def _log(now: datetime) -> int:
    if not conf.log_days:
        return 0
    found = LogEvent.objects.filter(at__lt=now - timedelta(days=conf.log_days)).order_by("at", "pk")
    keys = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return LogEvent.objects.filter(pk__in=keys).delete()[0]


def _events(now: datetime) -> int:
    """The oldest first, and none that a webhook has not looked at."""
    up_to = told_up_to()
    found = Event.objects.all() if up_to is None else Event.objects.filter(number__lte=up_to)
    oldest = found.order_by("number").values_list("number", "numbered_at")[:AT_ONCE]
    numbers = [number for number, at in oldest if at < now - EVENTS_KEPT]
    return Event.objects.filter(number__in=numbers).delete()[0]


def _deliveries(now: datetime) -> int:
    """None is deleted that is still to be made."""
    old = Delivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT).exclude(
        status=Delivery.Status.PENDING
    )
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE])
    return Delivery.objects.filter(pk__in=keys).delete()[0]


WHAT: dict[str, Callable[[datetime], int]] = {
    "sessions": partial(_sessions, Session),
    # Where sessions were stored before they knew their user.
    "django_sessions": partial(_sessions, DjangoSession),
    "tickets": _tickets,
    "jobs": _jobs,
    "files": _files,
    "changes": _changes,
    "log": _log,
    "events": _events,
    "deliveries": _deliveries,
}
