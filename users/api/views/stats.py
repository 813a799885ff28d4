"""`/stats`: active users and activity per day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.errors import invalid_query
from users.api.framework.operation import Operation
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.history.daily_counts import DayActivity, activity_by_day
from users.models import User
from users.representation.field_selection import fields_query, select_fields
from users.representation.schema import Schema
from users.representation.timestamps import format_time

SCOPES = ("read:stats",)
ACTIVE_PERIOD = timedelta(days=30)
# Days before `to` that are returned where no `from` is given.
DEFAULT_PERIOD = timedelta(days=30)

_MOMENT = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}
DAY: Schema = {
    "type": "object",
    "properties": {
        "date": _MOMENT,
        "logins": _COUNT,
        "signups": {**_COUNT, "description": "New accounts, those imported aside."},
        "leaked_passwords": {**_COUNT, "description": "Always 0: we do not look for them."},
        "created_at": {**_MOMENT, "description": "When the first of these was."},
        "updated_at": {**_MOMENT, "description": "When the latest of these was."},
    },
}


def _day_schema(text: str) -> Schema:
    # Source: Auth0's published OpenAPI document, GET /stats/daily.
    # The pattern accepts impossible days such as 20260631, which are refused below.
    pattern = "^2[0-9]{3}((0[1-9])|(1[0-2]))((0[1-9])|([12][0-9])|(3[01]))$"
    return {"type": "string", "pattern": pattern, "description": text, "examples": ["20260304"]}


class ActiveUsersView(View):
    """The number of users who signed in during the last 30 days."""

    operations = {
        "GET": Operation(
            "Count the active users", scopes=SCOPES, success=200, schema={"type": "integer", "minimum": 0}
        )
    }

    def get(self, request: Request) -> Response:
        # Linked accounts count with their primary user, as the default manager leaves them out.
        return Response(User.objects.filter(last_login__gte=timezone.now() - ACTIVE_PERIOD).count())


class DailyView(View):
    """Activity per day."""

    operations = {
        "GET": Operation(
            "Read the statistics of days",
            scopes=SCOPES,
            query={
                "from": _day_schema("The first day, in UTC, as YYYYMMDD; else 30 days before the last."),
                "to": _day_schema("The last day, in UTC, as YYYYMMDD; else today."),
                **fields_query(DAY["properties"]),
            },
            success=200,
            schema={"type": "array", "items": DAY},
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        last = _parse_day(query, "to") or timezone.now().astimezone(UTC).date()
        first = _parse_day(query, "from") or last - DEFAULT_PERIOD
        if first > last:
            raise Problem(400, "'from' date cannot be greater than 'to' date.", "invalid_query_string")
        # Only days with events, as recorded of Auth0.
        return Response([select_fields(_serialize(day), query) for day in activity_by_day(first, last)])


def _parse_day(query: dict[str, Any], name: str) -> date | None:
    if name not in query:
        return None
    try:
        return datetime.strptime(query[name], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:  # such as 31 June
        raise invalid_query(name, f"There is no such day: {query[name]}") from None


def _serialize(day: DayActivity) -> dict[str, Any]:
    return {
        "date": f"{day.date}T00:00:00.000Z",
        "logins": day.logins,
        "signups": day.signups,
        "leaked_passwords": 0,
        "created_at": format_time(day.first),
        "updated_at": format_time(day.latest),
    }
