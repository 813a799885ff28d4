"""`/user-blocks`: who has tried too often and has to wait. It is independent of `blocked`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.api import shapes_blocks as shapes
from users.api.accounts import find_user
from users.api.operation import Operation
from users.api.view import View
from users.login.find import accounts_known_as
from users.login.forgive import barred_logins, forgive_attempts
from users.models import User

GONE = {404: "The user does not exist."}


class UserBlocksView(View):
    """By what people type to sign in. One that nobody has is answered like one that may try."""

    operations = {
        "GET": Operation(
            "Find out whether someone has tried too often to sign in",
            scopes=("read:users",),
            query={**shapes.IDENTIFIER_QUERY, **shapes.ENFORCED_QUERY},
            required_query=("identifier",),
            success=200,
            schema=shapes.BLOCKS,
        ),
        "DELETE": Operation(
            "Let someone try again to sign in",
            scopes=("update:users",),
            query=shapes.IDENTIFIER_QUERY,
            required_query=("identifier",),
            success=204,
        ),
    }

    def get(self, request: Request) -> Response:
        return Response(_shown(accounts_known_as(self.query()["identifier"])))

    def delete(self, request: Request) -> Response:
        forgive_attempts(accounts_known_as(self.query()["identifier"]), actor=self.actor)
        return Response(status=204)


class UserBlockView(View):
    """The same of one user."""

    operations = {
        "GET": Operation(
            "Find out whether a user has tried too often to sign in",
            scopes=("read:users",),
            query=shapes.ENFORCED_QUERY,
            success=200,
            schema=shapes.BLOCKS,
            answers=GONE,
        ),
        "DELETE": Operation(
            "Let a user try again to sign in", scopes=("update:users",), success=204, answers=GONE
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        self.query()  # refuses what is not known
        return Response(_shown([find_user(user_id)]))

    def delete(self, request: Request, user_id: str) -> Response:
        forgive_attempts([find_user(user_id)], actor=self.actor)
        return Response(status=204)


def _shown(users: list[User]) -> dict[str, Any]:
    """Without an `ip`: a login is barred wherever the next try comes from."""
    return {
        "blocked_for": [
            {"identifier": login, "connection": user.connection.name}
            for user in users
            for login in barred_logins(user)
        ]
    }
