"""Which events a webhook is told."""

from __future__ import annotations

from users.events.event import parts_of
from users.events.event_types import UPDATED, types_of
from users.events.stream import NumberedChange, TooOld, events_after
from users.models import Change, Delivery, Webhook
from users.webhooks.paths import names

AT_ONCE = 100


def next_events(webhook: Webhook) -> list[NumberedChange]:
    """Those that the webhook has not looked at."""
    try:
        return events_after(webhook.position, AT_ONCE)
    except TooOld:
        return events_after(None, AT_ONCE)


def delivery_of(event: NumberedChange, webhook: Webhook) -> Delivery | None:
    """None where the webhook does not ask for it."""
    change = event.change
    if change is None or not (kind := _type_of(change, webhook)):
        return None
    return Delivery(webhook=webhook, number=event.number, change=change, type=kind, subject=change.subject)


def _type_of(change: Change, webhook: Webhook) -> str | None:
    """As what it is told: the first that it asks for. `only` narrows plain updates."""
    kind = next((kind for kind in types_of(change) if kind in webhook.types), None)
    if kind == UPDATED and webhook.only and not _touches(change, webhook.only):
        return None
    return kind


def _touches(change: Change, paths: list[str]) -> bool:
    if change.what in paths:
        return True
    parts = parts_of(change.what, change.keys)
    return any(names(paths, part, key) for part, keys in parts.items() for key in keys)
