"""Browser sessions, each with the user who signed in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy


class Session(AbstractBaseSession):
    """Django's session table with columns that make a user's sessions findable. Null until a user signs
    in; `users.sign_in.session_store` fills them from the session's data at each save."""

    class Kind(models.TextChoices):
        # The dashboard and the user's own page.
        DASHBOARD = "dashboard", gettext_lazy("Dashboard")
        # Single sign-on to applications.
        SSO = "sso", gettext_lazy("Single sign-on")

    # A session is found under the cookie of its own kind only, so that neither opens the pages of the other.
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DASHBOARD, db_default=Kind.DASHBOARD)
    # When a browser last used it; null for those that do not record it.
    last_seen_at = models.DateTimeField(null=True)
    # Strings by name, which clients of the API attach.
    metadata = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # Without a database constraint: a sign-in may race with the deletion of its user, and a session of a
    # deleted user gives access to nothing.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_constraint=False, related_name="sessions"
    )
    # The public id. `session_key` is the secret in the cookie and must not appear in the API.
    session_id = models.CharField(max_length=40, null=True, unique=True)
    signed_in_at = models.DateTimeField(null=True)
    # Hash over the password's hash and the user's `session_epoch`; once either changes, the session is over.
    auth_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
