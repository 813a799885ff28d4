"""What Django asks an authentication backend: the user of a session, and their permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend


class EmailBackend(ModelBackend):
    """Django's own, except that it checks no passwords.

    Users sign in by the transaction (`users.sign_in.transaction`) alone, which counts attempts, asks for
    the second factor and logs: `django.contrib.auth.authenticate` would skip all of that. The session of
    a blocked user is refused by `get_user`.
    """

    # Django's test client and other libraries may call it; they get no way around the transaction.
    def authenticate(self, *_: Any, **__: Any) -> None:
        """Admit no one. Django goes on to the next back end, and there is none."""
        return None
