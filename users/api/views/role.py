"""`/roles/{id}`: read, change, delete."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.roles import delete_role, edit_role
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.view import View
from users.api.readers.roles import NOT_FOUND, PATH, find_role
from users.representation import roles
from users.representation.schema import closed_object


class RoleView(View):
    """One role."""

    path = PATH
    operations = {
        "GET": Operation(
            "Read a role", scopes=("read:roles",), success=200, schema=roles.SCHEMA, answers=NOT_FOUND
        ),
        "PATCH": Operation(
            "Change a role",
            scopes=("update:roles",),
            body=closed_object(roles.FIELDS),
            success=200,
            schema=roles.SCHEMA,
            answers={**NOT_FOUND, 409: "Another role has this name."},
        ),
        # Recorded from Auth0: 200 instead of 204, and 404 where there is none.
        "DELETE": Operation(
            "Delete a role, and remove it from all users",
            scopes=("delete:roles",),
            success=200,
            schema=EMPTY_OBJECT,
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, id: str) -> Response:
        return Response(roles.serialize_role(find_role(id)))

    def patch(self, request: Request, id: str) -> Response:
        columns = roles.columns_from_body(self.body())
        return Response(roles.serialize_role(edit_role(find_role(id), columns, actor=self.actor)))

    def delete(self, request: Request, id: str) -> Response:
        delete_role(find_role(id), actor=self.actor)
        return Response({})
