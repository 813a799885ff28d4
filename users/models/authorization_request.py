"""Requests to `/authorize` that wait for their user."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.client import Client


class AuthorizationRequest(models.Model):
    """A request to `/authorize` that waits for the user to sign in or to consent. `state` of the hosted
    pages names it; it is bound to one browser and used once."""

    state_hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(Client, models.CASCADE)
    # The validated parameters (`users.oauth.authorization_request`).
    parameters = models.JSONField(default=dict)
    # Hash of the browser's own secret, which is stored in its session: the request of one browser is of no
    # use in another, against login CSRF.
    browser_hash = models.CharField(max_length=64)
    # Hash of the `state` with which the user returns from another site, to which a hook has sent them; null
    # where none is awaited.
    return_hash = models.CharField(max_length=64, null=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"request of {self.client_id}"
