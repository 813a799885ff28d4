"""The secrets that deliveries are signed with, and the signing.

Source: standardwebhooks.com, "Signature scheme" and "Signing secret serialization".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.conf import settings

from users.models import Webhook
from users.tokens.cipher import cipher

PURPOSE = "webhook secrets"
PREFIX = "whsec_"


class Unreadable(Exception):
    """SECRET_KEY is another than it was when the secret was made."""


def new_secret() -> str:
    """32 random bytes, as receivers are given them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypted(secret: str) -> str:
    """As it is kept."""
    return cipher(PURPOSE, settings.SECRET_KEY).encrypt(secret.encode()).decode()


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """Those that sign, the newest first. Raises Unreadable."""
    kept = [webhook.secret_encrypted]
    if webhook.old_secret_until is not None and now < webhook.old_secret_until:
        kept.append(webhook.old_secret_encrypted)
    try:
        return [cipher(PURPOSE, settings.SECRET_KEY).decrypt(each.encode()).decode() for each in kept]
    except InvalidToken:
        raise Unreadable from None


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """`v1,` and the HMAC over id, moment (UNIX seconds) and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
