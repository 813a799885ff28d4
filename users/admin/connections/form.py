"""The forms of a connection. The actions validate the values, as for the Management API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from users.actions.access.optimistic_lock import version_of
from users.admin.settings_form import LinesField, SettingsForm
from users.models import Connection
from users.passwords.text import MAX_LENGTH as LONGEST_PASSWORD
from users.representation.usernames import MAX_LENGTH, MIN_LENGTH

LONGEST_USERNAME = 128
POLICIES = (
    ("", gettext_lazy("Default: at least 8 characters, no common password")),
    ("none", gettext_lazy("None: any password")),
    ("low", gettext_lazy("Low: at least 6 characters")),
    ("fair", gettext_lazy("Fair: at least 8 characters with lower case, upper case and numbers")),
    ("good", gettext_lazy("Good: at least 8 characters with 3 of 4 types of characters")),
    (
        "excellent",
        gettext_lazy(
            "Excellent: at least 10 characters with 3 of 4 types, no more than 2 identical in a row"
        ),
    ),
)


class NewConnectionForm(SettingsForm):
    """The first settings of a connection."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=gettext_lazy("Letters, digits and single hyphens, such as Partners. It cannot be changed."),
    )
    display_name = forms.CharField(
        label=gettext_lazy("Display name (optional)"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    for_all = forms.BooleanField(
        label=gettext_lazy("Enable for all applications"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Their users can then sign in through it. Each can be turned off later."),
    )


class ConnectionForm(SettingsForm):
    """The settings of every connection."""

    # What it writes, and what its version is of.
    columns: tuple[str, ...] = ("display_name", "is_enabled")

    display_name = forms.CharField(
        label=gettext_lazy("Display name (optional)"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Shown to users where it differs from the name."),
    )
    is_enabled = forms.BooleanField(
        label=gettext_lazy("Enabled"),
        required=False,
        help_text=gettext_lazy(
            "While it is disabled, users cannot sign in through it, be created, or change email or password."
        ),
    )

    @classmethod
    def initial_of(cls, connection: Connection) -> dict[str, Any]:
        """The stored values, with their version."""
        return {
            "display_name": connection.display_name,
            "is_enabled": connection.is_enabled,
            "version": version_of(connection, cls.columns),
        }

    def values_for(self, connection: Connection) -> dict[str, Any]:
        """The columns as typed, for this connection."""
        return {name: self.cleaned_data[name] for name in ConnectionForm.columns}


class DatabaseForm(ConnectionForm):
    """The settings of a connection whose users are stored here with their passwords."""

    paths = {
        "options.passwordPolicy": "policy",
        "options.password_complexity_options": "min_length",
        "options.password_dictionary": "dictionary",
        "options.validation.username.min": "username_min",
        "options.validation.username.max": "username_max",
        "options.requires_username": "requires_username",
    }
    columns = (*ConnectionForm.columns, "options")

    policy = forms.ChoiceField(label=gettext_lazy("Strength"), choices=POLICIES, required=False)
    min_length = forms.IntegerField(
        label=gettext_lazy("Minimum length (optional)"),
        required=False,
        min_value=1,
        max_value=LONGEST_PASSWORD,
        help_text=gettext_lazy("Overrides that of the strength."),
    )
    refuses_common = forms.BooleanField(
        label=gettext_lazy("Refuse common passwords"),
        required=False,
        help_text=gettext_lazy("And the words below, in any case."),
    )
    dictionary = LinesField(
        label=gettext_lazy("Further words to refuse (optional)"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("One per line, at most 200."),
    )
    no_personal_info = forms.BooleanField(
        label=gettext_lazy("Refuse personal information"),
        required=False,
        help_text=gettext_lazy("Passwords that contain the user's name, username or email."),
    )
    sign_up = forms.BooleanField(
        label=gettext_lazy("Users may sign up"),
        required=False,
        help_text=gettext_lazy("Otherwise only staff and API clients create users."),
    )
    enumeration_protection = forms.BooleanField(
        label=gettext_lazy("Protect against enumeration"),
        required=False,
        help_text=gettext_lazy("A sign-up does not disclose whether an email or username is taken."),
    )
    requires_username = forms.BooleanField(
        label=gettext_lazy("Users have usernames"),
        required=False,
        help_text=gettext_lazy("They sign in with either email or username."),
    )
    username_min = forms.IntegerField(
        label=gettext_lazy("Shortest username"), required=False, min_value=1, max_value=LONGEST_USERNAME
    )
    username_max = forms.IntegerField(
        label=gettext_lazy("Longest username"), required=False, min_value=1, max_value=LONGEST_USERNAME
    )

    @classmethod
    def initial_of(cls, connection: Connection) -> dict[str, Any]:
        options = connection.options
        dictionary = options.get("password_dictionary", {})
        length = options.get("validation", {}).get("username", {})
        return {
            **super().initial_of(connection),
            "policy": options.get("passwordPolicy", ""),
            "min_length": options.get("password_complexity_options", {}).get("min_length"),
            "refuses_common": dictionary.get("enable", False),
            "dictionary": dictionary.get("dictionary", []),
            "no_personal_info": options.get("password_no_personal_info", {}).get("enable", False),
            "sign_up": not options.get("disable_signup", False),
            "enumeration_protection": options.get("enumeration_protection", False),
            "requires_username": options.get("requires_username", False),
            "username_min": length.get("min", MIN_LENGTH),
            "username_max": length.get("max", MAX_LENGTH),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("min_length") and not cleaned.get("policy"):
            self.add_error("min_length", gettext("Choose a strength, whose minimum length this overrides."))
        return cleaned

    def values_for(self, connection: Connection) -> dict[str, Any]:
        return {**super().values_for(connection), "options": self._options(connection.options)}

    def _options(self, stored: dict[str, Any]) -> dict[str, Any]:
        """The stored options with what was changed in the form. Options that the form does not have stay."""
        typed = self.cleaned_data
        shortest, longest = typed["username_min"], typed["username_max"]
        # Each option, the fields that it is made of, and its value; None removes it.
        written: tuple[tuple[str, tuple[str, ...], Any], ...] = (
            ("passwordPolicy", ("policy",), typed["policy"] or None),
            (
                "password_complexity_options",
                ("min_length",),
                {"min_length": typed["min_length"]} if typed["min_length"] else None,
            ),
            (
                "password_dictionary",
                ("refuses_common", "dictionary"),
                {"enable": typed["refuses_common"], "dictionary": typed["dictionary"]},
            ),
            ("password_no_personal_info", ("no_personal_info",), {"enable": typed["no_personal_info"]}),
            ("disable_signup", ("sign_up",), not typed["sign_up"]),
            ("enumeration_protection", ("enumeration_protection",), typed["enumeration_protection"]),
            ("requires_username", ("requires_username",), typed["requires_username"]),
            (
                "validation",
                ("username_min", "username_max"),
                {"username": {"min": shortest or MIN_LENGTH, "max": longest or MAX_LENGTH}},
            ),
        )
        options = dict(stored)
        for name, fields, value in written:
            if not self._is_changed(fields):
                continue
            options.pop(name, None)
            if value is not None:
                options[name] = value
        return options

    def _is_changed(self, fields: tuple[str, ...]) -> bool:
        return any(name in self.changed_data for name in fields)
