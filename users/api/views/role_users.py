"""`/roles/{id}/users`: list and add members of a role."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.account.assign_roles import assign_roles
from users.actions.errors import UserNotFound
from users.api.framework.operation import EMPTY_OBJECT, Operation
from users.api.framework.paging import CHECKPOINT_QUERY, PAGE_QUERY, page_schema, paginate
from users.api.framework.problem import Problem
from users.api.framework.view import View
from users.api.readers.roles import NOT_FOUND, PATH, find_role
from users.models import RoleMember
from users.representation import roles
from users.representation.field_selection import fields_query
from users.representation.schema import closed_object

# Source: Auth0's published OpenAPI document.
USERS_NOT_FOUND = Problem(404, "One or more of the users do not exist.", "inexistent_user")


class RoleUsersView(View):
    """The members of one role, oldest membership first."""

    path = PATH
    operations = {
        "GET": Operation(
            "List who has a role",
            scopes=("read:users read:roles", "read:role_members"),
            query={**PAGE_QUERY, **CHECKPOINT_QUERY, **fields_query(roles.MEMBER_SCHEMA["properties"])},
            success=200,
            schema=page_schema("users", roles.MEMBER_SCHEMA),
            answers=NOT_FOUND,
        ),
        "POST": Operation(
            "Give a role to users",
            scopes=("update:roles", "create:role_members"),
            body=closed_object({"users": roles.USERS}, required=("users",)),
            success=200,
            schema=EMPTY_OBJECT,
            answers={404: "The role or one of the users does not exist. No user was given it."},
        ),
    }

    def get(self, request: Request, id: str) -> Response:
        query = self.query()
        columns = ("created_at", *(f"user__{name}" for name in roles.MEMBER_COLUMNS))
        # A linked account is a login of its primary account and no user of its own.
        members = RoleMember.objects.filter(role=find_role(id), user__linked_to=None)
        # Without `only` each row would load both metadata documents.
        members = members.select_related("user").only(*columns)
        return Response(
            paginate(members, query, name="users", show=lambda member: roles.serialize_member(member.user))
        )

    def post(self, request: Request, id: str) -> Response:
        users = self.body()["users"]
        try:
            assign_roles(users, [id], actor=self.actor)
        # Auth0's text for several users; no id is named, and none was assigned.
        except UserNotFound:
            raise USERS_NOT_FOUND from None
        # 200 with an empty object, where the same from the user's side is 204: both as recorded.
        return Response({})
