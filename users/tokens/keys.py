"""The keys that sign tokens: created on first use, private keys encrypted at rest."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from joserfc.jwk import KeySet, RSAKey

from users.conf import conf
from users.crypto.key_ring import KeyRing, Purpose, Undecryptable
from users.models import SigningKey
from users.models.compiled_lookup import CompiledLookup

# Seconds for which others may cache the published keys (JWKS).
PUBLISHED_SECONDS = 300

_stored_keys = CompiledLookup(lambda: SigningKey.objects.only("kid", "private_encrypted", "signs_from"))

# Sent with `key`, a SigningKey that was made because none could sign, in the transaction that made it.
signing_key_created = Signal()


def signing_key() -> RSAKey:
    """The newest usable key whose `signs_from` has passed; if none has, the first that will; if there is
    none, a new one.

    Private keys are unreadable once the key that encrypts them is removed from the key ring. Then a new
    key signs, and the older public keys still verify the tokens they signed.
    """
    now = timezone.now()
    # A handful of rows, newest first by the model's ordering.
    usable = [(stored, key) for stored in _stored_keys.all() if (key := private_key(stored))]
    for stored, key in usable:
        if stored.signs_from <= now:
            return key
    return usable[-1][1] if usable else _create_missing_key()


def _create_missing_key() -> RSAKey:
    with transaction.atomic():
        key = create_key()
        stored = SigningKey.objects.get(kid=key.kid)
        signing_key_created.send(sender=SigningKey, key=stored)
    return key


def create_key(*, signs_from: datetime | None = None) -> RSAKey:
    """Create a key, published at once, that signs from `signs_from` on; from now if not given.

    Its id is hexadecimal: it is typed after `rotatekeys --revoke`, where an id that begins with a dash
    would be read as an option.
    """
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_hex(16)})
    assert key.kid is not None
    SigningKey.objects.create(
        kid=key.kid,
        public_jwk=key.as_dict(private=False),
        private_encrypted=conf.key_ring.encrypt(Purpose.SIGNING_KEYS, key.as_pem(private=True)).decode(),
        signs_from=signs_from or timezone.now(),
    )
    return key


def private_key(stored: SigningKey) -> RSAKey | None:
    """The key with its private half; None where no key of the key ring decrypts it."""
    return _decrypt_private_key(stored.kid, stored.private_encrypted, conf.key_ring)


def public_keys() -> KeySet:
    """Every key that may verify a token."""
    return KeySet.import_key_set({"keys": published_keys()})


def published_keys() -> list[dict[str, str | list[str]]]:
    """The public keys, as `/.well-known/jwks.json` lists them."""
    return list(SigningKey.objects.values_list("public_jwk", flat=True))


@lru_cache(maxsize=8)
def _decrypt_private_key(kid: str, encrypted: str, key_ring: KeyRing) -> RSAKey | None:
    """Cached per process: parsing a PEM costs more than signing with it."""
    try:
        pem = key_ring.decrypt(Purpose.SIGNING_KEYS, encrypted.encode())
    except Undecryptable:
        return None
    return RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "RS256"})
