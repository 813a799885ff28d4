"""The latest sign-ins of one user, for support."""

from __future__ import annotations

from users.history.account_periods import creation_time
from users.log.types import DESCRIPTIONS, SECOND_FACTORS, SIGN_INS
from users.models import LogEvent, User

TYPES = (*SIGN_INS, *SECOND_FACTORS, "sepft", "fepft")


def recent_sign_ins(user: User, *, most: int) -> list[tuple[str, LogEvent]]:
    """Descriptions and events, newest first, with failed sign-ins, lockouts and second factors. Without
    those of an earlier user with the same id."""
    events = LogEvent.objects.filter(
        user_id=user.user_id, type__in=TYPES, at__gte=creation_time(user.user_id)
    )
    return [(DESCRIPTIONS[event.type], event) for event in events.order_by("-at", "-id")[:most]]
