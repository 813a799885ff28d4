"""`/users/{id}/roles`: the roles of one user."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.assign_roles import assign_roles, remove_roles
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_schema, paginate
from users.api.framework.view import View
from users.api.readers.users import find_user
from users.representation import roles
from users.representation.field_selection import fields_query
from users.representation.schema import closed_object
from users.rights.permissions import roles_of

BODY = closed_object({"roles": roles.ROLES}, required=("roles",))
NOT_FOUND = {404: "The user or one of the roles does not exist. Nothing was changed."}


class UserRolesView(View):
    """The roles of one user."""

    operations = {
        "GET": Operation(
            "List the roles of a user",
            # Either both read scopes together or the specific one. Source: Auth0's OpenAPI document.
            scopes=("read:users read:roles", "read:role_members"),
            query={**PAGE_QUERY, **fields_query(roles.SCHEMA["properties"])},
            success=200,
            schema=offset_schema("roles", roles.SCHEMA),
            answers={404: "The user does not exist."},
        ),
        "POST": Operation(
            "Give roles to a user",
            scopes=("update:users", "create:role_members"),
            body=BODY,
            success=204,
            answers=NOT_FOUND,
        ),
        "DELETE": Operation(
            "Take roles from a user",
            scopes=("update:users", "delete:role_members"),
            body=BODY,
            success=204,
            answers=NOT_FOUND,
        ),
    }

    def get(self, request: Request, user_id: str) -> Response:
        query = self.query()
        return Response(
            paginate(roles_of(find_user(user_id)), query, name="roles", show=roles.serialize_role)
        )

    def post(self, request: Request, user_id: str) -> Response:
        wanted = self.body()["roles"]
        # `find_user` first: an id of the wrong form is 400, an unknown one Auth0's 404.
        assign_roles([find_user(user_id).user_id], wanted, actor=self.actor)
        return Response(status=204)

    def delete(self, request: Request, user_id: str) -> Response:
        unwanted = self.body()["roles"]
        remove_roles([find_user(user_id).user_id], unwanted, actor=self.actor)
        return Response(status=204)
