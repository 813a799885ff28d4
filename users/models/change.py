"""The record of changes (audit history), append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from users.metadata.text import DocumentEncoder
from users.models.audit_entry import AuditEntry, AuditEntryQuerySet


class Change(AuditEntry):
    """One change to one part of one user, by one request.

    It outlives its user: `subject` keeps the `user_id` as text. `keys` holds for each changed key or field
    `{"before": ..., "after": ...}`; a side on which the key was missing is left out. Passwords and other
    secrets are never recorded. A trigger of the database refuses updates, except setting `user` to null.
    """

    class What(models.TextChoices):
        CREATED = "created", gettext_lazy("Account created")
        DELETED = "deleted", gettext_lazy("Account deleted")
        USER_METADATA = "user_metadata", gettext_lazy("User metadata")
        APP_METADATA = "app_metadata", gettext_lazy("App metadata")
        PROFILE = "profile", gettext_lazy("Profile")
        PASSWORD = "password", gettext_lazy("Password")
        RESET_SENT = "reset_sent", gettext_lazy("Password reset sent")
        STAFF_RIGHTS = "staff_rights", gettext_lazy("Staff rights")
        TICKET = "ticket", gettext_lazy("Link created")
        MULTIFACTOR = "multifactor", gettext_lazy("Second factors")
        IDENTITIES = "identities", gettext_lazy("Identities")
        ROLES = "roles", gettext_lazy("Roles")
        PERMISSIONS = "permissions", gettext_lazy("Permissions")
        # Stored under the word of Auth0's log type, `ublkdu`; it is not about `blocked`.
        LOCKOUT_CLEARED = "unblocked", gettext_lazy("Lockout cleared")

    # Null once the user has been deleted.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="changes")
    subject = models.CharField(max_length=255)
    what = models.CharField(max_length=20, choices=What)
    keys = models.JSONField(default=dict, encoder=DocumentEncoder)
    # The names of the keys, one per line ("app_metadata.plan"), for searches by key. The index is created by
    # a migration, as it differs between the databases. (Nullable, though no row is null: adding a NOT NULL
    # column would make SQLite rewrite the table.)
    names = models.TextField(null=True)
    # The id of the change that this one undid, or the moment that it restored. No foreign key: the other line
    # may be deleted by retention before this one.
    undoes = models.BigIntegerField(null=True)
    restores = models.DateTimeField(null=True)
    # For a line about a document: before the change the document was missing (null), not empty.
    was_missing = models.BooleanField(default=False, db_default=False)

    objects = AuditEntryQuerySet.as_manager()

    class Meta(AuditEntry.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            # Each filter that a reader may give, followed by the keyset of the list, newest first.
            models.Index(fields=["subject", "-at", "-id"], name="change_subject_latest"),
            models.Index(fields=["actor_id", "-at", "-id"], name="change_actor_latest"),
            models.Index(fields=["-at", "-id"], name="change_latest"),
            models.Index(fields=["ip", "-at", "-id"], name="change_ip", condition=Q(ip__isnull=False)),
            # New users by day, as an index-only scan.
            models.Index(fields=["at", "face"], name="change_created", condition=Q(what="created")),
            # Kinds of changes that are events of their own in the log, and rare among millions of edits.
            models.Index(
                fields=["what", "-at", "-id"],
                name="change_rare",
                condition=Q(what__in=["deleted", "password", "reset_sent", "multifactor", "unblocked"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.subject} by {self.actor_name}"
