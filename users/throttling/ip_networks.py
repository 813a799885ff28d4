"""Callers as limits by IP address count them."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

# Callers on a Unix socket have no IP address; they share one counter.
_NO_IP = "0.0.0.0"  # noqa: S104 - nothing listens there


def network_of(ip: str | None) -> str:
    """An IPv4 address, or the network of an IPv6 address: a caller mostly has a whole network of 64 bits,
    and could take another address of it for each attempt."""
    address = ip_address(ip or _NO_IP)
    if isinstance(address, IPv6Address):
        # IPv4 callers of a server that listens on both protocols appear as ::ffff:a.b.c.d, all in one network
        # of 64 bits: a lockout of that network would refuse everyone.
        address = address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64)
    return str(address)
