"""An authenticator app of our own: what a phone does, by the standard and not by the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from users.actions.account.multifactor import note_multifactor
from users.models import User
from users.rights.actor import owner_actor

STEP = 30


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps later. Source: RFC 6238."""
    counter = (int(time.time()) // STEP + steps).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def wrong(secret: str) -> str:
    """Six digits that are right neither now nor soon."""
    right = {code(secret, steps=steps) for steps in range(-2, 4)}
    return next(
        digits
        for digits in ("000000", "111111", "222222", "333333", "444444", "555555", "666666")
        if digits not in right
    )


def enrol(user: User) -> str:
    """Enrolled as one's own page does it, recovery codes and all. The secret in the app."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    note_multifactor(user, actor=owner_actor(user))
    return secret
