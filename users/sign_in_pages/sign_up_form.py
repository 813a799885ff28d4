"""The form of the hosted sign-up page: email, username and password, and the keys of `user_metadata` that the
schema marks with `x-sign-up`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from users.metadata.documents import USER_METADATA, Document
from users.metadata.errors import MetadataError
from users.metadata.schema import Schema
from users.models import Connection
from users.passwords.text import MAX_LENGTH
from users.representation.emails import is_email
from users.representation.usernames import username_lengths
from users.representation.validation import FieldError
from users.schemas.choices import schema_choices
from users.schemas.current import get_schema
from users.sign_in_pages.forms import describe_policy, email_field
from users.web.form_schema import title_of
from users.web.language import translate

# Before the name of a key, so that none is mistaken for another field of the form.
_PREFIX = "metadata-"
# The most characters of a text without a limit of its own, as for programs that sign users up.
_MAX_TEXT = 500


class SignUpForm(forms.Form):
    """Asks for what the connection and the schema require; the sign-up itself validates it."""

    def __init__(self, data: Any = None, *, connection: Connection, **options: Any) -> None:
        super().__init__(data, **options)
        self._options = connection.options
        self.fields["email"] = email_field("username")
        if connection.options.get("requires_username"):
            self.fields["username"] = _username_field(connection.options)
        self.fields["password"] = _password_field(connection.options)
        self._schema = get_schema(USER_METADATA)
        if self._schema is not None:
            for key in _sign_up_keys(self._schema):
                field = _metadata_field(self._schema, key)
                if field is not None:
                    self.fields[_PREFIX + key] = field

    def clean_email(self) -> str:
        """Refuse what is no email."""
        email: str = self.cleaned_data["email"].strip()
        if not is_email(email):
            raise ValidationError(gettext("Enter an email address, like jane@example.com."))
        return email

    @property
    def profile(self) -> dict[str, str]:
        """The root fields, under Auth0's names."""
        return {name: self.cleaned_data[name] for name in ("email", "username") if name in self.fields}

    @property
    def user_metadata(self) -> Document:
        """The keys that were filled in."""
        given = {
            name.removeprefix(_PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_PREFIX)
        }
        return {key: value for key, value in given.items() if value not in ("", None)}

    def add_metadata_error(self, error: MetadataError) -> None:
        """Show the error beside the field of its key, or above the form where it has none."""
        name = f"{_PREFIX}{error.path[0]}" if error.path else ""
        field = name if name in self.fields else None
        self.add_error(field, f"{translate(error.reason)}." if field else translate(error.message))

    def add_field_error(self, error: FieldError) -> None:
        """Show the error beside its field, in words for users: `error.rule` is for programs."""
        if error.field not in self.fields:
            self.add_error(None, gettext("The account could not be created with this data."))
        elif error.field == "username":
            self.add_error("username", _describe_usernames(self._options))
        else:
            self.add_error(error.field, gettext("This value is not allowed. Enter another."))


def _username_field(options: Mapping[str, Any]) -> forms.CharField:
    _, longest = username_lengths(options)
    # Password managers save the email, which is the field before.
    attributes = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "nickname", "dir": "ltr"}
    return forms.CharField(
        label=gettext("Username"), max_length=longest, widget=forms.TextInput(attrs=attributes)
    )


def _describe_usernames(options: Mapping[str, Any]) -> str:
    shortest, longest = username_lengths(options)
    return gettext(
        "A username has %(least)d to %(most)d characters: letters without accents, digits and"
        " @ ^ $ . ! ` - # + ' ~ _. It is no email address."
    ) % {"least": shortest, "most": longest}


def _password_field(options: Mapping[str, Any]) -> forms.CharField:
    return forms.CharField(
        label=gettext("Password"),
        strip=False,
        max_length=MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=describe_policy(options),
    )


def _sign_up_keys(schema: Schema) -> list[str]:
    """The keys that users may write and that are asked for at sign-up, in the order of the schema."""
    parts = {key: schema.resolve_reference(part) for key, part in schema.properties.items()}
    return [
        key
        for key, part in parts.items()
        if part.get("x-sign-up") is True and part.get("readOnly") is not True
    ]


def _metadata_field(schema: Schema, key: str) -> forms.Field | None:
    """The field of a key with one value; None for objects and lists, which a sign-up does not ask for."""
    part = schema.resolve_reference(schema.properties[key])
    required = key in schema.resolve_reference(schema.source).get("required", ())
    note = part.get("description")
    words: dict[str, Any] = {
        "label": title_of(schema, key),
        "help_text": note if isinstance(note, str) else "",
    }
    choices = schema_choices(part)
    if choices and all(isinstance(value, str) for value, _ in choices):
        empty = [] if required else [("", "")]
        return forms.ChoiceField(choices=[*empty, *choices], required=required, **words)
    match part.get("type"):
        case "boolean":
            return forms.BooleanField(required=False, **words)
        case "integer":
            return forms.IntegerField(required=required, **words)
        case "number":
            return forms.FloatField(required=required, **words)
        case "string":
            kind = "date" if part.get("format") == "date" else "text"
            most = min(part.get("maxLength", _MAX_TEXT), _MAX_TEXT)
            widget = forms.TextInput(attrs={"type": kind, "autocomplete": _AUTOCOMPLETE.get(key, "off")})
            return forms.CharField(required=required, max_length=most, widget=widget, **words)
    return None


# What browsers fill in, by the names that applications mostly give these keys. Source: HTML, "Autofill".
_AUTOCOMPLETE = {
    "name": "name",
    "given_name": "given-name",
    "first": "given-name",
    "family_name": "family-name",
    "last": "family-name",
    "company": "organization",
    "birthday": "bday",
    "phone": "tel",
    "country": "country",
    "city": "address-level2",
    "postcode": "postal-code",
}
