"""Login tickets: a password that was checked for a page of an application."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.client import Client
from users.models.connection import Connection


class LoginTicket(models.Model):
    """A checked password that waits for the request to `/authorize` in which it signs its user in. Bound to
    the client, the connection and the origin of the page; used once, within a minute."""

    ticket_hash = models.CharField(max_length=64, unique=True)
    # The account to which the password belongs, or its primary account.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    # Where the password was typed, as browsers write it in `Origin`.
    origin = models.CharField(max_length=2048)
    # The user's when the ticket was issued: a changed password or a block voids it.
    token_generation = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"login ticket of {self.user_id}"
