"""Scheduled jobs: enqueue each kind once per period."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from users.jobs.enqueue import enqueue
from users.jobs.registry import KINDS
from users.rights.actor import command_actor

# The name of the actor in the job's row.
ACTOR_NAME = "Profiledesk"


def enqueue_due_jobs() -> None:
    """Enqueue the job of the current period for each scheduled kind. Periods are counted from 1970, and
    `once_key` makes it one job per period, however many workers ask."""
    for name, kind in KINDS.items():
        if kind.every is not None:
            length = kind.every.total_seconds()
            begin = timezone.now().timestamp() // length * length
            period = datetime.fromtimestamp(begin, UTC)
            enqueue(name, actor=command_actor(ACTOR_NAME), once_key=f"{name} {period:%Y-%m-%d %H:%M:%S}")
