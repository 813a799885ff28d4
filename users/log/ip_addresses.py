"""Anonymize IP addresses, as RECORD_IP says."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from users.conf import conf

# Bits of a truncated address: the prefix that a provider assigns to a site.
KEPT_PREFIX_BITS = {4: 24, 6: 48}


def anonymize_ip(address: str) -> str | None:
    """As much of the address as RECORD_IP allows; None for text that is no IP address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if conf.record_ip == "off":
        return None
    if conf.record_ip == "full":
        return str(parsed)
    return str(ip_network((parsed, KEPT_PREFIX_BITS[parsed.version]), strict=False).network_address)
