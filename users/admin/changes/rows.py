"""Lines of the record as staff read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.urls import reverse

from users.admin.changes.filter_form import ChangeFilter
from users.admin.request import Page
from users.history.filter import Wanted
from users.history.position import Place
from users.history.scan import Found
from users.models import Change, User
from users.rights.actor import Actor, Kind
from users.rights.visible import PROFILE, visible
from users.web.differences import LINES, PAGE_LINES, lines_of

# By user_id.
Accounts = dict[str, User]
NAMED_BY = ("user_id", "email", "name", "username", "phone_number", "linked_to_id")
PEOPLE = (Kind.STAFF, Kind.USER)


def found_changes(form: ChangeFilter, viewer: Actor, read: Callable[[Wanted, Place | None], Found]) -> Page:
    """What the template of a list of changes reads."""
    wanted = form.wanted
    found = read(wanted, form.place) if wanted else Found([])
    accounts = accounts_of(found.changes, viewer)
    return {
        "filter": form,
        "changes": _mark_account_ends([as_read(change, accounts, wanted) for change in found.changes]),
        "actors": {change.actor_id: change.actor_name for change in found.changes},
        "older": form.address(before=str(found.older)) if found.older else None,
        "searched_to": found.older.at if found.older and found.is_cut else None,
        "latest": form.address() if form.place else None,
        "unfiltered": f"?{'&'.join(f'{name}={value}' for name, value in form.kept.items())}",
    }


def as_read(change: Change, accounts: Accounts, wanted: Wanted | None, *, is_own_page: bool = False) -> Page:
    """What the template of one change reads. `is_own_page`: values are shown in full, and up to
    PAGE_LINES lines."""
    subject = accounts.get(change.subject) if change.user_id else None
    actor = accounts.get(change.actor_id) if change.actor_kind in PEOPLE else None
    if actor and change.at < actor.created_at:  # an earlier account with the same id did it
        actor = None
    lines = lines_of(change, wanted or Wanted(), most=PAGE_LINES if is_own_page else LINES)
    return {
        "change": change,
        "address": reverse("admin:change", args=[change.pk]),
        "actor_address": _address(actor),
        "subject_address": _address(subject),
        "subject_name": str(subject) if subject else change.subject,
        "lines": lines.shown,
        "more": lines.more,
        "is_whole": is_own_page,
    }


def _mark_account_ends(rows: list[Page]) -> list[Page]:
    """Set `ends_here` on the rows, which are newest first: true for the last change of a deleted account,
    or the newest one shown of it below changes of a later account with its id."""
    above: dict[str, bool] = {}
    for row in rows:
        change = row["change"]
        is_below_later = above.get(change.subject, False) and change.user_id is None
        row["ends_here"] = change.user_id is None and (change.what == Change.What.DELETED or is_below_later)
        above[change.subject] = change.user_id is not None
    return rows


def accounts_of(changes: Iterable[Change], viewer: Actor) -> Accounts:
    """Those that the lines name, for whoever may see users."""
    ids = {one for change in changes for one in (change.actor_id, change.subject)}
    if not ids or not visible(viewer, PROFILE):
        return {}
    named = User.accounts.filter(user_id__in=ids).only(*NAMED_BY, "created_at")
    return {account.user_id: account for account in named}


def _address(account: User | None) -> str | None:
    """Its page: where it is linked to another account, that of the other."""
    if account is None:
        return None
    return reverse("admin:users_user_change", args=[account.linked_to_id or account.pk])
