"""Pages of saved searches (segments): a list with counts, and a page for each."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from users.actions.access.optimistic_lock import version_of
from users.actions.errors import AlreadyExists, SegmentInUse, SegmentNotFound
from users.actions.search_setup.segments import (
    SegmentData,
    can_change_segment,
    create_segment,
    delete_segment,
    edit_segment,
)
from users.admin.configuration_history import history_context
from users.admin.request import TemplateContext
from users.admin.settings_form import SettingsForm
from users.admin.user_list.segment_tabs import refresh_old_counts, stored_count
from users.conf import conf
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.log.configuration_history import Kind
from users.lucene.errors import QueryError
from users.lucene.limits import DEFAULT
from users.lucene.printer import quote
from users.metadata.documents import JSON
from users.metadata.text import bad_characters
from users.models import Segment
from users.querying.errors import SearchTimeout
from users.rights.actor import Actor
from users.rights.errors import Denied
from users.rights.may import Verb, check, denial_reason
from users.search.count import Count, count_users
from users.search.segment_expansion import ID_PATTERN, usable_segments
from users.search.segment_text import to_readable_query
from users.search.visibility import can_read_query
from users.web.page_view import PageRequest

PAGE_SIZE = 50
# Seconds per count on the list; all of them together may take SEARCH_TIMEOUT.
SECONDS_PER_COUNT = 0.25
LIST = "segments"
BY_NAME = Keyset(("name_folded", "id"))
COLUMNS = ("name", "query", "description", "is_shared")


class SegmentForm(SettingsForm):
    """The form of a segment. The action validates the query."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    query = forms.CharField(
        max_length=DEFAULT.length,
        widget=forms.Textarea(attrs={"rows": 3, "class": "query", "spellcheck": "false"}),
        help_text=gettext_lazy("Uses the search language of the user list. Can refer to other segments."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description (optional)"), max_length=300, required=False
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("Shared with all staff and API clients"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.options = {"actor": actor}
        refused = denial_reason(actor, Verb.SHARE_SEGMENT)
        if refused:
            # Django then ignores what the browser sends for the field.
            self.fields["is_shared"].disabled = True
            self.fields["is_shared"].help_text = refused

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        refused = bad_characters(name)
        # A search names a segment by name or id; such a name would be ambiguous.
        if ID_PATTERN.fullmatch(name):
            refused = gettext("it looks like the id of a segment")
        if refused:
            raise forms.ValidationError(gettext("This cannot be a name: %(refused)s.") % {"refused": refused})
        return name

    @property
    def wanted(self) -> SegmentData:
        """The segment as entered."""
        return SegmentData(**{name: self.cleaned_data[name] for name in COLUMNS})


def segments_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """List the segments by name, continuing after `?after=`."""
    actor = _get_viewer(request)
    segments = usable_segments(actor).select_related("owner", "counted")
    page = read_cursor_page(LIST, segments, BY_NAME, size=PAGE_SIZE, cursor=request.GET.get("after", ""))
    # All counts of the page share one time budget.
    counts = _SegmentCounter(actor)
    refresh_old_counts(page.rows)
    context = {
        **frame,
        "title": gettext("Segments"),
        "section": "segments",
        "segments": [{**_row(each, actor), **counts.of(each)} for each in page.rows],
        "is_after": page.has_previous,
        "next": page.next,
    }
    return TemplateResponse(request, "users/admin/segment_list.html", context)


def segment_page(request: PageRequest, segment_id: str, frame: dict[str, Any]) -> HttpResponse:
    """GET shows, POST saves or deletes; without an id a new segment is created, from `?q=` if given.

    A segment that the staff member may not use is a 404.
    """
    actor = _get_viewer(request)
    segment = _get_segment_or_404(segment_id, actor) if segment_id else None
    if segment and request.method != "POST" and request.GET.get("tab") == "history":
        return _history_page(request, frame, segment, actor)
    form = SegmentForm(request.POST or None, actor=actor, initial=_initial(request, segment, actor))
    try:
        if request.method == "POST" and request.POST.get("do") == "delete" and segment:
            delete_segment(segment, actor=actor)
            messages.success(request, gettext("The segment “%(segment)s” is deleted.") % {"segment": segment})
            return redirect("admin:segments")
        if request.method == "POST":
            form = _save(request, form, segment, actor)
        if form.is_saved:
            saved: Segment = form.result or _get_segment_or_404(segment_id, actor)
            messages.success(request, gettext("The segment “%(saved)s” is saved.") % {"saved": saved})
            return redirect(_search_url(saved))
    except SegmentInUse as needed:
        # Unbound again: deleting sent none of the form's fields, and validation would report them missing.
        form = SegmentForm(actor=actor, initial=_initial(request, segment, actor))
        messages.error(request, _in_use_message(needed))
    # Another staff member deleted it between the page and the button.
    except (SegmentNotFound, Segment.DoesNotExist):
        messages.info(request, gettext("The segment has been deleted."))
        return redirect("admin:segments")
    context = {
        **frame,
        "title": segment.name if segment else gettext("New segment"),
        "section": "segments",
        "form": form if segment is None or can_change_segment(segment, actor) else None,
        # The only count on this page, so it may take as long as a search.
        **(
            {**_row(segment, actor), **_SegmentCounter(actor, each=conf.search_timeout).of(segment)}
            if segment
            else {}
        ),
    }
    status = 422 if form.errors or form.is_conflict else 200
    return TemplateResponse(request, "users/admin/segment.html", context, status=status)


def _history_page(
    request: PageRequest, frame: dict[str, Any], segment: Segment, actor: Actor
) -> HttpResponse:
    """Who changed it. What its query asked about was not always what the viewer may see."""

    def can_see_value(field: str, value: JSON) -> bool:
        return field != "query" or can_read_query(value, actor)

    history = history_context(request, actor, Kind.SEGMENT, segment.segment_id, can_see_value=can_see_value)
    context = {
        **frame,
        **history,
        **_row(segment, actor),
        "title": segment.name,
        "section": "segments",
        "tab": "history",
    }
    return TemplateResponse(request, "users/admin/segment.html", context)


def _get_viewer(request: PageRequest) -> Actor:
    # The right comes before the look-up: those without it get the same 403 for every id.
    check(request.actor, Verb.VIEW)
    return request.actor


def _get_segment_or_404(segment_id: str, actor: Actor) -> Segment:
    segment = usable_segments(actor).select_related("owner", "counted").filter(segment_id=segment_id).first()
    if segment is None:
        raise Http404
    return segment


def _initial(request: PageRequest, segment: Segment | None, actor: Actor) -> TemplateContext:
    if segment is None:
        return {"query": request.GET.get("q", "")}
    return {
        "name": segment.name,
        "query": to_readable_query(segment, actor),
        "description": segment.description,
        "is_shared": segment.is_shared,
        "version": version_of(segment, COLUMNS),
    }


def _save(request: PageRequest, form: SegmentForm, segment: Segment | None, actor: Actor) -> SegmentForm:
    """Save what was typed, and return the form to show. Raises Denied, SegmentNotFound or SegmentInUse."""

    def read_initial() -> TemplateContext:
        if segment:
            segment.refresh_from_db()
        return _initial(request, segment, actor)

    return form.save_with(lambda: _write(form, segment, actor), read_initial)


def _write(form: SegmentForm, segment: Segment | None, actor: Actor) -> Segment | None:
    """Create or edit the segment; None if the form now has errors."""
    try:
        if segment is None:
            return create_segment(form.wanted, actor=actor)
        return edit_segment(segment, form.wanted, actor=actor, version=form.cleaned_data["version"])
    except AlreadyExists as error:
        form.add_error("name", str(error))
    except QueryError as error:
        # The action parses the query; the form shows where it failed.
        form.add_error(
            "query",
            gettext("At character %(column)s: %(reason)s") % {"column": error.column, "reason": error.reason},
        )
    return None


def _in_use_message(error: SegmentInUse) -> str:
    names = [f"“{name}”" for name in error.names]
    if error.unnamed:
        # Private segments of other users are counted, never named.
        names.append(gettext("%(unnamed)s of other users") % {"unnamed": error.unnamed})
    return gettext("Not deleted. Other segments use this one: %(names)s.") % {"names": ", ".join(names)}


def _row(segment: Segment, actor: Actor) -> TemplateContext:
    return {
        "segment": segment,
        "query": to_readable_query(segment, actor),
        "open": _search_url(segment),
        "is_own": actor.user is not None and segment.owner_id == actor.user.pk,
    }


def _search_url(segment: Segment) -> str:
    """Return the URL of the list of users that it finds."""
    # By name instead of id, since the text in the search box is there to be read and changed.
    q = urlencode({"q": f"segment:{quote(segment.name)}"})
    return f"{reverse('admin:users_user_changelist')}?{q}"


class _SegmentCounter:
    """The counts of segments: the stored ones, as in the tabs of the user list. Segments without one are
    counted, one after the other within a total time, each within `each` seconds."""

    def __init__(self, actor: Actor, each: float = SECONDS_PER_COUNT) -> None:
        self._actor = actor
        self._each = each
        self._deadline = time.monotonic() + conf.search_timeout

    def of(self, segment: Segment) -> TemplateContext:
        """Return `count`, or `no_count` with the reason."""
        stored = stored_count(segment, self._actor)
        if stored is not None and stored.count is not None:
            return {"count": stored}
        # The list must stay fast however many segments there are.
        if time.monotonic() > self._deadline:
            return {"no_count": gettext("Not counted")}
        try:
            return {"count": self._count(segment)}
        except SearchTimeout:
            return {"no_count": gettext("Too slow to count")}
        except Denied:
            # A segment may search what its owner may see and this staff member may not.
            return {"is_denied": True}
        except QueryError as error:
            return {"no_count": gettext("Cannot be read: %(reason)s") % {"reason": error.reason}}

    def _count(self, segment: Segment) -> Count:
        text = f"segment:{segment.segment_id}"
        return count_users(text, viewer=self._actor, seconds=self._each, strict=conf.strict_limits)
