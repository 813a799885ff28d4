"""Where we may call: the world, and never the network that we stand in unless told so."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from users.conf import conf

PRIVATE_NETWORK_REFUSED = "The address leads into a private network; WEBHOOKS_ALLOW_PRIVATE would allow it."
# Addresses of the old kind within the new: what they lead to is judged instead.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not to be called whatever `is_global` says: its list differs between versions of Python.
BLOCKED_NETWORKS = [
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "fec0::/10", "::/96")
]

# What the socket module wants to know: family and address.
SocketAddress = tuple[socket.AddressFamily, tuple[str, int]]


class InvalidTarget(ValueError):
    """We do not call there. The text is a sentence for people."""


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as can be seen by looking at it. Raises
    BadAddress."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidTarget("This is no address.") from None
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidTarget("An address holds neither spaces nor letters beyond ASCII; encode them.")
    if parts.scheme != "https" and not (parts.scheme == "http" and conf.webhooks_allow_private):
        raise InvalidTarget("The address must begin with https://.")
    if not host or port == 0:
        raise InvalidTarget("The address must name a host.")
    if "@" in parts.netloc or parts.fragment:
        raise InvalidTarget("The address may hold neither a password nor a part after #.")
    if _parse_ip_literal(host) is not None or host == "localhost" or host.endswith(".localhost"):
        resolve_host(host, port or 443)
    return parts


def resolve_host(host: str, port: int) -> list[SocketAddress]:
    """Where the name leads now, as far as we may call there. Whoever calls must go to one of
    these and not ask for the name again, lest the answer be another then. Raises BadAddress."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidTarget(f"The host {host[:200]} is not known.") from None
    places: list[SocketAddress] = [(family, (str(place[0]), port)) for family, _, _, _, place in found]
    allowed = [place for place in places if conf.webhooks_allow_private or is_public(place[1][0])]
    if not allowed:
        raise InvalidTarget(PRIVATE_NETWORK_REFUSED)
    return allowed


def is_public(text: str) -> bool:
    """Whether the IP address is one of the world's."""
    address = ipaddress.ip_address(text)
    if isinstance(address, IPv6Address):
        inner = _embedded_ipv4(address)
        if inner is not None:
            return is_public(str(inner))
    if any(address in network for network in BLOCKED_NETWORKS if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _parse_ip_literal(host: str) -> str | None:
    """The IP address that the host is written as, in any of the ways that are understood."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
