"""Webhooks: URLs that are called when users change, and the deliveries to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from users.models.change import Change
from users.models.ids import new_webhook_id


class Webhook(models.Model):
    """A URL, the events it subscribes to, and its position in the event stream. Only `users.webhooks`
    writes the columns from `position` on."""

    webhook_id = models.CharField(max_length=20, unique=True, default=new_webhook_id)
    url = models.CharField(max_length=2048)
    description = models.CharField(max_length=200, blank=True)
    types = models.JSONField(default=list)
    # Lists of "app_metadata" or "app_metadata.plan". `only`: updates of other keys are not sent; empty for
    # all. `values`: keys whose values are sent, not only their names.
    only = models.JSONField(default=list)
    values = models.JSONField(default=list)
    # Encrypted by the key ring (users.events.webhook_secrets). After a rotation the old secret signs as well
    # until `old_secret_until`, so that receivers can change over without losing deliveries.
    secret_encrypted = models.TextField()
    old_secret_encrypted = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    is_enabled = models.BooleanField(default=True)
    # The creator's name as it was.
    made_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    # The number of the last event that was considered (cursor into the stream).
    position = models.PositiveBigIntegerField(default=0)
    # When a worker may take it: while one holds the lease, its end; while the receiver is down, the time of
    # the next attempt (backoff).
    due_at = models.DateTimeField(default=timezone.now)
    # A random token of the worker that holds the lease (fencing).
    claim = models.CharField(max_length=32, blank=True)
    # How many new deliveries in a row have failed.
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event to be delivered to one webhook."""

    class Status(models.TextChoices):
        PENDING = "pending", gettext_lazy("Waiting")
        DELIVERED = "delivered", gettext_lazy("Delivered")
        FAILED = "failed", gettext_lazy("Failed")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    # Both null for a test delivery.
    number = models.PositiveBigIntegerField(null=True)
    change = models.ForeignKey(
        Change, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    type = models.CharField(max_length=20)
    # The `user_id` whose events are delivered in order.
    subject = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    # The latest attempt: time, duration, status code of the response, and the error.
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    # What that attempt sent and what was answered, cut to a bounded length. They contain values of users, and
    # are deleted with the row or when the history of the user is erased. Nullable, so that adding the columns
    # rewrites no row.
    request_body = models.TextField(null=True)
    response_headers = models.JSONField(null=True)
    response_body = models.TextField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        # An event is planned once per webhook, even if a worker that lost its lease tries to plan it again.
        constraints = [models.UniqueConstraint(fields=["webhook", "number"], name="delivery_once")]
        indexes = [
            models.Index(fields=["webhook", "id"], name="delivery_pending", condition=Q(status="pending")),
            models.Index(
                fields=["webhook", "subject", "id"],
                name="delivery_subject_pending",
                condition=Q(status="pending"),
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_failed", condition=Q(status="failed")),
            models.Index(fields=["webhook", "-id"], name="delivery_latest"),
            # For retention, which deletes the oldest.
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.subject or 'no user'} to {self.webhook_id}"


class DeliveryCount(models.Model):
    """How many attempts of a webhook succeeded and failed in one hour. Counted when an attempt ends, so
    that the list of webhooks need not count deliveries."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="counts", db_index=False)
    hour = models.DateTimeField()
    delivered = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["hour"]
        constraints = [models.UniqueConstraint(fields=["webhook", "hour"], name="delivery_count_once")]
        indexes = [models.Index(fields=["hour"], name="delivery_count_hour")]

    def __str__(self) -> str:
        return f"{self.webhook_id} at {self.hour:%Y-%m-%d %H}"
