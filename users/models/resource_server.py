"""APIs (resource servers) that tokens are issued for."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.conf import conf
from users.models.ids import new_resource_server_id

# Stored in place of the audience of our MFA API, which follows from PUBLIC_URL.
MFA_IDENTIFIER = "mfa"


class ResourceServerManager(models.Manager["ResourceServer"]):
    """Looks APIs up by audience."""

    def management(self) -> ResourceServer:
        """Our own Management API."""
        return self.get(identifier=None)

    def custom(self) -> models.QuerySet[ResourceServer]:
        """Those of others, without the ones that are part of the product."""
        return self.exclude(identifier=None).exclude(identifier=MFA_IDENTIFIER)

    def for_audience(self, audience: str) -> ResourceServer | None:
        """The API with exactly this audience, or None."""
        if audience == conf.management_audience:
            return self.management()
        if audience == conf.mfa_audience:
            return self.filter(identifier=MFA_IDENTIFIER).first()
        # PostgreSQL raises an error for text with NUL, which would be a 500.
        return None if "\0" in audience else self.filter(identifier=audience).first()


class ResourceServer(models.Model):
    """An API with its audience and scopes. Two of them are our own, and their audiences follow from
    PUBLIC_URL: the Management API, whose scopes are defined in the code, and the MFA API."""

    resource_server_id = models.CharField(max_length=24, unique=True, default=new_resource_server_id)
    name = models.CharField(max_length=200)
    # The audience; null for the Management API, and MFA_IDENTIFIER for the MFA API.
    identifier = models.CharField(max_length=600, unique=True, null=True)
    # Objects with `value` ("read:songs") and `description`.
    scopes = models.JSONField(default=list)
    # Lifetime of its access tokens in seconds.
    token_lifetime = models.PositiveIntegerField(default=86_400)
    # Whether permissions limit the scopes of users' tokens (RBAC), and whether tokens list them
    # (`permissions`).
    enforce_policies = models.BooleanField(default=False)
    names_permissions = models.BooleanField(default=False)
    # Whether its users may get refresh tokens (`offline_access`).
    allow_offline_access = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ResourceServerManager()

    class Meta:
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_management(self) -> bool:
        """Whether this is our own Management API."""
        return self.identifier is None

    @property
    def is_system(self) -> bool:
        """Whether it is part of the product."""
        return self.identifier in (None, MFA_IDENTIFIER)

    @property
    def audience(self) -> str:
        """The `aud` of its tokens."""
        if self.identifier is None:
            return conf.management_audience
        return conf.mfa_audience if self.identifier == MFA_IDENTIFIER else self.identifier

    @property
    def scope_values(self) -> list[str]:
        """The names of its stored scopes."""
        return [scope["value"] for scope in self.scopes]
