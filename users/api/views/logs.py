"""`/logs` and `/users/{id}/logs`: what happened to accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from users.api import shapes_logs as shapes
from users.api.accounts import check_user_id
from users.api.errors import bad_query
from users.api.log_entries import key_of, log_entry, log_id
from users.api.operation import Operation
from users.api.paging import TAKE, is_checkpoint
from users.api.problem import Problem
from users.api.view import View
from users.conf import conf
from users.models import Change
from users.normalized.fields import pick

SCOPES = ("read:logs", "read:logs_users")
ORDERS = {"": ("-at", "-id"), "date:-1": ("-at", "-id"), "date:1": ("at", "id")}
# Who walks by checkpoint must miss nothing: lines get their number before they are committed, so
# one with a smaller number may appear a moment after one with a larger.
SETTLED = timedelta(seconds=5)


class LogsBase(View):
    """What lists of entries have in common."""

    def answer(self, changes: QuerySet[Change], query: dict[str, Any]) -> Response:
        """One page, by number."""
        order = ORDERS.get(query.get("sort", ""))
        if order is None:
            field = query["sort"].partition(":")[0]
            raise Problem(400, f"Logs cannot be sorted by {field}.", "invalid_sort")
        size = query["per_page"]
        start = query["page"] * size
        shown = self.entries(_whole(changes.order_by(*order)[start : start + size]), query)
        if not query["include_totals"]:
            return Response(shown)
        totals = {"start": start, "limit": size, "length": len(shown), "total": changes.count()}
        return Response({**totals, "logs": shown})

    def entries(self, changes: Iterable[Change], query: dict[str, Any]) -> list[dict[str, Any]]:
        """These lines as this client may see them, with the fields it asked for."""
        return [pick(log_entry(change, self.actor), query) for change in changes]


class LogsView(LogsBase):
    """Everybody's."""

    operations = {
        "GET": Operation(
            "List log entries",
            scopes=SCOPES,
            query=shapes.QUERY,
            success=200,
            schema={"anyOf": [shapes.ENTRIES, shapes.PAGE]},
            headers=("Link",),
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        if is_checkpoint(query):
            return self._walk(query)
        return self.answer(Change.objects.all(), query)

    def _walk(self, query: dict[str, Any]) -> Response:
        """On from a log id, or from the beginning; a `Link` leads on, also from the end.

        Source: Auth0 docs, "Retrieve Logs Using the Management API".
        """
        size = query.get("take", TAKE)
        settled = Change.objects.filter(pk__gt=_begin(query), at__lte=timezone.now() - SETTLED)
        found = list(_whole(settled.order_by("pk")[:size]))
        last = log_id(found[-1]) if found else query.get("from", "")
        return Response(self.entries(found, query), headers={"Link": _next(last, size)} if last else {})


class UserLogsView(LogsBase):
    """Those of one user, also of one who is no more."""

    operations = {
        "GET": Operation(
            "List the log entries of a user",
            scopes=SCOPES,
            query=shapes.USER_QUERY,
            success=200,
            schema={"anyOf": [shapes.ENTRIES, shapes.PAGE]},
        )
    }

    def get(self, request: Request, user_id: str) -> Response:
        check_user_id(user_id)
        return self.answer(Change.objects.filter(subject=user_id), self.query())


class LogView(View):
    """One entry."""

    operations = {
        "GET": Operation(
            "Read a log entry",
            scopes=SCOPES,
            success=200,
            schema=shapes.ENTRY,
            answers={404: "There is no such entry."},
        )
    }

    def get(self, request: Request, id: str) -> Response:
        change = _whole(Change.objects.filter(pk=key_of(id))).first()
        if change is None:
            raise Problem(404, "Log not found.", "inexistent_log")
        return Response(log_entry(change, self.actor))


def _begin(query: dict[str, Any]) -> int:
    """The key after which a walk goes on."""
    if "from" not in query:
        return 0
    key = key_of(query["from"])
    if key is None:
        raise bad_query("from", "No log id")
    return key


def _next(last: str, size: int) -> str:
    address = f"{conf.management_audience}logs?{urlencode({'from': last, 'take': size})}"
    return f'<{address}>; rel="next"'


def _whole(changes: QuerySet[Change]) -> QuerySet[Change]:
    """With the user and connection of each, but not the user's documents, which may be large."""
    related = changes.select_related("user__connection")
    return related.defer("user__user_metadata", "user__app_metadata")
