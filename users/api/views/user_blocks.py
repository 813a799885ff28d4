"""`/user-blocks`: lockouts after too many failed sign-ins. Independent of the field `blocked`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.api.schemas import user_blocks as schemas
from users.log.ip_addresses import anonymize_ip
from users.models import User
from users.sign_in.account_lookup import find_by_identifier
from users.sign_in.clear_lockout import Lockout, clear_lockouts, lockouts_of

NOT_FOUND = {404: "The user does not exist."}


class UserBlocksView(View):
    """Lockouts by the identifier that users type to sign in.

    An identifier without a user gets the same answer as a user without a lockout.
    """

    operations = {
        "GET": Operation(
            "List the lockouts of an identifier",
            scopes=("read:users",),
            query={**schemas.IDENTIFIER_QUERY, **schemas.ENFORCED_QUERY},
            required_query=("identifier",),
            success=200,
            schema=schemas.BLOCKS,
        ),
        "DELETE": Operation(
            "Clear the lockouts of an identifier",
            scopes=("update:users",),
            query=schemas.IDENTIFIER_QUERY,
            required_query=("identifier",),
            success=204,
        ),
    }

    def get(self, request: Request) -> Response:
        # More than one user where several connections know the identifier.
        return Response(_serialize(find_by_identifier(self.query()["identifier"])))

    def delete(self, request: Request) -> Response:
        clear_lockouts(find_by_identifier(self.query()["identifier"]), actor=self.actor)
        return Response(status=204)


class UserBlockView(View):
    """Lockouts of one user."""

    operations = {
        "GET": Operation(
            "List the lockouts of a user",
            scopes=("read:users",),
            query=schemas.ENFORCED_QUERY,
            success=200,
            schema=schemas.BLOCKS,
            answers=NOT_FOUND,
        ),
        "DELETE": Operation(
            "Clear the lockouts of a user", scopes=("update:users",), success=204, answers=NOT_FOUND
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        self.query()  # validates the parameters, of which none has an effect
        # An unknown id is a 404 here, while an unknown identifier is not: ids are no secrets of a sign-in
        # form.
        return Response(_serialize([find_user(user_id)]))

    def delete(self, request: Request, user_id: str) -> Response:
        clear_lockouts([find_user(user_id)], actor=self.actor)
        return Response(status=204)


def _serialize(users: list[User]) -> dict[str, Any]:
    return {
        "blocked_for": [_serialize_lockout(user, lockout) for user in users for lockout in lockouts_of(user)]
    }


def _serialize_lockout(user: User, lockout: Lockout) -> dict[str, str]:
    """Serialize a lockout.

    `ip` is present only where the lockout applies to that IP address alone, as far as RECORD_IP allows.
    Source: the model in auth0-python's generated client.
    """
    ip = anonymize_ip(lockout.ip) if lockout.ip else None
    block = {"identifier": lockout.login, "connection": user.connection.name}
    return {**block, "ip": ip} if ip else block
