"""What happened that changed no account: sign-ins above all."""

from __future__ import annotations

from django.db import models

from users.metadata.text import DocumentEncoder
from users.models.fields import CodePointField


class LogEvent(models.Model):
    """One event of the tenant's log, of one of Auth0's types. Lines of the record of changes are
    events, too, and do not stand here a second time.

    Nothing refers to rows of other tables: names are as they were at the time. An empty text is
    unknown. Passwords, tokens and other secrets never stand here. Rows are added and never
    changed, but for being deleted by age and losing what tells of a person who was deleted.
    """

    at = models.DateTimeField()
    type = CodePointField(max_length=40)
    description = models.CharField(max_length=300)
    # Whose account it was; what was typed where there is none of that name. In lower case,
    # an email as `email_key` has it.
    user_id = CodePointField(max_length=255, blank=True)
    user_name = CodePointField(max_length=300, blank=True)
    client_id = CodePointField(max_length=64, blank=True)
    client_name = CodePointField(max_length=300, blank=True)
    connection = CodePointField(max_length=128, blank=True)
    connection_id = CodePointField(max_length=32, blank=True)
    strategy = CodePointField(max_length=64, blank=True)
    ip = CodePointField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    hostname = models.CharField(max_length=255, blank=True)
    audience = models.CharField(max_length=600, blank=True)
    scope = models.CharField(max_length=1000, blank=True)
    details = models.JSONField(default=dict, encoder=DocumentEncoder)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="log_event_latest"),
            models.Index(fields=["type", "-at", "-id"], name="log_event_type"),
            models.Index(fields=["user_id", "-at", "-id"], name="log_event_user"),
            models.Index(fields=["user_name", "-at", "-id"], name="log_event_user_name"),
            models.Index(fields=["client_id", "-at", "-id"], name="log_event_client"),
            models.Index(fields=["ip", "-at", "-id"], name="log_event_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.user_id or self.user_name or self.client_id or 'nobody'}"
