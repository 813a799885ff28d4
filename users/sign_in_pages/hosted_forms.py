"""The form of the hosted sign-in page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from users.models import Connection, User
from users.sign_in.outcomes import Reason, Refused
from users.sign_in.progress import Credentials, SignInRequest
from users.sign_in.transaction import check_password
from users.sign_in_pages.forms import LoginForm
from users.sign_in_pages.lockout_messages import lockout_error


class HostedLoginForm(LoginForm):
    """The sign-in form for users of applications. `account` is whose password was given, blocked ones
    included; it may be linked to another account.

    `sign_in` says for which application; the account is looked up in `connection`, or in every one.
    """

    account: User

    def __init__(
        self, *args: Any, sign_in: SignInRequest, connection: Connection | None = None, **options: Any
    ) -> None:
        self._sign_in, self._connection = sign_in, connection
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        """Check the password by the transaction; allauth would do so for the dashboard."""
        cleaned: dict[str, Any] = forms.Form.clean(self) or self.cleaned_data
        if self.errors:
            return cleaned
        typed = Credentials(login=cleaned["login"], password=cleaned["password"], connection=self._connection)
        match check_password(typed, self._sign_in):
            case User() as account:
                self.account = account
                return cleaned
            case Refused(Reason.LOCKED_OUT, seconds=seconds):
                raise lockout_error(seconds)
        # The same for an unknown login and a wrong password.
        raise ValidationError(gettext("Wrong email or password."), code="mismatch")
