"""`/roles/{id}/permissions`: what a role permits at the APIs."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.roles import forbid, permit
from users.api.framework.logged import logged
from users.api.framework.operation import NOTHING, Operation
from users.api.framework.paging import PAGE_QUERY, answer_page, numbered_schema
from users.api.framework.view import View
from users.api.readers.roles import GONE, PATH, find_role
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
            schema=numbered_schema("permissions", permissions.SCHEMA),
            answers=GONE,
        ),
        "POST": Operation(
            "Add permissions to a role",
            scopes=("update:roles",),
            body=permissions.BODY,
            success=201,
            schema=NOTHING,
            answers={404: "The role or one of the resource servers does not exist. Nothing was added."},
        ),
        "DELETE": Operation(
            "Remove permissions from a role",
            scopes=("update:roles",),
            body=permissions.BODY,
            success=204,
            answers=GONE,
        ),
    }

    def get(self, request: Request, id: str) -> Response:
        query = self.query()
        held = find_role(id).permissions.prefetch_related("resource_server")
        return Response(
            answer_page(
                held,
                query,
                name="permissions",
                show=lambda one: permissions.shown(one.resource_server, one.name),
                order=("id",),
            )
        )

    @logged
    def post(self, request: Request, id: str) -> Response:
        wanted = permissions.named(self.body())
        permit(find_role(id), wanted)
        return Response({}, status=201)

    @logged
    def delete(self, request: Request, id: str) -> Response:
        unwanted = permissions.named(self.body())
        forbid(find_role(id), unwanted)
        return Response(status=204)
