"""Create, change and delete webhooks. For administrators who may see both documents, since every webhook
receives the names of changed keys in both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from users.actions.access.optimistic_lock import check_version
from users.events.account_paths import check_paths
from users.events.event_types import TEST, TYPES
from users.events.stream import latest_event_number
from users.events.webhook_secrets import encrypt_secret, new_secret
from users.log.configuration_history import Action, effect_on, record_configuration_change
from users.metadata.documents import DOCUMENTS, Document
from users.models import Delivery, User, Webhook
from users.outgoing.ssrf_guard import check_url
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.visible import visible

# How long the old secret signs next to the new one.
OLD_SECRET_LIFETIME = timedelta(hours=24)

Status = Delivery.Status
# Deliveries about a deleted user whose id another user has now.
USER_ID_REUSED = Q(change__at__isnull=False, change__user=None) & Exists(
    User.accounts.filter(user_id=OuterRef("subject"))
)
UNDELIVERED = Q(status=Status.FAILED) | Q(status=Status.PENDING, attempts__gt=0)


def check_administrator(actor: Actor) -> None:
    """Raises Denied."""
    check(actor, Verb.ADMINISTER_WEBHOOKS)
    if not all(visible(actor, document) for document in DOCUMENTS):
        raise Denied(
            gettext("You may not administer webhooks, because you may not see everything that they send.")
        )


def create_webhook(*, actor: Actor, **columns: Any) -> tuple[Webhook, str]:
    """Create a webhook that receives events from now on. Returns it with its secret, which is shown only
    once.

    Raises Denied, InvalidTarget or InvalidPath.
    """
    _check(actor, columns)
    # Before the transaction; only its ciphertext is stored, so it can be shown this once.
    secret = new_secret()
    with transaction.atomic():
        webhook = Webhook.objects.create(
            **columns,
            secret_encrypted=encrypt_secret(secret),
            made_by=actor.name[:300],
            position=latest_event_number(),
        )
        record_configuration_change(
            effect_on(webhook, Action.CREATED, after=_described(webhook)), actor=actor
        )
    return webhook, secret


def edit_webhook(
    webhook: Webhook, columns: dict[str, Any], *, actor: Actor, version: str | None = None
) -> None:
    """Set columns. A webhook that is enabled again receives events from then on, and deliveries that were
    pending before. `version` is the digest of these columns that the form was opened with. Raises Denied,
    InvalidTarget, InvalidPath, StaleVersion or Webhook.DoesNotExist."""
    _check(actor, columns)
    with transaction.atomic():
        held = Webhook.objects.select_for_update().get(pk=webhook.pk)
        check_version(held, columns, version)
        before = _described(held)
        if columns.get("is_enabled") and not held.is_enabled:
            columns = {**columns, "position": latest_event_number()}
        for name, value in columns.items():
            setattr(held, name, value)
        held.save(update_fields=columns.keys())
        # A changed URL may be the fix: do not wait for the backoff of the old one.
        _make_due_now(held)
        record_configuration_change(
            effect_on(held, Action.UPDATED, before=before, after=_described(held)), actor=actor
        )


def rotate_secret(webhook: Webhook, *, actor: Actor) -> str:
    """A new secret, shown only once. For a day both sign, so that the receiver can change over. Raises
    Denied."""
    check_administrator(actor)
    secret = new_secret()
    with transaction.atomic():
        held = Webhook.objects.select_for_update().get(pk=webhook.pk)
        Webhook.objects.filter(pk=held.pk).update(
            secret_encrypted=encrypt_secret(secret),
            old_secret_encrypted=held.secret_encrypted,
            old_secret_until=timezone.now() + OLD_SECRET_LIFETIME,
        )
        record_configuration_change(effect_on(held, Action.SECRET_ROTATED), actor=actor)
    return secret


def delete_webhook(webhook: Webhook, *, actor: Actor) -> None:
    """Delete it with its deliveries. Raises Denied."""
    check_administrator(actor)
    with transaction.atomic():
        held = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
        if held is not None:
            record_configuration_change(effect_on(held, Action.DELETED, before=_described(held)), actor=actor)
            held.delete()


def send_test(webhook: Webhook, *, actor: Actor) -> Delivery:
    """Enqueue a test event. Raises Denied."""
    check_administrator(actor)
    with transaction.atomic():
        _make_due_now(webhook)
        delivery = Delivery.objects.create(webhook=webhook, type=TEST)
        record_configuration_change(effect_on(webhook, Action.TEST_SENT), actor=actor)
    return delivery


def replay(webhook: Webhook, *, actor: Actor, delivery: int | None = None) -> int:
    """Send again at once: this delivery, whatever its status, or all that failed. Returns how many. Other
    deliveries about the same users wait until then.

    Events about a deleted user are not sent again once another user has the `user_id`: a receiver would
    change or delete the wrong user. Raises Denied.
    """
    check_administrator(actor)
    wanted = UNDELIVERED if delivery is None else Q(pk=delivery)
    now = timezone.now()
    with transaction.atomic():
        count = (
            Delivery.objects.filter(wanted, webhook=webhook)
            # In the query: a check beforehand would lose the race with a user who is created meanwhile.
            .exclude(USER_ID_REUSED)
            .update(
                status=Status.PENDING, created_at=now, due_at=now, attempts=0, first_attempt_at=None, error=""
            )
        )
        _make_due_now(webhook)
        if count:
            record_configuration_change(
                effect_on(webhook, Action.DELIVERIES_REPLAYED, after={"deliveries": count}), actor=actor
            )
    return count


def _check(actor: Actor, columns: dict[str, Any]) -> None:
    check_administrator(actor)
    if "url" in columns:
        check_url(columns["url"])
    unknown = set(columns.get("types", ())) - TYPES.keys()
    if unknown:
        raise ValueError(f"unknown event types: {unknown}")
    for name in ("only", "values"):
        check_paths(columns.get(name, ()))


def _described(webhook: Webhook) -> Document:
    """What administrators decide about it. Of the URL the history stores the host alone."""
    names = ("url", "description", "types", "only", "values", "is_enabled")
    return {name: getattr(webhook, name) for name in names}


def _make_due_now(webhook: Webhook) -> None:
    """Begin at once, whatever failed before, unless a worker is at it."""
    Webhook.objects.filter(pk=webhook.pk).update(failures=0)
    Webhook.objects.filter(pk=webhook.pk, claim="").update(due_at=timezone.now())
