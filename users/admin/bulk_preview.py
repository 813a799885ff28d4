"""The preview of a bulk action: how many users, who they are, who will be skipped, and why it is done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from users.admin.request import TemplateContext
from users.admin.user_list.bulk_buttons import EXPORT
from users.admin.user_list.query_string import ListURL
from users.admin.user_list.selection import InvalidSelection, selection_from_url
from users.bulk_actions.actions import BLOCK, DELETE, UNBLOCK
from users.bulk_actions.request import request_bulk_action, request_export
from users.conf import conf
from users.crypto.signer import BadSignature, Purpose, sign, verify
from users.listing.ordered_fetch import SMALL_RESULT, count_up_to
from users.listing.timeout import time_limit
from users.lucene.errors import QueryError
from users.models import Job
from users.models.user import UserQuerySet
from users.querying.errors import SearchTimeout
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check
from users.rights.protected_accounts import count_protected
from users.search.selection import Selection
from users.web.initials import colour, initials
from users.web.page_view import PageRequest

# Users that the preview names.
SHOWN = 8
REASON_LENGTH = 500
# Who matches changes: an old preview shows others than those who would be changed.
PREVIEW_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Count:
    """The number of selected users; where it `is_capped`, there are at least so many.

    `done` of them are already as the action would leave them and `staff` others are skipped; None where
    counting them took too long.
    """

    number: int
    is_capped: bool = False
    done: int | None = 0
    staff: int | None = 0

    @property
    def changed(self) -> int:
        """How many of them the action changes, as far as that has been counted; all where it is none, of
        whom the preview says why."""
        return self.number - (self.done or 0) - (self.staff or 0) or self.number

    def __str__(self) -> str:
        if self.is_capped:
            return gettext("more than %s") % f"{self.number - 1:,}"
        number = f"{self.changed:,}"
        return gettext("up to %s") % number if self.done is None or self.staff is None else number


class BulkForm(forms.Form):
    """What is asked before a bulk action: the reason, and for some what makes it deliberate."""

    reason = forms.CharField(
        label=gettext_lazy("Reason (optional)"),
        required=False,
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Stored in the activity of each user."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, count: Count, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.count = count
        # Enter starts it, without a reason too.
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True


class DeleteForm(BulkForm):
    """Deleting requires typing the number of users, to prevent a deletion by mistake."""

    confirmation = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )
    field_order = ("confirmation", "reason")

    def __init__(self, count: Count, *args: Any, **options: Any) -> None:
        super().__init__(count, *args, **options)
        number = {"count": f"{count.changed:,}"}
        self.fields["confirmation"].label = gettext("Type %(count)s to confirm") % number

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed.replace(",", "").replace(".", "").replace(" ", "") != str(self.count.changed):
            number = {"count": self.count.changed}
            raise forms.ValidationError(gettext("This does not match %(count)d.") % number)
        return typed


class ExportForm(BulkForm):
    """An export has a format."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("csv", gettext_lazy("CSV, for spreadsheets")), ("json", gettext_lazy("JSON lines"))],
        initial="csv",
    )
    field_order = ("format", "reason")

    def __init__(self, count: Count, *args: Any, **options: Any) -> None:
        super().__init__(count, *args, **options)
        self.fields["reason"].help_text = gettext("Stored with the job.")


@dataclass(frozen=True)
class Kind:
    """How the preview of an action reads. `verb` is the right, asked before anything is shown;
    `leaves_blocked` is the value of `blocked` with which a user is already as the action leaves them."""

    verb: Verb
    icon: str
    form: type[BulkForm] = BulkForm
    is_danger: bool = False
    leaves_blocked: bool | None = None
    skips_staff: bool = True


KINDS = {
    BLOCK: Kind(Verb.BLOCK, "ban", is_danger=True, leaves_blocked=True),
    UNBLOCK: Kind(Verb.BLOCK, "check", leaves_blocked=False),
    EXPORT: Kind(Verb.EXPORT, "download", ExportForm, skips_staff=False),
    DELETE: Kind(Verb.DELETE, "trash", DeleteForm, is_danger=True),
}


def bulk_page(request: PageRequest, action: str, frame: dict[str, Any]) -> HttpResponse:
    """GET previews, POST starts the job. Nothing is written before the POST."""
    kind, actor = KINDS.get(action), request.actor
    if kind is None:
        raise Http404
    check(actor, Verb.VIEW)
    # Also for GET: a page that asks to confirm must not end in a refusal.
    check(actor, kind.verb)
    try:
        selection, count = _signed_selection(request, action) or _new_selection(request, kind)
        users = selection.users(actor)
        if action == DELETE and count.is_capped:
            # The number is typed to confirm it: one that is not exact would confirm less than is deleted.
            raise InvalidSelection(
                gettext("This search matches %s users, too many to count. Narrow the search first.") % count
            )
    except (InvalidSelection, QueryError, Denied, SearchTimeout) as error:
        messages.error(request, _explain(error))
        return redirect(_list_url(request))
    form = kind.form(count, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and count.number:
        job = _start(action, selection, form, actor)
        messages.success(request, gettext("Started. This page shows the progress."))
        return redirect("admin:job", job.job_id)
    context = {
        **frame,
        **_preview(selection, users, count),
        "title": _question(action, count),
        "action": action,
        "kind": kind,
        "section": "users",
        "form": form,
        "signed": sign(
            [selection.to_json(), *astuple(count)],
            Purpose.SELECTION,
            _scope(action, actor),
        ),
        "back": _list_url(request),
        "button": _question(action, count).rstrip("?"),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "users/admin/bulk.html", context, status=status)


def _new_selection(request: PageRequest, kind: Kind) -> tuple[Selection, Count]:
    selection = selection_from_url(request.GET, timezone.now(), request.actor)
    return selection, _count(kind, selection.users(request.actor))


def _signed_selection(request: PageRequest, action: str) -> tuple[Selection, Count] | None:
    """The selection that this staff member has previewed, and its number: what they saw is what is done."""
    if request.method != "POST":
        return None
    try:
        value, *counted = verify(
            request.POST.get("selection", ""),
            Purpose.SELECTION,
            _scope(action, request.actor),
            max_age=PREVIEW_LIFETIME,
        )
    except BadSignature:
        raise InvalidSelection(gettext("The preview has expired. Select the users again.")) from None
    return Selection.from_json(value), Count(*counted)


def _scope(action: str, actor: Actor) -> str:
    """A preview is signed for one action, and for the staff member who sees it."""
    return f"{action} {actor.id}"


def _count(kind: Kind, users: UserQuerySet) -> Count:
    count = _count_selected(users)
    # Without these the action can be started as well: each user is checked when the job reaches them.
    try:
        with time_limit(conf.search_timeout):
            done, staff = _count_unchanged(kind, users)
            return replace(count, done=done, staff=staff)
    except SearchTimeout:
        return replace(count, done=None, staff=None)


def _count_unchanged(kind: Kind, users: UserQuerySet) -> tuple[int, int]:
    """How many are already as the action leaves them, and how many others have staff rights."""
    done = 0
    if kind.leaves_blocked is not None:
        # Where it is null, too, a user is not blocked.
        blocked, others = users.filter(blocked=True), users.exclude(blocked=True)
        unchanged, users = (blocked, others) if kind.leaves_blocked else (others, blocked)
        done = unchanged.count()
    return done, count_protected(users) if kind.skips_staff else 0


def _count_selected(users: UserQuerySet) -> Count:
    """The exact number where it can be counted in time, else at most 10,001, for more than 10,000. Raises
    SearchTimeout."""
    plain = users.order_by().values("pk")
    try:
        with time_limit(conf.search_timeout):
            return Count(plain.count())
    except SearchTimeout:
        with time_limit(conf.search_timeout):
            number = count_up_to(users, SMALL_RESULT)
            return Count(number, is_capped=number > SMALL_RESULT)


def _preview(selection: Selection, users: UserQuerySet, count: Count) -> TemplateContext:
    basis = {
        "count": count.number,
        "is_capped": count.is_capped,
        "is_all_matching": selection.ids is None,
        "at": selection.at,
        "others": max(0, count.number - SHOWN),
        "done": count.done,
        "staff": count.staff,
    }
    with suppress(SearchTimeout), time_limit(conf.search_timeout):
        shown = users.without_documents().order_by("-created_at", "-pk")[:SHOWN] if count.number else []
        return basis | {
            "people": [{"user": user, "initials": initials(user), "colour": colour(user)} for user in shown],
        }
    return basis


def _start(action: str, selection: Selection, form: BulkForm, actor: Actor) -> Job:
    reason = form.cleaned_data["reason"]
    if action == EXPORT:
        return request_export(form.cleaned_data["format"], selection, actor=actor, reason=reason)
    return request_bulk_action(action, selection, actor=actor, reason=reason)


def _question(action: str, count: Count) -> str:
    many = str(count)
    one = many == "1"
    return {
        BLOCK: gettext("Block 1 user?") if one else gettext("Block %s users?") % many,
        UNBLOCK: gettext("Unblock 1 user?") if one else gettext("Unblock %s users?") % many,
        EXPORT: gettext("Export 1 user?") if one else gettext("Export %s users?") % many,
        DELETE: gettext("Delete 1 user?") if one else gettext("Delete %s users?") % many,
    }[action]


def _explain(error: Exception) -> str:
    if isinstance(error, SearchTimeout):
        return gettext("This search takes too long. Narrow it first.")
    if isinstance(error, QueryError):
        return gettext("The search cannot be read: %s.") % error.reason
    return error.reason if isinstance(error, Denied) else str(error)


def _list_url(request: PageRequest) -> str:
    return reverse("admin:users_user_changelist") + ListURL(request.GET).link()
