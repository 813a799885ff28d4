"""The request: an event as the webhook subscribes to it, with its signature.

Source: standardwebhooks.com, "Webhook headers".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from users.events.account_paths import is_path_listed
from users.events.event import build_event
from users.events.webhook_secrets import active_secrets, signature
from users.metadata.text import dump
from users.models import Change, Delivery, Webhook
from users.outgoing.http_client import Message
from users.representation.timestamps import format_time
from users.rights.actor import command_actor

# Sees everything: administrators decided in the webhook's configuration what is sent.
SENDER = command_actor("webhooks")


def build_message(delivery: Delivery, webhook: Webhook, now: datetime) -> Message:
    """Build the request for one attempt, with a new timestamp and the current secrets. Raises
    Undecryptable, or Change.DoesNotExist where retention has deleted the change."""
    event = _event(delivery, webhook)
    body = dump(event).encode()
    at = int(now.timestamp())
    signatures = [signature(secret, event["id"], at, body) for secret in active_secrets(webhook, now)]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Profiledesk",
        # The same in each attempt, so that receivers can drop duplicates (at-least-once delivery).
        "webhook-id": event["id"],
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    }
    return Message(webhook.url, headers, body)


def _event(delivery: Delivery, webhook: Webhook) -> dict[str, Any]:
    if delivery.change_id is None:
        said = {"message": "If you can read this, events will arrive here."}
        return {
            "id": f"test_{delivery.pk}",
            "type": delivery.type,
            "timestamp": format_time(delivery.created_at),
            "data": said,
        }
    if delivery.change is None:
        raise Change.DoesNotExist
    return build_event(
        delivery.change,
        SENDER,
        type=delivery.type,
        shows=lambda part, key: is_path_listed(webhook.values, part, key),
    )
