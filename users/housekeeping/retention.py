"""Retention: a daily job that deletes what has expired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import Q
from django.utils import timezone

from users.actions.authorizations.refresh_tokens import delete_refresh_tokens
from users.actions.search_setup.build_indexes import drop_failed_indexes
from users.conf import conf
from users.events.undelivered import lowest_acknowledged_position, oldest_undelivered_change_at
from users.jobs.files import FILE_RETENTION
from users.jobs.run import Run
from users.models import (
    Authorization,
    AuthorizationRequest,
    Change,
    Client,
    ConfigurationChange,
    DeletedUser,
    Delivery,
    DeliveryCount,
    Event,
    FilePiece,
    Job,
    LogEvent,
    LoginTicket,
    MfaToken,
    RefreshToken,
    RuleRunCount,
    Session,
    Ticket,
)
from users.models.write_guard import allow_history_deletion
from users.representation.refresh_tokens import RefreshTokenPolicy

# How long a ticket is stored after it expired, so that a late click gets a message that says so.
TICKET_RETENTION = timedelta(days=30)
JOB_RETENTION = timedelta(days=30)
EVENT_RETENTION = timedelta(days=30)
DELIVERY_RETENTION = timedelta(days=30)
# The list of webhooks shows a day.
DELIVERY_COUNT_RETENTION = timedelta(days=2)
# The list of rules shows a week, a rule's page a month.
RULE_COUNT_RETENTION = timedelta(days=31)
# Rows per transaction: short ones, so that other writers on SQLite do not wait.
BATCH_SIZE = 500


def clear_expired(run: Run) -> dict[str, int]:
    """Delete expired rows in batches. Returns how many, by kind.

    An interrupted run leaves nothing to remember but its counts: what it has deleted is not found again.
    """
    counts: dict[str, int] = run.state
    for name, delete_some in DELETERS.items():
        gone = BATCH_SIZE
        # A batch that is not full was the last.
        while gone == BATCH_SIZE:
            with run.step():
                gone = delete_some(timezone.now())
                counts[name] = counts.get(name, 0) + gone
                run.progress(sum(counts.values()))
    # Outside of steps: dropping an index concurrently cannot run in a transaction.
    drop_failed_indexes(run.check_interrupted)
    return counts


def _delete_sessions(model: type[AbstractBaseSession], now: datetime) -> int:
    found = model.objects.filter(expire_date__lt=now).order_by("expire_date")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    return model.objects.filter(pk__in=keys).delete()[0]


def _delete_expired(
    model: type[Authorization | AuthorizationRequest | LoginTicket | MfaToken], now: datetime
) -> int:
    """Authorizations go with their codes and refresh tokens. Those that were revoked expired then, and those
    with a refresh token that does not expire stay."""
    found = model.objects.filter(expires_at__lt=now).order_by("expires_at")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    model.objects.filter(pk__in=keys).delete()
    # Not what `delete` returns, which counts what belongs to the rows as well.
    return len(keys)


def _delete_idle_refresh_tokens(now: datetime) -> int:
    """Those that were not exchanged within the idle lifetime of their client, which is not stored with them.
    Their authorizations follow once the last access token has expired."""
    gone = 0
    for client in Client.objects.only("app_type", "refresh_token").order_by("pk"):
        idle_lifetime = RefreshTokenPolicy.of(client).idle_lifetime
        if idle_lifetime is None or gone == BATCH_SIZE:
            continue
        is_idle = Q(last_exchanged_at__lt=now - idle_lifetime) | Q(
            last_exchanged_at=None, created_at__lt=now - idle_lifetime
        )
        found = RefreshToken.objects.filter(is_idle, authorization__client=client).order_by("pk")
        keys = list(found.values_list("pk", flat=True)[: BATCH_SIZE - gone])
        gone += delete_refresh_tokens(RefreshToken.objects.filter(pk__in=keys)) if keys else 0
    return gone


def _delete_tickets(now: datetime) -> int:
    found = Ticket.objects.filter(expires_at__lt=now - TICKET_RETENTION).order_by("expires_at")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    return Ticket.objects.filter(pk__in=keys).delete()[0]


def _delete_jobs(now: datetime) -> int:
    """By creation time, which has an index. Jobs that may still run are never deleted."""
    found = Job.objects.filter(created_at__lt=now - JOB_RETENTION, due_at=None).order_by("created_at", "pk")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    return Job.objects.filter(pk__in=keys).delete()[0]


def _delete_files(now: datetime) -> int:
    """A batch at a time: each row may hold a megabyte."""
    found = FilePiece.objects.filter(job__finished_at__lt=now - FILE_RETENTION).order_by("pk")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    return FilePiece.objects.filter(pk__in=keys).delete()[0]


def _delete_changes(now: datetime) -> int:
    """The oldest first, so that the record has no gaps and users can be restored as far back as it
    reaches; and none that a webhook has not received yet."""
    if not conf.history_days:
        return 0
    before = min(now - timedelta(days=conf.history_days), oldest_undelivered_change_at() or now)
    found = Change.objects.filter(at__lt=before).order_by("at", "pk")
    keys = list(found.values_list("pk", flat=True)[:BATCH_SIZE])
    with allow_history_deletion():
        # By primary keys: PostgreSQL has no DELETE with LIMIT.
        return Change.objects.filter(pk__in=keys).delete()[0]


def _delete_log_events(now: datetime) -> int:
    return LogEvent.objects.filter(pk__in=_older_than_log_days(LogEvent, now)).delete()[0]


def _delete_configuration_changes(now: datetime) -> int:
    """The history of configuration goes as far back as the log, which has the same operations."""
    keys = _older_than_log_days(ConfigurationChange, now)
    with allow_history_deletion():
        return ConfigurationChange.objects.filter(pk__in=keys).delete()[0]


def _older_than_log_days(model: type[LogEvent | ConfigurationChange], now: datetime) -> list[int]:
    if not conf.log_days:
        return []
    found = model.objects.filter(at__lt=now - timedelta(days=conf.log_days)).order_by("at", "pk")
    return list(found.values_list("pk", flat=True)[:BATCH_SIZE])


def _delete_events(now: datetime) -> int:
    """The oldest first, and none that a webhook has not considered yet."""
    up_to = lowest_acknowledged_position()
    found = Event.objects.all() if up_to is None else Event.objects.filter(number__lte=up_to)
    oldest = found.order_by("number").values_list("number", "numbered_at")[:BATCH_SIZE]
    numbers = [number for number, at in oldest if at < now - EVENT_RETENTION]
    return Event.objects.filter(number__in=numbers).delete()[0]


def _delete_deleted_users(now: datetime) -> int:
    """The emails of users deleted longer ago than the record of changes reaches."""
    if not conf.history_days:
        return 0
    old = DeletedUser.objects.filter(deleted_at__lt=now - timedelta(days=conf.history_days))
    keys = list(old.order_by("deleted_at").values_list("pk", flat=True)[:BATCH_SIZE])
    return DeletedUser.objects.filter(pk__in=keys).delete()[0]


def _delete_delivery_counts(now: datetime) -> int:
    old = DeliveryCount.objects.filter(hour__lt=now - DELIVERY_COUNT_RETENTION).order_by("hour")
    keys = list(old.values_list("pk", flat=True)[:BATCH_SIZE])
    return DeliveryCount.objects.filter(pk__in=keys).delete()[0]


def _delete_rule_counts(now: datetime) -> int:
    old = RuleRunCount.objects.filter(day__lt=(now - RULE_COUNT_RETENTION).date()).order_by("day")
    keys = list(old.values_list("pk", flat=True)[:BATCH_SIZE])
    return RuleRunCount.objects.filter(pk__in=keys).delete()[0]


def _delete_deliveries(now: datetime) -> int:
    """Pending deliveries are never deleted. The others contain values of users, so they go no later than
    the record of changes does."""
    most = min(DELIVERY_RETENTION, timedelta(days=conf.history_days or DELIVERY_RETENTION.days))
    old = Delivery.objects.filter(created_at__lt=now - most).exclude(status=Delivery.Status.PENDING)
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH_SIZE])
    return Delivery.objects.filter(pk__in=keys).delete()[0]


DELETERS: dict[str, Callable[[datetime], int]] = {
    "sessions": partial(_delete_sessions, Session),
    # The table of sessions before the product had its own.
    "django_sessions": partial(_delete_sessions, DjangoSession),
    "login_tickets": partial(_delete_expired, LoginTicket),
    "mfa_tokens": partial(_delete_expired, MfaToken),
    "refresh_tokens": _delete_idle_refresh_tokens,
    "authorizations": partial(_delete_expired, Authorization),
    "authorization_requests": partial(_delete_expired, AuthorizationRequest),
    "tickets": _delete_tickets,
    "jobs": _delete_jobs,
    "files": _delete_files,
    "changes": _delete_changes,
    "log": _delete_log_events,
    "configuration": _delete_configuration_changes,
    "events": _delete_events,
    "deliveries": _delete_deliveries,
    "delivery_counts": _delete_delivery_counts,
    "rule_counts": _delete_rule_counts,
    "deleted_users": _delete_deleted_users,
}
