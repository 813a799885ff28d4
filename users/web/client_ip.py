"""Who is on the other end."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from users.log.ip_addresses import anonymize_ip


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address; behind a trusted proxy, the last one it forwarded."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_FORWARDED_HEADERS:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def recorded_ip(request: HttpRequest) -> str | None:
    """The same, as far as it may be kept in the record of changes."""
    return anonymize_ip(client_ip(request) or "")
