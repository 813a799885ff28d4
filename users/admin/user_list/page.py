"""The list of users: search, filter and sort, one page at a time, with a capped count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote as quote_url

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import IntegerField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from users.actions.account.documents import DOCUMENT_VERBS
from users.admin.user_list import columns, index_advice
from users.admin.user_list.bulk_buttons import EXPORT, BulkButton, bulk_buttons
from users.admin.user_list.cell_html import CellDrawer
from users.admin.user_list.columns import Column
from users.admin.user_list.filters import (
    Chip,
    active_chips,
    exists_query,
    filter_values,
    required_keys,
)
from users.admin.user_list.query_string import ListURL
from users.admin.user_list.search_errors import Problem, describe_problem
from users.admin.user_list.search_help import search_help_context
from users.admin.user_list.segment_tabs import SegmentTab, segment_tabs
from users.admin.user_list.selection import segment_query
from users.admin.user_list.sorting import Heading, Sort, make_heading, parse_order, requested_order
from users.conf import conf
from users.listing.cursor import decode_cursor, encode_cursor
from users.listing.keyset import Position
from users.listing.ordered_fetch import SMALL_RESULT, count_up_to, read_in_order
from users.listing.pages import Page, read_page
from users.listing.timeout import time_limit
from users.lucene.errors import QueryError
from users.lucene.nodes import Name, Query
from users.lucene.parser import parse
from users.lucene.printer import escape, quote
from users.models import User
from users.models.user import UserQuerySet
from users.querying.errors import SearchTimeout, UnknownField
from users.rights.errors import Denied
from users.rights.may import Verb, denial_reason, may
from users.search.conditions import All, Condition
from users.search.full_scans import SlowKey, find_slow_keys_in_condition
from users.search.json_key import JsonKey
from users.search.list_filters import FILTERS, Choice, Filter, active_filters
from users.search.query import compile_query, filter_by_condition
from users.search.search_box import parse_search_box
from users.search.unknown_keys import unknown_keys
from users.web.initials import colour, initials
from users.web.page_view import PageRequest

PAGE_SIZE = 50


def list_page(request: PageRequest, frame: dict[str, Any]) -> HttpResponse:
    """GET shows the list, POST saves the choice of columns. An invalid search lists no users and says why."""
    # Choosing columns changes the session, so it must not be a GET.
    if request.method == "POST":
        return _save_columns(request)
    listing = UserList(request)
    listing.read()
    context = {**frame, **listing.advice, "title": gettext("Users"), "section": "users", "cl": listing}
    status = 422 if listing.problem else 200
    return TemplateResponse(request, "users/admin/users.html", context, status=status)


@dataclass(frozen=True)
class Row:
    """A user. `name` is the first line and `second` the email below it, empty where the id stands there;
    `label` is what the user is called elsewhere. `cells` is the HTML of the columns."""

    key: int
    user_id: str
    label: SafeString
    name: str
    second: str
    initials: str
    colour: int
    cells: SafeString


@dataclass
class UserList:
    """What the template reads.

    `count` is exact up to 10,000, and 10,001 beyond. `unmet` are keys that no user is known to have, each
    with
    the key that may have been meant and the URL of that search.
    """

    request: PageRequest
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    problem: Problem | None = None
    advice: dict[str, Any] = field(default_factory=dict)
    unmet: list[tuple[str, str, str]] = field(default_factory=list)
    previous: str = ""
    next: str = ""
    start: int = 0

    def __post_init__(self) -> None:
        self.now = timezone.now()
        self.address = ListURL(self.request.GET)
        self.viewer = self.request.actor
        self.query = self.address.text("q").strip()
        self.segment = self.address.text("segment")
        self.columns = columns.selected_columns(self.request, self.address, self.viewer)

    def read(self) -> None:
        """Query the database."""
        text, correction_url = self.query, self._field_correction_url
        # What is asked, each part parsed and given its meaning once.
        conditions: list[Condition] = []
        try:
            with time_limit(conf.search_timeout):
                conditions.append(compile_query(self.asked, viewer=self.viewer))
                if self.segment:
                    conditions.append(self._compile_segment())
                for key in required_keys(self.address):
                    # Set before compiling: an error is explained for the part that caused it.
                    text, correction_url = exists_query(key), partial(self._key_correction_url, key)
                    conditions.append(compile_query(parse(text), viewer=self.viewer))
                users = self._filter_users()
                for condition in conditions:
                    users = filter_by_condition(users, condition)
                self._read(users)
        except (QueryError, Denied, SearchTimeout) as error:
            slow = self._slow_keys(conditions) if isinstance(error, SearchTimeout) else ()
            self.problem = describe_problem(error, text, self.viewer, correction_url, slow)
            # After a timeout the advice on indexes is still useful.
            if not isinstance(error, SearchTimeout):
                return
        self.advice = index_advice.slow_search_context(self.viewer, self._slow_keys(conditions))
        if not self.count and not self.problem:
            self._find_unknown_keys()

    @cached_property
    def asked(self) -> Query:
        """What stands in the box. Raises QueryError."""
        return parse_search_box(self.query)

    def _slow_keys(self, conditions: list[Condition]) -> tuple[SlowKey, ...]:
        """The keys for which all users are read, unless an index serves a filter or another part."""
        try:
            filters = [compile_query(parse(choice.words), viewer=self.viewer) for _, choice in self.choices]
        except QueryError:  # the name of no connection, longer than a query may be
            return ()
        return find_slow_keys_in_condition(All((*conditions, *filters)))

    def _filter_users(self) -> UserQuerySet:
        users = User.objects.all()
        for _, choice in self.choices:
            users = users.filter(choice.test)
        return users

    @cached_property
    def choices(self) -> list[tuple[Filter, Choice]]:
        """The filters that are on."""
        return active_filters(filter_values(self.address), self.now)

    def _read(self, users: UserQuerySet) -> None:
        order = requested_order(self.address, self.viewer)
        sort = parse_order(order)
        after, number = self._start("after", order, sort)
        before = None
        # A forged cursor and one of another order count as none, and the list starts at its first page.
        if after is None:
            before, number = self._start("before", order, sort)

        def read(rows: UserQuerySet) -> Page[User]:
            rows = sort.prepare(self._with_columns(rows))
            return read_page(rows, sort.order, size=PAGE_SIZE, after=after, before=before)

        # By the count `read_in_order` decides whether sorting in memory is cheaper than an index walk.
        self.count = count_up_to(users, SMALL_RESULT)
        # Without a filter every row matches, so walking the index of the order is the fastest plan anyway.
        page = read_in_order(users, read, count=self.count) if self.is_narrowed else read(users)
        self.rows = [self._row(user) for user in page.rows]
        if page.has_previous:
            # Users may have come or gone since the cursor was made, so the number is never negative.
            self.start = number if before is None else max(0, number - len(page.rows))
        if page.rows and page.has_previous:
            self.previous = self.address.link(before=self._cursor(order, page.start, self.start))
        if page.has_next:
            beyond = self.start + len(page.rows)
            self.next = self.address.link(after=self._cursor(order, page.end, beyond))

    def _start(self, parameter: str, order: str, sort: Sort) -> tuple[Position | None, int]:
        """What `_cursor` was given; no position where the parameter holds no cursor of this order."""
        fields = [*sort.order.fields(sort.prepare(User.objects.all())), IntegerField()]
        start = decode_cursor(f"users {order}", self.request.GET.get(parameter, ""), fields)
        return (start[:-1], start[-1]) if start else (None, 0)

    @staticmethod
    def _cursor(order: str, position: Position, number: int) -> str:
        """A position in that order, and how many rows stand before what lies beyond it."""
        # Signed with the order, so that a cursor of one order is refused in another.
        return encode_cursor(f"users {order}", (*position, number))

    def _with_columns(self, users: UserQuerySet) -> UserQuerySet:
        # Only one key per column is read, in the database: whole documents may be large.
        first_keys = {_annotation_name(column): column for column in self.columns if column.document}
        read = {name: JsonKey(column.document, column.path[0]) for name, column in first_keys.items()}
        # Only the shown keys are read: whole documents may have a megabyte each.
        return users.without_documents().with_connection().annotate(**read)

    def _row(self, user: User) -> Row:
        text = str(user)
        name, label = user.name or text, conditional_escape(text)
        cells = (drawer.draw(user, label, getattr(user, name, None)) for name, drawer in self._drawers)
        return Row(
            key=user.pk,
            user_id=user.user_id,
            label=label,
            name=name,
            second="" if name == text else text,
            initials=initials(user),
            colour=colour(user),
            # Each of them is escaped.
            cells=SafeString("".join(cells)),
        )

    @cached_property
    def _drawers(self) -> list[tuple[str, CellDrawer]]:
        """Of each column the attribute of a user that has its value, and what draws its cells: what is the
        same in all rows is made once for the page."""
        return [
            (
                _annotation_name(column) if column.document else column.name,
                CellDrawer(column, self._here if column.document in self._editable_documents else None),
            )
            for column in self.columns
        ]

    @cached_property
    def _here(self) -> str:
        """The query string of this very page, quoted, to come back to."""
        return quote_url(self.request.GET.urlencode(), safe="")

    @cached_property
    def _editable_documents(self) -> set[str]:
        """The documents whose cells the viewer may edit."""
        return {name for name, verb in DOCUMENT_VERBS.items() if may(self.viewer, verb)}

    def _find_unknown_keys(self) -> None:
        """Where no user matches, find keys that no user is known to have: no index would help with those."""
        unmet = unknown_keys(self.asked, self.viewer)
        self.unmet = [(str(key.name), key.near, self._replace_field_url(key.name, key.near)) for key in unmet]
        names = {str(key.name) for key in unmet}
        self.advice["slow_keys"] = [key for key in self.advice["slow_keys"] if key["name"] not in names]

    def _compile_segment(self) -> Condition:
        # Not the error of the search language, which would repeat text of the URL.
        if not any(tab.is_open for tab in self.tabs):
            raise Denied(gettext("There is no such segment"))
        try:
            return compile_query(segment_query(self.segment), viewer=self.viewer)
        # It was valid when it was saved: another segment in it, or a schema, has changed since.
        except QueryError as error:
            raise Denied(gettext("The segment cannot be read: %s") % error.reason) from None

    def _field_correction_url(self, error: UnknownField, name: str) -> str:
        return self._replace_field_url(error.name, name)

    def _replace_field_url(self, field: Name, name: str) -> str:
        return self.address.link(q=f"{self.query[: field.start]}{escape(name)}{self.query[field.end :]}")

    def _key_correction_url(self, key: str, error: UnknownField, name: str) -> str:
        return self.address.link(has=[name if each == key else each for each in required_keys(self.address)])

    # Context around the table

    @property
    def is_narrowed(self) -> bool:
        """Whether there is a search or a filter."""
        return bool(self.query or self.segment or self.has_active_filters)

    @property
    def has_active_filters(self) -> bool:
        return bool(self.chips)

    @cached_property
    def chips(self) -> list[Chip]:
        return active_chips(self.address, self.choices)

    @property
    def most(self) -> int:
        """The highest count that is shown."""
        return min(self.count, SMALL_RESULT)

    @property
    def is_capped(self) -> bool:
        return self.count > SMALL_RESULT

    @property
    def first_number(self) -> int:
        return self.start + 1

    @property
    def last_number(self) -> int:
        return self.start + len(self.rows)

    @property
    def first_page(self) -> str:
        """The URL of the first page."""
        return self.address.link()

    @property
    def in_words(self) -> str:
        """The search combined with its segment and filters, in the search language."""
        segment = f"segment:{quote(self.segment)}" if self.segment else ""
        return " ".join(filter(None, [segment, self.query, *(chip.words for chip in self.chips)]))

    @property
    def as_words(self) -> str:
        """The URL with the filters moved into the search box."""
        names = [each.name for each in FILTERS]
        return self.address.link(q=self.in_words, has=None, segment=None, **dict.fromkeys(names))

    @property
    def without_filters(self) -> str:
        return self.address.link(has=None, **dict.fromkeys(each.name for each in FILTERS))

    @property
    def headings(self) -> list[Heading]:
        shown = [
            (column.name, gettext(column.label), column.name if column.document else "", column.kind)
            for column in self.columns
        ]
        return [
            make_heading(name, label, self.address, self.viewer, title=title, kind=kind)
            for name, label, title, kind in [("email", gettext("User"), "", "user"), *shown]
        ]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """Each filter with its choices and their URLs."""
        on = {each.name: choice.value for each, choice in self.choices}
        return [
            {
                "title": gettext(each.title),
                "choices": [
                    {
                        "label": choice.label,
                        "is_on": on.get(each.name) == choice.value,
                        "link": self.address.link(**{each.name: choice.value}),
                    }
                    for choice in each.choices(self.now)
                ],
                "any": self.address.link(**{each.name: None}),
                "is_on": each.name in on,
            }
            for each in FILTERS
        ]

    @property
    def search_parameters(self) -> list[tuple[str, str]]:
        """Parameters that a new search preserves."""
        return self.address.hidden_fields("q")

    @property
    def all_parameters(self) -> list[tuple[str, str]]:
        """Parameters that adding a required key preserves."""
        return self.address.hidden_fields()

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """The columns offered, each with whether it is shown."""
        offered = columns.visible_columns([*columns.BUILT_IN, *conf.list_columns], self.viewer)
        return [(column, column in self.columns) for column in dict.fromkeys([*self.columns, *offered])]

    @cached_property
    def tabs(self) -> list[SegmentTab]:
        """Segments, with counts that a job has made."""
        return segment_tabs(self.address, self.viewer)

    @cached_property
    def bulk_buttons(self) -> list[BulkButton]:
        """The actions for ticked users; those that the viewer may not use say why."""
        return bulk_buttons(self.viewer)

    @property
    def create_refusal(self) -> str:
        return denial_reason(self.viewer, Verb.CREATE)

    @property
    def export_link(self) -> str:
        """The preview of an export of all users that are listed."""
        return f"{reverse('admin:bulk', args=[EXPORT])}{self.address.link(all='1', sort=None, column=None)}"

    @property
    def shown_count(self) -> str:
        """The number of users, as far as it is counted."""
        return f"{intcomma(self.most)}{'+' if self.is_capped else ''}"

    @property
    def has_more_than_page(self) -> bool:
        return self.count > len(self.rows)

    @property
    def export_refusal(self) -> str:
        return denial_reason(self.viewer, Verb.EXPORT)

    @property
    def state(self) -> list[tuple[str, str]]:
        """All parameters of the list, which a bulk action needs to find the same users."""
        return self.address.hidden_fields("column", "sort")

    @property
    def search_help(self) -> dict[str, Any]:
        return search_help_context(self.viewer)


def _annotation_name(column: Column) -> str:
    """Return the name of the annotation, which columns below the same top-level key share."""
    # In hexadecimal, since Django refuses quotes and spaces in the name of an annotation.
    return f"key_{column.document}_{column.path[0].encode().hex()}"


def _save_columns(request: PageRequest) -> HttpResponse:
    """Store the chosen columns in the session and redirect back to the list."""
    address = ListURL(request.GET)
    if request.POST.get("do") != "columns":
        request.session.pop(columns.SESSION_KEY, None)
        return redirect(request.path + address.link(column=None))
    names = list(filter(None, (name.strip() for name in request.POST.getlist("column"))))
    _warn_unknown_columns(request, names)
    chosen = [column.name for column in columns.visible_columns(names, request.actor)]
    # In the session, not with the user: it is a setting of this workplace.
    request.session[columns.SESSION_KEY] = chosen
    return redirect(request.path + address.link(column=chosen or [""]))


def _warn_unknown_columns(request: PageRequest, names: Iterable[str]) -> None:
    for name in names:
        # Reported, since a mistyped key would silently be missing from the list.
        if columns.parse_column(name) is None:
            messages.error(
                request,
                f"There is no column {name[:100]}; name a key as app_metadata.plan or user_metadata.age.",
            )
