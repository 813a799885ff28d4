"""The secrets that deliveries are signed with, and the signing.

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
    """32 random bytes, as receivers are given them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypt_secret(secret: str) -> str:
    """As it is kept."""
    return conf.key_ring.encrypt_text(Purpose.WEBHOOK_SECRETS, secret)


def active_secrets(webhook: Webhook, now: datetime) -> list[str]:
    """Those that sign, the newest first. Raises Undecryptable."""
    kept = [webhook.secret_encrypted]
    if webhook.old_secret_until is not None and now < webhook.old_secret_until:
        kept.append(webhook.old_secret_encrypted)
    return [conf.key_ring.decrypt_text(Purpose.WEBHOOK_SECRETS, each) for each in kept]


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """`v1,` and the HMAC over id, moment (UNIX seconds) and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
