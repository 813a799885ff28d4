"""A lease: one webhook, held by one worker for a limited time.

No other worker delivers to it meanwhile, so a user's events cannot overtake each other. Every write
requires the claim that the worker set when it took the lease (fencing): a worker that was thought dead and
comes back sends nothing more. A killed worker has recorded nothing of the requests under way, so these are
sent again.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from users.crypto.key_ring import Undecryptable
from users.models import Change, Delivery, DeliveryCount, Stream, Webhook
from users.outgoing.http_client import Outcome, send
from users.webhooks import subscriptions
from users.webhooks.message import build_message
from users.webhooks.timing import Timing

log = logging.getLogger(__name__)

# Users whose events are sent in parallel.
MAX_PARALLEL_DELIVERIES = 8
# After so many new deliveries have failed in a row the receiver counts as down.
FAILURES_UNTIL_DOWN = 5
# Characters of a request that are stored for the page: an event may contain two documents of a megabyte.
MAX_STORED_REQUEST = 16_384

Status = Delivery.Status
RECEIVER_DOWN = "The receiver was unavailable for too long."
CHANGE_GONE = Outcome(error="The record of this change was deleted by retention.")
SECRET_UNREADABLE = Outcome(
    error="The secret cannot be read: its key is no longer in ENCRYPTION_KEYS. Make a new secret."
)


class LeaseLost(Exception):
    """Another worker holds the webhook now, or it was deleted."""


def acquire_lease(timing: Timing) -> WebhookLease | None:
    """Take the webhook with something due that has waited longest, with a fresh claim. None if there is
    none."""
    # First without a lock: on SQLite an idle worker that locked each time would block all writers.
    if not _due_webhooks().exists():
        return None
    with transaction.atomic():
        webhook = _due_webhooks().select_for_update(skip_locked=True).first()
        if webhook is None:
            return None
        webhook.claim = secrets.token_hex(16)
        Webhook.objects.filter(pk=webhook.pk).update(
            claim=webhook.claim, due_at=_seconds_from_now(timing.lease)
        )
    return WebhookLease(webhook, timing)


class WebhookLease:
    """A webhook held by this worker."""

    def __init__(self, webhook: Webhook, timing: Timing) -> None:
        self._webhook = webhook
        self._timing = timing
        self._rest: float = 0

    def work(self, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Deliver what is due, until nothing is left, the time slice is over, or the receiver seems down."""
        ends = time.monotonic() + self._timing.turn
        try:
            while self._deliver_batch() and not self._rest:
                if is_stopping() or time.monotonic() >= ends:
                    break
            # Given back at once, not when the lease ends, so that the next event does not wait.
            self._extend_lease(due_at=_seconds_from_now(self._rest), claim="")
        except LeaseLost:
            log.warning("%s has been taken by another worker", self._webhook.webhook_id)

    def _deliver_batch(self) -> bool:
        """Returns whether there was anything to do."""
        has_planned = self._plan_deliveries()
        heads = list(self._next_deliveries())
        if heads:
            self._record_outcomes(list(zip(heads, self._send(heads), strict=True)))
        return has_planned or bool(heads)

    def _plan_deliveries(self) -> bool:
        """Read the next events of the stream and create deliveries for those that the webhook subscribes
        to. Returns whether there were events."""
        events = subscriptions.next_events(self._webhook)
        found = (subscriptions.build_delivery(event, self._webhook) for event in events)
        with transaction.atomic():
            # Position and deliveries in one transaction: an event is neither skipped nor planned twice.
            self._extend_lease(position=events[-1].number if events else self._webhook.position)
            Delivery.objects.bulk_create(delivery for delivery in found if delivery is not None)
        return bool(events)

    def _next_deliveries(self) -> QuerySet[Delivery]:
        """The first due delivery of each user. While the receiver fails only one, preferably one that has
        not failed yet, as a probe whether it is back."""
        heads = _due_deliveries(self._webhook.pk).select_related("change")
        if self._webhook.failures:
            return heads.order_by("attempts", "pk")[:1]
        return heads.order_by("pk")[:MAX_PARALLEL_DELIVERIES]

    def _send(self, heads: list[Delivery]) -> list[Outcome]:
        """Send all of them in parallel."""
        with ThreadPoolExecutor(MAX_PARALLEL_DELIVERIES) as pool:
            calls = [self._submit(pool, delivery) for delivery in heads]
            return [call.result() for call in calls]

    def _submit(self, pool: ThreadPoolExecutor, delivery: Delivery) -> Future[Outcome]:
        try:
            return pool.submit(send, build_message(delivery, self._webhook, timezone.now()))
        except Change.DoesNotExist:
            # As an outcome like any other, so that one bad delivery does not stop the rest of the batch.
            return pool.submit(lambda: CHANGE_GONE)
        except Undecryptable:
            return pool.submit(lambda: SECRET_UNREADABLE)

    def _record_outcomes(self, sent: list[tuple[Delivery, Outcome]]) -> None:
        """Record the outcomes. A new delivery that failed says something about the receiver, unless others
        arrived; one that had failed before may fail for its own reason."""
        now, was_down = timezone.now(), self._webhook.failures > 0
        if any(outcome.is_delivered for _, outcome in sent):
            self._webhook.failures = 0
        elif any(not delivery.attempts for delivery, _ in sent):
            self._webhook.failures += 1
            self._rest = self._timing.retry_delay(self._webhook.failures)
        with transaction.atomic():
            self._extend_lease(failures=self._webhook.failures)
            for delivery, outcome in sent:
                columns = self._columns(delivery, outcome, now)
                Delivery.objects.filter(pk=delivery.pk).update(**columns)
            self._count([outcome for _, outcome in sent], now)
            # In the same transaction, so that a crash cannot leave them waiting out a backoff of up to an
            # hour.
            if was_down and not self._webhook.failures:
                self._retry_failed_now(now)
            if self._rest and self._webhook.failures >= FAILURES_UNTIL_DOWN:
                self._expire_old(now)

    def _columns(self, delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
        attempts = delivery.attempts + 1
        began = delivery.first_attempt_at or now
        if outcome.is_delivered:
            status = Status.DELIVERED
        elif outcome is CHANGE_GONE or (now - began).total_seconds() >= self._timing.give_up_after:
            status = Status.FAILED
        else:
            status = Status.PENDING
        return {
            "status": status,
            "attempts": attempts,
            # Per delivery: a receiver that refuses one event still gets those about other users.
            "due_at": _seconds_from_now(self._timing.retry_delay(attempts)),
            "first_attempt_at": began,
            "attempted_at": now,
            "milliseconds": outcome.milliseconds,
            "code": outcome.code,
            "error": outcome.error,
            "request_body": outcome.sent.decode()[:MAX_STORED_REQUEST],
            "response_headers": outcome.headers,
            "response_body": outcome.body,
        }

    def _count(self, outcomes: list[Outcome], now: datetime) -> None:
        """Add the attempts to the counts of this hour. No other worker writes those of this webhook."""
        delivered = sum(outcome.is_delivered for outcome in outcomes)
        failed = len(outcomes) - delivered
        row = {"webhook": self._webhook, "hour": now.replace(minute=0, second=0, microsecond=0)}
        more = {"delivered": F("delivered") + delivered, "failed": F("failed") + failed}
        if not DeliveryCount.objects.filter(**row).update(**more):
            DeliveryCount.objects.create(**row, delivered=delivered, failed=failed)

    def _retry_failed_now(self, now: datetime) -> None:
        """The receiver is back: deliveries that failed meanwhile need not wait for their own backoff."""
        Delivery.objects.filter(webhook=self._webhook, status=Status.PENDING, attempts__gt=0).update(
            due_at=now
        )

    def _expire_old(self, now: datetime) -> None:
        """Give up deliveries that are too old, also those never tried themselves: the receiver was down
        all that time."""
        old = now - timedelta(seconds=self._timing.give_up_after)
        Delivery.objects.filter(webhook=self._webhook, status=Status.PENDING, created_at__lte=old).update(
            status=Status.FAILED, error=RECEIVER_DOWN
        )

    def _extend_lease(self, **columns: Any) -> None:
        """Update the webhook and extend the lease. Raises LeaseLost."""
        columns = {"due_at": _seconds_from_now(self._timing.lease), **columns}
        own = {"pk": self._webhook.pk, "claim": self._webhook.claim}
        if not Webhook.objects.filter(**own).update(**columns):
            raise LeaseLost
        self._webhook.position = columns.get("position", self._webhook.position)


def _due_webhooks() -> QuerySet[Webhook]:
    latest = Subquery(Stream.objects.values("latest")[:1])
    ready = Webhook.objects.filter(is_enabled=True, due_at__lte=timezone.now())
    has_something = Q(position__lt=latest) | Exists(_due_deliveries(OuterRef("pk")))
    return ready.filter(has_something).order_by("due_at", "pk")


def _due_deliveries(webhook: int | OuterRef) -> QuerySet[Delivery]:
    """Pending deliveries that are due and have no earlier pending one about the same user."""
    waiting = Delivery.objects.filter(status=Status.PENDING)
    earlier = waiting.filter(webhook=OuterRef("webhook"), subject=OuterRef("subject"), pk__lt=OuterRef("pk"))
    return waiting.filter(webhook=webhook, due_at__lte=timezone.now()).exclude(Exists(earlier))


def _seconds_from_now(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
