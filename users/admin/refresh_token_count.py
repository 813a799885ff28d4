"""How many refresh tokens the deletion of an application or an API ends, for the page that asks."""

from __future__ import annotations

from typing import Any

from users.models import RefreshToken

MAX_COUNTED = 1_000


def count_refresh_tokens(**those: Any) -> dict[str, Any]:
    """Return `tokens`, the number of refresh tokens with these values, and `is_more`: whether there are more
    than the 1,000 that are counted."""
    number = RefreshToken.objects.filter(**those)[: MAX_COUNTED + 1].count()
    return {"tokens": min(number, MAX_COUNTED), "is_more": number > MAX_COUNTED}
