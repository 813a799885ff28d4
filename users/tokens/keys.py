"""The keys that sign tokens: made on first use, private halves encrypted at rest."""

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

# Seconds for which others may keep the published keys without asking anew.
PUBLISHED_SECONDS = 300

# Sent with `key`, a SigningKey that was made because none could sign, in the transaction that made it.
signing_key_created = Signal()


def signing_key() -> RSAKey:
    """The newest key this installation can use whose moment has come; before that of any, the
    first that will; a new one where there is none.

    Private keys are unreadable once the key that encrypts them is gone from the key ring. Then a new
    one signs, and the older public keys go on verifying the tokens they signed.
    """
    now = timezone.now()
    usable = [(stored, key) for stored in SigningKey.objects.all() if (key := private_key(stored))]
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
    """Make a key, published at once, that signs from that moment on; from now where none is given.

    Its id is of hexadecimal digits: it is typed after `rotatekeys --revoke`, where one that begins
    with a dash would be read as an option.
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
    """The key with its private half; None where no key of the key ring decrypts that."""
    return _decrypt_private_key(stored.kid, stored.private_encrypted, conf.key_ring)


def public_keys() -> KeySet:
    """Every key that a token may be verified by."""
    return KeySet.import_key_set({"keys": published_keys()})


def published_keys() -> list[dict[str, str | list[str]]]:
    """The public halves, as `/.well-known/jwks.json` lists them."""
    return list(SigningKey.objects.values_list("public_jwk", flat=True))


@lru_cache(maxsize=8)
def _decrypt_private_key(kid: str, encrypted: str, key_ring: KeyRing) -> RSAKey | None:
    """Decrypted once a process: reading a PEM costs more than signing with it."""
    try:
        pem = key_ring.decrypt(Purpose.SIGNING_KEYS, encrypted.encode())
    except Undecryptable:
        return None
    return RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "RS256"})
