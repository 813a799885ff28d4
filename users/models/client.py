"""An application that calls the API."""

from __future__ import annotations

import hashlib
import hmac

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from users.models.ids import new_client_id


class Client(models.Model):
    """An OAuth client: a machine with credentials, or an application that users sign in to. Its client
    grants say what it may do for itself (client credentials)."""

    class Type(models.TextChoices):
        MACHINE = "non_interactive", gettext_lazy("Machine to machine")
        WEB = "regular_web", gettext_lazy("Regular web application")
        SINGLE_PAGE = "spa", gettext_lazy("Single-page application")
        NATIVE = "native", gettext_lazy("Native application")

    client_id = models.CharField(max_length=64, unique=True, default=new_client_id)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=140, blank=True)
    logo_uri = models.CharField(max_length=2048, blank=True)
    app_type = models.CharField(max_length=20, choices=Type, default=Type.MACHINE)
    # "client_secret_post", "client_secret_basic", or "none" for public clients, which cannot keep a secret.
    token_endpoint_auth_method = models.CharField(max_length=30, default="client_secret_post")
    callbacks = models.JSONField(default=list)
    allowed_origins = models.JSONField(default=list)
    web_origins = models.JSONField(default=list)
    allowed_logout_urls = models.JSONField(default=list)
    client_metadata = models.JSONField(default=dict)
    # Users of a third-party client consent to what it may do.
    is_first_party = models.BooleanField(default=True, db_default=True)
    # Whether `/userinfo` keeps to the claims of OpenID Connect. Clients of Auth0's first years also expect
    # `user_metadata` and the root profile there.
    oidc_conformant = models.BooleanField(default=True, db_default=True)
    # Auth0's object of the same name, as far as it was set: see `users.representation.refresh_tokens`.
    refresh_token = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # Where a sign-in can be started again, for pages that have lost theirs.
    initiate_login_uri = models.CharField(max_length=2048, blank=True, db_default="")
    # Branding of the hosted pages, beside `logo_uri`: `accent_color`, `terms_url`, `privacy_url`.
    branding = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # Lifetime of its ID tokens in seconds.
    id_token_lifetime = models.PositiveIntegerField(default=36_000)
    # SHA-256 of 64 random characters. They cannot be guessed, so a slow password hash would only make each
    # token request expensive.
    secret_hash = models.CharField(max_length=64)
    grant_types = models.JSONField(default=list)
    # Stays as a row, so that the log and the history can still name the client.
    is_revoked = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def sign_in_url(self) -> str:
        """Where its users begin to sign in, for links on our own pages; empty for nowhere. Only applications
        of the operator are trusted with such links."""
        url = self.initiate_login_uri
        is_trusted = self.is_first_party and not self.is_revoked and url.startswith("https://")
        return url if is_trusted else ""

    @property
    def is_public(self) -> bool:
        """Whether it is a public client, which cannot keep a secret, such as a page in a browser."""
        return self.token_endpoint_auth_method == "none"  # noqa: S105 - a method, no secret

    @staticmethod
    def hash_secret(secret: str) -> str:
        """The form in which a secret is stored."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret. Compares in constant time, against timing attacks."""
        return hmac.compare_digest(self.secret_hash, self.hash_secret(secret))
