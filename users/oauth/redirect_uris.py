"""Redirect URIs: which of them a client may use, and the origins that may receive a message."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from users.actions.access.clients import CONTENT_SCHEMES
from users.models import Client
from users.web.cors import origin_of

# RFC 3986 allows neither spaces, control characters nor backslashes; browsers read `\` as `/`.
_NOT_IN_A_URI = re.compile(r"[\x00-\x20\x7f\\]|[^\x00-\x7f]")


def is_registered_redirect(client: Client, redirect_uri: str) -> bool:
    """Whether the URI is a callback of the client: by comparing the text, as OAuth 2.0 Security Best Current
    Practice (RFC 9700, section 2.1) demands. On loopback addresses a native client may use any port, since
    it learns a free one only when it starts (RFC 8252, section 7.3)."""
    if not is_safe_redirect(redirect_uri):
        return False
    if redirect_uri in client.callbacks:
        return True
    if client.app_type != Client.Type.NATIVE:
        return False
    wanted = _without_loopback_port(redirect_uri)
    return wanted is not None and any(_without_loopback_port(one) == wanted for one in client.callbacks)


def is_safe_redirect(redirect_uri: str) -> bool:
    """Whether it is an absolute URI without a fragment that browsers open as one, whatever was registered."""
    if _NOT_IN_A_URI.search(redirect_uri) or "#" in redirect_uri:
        return False
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return False
    if not parts.scheme or parts.scheme in CONTENT_SCHEMES:
        return False
    return parts.scheme not in ("http", "https") or bool(parts.hostname and "@" not in parts.netloc)


def message_origin(client: Client, redirect_uri: str) -> str | None:
    """Return the origin that may receive the answer as a message (`web_message`); None where the origin of
    the redirect URI is not one of the client's."""
    origin = origin_of(redirect_uri) if is_safe_redirect(redirect_uri) else None
    return origin if origin and is_registered_origin(client, origin) else None


def is_registered_origin(client: Client, origin: str) -> bool:
    """Whether pages of this origin belong to the client. Only exact origins count: no wildcard, and no other
    port."""
    addresses = [*client.callbacks, *client.web_origins, *client.allowed_origins]
    return origin in {origin_of(address) for address in addresses if "*" not in address}


def _without_loopback_port(redirect_uri: str) -> SplitResult | None:
    """The parts of a plain HTTP URI of a loopback IP address, or of `localhost`, without its port."""
    try:
        parts = urlsplit(redirect_uri)
        parts.port  # noqa: B018 - raises ValueError for a port that is no number
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "http" or not _is_loopback(host) or "@" in parts.netloc:
        return None
    return parts._replace(netloc=host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
