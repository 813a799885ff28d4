"""The filter form of the activity, whose state is the query string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy

from users.history.filter import PARTS_WITH_KEYS, ChangeFilter, day_bounds
from users.history.subjects import user_ids_by_email
from users.log.activity import EVENT_TYPES, FAILURES, OF_THE_API, SIGN_INS, ActivityFilter
from users.log.position import LogPosition, parse_log_id
from users.metadata.documents import DOCUMENTS
from users.models import Change, Client
from users.rights.actor import Actor, Kind
from users.rights.visible import PROFILE, visible

# Choices of `part` that are no part of a user: they list events.
EVENT_PARTS = {"sign_ins": SIGN_INS, "failures": FAILURES}
PART_CHOICES = [
    ("", gettext_lazy("Anything")),
    ("sign_ins", gettext_lazy("Sign-ins")),
    ("failures", gettext_lazy("Failures")),
    *Change.What.choices,
]
KIND_CHOICES = [("", gettext_lazy("Everyone")), *Change.ActorKind.choices]
FACE_CHOICES = [("", gettext_lazy("Any")), *Change.Face.choices]
CHOICES: dict[str, dict[str, Any]] = {
    "part": dict(PART_CHOICES),
    "kind": dict(KIND_CHOICES),
    "face": dict(FACE_CHOICES),
}
# Clients of one name.
MAX_IDS = 20


@dataclass(frozen=True)
class Chip:
    """A filter in use: its name, its value in words, and the URL of the list without it."""

    label: str
    value: str
    url: str


class ChangeFilterForm(forms.Form):
    """Filter the activity; every field is optional. `preserved` are other parameters of the URL."""

    q = forms.CharField(
        label=gettext_lazy("Search the activity"),
        required=False,
        max_length=300,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Key, user, reason or request id")}
        ),
    )
    part = forms.ChoiceField(label=gettext_lazy("What"), required=False, choices=PART_CHOICES)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("plan or address.city")}),
    )
    actor = forms.CharField(
        label=gettext_lazy("Who"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Email, id or client")}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=KIND_CHOICES)
    face = forms.ChoiceField(label=gettext_lazy("Through"), required=False, choices=FACE_CHOICES)
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
        preserved: dict[str, str] | None = None,
        of_one_user: bool,
    ) -> None:
        # A GET form is valid when empty; `required` would make browsers refuse it.
        super().__init__(data, use_required_attribute=False)
        # Offering a document that the viewer may not see would promise results that never come.
        hidden = [name for name in DOCUMENTS if not visible(viewer, name)]
        # Who may not see users may not find out who has an email either.
        self._sees_users = visible(viewer, PROFILE)
        part = self.fields["part"]
        assert isinstance(part, forms.ChoiceField)
        part.choices = [one for one in PART_CHOICES if one[0] not in hidden]
        self.preserved = preserved or {}
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

    @cached_property
    def wanted(self) -> ActivityFilter | None:
        """The filter; None while the form has errors."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        part, key = parse_key(given["part"], given["key"])
        text, user = self._text_and_user()
        actors = self._actor_ids(given["actor"])
        subjects = self._subject_ids(user)
        changes = ChangeFilter(
            part=part,
            key=key,
            kinds=(given["kind"],) if given["kind"] else (),
            face=given["face"],
            actors=actors,
            subjects=subjects,
            text=text,
            **day_bounds(given["since"], given["until"]),
        )
        # A name that was typed at sign-in, which need not be that of a user.
        typed = (text or user,) if (text or user) and "|" not in user and actors is None else ()
        return ActivityFilter(
            changes=None if part in EVENT_PARTS else changes,
            types=_event_types(part, key, kind=given["kind"], face=given["face"]),
            since=changes.since,
            until=changes.until,
            user_ids=() if text else _both(subjects, actors),
            user_names=typed,
        )

    @property
    def wanted_changes(self) -> ChangeFilter:
        """The filter of changes; one without conditions where the form has errors or lists events alone."""
        return (self.wanted and self.wanted.changes) or ChangeFilter()

    @property
    def start(self) -> LogPosition | None:
        """Where to go on, if the URL says."""
        return parse_log_id(self.data.get("before", ""))

    @property
    def is_empty(self) -> bool:
        return not self._parameters

    @property
    def has_panel_errors(self) -> bool:
        """Whether a field has errors that stands in a panel, which must then be open."""
        return any(name != "q" for name in self.errors)

    def address(self, **others: str) -> str:
        """Return the URL of this search, with these parameters added or replaced; an empty one removed."""
        parameters = {**self.preserved, **self._parameters, **others}
        return f"?{urlencode({name: value for name, value in parameters.items() if value})}"

    @property
    def chips(self) -> Iterator[Chip]:
        """The filters in use, but for the search box, which shows its own text."""
        for name, value in self._parameters.items():
            if name != "q":
                label, words = str(self.fields[name].label), CHOICES.get(name, {}).get(value, value)
                yield Chip(label.lower(), str(words), self.address(**{name: ""}))

    def _text_and_user(self) -> tuple[str, str]:
        """What the search box asks for: a text, or a user where it holds an id or an email."""
        text, user = self.cleaned_data["q"], self.cleaned_data.get("user", "")
        if "user" in self.fields and not user and ("@" in text or "|" in text):
            return "", text
        return text, user

    def _actor_ids(self, text: str) -> tuple[str, ...] | None:
        """The ids of the actors that the text names: an id, a user's email or a client's name."""
        if not text:
            return None
        # By exact name: a prefix would mix the changes of unrelated clients.
        clients = Client.objects.filter(name=text).values_list("client_id", flat=True)[:MAX_IDS]
        # A text that names no user or client is taken for an id: that actor may have been deleted since.
        return tuple({*self._ids_by_email(text), *clients}) or (text,)

    def _subject_ids(self, text: str) -> tuple[str, ...] | None:
        """The ids of the users that the text names: an id or an email, of deleted users as well."""
        if not text:
            return None
        # An id is not looked up, so that the history of a deleted user is found too.
        return (text,) if "|" in text else self._ids_by_email(text)

    def _ids_by_email(self, text: str) -> tuple[str, ...]:
        return user_ids_by_email(text) if self._sees_users else ()

    @property
    def _parameters(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def _event_types(part: str, key: tuple[str, ...], *, kind: str, face: str) -> tuple[str, ...]:
    """The types of events that the filter leaves. Events have no keys, and happen through users."""
    if key or kind not in ("", Kind.USER):
        return ()
    if part and part not in EVENT_PARTS:
        return ()
    types = EVENT_PARTS.get(part, EVENT_TYPES)
    if face == Change.Face.API:
        return tuple(one for one in types if one in OF_THE_API)
    if face == Change.Face.SIGN_IN:
        return tuple(one for one in types if one not in OF_THE_API)
    return () if face else types


def _both(subjects: tuple[str, ...] | None, actors: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The users of events: who is signed in is both actor and subject."""
    if subjects is None or actors is None:
        return actors if subjects is None else subjects
    return tuple(one for one in subjects if one in actors)


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


def period_start(days: int, today: date) -> str:
    """The first of the last `days` days, today included, as the form takes it."""
    return date.fromordinal(today.toordinal() - days + 1).isoformat()
