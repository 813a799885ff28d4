"""`/connections/{id}`: read, change, delete."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.connections import delete_connection, edit_connection
from users.actions.errors import ConnectionGone
from users.api.framework.logged import logged
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.models import Connection
from users.representation.connections import FIELDS, SCHEMA, columns, shown
from users.representation.field_selection import fields_query, pick
from users.representation.schema import Schema, closed
from users.representation.timestamps import moment

GONE = {404: "The connection does not exist."}
PATH: dict[str, Schema] = {"connection_id": {"type": "string", "maxLength": 64, "pattern": r"^[\x21-\x7e]+$"}}


class ConnectionView(View):
    """One connection."""

    path = PATH
    operations = {
        "GET": Operation(
            "Read a connection",
            scopes=("read:connections",),
            query=fields_query(SCHEMA["properties"], is_open=True),
            success=200,
            schema=SCHEMA,
            answers=GONE,
        ),
        "PATCH": Operation(
            "Change a connection",
            scopes=("update:connections",),
            body={**closed(FIELDS), "minProperties": 1},
            success=200,
            schema=SCHEMA,
            answers=GONE,
        ),
        "DELETE": Operation(
            "Delete a connection that has no users",
            scopes=("delete:connections",),
            success=202,
            schema=closed({"deleted_at": {"type": "string", "format": "date-time"}}),
            answers={
                204: "There is no such connection any more.",
                409: "It still has users, or the installation needs it. Auth0 would delete the users too.",
            },
        ),
    }

    def get(self, request: Request, connection_id: str) -> Response:
        query = self.query()
        return Response(pick(shown(find_connection(connection_id)), query))

    @logged
    def patch(self, request: Request, connection_id: str) -> Response:
        wanted = columns(self.body())
        connection = edit_connection(find_connection(connection_id), wanted, actor=self.actor)
        return Response(shown(connection))

    @logged
    def delete(self, request: Request, connection_id: str) -> Response:
        """204 also where there is no such connection, as Auth0's document says."""
        try:
            delete_connection(find_connection(connection_id))
        except ConnectionGone:
            return Response(status=204)
        return Response({"deleted_at": moment(timezone.now())}, status=202)


def find_connection(connection_id: str) -> Connection:
    """Raises ConnectionGone."""
    connection = Connection.objects.filter(connection_id=connection_id).first()
    if connection is None:
        raise ConnectionGone
    return connection
