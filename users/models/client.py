"""An application that calls the API."""

from __future__ import annotations

import hashlib
import hmac

from django.db import models
from django.utils import timezone

from users.models.ids import new_client_id


class Client(models.Model):
    """A machine with credentials. Its scopes are in its grant."""

    client_id = models.CharField(max_length=64, unique=True, default=new_client_id)
    name = models.CharField(max_length=200)
    # SHA-256 of 64 random characters: there is nothing to guess, so a slow hash would only
    # make each token call dear.
    secret_hash = models.CharField(max_length=64)
    grant_types = models.JSONField(default=list)
    is_revoked = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_secret(secret: str) -> str:
        """What is stored of a secret."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def has_secret(self, secret: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.secret_hash, self.hash_secret(secret))
