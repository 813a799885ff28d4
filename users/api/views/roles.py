"""`/roles`: list and create."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.roles import create_role
from users.api.framework.operation import Operation
from users.api.framework.paging import PAGE_QUERY, offset_schema, paginate
from users.api.framework.view import View
from users.metadata.fold import fold
from users.metadata.text import bad_characters
from users.models import Role
from users.representation import roles
from users.representation.field_selection import fields_query
from users.representation.schema import closed_object


class RolesView(View):
    """The roles as a collection."""

    operations = {
        "GET": Operation(
            "List roles",
            scopes=("read:roles",),
            query={
                **PAGE_QUERY,
                **fields_query(roles.SCHEMA["properties"]),
                # Auth0's parameter; a substring search is cheap, since tenants have few roles.
                "name_filter": {
                    "type": "string",
                    "description": "Only roles whose name holds this, in whatever case.",
                },
            },
            success=200,
            schema=offset_schema("roles", roles.SCHEMA),
        ),
        "POST": Operation(
            "Create a role",
            scopes=("create:roles",),
            body=closed_object(roles.FIELDS, required=("name",)),
            # Recorded from Auth0: not 201.
            success=200,
            schema=roles.SCHEMA,
            answers={409: "A role has this name."},
        ),
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        named = query.get("name_filter", "")
        # Text that cannot be stored matches nothing; PostgreSQL would refuse it with an error.
        found = Role.objects.none() if bad_characters(named) else Role.objects.all()
        if named:
            # Folded by Python when stored and here, so both databases find the same roles.
            found = found.filter(name_folded__contains=fold(named))
        return Response(paginate(found, query, name="roles", show=roles.serialize_role))

    def post(self, request: Request) -> Response:
        return Response(
            roles.serialize_role(create_role(actor=self.actor, **roles.columns_from_body(self.body())))
        )
