"""History of the user's own account, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from users.history.filter import PARTS_AT_CREATION, ChangeFilter, day_bounds
from users.history.scan import read_start
from users.history.timeline import OWNER_VISIBLE, get_change, list_user_changes
from users.metadata.documents import APP_METADATA, DOCUMENTS, JSON, USER_METADATA
from users.models import Change, User
from users.representation.fields import FIELDS
from users.rights.actor import Actor, Face, Kind
from users.rights.visible import visible_part
from users.schemas.current import get_schema
from users.web.differences import MAX_LINES, MAX_PAGE_LINES, Line, Lines, Value, change_lines
from users.web.form_schema import title_of

What = Change.What
SENTENCES = {
    What.CREATED: gettext_noop("Your account was created"),
    What.USER_METADATA: gettext_noop("Your preferences were changed"),
    What.APP_METADATA: gettext_noop("Data we set for you was changed"),
    What.PROFILE: gettext_noop("Your profile was changed"),
    What.PASSWORD: gettext_noop("Your password was changed"),
    What.RESET_SENT: gettext_noop("A link to set a new password was sent"),
    What.TICKET: gettext_noop("A link was created for you"),
    What.MULTIFACTOR: gettext_noop("Two-step sign-in was changed"),
    What.IDENTITIES: gettext_noop("Your linked accounts were changed"),
}
# Users see which side acted, never which staff member or API client: names of staff are private.
ACTOR_LABELS = {
    Kind.USER: gettext_noop("You"),
    Kind.STAFF: gettext_noop("Support"),
    Kind.CLIENT: gettext_noop("Our systems"),
    Kind.COMMAND: gettext_noop("Our systems"),
    Kind.RULE: gettext_noop("Our systems"),
}
ACTOR_CHOICES = [(by, gettext_lazy(by)) for by in dict.fromkeys(ACTOR_LABELS.values())]
FACE_LABELS = {
    Face.DASHBOARD: gettext_noop("our support desk"),
    Face.PROFILE: gettext_noop("your own page"),
    Face.API: gettext_noop("an app"),
    Face.SIGN_IN: gettext_noop("the sign-in pages"),
    Face.IMPORT: gettext_noop("an import"),
    Face.COMMAND: gettext_noop("maintenance"),
    Face.RULE: gettext_noop("an automatic step of signing in"),
}
FACE_CHOICES = [(face.value, gettext_lazy(label)) for face, label in FACE_LABELS.items()]
RECENT_COUNT = 5
# Keys per document that the filter offers: a select with thousands of options helps no reader.
MAX_CHOICES = 200


@dataclass(frozen=True)
class OwnLine:
    """One changed field: `label` in words, the two sides as in `Line`."""

    label: str
    before: Value | None
    after: Value | None


class PlainValue(Value):
    """A value in words instead of JSON."""

    @cached_property
    def text(self) -> str:
        return to_plain_text(self.value)


class OwnChangesForm(forms.Form):
    """Filter of the user's own history: key, who changed it, through which face, and dates."""

    key = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    by = forms.ChoiceField(
        label=gettext_lazy("Changed by"),
        required=False,
        choices=[("", gettext_lazy("Anyone")), *ACTOR_CHOICES],
    )
    face = forms.ChoiceField(
        label=gettext_lazy("Through"), required=False, choices=[("", gettext_lazy("Anything")), *FACE_CHOICES]
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: QueryDict, user: User, viewer: Actor) -> None:
        super().__init__(data, use_required_attribute=False)
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        key.choices = [("", gettext("Anything")), *_choices(user, viewer)]

    @property
    def wanted(self) -> ChangeFilter | None:
        """The filter to apply; None while the form has errors."""
        if not self.is_valid():
            return None
        # Option values are `part.key`; only the first dot separates, since keys may contain dots.
        part, _, key = self.cleaned_data["key"].partition(".")
        return ChangeFilter(
            part=part,
            key=(key,) if key else (),
            kinds=tuple(kind for kind, by in ACTOR_LABELS.items() if by == self.cleaned_data["by"]),
            face=self.cleaned_data["face"],
            **day_bounds(self.cleaned_data["since"], self.cleaned_data["until"]),
        )

    @property
    def is_empty(self) -> bool:
        return not any(self.data.get(name) for name in self.fields)

    def address(self, **others: str) -> str:
        given = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return f"?{urlencode({**given, **others})}"


def recent_changes(user: User, viewer: Actor) -> list[dict[str, Any]]:
    """Return the latest changes for the profile page, newest first."""
    return [_change_context(change) for change in list_user_changes(user, viewer, limit=RECENT_COUNT).changes]


def own_changes(user: User, viewer: Actor, data: QueryDict) -> dict[str, Any]:
    """Return the context of the history page: filter form, one page of changes, links to further pages."""
    form = OwnChangesForm(data, user, viewer)
    wanted, after = form.wanted, read_start(data.get("before", ""))
    # An invalid filter lists nothing instead of everything, which could be mistaken for the result.
    found = list_user_changes(user, viewer, wanted, after=after) if wanted else None
    cursor = found.next_cursor if found else None
    return {
        "filter": form,
        "changes": [_change_context(change, wanted) for change in found.changes] if found else [],
        "older": form.address(before=cursor) if cursor else None,
        "latest": form.address() if after else None,
    }


def own_change(user: User, viewer: Actor, number: int) -> dict[str, Any] | None:
    """Return one change of the user's own account; None where it does not exist or may not be seen."""
    change = get_change(number, viewer)
    # Kinds that only staff see are refused here as well, since the number in the URL may be any.
    if change is None or change.user != user or change.what not in OWNER_VISIBLE:
        return None
    return _change_context(change, is_own_page=True)


def _change_context(
    change: Change, wanted: ChangeFilter | None = None, *, is_own_page: bool = False
) -> dict[str, Any]:
    is_told = change.what in PARTS_AT_CREATION or change.what == What.CREATED
    most = MAX_PAGE_LINES if is_own_page else MAX_LINES
    # Tickets, passwords and factors are summed up in the sentence; their details are for staff.
    lines = change_lines(change, wanted or ChangeFilter(), most=most) if is_told else Lines([])
    return {
        "address": reverse("own_change", args=[change.pk]),
        "at": change.at,
        "day": _format_day(change.at),
        "sentence": gettext(SENTENCES[What(change.what)]),
        "by": gettext(ACTOR_LABELS[Kind(change.actor_kind)]),
        "through": gettext(FACE_LABELS[Face(change.face)]),
        "lines": [_to_own_line(line) for line in lines.shown],
        "more": lines.more,
        "is_whole": is_own_page,
    }


def _format_day(at: datetime) -> str:
    """`3 May`, with the year where it is not the current one."""
    # The formats are Django's; other languages write the day in another way, such as 3. Mai.
    return date_format(at, gettext("j F") if at.year == timezone.now().year else gettext("j F Y"))


def _to_own_line(line: Line) -> OwnLine:
    # Users count list items from 1.
    steps = (str(step + 1) if isinstance(step, int) else step for step in line.steps)
    label = " › ".join([_label(line.part, line.key), *steps])
    return OwnLine(label, _to_plain_value(line.before), _to_plain_value(line.after))


def _label(part: str, key: str) -> str:
    if part in DOCUMENTS:
        return title_of(get_schema(part), key)
    return gettext(FIELDS[key].label) if key in FIELDS else title_of(None, key)


def _to_plain_value(side: Value | None) -> PlainValue | None:
    return None if side is None else PlainValue(side.value)


def to_plain_text(value: JSON) -> str:
    """Return a JSON value in words: `Oslo`, `yes`, `a, b`, `City: Oslo; Street: unknown`."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(map(to_plain_text, value)) or gettext("none")
    if isinstance(value, dict):
        return "; ".join(
            f"{title_of(None, key)}: {to_plain_text(inner)}" for key, inner in value.items()
        ) or gettext("none")
    return {None: gettext("unknown"), "": gettext("empty")}.get(value) or str(value)


def _choices(user: User, viewer: Actor) -> list[tuple[str, str]]:
    """Return the keys that the filter offers: those of the schema and those that the user has."""
    keys = {
        # A key named by the schema may have been deleted since, and its history should still be found.
        USER_METADATA: [*getattr(get_schema(USER_METADATA), "names", ()), *(user.user_metadata or {})],
        # Only keys that the user may see: offering others would disclose their names.
        APP_METADATA: [*(visible_part(viewer, APP_METADATA, user) or {})],
    }
    keys = {part: list(dict.fromkeys(some))[:MAX_CHOICES] for part, some in keys.items()}
    named = [(f"{part}.{key}", _label(part, key)) for part, some in keys.items() for key in some]
    return [(What.PROFILE.value, gettext("Your profile")), *sorted(named, key=lambda one: one[1].casefold())]
