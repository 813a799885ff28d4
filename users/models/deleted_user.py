"""Emails of deleted users, by which staff find their activity."""

from __future__ import annotations

from django.db import models

from users.models.fields import CodePointField


class DeletedUser(models.Model):
    """A deleted user's last email. It is deleted with the user's record of changes: by retention, or when
    that is erased."""

    # The `user_id`, as `Change.subject` has it. A later user may have the same, so it is not unique.
    subject = models.CharField(max_length=255, db_index=True)
    email = models.CharField(max_length=254)
    # As `users.metadata.identifiers.email_key` normalizes it.
    email_folded = CodePointField(max_length=254, db_index=True)
    deleted_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        ordering = ["-deleted_at", "-id"]

    def __str__(self) -> str:
        return self.subject
