"""`/logs` and `/users/{id}/logs`: the tenant log."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote, urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.errors import invalid_query
from users.api.framework.operation import Operation
from users.api.framework.paging import DEFAULT_TAKE, is_checkpoint
from users.api.framework.problem import Problem
from users.api.framework.searching import translate_search_errors
from users.api.framework.view import View
from users.api.readers.users import check_user_id
from users.api.schemas import logs as schemas
from users.conf import conf
from users.log.entry import log_entry
from users.log.horizon import stable_until
from users.log.position import LogPosition, parse_log_id
from users.log.query import check_visible
from users.log.read import Line, Log, whole_log
from users.lucene.parser import Implicit, parse
from users.representation.field_selection import select_fields

SCOPES = ("read:logs", "read:logs_users")
# The implicit operator between two terms. Source: Auth0's published OpenAPI document, for `search`.
IMPLICIT = {"q": Implicit.OR, "search": Implicit.AND}
# Pages use OFFSET, so a deep one has to read everything before it.
MAX_PAGED_ENTRIES = 10_000
TOO_DEEP_MESSAGE = f"Pages reach the first {MAX_PAGED_ENTRIES} entries. Walk further with from and take."
NEWEST_FIRST = {"": True, "date:-1": True, "date:1": False}


class LogsBase(View):
    """Common parts of lists of log entries."""

    def list_response(self, log: Log, query: dict[str, Any], path: str) -> Response:
        """Return the requested page, by number or by checkpoint, of the entries that match `q`."""
        name = "q" if query.get("q") else "search"
        text = query.get(name, "")
        with translate_search_errors(text, self.actor) if text else nullcontext():
            asked = parse(text, implicit=IMPLICIT[name])
            # Searching a field that the caller may not see would disclose its values.
            check_visible(asked, self.actor)
            log = log.filter_by_query(asked) if text else log
            return self._checkpoint_page(log, query, path) if is_checkpoint(query) else self._page(log, query)

    def _page(self, log: Log, query: dict[str, Any]) -> Response:
        newest_first = NEWEST_FIRST.get(query.get("sort", ""))
        if newest_first is None:
            field = query["sort"].partition(":")[0]
            raise Problem(400, f"Logs cannot be sorted by {field}.", "invalid_sort")
        size = query["per_page"]
        start = query["page"] * size
        # By the window and not by the matches, so that the answer costs no count.
        if start + size > MAX_PAGED_ENTRIES:
            raise Problem(400, TOO_DEEP_MESSAGE, "invalid_paging")
        shown = self.entries(log.lines(size, start=start, newest_first=newest_first), query)
        if not query["include_totals"]:
            return Response(shown)
        # With `length`, unlike lists of roles or clients: so Auth0's OpenAPI document.
        totals = {"start": start, "limit": size, "length": len(shown), "total": log.count()}
        return Response({**totals, "logs": shown})

    def _checkpoint_page(self, log: Log, query: dict[str, Any], path: str) -> Response:
        """Continue after a log id, or from the beginning; a `Link` header continues, also from the end.

        Source: Auth0 docs, "Retrieve Logs Using the Management API".
        """
        if "from" in query:
            log = log.after(_parse_checkpoint(query["from"]))
        # Transactions in flight may still commit entries with earlier ids; stopping before them loses none.
        with stable_until() as end:
            found = log.until(end).lines(query.get("take", DEFAULT_TAKE), newest_first=False)
        last = LogPosition.of(found[-1]).log_id if found else query.get("from", "")
        headers = {"Link": _next_link(path, last, query)} if last else {}
        return Response(self.entries(found, query), headers=headers)

    def entries(self, lines: Iterable[Line], query: dict[str, Any]) -> list[dict[str, Any]]:
        """Serialize these entries as the caller may see them, with the requested fields."""
        return [select_fields(log_entry(line, self.actor), query) for line in lines]


class LogsView(LogsBase):
    """The log of all users."""

    operations = {
        "GET": Operation(
            "List log entries",
            scopes=SCOPES,
            query=schemas.QUERY,
            success=200,
            schema={"anyOf": [schemas.ENTRIES, schemas.PAGE]},
            headers=("Link",),
        )
    }

    def get(self, request: Request) -> Response:
        return self.list_response(whole_log(), self.query(), "logs")


class UserLogsView(LogsBase):
    """The log of one user, also of a deleted one."""

    operations = {
        "GET": Operation(
            "List the log entries of a user",
            scopes=SCOPES,
            query=schemas.QUERY,
            success=200,
            schema={"anyOf": [schemas.ENTRIES, schemas.PAGE]},
            headers=("Link",),
        )
    }

    def get(self, request: Request, user_id: str) -> Response:
        # Only its form: the log of a deleted user can still be read.
        check_user_id(user_id)
        # A `/` of the id stays encoded, or the link would lead to another path.
        path = f"users/{quote(user_id, safe='')}/logs"
        return self.list_response(whole_log().filter_by_user(user_id), self.query(), path)


class LogView(View):
    """One entry."""

    operations = {
        "GET": Operation(
            "Read a log entry",
            scopes=SCOPES,
            success=200,
            schema=schemas.ENTRY,
            answers={404: "There is no such entry."},
        )
    }

    def get(self, request: Request, id: str) -> Response:
        place = parse_log_id(id)
        line = whole_log().one(place) if place else None
        if line is None:
            raise Problem(404, "Log not found.", "inexistent_log")
        return Response(log_entry(line, self.actor))


def _parse_checkpoint(log_id: str) -> LogPosition:
    """Return the log position after which to continue."""
    place = parse_log_id(log_id)
    if place is None:
        raise invalid_query("from", "No log id")
    return place


def _next_link(path: str, last: str, query: dict[str, Any]) -> str:
    asked = {name: query[name] for name in (*IMPLICIT, "fields") if query.get(name)}
    if "fields" in asked and not query["include_fields"]:
        asked["include_fields"] = "false"
    parameters = urlencode({"from": last, "take": query.get("take", DEFAULT_TAKE), **asked})
    return f'<{conf.management_audience}{path}?{parameters}>; rel="next"'
