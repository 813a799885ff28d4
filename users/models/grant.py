"""Client grants: what a client may do for itself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.client import Client
from users.models.ids import new_grant_id
from users.models.resource_server import ResourceServer


class ClientGrant(models.Model):
    """The scopes that a client may request for one API with its own credentials."""

    grant_id = models.CharField(max_length=20, unique=True, default=new_grant_id)
    client = models.ForeignKey(Client, models.CASCADE, related_name="grants")
    resource_server = models.ForeignKey(ResourceServer, models.CASCADE, related_name="grants")
    scope = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]
        constraints = [
            # Checked by the database, as two requests that create the same grant would both pass a query
            # beforehand.
            models.UniqueConstraint(fields=["client", "resource_server"], name="grant_once"),
        ]

    def __str__(self) -> str:
        return " ".join(self.scope)
