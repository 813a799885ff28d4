"""Plain Django views that answer what the API answers, by SQL written by hand.

Behind the same middleware, but without tokens, rights, rules and DRF: what a view costs that
does nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tests.bench.statements import Row, Statements, document
from users.representation.defaults import default_name, default_nickname, default_picture
from users.representation.timestamps import format_time

AS_STORED = (
    *("user_id", "email", "email_verified", "username", "phone_number", "phone_verified"),
    *("given_name", "middle_name", "family_name", "locale", "zoneinfo", "blocked", "last_ip"),
)
DOCUMENTS = ("user_metadata", "app_metadata")
NAMED_BY = ("email", "username", "phone_number", "user_id")
MOMENTS = ("last_login", "last_password_reset", "created_at", "updated_at")

statements = Statements(connection.vendor)


@csrf_exempt
def user(request: HttpRequest, user_id: str, *, history: bool = True) -> HttpResponse:
    """GET or PATCH; `history` is whether a patch is recorded."""
    if request.method == "GET":
        with connection.cursor() as cursor:
            return answer(shown(statements.get(cursor, user_id)))
    patch = orjson.loads(request.body)["user_metadata"]
    with transaction.atomic(), connection.cursor() as cursor:
        row = statements.patch(cursor, user_id, patch, history=history)
    return answer(shown(row))


@csrf_exempt
def users(request: HttpRequest) -> HttpResponse:
    """GET or POST."""
    if request.method == "GET":
        with connection.cursor() as cursor:
            rows = statements.page(cursor, int(request.GET["page"]))
        return answer([shown(row) for row in rows])
    body = orjson.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        row = statements.create(cursor, body)
    return answer(shown(row), status=201)


def by_email(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        rows = statements.by_email(cursor, request.GET["email"])
    return answer([shown(row) for row in rows])


def answer(value: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), content_type="application/json", status=status)


def shown(row: Row) -> dict[str, Any]:
    """A row as the API shows it."""
    provider, _, bare_id = row["user_id"].partition("|")
    identity = {
        "connection": row["connection"],
        "user_id": bare_id,
        "provider": provider,
        "isSocial": row["strategy"] != "auth0",
    }
    person = {
        **{name: row[name] for name in AS_STORED},
        "name": row["name"] or default_name(*(row[name] for name in NAMED_BY)),
        "nickname": row["nickname"] or default_nickname(*(row[name] for name in NAMED_BY)),
        "picture": row["picture"] or default_picture(row["email"]),
        "identities": [identity],
        "logins_count": row["logins_count"] or None,
        **{name: row[name] and format_time(in_utc(row[name])) for name in MOMENTS},
        **{name: document(row[name]) for name in DOCUMENTS},
    }
    return {name: value for name, value in person.items() if value is not None}


def in_utc(at: datetime) -> datetime:
    """SQLite's times come without a zone."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
