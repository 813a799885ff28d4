"""Prepare changes for the templates of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.urls import reverse

from users.admin.changes.filter_form import ChangeFilterForm
from users.admin.request import TemplateContext
from users.history.filter import ChangeFilter
from users.history.scan import ChangePage
from users.listing.keyset import Position
from users.models import Change, User
from users.rights.actor import Actor, Kind
from users.rights.visible import PROFILE, visible
from users.web.differences import MAX_LINES, MAX_PAGE_LINES, change_lines

# Users by user_id.
UsersById = dict[str, User]
NAME_COLUMNS = ("user_id", "email", "name", "username", "phone_number", "linked_to_id")
USER_KINDS = (Kind.STAFF, Kind.USER)


def change_list_context(
    form: ChangeFilterForm, viewer: Actor, read: Callable[[ChangeFilter, Position | None], ChangePage]
) -> TemplateContext:
    """Return the template context of a list of changes."""
    wanted = form.wanted
    found = read(wanted, form.start) if wanted else ChangePage([])
    accounts = users_of_changes(found.changes, viewer)
    return {
        "filter": form,
        "changes": _mark_account_ends([change_context(change, accounts, wanted) for change in found.changes]),
        "actors": {change.actor_id: change.actor_name for change in found.changes},
        "older": form.address(before=found.next_cursor) if found.next_cursor else None,
        "searched_to": found.searched_to,
        "latest": form.address() if form.start else None,
        "unfiltered": f"?{'&'.join(f'{name}={value}' for name, value in form.kept.items())}",
    }


def change_context(
    change: Change, accounts: UsersById, wanted: ChangeFilter | None, *, is_own_page: bool = False
) -> TemplateContext:
    """Return the template context of one change.

    `is_own_page`: values are shown in full, with up to MAX_PAGE_LINES lines.
    """
    # Without a key to a user the change is about a deleted one, and its id may belong to a later user.
    subject = accounts.get(change.subject) if change.user_id else None
    actor = accounts.get(change.actor_id) if change.actor_kind in USER_KINDS else None
    if actor and change.at < actor.created_at:  # an earlier user with the same id did it
        actor = None
    lines = change_lines(change, wanted or ChangeFilter(), most=MAX_PAGE_LINES if is_own_page else MAX_LINES)
    return {
        "change": change,
        "address": reverse("admin:change", args=[change.pk]),
        "actor_address": user_url(actor),
        "subject_address": user_url(subject),
        "subject_name": str(subject) if subject else change.subject,
        "lines": lines.shown,
        "more": lines.more,
        "is_whole": is_own_page,
    }


def _mark_account_ends(rows: list[TemplateContext]) -> list[TemplateContext]:
    """Set `ends_here` on the rows, which are newest first.

    It is true for the last change of a deleted user, or the newest one shown of it below changes of a later
    user with its id.
    """
    above: dict[str, bool] = {}
    for row in rows:
        change = row["change"]
        is_below_later = above.get(change.subject, False) and change.user_id is None
        row["ends_here"] = change.user_id is None and (change.what == Change.What.DELETED or is_below_later)
        above[change.subject] = change.user_id is not None
    return rows


def users_of_changes(changes: Iterable[Change], viewer: Actor) -> UsersById:
    """Return the users that the changes name, if the viewer may see users."""
    ids = {one for change in changes for one in (change.actor_id, change.subject)}
    # Without the right, ids stay text and lead to no page.
    if not ids or not visible(viewer, PROFILE):
        return {}
    # One query for the page, without the documents of the users.
    named = User.accounts.filter(user_id__in=ids).only(*NAME_COLUMNS, "created_at")
    return {account.user_id: account for account in named}


def user_url(account: User | None) -> str | None:
    """Its page: where it is linked to another account, that of the other."""
    if account is None:
        return None
    return reverse("admin:users_user_change", args=[account.linked_to_id or account.pk])
