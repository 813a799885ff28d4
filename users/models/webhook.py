"""Addresses elsewhere that are told what happens."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from users.models.change import Change
from users.models.ids import new_webhook_id


class Webhook(models.Model):
    """Where to, about what, and how far it has got. `users.webhooks` alone writes the columns
    from `position` on."""

    webhook_id = models.CharField(max_length=20, unique=True, default=new_webhook_id)
    url = models.CharField(max_length=2048)
    description = models.CharField(max_length=200, blank=True)
    types = models.JSONField(default=list)
    # "app_metadata" or "app_metadata.plan". `only`: other updates are not told; empty for all.
    # `values`: where both sides are told, and not the names of keys alone.
    only = models.JSONField(default=list)
    values = models.JSONField(default=list)
    # Encrypted by the key ring (users.events.webhook_secrets). The one before goes on signing, too,
    # until the moment beside it.
    secret_encrypted = models.TextField()
    old_secret_encrypted = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    is_enabled = models.BooleanField(default=True)
    # Their name as it was.
    made_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    # The number of the last event that was looked at.
    position = models.PositiveBigIntegerField(default=0)
    # From when on a worker may take it: while one has it, the moment at which that one is given
    # up; where the receiver is down, that of the next attempt.
    due_at = models.DateTimeField(default=timezone.now)
    # Made up by the worker that has it.
    claim = models.CharField(max_length=32, blank=True)
    # How many times in a row something new could not be delivered.
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event on its way to one address."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    # Both null where somebody only tries the address.
    number = models.PositiveBigIntegerField(null=True)
    change = models.ForeignKey(
        Change, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    type = models.CharField(max_length=20)
    # Whose events are told one after the other: a user_id.
    subject = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    # The latest attempt: when, how long it took, the status of the answer, and what was wrong.
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
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
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.subject or 'nobody'} to {self.webhook_id}"
