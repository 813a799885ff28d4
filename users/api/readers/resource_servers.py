"""Look up resource servers."""

from __future__ import annotations

from users.models import ResourceServer


def find_by_id_or_identifier(text: str) -> ResourceServer | None:
    """Find an API by its id, else by its identifier (audience)."""
    # By id first: an identifier may be any text, also one that looks like an id.
    by_id = ResourceServer.objects.filter(resource_server_id=text).first()
    return by_id or ResourceServer.objects.for_audience(text)
