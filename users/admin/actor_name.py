"""How pages name who did something: a user by the name they have now, others as they were recorded."""

from __future__ import annotations

from users.models import User


def actor_name(actor: User | None, recorded: str) -> str:
    """Return the name to show. `actor` is None for an API client, a command and a deleted user; what was
    recorded of a user is the email they had then."""
    return (actor and actor.name) or recorded
