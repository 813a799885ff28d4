"""Edit one metadata value from its cell in the user list: a page, which the browser shows in a dialog."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy

from users.actions.account.documents import DOCUMENT_VERBS
from users.actions.account.set_metadata_value import set_metadata_value, value_at
from users.actions.errors import ChangedSince
from users.admin.saved import show_saved
from users.admin.user_list.columns import Column, parse_column
from users.admin.user_list.query_string import ListURL
from users.admin.user_lookup import get_user_or_404
from users.metadata.documents import JSON
from users.metadata.errors import MetadataError, TextError
from users.metadata.text import dump, parse
from users.metadata.three_way import ABSENT
from users.models import User
from users.rights.errors import Denied
from users.rights.may import check
from users.rights.visible import visible
from users.schemas.choices import schema_choices, schema_part
from users.web.page_view import PageRequest

TEXT, NUMBER, JSON_KIND = "text", "number", "json"


class CellForm(forms.Form):
    """One value: a choice where the schema has one, else text, a number or JSON. Empty removes the key.

    `opened` is the JSON of the value that the staff member saw, empty where there was none.
    """

    data: MultiValueDict[str, Any]

    value = forms.CharField(label=gettext_lazy("Value"), required=False, strip=False, max_length=10_000)
    kind = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[
            (TEXT, gettext_lazy("Text")),
            (NUMBER, gettext_lazy("Number")),
            (JSON_KIND, gettext_lazy("JSON")),
        ],
    )
    opened = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason (optional)"), required=False, max_length=500)

    def __init__(self, column: Column, current: JSON, data: QueryDict | None = None) -> None:
        choices = _choices(column, current)
        initial = {
            "value": _initial_text(current, is_choice=bool(choices)),
            "kind": JSON_KIND if choices else _kind_of(current, column),
            "opened": _to_text(current),
        }
        super().__init__(data, initial=initial)
        self.fields["value"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.fields["reason"].widget.attrs["autocomplete"] = "off"
        # The parser names the place of a character that is not allowed; Django's validator would not.
        self.fields["value"].validators = []
        if choices:
            self.fields["value"].widget = forms.Select(choices=choices)
            self.fields["kind"].widget = forms.HiddenInput()
        else:
            self.fields["value"].help_text = gettext("Empty removes the key.")

    @property
    def wanted(self) -> JSON:
        """The value as typed; ABSENT where it is empty. Raises TextError."""
        text: str = self.cleaned_data["value"]
        if text == "":
            return ABSENT
        kind = self.cleaned_data["kind"]
        if kind == TEXT:
            return text
        return _parse_number(text) if kind == NUMBER else parse(text)

    @property
    def opened_value(self) -> JSON:
        """The value that was there when the form was opened. Raises TextError."""
        text: str = self.cleaned_data["opened"]
        return parse(text) if text else ABSENT


def _parse_number(text: str) -> JSON:
    try:
        value = parse(text)
    except TextError:
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TextError(gettext("enter a number, such as 5 or 2.5"))
    return value


def cell_page(request: PageRequest, object_id: int, frame: dict[str, Any]) -> HttpResponse:
    """GET shows the form of the value that `?column=` names, POST saves it and returns to the list."""
    user, actor = get_user_or_404(request, str(object_id)), request.actor
    column = parse_column(request.GET.get("column", "").replace("\0", ""))
    if column is None or not column.document:
        raise Http404
    if not visible(actor, column.document, column.path, user=user):
        raise Denied(gettext("You may not see %(document)s.") % {"document": column.document})
    check(actor, DOCUMENT_VERBS[column.document], user)
    back = reverse("admin:users_user_changelist") + _list_link(request)
    current = value_at(getattr(user, column.document), column.path)
    form = CellForm(column, current, request.POST or None)
    if request.method == "POST" and form.is_valid() and _save(request, user, column, form):
        return redirect(back)
    context = {
        **frame,
        "title": gettext("Change %(key)s") % {"key": column.name},
        "section": "users",
        "subject": user,
        "column": column,
        "form": form,
        "back": back,
        # The dialog of the browser and the page have one form.
        "errors": form.errors,
    }
    return TemplateResponse(request, "users/admin/cell.html", context, status=422 if form.errors else 200)


def _save(request: PageRequest, user: User, column: Column, form: CellForm) -> bool:
    """Save the value; False where the form now has errors."""
    try:
        saved = set_metadata_value(
            user,
            column.document,
            column.path,
            form.wanted,
            opened=form.opened_value,
            actor=request.actor,
            reason=form.cleaned_data["reason"],
        )
    except ChangedSince as error:
        [sides] = error.keys.values()
        _report_change(form, sides["now"])
    except TextError as error:
        form.add_error("value", _sentence(error.reason))
    except MetadataError as error:
        form.add_error("value", _sentence(error.reason))
    else:
        text = gettext("Saved %(key)s of %(user)s.") % {"key": column.name, "user": user}
        if saved.version != user.version:
            show_saved(request, saved, text)
        return True
    return False


def _report_change(form: CellForm, now: JSON) -> None:
    """Show the value of the other edit. A second save overwrites it deliberately."""
    data = form.data.copy()
    data["opened"] = _to_text(now)
    form.data = data
    theirs = gettext("nothing") if now is ABSENT else dump(now)
    form.add_error(
        "value",
        gettext("Another user has set this to %(value)s. Save again to keep yours.") % {"value": theirs},
    )


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _choices(column: Column, current: JSON) -> list[tuple[str, str]]:
    """The values that the schema offers, or yes and no, as JSON; none where it leaves the value open."""
    part = schema_part(column.document, column.path)
    choices = [(value, label) for value, label in schema_choices(part) if value is not None]
    if not choices and (part.get("type") == "boolean" or isinstance(current, bool)):
        choices = [(True, gettext("Yes")), (False, gettext("No"))]
    if not choices:
        return []
    # A stored value that the schema no longer offers can stay.
    if current is not ABSENT and all(dump(current) != dump(value) for value, _ in choices):
        choices = [*choices, (current, dump(current))]
    return [("", gettext("No value")), *((dump(value), label) for value, label in choices)]


def _kind_of(value: JSON, column: Column) -> str:
    if value is ABSENT:
        return (
            NUMBER if schema_part(column.document, column.path).get("type") in ("number", "integer") else TEXT
        )
    if _is_plain(value):
        return TEXT
    return NUMBER if isinstance(value, int | float) and not isinstance(value, bool) else JSON_KIND


def _initial_text(value: JSON, *, is_choice: bool) -> str:
    return value if _is_plain(value) and not is_choice else _to_text(value)


def _is_plain(value: JSON) -> bool:
    """Whether it is text that a field of one line can hold; other text is edited as JSON."""
    return isinstance(value, str) and value != "" and not {"\n", "\r"} & set(value)


def _to_text(value: JSON) -> str:
    return "" if value is ABSENT else dump(value)


def _list_link(request: PageRequest) -> str:
    """The page of the list from which the form was opened, its cursor included."""
    given = QueryDict(request.GET.get("list", ""))
    place = {name: given[name] for name in ("after", "before") if given.get(name)}
    return ListURL(given).link(**place)
