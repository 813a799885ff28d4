"""The keys that sign tokens: made on first use, private halves encrypted at rest."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from joserfc.jwk import KeySet, RSAKey

from users.models import SigningKey


def signing_key() -> RSAKey:
    """The newest key this installation can use; a new one where there is none.

    A changed SECRET_KEY makes the older private keys unreadable. Then a new one signs, and
    the older public keys go on verifying the tokens they signed.
    """
    for stored in SigningKey.objects.all():
        key = _private(stored.kid, stored.private_encrypted, settings.SECRET_KEY)
        if key is not None:
            return key
    return create_key()


def create_key() -> RSAKey:
    """Make a key that signs from now on."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    SigningKey.objects.create(
        kid=key.kid,
        public_jwk=key.as_dict(private=False),
        private_encrypted=_cipher(settings.SECRET_KEY).encrypt(key.as_pem(private=True)).decode(),
    )
    return key


def public_keys() -> KeySet:
    """Every key that a token may be verified by."""
    return KeySet.import_key_set({"keys": published_keys()})


def published_keys() -> list[dict[str, str]]:
    """The public halves, as `/.well-known/jwks.json` lists them."""
    return list(SigningKey.objects.values_list("public_jwk", flat=True))


@lru_cache(maxsize=8)
def _private(kid: str, encrypted: str, secret: str) -> RSAKey | None:
    """Decrypted once a process: reading a PEM costs more than signing with it."""
    try:
        pem = _cipher(secret).decrypt(encrypted.encode())
    except InvalidToken:
        return None
    return RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "RS256"})


def _cipher(secret: str) -> Fernet:
    digest = hashlib.sha256(b"profiledesk signing keys" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
