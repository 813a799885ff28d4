"""How often password resets may be requested, at the API and on the hosted page together."""

from __future__ import annotations

import time

from users.metadata.identifiers import email_key
from users.throttling.fixed_window import Usage, count
from users.throttling.ip_networks import network_of

# Requests from one IP address in a minute, and for one email in five.
PER_IP, PER_EMAIL = 10, 5


def count_requests_from(ip: str | None) -> Usage:
    """Count a request from this IP address."""
    return count(f"password resets from {network_of(ip)}", PER_IP, seconds=60)


def count_requests_for(email: str) -> Usage:
    """Count a request for this email, whether or not a user has it: against floods of mail."""
    return count(f"password resets of {email_key(email)}", PER_EMAIL, seconds=300)


def seconds_until_reset(usage: Usage) -> int:
    """Whole seconds until the count begins again; at least 1."""
    return max(1, usage.reset - int(time.time()))
