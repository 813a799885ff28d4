"""The forms of rules: one rule, and a setting that rules read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from users.actions.access.optimistic_lock import version_of
from users.admin.settings_form import SettingsForm
from users.models import Rule
from users.representation.rules import CONFIG_KEY, CONFIG_VALUE, FIELDS, MAX_SCRIPT_BYTES

COLUMNS = ("name", "script", "is_enabled")


class ScriptField(forms.CharField):
    """JavaScript, with the line ends that it was saved with: browsers send CR LF."""

    widget = forms.Textarea(
        attrs={
            "rows": 24,
            "class": "mono",
            "spellcheck": "false",
            "autocapitalize": "off",
            "autocomplete": "off",
            "wrap": "off",
        }
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, max_length=MAX_SCRIPT_BYTES, **options)

    def to_python(self, value: Any) -> str:
        return self.normalize(str(super().to_python(value)))

    @staticmethod
    def normalize(text: str) -> str:
        """The text with the line ends that it had before a browser sent it."""
        return text.replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != self.to_python(data)


class RuleForm(SettingsForm):
    """The settings of a rule, and its script."""

    paths = {"enabled": "is_enabled"}

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=FIELDS["name"]["maxLength"],
        help_text=gettext_lazy("Letters, digits, spaces and hyphens."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_enabled = forms.BooleanField(label=gettext_lazy("Run at sign-ins"), required=False)
    script = ScriptField(label=gettext_lazy("Script"))

    @classmethod
    def initial_of(cls, rule: Rule) -> dict[str, Any]:
        """The stored values, with their version."""
        return {**{name: getattr(rule, name) for name in COLUMNS}, "version": version_of(rule, COLUMNS)}

    @property
    def columns(self) -> dict[str, Any]:
        """The typed values by column."""
        return {name: self.cleaned_data[name] for name in COLUMNS}


class SettingForm(SettingsForm):
    """A key, and the value that scripts read under it."""

    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=CONFIG_KEY["maxLength"],
        help_text=gettext_lazy(
            "Letters, digits and _ - @ * + : such as SLACK_URL. A key that exists gets the new value."
        ),
        widget=forms.TextInput(
            attrs={"class": "mono", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    # Not a password field: nothing of the kind is stored for it, and the text must be read to be right.
    value = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        strip=False,
        max_length=CONFIG_VALUE["maxLength"],
        help_text=gettext_lazy("It is encrypted and shown nowhere again."),
        widget=forms.Textarea(
            attrs={
                "class": "mono",
                "rows": 2,
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
