"""`/users/{id}/enrollments`: the second factors of a user."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.views.user import NOT_FOUND
from users.representation.enrollments import SCHEMA, serialize_enrollments
from users.representation.field_selection import fields_query, select_fields


class EnrollmentsView(View):
    """The second factors that the user has enrolled, and when."""

    operations = {
        "GET": Operation(
            "List a user's second factors",
            scopes=("read:users", "read:current_user"),
            query=fields_query(SCHEMA["properties"]),
            success=200,
            schema={"type": "array", "items": SCHEMA},
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        # A user without factors has an empty list and no 404, as recorded.
        return Response(
            [select_fields(one, query) for one in serialize_enrollments(find_user(user_id), self.actor)]
        )
