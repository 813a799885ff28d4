"""Encrypt what is stored with the newest key of the key ring, so that older keys can be removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from users.conf import conf
from users.crypto.key_ring import Purpose, Undecryptable
from users.log.configuration_history import Action, Effect, Kind, record_configuration_change
from users.models import FilePiece, RuleConfig, SigningKey, Webhook
from users.rights.actor import Actor
from users.rights.may import Verb, check

# Where the ciphertexts of each purpose are stored; secrets that are shown once last as long as a session.
COLUMNS: dict[Purpose, tuple[type[models.Model], tuple[str, ...]]] = {
    Purpose.SIGNING_KEYS: (SigningKey, ("private_encrypted",)),
    Purpose.SECOND_FACTORS: (Authenticator, ("data",)),
    Purpose.WEBHOOK_SECRETS: (Webhook, ("secret_encrypted", "old_secret_encrypted")),
    Purpose.JOB_FILES: (FilePiece, ("content",)),
    Purpose.RULE_CONFIGS: (RuleConfig, ("value_encrypted",)),
}
# The encrypted members of `Authenticator.data`. Source: allauth.mfa, the modules that call `encrypt`.
MFA_MEMBERS = ("secret", "seed", "migrated_codes")
# Rows per transaction, each of which may hold a megabyte.
BATCH = 20


@dataclass
class Counts:
    """Ciphertexts that were encrypted again, that were current already, and that no key decrypts."""

    renewed: int = 0
    current: int = 0
    undecryptable: int = 0


def reencrypt(purpose: Purpose, *, actor: Actor) -> Counts:
    """Encrypt all ciphertexts of `purpose` with the newest key, in transactions of a few rows.

    What no key decrypts is counted and left as it is. Idempotent, and may run while the server does.
    """
    check(actor, Verb.REENCRYPT_SECRETS)
    model, columns = COLUMNS[purpose]
    counts, last = Counts(), 0
    while True:
        with transaction.atomic():
            # Locked, or a secret rotated by a request meanwhile would be overwritten with the old one.
            rows = list(model._base_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
            is_recorded = counts.renewed > 0
            for row in rows:
                _reencrypt_row(row, columns, purpose, counts)
            if counts.renewed and not is_recorded:
                _record(purpose, actor)
        if not rows:
            return counts
        last = rows[-1].pk


def _record(purpose: Purpose, actor: Actor) -> None:
    effect = Effect(kind=Kind.ENCRYPTION, object_id=purpose, name=purpose, action=Action.REENCRYPTED)
    record_configuration_change(effect, actor=actor)


def _reencrypt_row(row: models.Model, columns: tuple[str, ...], purpose: Purpose, counts: Counts) -> None:
    before = {name: getattr(row, name) for name in columns}
    after = {
        name: _map_ciphertexts(value, lambda one: _reencrypt_value(one, purpose, counts))
        for name, value in before.items()
    }
    if after != before:
        type(row)._base_manager.filter(pk=row.pk).update(**after)


def _map_ciphertexts(value: Any, renew: Callable[[bytes], bytes]) -> Any:
    """Apply `renew` to each ciphertext in the value of a column."""
    match value:
        case str():
            return renew(value.encode()).decode()
        case list():
            return [_map_ciphertexts(item, renew) for item in value]
        case dict():
            return {
                name: _map_ciphertexts(item, renew) if name in MFA_MEMBERS else item
                for name, item in value.items()
            }
    return renew(bytes(value))


def _reencrypt_value(ciphertext: bytes, purpose: Purpose, counts: Counts) -> bytes:
    if not ciphertext:  # a webhook that never had another secret
        return ciphertext
    try:
        renewed = conf.key_ring.reencrypt(purpose, ciphertext)
    except Undecryptable:
        counts.undecryptable += 1
        return ciphertext
    if renewed is None:
        counts.current += 1
        return ciphertext
    counts.renewed += 1
    return renewed
