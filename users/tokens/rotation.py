"""Change the key that signs, while every token that is still good goes on being verified."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from users.models import Client, ResourceServer, SigningKey
from users.tokens.keys import PUBLISHED_SECONDS, create_key, private_key, signing_key


class UnknownKey(LookupError):
    """No key has this `kid`."""


def rotate_signing_key(*, at_once: bool = False) -> tuple[SigningKey, list[str]]:
    """Make a new key and remove those of which no token can be left. Returns the new key and the
    `kid`s removed.

    Others keep the published keys for a while, so the new one signs only when all of them know
    it; `at_once` does not wait, nor does the only key that can sign.
    """
    removed = _remove_expired_keys()
    has_signer = any(private_key(stored) for stored in SigningKey.objects.all())
    wait = timedelta(seconds=PUBLISHED_SECONDS if has_signer and not at_once else 0)
    key = create_key(signs_from=timezone.now() + wait)
    return SigningKey.objects.get(kid=key.kid), removed


def revoke_signing_key(kid: str) -> SigningKey:
    """Unpublish a key: what it signed is worth nothing from now on, here within 30 seconds, and
    elsewhere once the published keys are read again. Returns the key that signs now, a new one
    where there is no other. Raises UnknownKey."""
    deleted, _ = SigningKey.objects.filter(kid=kid).delete()
    if not deleted:
        raise UnknownKey(kid)
    return SigningKey.objects.get(kid=signing_key().kid)


def _remove_expired_keys() -> list[str]:
    """A key has outlived its tokens when a newer one has signed in its place for as long as the
    longest of them lives."""
    settled_by = timezone.now() - timedelta(seconds=_longest_lifetime())
    candidates = SigningKey.objects.filter(signs_from__lte=settled_by)
    settled = next((stored for stored in candidates if private_key(stored)), None)
    if settled is None:
        return []
    outlived = list(
        SigningKey.objects.filter(signs_from__lt=settled.signs_from).values_list("kid", flat=True)
    )
    SigningKey.objects.filter(kid__in=outlived).delete()
    return outlived


def _longest_lifetime() -> int:
    """Seconds, of the access tokens of any API and the id tokens of any client."""
    found = (
        ResourceServer.objects.aggregate(longest=Max("token_lifetime")),
        Client.objects.aggregate(longest=Max("id_token_lifetime")),
    )
    return max(one["longest"] or 0 for one in found)
