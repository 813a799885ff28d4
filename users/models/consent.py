"""What users have consented to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.client import Client
from users.models.ids import new_consent_id


class Consent(models.Model):
    """The scopes that a user has granted to an application for one API; Auth0 calls it a grant."""

    consent_id = models.CharField(max_length=24, unique=True, default=new_consent_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    # Empty where no API was asked for.
    audience = models.CharField(max_length=600, blank=True)
    scope = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "client", "audience"], name="consent_once")]

    def __str__(self) -> str:
        return self.consent_id
