"""The filter form of the history, whose state is the query string."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext, gettext_lazy

from users.history.filter import PARTS_WITH_KEYS, ChangeFilter, day_bounds
from users.history.scan import read_start
from users.listing.keyset import Position
from users.metadata.documents import DOCUMENTS
from users.models import Change, Client, User
from users.rights.actor import Actor
from users.rights.visible import visible

PART_CHOICES = [("", gettext_lazy("Anything")), *Change.What.choices]
# Users that one email may match: it is unique per connection only.
MAX_IDS = 20


class ChangeFilterForm(forms.Form):
    """Filter the history; every field is optional. `kept` are other parameters of the URL to preserve."""

    part = forms.ChoiceField(label=gettext_lazy("What"), required=False, choices=PART_CHOICES)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        max_length=300,
        # Examples instead of help texts: six fields have to fit in one row.
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("plan or address.city")}),
    )
    actor = forms.CharField(
        label=gettext_lazy("Changed by"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Email, id or client")}),
    )
    face = forms.ChoiceField(
        label=gettext_lazy("Through"),
        required=False,
        choices=[("", gettext_lazy("Any")), *Change.Face.choices],
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    user = forms.CharField(
        label=gettext_lazy("User"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Email or user id")}),
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        viewer: Actor,
        *,
        kept: dict[str, str] | None = None,
        of_one_user: bool,
    ) -> None:
        # A GET form is valid when empty; `required` would make browsers refuse it.
        super().__init__(data, use_required_attribute=False)
        # Offering a document that the viewer may not see would promise results that never come.
        hidden = [name for name in DOCUMENTS if not visible(viewer, name)]
        part = self.fields["part"]
        assert isinstance(part, forms.ChoiceField)
        part.choices = [one for one in PART_CHOICES if one[0] not in hidden]
        self.kept = kept or {}
        # The field is removed, so that a parameter in the URL cannot extend the list to other users.
        if of_one_user:
            del self.fields["user"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("This date is before the first one."))
        return cleaned

    @property
    def wanted(self) -> ChangeFilter | None:
        """The filter; None while the form has errors."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        part, key = parse_key(given["part"], given["key"])
        return ChangeFilter(
            part=part,
            key=key,
            face=given["face"],
            actors=actor_ids(given["actor"]),
            subjects=subject_ids(given.get("user", "")),
            **day_bounds(given["since"], given["until"]),
        )

    @property
    def start(self) -> Position | None:
        """Where to go on, if the address says."""
        return read_start(self.data.get("before", ""))

    @property
    def is_empty(self) -> bool:
        return not self._parameters

    def address(self, **others: str) -> str:
        """Return the URL of this search, with these parameters added or replaced."""
        return f"?{urlencode({**self.kept, **self._parameters, **others})}"

    @property
    def _parameters(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def parse_key(part: str, text: str) -> tuple[str, tuple[str, ...]]:
    """Split a key into its part and path.

    `app_metadata.address.city` is the path ("address", "city") of app_metadata, and `app_metadata` all of it.
    Dots separate names in documents only, where names cannot contain any.
    """
    first, _, rest = text.partition(".")
    if not part and first in PARTS_WITH_KEYS:
        part, text = first, rest
    if not text:
        return part, ()
    names = tuple(text.split(".")) if not part or part in DOCUMENTS else (text,)
    return part, names


def actor_ids(text: str) -> tuple[str, ...] | None:
    """Return the ids of the actors that the text names: an id, a user's email or a client's name."""
    if not text:
        return None
    # By exact name: a prefix would mix the changes of unrelated clients.
    clients = Client.objects.filter(name=text).values_list("client_id", flat=True)[:MAX_IDS]
    # A text that names no user or client is taken for an id: that actor may have been deleted since.
    return tuple({*_user_ids_by_email(text), *clients}) or (text,)


def subject_ids(text: str) -> tuple[str, ...] | None:
    """Return the ids of the users that the text names: an id, deleted or not, or an email."""
    if not text:
        return None
    # Not looked up, so that the history of a deleted user is found too.
    return (text,) if "|" in text else _user_ids_by_email(text)


def _user_ids_by_email(text: str) -> tuple[str, ...]:
    return tuple(User.accounts.by_email(text).values_list("user_id", flat=True)[:MAX_IDS])
