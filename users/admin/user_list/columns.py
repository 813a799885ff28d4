"""The columns of the user list: built-in ones and any metadata key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop

from users.admin.user_list.query_string import ListURL
from users.conf import conf
from users.metadata.documents import DOCUMENTS
from users.querying.kinds import Kind
from users.representation.fields import FIELDS
from users.rights.actor import Actor
from users.rights.visible import visible
from users.web.page_view import PageRequest

# Each metadata column adds an expression to the query, and a wider table cannot be read.
MAX_COLUMNS = 12
# Names come from the URL, and are stored in the session.
MAX_NAME_LENGTH = 300
# Session key of the columns that the staff member chose.
SESSION_KEY = "list_columns"


@dataclass(frozen=True)
class Column:
    """A column. `kind` is how a cell is drawn; for a metadata key, `path` leads into `document`."""

    name: str
    label: str
    kind: str = "value"
    document: str = ""
    path: tuple[str, ...] = ()


# Root fields that make a column. The email and the names are in the first one, which is always there.
ROOT_FIELDS = (
    "logins_count",
    "last_login",
    "created_at",
    "updated_at",
    "username",
    "phone_number",
    "last_ip",
)


# Of what happened once, a list shows the day.
KINDS = {"created_at": "date"}


def _root_column(name: str) -> Column:
    field = FIELDS[name]
    kind = KINDS.get(name) or (
        "moment" if field.is_datetime else "number" if field.kind is Kind.NUMBER else "value"
    )
    return Column(name, field.label, kind)


BUILT_IN = {
    column.name: column
    for column in (
        Column("connection", gettext_noop("Connection"), "connection"),
        Column("status", gettext_noop("Status"), "status"),
        *map(_root_column, ROOT_FIELDS),
    )
}


def visible_columns(names: Iterable[str], viewer: Actor) -> list[Column]:
    """Return the columns with these names that `viewer` may see, without duplicates and unknown names."""
    found = dict.fromkeys(filter(None, map(parse_column, names)))
    # Columns of the session are checked too: the right to see one may have been withdrawn since.
    return [column for column in found if _can_view(column, viewer)][:MAX_COLUMNS]


def parse_column(name: str) -> Column | None:
    """Return the column with that name; None where the name is invalid."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    document, *path = name.split(".")
    if document not in DOCUMENTS or not path or not all(path) or len(name) > MAX_NAME_LENGTH:
        return None
    return Column(name, _label(path), document=document, path=tuple(path))


def selected_columns(request: PageRequest, address: ListURL, viewer: Actor) -> list[Column]:
    """Return the columns that the URL names, else those chosen last, else those of the settings."""
    names = address.lists.get("column")
    # An empty list is a choice too: the user column alone.
    if names is None:
        names = request.session.get(SESSION_KEY, conf.list_columns)
    return visible_columns(names, viewer)


def check_settings() -> None:
    """Raise ImproperlyConfigured for an invalid column in LIST_COLUMNS."""
    for name in conf.list_columns:
        if parse_column(name) is None:
            known = ", ".join(BUILT_IN)
            raise ImproperlyConfigured(
                f"LIST_COLUMNS names {name!r}; columns are {known}, and keys like app_metadata.plan"
            )


def _can_view(column: Column, viewer: Actor) -> bool:
    return not column.document or visible(viewer, column.document, column.path)


def _label(path: list[str]) -> str:
    """Return the heading of a metadata key: a plain word capitalized, anything else unchanged."""
    label = ".".join(path)
    return label.capitalize() if label.isalpha() and label.islower() else label
