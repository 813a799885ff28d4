"""The history of configuration objects: clients, roles, webhooks and the like."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

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

        CLIENT = "client", gettext_lazy("Client")
        RESOURCE_SERVER = "resource_server", "API"
        ROLE = "role", gettext_lazy("Role")
        CONNECTION = "connection", gettext_lazy("Connection")
        WEBHOOK = "webhook", gettext_lazy("Webhook")
        INDEXED_KEY = "indexed_key", gettext_lazy("Indexed key")
        SEGMENT = "segment", gettext_lazy("Segment")
        SIGNING_KEY = "signing_key", gettext_lazy("Signing key")
        RULE = "rule", gettext_lazy("Rule")
        RULE_CONFIG = "rule_config", gettext_lazy("Setting of rules")
        ENCRYPTION = "encryption", gettext_lazy("Encryption of stored secrets")

    class Action(models.TextChoices):
        CREATED = "created", gettext_lazy("Created")
        UPDATED = "updated", gettext_lazy("Changed")
        DELETED = "deleted", gettext_lazy("Deleted")
        SECRET_ROTATED = "secret_rotated", gettext_lazy("New secret")
        GRANT_CREATED = "grant_created", gettext_lazy("Grant created")
        GRANT_UPDATED = "grant_updated", gettext_lazy("Grant changed")
        GRANT_DELETED = "grant_deleted", gettext_lazy("Grant deleted")
        PERMISSIONS_ADDED = "permissions_added", gettext_lazy("Permissions added")
        PERMISSIONS_REMOVED = "permissions_removed", gettext_lazy("Permissions removed")
        TEST_SENT = "test_sent", gettext_lazy("Test event sent")
        DELIVERIES_REPLAYED = "deliveries_replayed", gettext_lazy("Deliveries sent again")
        ROLLED_BACK = "rolled_back", gettext_lazy("Script of an earlier version")
        RETRIED = "retried", gettext_lazy("Tried again")
        REVOKED = "revoked", gettext_lazy("Revoked")
        REENCRYPTED = "reencrypted", gettext_lazy("Encrypted with the newest key")

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
        return str(self.Action(self.action).label) if self.action in self.Action.values else self.action
