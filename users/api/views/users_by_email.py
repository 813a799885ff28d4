"""`/users-by-email`: find users by exact email."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.schemas import users
from users.models import User


class UsersByEmailView(View):
    """Search across connections without delay. Unlike Auth0, the email's case is ignored."""

    operations = {
        "GET": Operation(
            "Find users by email",
            scopes=("read:users",),
            query=users.EMAIL_QUERY,
            required_query=("email",),
            success=200,
            schema=users.USERS,
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        # Not paged: an email exists once per connection at most.
        found = User.objects.with_connection().by_email(query["email"])
        return Response([self.serialize_user(user, query) for user in found])
