"""How Django and allauth find out who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest  # noqa: TID251 - Django calls a backend with a request

from users.models import User
from users.sign_in.account_lookup import find_by_login
from users.sign_in.password_check import match_password


class EmailBackend(ModelBackend):
    """By e-mail or user name, without regard to case, in any database connection.

    Blocked accounts are found too, so that the sign-in page can say so to whoever knows the
    password; a session of theirs is refused by `get_user`.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        email: str = "",
        password: str = "",
        accounts: Sequence[User] | None = None,
        **_: Any,
    ) -> User | None:
        """Return the user whom the password signs in. `accounts` saves the look-up of `email`, where the
        caller has the accounts that it names."""
        return match_password(find_by_login(email) if accounts is None else accounts, password)
