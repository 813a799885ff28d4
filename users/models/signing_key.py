"""Keys that sign tokens."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class SigningKey(models.Model):
    """An RSA key. All are published (JWKS), so that every token verifies; the newest whose `signs_from`
    has passed signs."""

    kid = models.CharField(max_length=64, unique=True)
    public_jwk = models.JSONField()
    # PEM, encrypted by the key ring (users.tokens.keys).
    private_encrypted = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    # Later than `created_at` on rotation, so that clients which cache the JWKS know the key before the first
    # token is signed with it.
    signs_from = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        default_permissions = ()
        ordering = ["-signs_from", "-id"]

    def __str__(self) -> str:
        return self.kid
