"""The form of a webhook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from users.actions.access.optimistic_lock import version_of
from users.admin.settings_form import LinesField, SettingsForm
from users.events.account_paths import PARTS, InvalidPath, check_paths
from users.events.event_types import TYPES
from users.models import Webhook
from users.outgoing.ssrf_guard import InvalidTarget
from users.rights.errors import Denied

Result = TypeVar("Result")
PATHS_HELP = gettext_lazy("One per line: %(parts)s, or one key, such as app_metadata.plan.") % {
    "parts": ", ".join(PARTS)
}


class PathsField(LinesField):
    """A list of paths, one per line."""

    def clean(self, value: Any) -> list[str]:
        paths = super().clean(value)
        try:
            check_paths(paths)
        except InvalidPath as error:
            raise forms.ValidationError(str(error)) from None
        return paths


class WebhookForm(SettingsForm):
    """The settings of a webhook. Whether its target is allowed is checked by the action."""

    # No URLField, which completes a missing scheme: the action refuses such a URL, and the user should see
    # why.
    url = forms.CharField(
        label="URL",
        max_length=2048,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Where events are sent by POST, such as https://example.com/hooks/users."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description (optional)"), max_length=200, required=False
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(name, format_lazy("{} ({})", gettext_lazy(text), name)) for name, text in TYPES.items()],
        initial=list(TYPES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    only = PathsField(
        label=gettext_lazy("Only when these change (optional)"),
        required=False,
        max_length=10_000,
        help_text=gettext_lazy("Narrows “%(event)s”. %(format)s Empty: all changes.")
        % {"event": gettext_lazy(TYPES["user.updated"]).lower(), "format": PATHS_HELP},
    )
    values = PathsField(
        label=gettext_lazy("Send the old and new values of (optional)"),
        required=False,
        max_length=10_000,
        help_text=gettext_lazy(
            "For other changed keys only the name is sent. Same format. Empty: names only."
        ),
    )
    is_enabled = forms.BooleanField(
        label=gettext_lazy("Enabled"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Events that happen while it is disabled are not sent later."),
    )

    @classmethod
    def initial_of(cls, webhook: Webhook) -> dict[str, Any]:
        """Return the stored values, with their version."""
        columns = [name for name in cls.base_fields if name != "version"]
        return {
            **{name: getattr(webhook, name) for name in columns},
            "version": version_of(webhook, columns),
        }

    @property
    def columns(self) -> dict[str, Any]:
        """The validated values."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def write_columns(self, write: Callable[[dict[str, Any]], Result]) -> Result | None:
        """Return the result of `write` with the validated values; None if the form now has errors."""
        try:
            return write(self.columns)
        # The action resolves the host, which a form field cannot validate.
        except InvalidTarget as error:
            self.add_error("url", str(error))
        except Denied as denied:
            self.add_error("values", denied.reason)
        return None
