"""The forms of an API: to create one, its settings, and its scopes. Values are validated as the Management
API validates them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from users.actions.access.optimistic_lock import version_of
from users.admin.settings_form import ApiBodyForm
from users.models import ResourceServer
from users.representation.resource_servers import FIELDS, IDENTIFIER, PERMISSIONS_DIALECT
from users.representation.schema import closed_object
from users.representation.validation import Checker

# What the form writes of an API, and of our own Management API, whose other settings are fixed.
COLUMNS = ("name", "token_lifetime", "allow_offline_access", "enforce_policies", "names_permissions")
MANAGEMENT_COLUMNS = ("token_lifetime", "allow_offline_access")


def _text(label: Any, help_text: Any = "", *, most: int, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=required, widget=widget
    )


class ApiForm(ApiBodyForm):
    """What the forms share."""

    @classmethod
    @cache
    def checker(cls) -> Checker:
        return Checker(closed_object({"identifier": IDENTIFIER, **FIELDS}))


class NewApiForm(ApiForm):
    """Name and identifier; the rest has defaults, and is on the settings page."""

    name = _text(gettext_lazy("Name"), most=200)
    identifier = _text(
        gettext_lazy("Identifier"),
        gettext_lazy(
            "The audience of its tokens, such as https://songs.example.com/. It need not be reachable, and"
            " cannot be changed."
        ),
        most=600,
    )

    def body(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "identifier") if name in self.cleaned_data}


class ApiSettingsForm(ApiForm):
    """The settings of an API."""

    paths = {"token_dialect": "names_permissions"}

    name = _text(gettext_lazy("Name"), most=200)
    token_lifetime = forms.IntegerField(
        label=gettext_lazy("Lifetime of access tokens"),
        help_text=gettext_lazy("In seconds, at most 2592000 (30 days)."),
        max_value=2**31 - 1,
    )
    allow_offline_access = forms.BooleanField(
        label=gettext_lazy("Allow refresh tokens"),
        required=False,
        help_text=gettext_lazy(
            "Applications that have the refresh token grant and ask for offline_access then get refresh"
            " tokens for this API."
        ),
    )
    enforce_policies = forms.BooleanField(
        label=gettext_lazy("Limit users to their permissions (RBAC)"),
        required=False,
        help_text=gettext_lazy(
            "A user's token holds only the scopes that the user has directly or by a role. Otherwise every"
            " user gets every scope that the application asks for."
        ),
    )
    names_permissions = forms.BooleanField(
        label=gettext_lazy("List permissions in tokens"),
        required=False,
        help_text=gettext_lazy("Adds the claim permissions to access tokens."),
    )

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, files, initial=initial)
        for name in self.fields.keys() - initial.keys():
            del self.fields[name]

    @classmethod
    def initial_of(cls, server: ResourceServer) -> dict[str, Any]:
        """The stored values that can be changed, with their version."""
        names = MANAGEMENT_COLUMNS if server.is_management else COLUMNS
        return {**{name: getattr(server, name) for name in names}, "version": version_of(server, names)}

    def body(self) -> dict[str, Any]:
        body = {name: self.cleaned_data[name] for name in COLUMNS if name in self.cleaned_data}
        if "names_permissions" in body:
            body["token_dialect"] = PERMISSIONS_DIALECT if body.pop("names_permissions") else "access_token"
        return body


class ScopeForm(ApiForm):
    """One scope, to be added, or whose description is to be changed."""

    paths = {"scopes[0].value": "value", "scopes[0].description": "description"}

    value = _text(gettext_lazy("Scope"), gettext_lazy("Such as read:songs, without spaces."), most=280)
    description = _text(gettext_lazy("Description (optional)"), most=500, required=False)

    @property
    def scope(self) -> dict[str, str]:
        """The scope, as the Management API has it."""
        return {name: self.cleaned_data.get(name, "") for name in ("value", "description")}

    def body(self) -> dict[str, Any]:
        return {"scopes": [self.scope]} if "value" in self.cleaned_data else {}
