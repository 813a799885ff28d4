"""Keys that sign tokens."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class SigningKey(models.Model):
    """An RSA key. The newest signs; all are published, so that older tokens still verify."""

    kid = models.CharField(max_length=64, unique=True)
    public_jwk = models.JSONField()
    # PEM, encrypted with a key derived from SECRET_KEY (users.tokens.keys).
    private_encrypted = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.kid
