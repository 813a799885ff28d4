"""Sign-ins by a grant that wait for the second factor."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.client import Client
from users.models.connection import Connection
from users.models.refresh_token import RefreshTokenSecret
from users.models.resource_server import ResourceServer


class MfaToken(models.Model):
    """A sign-in by a grant that waits for the second factor. Opaque, bound to its client, and good for one
    sign-in within ten minutes."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    resource_server = models.ForeignKey(ResourceServer, models.CASCADE, null=True, related_name="+")
    # That of the refresh token that was presented, where one was: it is exchanged once the sign-in completes.
    refresh_token_secret = models.ForeignKey(RefreshTokenSecret, models.CASCADE, null=True, related_name="+")
    # The requested scopes, and what is proven so far.
    scope = models.JSONField(default=list)
    methods = models.JSONField(default=list)
    id_token_claims = models.JSONField(default=dict)
    access_token_claims = models.JSONField(default=dict)
    # How hooks change the scopes (`users.sign_in.scope_changes`); null for not at all.
    scope_changes = models.JSONField(null=True)
    authenticated_at = models.DateTimeField(default=timezone.now)
    token_generation = models.BigIntegerField()
    is_past_hooks = models.BooleanField(default=False)
    # An authenticator app that waits for its first code: `secret` and `recovery_code`, encrypted.
    enrolment = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"MFA token of {self.user_id}"
