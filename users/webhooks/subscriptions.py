"""Subscriptions: which events a webhook gets."""

from __future__ import annotations

from users.events.account_paths import is_path_listed
from users.events.event import group_by_part
from users.events.event_types import UPDATED, event_types
from users.events.stream import EventsExpired, NumberedChange, events_after
from users.models import Change, Delivery, Webhook

BATCH_SIZE = 100


def next_events(webhook: Webhook) -> list[NumberedChange]:
    """The events after the webhook's position."""
    try:
        return events_after(webhook.position, BATCH_SIZE)
    # A webhook that was switched off for longer than retention continues with the oldest event there is,
    # rather than never again.
    except EventsExpired:
        return events_after(None, BATCH_SIZE)


def build_delivery(event: NumberedChange, webhook: Webhook) -> Delivery | None:
    """The delivery of the event; None where the webhook does not subscribe to it."""
    change = event.change
    if change is None or not (kind := _event_type_for(change, webhook)):
        return None
    return Delivery(webhook=webhook, number=event.number, change=change, type=kind, subject=change.subject)


def _event_type_for(change: Change, webhook: Webhook) -> str | None:
    """The type under which the webhook gets the change: the first it subscribes to. `only` narrows plain
    updates."""
    kind = next((kind for kind in event_types(change) if kind in webhook.types), None)
    if kind == UPDATED and webhook.only and not _touches(change, webhook.only):
        return None
    return kind


def _touches(change: Change, paths: list[str]) -> bool:
    if change.what in paths:
        return True
    parts = group_by_part(change.what, change.keys)
    return any(is_path_listed(paths, part, key) for part, keys in parts.items() for key in keys)
