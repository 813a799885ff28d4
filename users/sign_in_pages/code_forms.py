"""allauth's forms for codes of the second factor."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from users.models import User
from users.sign_in.allauth_internals import seconds_until_next_code
from users.sign_in.second_factor import is_unused
from users.sign_in_pages import lockout_messages


class SignInForm(base_forms.AuthenticateForm):
    """The second step of signing in: a code from the app, or a recovery code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"] = code_field(gettext("Six digits from your app, or one of your recovery codes."))

    def clean_code(self) -> str:
        """Check the code, and that it was not given before."""
        # Users type spaces and hyphens between the letters, and small letters for capitals.
        self.cleaned_data["code"] = re.sub(r"[\s-]", "", self.cleaned_data["code"]).upper()
        with translate_rate_limit(self.user):
            code = super().clean_code()
        check_unused(self.user, code)
        return code


class ReauthenticateForm(base_forms.ReauthenticateForm, SignInForm):
    """The same for a signed-in user, before a sensitive change."""


class ActivateForm(ActivateTOTPForm):
    """The first code of a new app, which proves that the app has the secret."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A keyboard of digits here only: recovery codes, which the other form also takes, may have letters.
        self.fields["code"] = code_field(
            gettext("The six digits that the app shows now."), inputmode="numeric"
        )

    def clean_code(self) -> str:
        """Check the code, and that it was not given before."""
        with translate_rate_limit(self.user):
            code = super().clean_code()
        check_unused(self.user, code)
        return code

    @property
    def spaced_secret(self) -> str:
        """The secret in groups of four, to be typed into the app."""
        return " ".join(re.findall(".{1,4}", self.secret))


@contextmanager
def translate_rate_limit(user: User) -> Iterator[None]:
    """Replace allauth's error after too many wrong codes by one that says how long to wait."""
    try:
        yield
    except ValidationError as error:
        if error.code not in lockout_messages.ERROR_CODES:
            raise
        wait = max(1, math.ceil(seconds_until_next_code(user.pk)))
        raise lockout_messages.lockout_error(wait) from None


def code_field(help_text: str, **attributes: str) -> forms.CharField:
    """A text field that is long enough for every kind of code, typed with spaces."""
    # With `type=number` browsers would drop leading zeros. `one-time-code` lets password managers fill it in.
    given = {
        "autocomplete": "one-time-code",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
        **attributes,
    }
    return forms.CharField(
        label=gettext("Code"), help_text=help_text, max_length=64, widget=forms.TextInput(attrs=given)
    )


def check_unused(user: User, code: str) -> None:
    """Refuse a code that this user has given before, even to add the app."""
    if not is_unused(user, code):
        raise get_adapter().validation_error("incorrect_code")
