"""Rotate and revoke the keys that sign tokens; valid tokens stay verifiable across a rotation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from users.actions.errors import UnknownKey
from users.log.configuration_history import (
    Action,
    Effect,
    effect_on,
    record_configuration_change,
    record_side_effects,
)
from users.models import Client, ResourceServer, SigningKey
from users.representation.timestamps import format_time
from users.rights.actor import Actor, command_actor
from users.rights.may import Verb, check
from users.tokens.keys import PUBLISHED_SECONDS, create_key, private_key, signing_key

# The actor of a key that was created because none could sign.
SYSTEM = command_actor("Profiledesk")
NONE_COULD_SIGN = "There was no key that could sign."
OUTLIVED = "All tokens that it signed have expired."


def rotate_signing_key(*, actor: Actor, at_once: bool = False) -> tuple[SigningKey, list[str]]:
    """Create a key, and delete keys whose tokens have all expired. Returns the new key and the `kid`s
    deleted. Raises Denied.

    Clients cache the published keys, so the new one signs only once all of them can know it; `at_once`
    does not wait, and neither does a key without a predecessor that can sign.
    """
    check(actor, Verb.ROTATE_SIGNING_KEYS)
    with transaction.atomic():
        removed = _remove_expired_keys(actor)
        has_signer = any(private_key(stored) for stored in SigningKey.objects.all())
        wait = timedelta(seconds=PUBLISHED_SECONDS if has_signer and not at_once else 0)
        key = SigningKey.objects.get(kid=create_key(signs_from=timezone.now() + wait).kid)
        record_configuration_change(_effect(key, Action.CREATED), actor=actor)
    return key, removed


def revoke_signing_key(kid: str, *, actor: Actor) -> SigningKey:
    """Unpublish a key: tokens that it signed are refused, here within 30 seconds, and
    elsewhere once the published keys are read again. Returns the key that signs now, a new one
    where there is no other. Raises Denied or UnknownKey."""
    check(actor, Verb.ROTATE_SIGNING_KEYS)
    with transaction.atomic():
        key = SigningKey.objects.select_for_update().filter(kid=kid).first()
        if key is None:
            raise UnknownKey(kid)
        record_configuration_change(_effect(key, Action.REVOKED), actor=actor)
        key.delete()
        return SigningKey.objects.get(kid=signing_key().kid)


def record_first_key(sender: Any, key: SigningKey, **_: Any) -> None:
    """Receive `users.tokens.keys.signing_key_created`: the system made this key, not a request, so
    it is recorded in the history alone."""
    record_side_effects([_effect(key, Action.CREATED)], actor=SYSTEM, reason=NONE_COULD_SIGN)


def _remove_expired_keys(actor: Actor) -> list[str]:
    """A key can be deleted once a newer one has signed in its place for as long as the longest-lived
    token."""
    settled_by = timezone.now() - timedelta(seconds=_longest_lifetime())
    candidates = SigningKey.objects.filter(signs_from__lte=settled_by)
    settled = next((stored for stored in candidates if private_key(stored)), None)
    if settled is None:
        return []
    outlived = list(SigningKey.objects.select_for_update().filter(signs_from__lt=settled.signs_from))
    record_side_effects([_effect(key, Action.DELETED) for key in outlived], actor=actor, reason=OUTLIVED)
    SigningKey.objects.filter(pk__in=[key.pk for key in outlived]).delete()
    return [key.kid for key in outlived]


def _longest_lifetime() -> int:
    """In seconds, over access tokens of all APIs and ID tokens of all clients."""
    found = (
        ResourceServer.objects.aggregate(longest=Max("token_lifetime")),
        Client.objects.aggregate(longest=Max("id_token_lifetime")),
    )
    return max(one["longest"] or 0 for one in found)


def _effect(key: SigningKey, action: Action) -> Effect:
    described = {"kid": key.kid, "signs_from": format_time(key.signs_from)}
    side = "after" if action == Action.CREATED else "before"
    return effect_on(key, action, **{side: described})
