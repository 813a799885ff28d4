"""Store what users consent to; Auth0 calls it a grant."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from users.models import Client, Consent, User


def give_consent(user: User, client: Client, *, audience: str, scope: Iterable[str]) -> Consent:
    """Store that `user` lets `client` do what the scopes say, at the API `audience` (empty for none). Scopes
    that were consented to before stay."""
    with transaction.atomic():
        consent, is_new = Consent.objects.select_for_update().get_or_create(
            user=user, client=client, audience=audience, defaults={"scope": list(dict.fromkeys(scope))}
        )
        if not is_new:
            consent.scope = list(dict.fromkeys([*consent.scope, *scope]))
            consent.updated_at = timezone.now()
            consent.save(update_fields=["scope", "updated_at"])
    return consent


def find_consent(user: User, client: Client, *, audience: str) -> Consent | None:
    """Return what the user has consented to for this client and API."""
    return Consent.objects.filter(user=user, client=client, audience=audience).first()
