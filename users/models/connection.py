"""Connections: where users come from."""

from __future__ import annotations

from django.db import models

from users.models.client import Client
from users.models.ids import new_connection_id

DEFAULT_CONNECTION = "Username-Password-Authentication"


class Connection(models.Model):
    """A source of users. Strategy `auth0` is our own database, `email` and `sms` are passwordless; others
    are identity providers."""

    connection_id = models.CharField(max_length=20, unique=True, default=new_connection_id)
    name = models.CharField(max_length=128, unique=True)
    # The name that users see; empty for `name`.
    display_name = models.CharField(max_length=128, blank=True)
    strategy = models.CharField(max_length=50, default="auth0")
    options = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(default=True)
    # The clients whose users may sign in and sign up through it. The dashboard and the own page are no
    # clients: they ask for `is_enabled` alone.
    clients = models.ManyToManyField(Client, related_name="connections")

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_database(self) -> bool:
        """Whether email and password are stored here."""
        return self.strategy == "auth0"
