"""Events of the log that changed no user: sign-ins above all."""

from __future__ import annotations

from django.db import models

from users.metadata.text import DocumentEncoder
from users.models.fields import CodePointField


class LogEvent(models.Model):
    """One event of the tenant's log, of one of Auth0's types. Changes are log events, too, and are not
    stored here a second time.

    No foreign keys: names are as they were at the time. An empty text means unknown. Passwords, tokens and
    other secrets are never stored. Rows are immutable, except that retention deletes them and deleted
    users are anonymized.
    """

    at = models.DateTimeField()
    type = CodePointField(max_length=40)
    description = models.CharField(max_length=300)
    # The user; where none exists, the name that was typed. In lower case, an email as `email_key` normalizes
    # it.
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
            # Every filter of the log's page, followed by the keyset of the list, newest first.
            models.Index(fields=["-at", "-id"], name="log_event_latest"),
            models.Index(fields=["type", "-at", "-id"], name="log_event_type"),
            models.Index(fields=["user_id", "-at", "-id"], name="log_event_user"),
            models.Index(fields=["user_name", "-at", "-id"], name="log_event_user_name"),
            models.Index(fields=["client_id", "-at", "-id"], name="log_event_client"),
            models.Index(fields=["ip", "-at", "-id"], name="log_event_ip"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.user_id or self.user_name or self.client_id or 'no user'}"
