"""How Django and allauth find out who signs in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password, verify_password
from django.http import HttpRequest  # noqa: TID251 - Django calls a backend with a request

from users.actions.record_sign_in import renew_hash
from users.models import User


class EmailBackend(ModelBackend):
    """By e-mail, without regard to case, in any database connection.

    Blocked accounts are found too, so that the sign-in page can say so to whoever knows the
    password; a session of theirs is refused by `get_user`.
    """

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **_: Any
    ) -> User | None:
        candidates = list(User.objects.by_email(email).in_own_database())
        for user in candidates:
            correct, is_outdated = verify_password(password, user.password)
            if correct:
                if is_outdated:
                    renew_hash(user, password)
                return user
        if not candidates:
            make_password(password)  # takes as long as a check, so that time tells nothing
        return None
