"""What changed of one's own account, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from users.history.filter import OF_NEW_ACCOUNTS, Wanted, of_days
from users.history.position import Place
from users.history.timeline import OWN, one_change, timeline
from users.metadata.documents import APP_METADATA, DOCUMENTS, JSON, USER_METADATA
from users.models import Change, User
from users.rights.actor import Actor, Face, Kind
from users.rights.visible import visible_part
from users.schemas.current import schema_of
from users.web.differences import LINES, PAGE_LINES, Line, Lines, Value, lines_of
from users.web.form_schema import title_of

What = Change.What
SENTENCES = {
    What.CREATED: "Your account was created",
    What.USER_METADATA: "Your preferences were changed",
    What.APP_METADATA: "What we set for you was changed",
    What.PROFILE: "Your profile was changed",
    What.PASSWORD: "Your password was changed",
    What.RESET_SENT: "A link to set a new password was sent",
    What.TICKET: "A link for you was made",
    What.MULTIFACTOR: "Your second factor was changed",
    What.IDENTITIES: "Your linked accounts were changed",
}
FIELDS = {"email": "E-mail", "email_verified": "E-mail verified", "username": "User name"}
# Staff have no names here, and machines neither.
BY = {
    Kind.USER: "you",
    Kind.STAFF: "Support",
    Kind.CLIENT: "our systems",
    Kind.COMMAND: "our systems",
}
ACTORS = [(by, by) for by in dict.fromkeys(BY.values())]
THROUGH = {
    Face.DASHBOARD: "our support desk",
    Face.PROFILE: "your own page",
    Face.API: "an app",
    Face.SIGN_IN: "the sign-in pages",
    Face.IMPORT: "an import",
    Face.COMMAND: "maintenance",
}
RECENT = 5
# Keys of one document that the filter offers.
MOST_CHOICES = 200


@dataclass(frozen=True)
class OwnLine:
    """`label` in words; the sides as in `Line`."""

    label: str
    before: Value | None
    after: Value | None


class Words(Value):
    """A side as one would say it."""

    @cached_property
    def text(self) -> str:
        return in_words(self.value)


class OwnFilter(forms.Form):
    """One's own keys, who changed them, by which way, and days."""

    key = forms.ChoiceField(label="What", required=False)
    by = forms.ChoiceField(label="Changed by", required=False, choices=[("", "Anybody"), *ACTORS])
    face = forms.ChoiceField(label="Through", required=False, choices=[("", "Anything"), *THROUGH.items()])
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: QueryDict, user: User, viewer: Actor) -> None:
        super().__init__(data, use_required_attribute=False)
        self.fields["key"].choices = [("", "Anything"), *_choices(user, viewer)]

    @property
    def wanted(self) -> Wanted | None:
        """None while something is wrong with it."""
        if not self.is_valid():
            return None
        part, _, key = self.cleaned_data["key"].partition(".")
        return Wanted(
            part=part,
            key=(key,) if key else (),
            kinds=tuple(kind for kind, by in BY.items() if by == self.cleaned_data["by"]),
            face=self.cleaned_data["face"],
            **of_days(self.cleaned_data["since"], self.cleaned_data["until"]),
        )

    @property
    def is_empty(self) -> bool:
        return not any(self.data.get(name) for name in self.fields)

    def address(self, **others: str) -> str:
        given = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return f"?{urlencode({**given, **others})}"


def recent_changes(user: User, viewer: Actor) -> list[dict[str, Any]]:
    """The last few."""
    return [_as_read(change) for change in timeline(user, viewer, limit=RECENT).changes]


def own_changes(user: User, viewer: Actor, data: QueryDict) -> dict[str, Any]:
    """What the page of all of them reads."""
    form = OwnFilter(data, user, viewer)
    wanted, after = form.wanted, Place.read(data.get("before", ""))
    found = timeline(user, viewer, wanted, after=after) if wanted else None
    older = found.older if found else None
    return {
        "filter": form,
        "changes": [_as_read(change, wanted) for change in found.changes] if found else [],
        "older": form.address(before=str(older)) if older else None,
        "latest": form.address() if after else None,
    }


def own_change(user: User, viewer: Actor, number: int) -> dict[str, Any] | None:
    """One of them; None where there is no such change that one may see."""
    change = one_change(number, viewer)
    is_own = change is not None and change.user == user and change.what in OWN
    return _as_read(change, is_own_page=True) if is_own else None


def _as_read(change: Change, wanted: Wanted | None = None, *, is_own_page: bool = False) -> dict[str, Any]:
    is_told = change.what in OF_NEW_ACCOUNTS or change.what == What.CREATED
    most = PAGE_LINES if is_own_page else LINES
    lines = lines_of(change, wanted or Wanted(), most=most) if is_told else Lines([])
    return {
        "address": reverse("own_change", args=[change.pk]),
        "at": change.at,
        "sentence": SENTENCES[What(change.what)],
        "by": BY[Kind(change.actor_kind)],
        "through": THROUGH[Face(change.face)],
        "lines": [_in_words(line) for line in lines.shown],
        "more": lines.more,
        "is_whole": is_own_page,
    }


def _in_words(line: Line) -> OwnLine:
    steps = (str(step + 1) if isinstance(step, int) else step for step in line.steps)
    label = " › ".join([_label(line.part, line.key), *steps])
    return OwnLine(label, _plain(line.before), _plain(line.after))


def _label(part: str, key: str) -> str:
    if part in DOCUMENTS:
        return title_of(schema_of(part), key)
    return FIELDS.get(key) or title_of(None, key)


def _plain(side: Value | None) -> Words | None:
    return None if side is None else Words(side.value)


def in_words(value: JSON) -> str:
    """`Oslo`, `yes`, `a, b`, `City: Oslo; Street: unknown`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(in_words, value)) or "none"
    if isinstance(value, dict):
        return (
            "; ".join(f"{title_of(None, key)}: {in_words(inner)}" for key, inner in value.items()) or "none"
        )
    return {None: "unknown", "": "empty"}.get(value) or str(value)


def _choices(user: User, viewer: Actor) -> list[tuple[str, str]]:
    """The keys that are there or could be, so far as a list to choose from is of use."""
    keys = {
        USER_METADATA: [*getattr(schema_of(USER_METADATA), "names", ()), *(user.user_metadata or {})],
        APP_METADATA: [*(visible_part(viewer, APP_METADATA, user) or {})],
    }
    keys = {part: list(dict.fromkeys(some))[:MOST_CHOICES] for part, some in keys.items()}
    named = [(f"{part}.{key}", _label(part, key)) for part, some in keys.items() for key in some]
    return [(What.PROFILE.value, "Your profile"), *sorted(named, key=lambda one: one[1].casefold())]
