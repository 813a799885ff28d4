"""Tickets: links to set a password or verify an email."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy


class Ticket(models.Model):
    """A single-use link with an expiry. Only the hash of its secret is stored."""

    class Purpose(models.TextChoices):
        PASSWORD_CHANGE = "password_change", gettext_lazy("Password change")
        EMAIL_VERIFICATION = "email_verification", gettext_lazy("Email verification")

    secret_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tickets")
    # The email it was created for: once the user's email changes, the link is void.
    email = models.CharField(max_length=254)
    # Where the user is redirected afterwards; empty for our own page.
    result_url = models.CharField(max_length=2048, blank=True)
    names_email_in_redirect = models.BooleanField(default=False)
    marks_email_as_verified = models.BooleanField(default=False)
    # The client or staff member who created it.
    made_by = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # Null until the link is used. The row stays until it expires, so that a second click gets another message
    # than a forged link.
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"
