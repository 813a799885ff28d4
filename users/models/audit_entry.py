"""The base of both records of changes: who, when, through what; rows are added, never changed."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy

from users.models.write_guard import HistoryIsImmutable, check_history_deletion

Entry = TypeVar("Entry", bound=models.Model)


class AuditEntryQuerySet(models.QuerySet[Entry]):
    """Refuses updates, and deletions outside `allow_history_deletion` (retention and erasure)."""

    def update(self, **values: Any) -> int:
        raise HistoryIsImmutable

    def bulk_update(self, *args: Any, **options: Any) -> int:
        raise HistoryIsImmutable

    def delete(self) -> tuple[int, dict[str, int]]:
        check_history_deletion()
        return super().delete()


class AuditEntry(models.Model):
    """One line of a record. Triggers of the database refuse updates."""

    class ActorKind(models.TextChoices):
        STAFF = "staff", gettext_lazy("Staff")
        USER = "user", gettext_lazy("The user")
        CLIENT = "client", gettext_lazy("API client")
        COMMAND = "command", gettext_lazy("Command")
        RULE = "rule", gettext_lazy("Rule")

    class Face(models.TextChoices):
        DASHBOARD = "dashboard", gettext_lazy("Dashboard")
        PROFILE = "profile", gettext_lazy("Own page")
        API = "api", "API"
        SIGN_IN = "sign_in", gettext_lazy("Sign-in pages")
        IMPORT = "import", gettext_lazy("Import")
        COMMAND = "command", gettext_lazy("Command line")
        # A script that runs while a user signs in to an application.
        RULE = "rule", gettext_lazy("Rule")

    # Set by the action, not by the database: all lines of one request share it, and it is later than the
    # change before it.
    at = models.DateTimeField()
    # A `user_id`, a `client_id`, a `rule_id` or a command's name. Text and no foreign key: the line must
    # still say who it
    # was after the actor is deleted. The name is as it was at the time.
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.CharField(max_length=255)
    actor_name = models.CharField(max_length=300)
    face = models.CharField(max_length=10, choices=Face)
    request_id = models.CharField(max_length=64, blank=True)
    # Whole, truncated or null, as RECORD_IP says.
    ip = models.GenericIPAddressField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        # Django's permissions (add, change, delete) mean nothing here: `users.rights` decides who may see it.
        default_permissions = ()

    def save(self, **options: Any) -> None:
        # A trigger refuses updates as well; this raises before a query is made, with a clear message.
        if not self._state.adding:
            raise HistoryIsImmutable
        super().save(**options)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        check_history_deletion()
        return super().delete(using, keep_parents)
