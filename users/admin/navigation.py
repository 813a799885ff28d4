"""The entries of the sidebar: the pages that a staff member may open, in groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """A page of the sidebar.

    `section` is the context variable by which a page says where it belongs. A staff member needs all
    of `permissions` to see the entry.
    """

    section: str
    label: str | Promise
    icon: str
    url_name: str
    permissions: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The path of the page."""
        return _path(self.url_name, get_script_prefix())


@cache
def _path(url_name: str, _prefix: str) -> str:
    """The path, looked up once: every page shows all of them. `_prefix` is what WSGI calls SCRIPT_NAME."""
    return reverse(url_name)


# The label of each group; the first has none.
GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    ("", (Entry("overview", _("Overview"), "overview", "admin:index"),)),
    (
        _("Directory"),
        (
            Entry("users", _("Users"), "users", "admin:users_user_changelist", ("view_user",)),
            Entry("segments", _("Segments"), "segments", "admin:segments", ("view_user",)),
            Entry("metadata", _("Metadata"), "braces", "admin:metadata", ("view_user",)),
        ),
    ),
    (
        _("Monitor"),
        (
            Entry("changes", _("Activity"), "activity", "admin:changes", ("view_changes",)),
            Entry("log", _("Log"), "log", "admin:log", ("administer",)),
            Entry("jobs", _("Jobs"), "jobs", "admin:jobs"),
            Entry(
                "webhooks", _("Webhooks"), "webhook", "admin:webhooks", ("administer", "view_app_metadata")
            ),
        ),
    ),
    (
        _("Build"),
        (
            Entry("applications", _("Applications"), "apps", "admin:applications", ("administer",)),
            Entry("apis", _("APIs"), "server", "admin:apis", ("administer",)),
            Entry("connections", _("Connections"), "database", "admin:connections", ("administer",)),
            Entry("rules", _("Rules"), "scroll", "admin:rules", ("administer",)),
            Entry("api_docs", _("Management API"), "terminal", "api_docs"),
        ),
    ),
)


def navigation(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """Yield the groups of which the signed-in staff member may open any page, each with its entries."""
    for label, entries in GROUPS:
        visible = [entry for entry in entries if _may_open(request, entry)]
        if visible:
            yield {"label": label, "entries": visible}


def _may_open(request: HttpRequest, entry: Entry) -> bool:
    return all(request.user.has_perm(f"users.{name}") for name in entry.permissions)
