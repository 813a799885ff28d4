"""Notes that staff write about users."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

MAX_NOTE_LENGTH = 2000


class Note(models.Model):
    """One note by a member of staff about one user, for staff alone: no API, export, event or page of the
    user's own has it. It is deleted with the user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notes", db_index=False)
    # Null once the author is deleted; the name is as it was at the time.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=True
    )
    author_name = models.CharField(max_length=300)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    # Null while it is as it was written first.
    edited_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [("write_notes", "Can write notes about users")]
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="note_user_latest")]

    def __str__(self) -> str:
        return f"note {self.pk} by {self.author_name}"
