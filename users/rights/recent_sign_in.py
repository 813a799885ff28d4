"""Actions for which a user's own token must be of a recent sign-in.

A token lives for hours: a stolen one must not be enough to remove the second factor.
"""

from __future__ import annotations

import time

from django.utils.translation import gettext

from users.rights.actor import Actor, Kind
from users.rights.errors import StaleSignIn

MAX_SIGN_IN_AGE_MINUTES = 5


def check_recent_sign_in(actor: Actor, doing: str) -> None:
    """Raises StaleSignIn for a user's own token of an older sign-in. Rights of other actors do not age."""
    if actor.kind != Kind.USER or not actor.has_token:
        return
    if time.time() - actor.authenticated_at > MAX_SIGN_IN_AGE_MINUTES * 60:
        raise StaleSignIn(
            gettext("You may %(do)s within %(minutes)s minutes of signing in; sign in again.")
            % {"do": gettext(doing), "minutes": MAX_SIGN_IN_AGE_MINUTES}
        )
