"""The list of applications, by name."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext

from users.admin.request import TemplateContext
from users.listing.keyset import Keyset
from users.listing.pages import read_cursor_page
from users.metadata.text import bad_characters
from users.models import Client, LogEvent
from users.web.cors import origin_of
from users.web.initials import colour_of

PAGE_SIZE = 50
LIST = "applications"
BY_NAME = Keyset(("name_lower", "id"))


def application_rows(query: str, *, after: str = "") -> TemplateContext:
    """The applications whose name contains `query`, or with this client ID, in one query; continuing after
    the cursor `after`."""
    clients = _search(query).annotate(name_lower=Lower("name"), last_active_at=_last_activity())
    page = read_cursor_page(LIST, clients, BY_NAME, size=PAGE_SIZE, cursor=after)
    return {
        "applications": [application_row(client) for client in page.rows],
        "query": query,
        "is_after": page.has_previous,
        "next": page.next,
    }


def application_row(client: Client) -> TemplateContext:
    """What a list and the head of a page show of an application."""
    return {
        "client": client,
        "initial": client.name[:1].upper(),
        "colour": colour_of(client.client_id),
        "about": client.description or _host(client),
    }


def _search(query: str) -> QuerySet[Client]:
    clients = Client.objects.filter(is_revoked=False)
    if not query:
        return clients
    # PostgreSQL takes no NUL.
    if bad_characters(query):
        return clients.none()
    return clients.filter(Q(name__icontains=query) | Q(client_id=query))


def _last_activity() -> Subquery:
    """The time of the latest event of each in the log: one look-up in an index."""
    events = LogEvent.objects.filter(client_id=OuterRef("client_id")).order_by("-at", "-id")
    return Subquery(events.values("at")[:1])


def _host(client: Client) -> str:
    """The host of its first callback; a machine has none."""
    if client.app_type == Client.Type.MACHINE:
        return gettext("Calls APIs for itself")
    origins = filter(None, map(origin_of, client.callbacks))
    return next(origins, "").partition("://")[2] or gettext("No callback URL yet")
