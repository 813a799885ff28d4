"""Who is on the other end."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from users.conf import conf

# How many bits of an address are kept where it is truncated: what a provider gives to a site.
TRUNCATED = {4: 24, 6: 48}


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
    address = client_ip(request)
    if address is None or conf.record_ip == "off":
        return None
    if conf.record_ip == "full":
        return address
    bits = TRUNCATED[ip_address(address).version]
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)
