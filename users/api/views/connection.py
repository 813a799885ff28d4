"""`/connections/{id}`: read, change, delete."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.connections import delete_connection, edit_connection
from users.actions.errors import ConnectionNotFound
from users.api.framework.operation import Operation
from users.api.framework.view import View
from users.models import Connection
from users.representation.connections import FIELDS, SCHEMA, columns_from_body, serialize_connection
from users.representation.field_selection import fields_query, select_fields
from users.representation.schema import Schema, closed_object
from users.representation.timestamps import format_time

NOT_FOUND = {404: "The connection does not exist."}
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
            answers=NOT_FOUND,
        ),
        "PATCH": Operation(
            "Change a connection",
            scopes=("update:connections",),
            # Without `name` and `strategy`, which Auth0's PATCH does not accept either.
            body={**closed_object(FIELDS), "minProperties": 1},
            success=200,
            schema=SCHEMA,
            answers=NOT_FOUND,
        ),
        "DELETE": Operation(
            # Deleting users with their connection would bypass the history of each.
            "Delete a connection that has no users",
            scopes=("delete:connections",),
            # Recorded from Auth0, which deletes asynchronously; ours is done when it answers.
            success=202,
            schema=closed_object({"deleted_at": {"type": "string", "format": "date-time"}}),
            answers={
                204: "There is no such connection any more.",
                409: "It still has users, or the installation needs it. Auth0 would delete the users too.",
            },
        ),
    }

    def get(self, request: Request, connection_id: str) -> Response:
        query = self.query()
        return Response(select_fields(serialize_connection(find_connection(connection_id)), query))

    def patch(self, request: Request, connection_id: str) -> Response:
        # `options` replaces the stored ones whole, as documented of Auth0: nothing is merged.
        body = self.body()
        connection = edit_connection(
            find_connection(connection_id),
            columns_from_body(body),
            actor=self.actor,
            enabled_clients=body.get("enabled_clients"),
        )
        return Response(serialize_connection(connection))

    def delete(self, request: Request, connection_id: str) -> Response:
        """Delete the connection. 204 also where there is none, as Auth0's document says."""
        try:
            delete_connection(find_connection(connection_id), actor=self.actor)
        # Deleting is idempotent at Auth0.
        except ConnectionNotFound:
            return Response(status=204)
        return Response({"deleted_at": format_time(timezone.now())}, status=202)


def find_connection(connection_id: str) -> Connection:
    """Return the connection. Raises ConnectionNotFound."""
    connection = Connection.objects.filter(connection_id=connection_id).first()
    if connection is None:
        raise ConnectionNotFound
    return connection
