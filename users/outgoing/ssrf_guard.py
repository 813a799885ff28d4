"""SSRF guard: refuse private, loopback and reserved targets, unless a policy allows them."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from users.conf import conf

PRIVATE_NETWORK_REFUSED = "The URL leads into a private network; WEBHOOKS_ALLOW_PRIVATE would allow it."
# IPv6 addresses that embed an IPv4 address: the embedded one decides.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Refused whatever `is_global` says: its list differs between versions of Python.
BLOCKED_NETWORKS = [
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "fec0::/10", "::/96")
]

# As the socket module takes it: address family, and (IP address, port).
SocketAddress = tuple[socket.AddressFamily, tuple[str, int]]


@dataclass(frozen=True)
class NetworkPolicy:
    """Where requests may lead. `allows_private`: also into private networks, and over plain http. `refusal`
    is the sentence for a URL that leads into one although it may not."""

    allows_private: bool
    refusal: str


def webhook_policy() -> NetworkPolicy:
    """The policy for webhooks: the setting WEBHOOKS_ALLOW_PRIVATE."""
    return NetworkPolicy(conf.webhooks_allow_private, PRIVATE_NETWORK_REFUSED)


class InvalidTarget(ValueError):
    """The URL must not be called. The text is a sentence for the user."""


def check_url(url: str, policy: NetworkPolicy | None = None) -> SplitResult:
    """Parse the URL, and refuse what can be refused without resolving its name; by the policy for webhooks if
    none is given. Raises InvalidTarget."""
    policy = policy or webhook_policy()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidTarget("This is not a URL.") from None
    # URL parsers disagree about backslashes, spaces and control characters: what is checked here must be what
    # is called.
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidTarget("A URL contains neither spaces nor characters beyond ASCII; encode them.")
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.allows_private):
        raise InvalidTarget("The URL must begin with https://.")
    if not host or port == 0:
        raise InvalidTarget("The URL must name a host.")
    if "@" in parts.netloc or parts.fragment:
        raise InvalidTarget("The URL may contain neither a password nor a part after #.")
    # Only literal addresses and localhost, which need no DNS: a request that saves a webhook must not wait
    # for a name server. Other names are resolved at each call.
    if _parse_ip_literal(host) is not None or host == "localhost" or host.endswith(".localhost"):
        resolve_host(host, port or 443, policy)
    return parts


def resolve_host(host: str, port: int, policy: NetworkPolicy | None = None) -> list[SocketAddress]:
    """Resolve the host, and return the addresses that may be called. The caller must connect to one of
    these and not resolve the name again: the answer could be a private address by then (DNS rebinding).
    Raises InvalidTarget."""
    policy = policy or webhook_policy()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidTarget(f"The host {host[:200]} is not known.") from None
    places: list[SocketAddress] = [(family, (str(place[0]), port)) for family, _, _, _, place in found]
    # A name with public and private addresses is called at the public ones only.
    allowed = [place for place in places if policy.allows_private or is_public(place[1][0])]
    if not allowed:
        raise InvalidTarget(policy.refusal)
    return allowed


def is_public(text: str) -> bool:
    """Whether the IP address is on the public internet."""
    address = ipaddress.ip_address(text)
    # An IPv6 form of a private IPv4 address, such as ::ffff:10.0.0.1, reaches the same host.
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
    """The IP address that the host is written as, in any notation that operating systems accept (`0x7f.1`,
    `2130706433`), or None."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
