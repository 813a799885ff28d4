"""Small forms of a user's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy

from users.metadata.identifiers import email_key
from users.models import User
from users.representation.fields import FIELDS, NAMES, TEXT_FIELDS, ProfileField

# A username is set through the API or by an import.
PROFILE_FIELDS = tuple(name for name in TEXT_FIELDS if name != "username")


class ReasonForm(forms.Form):
    """The reason for a change, stored in the history."""

    reason = forms.CharField(label=gettext_lazy("Reason (optional)"), required=False, max_length=500)


class ProfileForm(forms.Form):
    """Root fields as text, empty meaning null.

    The initial values travel in hidden fields, so that only what this staff member changed is written. Values
    are validated by the write path, the same for every face.
    """

    data: MultiValueDict[str, Any]

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        for name in PROFILE_FIELDS:
            self.fields[name] = forms.CharField(
                label=gettext(FIELDS[name].label),
                required=False,
                help_text=_example(FIELDS[name]),
                initial=getattr(user, name) or "",
                # The longest of these fields is a URL; the write path checks each field's own limit.
                max_length=2048,
                # Django's mechanism for `changed_data` across requests.
                show_hidden_initial=True,
                # Browsers would otherwise offer the staff member's own name and email.
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.fields["reason"] = ReasonForm.base_fields["reason"]

    @property
    def changes(self) -> dict[str, str | None]:
        """The changed fields with their new values."""
        return {name: self.cleaned_data[name] or None for name in self.changed_data if name != "reason"}

    @property
    def conflicts(self) -> list[str]:
        """Fields that were changed both here and, meanwhile, by another user."""
        return [
            name
            for name, wanted in self.changes.items()
            # The form shows null as an empty field, so null and empty count as equal.
            if getattr(self.user, name) != wanted and (getattr(self.user, name) or "") != self._opened(name)
        ]

    def with_conflicts(self) -> ProfileForm:
        """Return the form with the typed values and, as errors, those saved meanwhile.

        A second save overwrites them deliberately.
        """
        data = self.data.copy()
        for name in self.conflicts:
            # Now the new value has been seen, so it becomes the one to compare with.
            data[self[name].html_initial_name] = getattr(self.user, name) or ""
        form = ProfileForm(self.user, data)
        for name in self.conflicts:
            theirs = getattr(self.user, name) or "nothing"
            form.add_error(
                name,
                gettext("Another user has set this to %(theirs)s. Save again to keep yours.")
                % {"theirs": theirs},
            )
        return form

    def _opened(self, name: str) -> str:
        return str(self.data.get(self[name].html_initial_name, ""))


def _example(field: ProfileField) -> str:
    """For a field that takes text of a certain form only; empty for any other."""
    examples = field.schema.get("examples")
    return (
        gettext("Such as %(example)s") % {"example": examples[0]}
        if examples and field.name not in NAMES
        else ""
    )


class StaffRightsForm(forms.Form):
    """Membership in the staff groups."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Groups"),
    )


class DeleteForm(ReasonForm):
    """Deleting requires typing the user's email or id, to prevent a deletion by mistake."""

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.expected = user.email or user.user_id
        # Without autocomplete, or the browser would fill in what is to be typed deliberately.
        self.fields["confirmation"] = forms.CharField(
            label=gettext("Type %(expected)s to confirm") % {"expected": self.expected},
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.order_fields(["confirmation", "reason"])

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"].strip()
        # Compared like emails everywhere: case and Unicode form do not matter.
        if email_key(typed) != email_key(self.expected):
            raise forms.ValidationError(
                gettext("This does not match %(expected)s.") % {"expected": self.expected}
            )
        return typed
