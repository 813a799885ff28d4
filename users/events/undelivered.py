"""What retention must keep, because a webhook has not received it yet."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from users.models import Delivery, Event, Outbox, Webhook


def lowest_acknowledged_position() -> int | None:
    """The lowest position of all enabled webhooks; None without webhooks."""
    least: int | None = Webhook.objects.filter(is_enabled=True).aggregate(least=Min("position"))["least"]
    return least


def oldest_undelivered_change_at() -> datetime | None:
    """When the oldest undelivered change happened; None if there is none. Retention must not delete
    changes from then on."""
    behind = lowest_acknowledged_position()
    events = Event.objects.none() if behind is None else Event.objects.filter(number__gt=behind)
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING)
    moments = [found.aggregate(at=Min("change__at"))["at"] for found in (Outbox.objects, events, waiting)]
    return min((at for at in moments if at is not None), default=None)
