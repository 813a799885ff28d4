"""The columns of the users list: those of every account, and any key of metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from users.admin.user_list.query_string import Address
from users.conf import conf
from users.metadata.documents import DOCUMENTS
from users.rights.actor import Actor
from users.rights.visible import visible

MOST = 12
LONGEST = 300
# Where a session keeps the names that its owner chose.
KEPT = "list_columns"


@dataclass(frozen=True)
class Column:
    """`kind` is how a cell is drawn. Of a key of metadata `path` leads into `document`."""

    name: str
    label: str
    kind: str = "value"
    document: str = ""
    path: tuple[str, ...] = ()


BUILT_IN = {
    column.name: column
    for column in (
        Column("connection", "Connection", "connection"),
        Column("status", "Status", "status"),
        Column("logins_count", "Logins", "number"),
        Column("last_login", "Last login", "moment"),
        Column("created_at", "Created", "moment"),
        Column("updated_at", "Updated", "moment"),
        Column("username", "User name"),
        Column("phone_number", "Phone number"),
        Column("last_ip", "Last address"),
    )
}


def columns_of(names: Iterable[str], viewer: Actor) -> list[Column]:
    """The columns of these names that `viewer` may see, each once; what is none is left out."""
    found = dict.fromkeys(filter(None, map(column_of, names)))
    return [column for column in found if _may_see(column, viewer)][:MOST]


def column_of(name: str) -> Column | None:
    """The column of that name; None where there can be none."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    document, *path = name.split(".")
    if document not in DOCUMENTS or not path or not all(path) or len(name) > LONGEST:
        return None
    return Column(name, _label(path), document=document, path=tuple(path))


def chosen(request: HttpRequest, address: Address, viewer: Actor) -> list[Column]:
    """As the address says, or else as this person chose last, or else as the settings say."""
    names = address.lists.get("column")
    if names is None:
        names = request.session.get(KEPT, conf.list_columns)
    return columns_of(names, viewer)


def check_settings() -> None:
    """Raises ImproperlyConfigured for a column that can be none."""
    for name in conf.list_columns:
        if column_of(name) is None:
            known = ", ".join(BUILT_IN)
            raise ImproperlyConfigured(
                f"LIST_COLUMNS names {name!r}; columns are {known}, and keys like app_metadata.plan"
            )


def _may_see(column: Column, viewer: Actor) -> bool:
    return not column.document or visible(viewer, column.document, column.path)


def _label(path: list[str]) -> str:
    """A plain word as the other headings are written, anything else as it stands."""
    label = ".".join(path)
    return label.capitalize() if label.isalpha() and label.islower() else label
