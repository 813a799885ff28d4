"""What must be kept because somebody is still to be told of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from users.models import Delivery, Event, Outbox, Webhook


def lowest_acknowledged_position() -> int | None:
    """The number that every webhook has got past; None where there are none."""
    least: int | None = Webhook.objects.filter(is_enabled=True).aggregate(least=Min("position"))["least"]
    return least


def oldest_undelivered_change_at() -> datetime | None:
    """When the oldest change happened that somebody is still to be told of; None where there is
    none. The record of changes must reach back to then."""
    behind = lowest_acknowledged_position()
    events = Event.objects.none() if behind is None else Event.objects.filter(number__gt=behind)
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING)
    moments = [found.aggregate(at=Min("change__at"))["at"] for found in (Outbox.objects, events, waiting)]
    return min((at for at in moments if at is not None), default=None)
