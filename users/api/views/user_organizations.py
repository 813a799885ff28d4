"""`/users/{id}/organizations`: always empty."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_page, offset_schema
from users.api.framework.view import View
from users.api.readers.users import find_user


class UserOrganizationsView(View):
    """We have no organizations; SDKs get an empty list in the form they expect."""

    operations = {
        "GET": Operation(
            "List the organizations of a user: there are none",
            scopes=("read:organizations",),
            query=PAGE_QUERY,
            success=200,
            schema=offset_schema("organizations", {"type": "object"}),
            answers={404: "The user does not exist."},
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        # 404 for an unknown user, as for the other lists of a user.
        find_user(user_id)
        return Response(offset_page([], lambda: 0, query, name="organizations", show=dict))
