"""allauth's forms for passwords, with our look-up of accounts and our texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.utils import url_str_to_user_pk
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, gettext_lazy

from users.conf import conf
from users.log.record import log_event
from users.mail.password_reset import request_password_reset
from users.metadata.identifiers import email_key
from users.models import User
from users.passwords.policy import describe_rule, get_policy
from users.representation.emails import is_email
from users.sign_in.account_lookup import primary_user
from users.sign_in_pages.adapter import AccountAdapter
from users.web.language import translate

NO_MAIL_MESSAGE = gettext_lazy("This site cannot send email yet. Ask an administrator to set your password.")


def email_field(autocomplete: str) -> forms.CharField:
    """An email as a text field: with `type=email` browsers refuse characters outside ASCII."""
    # Left to right in every language, as emails are.
    attributes = {
        "autocomplete": autocomplete,
        "inputmode": "email",
        "autocapitalize": "none",
        "dir": "ltr",
    }
    return forms.CharField(label=gettext("Email"), max_length=254, widget=forms.TextInput(attrs=attributes))


def describe_policy(options: Mapping[str, Any]) -> str:
    """What a new password needs in a connection with these options, on one line."""
    policy = get_policy(options)
    if policy is None:
        return gettext("At least 8 characters, and not only digits.")
    return " ".join(translate(describe_rule(rule)) for rule in policy.explain(""))


def _password_labels() -> dict[str, str]:
    return {
        "oldpassword": gettext("Current password"),
        "password1": gettext("New password"),
        "password2": gettext("New password again"),
    }


class LoginForm(allauth_forms.LoginForm):
    """The sign-in form, the same for users and staff."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Password managers look for `username`, also where it is an email.
        self.fields["login"] = email_field("username")
        # allauth puts its own link to the password reset there.
        self.fields["password"].help_text = ""
        self.fields["password"].label = gettext("Password")
        if "remember" in self.fields:
            self.fields["remember"].label = gettext("Keep me signed in")
        for field in self.fields.values():
            # allauth repeats the label as a placeholder, which screen readers then read twice.
            field.widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        """Normalize the login as accounts store it."""
        # Normalized, so that attempts on one account are counted together however it is spelled.
        return email_key(self.cleaned_data["login"].strip())

    def user_credentials(self) -> dict[str, str]:
        """Pass an email or a username on as `email`: the transaction looks up both."""
        return {"email": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """The request for a reset link. Enqueues the look-up and the email whether or not there is an account,
    so that neither the answer nor its timing reveals one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = email_field("email")

    def clean_email(self) -> str:
        """Refuse what is no email, before anything is enqueued."""
        # First, so that the page says the same for every email.
        if not conf.is_email_configured:
            raise ValidationError(NO_MAIL_MESSAGE)
        email = self.cleaned_data["email"].strip()
        if not is_email(email):
            raise ValidationError(gettext("Enter an email address, like jane@example.com."))
        return email_key(email)  # under which allauth counts the requests

    def save(self, request: HttpRequest, **options: Any) -> str:
        """Enqueue the look-up; the email is sent by a job."""
        email: str = self.cleaned_data["email"]
        # In a job: sending at once would take longer for existing accounts and so reveal them.
        request_password_reset(email, language=get_language() or "")
        return email


class NewPasswordForm(forms.Form):
    """A mixin that explains the connection's password policy beside the field, and logs a refusal."""

    user: AbstractBaseUser | None  # None behind an invalid link

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # allauth's labels are in title case and repeated as placeholders.
        for name, label in _password_labels().items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].widget.attrs.pop("placeholder", None)
        if isinstance(self.user, User):
            self.fields["password1"].help_text = describe_policy(self.user.connection.options)

    def full_clean(self) -> None:
        """Log a refused password."""
        super().full_clean()
        if self.is_bound and self.errors and isinstance(self.user, User):
            log_event("fcp", user=primary_user(self.user), connection=self.user.connection)


class ChangePasswordForm(NewPasswordForm, allauth_forms.ChangePasswordForm):
    """A new password for a signed-in user who knows the old one."""


class ResetPasswordKeyForm(NewPasswordForm, allauth_forms.ResetPasswordKeyForm):
    """A new password by the link in the email."""

    def save(self) -> None:
        """Set the password; following the link also proves that the email is the user's."""
        adapter = get_adapter()
        assert isinstance(adapter, AccountAdapter), "named in the settings"
        assert isinstance(self.user, User), "the link names one"
        adapter.reset_password(self.user, self.cleaned_data["password1"])


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """Asks a signed-in user for the password again, before a sensitive change."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class UserTokenForm(allauth_forms.UserTokenForm):
    """Finds the account of a reset link, linked accounts included: they have passwords of their own."""

    def _get_user(self, uidb36: str) -> User | None:
        """Read the account from the link; allauth would find primary accounts only."""
        try:
            # The default manager leaves linked accounts out.
            return User.accounts.with_connection().get(pk=url_str_to_user_pk(uidb36))
        # A tampered link: allauth then shows its page for invalid links.
        except (ValueError, User.DoesNotExist):
            return None
