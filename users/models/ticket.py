"""Links by which people set a password or prove an address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Ticket(models.Model):
    """Good once, until it expires. Only the hash of what the link carries is kept."""

    class Purpose(models.TextChoices):
        PASSWORD_CHANGE = "password_change", "Password change"
        EMAIL_VERIFICATION = "email_verification", "E-mail verification"

    secret_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tickets")
    # The address it was made for: a changed address makes the link void.
    email = models.CharField(max_length=254)
    # Where the person is sent afterwards; empty: they stay with us.
    result_url = models.CharField(max_length=2048, blank=True)
    names_email_in_redirect = models.BooleanField(default=False)
    marks_email_as_verified = models.BooleanField(default=False)
    # The client or staff member that had it made, for the record.
    made_by = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # Null until somebody follows the link to its end. The row stays till it expires, so that the
    # second click is told apart from a made-up link.
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"
