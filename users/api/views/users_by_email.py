"""`/users-by-email`: everybody with an address."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.schemas import users
from users.models import User


class UsersByEmailView(View):
    """Across connections, consistent at once. Unlike Auth0 we fold the case of what is asked."""

    operations = {
        "GET": Operation(
            "Find users by e-mail",
            scopes=("read:users",),
            query=users.EMAIL_QUERY,
            required_query=("email",),
            success=200,
            schema=users.USERS,
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        found = User.objects.with_connection().by_email(query["email"])
        return Response([self.serialize_user(user, query) for user in found])
