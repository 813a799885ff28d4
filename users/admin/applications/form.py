"""The forms of an application: to create one, and its settings."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from users.actions.access.optimistic_lock import digest
from users.admin.settings_form import ApiBodyForm, LinesField
from users.metadata.errors import TextError
from users.metadata.text import parse
from users.models import Client, Connection
from users.representation.clients import FIELDS, GRANT_TYPES, serialize_client
from users.representation.logos import MAX_BYTES, MEDIA_TYPES, encode_logo
from users.representation.refresh_tokens import serialize_refresh_token
from users.representation.schema import closed_object
from users.representation.validation import Checker

Type = Client.Type
# Most connections that the form offers; others are enabled on their own page or by the API.
MAX_CONNECTIONS = 200
# What each type is for, in the order of the form.
TYPE_HELP = {
    Type.SINGLE_PAGE: gettext_lazy("JavaScript in a browser, such as React, Angular or Vue."),
    Type.WEB: gettext_lazy("A web application with a server, such as Next.js, Django or Express."),
    Type.NATIVE: gettext_lazy("An app on a phone or desktop, such as iOS, Android or Electron."),
    Type.MACHINE: gettext_lazy("A script or service that calls an API for itself, without a user."),
}
GRANT_LABELS = {
    "authorization_code": gettext_lazy("Authorization code"),
    "refresh_token": gettext_lazy("Refresh token"),
    "client_credentials": gettext_lazy("Client credentials"),
    "implicit": gettext_lazy("Implicit"),
    "password": gettext_lazy("Password"),
    "http://auth0.com/oauth/grant-type/password-realm": gettext_lazy("Password with a connection (realm)"),
    "http://auth0.com/oauth/grant-type/mfa-otp": gettext_lazy("MFA: one-time code"),
    "http://auth0.com/oauth/grant-type/mfa-recovery-code": gettext_lazy("MFA: recovery code"),
}
AUTH_METHODS = (
    ("none", gettext_lazy("None: it cannot keep a secret, and uses PKCE")),
    ("client_secret_post", gettext_lazy("Secret in the body (client_secret_post)")),
    ("client_secret_basic", gettext_lazy("Secret by HTTP Basic (client_secret_basic)")),
)
REFRESH_FIELDS = ("is_rotating", "leeway", "token_lifetime", "idle_token_lifetime")
BRANDING_FIELDS = ("accent_color", "terms_url", "privacy_url")
# More than any limit of the API, and still a number for its validator.
_MAX_NUMBER = 2**31 - 1
_MAX_TEXT = 250_000


def _lines(label: Any, help_text: Any) -> LinesField:
    field = LinesField(label=label, help_text=help_text, required=False, max_length=_MAX_TEXT)
    field.widget.attrs["class"] = "mono"
    return field


def _number(label: Any, help_text: Any = "", *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=required, min_value=0, max_value=_MAX_NUMBER
    )


def _url(label: Any, help_text: Any = "") -> forms.CharField:
    # No URLField, which completes a missing scheme: the value is validated as the API does.
    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=2048, widget=widget)


class ClientForm(ApiBodyForm):
    """What both forms share."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def body(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}

    @classmethod
    @cache
    def checker(cls) -> Checker:
        return Checker(closed_object(FIELDS))


class NewApplicationForm(ClientForm):
    """Name and type; the rest follows from the type, and is on the settings page."""

    app_type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[(kind.value, kind.label) for kind in TYPE_HELP],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )

    @property
    def types(self) -> list[tuple[Any, Any]]:
        """Each radio button with what the type is for."""
        return list(zip(self["app_type"], TYPE_HELP.values(), strict=True))


class ApplicationForm(ClientForm):
    """The settings of an application."""

    paths = {
        "refresh_token": "is_rotating",
        "refresh_token.expiration_type": "token_lifetime",
        **{f"refresh_token.{name}": name for name in REFRESH_FIELDS},
        "jwt_configuration.lifetime_in_seconds": "id_token_lifetime",
        **{f"branding.{name}": name for name in (*BRANDING_FIELDS, "logo")},
    }

    description = forms.CharField(label=gettext_lazy("Description"), max_length=140, required=False)
    app_type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=[(kind.value, kind.label) for kind in TYPE_HELP]
    )
    token_endpoint_auth_method = forms.ChoiceField(
        label=gettext_lazy("Authentication at the token endpoint"), choices=AUTH_METHODS
    )
    callbacks = _lines(
        gettext_lazy("Callback URLs"),
        gettext_lazy("One per line. Users are sent back only to these, compared exactly."),
    )
    allowed_logout_urls = _lines(
        gettext_lazy("Logout URLs"),
        gettext_lazy("One per line. Where users may be sent after signing out."),
    )
    web_origins = _lines(
        gettext_lazy("Web origins"),
        gettext_lazy(
            "One per line, such as https://shop.example.com. Pages there may renew tokens silently."
        ),
    )
    allowed_origins = _lines(
        gettext_lazy("Origins for cross-origin requests (CORS)"),
        gettext_lazy("One per line. Web origins and origins of callback URLs are allowed already."),
    )
    initiate_login_uri = _url(
        gettext_lazy("Sign-in URL"),
        gettext_lazy("With https. Where a user starts again whose sign-in page has expired."),
    )
    connections = forms.MultipleChoiceField(
        label=gettext_lazy("Enabled connections"), required=False, widget=forms.CheckboxSelectMultiple
    )
    grant_types = forms.MultipleChoiceField(
        label=gettext_lazy("Grants"),
        required=False,
        choices=[(grant, GRANT_LABELS[grant]) for grant in GRANT_LABELS],
        widget=forms.CheckboxSelectMultiple,
    )
    id_token_lifetime = _number(gettext_lazy("Lifetime of ID tokens (seconds)"), required=True)
    is_rotating = forms.BooleanField(
        label=gettext_lazy("Rotate refresh tokens"),
        required=False,
        help_text=gettext_lazy("Each exchange replaces the token; using a replaced one revokes access."),
    )
    leeway = _number(
        gettext_lazy("Leeway (seconds)"),
        gettext_lazy("How long a replaced token is accepted once more, for requests at the same time."),
    )
    token_lifetime = _number(
        gettext_lazy("Lifetime of refresh tokens (seconds)"), gettext_lazy("Empty: they do not expire.")
    )
    idle_token_lifetime = _number(
        gettext_lazy("Idle lifetime (seconds)"),
        gettext_lazy("They expire without an exchange in this time. Empty: they do not."),
    )
    logo_uri = _url(
        gettext_lazy("Logo URL"),
        gettext_lazy("For your own use: the sign-in pages load nothing from other hosts."),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo of the sign-in pages"),
        required=False,
        help_text=gettext_lazy("SVG, PNG, WebP or JPEG of at most 24 KiB."),
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES)}),
    )
    removes_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    accent_color = forms.CharField(
        label=gettext_lazy("Accent color"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Such as #0f7f76. Shades that can be read in both themes are computed."),
    )
    terms_url = _url(gettext_lazy("URL of the terms of service"))
    privacy_url = _url(gettext_lazy("URL of the privacy policy"))
    is_first_party = forms.BooleanField(
        label=gettext_lazy("First-party"),
        required=False,
        help_text=gettext_lazy(
            "The application is your own. Users of third-party applications are asked for consent."
        ),
    )
    oidc_conformant = forms.BooleanField(
        label=gettext_lazy("OIDC conformant"),
        required=False,
        help_text=gettext_lazy(
            "/userinfo keeps to OpenID Connect. Without it the answer also has user_metadata and the"
            " profile, for applications of Auth0's first years."
        ),
    )
    client_metadata = forms.CharField(
        label=gettext_lazy("Application metadata (JSON)"),
        required=False,
        max_length=_MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy('Up to ten strings, such as {"team": "checkout"}.'),
    )

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, files, initial=initial)
        if not initial["branding"].get("logo"):
            del self.fields["removes_logo"]
        offered = Connection.objects.order_by("name").values_list("connection_id", "name")
        field: Any = self.fields["connections"]
        field.choices = list(offered[:MAX_CONNECTIONS])

    @classmethod
    def initial_of(cls, client: Client) -> dict[str, Any]:
        """The stored values, with their version."""
        columns = (*FIELDS.keys() - {"refresh_token"}, "id_token_lifetime")
        refresh = serialize_refresh_token(client)
        lifetimes = {
            name: None if refresh[f"infinite_{name}"] else refresh[name]
            for name in ("token_lifetime", "idle_token_lifetime")
        }
        metadata = json.dumps(client.client_metadata, ensure_ascii=False) if client.client_metadata else ""
        return {
            **{name: getattr(client, name) for name in columns if hasattr(client, name)},
            **{name: client.branding.get(name, "") for name in BRANDING_FIELDS},
            **lifetimes,
            "version": version_of_application(client),
            "client_metadata": metadata,
            "is_rotating": refresh["rotation_type"] == "rotating",
            "leeway": refresh["leeway"],
            "connections": list(client.connections.values_list("connection_id", flat=True)),
        }

    def clean_logo(self) -> str:
        """Return the image as a data URL; empty where none was sent."""
        file = self.cleaned_data["logo"]
        if not file:
            return ""
        if file.size > MAX_BYTES:
            raise forms.ValidationError(gettext("The file is too large: at most 24 KiB."))
        url = encode_logo(file.read())
        if url is None:
            raise forms.ValidationError(gettext("Choose an SVG, PNG, WebP or JPEG file."))
        return url

    def clean_client_metadata(self) -> Any:
        try:
            return parse(self.cleaned_data["client_metadata"] or "{}")
        except TextError as error:
            raise forms.ValidationError(str(error)) from None

    def body(self) -> dict[str, Any]:
        values = self.cleaned_data
        body = super().body()
        if "id_token_lifetime" in values:
            body["jwt_configuration"] = {"lifetime_in_seconds": values["id_token_lifetime"]}
        branding = {name: values[name] for name in BRANDING_FIELDS if values.get(name)}
        # Other properties of branding, which this form does not have, stay.
        others = {n: v for n, v in self.initial["branding"].items() if n not in BRANDING_FIELDS}
        if values.get("removes_logo"):
            others.pop("logo", None)
        if values.get("logo"):
            branding["logo"] = values["logo"]
        body["branding"] = {**others, **branding}
        # Where nothing was changed the defaults still apply, also those of another type.
        if any(name in values and values[name] != self.initial[name] for name in REFRESH_FIELDS):
            body["refresh_token"] = self._refresh_token()
        return body

    def _refresh_token(self) -> dict[str, Any]:
        values = self.cleaned_data
        lifetimes = {name: values.get(name) for name in ("token_lifetime", "idle_token_lifetime")}
        given = {name: seconds for name, seconds in lifetimes.items() if seconds is not None}
        return {
            "rotation_type": "rotating" if values.get("is_rotating") else "non-rotating",
            "expiration_type": "expiring" if given else "non-expiring",
            "leeway": values.get("leeway") or 0,
            **given,
            **{f"infinite_{name}": name not in given for name in lifetimes},
        }


def version_of_application(client: Client) -> str:
    """The version for the optimistic lock: of the settings and the enabled connections."""
    connections = sorted(client.connections.values_list("connection_id", flat=True))
    return digest({**serialize_client(client), "connections": connections})


assert GRANT_LABELS.keys() == set(GRANT_TYPES), "each grant of the API has a label"
