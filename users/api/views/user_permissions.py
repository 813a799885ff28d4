"""`/users/{id}/permissions`: permissions of one user at the APIs."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.assign_permissions import assign_permissions, remove_permissions
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import PAGE_QUERY, offset_page, offset_schema
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.representation import permissions
from users.representation.field_selection import fields_query
from users.rights.permissions import effective_permissions

NOT_FOUND = {404: "The user does not exist."}


class UserPermissionsView(View):
    """The permissions of one user: those of their roles and direct ones.

    Only direct ones can be assigned and removed here.
    """

    operations = {
        "GET": Operation(
            "List the permissions of a user",
            scopes=("read:users",),
            query={**PAGE_QUERY, **fields_query(permissions.HELD_SCHEMA["properties"])},
            success=200,
            schema=offset_schema("permissions", permissions.HELD_SCHEMA),
            answers=NOT_FOUND,
        ),
        "POST": Operation(
            "Give permissions to a user",
            scopes=("update:users",),
            body=permissions.BODY,
            success=201,
            schema=EMPTY_OBJECT,
            answers={404: "The user or one of the resource servers does not exist. Nothing was given."},
        ),
        "DELETE": Operation(
            "Take permissions from a user",
            scopes=("update:users",),
            body=permissions.BODY,
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        # In memory: the union of roles and direct permissions cannot be paged in SQL.
        held = effective_permissions(find_user(user_id))
        return Response(
            offset_page(
                held, held.__len__, query, name="permissions", show=permissions.serialize_held_permission
            )
        )

    def post(self, request: Request, user_id: str) -> Response:
        wanted = permissions.permissions_from_body(self.body())
        assign_permissions(find_user(user_id), wanted, actor=self.actor)
        # An empty object, as recorded from Auth0.
        return Response({}, status=201)

    def delete(self, request: Request, user_id: str) -> Response:
        unwanted = permissions.permissions_from_body(self.body())
        remove_permissions(find_user(user_id), unwanted, actor=self.actor)
        return Response(status=204)
