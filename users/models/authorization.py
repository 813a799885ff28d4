"""Authorizations: what a sign-in of a user to an application has allowed, and its codes."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.utils import timezone

from users.models.client import Client
from users.models.connection import Connection
from users.models.ids import new_authorization_id
from users.models.resource_server import ResourceServer


def hash_token(token: str) -> str:
    """The form in which codes and tokens are stored. They are random and long, so that a slow hash would
    protect nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class Authorization(models.Model):
    """One sign-in of a user to an application, for one API: what its codes and tokens were issued for.

    Tokens name it. Once it is revoked or has expired, none of them is accepted here any more, and no
    refresh token of it is exchanged.
    """

    authorization_id = models.CharField(max_length=24, unique=True, default=new_authorization_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authorizations")
    # The connection through which the user signed in.
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="authorizations")
    # Null where no API was asked for: the tokens open `/userinfo` only.
    resource_server = models.ForeignKey(ResourceServer, models.CASCADE, null=True, related_name="+")
    # The public id of the browser session; empty for grants without a browser.
    session_id = models.CharField(max_length=40, blank=True, db_index=True)
    scope = models.JSONField(default=list)
    # Values of `users.sign_in.progress.Method`.
    methods = models.JSONField(default=list)
    authenticated_at = models.DateTimeField(default=timezone.now)
    # The user's when the authorization was created: ending the user's access ends it as well.
    token_generation = models.BigIntegerField()
    # Claims that post-login hooks added, for `/userinfo` and for tokens that are refreshed.
    id_token_claims = models.JSONField(default=dict)
    access_token_claims = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # When the last token of it expires; null while a refresh token without an expiry exists.
    expires_at = models.DateTimeField(null=True, db_index=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.authorization_id


class AuthorizationCode(models.Model):
    """A code that the application exchanges for tokens, once, within a minute. Only its hash is stored."""

    code_hash = models.CharField(max_length=64, unique=True)
    authorization = models.ForeignKey(Authorization, models.CASCADE, related_name="codes")
    redirect_uri = models.CharField(max_length=2048)
    # Of PKCE, always S256; empty where the client did without.
    code_challenge = models.CharField(max_length=128, blank=True)
    nonce = models.CharField(max_length=2048, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # The row stays until its authorization expires, so that a replayed code is recognized.
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"code of {self.authorization_id}"
