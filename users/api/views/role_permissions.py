"""`/roles/{id}/permissions`: permissions of a role at the APIs."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.roles import add_role_permissions, remove_role_permissions
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import BY_ID, PAGE_QUERY, offset_schema, paginate
from users.api.framework.view import View
from users.api.readers.roles import NOT_FOUND, PATH, find_role
from users.representation import permissions
from users.representation.field_selection import fields_query


class RolePermissionsView(View):
    """The permissions of one role."""

    path = PATH
    operations = {
        "GET": Operation(
            "List what a role permits",
            scopes=("read:roles",),
            query={**PAGE_QUERY, **fields_query(permissions.SCHEMA["properties"])},
            success=200,
            schema=offset_schema("permissions", permissions.SCHEMA),
            answers=NOT_FOUND,
        ),
        "POST": Operation(
            "Add permissions to a role",
            scopes=("update:roles",),
            body=permissions.BODY,
            success=201,
            schema=EMPTY_OBJECT,
            answers={404: "The role or one of the resource servers does not exist. Nothing was added."},
        ),
        "DELETE": Operation(
            "Remove permissions from a role",
            scopes=("update:roles",),
            body=permissions.BODY,
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, id: str) -> Response:
        query = self.query()
        # Each row names its API.
        held = find_role(id).permissions.prefetch_related("resource_server")
        return Response(
            paginate(
                held,
                query,
                name="permissions",
                show=lambda one: permissions.serialize_permission(one.resource_server, one.name),
                order=BY_ID,
            )
        )

    def post(self, request: Request, id: str) -> Response:
        wanted = permissions.permissions_from_body(self.body())
        add_role_permissions(find_role(id), wanted, actor=self.actor)
        # An empty object, as recorded from Auth0.
        return Response({}, status=201)

    def delete(self, request: Request, id: str) -> Response:
        unwanted = permissions.permissions_from_body(self.body())
        remove_role_permissions(find_role(id), unwanted, actor=self.actor)
        return Response(status=204)
