"""How much of the address that somebody comes from is written down."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from users.conf import conf

# How many bits are kept where it is truncated: what a provider gives to a site.
KEPT_PREFIX_BITS = {4: 24, 6: 48}


def anonymize_ip(address: str) -> str | None:
    """As much as RECORD_IP lets be kept, of what may be no address at all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if conf.record_ip == "off":
        return None
    if conf.record_ip == "full":
        return str(parsed)
    return str(ip_network((parsed, KEPT_PREFIX_BITS[parsed.version]), strict=False).network_address)
