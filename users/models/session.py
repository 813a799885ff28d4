"""Browser sessions, each with the user who signed in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """Django's table with columns to find a user's sessions by. They are null until someone signs
    in; `users.sign_in.session_store` fills them from the session's data at each save."""

    # Without a database constraint: a sign-in may race with the deletion of its user, and a
    # session of a user who is gone opens nothing.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_constraint=False, related_name="sessions"
    )
    # Its public name: `session_key` is the secret in the cookie.
    session_id = models.CharField(max_length=40, null=True, unique=True)
    signed_in_at = models.DateTimeField(null=True)
    # Of the password and the user's `session_epoch`; once they change, the session is over.
    auth_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
