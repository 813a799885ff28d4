"""Prepare changes and events for the templates of the activity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from users.admin.actor_name import actor_name
from users.admin.changes.filter_form import ChangeFilterForm
from users.admin.changes.sentences import (
    Names,
    bold,
    change_sentence,
    change_title,
    event_sentence,
    is_spelled_out,
)
from users.admin.changes.undo import undoable_changes
from users.admin.request import TemplateContext
from users.history.filter import ChangeFilter
from users.history.subjects import emails_of_deleted
from users.log.activity import FAILURES, ActivityFilter, ActivityPage
from users.log.position import LogPosition
from users.models import Change, LogEvent, User
from users.representation.emails import is_email
from users.rights.actor import Actor, Face, Kind
from users.rights.visible import PROFILE, visible
from users.web.differences import MAX_LINES, MAX_PAGE_LINES, change_lines
from users.web.initials import colour, initials

Line = Change | LogEvent
# Users by user_id.
UsersById = dict[str, User]
NAME_COLUMNS = (
    *("user_id", "email", "name", "given_name", "family_name", "username", "phone_number"),
    *("linked_to_id", "is_superuser"),
)
NO_FILTER = ChangeFilter()
USER_KINDS = (Kind.STAFF, Kind.USER)
# The icon of an actor that is no user.
ICONS: dict[str, str] = {Kind.CLIENT: "bot", Kind.COMMAND: "terminal", Kind.RULE: "terminal"}


@dataclass
class People:
    """Those whom the lines of a page name: the users there are, and the emails of deleted ones. `links`:
    whether the names lead to pages."""

    users: UsersById
    deleted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[Line], viewer: Actor) -> People:
        """Two queries for a page, if the viewer may see users; without the right, ids stay text."""
        ids = {one for line in lines for one in _ids(line)}
        if not ids or not visible(viewer, PROFILE):
            return cls({})
        users = users_named(ids)
        # Also of users whose id another user has now.
        gone = {line.subject for line in lines if isinstance(line, Change) and line.user_id is None}
        return cls(users, emails_of_deleted(gone | (ids - users.keys())))

    def at(self, user_id: str, at: datetime) -> User | None:
        """The user who had the id then; None for a deleted one, whose id a later user may have."""
        user = self.users.get(user_id)
        return user if user and at >= user.created_at else None

    def actor_of(self, change: Change) -> User | None:
        """The user who made the change; None for a client, a command and a deleted user."""
        return self.at(change.actor_id, change.at) if change.actor_kind in USER_KINDS else None

    def name_of_actor(self, change: Change) -> str:
        return actor_name(self.actor_of(change), change.actor_name)


def users_named(ids: Iterable[str]) -> UsersById:
    """The users of these ids, without their documents."""
    found = User.accounts.filter(user_id__in=ids).only(*NAME_COLUMNS, "created_at")
    return {account.user_id: account for account in found}


def _ids(line: Line) -> tuple[str, ...]:
    return (
        (line.actor_id, line.subject) if isinstance(line, Change) else (line.user_id,) if line.user_id else ()
    )


def activity_context(
    form: ChangeFilterForm,
    viewer: Actor,
    read: Callable[[ActivityFilter, LogPosition | None], ActivityPage],
) -> TemplateContext:
    """Return the template context of a page of the activity."""
    wanted = form.wanted
    found = read(wanted, form.start) if wanted else ActivityPage([])
    people = People.of(found.lines, viewer)
    changes = [line for line in found.lines if isinstance(line, Change)]
    undoable = undoable_changes(changes, viewer, people.users)
    rows = [_row(line, people, form.wanted_changes, undoable) for line in found.lines]
    return {
        "filter": form,
        "days": group_by_day(_mark_account_ends(rows)),
        "older": form.address(before=found.older.log_id) if found.older else None,
        "searched_to": found.searched_to,
        "latest": form.address() if form.start else None,
        "unfiltered": f"?{'&'.join(f'{name}={value}' for name, value in form.preserved.items())}",
    }


def change_context(
    change: Change, people: People, wanted: ChangeFilter = NO_FILTER, *, is_own_page: bool = False
) -> TemplateContext:
    """Return the template context of one change.

    `is_own_page`: values are shown in full, with up to MAX_PAGE_LINES lines.
    """
    # Without a key to a user the change is about a deleted one, and its id may belong to a later user.
    subject = people.users.get(change.subject) if change.user_id else None
    actor = people.actor_of(change)
    lines = change_lines(change, wanted, most=MAX_PAGE_LINES if is_own_page else MAX_LINES)
    name = str(subject) if subject else people.deleted.get(change.subject, change.subject)
    shown_actor = people.name_of_actor(change)
    return {
        "change": change,
        "at": change.at,
        "address": reverse("admin:change", args=[change.pk]),
        "actor_name": shown_actor,
        "actor_address": user_url(actor),
        "subject_address": user_url(subject),
        "subject_name": name,
        "title": change_title(change),
        "sentence": change_sentence(
            change,
            Names(
                actor=_link(user_url(actor), shown_actor, is_bold=True),
                user=_link(_activity_url(subject), name),
                is_own=change.actor_kind == Kind.USER and change.actor_id == change.subject,
            ),
        ),
        "lines": lines.shown,
        "more": lines.more,
        "is_whole": is_own_page,
        "is_deleted": change.user_id is None,
        **_face(change.actor_kind, actor, shown_actor, is_import=change.face == Face.IMPORT),
    }


def _row(line: Line, people: People, wanted: ChangeFilter, undoable: set[int]) -> TemplateContext:
    if isinstance(line, LogEvent):
        return _event_context(line, people)
    row = change_context(line, people, wanted)
    # A filter by key asks for values, so those are shown whatever the sentence says.
    shows_values = bool(wanted.key) or not is_spelled_out(line)
    return {
        **row,
        "lines": row["lines"] if shows_values else [],
        "more": row["more"] if shows_values else 0,
        "can_undo": line.pk in undoable,
    }


def _event_context(event: LogEvent, people: People) -> TemplateContext:
    user = people.at(event.user_id, event.at)
    # The log has no names of deleted users any more.
    name = str(user) if user else _logged_name(event) or people.deleted.get(event.user_id) or event.user_id
    is_failure = event.type in FAILURES
    # Who did something is shown by name, and in bold; in "Failed sign-in of ..." that is not certain.
    shown_name = name if is_failure else (user and user.name) or name
    shown = _link(_activity_url(user), shown_name or gettext("an unknown user"), is_bold=not is_failure)
    return {
        "event": event,
        "at": event.at,
        "sentence": event_sentence(event, shown),
        "is_failure": is_failure,
        # The description where it says more than the type, such as why a sign-in was refused.
        "reason": event.description if event.type == "f" else "",
        **({"icon": "warn", "colour": "bad"} if is_failure else _face(Kind.USER, user, name)),
    }


def _logged_name(event: LogEvent) -> str:
    """The name stored with the event. One that was typed is returned only if it is an email: anything else
    may be a password in the wrong field."""
    return event.user_name if event.user_id or is_email(event.user_name) else ""


def _face(kind: str, user: User | None, name: str, *, is_import: bool = False) -> TemplateContext:
    """The icon or initials of who did it, and the number of the colour."""
    if is_import:
        return {"icon": "upload", "colour": 7}
    if kind in ICONS:
        return {"icon": ICONS[kind], "colour": 3}
    if user is None:
        return {"icon": "user", "colour": 0} if not name else {"initials": name[:1].upper(), "colour": 0}
    return {"initials": initials(user), "colour": colour(user)}


def _link(url: str | None, text: str, *, is_bold: bool = False) -> SafeString:
    shown = bold(text) if is_bold else format_html("<bdi>{}</bdi>", text)
    return shown if url is None else format_html('<a href="{}">{}</a>', url, shown)


def group_by_day(rows: list[TemplateContext]) -> list[TemplateContext]:
    """The rows by day in UTC, each day with its heading."""
    today = timezone.now().astimezone(UTC).date()
    return [
        {"heading": _day_heading(day, today), "date": day, "rows": list(some)}
        for day, some in groupby(rows, lambda row: row["at"].astimezone(UTC).date())
    ]


def _day_heading(day: date, today: date) -> str:
    if day == today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    return date_format(day, "l j F" if day.year == today.year else "j F Y")


def _mark_account_ends(rows: list[TemplateContext]) -> list[TemplateContext]:
    """Set `ends_here` on the rows of changes, which are newest first.

    It is true for the last change of a deleted user, or the newest one shown of it below changes of a later
    user with its id.
    """
    above: dict[str, bool] = {}
    for row in rows:
        change = row.get("change")
        if change is None:
            continue
        is_below_later = above.get(change.subject, False) and change.user_id is None
        row["ends_here"] = change.user_id is None and (change.what == Change.What.DELETED or is_below_later)
        above[change.subject] = change.user_id is not None
    return rows


def user_url(account: User | None) -> str | None:
    """Its page: where it is linked to another account, that of the other."""
    if account is None:
        return None
    return reverse("admin:users_user_change", args=[account.linked_to_id or account.pk])


def _activity_url(account: User | None) -> str | None:
    url = user_url(account)
    return f"{url}?tab=activity" if url else None
