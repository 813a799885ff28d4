"""The key ring: the newest key encrypts, all keys decrypt, and no purpose stands in for another."""

from __future__ import annotations

import pytest

from users.crypto.key_ring import KeyRing, Purpose, Undecryptable

OLD, NEW, OTHER = (f"{name} key, long enough: " + "x" * 20 for name in ("old", "new", "other"))
SECRETS, FILES = Purpose.WEBHOOK_SECRETS, Purpose.JOB_FILES


def test_what_is_encrypted_can_be_decrypted_and_is_not_readable():
    ring = KeyRing((NEW,))

    ciphertext = ring.encrypt(FILES, b"\x00 plain \xff")

    assert b"plain" not in ciphertext
    assert ring.decrypt(FILES, ciphertext) == b"\x00 plain \xff"
    assert ring.decrypt_text(SECRETS, ring.encrypt_text(SECRETS, "gehéim")) == "gehéim"


def test_an_older_key_decrypts_and_only_the_newest_encrypts():
    old = KeyRing((OLD,)).encrypt(FILES, b"x")
    both = KeyRing((NEW, OLD))

    assert both.decrypt(FILES, old) == b"x"
    with pytest.raises(Undecryptable):
        KeyRing((OLD,)).decrypt(FILES, both.encrypt(FILES, b"x"))


@pytest.mark.parametrize(
    ("ring", "purpose"),
    [
        pytest.param(KeyRing((OTHER,)), FILES, id="another key"),
        pytest.param(KeyRing((NEW,)), SECRETS, id="another purpose"),
    ],
)
def test_another_key_or_purpose_decrypts_nothing(ring, purpose):
    ciphertext = KeyRing((NEW,)).encrypt(FILES, b"x")

    with pytest.raises(Undecryptable):
        ring.decrypt(purpose, ciphertext)


@pytest.mark.parametrize("position", [0, 12, 40, -1])
def test_an_altered_ciphertext_is_refused(position):
    ring = KeyRing((NEW,))
    altered = bytearray(ring.encrypt(FILES, b"x" * 100))
    altered[position] ^= 1

    with pytest.raises(Undecryptable):
        ring.decrypt(FILES, bytes(altered))


def test_encrypting_again_changes_only_what_an_older_key_made():
    old = KeyRing((OLD,)).encrypt(FILES, b"x")
    both = KeyRing((NEW, OLD))

    new = both.reencrypt(FILES, old)

    assert KeyRing((NEW,)).decrypt(FILES, new) == b"x"
    assert both.reencrypt(FILES, new) is None
    with pytest.raises(Undecryptable):
        KeyRing((OTHER,)).reencrypt(FILES, old)


def test_a_stack_trace_shows_no_key():
    assert NEW not in repr(KeyRing((NEW,)))
