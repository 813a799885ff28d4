"""What people's own tokens open only a moment after they signed in.

A token lives for hours: whoever found one should not take the second factor away with it.
"""

from __future__ import annotations

import time

from users.rights.actor import Actor, Kind
from users.rights.errors import StaleSignIn

MAX_SIGN_IN_AGE_MINUTES = 5


def check_recent_sign_in(actor: Actor, doing: str) -> None:
    """Raises StaleSignIn for a person's own token whose sign-in was longer ago. Everybody else's
    rights do not age."""
    if actor.kind != Kind.USER or not actor.has_token:
        return
    if time.time() - actor.authenticated_at > MAX_SIGN_IN_AGE_MINUTES * 60:
        raise StaleSignIn(
            f"You may {doing} within {MAX_SIGN_IN_AGE_MINUTES} minutes of signing in; sign in again."
        )
