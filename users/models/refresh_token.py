"""Refresh tokens."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.authorization import Authorization
from users.models.ids import new_refresh_token_id


class RefreshToken(models.Model):
    """A refresh token of an authorization, or the family of them where they rotate: the API shows both as
    one token. Its texts are in `RefreshTokenSecret`."""

    token_id = models.CharField(max_length=24, unique=True, default=new_refresh_token_id)
    authorization = models.OneToOneField(Authorization, models.CASCADE, related_name="refresh_token")
    # Hash of the first part of each text, the same for the whole family.
    family_hash = models.CharField(max_length=64, unique=True)
    is_rotating = models.BooleanField()
    metadata = models.JSONField(default=dict)
    # The keys `initial_ip`, `initial_user_agent`, `last_ip` and `last_user_agent`, where known.
    device = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # Null where it does not expire. The idle lifetime is the client's at the time of the exchange.
    expires_at = models.DateTimeField(null=True)
    last_exchanged_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token_id


class RefreshTokenSecret(models.Model):
    """The second part of the text of a refresh token, as a hash: the current one, and those replaced a
    short time ago. An older one is recognized by its family alone."""

    refresh_token = models.ForeignKey(RefreshToken, models.CASCADE, related_name="secrets")
    secret_hash = models.CharField(max_length=64)
    # The secret in exchange for which it was issued.
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    created_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["refresh_token", "secret_hash"], name="refresh_secret_once")
        ]

    def __str__(self) -> str:
        return f"secret of {self.refresh_token_id}"


def lock_refresh_tokens(tokens: models.QuerySet[RefreshToken]) -> set[int]:
    """Lock the tokens until the transaction ends, and return their primary keys. Before they are deleted,
    by a cascade as well: an exchange at the same time would add a row that refers to a deleted one."""
    # In one order, against deadlocks.
    locked = tokens.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    return set(locked)
