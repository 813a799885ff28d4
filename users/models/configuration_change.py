"""The history of configuration objects: clients, roles, webhooks and the like."""

from __future__ import annotations

from django.db import models

from users.metadata.text import DocumentEncoder
from users.models.audit_entry import AuditEntry, AuditEntryQuerySet


class ConfigurationChange(AuditEntry):
    """One change to one configuration object, by one request, job or command.

    It has no foreign keys, so that the history of an object outlives the object: names are as they were at
    the time. `before` and `after` hold the fields that differ, in the form in which the Management API
    shows them where it does. `before` is null where the object did not exist before, `after` where it no
    longer exists, and both are where the action has no values to show. Secrets are masked before they are
    stored (`users.log.masking`).
    """

    class Kind(models.TextChoices):
        """What was changed. Grants are part of their client, permissions of their role."""

        CLIENT = "client", "Client"
        RESOURCE_SERVER = "resource_server", "API"
        ROLE = "role", "Role"
        CONNECTION = "connection", "Connection"
        WEBHOOK = "webhook", "Webhook"
        INDEXED_KEY = "indexed_key", "Indexed key"
        SEGMENT = "segment", "Segment"
        SIGNING_KEY = "signing_key", "Signing key"
        ENCRYPTION = "encryption", "Encryption of stored secrets"

    class Action(models.TextChoices):
        CREATED = "created", "Created"
        UPDATED = "updated", "Changed"
        DELETED = "deleted", "Deleted"
        SECRET_ROTATED = "secret_rotated", "New secret"
        GRANT_CREATED = "grant_created", "Grant created"
        GRANT_UPDATED = "grant_updated", "Grant changed"
        GRANT_DELETED = "grant_deleted", "Grant deleted"
        PERMISSIONS_ADDED = "permissions_added", "Permissions added"
        PERMISSIONS_REMOVED = "permissions_removed", "Permissions removed"
        TEST_SENT = "test_sent", "Test event sent"
        DELIVERIES_REPLAYED = "deliveries_replayed", "Deliveries sent again"
        RETRIED = "retried", "Tried again"
        REVOKED = "revoked", "Revoked"
        REENCRYPTED = "reencrypted", "Encrypted with the newest key"

    # A Kind and an Action. Without `choices`, so that new ones need no migration.
    kind = models.CharField(max_length=30)
    action = models.CharField(max_length=30)
    # The public id of the object, such as a client_id, and its name at the time.
    object_id = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    before = models.JSONField(null=True, encoder=DocumentEncoder)
    after = models.JSONField(null=True, encoder=DocumentEncoder)

    objects = AuditEntryQuerySet.as_manager()

    class Meta(AuditEntry.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="configuration_change_object"),
            models.Index(fields=["kind", "-id"], name="configuration_change_kind"),
            models.Index(fields=["at", "id"], name="configuration_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.action} by {self.actor_name}"

    @property
    def action_label(self) -> str:
        """The action for display; as stored where this release does not know it."""
        return self.Action(self.action).label if self.action in self.Action.values else self.action
