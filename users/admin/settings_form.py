"""What the forms of configuration share: an optimistic lock, lists of lines, and errors of actions at their
field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from users.actions.errors import StaleVersion
from users.admin.request import TemplateContext
from users.representation.validation import Checker, FieldError


class LinesField(forms.CharField):
    """A list of texts, one per line. Its value is a list, without blank lines and repetitions."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})

    def prepare_value(self, value: Any) -> str:
        return "\n".join(value) if isinstance(value, list) else value or ""

    def clean(self, value: Any) -> list[str]:
        return _split_lines(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or ()) != _split_lines(data or "")


def _split_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    # Blank lines and repetitions are typing accidents.
    return list(dict.fromkeys(filter(None, lines)))


class SettingsForm(forms.Form):
    """The settings of one configuration object, with the version that was opened in a hidden field.

    `paths` names the field for the path of an error of the action, such as `options.passwordPolicy`, where
    the field has another name; a path stands for all that are within it.
    """

    data: MultiValueDict[str, Any]
    paths: Mapping[str, str] = {}
    # Whether the write was refused by the optimistic lock. `settings_conflict.html` then shows
    # `differences`, and the next save is made against what is stored now.
    is_conflict = False
    is_saved = False
    # What the function that wrote it returned.
    result: Any = None
    # What the constructor takes beside Django's arguments.
    options: Mapping[str, Any] = {}

    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def save_with(self, write: Callable[[], object], read_initial: Callable[[], dict[str, Any]]) -> Self:
        """Call `write` if the form is valid, and return the form to show.

        That is this one, with `is_saved` or with errors. If `write` raises StaleVersion because another user
        has changed the settings since the form was opened, it is a copy with `is_conflict`, opened against
        the values of `read_initial`; `is_saved` if the other user has saved the same.
        """
        if not self.is_valid():
            return self
        try:
            self.result = write()
        except StaleVersion:
            form = self.reopened(read_initial())
            form.is_saved = not form.changed_data
            return form
        except FieldError as error:
            self.add_refusal(error)
        self.is_saved = not self.errors
        return self

    def add_refusal(self, error: FieldError) -> None:
        """Show an error of the action at the field that it is about; at the top where there is none."""
        path, fields = error.field, {**{name: name for name in self.fields}, **self.paths}
        while path and path not in fields:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        field = fields.get(path)
        if field is None:
            self.add_error(None, str(error))
            return
        # At its field an error need not say which one it is.
        text = ". ".join(filter(None, (error.rule, error.advice)))
        line = re.search(r"\[(\d+)\]$", error.field)
        if line and isinstance(self.fields[field], LinesField):
            text = gettext("Line %(number)s: %(text)s") % {"number": int(line[1]) + 1, "text": text}
        self.add_error(field, text)

    def reopened(self, initial: dict[str, Any]) -> Self:
        """Return the form as typed, against the values that are stored now: another user has changed them
        since it was opened."""
        data = self.data.copy()
        data[self.add_prefix("version")] = initial["version"]
        form = type(self)(data, self.files, initial=initial, **self.options)
        form.is_conflict = True
        return form

    @property
    def differences(self) -> Iterator[TemplateContext]:
        """Yield the fields whose typed value is not the stored one: `label`, `id` and what is `stored`."""
        for name in self.changed_data:
            field = self[name]
            # A chosen file is not sent to the browser again.
            if name != "version" and not isinstance(field.field, forms.FileField):
                yield {"label": field.label, "id": field.auto_id, "stored": _describe(field)}


class ApiBodyForm(SettingsForm):
    """Settings that are validated as the Management API validates them."""

    @classmethod
    def checker(cls) -> Checker:
        """The validator of `body`."""
        raise NotImplementedError

    def body(self) -> dict[str, Any]:
        """The valid values, as a body of the Management API."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Validate each value by itself, so that all mistakes are shown at once."""
        for name, value in self.body().items():
            try:
                self.checker().check({name: value})
            except FieldError as error:
                self.add_refusal(error)
        return self.cleaned_data


def _describe(field: forms.BoundField) -> str:
    """The stored value of a field as text."""
    value = field.initial
    if isinstance(value, bool):
        return gettext("On") if value else gettext("Off")
    if isinstance(field.field, forms.ChoiceField):
        choices: Any = field.field.choices
        labels = {str(key): str(label) for key, label in choices}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in chosen) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value in (None, "") else str(value)
