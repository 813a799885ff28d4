"""Determine the client's IP address."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from users.log.ip_addresses import anonymize_ip


def client_ip(request: HttpRequest) -> str | None:
    """Return the client's IP address, or None where the server passes none that is valid.

    Behind a trusted proxy it is the last entry of X-Forwarded-For: the proxy appended that one itself,
    while the entries before it are whatever the client sent.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_FORWARDED_HEADERS:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def recorded_ip(request: HttpRequest) -> str | None:
    """Return the IP address as the settings allow history to store it: whole, anonymized or not at all."""
    return anonymize_ip(client_ip(request) or "")
