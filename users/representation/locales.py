"""Names of time zones.

Source: OpenID Connect Core 1.0, section 5.1, claim `zoneinfo`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def is_time_zone(text: str) -> bool:
    """Whether the IANA time zone database has a zone or link of this name, in exactly this spelling."""
    return text in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    """From the package, not from the host: of what one host accepts, the next must not refuse half."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())
