"""Secrets at rest, encrypted by keys that are made of SECRET_KEY: one for each purpose."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet


def cipher(purpose: str, secret: str) -> Fernet:
    """Encrypts for `purpose` alone. Its `decrypt` raises InvalidToken once `secret` is another."""
    digest = hashlib.sha256(f"profiledesk {purpose}{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
