"""The record of changes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from users.metadata.text import DocumentEncoder
from users.models.write_guard import HistoryIsImmutable, check_history_deletion


class ChangeQuerySet(models.QuerySet["Change"]):
    """Lines are added, and never changed; nor deleted, except by what forgets on purpose."""

    def update(self, **values: Any) -> int:
        raise HistoryIsImmutable

    def bulk_update(self, *args: Any, **options: Any) -> int:
        raise HistoryIsImmutable

    def delete(self) -> tuple[int, dict[str, int]]:
        check_history_deletion()
        return super().delete()


class Change(models.Model):
    """One change to one part of one account, by one request.

    It outlives its user: `subject` keeps the user_id as text. `keys` holds, for each
    changed key or field, `{"before": ..., "after": ...}`; a side that lacked it lacks the
    entry. Passwords and other secrets never stand here. A line never changes, which the
    database sees to by a trigger, but for losing its user.
    """

    class What(models.TextChoices):
        CREATED = "created", "Account created"
        DELETED = "deleted", "Account deleted"
        USER_METADATA = "user_metadata", "User metadata"
        APP_METADATA = "app_metadata", "App metadata"
        PROFILE = "profile", "Profile"
        PASSWORD = "password", "Password"
        RESET_SENT = "reset_sent", "Password reset sent"
        STAFF_RIGHTS = "staff_rights", "Staff rights"
        TICKET = "ticket", "Link sent or made"
        MULTIFACTOR = "multifactor", "Second factors"
        IDENTITIES = "identities", "Identities"
        ROLES = "roles", "Roles"
        PERMISSIONS = "permissions", "Permissions"
        # Stored under the word of Auth0's log type, `ublkdu`; it is not about `blocked`.
        LOCKOUT_CLEARED = "unblocked", "Lockout cleared"

    class ActorKind(models.TextChoices):
        STAFF = "staff", "Staff"
        USER = "user", "The user"
        CLIENT = "client", "API client"
        COMMAND = "command", "Command"

    class Face(models.TextChoices):
        DASHBOARD = "dashboard", "Dashboard"
        PROFILE = "profile", "Own page"
        API = "api", "API"
        SIGN_IN = "sign_in", "Sign-in pages"
        IMPORT = "import", "Import"
        COMMAND = "command", "Command line"

    # Null when the account has been deleted.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="changes")
    subject = models.CharField(max_length=255)
    at = models.DateTimeField()
    what = models.CharField(max_length=20, choices=What)
    keys = models.JSONField(default=dict, encoder=DocumentEncoder)
    # Which keys these are, a line each ("app_metadata.plan"), to be searched. Its index is in the
    # migration: it is another in each database. (Null, which none is, keeps SQLite from rewriting
    # the table to add it.)
    names = models.TextField(null=True)
    # A user_id, a client_id or a command's name; the name is as it was at the time.
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.CharField(max_length=255)
    actor_name = models.CharField(max_length=300)
    face = models.CharField(max_length=10, choices=Face)
    request_id = models.CharField(max_length=64, blank=True)
    # As far as RECORD_IP lets it be kept.
    ip = models.GenericIPAddressField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    # The key of the change that this one took back, or the moment to which it went back. No
    # reference: the other line may be forgotten before this one.
    undoes = models.BigIntegerField(null=True)
    restores = models.DateTimeField(null=True)
    # Of a document's line: before, the document was not there at all, rather than empty.
    was_missing = models.BooleanField(default=False, db_default=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["subject", "-at", "-id"], name="change_subject_latest"),
            models.Index(fields=["actor_id", "-at", "-id"], name="change_actor_latest"),
            models.Index(fields=["-at", "-id"], name="change_latest"),
            models.Index(fields=["ip", "-at", "-id"], name="change_ip", condition=Q(ip__isnull=False)),
            # New accounts by day, without reading a line of anything else.
            models.Index(fields=["at", "face"], name="change_created", condition=Q(what="created")),
            # What has an event of its own in the log, found among millions of everyday lines.
            models.Index(
                fields=["what", "-at", "-id"],
                name="change_rare",
                condition=Q(what__in=["deleted", "password", "reset_sent", "multifactor", "unblocked"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.subject} by {self.actor_name}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise HistoryIsImmutable
        super().save(**options)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        check_history_deletion()
        return super().delete(using, keep_parents)
