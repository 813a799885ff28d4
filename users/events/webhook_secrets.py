"""Signing secrets of webhooks, and signatures of deliveries.

Source: standardwebhooks.com, "Signature scheme" and "Signing secret serialization".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from users.conf import conf
from users.crypto.key_ring import Purpose
from users.models import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    """32 random bytes, in the form that receivers configure."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypt_secret(secret: str) -> str:
    """Encrypt a secret as it is stored."""
    return conf.key_ring.encrypt_text(Purpose.WEBHOOK_SECRETS, secret)


def active_secrets(webhook: Webhook, now: datetime) -> list[str]:
    """The secrets that sign, newest first. Raises Undecryptable."""
    kept = [webhook.secret_encrypted]
    if webhook.old_secret_until is not None and now < webhook.old_secret_until:
        kept.append(webhook.old_secret_encrypted)
    return [conf.key_ring.decrypt_text(Purpose.WEBHOOK_SECRETS, each) for each in kept]


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over id, timestamp (UNIX seconds) and body, in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    # The timestamp is signed, so that receivers can refuse replayed requests.
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
