"""What a client may do."""

from __future__ import annotations

from django.db import models

from users.models.client import Client


class ClientGrant(models.Model):
    """The scopes a client may ask of the Management API.

    The audience is not stored: it follows from PUBLIC_URL.
    """

    client = models.OneToOneField(Client, models.CASCADE, related_name="grant")
    scope = models.JSONField(default=list)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return " ".join(self.scope)
