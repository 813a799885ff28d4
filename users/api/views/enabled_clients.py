"""`/connections/{id}/clients` and `/clients/{id}/connections`: which clients use which connections."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from users.actions.access.connections import enable_clients
from users.api.framework.operation import Operation
from users.api.framework.paging import BY_ID, CHECKPOINT_QUERY, checkpoint_page, checkpoint_schema
from users.api.framework.view import View
from users.api.views import client, connection
from users.api.views.client import find_client
from users.api.views.connection import find_connection
from users.representation.connections import CLIENT_ID, SCHEMA, serialize_connection
from users.representation.schema import Schema, closed_object

# The shape of one client in the list.
_CLIENT: Schema = {"type": "object", "properties": {"client_id": CLIENT_ID}, "required": ["client_id"]}


class ConnectionClientsView(View):
    """The clients for which a connection is enabled."""

    path = connection.PATH
    operations = {
        "GET": Operation(
            "List the clients of a connection",
            scopes=("read:connections",),
            query=CHECKPOINT_QUERY,
            success=200,
            schema=checkpoint_schema("clients", _CLIENT),
            answers=connection.NOT_FOUND,
        ),
        "PATCH": Operation(
            "Enable a connection for clients, or no longer",
            scopes=("update:connections",),
            body={
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": closed_object(
                    {
                        "client_id": CLIENT_ID,
                        "status": {
                            "type": "boolean",
                            "description": "Whether the connection is enabled for the client.",
                        },
                    },
                    required=("client_id", "status"),
                ),
            },
            success=204,
            answers=connection.NOT_FOUND,
        ),
    }

    def get(self, request: Request, connection_id: str) -> Response:
        clients = find_connection(connection_id).clients.filter(is_revoked=False)
        page = checkpoint_page(
            clients, self.query(), name="clients", show=lambda row: {"client_id": row.client_id}, order=BY_ID
        )
        return Response(page)

    def patch(self, request: Request, connection_id: str) -> Response:
        # Of two entries for one client the later one wins.
        wanted = {entry["client_id"]: entry["status"] for entry in self.body_list()}
        enable_clients(find_connection(connection_id), wanted, actor=self.actor)
        return Response(status=204)


class ClientConnectionsView(View):
    """The connections that are enabled for a client."""

    path = client.PATH
    operations = {
        "GET": Operation(
            "List the connections of a client",
            scopes=("read:connections read:clients",),
            query=CHECKPOINT_QUERY,
            success=200,
            schema=checkpoint_schema("connections", SCHEMA),
            answers=client.NOT_FOUND,
        ),
    }

    def get(self, request: Request, client_id: str) -> Response:
        connections = find_client(client_id).connections.prefetch_related("clients")
        page = checkpoint_page(
            connections, self.query(), name="connections", show=serialize_connection, order=BY_ID
        )
        return Response(page)
