"""Draw the cells of the user list as HTML.

In Python and not by a template: fifty rows of six cells are most of the time that the page takes, and a
template would take several times as long for each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import get_template
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext

from users.admin.user_list.cells import Cell, CellMaker
from users.admin.user_list.columns import Column
from users.models import User
from users.web.template_tags import icon

NONE = mark_safe('<span class="quiet">–</span>')


class CellDrawer:
    """Draws the cells of one column, `<td>` and all.

    `here` is the query string of the list, quoted, where the viewer may edit the column's values; None where
    they may not.
    """

    def __init__(self, column: Column, here: str | None) -> None:
        self._maker = CellMaker(column.document, column.path) if column.document else None
        label, kind = gettext(column.label), column.kind
        classes = f"kind-{kind} number" if kind == "number" else f"kind-{kind}"
        self._open = format_html('<td data-label="{}" class="{}">', label, classes)
        self._open_empty = format_html('<td data-label="{}" class="{} empty-cell">', label, classes)
        self._edit: tuple[SafeString, SafeString] | None = None
        if self._maker and here is not None:
            title = gettext("Change %(key)s") % {"key": label}
            self._edit = (
                format_html("/cell/?column={}&amp;list={}", quote(column.name, safe=""), here),
                format_html('title="{}" data-cell>{}</a>', title, icon("edit")),
            )
            self._edit_label = conditional_escape(title)
        self._draw = DRAWERS.get(kind, _draw_value)
        # Many users have the same status, and "Never" for a time.
        self._drawn: dict[Any, SafeString] = {}

    def draw(self, user: User, label: SafeString, value: Any) -> SafeString:
        """The cell. `label` is what the user is called, escaped; `value` the column's, or the value below a
        document's first key."""
        if self._maker is None:
            return SafeString(f"{self._open}{self._content(user, value)}</td>")
        cell = self._maker.make(value)
        start = self._open if cell.text else self._open_empty
        return SafeString(f"{start}{_draw_cell(cell)}{self._edit_link(user, label)}</td>")

    def _content(self, user: User, value: Any) -> SafeString:
        key = (user.blocked, bool(user.email), user.email_verified) if value is None else value
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = self._draw(user, value)
        return found

    def _edit_link(self, user: User, label: SafeString) -> str:
        if self._edit is None:
            return ""
        query, rest = self._edit
        name = f"{self._edit_label}, {label}"
        return f'<a class="copy cell-edit" href="{user.pk}{query}" aria-label="{name}" {rest}'


def _draw_cell(cell: Cell) -> SafeString:
    if cell.dot:
        return format_html('<span class="badge line"><i class="dot {}"></i>{}</span>', cell.dot, cell.text)
    if not cell.text:
        return NONE
    text = format_html("<code>{}</code>", cell.text) if cell.is_code else conditional_escape(cell.text)
    if cell.whole:
        return format_html('<span class="cell-text" title="{}">{}</span>', cell.whole, text)
    return format_html('<span class="cell-text">{}</span>', text)


def _draw_status(user: User, value: None) -> SafeString:
    return mark_safe(get_template("users/web/badges.html").render({"user": user}))  # noqa: S308


def _draw_moment(user: User, value: datetime | None) -> SafeString:
    context = {"at": value, "empty": gettext("Never")}
    return mark_safe(get_template("users/web/moment.html").render(context))  # noqa: S308


def _draw_date(user: User, value: datetime | None) -> SafeString:
    if value is None:
        return NONE
    at = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
        f"{at:%Y-%m-%d %H:%M:%S}",
        date_format(localtime(value), "j M Y"),
    )


def _draw_number(user: User, value: int | None) -> SafeString:
    return NONE if value is None else conditional_escape(intcomma(value))


def _draw_value(user: User, value: Any) -> SafeString:
    return NONE if value in (None, "") else conditional_escape(value)


DRAWERS: dict[str, Callable[[User, Any], SafeString]] = {
    "status": _draw_status,
    "moment": _draw_moment,
    "date": _draw_date,
    "number": _draw_number,
}
