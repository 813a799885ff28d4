"""`/connections/{id}/users`: delete a user by email."""

from __future__ import annotations

from contextlib import suppress

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.delete_user import delete_user
from users.actions.errors import NotSupported, UserNotFound
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.schemas.users import EMAIL_QUERY
from users.api.views.connection import NOT_FOUND, PATH, find_connection
from users.models import User


class ConnectionUsersView(View):
    """The users of one connection."""

    path = PATH
    operations = {
        "DELETE": Operation(
            "Delete the connection's user with this email",
            scopes=("delete:users",),
            query={"email": EMAIL_QUERY["email"]},
            required_query=("email",),
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def delete(self, request: Request, connection_id: str) -> Response:
        """Delete the user. 204 also where there is none, as on `/users/{id}`."""
        email = self.query()["email"]
        connection = find_connection(connection_id)
        if not connection.is_database:
            raise NotSupported("Connection must be a database connection.")
        # An email is unique within a connection only.
        user = User.objects.by_email(email).filter(connection=connection).first()
        if user is not None:
            # Another request may delete the user first; the outcome is the same.
            with suppress(UserNotFound):
                delete_user(user, actor=self.actor)
        return Response(status=204)
