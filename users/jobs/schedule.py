"""Jobs that are done unasked, now and then."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from users.jobs.enqueue import enqueue
from users.jobs.registry import KINDS
from users.rights.actor import command_actor

# Who it is that asks.
ACTOR_NAME = "Profiledesk"


def enqueue_due_jobs() -> None:
    """Time is cut into periods, the first of which began in 1970. Each gets one job of the
    kind, however many workers ask for it."""
    for name, kind in KINDS.items():
        if kind.every is not None:
            length = kind.every.total_seconds()
            begin = timezone.now().timestamp() // length * length
            period = datetime.fromtimestamp(begin, UTC)
            enqueue(name, actor=command_actor(ACTOR_NAME), once_key=f"{name} {period:%Y-%m-%d %H:%M:%S}")
